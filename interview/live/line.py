"""The media port: what an interview takes from a line and what it plays through it, and the messages that go with it.

A line is a WebRTC call or a WebSocket; the interview knows neither. Everything here may be called from any thread, and
nothing in it blocks.
"""

from __future__ import annotations

from typing import Literal, Protocol

from pydantic import BaseModel

from interview.models import QuestionStatus, Speaker

UP_RATE = 16_000
DOWN_RATE = 24_000
"""Samples a second, mono s16le: what the interview hears, and what it plays."""
MESSAGE_BYTES = UP_RATE // 50 * 2
"""20 ms of what the interview hears."""

LiveState = Literal["connecting", "listening", "speaking", "thinking", "muted", "reconnecting", "ending", "ended"]
"""`thinking`: the candidate asked for a moment. `ending`: the talk is over and the last answers are being rated."""

EndCause = Literal[
    "finished", "stopped", "time_up", "to_text", "taken_over", "line_lost", "voice_failed", "closed", "budget_reached"
]
"""Why a talk ended. The session is complete after the first three; after the others it can go on, by voice or in text,
unless the team has closed it."""

COMPLETING: frozenset[EndCause] = frozenset({"finished", "stopped", "time_up"})


class Microphone(Protocol):
    """What hears the candidate."""

    def hear(self, pcm: bytes) -> None:
        """16 kHz mono s16le, 20 ms a message. Drops and counts what it has no room for."""
        ...


class Loudspeaker(Protocol):
    """What the candidate hears the interviewer through."""

    def play(self, pcm: bytes, generation: int) -> None:
        """24 kHz mono s16le of any length; of a generation older than the newest it is dropped."""
        ...

    def flush(self) -> int:
        """Drop at once what has not been played, and return the new generation."""
        ...


class Message(BaseModel):
    """What a line is told besides sound; over `/ws/live` as JSON, in the order it happens."""

    type: str


class SessionMessage(Message):
    type: Literal["session"] = "session"
    session_id: str
    mode: Literal["gemini", "embedded"]


class StatusMessage(Message):
    """`message`: the state as a sentence for the candidate."""

    type: Literal["status"] = "status"
    state: LiveState
    message: str


class TranscriptMessage(Message):
    """An entry as it stands now: it comes again as it grows. `sequence` counts the session's entries on this line."""

    type: Literal["transcript"] = "transcript"
    sequence: int
    role: Speaker
    text: str
    start_ms: int
    end_ms: int
    final: bool
    interrupted: bool = False


class QuestionStatusMessage(Message):
    type: Literal["question_status"] = "question_status"
    index: int
    status: str
    question_statuses: tuple[QuestionStatus, ...]
    asked_question_index: int | None


class InterruptedMessage(Message):
    """The candidate spoke: whoever plays the interviewer's voice drops what is left of it."""

    type: Literal["interrupted"] = "interrupted"


class ResumedMessage(Message):
    """The connection to the model was lost and is back. `seconds`: lost, and given back."""

    type: Literal["resumed"] = "resumed"
    seconds: float


class TurnCompleteMessage(Message):
    type: Literal["turn_complete"] = "turn_complete"


class ErrorMessage(Message):
    type: Literal["error"] = "error"
    code: str
    message: str


class EndedMessage(Message):
    """`message`: what happens next, as a sentence for the candidate."""

    type: Literal["ended"] = "ended"
    reason: EndCause
    message: str


class Line(Protocol):
    """One candidate's line: the speaker, and somebody to tell."""

    speaker: Loudspeaker

    def tell(self, message: Message) -> None: ...
