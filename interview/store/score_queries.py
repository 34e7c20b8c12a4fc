"""What the score table reads: scorecards by competency, row by row. Rehearsals are not in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, select
from sqlalchemy.orm import Session

from interview.access import Actor
from interview.records import ScoreFilter
from interview.reviewing.blinding import is_bound, opened_scorecards
from interview.store.tables import CompetencyScoreRow, InterviewRow, PositionRow, ScorecardRow


def rows(tx: Session, actor: Actor, wanted: ScoreFilter) -> Sequence[Row[*tuple[Any, ...]]]:
    """Scorecards by competency with their interview and position, newest first, `wanted.limit` at most.

    To somebody who rates first, only what is open to them.
    """
    # The newest scorecards are found by their index first: as many as there are rows are enough.
    newest = select(ScorecardRow.scorecard_id).where(*_conditions(wanted)).order_by(*_NEWEST_FIRST).limit(wanted.limit)
    if is_bound(actor):
        newest = newest.where(opened_scorecards(actor))
    query: Select[*tuple[Any, ...]] = (
        select(
            *(getattr(ScorecardRow, name) for name in _SCORECARD_COLUMNS),
            *(getattr(CompetencyScoreRow, name) for name in _COMPETENCY_COLUMNS),
            CompetencyScoreRow.total_score.label("score"),
            ScorecardRow.created_at.label("scored_at"),
            InterviewRow.candidate_id,
            PositionRow.position_id,
            PositionRow.role_title,
        )
        .select_from(ScorecardRow)
        .join(CompetencyScoreRow, CompetencyScoreRow.scorecard_id == ScorecardRow.scorecard_id)
        .join(InterviewRow, InterviewRow.interview_id == ScorecardRow.interview_id)
        .join(PositionRow, PositionRow.position_id == InterviewRow.position_id)
        .where(ScorecardRow.scorecard_id.in_(newest))
    )
    if wanted.competency is not None:
        query = query.where(CompetencyScoreRow.competency == wanted.competency)
    return tx.execute(query.order_by(*_NEWEST_FIRST, CompetencyScoreRow.place).limit(wanted.limit)).all()


def _conditions(wanted: ScoreFilter) -> Iterator[ColumnElement[bool]]:
    """Of scorecards. Their rubric is the position's id and the plan's version, with a slash between."""
    yield ScorecardRow.rehearsal.is_(False)
    if wanted.standing_only:
        yield ScorecardRow.standing.is_(True)
    if wanted.position_id is not None:
        yield ScorecardRow.rubric.startswith(f"{wanted.position_id}/", autoescape=True)
    if wanted.version is not None:
        yield ScorecardRow.rubric.endswith(f"/{wanted.version}")
    if wanted.scored_from is not None:
        yield ScorecardRow.created_at >= wanted.scored_from
    if wanted.scored_to is not None:
        yield ScorecardRow.created_at < wanted.scored_to
    if wanted.competency is not None:
        yield exists().where(
            CompetencyScoreRow.scorecard_id == ScorecardRow.scorecard_id,
            CompetencyScoreRow.competency == wanted.competency,
        )


_NEWEST_FIRST = (ScorecardRow.created_at.desc(), ScorecardRow.scorecard_id)
_SCORECARD_COLUMNS = (
    "scorecard_id", "interview_id", "session_id", "source", "reviewer_id", "engine", "model", "prompt", "rubric",
    "application", "overall_score", "standing",
)  # fmt: skip
_COMPETENCY_COLUMNS = ("competency", "rubric_filled", "criteria_assessed", "criteria_total")
