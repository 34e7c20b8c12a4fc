"""The review packet as it is handed out: everything that a person needs to judge one session of an interview."""

from __future__ import annotations

from typing import Literal

from interview.models import (
    Anchors,
    CriterionStatus,
    Evidence,
    Mode,
    Model,
    Moment,
    Narrative,
    QuestionKind,
    SessionStatus,
    VersionStamp,
    VoiceStamp,
)
from interview.packet.warnings import PacketWarning
from interview.reviewing.deciding import Decision
from interview.reviewing.overriding import Override

Asked = Literal["answered", "skipped", "asked", "not_asked"]
"""How far a planned question came; `asked`: it was put, and no answer was given to it."""


class Quote(Evidence):
    """`session_id`: where it was said; `start_ms` is a place in that session, and in its recording."""

    session_id: str = ""


class GivenLevel(Model):
    """What a reviewer gave a criterion. `level` None: the transcript does not show it."""

    review_id: str
    reviewer: str
    level: int | None
    note: str


class PacketCriterion(Model):
    """`level` stands, with people's overrides; `engine_level` is the engine's own. 0.0 is none, the status says why.

    `share`: of the competency's weight, 0 to 1. `low`, `high`: between which the engine's samples or signals lie.
    `anchors`: those of the rubric version that it was scored with; `anchor`: what they say of the level that stands.
    """

    criterion: str
    share: float
    status: CriterionStatus
    level: float
    engine_status: CriterionStatus
    engine_level: float
    low: float
    high: float
    anchor: str
    anchors: Anchors
    rationale: str
    quotes: tuple[Quote, ...] = ()
    override: Override | None = None
    reviews: tuple[GivenLevel, ...] = ()

    @property
    def assessed(self) -> bool:
        return self.status == "assessed"


class PacketCompetency(Model):
    competency: str
    level: float
    engine_level: float
    criteria: tuple[PacketCriterion, ...]


class PacketQuestion(Model):
    """A planned question, in the order asked; `follow_ups` and `hints`: how often it was asked on."""

    text: str
    kind: QuestionKind
    competency: str
    standing: Asked
    follow_ups: int = 0
    hints: int = 0
    entry_id: int | None = None


class PacketHint(Model):
    hint: str
    competency: str
    entry_id: int
    start_ms: int


class GivenBack(Model):
    """Time lost to a fault, which did not count as used."""

    cause: str
    seconds: float


class PacketReview(Model):
    """A submitted review. `blind`: made before the engine's scores were seen."""

    review_id: str
    reviewer: str
    submitted_at: Moment
    blind: bool


class Packet(Model):
    """Everything that a person needs to judge one session of an interview, and what people made of it so far.

    `spoken`: by voice at any time. `voices`: what live models asked by, in the order they came. `minutes`: from its
    start to its last words. `recordings`: sessions whose sound is kept. `doubtful_share`: of the candidate's
    characters, 0 to 1. `stamp`, `scored_at`, `narrative`: None without a scorecard; levels are those so far then.
    Newest first: `overrides`, and `decisions`, which are of the interview.
    """

    interview_id: str
    session_id: str
    candidate_name: str
    role_title: str
    position_id: str
    plan_version: int
    attempt: int
    rehearsal: bool
    status: SessionStatus
    mode: Mode
    spoken: bool
    voices: tuple[VoiceStamp, ...]
    begun_at: Moment
    ended_at: Moment | None
    minutes: float
    time_limit_minutes: float
    given_back: tuple[GivenBack, ...]
    recordings: tuple[str, ...]
    questions: tuple[PacketQuestion, ...]
    hints: tuple[PacketHint, ...]
    hints_known: bool
    overall_level: float
    engine_overall: float
    narrative: Narrative | None
    competencies: tuple[PacketCompetency, ...]
    warnings: tuple[PacketWarning, ...]
    doubtful_share: float
    overrides: tuple[Override, ...]
    reviews: tuple[PacketReview, ...]
    decisions: tuple[Decision, ...]
    scored_at: Moment | None
    stamp: VersionStamp | None
