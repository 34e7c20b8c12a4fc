"""What is known of an interview, as it is handed out, and what one is made from."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from pydantic import Field

from interview.contract import TranscriptLine
from interview.models import (
    CandidatePlan,
    Competency,
    Mode,
    Model,
    Moment,
    Question,
    QuestionStatus,
    Scorecard,
    SessionStatus,
    Words,
)

MAX_NAME_CHARS = 200


class NewInterview(Model):
    """What an interview is made from; the texts have been read from their files already."""

    role_title: Words = ""
    job_text: Words = ""
    resume_text: Words
    candidate_name: Words = Field("", max_length=MAX_NAME_CHARS)
    candidate_email: Words = Field("", max_length=320)
    position_id: str | None = None
    language: Words = Field("en", max_length=20)
    draft: bool = False
    warnings: tuple[str, ...] = ()


InterviewState = Literal["draft", "ready", "invited", "in_progress", "expired", "completed", "closed"]
"""How far an interview is. `draft`: its plan waits for approval; `ready`: nobody is invited yet (or not any more)."""


class InterviewFilter(Model):
    """Which interviews a list holds. `name`: part of the candidate's name; `archived` None: both kinds."""

    position_id: str | None = Field(None, max_length=64)
    state: InterviewState | None = None
    name: Words = Field("", max_length=200)
    archived: bool | None = None


class InterviewCounts(Model):
    """How many interviews stand where; states without any are left out. `open_adjustments`: requests that wait."""

    by_state: dict[InterviewState, int]
    open_adjustments: int


MAX_ROWS = 100_000
"""Of score rows in one answer; more would not fit into memory comfortably."""


class ScoreFilter(Model):
    """Which rows: of one position, plan version and competency, scored in [from, to)."""

    position_id: str | None = Field(None, max_length=64)
    scored_from: Moment | None = None
    scored_to: Moment | None = None
    version: int | None = Field(None, ge=1, description="The position's plan version")
    competency: str | None = Field(None, max_length=120)
    standing_only: bool = Field(False, description="Only the scorecard of each session that counts")
    limit: int = Field(10_000, ge=1, le=MAX_ROWS)


class FigureFilter(Model):
    """What figures are of: one position, plan version and competency, the days (UTC) from `first_day` to `last_day`,
    both included. None is all.

    Scores count on the day they were made, sessions on the day they were completed, what models took on the day they
    were called, and an interview in the funnel on the day of its first invitation.
    """

    position_id: str | None = Field(None, max_length=64)
    version: int | None = Field(None, ge=1)
    competency: str | None = Field(None, max_length=120)
    first_day: date | None = None
    last_day: date | None = None

    def rows(self, *, standing_only: bool, limit: int) -> ScoreFilter:
        """The rows that the figures are about; with `standing_only` False, those that do not count too."""
        return ScoreFilter(
            position_id=self.position_id,
            version=self.version,
            competency=self.competency,
            scored_from=self.begin,
            scored_to=self.end,
            standing_only=standing_only,
            limit=limit,
        )

    @property
    def begin(self) -> datetime | None:
        """The first moment that counts."""
        return datetime.combine(self.first_day, time.min, tzinfo=UTC) if self.first_day else None

    @property
    def end(self) -> datetime | None:
        """The first moment that counts no more; None also where no calendar has one."""
        if self.last_day is None or self.last_day == date.max:
            return None
        return datetime.combine(self.last_day + timedelta(days=1), time.min, tzinfo=UTC)


class SessionSummary(Model):
    """`rehearsal`: the team tried the questions out."""

    session_id: str
    rehearsal: bool = False
    status: SessionStatus
    mode: Mode
    attempt: int
    created_at: Moment
    last_touched: Moment
    completed_at: Moment | None


class InterviewSummary(Model):
    """A line of the interviews list. `status` is that of its newest session; rehearsals do not count.

    `questions_done` of `questions_total`: answered or skipped, without probes, which are asked only where needed.
    """

    interview_id: str
    position_id: str
    role_title: str
    candidate_id: str
    candidate_name: str
    status: SessionStatus | None
    state: InterviewState
    archived: bool
    asked_question_index: int | None
    questions_done: int
    questions_total: int
    open_adjustments: int
    overall_score: float | None
    scores_open: bool = True
    created_at: Moment
    updated_at: Moment


class InterviewRecord(Model):
    """An interview with everything that belongs to it.

    `scores_open`: False where the reader is to rate first; `score` is None then.
    """

    interview_id: str
    position_id: str
    role_title: str
    candidate_id: str
    candidate_name: str
    language: str
    mode: str
    plan_version: int
    plan_approved: bool
    state: InterviewState
    archived: bool
    questions: tuple[str, ...]
    question_plan: tuple[Question, ...]
    competencies: tuple[Competency, ...]
    focus_areas: tuple[str, ...]
    candidate_plan: CandidatePlan
    question_statuses: tuple[QuestionStatus, ...]
    asked_question_index: int | None
    warnings: tuple[str, ...]
    attempt: int
    sessions: tuple[SessionSummary, ...]
    transcript: tuple[TranscriptLine, ...]
    score: Scorecard | None
    scores_open: bool = True
    created_at: Moment
    updated_at: Moment
