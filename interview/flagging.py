"""What the team should look at in a candidate's words: words about the evaluator, insults, distress. Never scored.

Rules, not a model: pure functions of the text, over patterns that are data, in `flagging.toml`. English only.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from interview.models import Flag, FlagKind
from interview.patterns import Patterns

_PATTERNS = Patterns(Path(__file__).with_suffix(".toml"))
_FLAGGED: dict[FlagKind, re.Pattern[str]] = {
    "injection": re.compile(_PATTERNS.either("flags", "injection"), re.IGNORECASE),
    "abuse": re.compile(_PATTERNS.either("flags", "abuse"), re.IGNORECASE),
    "distress": re.compile(_PATTERNS.either("flags", "distress"), re.IGNORECASE),
}
_NEAR_INJECTION = re.compile(_PATTERNS.either("flags", "near"), re.IGNORECASE)
"""Only read beside a sentence that plainly addresses the evaluator."""
_REPORTED = re.compile(_PATTERNS.either("flags", "reported"), re.IGNORECASE)
_NOTES: dict[FlagKind, str] = {
    "injection": "Words that address the evaluator rather than the question; they are left out of scoring.",
    "abuse": "Insulting or threatening words. Not scored.",
    "distress": "The candidate may be in distress; a person should look at this soon. Not scored.",
}


def flags(entry_id: int, text: str) -> tuple[Flag, ...]:
    """What the team should look at in one entry: injection, abuse, distress; at most one of each, never scored."""
    plain, _ = _readable(text)
    return tuple(
        Flag(kind=kind, note=_NOTES[kind], entry_id=entry_id)
        for kind, pattern in _FLAGGED.items()
        if _said(pattern, plain)
    )


def injected_spans(text: str) -> tuple[tuple[int, int], ...]:
    """The sentences that address the evaluator or a model, as half-open character ranges in order, without overlap.

    Sentences that report somebody else's words (a security engineer on prompt injection) are left alone.
    """
    plain, places = _readable(text)
    strong = _said(_FLAGGED["injection"], plain)
    if not strong:
        return ()
    cut: list[_Range] = []
    for sentence in _sentence_ranges(plain):
        inside = [hit for hit in strong if sentence[0] <= hit[0] < sentence[1]]
        follows = bool(cut) and not plain[cut[-1][1] : sentence[0]].strip()
        if inside or (follows and _NEAR_INJECTION.search(plain[slice(*sentence)])):
            cut.append((min(hit[0] for hit in inside), max(hit[1] for hit in inside)) if inside else sentence)
    return tuple(_placed(piece, places) for piece in cut)


_Range = tuple[int, int]
_LONG_SENTENCE = 40
"""Words above which a sentence is unpunctuated speech: only the words around the hit count as one."""


def _said(pattern: re.Pattern[str], plain: str) -> list[_Range]:
    """The sentences in which the candidate says what the pattern describes, as their own words and not as a report."""
    hits: list[_Range] = []
    for start, end in _sentence_ranges(plain):
        for match in pattern.finditer(plain[start:end]):
            if not _is_reported(plain, start, start + match.start(), start + match.end()):
                hits.append(_around(plain, (start, end), start + match.start(), start + match.end()))
                break
    return hits


def _around(plain: str, sentence: _Range, start: int, end: int) -> _Range:
    if len(plain[slice(*sentence)].split()) <= _LONG_SENTENCE:
        return sentence
    tail = re.match(r"(?:\s*\S+){0,12}", plain[end : sentence[1]])
    return start, end + (tail.end() if tail else 0)


def _is_reported(plain: str, sentence: int, start: int, end: int) -> bool:
    """Whether the words at `start` to `end` are somebody else's: after "the user typed", or in quotation marks."""
    quote = plain.rfind('"', 0, start)
    if quote >= 0 and plain.count('"', 0, start) % 2 and '"' in plain[end:]:
        closing = plain.index('"', end)
        return bool(
            _REPORTED.search(plain[max(0, quote - 120) : quote]) or _REPORTED.search(plain[closing : closing + 80])
        )
    return bool(_REPORTED.search(plain[max(sentence, start - 120) : start]))


def _sentence_ranges(plain: str) -> list[_Range]:
    return [match.span() for match in re.finditer(r"\S[^\n]*?(?:[.!?…]+[\"')\]]*(?=\s|$)|$)", plain, re.MULTILINE)]


def _readable(text: str) -> tuple[str, list[int]]:
    """The text with look-alike characters made plain and invisible ones dropped, and each character's old place."""
    kept = [
        (char.translate(_QUOTES), place)
        for place, original in enumerate(text)
        for char in (original if original == "\n" else unicodedata.normalize("NFKC", original))
        if unicodedata.category(char) != "Cf"
    ]
    return "".join(char for char, _ in kept), [place for _, place in kept]


_QUOTES = str.maketrans("“”„«»’‘`", '"""""\'\'\'')


def _placed(piece: _Range, places: list[int]) -> _Range:
    return places[piece[0]], places[piece[1] - 1] + 1
