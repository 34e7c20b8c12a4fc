"""What a running session is: the server's single source of truth, saved with every turn."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import Field

from interview.models import (
    CompetencySummary,
    CriterionScore,
    Escalation,
    Model,
    Moment,
    Persona,
    PositionPlan,
    Spans,
    Stage,
    StatusName,
    VoiceStamp,
)
from interview.scoring import competency_summary, overall


class AskedPrompt(Model):
    """A prompt that was spoken. Prompts with the same `response` number are one question with its follow-ups.

    `answers`: the candidate's entries in reply, with corrections in the place of what they correct. `carried`: asked in
    an earlier session of this attempt that expired. `heard`: recognised in the words of a voice that talks
    freely, or of a transcript from elsewhere; whether they were a hint is not known.
    """

    entry_id: int
    response: int
    question_index: int | None = None
    competency: str | None = None
    escalation: Escalation = "broad"
    answers: tuple[int, ...] = ()
    skipped: bool = False
    carried: bool = False
    heard: bool = False


class QuestionMark(Model):
    """That a spoken session's question was begun or skipped, said by a button or a tool after this entry."""

    after: int
    index: int
    status: StatusName


class InterviewSessionState(Model):
    """Stage, prompts and latest scores. Everything else that is shown is computed from these and the events.

    `heard_through`: the last entry of a spoken session that is in a prompt, an answer or a move; later ones wait.
    `rated_chars`: how many characters of each spoken answer (by entry) its evaluation has read, 0 before any; of words
    that are no answer, all. `marks`: those that no entry has been folded behind yet. `draft_doubtful`: ranges of the
    answer's draft that were not clearly recognised; written with the draft, and without meaning where there is none.
    `voices`: what live models asked by in this attempt, each once, in the order they came.
    """

    session_id: str
    interview_id: str
    stage: Stage = "warmup"
    competency: str | None = None
    persona: Persona = Persona()
    prompts: tuple[AskedPrompt, ...] = ()
    latest: dict[str, dict[str, CriterionScore]] = Field(default_factory=dict)
    started_at: Moment
    last_checkpoint: Moment
    time_limit_minutes: float
    lost_seconds: float = 0.0
    stop_offered: bool = False
    rehearsal: bool = False
    heard_through: int = 0
    rated_chars: dict[int, int] = Field(default_factory=dict)
    marks: tuple[QuestionMark, ...] = ()
    draft_doubtful: Spans = ()
    voices: tuple[VoiceStamp, ...] = ()

    @property
    def pending(self) -> AskedPrompt | None:
        """The prompt that waits for an answer; one of an earlier session waits no longer."""
        last = self.prompts[-1] if self.prompts and self.stage != "complete" else None
        return last if last and not last.carried else None

    @property
    def questions_asked(self) -> int:
        return sum(not prompt.carried for prompt in self.prompts)

    def elapsed_ms(self, now: datetime) -> int:
        return max(0, int((now - self.started_at) / timedelta(milliseconds=1)))

    def seconds_left(self, now: datetime) -> float:
        """Of the time limit; seconds lost to faults are given back. Negative when it has passed."""
        used = (now - self.started_at).total_seconds() - self.lost_seconds
        return self.time_limit_minutes * 60 - used

    def time_up(self, now: datetime) -> bool:
        """Whether the time limit has passed."""
        return self.seconds_left(now) <= 0

    def started_anew(self, now: datetime) -> InterviewSessionState:
        """With the whole of its time from now on: nothing was asked or said yet."""
        return self.model_copy(update={"started_at": now, "last_checkpoint": now, "lost_seconds": 0.0})

    def summaries(self, plan: PositionPlan) -> tuple[CompetencySummary, ...]:
        """The standing of every competency of the plan, in its order."""
        return tuple(
            competency_summary(competency, self.latest.get(competency.name, {})) for competency in plan.competencies
        )

    def overall_score(self, plan: PositionPlan) -> float:
        return overall(self.summaries(plan))
