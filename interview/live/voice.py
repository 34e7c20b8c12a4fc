"""What a voice is: the one protocol that a live model is spoken with through, and what it says back.

A connection is one stretch of talk with the model: it may end at any moment, and the interview opens another with the
handle of the last one or with the words said so far.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from interview.errors import EngineFailure
from interview.models import TranscriptEntry

VoiceMode = Literal["gemini", "embedded"]
VoiceFault = Literal[
    "connection_lost", "going_away", "handle_refused", "key_refused", "model_unknown", "quota", "refused", "setup"
]
"""Why a connection ended or was refused. The first three are tried again, `quota` and `refused` for a while."""


class VoiceFailure(EngineFailure):
    """A connection to the live model that ended or could not be made. `fault` says whether trying again may help."""

    code = "voice_unavailable"

    def __init__(self, message: str, fault: VoiceFault) -> None:
        super().__init__(message)
        self.fault: VoiceFault = fault


@dataclass(frozen=True)
class Opening:
    """What a connection starts from. With a `handle` the model still knows what was said; else `history` tells it.

    `first_words`: what the model is asked to do at once (greet, or say a cut sentence again); None: it waits for the
    candidate.
    """

    instructions: str
    history: tuple[TranscriptEntry, ...] = ()
    handle: str | None = None
    first_words: str | None = None


@dataclass(frozen=True)
class Sound:
    """24 kHz mono s16le of the interviewer's voice."""

    pcm: bytes


@dataclass(frozen=True)
class CandidateSaid:
    """A piece of the candidate's words, to be appended as it is. `finished`: the last one of their turn."""

    text: str
    finished: bool = False


@dataclass(frozen=True)
class InterviewerSaid:
    text: str


@dataclass(frozen=True)
class Interrupted:
    """The candidate spoke while the interviewer did."""


@dataclass(frozen=True)
class SaidAll:
    """All sound of the interviewer's part has been delivered; it is still being played."""


@dataclass(frozen=True)
class TurnComplete:
    """The interviewer has said its part."""


@dataclass(frozen=True)
class ToolAsked:
    """The model asks for something. It is a request: the rules judge it, and it gets an answer."""

    call_id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class GoingAway:
    """The connection ends within `seconds`; the interview moves to another one before that."""

    seconds: float


@dataclass(frozen=True)
class NewHandle:
    """With this handle a later connection knows what was said; None while none can be given."""

    handle: str | None


@dataclass(frozen=True)
class TokensUsed:
    input_tokens: int
    output_tokens: int


VoiceEvent = (
    Sound
    | CandidateSaid
    | InterviewerSaid
    | Interrupted
    | SaidAll
    | TurnComplete
    | ToolAsked
    | GoingAway
    | NewHandle
    | TokensUsed
)


class Hearing(Protocol):
    """What the candidate's sound goes to."""

    async def send_audio(self, pcm: bytes) -> None:
        """16 kHz mono s16le."""
        ...

    async def pause_audio(self) -> None:
        """No sound comes for a while (muted, or lost)."""
        ...


class VoiceConnection(Hearing, Protocol):
    """One stretch of talk. Sending after the end raises VoiceFailure, as `events` does when it ends by a fault."""

    def events(self) -> AsyncGenerator[VoiceEvent, None]: ...

    async def send_words(self, text: str) -> None:
        """What the candidate typed instead of saying it; the model replies."""
        ...

    async def instruct(self, text: str) -> None:
        """A note of the rules, which the model acts on at once: what to ask next, to come to an end, and so on."""
        ...

    async def answer_tool(self, call: ToolAsked, result: Mapping[str, Any]) -> None: ...


class LiveVoice(Protocol):
    """A live model: `mode` names it to clients, `model` stands in figures."""

    mode: VoiceMode
    model: str

    def connect(self, opening: Opening) -> AbstractAsyncContextManager[VoiceConnection]:
        """Raises VoiceFailure when the model cannot be reached or refuses."""
        ...

    async def close(self) -> None:
        """Free what all connections share. No connection is open any more."""
        ...
