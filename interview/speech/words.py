"""Text as it is to be spoken: without markup, in pieces that can be spoken one after the other."""

from __future__ import annotations

import re

_FIRST_CHARACTERS = 90
"""The first piece is short, so that the voice is heard soon."""
_PIECE_CHARACTERS = 240

_MARKUP = re.compile(r"<[^<>]{0,200}>|\]\([^()\s]{0,500}\)|[*_`#~|^\\<>{}\[\]]+")
_CONTROL = re.compile(r"[^\S ]+|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|vs|etc|e\.g|i\.e|approx|no|inc|ltd)|\b[a-z])\.$", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)]*\s+")
_CLAUSE_END = re.compile(r"[,;:–—]\s+")


def pieces(text: str) -> list[str]:
    """Sentences to speak, in order; long ones are cut where a clause ends. Empty where there is nothing to say."""
    plain = " ".join(_MARKUP.sub(" ", _CONTROL.sub(" ", text)).split())
    cut: list[str] = []
    for sentence in _sentences(plain):
        cut += _clauses(sentence, _PIECE_CHARACTERS if cut else _FIRST_CHARACTERS)
    return [piece for piece in cut if re.search(r"\w", piece)]


def _sentences(text: str) -> list[str]:
    found: list[str] = []
    begin = 0
    for end in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text[begin : end.end()].rstrip()):
            found.append(text[begin : end.end()].strip())
            begin = end.end()
    return [*found, text[begin:]] if text[begin:] else found


def _clauses(sentence: str, most: int) -> list[str]:
    """The sentence in pieces of at most `most` characters and then at most 240."""
    found: list[str] = []
    while len(sentence) > most:
        end = _cut(sentence, most)
        found.append(sentence[:end].strip())
        sentence, most = sentence[end:].strip(), _PIECE_CHARACTERS
    return [*found, sentence] if sentence else found


def _cut(sentence: str, most: int) -> int:
    """Where to cut: after the last clause that fits, else before the last word that does, else anywhere."""
    clauses = [end.end() for end in _CLAUSE_END.finditer(sentence, 0, most)]
    if clauses:
        return clauses[-1]
    if len(sentence) > _PIECE_CHARACTERS:
        return sentence.rfind(" ", 0, most) if " " in sentence[1:most] else most
    return len(sentence)
