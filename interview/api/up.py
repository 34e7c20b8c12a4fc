"""What `/ws/live` is sent: messages and sound, bounded in size and rate, sound cut into 20 ms."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.websockets import WebSocketDisconnect

from interview.api.errors import sentence
from interview.errors import InvalidPayload
from interview.live.line import MESSAGE_BYTES
from interview.models import MAX_ANSWER_CHARS, StatusName, Words

MAX_MESSAGE_BYTES = 128 * 1024
"""Of one message, binary or JSON: four seconds of sound."""
MESSAGES_A_SECOND = 200
"""A message counts once, and once more for each 20 ms of sound in it."""
MESSAGES_AT_ONCE = 1_000
MOST_DROPPED = 500
"""Messages beyond that rate are dropped; after so many the connection is closed."""


class Start(BaseModel):
    """The first message. Without `session_id` the interview's open session is spoken, or a new one.

    `resume` is taken and not needed: whoever comes back goes on where they were.
    """

    type: Literal["start"]
    interview_id: str = Field(min_length=1, max_length=64)
    session_id: str | None = Field(None, max_length=64)
    resume: bool = False
    token: str = Field(min_length=1, max_length=500, repr=False)


class Signal(BaseModel):
    type: Literal["barge_in", "ping", "stop", "mute", "unmute", "to_text"]


class Typed(BaseModel):
    type: Literal["text"]
    text: Words = Field(min_length=1, max_length=MAX_ANSWER_CHARS)


class Think(BaseModel):
    type: Literal["think"]
    on: bool = True


class Skip(BaseModel):
    type: Literal["skip"]
    index: int = Field(ge=0, le=1_000)


class Mark(BaseModel):
    type: Literal["mark"]
    index: int = Field(ge=0, le=1_000)
    status: StatusName


class Audio(BaseModel):
    """Sound in JSON: base64 of 16 kHz mono s16le."""

    type: Literal["audio"]
    data: str = Field(repr=False)


Up = Annotated[Start | Signal | Typed | Think | Skip | Mark | Audio, Field(discriminator="type")]
_UP: TypeAdapter[Up] = TypeAdapter(Up)
_TYPES = "start, text, barge_in, ping, stop, mute, unmute, think, skip, mark, to_text, audio"


class Framing:
    """Cuts what comes in any pieces into 20 ms; what is left over waits for the next piece."""

    def __init__(self) -> None:
        self._rest = b""

    def cut(self, pcm: bytes) -> Iterator[bytes]:
        whole = self._rest + pcm
        end = len(whole) // MESSAGE_BYTES * MESSAGE_BYTES
        self._rest = whole[end:]
        return (whole[at : at + MESSAGE_BYTES] for at in range(0, end, MESSAGE_BYTES))


class Allowance:
    """So many messages a second on average, and so many at once."""

    def __init__(self) -> None:
        self._left, self._at = float(MESSAGES_AT_ONCE), time.monotonic()
        self.dropped = 0

    def takes(self, size: int) -> bool:
        """Whether there is room for a message of so many bytes. Raises InterviewError when too many were dropped."""
        now = time.monotonic()
        self._left = min(MESSAGES_AT_ONCE, self._left + (now - self._at) * MESSAGES_A_SECOND)
        self._at = now
        cost = 1 + size / MESSAGE_BYTES
        if self._left >= cost:
            self._left -= cost
            return True
        self.dropped += 1
        if self.dropped >= MOST_DROPPED:
            raise InvalidPayload("Too many messages at once. Send sound as it is spoken.", code="too_many_messages")
        return False


def content(message: Any) -> bytes | str:
    """What a message holds. Raises WebSocketDisconnect at the end, InterviewError for one that is too large."""
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    data: bytes | str = message["bytes"] if message.get("bytes") is not None else message["text"]
    if len(data) > MAX_MESSAGE_BYTES:
        raise InvalidPayload(
            f"A message may have {MAX_MESSAGE_BYTES // 1024} kB. Send sound in smaller pieces.",
            code="payload_too_large",
        )
    return data


def read(data: bytes | str) -> Up:
    """Raises InvalidPayload with a sentence that never repeats the message."""
    if isinstance(data, bytes):
        raise InvalidPayload("The first message must be of the type “start”.")
    try:
        return _UP.validate_json(data)
    except ValidationError as error:
        found = error.errors(include_input=False, include_context=False, include_url=False)
        if found[0]["type"].startswith("union_tag"):
            raise InvalidPayload(f"A message needs one of these types: {_TYPES}.") from None
        raise InvalidPayload(sentence(found)) from None


def decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidPayload("The field “data” is not base64.") from None
