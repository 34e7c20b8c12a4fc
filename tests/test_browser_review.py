"""The hiring team's pages in a real browser: rating blind, side by side, following and playing a quote."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from browser_call import SETTLED, wait_until
from builders import ANSWER, House, house
from http_server import RunningApp, running_app
from playwright.sync_api import Browser, Page, expect

from interview.access import SYSTEM
from interview.contract import Heard, TurnRequest
from interview.live.recording import Recorder
from interview.recordings import recordings_folder

pytestmark = pytest.mark.browser

SEEN = """() => {
  const box = document.querySelector(".transcript"), mark = document.querySelector(":target");
  const inside = (inner, outer) => inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
  return mark !== null && box.contains(mark)
    && inside(mark.getBoundingClientRect(), box.getBoundingClientRect())
    && inside(mark.getBoundingClientRect(), {top: 0, bottom: innerHeight});
}"""
"""Whether the words that the address names are in sight: inside the transcript's box, and inside the window."""


CRITERIA = 6
"""Of the scripted engine's rubric."""
LEVEL = 4.37
TRACES = ("4.37", "4.4 of 5", "As scripted.", "because the script says so", "words-")
"""What only the engine says of the interview that waits for its reviewer."""


@dataclass(frozen=True)
class Team:
    """The running app with interviews that have been held, and a reviewer's link.

    `unrated`: the reviewer has not rated it; `recorded`: it was spoken, and its sound is kept.
    """

    app: RunningApp
    interview_id: str
    unrated: str
    recorded: str
    reviewer: str

    @property
    def ratings(self) -> str:
        """What is stored of the reviewer's ratings, as JSON."""
        with closing(sqlite3.connect(self.app.log.parent / "data" / "candor.sqlite3", timeout=30)) as store:
            return "".join(row for (row,) in store.execute("SELECT ratings FROM reviews"))

    def enter(self, browser: Browser, width: int = 1280) -> Page:
        """An administrator's window on the list."""
        page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
        page.goto(self.app.admin_link)
        expect(page.get_by_role("heading", name="Interviews")).to_be_visible()
        settled(page)
        return page

    def rate(self, browser: Browser, width: int = 1280) -> Page:
        """The reviewer's window on the interview that they have not rated."""
        page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
        page.goto(f"{self.app.url}/enter/{self.reviewer}")
        expect(page.get_by_role("heading", name="Interviews")).to_be_visible()
        page.goto(f"{self.app.url}/interview?interview={self.unrated}")
        expect(page.get_by_role("region", name="Transcript")).to_be_visible()
        expect(page.get_by_role("radiogroup")).to_have_count(CRITERIA)
        settled(page)
        return page

    def review(self, browser: Browser, width: int = 1280, interview_id: str | None = None) -> Page:
        """An administrator's window on an interview's scores and transcript."""
        page = self.enter(browser, width)
        page.goto(f"{self.app.url}/interview?interview={interview_id or self.interview_id}")
        expect(page.get_by_role("region", name="Transcript")).to_be_visible()
        settled(page)
        return page


def settled(page: Page) -> None:
    """All of a page is there that has begun to be drawn: nothing moves any more, and the last one is the last one."""
    expect(page.locator(SETTLED)).to_be_visible()


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("review")
    made = house(folder / "data", core=2)
    unrated = made.interview(candidate_name="Grace Example", job_text="We build bells.")
    made.engine.levels.extend([LEVEL] * 40)
    made.finish(made.start(unrated).session_id)
    made.engine.levels.clear()
    recorded = spoken(made)
    made.clock.now = datetime.now(UTC)  # the server goes by this clock: an older link would have run out
    record = made.interview(candidate_name="Ada Example")
    session = made.start(record).session_id
    made.say(session, "I am Ada.")
    made.finish(session)
    reviewer = made.service.access.add_person(SYSTEM, "Ines Reviewer", "hiring").secret
    made.close()
    with running_app(folder, INTERVIEW_ENGINE="embedded") as app:
        yield Team(app, record.interview_id, unrated.interview_id, recorded, reviewer)


def spoken(made: House) -> str:
    """An interview that was spoken, its first answer three seconds after the start; a minute of sound is kept."""
    record = made.interview(candidate_name="Vera Voice", job_text="We ring bells.")
    session = made.service.spoken.open(SYSTEM, record.interview_id).session_id
    made.service.sessions.begin_spoken(SYSTEM, session)
    for number, words in enumerate(("I like bells.", ANSWER)):
        heard = Heard(3_000 * number + 1, 3_000 * number + 2_000)
        request = TurnRequest(session_id=session, answer=words)
        made.service.sessions.turn(SYSTEM, request, heard=heard)
    made.service.spoken.conclude(session, "finished")
    recorder = Recorder(recordings_folder(made.settings), session, 0)
    for at in range(0, 60_000, 20):
        recorder.candidate(bytes(640), at)
    recorder.close()
    assert recorder.wait(120)
    return record.interview_id


