"""The page of agreement between raters: what it shows, what it filters by, and what it never shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from builders import House
from page_tests import ForRole, for_roles, person, words
from streamlit.testing.v1 import AppTest

from interview.access import SYSTEM, Actor
from interview.agreement import AgreementFilter
from interview.records import InterviewRecord
from interview.reviewing.rating import CriterionRating

pytestmark = pytest.mark.house(probes=0)

PAGE = "pages/analyst/agreement.py"
CANDIDATE = "Zephyrine Quillfeather"


@pytest.fixture
def opened(home: House) -> Iterator[ForRole]:
    with for_roles(home, PAGE) as open_page:
        yield open_page


def hold(home: House, **fields: str) -> InterviewRecord:
    """One interview, every criterion on level 3."""
    record = home.interview(candidate_name=CANDIDATE, **fields)
    home.finish(home.start(record).session_id)
    home.clock.forward(minutes=1)
    return record


def rate(home: House, actor: Actor, record: InterviewRecord, levels: Sequence[int]) -> None:
    """Every criterion of a competency on its level."""
    ratings = {
        competency.name: {one.name: CriterionRating(level=level) for one in competency.criteria}
        for competency, level in zip(record.competencies, levels, strict=True)
    }
    home.service.reviews.submit(actor, record.interview_id, ratings)
    home.clock.forward(minutes=1)


def metrics(app: AppTest) -> list[tuple[str, str]]:
    return [(each.label, each.value) for each in app.metric]


def test_without_blind_reviews_it_says_how_there_come_to_be_some(home: House, opened: ForRole) -> None:
    hold(home)
    app = opened()
    assert "Nobody has rated an interview blind yet" in [each.value for each in app.subheader]
    assert len(app.metric) == 0


def test_figures_are_those_of_the_use_case(home: House, opened: ForRole) -> None:
    """Two reviewers of one interview: both beside the engine, and beside each other."""
    record = hold(home)
    rate(home, person(home, "hiring"), record, (3, 2, 4))
    rate(home, person(home, "hiring"), record, (3, 2, 1))
    app = opened()
    report = home.service.agreements.report(SYSTEM)
    assert report.people.overall.kappa is not None
    assert metrics(app) == [
        ("Weighted kappa", "None"), ("Same level", "33%"), ("Within one", "83%"), ("Mean difference", "0.83"),
        ("Weighted kappa", f"{report.people.overall.kappa.value:.2f}"), ("Same level", "67%"), ("Within one", "67%"),
        ("Mean difference", "1.00"),
    ]  # fmt: skip
    engine, people, reviewers = (each.value for each in app.dataframe)
    assert engine["Competency"].tolist() == people["Competency"].tolist() == ["Debugging", "Planning", "Teamwork"]
    assert "Higher by" in engine
    assert "Higher by" not in people
    assert reviewers[["Reviewer", "Reviews"]].values.tolist() == [["Reviewer 1", 1], ["Reviewer 2", 1]]
    assert "A small sample" in words(app)


def test_one_reviewer_has_nobody_to_be_compared_with(home: House, opened: ForRole) -> None:
    rate(home, person(home, "hiring"), hold(home), (1, 3, 5))
    app = opened()
    assert len(app.metric) == 4
    assert "Reviewers have rated nothing in common yet" in words(app)


def test_the_filter_comes_from_the_url(home: House, opened: ForRole) -> None:
    """By position and by the days of the reviews; the reviewer keeps the number."""
    rate(home, person(home, "hiring"), hold(home), (1, 3, 5))
    nurse = hold(home, role_title="Nurse", job_text="We care.")
    rate(home, person(home, "hiring"), nurse, (1, 3, 5))
    app = opened(position=nurse.position_id)
    assert app.dataframe[-1].value["Reviewer"].tolist() == ["Reviewer 2"]
    assert len(opened(position="nonsense").dataframe[-1].value) == 2
    assert "No blind reviews match this filter" in words(opened(**{"from": "2030-01-01"}))
    assert "ends before it begins" in opened(**{"from": "2026-03-09", "to": "2026-03-02"}).error[0].value


def test_no_name_reaches_the_page(home: House, opened: ForRole) -> None:
    """Neither a reviewer's nor a candidate's, nor a reviewer's id."""
    reviewer = person(home, "hiring")
    rate(home, reviewer, hold(home), (1, 3, 5))
    shown = words(opened())
    assert "Zephyrine" not in shown
    assert reviewer.reviewer_id not in shown
    assert reviewer.name not in shown
    assert home.service.agreements.report(SYSTEM, AgreementFilter()).reviews == 1


@pytest.mark.parametrize("role", ["hiring", "program"])
def test_others_do_not_get_it(home: House, opened: ForRole, role: str) -> None:
    """No such page is in their navigation."""
    rate(home, person(home, "hiring"), hold(home), (1, 3, 5))
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        opened(role)
