"""The score tables for analysts: rows per scorecard and competency, figures over them; ids in the place of names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from pydantic import Field
from sqlalchemy import Row
from sqlalchemy.orm import Session

from interview.access import Actor, Role
from interview.context import Context
from interview.errors import InvalidPayload
from interview.models import Model, Moment
from interview.records import ScoreFilter
from interview.store import score_queries

SMALL_SAMPLE = 10
"""Under so many scores a distribution or a mean says little; our own line, not a published one."""

_READERS: tuple[Role, ...] = ("administrator", "program", "hiring", "analyst")


class ScoreRow(Model):
    """One competency of one scorecard. Each column says in its description what it holds."""

    scorecard_id: str = Field(description="The scorecard; its competencies share it")
    interview_id: str = Field(description="The interview; stands for the candidate, whose name is not here")
    candidate_id: str = Field(description="The candidate's id")
    position_id: str = Field(description="The position's id")
    role_title: str = Field(description="The position's role title")
    session_id: str = Field(description="The session that was scored")
    competency: str = Field(description="The competency")
    score: float = Field(description="Weighted mean of its assessed criteria, 1 to 5; 0 when none was assessed")
    criteria_assessed: int = Field(description="How many of its criteria have a score with evidence")
    criteria_total: int = Field(description="How many criteria it has")
    rubric_filled: bool = Field(description="Whether every criterion was assessed")
    overall_score: float = Field(description="Mean over the scorecard's assessed competencies, 1 to 5; 0 when none")
    newest: bool = Field(description="Whether this is the newest scorecard of its session; older ones stay beside it")
    source: str = Field(description="Who scored: engine, or a reviewer")
    engine: str = Field(description="Version stamp: engine")
    model: str = Field(description="Version stamp: model")
    prompt: str = Field(description="Version stamp: prompts")
    rubric: str = Field(description="Version stamp: position id and plan version")
    application: str = Field(description="Version stamp: Candor's version")
    scored_at: Moment = Field(description="When it was scored, UTC")


COLUMNS = tuple(ScoreRow.model_fields)


class ScoreTotals(Model):
    """Counts over all rows of a filter. `mean_overall`: 1 to 5, a scorecard counting once; 0.0 when none is scored."""

    interviews: int = 0
    scorecards: int = 0
    rows: int = 0
    mean_overall: float = 0.0
    criteria_assessed: int = 0
    criteria_total: int = 0

    @property
    def share_assessed(self) -> float:
        """Of the criteria, 0 to 1."""
        return self.criteria_assessed / self.criteria_total if self.criteria_total else 0.0


class Distribution(Model):
    """How a competency's scores fall on the levels 1 to 5, halves rounded up. `mean`: of the scores; 0.0 without."""

    competency: str
    levels: tuple[int, int, int, int, int]
    not_assessed: int
    mean: float

    @property
    def scored(self) -> int:
        return sum(self.levels)

    @property
    def n(self) -> int:
        """Rows, those without a score among them."""
        return self.scored + self.not_assessed


class TrendPoint(Model):
    """A competency's mean score in one week; `week` is its Monday (UTC), `n` how many scores there are."""

    competency: str
    week: date
    mean: float
    n: int


class PositionChoice(Model):
    """A position that has scores, with what a filter may ask of it."""

    position_id: str
    role_title: str
    interviews: int
    versions: tuple[int, ...]
    competencies: tuple[str, ...]


class ScoreReport(Model):
    """The figures and the rows of one filter, read in one transaction."""

    totals: ScoreTotals
    distribution: tuple[Distribution, ...]
    trend: tuple[TrendPoint, ...]
    rows: tuple[ScoreRow, ...]


class Analytics:
    """The use cases of analysts."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def score_rows(self, actor: Actor, wanted: ScoreFilter | None = None) -> list[ScoreRow]:
        """Rows in the order of scoring, newest first; rehearsals have none. Raises InvalidPayload."""
        actor.require(*_READERS)
        wanted = _possible(wanted or ScoreFilter())
        with self._context.database.read() as tx:
            return _rows(tx, wanted)

    def report(self, actor: Actor, wanted: ScoreFilter) -> ScoreReport:
        """The same rows, with what they come to. Raises InvalidPayload."""
        actor.require(*_READERS)
        wanted = _possible(wanted)
        with self._context.database.read() as tx:
            return ScoreReport(
                totals=_totals(tx, wanted),
                distribution=tuple(_distribution(row) for row in score_queries.distribution(tx, wanted)),
                trend=tuple(_weekly(score_queries.daily(tx, wanted))),
                rows=tuple(_rows(tx, wanted)),
            )

    def choices(self, actor: Actor) -> list[PositionChoice]:
        """What can be filtered by, positions in the order of their role titles."""
        actor.require(*_READERS)
        everything = ScoreFilter()
        with self._context.database.read() as tx:
            positions, rubrics = score_queries.positions(tx, everything), score_queries.rubrics(tx, everything)
        return [_choice(row, [each for each in rubrics if each.position_id == row.position_id]) for row in positions]


def _possible(wanted: ScoreFilter) -> ScoreFilter:
    if wanted.scored_from and wanted.scored_to and wanted.scored_from > wanted.scored_to:
        raise InvalidPayload("The time range ends before it begins. Change one of its ends.")
    return wanted


def _rows(tx: Session, wanted: ScoreFilter) -> list[ScoreRow]:
    return [ScoreRow.model_validate(row._asdict()) for row in score_queries.rows(tx, wanted)]


def _totals(tx: Session, wanted: ScoreFilter) -> ScoreTotals:
    row = score_queries.totals(tx, wanted)
    return ScoreTotals(
        interviews=row.interviews,
        scorecards=row.scorecards,
        rows=row.rows,
        mean_overall=_mean(score_queries.mean_overall(tx, wanted)),
        criteria_assessed=row.criteria_assessed or 0,
        criteria_total=row.criteria_total or 0,
    )


def _distribution(row: Row[*tuple[Any, ...]]) -> Distribution:
    return Distribution(
        competency=row.competency,
        levels=(row.level_1, row.level_2, row.level_3, row.level_4, row.level_5),
        not_assessed=row.not_assessed,
        mean=_mean(row.mean),
    )


def _weekly(days: Iterable[Row[*tuple[Any, ...]]]) -> list[TrendPoint]:
    """Days put together to weeks, oldest first. No database agrees with another on what a week is."""
    sums: defaultdict[tuple[date, str], tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for row in days:
        day = date.fromisoformat(row.day)
        place = (day - timedelta(days=day.weekday()), row.competency)
        n, total = sums[place]
        sums[place] = (n + row.n, total + row.total)
    return [
        TrendPoint(competency=competency, week=week, mean=_mean(total / n), n=n)
        for (week, competency), (n, total) in sorted(sums.items())
    ]


def _choice(row: Row[*tuple[Any, ...]], rubrics: list[Row[*tuple[Any, ...]]]) -> PositionChoice:
    return PositionChoice(
        position_id=row.position_id,
        role_title=row.role_title,
        interviews=row.interviews,
        versions=tuple(sorted({int(each.rubric.rpartition("/")[2]) for each in rubrics})),
        competencies=tuple(dict.fromkeys(each.competency for each in rubrics)),
    )


def _mean(value: float | None) -> float:
    """A mean as it is reported, two decimals; 0.0 stands for none."""
    return round(value or 0.0, 2)
