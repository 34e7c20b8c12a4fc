"""The interviews list in AppTest: filters in the URL, what each line says, what stands there when it is empty."""

from __future__ import annotations

from builders import House
from page_tests import person, visiting, words
from streamlit.testing.v1 import AppTest

from interview.access import SYSTEM

LIST = "pages/hiring/interviews.py"


def names(app: AppTest) -> list[str]:
    """The candidates that the table shows, in its order."""
    return [label.removeprefix(":material/chevron_right: ") for label in app.dataframe[0].value["Candidate"]]


def test_the_first_visit_says_what_to_do_first(home: House) -> None:
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(LIST)
    assert "There are no interviews yet" in words(app)
    assert not app.dataframe


def test_a_line_says_how_far_the_interview_is(home: House) -> None:
    """Status in words, the share of questions done, the score, and what waits for an answer."""
    record = home.interview(candidate_name="Ada *Star*")
    candidate = home.candidate(record)
    home.service.journeys.request_adjustment(candidate, "More time, please.")
    home.finish(home.start(record).session_id)
    with visiting(home, person(home, "administrator")) as open_page:
        line = open_page(LIST).dataframe[0].value.iloc[0]
    assert line["Candidate"].endswith("Ada *Star*")
    assert line["Status"] == "✓ Completed"
    assert line["Score"] == 3.0
    assert line["Requests"] == "1"
    assert 0 < line["Questions"] <= 100


def test_an_interview_without_scores_has_an_empty_score(home: House) -> None:
    """None is something else than 0 of 5."""
    home.interview()
    home.finish(home.start(home.interview(candidate_name="Ada")).session_id)
    with visiting(home, person(home, "administrator")) as open_page:
        lines = open_page(LIST).dataframe[0].value
    assert sorted(lines["Score"].isna()) == [False, True]


def test_columns_that_nothing_stands_in_leave_their_room_to_names(home: House) -> None:
    """Nobody asked for anything, and the reader has rated nobody; that scores are closed is said."""
    home.finish(home.start(home.interview()).session_id)
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(LIST)
    assert not {"Score", "Requests"} & set(app.dataframe[0].value.columns)
    assert "open once you have rated it" in words(app)


def test_a_line_counts_what_stands_where(home: House) -> None:
    """Of the interviews that the other filters let through, whichever status is chosen."""
    home.candidate(home.interview(candidate_name="Ada"))
    home.interview(candidate_name="Grace")
    record = home.interview(candidate_name="Graham")
    home.service.journeys.request_adjustment(home.candidate(record), "More time, please.")
    home.finish(home.start(record).session_id)
    away = home.interview(candidate_name="Gone")
    home.service.interviews.archive(SYSTEM, away.interview_id)
    with visiting(home, person(home, "hiring")) as open_page:
        every = "1 not invited yet · 1 invited · 1 completed · 1 request waits for an answer"
        assert every in captions(open_page(LIST))
        assert every in captions(open_page(LIST, state="invited"))
        assert "1 invited" in captions(open_page(LIST, name="Ada"))


def captions(app: AppTest) -> list[str]:
    return [caption.value for caption in app.caption]


def test_filters_come_from_the_url(home: House) -> None:
    home.candidate(home.interview(candidate_name="Ada"))
    home.interview(candidate_name="Grace")
    other = home.interview(candidate_name="Alan", role_title="Nurse", job_text="We care.")
    with visiting(home, person(home, "hiring")) as open_page:
        assert names(open_page(LIST, state="invited")) == ["Ada"]
        assert names(open_page(LIST, name="gra")) == ["Grace"]
        by_position = open_page(LIST, position=other.position_id)
    assert names(by_position) == ["Alan"]
    assert by_position.selectbox(key="filter-position").value == other.position_id


def test_a_chosen_filter_goes_into_the_url(home: House) -> None:
    home.candidate(home.interview(candidate_name="Ada"))
    home.interview(candidate_name="Grace")
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(LIST)
        app.selectbox(key="filter-state").select("ready").run()
        assert names(app) == ["Grace"]
        assert app.query_params["state"] == "ready"
        app.selectbox(key="filter-state").select("").run()
    assert len(names(app)) == 2
    assert "state" not in app.query_params


def test_a_filter_that_is_none_is_dropped(home: House) -> None:
    """A stale or mistyped address shows the whole list."""
    home.interview(candidate_name="Ada")
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(LIST, state="nonsense", position="gone")
    assert names(app) == ["Ada"]
    assert not {"state", "position"} & set(app.query_params)


def test_nothing_found_offers_to_clear_the_filters(home: House) -> None:
    home.interview(candidate_name="Ada")
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(LIST, name="nobody of that name")
        assert "No interview fits" in words(app)
        next(button for button in app.button if button.label == "Clear the filters").click().run()
    assert names(app) == ["Ada"]
    assert "name" not in app.query_params


def test_archived_interviews_are_shown_when_asked_for(home: House) -> None:
    home.interview(candidate_name="Ada")
    away = home.interview(candidate_name="Grace")
    home.service.interviews.archive(SYSTEM, away.interview_id)
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(LIST)
        assert names(app) == ["Ada"]
        app.toggle(key="filter-archived").set_value(True).run()
    assert sorted(names(app)) == ["Ada", "Grace"]
    assert app.query_params["archived"] == "yes"


def test_more_than_a_page_is_shown_step_by_step(home: House) -> None:
    for number in range(53):
        home.clock.forward(seconds=1)
        home.interview(candidate_name=f"Candidate {number}")
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(LIST)
        assert names(app)[0] == "Candidate 52"
        assert len(names(app)) == 50
        next(button for button in app.button if button.label == "Show more").click().run()
    assert len(set(names(app))) == 53
    assert "Show more" not in [button.label for button in app.button]


def test_positions_of_one_title_are_told_apart(home: House) -> None:
    """A list of choices with the same words twice would lead to the wrong one."""
    home.interview()
    home.clock.forward(days=1)
    home.interview(job_text="Other words for the job.")
    with visiting(home, person(home, "administrator")) as open_page:
        options = open_page(LIST).selectbox(key="filter-position").options
    assert len(set(options)) == 3
