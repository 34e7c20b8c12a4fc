"""The whole journey in Chromium, from the printed link to the analyst's row, in two browser profiles."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from browser_call import SETTLED, wait_until
from conftest import ROOT
from http_server import RunningApp, running_app
from playwright.sync_api import expect
from pypdf import PdfReader
from typed_words import stored

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

JOB = ROOT / "examples" / "backend-engineer" / "job.md"
ANSWERS = (ROOT / "examples" / "backend-engineer" / "answers-strong.txt").read_text().splitlines()
PHONE = {"width": 390, "height": 844}

_ANOTHER = """before => {
    const asked = document.querySelector(".st-key-question [role=status]")
    return asked ? asked.innerText !== before : document.querySelector("h1")?.innerText.startsWith("Thank you")
}"""
"""Whether another question stands there, or the interview is over."""

pytestmark = pytest.mark.browser


@pytest.fixture
def app(tmp_path: Path) -> Iterator[RunningApp]:
    with running_app(tmp_path) as running:
        yield running


def profile(chromium: Browser, **settings: object) -> BrowserContext:
    """A browser profile of its own."""
    return chromium.new_context(locale="en-GB", **settings)  # type: ignore[arg-type]


def upload(page: Page, resume: Path) -> None:
    """A position and one résumé, as the hiring team sends them."""
    page.get_by_role("link", name="New interviews").first.click()
    page.get_by_label("Role title").fill("Backend engineer")
    for place, file in enumerate((JOB, resume)):
        page.locator("input[type=file]").nth(place).set_input_files(file)
        page.get_by_text(file.stem[:3]).first.wait_for()  # long names are cut in the middle
    page.get_by_role("button", name="Plan interviews").click()
    page.get_by_text("1 of 1 interviews planned").wait_for()


def approve(page: Page) -> None:
    page.get_by_role("button", name="Next: approve the plan and rubric").click()
    page.get_by_role("button", name="Approve plan and rubric").click()
    page.get_by_text(re.compile("Approved")).first.wait_for()


def invite(page: Page, app: RunningApp, interview_id: str) -> str:
    """The link as the dialog shows it."""
    page.goto(f"{app.url}/interview?interview={interview_id}")
    page.get_by_role("tab", name="Invitations").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_role("dialog").get_by_text("/enter/").first.inner_text().strip()
    page.get_by_role("button", name="I have copied it").click()
    return link


def question(page: Page) -> str:
    """The interviewer's words in hand, once no turn is running."""
    page.locator(f"{SETTLED} button[kind=primaryFormSubmit]:has-text('Send'):enabled").wait_for()
    return page.locator(".st-key-question [role=status]").inner_text()


def answer(page: Page, words: str) -> None:
    """Write and send; done when another question stands there, or the interview is over."""
    before = question(page)
    page.get_by_label("Your answer").first.fill(words)
    page.get_by_role("button", name="Send").click()
    page.wait_for_function(_ANOTHER, arg=before)


def over(page: Page) -> bool:
    return page.get_by_role("heading", name=re.compile("^Thank you")).count() > 0


def test_from_the_printed_link_to_the_analysts_row(chromium: Browser, app: RunningApp, shared_data: Path) -> None:
    """A real résumé is uploaded, the plan approved, the candidate invited and interviewed, the guide downloaded; what
    the analyst sees is what the API says."""
    team, invited = profile(chromium), profile(chromium, viewport=PHONE)
    try:
        desk = team.new_page()
        desk.goto(app.admin_link)
        upload(desk, shared_data / "resumes" / "rendercv_ClassicTheme_CV.pdf")
        with app.client() as rest:
            (made,) = rest.get("/interviews").json()["sessions"]
        interview_id = made["interview_id"]
        assert made["state"] == "draft"
        approve(desk)
        link = invite(desk, app, interview_id)

        phone = invited.new_page()
        phone.goto(link)
        assert "/enter/" not in phone.url
        assert phone.get_by_role("button", name="Agree and start").is_disabled()
        phone.get_by_text("I have read this and agree").click()
        phone.get_by_role("button", name="Agree and start").click()
        greeting = question(phone)
        assert "automated interviewer" in greeting
        be_interviewed(phone, app, interview_id)
        guide = study_guide(phone)
        assert "Backend engineer" in guide
        nothing_else_opens(phone, app, invited, interview_id)

        with app.client() as rest:
            rows = rest.get("/scores").json()
            rows = rows["rows"] if isinstance(rows, dict) else rows
            (listed,) = rest.get("/interviews").json()["sessions"]
        assert listed["state"] == "completed"
        the_dashboard_says_the_same(desk, app, rows)
    finally:
        team.close()
        invited.close()


