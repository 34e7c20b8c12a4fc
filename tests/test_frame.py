"""The frame around every page: who gets which pages, and what a page says to somebody who may not see it."""

from __future__ import annotations

import re

import pytest
from builders import House
from conftest import ROOT
from page_tests import SECONDS, person, visiting, words
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from interview import __version__
from interview.access import Actor
from pages.components.text import escaped

NAVIGATION = (ROOT / "pages/components/navigation.py").read_text()
PAGES = sorted(set(re.findall(r'"(pages/[\w/]+\.py)"', NAVIGATION)))
STAFF_PAGES = [page for page in PAGES if page.split("/")[1] in ("hiring", "analyst", "admin")]
THEIRS = {
    "administrator": {"hiring", "analyst", "admin"},
    "hiring": {"hiring"},
    "analyst": {"analyst"},
    "program": set[str](),
    "candidate": set[str](),
    None: set[str](),
}
"""The folders of pages that each role gets; everybody besides the team has one page of their own."""


def visitor(home: House, role: str | None) -> Actor | None:
    if role == "candidate":
        return home.candidate(home.interview())
    return person(home, role) if role else None


def test_every_page_is_in_the_navigation() -> None:
    """A file that guards itself is a page; each of them is listed, and each that is listed stands there."""
    found = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "pages").glob("*/*.py")
        if re.search(r"^\w+ = (staff|candidate|guard\.\w+|visitor)\(", file.read_text(), re.MULTILINE)
    }
    assert found == set(PAGES)


def test_a_stranger_is_told_how_to_come_in(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a cookie there is the first page and nothing else."""
    monkeypatch.setattr(ContextProxy, "cookies", {})  # AppTest's own stand-in has something under every name
    with visiting(home, None) as open_page:
        said = words(open_page())
    assert "How to come in" in said
    assert "/api/docs" in said
    assert escaped(__version__) in said or __version__ in said


def test_a_link_of_the_program_role_says_that_it_is_for_programs(home: House) -> None:
    with visiting(home, person(home, "program")) as open_page:
        said = words(open_page())
    assert "Your role is for programs" in said
    assert "How to come in" not in said


def forbidden(role: str | None) -> list[str]:
    return [page for page in STAFF_PAGES if page.split("/")[1] not in THEIRS[role]]


@pytest.mark.parametrize("role", THEIRS)
def test_the_navigation_has_what_the_role_may_see_and_nothing_else(home: House, role: str | None) -> None:
    with visiting(home, visitor(home, role)) as open_page:
        app = open_page()
        for page in STAFF_PAGES:
            if page in forbidden(role):
                with pytest.raises(ValueError, match="page"):
                    app.switch_page(str(ROOT / page))
            else:
                assert not app.switch_page(str(ROOT / page)).run().exception, page


@pytest.mark.parametrize("role", [role for role in THEIRS if forbidden(role)])
def test_a_page_that_is_run_past_the_navigation_stops_at_its_guard(home: House, role: str | None) -> None:
    """Nothing of it is shown, not even its title."""
    with visiting(home, visitor(home, role)):
        for page in forbidden(role):
            app = AppTest.from_file(str(ROOT / page), default_timeout=SECONDS).run()
            assert not app.exception
            assert [one.value for one in app.title] == ["This page is not open to you"], page
            assert len(app.main.children) == 2
            assert not app.button


def test_a_name_in_the_sidebar_is_no_markup(home: House) -> None:
    """Names are shown as they stand."""
    actor = Actor(role="hiring", id="link:x", name="**Loud** [link](https://example.org)")
    with visiting(home, actor) as open_page:
        app = open_page()
    assert escaped(actor.name) in app.sidebar.caption[0].value
