"""The same words as somebody else would have said them: the speaker's name, pronouns and forms of address replaced.

Every place in the new words knows its place in the old ones. Pronouns and forms of address are English; names are
replaced in any language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from interview.engines.embedded.cleaning import FUNCTION_WORDS

Pronouns = Literal["she", "he", "they", "anybody"]
"""`anybody`: as "they", and where English has several forms for one of another pronoun ("her", "his"), one for all."""

_FORMS: Mapping[Pronouns, Mapping[str, str]] = {
    "she": {"subject": "she", "object": "her", "of": "her", "owned": "hers", "self": "herself", "title": "Ms"},
    "he": {"subject": "he", "object": "him", "of": "his", "owned": "his", "self": "himself", "title": "Mr"},
    "they": {
        "subject": "they", "object": "them", "of": "their", "owned": "theirs", "self": "themselves", "title": "Mx",
    },
    "anybody": {
        "subject": "they", "object": "them", "of": "them", "owned": "them", "self": "themselves", "title": "Mx",
    },
}  # fmt: skip
_ADDRESS: Mapping[Pronouns, str] = {"she": "madam", "he": "sir", "they": "friend", "anybody": "friend"}
_PLURALS = ("they", "anybody")
_WORD = re.compile(
    r"""(?ix)\b(?:
      (?P<be>(?:he|she)(?:['’]s|\ (?:is|was|has|does|isn['’]t|wasn['’]t|hasn['’]t|doesn['’]t)))
    | (?P<subject>he|she) | (?P<self>himself|herself) | (?P<owned>hers) | (?P<object>him)
    | (?P<his>his) | (?P<her>her) | (?P<plural>theirs?|them)
    | (?P<title>mrs?(?=\.?\s+[^\W\d_])|(?-i:(?:Miss|M[sx])(?=\.?\s+[^\W\d_a-z])))  # "200 ms", "to miss", "MX"
    | (?P<address>sir|madam|ma['’]am)
    )\b"""
)
_NOT_OWNED = re.compile(
    r"""(?ix)^(?:\s*(?:$|[.,;:!?)\]"”…–—])
      |\s+(?:a|about|after|again|all|also|an|and|as|at|because|before|but|by|for|from|how|if|in|into|is|on|or|out|so|
             that|the|then|there|this|to|too|up|was|what|when|where|which|while|who|whom|why|with|without)\b)"""
)
"""What follows a pronoun that stands alone: "I asked her to", "it was his."; anything else is a thing of theirs."""
_VERB = re.compile(r"(?i)^\s+(?:(?:also|always|never|often|usually|now|still|then|really|just)\s+)?(?P<verb>[a-z]+s)\b")
_PLURAL = {"is": "are", "was": "were", "has": "have", "does": "do", "goes": "go"}
_PERFECT = re.compile(r"(?i)^\s+(?:been|had|got|gone|done|become|always|never|already|just|[a-z]+ed)\b")


@dataclass(frozen=True)
class Swap:
    """Somebody else: a first and a last name, pronouns and their form of address."""

    first: str
    last: str
    pronouns: Pronouns

    @property
    def label(self) -> str:
        return f"{self.first} {self.last} ({_FORMS[self.pronouns]['subject']}/{_FORMS[self.pronouns]['object']})"


@dataclass(frozen=True)
class _Piece:
    """`text` in the place of the old words from `start` to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Swapped:
    """New words, and the way between them and the old ones. A range that touches a replaced piece covers all of it."""

    text: str
    pieces: tuple[_Piece, ...] = ()

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The old range of a new one."""
        edges = [(new_start, new_end, piece.start, piece.end) for piece, new_start, new_end in self._placed()]
        return _moved(edges, start, after=False), _moved(edges, end, after=True)

    def forth(self, start: int, end: int) -> tuple[int, int]:
        """The new range of an old one."""
        edges = [(piece.start, piece.end, new_start, new_end) for piece, new_start, new_end in self._placed()]
        return _moved(edges, start, after=False), _moved(edges, end, after=True)

    def _placed(self) -> Iterator[tuple[_Piece, int, int]]:
        shift = 0
        for piece in self.pieces:
            new_start = piece.start + shift
            shift += len(piece.text) - (piece.end - piece.start)
            yield piece, new_start, piece.end + shift


def _moved(edges: Sequence[tuple[int, int, int, int]], place: int, *, after: bool) -> int:
    """A place in one text as a place in the other; `edges`: the ranges that stand for one another, in order."""
    shift = 0
    for start, end, other_start, other_end in edges:
        if place < start or (after and place == start):
            break
        if place < end or (after and place == end):
            return other_end if after else other_start
        shift = other_end - end
    return place + shift


def swapped(text: str, names: Sequence[str], swap: Swap, *, english: bool = True) -> Swapped:
    """`names`: full names of the speaker; their parts are replaced too. `english`: pronouns are replaced as well."""
    found = [*_named(text, names, swap), *(_pronouns(text, swap) if english else ())]
    pieces: list[_Piece] = []
    for piece in sorted(found, key=lambda piece: (piece.start, -piece.end)):
        if (not pieces or piece.start >= pieces[-1].end) and text[piece.start : piece.end] != piece.text:
            pieces.append(piece)
    parts, at = [], 0
    for piece in pieces:
        parts += [text[at : piece.start], piece.text]
        at = piece.end
    return Swapped("".join([*parts, text[at:]]), tuple(pieces))


def _named(text: str, names: Sequence[str], swap: Swap) -> Iterator[_Piece]:
    """Full names first, then their parts: the last word stands for the last name, any other for the first name."""
    wanted: dict[str, str] = {}
    for name in names:
        words = name.split()
        if len(words) > 1:
            wanted[" ".join(words).casefold()] = f"{swap.first} {swap.last}"
            wanted.setdefault(words[-1].casefold(), swap.last)
        for word in words[: max(1, len(words) - 1)]:
            wanted.setdefault(word.casefold(), swap.first)
    known = sorted((name for name in wanted if len(name) > 1), key=len, reverse=True)
    if not known:
        return
    pattern = "|".join(r"\s+".join(map(re.escape, name.split())) for name in known)
    for found in re.finditer(rf"(?i)(?<!\w)(?:{pattern})(?!\w)", text):
        if found.group() not in FUNCTION_WORDS:  # "will" and "may" are names too
            new = wanted[" ".join(found.group().casefold().split())]
            yield _Piece(found.start(), found.end(), new)


def _pronouns(text: str, swap: Swap) -> Iterator[_Piece]:
    for found in _WORD.finditer(text):
        kind, rest = str(found.lastgroup), text[found.end() :]
        new = _REPLACED[kind](found.group(), rest, swap.pronouns)
        yield _Piece(found.start(), found.end(), _cased(new, found.group()))
        if kind == "subject" and swap.pronouns in _PLURALS:
            yield from _plural_verb(rest, found.end())


def _be(old: str, rest: str, pronouns: Pronouns) -> str:
    """A subject with its auxiliary: "she's" is "she is" or "she has", which "they" tells apart."""
    subject = _FORMS[pronouns]["subject"]
    tail = old[old.lower().index("he") + 2 :]
    if pronouns not in _PLURALS:
        return subject + tail
    if tail[0] in "'’":
        return subject + tail[0] + ("ve" if _PERFECT.match(rest) else "re")
    verb, negation = re.fullmatch(r"\s(\w+?)(n['’]t)?", tail.lower()).groups()  # type: ignore[union-attr]
    return f"{subject} {_PLURAL[verb]}{negation or ''}"


def _his(_: str, rest: str, pronouns: Pronouns) -> str:
    return _FORMS[pronouns]["owned" if _NOT_OWNED.match(rest) else "of"]


def _her(_: str, rest: str, pronouns: Pronouns) -> str:
    return _FORMS[pronouns]["object" if _NOT_OWNED.match(rest) else "of"]


def _form(name: str) -> Callable[[str, str, Pronouns], str]:
    return lambda _, __, pronouns: _FORMS[pronouns][name]


_REPLACED: Mapping[str, Callable[[str, str, Pronouns], str]] = {
    "be": _be,
    "his": _his,
    "her": _her,
    "plural": lambda old, _, pronouns: _FORMS[pronouns]["object"] if pronouns == "anybody" else old.lower(),
    "address": lambda _, __, pronouns: _ADDRESS[pronouns],
    **{name: _form(name) for name in ("subject", "self", "owned", "object", "title")},
}


def _plural_verb(rest: str, at: int) -> Iterator[_Piece]:
    """ "She works" becomes "they work"; words in the past tense stay as they are."""
    found = _VERB.match(rest)
    if found is None or found["verb"].lower().endswith(("ss", "us", "always")):
        return
    verb = found["verb"]
    if verb.lower().endswith("ies"):
        bare = f"{verb[:-3]}y"
    else:
        bare = _PLURAL.get(verb.lower()) or re.sub(r"(?i)(?<=ch|sh|ss)es$|(?<=[xzo])es$|s$", "", verb)
    yield _Piece(at + found.start("verb"), at + found.end("verb"), bare)


def _cased(new: str, old: str) -> str:
    """In the case of the old word: SHE, She, she."""
    letters = [letter for letter in old if letter.isalpha()]
    if len(letters) > 1 and all(letter.isupper() for letter in letters):
        return new.upper()
    return new[:1].upper() + new[1:] if letters[0].isupper() else new[:1].lower() + new[1:]
