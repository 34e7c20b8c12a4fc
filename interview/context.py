"""What every use case works with: settings, database, engine and clock."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from interview.engines import InterviewEngine
from interview.settings import Settings
from interview.store.database import Database


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    """A random id that cannot be guessed."""
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Context:
    """`clock` gives the time in UTC; tests move it."""

    settings: Settings
    database: Database
    engine: InterviewEngine
    clock: Callable[[], datetime] = field(default=utc_now)
