"""What a candidate's words mean besides an answer: rules, not a model.

A move is recognised only when the whole utterance is plainly a request: the words are read from left to right as a row
of known phrases, and one word left over makes it an answer. Everything here is a pure function of the text; the
patterns are data, in `moves.toml`. English only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from interview.models import Move
from interview.patterns import Patterns

_LIMITS: dict[Move, int] = {
    "repeat": 35, "rephrase": 40, "think": 30, "skip": 35, "hint": 35, "stop": 35, "ask": 45, "correct": 300,
}  # fmt: skip
"""The most words an utterance may have and still be that move."""
_LONGEST_OBJECTION = 30

_SHORT_FORMS = (
    (r"\b(could|do|does|did|have|has|was|is|are|would|were)n'?t\b", r"\1 not"),
    (r"\bcan'?t\b", "can not"),
    (r"\bwon'?t\b", "will not"),
    (r"\bcannot\b", "can not"),
    (r"\b(?:i'm|im)\b", "i am"),
    (r"\b(that|what|it|who|where)'s\b", r"\1 is"),
    (r"\b(?:let's|lets)\b", "let us"),
    (r"\b(\w+)'d\b", r"\1 would"),
    (r"\b(\w+)'ll\b", r"\1 will"),
    (r"\b(\w+)'ve\b", r"\1 have"),
    (r"\b(\w+)'re\b", r"\1 are"),
)

_PATTERNS = Patterns(Path(__file__).with_suffix(".toml"))
_READERS = {label: re.compile(_PATTERNS.either("phrases", label)) for label in _PATTERNS.names("phrases")}
_LONGEST_PHRASE = 20
_COURTESY = re.compile(rf"(?:{_PATTERNS.either('phrases', 'courtesy')} )*")
_LEAD_IN = re.compile(_PATTERNS.whole("correction", "lead_in"), re.IGNORECASE | re.DOTALL)
_ASK_LEAD = re.compile(rf"(?:{_PATTERNS.either('asks', 'lead')}\b ?)+")
_DIRECT = re.compile(_PATTERNS.either("asks", "direct"))
_INDIRECT = re.compile(r"(?:what|how|who|whom|which|where|when|why|if|whether|about|more about|something about)\b")
_ABOUT_THE_JOB = re.compile(rf"\b{_PATTERNS.either('asks', 'about')}\b")
_RHETORICAL = re.compile(r"\b(?:otherwise|anyway|right|without|after all|obviously|of course)\b")
_YES = re.compile(rf"(?:{_PATTERNS.either('ending', 'yes')}(?: |$))+")
_NO = re.compile(rf"(?:{_PATTERNS.either('ending', 'no')}(?: |$))+")
_GO_ON = re.compile(rf"\b{_PATTERNS.either('ending', 'go_on')}\b")
_FILLERS = {"um", "umm", "uh", "uhm", "er", "erm", "hm", "hmm", "mm", "mhm", "ah", "oh", "well", "so", "no", "sorry"}


def recognise(text: str) -> Move:
    """The move that the whole utterance plainly makes; `answer` whenever any of it may be an answer."""
    plain = _plain(text[:4_000])
    count = len(plain.split())
    if not plain or count > max(_LIMITS.values()):
        return "answer"
    if _LEAD_IN.fullmatch(_straight(text).strip()):
        return "correct"
    if re.fullmatch(
        r"\s*(?:oh |um |I'm |i am )*(?:so )?(?:sorry|pardon|excuse me|what|huh)(?: me)?\s*\?+\s*", text, re.IGNORECASE
    ):
        return "repeat"
    if count > _LIMITS["ask"]:
        return "answer"
    move = _move_of(_phrases(plain))
    if move != "answer":
        return move if count <= _LIMITS[move] else "answer"
    return "ask" if _asks(text) else "answer"


def correction_text(text: str) -> str:
    """The words after a correction's lead-in ("I want to correct my last answer: …"), or "" where there are none."""
    match = _LEAD_IN.fullmatch(_straight(text).strip())
    return match["rest"].strip(" \n\t,:;.!?…—–-") if match else ""


