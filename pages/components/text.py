"""Text from outside on a page: shown as it stands, never read as Markdown or HTML."""

from __future__ import annotations

import html
import re

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def escaped(text: str) -> str:
    """One line of Markdown that shows exactly these words: CommonMark lets a backslash stand before punctuation."""
    return _PUNCTUATION.sub(lambda found: f"\\{found.group()}", " ".join(text.split()))


def paragraphs(text: str) -> str:
    """The words as HTML paragraphs, in their own direction (left or right), line breaks kept."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.strip())]
    return "".join(f'<p dir="auto">{html.escape(block).replace(chr(10), "<br>")}</p>' for block in blocks if block)
