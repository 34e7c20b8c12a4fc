"""The nouns of the product, as pydantic models.

Names are snake_case in Python and in the live flow's REST; the interactive session's contract is camelCase, which comes
from the one alias generator below. Both spellings are accepted on the way in.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Stage = Literal["warmup", "competency", "wrapup", "complete"]
Escalation = Literal["broad", "why", "how", "challenge", "hint", "edge"]
QuestionKind = Literal["core", "probe", "custom"]
QuestionStyle = Literal["behavioural", "situational"]
StatusName = Literal["not_started", "started", "answered", "skipped"]
CriterionStatus = Literal["assessed", "not_assessed", "insufficient_evidence"]
Speaker = Literal["candidate", "interviewer"]
Move = Literal["answer", "repeat", "rephrase", "think", "skip", "ask", "correct", "hint", "stop"]
Mode = Literal["text", "live"]
SessionStatus = Literal["active", "complete", "expired", "closed", "imported"]
Purpose = Literal["assessment", "practice"]
FlagKind = Literal[
    "injection", "copied_question", "copied_anchor", "keyword_list", "off_topic", "vivid_but_thin", "machine_drafted",
    "abuse", "distress",
]  # fmt: skip

MAX_ANSWER_CHARS = 20_000
SCALE = (1.0, 5.0)
"""The behaviourally anchored rating scale; 0.0 stands for "no score" and always comes with a status that says why."""


def _aware(moment: datetime) -> datetime:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("it lies outside of the years 1 to 9999 in UTC") from None


Moment = Annotated[datetime, AfterValidator(_aware)]
"""An instant, always in UTC."""


def _clean(text: str) -> str:
    """Characters that no store or font can hold are taken out; line ends and tabs stay."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(c for c in whole if c in "\n\t" or unicodedata.category(c) != "Cc")


Words = Annotated[str, AfterValidator(_clean)]
"""Text from outside, safe to store."""

Line = Annotated[Words, Field(max_length=2_000)]
"""A name, a point or a sentence from outside."""


class Model(BaseModel):
    """Base of every noun: immutable, camelCase aliases, either spelling accepted."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


# --- what is assessed -------------------------------------------------------------------------------------------------


class Anchors(Model):
    """Behavioural anchors at three points of the 1-5 scale; 2 and 4 lie between (Smith & Kendall 1963, BARS)."""

    one: str = Field("", alias="1", max_length=2_000)
    three: str = Field("", alias="3", max_length=2_000)
    five: str = Field("", alias="5", max_length=2_000)


class Criterion(Model):
    """One rated behaviour inside a competency. Weights of a competency's criteria sum to 1."""

    name: str = Field(min_length=1, max_length=120)
    description: str = Field("", max_length=2_000)
    weight: float = Field(gt=0, le=100)
    anchors: Anchors = Anchors()
    expected_points: tuple[Line, ...] = Field((), max_length=12)


class Competency(Model):
    """A skill that the job needs, with the criteria it is rated on."""

    name: str = Field(min_length=1, max_length=120)
    description: str = Field("", max_length=2_000)
    criteria: tuple[Criterion, ...] = Field(min_length=1, max_length=8)


class Question(Model):
    """A planned question. `index` is its place in the interview's list, which runs in asking order."""

    index: int = Field(ge=0)
    text: str = Field(min_length=1, max_length=1_000)
    kind: QuestionKind = "core"
    style: QuestionStyle = "behavioural"
    competency: Line | None = None
    purpose: str = Field("", max_length=500)


class QuestionStatus(Model):
    status: StatusName = "not_started"
    updated_at: Moment | None = None


class Persona(Model):
    """How the interviewer speaks; never what is asked or how it is rated."""

    name: Words = Field("Alex", max_length=80)
    probing_style: Words = Field("curious", max_length=200)
    hint_style: Words = Field("gentle", max_length=200)
    encouragement: Words = Field("warm", max_length=200)


class PersonaOverrides(Model):
    name: Words | None = Field(None, max_length=80)
    probing_style: Words | None = Field(None, max_length=200)
    hint_style: Words | None = Field(None, max_length=200)
    encouragement: Words | None = Field(None, max_length=200)


class PositionSettings(Model):
    """How a position's interviews are held. `recording`: both voices of a spoken interview are kept. It and
    `retention_days`, on which nothing acts yet, are named in the consent.
    """

    time_limit_minutes: float = Field(45, gt=0, le=240)
    purpose: Purpose = "assessment"
    show_scores: bool = False
    study_guide: bool = True
    recording: bool = False
    retention_days: int = Field(365, ge=1, le=3650)

    @property
    def scores_shown(self) -> bool:
        """Whether the candidate sees scores: in practice always."""
        return self.show_scores or self.purpose == "practice"


class PositionPlan(Model):
    """What every candidate of a position gets: the core of the structured interview."""

    role_title: Line
    family: Line
    skills_wanted: tuple[Line, ...] = Field((), max_length=200)
    focus_areas: tuple[Line, ...] = Field((), max_length=200)
    competencies: tuple[Competency, ...] = Field(min_length=1, max_length=12)
    core_questions: tuple[Question, ...] = Field(min_length=1, max_length=40)

    def competency(self, name: str) -> Competency:
        """The competency of that name; KeyError if the plan has none."""
        for competency in self.competencies:
            if competency.name == name:
                return competency
        raise KeyError(name)


