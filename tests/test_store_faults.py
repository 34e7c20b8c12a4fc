"""A database that cannot be opened, and a copy that cannot be finished: a sentence, and nothing half done."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from builders import BEGINNING
from conftest import ROOT

from interview.errors import InvalidPayload
from interview.store.access_tables import AuditRow
from interview.store.database import Database, DatabaseUnusable

WORDS = "w" * 1_000_000

CUT_SHORT = """
import resource, signal, sys
from pathlib import Path
from interview.store.database import Database

database = Database(sys.argv[1])
signal.signal(signal.SIGXFSZ, {handling})
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
database.backup(Path(sys.argv[2]))
"""
"""Makes a copy that the system stops after 300 kB, by a signal or, as a full disk does, by an error."""


def full(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'candor.sqlite3'}")
    with database.write() as tx:
        tx.add(AuditRow(at=BEGINNING, actor=WORDS, role="administrator", action="", subject="", detail={}))
    return database


def cut_short(folder: Path, to: Path, handling: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CUT_SHORT.format(handling=handling)]
    command += [f"sqlite:///{folder / 'candor.sqlite3'}", str(to)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="Windows has no limit on a file's size.")
def test_a_copy_has_its_name_when_it_is_whole(tmp_path: Path) -> None:
    """A process that is killed in the middle leaves nothing that looks like a copy, and nothing in the next one's way.

    Half a copy opens as a database without any tables.
    """
    database, to = full(tmp_path), tmp_path / "copies" / "copy.sqlite3"
    assert cut_short(tmp_path, to, "signal.SIG_DFL").returncode == -signal.SIGXFSZ
    assert not to.exists()
    database.backup(to)
    with closing(sqlite3.connect(to)) as copy:
        assert copy.execute("SELECT actor FROM audit_log").fetchone() == (WORDS,)
    database.close()


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="Windows has no limit on a file's size.")
def test_a_copy_that_there_is_no_room_for_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    full(tmp_path).close()
    to = tmp_path / "copies" / "copy.sqlite3"
    told = cut_short(tmp_path, to, "signal.SIG_IGN").stderr.strip().splitlines()[-1]
    assert f"DatabaseUnusable: The copy could not be written to {to}: " in told
    assert list(to.parent.iterdir()) == []


def a_file_for_a_folder(folder: Path) -> None:
    folder.write_text("no folder")


def no_database(folder: Path) -> None:
    folder.mkdir()
    (folder / "candor.sqlite3").write_bytes(os.urandom(8_192))


def a_newer_database(folder: Path) -> None:
    Database(f"sqlite:///{folder / 'candor.sqlite3'}").close()
    with closing(sqlite3.connect(folder / "candor.sqlite3")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (a_file_for_a_folder, "File exists."),
        (no_database, "file is not a database."),
        (a_newer_database, "It was written by a newer version of Candor, or by another program."),
    ],
)
def test_a_database_that_cannot_be_opened_is_a_sentence(tmp_path: Path, made: object, why: str) -> None:
    folder = tmp_path / "data"
    assert callable(made)
    made(folder)
    with pytest.raises(DatabaseUnusable) as caught:
        Database(f"sqlite:///{folder / 'candor.sqlite3'}")
    assert caught.value.message.startswith(f"The database at {folder / 'candor.sqlite3'} cannot be opened")
    assert caught.value.message.endswith(why)


@pytest.mark.parametrize("url", ["nonsense", "no-such-database:///file"])
def test_an_address_that_is_none_is_a_sentence(url: str) -> None:
    with pytest.raises(InvalidPayload, match="INTERVIEW_DATABASE_URL"):
        Database(url)


def test_the_server_ends_with_that_sentence(tmp_path: Path) -> None:
    """The last that whoever starts it reads is what to do, not a traceback."""
    a_file_for_a_folder(tmp_path / "data")
    env = {k: v for k, v in os.environ.items() if not k.startswith("INTERVIEW_")}
    env["INTERVIEW_DATA_DIR"] = str(tmp_path / "data")
    ran = subprocess.run(
        [sys.executable, "-c", "import app"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].startswith("database_unusable: The database at ")
    assert "Traceback" not in ran.stderr
