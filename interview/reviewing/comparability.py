"""Which scores of a competency may be held beside each other, and why others may not. Pure rules.

The lines are our own, not published ones:
- Another rubric version or engine (its name, model and prompts) measures something else: not comparable. Of several,
  the one with the most interviews is the yardstick, the newest of equals. A new scoring brings an engine into line.
- Where no criterion was assessed there is nothing to compare. Under two thirds of the criteria, a mean over the rest
  may leave out just what was weak: with care.
- More answers give more chances to show something. A competency has room for three prompts by default, so that one
  follow-up more or fewer (1 beside 2, 2 beside 3) is how structured interviews go, and 1 beside 3 is another interview:
  within a factor of 2 of the others' median, outside of it with care.
- A hint is help. Whoever had one where most others had none is compared with care.
- A voice that talks freely, or an interview held elsewhere, follows up as it sees fit, and whether it helped is not
  known. Beside interviews whose every prompt the rules chose, that is another way of asking: whoever was asked
  otherwise than most is compared with care.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Literal

from interview.models import Model

Mark = Literal["comparable", "with_care", "not_comparable"]
LEAST_SHARE = Fraction(2, 3)
"""Of the criteria that are assessed."""
DEPTH_FACTOR = 2
"""Between a candidate's answers about a competency and the median of the others'."""


class Comparability(Model):
    """`why`: a sentence or more; "" where comparable."""

    mark: Mark
    why: str = ""


@dataclass(frozen=True)
class Yardstick:
    """What most of the interviews were measured with. `engine`: name, model, prompts."""

    version: int
    engine: tuple[str, str, str]


@dataclass(frozen=True)
class Measured:
    """What the rules read of one candidate's score. `total` 0: not in their plan; `answers`: prompts answered.

    `hints`: None where it was asked freely, so that nobody knows.
    """

    version: int
    engine: tuple[str, str, str]
    assessed: int
    total: int
    answers: int
    hints: int | None


def yardstick(used: Sequence[Yardstick]) -> Yardstick:
    """The most frequent one; of equals, that which comes last."""
    often = Counter(used)
    return max(reversed(list(used)), key=lambda each: often[each])


def marks(column: Sequence[Measured], by: Yardstick) -> list[Comparability]:
    """Of one competency, how each candidate's score may be held beside the others'."""
    return [_mark(each, [*column[:place], *column[place + 1 :]], by) for place, each in enumerate(column)]


def together(column: Sequence[Comparability]) -> Comparability:
    """What that comes to for the competency."""
    counts = Counter(each.mark for each in column)
    usable = counts["comparable"] + counts["with_care"]
    if usable < 2:
        only = "Only one score here can be compared" if usable else "No score here can be compared"
        return Comparability(mark="not_comparable", why=f"{only}; it takes two.")
    if usable == counts["comparable"] == len(column):
        return Comparability(mark="comparable")
    parts = [
        f"{counts['comparable']} of {len(column)} compare",
        *([f"{counts['with_care']} with care"] if counts["with_care"] else []),
        *([f"{counts['not_comparable']} not at all"] if counts["not_comparable"] else []),
    ]
    return Comparability(mark="with_care", why=f"{', '.join(parts)}.")


def _mark(one: Measured, others: Sequence[Measured], by: Yardstick) -> Comparability:
    if one.total == 0:
        return Comparability(mark="not_comparable", why=f"Plan version {one.version} does not have it.")
    if one.assessed == 0:
        return Comparability(mark="not_comparable", why="No criterion was assessed.")
    if one.version != by.version:
        why = f"Held with plan version {one.version}, most with version {by.version}: another rubric."
        return Comparability(mark="not_comparable", why=why)
    if one.engine != by.engine:
        why = f"Scored by {_engine(one.engine)}, most by {_engine(by.engine)}. Score it again to compare."
        return Comparability(mark="not_comparable", why=why)
    alike = [each for each in others if each.assessed and (each.version, each.engine) == (by.version, by.engine)]
    cares = [care for care in (_thin(one), _depth(one, alike), _helped(one, alike), _asked(one, alike)) if care]
    return Comparability(mark="with_care", why=" ".join(cares)) if cares else Comparability(mark="comparable")


def _thin(one: Measured) -> str:
    enough = Fraction(one.assessed, one.total) >= LEAST_SHARE
    return "" if enough else f"{one.assessed} of {one.total} criteria assessed, fewer than two thirds."


def _depth(one: Measured, others: Sequence[Measured]) -> str:
    usual = median(each.answers for each in others) if others else one.answers
    if max(one.answers, usual) <= DEPTH_FACTOR * min(one.answers, usual):
        return ""
    return f"{_counted(one.answers, 'answer')}, the others’ median is {usual:g}."


def _helped(one: Measured, others: Sequence[Measured]) -> str:
    known = [each.hints for each in others if each.hints is not None]
    if not one.hints or not known or median(known):
        return ""
    return f"{_counted(one.hints, 'hint')}, most others had none."


def _asked(one: Measured, others: Sequence[Measured]) -> str:
    otherwise = sum((each.hints is None) != (one.hints is None) for each in others)
    if 2 * otherwise <= len(others):
        return ""
    if one.hints is None:
        return "Asked freely, most others by the rules."
    return "Asked by the rules, most others freely."


def _engine(engine: tuple[str, str, str]) -> str:
    name, model, prompts = engine
    return f"{name} {model}, prompts {prompts}".replace(" ,", ",")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
