"""What a local Gemini Live says and does, turn by turn, and the faults that may happen on the way."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, Literal

HEARD = (
    "I compared the two versions, measured each step and found the lock that was held too long.",
    "We had an outage on a Friday. I wrote down what we knew, asked two colleagues and rolled the change back.",
    "I first asked what they needed, then I wrote a short plan and we agreed on who does what by when.",
)
"""What is said to have been heard where no script says so: there is no speech recognition in here."""


@dataclass(frozen=True)
class ToolCall:
    """A call of one of the client's functions, before the turn's audio or after it."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)
    at: Literal["start", "end"] = "start"


@dataclass(frozen=True)
class Fault:
    """Happens when `after_ms` of the turn's audio have been sent, or after the whole turn (None)."""

    after_ms: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Close(Fault):
    """The connection is closed: 1008, 1011 and so on."""

    code: int = 1011
    reason: str = "Internal error encountered."


@dataclass(frozen=True)
class Abort(Fault):
    """The transport is torn down without a close frame: the client sees 1006."""


@dataclass(frozen=True)
class GoAway(Fault):
    """A notice with `time_left_ms`; when that time is up the connection is closed."""

    time_left_ms: int = 1000
    code: int = 1001


@dataclass(frozen=True)
class Silence(Fault):
    """The turn stops here and nothing ends it. With 0 milliseconds the server never answers."""

    after_ms: int | None = field(default=0, kw_only=True)


@dataclass(frozen=True)
class Garbage(Fault):
    """A frame that is not JSON."""


@dataclass(frozen=True)
class UnknownMessage(Fault):
    """A top-level message that no client knows."""


@dataclass(frozen=True)
class CancelTools(Fault):
    """toolCallCancellation of the turn's calls."""


@dataclass(frozen=True)
class RefuseConnects(Fault):
    """The next `count` connections are refused: a `code` below 1000 is an HTTP status, else a close code."""

    count: int = 1
    code: int = 503


@dataclass(frozen=True)
class RefuseHandle(Fault):
    """The next resumption handle is refused (1007)."""


@dataclass(frozen=True)
class Turn:
    """One turn of the interviewer.

    `hears`: the transcription of the speech that brings it about, sent in up to three pieces, of which the last `late`
    arrive after this turn's audio has begun. `audio_ms`: length of the tone (None: by the number of words; 0: none).
    `resumable`: False says that no resumption is possible during the turn. An earlier question is repeated by a turn
    that says it again.
    """

    says: str
    hears: str = ""
    audio_ms: int | None = None
    tone_hz: float = 440.0
    tools: tuple[ToolCall, ...] = ()
    late: int = 0
    resumable: bool = True
    then: Fault | tuple[Fault, ...] = ()

    @property
    def faults(self) -> tuple[Fault, ...]:
        return self.then if isinstance(self.then, tuple) else (self.then,)

    def play_ms(self, ms_per_word: int) -> int:
        return len(self.says.split()) * ms_per_word if self.audio_ms is None else self.audio_ms


def questions_in(instruction: str) -> tuple[str, ...]:
    """The questions of a system instruction: its lines that begin with `Q<index>: `, in order of index."""
    found = re.findall(r"^Q(\d+): (.+)$", instruction, re.MULTILINE)
    return tuple(text.strip() for _, text in sorted(found, key=lambda row: int(row[0])))


def default_script(
    questions: Sequence[str],
    *,
    tools: Collection[str] = ("mark_question", "end_interview"),
    hears: Sequence[str] = HEARD,
) -> tuple[Turn, ...]:
    """Greets with the first question, asks one more for each answer, says goodbye and calls end_interview.

    Only functions named in `tools` are called; a question is marked started when asked and answered at the next.
    """
    if not questions:
        return (Turn("Hello, I am your interviewer. I was given no questions. Goodbye."),)
    heard = cycle(hears)
    turns = [Turn(f"Hello, I am your interviewer. {questions[0]}", tools=_marks(0, tools))]
    for index, question in enumerate(questions[1:], 1):
        turns.append(Turn(f"Thank you. {question}", hears=next(heard), tools=_marks(index, tools)))
    end = ToolCall("end_interview", {"reason": "finished"}, at="end")
    ends = (*_marks(len(questions), tools)[:1], *([end] if end.name in tools else ()))
    return (*turns, Turn("Thank you, that was my last question. Goodbye.", hears=next(heard), tools=ends))


def _marks(index: int, tools: Collection[str]) -> tuple[ToolCall, ...]:
    """The question before has been answered, this one is started."""
    if "mark_question" not in tools:
        return ()
    started = ToolCall("mark_question", {"index": index, "status": "started"})
    if index == 0:
        return (started,)
    return (ToolCall("mark_question", {"index": index - 1, "status": "answered"}), started)


def pieces(text: str, most: int) -> tuple[str, ...]:
    """The text in at most `most` pieces of whole words; joined they are the text again."""
    words = re.findall(r"\s*\S+", text)
    size = -(-len(words) // most) if words else 1
    return tuple("".join(words[at : at + size]) for at in range(0, len(words), size))
