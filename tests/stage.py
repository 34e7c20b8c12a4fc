"""A live interview from the line to the database, with the local Gemini, for tests to talk in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders import House, house
from gemini_script import ToolCall, Turn
from gemini_server import GeminiServer, gemini_server
from gemini_state import Pace
from live_line import SECONDS, MemoryLine, speak

from interview.access import SYSTEM, Actor
from interview.live import gemini
from interview.live.connector import Timing
from interview.live.interview import LiveInterview
from interview.live.line import TurnCompleteMessage
from interview.live.rooms import LiveRooms
from interview.models import TranscriptEntry
from interview.records import InterviewRecord

FAST = Timing(first_wait=0.05, longest_wait=0.2, linger=0.3, goodbye=5.0, tick=0.05)
Q = [f"Tell me about {name}, part 1." for name in ("debugging", "teamwork", "planning")]
AGAIN = Turn(f"As I said: {Q[0]}", audio_ms=200)
END = ToolCall("end_interview", {"reason": "finished"}, at="end")
ASKED = (
    Turn(f"Thank you. {Q[1]}", hears="I found it in the cache.", audio_ms=200),
    Turn(f"Thank you. {Q[2]}", hears="We split the work.", audio_ms=200),
    Turn("That was all. Goodbye.", hears="I write a list first.", audio_ms=200, tools=(END,)),
)
"""What comes after the first question, to the end; three answers."""


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    """One that speaks fast, trusted, and waited for: here it is never the network that is slow."""
    monkeypatch.setattr(gemini, "CONNECT_SECONDS", SECONDS)
    monkeypatch.setattr(gemini, "_CLOSE_SECONDS", SECONDS)
    with gemini_server(pace=Pace(ms_per_word=20)) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
        yield running


class Stage:
    """A house whose service speaks with the local Gemini, one interview, and a way to talk in it."""

    def __init__(self, folder: Path, server: GeminiServer, *, core: int, timing: Timing, **settings: Any) -> None:
        self.server = server
        key = settings.pop("key", server.key)
        self.house: House = house(
            folder, core=core, probes=0, gemini_api_key=key, google_gemini_base_url=server.url, **settings
        )
        service = self.house.service
        self.live = LiveRooms(service.context, service.spoken, timing=timing)
        self.house.service = replace(service, live=self.live)
        self.record: InterviewRecord = self.house.interview()
        self.session_id = ""

    def begin(self, line: MemoryLine | None = None, actor: Actor = SYSTEM) -> tuple[LiveInterview, MemoryLine]:
        line = line or MemoryLine()
        self.session_id = self.house.service.spoken.open(actor, self.record.interview_id).session_id
        return self.live.join(actor, self.session_id, line), line

    def close(self) -> None:
        self.live.close()
        self.house.close()

    def settled(self) -> None:
        """Until every talk that has said its end has left nothing to do."""

        async def wait() -> None:
            if self.live._running:
                await asyncio.wait(list(self.live._running.values()), timeout=SECONDS)

        assert self.live._loop is not None
        self.live._loop.call(wait(), SECONDS)

    def entries(self) -> tuple[TranscriptEntry, ...]:
        return self.house.see(self.session_id).transcript

    def texts(self, role: str) -> list[str]:
        return [entry.text for entry in self.entries() if entry.role == role]

    def statuses(self) -> list[str]:
        return [row.status for row in self.house.see(self.session_id).question_statuses]


StageMaker = Callable[..., Stage]


@pytest.fixture
def stage(tmp_path: Path, brisk: GeminiServer) -> Iterator[StageMaker]:
    made: list[Stage] = []

    def make(*, core: int = 1, timing: Timing = FAST, **settings: Any) -> Stage:
        made.append(Stage(tmp_path, brisk, core=core, timing=timing, **settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


def answer_turns(talk: LiveInterview, line: MemoryLine, turns: int, *, first: int = 1) -> None:
    """Speak after each of so many turns of the interviewer."""
    for turn in range(first, first + turns):
        line.wait_for_message(TurnCompleteMessage, turn)
        speak(talk)
