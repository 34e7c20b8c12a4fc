"""On a server that is slow to send its first packet the device check still comes, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from http_server import FORM, ROOT, running_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_a_call_that_stands_before_the_server_sends_is_noticed(chromium: Browser, tmp_path: Path) -> None:
    """The browser reports its connection once. What the server knows only later the page has to look for."""
    with running_app(tmp_path, ("tests/late_line_app.py",), PYTHONPATH=str(ROOT), GEMINI_API_KEY="") as app:
        with app.client() as rest:
            made = rest.post("/interviews", data=FORM).raise_for_status().json()
            wanted = rest.post(f"/interviews/{made['interview_id']}/invitations", json={"mode": "live"})
            token = wanted.raise_for_status().json()["token"]
        context = chromium.new_context()
        page = context.new_page()
        page.goto(f"{app.url}/enter/{token}")
        page.get_by_text("I have read this and agree").click()
        page.get_by_role("button", name="Agree and check the microphone").click()
        page.frame_locator("iframe").get_by_role("button", name="Start").click()
        page.get_by_text("The connection is being made").wait_for()
        page.get_by_text("Your microphone's level").wait_for()
        context.close()
