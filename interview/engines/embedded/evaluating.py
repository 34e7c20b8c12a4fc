"""Rates one response on the criteria of its competency, with the words that each rating rests on.

Each criterion is measured on what was heard, mapped to a level, and given its evidence. A criterion without evidence
has no score. Levels are capped where the answer shows signs of being made for the scorer; nothing multiplies a score
away. The same request always gives the same evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interview.engines import EvaluationRequest
from interview.engines.embedded import behaviour, similarity, wording
from interview.engines.embedded.cleaning import Piece
from interview.engines.embedded.hearing import Heard, hear, measured_for
from interview.engines.embedded.levels import Rating, fitted, level, rate, standard_scores
from interview.engines.embedded.measuring import Measured, targets_of, texts_of
from interview.evidence import locate
from interview.models import SCALE, Criterion, CriterionScore, Evaluation, Evidence, Flag
from interview.scoring import response_total

_TOPIC_CAP = ((0.05, 3.0), (0.16, 5.0))
"""The highest level by the cosine of the whole answer to question and rubric together. A good story may answer another
question: told elsewhere, the team's strong answers have .16 or less three times in four, at their own one in six."""
_DOUBT = 1.0
_OWN_COVER, _OWN_SIMILARITY, _BEST_SIMILARITY = 0.30, 0.30, 0.30
_BEHIND, _BEHIND_COSINE = 0.3, 0.06
"""A criterion is not spoken to yet where none of its points is covered, its similarity is low and well behind that of
the criterion spoken to best, and that one's is not low. Of the ratings of 3 or more among the team's answers on two
criteria, four in 134 are lost by this."""
_LIST_CAP = 1.5
_EMPTY_CAP = 2.0
_EMPTY = 0.55
_MET = 0.36
"""Cover from which a point counts as spoken to; for the words of the rationale only, no score rests on it."""
_SUPPORTING = 0.75
_WIDE = 1.5
_MOST_QUOTES = 3
_MOST_HINTS = 3
_ENOUGH = 3.5


@dataclass(frozen=True)
class Weighed:
    """A criterion with what was measured for it and how well its points are covered."""

    criterion: Criterion
    targets: Sequence[str]
    covers: Mapping[str, float]
    measured: Measured
    similarity: float
    """The standard score of similarity, unbounded."""
    cosine: float
    """Of the whole answer to everything that the criterion says."""


def evaluate(request: EvaluationRequest) -> Evaluation:
    """The evaluation of a response: a score per criterion in the rubric's order, located evidence, flags and hints."""
    heard = hear(request)
    answered = heard.cleaned.answered
    weighed = [_weigh(heard, criterion) for criterion in request.competency.criteria]
    judged = [_judge(heard, each, untouched=_is_untouched(heard, each, weighed)) for each in weighed]
    scores = tuple(score for score, _ in judged)
    filled = all(score.status == "assessed" for score in scores)
    hints = [hint for _, found in sorted(judged, key=lambda pair: pair[0].score) for hint in found]
    return Evaluation(
        summary=wording.summary(scores, answered=answered),
        total_score=response_total(scores),
        rubric_filled=filled,
        criterion_scores=scores,
        hints=tuple(dict.fromkeys(hints))[:_MOST_HINTS],
        follow_up_needed=not filled or any(_leaves_open(score) for score in scores),
        flags=(*heard.cleaned.flags, *_stuffed(heard), *_off_topic(heard), *_vivid_but_thin(heard, scores)),
    )


def _weigh(heard: Heard, criterion: Criterion) -> Weighed:
    sources = targets_of(criterion)
    targets = [target for values in sources.values() for target in values]
    points = targets if "description" not in sources else [criterion.description or criterion.name]
    measured = measured_for(heard, criterion)
    return Weighed(
        criterion=criterion,
        targets=targets,
        covers={point: similarity.cover(heard.whole, point) for point in dict.fromkeys(points)},
        measured=measured,
        similarity=standard_scores(measured, fitted()[heard.family], bounded=False)[0],
        cosine=similarity.topic(heard.whole, "", texts_of(criterion)),
    )


def _is_untouched(heard: Heard, own: Weighed, weighed: Sequence[Weighed]) -> bool:
    """Whether the answer clearly speaks to another of the criteria and not to this one.

    An answer in other words than the rubric's is far from all of them and keeps its scores; so does one that is capped
    as empty or made for the scorer, whose mean shall not rise by what is left out.
    """
    best = max(weighed, key=lambda each: each.similarity)
    return (
        _conduct_cap(heard) == SCALE[1]
        and best.similarity >= _BEST_SIMILARITY
        and own.similarity <= min(_OWN_SIMILARITY, best.similarity - _BEHIND)
        and own.cosine <= best.cosine - _BEHIND_COSINE
        and max(own.covers.values()) <= _OWN_COVER
    )


