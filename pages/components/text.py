"""Text from outside on a page: shown as it stands, never read as Markdown or HTML."""

from __future__ import annotations

import html
import re

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_MARKUP = re.compile(r"[\\`*_\[\]<>$~|]|:(?=\S)")
_ADDRESS = re.compile(r"(?<=https:)(?=//)|(?<=http:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_JOINER = "\u2060"
"""Has no width. Addresses become links after Markdown was read, whatever stands before their punctuation."""


def escaped(text: str) -> str:
    """One line of Markdown that shows exactly these words: CommonMark lets a backslash stand before punctuation."""
    return _behind_backslashes(_PUNCTUATION, text)


def sentence(text: str) -> str:
    """The same for a sentence of our own that may quote words from outside: plain punctuation stays as it is."""
    return _behind_backslashes(_MARKUP, text)


def _behind_backslashes(marks: re.Pattern[str], text: str) -> str:
    line = _ADDRESS.sub(_JOINER, " ".join(text.split()))
    return marks.sub(lambda found: f"\\{found.group()}", line)


def paragraphs(text: str) -> str:
    """The words as HTML paragraphs, in their own direction (left or right), line breaks kept."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.strip())]
    return "".join(f'<p dir="auto">{html.escape(block).replace(chr(10), "<br>")}</p>' for block in blocks if block)
