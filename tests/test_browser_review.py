"""The hiring team's pages in a real browser: what only a browser does, such as following a quote to its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from builders import house
from http_server import RunningApp, running_app
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

SEEN = """() => {
  const box = document.querySelector(".transcript"), mark = document.querySelector(":target");
  const inside = (inner, outer) => inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
  return mark !== null && box.contains(mark)
    && inside(mark.getBoundingClientRect(), box.getBoundingClientRect())
    && inside(mark.getBoundingClientRect(), {top: 0, bottom: innerHeight});
}"""
"""Whether the words that the address names are in sight: inside the transcript's box, and inside the window."""


@dataclass(frozen=True)
class Team:
    """The running app, and an interview that has been held."""

    app: RunningApp
    interview_id: str

    def enter(self, browser: Browser, width: int = 1280) -> Page:
        """An administrator's window on the list."""
        page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
        page.goto(self.app.admin_link)
        expect(page.get_by_role("heading", name="Interviews")).to_be_visible()
        return page

    def review(self, browser: Browser, width: int = 1280) -> Page:
        """The same window on the interview's scores and transcript."""
        page = self.enter(browser, width)
        page.goto(f"{self.app.url}/interview?interview={self.interview_id}")
        expect(page.get_by_role("region", name="Transcript")).to_be_visible()
        return page


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Iterator[None]:
    """The first page of a fresh server loads what it draws with."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("review")
    made = house(folder / "data", core=2)
    record = made.interview(candidate_name="Ada Example")
    session = made.start(record).session_id
    made.say(session, "I am Ada.")
    made.finish(session)
    made.close()
    with running_app(folder, INTERVIEW_ENGINE="embedded") as app:
        yield Team(app, record.interview_id)


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
    page.locator("blockquote a").last.scroll_into_view_if_needed()
    expect(page.get_by_role("region", name="Transcript")).to_be_in_viewport(ratio=0.9)
    page.context.close()


def test_a_name_in_the_list_opens_the_interview(team: Team, chromium: Browser) -> None:
    page = team.enter(chromium)
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    page.wait_for_timeout(500)  # the table is painted on a canvas: there is nothing to wait for
    table.click(position={"x": 60, "y": 52})
    page.wait_for_url("**/interview?interview=*")
    expect(page.get_by_role("heading", name="Ada Example")).to_be_visible()
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
    expect(page.get_by_text("There are no interviews yet")).to_be_visible()
    with team.app.client() as rest:
        assert rest.get(f"/interviews/{team.interview_id}").status_code == 404
    page.context.close()
