"""What the score tables read: scorecards by competency, row by row and counted. Rehearsals are in none of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, case, cast, distinct, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from interview.records import ScoreFilter
from interview.store.tables import CompetencyScoreRow, InterviewRow, PositionRow, ScorecardRow

_LEVEL_STARTS = (0.0, 1.5, 2.5, 3.5, 4.5, 6.0)
"""Level n of the 1-5 scale holds the scores from the n-th of these up to the next: halves go up."""


def rows(tx: Session, wanted: ScoreFilter) -> Sequence[Row[*tuple[Any, ...]]]:
    """Scorecards by competency with their interview and position, newest first, `wanted.limit` at most."""
    query: Select[*tuple[Any, ...]] = select(
        *(getattr(ScorecardRow, name) for name in _SCORECARD_COLUMNS),
        *(getattr(CompetencyScoreRow, name) for name in _COMPETENCY_COLUMNS),
        CompetencyScoreRow.total_score.label("score"),
        ScorecardRow.created_at.label("scored_at"),
        _is_newest().label("newest"),
        InterviewRow.candidate_id,
        PositionRow.position_id,
        PositionRow.role_title,
    )
    order = (ScorecardRow.created_at.desc(), ScorecardRow.scorecard_id, CompetencyScoreRow.place)
    return tx.execute(_with_positions(_matching(query, wanted)).order_by(*order).limit(wanted.limit)).all()


def totals(tx: Session, wanted: ScoreFilter) -> Row[*tuple[Any, ...]]:
    """One row of counts and sums; the sums are None where nothing matches."""
    query: Select[*tuple[Any, ...]] = select(
        func.count().label("rows"),
        func.count(distinct(ScorecardRow.interview_id)).label("interviews"),
        func.count(distinct(ScorecardRow.scorecard_id)).label("scorecards"),
        func.sum(CompetencyScoreRow.criteria_assessed).label("criteria_assessed"),
        func.sum(CompetencyScoreRow.criteria_total).label("criteria_total"),
    )
    return tx.execute(_matching(query, wanted)).one()


def mean_overall(tx: Session, wanted: ScoreFilter) -> float | None:
    """The mean of the overall scores, a scorecard counting once; None where none has any."""
    once = _matching(select(ScorecardRow.scorecard_id, ScorecardRow.overall_score).distinct(), wanted)
    scored = once.where(ScorecardRow.overall_score > 0).subquery()
    return tx.scalar(select(func.avg(scored.c.overall_score)))


def distribution(tx: Session, wanted: ScoreFilter) -> Sequence[Row[*tuple[Any, ...]]]:
    """By competency: how many rows without a score, how many on each level, the mean of the scores.

    One position's in the order of its plan, those of several by name.
    """
    score, assessed = CompetencyScoreRow.total_score, CompetencyScoreRow.criteria_assessed > 0
    bands = pairwise(_LEVEL_STARTS)
    query: Select[*tuple[Any, ...]] = select(
        CompetencyScoreRow.competency,
        func.sum(case((assessed, 0), else_=1)).label("not_assessed"),
        *(
            func.sum(case((assessed & (score >= low) & (score < high), 1), else_=0)).label(f"level_{level}")
            for level, (low, high) in enumerate(bands, start=1)
        ),
        func.avg(case((assessed, score))).label("mean"),
    )
    grouped = _matching(query, wanted).group_by(CompetencyScoreRow.competency)
    place = (
        func.lower(CompetencyScoreRow.competency) if wanted.position_id is None else func.min(CompetencyScoreRow.place)
    )
    return tx.execute(grouped.order_by(place)).all()


def daily(tx: Session, wanted: ScoreFilter) -> Sequence[Row[*tuple[Any, ...]]]:
    """By competency and UTC day (`YYYY-MM-DD`): how many scores, and their sum."""
    day = cast(func.date(ScorecardRow.created_at), String)
    query: Select[*tuple[Any, ...]] = select(
        CompetencyScoreRow.competency,
        day.label("day"),
        func.count().label("n"),
        func.sum(CompetencyScoreRow.total_score).label("total"),
    )
    assessed = _matching(query, wanted).where(CompetencyScoreRow.criteria_assessed > 0)
    return tx.execute(assessed.group_by(CompetencyScoreRow.competency, day).order_by(day)).all()


def positions(tx: Session, everything: ScoreFilter) -> Sequence[Row[*tuple[Any, ...]]]:
    """Positions that have scores, by role title, with the number of their interviews."""
    n = func.count(distinct(ScorecardRow.interview_id)).label("interviews")
    query: Select[*tuple[Any, ...]] = select(PositionRow.position_id, PositionRow.role_title, n)
    grouped = _with_positions(_matching(query, everything)).group_by(PositionRow.position_id, PositionRow.role_title)
    return tx.execute(grouped.order_by(func.lower(PositionRow.role_title), PositionRow.position_id)).all()


def rubrics(tx: Session, everything: ScoreFilter) -> Sequence[Row[*tuple[Any, ...]]]:
    """Which competency was scored by which rubric (position id and plan version), by competency."""
    query: Select[*tuple[Any, ...]] = select(
        PositionRow.position_id, ScorecardRow.rubric, CompetencyScoreRow.competency
    ).distinct()
    matching = _with_positions(_matching(query, everything))
    return tx.execute(matching.order_by(func.lower(CompetencyScoreRow.competency))).all()


def _matching(query: Select[*tuple[Any, ...]], wanted: ScoreFilter) -> Select[*tuple[Any, ...]]:
    """The query over scorecards by competency, as far as the filter goes. Figures seldom need another table."""
    query = query.select_from(ScorecardRow).join(
        CompetencyScoreRow, CompetencyScoreRow.scorecard_id == ScorecardRow.scorecard_id
    )
    query = query.where(ScorecardRow.rehearsal.is_(False))
    if wanted.position_id is not None:
        query = query.where(ScorecardRow.interview_id.in_(_interviews_of(wanted.position_id)))
    if wanted.version is not None:
        query = query.where(ScorecardRow.rubric.like(f"%/{wanted.version}"))
    if wanted.competency is not None:
        query = query.where(CompetencyScoreRow.competency == wanted.competency)
    if wanted.scored_from is not None:
        query = query.where(ScorecardRow.created_at >= wanted.scored_from)
    if wanted.scored_to is not None:
        query = query.where(ScorecardRow.created_at < wanted.scored_to)
    return query.where(_is_newest()) if wanted.newest_only else query


def _with_positions(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.join(InterviewRow, InterviewRow.interview_id == ScorecardRow.interview_id).join(
        PositionRow, PositionRow.position_id == InterviewRow.position_id
    )


def _interviews_of(position_id: str) -> Select[str]:
    return select(InterviewRow.interview_id).where(InterviewRow.position_id == position_id)


def _is_newest() -> ColumnElement[bool]:
    """Whether a scorecard is its session's newest. The interview is named for its index."""
    newer = aliased(ScorecardRow)
    return ~exists().where(
        newer.interview_id == ScorecardRow.interview_id,
        newer.session_id == ScorecardRow.session_id,
        tuple_(newer.created_at, newer.scorecard_id) > tuple_(ScorecardRow.created_at, ScorecardRow.scorecard_id),
    )


_SCORECARD_COLUMNS = (
    "scorecard_id", "interview_id", "session_id", "source", "engine", "model", "prompt", "rubric", "application",
    "overall_score",
)  # fmt: skip
_COMPETENCY_COLUMNS = ("competency", "rubric_filled", "criteria_assessed", "criteria_total")
