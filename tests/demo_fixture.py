"""Sixty synthetic interviews over three positions, held once a run; tests read them and change nothing."""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from interview.service import open_service
from interview.synthetic.chance import make_truth
from interview.synthetic.making import Held, hold

LAST_DAY = date(2026, 6, 28)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """The held interviews, with their truth, service and clock, which stands at the end.

    The first process of the run that asks holds them; each has a copy of the database for itself.
    """
    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (run / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (run / "demo.pickle").exists():
            _hold_into(run)
    held = _opened(run, own / "demo-copy")
    yield held
    held.service.close()


def _hold_into(run: Path) -> None:
    """The database into `demo`, and what else the tests need beside it, last, so that it is whole where it is there."""
    shutil.rmtree(run / "demo", ignore_errors=True)
    held = hold(run / "demo", make_truth(1, LAST_DAY, interviews=60, positions=3))
    context = held.service.context
    held.service.close()
    rest = {name: value for name, value in vars(held).items() if name != "service"}
    (run / "demo.pickle").write_bytes(pickle.dumps((context.settings, context.engine, rest)))


def _opened(run: Path, copy: Path) -> Held:
    shutil.copytree(run / "demo", copy)
    settings, engine, rest = pickle.loads((run / "demo.pickle").read_bytes())
    own = settings.model_copy(update={"data_dir": copy})
    return Held(service=open_service(own, engine=engine, clock=rest["clock"]), **rest)