def _judge(heard: Heard, weighed: Weighed, *, untouched: bool) -> tuple[CriterionScore, list[str]]:
    """The score for one criterion, and nudges towards what is missing."""
    criterion, covers = weighed.criterion, weighed.covers
    evidence = () if untouched or heard.off_topic or heard.says_too_little else _evidence(heard, weighed.targets)
    signals = heard.signals if heard.family == "story" else None
    met = sorted((target for target in covers if covers[target] >= _MET), key=lambda target: -covers[target])
    missed = [target for target in covers if covers[target] < _MET]
    if not evidence:
        why = (
            wording.untouched(criterion, missed)
            if untouched
            else wording.no_evidence(criterion, answered=heard.cleaned.answered)
        )
        return CriterionScore(
            criterion=criterion.name, weight=criterion.weight, rationale=why, status="insufficient_evidence"
        ), wording.hints(missed[:2] if untouched else list(covers)[:1], None)
    rating = _capped(rate(weighed.measured, heard.family), heard)
    return CriterionScore(
        criterion=criterion.name,
        score=round(rating.level, 2),
        weight=criterion.weight,
        rationale=wording.rationale(met, missed, signals, strong=rating.level >= _ENOUGH),
        status="assessed",
        evidence=evidence,
        low=round(rating.low, 2),
        high=round(rating.high, 2),
    ), wording.hints(missed, signals) if rating.level < _ENOUGH else []


def _capped(rating: Rating, heard: Heard) -> Rating:
    """Flag and cap, never multiply; where the topic is in doubt the level may be lower still."""
    cap = min(_conduct_cap(heard), _topic_cap(heard))
    at, low, high = (min(value, cap) for value in rating)
    return Rating(at, max(min(low, at - _DOUBT), SCALE[0]) if heard.doubtful else low, high)


def _conduct_cap(heard: Heard) -> float:
    """A list of keywords, or talk without anything done or known in it, stays low whatever it names."""
    if heard.mere_list:
        return _LIST_CAP
    if behaviour.emptiness(heard.signals) >= _EMPTY or not heard.concrete.pieces:
        return _EMPTY_CAP
    return SCALE[1]


def _topic_cap(heard: Heard) -> float:
    return level(_TOPIC_CAP, heard.topic) if heard.may_cap else SCALE[1]


def _evidence(heard: Heard, targets: Sequence[str]) -> tuple[Evidence, ...]:
    """The one to three pieces that speak best to the targets, in the order of speaking."""
    reading = heard.concrete if heard.concrete.pieces else heard.whole
    if not reading.pieces:
        return ()
    support = similarity.support(reading, targets)
    ranked = sorted(range(len(support)), key=lambda at: (-support[at], at))
    best = support[ranked[0]]
    chosen = [at for at in ranked if support[at] >= _SUPPORTING * best][:_MOST_QUOTES] if best > 0 else ranked[:1]
    found = [_located(reading.pieces[at]) for at in sorted(chosen)] or []
    quotes = [evidence for evidence in found if evidence is not None]
    if not quotes:
        quotes = [evidence for piece in reading.pieces if (evidence := _located(piece)) is not None][:1]
    return tuple(quotes)


def _located(piece: Piece) -> Evidence | None:
    return locate(piece.text, [piece.entry])


def _leaves_open(score: CriterionScore) -> bool:
    return score.score < _ENOUGH or score.high - score.low > 1


def _stuffed(heard: Heard) -> list[Flag]:
    if not heard.stuffed or heard.cleaned.keyword_list:
        return []
    note = "A run of words that sound like doing, with next to nothing that was done; it counts for nothing."
    return [Flag(kind="keyword_list", note=note, entry_id=heard.stuffed[0].entry.entry_id)]


def _off_topic(heard: Heard) -> list[Flag]:
    if not heard.whole.pieces or not (heard.doubtful or heard.off_topic):
        return []
    return [Flag(kind="off_topic", note="The answer has little to do with the question or what it is rated on.")]


def _vivid_but_thin(heard: Heard, scores: Sequence[CriterionScore]) -> list[Flag]:
    """Words cannot tell a vivid story of bad conduct from a good one; where they hint at it, a person should look."""
    vivid = [score for score in scores if score.score >= _ENOUGH or score.high >= _ENOUGH]
    far = any(score.score - score.low >= _WIDE for score in vivid)
    if heard.family == "content" or not vivid or not (far or heard.signals["avoiding"] >= 1):
        return []
    note = "Told in detail, but little of it is what the rubric describes: read whether the conduct was good."
    return [Flag(kind="vivid_but_thin", note=note)]
