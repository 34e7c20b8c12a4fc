"""What has become of words that are typed in a page, asked of the app itself: tests wait for it instead of a time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from browser_call import wait_until

if TYPE_CHECKING:
    from http_server import RunningApp
    from playwright.sync_api import Page

_COUNT_RUNS = """() => {
  const app = document.querySelector("[data-testid=stApp]")
  window.runs = 0
  const look = () => { if (app.dataset.testScriptState === "notRunning") window.runs += 1 }
  new MutationObserver(look).observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] })
}"""


def stored(app: RunningApp, words: str) -> None:
    """Wait until these very words are kept as the draft of an answer."""
    with closing(sqlite3.connect(app.log.parent / "data" / "candor.sqlite3")) as database:
        rows = "SELECT 1 FROM answer_drafts WHERE text = ?"
        wait_until(lambda: database.execute(rows, (words,)).fetchone())


def count_runs(page: Page) -> None:
    """From now on count what the server does for this page; begin while it does nothing."""
    page.evaluate(_COUNT_RUNS)


def handed_on(page: Page) -> None:
    """Wait until the server has done something since `count_runs`, and is through with it."""
    page.wait_for_function("window.runs > 0")
