"""What is counted of every scorecard, session and model call as it is written, so that figures need not read them all.

Everything here runs in the transaction of what it counts. A scorecard that stands no longer, or whose interview is
deleted, is counted out again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import DeclarativeBase, Session

from interview.draft import Draft
from interview.events import StageEntered
from interview.store import queries
from interview.store.rollup_tables import ScorecardRollupRow, ScoreRollupRow, StageRollupRow, UsageRollupRow
from interview.store.sessions import Loaded
from interview.store.tables import CompetencyScoreRow, InterviewRow, ModelUsageRow, PlanRow, ScorecardRow

LEVEL_STARTS = (1.5, 2.5, 3.5, 4.5)
"""Level n of the 1-5 scale ends where the n-th of these begins the next: halves go up."""

_DECIMALS = 9
"""Of a sum: more than scores and prices have, fewer than what adding and taking away leaves behind in a float."""

_COUNTS: dict[type[DeclarativeBase], tuple[str, ...]] = {
    ScoreRollupRow: ("level_1", "level_2", "level_3", "level_4", "level_5", "not_assessed"),
    ScorecardRollupRow: ("scorecards",),
    StageRollupRow: ("sessions",),
    UsageRollupRow: ("calls",),
}
"""What says how much a row counts."""


def count_scorecard(tx: Session, card: ScorecardRow, sign: int = 1) -> None:
    """Count a standing scorecard in; with `sign` -1, out. Rehearsals count nowhere."""
    if card.rehearsal:
        return
    position_id, _, version = card.rubric.partition("/")
    place = {"day": _day(card.created_at), "position_id": position_id, "version": int(version)}
    _add(
        tx,
        ScorecardRollupRow,
        place,
        scorecards=sign,
        scored=sign * (card.overall_score > 0),
        total=sign * card.overall_score,
    )
    for row in queries.competency_scores(tx, card.scorecard_id):
        _count_competency(tx, row, place, sign)


def count_stages(tx: Session, loaded: Loaded, draft: Draft) -> None:
    """Count how long each stage of a session took that ends with this draft."""
    events = (*loaded.events, *draft.events)
    begun = [(event.payload.stage, event.created_at) for event in events if isinstance(event.payload, StageEntered)]
    _count_stages(tx, loaded.position.position_id, loaded.plan_version, draft.scene.now, begun)


def count_stages_out(tx: Session, interview: InterviewRow) -> None:
    """Take the stages of all its completed sessions out of the sums again."""
    version = tx.get_one(PlanRow, interview.plan_id).version
    for session in queries.sessions(tx, interview.interview_id):
        if session.completed_at is not None and session.status == "complete" and not session.rehearsal:
            events = [row for row in queries.events(tx, [session.session_id]) if row.event_type == "stage_entered"]
            begun = [(row.payload["stage"], row.created_at) for row in events]
            _count_stages(tx, interview.position_id, version, session.completed_at, begun, -1)


def count_usage(tx: Session, row: ModelUsageRow) -> None:
    """Count one call of a model."""
    interview = tx.get(InterviewRow, row.interview_id) if row.interview_id else None
    place = {"day": _day(row.at), "position_id": interview.position_id if interview else "", "model": row.model}
    _add(
        tx,
        UsageRollupRow,
        place,
        calls=1,
        unpriced=int(row.cost is None),
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost=row.cost or 0.0,
    )


def _count_competency(tx: Session, row: CompetencyScoreRow, place: dict[str, Any], sign: int) -> None:
    assessed = row.criteria_assessed > 0
    level = 1 + sum(row.total_score >= start for start in LEVEL_STARTS)
    _add(
        tx,
        ScoreRollupRow,
        place | {"competency": row.competency},
        new={"place": row.place},
        **{f"level_{level}" if assessed else "not_assessed": sign},
        total=sign * row.total_score if assessed else 0.0,
        criteria_assessed=sign * row.criteria_assessed,
        criteria_total=sign * row.criteria_total,
    )


def _count_stages(
    tx: Session, position_id: str, version: int, ended: datetime, begun: Sequence[tuple[str, datetime]], sign: int = 1
) -> None:
    """`begun`: each stage with its beginning; the last one, `complete`, takes no time."""
    place = {"day": _day(ended), "position_id": position_id, "version": version}
    for (stage, start), (_, end) in pairwise(begun):
        seconds = (end - start).total_seconds()
        _add(tx, StageRollupRow, place | {"stage": stage}, sessions=sign, seconds=sign * seconds)


def _add(
    tx: Session,
    table: type[DeclarativeBase],
    place: dict[str, Any],
    new: dict[str, Any] | None = None,
    **amounts: float,
) -> None:
    """Add to the sums at this place (a primary key); there, or from nothing. `new`: what else a fresh row holds."""
    row: Any = tx.get(table, place)
    if row is None:
        row = table(**place, **(new or {}))
        tx.add(row)
        tx.flush()  # gives the sums their zeros
    for name, amount in amounts.items():
        setattr(row, name, round(getattr(row, name) + amount, _DECIMALS))
    if not any(getattr(row, name) for name in _COUNTS.get(table, ())):
        tx.delete(row)  # the last one was counted out
    tx.flush()


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()
