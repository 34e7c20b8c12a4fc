"""What the app's process and its speech worker tell each other: a JSON header and bytes, both with their length.

A frame: two unsigned 32-bit big-endian lengths, of the header and of the body, then both.
"""

from __future__ import annotations

import struct
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

UP_RATE = 16_000
"""Samples a second of what is recognised, mono s16le."""
DOWN_RATE = 24_000
"""Samples a second of what is spoken, mono s16le."""
MOST_SECONDS = 60
MOST_AUDIO = MOST_SECONDS * UP_RATE * 2
"""Bytes of sound in one request."""
MOST_CHARACTERS = 2_000
"""Characters to speak in one request."""
MOST_TERMS = 400
"""Characters of the words to expect; more are cut."""
PREVIEW_SECONDS = 14
"""Up to this length a partial result costs half of a final one."""

LENGTHS = struct.Struct(">II")

Task = Literal["final", "partial", "speak", "measure"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Word(_Part):
    """A word as it was heard. Times count from the beginning of the sound; `probability`: 0-1, the recogniser's own."""

    text: str
    start_ms: int
    end_ms: int
    probability: float


class Segment(_Part):
    """A stretch of speech. `confidence`: 0-1, the mean probability of its tokens (their geometric mean)."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float
    words: tuple[Word, ...] = ()


class Recognised(_Part):
    """What was said. A partial result has no words and, where it is short, one segment."""

    segments: tuple[Segment, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for segment in self.segments for word in segment.words)


class Costs(_Part):
    """CPU seconds on this machine: a partial and a final recognition of four seconds, and a second of speech made."""

    partial: float
    final: float
    speech: float


class Request(_Part):
    """`text`: the words to speak, or those to expect; the sound to recognise is the frame's body."""

    id: int
    task: Task
    text: str = ""


class Reply(_Part):
    """Of a request with the same id; sound that was made is the frame's body. `failed`: it could not be done."""

    id: int
    recognised: Recognised | None = None
    costs: Costs | None = None
    failed: bool = False


class Ready(_Part):
    """The worker's first frame. With `problems` it ends. `slots`: requests that it works on at the same time."""

    cores: int = Field(1, ge=1)
    slots: int = Field(1, ge=1)
    voice: Literal["piper", "espeak"] | None = None
    problems: tuple[str, ...] = ()


def frame(header: BaseModel, body: bytes = b"") -> bytes:
    head = header.model_dump_json().encode()
    return LENGTHS.pack(len(head), len(body)) + head + body
