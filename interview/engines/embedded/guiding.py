"""What the candidate may take from an interview: their own words, what a fuller answer has, how to practise.

Every line rests on a criterion's score, its evidence or the lack of it; no decision is told. The same request always
gives the same words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import zip_longest

from interview.engines import Response, ScoreRequest
from interview.engines.embedded import bank
from interview.engines.embedded.phrases import checksum, lower_first
from interview.engines.embedded.standings import (
    FULL,
    Standing,
    listed,
    standings_of,
    unsaid_points,
    what_is_lacking,
    what_was_shown,
    words_of,
)
from interview.models import Competency, Evidence, GuideContent, GuideSection

_OWNS_UP = re.compile(
    r"(?:I|We) (?:could|can|did|do|was|were|am|are)(?: not\b|n['’]t\b)(?:[ ,]+\S+){0,6}$", re.IGNORECASE
)
"""A short sentence about what was not done or did not go well: evidence perhaps, but no strength to quote."""
_TIPS = (
    "Write down one real case for this in four lines: what was going on, what was your task, what you did, the result.",
    "Tell that case aloud in two minutes and listen for the places where you say “we”: what was your own part?",
)  # fmt: skip


def guide(request: ScoreRequest) -> GuideContent:
    """What the candidate may take from the interview: their own words, what a fuller answer has, how to practise."""
    standings = standings_of(request)
    return GuideContent(
        opening=_opening(request, standings),
        sections=tuple(
            _section(request, competency, [one for one in standings if one.competency == competency])
            for competency in request.competencies
        ),
        next_steps=_next_steps(request, standings),
    )


def _opening(request: ScoreRequest, standings: list[Standing]) -> str:
    shown = len(what_was_shown(standings))
    thanks = f"Thank you for the time you gave to the interview for the {request.role_title} role."
    use = (
        "This guide is for you: it sets your own words beside what a fuller answer would hold. It is not a decision; "
        "people make that, and they see more than this page."
    )
    if not any(one.assessed for one in standings):
        return f"{thanks} The transcript did not say enough about what you can do; that is no judgement of you. {use}"
    seen = f" Your answers showed something on {shown} of the {len(standings)} points it looks at." if shown else ""
    return f"{thanks}{seen} {use}"


def _section(request: ScoreRequest, competency: Competency, standings: list[Standing]) -> GuideSection:
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


def _own_words(request: ScoreRequest, standings: list[Standing], responses: list[Response]) -> tuple[Evidence, ...]:
    """The quotes behind what was shown, one for each criterion in turn, each place once, at most four."""
    shown = {one.criterion.name: one.summary.latest_score for one in what_was_shown(standings)}
    scores = [score for one in responses for score in one.evaluation.criterion_scores if score.criterion in shown]
    scores.sort(key=lambda score: -shown[score.criterion])
    found: dict[tuple[int, int, int], Evidence] = {}
    rows = zip_longest(*(score.evidence for score in scores))
    for evidence in [one for row in rows for one in row if one is not None]:
        if (quote := words_of(request, evidence)) and not _OWNS_UP.match(quote):
            place = (evidence.entry_id, evidence.start, evidence.end)
            found.setdefault(place, evidence.model_copy(update={"quote": quote}))
    return tuple(found.values())[:4]


def _missing(request: ScoreRequest, standings: list[Standing]) -> tuple[str, ...]:
    if not any(one.asked for one in standings):
        return ("No answer was given on this topic, so nothing here counts for or against you.",)
    lines = []
    for one in standings:
        if one.assessed and one.summary.latest_score >= FULL:
            continue
        points = unsaid_points(request, one)[:2]
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


def _next_steps(request: ScoreRequest, standings: list[Standing]) -> tuple[str, ...]:
    asked = dict.fromkeys(one.competency for one in request.responses)
    levels = {one.competency: one.total_score for one in request.summaries}
    weakest = min(asked, key=lambda name: levels.get(name, 0.0), default="the role")
    again = next((one.question for one in request.responses if one.competency == weakest), "")
    topic = lower_first(weakest)
    ways = (
        f"Choose one real case for {topic} and tell it aloud in two minutes: the start, what you did, what came of it.",
        f"Prepare one case of your own for {topic}: the situation, your part, the result, one thing you would change.",
    )
    lacking = [lower_first(one.criterion.name) for one in what_is_lacking(standings) if one.competency.name == weakest][
        :2
    ]
    focus = f" Look above all at {listed(lacking)}." if lacking else ""
    retry = f"Answer this question once more on paper, with a figure or a date in it: “{again}”{focus}"
    return (
        ways[checksum(weakest) % len(ways)],
        retry if again else "Write down three cases from your work that you would like to be asked about.",
        "If the transcript has a mistake, or you want a person to look at the interview again, tell the hiring team.",
    )
