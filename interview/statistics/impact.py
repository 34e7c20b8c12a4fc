"""Rates and impact ratios by category, as New York City's Local Law 144 has them computed (6 RCNY § 5-301).

The rates and ratios are the package aedt-audit's. A category is compared with the one of the highest rate. Two kinds of
categories take no part in the ratios, and set no benchmark: those of less than 2 % of the data, which the rule lets an
audit leave out, and those whose outcomes are not shown at all, so that a table tells of nobody in particular: of fewer
than five people, or of as few once the tables are subtracted from each other. (Five people are 2 % of 250: that matters
in small samples only, which prove nothing.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from interview.demographics import RACES, SEXES
from interview.models import Model
from interview.statistics.withholding import FEWEST, Category, withheld

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FOUR_FIFTHS = 0.8
"""Under it a ratio is flagged: 29 CFR 1607.4(D)."""
SMALL_SHARE = 0.02
"""6 RCNY § 5-301(d): a category of less than 2 % may be left out of the ratios."""
SIGNIFICANT = 0.05
SMALL_SAMPLE = 30
"""People in both compared categories under which a test has little power; aedt-audit's line."""
RESAMPLES, SEED, CONFIDENCE = 2_000, 144, 0.95

Kind = Literal["selection", "scoring"]
Dimension = Literal["sex", "race"]
Part = Literal["compared", "under_2_percent", "under_5_people", "withheld"]
DIMENSIONS: tuple[tuple[Dimension, ...], ...] = (("sex",), ("race",), ("sex", "race"))
NAMES: Mapping[Dimension, Mapping[str, str]] = {
    "sex": {str(name): words for name, words in SEXES.items()},
    "race": {str(name): words for name, words in RACES.items()},
}
NOT_HISPANIC = " (not Hispanic or Latino)"


@dataclass(frozen=True)
class Person:
    """`sex` and `race`: a category, None where it is not known. `positive`: selected, or above the median."""

    sex: str | None
    race: str | None
    positive: bool


class Group(Model):
    """One category. Rates are 0 to 1; bounds are a bootstrap's, of 95 %.

    `sex`, `race`: None where the table is not by it. `part`: whether it takes part in the ratios. `positive` and the
    rate are None where fewer than five people are in it, or would be told of by it (`withheld`); ratio and test also
    where it takes no part, or where nobody anywhere was selected. `highest`: the category that the others are compared
    with. `flagged`: the ratio is under four fifths. `more_needed`: how many more would have to be selected for four
    fifths. `p_value`: Fisher's exact test, two-sided, against the highest.
    """

    sex: str | None
    race: str | None
    n: int
    share: float
    part: Part
    positive: int | None = None
    rate: float | None = None
    rate_low: float | None = None
    rate_high: float | None = None
    impact_ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    highest: bool = False
    flagged: bool = False
    more_needed: int = 0
    p_value: float | None = None
    significant: bool = False
    small_sample: bool = False

    @property
    def name(self) -> str:
        """The category in words."""
        parts = [NAMES["sex"].get(self.sex or "", ""), NAMES["race"].get(self.race or "", "")]
        return ", ".join(filter(None, parts))

    @property
    def short_name(self) -> str:
        """The same without what is said of every race but one: that Hispanics and Latinos count with those."""
        return self.name.replace(NOT_HISPANIC, "")


class RateTable(Model):
    """`unknown`: people who are in no category of this table, since they did not say."""

    kind: Kind
    by: tuple[Dimension, ...]
    groups: tuple[Group, ...]
    n: int
    unknown: int


@dataclass(frozen=True)
class _Count:
    """People in a category, and how many of them were selected, or above the median."""

    n: int
    positive: int


def rate_tables(kind: Kind, people: Sequence[Person]) -> tuple[RateTable, ...]:
    """By sex, by race or ethnicity, and by both."""
    hidden = withheld((person.sex, person.race) for person in people)
    return tuple(_table(kind, by, people, hidden) for by in DIMENSIONS)


def _table(kind: Kind, by: tuple[Dimension, ...], people: Sequence[Person], hidden: Set[Category]) -> RateTable:
    known = [person for person in people if None not in (getattr(person, name) for name in by)]
    groups = _groups(by, known, hidden) if known else []
    places = [list(NAMES[name]) for name in ("sex", "race")]
    ordered = sorted(groups, key=lambda group: (_place(places[1], group.race), _place(places[0], group.sex)))
    return RateTable(kind=kind, by=by, groups=tuple(ordered), n=len(known), unknown=len(people) - len(known))


