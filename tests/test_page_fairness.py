"""The fairness page: who sees it, what it says in words, and what it hands out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from builders import House
from page_tests import ForRole, for_roles, metrics, person, visiting, words
from test_fairness import MAN, WOMAN, held

from interview.counterfactual import SWAPS
from interview.demographics import SelfReport
from interview.statistics.impact import FOUR_FIFTHS, Group
from pages.analyst.parts.rates import in_digits

pytestmark = pytest.mark.house(probes=0)

PAGE = "pages/analyst/fairness.py"


@pytest.fixture
def opened(home: House) -> Iterator[ForRole]:
    with for_roles(home, PAGE) as open_page:
        yield open_page


def unequal(home: House) -> str:
    """Six women of whom one is selected, six men of whom five are; the position's id."""
    for number in range(6):
        position = held(home, 3.0, "advance" if number < 1 else "decline", WOMAN).position_id
        held(home, 4.0, "advance" if number < 5 else "hold", MAN)
    return position


def test_without_interviews_it_says_when_figures_appear(opened: ForRole) -> None:
    app = opened()
    assert "No interview has been completed yet" in words(app)
    assert len(app.metric) == 0


def test_the_tables_say_in_words_what_they_show(home: House, opened: ForRole) -> None:
    """Flag, test and small sample stand in the remark; what they do not prove stands above everything."""
    unequal(home)
    app = opened()
    page = words(app)
    assert "What they do not prove" in page
    assert metrics(app) == {"Interviews": "12", "Self-reports": "12", "Decided": "11", "Median score": "3.50"}
    assert [each.value for each in app.warning] == [
        "Under four fifths of the highest rate:\n- By sex: Female."
    ] * 2  # both tabs
    table = app.dataframe[0].value
    assert table[["Category", "People", "Selected"]].values.tolist() == [["Female", 6, 1], ["Male", 5, 5]]
    assert table["Impact ratio"].tolist() == ["0.17", "1.00"]
    assert table["Remark"].tolist() == ["Under four fifths; unlikely to be chance alone; small sample", "Highest rate"]
    assert "1 on hold and 0 without a decision" in page
    assert "Selection rate by sex. Female: 17%" in page  # told to screen readers beside the chart
    assert [button.label for button in app.get("download_button")] == ["Download CSV", "Download XLSX", "Download JSON"]


def test_under_ten_answers_there_is_no_category_on_the_page(home: House, opened: ForRole) -> None:
    for _ in range(2):
        held(home, 3.0, "advance", WOMAN)
    app = opened()
    assert "Tables appear when 10 people" in app.info[0].value
    assert len(app.dataframe) == 0
    page = words(app)
    assert "Asian" not in page
    assert "Female" not in page


def test_the_filter_lives_in_the_url(home: House, opened: ForRole) -> None:
    """Nonsense in it filters nothing."""
    first = held(home, 3.0)
    home.clock.forward(days=40)
    held(home, 3.0, role_title="Nurse", job_text="We care.")
    assert metrics(opened(days="30"))["Interviews"] == "1"
    assert metrics(opened(position=first.position_id))["Interviews"] == "1"
    assert metrics(opened(days="x", position="y"))["Interviews"] == "2"
    app = opened()
    app.selectbox(key="fairness_days").select(30).run()
    assert app.query_params == {"days": "30"}
    app.selectbox(key="fairness_days").set_value(None).run()
    assert metrics(app)["Interviews"] == "2"


def test_the_same_answers_are_rated_under_other_names(home: House, opened: ForRole) -> None:
    """Only when asked for, of one position; the scripted engine has no eye for names, and the page says so."""
    position = held(home, 3.0).position_id
    assert "Choose a position above" in words(opened())
    app = opened(position=position)
    assert "Replaced by" not in words(app)
    next(button for button in app.button if button.label == "Rate again under other names").click().run()
    assert not app.exception
    assert "there was nothing to replace" in words(app)
    table = app.dataframe[0].value
    assert table["Replaced by"].tolist() == ["Nothing replaced", *(swap.label for swap in SWAPS)]
    assert table["Questions"].tolist() == [3, *[0] * len(SWAPS)]


STAFF_PAGES = (
    "hiring/interviews", "hiring/interview", "hiring/observe", "hiring/positions", "analyst/scores", "analyst/fairness",
    "admin/people",
)  # fmt: skip


def test_no_page_shows_what_one_person_said(home: House) -> None:
    """Of all that an administrator may open, with the interview and the position in the URL."""
    told = SelfReport(sex="male", race="native_hawaiian_or_pacific_islander")
    record = held(home, 3.0, "advance", told)
    with visiting(home, person(home, "administrator")) as open_page:
        for page in STAFF_PAGES:
            app = open_page(f"pages/{page}.py", interview=record.interview_id, position=record.position_id)
            assert told.race not in words(app), page
            assert "Hawaiian" not in words(app), page


@pytest.mark.parametrize(("role", "there"), [("analyst", True), ("administrator", True), ("hiring", False)])
def test_who_decides_does_not_get_the_page(home: House, role: str, there: bool) -> None:
    held(home, 3.0, "advance", WOMAN)
    with visiting(home, person(home, role)) as open_page:
        app = open_page()
        if there:
            app.switch_page(PAGE).run()
            assert app.title[0].value == "Fairness"
        else:
            with pytest.raises(ValueError, match="fairness"):
                app.switch_page(PAGE).run()


@pytest.mark.parametrize(("ratio", "shown"), [(0.7996, "0.7996"), (0.796, "0.796"), (0.79, "0.79"), (0.8, "0.80")])
def test_a_ratio_just_short_of_four_fifths_is_not_rounded_up_to_it(ratio: float, shown: str) -> None:
    group = Group(
        sex="Female", race=None, n=9, share=1, part="compared", impact_ratio=ratio, flagged=ratio < FOUR_FIFTHS
    )
    assert in_digits(group) == shown
