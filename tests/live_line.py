"""A candidate's line in memory: the real port of a live interview, keeping what it is told and what it is to play."""

from __future__ import annotations

import math
import threading
from array import array
from collections.abc import Callable
from typing import TypeVar

from interview.live.interview import LiveInterview
from interview.live.line import MESSAGE_BYTES, UP_RATE, EndedMessage, Message, TranscriptMessage

SECONDS = 60
"""The longest wait for anything."""

M = TypeVar("M", bound=Message)

QUIET = bytes(MESSAGE_BYTES)
_WAVE = array("h", (int(9000 * math.sin(2 * math.pi * 300 * n / UP_RATE)) for n in range(MESSAGE_BYTES // 2)))
LOUD = _WAVE.tobytes()
"""20 ms of a tone that counts as speech."""


class MemoryLine:
    """Both the line and its loudspeaker. `played`: 24 kHz mono s16le of the newest generation, as it came."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.messages: list[Message] = []
        self.played = bytearray()
        self.stale = 0
        self.flushes = 0
        self.generation = 0
        self.speaker = self

    # --- the port -------------------------------------------------------------------------------------------------

    def play(self, pcm: bytes, generation: int) -> None:
        with self.changed:
            if generation < self.generation:
                self.stale += 1
            else:
                self.played += pcm
            self.changed.notify_all()

    def flush(self) -> int:
        with self.changed:
            self.generation += 1
            self.flushes += 1
            self.played.clear()
            return self.generation

    def tell(self, message: Message) -> None:
        with self.changed:
            self.messages.append(message)
            self.changed.notify_all()

    # --- what a test reads ------------------------------------------------------------------------------------------

    def of(self, kind: type[M]) -> list[M]:
        return [message for message in self.messages if isinstance(message, kind)]

    def wait_for(self, predicate: Callable[[], object], seconds: float = SECONDS) -> None:
        """Until it holds, asked after everything that is told or played."""
        with self.changed:
            told = [message.type for message in self.messages]
            assert self.changed.wait_for(predicate, seconds), f"it did not happen within {seconds} seconds: {told}"

    def wait_for_message(self, kind: type[M], count: int = 1) -> M:
        self.wait_for(lambda: len(self.of(kind)) >= count)
        return self.of(kind)[count - 1]

    def captions(self) -> list[TranscriptMessage]:
        """The entries as they stand now, in their order."""
        newest = {message.sequence: message for message in self.of(TranscriptMessage)}
        return [newest[sequence] for sequence in sorted(newest)]

    def said(self, role: str) -> list[str]:
        return [row.text for row in self.captions() if row.role == role]

    def ended(self) -> EndedMessage:
        return self.wait_for_message(EndedMessage)


def speak(talk: LiveInterview, loud_ms: int = 300, quiet_ms: int = 500) -> None:
    """What a microphone brings when somebody speaks and then stops."""
    for _ in range(loud_ms // 20):
        talk.hear(LOUD)
    for _ in range(quiet_ms // 20):
        talk.hear(QUIET)
