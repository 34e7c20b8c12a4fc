"""Inviting many on a position's page: the file is looked at, then all is made with one click, and shown once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from builders import House
from page_tests import person, press, visiting, words
from scripted import position_plan
from streamlit.testing.v1 import AppTest

from interview.access import SYSTEM

PAGE = "pages/hiring/positions.py"
GOOD = b"candidate_name,candidate_email\nAda *One*,ada@example.org\nBo Two,bo@example.org\n"
BAD = b"candidate_name,candidate_email,mode\n,ada@example.org,\nBo,*bo*,voice\n"


@pytest.fixture
def position_id(home: House) -> str:
    return home.service.positions.find_or_plan(SYSTEM, "Engineer", "We build clocks.").position_id


@pytest.fixture
def page(home: House, position_id: str) -> Iterator[AppTest]:
    with visiting(home, person(home, "hiring")) as open_page:
        yield open_page(PAGE, position=position_id)


def choose(app: AppTest, data: bytes) -> AppTest:
    app.file_uploader[0].upload("candidates.csv", data, "text/csv").run()
    assert not app.exception, app.exception[0].value
    return app


def count(home: House) -> tuple[int, int]:
    tables = home.dump()
    return len(tables["interviews"]), len(tables["invitations"])


def test_a_file_is_looked_at_before_anything_is_made(home: House, page: AppTest) -> None:
    choose(page, GOOD)
    assert list(page.dataframe[-1].value["Candidate"]) == ["Ada *One*", "Bo Two"]
    assert any(button.label == "Make 2 interviews and links" for button in page.button)
    assert count(home) == (0, 0)


def test_problems_are_listed_all_at_once_and_nothing_can_be_made(home: House, page: AppTest) -> None:
    choose(page, BAD)
    assert "3 problems" in page.error[0].value
    table = page.table[0].value
    assert list(table.index) == ["2", "3", "3"]
    assert not [button for button in page.button if button.label.startswith("Make")]
    assert count(home) == (0, 0)


def test_one_click_makes_all_and_shows_the_links_once(home: House, page: AppTest) -> None:
    """However often the page runs; put away, they are in none of what the page holds."""
    choose(page, GOOD)
    press(page, "Make 2 interviews and links").run()
    assert count(home) == (2, 2)
    assert "cannot be shown again" in words(page)
    links = list(page.dataframe[-1].value["Link"])
    assert len({home.service.access.by_bearer(link.rpartition("/")[2]).interview_id for link in links}) == 2
    press(page, "I have kept the file")
    assert not any(link in words(page) for link in links)
    assert page.file_uploader[0].value is None


def test_a_file_that_was_right_and_is_not_any_more_says_so(home: House, page: AppTest, position_id: str) -> None:
    """Somebody invites one of the people between the look and the click."""
    choose(page, GOOD)
    home.interview(candidate_email="bo@example.org")
    press(page, "Make 2 interviews and links")
    assert "1 problem" in page.error[0].value
    assert count(home) == (1, 0)


def test_a_plan_that_waits_comes_first(home: House, page: AppTest, position_id: str) -> None:
    home.service.positions.save_plan(SYSTEM, position_id, position_plan(2))
    page.run()
    assert not page.file_uploader
    assert "read this version of the plan and approved it" in words(page)