class CandidateProfile(Model):
    """What the résumé says, in short. Shown to people; never read when scoring."""

    candidate_id: str = ""
    candidate_name: str = ""
    resume_summary: str = ""
    experience_years: float | None = None
    highlighted_experiences: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()


class CandidatePlan(Model):
    """What is added for one candidate: probes on the résumé, marked as such, beside the shared core."""

    profile: CandidateProfile
    skills_shown: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    focus_areas: tuple[str, ...] = ()
    probes: tuple[Question, ...] = Field((), max_length=6)


# --- what is said -----------------------------------------------------------------------------------------------------


Spans = tuple[tuple[int, int], ...]
"""Half-open character ranges of a text, in order, none overlapping."""


class TranscriptEntry(Model):
    """One utterance. Words are stored here and nowhere else; everything else refers to `entry_id`.

    `spoken`: it was heard, not written; `doubtful`: the ranges of it that were not clearly understood.
    """

    entry_id: int
    session_id: str = ""
    role: Speaker
    text: str
    start_ms: int = Field(0, ge=0)
    end_ms: int = Field(0, ge=0)
    final: bool = True
    corrects: int | None = None
    spoken: bool = False
    doubtful: Spans = ()

    @property
    def timestamp(self) -> str:
        """Minutes and seconds since the session's start, `mm:ss`."""
        seconds = self.start_ms // 1000
        return f"{seconds // 60:02d}:{seconds % 60:02d}"


class Evidence(Model):
    """Words that the candidate really said: entry, half-open character span, and the quote (joined on read)."""

    entry_id: int
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    start_ms: int | None = None
    quote: str = ""


class Flag(Model):
    """Something the team should look at. Never scored."""

    kind: FlagKind
    note: str
    entry_id: int | None = None


class CriterionScore(Model):
    """A level on the 1-5 scale with its evidence, or 0.0 with a status that says why there is none.

    `low` and `high` bound the level where signals disagree or samples spread; equal to `score` otherwise.
    """

    criterion: str
    score: float = Field(0.0, ge=0, le=5)
    weight: float
    rationale: str = ""
    status: CriterionStatus = "not_assessed"
    evidence: tuple[Evidence, ...] = ()
    low: float = 0.0
    high: float = 0.0


class Evaluation(Model):
    """What an engine makes of one response (a core question's answer with those of its follow-ups)."""

    summary: str = ""
    total_score: float = 0.0
    rubric_filled: bool = False
    criterion_scores: tuple[CriterionScore, ...] = ()
    hints: tuple[str, ...] = ()
    follow_up_needed: bool = False
    flags: tuple[Flag, ...] = ()


class CriterionSummary(Model):
    criterion: str
    weight: float
    latest_score: float = 0.0
    rationale: str = ""
    status: CriterionStatus = "not_assessed"
    evidence: tuple[Evidence, ...] = ()
    low: float = 0.0
    high: float = 0.0

    def as_score(self) -> CriterionScore:
        """The same as a score of its own."""
        return CriterionScore(score=self.latest_score, **self.model_dump(exclude={"latest_score"}))


class CompetencySummary(Model):
    """A competency's standing: the weighted mean of its assessed criteria, 0.0 before any."""

    competency: str
    total_score: float = 0.0
    rubric_filled: bool = False
    criteria: tuple[CriterionSummary, ...] = ()


class VersionStamp(Model):
    """What made a score: two scores compare only where these agree."""

    engine: str
    model: str
    prompt: str
    rubric: str
    application: str


class VoiceStamp(Model):
    """What a live model asked by: the version of its prompt, and its name."""

    prompt: str
    model: str


class Narrative(Model):
    summary: str
    strengths: tuple[str, ...] = ()
    improvements: tuple[str, ...] = ()


ScoreSource = Literal["engine", "override", "reviewer"]
"""Who scored: an engine; the engine, with a person's changes; a person, from the transcript alone."""


class Scorecard(Model):
    """`reviewer`: the person's name, of a reviewer's scorecard and of one with overrides; "" otherwise."""

    scorecard_id: str
    interview_id: str
    session_id: str
    source: ScoreSource = "engine"
    reviewer: str = ""
    created_at: Moment
    stamp: VersionStamp
    overall_score: float = 0.0
    competencies: tuple[CompetencySummary, ...] = ()
    narrative: Narrative
    rehearsal: bool = False


class GuideSection(Model):
    """One competency of the study guide."""

    competency: str
    questions: tuple[str, ...] = ()
    strengths: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    practice: tuple[str, ...] = ()
    evidenced: int = 0
    criteria: int = 0
    level: float = 0.0


class GuideContent(Model):
    """What a study guide says; `study_guide.py` makes the pages."""

    opening: str
    sections: tuple[GuideSection, ...]
    next_steps: tuple[str, ...] = ()
