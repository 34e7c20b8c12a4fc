"""The page that holds candidates beside each other."""

from __future__ import annotations

import re

import pytest
from builders import ANSWER, House
from page_tests import person, visiting, words

from interview.access import SYSTEM, Actor
from interview.records import InterviewRecord
from interview.reviewing.rating import CriterionRating

pytestmark = pytest.mark.slow

PAGE = "pages/hiring/compare.py"


def held(home: House, name: str, *levels: float | None) -> InterviewRecord:
    home.clock.forward(hours=1)
    record = home.interview(candidate_name=name)
    home.engine.levels.extend(levels)
    home.finish(home.start(record).session_id)
    home.engine.levels.clear()
    return record


@pytest.fixture
def held_by_three(home: House) -> list[InterviewRecord]:
    """The best of them neither first nor last, one with a name that is markup."""
    some = ("Ada", 2.0), ("Ben <b>&", 5.0), ("Cleo", 1.0)
    return [held(home, name, *[level] * 9) for name, level in some]


def rate(home: House, actor: Actor, record: InterviewRecord) -> None:
    ratings = {one.name: {each.name: CriterionRating(level=3) for each in one.criteria} for one in record.competencies}
    home.service.reviews.submit(actor, record.interview_id, ratings)


def table(app: object) -> str:
    """The HTML of the table of scores."""
    found = [one.proto.body for one in app.get("html") if "<table" in one.proto.body]  # type: ignore[attr-defined]
    assert len(found) == 1
    return str(found[0])


def test_scores_stand_as_figures_in_the_order_of_completion(home: House, held_by_three: list[InterviewRecord]) -> None:
    """Nothing there sorts by score, and no column adds up."""
    with visiting(home, person(home, "administrator")) as open_page:
        app = open_page(PAGE, position=held_by_three[0].position_id)
        drawn = table(app)
        assert re.findall(r'target="_self">(.*?)</a>', drawn) == ["Ada", "Ben &lt;b&gt;&amp;", "Cleo"]
        assert re.findall(r"<b>([\d.]+)</b>", drawn) == ["2.0"] * 3 + ["5.0"] * 3 + ["1.0"] * 3
        assert drawn.count('<th scope="col"') == 4
        assert not app.dataframe
        assert "Not a ranking" in words(app)
        assert f"/interview?interview={held_by_three[0].interview_id}" in drawn


def test_what_needs_care_says_so_in_words_and_why(home: House, held_by_three: list[InterviewRecord]) -> None:
    """A figure that cannot be compared has no colour."""
    held(home, "Dora", *[None] * 30)
    with visiting(home, person(home, "administrator")) as open_page:
        app = open_page(PAGE, position=held_by_three[0].position_id)
        row = table(app).rpartition("Dora")[2]
        assert "✕ Not comparable" in row
        assert "filled" not in row.partition("</table>")[0]
        assert "No criterion was assessed." in words(app)
        assert "Dora in Debugging" in words(app)
        assert "1 not at all." in table(app)


def test_a_reviewer_is_led_to_those_they_are_to_rate(home: House, held_by_three: list[InterviewRecord]) -> None:
    """Before that nothing of the scores is on the page."""
    ines = person(home, "hiring")
    with visiting(home, ines) as open_page:
        app = open_page(PAGE, position=held_by_three[0].position_id)
        assert "Rate first (3)" in words(app)
        assert "<table" not in words(app)
        assert not re.search(r"\b5\.0\b", words(app))
        for record in held_by_three[:2]:
            rate(home, ines, record)
        app = open_page(PAGE, position=held_by_three[0].position_id)
        assert "Cleo" not in table(app)
        assert "Rate first" in words(app)
        assert held_by_three[2].interview_id in words(app)


