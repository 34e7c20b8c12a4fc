"""What the embedded engine says about an interview: a summary for the team, a study guide for the candidate.

Every sentence names a criterion and rests on its score, its evidence or the lack of it; nothing is praised that was not
shown, and not asked, not shown and weak stay three different things. The same request always gives the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from interview.engines import Response, ScoreRequest
from interview.engines.embedded import bank
from interview.engines.embedded.phrases import checksum, lower_first
from interview.engines.embedded.text import sentences, stems
from interview.models import (
    Competency,
    CompetencySummary,
    Criterion,
    CriterionSummary,
    Evidence,
    GuideContent,
    GuideSection,
    Narrative,
)  # fmt: skip

_SHOWN = 3.0
"""The level from which a criterion counts as shown: the middle anchor."""
_FULL = 4.0
"""The level from which nothing is listed as missing."""
_FEWEST, _MOST = 2, 5
_STEMS_COVERED, _NEAR = 0.5, 0.42
"""A point counts as said when half of its stems were, or a sentence lies this near (cosine); set by eye."""
_OWNS_UP = re.compile(
    r"(?:I|We) (?:could|can|did|do|was|were|am|are)(?: not\b|n['’]t\b)(?:[ ,]+\S+){0,6}$", re.IGNORECASE
)
"""A short sentence about what was not done or did not go well: evidence perhaps, but no strength to quote."""
_CAVEAT = (
    "The scores are a structured reading aid: the embedded engine reads them from the transcript alone, and they are "
    "not calibrated against your own raters."
)
_TIPS = (
    "Write down one real case for this in four lines: what was going on, what was your task, what you did, the result.",
    "Tell that case aloud in two minutes and listen for the places where you say “we”: what was your own part?",
)  # fmt: skip


class _Standing(NamedTuple):
    """A criterion with what is known of it, and whether its competency was asked about at all."""

    competency: Competency
    criterion: Criterion
    summary: CriterionSummary
    asked: bool

    @property
    def assessed(self) -> bool:
        return self.summary.status == "assessed"


def narrate(request: ScoreRequest) -> Narrative:
    """Summary, strengths and improvements for the hiring team."""
    standings = list(_standings(request))
    lacking = _lacking(standings)
    for one in sorted(_shown(standings), key=lambda one: one.summary.latest_score):
        if len(lacking) < _FEWEST and one not in lacking and _unsaid_points(request, one):
            lacking.append(one)
    return Narrative(
        summary=" ".join(_summary(request, standings)),
        strengths=tuple(_strengths(request, _shown(standings)[:_MOST])),
        improvements=tuple(_improvement(request, one) for one in lacking[:_MOST]),
    )


def guide(request: ScoreRequest) -> GuideContent:
    """What the candidate may take from the interview: their own words, what a fuller answer has, how to practise."""
    standings = list(_standings(request))
    return GuideContent(
        opening=_opening(request, standings),
        sections=tuple(
            _section(request, competency, [one for one in standings if one.competency == competency])
            for competency in request.competencies
        ),
        next_steps=_next_steps(request, standings),
    )


# --- for the team -----------------------------------------------------------------------------------------------------


def _summary(request: ScoreRequest, standings: list[_Standing]) -> Iterator[str]:
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


def _open_ends(request: ScoreRequest, standings: list[_Standing]) -> Iterator[str]:
    """What was not asked, and what was asked without bringing evidence."""
    not_asked = [one.name for one in request.competencies if not any(s.asked for s in standings if s.competency == one)]
    thin = [one.criterion.name for one in standings if one.asked and not one.assessed]
    if not_asked:
        yield f"Not asked about or not answered, and so not rated: {_listed(not_asked)}"
    if thin:
        yield f"{'asked' if not_asked else 'Asked'} about without enough evidence to rate: {_listed(thin)}"


def _strengths(request: ScoreRequest, shown: list[_Standing]) -> Iterator[str]:
    """A line per criterion with words that show it, other words each time where there are some."""
    used: set[str] = set()
    for one in shown:
        quotes = [quote for evidence in one.summary.evidence if (quote := _words_of(request, evidence))]
        quote = next((quote for quote in quotes if quote not in used), "".join(quotes[:1]))
        used.add(quote)
        said = f", in the words “{_cut(quote)}”" if quote else ""
        yield f"{one.criterion.name} ({one.competency.name}): shown at level {_level(one.summary)}{said}."


def _improvement(request: ScoreRequest, one: _Standing) -> str:
    name = f"{one.criterion.name} ({one.competency.name})"
    if not one.asked:
        return f"{name}: not asked about, or not answered; another interviewer could take this up."
    state = f"level {_level(one.summary)}" if one.assessed else "asked about, but no evidence was found"
    points = _unsaid_points(request, one)
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


# --- for the candidate ------------------------------------------------------------------------------------------------


def _opening(request: ScoreRequest, standings: list[_Standing]) -> str:
    shown = len(_shown(standings))
    thanks = f"Thank you for the time you gave to the interview for the {request.role_title} role."
    use = (
        "This guide is for you: it sets your own words beside what a fuller answer would hold. It is not a decision; "
        "people make that, and they see more than this page."
    )
    if not any(one.assessed for one in standings):
        return f"{thanks} The transcript did not say enough about what you can do; that is no judgement of you. {use}"
    seen = f" Your answers showed something on {shown} of the {len(standings)} points it looks at." if shown else ""
    return f"{thanks}{seen} {use}"


def _section(request: ScoreRequest, competency: Competency, standings: list[_Standing]) -> GuideSection:
    responses = [one for one in request.responses if one.competency == competency.name]
    known = bank.find(competency.name)
    total = next((one.total_score for one in request.summaries if one.competency == competency.name), 0.0)
    return GuideSection(
        competency=competency.name,
        questions=tuple(dict.fromkeys(one.question for one in responses)),
        strengths=_own_words(request, standings, responses),
        missing=_missing(request, standings),
        practice=known.practice if known else _TIPS,
        evidenced=sum(bool(one.summary.evidence) or one.assessed for one in standings),
        criteria=len(standings),
        level=total,
    )


def _own_words(request: ScoreRequest, standings: list[_Standing], responses: list[Response]) -> tuple[Evidence, ...]:
    """The quotes behind what was shown, one for each criterion in turn, each place once, at most four."""
    shown = {one.criterion.name: one.summary.latest_score for one in _shown(standings)}
    scores = [score for one in responses for score in one.evaluation.criterion_scores if score.criterion in shown]
    scores.sort(key=lambda score: -shown[score.criterion])
    found: dict[tuple[int, int, int], Evidence] = {}
    rows = zip_longest(*(score.evidence for score in scores))
    for evidence in [one for row in rows for one in row if one is not None]:
        if (quote := _words_of(request, evidence)) and not _OWNS_UP.match(quote):
            place = (evidence.entry_id, evidence.start, evidence.end)
            found.setdefault(place, evidence.model_copy(update={"quote": quote}))
    return tuple(found.values())[:4]


def _missing(request: ScoreRequest, standings: list[_Standing]) -> tuple[str, ...]:
    if not any(one.asked for one in standings):
        return ("No answer was given on this topic, so nothing here counts for or against you.",)
    lines = []
    for one in standings:
        if one.assessed and one.summary.latest_score >= _FULL:
            continue
        points = _unsaid_points(request, one)[:2]
        if points:
            lines.append(f"{one.criterion.name}: a fuller answer would {_joined(points)}.")
        elif one.criterion.description:
            lines.append(f"{one.criterion.name}: a fuller answer would make this plain with one case of your own.")
    return tuple(lines)


def _joined(points: list[str]) -> str:
    joined = ", and ".join(map(_as_advice, points))
    return joined.replace(", and show that", ", and that") if all(map(_is_clause, points)) else joined


def _is_clause(point: str) -> bool:
    """Whether a point can follow "show that": it says who did what. All points of the bank do."""
    return point.split()[0].lower() in {"i", "we"} or point in _bank_points()


@lru_cache(maxsize=1)
def _bank_points() -> frozenset[str]:
    criteria = [criterion for entry in bank.load_bank() for criterion in entry.competency.criteria]
    return frozenset(point for criterion in criteria for point in criterion.expected_points)


def _as_advice(point: str) -> str:
    """An expected point ("I checked the logs") as what an answer would do ("show that you checked the logs")."""
    clause = _is_clause(point.strip())
    point = point.strip().rstrip(".")
    turned = " ".join(_YOU.get(word.lower(), word) for word in point.split())
    turned = turned.replace("you was", "you were").replace("you am", "you are")
    return f"show that {turned}" if clause else f"bring in this: {lower_first(turned)}"


_YOU = {
    "i": "you", "we": "you", "me": "you", "us": "you", "my": "your", "our": "your", "mine": "yours", "ours": "yours",
    "myself": "yourself", "ourselves": "yourselves",
}  # fmt: skip


def _next_steps(request: ScoreRequest, standings: list[_Standing]) -> tuple[str, ...]:
    asked = dict.fromkeys(one.competency for one in request.responses)
    levels = {one.competency: one.total_score for one in request.summaries}
    weakest = min(asked, key=lambda name: levels.get(name, 0.0), default="the role")
    again = next((one.question for one in request.responses if one.competency == weakest), "")
    topic = lower_first(weakest)
    ways = (
        f"Choose one real case for {topic} and tell it aloud in two minutes: the start, what you did, what came of it.",
        f"Prepare one case of your own for {topic}: the situation, your part, the result, one thing you would change.",
    )
    lacking = [lower_first(one.criterion.name) for one in _lacking(standings) if one.competency.name == weakest][:2]
    focus = f" Look above all at {_listed(lacking)}." if lacking else ""
    retry = f"Answer this question once more on paper, with a figure or a date in it: “{again}”{focus}"
    return (
        ways[checksum(weakest) % len(ways)],
        retry if again else "Write down three cases from your work that you would like to be asked about.",
        "If the transcript has a mistake, or you want a person to look at the interview again, tell the hiring team.",
    )


# --- what is known ----------------------------------------------------------------------------------------------------


def _standings(request: ScoreRequest) -> Iterator[_Standing]:
    asked = {one.competency for one in request.responses}
    known = {
        (one.competency, criterion.criterion): criterion for one in request.summaries for criterion in one.criteria
    }
    for competency in request.competencies:
        for criterion in competency.criteria:
            nothing = CriterionSummary(criterion=criterion.name, weight=criterion.weight)
            summary = known.get((competency.name, criterion.name), nothing)
            yield _Standing(competency, criterion, summary, competency.name in asked)


def _shown(standings: list[_Standing]) -> list[_Standing]:
    """What was shown at the middle anchor or above, the highest first."""
    found = [one for one in standings if one.assessed and one.summary.latest_score >= _SHOWN]
    return sorted(found, key=lambda one: -one.summary.latest_score)


def _lacking(standings: list[_Standing]) -> list[_Standing]:
    """What fell short of level 4: asked without evidence first, then the lowest, then what was never asked."""
    found = [one for one in standings if not (one.assessed and one.summary.latest_score >= _FULL)]
    return sorted(found, key=lambda one: (not one.asked, one.assessed, one.summary.latest_score, -one.criterion.weight))


def _unsaid_points(request: ScoreRequest, one: _Standing) -> list[str]:
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


def _words_of(request: ScoreRequest, evidence: Evidence) -> str:
    """The quote, or the words at its place where the quote was left to be joined."""
    if evidence.quote:
        return evidence.quote
    entries = [entry for one in request.responses for exchange in one.exchanges for entry in exchange.answers]
    text = next((entry.text for entry in entries if entry.entry_id == evidence.entry_id), "")
    return text[evidence.start : evidence.end]


def _listed(names: list[str]) -> str:
    names = [*names[:4], f"{len(names) - 4} more"] if len(names) > 5 else names
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _cut(text: str, longest: int = 180) -> str:
    text = " ".join(text.split()).rstrip(".")
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + " …"
