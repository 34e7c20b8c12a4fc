"""A reviewer's own scorecard: levels on the rubric's anchors and notes, given from the transcript alone."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, TypeAdapter
from sqlalchemy.orm import Session

from interview import __version__
from interview.access import Actor
from interview.context import Context, new_id
from interview.errors import InvalidPayload, NotFound
from interview.models import Competency, CriterionScore, Model, Narrative, Words
from interview.reviewing.carding import add_scorecard
from interview.scoring import competency_summary, overall
from interview.store.review_tables import ReviewRow
from interview.store.tables import InterviewRow, PlanRow, ScorecardRow, SessionRow

PERSON = "person"
"""The `engine` of the version stamp of scores that a person gave."""


class CriterionRating(Model):
    """`level`: 1-5 on the criterion's anchors; None where the transcript does not show it."""

    level: int | None = Field(None, ge=1, le=5)
    note: Words = Field("", max_length=2_000)


Ratings = dict[str, dict[str, CriterionRating]]
"""Competency → criterion → rating."""


_STORED = TypeAdapter(Ratings)


def kept_ratings(row: ReviewRow) -> Ratings:
    """What was kept of a review."""
    return _STORED.validate_python(row.ratings)


def keep_ratings(row: ReviewRow, ratings: Ratings) -> None:
    row.ratings = _STORED.dump_python(ratings, mode="json")


def require_known(ratings: Ratings, competencies: Sequence[Competency]) -> None:
    """Raise NotFound `criterion_not_found` where the rubric has no such criterion."""
    known = {one.name: {each.name for each in one.criteria} for one in competencies}
    for competency, criteria in ratings.items():
        if competency not in known:
            raise NotFound(f"The rubric has no competency “{competency[:80]}”.", code="criterion_not_found")
        if strange := next((name for name in criteria if name not in known[competency]), None):
            raise NotFound(f"“{competency}” has no criterion “{strange[:80]}”.", code="criterion_not_found")


def require_complete(ratings: Ratings, competencies: Sequence[Competency]) -> None:
    """Raise InvalidPayload `review_incomplete` with all that has no rating: no level, nor that there is none to see."""
    missing = [
        f"{competency.name}: {', '.join(open_ones)}"
        for competency in competencies
        if (open_ones := [one.name for one in competency.criteria if one.name not in ratings.get(competency.name, {})])
    ]
    if missing:
        raise InvalidPayload(
            "Choose a level for each criterion, or say that the transcript does not show it. Not rated yet are: "
            f"{'; '.join(missing)}.",
            code="review_incomplete",
        )


def add_review_scorecard(
    tx: Session,
    context: Context,
    actor: Actor,
    session: SessionRow,
    competencies: Sequence[Competency],
    ratings: Ratings,
) -> str:
    """Append the reviewer's scorecard; its id. Totals are made as the engine's are."""
    summaries = [
        competency_summary(competency, {name: _score(name, one) for name, one in ratings[competency.name].items()})
        for competency in competencies
    ]
    plan = tx.get_one(PlanRow, tx.get_one(InterviewRow, session.interview_id).plan_id)
    row = ScorecardRow(
        scorecard_id=new_id(),
        interview_id=session.interview_id,
        session_id=session.session_id,
        source="reviewer",
        created_at=context.clock(),
        engine=PERSON,
        model="",
        prompt="",
        rubric=f"{plan.position_id}/{plan.version}",
        application=__version__,
        overall_score=overall(summaries),
        narrative=Narrative(summary="").model_dump(mode="json"),
        rehearsal=False,
        reviewer_id=actor.reviewer_id,
        reviewer=actor.name,
    )
    add_scorecard(tx, row, summaries)
    return row.scorecard_id


def _score(criterion: str, rating: CriterionRating) -> CriterionScore:
    level = float(rating.level or 0)
    return CriterionScore(
        criterion=criterion,
        score=level,
        weight=0.0,  # the rubric's counts
        rationale=rating.note,
        status="assessed" if rating.level else "insufficient_evidence",
        low=level,
        high=level,
    )
