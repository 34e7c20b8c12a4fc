"""What is known of an interview before anything is said about it: each criterion, and how it stands.

Not asked, not shown and weak are three different things; a point is unsaid where no answer came near it.
"""

from __future__ import annotations

from typing import NamedTuple

from interview.engines import ScoreRequest
from interview.engines.embedded.text import sentences, stems
from interview.models import Competency, Criterion, CriterionSummary, Evidence

_SHOWN = 3.0
"""The level from which a criterion counts as shown: the middle anchor."""
FULL = 4.0
"""The level from which nothing is listed as missing."""
_STEMS_COVERED, _NEAR = 0.5, 0.42
"""A point counts as said when half of its stems were, or a sentence lies this near (cosine); set by eye."""


class Standing(NamedTuple):
    """A criterion with what is known of it, and whether its competency was asked about at all."""

    competency: Competency
    criterion: Criterion
    summary: CriterionSummary
    asked: bool

    @property
    def assessed(self) -> bool:
        return self.summary.status == "assessed"


def standings_of(request: ScoreRequest) -> list[Standing]:
    """Every criterion of the interview's competencies, in the rubric's order."""
    asked = {one.competency for one in request.responses}
    known = {
        (one.competency, criterion.criterion): criterion for one in request.summaries for criterion in one.criteria
    }
    found = []
    for competency in request.competencies:
        for criterion in competency.criteria:
            nothing = CriterionSummary(criterion=criterion.name, weight=criterion.weight)
            summary = known.get((competency.name, criterion.name), nothing)
            found.append(Standing(competency, criterion, summary, competency.name in asked))
    return found


def what_was_shown(standings: list[Standing]) -> list[Standing]:
    """What was shown at the middle anchor or above, the highest first."""
    found = [one for one in standings if one.assessed and one.summary.latest_score >= _SHOWN]
    return sorted(found, key=lambda one: -one.summary.latest_score)


def what_is_lacking(standings: list[Standing]) -> list[Standing]:
    """What fell short of level 4: asked without evidence first, then the lowest, then what was never asked."""
    found = [one for one in standings if not (one.assessed and one.summary.latest_score >= FULL)]
    return sorted(found, key=lambda one: (not one.asked, one.assessed, one.summary.latest_score, -one.criterion.weight))


def unsaid_points(request: ScoreRequest, one: Standing) -> list[str]:
    """The criterion's expected points that no answer on its competency came near, the farthest first."""
    from interview.engines.embedded.vectors import embed

    points = list(one.criterion.expected_points) or [text for text in (one.criterion.anchors.five,) if text]
    entries = [
        e for r in request.responses if r.competency == one.competency.name for x in r.exchanges for e in x.answers
    ]
    said = [span.text for entry in entries for span in sentences(entry.text)]
    if not points or not said:
        return points
    spoken = {stem for text in said for stem in stems(text)}
    near = [float(row.max()) for row in embed(points) @ embed(said).T]
    open_points = [n for n, point in enumerate(points) if near[n] < _NEAR and _recall(point, spoken) < _STEMS_COVERED]
    return [points[n] for n in sorted(open_points, key=lambda n: near[n])]


def _recall(point: str, spoken: set[str]) -> float:
    own = {stem for stem in stems(point) if len(stem) > 3}
    return len(own & spoken) / len(own) if own else 0.0


def words_of(request: ScoreRequest, evidence: Evidence) -> str:
    """The quote, or the words at its place where the quote was left to be joined."""
    if evidence.quote:
        return evidence.quote
    entries = [entry for one in request.responses for exchange in one.exchanges for entry in exchange.answers]
    text = next((entry.text for entry in entries if entry.entry_id == evidence.entry_id), "")
    return text[evidence.start : evidence.end]


def listed(names: list[str]) -> str:
    """Names in a sentence, at most five; of more the first four and a count."""
    names = [*names[:4], f"{len(names) - 4} more"] if len(names) > 5 else names
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
