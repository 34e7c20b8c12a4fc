"""Finding a known question in the words that an interviewer spoke, with whatever stands around it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

SAME_QUESTION = 80
"""rapidfuzz partial_ratio (0-100) from which spoken words count as a planned question."""
_MORE_THAN_HALF = 50.1


def best_match(known: Sequence[str], spoken: str, *, cut: bool = False) -> int | None:
    """The place in `known` of the question that these words ask; None when they ask none of them.

    `cut`: the sentence was broken off; the question counts when more than half of it was said. Of two that fit alike,
    the longer one (it has the other in it), else the one that stands first. Of two that were said one behind the
    other ("you have told me about …; now, …?"), the later one is asked.
    """
    measure, least = (said_share, _MORE_THAN_HALF) if cut else (likeness, SAME_QUESTION)
    found = [(measure(text, spoken), len(text), -place) for place, text in enumerate(known)]
    fitting = sorted((match for match in found if match[0] >= least), reverse=True)
    if not fitting:
        return None
    best = -fitting[0][2]
    for *_, other in () if cut else fitting[1:]:
        if _place(known[-other], spoken)[0] >= _place(known[best], spoken)[1]:
            best = -other
    return best


def likeness(planned: str, spoken: str) -> float:
    """How much of the planned question (or of the spoken words, where they are fewer) stands in the other: 0-100."""
    return fuzz.partial_ratio(planned.lower(), spoken.lower()) if len(spoken) >= len(planned) / 2 else 0.0


def _place(planned: str, spoken: str) -> tuple[int, int]:
    """Where in the spoken words the planned question stands, as a half-open range of characters."""
    found = fuzz.partial_ratio_alignment(planned.lower(), spoken.lower())
    return (found.dest_start, found.dest_end) if found else (0, len(spoken))


def said_share(planned: str, spoken: str) -> float:
    """How much of the planned question was said, in its order: per cent of its words."""
    wanted = words_of(planned)
    return 100 * LCSseq.similarity(wanted, words_of(spoken)) / len(wanted) if wanted else 0.0


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return re.findall(r"[\w']+", text.lower())
