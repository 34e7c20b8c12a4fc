"""A person's level in the place of the engine's: a scorecard like the one before, but for the criterion in question."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from interview.access import Actor
from interview.context import Context, new_id
from interview.errors import Conflict, NotFound
from interview.models import CompetencySummary, CriterionSummary, Model, Moment
from interview.reviewing.carding import add_scorecard, stored_summaries
from interview.scoring import overall, response_total
from interview.store import queries, review_queries
from interview.store.review_tables import OverrideRow, QuestionScoreRow
from interview.store.tables import ScorecardRow, SessionRow

_STAMP = ("engine", "model", "prompt", "rubric", "application")


class Override(Model):
    """`former_level`: the one before, the engine's or another person's; 0.0 where there was none. `name`: who did."""

    competency: str
    criterion: str
    former_level: float
    level: float
    reason: str
    at: Moment
    name: str


def overrides_of(tx: Session, session_id: str) -> tuple[Override, ...]:
    """Of a session, newest first."""
    rows = review_queries.overrides(tx, session_id)
    return tuple(Override.model_validate(row, from_attributes=True) for row in rows)


def add_override(
    tx: Session,
    context: Context,
    actor: Actor,
    session: SessionRow,
    competency: str,
    criterion: str,
    level: int,
    reason: str,
) -> ScorecardRow:
    """Append the scorecard with this level. Raises Conflict `nothing_to_override`, NotFound `criterion_not_found`."""
    former = queries.session_scorecard(tx, session.session_id)
    if former is None:
        raise Conflict("Nothing has been scored yet.", code="nothing_to_override")
    standing = _criterion(stored_summaries(tx, former.scorecard_id), competency, criterion)
    earlier = review_queries.overrides(tx, session.session_id)
    override = OverrideRow(
        override_id=new_id(),
        interview_id=session.interview_id,
        session_id=session.session_id,
        scorecard_id=former.scorecard_id,
        competency=competency,
        criterion=criterion,
        former_level=standing.latest_score,
        level=float(level),
        reason=reason,
        at=after(context, earlier[0].at if earlier else None),
        by=actor.reviewer_id,
        name=actor.name,
    )
    tx.add(override)
    tx.flush()
    return _append(tx, context, former, [override])


def standing_override(
    tx: Session, actor: Actor, session: SessionRow, competency: str, criterion: str, level: int, reason: str
) -> ScorecardRow | None:
    """The scorecard that stands, where it holds just this word of the actor's already; else None.

    Raises NotFound `criterion_not_found`.
    """
    stands = queries.session_scorecard(tx, session.session_id)
    rows = review_queries.overrides(tx, session.session_id)
    newest = next((row for row in rows if (row.competency, row.criterion) == (competency, criterion)), None)
    if stands is None or newest is None:
        return None
    if (newest.by, newest.level, newest.reason) != (actor.reviewer_id, float(level), reason):
        return None
    held = _criterion(stored_summaries(tx, stands.scorecard_id), competency, criterion)
    return stands if held.latest_score == newest.level else None


def reapply(tx: Session, context: Context, scored: ScorecardRow) -> ScorecardRow:
    """The scorecard that stands after an engine has scored a session again: people's levels go on standing in it."""
    newest = {(row.competency, row.criterion): row for row in reversed(review_queries.overrides(tx, scored.session_id))}
    return _append(tx, context, scored, list(newest.values())) if newest else scored


def after(context: Context, newest: datetime | None) -> datetime:
    """Now, or just after what came before: of what people say the last word stands, whatever the clock does."""
    now = context.clock()
    return now if newest is None or newest < now else newest + timedelta(microseconds=1)


def _append(tx: Session, context: Context, former: ScorecardRow, overrides: list[OverrideRow]) -> ScorecardRow:
    changed = {(row.competency, row.criterion): row for row in overrides}
    summaries = [_overridden(row, changed) for row in stored_summaries(tx, former.scorecard_id)]
    newest = max(overrides, key=lambda row: row.at)
    row = ScorecardRow(
        scorecard_id=new_id(),
        interview_id=former.interview_id,
        session_id=former.session_id,
        source="override",
        created_at=context.clock(),
        overall_score=overall(summaries),
        narrative=former.narrative,
        rehearsal=former.rehearsal,
        reviewer_id=newest.by,
        reviewer=newest.name,
        **{name: getattr(former, name) for name in _STAMP},
    )
    add_scorecard(tx, row, summaries)
    for question in review_queries.question_scores(tx, former.scorecard_id):
        values = {column.key: getattr(question, column.key) for column in QuestionScoreRow.__table__.columns}
        tx.add(QuestionScoreRow(**values | {"scorecard_id": row.scorecard_id}))
    tx.flush()
    return row


def _overridden(row: CompetencySummary, changed: dict[tuple[str, str], OverrideRow]) -> CompetencySummary:
    criteria = tuple(_levelled(one, changed.get((row.competency, one.criterion))) for one in row.criteria)
    scores = [one.as_score() for one in criteria]
    filled = all(one.status == "assessed" for one in criteria)
    return row.model_copy(update={"criteria": criteria, "total_score": response_total(scores), "rubric_filled": filled})


def _levelled(one: CriterionSummary, override: OverrideRow | None) -> CriterionSummary:
    if override is None:
        return one
    level = override.level
    return one.model_copy(
        update={
            "latest_score": level,
            "low": level,
            "high": level,
            "status": "assessed",
            "rationale": override.reason,
        }
    )


def _criterion(summaries: list[CompetencySummary], competency: str, criterion: str) -> CriterionSummary:
    for row in summaries:
        for one in row.criteria:
            if (row.competency, one.criterion) == (competency, criterion):
                return one
    raise NotFound(f"The rubric has no criterion “{criterion[:80]}”.", code="criterion_not_found")
