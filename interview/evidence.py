"""Finds a quote in a transcript, or says that it is not there.

A quote is there when the same words stand in the same order inside one entry of the candidate's. Case, punctuation,
spacing, apostrophes, dashes and Unicode's several spellings of one character (compatibility forms, composed or not)
make no difference; one other word does. Nothing here is fuzzy: a score rests on what was said.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from interview.models import Evidence, TranscriptEntry

MIN_WORDS = 2
MIN_LETTERS = 8
"""A shorter quote could stand anywhere and proves nothing."""

_APOSTROPHES = frozenset("'’‘ʼ＇`´")
_UNSPACED = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF))
"""Kana and Han: scripts written without spaces, where every character counts as a word."""


class _Token(NamedTuple):
    folded: str
    start: int
    end: int


def locate(quote: str, entries: Sequence[TranscriptEntry]) -> Evidence | None:
    """The first place where the candidate said these words, or None.

    `start` and `end` are a half-open character range in the entry's text as it stands, and `quote` is that text.
    `start_ms` is interpolated inside the entry by character position; None where the entry carries no times.
    """
    wanted = _tokens(quote)
    if len(wanted) < MIN_WORDS or sum(len(token.folded) for token in wanted) < MIN_LETTERS:
        return None
    needle = _joined(wanted)
    for entry in entries:
        if entry.role != "candidate":
            continue
        tokens = _tokens(entry.text)
        at = _joined(tokens).find(needle)
        if at >= 0:
            first = _joined(tokens).count(" ", 0, at)
            return _evidence(quote, wanted, entry, tokens[first : first + len(wanted)])
    return None


def normalised(text: str) -> str:
    """The words of a text as `locate` compares them, one space between."""
    return " ".join(token.folded for token in _tokens(text))


def _evidence(quote: str, wanted: Sequence[_Token], entry: TranscriptEntry, found: Sequence[_Token]) -> Evidence:
    start, end = found[0].start, found[-1].end
    before, after = quote[: wanted[0].start].strip(), quote[wanted[-1].end :].strip()
    if before and entry.text.endswith(before, 0, start):
        start -= len(before)
    if after and entry.text.startswith(after, end):
        end += len(after)
    return Evidence(
        entry_id=entry.entry_id,
        start=start,
        end=end,
        start_ms=_moment(entry, start),
        quote=entry.text[start:end],
    )


def _moment(entry: TranscriptEntry, start: int) -> int | None:
    if entry.start_ms == 0 and entry.end_ms == 0:
        return None
    spoken = max(entry.end_ms - entry.start_ms, 0)
    return entry.start_ms + round(spoken * start / max(len(entry.text), 1))


def _joined(tokens: Sequence[_Token]) -> str:
    return " " + "".join(token.folded + " " for token in tokens)


@lru_cache(maxsize=256)
def _tokens(text: str) -> tuple[_Token, ...]:
    """The words with their places. Each original character is folded on its own, so that places stay exact."""
    tokens: list[_Token] = []
    folded, start = "", 0
    for at, character in enumerate(text):
        piece = _folded(character, follows=bool(folded))
        if piece is None:
            continue
        for part in piece or (" ",):
            if folded and (part == " " or _stands_alone(part)):
                tokens.append(_Token(folded, start, _word_end(text, start, at)))
                folded = ""
            if _stands_alone(part):
                tokens.append(_Token(part, at, at + 1))
            elif part != " ":
                start = start if folded else at
                folded += part
    if folded:
        tokens.append(_Token(folded, start, _word_end(text, start, len(text))))
    return tuple(tokens)


def _folded(character: str, *, follows: bool) -> str | None:
    """The character as it is compared: empty between words, None where it is as if it were not written."""
    if character.isascii() and character.isalnum():
        return character.lower()
    kind = unicodedata.category(character)
    if character in _APOSTROPHES or kind == "Cf":
        return None
    if kind[0] in "LNM" or (follows and character in "+#"):
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
        kept = "".join(part for part in plain if unicodedata.category(part)[0] in "LNM" or part in "+#")
        return kept or None
    return ""


def _word_end(text: str, start: int, end: int) -> int:
    """The word's end without characters that fold to nothing, such as a closing quotation mark."""
    while end > start and _folded(text[end - 1], follows=True) is None:
        end -= 1
    return end


def _stands_alone(character: str) -> bool:
    return any(low <= ord(character) <= high for low, high in _UNSPACED)
