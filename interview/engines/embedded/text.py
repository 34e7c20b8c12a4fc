"""Words, stems and sentences with their places: the small reading tools that the embedded engine's parts share."""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:['’.+#-][^\W_]+|[+#]+)*", re.UNICODE)
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+(?=[\"'“‘(]*[A-Z0-9À-Þ])|\n{2,}|\n(?=\s*[-*•\d])")
_WINDOW = 18
"""Words of a window where speech brings no punctuation: about one spoken clause pair."""

_stemmer = snowballstemmer.stemmer("english")
_stemming = Lock()
"""The stemmer keeps the word in itself: two threads at once would get each other's stems, and the cache keep them."""


class Span(NamedTuple):
    """A piece of a text: half-open character range, and the words there."""

    start: int
    end: int
    text: str


def words(text: str) -> list[str]:
    """The words of a text, in lower case; `c++`, `node.js` and `don't` are one word each."""
    return [match.group().lower().replace("’", "'") for match in _WORD.finditer(text)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The English Snowball stem of a lower-case word."""
    with _stemming:
        return str(_stemmer.stemWord(word))


def stems(text: str) -> list[str]:
    return [stem(word) for word in words(text)]


def sentences(text: str) -> list[Span]:
    """The sentences of a text with their places; unpunctuated stretches are cut into windows of about 18 words."""
    spans: list[Span] = []
    start = 0
    for end in [match.start() for match in _SENTENCE_END.finditer(text)] + [len(text)]:
        spans.extend(_windows(text, start, end))
        start = end
    return spans


def _windows(text: str, start: int, end: int) -> list[Span]:
    places = list(_WORD.finditer(text, start, end))
    if not places:
        return []
    if len(places) <= 2 * _WINDOW:
        return [_trimmed(text, start, end)]
    cuts = [place.start() for place in places[_WINDOW::_WINDOW]]
    if len(places) % _WINDOW and len(places) % _WINDOW < _WINDOW // 2:
        cuts.pop()
    return [_trimmed(text, a, b) for a, b in zip([start, *cuts], [*cuts, end], strict=True)]


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = start + len(piece.rstrip())
    return Span(left, right, text[left:right])
