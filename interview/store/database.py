"""The database: opening, migrating, and the two kinds of transaction."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.orm import Session
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from interview.errors import Conflict, InterviewError, InvalidPayload

_BUSY_SECONDS = 15
_QUEUE_SECONDS = 60
"""How long a writer waits for the others of this process; then it asks SQLite all the same, which may refuse it."""
_FORGETTING_MS = 500
_MIGRATING = threading.Lock()
"""Alembic keeps what it works on in module globals."""


class DatabaseUnusable(InterviewError):
    """The database cannot be opened, or its copy not be written: whoever runs the server has to do something."""

    code, status = "database_unusable", 500


class Database:
    """Transactions on one database. `read` sees one state throughout; `write` holds the write lock from its beginning.

    SQLite refuses to turn a reading transaction into a writing one under load, hence BEGIN IMMEDIATE. Who waits for it
    asks again and again, and of many one may be refused whose turn never came: writers of this process stand in line
    instead. WAL lets readers go on beside the one writer; synchronous FULL makes what was acknowledged survive a power
    cut. Secure_delete writes zeros over what is deleted.
    """

    def __init__(self, url: str) -> None:
        """Open and migrate the database at this SQLAlchemy URL, creating the file where there is none.

        Raises DatabaseUnusable where that cannot be, and InvalidPayload for what is no such URL.
        """
        location = _location(url)
        self._writing = threading.Lock()
        with _opening(location.database or "its address"):
            if location.get_backend_name() == "sqlite" and location.database:
                _make_private(Path(location.database))
            self.engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
            if location.get_backend_name() == "sqlite":
                _tune(self.engine)
            self._migrate()

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as tx, tx.begin():
            yield tx

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that is committed at the end of the block, or leaves no trace when the block raises."""
        writer = self.engine.execution_options(write=True)
        with self._in_line(), Session(writer, expire_on_commit=False) as tx, tx.begin():
            tx.connection()
            yield tx

    def backup(self, to: Path) -> None:
        """Copy the database as it is at this moment into a new file, which gets its name when it is whole.

        Raises InvalidPayload when there is a file of that name, DatabaseUnusable where none can be written.
        """
        if to.exists():
            raise InvalidPayload(f"{to} exists already. Name a new file.")
        try:
            _make_folder(to)
            with NamedTemporaryFile(dir=to.parent, prefix=f"{to.name}.", suffix=".part", delete=False) as made:
                part = Path(made.name)
            try:
                self._copy(part)
                part.replace(to)
            finally:
                part.unlink(missing_ok=True)
        except (OSError, sqlite3.Error) as error:
            raise DatabaseUnusable(f"The copy could not be written to {to}: {_reason(error)}.") from None

    def forget(self) -> None:
        """Let what was deleted go from the files too: SQLite's log keeps the former pages until it is begun anew.

        Whoever still reads an older state keeps its part of the log until the next time, or until the database is
        closed.
        """
        if self.engine.dialect.name != "sqlite":
            return
        connection = self.engine.raw_connection()
        try:
            for pragma in (
                f"busy_timeout={_FORGETTING_MS}",  # writers wait meanwhile
                "wal_checkpoint(TRUNCATE)",
                f"busy_timeout={1000 * _BUSY_SECONDS}",
            ):
                connection.cursor().execute(f"PRAGMA {pragma}").close()
        finally:
            connection.close()

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _in_line(self) -> Iterator[None]:
        mine = self.engine.dialect.name == "sqlite" and self._writing.acquire(timeout=_QUEUE_SECONDS)
        try:
            yield
        finally:
            if mine:
                self._writing.release()

    def _copy(self, to: Path) -> None:
        source = self.engine.raw_connection()
        try:
            with closing(sqlite3.connect(to)) as copy:
                cast("sqlite3.Connection", source.driver_connection).backup(copy)
        finally:
            source.close()

    def _migrate(self) -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        with _MIGRATING, self.engine.execution_options(write=True).connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()


def require_unused(file: Path) -> None:
    """Raise Conflict `database_in_use` while another process has this SQLite database open. What is none passes.

    As long as a connection to it is open, SQLite does not let go of the write-ahead log.
    """
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE").close()
        except sqlite3.DatabaseError as error:
            if _is_busy(error):
                told = f"{file.parent} is in use. End the server that runs on it, or whatever else, and try again."
                raise Conflict(told, code="database_in_use") from None


def _location(url: str) -> URL:
    try:
        location = make_url(url)
        location.get_dialect()
    except (ArgumentError, ImportError, ValueError):
        raise InvalidPayload(
            "The setting INTERVIEW_DATABASE_URL is not right: it is no URL of a database that can be used here."
        ) from None
    return location


@contextmanager
def _opening(place: str) -> Iterator[None]:
    """What keeps a database from being opened, in words for whoever runs the server."""
    from alembic.util import CommandError

    try:
        yield
    except CommandError:
        told = "It was written by a newer version of Candor, or by another program."
        raise DatabaseUnusable(f"The database at {place} cannot be opened. {told}") from None
    except (OSError, DatabaseError, sqlite3.Error) as error:
        raise DatabaseUnusable(f"The database at {place} cannot be opened: {_reason(error)}.") from None


def _reason(error: Exception) -> str:
    """Why, in the words of the system or of SQLite: neither knows any of what is stored."""
    cause = error.orig if isinstance(error, DatabaseError) else error
    words = cause.strerror if isinstance(cause, OSError) else str(cause)
    return words or type(cause).__name__


def _make_private(file: Path) -> None:
    """An empty file for the server's own user only, its folder too where there is none; one that is there stays.

    SQLite gives the files beside a database (write-ahead log, shared memory) the database's own permissions.
    """
    if file.name != ":memory:" and not str(file).startswith("file:"):
        _make_folder(file)
        file.touch(mode=0o600)


def _make_folder(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _is_busy(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY


@retry(
    retry=retry_if_exception(_is_busy), wait=wait_random(0.01, 0.05), stop=stop_after_delay(_BUSY_SECONDS), reraise=True
)
def _write_ahead(connection: sqlite3.Connection) -> None:
    """Keep the database's journal as a write-ahead log.

    SQLite does not wait where somebody else is making the same change to a fresh database: it refuses at once.
    """
    connection.execute("PRAGMA journal_mode=WAL").close()


def _tune(engine: Engine) -> None:
    """SQLite's settings per connection, and SQLAlchemy's BEGIN in the place of the driver's own."""

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        _write_ahead(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
