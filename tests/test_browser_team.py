"""What a team does besides interviews, each once in a real browser: compare, invite many, rehearse, score again, …"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from browser_call import MILLISECONDS, SETTLED
from builders import ANSWER, house
from http_server import RunningApp, running_app
from playwright.sync_api import Browser, BrowserContext, Page, expect
from standardwebhooks import Webhook
from test_fairness import MAN, WOMAN, held
from test_webhooks import receiving

pytestmark = pytest.mark.browser

HIGH, LOW = "Ada High", "Ben Low"
HELD = 12
"""Interviews: six women, of whom one is advanced, and six men, of whom five are."""
LINKS = 2
GOOD = b"candidate_name,candidate_email\nGrace Example,grace@example.org\nVera Example,vera@example.org\n"
BAD = GOOD.replace(b"vera@example.org", b"no address")


@dataclass(frozen=True)
class Team:
    """The running app, a position of which `HELD` interviews are completed, and an administrator's browser."""

    app: RunningApp
    position_id: str
    browser: BrowserContext

    @property
    def interviews(self) -> int:
        """How many there are, whatever their state."""
        with self.app.client() as rest:
            return len(rest.get("/interviews", params={"limit": 100}).raise_for_status().json()["sessions"])

    def open(self, path: str) -> Page:
        page = self.browser.new_page()
        page.goto(self.app.url + path)
        expect(page.locator(SETTLED)).to_be_visible()
        return page


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("team")
    made = house(folder / "data", probes=0)
    for number in range(HELD // 2):
        held(made, 2.0, "advance" if number < 1 else "decline", WOMAN, candidate_name=LOW)
        record = held(made, 5.0, "advance" if number < 5 else "decline", MAN, candidate_name=HIGH)
    made.close()
    with running_app(folder, INTERVIEW_ENGINE="embedded") as app:
        browser = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
        browser.request.get(app.admin_link, max_redirects=0, timeout=MILLISECONDS)  # its cookie is the browser's
        yield Team(app, record.position_id, browser)
        browser.close()


def colours(page: Page) -> set[str]:
    """Of the filled cells of the table of scores."""
    found = page.locator("td.filled").evaluate_all("all => all.map(one => getComputedStyle(one).backgroundColor)")
    return set(found)


def choose(page: Page, label: str, option: str) -> None:
    """The first free option of this name, of a widget that takes several; its list is closed again."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option).first.click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_two_candidates_are_compared_score_by_score_and_word_by_word(team: Team) -> None:
    """Levels are told apart by figure and colour; chosen candidates' words stand side by side, also after a reload."""
    page = team.open(f"/compare?position={team.position_id}")
    table = page.get_by_role("region", name="Scores by candidate and competency")
    expect(table.get_by_role("rowheader")).to_have_count(HELD)
    assert len(colours(page)) == 2
    choose(page, "Candidates", LOW)
    expect(table.get_by_role("rowheader")).to_have_count(1)
    choose(page, "Candidates", HIGH)
    expect(table.get_by_role("rowheader")).to_have_text([re.compile(LOW), re.compile(HIGH)])
    expect(table.locator("b")).to_have_text(["2.0"] * 3 + ["5.0"] * 3)
    for reloaded in (False, True):
        if reloaded:
            page.reload()
        expect(page.locator(".beside h3")).to_have_text([LOW, HIGH])
        expect(page.locator(".beside mark").first).to_contain_text(ANSWER)
    page.close()


def test_many_are_invited_by_a_file_all_or_none(team: Team) -> None:
    """A line that is not right is named and nothing is made; put right, everybody has a link, shown once."""
    before = team.interviews
    page = team.open(f"/positions?position={team.position_id}")
    page.get_by_role("tab", name="Invite many").click()
    file = page.locator("input[type=file]")
    file.set_input_files({"name": "candidates.csv", "mimeType": "text/csv", "buffer": BAD})
    expect(page.get_by_text("1 problem in the file, so nothing can be made yet.")).to_be_visible()
    expect(page.get_by_role("table").get_by_role("rowheader")).to_have_text(["3"])
    make = page.get_by_role("button", name=f"Make {LINKS} interviews and links")
    expect(make).to_have_count(0)
    assert team.interviews == before
    file.set_input_files({"name": "candidates.csv", "mimeType": "text/csv", "buffer": GOOD})
    make.click()
    expect(page.get_by_role("heading", name=f"{LINKS} interviews and links are made")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download the links").click()
    links = re.findall(rf"{team.app.url}/enter/(\S+?)[,\r\n]", taken.value.path().read_text("utf-8-sig"))
    assert len(set(links)) == LINKS
    assert team.interviews == before + LINKS
    page.get_by_role("button", name="I have kept the file").click()
    expect(page.get_by_role("button", name="Example file")).to_be_visible()
    page.close()


def test_a_webhook_is_added_and_its_message_is_seen_delivered(team: Team) -> None:
    """The receiver checks it by the secret that the page shows; the log follows without a press."""
    with receiving() as receiver:
        page = team.open("/webhooks")
        page.get_by_role("textbox", name="Address").fill(receiver.url)
        page.get_by_role("button", name="Add", exact=True).click()
        secret = page.locator("code").filter(has_text="whsec_").inner_text()
        page.get_by_role("button", name="Hide it").click()
        expect(page.get_by_text(secret)).to_have_count(0)
        page.get_by_role("button", name="Send a test").click()
        got = receiver.next()
        assert Webhook(secret).verify(got.body, got.headers)
        expect(page.get_by_text(re.compile(r"Delivered \d"))).to_be_visible()
        page.get_by_text("1 attempt", exact=True).click()
        expect(page.get_by_text("HTTP 204")).to_be_visible()
        page.close()


def test_a_plan_is_rehearsed_and_its_report_shown(team: Team) -> None:
    """It is there again after a reload."""
    page = team.open(f"/rehearsal?position={team.position_id}")
    expect(page.get_by_text("was never rehearsed")).to_be_visible()
    page.get_by_role("button", name="Rehearse version 1").click()
    for reloaded in (False, True):
        if reloaded:
            page.reload()
        expect(page.get_by_test_id("stMetric").filter(has_text="Told apart")).to_contain_text(" of 6")
        expect(page.get_by_text("was never rehearsed")).to_have_count(0)
        expect(page.get_by_text("What to change")).to_be_visible()
        expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    page.close()


def test_the_fairness_page_shows_rates_and_their_ratios(team: Team) -> None:
    """One of six women and five of six men were selected; no woman and every man scored above the median."""
    page = team.open("/fairness")
    expect(page.get_by_test_id("stMetric").filter(has_text="Self-reports")).to_contain_text(str(HELD))
    for tab, ratio in (("Selected by the team", "0.20"), ("Scored above the median", "0.00")):
        page.get_by_role("tab", name=tab).click()
        panel = page.get_by_role("tabpanel", name=tab)
        expect(panel.get_by_text("By sex: Female.")).to_be_visible()
        expect(panel.get_by_test_id("stVegaLiteChart").first).to_be_visible()
        table = panel.get_by_test_id("stDataFrame").first
        expect(table).to_be_visible()
        for words in ("Female", ratio):  # behind the canvas, when it is painted
            table.get_by_text(words).first.wait_for(state="attached")
    page.close()


def test_a_position_is_scored_again_and_the_difference_is_reported(team: Team) -> None:
    """Last in this file: its interviews have other scores then, and nothing is left to score."""
    page = team.open(f"/rehearsal?position={team.position_id}")
    page.get_by_role("radio", name="Score again").click()
    page.get_by_role("button", name=f"Score {HELD} again").click()
    expect(page.get_by_text(f"{HELD} interviews scored.")).to_be_visible()
    expect(page.get_by_test_id("stMetric").filter(has_text="Mean change")).to_contain_text(re.compile(r"[+-]\d\.\d\d"))
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    expect(page.get_by_role("button", name="Score again", exact=True)).to_be_disabled()
    page.close()
