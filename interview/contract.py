"""The interactive session's messages, exactly as its contract names them (camelCase on the wire)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BeforeValidator, Field

from interview.events import InterviewEvent, PromptMetadata
from interview.models import (
    MAX_ANSWER_CHARS,
    CandidateProfile,
    CompetencySummary,
    Evaluation,
    Mode,
    Model,
    Moment,
    Move,
    Persona,
    PersonaOverrides,
    QuestionStatus,
    SessionStatus,
    Spans,
    Stage,
    TranscriptEntry,
    Words,
)

Toggle = Annotated[bool, BeforeValidator(lambda value: False if value is None else value)]
"""A client's toggle; null is off."""


class StartRequest(Model):
    """`rehearsal`: the team tries the questions out in a session of its own, which takes no attempt."""

    interview_id: str = Field(min_length=1, max_length=64)
    candidate_id: str | None = Field(None, max_length=64)
    persona: PersonaOverrides | None = None
    rehearsal: Toggle = False


class TurnRequest(Model):
    """`answer` may be empty only for an action that needs no words."""

    session_id: str = Field(min_length=1, max_length=64)
    answer: Words = Field("", max_length=MAX_ANSWER_CHARS)
    action: Move = "answer"
    auto_send: Toggle = False
    auto_generate: Toggle = False


@dataclass(frozen=True)
class Heard:
    """How an answer was spoken: when, in ms since the session's start, and which ranges of it are doubtful.

    `spoken`: False for words that were typed in a talk.
    """

    start_ms: int
    end_ms: int
    doubtful: Spans = ()
    spoken: bool = True

    def of(self, part: str, answer: str) -> Heard:
        """The same for a part of the answer; what is no part of it has no doubtful ranges."""
        at = answer.rfind(part)
        cut = ((max(0, start - at), min(len(part), end - at)) for start, end in self.doubtful if at >= 0)
        return replace(self, doubtful=tuple((start, end) for start, end in cut if start < end))


class QuestionPayload(Model):
    content: str | None
    metadata: PromptMetadata


class StartResponse(Model):
    session_id: str
    stage: Stage
    persona: Persona
    profile: CandidateProfile
    question: QuestionPayload | None
    events: tuple[InterviewEvent, ...]
    competencies: tuple[CompetencySummary, ...]
    overall_score: float
    questions_asked: int
    elapsed_ms: int


class TurnResponse(Model):
    stage: Stage
    question: QuestionPayload | None
    evaluation: Evaluation
    events: tuple[InterviewEvent, ...]
    competencies: tuple[CompetencySummary, ...]
    overall_score: float
    questions_asked: int
    elapsed_ms: int
    completed: bool


class TranscriptLine(Model):
    """A transcript entry as clients see it. `spoken`: heard, not written; `doubtful`: ranges that were not clear."""

    entry_id: int
    role: str
    text: str
    timestamp: str
    start_ms: int
    end_ms: int
    final: bool
    corrects: int | None = None
    spoken: bool = False
    doubtful: Spans = ()

    @classmethod
    def of(cls, entry: TranscriptEntry) -> TranscriptLine:
        return cls(timestamp=entry.timestamp, **entry.model_dump(exclude={"session_id"}))


class SessionSnapshot(Model):
    """Everything that a client needs to go on after a reload.

    `scores_open`: False where the reader is to rate first; scores, evaluations and reasoning are empty then.
    """

    session_id: str
    interview_id: str
    mode: Mode
    status: SessionStatus
    expired: bool
    completed: bool
    stage: Stage
    persona: Persona
    question: QuestionPayload | None
    last_turn: TurnResponse | None
    events: tuple[InterviewEvent, ...]
    transcript: tuple[TranscriptLine, ...]
    question_statuses: tuple[QuestionStatus, ...]
    asked_question_index: int | None
    competencies: tuple[CompetencySummary, ...]
    overall_score: float
    questions_asked: int
    elapsed_ms: int
    time_limit_ms: int
    last_touched: Moment
    scores_open: bool = True
