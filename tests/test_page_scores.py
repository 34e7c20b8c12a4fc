"""The analyst's dashboard: what it shows, what it filters by, and what it never shows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from builders import BEGINNING, House, house
from http_server import RunningApp, running_app
from openpyxl import load_workbook
from page_tests import person, visiting, words
from streamlit.testing.v1 import AppTest

from interview.access import SYSTEM
from interview.analytics import COLUMNS, ScoreRow
from interview.records import InterviewRecord, ScoreFilter

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGE = "pages/analyst/scores.py"
CANDIDATE = "Zephyrine Quillfeather"
HOSTILE = "# Nurse [a](http://b) <b>"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path, probes=0)
    yield made
    made.close()


def hold(home: House, level: float = 3.0, *, weeks: float = 0, **fields: Any) -> InterviewRecord:
    """One interview so many weeks after the beginning, every criterion on this level."""
    home.clock.now = BEGINNING
    home.clock.forward(weeks=weeks)
    record = home.interview(candidate_name=CANDIDATE, **fields)
    session = home.start(record).session_id
    home.engine.levels.extend([level] * 9)
    home.finish(session)
    home.engine.levels.clear()
    return record


class Opened(Protocol):
    """Opens the page for a visitor of this role, who stays until the test ends; `query` is the URL's."""

    def __call__(self, role: str = "analyst", **query: str) -> AppTest: ...


@pytest.fixture
def opened(home: House) -> Iterator[Opened]:
    with ExitStack() as visits:

        def open_page(role: str = "analyst", **query: str) -> AppTest:
            return visits.enter_context(visiting(home, person(home, role)))(PAGE, **query)

        yield open_page


def metrics(app: AppTest) -> dict[str, str]:
    return {each.label: each.value for each in app.metric}


def rows(app: AppTest) -> Any:
    """The table of score rows."""
    return app.dataframe[0].value


def test_without_scores_it_says_what_to_do_next(home: House, opened: Opened) -> None:
    """To the team with the way there; there is nothing to filter or to download yet."""
    app = opened("hiring")
    assert "No interview has been scored yet" in [each.value for each in app.subheader]
    assert "Create interviews" in words(app)
    assert "Create interviews" not in words(opened())
    assert [len(app.selectbox), len(app.metric), len(app.download_button)] == [0, 0, 0]


def test_figures_are_those_of_the_use_case(home: House, opened: Opened) -> None:
    """Two interviews, all criteria on 2 and on 4: a mean of 3, six rows, every criterion assessed."""
    hold(home, 2.0)
    hold(home, 4.0)
    app = opened()
    assert metrics(app) == {
        "Interviews scored": "2",
        "Scorecards": "2",
        "Overall mean": "3.00",
        "Criteria assessed": "100%",
    }
    expected = home.service.analytics.score_rows(SYSTEM, ScoreFilter(newest_only=True))
    assert [tuple(row) for row in rows(app)[["scorecard_id", "competency", "score"]].itertuples(index=False)] == [
        (row.scorecard_id, row.competency, row.score) for row in expected
    ]
    assert "Debugging\\nn = 2, mean 3.00" in words(app)


def test_every_column_is_named_and_explained_by_the_row_itself(home: House, opened: Opened) -> None:
    hold(home)
    app = opened()
    config = json.loads(app.dataframe[0].proto.columns)
    config.pop("_index")
    assert set(config) == set(COLUMNS)
    for name, column in config.items():
        assert column["help"] == ScoreRow.model_fields[name].description
        assert column["label"][0].isupper()
        assert "_" not in column["label"]
        assert f"`{name}`): {column['help']}." in app.expander[0].markdown[0].value
    assert (config["score"]["type_config"]["type"], config["score"]["type_config"]["max_value"]) == ("progress", 5)
    assert config[app.dataframe[0].proto.column_order[0]]["pinned"] is True


def test_the_filter_comes_from_the_url(home: House, opened: Opened) -> None:
    first = hold(home, 2.0)
    hold(home, 4.0, role_title="Nurse", job_text="We care.")
    app = opened(position=first.position_id, version="1", competency="Teamwork")
    assert [each.value for each in app.selectbox] == [first.position_id, "Teamwork", 1]
    assert rows(app)[["position_id", "competency"]].values.tolist() == [[first.position_id, "Teamwork"]]
    days = {"from": "2026-03-02", "to": "2026-03-02"}
    assert metrics(opened(**days))["Interviews scored"] == "2"
    assert "No scores match this filter" in words(opened(to="2026-03-01"))


def test_nonsense_in_the_url_filters_nothing(home: House, opened: Opened) -> None:
    """No option, no day, and days that no calendar here has."""
    hold(home)
    for told in ("nonsense", "", "9999-99-99", "0001-01-01", "9999-12-31"):
        app = opened(**dict.fromkeys(("position", "version", "competency", "from", "to"), told))
        assert metrics(app)["Interviews scored"] == "1"


def test_a_choice_goes_into_the_url_and_back_out(home: House, opened: Opened) -> None:
    hold(home, 2.0)
    app = opened()
    app.selectbox(key="scores_competency").select("Planning").run()
    app.date_input(key="scores_from").set_value(datetime(2026, 3, 1).date()).run()  # noqa: DTZ001  # a day
    assert app.query_params == {"competency": "Planning", "from": "2026-03-01"}
    assert rows(app)["competency"].tolist() == ["Planning"]
    app.selectbox(key="scores_competency").set_value(None).run()
    assert app.query_params == {"from": "2026-03-01"}
    assert len(rows(app)) == 3