def test_chosen_candidates_are_read_side_by_side(home: House, held_by_three: list[InterviewRecord]) -> None:
    """The address holds who and which question; their words are text, with the quotes marked."""
    asked = held_by_three[0].position_id
    with visiting(home, person(home, "administrator")) as open_page:
        app = open_page(PAGE, position=asked)
        ids = [held_by_three[2].interview_id, held_by_three[0].interview_id]
        app.multiselect("compare-interviews").set_value(ids).run()
        assert app.query_params["interviews"] == ",".join(ids)
        assert "Ben" not in table(app)
        app.selectbox("compare-question").select_index(1).run()
        assert app.query_params["question"] == "1"
        beside = next(one.proto.body for one in app.get("html") if '<div class="beside">' in one.proto.body)
        assert re.findall(r'<h3 dir="auto">(.*?)</h3>', beside) == ["Cleo", "Ada"]
        assert f"<mark>{ANSWER}" in beside
        again = open_page(PAGE, position=asked, interviews=",".join(ids), question="1")
        assert table(again) == table(app)


def test_the_newest_plan_version_is_compared_first(home: House, held_by_three: list[InterviewRecord]) -> None:
    """An older one is a choice away, and so are all; an address that names candidates means just those."""
    first = held_by_three[0]
    plan = home.service.positions.get(SYSTEM, first.position_id).plan
    home.service.positions.save_plan(SYSTEM, first.position_id, plan.model_copy(update={"focus_areas": ("tests",)}))
    home.service.positions.approve(SYSTEM, first.position_id)
    held(home, "Dora", *[3.0] * 9)
    with visiting(home, person(home, "administrator")) as open_page:
        app = open_page(PAGE, position=first.position_id)
        assert "Dora" in table(app)
        assert "Ada" not in table(app)
        app.selectbox("compare-version").set_value("1").run()
        assert app.query_params["version"] == "1"
        assert "Dora" not in table(app)
        app.selectbox("compare-version").set_value("all").run()
        assert table(app).count("<tr>") == 5
        assert "Ada" in table(open_page(PAGE, position=first.position_id, interviews=first.interview_id))


def test_of_many_the_last_are_shown_first(home: House) -> None:
    """Earlier ones come when asked for; the order stays that of completion."""
    records = [held(home, f"Candidate {number:02}") for number in range(22)]
    with visiting(home, person(home, "administrator")) as open_page:
        app = open_page(PAGE, position=records[0].position_id)
        assert "The 20 who completed last, of 22." in words(app)
        assert "Candidate 01" not in table(app)
        next(one for one in app.button if one.label == "Show 2 earlier").click().run()
        assert table(app).index("Candidate 00") < table(app).index("Candidate 21")


def test_of_more_than_four_nobodys_words_are_read(home: House) -> None:
    records = [held(home, f"Candidate {number}") for number in range(5)]
    with visiting(home, person(home, "administrator")) as open_page:
        app = open_page(PAGE, position=records[0].position_id)
        assert "Choose up to 4 candidates above" in words(app)
        assert ANSWER not in words(app)


def test_nonsense_in_the_address_is_passed_over(home: House, held_by_three: list[InterviewRecord]) -> None:
    with visiting(home, person(home, "administrator")) as open_page:
        assert "Candidates of one position" in words(open_page(PAGE, position="nowhere"))
        app = open_page(PAGE, position=held_by_three[0].position_id, interviews="x,,y", question="99")
        assert table(app).count("<tr>") == 4
        assert not app.error


def test_what_is_not_there_yet_is_said(home: House) -> None:
    with visiting(home, person(home, "administrator")) as open_page:
        assert "There is no position yet" in words(open_page(PAGE))
        record = home.interview()
        assert "Nobody has completed this interview yet" in words(open_page(PAGE, position=record.position_id))


def test_analysts_compare_nobody(home: House, held_by_three: list[InterviewRecord]) -> None:
    assert held_by_three
    with visiting(home, person(home, "analyst")) as open_page:
        assert "Compare" not in words(open_page())
    assert home.service.comparisons.of_position(SYSTEM, held_by_three[0].position_id).candidates