@pytest.mark.parametrize("width", [1280, 390])
def test_a_quote_leads_to_its_words(team: Team, chromium: Browser, width: int) -> None:
    """The transcript scrolls to them and marks them; the page is not drawn anew and no window is opened."""
    page = team.review(chromium, width)
    page.evaluate("document.querySelector('.transcript').dataset.same = 'yes'")
    last = page.locator("blockquote a").last
    last.click()
    page.wait_for_function(SEEN)
    target = page.locator(":target")
    assert target.inner_text() in last.inner_text()
    assert target.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    entry = page.locator(".transcript .entry", has=target)
    other = page.locator(".transcript .entry.candidate").first
    colour = "one => getComputedStyle(one).backgroundColor"
    assert entry.evaluate(colour) != other.evaluate(colour)
    assert page.locator(".transcript").get_attribute("data-same") == "yes"
    assert len(page.context.pages) == 1
    page.context.close()


def test_an_address_with_a_place_can_be_passed_on(team: Team, chromium: Browser) -> None:
    """Who opens it sees the same words, although the page is drawn long after the browser looked for them."""
    page = team.review(chromium)
    page.locator("blockquote a").last.click()
    page.wait_for_function(SEEN)
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_function(SEEN)
    assert other.locator(":target").get_attribute("id") == page.locator(":target").get_attribute("id")
    page.context.close()


def test_the_transcript_stays_beside_the_scores(team: Team, chromium: Browser) -> None:
    """On a desktop it is in sight wherever one reads in the scores."""
    page = team.review(chromium)
    page.set_viewport_size({"width": 1280, "height": 500})
    page.locator("blockquote a").nth(3).scroll_into_view_if_needed()
    expect(page.get_by_role("region", name="Transcript")).to_be_in_viewport(ratio=0.9)
    page.context.close()


def test_a_quote_plays_where_it_was_said(team: Team, chromium: Browser) -> None:
    """The recording is fetched at the first press and heard from that second; then the page is not drawn anew."""
    page = team.review(chromium, interview_id=team.recorded)
    play = page.locator("button.play").first
    at = int(play.get_attribute("data-at") or 0)
    assert 2_000 < at < 6_000
    expect(page.locator("audio")).to_have_count(0)
    play.click()
    expect(page.locator("audio")).to_have_count(1)
    since = "at => { const a = document.querySelector('audio'); return a.currentTime * 1000 > at && !a.ended; }"
    page.wait_for_function(since, arg=at)
    page.evaluate("document.querySelector('audio').pause(); document.querySelector('audio').currentTime = 0")
    page.evaluate("document.querySelector('audio').dataset.same = 'yes'")
    play.click()
    page.wait_for_function(since, arg=at)
    assert page.locator("audio").get_attribute("data-same") == "yes"
    page.context.close()


# --- blind, then side by side -----------------------------------------------------------------------------------------


def test_the_page_holds_no_score_before_the_reviewer_has_rated(team: Team, chromium: Browser) -> None:
    """Neither in what is shown nor in anything that the server sends."""
    sent: list[str] = []
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: sent.append(readable(data))))
    page.goto(f"{team.app.url}/enter/{team.reviewer}")
    page.goto(f"{team.app.url}/interview?interview={team.unrated}")
    expect(page.get_by_role("radiogroup")).to_have_count(CRITERIA)
    page.get_by_role("tab", name="Sessions").click()
    expect(page.get_by_role("button", name="Score again")).to_be_visible()
    page.get_by_role("tab", name="Review").click()
    expect(page.get_by_role("radiogroup")).to_have_count(CRITERIA)
    whole = page.content() + "".join(sent)
    assert "traced the fault to the cache" in whole
    assert "did it well and said why" in whole
    assert [trace for trace in TRACES if trace in whole] == []
    context.close()


def readable(data: str | bytes) -> str:
    return data if isinstance(data, str) else data.decode("utf-8", "ignore")


def test_a_reviewer_rates_by_keyboard_and_a_reload_loses_nothing(team: Team, chromium: Browser) -> None:
    """Arrow keys choose a level; what was chosen and noted is there again."""
    page = team.rate(chromium)
    first = page.get_by_role("radiogroup").first
    first.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text(f"{CRITERIA - 1} of {CRITERIA} criteria left")).to_be_visible()
    expect(first.get_by_role("radio").nth(1)).to_be_checked()
    note = page.get_by_label("Note on Debugging 1")
    note.fill("Names how it was proved.")
    page.keyboard.press("Tab")
    wait_until(lambda: "Names how it was proved." in team.ratings)
    page.reload()
    expect(page.get_by_role("radiogroup").first.get_by_role("radio").nth(1)).to_be_checked()
    expect(page.get_by_label("Note on Debugging 1")).to_have_value("Names how it was proved.")
    page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_transcript_and_the_form_are_read_at_any_width(team: Team, chromium: Browser, width: int) -> None:
    """Side by side on a desktop, one below the other on a phone, and nothing wider than the window."""
    page = team.rate(chromium, width)
    transcript = page.get_by_role("region", name="Transcript").bounding_box()
    form = page.get_by_role("radiogroup").first.bounding_box()
    assert transcript is not None
    assert form is not None
    if width > 900:
        assert form["x"] > transcript["x"] + transcript["width"]
        page.get_by_role("radiogroup").last.scroll_into_view_if_needed()
        expect(page.get_by_role("region", name="Transcript")).to_be_in_viewport(ratio=0.8)
    else:
        assert form["y"] > transcript["y"] + transcript["height"]
        page.get_by_role("link", name="Down to the levels").click()
        expect(page.get_by_text("What you choose is kept at once")).to_be_in_viewport()
    main = page.get_by_test_id("stMain")
    assert main.evaluate("one => one.scrollWidth <= one.clientWidth")
    page.context.close()


