"""Whether interviews treat groups of people alike: the tables of Local Law 144, never about one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from statistics import median
from typing import Any

from interview.access import Actor, Role
from interview.context import Context
from interview.demographics import UNDISCLOSED
from interview.errors import InvalidPayload, NotFound
from interview.models import Model, Moment
from interview.statistics.impact import Person, RateTable, rate_tables
from interview.store import fairness_queries
from interview.store.tables import PositionRow

READERS: tuple[Role, ...] = ("analyst", "administrator", "program")
"""Never the hiring role: whoever decides of people is not to know these tables of theirs."""
FEWEST_PEOPLE = 10
"""Self-reports under which there are no tables: so few people could be told from one another."""
MAX_PEOPLE = 50_000
MAX_DAYS = 3_650


class FairnessPosition(Model):
    """A position with ended interviews."""

    position_id: str
    role_title: str
    interviews: int


class DecisionCounts(Model):
    """People by what was decided of them last. Only the first two are in the selection rates."""

    advanced: int
    declined: int
    held: int
    undecided: int


class FairnessReport(Model):
    """Of the interviews that were completed in a span of time.

    `began_at`: None for all time. `people`: interviews, whoever was interviewed twice counting twice; `cut`: there are
    more, and these are the newest. `self_reports`: of those, who said their sex or race. `unscored`: nothing of theirs
    could be rated, so that they are in no scoring rate. `median`: of all overall scores, 0.0 without any. `tables`:
    empty where fewer than `FEWEST_PEOPLE` said anything.
    """

    position_id: str | None
    role_title: str
    days: int | None
    began_at: Moment | None
    made_at: Moment
    people: int
    cut: bool
    self_reports: int
    decisions: DecisionCounts
    scored: int
    unscored: int
    median: float
    tables: tuple[RateTable, ...]


class Fairness:
    """The use cases around fairness tables."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def positions(self, actor: Actor) -> list[FairnessPosition]:
        """What a report can be of, by role title."""
        actor.require(*READERS)
        with self._context.database.read() as tx:
            return [FairnessPosition.model_validate(row._asdict()) for row in fairness_queries.positions(tx)]

    def report(self, actor: Actor, position_id: str | None = None, days: int | None = None) -> FairnessReport:
        """Selection and scoring rates with their impact ratios: by sex, by race or ethnicity, and by both.

        `days`: completed in so many days up to now; None for all time. Raises Forbidden to the hiring role,
        InvalidPayload, NotFound `position_not_found`.
        """
        actor.require(*READERS)
        if days is not None and not 1 <= days <= MAX_DAYS:
            raise InvalidPayload(f"The number of days must be 1 to {MAX_DAYS:,}.")
        now = self._context.clock()
        began_at = now - timedelta(days=days) if days else None
        with self._context.database.read() as tx:
            position = tx.get(PositionRow, position_id) if position_id else None
            if position_id and position is None:
                raise NotFound("There is no such position.", code="position_not_found")
            rows = fairness_queries.people(tx, position_id, began_at, MAX_PEOPLE + 1)
            title = position.role_title if position else ""
        figures = _figures(rows[:MAX_PEOPLE])
        return FairnessReport(
            position_id=position_id,
            role_title=title,
            days=days,
            began_at=began_at,
            made_at=now,
            cut=len(rows) > MAX_PEOPLE,
            **figures,
        )


def _figures(rows: Sequence[Any]) -> dict[str, Any]:
    decided = Counter(row.decision for row in rows)
    scores = [row.score for row in rows if row.score]
    middle = median(scores) if scores else 0.0
    told = sum(_told(row.sex) is not None or _told(row.race) is not None for row in rows)
    selection = [_person(row, row.decision == "advance") for row in rows if row.decision in ("advance", "decline")]
    scoring = [_person(row, row.score > middle) for row in rows if row.score]
    open_ = told >= FEWEST_PEOPLE
    return {
        "people": len(rows),
        "self_reports": told,
        "decisions": DecisionCounts(
            advanced=decided["advance"],
            declined=decided["decline"],
            held=decided["hold"],
            undecided=decided[None] + decided["no_decision"],
        ),
        "scored": len(scores),
        "unscored": len(rows) - len(scores),
        "median": round(middle, 2),
        "tables": (*rate_tables("selection", selection), *rate_tables("scoring", scoring)) if open_ else (),
    }


def _person(row: Any, positive: bool) -> Person:
    return Person(sex=_told(row.sex), race=_told(row.race), positive=positive)


def _told(category: str | None) -> str | None:
    return None if category == UNDISCLOSED else category
