"""When the engine fails or the time is up, in a real browser: a sentence, a way on, and no word lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from browser_call import SETTLED
from http_server import ROOT, RunningApp, running_app
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

WORDS = "I looked at the locks first, because two jobs wrote to one table. Then I took the second one out."


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """The app with an engine that fails at every third evaluation."""
    with running_app(tmp_path_factory.mktemp("faults"), ("tests/faulty_app.py",), PYTHONPATH=str(ROOT)) as running:
        yield running


@pytest.fixture
def interview(app: RunningApp) -> dict[str, Any]:
    """A new interview and its link."""
    made = app.interview()
    return {"id": made, "url": app.link(made)}


@pytest.fixture
def page(chromium: Browser, interview: dict[str, Any]) -> Iterator[Page]:
    """The candidate, at the first question."""
    context = chromium.new_context()
    opened = context.new_page()
    opened.goto(interview["url"])
    opened.get_by_text("I have read this and agree").click()
    opened.get_by_role("button", name="Agree and start").click()
    opened.get_by_label("Your answer").first.wait_for()
    yield opened
    context.close()


def send(page: Page, words: str) -> None:
    """Write and send; done when the turn was taken or has failed."""
    page.get_by_label("Your answer").first.fill(words)
    page.get_by_role("button", name="Send").click()
    page.wait_for_function(
        "() => document.querySelector('textarea')?.value === '' || document.querySelector('[role=alert]')"
    )
    page.locator(f"{SETTLED} button:has-text('Send'):enabled").wait_for()


def said(app: RunningApp, interview_id: str) -> list[str]:
    """The candidate's words as they are stored."""
    with app.client() as rest:
        record = rest.get(f"/interviews/{interview_id}").raise_for_status().json()
    return [line["text"] for line in record["transcript"] if line["role"] == "candidate"]


def leave_alone(app: RunningApp) -> None:
    """As if every session had been left for a day."""
    with closing(sqlite3.connect(app.log.parent / "data" / "candor.sqlite3", timeout=30)) as store, store:
        store.execute("UPDATE sessions SET last_touched = datetime(last_touched, '-1 day')")


def test_a_failed_turn_is_tried_again_once_with_the_words_in_the_field(
    page: Page, app: RunningApp, interview: dict[str, Any]
) -> None:
    """The contract's 502: nothing of the failed turn is kept, and what is sent again counts once."""
    failed = page.get_by_text("The model did not answer")
    sent: list[str] = []
    while not failed.count():
        assert len(sent) < 5, "the engine fails at every third evaluation"
        sent.append(f"{WORDS} That was number {len(sent)}.")
        send(page, sent[-1])
    expect(page.get_by_label("Your answer")).to_have_count(1)
    expect(page.get_by_label("Your answer").first).to_have_value(sent[-1])
    assert said(app, interview["id"]) == sent[:-1]
    page.get_by_role("button", name="Try again").click()
    failed.wait_for(state="detached")
    page.locator(f"{SETTLED} button:has-text('Send'):enabled").wait_for()
    expect(page.get_by_label("Your answer")).to_have_count(1)  # what goes may stand beside what comes for a moment
    expect(page.get_by_label("Your answer").first).to_have_value("")
    assert said(app, interview["id"]) == sent
    page.reload()
    page.get_by_label("Your answer").first.wait_for()
    assert said(app, interview["id"]) == sent


def test_an_expired_interview_goes_on_with_the_answers_given_so_far(
    page: Page, app: RunningApp, interview: dict[str, Any]
) -> None:
    """The contract's 410: the page asks to go on, and words that were not taken stand there to be put back."""
    send(page, WORDS)
    leave_alone(app)
    page.get_by_label("Your answer").first.fill("Words that come too late.")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("You were away for a while").wait_for()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Put them into the field").click()
    expect(page.get_by_label("Your answer").first).to_have_value("Words that come too late.")
    assert said(app, interview["id"])[0] == WORDS
