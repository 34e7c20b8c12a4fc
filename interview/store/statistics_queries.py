"""What the statistics of questions and of raters read: standing scorecards, and none of a rehearsal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, distinct, exists, func, select
from sqlalchemy.orm import Session, aliased

from interview.store.review_tables import QuestionScoreRow, ReviewRow
from interview.store.rollup_tables import ScorecardRollupRow
from interview.store.tables import CompetencyScoreRow, PositionRow, ScorecardRow

MIDDLE = 3.0
"""Of the 1-5 scale. Sums are of scores less this: squares stay small, and differences of sums exact."""


@dataclass(frozen=True)
class QuestionSums:
    """Sums over the times that one question was asked under one plan version.

    `hinted`: of the `hints_known` ones. `x`: scores less `MIDDLE` of the `scored` ones; `xx`: their squares. The
    `pair_` sums are of those with another scored question beside them: `y` is the mean score of the candidate's
    others, probes left out, less `MIDDLE`.
    """

    question: str
    kind: str
    competency: str
    rubric: str
    place: int
    asked: int
    skipped: int
    scored: int
    hints_known: int
    hinted: int
    followed: int
    x: float
    xx: float
    pairs: int
    pair_x: float
    pair_xx: float
    pair_y: float
    pair_yy: float
    pair_xy: float


def positions(tx: Session) -> Sequence[Row[*tuple[Any, ...]]]:
    """Positions that have scorecards, by role title, a row per plan version with the number of its scorecards."""
    query: Select[*tuple[Any, ...]] = (
        select(
            PositionRow.position_id,
            PositionRow.role_title,
            ScorecardRollupRow.version,
            func.sum(ScorecardRollupRow.scorecards).label("scorecards"),
        )
        .join(ScorecardRollupRow, ScorecardRollupRow.position_id == PositionRow.position_id)
        .group_by(PositionRow.position_id, PositionRow.role_title, ScorecardRollupRow.version)
        .order_by(func.lower(PositionRow.role_title), PositionRow.position_id, ScorecardRollupRow.version)
    )
    return tx.execute(query).all()


def scorecards(
    tx: Session, position_id: str, version: int | None, since: datetime | None, until: datetime | None
) -> Row[*tuple[Any, ...]]:
    """How many scorecards there are, of how many nothing is known by question, and of how many makes."""
    known = exists().where(QuestionScoreRow.scorecard_id == ScorecardRow.scorecard_id)
    make = ScorecardRow.engine + "/" + ScorecardRow.model + "/" + ScorecardRow.prompt
    query: Select[*tuple[Any, ...]] = select(
        func.count().label("scorecards"),
        func.coalesce(func.sum(case((known, 0), else_=1)), 0).label("unknown"),
        func.count(distinct(make)).label("makes"),
    )
    return tx.execute(query.where(_counted(position_id, version, since, until))).one()


def question_sums(
    tx: Session, position_id: str, version: int | None, since: datetime | None, until: datetime | None
) -> list[QuestionSums]:
    """By question and plan version. Probes are written for one candidate: their words are left out, and they are put
    together by competency."""
    is_probe = QuestionScoreRow.kind == "probe"
    x: Any = case((QuestionScoreRow.score > 0, QuestionScoreRow.score - MIDDLE))
    y: Any = case((QuestionScoreRow.score > 0, QuestionScoreRow.others - MIDDLE))
    paired = case((QuestionScoreRow.others.is_not(None), x))
    text = case((is_probe, ""), else_=QuestionScoreRow.question)
    key = (text, QuestionScoreRow.kind, QuestionScoreRow.competency, ScorecardRow.rubric)
    query: Select[*tuple[Any, ...]] = (
        select(
            *key,
            func.min(QuestionScoreRow.place),
            func.count(),
            func.sum(case((QuestionScoreRow.skipped, 1), else_=0)),
            func.count(x),
            func.sum(case((QuestionScoreRow.hints_known, 1), else_=0)),
            func.sum(case((and_(QuestionScoreRow.hints_known, QuestionScoreRow.hints > 0), 1), else_=0)),
            func.sum(case((QuestionScoreRow.follow_ups > 0, 1), else_=0)),
            *(func.coalesce(func.sum(each), 0.0) for each in (x, x * x)),
            func.count(y),
            *(func.coalesce(func.sum(each), 0.0) for each in (paired, paired * paired, y, y * y, x * y)),
        )
        .join(ScorecardRow, ScorecardRow.scorecard_id == QuestionScoreRow.scorecard_id)
        .where(_counted(position_id, version, since, until))
        .group_by(*key)
    )
    return [QuestionSums(*row) for row in tx.execute(query)]


def blind_ratings(
    tx: Session, position_id: str | None, since: datetime | None, until: datetime | None, most: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """What people rated before they saw the engine's scores, by competency, with the engine's of the same session.

    The engine's scorecard is its newest of the session, be it of before or after the review; one with a person's
    overrides is not the engine's any more. `engine_…` are None where it has none. The newest `most` reviews, newest
    first.
    """
    own, engine, newest = aliased(CompetencyScoreRow), aliased(CompetencyScoreRow), aliased(ScorecardRow)
    reviews = (
        select(ReviewRow.session_id, ReviewRow.reviewer_id, ReviewRow.submitted_at, ReviewRow.scorecard_id)
        .join(ScorecardRow, ScorecardRow.scorecard_id == ReviewRow.scorecard_id)
        .where(_blind(), ScorecardRow.rehearsal.is_(False), _submitted(since, until))
        .order_by(ReviewRow.submitted_at.desc(), ReviewRow.review_id)
        .limit(most)
    )
    if position_id is not None:
        reviews = reviews.where(_of_position(position_id))
    each = reviews.subquery()
    newest_id = (
        select(newest.scorecard_id)
        .where(newest.session_id == each.c.session_id, newest.source == "engine")
        .order_by(newest.created_at.desc(), newest.scorecard_id.desc())
        .limit(1)
        .correlate(each)
        .scalar_subquery()
    )
    query: Select[*tuple[Any, ...]] = (
        select(
            each.c.session_id,
            each.c.reviewer_id,
            each.c.submitted_at,
            own.competency,
            own.total_score.label("total"),
            own.criteria,
            engine.total_score.label("engine_total"),
            engine.criteria.label("engine_criteria"),
        )
        .join(own, own.scorecard_id == each.c.scorecard_id)
        .outerjoin(engine, and_(engine.scorecard_id == newest_id, engine.competency == own.competency))
        .order_by(each.c.submitted_at.desc(), each.c.session_id, each.c.reviewer_id, own.place)
    )
    return tx.execute(query).all()


def reviewers(tx: Session) -> Sequence[str]:
    """Everybody who ever rated, by the time of their first ratings."""
    query = (
        select(ReviewRow.reviewer_id)
        .where(ReviewRow.submitted_at.is_not(None))
        .group_by(ReviewRow.reviewer_id)
        .order_by(func.min(ReviewRow.submitted_at), ReviewRow.reviewer_id)
    )
    return tx.scalars(query).all()


def _counted(
    position_id: str, version: int | None, since: datetime | None, until: datetime | None
) -> ColumnElement[bool]:
    parts = [ScorecardRow.standing, ScorecardRow.rehearsal.is_(False), _of_position(position_id)]
    if version is not None:
        parts.append(ScorecardRow.rubric == f"{position_id}/{version}")
    if since is not None:
        parts.append(ScorecardRow.created_at >= since)
    if until is not None:
        parts.append(ScorecardRow.created_at < until)
    return and_(*parts)


def _of_position(position_id: str) -> ColumnElement[bool]:
    """By the rubric, which an index holds; a range, since SQLite uses none for LIKE. "0" comes after "/"."""
    return and_(ScorecardRow.rubric >= f"{position_id}/", ScorecardRow.rubric < f"{position_id}0")


def _blind() -> ColumnElement[bool]:
    return and_(ReviewRow.submitted_at.is_not(None), ReviewRow.seen_unrated_at.is_(None))


def _submitted(since: datetime | None, until: datetime | None) -> ColumnElement[bool]:
    at = ReviewRow.submitted_at
    begun = at >= since if since else at.is_not(None)
    return and_(begun, at < until) if until else begun
