"""The page that rehearses a position and scores its interviews again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from builders import House
from page_tests import metrics, person, press, visiting, words
from scripted import ScriptedEngine
from streamlit.testing.v1 import AppTest

from interview.access import SYSTEM

PAGE = "pages/hiring/rehearsal.py"
AGAIN = "Score again"

Open = Callable[..., AppTest]


@pytest.fixture
def open_page(home: House) -> Iterator[Open]:
    with visiting(home, person(home, "hiring")) as opened:
        yield opened


def captions(app: AppTest) -> str:
    return "\n".join(one.value for one in app.main.caption)


def again(app: AppTest) -> AppTest:
    """The other view, chosen as a browser does."""
    app.session_state["view"] = AGAIN
    return app.run()


def test_a_plan_is_rehearsed_and_the_report_read(home: House, open_page: Open) -> None:
    """It says before that this version never was; then what came out, and what to change."""
    position = home.service.positions.find_or_plan(SYSTEM, "Engineer", "We build clocks.", draft=True)
    app = open_page(PAGE, position=position.position_id)
    assert "Version 1 of the plan was never rehearsed" in captions(app)
    assert app.title[0].value == "Engineer"
    press(app, "Rehearse version 1")
    assert "never rehearsed" not in captions(app)
    assert metrics(app)["Told apart"] == "0 of 6"
    assert metrics(app)["Silence rated"] != "None"  # this engine gives everybody a level
    table = app.dataframe[0].value
    assert list(table["Competency"]) == ["Debugging", "Teamwork", "Planning"]
    assert table["Strong"][0] == "3.0 middle"
    assert "could not tell strong from weak" in "\n".join(one.value for one in app.markdown)
    press(app, "Rehearse version 1")
    assert [one.label for one in app.expander if "told apart" in one.label] != []
    assert len(home.service.rehearsals.list(SYSTEM, position.position_id)) == 2


def test_a_failing_engine_is_said_and_nothing_is_kept(home: House, open_page: Open) -> None:
    position = home.service.positions.find_or_plan(SYSTEM, "Engineer", "We build clocks.")
    app = open_page(PAGE, position=position.position_id)
    home.engine.fail_next(100)
    press(app, "Rehearse version 1")
    assert "The model did not answer" in app.error[0].value
    assert home.service.rehearsals.list(SYSTEM, position.position_id) == []


class Newer(ScriptedEngine):
    prompt_version = "2"


def test_interviews_are_scored_again_and_what_changed_is_shown(home: House) -> None:
    """How many, before; the result after; the change by interview with a link to it."""
    record = home.interview(candidate_name="Ada_Example")
    home.finish(home.start(record).session_id)
    home.clock.forward(days=1)
    engine = Newer()
    engine.levels.extend([2.0] * 20)
    later = home.again(engine)
    with visiting(later, person(later, "administrator")) as open_page:
        app = again(open_page(PAGE, position=record.position_id))
        assert "1 interview completed, 0 of them scored so already: 1 to score." in app.markdown[0].value
        press(app, "Score 1 again")
        assert app.success[0].value == "1 interview scored."
        assert metrics(app)["Mean change"] == "-1.00"
        table = app.dataframe[0].value
        assert (table["Candidate"][0], table["Before"][0], table["After"][0]) == ("Ada_Example", 3.0, 2.0)
        assert table["Interview"][0] == f"/interview?interview={record.interview_id}"
        app.run()
        assert not app.success  # it is said once
        assert next(button for button in app.button if button.label == AGAIN).disabled


def test_a_reviewer_sees_no_change_of_an_interview_that_they_have_not_rated(home: House) -> None:
    record = home.interview(candidate_name="Ada Example")
    home.finish(home.start(record).session_id)
    later = home.again(Newer())
    later.clock.forward(days=1)
    later.service.rescoring.run(SYSTEM, record.position_id)
    with visiting(later, person(later, "hiring")) as open_page:
        app = again(open_page(PAGE, position=record.position_id))
        assert "1 interview not shown and not counted here" in captions(app)
        assert "Ada Example" not in words(app)
        assert not app.metric


def test_nothing_completed_is_said(home: House, open_page: Open) -> None:
    position = home.service.positions.find_or_plan(SYSTEM, "Engineer", "We build clocks.")
    app = again(open_page(PAGE, position=position.position_id))
    assert "No interview of this position has been completed yet" in app.markdown[0].value
    assert "Nothing to compare yet" in captions(app)


def test_a_position_that_does_not_exist_leads_back(open_page: Open) -> None:
    app = open_page(PAGE, position="none")
    assert "There is no such position" in app.error[0].value


def test_the_page_is_closed_to_analysts(home: House) -> None:
    with visiting(home, person(home, "analyst")) as open_page:
        position = home.service.positions.find_or_plan(SYSTEM, "Engineer", "We build clocks.")
        with pytest.raises(ValueError, match="Could not find a navigation page"):
            open_page(PAGE, position=position.position_id)
