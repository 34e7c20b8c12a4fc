"""What changed between two versions of scoring, interview by interview and against each other.

Engines' own scorecards are compared, without what people put in the place of their levels. Hiring people see the
interviews that are open to them, and figures over those alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from pydantic import computed_field
from sqlalchemy.orm import Session

from interview.access import HIRING_ROLES, Actor
from interview.context import Context
from interview.errors import NotFound
from interview.models import Model, Moment, VersionStamp
from interview.positions import position_row
from interview.reviewing.blinding import opened_sessions
from interview.scoring import weighted_mean
from interview.store import rescoring_queries
from interview.store.queries import competency_scores

MOVED = 0.5
"""Levels from which an interview counts as moved: half a step of the 1-5 scale."""
MAX_COMPARED = 1_000
"""Interviews of a report, the newest scored ones."""


class StampUse(Model):
    """A version of scoring that a position's interviews have scorecards of. `stamp_id`: names it in a query."""

    stamp_id: str
    stamp: VersionStamp
    interviews: int
    newest: Moment


class CompetencyChange(Model):
    """`before` and `after`: the competency's total, None where nothing was assessed or it is not in that rubric."""

    competency: str
    before: float | None
    after: float | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def change(self) -> float | None:
        return _difference(self.before, self.after)


class InterviewChange(Model):
    """One interview under both. Ranks count from 1 among those with an overall score under both; ties share one."""

    interview_id: str
    candidate_name: str
    before: float | None
    after: float | None
    rank_before: int | None = None
    rank_after: int | None = None
    competencies: tuple[CompetencyChange, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def change(self) -> float | None:
        return _difference(self.before, self.after)


class CompetencyDrift(Model):
    """A competency over all interviews compared: `n` with a level under both, the mean change, the largest one."""

    competency: str
    n: int
    mean_change: float
    largest_change: float


class ScoreChanges(Model):
    """`closed`: interviews left out because the actor has not rated them yet. Means are over the `compared` interviews
    that have an overall score under both; `swapped`: pairs of them whose order turned round, of `pairs`.
    """

    position_id: str
    stamps: tuple[StampUse, ...]
    from_stamp: StampUse | None
    to_stamp: StampUse | None
    interviews: tuple[InterviewChange, ...] = ()
    closed: int = 0
    compared: int = 0
    mean_change: float = 0.0
    mean_size: float = 0.0
    largest_change: float = 0.0
    moved: int = 0
    pairs: int = 0
    swapped: int = 0
    competencies: tuple[CompetencyDrift, ...] = ()


def report(
    context: Context, actor: Actor, position_id: str, from_stamp: str | None = None, to_stamp: str | None = None
) -> ScoreChanges:
    """What changed from one version of scoring to another, each named by its `stamp_id`.

    Without them: to the newest, from the one that most of its sessions were scored with before. Nothing is compared
    where there is only one. Raises NotFound (`position_not_found`, `stamp_not_found`).
    """
    actor.require(*HIRING_ROLES)
    with context.database.read() as tx:
        position_row(tx, position_id)
        stamps, sessions = _stamps(tx, position_id)
        before, after = _chosen(stamps, sessions, from_stamp, to_stamp)
        if before is None or after is None:
            return ScoreChanges(position_id=position_id, stamps=stamps, from_stamp=before, to_stamp=after)
        rows, closed = _compared(tx, actor, position_id, before, after)
    return _summed(rows, closed, ScoreChanges(
        position_id=position_id, stamps=stamps, from_stamp=before, to_stamp=after,
    ))  # fmt: skip


def _stamps(tx: Session, position_id: str) -> tuple[tuple[StampUse, ...], dict[str, set[str]]]:
    """Newest first, and the sessions that were scored with each."""
    found: dict[str, tuple[VersionStamp, set[str], Any]] = {}
    for card in rescoring_queries.engine_scorecards(tx, position_id):
        stamp = VersionStamp.model_validate(card, from_attributes=True)
        name = _id(stamp)
        _, sessions, _ = found.get(name, (stamp, set(), None))
        sessions.add(card.session_id)
        found[name] = (stamp, sessions, card.created_at)
    uses = [
        StampUse(stamp_id=name, stamp=stamp, interviews=len(sessions), newest=newest)
        for name, (stamp, sessions, newest) in found.items()
    ]
    newest_first = tuple(sorted(uses, key=lambda use: use.newest, reverse=True))
    return newest_first, {name: sessions for name, (_, sessions, _) in found.items()}


def _id(stamp: VersionStamp) -> str:
    return hashlib.sha256(stamp.model_dump_json().encode()).hexdigest()[:12]


def _chosen(
    stamps: Sequence[StampUse], sessions: Mapping[str, set[str]], from_stamp: str | None, to_stamp: str | None
) -> tuple[StampUse | None, StampUse | None]:
    by_id = {use.stamp_id: use for use in stamps}
    for name in (from_stamp, to_stamp):
        if name is not None and name not in by_id:
            raise NotFound("This position has no scorecards of that version of scoring.", code="stamp_not_found")
    after = by_id[to_stamp] if to_stamp else next((use for use in stamps if use.stamp_id != from_stamp), None)
    if from_stamp or after is None:
        return by_id[from_stamp] if from_stamp else None, after
    theirs, others = sessions[after.stamp_id], [use for use in stamps if use is not after]
    # Of equals the newest, which comes first.
    return max(others, key=lambda use: len(sessions[use.stamp_id] & theirs), default=None), after


def _compared(
    tx: Session, actor: Actor, position_id: str, before: StampUse, after: StampUse
) -> tuple[list[InterviewChange], int]:
    """The interviews with a scorecard of each, newest scored first; and how many of them are closed to the actor."""
    is_open = opened_sessions(actor)
    former, latter = (
        {row.session_id: row for row in rescoring_queries.scored(tx, position_id, use.stamp.model_dump(), is_open)}
        for use in (before, after)
    )
    both = [(former[name], row) for name, row in reversed(latter.items()) if name in former][:MAX_COMPARED]
    rows = [_interview(tx, old, new) for old, new in both if new.is_open]
    return rows, len(both) - len(rows)


def _interview(tx: Session, old: Any, new: Any) -> InterviewChange:
    before, after = (_totals(tx, row.scorecard_id) for row in (old, new))
    names = dict.fromkeys((*after, *before))
    return InterviewChange(
        interview_id=new.interview_id,
        candidate_name=new.candidate_name,
        before=old.overall_score or None,
        after=new.overall_score or None,
        competencies=tuple(
            CompetencyChange(competency=name, before=before.get(name), after=after.get(name)) for name in names
        ),
    )


def _totals(tx: Session, scorecard_id: str) -> dict[str, float | None]:
    """By competency; None where nothing was assessed."""
    return {
        row.competency: row.total_score if row.criteria_assessed else None
        for row in competency_scores(tx, scorecard_id)
    }


# --- the figures ------------------------------------------------------------------------------------------------------


def _summed(rows: Sequence[InterviewChange], closed: int, empty: ScoreChanges) -> ScoreChanges:
    both = [row for row in rows if row.change is not None]
    changes = [row.change or 0.0 for row in both]
    pairs = list(combinations(both, 2))
    ranked = _ranked(rows, both)
    return empty.model_copy(
        update={
            "interviews": ranked,
            "closed": closed,
            "compared": len(both),
            "mean_change": _mean(changes),
            "mean_size": _mean([abs(change) for change in changes]),
            "largest_change": max(changes, key=abs, default=0.0),
            "moved": sum(abs(change) >= MOVED for change in changes),
            "pairs": len(pairs),
            "swapped": sum(_turned(one, other) for one, other in pairs),
            "competencies": _drifts(rows),
        }
    )


def _ranked(rows: Sequence[InterviewChange], both: Sequence[InterviewChange]) -> tuple[InterviewChange, ...]:
    before, after = ([getattr(row, name) for row in both] for name in ("before", "after"))

    def rank(levels: Sequence[float], own: float) -> int:
        return 1 + sum(level > own for level in levels)

    return tuple(
        row
        if row.before is None or row.after is None
        else row.model_copy(update={"rank_before": rank(before, row.before), "rank_after": rank(after, row.after)})
        for row in rows
    )


def _turned(one: InterviewChange, other: InterviewChange) -> bool:
    """Whether the one that stood higher stands lower now."""
    before = (one.before or 0.0) - (other.before or 0.0)
    after = (one.after or 0.0) - (other.after or 0.0)
    return before * after < 0


def _drifts(rows: Sequence[InterviewChange]) -> tuple[CompetencyDrift, ...]:
    changes: dict[str, list[float]] = {}
    for row in rows:
        for each in row.competencies:
            if each.change is not None:
                changes.setdefault(each.competency, []).append(each.change)
    return tuple(_drift(name, found) for name, found in changes.items())


def _drift(name: str, changes: Sequence[float]) -> CompetencyDrift:
    return CompetencyDrift(
        competency=name, n=len(changes), mean_change=_mean(changes), largest_change=max(changes, key=abs)
    )


def _mean(values: Sequence[float]) -> float:
    return round(weighted_mean((value, 1.0) for value in values), 2)


def _difference(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else round(after - before, 2)
