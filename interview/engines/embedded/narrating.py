"""What the embedded engine says about an interview to the team: a summary, strengths, what is still open.

Every sentence names a criterion and rests on its score, its evidence or the lack of it; nothing is praised that was not
shown, and not asked, not shown and weak stay three different things. The same request always gives the same words.
"""

from __future__ import annotations

from collections.abc import Iterator

from interview.engines import ScoreRequest
from interview.engines.embedded.phrases import lower_first
from interview.engines.embedded.standings import (
    Standing,
    listed,
    standings_of,
    unsaid_points,
    what_is_lacking,
    what_was_shown,
    words_of,
)
from interview.models import CompetencySummary, CriterionSummary, Narrative

_FEWEST, _MOST = 2, 5
_CAVEAT = (
    "The scores are a structured reading aid: the embedded engine reads them from the transcript alone, and they are "
    "not calibrated against your own raters."
)


def narrate(request: ScoreRequest) -> Narrative:
    """Summary, strengths and improvements for the hiring team."""
    standings = standings_of(request)
    lacking = what_is_lacking(standings)
    for one in sorted(what_was_shown(standings), key=lambda one: one.summary.latest_score):
        if len(lacking) < _FEWEST and one not in lacking and unsaid_points(request, one):
            lacking.append(one)
    return Narrative(
        summary=" ".join(_summary(request, standings)),
        strengths=tuple(_strengths(request, what_was_shown(standings)[:_MOST])),
        improvements=tuple(_improvement(request, one) for one in lacking[:_MOST]),
    )


def _summary(request: ScoreRequest, standings: list[Standing]) -> Iterator[str]:
    assessed = [one for one in standings if one.assessed]
    if not assessed:
        asked = "" if request.responses else " No question of the plan was answered."
        yield f"Nothing could be assessed: the answers gave no evidence on any of the {len(standings)} criteria.{asked}"
        yield "That says nothing about what the candidate can do; it only says that this transcript does not show it."
        yield _CAVEAT
        return
    yield (
        f"For the {request.role_title} role the answers gave evidence on {len(assessed)} of {len(standings)} criteria; "
        f"the overall score is {request.overall_score:.1f} of 5."
    )
    if rated := sorted((one for one in request.summaries if one.total_score > 0), key=lambda one: -one.total_score):
        yield _most_and_least(rated)
    if open_ends := list(_open_ends(request, standings)):
        yield "; ".join(open_ends) + "."
    yield _CAVEAT


def _most_and_least(rated: list[CompetencySummary]) -> str:
    most, least = rated[0], rated[-1]
    first = f"{most.competency} stands at {most.total_score:.1f}{_by_criterion(most)}"
    if len(rated) == 1:
        return f"{first}; no other competency has a score."
    if most.total_score - least.total_score < 0.05:
        return f"All {len(rated)} competencies with a score stand level at {most.total_score:.1f}."
    last = f"{least.competency}, at {least.total_score:.1f}{_by_criterion(least)}"
    return f"{first}, the most that was shown; the least was shown for {last}."


def _by_criterion(summary: CompetencySummary) -> str:
    parts = [f"{one.criterion} {one.latest_score:.1f}" for one in summary.criteria if one.status == "assessed"]
    return f" ({', '.join(parts)})" if parts else ""


def _open_ends(request: ScoreRequest, standings: list[Standing]) -> Iterator[str]:
    """What was not asked, and what was asked without bringing evidence."""
    not_asked = [one.name for one in request.competencies if not any(s.asked for s in standings if s.competency == one)]
    thin = [one.criterion.name for one in standings if one.asked and not one.assessed]
    if not_asked:
        yield f"Not asked about or not answered, and so not rated: {listed(not_asked)}"
    if thin:
        yield f"{'asked' if not_asked else 'Asked'} about without enough evidence to rate: {listed(thin)}"


def _strengths(request: ScoreRequest, shown: list[Standing]) -> Iterator[str]:
    """A line per criterion with words that show it, other words each time where there are some."""
    used: set[str] = set()
    for one in shown:
        quotes = [quote for evidence in one.summary.evidence if (quote := words_of(request, evidence))]
        quote = next((quote for quote in quotes if quote not in used), "".join(quotes[:1]))
        used.add(quote)
        said = f", in the words “{_cut(quote)}”" if quote else ""
        yield f"{one.criterion.name} ({one.competency.name}): shown at level {_level(one.summary)}{said}."


def _improvement(request: ScoreRequest, one: Standing) -> str:
    name = f"{one.criterion.name} ({one.competency.name})"
    if not one.asked:
        return f"{name}: not asked about, or not answered; another interviewer could take this up."
    state = f"level {_level(one.summary)}" if one.assessed else "asked about, but no evidence was found"
    points = unsaid_points(request, one)
    if points:
        return f"{name}: {state}; no clear sign of “{_cut(points[0])}”."
    return (
        f"{name}: {state}; what was said stayed general: {lower_first(_cut(one.criterion.description))}".rstrip(".: ")
        + "."
    )


def _level(summary: CriterionSummary) -> str:
    if summary.high - summary.low >= 0.5:
        return f"{summary.latest_score:.1f} (between {summary.low:.1f} and {summary.high:.1f})"
    return f"{summary.latest_score:.1f}"


def _cut(text: str, longest: int = 180) -> str:
    text = " ".join(text.split()).rstrip(".")
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + " …"
