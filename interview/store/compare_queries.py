"""What comparing the candidates of a position reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, case, func, select
from sqlalchemy.orm import Session

from interview.store.tables import CandidateRow, CompetencyScoreRow, InterviewRow, PlanRow, ScorecardRow, SessionRow


class Completed(NamedTuple):
    """An interview that can be compared. `open`: whether its scores are, to whoever asks."""

    card: ScorecardRow
    session: SessionRow
    name: str
    open: bool


def completed(
    tx: Session, position_id: str, interview_ids: Sequence[str] | None, limit: int, scores_open: ColumnElement[bool]
) -> list[Completed]:
    """The standing scorecard of each completed, not archived interview, with its session; newest completion first.

    Completed sessions speak first, imported ones next, the newest of a kind; rehearsals never.
    """
    rank = case({"complete": 0, "imported": 1}, value=SessionRow.status)
    order = (rank, SessionRow.created_at.desc(), SessionRow.session_id.desc())
    place = func.row_number().over(partition_by=InterviewRow.interview_id, order_by=order)
    ranked = (
        select(ScorecardRow.scorecard_id, place.label("place"))
        .join(SessionRow, SessionRow.session_id == ScorecardRow.session_id)
        .join(InterviewRow, InterviewRow.interview_id == ScorecardRow.interview_id)
        .where(
            InterviewRow.position_id == position_id,
            InterviewRow.archived_at.is_(None),
            ScorecardRow.standing,
            SessionRow.rehearsal.is_(False),
            SessionRow.status.in_(("complete", "imported")),
        )
    )
    if interview_ids is not None:
        ranked = ranked.where(InterviewRow.interview_id.in_(interview_ids))
    chosen = ranked.subquery()
    query = (
        select(ScorecardRow, SessionRow, CandidateRow.name, scores_open)
        .join(chosen, chosen.c.scorecard_id == ScorecardRow.scorecard_id)
        .join(SessionRow, SessionRow.session_id == ScorecardRow.session_id)
        .join(InterviewRow, InterviewRow.interview_id == ScorecardRow.interview_id)
        .join(CandidateRow, CandidateRow.candidate_id == InterviewRow.candidate_id)
        .where(chosen.c.place == 1)
        .order_by(SessionRow.completed_at.desc(), ScorecardRow.interview_id)
        .limit(limit)
    )
    return [Completed(*row) for row in tx.execute(query)]


def scores(tx: Session, scorecard_ids: Sequence[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Scorecard, competency, total and how many criteria were assessed, in the order of each one's plan."""
    query: Select[*tuple[Any, ...]] = select(
        CompetencyScoreRow.scorecard_id,
        CompetencyScoreRow.competency,
        CompetencyScoreRow.total_score,
        CompetencyScoreRow.criteria_assessed,
        CompetencyScoreRow.criteria_total,
    )
    query = query.where(CompetencyScoreRow.scorecard_id.in_(scorecard_ids))
    return tx.execute(query.order_by(CompetencyScoreRow.scorecard_id, CompetencyScoreRow.place)).all()


def plan(tx: Session, position_id: str, version: int) -> PlanRow | None:
    return tx.scalar(select(PlanRow).where(PlanRow.position_id == position_id, PlanRow.version == version))
