"""Pieces of HTML that the review's parts share."""

from __future__ import annotations

import html
from collections.abc import Iterable

from interview.packet.words import level_of


def bar(score: float) -> str:
    filled = f'<span style="width: {20 * score:.0f}%"></span>'
    return f'<div class="bar" role="img" aria-label="{level_of(score)}">{filled}</div>'


def listed(title: str, points: Iterable[str]) -> str:
    items = "".join(f'<li dir="auto">{html.escape(point)}</li>' for point in points)
    return f"<h3>{title}</h3><ul>{items}</ul>" if items else ""
