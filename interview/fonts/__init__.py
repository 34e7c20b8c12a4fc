"""The fonts that ship with the product, and how a text is made ready for pages that are set without a shaping engine.

fpdf2 places one glyph per character from left to right. What other scripts need beyond that is done here, as far as it
goes without HarfBuzz: Arabic letters take their joined forms, lines are put into visual order (Unicode annex 9), the
Devanagari short i moves before its consonant. Indic conjuncts are shown with a visible virama, and
marks are not fine-tuned.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
UNPRINTABLE = "\ufffd"
"""Stands on the page for a character that none of the fonts has."""


@dataclass(frozen=True)
class Face:
    """A font file under the family and style ("", "B", "I") by which pages ask for it."""

    family: str
    style: str
    file: str

    @property
    def path(self) -> Path:
        return FOLDER / self.file


TEXT = (
    Face("noto", "", "NotoSans-Regular.ttf"),
    Face("noto", "B", "NotoSans-Bold.ttf"),
    Face("noto", "I", "NotoSans-Italic.ttf"),
)
"""Latin, Greek and Cyrillic; the three faces cover the same characters."""

FALLBACK = (
    Face("arabic", "", "NotoSansArabic-Regular.ttf"),
    Face("hebrew", "", "NotoSansHebrew-Regular.ttf"),
    Face("devanagari", "", "NotoSansDevanagari-Regular.ttf"),
    Face("thai", "", "NotoSansThai-Regular.ttf"),
    Face("cjk", "", "DroidSansFallback.ttf"),
)
"""Tried in this order for what TEXT has not: Arabic, Hebrew, Devanagari, Thai; Chinese, Japanese and Korean."""

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_UNSPACED = re.compile("[\u0e00-\u0e7f\u2e80-\ua4cf\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_LAM_ALEF_OR_ONE = re.compile("\u0644[\u0622\u0623\u0625\u0627]|.", re.DOTALL)
_SKIN_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")
_TATWEEL = "\u0640"
_SHORT_I = re.compile("((?:[\u0915-\u0939]\u093c?\u094d)*[\u0915-\u0939]\u093c?)\u093f")
_MARKS_FIRST = re.compile(
    "([\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]+)(.)"
)
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")


def plain(text: str) -> str:
    """The text in composed form (NFC) and on one line: runs of blanks are one space, invisible characters are gone."""
    visible = (" " if char.isspace() else char for char in unicodedata.normalize("NFC", text) if _visible(char))
    return " ".join("".join(visible).split())


def printable(text: str) -> str:
    """The text in characters that the fonts have, still in reading order.

    Symbols without a glyph (emojis) become their Unicode name in brackets, other characters `UNPRINTABLE`.
    """
    text = _SKIN_TONE.sub("", plain(text))
    if text.isascii():
        return text
    joined = _SHORT_I.sub("\u093f\\1", _join_arabic(text))
    return "".join(char if _covered(ord(char)) else _stand_in(char) for char in joined)


def faces_for(texts: Iterable[str]) -> tuple[Face, ...]:
    """The fallback faces that these printable texts need, so that a page loads no others."""
    missing = {ord(char) for text in texts if not text.isascii() for char in text} - coverage(TEXT[0])
    needed = []
    for face in FALLBACK:
        if missing & coverage(face):
            needed.append(face)
            missing -= coverage(face)
    return tuple(needed)


@cache
def coverage(face: Face) -> frozenset[int]:
    """The code points that a font has a glyph for. Read once; safe to share between threads."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    with TTFont(face.path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def right_to_left(text: str) -> bool:
    """Whether a paragraph runs from right to left: its first letter decides (annex 9, rules P2 and P3)."""
    first = next((kind for char in text if (kind := unicodedata.bidirectional(char)) in {"L", "R", "AL"}), "L")
    return first != "L"


def unspaced(text: str) -> bool:
    """Whether a text is mostly in a script without spaces between words, so that a line may end anywhere."""
    return 2 * len(_UNSPACED.findall(text)) > len(text)


def visual(line: str, *, from_right: bool) -> str:
    """One line of printable text in the order in which its characters stand on the page, from left to right."""
    if not _RIGHT_TO_LEFT.search(line):
        return line
    from fpdf.bidi import BidiParagraph
    from fpdf.enums import TextDirection

    direction = TextDirection.RTL if from_right else TextDirection.LTR
    ordered = BidiParagraph(line, base_direction=direction).get_reordered_characters()
    placed = "".join(
        char.character.translate(_MIRRORED) if char.embedding_level % 2 else char.character for char in ordered
    )
    return _MARKS_FIRST.sub(r"\2\1", placed)


def _visible(char: str) -> bool:
    """Neither a control or format character nor a variation selector; blanks count as visible."""
    return char.isspace() or not (unicodedata.category(char) in {"Cc", "Cf", "Cs"} or "\ufe00" <= char <= "\ufe0f")


def _covered(point: int) -> bool:
    return point in coverage(TEXT[0]) or any(point in coverage(face) for face in FALLBACK)


def _stand_in(char: str) -> str:
    if unicodedata.category(char).startswith("S"):
        return f"[{unicodedata.name(char, 'symbol').lower()}]"
    return UNPRINTABLE


@cache
def _joined_forms() -> dict[str, dict[str, str]]:
    """Presentation forms of each Arabic letter (and of lam with alef), from the Unicode data that Python carries."""
    forms: dict[str, dict[str, str]] = {}
    for point in (*range(0xFB50, 0xFDFC), *range(0xFE70, 0xFEFD)):
        kind, *letters = unicodedata.decomposition(chr(point)).split() or ("",)
        base = "".join(chr(int(letter, 16)) for letter in letters)
        if kind in {"<initial>", "<medial>", "<final>", "<isolated>"} and _LAM_ALEF_OR_ONE.fullmatch(base):
            forms.setdefault(base, {})[kind] = chr(point)
    return forms


def _join_arabic(text: str) -> str:
    """Each Arabic letter in the form that its neighbours ask for; marks between them do not part them."""
    if not _RIGHT_TO_LEFT.search(text):
        return text
    forms = _joined_forms()
    units = _LAM_ALEF_OR_ONE.findall(text)
    letters = [place for place, unit in enumerate(units) if unicodedata.category(unit[0]) != "Mn"]
    sequence = [units[place] for place in letters]
    for place, before, unit, after in zip(letters, ["", *sequence], sequence, [*sequence[1:], ""], strict=False):
        own = forms.get(unit, {})
        from_before = before == _TATWEEL or "<initial>" in forms.get(before, {})
        to_after = "<initial>" in own and (after == _TATWEEL or "<final>" in forms.get(after, {}))
        kind = ("<medial>" if to_after else "<final>") if from_before else ("<initial>" if to_after else "<isolated>")
        units[place] = own.get(kind, unit)
    return "".join(units)
