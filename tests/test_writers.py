"""Many who write to one database at once: each gets its turn, however long the others take."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from sqlalchemy import text

from interview.store import database
from interview.store.database import Database

SECONDS = 60
"""The longest wait for anything."""
WRITERS = 8


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database whose SQLite waits a hundredth of a second for another writer."""
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.01)
    opened = Database(f"sqlite:///{tmp_path / 'candor.sqlite3'}")
    with opened.write() as tx:
        tx.execute(text("CREATE TABLE notes (writer INTEGER)"))
    yield opened
    opened.close()


def test_writers_of_one_process_wait_for_each_other_however_long_one_takes(impatient: Database) -> None:
    """SQLite refuses them long before the first is done."""
    begun = threading.Semaphore(0)

    def write(number: int) -> None:
        begun.release()
        with impatient.write() as tx:
            tx.execute(text("INSERT INTO notes VALUES (:number)"), {"number": number})

    with ThreadPoolExecutor(WRITERS) as pool:
        with impatient.write() as tx:
            tx.execute(text("INSERT INTO notes VALUES (0)"))
            writers = [pool.submit(write, number) for number in range(1, WRITERS)]
            for _ in writers:
                assert begun.acquire(timeout=SECONDS)
            assert not wait(writers, timeout=0.5).done
        for each in writers:
            each.result(SECONDS)
    with impatient.read() as tx:
        assert sorted(tx.scalars(text("SELECT writer FROM notes"))) == list(range(WRITERS))


def test_a_writer_that_fails_leaves_the_line(impatient: Database) -> None:
    with pytest.raises(ValueError, match="no"), impatient.write():
        raise ValueError("no")
    with impatient.write() as tx:
        tx.execute(text("INSERT INTO notes VALUES (0)"))


def test_who_has_stood_in_line_for_too_long_is_refused(impatient: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that hangs holds up nobody for ever."""
    monkeypatch.setattr(database, "_QUEUE_SECONDS", 0.01)

    def write() -> None:
        with impatient.write() as tx:
            tx.execute(text("INSERT INTO notes VALUES (0)"))

    with ThreadPoolExecutor(1) as pool, impatient.write():
        refused = pool.submit(write).exception(SECONDS)
    assert "locked" in str(refused)
    write()
