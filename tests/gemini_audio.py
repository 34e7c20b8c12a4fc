"""Sound for a local Gemini Live: speech found by its energy, and a soft tone to speak with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

RATE_IN, RATE_OUT = 16_000, 24_000
FRAME_MS, MESSAGE_MS = 10, 40


@dataclass(frozen=True)
class Hearing:
    """When sound is speech. `threshold`: root mean square of 16-bit samples; the rest in ms of audio received."""

    threshold: float = 500.0
    speech_ms: int = 250
    quiet_ms: int = 400
    barge_in_ms: int = 300


class Ear:
    """Finds speech by its energy; time is that of the audio received, so that a test may send faster than it passes."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing
        self.rest = b""
        self.loud_ms = self.quiet_ms = 0

    def hear(self, pcm: bytes) -> Iterator[Literal["began", "barged_in", "ended"]]:
        size = RATE_IN * FRAME_MS // 1000 * 2
        data = self.rest + pcm
        whole = len(data) // size * size
        self.rest = data[whole:]
        frames = np.frombuffer(data[:whole], "<i2").reshape(-1, size // 2).astype(float)
        for level in np.sqrt((frames**2).mean(axis=1)):
            yield from self._frame(bool(level > self.hearing.threshold))

    def _frame(self, loud: bool) -> Iterator[Literal["began", "barged_in", "ended"]]:
        if loud:
            before, self.loud_ms, self.quiet_ms = self.loud_ms, self.loud_ms + FRAME_MS, 0
            if before < self.hearing.speech_ms <= self.loud_ms:
                yield "began"
            if before < self.hearing.barge_in_ms <= self.loud_ms:
                yield "barged_in"
        elif self.loud_ms:
            self.quiet_ms += FRAME_MS
            if self.quiet_ms >= self.hearing.quiet_ms:
                yield from self.end()

    def end(self) -> Iterator[Literal["ended"]]:
        """The speaker stopped, or the client says that no more comes."""
        heard, self.loud_ms, self.quiet_ms = self.loud_ms, 0, 0
        if heard >= self.hearing.speech_ms:
            yield "ended"


def tone(hertz: float, start_ms: int, length_ms: int) -> bytes:
    """pcm: 24 kHz mono s16le bytes of a soft sine, its phase going on from `start_ms`."""
    at = np.arange(RATE_OUT * start_ms // 1000, RATE_OUT * (start_ms + length_ms) // 1000)
    return (np.sin(2 * np.pi * hertz * at / RATE_OUT) * 3277).astype("<i2").tobytes()
