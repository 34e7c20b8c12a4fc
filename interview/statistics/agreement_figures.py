"""How far two sets of ratings agree, as numbers: weighted kappa, intraclass correlation, shares and differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from interview.models import Model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Table = NDArray[Any]

LEVELS = 5
RESAMPLES, SEED = 1_000, 20_260_302
_AT_ONCE = 100
"""Resamples that are drawn together: keeps the memory small where there are many clusters."""


class Estimate(Model):
    """A figure with its 95 % interval; `low` and `high` are None where there is none to be had."""

    value: float
    low: float | None = None
    high: float | None = None


def rounded(level: float) -> int:
    """A level of the scale, halves up."""
    return int(level + 0.5)


def quadratic_kappa(first: Sequence[int], second: Sequence[int]) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen 1968); None where a side gives one level throughout.

    The weights are of the levels' distance, also where nobody gave a level that lies between.
    """
    from sklearn.metrics import cohen_kappa_score

    if len(set(first)) < 2 or len(set(second)) < 2:
        return None
    return float(
        cohen_kappa_score(
            first, second, weights="quadratic", labels=range(min(*first, *second), max(*first, *second) + 1)
        )
    )


def kappa_interval(
    first: Sequence[int], second: Sequence[int], clusters: Sequence[object]
) -> tuple[float, float] | None:
    """The 95 % interval of `quadratic_kappa`: percentiles of a bootstrap that draws whole clusters.

    `clusters`: for each pair of levels what it comes from; criteria of one interview are not independent. The draws are
    the same each time. None under two clusters, and where most draws have no kappa.
    """
    import numpy as np

    places = {cluster: place for place, cluster in enumerate(dict.fromkeys(clusters))}
    if len(places) < 2:
        return None
    tables = np.zeros((len(places), LEVELS, LEVELS))
    of = np.array([places[cluster] for cluster in clusters])
    np.add.at(tables, (of, np.subtract(first, 1), np.subtract(second, 1)), 1)
    draw = np.random.default_rng(SEED)
    found = []
    for _ in range(RESAMPLES // _AT_ONCE):
        weights = draw.multinomial(len(places), [1 / len(places)] * len(places), size=_AT_ONCE)
        found.append(_kappas(np.tensordot(weights, tables, axes=1)))
    kappas = np.concatenate(found)
    kappas = kappas[np.isfinite(kappas)]
    if len(kappas) < RESAMPLES / 2:
        return None
    low, high = np.percentile(kappas, [2.5, 97.5])
    return float(low), float(high)


def _kappas(tables: Table) -> Table:
    """Quadratic-weighted kappa of each table of counts; not a number where only one level was given."""
    import numpy as np

    levels = np.arange(LEVELS)
    weights = (levels[:, None] - levels) ** 2
    chance = tables.sum(axis=2)[:, :, None] * tables.sum(axis=1)[:, None, :] / tables.sum(axis=(1, 2))[:, None, None]
    expected, seen = (weights * chance).sum(axis=(1, 2)), (weights * tables).sum(axis=(1, 2))
    return np.where(expected > 0, 1 - seen / np.where(expected > 0, expected, 1), np.nan)


def icc(ratings: Sequence[Sequence[float]]) -> Estimate | None:
    """ICC(2,1): absolute agreement of single ratings, judges and targets both drawn at random (Shrout and Fleiss 1979).

    `ratings`: a row per target, a column per judge. From the mean squares of a two-way analysis of variance; the
    interval is theirs. None under two targets or judges, and where targets do not vary.
    """
    import numpy as np

    table = np.asarray(ratings, dtype=float)
    if table.ndim != 2 or min(table.shape) < 2:
        return None
    n, k = table.shape
    mean, by_target, by_judge = table.mean(), table.mean(axis=1), table.mean(axis=0)
    bms = float(k * ((by_target - mean) ** 2).sum() / (n - 1))
    jms = float(n * ((by_judge - mean) ** 2).sum() / (k - 1))
    residual = table - by_target[:, None] - by_judge + mean
    ems = float((residual**2).sum() / ((n - 1) * (k - 1)))
    if bms <= 1e-12:
        return None
    value = (bms - ems) / (bms + (k - 1) * ems + k * (jms - ems) / n)
    low, high = _icc_interval(n, k, bms, jms, ems, value)
    return Estimate(value=value, low=low, high=high)


def _icc_interval(
    n: int, k: int, bms: float, jms: float, ems: float, value: float
) -> tuple[float | None, float | None]:
    """Shrout and Fleiss (1979), page 424, with Satterthwaite's degrees of freedom."""
    from scipy.special import fdtri

    if ems <= 1e-12:
        return None, None
    judges = jms / ems
    top = (k - 1) * (n - 1) * (k * value * judges + n * (1 + (k - 1) * value) - k * value) ** 2
    bottom = (n - 1) * k**2 * value**2 * judges**2 + (n * (1 + (k - 1) * value) - k * value) ** 2
    freedom = top / bottom
    upper, lower = float(fdtri(n - 1, freedom, 0.975)), float(fdtri(freedom, n - 1, 0.975))
    rest = k * jms + (k * n - k - n) * ems
    return n * (bms - upper * ems) / (upper * rest + n * bms), n * (lower * bms - ems) / (rest + n * lower * bms)
