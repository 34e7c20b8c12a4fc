"""Date ranges as people write them in a résumé (`Sep 2015 – now`, `2012 - 2014`, `03/2019 to 11/2020`), in months."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "jan january janvier januar", "feb february fev fév février februar", "mar march mars märz mrz",
            "apr april avr avril", "may mai", "jun june juin juni", "jul july juil juillet juli",
            "aug august aout août",
            "sep sept september septembre", "oct october octobre okt oktober", "nov november novembre",
            "dec december dez déc décembre dezember",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NOW = r"present|now|today|current(?:ly)?|ongoing|to date|date|heute|aujourd['’]hui|présent|actuel(?:lement)?"


def _point(prefix: str) -> str:
    return (
        rf"(?:(?P<{prefix}month>{_MONTH})\.?,?\s+(?P<{prefix}named>(?:19|20)\d\d|['’]?\d\d)"
        rf"|(?P<{prefix}number>0?[1-9]|1[0-2])\s?[/.]\s?(?P<{prefix}numbered>(?:19|20)\d\d)"
        rf"|(?P<{prefix}year>(?:19|20)\d\d)(?:\s?[/.-]\s?(?P<{prefix}after>0[1-9]|1[0-2])(?!\d))?)"
    )


RANGE = re.compile(
    rf"(?<![\w/.]){_point('a')}\s*(?:[-–—‐]+|to|until|till|bis|à)\s*(?:{_point('b')}|(?P<now>{_NOW}))(?!\w|-\d)",
    re.IGNORECASE,
)


class DateRange(NamedTuple):
    """Months since year 0, half-open: `start` is the first month, `end` the one after the last."""

    start: int
    end: int


def date_ranges(text: str, today: date) -> list[DateRange]:
    """The ranges in a text that are possible: in order, not in the future, not longer than sixty years."""
    limit = today.year * 12 + today.month
    found = []
    for match in RANGE.finditer(text):
        start, _ = _months(match, "a")
        end = limit if match["now"] else min(_end(match, start), limit)
        if 0 < end - start <= 720 and start >= 1950 * 12:
            found.append(DateRange(start, end))
    return found


def years_covered(ranges: Iterable[DateRange]) -> float | None:
    """Years in the union of the ranges, to a tenth; None if there are none."""
    total, reached = 0, 0
    for when in sorted(ranges):
        total += max(0, when.end - max(when.start, reached))
        reached = max(reached, when.end)
    return round(total / 12, 1) if total else None


def _end(match: re.Match[str], start: int) -> int:
    """The month after the last: a named month counts whole; a bare year counts to its start (half a year if same)."""
    end, has_month = _months(match, "b")
    if has_month:
        return end + 1
    return start + 6 if end == start else end


def _months(match: re.Match[str], prefix: str) -> tuple[int, bool]:
    """Months since year 0, and whether a month was given (else January is taken)."""
    if match[f"{prefix}month"]:
        year = int(match[f"{prefix}named"].strip("'’"))
        full = year if year >= 100 else year + (2000 if year < 60 else 1900)
        return full * 12 + _MONTHS[match[f"{prefix}month"].lower()] - 1, True
    if match[f"{prefix}number"]:
        return int(match[f"{prefix}numbered"]) * 12 + int(match[f"{prefix}number"]) - 1, True
    month = match[f"{prefix}after"]
    return int(match[f"{prefix}year"]) * 12 + (int(month) - 1 if month else 0), month is not None
