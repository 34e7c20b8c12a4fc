"""Ratings of one and the same thing, side by side: what agreement is computed from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from itertools import combinations
from typing import Any

from sqlalchemy import Row

from interview.statistics.agreement_figures import rounded

ENGINE = "engine"


@dataclass(frozen=True)
class Side:
    """One judge's ratings of one competency in one session. `levels`: by criterion, of those that got one.

    `month`: the first day of that in which the review was submitted (UTC). `total`: 0.0 without any level.
    """

    session: str
    competency: str
    judge: str
    month: date
    total: float
    levels: dict[str, float]


Two = tuple[Side, Side]
"""A person and the engine, or two people in the order of their ids, on the same competency of the same session."""


def with_engine(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[Two]:
    """Each person beside the engine, where it scored the session; of rows of `blind_ratings`."""
    return [
        (person(row), _side(row, ENGINE, row.engine_total, row.engine_criteria))
        for row in rows
        if row.engine_criteria is not None
    ]


def among_people(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[Two]:
    """The reviewers of a session, two by two."""
    by_place: defaultdict[tuple[str, str], list[Side]] = defaultdict(list)
    for row in rows:
        by_place[row.session_id, row.competency].append(person(row))
    return [two for sides in by_place.values() for two in combinations(sorted(sides, key=lambda side: side.judge), 2)]


def person(row: Row[*tuple[Any, ...]]) -> Side:
    """What the reviewer of this row rated."""
    return _side(row, row.reviewer_id, row.total, row.criteria)


def month(two: Two) -> date:
    """The later one's."""
    return max(two[0].month, two[1].month)


@dataclass(frozen=True)
class Pairs:
    """Levels of the criteria that both sides rated, and the session of each pair. `one_sided`: criteria of only one."""

    first: tuple[float, ...]
    second: tuple[float, ...]
    sessions: tuple[str, ...]
    one_sided: int

    def __len__(self) -> int:
        return len(self.first)

    @property
    def differences(self) -> list[float]:
        """First less second, in levels, not rounded."""
        return [a - b for a, b in zip(self.first, self.second, strict=True)]

    @property
    def steps(self) -> list[int]:
        """How far apart they are once rounded, without a sign."""
        return [abs(rounded(a) - rounded(b)) for a, b in zip(self.first, self.second, strict=True)]

    def columns(self, *, symmetric: bool) -> tuple[list[int], list[int], list[str]]:
        """Rounded levels and sessions; each pair both ways round where it is chance who stands first."""
        first, second = ([rounded(level) for level in side] for side in (self.first, self.second))
        if symmetric:
            return [*first, *second], [*second, *first], [*self.sessions, *self.sessions]
        return first, second, list(self.sessions)


def pairs(beside: Iterable[Two]) -> Pairs:
    """The criteria of both sides, level by level."""
    found: list[tuple[float, float, str]] = []
    one_sided = 0
    for a, b in beside:
        shared = a.levels.keys() & b.levels.keys()
        one_sided += len(a.levels.keys() ^ b.levels.keys())
        found += [(a.levels[name], b.levels[name], a.session) for name in sorted(shared)]
    first, second, sessions = zip(*found, strict=True) if found else ((), (), ())
    return Pairs(first=first, second=second, sessions=sessions, one_sided=one_sided)


def totals(beside: Sequence[Two]) -> list[tuple[float, float]]:
    """Competency totals of both sides, of the two judges who have the most together; their order is always the same.

    An analysis of variance takes the same judges throughout. With the engine the two are a person, whoever it is, and
    the engine.
    """
    both = [(a, b) for a, b in beside if a.total > 0 and b.total > 0]
    judges = Counter((a.judge, b.judge) for a, b in both if b.judge != ENGINE)
    most = max(judges, key=lambda two: (judges[two], two), default=None)
    return [(a.total, b.total) for a, b in both if most is None or (a.judge, b.judge) == most]


def _side(row: Row[*tuple[Any, ...]], judge: str, total: float, criteria: Iterable[dict[str, Any]]) -> Side:
    return Side(
        session=row.session_id,
        competency=row.competency,
        judge=judge,
        month=row.submitted_at.astimezone(UTC).date().replace(day=1),
        total=total,
        levels={one["criterion"]: one["latest_score"] for one in criteria if one["status"] == "assessed"},
    )
