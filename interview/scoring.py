"""The arithmetic of scores: weighted means over what was assessed, and nothing else.

Pure functions, used wherever a total is made, so that every total in the product can be recomputed by hand from the
figures shown beside it. A criterion that was not assessed, or had no evidence, has no part in any mean; a mean of
nothing is 0.0, which stands for "no score". Totals are rounded to two decimals when they are reported, never before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from interview.models import Competency, CompetencySummary, Criterion, CriterionScore, CriterionSummary


def weighted_mean(pairs: Iterable[tuple[float, float]]) -> float:
    """The mean of `(value, weight)` pairs, unrounded; 0.0 when there is no weight."""
    listed = list(pairs)
    total = sum(weight for _, weight in listed)
    return sum(value * weight for value, weight in listed) / total if total > 0 else 0.0


def response_total(scores: Sequence[CriterionScore]) -> float:
    """A response's total on the 1-5 scale: the weighted mean of its assessed criteria, 0.0 when there are none."""
    return _reported(weighted_mean((score.score, score.weight) for score in scores if score.status == "assessed"))


def replace_latest(latest: Mapping[str, CriterionScore], new: Iterable[CriterionScore]) -> dict[str, CriterionScore]:
    """The standing scores by criterion after an evaluation: the newest assessed score replaces.

    A score that is not assessed never replaces one that is; among unassessed ones the newest stands.
    """
    standing = dict(latest)
    for score in new:
        before = standing.get(score.criterion)
        if score.status == "assessed" or before is None or before.status != "assessed":
            standing[score.criterion] = score
    return standing


def without_entry(latest: Mapping[str, CriterionScore], entry_id: int | None) -> dict[str, CriterionScore]:
    """The standing scores that do not rest on this transcript entry: words taken back take their scores with them."""
    return {
        criterion: score
        for criterion, score in latest.items()
        if all(piece.entry_id != entry_id for piece in score.evidence)
    }


def competency_summary(competency: Competency, latest: Mapping[str, CriterionScore]) -> CompetencySummary:
    """A competency's standing, its criteria in the rubric's order with the rubric's weights.

    `total_score` is the weighted mean of the assessed criteria; `rubric_filled` says that every criterion is assessed.
    Scores in `latest` for criteria that the competency does not have are left out.
    """
    criteria = tuple(_criterion_summary(criterion, latest.get(criterion.name)) for criterion in competency.criteria)
    assessed = [row for row in criteria if row.status == "assessed"]
    return CompetencySummary(
        competency=competency.name,
        total_score=_reported(weighted_mean((row.latest_score, row.weight) for row in assessed)),
        rubric_filled=len(assessed) == len(criteria),
        criteria=criteria,
    )


def overall(summaries: Iterable[CompetencySummary]) -> float:
    """The mean of `total_score` over competencies with at least one assessed criterion; 0.0 when there are none."""
    counted = [
        summary.total_score
        for summary in summaries
        if any(criterion.status == "assessed" for criterion in summary.criteria)
    ]
    return _reported(weighted_mean((total, 1.0) for total in counted))


def _criterion_summary(criterion: Criterion, score: CriterionScore | None) -> CriterionSummary:
    if score is None:
        return CriterionSummary(criterion=criterion.name, weight=criterion.weight)
    return CriterionSummary(
        criterion=criterion.name,
        weight=criterion.weight,
        latest_score=score.score,
        rationale=score.rationale,
        status=score.status,
        evidence=score.evidence,
        low=score.low,
        high=score.high,
    )


def _reported(value: float) -> float:
    return round(value, 2)
