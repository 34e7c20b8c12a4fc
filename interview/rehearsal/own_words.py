"""A rubric's sentence as somebody would say it of themselves: in the first person, in the past, in other words.

Rubrics are written in many voices: "Asked the people who needed it", "Compares two designs", "I tried the risky part
first", "Comparison with the baseline", "the team knew the goal". By rules alone, so that the same rubric always gives
the same words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

LONGEST_RUN = 6
"""Words in a row that may be the rubric's; where there are more, an aside of the speaker's comes between."""
_LONG_CLAUSE = 13

_FILE = Path(__file__).with_name("own_words.toml")
_WHO = re.compile(r"(?i)^(?:the |this )?(?:candidate|applicant|interviewee|answer|response|person) (?:also )?|^they ")
_SPEAKER = re.compile(r"(?i)^(?:i|i'm|i'd|i've|we|my|our|it|there)\b")
_SUBJECT = re.compile(r"(?i)^(?:the|a|an|no|every|each|some|any|\w+body|\w+thing|\w+one|others)\b")
_FINITE = re.compile(r"(?i)\b(?:was|were|is|are|had|has|did|could|would|can|\w{3,}ed)\b")
_REGULAR = re.compile(r"[a-z]{3,}ed")
_NEGATED = re.compile(r"(?i)^(?:does|do|did) not\b|^(?:doesn't|don't|didn't)\b")
_JOINED = re.compile(r"(?i)\b(and|or|but|then) (\w+)")
_OWN = ((r"(?i)\btheir own\b", "my own"), (r"(?i)\b(?:themselves|himself|herself|oneself)\b", "myself"))
_JOINTS = frozenset(
    ["and", "with", "before", "after", "because", "which", "who", "from", "until", "when", "while", "so"]
)
_LESSER_JOINTS = frozenset(["that", "what", "where", "in", "on", "at", "for", "by", "than", "as", "to", "how", "of"])
_ASIDES = ("as far as I could", "if I am honest", "I remember that well", "bit by bit", "in my own way")
_ARTICLE = re.compile(r"(?i)\b(a|an)( [a-z])")
_CLAUSE = re.compile(r"\s*(?:[.;:!?]+|,)\s+(?:and\s+|then\s+)?")


class _Book(NamedTuple):
    """`verbs`: any form of a verb → its past; `other`: words → other words."""

    verbs: Mapping[str, str]
    other: Mapping[str, str]
    pattern: re.Pattern[str]


def told(text: str, place: int = 0) -> str:
    """The text as the speaker's own doing, without a full stop. `place` varies the asides."""
    return _broken(_articled(_other_words(first_person(text))), text, place)


def clauses(text: str) -> list[str]:
    """The doings that a text names one after the other; a list of things stays in one piece where it is short."""
    parts: list[str] = []
    for part in filter(None, (piece.strip() for piece in _CLAUSE.split(text.strip().rstrip(".;: ")))):
        joined = f"{parts[-1]}, {part}" if parts else part
        if parts and not _begins_anew(part) and len(joined.split()) <= _LONG_CLAUSE:
            parts[-1] = joined
        else:
            parts.append(part)
    return parts


def first_person(text: str) -> str:
    """The text with the speaker as its subject, in the past where it names a doing."""
    plain = _WHO.sub("", text.strip().rstrip(".;: ")).strip()
    for pattern, own in _OWN:
        plain = re.sub(pattern, own, plain)
    if not plain or _SPEAKER.match(plain):
        return plain
    words = plain.split()
    if len(words) > 1 and words[0].lower().endswith("ly") and _past(words[1]):
        words = [words[1], words[0].lower(), *words[2:]]
    if _NEGATED.match(plain):
        return f"I did not {' '.join(words[2 if words[1].lower() == 'not' else 1 :])}"
    if words[0].lower() in ("can", "could"):
        return f"I {' '.join([words[0].lower(), *words[1:]])}"
    if doing := _past(words[0]):
        return _JOINED.sub(_past_too, f"I {' '.join([doing, *words[1:]])}")
    begun = plain if words[0].isupper() and len(words[0]) > 1 else plain[0].lower() + plain[1:]
    stands = _SUBJECT.match(plain) and (_FINITE.search(plain) or any(_past(word) == word for word in words[1:]))
    return begun if stands or any(_is_third(word) for word in words[1:]) else f"I took care of {begun}"


