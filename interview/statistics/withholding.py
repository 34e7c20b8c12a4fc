"""Which categories' outcomes stay out of rate tables, so that no table tells of nobody in particular.

Those of fewer than five people. And, since sums are known (of everybody, and of each sex and race from the tables by
one of them), whatever would leave fewer than five people between a sum and its parts: complementary suppression, as
statistical offices do it (Willenborg and de Waal 2001, "Elements of Statistical Disclosure Control").
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

FEWEST = 5
"""People of whom an outcome may be told."""

Category = tuple[str | None, str | None]
"""Sex and race; None where the table is not by it."""

_REST: Category = (None, None)


def withheld(people: Iterable[Category]) -> frozenset[Category]:
    """The categories, of the tables by sex, by race and by both, whose outcomes are not to be told.

    `people`: what each said; None where it is not known.
    """
    sums = _sums(people)
    hidden = {part for parts in sums for part, n in parts.items() if n < FEWEST and part != _REST}
    while told := [parts for parts in sums if _tells(parts, hidden)]:
        open_ = {part: parts[part] for parts in told for part in _shown(parts, hidden)}
        if not open_:
            break
        # What helps the most sums at once, and tells the least.
        hidden.add(min(open_, key=lambda part: (-sum(part in parts for parts in told), open_[part], str(part))))
    return frozenset(hidden)


def _sums(people: Iterable[Category]) -> list[Counter[Category]]:
    """What adds up to a sum that is known: of everybody in each of the tables, and of each sex and race in the last."""
    found: defaultdict[str, Counter[Category]] = defaultdict(Counter)
    for sex, race in people:
        both = (sex, race) if sex and race else _REST
        found["by sex"][sex, None] += 1
        found["by race"][None, race] += 1
        for name in ("by both", sex, race):
            if name:
                found[name][both] += 1
    return list(found.values())


def _tells(parts: Counter[Category], hidden: set[Category]) -> bool:
    """Whether the sum, less what is shown, tells of something hidden.

    One hidden part alone is what is left, however large, and leads on into the other sums that it is in.
    """
    unknown = parts.keys() - _shown(parts, hidden)
    return bool(hidden & parts.keys()) and (len(unknown) == 1 or sum(parts[part] for part in unknown) < FEWEST)


def _shown(parts: Counter[Category], hidden: set[Category]) -> set[Category]:
    return parts.keys() - hidden - {_REST}
