"""Which of the recognised words are doubtful: a poor line must not be taken for a poor answer.

Whisper's probabilities are its own belief, not a measured rate of errors; wrong words gather below these thresholds,
and right ones are rarely there in a row. A single unlikely word is often a name, and right.
"""

from __future__ import annotations

from dataclasses import dataclass

from interview.models import Spans
from interview.speech.wire import Recognised, Segment

SEGMENT = 0.45
"""Mean probability of a segment below which all of it is doubtful."""
WORD = 0.3
"""Probability of a word below which it is doubtful, where the next one or the one before is so too."""
_RUN = 2


@dataclass(frozen=True)
class Understood:
    """Recognised words as they go into an answer. `doubtful`: ranges of `text`."""

    text: str
    doubtful: Spans = ()

    def first(self, characters: int) -> Understood:
        """The beginning of it, so long at most."""
        spans = ((start, min(end, characters)) for start, end in self.doubtful if start < characters)
        return Understood(self.text[:characters], tuple(spans))


def understood(recognised: Recognised) -> Understood:
    return joined([_segment(segment) for segment in recognised.segments])


def joined(parts: list[Understood]) -> Understood:
    """The parts one after the other, a space between; ranges that meet have become one."""
    text, spans = "", list[tuple[int, int]]()
    for part in parts:
        if not part.text:
            continue
        text += " " if text else ""
        for start, end in part.doubtful:
            begin = start + len(text)
            if spans and spans[-1][1] >= begin - 1:
                begin = spans.pop()[0]
            spans.append((begin, end + len(text)))
        text += part.text
    return Understood(text, tuple(spans))


def _segment(segment: Segment) -> Understood:
    text = segment.text.strip()
    if text and segment.confidence < SEGMENT:
        return Understood(text, ((0, len(text)),))
    return Understood(text, _runs(segment, text))


def _runs(segment: Segment, text: str) -> Spans:
    """The ranges of at least two unlikely words in a row."""
    spans: list[tuple[int, int]] = []
    run: list[tuple[int, int]] = []
    at = 0
    for word in segment.words:
        start = text.find(word.text, at)
        if start < 0:
            continue
        at = start + len(word.text)
        if word.probability < WORD:
            run.append((start, at))
            continue
        spans += _as_one(run)
        run = []
    return (*spans, *_as_one(run))


def _as_one(run: list[tuple[int, int]]) -> Spans:
    return ((run[0][0], run[-1][1]),) if len(run) >= _RUN else ()
