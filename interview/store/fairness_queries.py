"""What the fairness tables read: sex, race, decision and score of many interviews, without saying whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from interview.store.review_tables import DecisionRow, DemographicsRow
from interview.store.tables import InterviewRow, PositionRow, ScorecardRow, SessionRow

_ENDED = ("complete", "imported")


def is_complete(tx: Session, interview_id: str) -> bool:
    """Whether the candidate has completed an attempt; rehearsals are none."""
    query = exists().where(
        SessionRow.interview_id == interview_id, SessionRow.status == "complete", SessionRow.rehearsal.is_(False)
    )
    return bool(tx.scalar(select(query)))


def people(tx: Session, position_id: str | None, since: datetime | None, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Sex, race, newest decision (each None where there is none) and standing overall score, an interview a row.

    Assessments whose session that stands was completed at `since` or later, newest first.
    """
    query: Select[*tuple[Any, ...]] = select(
        DemographicsRow.sex,
        DemographicsRow.race,
        _decision().label("decision"),
        ScorecardRow.overall_score.label("score"),
    )
    assessed = (
        _assessments(query, position_id, since)
        .outerjoin(DemographicsRow, DemographicsRow.interview_id == InterviewRow.interview_id)
        .outerjoin(ScorecardRow, (ScorecardRow.session_id == SessionRow.session_id) & ScorecardRow.standing.is_(True))
    )
    return tx.execute(assessed.order_by(SessionRow.completed_at.desc()).limit(limit)).all()


def positions(tx: Session) -> Sequence[Row[*tuple[Any, ...]]]:
    """Positions with ended assessments, by role title, and how many there are."""
    query: Select[*tuple[Any, ...]] = select(
        PositionRow.position_id, PositionRow.role_title, func.count().label("interviews")
    )
    grouped = _assessments(query, None, None).group_by(PositionRow.position_id, PositionRow.role_title)
    return tx.execute(grouped.order_by(func.lower(PositionRow.role_title), PositionRow.position_id)).all()


def completed_sessions(tx: Session, position_id: str, limit: int) -> Sequence[tuple[str, str]]:
    """Interview and session of a position's completed interviews, each interview's newest, newest first."""
    query = (
        select(InterviewRow.interview_id, SessionRow.session_id)
        .join(SessionRow, SessionRow.session_id == _standing())
        .where(InterviewRow.position_id == position_id, SessionRow.status == "complete")
        .order_by(SessionRow.completed_at.desc(), SessionRow.session_id)
        .limit(limit)
    )
    return [(row.interview_id, row.session_id) for row in tx.execute(query)]


def _assessments(
    query: Select[*tuple[Any, ...]], position_id: str | None, since: datetime | None
) -> Select[*tuple[Any, ...]]:
    """The query over interviews with the session that stands for each; practice is no assessment."""
    query = (
        query.select_from(InterviewRow)
        .join(SessionRow, SessionRow.session_id == _standing())
        .join(PositionRow, PositionRow.position_id == InterviewRow.position_id)
        .where(_assesses())
    )
    if position_id is not None:
        query = query.where(InterviewRow.position_id == position_id)
    return query if since is None else query.where(SessionRow.completed_at >= since)


def _assesses() -> ColumnElement[bool]:
    purpose = PositionRow.settings["purpose"].as_string()
    return func.coalesce(purpose, "assessment") != "practice"


def _standing() -> ScalarSelect[str]:
    """The session that stands for the interview around it: the newest completed one, else an imported one."""
    ended = aliased(SessionRow)
    rank = case({"complete": 0}, value=ended.status, else_=1)
    return (
        select(ended.session_id)
        .where(
            ended.interview_id == InterviewRow.interview_id, ended.rehearsal.is_(False), ended.status.in_(_ENDED)
        )
        .order_by(rank, ended.created_at.desc(), ended.session_id.desc())
        .limit(1)
        .correlate(InterviewRow)
        .scalar_subquery()
    )  # fmt: skip


def _decision() -> ScalarSelect[str]:
    """What was decided last of the interview around it."""
    return (
        select(DecisionRow.decision)
        .where(DecisionRow.interview_id == InterviewRow.interview_id)
        .order_by(DecisionRow.at.desc(), DecisionRow.decision_id)
        .limit(1)
        .correlate(InterviewRow)
        .scalar_subquery()
    )
