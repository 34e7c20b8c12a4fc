"""On a server that is slow to send its first packet the device check still comes, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser_call import agree, profile, switch_on
from http_server import ROOT, running_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_a_call_that_stands_before_the_server_sends_is_noticed(chromium: Browser, tmp_path: Path) -> None:
    """The browser reports its connection once. What the server knows only later the page has to look for."""
    with running_app(tmp_path, ("tests/late_line_app.py",), PYTHONPATH=str(ROOT), GEMINI_API_KEY="") as app:
        context = profile(chromium)
        page = context.new_page()
        page.goto(app.link(app.interview(), mode="live"))
        agree(page)
        switch_on(page)
        page.get_by_text("The connection is being made").wait_for()
        page.get_by_text("Your microphone's level").wait_for()
        context.close()
