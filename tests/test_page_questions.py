"""The page of question statistics: what it shows, what it filters by, and what it never shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from builders import House
from page_tests import ForRole, for_roles, metrics, words

from interview.access import SYSTEM
from interview.question_statistics import QuestionReport
from interview.records import InterviewRecord

pytestmark = pytest.mark.house(probes=0)

PAGE = "pages/analyst/questions.py"
CANDIDATE = "Zephyrine Quillfeather"


@pytest.fixture
def opened(home: House) -> Iterator[ForRole]:
    with for_roles(home, PAGE) as open_page:
        yield open_page


def hold(home: House, *levels: float, **fields: str) -> InterviewRecord:
    """One interview, its three questions on these levels."""
    record = home.interview(candidate_name=CANDIDATE, **fields)
    home.engine.levels.extend(level for level in levels)
    session = home.start(record).session_id
    home.finish(session)
    home.engine.levels.clear()
    return record


def report(home: House, record: InterviewRecord) -> QuestionReport:
    return home.service.question_statistics.of_position(SYSTEM, record.position_id)


def test_without_scores_it_says_when_there_will_be_some(opened: ForRole) -> None:
    app = opened()
    assert "No interview has been scored yet" in [each.value for each in app.subheader]
    assert (len(app.selectbox), len(app.metric)) == (0, 0)


def test_few_interviews_are_shown_and_nothing_is_said_of_them(home: House, opened: ForRole) -> None:
    """The single position needs no choice; every question is in the table with the use case's figures."""
    record = hold(home, 2.0, 2.0, 2.0)
    hold(home, 3.0, 3.0, 3.0)
    app = opened()
    assert metrics(app) == {"Scorecards": "2", "Questions": "3", "To look at": "0"}
    assert "Too few interviews to say anything" in words(app)
    shown = app.dataframe[0].value
    expected = report(home, record).questions
    assert shown["question"].tolist() == [each.question for each in expected]
    assert shown["mean"].tolist() == [each.mean for each in expected]
    assert shown["number"].tolist() == [1, 2, 3]


def test_what_stands_out_is_said_with_what_to_do(home: House, opened: ForRole) -> None:
    """Ten candidates on level 5 throughout."""
    for _ in range(10):
        record = hold(home, *[5.0] * 12)
    app = opened()
    assert metrics(app)["To look at"] == "3"
    finding = report(home, record).questions[0].findings[0]
    said = [each.value for each in app.markdown]
    assert f"{finding.says} {finding.do}" in said
    assert any("1. Tell me about debugging" in each for each in said)


def test_a_position_is_chosen_in_the_url(home: House, opened: ForRole) -> None:
    """Of several, none is shown before it is chosen; nonsense chooses none."""
    hold(home, 2.0, 2.0, 2.0)
    nurse = hold(home, 3.0, 3.0, 3.0, role_title="Nurse", job_text="We care.")
    for told in ({}, {"position": "nonsense"}):
        app = opened(**told)
        assert "Choose a position" in [each.value for each in app.subheader]
        assert len(app.dataframe) == 0
    app = opened(position=nurse.position_id)
    assert metrics(app)["Scorecards"] == "1"
    assert "No scorecards match this filter" in words(opened(position=nurse.position_id, **{"from": "2030-01-01"}))
    backwards = opened(position=nurse.position_id, **{"from": "2026-03-09", "to": "2026-03-02"})
    assert "ends before it begins" in backwards.error[0].value


def test_two_plan_versions_are_compared(home: House, opened: ForRole) -> None:
    record = hold(home, 2.0, 2.0, 2.0)
    hold(home, 3.0, 3.0, 3.0)
    positions = home.service.positions
    positions.save_plan(SYSTEM, record.position_id, positions.get(SYSTEM, record.position_id).plan)
    positions.approve(SYSTEM, record.position_id)
    hold(home, 3.0, 3.0, 3.0)
    hold(home, 3.0, 3.0, 3.0)
    app = opened()
    assert "Between plan versions" in [each.value for each in app.subheader]
    assert app.dataframe[1].value["Versions"].tolist() == ["1 → 2"] * 3
    assert "Between plan versions" not in words(opened(version="2", position=record.position_id))


def test_words_from_outside_are_shown_as_they_stand(home: House, opened: ForRole) -> None:
    """A question of the team's own with Markdown in it, asked of ten."""
    for _ in range(10):
        record = home.interview()
        home.service.questions.add(SYSTEM, record.interview_id, "Why *not* [a](http://b)?", competency="Planning")
        home.engine.levels.extend([5.0] * 15)
        home.finish(home.start(record).session_id)
        home.engine.levels.clear()
    app = opened()
    assert any(r"Why \*not\* \[a\]" in each.value for each in app.markdown)


def test_no_name_and_no_words_of_a_candidate_reach_the_page(home: House, opened: ForRole) -> None:
    hold(home, 2.0, 2.0, 2.0)
    shown = words(opened())
    assert "Zephyrine" not in shown
    assert "traced the fault" not in shown


@pytest.mark.parametrize("role", ["hiring", "program"])
def test_others_do_not_get_it(home: House, opened: ForRole, role: str) -> None:
    """No such page is in their navigation: a reviewer would read scores out of it before rating."""
    hold(home, 2.0, 2.0, 2.0)
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        opened(role)
