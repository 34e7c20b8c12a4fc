"""The frame in a real server and a real browser: first visits, signing out, and what nobody foresaw."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from browser_call import SETTLED
from http_server import FORM, ROOT, RunningApp, running_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

ADDRESSES = ("/people", "/positions", "/interview", "/scores", "/new", "/observe")
FILES = ("/pages/hiring/interviews", "/pages/hiring/interviews.py", "/pages/admin/people.py", "/app.py")
STAFF_WORDS = ("Observe and practise", "People and keys", "API keys", "New interviews", "Administration", "Sign out")


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[RunningApp]:
    """A server that nobody has visited yet."""
    with running_app(tmp_path) as app:
        yield app


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with running_app(tmp_path_factory.mktemp("frame")) as running:
        yield running


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Page]:
    """A page of a browser that knows no cookie yet."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def interview(app: RunningApp, name: str, title: str) -> str:
    """The id of a new interview of a position with this title."""
    job = f"{FORM['job_text']} For {title}."
    return app.interview(role_title=title, job_text=job, candidate_name=name)


def come_in(page: Page, address: str) -> None:
    """Take the cookie without looking at any page."""
    page.context.request.get(address, max_redirects=0)


def seen(page: Page) -> str:
    """What stands in the window, once it has come to rest."""
    page.locator(SETTLED).wait_for()
    return page.locator("body").inner_text()


@contextmanager
def table_gone(app: RunningApp, table: str) -> Iterator[None]:
    """A fault from outside: the table has another name for a while."""
    file = app.log.parent / "data" / "candor.sqlite3"

    def rename(old: str, new: str) -> None:
        with closing(sqlite3.connect(file, timeout=30)) as connection, connection:
            connection.execute("PRAGMA legacy_alter_table = ON")  # foreign keys keep pointing at the old name
            connection.execute(f"ALTER TABLE {old} RENAME TO {new}")

    rename(table, f"{table}_elsewhere")
    yield
    rename(f"{table}_elsewhere", table)


def test_the_first_visitor_of_a_fresh_server_gets_no_staff_page_without_a_cookie(
    fresh: RunningApp, visit: Page
) -> None:
    """Whatever address is asked for first."""
    for address in ADDRESSES:
        visit.goto(fresh.url + address)
        visit.get_by_text("How to come in").wait_for()
        assert not [word for word in STAFF_WORDS if word in seen(visit)], address


def test_the_first_visitor_of_a_fresh_server_gets_no_staff_page_with_a_candidates_cookie(
    fresh: RunningApp, visit: Page
) -> None:
    """And nothing of another candidate's interview, though its id stands in the URL."""
    own = interview(fresh, "Ada Own", "Clockmaker")
    other = interview(fresh, "Zoe Foreign", "Lamplighter")
    come_in(visit, fresh.link(own))
    for address in (*ADDRESSES, "/"):
        visit.goto(f"{fresh.url}{address}?interview={other}&session={other}")
        visit.get_by_text("Clockmaker").first.wait_for()
        found = seen(visit)
        assert not [word for word in (*STAFF_WORDS, "Lamplighter", "Zoe Foreign") if word in found], address


def test_the_files_of_pages_are_not_served(app: RunningApp, visit: Page) -> None:
    """Their paths lead to no page of the team's, and to no line of their source."""
    for path in FILES:
        assert "import" not in httpx.get(app.url + path, timeout=60).text, path
        visit.goto(app.url + path)
        visit.wait_for_load_state("networkidle")
        assert not [word for word in STAFF_WORDS if word in visit.locator("body").inner_text()], path


def test_fonts_are_served_and_nothing_else_of_their_folder(app: RunningApp) -> None:
    """Each time anew: twice the same file, compressed for whoever takes that."""
    file = (ROOT / "interview" / "fonts" / "NotoSans-Regular.ttf").read_bytes()
    assert [httpx.get(f"{app.url}/fonts/NotoSans-Regular.ttf", timeout=60).content == file for _ in range(2)] == [
        True,
        True,
    ]
    for name in ("__init__.py", "README.md", "OFL.txt"):
        assert httpx.get(f"{app.url}/fonts/{name}", timeout=60).status_code == 404, name


def test_a_deep_link_is_found_on_a_fresh_server(fresh: RunningApp, visit: Page) -> None:
    """The first page view of all may be any page."""
    come_in(visit, fresh.admin_link)
    visit.goto(f"{fresh.url}/people")
    visit.get_by_role("heading", name="People and keys").wait_for()
    assert "Page not found" not in seen(visit)


def test_after_signing_out_the_next_page_is_the_strangers(app: RunningApp, visit: Page) -> None:
    come_in(visit, app.admin_link)
    visit.goto(f"{app.url}/people")
    visit.get_by_role("link", name="Sign out").click()
    visit.get_by_text("How to come in").wait_for()
    assert not [one for one in visit.context.cookies() if one["name"] == "candor"]
    visit.goto(f"{app.url}/people")
    visit.get_by_text("How to come in").wait_for()
    assert "API keys" not in seen(visit)


def test_a_failure_that_nobody_foresaw_is_a_number(app: RunningApp, visit: Page) -> None:
    """No traceback in the window; the log has the number and the place, and none of the words that were worked on."""
    interview(app, "Zebulon Quill", "Clockmaker")
    come_in(visit, app.admin_link)
    visit.goto(app.url)
    visit.get_by_test_id("stSidebar").wait_for()
    with table_gone(app, "candidates"):
        visit.goto(f"{app.url}/?name=Zebulon")
        visit.get_by_text("Something went wrong on our side").wait_for()
        found = seen(visit)
        number = re.search(r"number: ([0-9a-f]{8})", found)
        assert number
        assert not [word for word in ("Traceback", "OperationalError", "sqlite", "SELECT", ".py") if word in found]
        assert f"internal_error {number[1]}" in app.output
        assert "Zebulon" not in app.output
    visit.get_by_role("button", name="Try again").click()
    visit.get_by_text("Something went wrong on our side").wait_for(state="hidden")
