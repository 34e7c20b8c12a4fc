"""The database's tables. One row class per noun; JSON columns hold pydantic models as the models dump themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """Instants: stored in UTC, read back with their zone (SQLite forgets it)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # signature is given
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # signature is given
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class PositionRow(Base):
    __tablename__ = "positions"

    position_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    role_title: Mapped[str]
    job_text: Mapped[str]
    job_hash: Mapped[str] = mapped_column(String(64), unique=True)
    settings: Mapped[dict[str, Any]]
    persona: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class PlanRow(Base):
    """A version of a position's plan core and rubric; approved by a person, or by a program's key."""

    __tablename__ = "plans"
    __table_args__ = (UniqueConstraint("position_id", "version"),)

    plan_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    position_id: Mapped[str] = mapped_column(ForeignKey("positions.position_id"))
    version: Mapped[int]
    plan: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]


class CandidateRow(Base):
    __tablename__ = "candidates"

    candidate_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    created_at: Mapped[datetime]


class InterviewRow(Base):
    """`attempt` counts from 1; a restart raises it and starts the question statuses anew."""

    __tablename__ = "interviews"
    __table_args__ = (Index("ix_interviews_funnel", "position_id", "interview_id", "created_at", "plan_id"),)

    interview_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    position_id: Mapped[str] = mapped_column(ForeignKey("positions.position_id"), index=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.plan_id"))
    candidate_id: Mapped[str] = mapped_column(ForeignKey("candidates.candidate_id"))
    resume_text: Mapped[str]
    candidate_plan: Mapped[dict[str, Any]]
    questions: Mapped[list[Any]]
    question_statuses: Mapped[list[Any]]
    asked_question_index: Mapped[int | None]
    attempt: Mapped[int] = mapped_column(default=1)
    next_entry_id: Mapped[int] = mapped_column(default=1)
    language: Mapped[str]
    warnings: Mapped[list[Any]]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    closed_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]


class InvitationRow(Base):
    __tablename__ = "invitations"
    __table_args__ = (Index("ix_invitations_funnel", "interview_id", "created_at"),)

    invitation_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.interview_id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    mode: Mapped[str]
    extra_time_factor: Mapped[float]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ConsentRow(Base):
    """A candidate's consent: the sentences that were agreed to, and when. Appended, never overwritten."""

    __tablename__ = "consents"

    consent_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.interview_id"), index=True)
    invitation_id: Mapped[str] = mapped_column(ForeignKey("invitations.invitation_id"))
    notice: Mapped[list[Any]]
    at: Mapped[datetime]


class AdjustmentRow(Base):
    """What a candidate asks to have arranged otherwise, and the team's reply."""

    __tablename__ = "adjustments"

    adjustment_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.interview_id"), index=True)
    invitation_id: Mapped[str] = mapped_column(ForeignKey("invitations.invitation_id"))
    text: Mapped[str]
    created_at: Mapped[datetime]
    reply: Mapped[str]
    replied_at: Mapped[datetime | None]
    replied_by: Mapped[str | None]


class SessionRow(Base):
    """One attempt. `version` rises by one with every write: a writer that read an older one has lost.

    `rehearsal`: the team tries the questions out; it takes no attempt and stands for nothing.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_idle", "status", "last_touched"),
        Index("ix_sessions_funnel", "interview_id", "rehearsal", "attempt", "status", "mode", "session_id"),
    )

    session_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.interview_id"), index=True)
    invitation_id: Mapped[str | None] = mapped_column(ForeignKey("invitations.invitation_id"))
    continues: Mapped[str | None] = mapped_column(ForeignKey("sessions.session_id"))
    attempt: Mapped[int]
    rehearsal: Mapped[bool] = mapped_column(default=False, server_default=false())
    mode: Mapped[str]
    status: Mapped[str]
    version: Mapped[int]
    state: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    last_touched: Mapped[datetime]
    completed_at: Mapped[datetime | None]


class AnswerDraftRow(Base):
    """What a candidate has typed in reply to a prompt (its transcript entry) and not sent yet."""

    __tablename__ = "answer_drafts"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.session_id"), primary_key=True)
    prompt_id: Mapped[int]
    text: Mapped[str]
    updated_at: Mapped[datetime]


class EntryRow(Base):
    """The transcript. `entry_id` counts from 1 within an interview, over all its sessions."""

    __tablename__ = "transcript_entries"

    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.interview_id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.session_id"), index=True)
    role: Mapped[str]
    text: Mapped[str]
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    final: Mapped[bool]
    corrects: Mapped[int | None]
    spoken: Mapped[bool] = mapped_column(default=False, server_default=false())
    doubtful: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")


class EventRow(Base):
    __tablename__ = "events"
    __table_args__ = (
        Index(
            "ix_events_faults",
            "session_id",
            "event_type",
            sqlite_where=text("event_type IN ('mode_changed', 'time_given_back', 'voice_failed')"),
        ),
    )

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.session_id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    stage: Mapped[str]
    competency: Mapped[str | None]
    event_type: Mapped[str]
    payload: Mapped[dict[str, Any]]


class TurnRow(Base):
    """One acknowledged step of a session: number 0 is the start. Its response is rebuilt from its events."""

    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("session_id", "idempotency_key"),)

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.session_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    request_hash: Mapped[str] = mapped_column(String(64))
    first_event: Mapped[int]
    last_event: Mapped[int]
    elapsed_ms: Mapped[int]
    created_at: Mapped[datetime]


class ScorecardRow(Base):
    """Appended, never overwritten. `source`: engine, override (the engine's, with a person's changes) or reviewer.

    `standing`: the newest of its session that is no reviewer's; it counts in every figure. Of a reviewer's:
    `reviewer_id` and `reviewer` say whose it is.
    """

    __tablename__ = "scorecards"
    __table_args__ = (
        Index("ix_scorecards_standing", "standing", "rehearsal", "rubric"),
        Index("ix_scorecards_newest", "standing", "rehearsal", "created_at", "scorecard_id", "rubric"),
    )

    scorecard_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.interview_id"), index=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.session_id"), index=True)
    source: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    engine: Mapped[str]
    model: Mapped[str]
    prompt: Mapped[str]
    rubric: Mapped[str]
    application: Mapped[str]
    overall_score: Mapped[float]
    narrative: Mapped[dict[str, Any]]
    rehearsal: Mapped[bool]
    standing: Mapped[bool] = mapped_column(default=False, server_default=false())
    reviewer_id: Mapped[str | None] = mapped_column(String(80))
    reviewer: Mapped[str | None]


class CompetencyScoreRow(Base):
    __tablename__ = "competency_scores"

    scorecard_id: Mapped[str] = mapped_column(ForeignKey("scorecards.scorecard_id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    competency: Mapped[str]
    total_score: Mapped[float]
    rubric_filled: Mapped[bool]
    criteria_assessed: Mapped[int]
    criteria_total: Mapped[int]
    criteria: Mapped[list[Any]]


class ModelUsageRow(Base):
    """What one call of a model took, in tokens. `cost`: US dollars, None where no price is set.

    `interview_id` is None for what belongs to no interview: a position's plan, or an interview that was deleted.
    """

    __tablename__ = "model_usage"

    usage_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    interview_id: Mapped[str | None] = mapped_column(ForeignKey("interviews.interview_id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    model: Mapped[str]
    purpose: Mapped[str]
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    cost: Mapped[float | None]