def _place(order: Sequence[str], category: str | None) -> int:
    return order.index(category) if category in order else -1


def _groups(by: tuple[Dimension, ...], known: Sequence[Person], hidden: Set[Category]) -> list[Group]:
    import pandas as pd
    from aedt_audit import benchmark_mask, impact_ratios, selection_rates

    data = pd.DataFrame([{**{name: getattr(one, name) for name in by}, "positive": one.positive} for one in known])
    table = selection_rates(data, by=list(by), outcome="positive", min_category_share=SMALL_SHARE)
    told = [_category(by, row) not in hidden for row in table.to_dict(orient="records")]
    table["excluded"] |= ~pd.Series(told, index=table.index)
    table = impact_ratios(table, by=list(by))
    compared = benchmark_mask(table, by=list(by)).to_numpy()
    bounds = _bounds(table, compared)
    counts = [_Count(int(n), int(x)) for n, x in zip(table["n"], table["selected"], strict=True)]
    best = max(
        (count for count, part in zip(counts, compared, strict=True) if part),
        key=lambda count: (count.positive / count.n, count.n),
        default=None,
    )
    return [
        _group(by, row, counts[at], best if compared[at] else None, bounds[at] if told[at] else None)
        for at, row in enumerate(table.to_dict(orient="records"))
    ]


def _category(by: tuple[Dimension, ...], row: Mapping[str, Any]) -> Category:
    return (row["sex"] if "sex" in by else None, row["race"] if "race" in by else None)


def _group(
    by: tuple[Dimension, ...],
    row: Mapping[str, Any],
    count: _Count,
    best: _Count | None,
    bounds: Sequence[float | None] | None,
) -> Group:
    """`best`: what it is compared with; None where it is not. `bounds`: None where its outcome is not shown."""
    unshown: Part = "under_5_people" if count.n < FEWEST else "withheld"
    sex, race = _category(by, row)
    group = Group(
        sex=sex,
        race=race,
        n=count.n,
        share=float(row["share"]),
        part="compared" if best else unshown if bounds is None else "under_2_percent",
    )
    if bounds is None:
        return group
    rate_low, rate_high, ratio_low, ratio_high = bounds
    shown = {"positive": count.positive, "rate": count.positive / count.n, "rate_low": rate_low, "rate_high": rate_high}
    if best is None or best.positive == 0:
        return group.model_copy(update=shown)
    ratios = {"impact_ratio": float(row["impact_ratio"]), "ratio_low": ratio_low, "ratio_high": ratio_high}
    return group.model_copy(update=shown | ratios | _compared(count, best))


def _compared(count: _Count, best: _Count) -> dict[str, object]:
    """The four fifths rule in whole numbers, and whether the difference may well be chance."""
    from aedt_audit import selections_to_four_fifths
    from scipy.stats import fisher_exact

    needed = selections_to_four_fifths(count.positive, count.n, best.positive, best.n)
    if count.positive * best.n == best.positive * count.n:
        return {"highest": True}
    table = [[count.positive, count.n - count.positive], [best.positive, best.n - best.positive]]
    p_value = float(fisher_exact(table).pvalue)
    return {
        "flagged": needed > 0,
        "more_needed": needed,
        "p_value": p_value,
        "significant": p_value < SIGNIFICANT,
        "small_sample": count.n + best.n < SMALL_SAMPLE,
    }


def _bounds(table: pd.DataFrame, compared: np.ndarray) -> list[list[float | None]]:
    """Of each category: bounds of its rate and of its ratio, by resampling people.

    Drawing people anew, with their category and outcome, is drawing the counts of these cells from one multinomial.
    """
    import numpy as np

    positive, n = table["selected"].to_numpy(dtype=float), table["n"].to_numpy(dtype=float)
    cells = np.concatenate([positive, n - positive])
    drawn = np.random.default_rng(SEED).multinomial(int(n.sum()), cells / cells.sum(), size=RESAMPLES)
    selected, others = drawn[:, : len(n)], drawn[:, len(n) :]
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = selected / (selected + others)
        highest = np.nanmax(np.where(compared, rates, -1.0), axis=1, keepdims=True)
        ratios = np.where(highest > 0, rates / highest, np.nan)
    return [[*_interval(rates[:, at]), *_interval(ratios[:, at])] for at in range(len(n))]


def _interval(values: np.ndarray) -> tuple[float | None, float | None]:
    import numpy as np

    drawn = values[~np.isnan(values)]
    if not len(drawn):
        return None, None
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)
