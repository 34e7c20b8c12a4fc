"""What scoring a position's interviews again reads: completed interviews, the scorecards they have, what calls took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, func, select
from sqlalchemy.orm import Session

from interview.store.tables import (
    CandidateRow,
    InterviewRow,
    ModelUsageRow,
    PlanRow,
    ScorecardRow,
    SessionRow,
)


def completed(tx: Session, position_id: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """A position's interviews that were completed: id, plan version, and the session that stands, with its state.

    Oldest first.
    """
    query = (
        select(InterviewRow.interview_id, SessionRow.session_id, SessionRow.state, PlanRow.version)
        .join(PlanRow, PlanRow.plan_id == InterviewRow.plan_id)
        .join(SessionRow, SessionRow.session_id == _standing())
        .where(InterviewRow.position_id == position_id)
        .order_by(InterviewRow.created_at, InterviewRow.interview_id)
    )
    return tx.execute(query).all()


def engine_scorecards(tx: Session, position_id: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """The stamps of the engines' scorecards of those sessions, oldest first: session, stamp, when."""
    stamp = (ScorecardRow.engine, ScorecardRow.model, ScorecardRow.prompt, ScorecardRow.rubric)
    query = (
        select(ScorecardRow.session_id, *stamp, ScorecardRow.application, ScorecardRow.created_at)
        .join(InterviewRow, InterviewRow.interview_id == ScorecardRow.interview_id)
        .where(InterviewRow.position_id == position_id, ScorecardRow.session_id == _standing())
        .where(ScorecardRow.source == "engine")
        .order_by(ScorecardRow.created_at, ScorecardRow.scorecard_id)
    )
    return tx.execute(query).all()


def scored(
    tx: Session, position_id: str, stamp: dict[str, str], is_open: ColumnElement[bool]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """An engine's scorecards with this stamp, oldest first, with the interview's candidate.

    `is_open`: whether its scores may be shown, of the session joined here.
    """
    query = (
        select(
            ScorecardRow.scorecard_id,
            ScorecardRow.session_id,
            ScorecardRow.interview_id,
            ScorecardRow.overall_score,
            CandidateRow.name.label("candidate_name"),
            is_open.label("is_open"),
        )
        .join(InterviewRow, InterviewRow.interview_id == ScorecardRow.interview_id)
        .join(SessionRow, SessionRow.session_id == ScorecardRow.session_id)
        .join(CandidateRow, CandidateRow.candidate_id == InterviewRow.candidate_id)
        .where(InterviewRow.position_id == position_id, ScorecardRow.session_id == _standing())
        .where(ScorecardRow.source == "engine", *(getattr(ScorecardRow, name) == is_ for name, is_ in stamp.items()))
        .order_by(ScorecardRow.created_at, ScorecardRow.scorecard_id)
    )
    return tx.execute(query).all()


def scored_with(tx: Session, session_id: str) -> set[tuple[str, str, str]]:
    """Engine, model and prompts of each of the session's scorecards that an engine made."""
    query = select(ScorecardRow.engine, ScorecardRow.model, ScorecardRow.prompt)
    query = query.where(ScorecardRow.session_id == session_id, ScorecardRow.source == "engine").distinct()
    return {(row.engine, row.model, row.prompt) for row in tx.execute(query)}


def approved_versions(tx: Session, position_id: str) -> Sequence[int]:
    """Of a position's plan, newest first."""
    query = select(PlanRow.version).where(PlanRow.position_id == position_id, PlanRow.approved_at.is_not(None))
    return tx.scalars(query.order_by(PlanRow.version.desc())).all()


def tokens_a_call(tx: Session, model: str) -> dict[str, tuple[float, float]]:
    """What a call of the model took on average, in and out, by purpose; empty where it was never called."""
    query = (
        select(ModelUsageRow.purpose, func.avg(ModelUsageRow.input_tokens), func.avg(ModelUsageRow.output_tokens))
        .where(ModelUsageRow.model == model, ModelUsageRow.purpose.in_(("evaluate", "score")))
        .group_by(ModelUsageRow.purpose)
    )
    return {purpose: (float(given), float(written)) for purpose, given, written in tx.execute(query)}


def _standing() -> ScalarSelect[str]:
    """Of the interview around it: the session that stands for it, if it was completed or imported."""
    return (
        select(SessionRow.session_id)
        .where(SessionRow.interview_id == InterviewRow.interview_id, SessionRow.rehearsal.is_(False))
        .where(SessionRow.status.in_(("complete", "imported")))
        .order_by(SessionRow.status == "imported", SessionRow.created_at.desc(), SessionRow.session_id.desc())
        .limit(1)
        .correlate(InterviewRow)
        .scalar_subquery()
    )
