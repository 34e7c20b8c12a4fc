"""The arithmetic of scores: weighted means over what was assessed, and nothing else.

Pure functions, used wherever a total is made, so that every total in the product can be recomputed by hand from the
figures shown beside it. A criterion that was not assessed, or had no evidence, has no part in any mean; a mean of
nothing is 0.0, which stands for "no score". Totals are rounded to two decimals when they are reported, never before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from interview.models import (
    SCALE,
    Competency,
    CompetencySummary,
    Criterion,
    CriterionScore,
    CriterionSummary,
    Evaluation,
    Evidence,
    TranscriptEntry,
)


def weighted_mean(pairs: Iterable[tuple[float, float]]) -> float:
    """The mean of `(value, weight)` pairs, unrounded; 0.0 when there is no weight."""
    listed = list(pairs)
    total = sum(weight for _, weight in listed)
    return sum(value * weight for value, weight in listed) / total if total > 0 else 0.0


def response_total(scores: Sequence[CriterionScore]) -> float:
    """A response's total on the 1-5 scale: the weighted mean of its assessed criteria, 0.0 when there are none."""
    return _reported(weighted_mean((score.score, score.weight) for score in scores if score.status == "assessed"))


MOSTLY = 0.5
"""The share of characters from which words count as not understood: the greater part of them decides."""

NOT_UNDERSTOOD = "The words that this would rest on were not understood well enough to rate them."


def grounded(suggested: Evaluation, competency: Competency, said: Mapping[int, TranscriptEntry]) -> Evaluation:
    """An engine's evaluation as the rules take it, whichever engine made it.

    One score per criterion of the rubric, in its order and with its weight. A level off the scale, or without words of
    the candidate's in `said` (entries by id) to rest on, is no level; neither is one that rests on doubtful words, or
    on a response that is mostly doubtful. The total is computed, not taken over.
    """
    given = {score.criterion: score for score in suggested.criterion_scores}
    scores = tuple(_grounded(criterion, given.get(criterion.name), said) for criterion in competency.criteria)
    filled = all(score.status == "assessed" for score in scores)
    update = {"criterion_scores": scores, "total_score": response_total(scores), "rubric_filled": filled}
    return suggested.model_copy(update=update)


def _grounded(
    criterion: Criterion, score: CriterionScore | None, said: Mapping[int, TranscriptEntry]
) -> CriterionScore:
    if score is None:
        return CriterionScore(criterion=criterion.name, weight=criterion.weight)
    spoken = tuple(piece for piece in score.evidence if _is_said(piece, said))
    standing = () if _mostly_doubtful(said) else tuple(piece for piece in spoken if not _is_doubtful(piece, said))
    rated = score.status == "assessed" and bool(standing) and SCALE[0] <= score.score <= SCALE[1]
    update: dict[str, object] = {"weight": criterion.weight, "evidence": standing}
    if not rated:
        status = "insufficient_evidence" if score.status == "assessed" else score.status
        update |= {"score": 0.0, "low": 0.0, "high": 0.0, "status": status}
        if score.status == "assessed" and spoken and not standing:
            update |= {"rationale": NOT_UNDERSTOOD}
    return score.model_copy(update=update)


def _is_said(piece: Evidence, said: Mapping[int, TranscriptEntry]) -> bool:
    entry = said.get(piece.entry_id)
    return entry is not None and entry.role == "candidate" and 0 <= piece.start < piece.end <= len(entry.text)


def _is_doubtful(piece: Evidence, said: Mapping[int, TranscriptEntry]) -> bool:
    """Whether most of the cited words were not clearly understood."""
    doubtful = _overlap(said[piece.entry_id], piece.start, piece.end)
    return doubtful >= MOSTLY * (piece.end - piece.start)


def _mostly_doubtful(said: Mapping[int, TranscriptEntry]) -> bool:
    entries = [entry for entry in said.values() if entry.role == "candidate"]
    doubtful = sum(_overlap(entry, 0, len(entry.text)) for entry in entries)
    return doubtful > MOSTLY * sum(len(entry.text) for entry in entries)


def _overlap(entry: TranscriptEntry, start: int, end: int) -> int:
    """How many characters of that range are doubtful."""
    return sum(max(0, min(end, until) - max(start, since)) for since, until in entry.doubtful)


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


def standing_scores(responses: Iterable[Iterable[CriterionScore]]) -> dict[str, CriterionScore]:
    """A competency's standing scores from the newest evaluation of each of its responses, oldest response first.

    A response's newest evaluation takes the place of its earlier ones altogether; between responses `replace_latest`
    decides.
    """
    standing: dict[str, CriterionScore] = {}
    for scores in responses:
        standing = replace_latest(standing, scores)
    return standing


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
