"""What people make of interviews and positions afterwards: reviews, decisions, self-reports, rehearsals, templates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from interview.store.tables import Base


class QuestionScoreRow(Base):
    """What one response of an engine's scorecard came to: a question with its follow-ups, in the order asked.

    `score`: the response's total on the 1-5 scale, 0.0 where nothing could be assessed or it was skipped. `others`: the
    mean score of the scorecard's other questions that have one, probes left out; None without any. `hints_known`: the
    session's own rules asked; what a voice that talks freely says may be a hint or not.
    """

    __tablename__ = "question_scores"

    scorecard_id: Mapped[str] = mapped_column(ForeignKey("scorecards.scorecard_id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str]
    kind: Mapped[str]
    competency: Mapped[str]
    score: Mapped[float]
    hints: Mapped[int]
    follow_ups: Mapped[int]
    skipped: Mapped[bool]
    others: Mapped[float | None]
    hints_known: Mapped[bool] = mapped_column(default=True, server_default=true())


class ReviewRow(Base):
    """One reviewer's look at one attempt. Before `submitted_at` or `seen_unrated_at` the engine's scores are closed.

    `imported`: the one transcript from elsewhere that it is of; "" where it is of what was held here.
    `ratings`: competency → criterion → level and note, as far as they were given. `scorecard_id`: the reviewer's own.
    """

    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("interview_id", "attempt", "reviewer_id", "imported"),)

    review_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.interview_id"))
    attempt: Mapped[int]
    imported: Mapped[str] = mapped_column(String(36))
    session_id: Mapped[str | None] = mapped_column(ForeignKey("sessions.session_id"))
    reviewer_id: Mapped[str] = mapped_column(String(80), index=True)
    reviewer: Mapped[str]
    ratings: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    seen_unrated_at: Mapped[datetime | None]
    scorecard_id: Mapped[str | None] = mapped_column(ForeignKey("scorecards.scorecard_id"))


class OverrideRow(Base):
    """A person's level in the place of the engine's, with the reason; both stay. `scorecard_id`: the one changed."""

    __tablename__ = "overrides"

    override_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.interview_id"), index=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.session_id"))
    scorecard_id: Mapped[str] = mapped_column(ForeignKey("scorecards.scorecard_id"))
    competency: Mapped[str]
    criterion: Mapped[str]
    former_level: Mapped[float]
    level: Mapped[float]
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    name: Mapped[str]


class DecisionRow(Base):
    """What a person decided of an interview, and why. Appended; the newest one stands."""

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_newest", "interview_id", "at", "decision_id", "decision"),)

    decision_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.interview_id"))
    decision: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    name: Mapped[str]


class DemographicsRow(Base):
    """What a candidate chose to say of themselves after the interview. Read by the fairness tables and nothing else."""

    __tablename__ = "demographics"

    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.interview_id"), primary_key=True)
    sex: Mapped[str]
    race: Mapped[str]
    notice: Mapped[list[Any]]
    at: Mapped[datetime]


class RehearsalRow(Base):
    """A plan tried out on simulated candidates, and what the rubric could tell apart."""

    __tablename__ = "rehearsals"

    rehearsal_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    position_id: Mapped[str] = mapped_column(ForeignKey("positions.position_id"), index=True)
    plan_version: Mapped[int]
    at: Mapped[datetime]
    name: Mapped[str]
    engine: Mapped[str]
    model: Mapped[str]
    prompt: Mapped[str]
    application: Mapped[str]
    report: Mapped[dict[str, Any]]


class PositionTemplateRow(Base):
    """What new positions may be made from: role title, job text, plan, settings and persona."""

    __tablename__ = "position_templates"

    template_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
