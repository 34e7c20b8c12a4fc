"""Whether the words so far sound as if their speaker had finished, and how long a silence ends a turn after them."""

from __future__ import annotations

import re
from typing import Literal

from interview import moves

Ending = Literal["finished", "open", "short", "unfinished"]

SILENCES: dict[Ending, int] = {"finished": 600, "open": 900, "short": 2_200, "unfinished": 2_500}
"""Milliseconds of silence that end a turn: after a sentence that has ended, after one that may have, after few words or
a sentence without an end, and after a word that nobody ends on. A fixed 1.2 s cut people off in mid-thought; who thinks
pauses for two seconds inside a sentence."""
FEW_WORDS = 4

_NOBODY_ENDS_ON = re.compile(
    r"an?|the|and|or|but|nor|because|cause|so|if|when|while|although|though|unless|until|since|whereas|whether|than|as"
    r"|which|who|whose|where|my|our|your|their|i|we|they|he|she|u[hm]+|uhm|e[rm]+m?|ah|h?m+|well|like|basically|actually"
    r"|then|of|for|with|from|into|by|at|between|through|during|without|including|such|every|each|some"
    r"|first(?:ly)?|second(?:ly)?|third(?:ly)?|fourth(?:ly)?|next|finally|you know|i mean|(?:sort|kind) of"
    r"|for (?:example|instance)"
)
_FEW_END_ON = re.compile(
    r"to|in|on|about|that|this|these|those|is|are|was|were|am|be|been|have|has|had|do|does|did|will|would|can|could"
    r"|should|may|might|must|not|it|you|there|very|really|quite|more|most|just|even|also"
)
"""After a full stop they may have been the end; without one they are not."""
_NUMBER = re.compile(
    r"\d[\d.,:%]*|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundred|thousand"
)
_SENTENCE_END = re.compile(r"(?<!\.)[.!?][\"'”’)]*\s*$")


def ending(text: str) -> Ending:
    """How the words of a turn end. The recogniser sets a full stop where it hears one."""
    words = _words(text)
    stopped = _SENTENCE_END.search(text) is not None
    last, last_two = " ".join(words[-1:]), " ".join(words[-2:])
    hanging = _NOBODY_ENDS_ON.fullmatch(last) or _NOBODY_ENDS_ON.fullmatch(last_two) or _lists_numbers(words)
    if hanging or (_FEW_END_ON.fullmatch(last) and not stopped):
        return "unfinished"
    if len(words) < FEW_WORDS or not stopped:
        return "short"
    if _FEW_END_ON.fullmatch(last) or len(_words(_last_sentence(text))) < FEW_WORDS:
        return "open"
    return "finished"


def silence_ms(text: str | None) -> int:
    """The silence that ends a turn of these words; None: they are not known (yet)."""
    return SILENCES["unfinished" if text is None else ending(text)]


def asks_for_time(text: str) -> bool:
    """Whether the last sentence does no more than ask for a moment ("Let me think.")."""
    return moves.recognise(_last_sentence(text)) == "think"


def _words(text: str) -> list[str]:
    return re.findall(r"[\w%]+(?:[.,:'-][\w%]+)*", text.lower().replace("’", "'"))


def _lists_numbers(words: list[str]) -> bool:
    """`five, five, one`: a number that is being said, or a count that goes on."""
    return len(words) > 1 and all(_NUMBER.fullmatch(word) for word in words[-2:])


def _last_sentence(text: str) -> str:
    return re.split(r"[.!?…]+\s+", text.strip())[-1]
