"""From measures to a level on the 1-5 scale: the scales and the rising map that `benchmarks/fit_levels.py` fitted.

`levels.json` holds, for each family of questions, the mean and standard deviation of every measure, the share that
behaviour has beside similarity, and the knots of the map from the mixed standard score to the level.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from interview.engines.embedded.measuring import Measured, Source

Family = Literal["story", "content"]

SIMILARITY_RANGE = (-1.0, 2.0)
"""Standard scores: below, other words were used; above, more of the rubric's words prove no more."""

TOP = ((-0.6, 4.2), (1.5, 5.0))
"""The highest level for a story by its similarity's standard score: a story told in quite other words may be good, but
that all of the anchor for 5 is in it takes some of what the criterion asks for."""

_FILE = Path(__file__).with_name("levels.json")
_EPISODE = re.compile(
    r"""(?ix)
    \b(a|one|an|any|the\s+last|last|some)\s+(\w+\s+){0,2}?(time|situation|occasion|project|incident|example|experience
      |instance|case|moment|decision|mistake|conflict|disagreement|challenge|failure)\b[^.?!]{0,60}\b(you|your|when
      |where|in\s+which)\b
    | \b(have|had|did|were|was)\s+you\b | \b(what|how)\s+(did|have|was|were)\s+(you|your)\b | \byou\s+(had\s+to|were)\b
    | \byour\s+(most|biggest|last|proudest|previous|current|experience|background|role)\b
    | \btell\s+(me|us)\s+about\s+(a|an|the\s+last|your)\b | \b(share|give)\s+(\w+\s+)?(an|one)\s+example\s+of\s+(a
    |when|how)\b
    | \b(a|an|one|the)\s+(\w+\s+){1,3}?(that\s+|which\s+|where\s+)?you(\s+had|\s+once)?
      \s+(\w+ed|led|had|made|built|ran|gave|won|lost|wrote)\b
    | \bwalk\s+(me|us)\s+through\s+(a|an|the\s+last|your)\b
    """
)
_KNOWLEDGE = re.compile(
    r"""(?ix)
    ^\W*(what|which|why|when|where|who|how\s+(does|do|is|are|can|many|much|long))\b
    | (?:^|[.?!:,]\s+|\bplease\s+|\band\s+|\b(?:can|could|would)\s+you\s+)
      (name|define|state|list|explain|describe|compare|outline|give|arrange|calculate|derive)\b
    | \b(does|do|is|are)\s+(this|these|the)\b
    """
)
_ANYONE = re.compile(
    r"""(?ix)
    \b(can|could|would|do|will)\s+you\s+(please\s+)?(explain|define|name|list|state|outline|know|describe|mean
    |understand)\b
    | \bexplain\s+your\s+\w+ | \b(when|if|that|let\s+us\s+assume\s+that)\s+you\b(?!\s+(are|were|have|had|notice|find
    |see)) | \byou\s+can\b
    | \b(should|would|do)\s+you\s+(use|choose|prefer|need)\b | \bassume\s+you\b | \b(include|justify|explain
    |show)\b[^.]{0,30}\byour\s+\w+ | \byou\s+(have\s+learned|see|need\s+to\s+(justify|explain|show))\b
    | \bwould\s+you\s+expect\b
    """
)
"""Turns of a knowledge question where "you" is nobody in particular."""
_OPENS_WITH_KNOWLEDGE = re.compile(r"(?i)\W*(what\s+(is|are)|why|explain|name|define|list|state|which|how\s+does)\b")
_FIRST_CLAUSE = re.compile(r"[,;.?!]|\band\b")
_ADDRESSED = re.compile(r"(?i)\b(you|your|yourself)\b")


class Scale(BaseModel):
    """Mean and standard deviation of one signal over the answers that were fitted on."""

    model_config = ConfigDict(frozen=True)
    mean: float
    sd: float = Field(gt=0)

    def standard(self, value: float) -> float:
        return (value - self.mean) / self.sd


class Fit(BaseModel):
    """What was fitted for one family of questions."""

    model_config = ConfigDict(frozen=True)
    sources: Mapping[Source, tuple[Scale, ...]]
    """Scales of an overlap's measures, in their order, by what the overlap was taken against."""
    similarity: Scale
    """Scale of the mean standard score over measures and sources."""
    behaviour: Scale
    behaviour_share: float = Field(ge=0, le=1)
    knots: tuple[tuple[float, float], ...] = Field(min_length=2)
    """The map from the mixed standard score to the level: `(score, level)`, both rising."""


class Rating(NamedTuple):
    """A level on the 1-5 scale and the band that it lies in; the band is empty where the signals agree."""

    level: float
    low: float
    high: float


def rate(measured: Measured, family: Family) -> Rating:
    """The level for one criterion, with a band where similarity and behaviour disagree by more than one SD."""
    fit = fitted()[family]
    similar, shown = standard_scores(measured, fit)
    mixed = mixed_score(measured, fit)
    middle = settled(measured, family, fit)
    if abs(similar - shown) <= 1 or family == "content":
        return Rating(middle, middle, middle)
    ends = sorted(level(fit.knots, (mixed + end) / 2) for end in (similar, shown))
    return Rating(middle, min(ends[0], middle), max(ends[1], middle))


def settled(measured: Measured, family: Family, fit: Fit) -> float:
    """The level by that fit's map, for a story at most as high as its similarity allows."""
    found = level(fit.knots, mixed_score(measured, fit))
    return min(found, level(TOP, standard_scores(measured, fit, bounded=False)[0])) if family == "story" else found


def mixed_score(measured: Measured, fit: Fit) -> float:
    """Behaviour's share and similarity's, as one standard score."""
    similar, shown = standard_scores(measured, fit)
    return fit.behaviour_share * shown + (1 - fit.behaviour_share) * similar


def standard_scores(measured: Measured, fit: Fit, *, bounded: bool = True) -> tuple[float, float]:
    """Similarity and behaviour as standard scores; similarity is kept within `SIMILARITY_RANGE`."""
    by_source = [
        sum(scale.standard(value) for scale, value in zip(fit.sources[source], overlap, strict=True)) / len(overlap)
        for source, overlap in measured.overlaps.items()
    ]
    similar = fit.similarity.standard(sum(by_source) / len(by_source))
    low, high = SIMILARITY_RANGE if bounded else (similar, similar)
    return min(max(similar, low), high), fit.behaviour.standard(measured.behaviour)


def level(knots: Sequence[tuple[float, float]], value: float) -> float:
    """The level at a mixed standard score: linear between knots, flat beyond them."""
    if value <= knots[0][0]:
        return knots[0][1]
    for (left, low), (right, high) in pairwise(knots):
        if value <= right:
            return low + (high - low) * (value - left) / (right - left)
    return knots[-1][1]


@lru_cache(maxsize=1)
def fitted() -> Mapping[Family, Fit]:
    """The shipped fit."""
    return TypeAdapter(dict[Family, Fit]).validate_json(_FILE.read_bytes())


def family_of(question: str) -> Family:
    """Whether a question asks for a story, what one did or would do, or for content. Read off its own words."""
    plain = _ANYONE.sub(" ", question)
    opening = _FIRST_CLAUSE.split(plain, maxsplit=1)[0] if _OPENS_WITH_KNOWLEDGE.match(plain) else plain
    asks_person = asks_for_episode(question) or _ADDRESSED.search(opening) or not question.strip()
    return "content" if not asks_person and _KNOWLEDGE.search(question) else "story"


def asks_for_episode(question: str) -> bool:
    """Whether a question asks for something that happened, rather than for what one would do."""
    return bool(_EPISODE.search(question))
