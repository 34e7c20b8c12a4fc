"""Classical test theory's item analysis of one question, over the versions of the plan that ask it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Literal

from interview.models import Model, QuestionKind
from interview.store.statistics_queries import MIDDLE, QuestionSums

FEWEST = 10
"""Candidates under which nothing is said of a question."""
_LOWEST, _HIGHEST = 1.0, 5.0
_Z95 = 1.959963984540054
_ROUNDING = 1e-9
"""Under so much variance nothing varies: what is left is the error of the sums."""


FindingKind = Literal[
    "too_few", "too_easy", "too_hard", "does_not_tell_apart", "often_not_assessed", "often_skipped", "often_hinted",
    "drifted", "as_expected",
]  # fmt: skip


class Finding(Model):
    """`says`: what the figures say; `do`: what to do about it."""

    kind: FindingKind
    says: str
    do: str


class Correlation(Model):
    """Pearson's r, with its 95 % interval by Fisher's z (Fisher 1921)."""

    r: float
    low: float
    high: float


class Drift(Model):
    """A question's mean under a plan version, and under the next one that asks it.

    `difference`: new less old, in levels; `low` to `high`: its 95 % interval (Welch 1947), None where nothing varies.
    `effect`: the difference in standard deviations (Hedges' g, Hedges 1981); .2 is small, .5 middling, .8 large
    (Cohen 1988).
    """

    from_version: int
    to_version: int
    n_from: int
    n_to: int
    mean_from: float
    mean_to: float
    difference: float
    effect: float | None
    low: float | None
    high: float | None


class QuestionStatistic(Model):
    """One question of a position; probes, whose words are one candidate's, by competency and without words.

    `scored`: answered, with at least one criterion assessed. Shares are 0 to 1: of `asked` the skipped ones (left
    unanswered at the end among them) and those with a follow-up; of `answered` those not assessed; of `hints_known`
    (the times that it is known whether a hint was given: what a voice that talks freely says may be one) those with
    one, None where it is never known.
    `mean`: of the scores, 1-5; `deviation`: their standard deviation. `difficulty`: (mean - 1) / 4, the item difficulty
    (p-value) of classical test theory taken to a rating scale (Crocker and Algina 1986): high is easy.
    `discrimination`: the corrected item-total correlation, the score with the mean of the candidate's other questions;
    of `pairs` candidates. None under `FEWEST` of them, and where nothing varies.
    """

    question: str
    kind: QuestionKind
    competency: str
    asked: int
    answered: int
    scored: int
    skipped_share: float
    not_assessed_share: float
    hints_known: int
    hint_share: float | None
    follow_up_share: float
    mean: float | None
    deviation: float | None
    difficulty: float | None
    pairs: int
    discrimination: Correlation | None
    drift: Drift | None
    findings: tuple[Finding, ...] = ()
    note: str = ""


def analysed(group: Sequence[QuestionSums]) -> QuestionStatistic:
    """A planned question, from its sums under each version of the plan."""
    whole = _together(group)
    return _counts(whole).model_copy(update={"discrimination": _discrimination(whole), "drift": _drift(group)})


def counted(group: Sequence[QuestionSums]) -> QuestionStatistic:
    """Probes of one competency: each candidate got other words, so neither discrimination nor drift has a sense."""
    return _counts(_together(group))


def version_of(sums: QuestionSums) -> int:
    """Of the plan."""
    return int(sums.rubric.rpartition("/")[2])


def _together(group: Sequence[QuestionSums]) -> QuestionSums:
    summed = [
        one.name
        for one in fields(QuestionSums)
        if one.name not in ("question", "kind", "competency", "rubric", "place")
    ]
    return replace(group[0], **{name: sum(getattr(one, name) for one in group) for name in summed})


def _counts(one: QuestionSums) -> QuestionStatistic:
    answered = one.asked - one.skipped
    mean = MIDDLE + one.x / one.scored if one.scored else None
    variance = _variance(one)
    return QuestionStatistic.model_validate(
        {
            "question": one.question,
            "kind": one.kind,
            "competency": one.competency,
            "asked": one.asked,
            "answered": answered,
            "scored": one.scored,
            "skipped_share": one.skipped / one.asked,
            "not_assessed_share": (answered - one.scored) / answered if answered else 0.0,
            "hints_known": one.hints_known,
            "hint_share": one.hinted / one.hints_known if one.hints_known else None,
            "follow_up_share": one.followed / one.asked,
            "mean": mean,
            "deviation": None if variance is None else math.sqrt(variance),
            "difficulty": None if mean is None else (mean - _LOWEST) / (_HIGHEST - _LOWEST),
            "pairs": one.pairs,
            "discrimination": None,
            "drift": None,
        }
    )


def _variance(one: QuestionSums) -> float | None:
    """Of the scores, with n - 1; None under two of them."""
    if one.scored < 2:
        return None
    found = (one.xx - one.x * one.x / one.scored) / (one.scored - 1)
    return found if found > _ROUNDING else 0.0


def _discrimination(one: QuestionSums) -> Correlation | None:
    n = one.pairs
    if n < FEWEST:
        return None
    xx, yy = one.pair_xx - one.pair_x**2 / n, one.pair_yy - one.pair_y**2 / n
    if min(xx, yy) <= _ROUNDING * n:
        return None
    r = (one.pair_xy - one.pair_x * one.pair_y / n) / math.sqrt(xx * yy)
    r = min(1.0, max(-1.0, r))
    centre, reach = math.atanh(min(1 - 1e-12, max(-1 + 1e-12, r))), _Z95 / math.sqrt(n - 3)
    return Correlation(r=r, low=math.tanh(centre - reach), high=math.tanh(centre + reach))


def _drift(group: Sequence[QuestionSums]) -> Drift | None:
    """From the last version but one that has scores of the question to the last one; None without two such."""
    known = sorted((one for one in group if one.scored >= 2), key=version_of)
    if len(known) < 2:
        return None
    old, new = known[-2:]
    mean_old, mean_new = MIDDLE + old.x / old.scored, MIDDLE + new.x / new.scored
    difference = mean_new - mean_old
    variances = (_variance(old) or 0.0, _variance(new) or 0.0)
    reach = _welch(variances, (old.scored, new.scored))
    return Drift(
        from_version=version_of(old),
        to_version=version_of(new),
        n_from=old.scored,
        n_to=new.scored,
        mean_from=mean_old,
        mean_to=mean_new,
        difference=difference,
        effect=_hedges(difference, variances, (old.scored, new.scored)),
        low=None if reach is None else difference - reach,
        high=None if reach is None else difference + reach,
    )


def _welch(variances: tuple[float, float], n: tuple[int, int]) -> float | None:
    """Half of the 95 % interval of a difference of means (Welch 1947), with Satterthwaite's degrees of freedom."""
    from scipy.special import stdtrit

    parts = [variance / count for variance, count in zip(variances, n, strict=True)]
    error = sum(parts)
    if error <= 0:
        return None
    freedom = error**2 / sum(part**2 / (count - 1) for part, count in zip(parts, n, strict=True))
    return float(stdtrit(freedom, 0.975)) * math.sqrt(error)


def _hedges(difference: float, variances: tuple[float, float], n: tuple[int, int]) -> float | None:
    """Hedges' g: the difference over the pooled standard deviation, less the bias of small samples."""
    freedom = sum(n) - 2
    pooled = sum(variance * (count - 1) for variance, count in zip(variances, n, strict=True)) / freedom
    return difference / math.sqrt(pooled) * (1 - 3 / (4 * freedom - 1)) if pooled > 0 else None
