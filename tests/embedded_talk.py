"""A candidate in a running talk without a key, for tests: real speech, real recognition."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from builders import House, house
from live_line import MemoryLine
from speech_samples import quiet, up_rate

from interview.access import SYSTEM, Actor
from interview.contract import SessionSnapshot
from interview.live.connector import Timing
from interview.live.interview import LiveInterview
from interview.live.line import MESSAGE_BYTES, UP_RATE, EndedMessage, TurnCompleteMessage
from interview.live.rooms import LiveRooms
from interview.records import InterviewRecord
from interview.speech.client import Speech
from interview.store.tables import AnswerDraftRow

SECONDS = 120.0
"""The longest wait for anything: the machine may be busy."""
# A test is silent between answers, as no line is; a busy machine may take long to speak.
FAST = Timing(first_wait=0.05, longest_wait=0.1, tick=0.05, line_lost=600)
ANSWERS = (
    "I applied because I enjoy building reliable services, and your team works on problems that I know well.",
    "When our nightly export failed, I traced the fault to a missing index and wrote a test before I fixed it.",
    "I compared two designs with my colleague, listened to her concerns, and we agreed to keep the simpler one.",
    "I planned the work in four steps, told every team a week before, and we finished two days early.",
    "No, thank you. That was everything that I wanted to add today.",
)
REPEAT = "Could you repeat the question, please?"
_PACE = 0.004
"""Between two messages of 20 ms: a microphone five times as fast, which the line takes for a while."""
_AHEAD = 8.0
"""Seconds that it may be ahead of the clock: well below those from which the line drops what comes."""


@pytest.fixture(scope="session")
def sounds() -> dict[str, bytes]:
    """Sentences as a candidate's microphone hears them: 16 kHz mono s16le."""

    async def speak() -> dict[str, bytes]:
        speech = Speech(talks=1)
        await speech.start()
        try:
            made = {}
            for text in (*ANSWERS, REPEAT):
                made[text] = up_rate(b"".join([pcm async for pcm in speech.speak(text)]))
            return made
        finally:
            await speech.close()

    return asyncio.run(asyncio.wait_for(speak(), SECONDS))


@dataclass
class Talking:
    """A candidate in a running talk."""

    home: House
    live: LiveRooms
    record: InterviewRecord
    session_id: str
    line: MemoryLine
    talk: LiveInterview
    sounds: dict[str, bytes]
    began: float = 0.0
    heard_seconds: float = 0.0

    @classmethod
    def begin(
        cls, home: House, live: LiveRooms, record: InterviewRecord, sounds: dict[str, bytes], actor: Actor = SYSTEM
    ) -> Talking:
        session_id = home.service.spoken.open(actor, record.interview_id).session_id
        line = MemoryLine()
        return cls(home, live, record, session_id, line, live.join(actor, session_id, line), sounds)

    def hear(self, pcm: bytes) -> None:
        self.began = self.began or time.monotonic()
        for at in range(0, len(pcm), MESSAGE_BYTES):
            self.talk.hear(pcm[at : at + MESSAGE_BYTES])
            self.heard_seconds += MESSAGE_BYTES / 2 / UP_RATE
            time.sleep(max(_PACE, self.heard_seconds - (time.monotonic() - self.began) - _AHEAD))

    def say(self, text: str, silence: float = 3.2) -> None:
        self.hear(self.sounds[text] + quiet(silence))

    def wait(self, true: Callable[[], object]) -> None:
        self.line.wait_for(true, SECONDS)

    def asked(self, count: int) -> None:
        """Until the interviewer has said so many parts to their end."""
        self.wait(lambda: len(self.line.of(TurnCompleteMessage)) >= count)

    def quiet_until_asked(self, count: int) -> None:
        """As `asked`, with a microphone that brings silence until then: the words before may take long to be known."""
        until = time.monotonic() + SECONDS
        while len(self.line.of(TurnCompleteMessage)) < count:
            assert time.monotonic() < until, "it did not happen"
            self.hear(quiet(0.2))

    def answers(self) -> list[str]:
        return [line.text for line in self.seen.transcript if line.role == "candidate"]

    def ended(self) -> str:
        self.wait(lambda: self.line.of(EndedMessage))
        return self.line.ended().reason

    @property
    def seen(self) -> SessionSnapshot:
        return self.home.see(self.session_id)

    @property
    def draft(self) -> str:
        """What is kept of an answer that is not sent yet."""
        with self.home.service.context.database.read() as tx:
            row = tx.get(AnswerDraftRow, self.session_id)
            return row.text if row else ""

    def again(self, live: LiveRooms) -> Talking:
        line = MemoryLine()
        talk = live.join(SYSTEM, self.session_id, line)
        return replace(self, live=live, line=line, talk=talk, began=0.0, heard_seconds=0.0)


def words_in(text: str) -> set[str]:
    return {word.strip(".,?!").lower() for word in text.split()}


Begin = Callable[..., Talking]
"""Begins a talk."""


@pytest.fixture(scope="module")
def voiced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A service without a key that speaks and hears."""
    opened = house(tmp_path_factory.mktemp("embedded"), core=1, probes=0, most_talks=3, voice_pause_seconds=0.5)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def rooms(voiced: House) -> Iterator[LiveRooms]:
    opened = LiveRooms(voiced.service.context, voiced.service.spoken, timing=FAST)
    yield opened
    opened.close()


@pytest.fixture
def begin(voiced: House, rooms: LiveRooms, sounds: dict[str, bytes]) -> Iterator[Begin]:
    """Begins talks, and ends those that a test leaves open."""
    begun: list[Talking] = []

    def start(live: LiveRooms = rooms) -> Talking:
        begun.append(Talking.begin(voiced, live, voiced.interview(), sounds))
        return begun[-1]

    yield start
    voiced.engine.failures = 0
    leave(begun)


def leave(begun: list[Talking]) -> None:
    """End those that are still going on."""
    for talking in begun:
        talking.talk.leave()
        talking.ended()
