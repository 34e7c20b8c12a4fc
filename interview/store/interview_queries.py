"""Interviews as the lists have them: their state, their requests, and the scorecard that speaks for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, case, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from interview.records import InterviewFilter
from interview.store.queries import imported_session
from interview.store.tables import (
    AdjustmentRow,
    CandidateRow,
    InterviewRow,
    InvitationRow,
    PlanRow,
    PositionRow,
    ScorecardRow,
    SessionRow,
    TurnRow,
)

_INTERVIEW_COLUMNS = (
    "interview_id", "position_id", "candidate_id", "questions", "question_statuses", "asked_question_index",
    "created_at", "updated_at",
)  # fmt: skip


def interviews(
    tx: Session,
    limit: int,
    before: tuple[datetime, str] | None,
    wanted: InterviewFilter,
    now: datetime,
    scores_open: ColumnElement[bool],
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The lines of the interviews list, newest change first, after the place (`updated_at`, id) in the order.

    `scores_open`: of which lines the score is read.
    """
    state = _interview_state(now)
    query = (
        select(
            *(getattr(InterviewRow, name) for name in _INTERVIEW_COLUMNS),
            InterviewRow.archived_at.is_not(None).label("archived"),
            PositionRow.role_title,
            CandidateRow.name.label("candidate_name"),
            state.label("state"),
            _newest_status().label("status"),
            _open_adjustments().label("open_adjustments"),
            case((scores_open, _standing(ScorecardRow.overall_score))).label("overall_score"),
            scores_open.label("scores_open"),
        )
        .join(PositionRow, PositionRow.position_id == InterviewRow.position_id)
        .join(CandidateRow, CandidateRow.candidate_id == InterviewRow.candidate_id)
        .order_by(InterviewRow.updated_at.desc(), InterviewRow.interview_id.desc())
        .limit(limit)
    )
    if before:
        query = query.where(tuple_(InterviewRow.updated_at, InterviewRow.interview_id) < before)
    if wanted.state is not None:
        query = query.where(state == wanted.state)
    return tx.execute(_filtered(query, wanted)).all()


def interview_counts(tx: Session, wanted: InterviewFilter, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """State, interviews and requests that wait, of those that the filter lets through whatever their state."""
    each = _filtered(
        select(_interview_state(now).label("state"), _open_adjustments().label("requests")).join(
            CandidateRow, CandidateRow.candidate_id == InterviewRow.candidate_id
        ),
        wanted,
    ).subquery()
    return tx.execute(select(each.c.state, func.count(), func.sum(each.c.requests)).group_by(each.c.state)).all()


def interview_state(tx: Session, interview_id: str, now: datetime) -> str:
    """How far one interview is, by the rules that the list goes by."""
    query = select(_interview_state(now)).where(InterviewRow.interview_id == interview_id)
    return tx.execute(query).scalar_one()


def _filtered(query: Select[*tuple[Any, ...]], wanted: InterviewFilter) -> Select[*tuple[Any, ...]]:
    if wanted.position_id is not None:
        query = query.where(InterviewRow.position_id == wanted.position_id)
    if wanted.archived is not None:
        archived = InterviewRow.archived_at.is_not(None)
        query = query.where(archived if wanted.archived else ~archived)
    if name := " ".join(wanted.name.split()):
        # SQLite folds the case of ASCII letters only; the usual spellings stand in for the others.
        spellings = {name, name.lower(), name.upper(), name.title()}
        query = query.where(or_(*(CandidateRow.name.icontains(each, autoescape=True) for each in sorted(spellings))))
    return query


def _interview_state(now: datetime) -> ColumnElement[str]:
    """`records.InterviewState` in SQL, of the interview that the query around it is about.

    What the newest session of the current attempt says; an imported one where none was recorded; else the links.
    """
    newest = (
        _sessions_that_count(SessionRow.status)
        .where(SessionRow.attempt == InterviewRow.attempt)
        .order_by(SessionRow.status == "imported", SessionRow.created_at.desc(), SessionRow.session_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    by_session = {"active": "in_progress", "complete": "completed", "imported": "completed", "expired": "expired"}
    invited = exists().where(
        InvitationRow.interview_id == InterviewRow.interview_id,
        InvitationRow.revoked_at.is_(None),
        InvitationRow.expires_at > now,
    )
    draft = exists().where(PlanRow.plan_id == InterviewRow.plan_id, PlanRow.approved_at.is_(None))
    not_begun = case((invited, "invited"), (draft, "draft"), else_="ready")
    return case(
        (InterviewRow.closed_at.is_not(None), "closed"),
        else_=func.coalesce(case(by_session, value=newest), not_begun),
    )


def _sessions_that_count(column: Any) -> Select[*tuple[Any, ...]]:
    """Of the interview around it: no rehearsals, and none whose warm-up failed, which has no turn."""
    begun = exists().where(TurnRow.session_id == SessionRow.session_id)
    return select(column).where(
        SessionRow.interview_id == InterviewRow.interview_id,
        SessionRow.rehearsal.is_(False),
        or_(SessionRow.status == "imported", begun),
    )


def _newest_status() -> ScalarSelect[str]:
    newest = _sessions_that_count(SessionRow.status)
    return newest.order_by(SessionRow.created_at.desc(), SessionRow.session_id.desc()).limit(1).scalar_subquery()


def _open_adjustments() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(AdjustmentRow)
        .where(AdjustmentRow.interview_id == InterviewRow.interview_id, AdjustmentRow.replied_at.is_(None))
        .scalar_subquery()
    )


def standing_scorecard(tx: Session, interview_id: str) -> ScorecardRow | None:
    """The newest scorecard of the session that speaks for the interview."""
    standing = select(_standing(ScorecardRow.scorecard_id)).where(InterviewRow.interview_id == interview_id)
    return tx.scalar(select(ScorecardRow).where(ScorecardRow.scorecard_id == standing.scalar_subquery()))


def standing_import() -> ColumnElement[str]:
    """Of the interview around it: the imported session that its score is of; "" where it is of what was held."""
    return func.coalesce(_standing(imported_session()), "")


def standing_attempt() -> ColumnElement[int]:
    """Of the interview around it: the attempt that its score is of; the current one where there is none."""
    return func.coalesce(_standing(SessionRow.attempt), InterviewRow.attempt)


def _standing(column: Any) -> ScalarSelect[Any]:
    """A column of the standing scorecard: completed sessions first, imported next; rehearsals never."""
    rank = case({"complete": 0, "imported": 1}, value=SessionRow.status, else_=2)
    return (
        select(column)
        .select_from(ScorecardRow)
        .join(SessionRow, SessionRow.session_id == ScorecardRow.session_id)
        .where(
            ScorecardRow.interview_id == InterviewRow.interview_id, ScorecardRow.standing, ~SessionRow.rehearsal
        )
        .order_by(rank, SessionRow.created_at.desc(), SessionRow.session_id.desc())
        .limit(1)
        .correlate(InterviewRow)
        .scalar_subquery()
    )  # fmt: skip