def is_stuck(text: str) -> bool:
    """Whether the candidate says no more than that they have nothing to say."""
    plain = _plain(text[:2_000])
    if len(plain.split()) > 35:
        return False
    labels = _phrases(plain)
    if labels is None or recognise(text) != "answer":
        return False
    return "stuck" in labels or not (set(plain.split()) - _FILLERS)


def is_objection(text: str) -> bool:
    """Whether the candidate says no more than that this was answered or asked already, or that the question is bad."""
    plain = _plain(text[:2_000])
    if len(plain.split()) > _LONGEST_OBJECTION:
        return False
    labels = _phrases(plain) or ()
    return "objection" in labels and set(labels) <= {"objection", "courtesy"}


def is_affirmative(text: str) -> bool:
    """A plain yes to "Do you want to end here?"; repeating the wish to stop is one."""
    plain = _plain(text[:500])
    if _GO_ON.search(plain) or len(plain.split()) > 20:
        return False
    if recognise(text) == "stop":
        return True
    return bool(_YES.fullmatch(plain)) and plain not in {"please", "thank you", "thanks"}


def is_negative(text: str) -> bool:
    """A plain no to "Do you want to end here?"; saying to go on is one."""
    plain = _plain(text[:500])
    if len(plain.split()) > 20 or recognise(text) == "stop":
        return False
    if _GO_ON.search(plain):
        return True
    return bool(_NO.fullmatch(plain)) and plain not in {
        "please",
        "thank you",
        "thanks",
        "sorry",
        "actually",
        "oh",
        "wait",
    }


def _straight(text: str) -> str:
    return text.replace("’", "'").replace("‘", "'").replace("`", "'")


def _plain(text: str) -> str:
    """Lower case, short forms written out, no punctuation, single spaces."""
    plain = unicodedata.normalize("NFKC", _straight(text)).lower()
    for pattern, full in _SHORT_FORMS:
        plain = re.sub(pattern, full, plain)
    plain = re.sub(r"\b(\w+)(?:[\s,.…-]+\1\b)+", r"\1", plain)
    return " ".join(re.findall(r"[\w']+", plain.replace("n/a", "na")))


def _phrases(plain: str) -> tuple[str, ...] | None:
    """The labels of the known phrases that make up the whole text, in order; None if a word is left over."""

    breaks = [match.start() for match in re.finditer(r" |$", plain)]

    @lru_cache(maxsize=512)
    def read(place: int) -> tuple[str, ...] | None:
        if place >= len(plain):
            return ()
        ends = [end for end in breaks if end > place][:_LONGEST_PHRASE]
        for end in reversed(ends):
            for label, reader in _READERS.items():
                if reader.fullmatch(plain, place, end) and (rest := read(end + 1)) is not None:
                    return (label, *rest)
        return None

    return read(0)


def _move_of(labels: tuple[str, ...] | None) -> Move:
    """The last request counts, except that a moment to think gives way to any other."""
    moves: list[Move] = [label for label in labels or () if label in _LIMITS]
    return next((move for move in reversed(moves) if move != "think"), moves[-1] if moves else "answer")


def _asks(text: str) -> bool:
    """Whether every sentence is a courtesy or a question about the job or the process, the last one a question."""
    pieces = [piece for piece in re.findall(r"[^.?!\n]+[.?!]*", text) if _plain(piece)]
    if not 1 <= len(pieces) <= 4:
        return False
    asked = [_is_question(piece) for piece in pieces]
    return asked[-1] and all(a or _is_polite(_plain(piece)) for a, piece in zip(asked, pieces, strict=True))


def _is_polite(plain: str) -> bool:
    return set(_phrases(plain) or ("",)) <= {"courtesy", "think"} or bool(_ASK_LEAD.fullmatch(plain))


def _is_question(piece: str) -> bool:
    plain = _plain(piece)
    plain = _COURTESY.sub("", plain, count=1)
    led = _ASK_LEAD.match(plain)
    body = plain[led.end() :].strip() if led else plain
    form = _DIRECT.match(body) or (led and _INDIRECT.match(body))
    marked = piece.rstrip().endswith("?") or led or re.match(r"(?:what|how|who|which|where|when)\b", body)
    return bool(form and marked and _ABOUT_THE_JOB.search(plain) and not _RHETORICAL.search(plain))
