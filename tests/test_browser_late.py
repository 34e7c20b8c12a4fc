"""What comes late on a busy machine or a bad line leaves nobody waiting, in a real browser (`late_app`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser_call import agree, begin, captions, of_widget, profile, switch_on, wait_until, widget
from gemini_script import Turn
from gemini_server import GeminiServer, gemini_server
from http_server import ROOT, RunningApp, running_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

GREETING = "Hello Ada, I am Alex. Please tell me a little about what you do at the moment."
_SEND = """(on) => {
  const sender = window.connections.at(-1).getSenders().find((one) => one.track || window.kept)
  if (on) return sender.replaceTrack(window.kept)
  window.kept = sender.track
  return sender.replaceTrack(null)
}"""
"""Without a track no packet is sent, though the connection stands: a line that is gone for a while."""


@pytest.fixture
def gemini() -> Iterator[GeminiServer]:
    with gemini_server() as server:
        server.script(Turn(GREETING), Turn(GREETING))
        yield server


@pytest.fixture
def app(request: pytest.FixtureRequest, tmp_path: Path, gemini: GeminiServer) -> Iterator[RunningApp]:
    """The app where that is late which `late` names."""
    environment = {
        "PYTHONPATH": str(ROOT),
        "INTERVIEW_ENGINE": "gemini",
        "LATE_FOLDER": str(tmp_path),
        **gemini.environment,
    }
    with running_app(tmp_path, ("tests/late_app.py", request.param), **environment) as running:
        yield running


def late(what: str) -> pytest.MarkDecorator:
    """For a test: one of the delays of `late_app`."""
    return pytest.mark.parametrize("app", [what], indirect=True)


@pytest.fixture
def page(chromium: Browser, app: RunningApp) -> Iterator[Page]:
    """A candidate's page at the welcome."""
    link = app.link(app.interview(candidate_name="Ada Example"), mode="live")
    context = profile(chromium)
    opened = context.new_page()
    opened.goto(link)
    yield opened
    context.close()


@late("first_packet")
def test_a_call_that_stands_before_the_server_sends_is_noticed(page: Page, tmp_path: Path) -> None:
    """The browser reports its connection once. What the server knows only later the page has to look for."""
    agree(page)
    switch_on(page)
    page.get_by_text("The connection is being made").wait_for()
    (tmp_path / "released").touch()
    page.get_by_text("Your microphone's level").wait_for()


@late("spinner")
def test_a_press_is_not_lost_when_the_page_is_drawn_anew_before_its_work_begins(page: Page, tmp_path: Path) -> None:
    """As happens when the browser reports its connection a moment after the server has noticed it."""
    agree(page)
    switch_on(page)
    page.get_by_text("Your microphone's level").wait_for()
    page.get_by_role("button", name="Start the interview").click()
    wait_until((tmp_path / "held").exists)
    page.get_by_role("button", name="Record two seconds").click()
    captions(page).wait_for()


@late("read_journey")
def test_a_talk_that_ends_while_the_page_reads_is_followed_into_writing(page: Page) -> None:
    """The page had read that the interview is held by voice."""
    begin(page)
    page.get_by_role("button", name="Switch to text").click()
    page.get_by_label("Your answer").first.wait_for()


@late("read_journey")
def test_a_talk_that_ends_while_the_page_reads_ends_in_thanks(page: Page) -> None:
    """The page had read that the interview goes on; nobody is told that rating did not work."""
    begin(page)
    page.get_by_role("button", name="Finish early").click()
    page.get_by_role("button", name="Finish now").click()
    page.get_by_role("heading", name="Thank you, Ada Example").wait_for()


@late("impatient")
def test_a_trial_that_the_interview_cut_short_is_over(page: Page) -> None:
    """At the next device check nobody waits for the rest of it."""
    agree(page)
    switch_on(page)
    page.get_by_role("button", name="Record two seconds").click()
    page.get_by_role("button", name="Start the interview").click()
    captions(page).wait_for()
    widget(page).get_by_role("button", name="Disconnect").click()
    page.get_by_role("button", name="Check the microphone first").click()
    switch_on(page)
    page.get_by_text("Try how you sound").wait_for()


@late("impatient")
def test_a_line_that_was_silent_too_long_goes_on_when_it_is_heard_again(page: Page) -> None:
    """Its connection stood all the time, so the browser has nothing to report."""
    begin(page)
    of_widget(page).evaluate(_SEND, False)
    page.get_by_text("The connection has ended").wait_for()
    of_widget(page).evaluate(_SEND, True)
    captions(page).wait_for()