def test_a_reviewer_submits_sees_both_overrides_and_decides(team: Team, chromium: Browser) -> None:
    """After the tests that look at the page before: submitting is final."""
    page = team.rate(chromium)
    for place in range(CRITERIA):
        page.get_by_role("radiogroup").nth(place).locator("label").filter(has_text="2").click()
        left = f"{CRITERIA - 1 - place} of {CRITERIA} criteria left" if place < CRITERIA - 1 else "All are rated"
        expect(page.get_by_text(left)).to_be_attached()
    page.get_by_role("button", name="Submit ratings").click()
    table = page.get_by_role("region", name="Ratings side by side")
    expect(table).to_be_visible()
    expect(page.get_by_text(f"{CRITERIA} of {CRITERIA} criteria differ")).to_be_visible()
    expect(table.get_by_text("−2.4")).to_have_count(CRITERIA)
    expect(page.locator("#packet")).to_be_in_viewport()
    page.get_by_role("button", name="Override a score").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radiogroup").locator("label").filter(has_text="5").click()
    expect(dialog.get_by_role("button", name="Override", exact=True)).to_be_enabled()
    dialog.get_by_label("Why").fill("It was more than luck.")
    page.keyboard.press("Tab")
    dialog.get_by_role("button", name="Override", exact=True).click()
    expect(page.get_by_text("Overridden by Ines Reviewer: It was more than luck.")).to_be_attached()
    expect(table.get_by_role("columnheader", name="Stands")).to_be_attached()
    page.get_by_role("link", name="Decision").click()
    page.locator("label").filter(has_text="Advance").click()
    page.get_by_label("Why").fill("Finds causes.")
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_text("(stands): Finds causes.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Advance, by Ines Reviewer")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_screen_of_the_packet_fits_the_window(team: Team, chromium: Browser, width: int) -> None:
    page = team.review(chromium, width)
    packet = page.locator("#packet")
    expect(packet).to_be_visible()
    assert packet.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert page.get_by_test_id("stMain").evaluate("one => one.scrollWidth <= one.clientWidth")
    if width > 900:
        assert packet.evaluate("one => one.getBoundingClientRect().height < innerHeight")
    page.context.close()


def test_the_packet_is_taken_away_as_pdf(team: Team, chromium: Browser) -> None:
    page = team.review(chromium)
    page.get_by_role("button", name="Take the packet").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Packet (PDF)").click()
    assert taken.value.suggested_filename == "ada-example-packet.pdf"
    assert taken.value.path().read_bytes().startswith(b"%PDF")
    page.context.close()


# --- the list and what is done with the whole -------------------------------------------------------------------------


def test_a_name_in_the_list_opens_the_interview(team: Team, chromium: Browser) -> None:
    page = team.enter(chromium)
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    table.get_by_text("Example").first.wait_for(state="attached")  # the words behind the canvas come when it is painted
    table.click(position={"x": 60, "y": 52})
    page.wait_for_url("**/interview?interview=*")
    expect(page.get_by_role("heading", name=re.compile("Example"))).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Interviews")).to_be_visible()
    page.context.close()


def test_a_link_is_made_and_its_list_survives_a_reload(team: Team, chromium: Browser) -> None:
    """The tab stands in the address; the link itself is nowhere after it was closed."""
    page = team.review(chromium)
    page.get_by_role("button", name="Invite").click()
    page.wait_for_url("**tab=Invitations*")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_role("dialog").locator("code").first.inner_text()
    expect(page.get_by_role("img", name="The link as a QR code")).to_be_visible()
    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert "/enter/" in link
    assert link not in page.content()
    page.reload()
    expect(page.get_by_role("button", name="Withdraw")).to_be_visible()
    page.context.close()


def test_a_deleted_interview_leads_back_to_the_list(team: Team, chromium: Browser) -> None:
    """Last in this file: it takes the interview away."""
    page = team.review(chromium)
    page.get_by_role("button", name="More").click()
    page.get_by_text("Delete", exact=True).click()
    page.get_by_role("dialog").get_by_text("Erase all of it").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("2 completed")).to_be_visible()
    with team.app.client() as rest:
        assert rest.get(f"/interviews/{team.interview_id}").status_code == 404
    page.context.close()
