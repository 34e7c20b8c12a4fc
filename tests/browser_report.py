"""What a browser test saw when it failed: every open page's words and picture, and the app's last log lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

_WORDS = 3_000
"""Characters of a frame that are shown."""
_LOG_LINES = 40
_LINK = re.compile(r"/enter/\S+")
_WAIT = 5_000
"""Milliseconds for a page that may be stuck."""


def sections(item: pytest.Function) -> list[tuple[str, str]]:
    """Titles and texts for the report of a test that has just failed; its pages are still open."""
    from playwright.sync_api import Error

    folder: Path = item.config._tmp_path_factory.mktemp("seen")  # type: ignore[attr-defined]
    made = []
    for number, page in enumerate(_open_pages(item)):
        try:
            made.append((f"page {number} at the failure", "\n".join(_words(frame) for frame in page.frames)))
            picture = folder / f"{number}.png"
            page.screenshot(path=picture, timeout=_WAIT)
            made.append((f"picture of page {number}", str(picture)))
        except Error as error:
            made.append((f"page {number} gives nothing", error.message))
    if output := getattr(item.funcargs.get("app"), "output", ""):
        lines = _LINK.sub("/enter/…", output).splitlines()
        made.append(("the app's last lines", "\n".join(lines[-_LOG_LINES:])))
    return made


def _open_pages(item: pytest.Function) -> list[Page]:
    given: dict[str, Any] = item.funcargs
    browsers: list[Browser] = [one for name, one in given.items() if name in {"browser", "chromium"}]
    return [page for browser in browsers for context in browser.contexts for page in context.pages]


def _words(frame: Frame) -> str:
    return f"[{frame.url}]\n{frame.locator('body').inner_text(timeout=_WAIT)[:_WORDS]}"