def test_another_position_takes_back_what_belonged_to_the_one_before(home: House, opened: Opened) -> None:
    first = hold(home, 2.0)
    second = hold(home, 4.0, role_title="Nurse", job_text="We care.")
    app = opened(position=first.position_id, version="1", competency="Planning")
    app.selectbox(key="scores_position").select(second.position_id).run()
    assert app.query_params == {"position": second.position_id}
    assert metrics(app)["Overall mean"] == "4.00"


def test_a_filter_without_scores_can_be_cleared(home: House, opened: Opened) -> None:
    """A range that ends before it begins says so instead."""
    hold(home)
    app = opened(**{"from": "2030-01-01"})
    assert len(app.dataframe) == 0
    app.button[0].click().run()
    assert app.query_params == {}
    assert len(rows(app)) == 3
    backwards = opened(**{"from": "2026-03-09", "to": "2026-03-02"})
    assert "ends before it begins" in backwards.error[0].value


def test_older_scorecards_count_when_asked_for(home: House, opened: Opened) -> None:
    record = hold(home)
    home.clock.forward(hours=1)
    home.service.scorecards.score(SYSTEM, record.interview_id)
    app = opened()
    assert metrics(app)["Scorecards"] == "1"
    app.toggle[0].set_value(False).run()
    assert app.query_params == {"all": "yes"}
    assert (metrics(app)["Scorecards"], metrics(app)["Interviews scored"]) == ("2", "1")


def test_more_rows_than_the_table_shows_are_said_and_downloaded(
    home: House, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest are shown, the figures count them all, and a file has every one."""
    monkeypatch.setattr("pages.analyst.parts.filters.TABLE_ROWS", 2)
    hold(home)
    app = opened()
    assert len(rows(app)) == 2
    assert "3 rows, newest first" in words(app)
    assert "Shown: the newest 2; a download has all of them." in words(app)


def test_small_samples_say_so(home: House, opened: Opened) -> None:
    """Under ten scores, and under two weeks; neither sentence stays when there are enough."""
    hold(home)
    one = opened()
    assert "Small samples: under 10 scores for every competency here" in words(one)
    assert "A trend takes scores from at least two weeks" in words(one)
    for week in (1, 1, 1, 1, 1, 2, 2, 2, 2):
        hold(home, weeks=week)
    ten = opened()
    assert "Small samples" not in words(ten)
    assert "A trend takes" not in words(ten)
    assert "Hollow points are of fewer than 5 scores" in words(ten)
    assert "Debugging: mean 3.00 in the week of 2026-03-02, 3.00 in 2026-03-16" in words(ten)


@pytest.mark.parametrize("role", ["analyst", "hiring"])
def test_no_name_reaches_the_browser(home: House, opened: Opened, role: str) -> None:
    """Not in a table, a chart or a choice; the check itself finds what is there."""
    record = hold(home, role_title=HOSTILE, job_text="We care.")
    hold(home, weeks=1)
    sent = words(opened(role))
    assert record.interview_id in sent
    for name in (CANDIDATE, *CANDIDATE.split()):
        assert name not in sent


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningApp]:
    made = house(tmp_path / "data", probes=0)
    for week in range(3):
        hold(made, 2.0 + week, weeks=week)
    hold(made, 5.0, role_title="Nurse", job_text="We care.")
    made.close()
    with running_app(tmp_path) as app:
        yield app


def signed_in(browser: Browser, app: RunningApp) -> Page:
    page = browser.new_context(accept_downloads=True).new_page()
    page.goto(app.admin_link)
    page.get_by_role("link", name="Scores").click()
    page.get_by_text("Score rows", exact=True).wait_for()
    return page


def downloaded(page: Page, button: str) -> bytes:
    with page.expect_download() as waited:
        page.get_by_role("button", name=button).click()
    return waited.value.path().read_bytes()


@pytest.mark.browser
def test_downloads_are_what_rest_gives_for_the_filter(chromium: Browser, running: RunningApp) -> None:
    """Chosen by hand, kept by the URL over a reload, and the same rows as CSV, as XLSX and over REST."""
    page = signed_in(chromium, running)
    page.get_by_role("combobox", name="Competency").click()
    page.get_by_role("option", name="Teamwork").click()
    page.wait_for_url("**/scores?competency=Teamwork")
    page.reload()
    page.get_by_text("4 rows, newest first").wait_for()
    wanted = {"competency": "Teamwork", "newest_only": "true"}
    with running.client() as rest:
        expected = rest.get("/scores", params=wanted).json()
        text = rest.get("/scores", params={**wanted, "format": "csv"}).text
    assert len(expected["rows"]) == 4
    assert downloaded(page, "Download CSV").decode() == text
    assert len(list(csv.reader(io.StringIO(text)))) == 5
    sheet = load_workbook(io.BytesIO(downloaded(page, "Download XLSX"))).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0] == expected["columns"]
    place = cells[0].index("scorecard_id")
    assert [row[place] for row in cells[1:]] == [row["scorecard_id"] for row in expected["rows"]]
    page.context.close()
