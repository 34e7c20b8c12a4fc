"""How much of what a criterion asks for an answer says: word vectors, stems and letter runs against its texts.

Every measure is between about 0 and 1 and rises with what is said; none of them is a score by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from interview.engines.embedded import text
from interview.engines.embedded.cleaning import FUNCTION_WORDS, Piece, content_stems
from interview.engines.embedded.vectors import embed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CLAUSE = re.compile(r"[.;:!?\n]+\s*|,\s+(?=(?:and|with|then|so|which|including)\b)|\s+[-–•]\s+")
_GRAM = 4
_UNRELATED = 0.3
"""Cosine below which two words' vectors say nothing of each other."""


class Overlap(NamedTuple):
    """An answer against a few target texts, which say what a good answer has."""

    whole: float
    """Cosine of the answer to all targets together, less the question's own."""
    best: float
    """Mean over the targets of the best sentence's cosine."""
    stems: float
    """Share of the targets' content stems, less the question's, that the answer has."""
    grams: float
    """Share of the targets' letter runs of four, within words, that the answer has."""
    points: float
    """Mean over the targets of the share of its stems that the answer has."""
    nearest: float
    """Mean over the targets' content words of the cosine to the answer's nearest word, from .3 (0) to 1 (1)."""


@dataclass(frozen=True)
class Reading:
    """An answer made ready for comparing: its pieces, their vectors, its stems and letter runs."""

    pieces: tuple[Piece, ...]
    vectors: NDArray[np.float32]
    whole: NDArray[np.float32]
    stems: frozenset[str]
    grams: frozenset[str]
    words: NDArray[np.float32]
    question_stems: frozenset[str]
    question: NDArray[np.float32]


def read(pieces: Sequence[Piece], prompts: Sequence[str]) -> Reading:
    """The reading of these pieces as an answer to these prompts; there may be none, and then nothing is similar."""
    import numpy as np

    texts = [piece.text for piece in pieces]
    vectors = embed(texts)
    lengths = np.array([len(value) for value in texts], dtype=np.float32)
    stems = [stem for value in texts for stem in content_stems(value)]
    asked = frozenset(stem for prompt in prompts for stem in content_stems(prompt))
    return Reading(
        pieces=tuple(pieces),
        vectors=vectors,
        whole=_unit(lengths @ vectors),
        stems=frozenset(stems),
        grams=_grams(stems),
        words=_word_vectors(tuple(dict.fromkeys(word for value in texts for word in _content(value, asked)))),
        question_stems=asked,
        question=_unit(embed(list(prompts)).sum(axis=0)),
    )


def overlap(reading: Reading, targets: Sequence[str]) -> Overlap:
    """The answer against the targets; `targets` has at least one text with a word in it."""
    vectors, together = _targets(tuple(targets))
    stems = [frozenset(content_stems(target)) for target in targets]
    asked = reading.question_stems
    wanted = (frozenset().union(*stems) - asked) or frozenset().union(*stems)
    grams = _grams(sorted(wanted))
    each = [(own - asked) or own for own in stems if own]
    return Overlap(
        whole=float((reading.whole - reading.question) @ together) if reading.pieces else 0.0,
        best=float((vectors @ reading.vectors.T).max(axis=1, initial=0).mean()),
        stems=_recall(wanted, reading.stems),
        grams=_recall(grams, reading.grams),
        points=sum(_recall(own, reading.stems) for own in each) / max(len(each), 1),
        nearest=_nearest(reading, " ".join(targets)),
    )


def relevance(reading: Reading, targets: Sequence[str]) -> float:
    """The greatest cosine of the answer or one of its pieces to the question or to a target."""
    vectors, together = _targets(tuple(targets))
    whole = max(float(reading.whole @ together), float(reading.whole @ reading.question))
    nearest = max(
        float((reading.vectors @ vectors.T).max(initial=0)), float((reading.vectors @ reading.question).max(initial=0))
    )
    return max(whole, nearest)


def topic(reading: Reading, question: str, texts: Sequence[str]) -> float:
    """The cosine of the whole answer to the question and everything that the rubric says, taken together.

    It tells strong stories told at their own question from the same stories at other questions better than any single
    text does (area under the curve .88; `relevance` .85).
    """
    _, together = _targets((question, *texts))
    return float(reading.whole @ together)


def cover(reading: Reading, target: str) -> float:
    """How well one target is covered, 0 to about 1: half its stems' recall, half its best piece's cosine."""
    vectors, _ = _targets((target,))
    stems = frozenset(content_stems(target))
    wanted = (stems - reading.question_stems) or stems
    return (_recall(wanted, reading.stems) + float((reading.vectors @ vectors[0]).max(initial=0))) / 2


def support(reading: Reading, targets: Sequence[str]) -> NDArray[np.float32]:
    """For each piece how well it speaks to the targets: cosine to the nearest one, plus its share of their stems."""
    import numpy as np

    vectors, together = _targets(tuple(targets))
    wanted = {stem for target in targets for stem in content_stems(target)}
    said = [set(content_stems(piece.text)) & wanted for piece in reading.pieces]
    shares = np.array([len(found) / max(len(wanted), 1) for found in said], dtype=np.float32)
    nearest: NDArray[np.float32] = (reading.vectors @ vectors.T).max(axis=1) + reading.vectors @ together
    scores: NDArray[np.float32] = (nearest / 2 + shares).astype(np.float32)
    return scores


def clauses(value: str) -> tuple[str, ...]:
    """The clauses of an anchor with at least two content words, or the whole of it."""
    parts = tuple(part.strip() for part in _CLAUSE.split(value) if part and len(content_stems(part)) >= 2)
    return parts or ((value.strip(),) if value.strip() else ())


@lru_cache(maxsize=1024)
def _targets(targets: tuple[str, ...]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    rows = embed([*targets, " ".join(targets)])
    return rows[:-1], rows[-1]


def _content(value: str, asked: frozenset[str]) -> list[str]:
    """The content words that the question did not bring."""
    return [word for word in text.words(value) if word not in FUNCTION_WORDS and text.stem(word) not in asked]


@lru_cache(maxsize=512)
def _word_vectors(words: tuple[str, ...]) -> NDArray[np.float32]:
    return embed(words)


def _nearest(reading: Reading, targets: str) -> float:
    """Other words for the same thing count in part: "rose" for "increased"."""
    import numpy as np

    wanted = _content(targets, reading.question_stems) or _content(targets, frozenset())
    if not wanted or not len(reading.words):
        return 0.0
    closest = (_word_vectors(tuple(dict.fromkeys(wanted))) @ reading.words.T).max(axis=1)
    return float(np.clip((closest - _UNRELATED) / (1 - _UNRELATED), 0, 1).mean())


def _unit(row: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    norm = np.linalg.norm(row)
    scaled: NDArray[np.float32] = (row / norm if norm > 0 else row).astype(np.float32)
    return scaled


def _recall(wanted: frozenset[str], said: frozenset[str]) -> float:
    return len(wanted & said) / len(wanted) if wanted else 0.0


def _grams(stems: Sequence[str]) -> frozenset[str]:
    return frozenset(
        stem[at : at + _GRAM] for stem in stems for at in range(max(len(stem) - _GRAM + 1, 1)) if len(stem) >= 2
    )
