"""What a résumé says, read by rules: the likely name, years at work, latest roles, and the lines with most substance.

A résumé is data. Lines that read as instructions are taken out before anything is read; lines about private matters
(age, family, health, origin) are never taken up; where a rule is unsure it says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from interview.engines.embedded import resume_patterns as patterns
from interview.engines.embedded import text
from interview.engines.embedded.resume_dates import RANGE, DateRange, date_ranges, years_covered
from interview.engines.embedded.resume_patterns import Section

_MAX_CHARS = 60_000
_MAX_LINES = 2_000
_LONG_LINE = 500
_MAX_HIGHLIGHT = 200


class Unit(NamedTuple):
    """A bullet, heading or paragraph line with what follows it wrapped, and the section it stands in."""

    text: str
    section: Section
    bullet: bool


@dataclass(frozen=True)
class ResumeFacts:
    """`years` is the union of the dated roles, else the number stated, else None; `roles` newest first."""

    text: str
    name: str
    years: float | None
    roles: tuple[str, ...]
    highlights: tuple[str, ...]


def read_resume(resume: str, *, today: date) -> ResumeFacts:
    """The facts of a résumé's first 60,000 characters, instructions taken out; `text` is what was read."""
    lines = _safe_lines(unicodedata.normalize("NFC", resume[:_MAX_CHARS]))
    units = _units(lines)
    dated = _dated_roles(units, today)
    return ResumeFacts(
        text="\n".join(lines),
        name=_name(lines),
        years=years_covered([when for when, _ in dated]) or _stated_years(lines),
        roles=_latest(dated),
        highlights=_highlights(units),
    )


def quotable(resume: str) -> tuple[str, ...]:
    """The lines that tell of something done, in the résumé's order; headings, contacts and private matters left out."""
    units = _units(_safe_lines(unicodedata.normalize("NFC", resume[:_MAX_CHARS])))
    return tuple(unit.text for unit in units if _may_quote(unit) and not RANGE.search(unit.text))


def _stated_years(lines: list[str]) -> float | None:
    """Years of experience that the résumé states in words, where no role is dated."""
    stated = patterns.STATED.search(" ".join(lines))
    return float(stated[1]) if stated else None


def _safe_lines(resume: str) -> list[str]:
    """The lines without those that read as instructions, also where one runs over a line's end."""
    plain = "".join(character for character in resume if unicodedata.category(character) not in {"Cf", "Co", "Sk"})
    lines = [" ".join(piece.split()) for line in plain.splitlines() for piece in _pieces(line)][:_MAX_LINES]
    bad = {at for at, line in enumerate(lines) if patterns.INSTRUCTION.search(line)}
    for at in range(len(lines) - 1):
        if not {at, at + 1} & bad and patterns.INSTRUCTION.search(f"{lines[at]} {lines[at + 1]}"):
            bad |= {at, at + 1}
    # The rest of a paragraph that holds an instruction is most likely part of it.
    bad |= {at + 1 for at in bad if at + 1 < len(lines) and lines[at + 1][:1].islower()}
    return [line for at, line in enumerate(lines) if line and at not in bad]


def _pieces(line: str) -> list[str]:
    """A line, or its sentences where it is so long that line ends must have been lost."""
    return [line] if len(line) <= _LONG_LINE else [span.text[:_LONG_LINE] for span in text.sentences(line)]


def _units(lines: list[str]) -> list[Unit]:
    units: list[Unit] = []
    section: Section = "head"
    for line in lines:
        heading = _heading(line)
        bullet = bool(patterns.BULLET.match(line))
        text = patterns.BULLET.sub("", line)
        if heading:
            section = heading
            units.append(Unit(text, "other", bullet=False))
        elif units and not bullet and _continues(units[-1], text):
            units[-1] = units[-1]._replace(text=f"{units[-1].text} {text}")
        else:
            units.append(Unit(text, section, bullet))
    return units


def _heading(line: str) -> Section | None:
    plain = patterns.BULLET.sub("", line).strip(" :|–-&").replace("&", "and")
    if len(plain) > 40:
        return None
    return next((name for name, pattern in patterns.HEADINGS if pattern.fullmatch(plain)), None)


def _continues(before: Unit, line: str) -> bool:
    """Whether a line goes on with what stands before: in lower case, after an open word, or inside a proper name."""
    text = before.text
    if len(text) > 600 or len(text) < 25 or text.endswith((".", ":", ";")) or RANGE.search(line):
        return False
    if line[:1].islower() or patterns.CARRIES_ON.search(text):
        return not patterns.CONTACT.search(line)
    name_goes_on = before.bullet and len(text) >= 60 and text.split()[-1].istitle() and len(line.split()) <= 6
    return name_goes_on and "," not in line and not patterns.JOB_WORD.search(line)


def _dated_roles(units: list[Unit], today: date) -> list[tuple[DateRange, str]]:
    """Date ranges of work, each with the line that says what the work was ("" where none does)."""
    found: list[tuple[DateRange, str]] = []
    for at, unit in enumerate(units):
        around = unit.text if len(unit.text) > 45 else " ".join(u.text for u in units[max(0, at - 1) : at + 1])
        is_work = unit.section in {"experience", "head"} or bool(patterns.JOB_WORD.search(unit.text))
        if (
            not is_work
            or patterns.PRIVATE.search(unit.text)
            or (patterns.STUDY_WORD.search(around) and not patterns.JOB_WORD.search(around))
        ):
            continue
        ranges = date_ranges(unit.text, today)
        role = _role(units, at) if ranges else ""
        found.extend((when, role) for when in ranges)
    return found


