"""What is measured of an answer for one criterion, before anything is turned into a level.

Similarity is taken against whatever the criterion brings: its expected points, the clauses of its anchor for 5, or,
where it has neither, its name and description.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from interview.engines.embedded import similarity
from interview.engines.embedded.cleaning import content_stems
from interview.models import Criterion

Source = Literal["points", "anchor", "description"]


@dataclass(frozen=True)
class Measured:
    """The measures of one answer for one criterion: overlaps by source, and what it shows of the speaker's doing."""

    overlaps: Mapping[Source, similarity.Overlap]
    behaviour: float


def targets_of(criterion: Criterion) -> dict[Source, tuple[str, ...]]:
    """The texts that say what a good answer has, by source; never empty."""
    found: dict[Source, tuple[str, ...]] = {}
    points = tuple(point for point in criterion.expected_points if content_stems(point))
    five = similarity.clauses(criterion.anchors.five)
    if points:
        found["points"] = points
    if five:
        found["anchor"] = five
    return found or {"description": (f"{criterion.name}. {criterion.description or criterion.anchors.three}",)}


def texts_of(criterion: Criterion) -> list[str]:
    """Everything that says what the criterion is about: its targets, and its name with its description."""
    named = f"{criterion.name}. {criterion.description}"
    return [named, *(text for texts in targets_of(criterion).values() for text in texts)]


def measure(reading: similarity.Reading, criterion: Criterion, behaviour: float) -> Measured:
    """Measures an answer for this criterion.

    The reading should hold only pieces that tell of something done or known: talk about how important the criterion is
    repeats its words without meeting it.
    """
    overlaps = {source: similarity.overlap(reading, texts) for source, texts in targets_of(criterion).items()}
    return Measured(overlaps, behaviour)
