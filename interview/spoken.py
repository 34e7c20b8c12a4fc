"""What a spoken interview leaves in the database: its words as they are said, and turns folded out of them.

The transcript is written first and loses nothing. Turns, statuses and scores are folded out of it afterwards, by rules,
as often as needed: folding again adds nothing. The live interview (`interview.live`) calls these one after the other,
never two at once for one session.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from interview.access import Actor
from interview.context import Context
from interview.models import (
    Competency,
    Model,
    Persona,
    PositionSettings,
    Question,
    QuestionStatus,
    Speaker,
    StatusName,
    TranscriptEntry,
)
from interview.sessions import InterviewSessionManager


class LiveSession(Model):
    """A session that is to be spoken; `mode` is the voice that speaks it."""

    session_id: str
    interview_id: str
    mode: Literal["gemini", "embedded"]


@dataclass(frozen=True)
class Utterance:
    """A piece of transcript as it stands now. `entry_id` is None until it has been kept once.

    `start_ms`, `end_ms`: since the session's start. `final`: all of it was said and heard; a sentence that was cut off
    stays without it.
    """

    role: Speaker
    text: str
    start_ms: int
    end_ms: int
    final: bool
    entry_id: int | None = None


@dataclass(frozen=True)
class LiveScene:
    """All that a live interview begins or goes on with.

    `entries`: what was said so far in this attempt, oldest first. `seconds_left`: of the time limit, lost seconds given
    back; may be negative. `elapsed_ms`: since the session's start, where the transcript's clock stands now.
    `warmup`, `wrapup`: the words to open and to close with. `private`: names to be taken out of what a model is sent.
    """

    session_id: str
    interview_id: str
    role_title: str
    job_text: str
    resume_text: str
    persona: Persona
    settings: PositionSettings
    questions: tuple[Question, ...]
    competencies: tuple[Competency, ...]
    statuses: tuple[QuestionStatus, ...]
    asked_question_index: int | None
    entries: tuple[TranscriptEntry, ...]
    warmup: str
    wrapup: str
    elapsed_ms: int
    seconds_left: float
    private: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """How a session stands after a write: `open_core`: core questions neither answered nor skipped, by index."""

    statuses: tuple[QuestionStatus, ...]
    asked_question_index: int | None
    open_core: tuple[int, ...]
    seconds_left: float
    active: bool


class Spoken:
    """The use cases of spoken sessions. `actor` is checked in the first two; the rest act on a session they opened."""

    def __init__(self, context: Context, sessions: InterviewSessionManager) -> None:
        self._context = context
        self._sessions = sessions

    def open(self, actor: Actor, interview_id: str, candidate_id: str | None = None) -> LiveSession:
        """The open session of the interview in live mode, or a new one."""
        raise NotImplementedError

    def scene(self, actor: Actor, session_id: str) -> LiveScene:
        raise NotImplementedError

    def keep(self, session_id: str, utterances: Sequence[Utterance]) -> tuple[int, ...]:
        raise NotImplementedError

    def mark(self, session_id: str, index: int, status: StatusName) -> Standing:
        raise NotImplementedError

    def fold(self, session_id: str, through: int | None = None) -> Standing:
        raise NotImplementedError

    def conclude(self, session_id: str, cause: str) -> None:
        raise NotImplementedError

    def to_text(self, actor: Actor, session_id: str) -> None:
        raise NotImplementedError

    def give_back(self, session_id: str, seconds: float, cause: str) -> Standing:
        raise NotImplementedError

    def put_right(self, actor: Actor, session_id: str, corrections: Mapping[int, str]) -> None:
        raise NotImplementedError