def _past(word: str) -> str:
    """The past of a verb in any form; "" for a word that is none we know."""
    bare = word.lower().strip(",")
    return _book().verbs.get(bare, bare if _REGULAR.fullmatch(bare) else "")


def _is_third(word: str) -> bool:
    return word.endswith("s") and bool(_past(word))


def _past_too(found: re.Match[str]) -> str:
    """ "notices change and checks it": a second verb in the present follows the first into the past."""
    joint, word = found.groups()
    return f"{joint} {_past(word)}" if _is_third(word) else found.group()


def _begins_anew(part: str) -> bool:
    first = part.split()[0]
    doing = _past(first) and not first.lower().endswith("ing")  # "latency, running cost" is a list
    return bool(doing or _SPEAKER.match(part) or _WHO.match(part) or _NEGATED.match(part))


def _other_words(text: str) -> str:
    book = _book()
    return book.pattern.sub(lambda found: book.other[found.group().lower()], text)


def _articled(text: str) -> str:
    """ "an error" has become "an mistake"."""
    return _ARTICLE.sub(lambda found: f"{'an' if found[2][1] in 'aeiouAEIOU' else 'a'}{found[2]}", text)


def _broken(said: str, source: str, place: int) -> str:
    """The same with an aside wherever too many words in a row are the source's and there is a joint for it."""
    theirs = _bare(source.split())
    runs = {tuple(theirs[at : at + LONGEST_RUN + 1]) for at in range(len(theirs) - LONGEST_RUN)}
    words, begin = said.split(), 0
    while begin + LONGEST_RUN < len(words):
        own = _bare(words[begin : begin + LONGEST_RUN + 1])
        joint = begin + _joint(own)
        if tuple(own) in runs and joint > begin:
            words[joint - 1] = f"{words[joint - 1].rstrip(',')}, {_ASIDES[place % len(_ASIDES)]},"
            begin, place = joint + 2, place + 1
        else:
            begin += 1
    return " ".join(words)


def _joint(words: Sequence[str]) -> int:
    """Before which of the words an aside fits best; 0 for none."""
    for joints in (_JOINTS, _LESSER_JOINTS):
        if found := [at for at in range(2, len(words)) if words[at] in joints]:
            return found[-1]
    return 0


def _bare(words: list[str]) -> list[str]:
    return [word.strip(".,;:!?()'’\"").lower() for word in words]


@lru_cache(maxsize=1)
def _book() -> _Book:
    raw = tomllib.loads(_FILE.read_text())
    pasts = {base: _regular(base) for base in raw["verbs"].split()} | raw["past"]
    verbs = {form: past for base, past in pasts.items() for form in (base, past, _third(base), _going(base))}
    longest_first = sorted(raw["other"], key=len, reverse=True)
    pattern = re.compile(r"(?i)\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b")
    return _Book(verbs=verbs, other=raw["other"], pattern=pattern)


_DOUBLING = {"plan", "stop", "commit", "refer", "plot", "log", "step", "map", "admit", "control", "split", "cut", "put",
             "set", "get", "run", "sit", "let", "begin", "forget", "win", "permit"}  # fmt: skip


def _doubled(base: str) -> str:
    return base + base[-1] if base in _DOUBLING else base


def _regular(base: str) -> str:
    if base == "split":
        return base
    if base.endswith("e"):
        return f"{base}d"
    if base.endswith("y") and base[-2] not in "aeou":
        return f"{base[:-1]}ied"
    return f"{_doubled(base)}ed"


def _third(base: str) -> str:
    if base in ("be", "have"):
        return {"be": "is", "have": "has"}[base]
    if base.endswith("y") and base[-2] not in "aeou":
        return f"{base[:-1]}ies"
    return f"{base}es" if base.endswith(("s", "x", "z", "ch", "sh", "o")) else f"{base}s"


def _going(base: str) -> str:
    stem = base[:-1] if base.endswith("e") and base not in ("be", "see", "foresee") else _doubled(base)
    return f"{stem}ing"
