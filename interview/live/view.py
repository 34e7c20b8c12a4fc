"""What is told of a talk: to its line as it happens, and to whoever looks as one picture of the moment."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from interview.errors import logged
from interview.live.line import (
    EndCause,
    EndedMessage,
    ErrorMessage,
    Line,
    LiveState,
    Message,
    QuestionStatusMessage,
    StatusMessage,
    TranscriptMessage,
)
from interview.models import QuestionStatus, TranscriptEntry

log = logging.getLogger(__name__)

_CAPTIONS = 12
_TURNS = 200

STATES: dict[LiveState, str] = {
    "connecting": "The interviewer is joining.",
    "listening": "The interviewer is listening.",
    "speaking": "The interviewer is speaking.",
    "thinking": "Take the time you need. The interviewer waits.",
    "muted": "Your microphone is muted.",
    "reconnecting": "The connection to the interviewer was lost and is being made again. The time does not count.",
    "ending": "Thank you. Your last answers are being read.",
    "ended": "The talk has ended.",
}
WAITS_AFTERWARDS = "The interviewer is speaking. Then it waits; take the time you need."
SILENT_LINE = "No sound reaches us from your microphone. Please check it, or go on in writing."

ENDS: dict[EndCause, str] = {
    "finished": "Thank you, the interview is complete.",
    "stopped": "The interview has ended as you asked.",
    "time_up": "The time is up. Thank you, the interview is complete.",
    "to_text": "The interview goes on in writing. Everything said so far is kept.",
    "taken_over": "The interview goes on in another window.",
    "line_lost": "We could not hear you any more. Everything said so far is kept; you can go on at any time.",
    "voice_failed": "The interviewer's voice could not be reached. Everything said so far is kept; try again by voice, "
    "or go on in writing.",
    "closed": "The talk was ended. Everything said so far is kept.",
    "budget_reached": "The interview has to pause here. Everything said so far is kept. Please tell the hiring team.",
}
WITHDRAWN = "The hiring team has withdrawn your link. What you have said is kept. Please ask them for a new one."
RATED_LATER = "Your answers are safe. Rating them did not work yet and will be done later."


def said_of(state: LiveState, *, silent: bool, thinking: bool) -> str:
    """The sentence for a state. `silent`: nothing comes from the line; `thinking`: a moment was asked for."""
    if silent:
        return SILENT_LINE
    return WAITS_AFTERWARDS if thinking and state == "speaking" else STATES[state]


@dataclass(frozen=True)
class Reply:
    """How long the candidate waited for one, in milliseconds.

    `waited`: from the end of their speech to the decision that the answer had ended. `made`: from then to the
    interviewer's first sound.
    """

    waited: float
    made: float


@dataclass(frozen=True)
class LiveView:
    """A talk at one moment.

    `captions`: the newest, those of before the talk under numbers below 0. `question`: the one in hand.
    `first_sound_ms`: from the end of the candidate's speech to the interviewer's first sound, median and 95th
    percentile of the turns so far; None before any. `replies`: the same turn by turn, where the decision that an answer
    has ended is ours. `dropped`: messages of sound.
    """

    state: LiveState
    message: str
    captions: tuple[TranscriptMessage, ...]
    question_index: int | None
    question: str | None
    statuses: tuple[QuestionStatus, ...]
    seconds_left: float
    dropped: int
    error: str | None
    ended: EndCause | None
    first_sound_ms: tuple[float, float] | None
    replies: tuple[Reply, ...]


class Display:
    """Tells the line, and keeps what a view shows. Written on the voice loop, read from any thread."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.state: LiveState = "connecting"
        self.message = ""
        self.captions: tuple[TranscriptMessage, ...] = ()
        self.error: str | None = None
        self.code: str | None = None
        """The error's."""
        self.ended: EndCause | None = None
        self.first_sound: tuple[float, float] | None = None
        self.replies: tuple[Reply, ...] = ()
        self._delays: deque[float] = deque(maxlen=_TURNS)
        self._told: tuple[QuestionStatus, ...] = ()
        self._asked: int | None = None

    def tell(self, message: Message) -> None:
        try:
            self._line.tell(message)
        except Exception as error:  # noqa: BLE001 - a line that is broken must not break the talk
            logged(error, "line_failed")

    def show(self, state: LiveState, message: str | None = None) -> None:
        """The state, told when it or its sentence is another one."""
        message = message or STATES[state]
        if (state, message) == (self.state, self.message):
            return
        self.state, self.message = state, message
        self.tell(StatusMessage(state=state, message=message))

    def earlier(self, entries: Sequence[TranscriptEntry]) -> None:
        """Begin the captions with what was said before this talk, under numbers below 0; the line is not told."""
        newest = entries[-_CAPTIONS:]
        self.captions = tuple(
            TranscriptMessage(
                sequence=number - len(newest),
                role=entry.role,
                text=entry.text,
                start_ms=entry.start_ms,
                end_ms=entry.end_ms,
                final=entry.final,
                interrupted=not entry.final,
            )
            for number, entry in enumerate(newest)
        )

    def caption(self, message: TranscriptMessage) -> None:
        rows = {row.sequence: row for row in self.captions} | {message.sequence: message}
        self.captions = tuple(rows[sequence] for sequence in sorted(rows))[-_CAPTIONS:]
        self.tell(message)

    def statuses(self, now: tuple[QuestionStatus, ...], asked: int | None) -> None:
        """The stored statuses; each that has changed is told."""
        before, self._told, self._asked = self._told, now, asked
        for index, status in enumerate(now):
            if index >= len(before) or before[index].status != status.status:
                if not before:
                    continue  # where the talk began
                self.status(index)

    def status(self, index: int) -> None:
        """Tell the stored status of one question, changed or not."""
        self.tell(
            QuestionStatusMessage(
                index=index,
                status=self._told[index].status,
                question_statuses=self._told,
                asked_question_index=self._asked,
            )
        )

    def problem(self, code: str, message: str) -> None:
        self.error, self.code = message, code
        self.tell(ErrorMessage(code=code, message=message))

    def solved(self) -> None:
        self.error = self.code = None

    def end(self, cause: EndCause, message: str | None = None) -> None:
        """The last thing that is told."""
        if self.ended is not None:
            return
        text = message or ENDS[cause]
        self.state, self.message, self.ended = "ended", text, cause
        self.tell(EndedMessage(reason=cause, message=text))

    def replied(self, reply: Reply) -> None:
        self.replies = (*self.replies, reply)[-_TURNS:]
        self.delayed(reply.waited + reply.made)

    def delayed(self, milliseconds: float) -> None:
        self._delays.append(milliseconds)
        rows = sorted(self._delays)
        self.first_sound = (rows[len(rows) // 2], rows[min(len(rows) - 1, int(len(rows) * 0.95))])
