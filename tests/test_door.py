"""The door of the real app: links become cookies, tokens stay out of address bars and logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest
from http_server import FORM, RunningApp, running_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RESUME = (
    "Ada Example. Ten years of engineering at Example Ltd: Python, PostgreSQL, payments, on-call work and teaching."
)
JOB = "We look for a backend engineer who finds faults, writes Python and PostgreSQL, and works well with other teams."


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with running_app(tmp_path_factory.mktemp("door")) as running:
        yield running


@pytest.fixture(scope="module")
def invitation(app: RunningApp) -> dict[str, str]:
    """An invitation to an interview, as REST issues it, with the role's title."""
    with app.client() as rest:
        made = rest.post("/interviews", data=FORM).raise_for_status().json()
        issued = rest.post(f"/interviews/{made['interview_id']}/invitations").raise_for_status().json()
    return {**issued, "interview_id": made["interview_id"]}


def test_the_printed_link_lets_the_administrator_in(app: RunningApp) -> None:
    """The server prints it when it starts; opening it sets a guarded cookie and leads to the first page."""
    answer = httpx.get(app.admin_link, timeout=60)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("candor=")
    for part in ("httponly", "samesite=lax", "path=/", "max-age=604800"):
        assert part in cookie
    assert "secure" not in cookie  # the request came over plain http
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_over_https_the_cookie_is_for_https_only(app: RunningApp) -> None:
    """As a proxy on this machine says that it was."""
    answer = httpx.get(app.admin_link, headers={"X-Forwarded-Proto": "https"}, timeout=60)
    assert "secure" in answer.headers["set-cookie"].lower()


def test_a_preview_uses_nothing_up(app: RunningApp, invitation: dict[str, str]) -> None:
    """HEAD and GET by whoever previews a link leave it as good as it was."""
    link = f"{app.url}/enter/{invitation['token']}"
    assert [
        httpx.head(link, timeout=60).status_code,
        httpx.get(link, timeout=60).status_code,
        httpx.get(link, timeout=60).status_code,
    ] == [303] * 3


def test_an_unknown_link_is_refused_in_words(app: RunningApp) -> None:
    """A small page of its own, without the token, and without a cookie."""
    answer = httpx.get(f"{app.url}/enter/not-a-token-that-anybody-has", timeout=60)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert "ask the person who sent it" in answer.text
    assert "not-a-token" not in answer.text
    assert "set-cookie" not in answer.headers
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_withdrawn_invitation_opens_nothing(app: RunningApp, invitation: dict[str, str]) -> None:
    """From that moment on, neither as a link nor as a key."""
    with app.client() as rest:
        issued = rest.post(f"/interviews/{invitation['interview_id']}/invitations").json()
        assert httpx.get(issued["url"], timeout=60).status_code == 303
        assert rest.delete(f"/invitations/{issued['invitation_id']}").status_code == 204
    assert httpx.get(issued["url"], timeout=60).status_code == 401
    with app.client(issued["token"]) as candidate:
        answer = candidate.post("/interview-sessions/start", json={"interviewId": invitation["interview_id"]})
    assert answer.status_code == 401


def test_an_api_key_is_no_link_and_a_link_no_key(app: RunningApp) -> None:
    """Each secret works only where it is meant to."""
    with app.client() as rest:
        key = rest.post("/keys", json={"name": "ats", "role": "program"}).json()["secret"]
    assert httpx.get(f"{app.url}/enter/{key}", timeout=60).status_code == 401
    with app.client(app.admin_link.rsplit("/", 1)[1]) as rest:
        assert rest.get("/interviews").status_code == 401


def test_the_cookie_is_no_key(app: RunningApp) -> None:
    """REST takes Bearer only, so that no other site can use a visitor's cookie."""
    cookie = httpx.get(app.admin_link, timeout=60).headers["set-cookie"].split(";")[0]
    assert httpx.get(f"{app.url}/api/interviews", headers={"Cookie": cookie}, timeout=60).status_code == 401


def test_tokens_and_words_stay_out_of_the_log(app: RunningApp, invitation: dict[str, str]) -> None:
    """The server's output holds the administrator's link once, as printed, and nothing that came in a request."""
    httpx.get(invitation["url"], timeout=60)
    httpx.get(f"{app.url}/enter/unknown-token-0123456789", timeout=60)
    with app.client(invitation["token"]) as candidate:
        session = candidate.post("/interview-sessions/start", json={"interviewId": invitation["interview_id"]}).json()
        body = {"sessionId": session["sessionId"], "answer": "Zanzibar is the word that nobody logs."}
        assert candidate.post("/interview-sessions/turn", json=body).status_code == 200
    httpx.get(app.admin_link, timeout=60)
    secret = app.admin_link.rsplit("/", 1)[1]
    for private in (invitation["token"], "unknown-token-0123456789", "Zanzibar", "Ada Example", app.admin_key):
        assert private not in app.output
    assert app.output.count(secret) == 1


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.browser
def test_without_a_link_the_first_page_says_how_to_come_in(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    page.get_by_role("heading", name="How to come in").wait_for()
    assert "interviews so far" not in page.inner_text("body")
    assert page.get_by_role("link", name="REST documentation").get_attribute("href") == "/api/docs"


@pytest.mark.browser
def test_the_administrator_sees_what_there_is(app: RunningApp, invitation: dict[str, str], page: Page) -> None:
    """Through the door, with the address bar clean; a reload keeps the visitor."""
    page.goto(app.admin_link)
    page.get_by_role("heading", name="Interviews").wait_for()
    page.get_by_text("Backend engineer").first.wait_for(state="attached")  # a canvas with words behind it
    assert page.url == f"{app.url}/"
    page.reload()
    page.get_by_text("Backend engineer").first.wait_for(state="attached")


@pytest.mark.browser
def test_a_candidate_sees_the_role_and_nothing_else(app: RunningApp, invitation: dict[str, str], page: Page) -> None:
    page.goto(invitation["url"])
    page.get_by_role("heading", name="Your interview: Backend engineer").wait_for()
    assert page.get_by_role("heading", name="Interviews").count() == 0
    assert page.get_by_role("link", name="New interviews").count() == 0
    assert invitation["token"] not in page.url


@pytest.mark.browser
def test_the_documentation_renders_offline(app: RunningApp, page: Page) -> None:
    """Every path is shown, nothing is asked of another host, and no script fails."""
    asked: list[str] = []
    failures: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(f"{app.url}/api/docs")
    page.locator(".opblock").first.wait_for()
    shown = page.locator(".opblock-summary-path").all_inner_texts()
    described = httpx.get(f"{app.url}/api/openapi.json", timeout=60).json()["paths"]
    assert {path.replace("\u200b", "") for path in shown} == set(described)
    page.get_by_role("button", name="Authorize").first.wait_for()
    assert [url for url in asked if not url.startswith((f"{app.url}/", "data:"))] == []
    assert failures == []
