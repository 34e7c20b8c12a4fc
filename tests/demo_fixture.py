"""Sixty synthetic interviews over three positions, held once a run; tests read them and change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from interview.synthetic.chance import make_truth
from interview.synthetic.making import Held, hold

LAST_DAY = date(2026, 6, 28)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """The held interviews, with their truth, service and clock, which stands at the end."""
    held = hold(tmp_path_factory.mktemp("demo"), make_truth(1, LAST_DAY, interviews=60, positions=3))
    yield held
    held.service.close()
