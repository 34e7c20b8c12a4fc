"""What an evaluation says in words: which points were met, which were not, and what an interviewer might ask next.

The words are the rubric's; the candidate's own stand in the evidence and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from interview.models import Criterion, CriterionScore

_LONGEST = 90
_NUDGES = {
    "ownership": "Ask what they did themselves, step by step.",
    "outcome": "Ask what came of it and how they know.",
    "episodes": "Ask for one particular time when this happened.",
    "quantities": "Ask for a figure: how many, how long, how much.",
    "reason": "Ask why they chose that way and what else they considered.",
    "method": "Ask how they checked it.",
}
_SHOWN = {
    "ownership": "own actions",
    "method": "how it was checked",
    "interaction": "dealing with others",
    "reason": "reasons",
    "outcome": "an outcome",
    "quantities": "figures",
}
_HEARD = 0.34


def rationale(met: Sequence[str], missed: Sequence[str], signals: Mapping[str, float] | None, *, strong: bool) -> str:
    """One or two plain sentences: the points found and not found and, for a story, what kind of detail it has.

    A `strong` answer that shares no words with the points was told in other words, and that is what is said.
    """
    if met:
        first = f"Speaks to {_listed(met[:3])}" + (f"; no clear sign of {_listed(missed[:2])}." if missed else ".")
    elif strong:
        first = f"Told in other words than the rubric's; to be read for {_listed(missed[:2])}."
    else:
        first = f"No clear sign of {_listed(missed[:3])}."
    return first + (f" {_detail(signals)}" if signals is not None else "")


def hints(missed: Sequence[str], signals: Mapping[str, float] | None) -> list[str]:
    """Nudges for the interviewer, most useful first."""
    found = [f"Ask about {_quoted(point)}." for point in missed]
    if signals is None:
        return found
    lacking = [nudge for name, nudge in _NUDGES.items() if signals[name] < _HEARD]
    return (
        [hint for pair in zip(lacking, found, strict=False) for hint in pair]
        + lacking[len(found) :]
        + found[len(lacking) :]
    )


def no_evidence(criterion: Criterion, *, answered: bool) -> str:
    """Why a criterion has no score."""
    if not answered:
        return f"The answer says nothing that could be rated for {criterion.name.lower()}."
    return f"Nothing in the candidate's own words bears on {criterion.name.lower()}."


def untouched(criterion: Criterion, missed: Sequence[str]) -> str:
    """Why a criterion has no score although the answer speaks to others."""
    return f"The answer does not speak to {criterion.name.lower()} yet; missing is {_listed(missed[:2])}."


def summary(scores: Sequence[CriterionScore], *, answered: bool) -> str:
    """One or two sentences on the whole response."""
    rated = sorted((score for score in scores if score.status == "assessed"), key=lambda score: -score.score)
    if not rated:
        return "There is nothing to rate." if answered else "The question was not answered."
    best, least = rated[0], rated[-1]
    said = f"{_grade(best.score)} on {best.criterion.lower()} ({best.score:.1f})"
    if best is not least:
        said += f", {_grade(least.score).lower()} on {least.criterion.lower()} ({least.score:.1f})"
    left = len(scores) - len(rated)
    return f"{said}." + (f" No evidence for {left} of {len(scores)} criteria." if left else "")


def _grade(score: float) -> str:
    grades = ((4.25, "Strong"), (3.5, "Good"), (2.5, "Fair"), (1.75, "Thin"))
    return next((grade for least, grade in grades if score >= least), "Weak")


def _detail(signals: Mapping[str, float]) -> str:
    shown = [words for name, words in _SHOWN.items() if signals[name] >= _HEARD]
    lacking = [words for name, words in _SHOWN.items() if signals[name] == 0]
    general = " It stays general." if signals["generic"] + signals["vague"] > 1 else ""
    if not shown:
        return f"Little of it tells what was done.{general}"
    return f"It tells {_and(shown[:3])}" + (f", but not {_and(lacking[:2], 'or')}." if lacking else ".") + general


def _listed(points: Sequence[str]) -> str:
    return _and([_quoted(point) for point in points])


def _and(parts: Sequence[str], last: str = "and") -> str:
    return f" {last} ".join(part for part in (", ".join(parts[:-1]), parts[-1] if parts else "") if part)


def _quoted(point: str) -> str:
    short = point.strip().rstrip(".;")
    if len(short) > _LONGEST:
        short = short[:_LONGEST].rsplit(" ", 1)[0] + " …"
    return f"“{short[:1].lower() + short[1:] if short[1:2].islower() else short}”"
