"""What tests of the core start from: a service on a fresh database, a clock to move, an interview to answer."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scripted import ScriptedEngine

from interview.access import SYSTEM, Actor
from interview.contract import SessionSnapshot, StartRequest, StartResponse, TurnRequest, TurnResponse
from interview.engines import InterviewEngine
from interview.models import Move, PersonaOverrides, PositionSettings, QuestionStatus
from interview.records import InterviewRecord, NewInterview
from interview.service import Service, open_service
from interview.settings import Settings

BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANSWER = "I traced the fault to the cache and wrote a test for it."


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = BEGINNING

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        """Move on; the amount as for `timedelta`."""
        self.now += timedelta(**amount)


@dataclass
class House:
    """A service with everything that a test may want to turn. `closed` on leaving the fixture."""

    folder: Path
    engine: ScriptedEngine
    clock: Clock
    service: Service
    settings: Settings
    opened: list[Service] = field(default_factory=list)

    def again(self, engine: InterviewEngine | None = None) -> House:
        """The same database opened anew, as after a restart of the server."""
        service = open_service(self.settings, engine=engine or self.engine, clock=self.clock)
        self.opened.append(service)
        return House(self.folder, self.engine, self.clock, service, self.settings, self.opened)

    def close(self) -> None:
        for service in self.opened:
            service.close()

    # --- a short way to what most tests do ------------------------------------------------------------------------

    def interview(self, **fields: Any) -> InterviewRecord:
        """An interview with an approved plan."""
        new = {"role_title": "Engineer", "job_text": "We build clocks.", "resume_text": "Ten years of engineering."}
        return self.service.interviews.create(SYSTEM, NewInterview(**(new | fields)))

    def configure(self, record: InterviewRecord, **fields: Any) -> None:
        """Change the settings of the interview's position."""
        position = self.service.positions.get(SYSTEM, record.position_id)
        settings = PositionSettings(**(position.settings.model_dump() | fields))
        self.service.positions.configure(SYSTEM, record.position_id, settings, position.persona)

    def candidate(self, record: InterviewRecord, **invitation: Any) -> Actor:
        """The candidate who came in by an invitation to this interview."""
        issued = self.service.invitations.invite(SYSTEM, record.interview_id, **invitation)
        return self.service.access.by_bearer(issued.token)

    def start(
        self, record: InterviewRecord, actor: Actor = SYSTEM, persona: PersonaOverrides | None = None
    ) -> StartResponse:
        request = StartRequest(interview_id=record.interview_id, persona=persona)
        return self.service.sessions.start(actor, request)

    def say(
        self,
        session_id: str,
        answer: str = ANSWER,
        *,
        actor: Actor = SYSTEM,
        action: Move = "answer",
        key: str | None = None,
        **flags: bool,
    ) -> TurnResponse:
        request = TurnRequest(session_id=session_id, answer=answer, action=action, **flags)
        return self.service.sessions.turn(actor, request, key)

    def see(self, session_id: str, actor: Actor = SYSTEM, after: int = 0) -> SessionSnapshot:
        return self.service.sessions.get(actor, session_id, after)

    def finish(self, session_id: str, actor: Actor = SYSTEM) -> list[TurnResponse]:
        """Answer until the session is complete; the responses of the way there."""
        turns: list[TurnResponse] = []
        for number in itertools.count(1):
            turns.append(self.say(session_id, f"{ANSWER} That was part {number}.", actor=actor))
            if turns[-1].completed:
                return turns
            assert number < 100, "the session does not end"
        raise AssertionError

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, read past the code under test."""
        with sqlite3.connect(self.folder / "candor.sqlite3") as connection:
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            dumped = {name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}
        connection.close()
        return dumped


def house(folder: Path, *, core: int = 1, probes: int = 1, **settings: Any) -> House:
    """A service on a fresh database in this folder."""
    engine, clock = ScriptedEngine(core=core, probes=probes), Clock()
    chosen = Settings(data_dir=folder, **settings)
    lay_database(folder)
    service = open_service(chosen, engine=engine, clock=clock)
    return House(folder, engine, clock, service, chosen, [service])


def lay_database(folder: Path) -> None:
    """An empty database into a folder, which is made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "candor.sqlite3").write_bytes(_empty_database())


@lru_cache(maxsize=1)
def _empty_database() -> bytes:
    """As the migrations leave it: they take ten times as long as the rest of opening a service."""
    with TemporaryDirectory() as folder:
        open_service(Settings(data_dir=Path(folder)), engine=ScriptedEngine()).close()
        return (Path(folder) / "candor.sqlite3").read_bytes()


def types(events: tuple[Any, ...]) -> list[str]:
    return [event.event_type for event in events]


def statuses(rows: Iterable[QuestionStatus]) -> list[str]:
    return [row.status for row in rows]
