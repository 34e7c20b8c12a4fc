"""What the scores of many interviews come to: totals, levels, weekly means, time per stage, and what models took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from pydantic import Field
from sqlalchemy import Row
from sqlalchemy.orm import Session

from interview.exports import Table
from interview.models import Model
from interview.records import FigureFilter
from interview.statistics.funnel import Funnel, FunnelStep, ModeFaults, read_funnel, share
from interview.store import figure_queries

SMALL_SAMPLE = 10
"""Under so many scores a distribution or a mean says little; our own line, not a published one."""
_STAGES = ("warmup", "competency", "wrapup")


class ScoreTotals(Model):
    """Counts over the scorecards that count: the standing one of each session."""

    scorecards: int = Field(0, description="Sessions with a scorecard")
    scored: int = Field(0, description="Of these: with any score at all")
    mean_overall: float = Field(0.0, description="Mean of their overall scores, 1 to 5; 0 where none is scored")
    rows: int = Field(0, description="Their competencies")
    criteria_assessed: int = 0
    criteria_total: int = 0
    share_assessed: float | None = Field(None, description="Criteria assessed of all, 0 to 1; None of none")


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
        """Scorecards, those without a score of it among them."""
        return self.scored + self.not_assessed


class TrendPoint(Model):
    """A competency's mean score in one week; `week` is its Monday (UTC), `n` how many scores there are."""

    competency: str
    week: date
    mean: float
    n: int


class StageTime(Model):
    """How long completed sessions took for a stage, on average."""

    stage: str
    sessions: int
    mean_minutes: float


class UsageDay(Model):
    """What one model took on one day (UTC), rehearsals and plans included. `cost`: US dollars of the priced calls."""

    day: date
    model: str
    calls: int
    unpriced: int = Field(description="Calls without a known price, which are in no cost")
    input_tokens: int
    output_tokens: int
    cost: float


class Figures(Model):
    """Everything that a filter comes to, read in one transaction.

    The funnel and what models took are of whole interviews: a competency in the filter changes neither, and a plan
    version not what models took.
    """

    totals: ScoreTotals
    funnel: Funnel
    distribution: tuple[Distribution, ...]
    trend: tuple[TrendPoint, ...]
    stages: tuple[StageTime, ...]
    usage: tuple[UsageDay, ...]


def read_figures(tx: Session, wanted: FigureFilter, titles: dict[str, str]) -> Figures:
    """The figures of a filter; `titles`: role titles by position."""
    competencies = figure_queries.competencies(tx, wanted)
    return Figures(
        totals=_totals(tx, wanted, competencies),
        funnel=read_funnel(tx, wanted, titles),
        distribution=tuple(_distribution(row) for row in competencies),
        trend=tuple(_weekly(figure_queries.daily(tx, wanted))),
        stages=tuple(_stage_times(figure_queries.stages(tx, wanted))),
        usage=tuple(UsageDay.model_validate(row._asdict()) for row in figure_queries.usage(tx, wanted)),
    )


def figure_tables(figures: Figures) -> tuple[Table, ...]:
    """The figures as tables, for files: one sheet or one file each."""
    return (
        _table("Totals", ScoreTotals, [figures.totals]),
        _table("Funnel", FunnelStep, [figures.funnel.everything, *figures.funnel.positions]),
        _table("Faults", ModeFaults, figures.funnel.modes),
        Table("Levels", _LEVEL_COLUMNS, [_level_row(each) for each in figures.distribution]),
        _table("Weekly means", TrendPoint, figures.trend),
        _table("Minutes per stage", StageTime, figures.stages),
        _table("Engine cost", UsageDay, figures.usage),
    )


_LEVEL_COLUMNS = ("competency", *figure_queries.LEVELS, "not_assessed", "n", "mean")


def _level_row(each: Distribution) -> dict[str, object]:
    levels = dict(zip(figure_queries.LEVELS, each.levels, strict=True))
    return {"competency": each.competency, "not_assessed": each.not_assessed, "n": each.n, "mean": each.mean} | levels


def _table(name: str, kind: type[Model], rows: Iterable[Model]) -> Table:
    return Table(name, tuple(kind.model_fields), [row.model_dump() for row in rows])


def _totals(tx: Session, wanted: FigureFilter, competencies: Iterable[Row[*tuple[Any, ...]]]) -> ScoreTotals:
    row, found = figure_queries.totals(tx, wanted), [_distribution(each) for each in competencies]
    assessed, total = (sum(getattr(each, name) for each in competencies) for name in _CRITERIA)
    return ScoreTotals(
        scorecards=row.scorecards or 0,
        scored=row.scored or 0,
        mean_overall=_mean(row.total, row.scored),
        rows=sum(each.n for each in found),
        criteria_assessed=assessed,
        criteria_total=total,
        share_assessed=share(assessed, total),
    )


_CRITERIA = ("criteria_assessed", "criteria_total")


def _distribution(row: Row[*tuple[Any, ...]]) -> Distribution:
    levels = (row.level_1, row.level_2, row.level_3, row.level_4, row.level_5)
    return Distribution(
        competency=row.competency, levels=levels, not_assessed=row.not_assessed, mean=_mean(row.total, sum(levels))
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
        TrendPoint(competency=competency, week=week, mean=_mean(total, n), n=n)
        for (week, competency), (n, total) in sorted(sums.items())
    ]


def _stage_times(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[StageTime]:
    """In the order of an interview."""
    times = [
        StageTime(stage=row.stage, sessions=row.sessions, mean_minutes=_mean(row.seconds / 60, row.sessions))
        for row in rows
    ]
    return sorted(times, key=lambda each: _STAGES.index(each.stage))


def _mean(total: float | None, n: int | None) -> float:
    """A mean as it is reported, two decimals; 0.0 stands for none."""
    return round((total or 0.0) / n, 2) if n else 0.0
