"""What a candidate's words mean besides an answer: rules, not a model.

A move is recognised only when the whole utterance is plainly a request: the words are read from left to right as a row
of known phrases, and one word left over makes it an answer. Flags point the team to words about the evaluator, insults
and distress; they are never scored. Everything here is a pure function of the text; the patterns are data, in
`moves.toml`. English only.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path

from interview.models import Flag, FlagKind, Move

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

_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_PARTS = {f"{{{name}}}": "".join(pieces) for name, pieces in _DATA["parts"].items()}


def _either(table: str, name: str) -> str:
    """The alternatives of one entry of `moves.toml` as one group."""
    return f"(?:{_filled('|'.join(_DATA[table][name]))})"


def _filled(pattern: str) -> str:
    for name, part in _PARTS.items():
        pattern = pattern.replace(name, part)
    return pattern


_READERS = {label: re.compile(_either("phrases", label)) for label in _DATA["phrases"]}
_LONGEST_PHRASE = 20
_COURTESY = re.compile(rf"(?:{_either('phrases', 'courtesy')} )*")
_LEAD_IN = re.compile("".join(_DATA["correction"]["lead_in"]), re.IGNORECASE | re.DOTALL)
_ASK_LEAD = re.compile(rf"(?:{_either('asks', 'lead')}\b ?)+")
_DIRECT = re.compile(_either("asks", "direct"))
_INDIRECT = re.compile(r"(?:what|how|who|whom|which|where|when|why|if|whether|about|more about|something about)\b")
_ABOUT_THE_JOB = re.compile(rf"\b{_either('asks', 'about')}\b")
_RHETORICAL = re.compile(r"\b(?:otherwise|anyway|right|without|after all|obviously|of course)\b")
_YES = re.compile(rf"(?:{_either('ending', 'yes')}(?: |$))+")
_NO = re.compile(rf"(?:{_either('ending', 'no')}(?: |$))+")
_GO_ON = re.compile(rf"\b{_either('ending', 'go_on')}\b")
_FILLERS = {"um", "umm", "uh", "uhm", "er", "erm", "hm", "hmm", "mm", "mhm", "ah", "oh", "well", "so", "no", "sorry"}
_FLAGGED: dict[FlagKind, re.Pattern[str]] = {
    "injection": re.compile(_either("flags", "injection"), re.IGNORECASE),
    "abuse": re.compile(_either("flags", "abuse"), re.IGNORECASE),
    "distress": re.compile(_either("flags", "distress"), re.IGNORECASE),
}
_NEAR_INJECTION = re.compile(_either("flags", "near"), re.IGNORECASE)
"""Only read beside a sentence that plainly addresses the evaluator."""
_REPORTED = re.compile(_either("flags", "reported"), re.IGNORECASE)
_NOTES: dict[FlagKind, str] = {
    "injection": "Words that address the evaluator rather than the question; they are left out of scoring.",
    "abuse": "Insulting or threatening words. Not scored.",
    "distress": "The candidate may be in distress; a person should look at this soon. Not scored.",
}


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


# --- what the team should look at -------------------------------------------------------------------------------------


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