def _role(units: list[Unit], at: int) -> str:
    """The line that names the job of a date: its own, the head of a list ending here, one just above, or the next."""
    for place in [at, *_list_head(units, at), at - 1, at - 2, at - 3, at + 1]:
        if 0 <= place < len(units) and not units[place].bullet and patterns.JOB_WORD.search(units[place].text):
            return _plain_role(units[place].text)
    return ""


def _list_head(units: list[Unit], at: int) -> list[int]:
    """Where a date closes a list of bullets: the place of the line above them, unless that has a date of its own."""
    place = at - 1
    if place > 0 and not units[place].bullet and not patterns.JOB_WORD.search(units[place].text):
        place -= 1
    if place < 0 or not units[place].bullet:
        return []
    while place >= 0 and units[place].bullet:
        place -= 1
    dated = any(RANGE.search(unit.text) for unit in units[max(0, place - 1) : place + 1])
    return [] if dated else [place]


def _plain_role(text: str) -> str:
    bare = _undated(text)
    bare = re.sub(r"\s*[|·•]\s*", ", ", bare).strip(" ,;:–—-")
    bare += ")" * (bare.count("(") - bare.count(")"))
    return bare if len(bare) <= 90 and not patterns.CONTACT.search(bare) and not patterns.PRIVATE.search(bare) else ""


def _undated(text: str) -> str:
    """A line without its date ranges."""
    return " ".join(RANGE.sub(" ", text).replace("()", " ").split())


def _latest(dated: list[tuple[DateRange, str]]) -> tuple[str, ...]:
    ranked = sorted(dated, key=lambda pair: (pair[0].end, pair[0].start), reverse=True)
    return tuple(dict.fromkeys(role for _, role in ranked if role))[:2]


def _highlights(units: list[Unit]) -> tuple[str, ...]:
    """Two to five lines with most substance, best first; fewer where the résumé has no more."""
    scored = [(_substance(unit), -at, unit.text) for at, unit in enumerate(units) if _may_quote(unit)]
    best = sorted((entry for entry in scored if entry[0] >= 2.5), reverse=True)
    chosen = best if len(best) >= 2 else sorted((entry for entry in scored if entry[0] >= 1), reverse=True)
    return tuple(dict.fromkeys(shorten(text) for _, _, text in chosen))[:5]


def _may_quote(unit: Unit) -> bool:
    text = unit.text
    letters = [character for character in text if character.isalpha()]
    return (
        len(text.split()) >= 5
        and len(letters) > 0.6 * len(text)
        and sum(map(str.isupper, letters)) < 0.4 * len(letters)
        and not (
            patterns.CONTACT.search(text)
            or patterns.PRIVATE.search(text)
            or patterns.LEISURE.search(text)
            or text.endswith(":")
        )
        and len(patterns.INITIALS.findall(text)) < 3
        and bool(
            patterns.VERB.match(text)
            or (unit.section in {"experience", "projects"} and patterns.SENTENCE_WORD.search(text))
        )
    )


def _substance(unit: Unit) -> float:
    figures = [figure for figure in patterns.FIGURE.findall(patterns.YEAR.sub("", unit.text)) if figure.strip()]
    measured = any(re.search(r"[%$€£x+k]", figure) for figure in figures)
    return (
        (2 if patterns.VERB.match(unit.text) else 0)
        + (1.5 if figures else 0)
        + (1 if measured else 0)
        + (1 if unit.bullet else 0)
        + (1 if unit.section in {"experience", "projects"} else 0)
        + (0.5 if 50 <= len(unit.text) <= 220 else 0)
        - (2 if RANGE.search(unit.text) else 0)
        - (1.5 if patterns.STUDY_WORD.search(unit.text) or unit.section == "education" else 0)
    )


def shorten(text: str) -> str:
    """A line of at most 200 characters, cut at a word."""
    bare = text.strip(" ;,").replace("( ", "(").replace(" )", ")")
    if len(bare) <= _MAX_HIGHLIGHT:
        return bare
    return bare[: _MAX_HIGHLIGHT - 1].rsplit(" ", 1)[0].rstrip(" ,;.") + "…"


def _name(lines: list[str]) -> str:
    """A line near the top that looks like a name and nothing else; "" if unsure."""
    for at, line in enumerate(lines[:25]):
        bare = re.sub(r"^last updated.*?(?:19|20)\d\d", "", line, flags=re.IGNORECASE).strip()
        piece = patterns.NAME_TAIL.sub("", re.split(r"\s*[·|•]\s*", bare)[0]).strip()
        if not _looks_like_name(piece):
            continue
        if at < 4 or (piece.isupper() and at + 1 < len(lines) and patterns.JOB_WORD.search(lines[at + 1])):
            return _capitalised(piece)
    return ""


def _looks_like_name(piece: str) -> bool:
    return (
        len(piece) <= 50
        and patterns.NAME.fullmatch(piece) is not None
        and all(
            word[0].isupper() or word in {"de", "van", "von", "der", "da", "la", "di", "bin"} for word in piece.split()
        )
        and not (patterns.JOB_WORD.search(piece) or patterns.NOT_A_NAME.search(piece) or _heading(piece))
    )


def _capitalised(name: str) -> str:
    upper = sum(map(str.isupper, name)) > len(name) / 2
    return re.sub(r"[^\W\d_]+", lambda word: word.group().capitalize(), name) if upper else name