def be_interviewed(phone: Page, app: RunningApp, interview_id: str) -> None:
    """One repeat, one skip, one refresh in the middle with words half typed, and on to the end."""
    lines = iter(ANSWERS * 3)
    answer(phone, next(lines))
    asked = question(phone)
    before = len(app.record(interview_id)["transcript"])
    phone.get_by_role("button", name="Repeat").click()
    wait_until(lambda: len(app.record(interview_id)["transcript"]) > before)
    again = app.record(interview_id)["transcript"][-1]["text"]
    expect(phone.locator(".st-key-question [role=status]")).to_have_text(again)
    assert question(phone) in asked

    phone.get_by_label("Your answer").first.fill("I was in the middle of this when")
    stored(app, "I was in the middle of this when")
    phone.reload()
    assert question(phone) in asked
    expect(phone.get_by_label("Your answer").first).to_have_value("I was in the middle of this when")

    phone.get_by_role("button", name="Skip").click()
    phone.get_by_role("button", name="Skip it").click()
    phone.wait_for_function(_ANOTHER, arg=asked)
    for _ in range(40):
        if over(phone):
            return
        answer(phone, next(lines))
    raise AssertionError("the interview did not end")


def study_guide(phone: Page) -> str:
    """The words of the PDF that the candidate downloads."""
    phone.get_by_role("button", name="Make my study guide").click()
    with phone.expect_download() as waiting:
        phone.get_by_role("button", name="Study guide as PDF").click()
    pdf = Path(waiting.value.path()).read_bytes()
    return "\n".join(sheet.extract_text() for sheet in PdfReader(BytesIO(pdf)).pages)


def nothing_else_opens(phone: Page, app: RunningApp, invited: BrowserContext, interview_id: str) -> None:
    """A candidate's cookie reaches no staff page, no other interview and no REST."""
    for path in ("interview", "observe", "positions", "scores", "people", "new"):
        phone.goto(f"{app.url}/{path}?interview={interview_id}")
        phone.get_by_role("heading", name=re.compile("^Thank you")).wait_for()
        assert phone.get_by_role("link", name="All interviews").count() == 0
    assert invited.request.get(f"{app.url}/api/interviews").status == 401


def the_dashboard_says_the_same(desk: Page, app: RunningApp, rows: list[dict[str, object]]) -> None:
    """The file that an analyst downloads from the dashboard holds the API's rows, figure by figure."""
    assert rows
    desk.goto(f"{app.url}/scores")
    with desk.expect_download() as waiting:
        desk.get_by_role("button", name="Rows as CSV").click()
    with Path(waiting.value.path()).open(newline="") as file:
        shown = list(csv.DictReader(file))
    assert len(shown) == len(rows)
    for line, row in zip(shown, rows, strict=True):
        assert line["competency"] == row["competency"]
        assert float(line["score"]) == pytest.approx(float(str(row["score"])))
        assert float(line["overall_score"]) == pytest.approx(float(str(row["overall_score"])))
        assert line["interview_id"] == row["interview_id"]
    desk.get_by_text(str(rows[0]["competency"])).first.wait_for(state="attached")
    assert parse_qs(urlsplit(desk.url).query) == {}
