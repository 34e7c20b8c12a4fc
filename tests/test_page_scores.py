"""The analyst's dashboard: what it shows, what it filters by, and what it never shows."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from builders import BEGINNING, House, house
from http_server import RunningApp, bearer, running_api, running_app
from openpyxl import load_workbook
from page_tests import ForRole, for_roles, metrics, person, words
from streamlit.testing.v1 import AppTest

from interview.access import SYSTEM, Actor
from interview.analytics import COLUMNS, ScoreRow
from interview.exports import score_rows_csv, score_rows_json, score_rows_xlsx, table_csv, tables_xlsx
from interview.records import InterviewRecord, ScoreFilter
from interview.reviewing.rating import CriterionRating
from interview.statistics import rollup
from interview.statistics.figures import figure_tables
from interview.store.review_tables import DecisionRow
from interview.store.tables import CandidateRow, ModelUsageRow
from pages.components.navigation import menu

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.house(probes=0)

PAGE = "pages/analyst/scores.py"
CANDIDATE = "Zephyrine Quillfeather"
HOSTILE = "# Nurse [a](http://b) <b>"


def hold(home: House, level: float = 3.0, *, weeks: float = 0, **fields: Any) -> InterviewRecord:
    """One interview so many weeks after the beginning, every criterion on this level."""
    home.clock.now = BEGINNING
    home.clock.forward(weeks=weeks)
    record = home.interview(**({"candidate_name": CANDIDATE} | fields))
    session = home.start(record).session_id
    home.engine.levels.extend([level] * 9)
    home.finish(session)
    home.engine.levels.clear()
    return record


@pytest.fixture
def opened(home: House) -> Iterator[ForRole]:
    with for_roles(home, PAGE) as open_page:
        yield open_page


def table_of(app: AppTest) -> Any:
    """The score rows: the last table on the page."""
    return app.dataframe[-1]


def rows(app: AppTest) -> Any:
    return table_of(app).value


def test_without_scores_it_says_what_to_do_next(home: House, opened: ForRole) -> None:
    """To administrators with the way there; there is nothing to filter or to download yet."""
    app = opened("administrator")
    assert "There are no interviews yet" in [each.value for each in app.subheader]
    assert "Create interviews" in words(app)
    assert "Create interviews" not in words(opened())
    assert [len(app.selectbox), len(app.metric), len(app.download_button)] == [0, 0, 0]


def test_interviews_that_are_under_way_show_in_the_funnel_before_any_score(home: House, opened: ForRole) -> None:
    home.candidate(home.interview())
    app = opened()
    assert metrics(app) == {"Interviews": "1", "Completed": "0", "Overall mean": "None", "Criteria assessed": "None"}
    sent = words(app)
    assert "No interview of this filter has been scored yet" in sent
    assert "Invited: 1; Started: 0 (0% of invited); Completed: 0; Decided: 0" in sent
    assert "**Dropped out**: nobody started yet" in sent
    assert "Under 10 interviews: read the counts, not the shares." in sent


def test_the_team_has_no_such_page(home: House) -> None:
    """Reviewers rate first, and figures tell of scores that they are still to give."""
    assert "Scores" in menu(person(home, "administrator"))
    assert "Scores" not in menu(person(home, "hiring"))


def test_figures_are_those_of_the_use_case(home: House, opened: ForRole) -> None:
    """Two interviews, all criteria on 2 and on 4: a mean of 3, six rows, every criterion assessed."""
    hold(home, 2.0)
    hold(home, 4.0)
    app = opened()
    assert metrics(app) == {
        "Interviews": "2",
        "Completed": "2",
        "Overall mean": "3.00",
        "Criteria assessed": "100%",
    }
    expected = home.service.analytics.score_rows(SYSTEM, ScoreFilter(standing_only=True))
    assert [tuple(row) for row in rows(app)[["scorecard_id", "competency", "score"]].itertuples(index=False)] == [
        (row.scorecard_id, row.competency, row.score) for row in expected
    ]
    sent = words(app)
    assert "Debugging\\nn = 2, mean 3.00" in sent
    assert "Started: 2 (100% of invited); Completed: 2 (100% of started); Decided: 0 (0% of completed)" in sent
    assert "Minutes per stage. Warm-up: 0.0 min; Questions: 0.0 min; Wrap-up: 0.0 min" in sent
    assert "No model was called." in sent


def test_every_column_is_named_and_explained_by_the_row_itself(home: House, opened: ForRole) -> None:
    hold(home)
    app = opened()
    config = json.loads(table_of(app).proto.columns)
    config.pop("_index")
    assert set(config) == set(COLUMNS)
    for name, column in config.items():
        assert column["help"] == ScoreRow.model_fields[name].description
        assert column["label"][0].isupper()
        assert "_" not in column["label"]
        assert f"`{name}`): {column['help']}." in app.expander[-1].markdown[0].value
    assert (config["score"]["type_config"]["type"], config["score"]["type_config"]["max_value"]) == ("progress", 5)
    assert config[table_of(app).proto.column_order[0]]["pinned"] is True


def test_the_filter_comes_from_the_url(home: House, opened: ForRole) -> None:
    first = hold(home, 2.0)
    hold(home, 4.0, role_title="Nurse", job_text="We care.")
    app = opened(position=first.position_id, version="1", competency="Teamwork")
    assert [each.value for each in app.selectbox] == [first.position_id, "Teamwork", 1]
    assert rows(app)[["position_id", "competency"]].values.tolist() == [[first.position_id, "Teamwork"]]
    days = {"from": "2026-03-02", "to": "2026-03-02"}
    assert metrics(opened(**days))["Interviews"] == "2"
    assert "Nothing matches this filter" in words(opened(to="2026-03-01"))


def test_nonsense_in_the_url_filters_nothing(home: House, opened: ForRole) -> None:
    """No option, no day, and days that no calendar here has."""
    hold(home)
    for told in ("nonsense", "", "9999-99-99", "0001-01-01", "9999-12-31"):
        app = opened(**dict.fromkeys(("position", "version", "competency", "from", "to"), told))
        assert metrics(app)["Interviews"] == "1"


def test_a_choice_goes_into_the_url_and_back_out(home: House, opened: ForRole) -> None:
    hold(home, 2.0)
    app = opened()
    app.selectbox(key="scores_competency").select("Planning").run()
    app.date_input(key="scores_from").set_value(datetime(2026, 3, 1).date()).run()  # noqa: DTZ001  # a day
    assert app.query_params == {"competency": "Planning", "from": "2026-03-01"}
    assert rows(app)["competency"].tolist() == ["Planning"]
    app.selectbox(key="scores_competency").set_value(None).run()
    assert app.query_params == {"from": "2026-03-01"}
    assert len(rows(app)) == 3


def test_another_position_takes_back_what_belonged_to_the_one_before(home: House, opened: ForRole) -> None:
    first = hold(home, 2.0)
    second = hold(home, 4.0, role_title="Nurse", job_text="We care.")
    app = opened(position=first.position_id, version="1", competency="Planning")
    app.selectbox(key="scores_position").select(second.position_id).run()
    assert app.query_params == {"position": second.position_id}
    assert metrics(app)["Overall mean"] == "4.00"


def test_a_filter_without_scores_can_be_cleared(home: House, opened: ForRole) -> None:
    """A range that ends before it begins says so instead."""
    hold(home)
    app = opened(**{"from": "2030-01-01"})
    assert len(app.dataframe) == 0
    app.button[0].click().run()
    assert app.query_params == {}
    assert len(rows(app)) == 3
    backwards = opened(**{"from": "2026-03-09", "to": "2026-03-02"})
    assert "ends before it begins" in backwards.error[0].value


def test_rows_that_do_not_count_show_when_asked_for(home: House, opened: ForRole) -> None:
    """The figures stay as they are."""
    record = hold(home)
    home.clock.forward(hours=1)
    home.service.scorecards.score(SYSTEM, record.interview_id)
    app = opened()
    before = metrics(app)
    assert len(rows(app)) == 3
    app.toggle[0].set_value(False).run()
    assert app.query_params == {"all": "yes"}
    assert rows(app)["standing"].tolist() == [True] * 3 + [False] * 3
    assert metrics(app) == before


def test_more_rows_than_the_table_shows_are_said_and_in_the_files(
    home: House, opened: ForRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest are shown; the figures count them all."""
    monkeypatch.setattr("pages.analyst.parts.rows.TABLE_ROWS", 2)
    hold(home)
    app = opened()
    assert len(rows(app)) == 2
    assert "The newest 2 rows: one per scorecard and competency. A file has up to 100,000." in words(app)
    assert "n = 1" in words(app)


def test_engine_cost_is_told_by_day_and_model(home: House, opened: ForRole) -> None:
    """Dollars where a price is set; else tokens, and that a price is missing."""
    record = hold(home)
    spend(home, record, 0.5)
    assert "US dollars a day: 0.50 in all, on 1 day" in words(opened())
    home.clock.forward(days=1)
    spend(home, record, None)
    app = opened()
    assert "1 call without a price" in words(app)
    home.clock.forward(days=60)
    spend(home, record, 0.25)
    assert "US dollars a week: 0.75 in all, on 3 days" in words(opened())  # bars of days would be too thin
    assert table_of_models(app) == [["a-model", 2, 202, 0.5]]


def spend(home: House, record: InterviewRecord, cost: float | None) -> None:
    with home.service.context.database.write() as tx:
        row = ModelUsageRow(
            interview_id=record.interview_id, at=home.clock(), model="a-model", purpose="evaluate",
            input_tokens=100, output_tokens=1, cost=cost,
        )  # fmt: skip
        tx.add(row)
        rollup.count_usage(tx, row)


def table_of_models(app: AppTest) -> list[list[Any]]:
    found: list[list[Any]] = app.dataframe[-2].value.values.tolist()
    return found


def test_small_samples_say_so(home: House, opened: ForRole) -> None:
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


PEOPLE = (CANDIDATE, "Quentin Ravensworth", "Philippa Thistlewood")
EMAIL, RESUME = "zephyrine@quillfeather.example", "Taxidermy at the Marzipan museum"


def test_an_analyst_reaches_no_name(home: House, opened: ForRole) -> None:
    """Not by the page, its tables, charts and choices, nor by any file or REST reply; the search finds what is there.

    Sought: every candidate, the people who rated, overrode and decided, e-mail addresses and words of résumés.
    """
    record = hold(home, role_title=HOSTILE, job_text="We care.", candidate_email=EMAIL, resume_text=RESUME)
    hold(home, weeks=1, resume_text=RESUME)
    for name, level in zip(PEOPLE[1:], (2, 5), strict=True):
        secret = home.service.access.add_person(SYSTEM, name, "hiring").secret
        reviewer = home.service.access.by_cookie(home.service.access.enter(secret)[0])
        assert reviewer
        judge(home, reviewer, record, level)
    sent = [words(opened(all="yes")), *served(home)]
    assert all(record.interview_id in text or "Debugging" in text or "invited" in text for text in sent)
    known = {word for name in (*PEOPLE, RESUME) for word in name.split() if len(word) > 3} | {EMAIL}
    found = {word: place for place, text in enumerate(sent) for word in known if word.lower() in text.lower()}
    assert found == {}
    with home.service.context.database.read() as tx:
        assert {row.name for row in tx.query(DecisionRow)} == set(PEOPLE[1:])
        assert {row.name for row in tx.query(CandidateRow)} == {CANDIDATE}


def judge(home: House, reviewer: Actor, record: InterviewRecord, level: int) -> None:
    """All that a reviewer leaves behind with their name."""
    reviews = home.service.reviews
    ratings = {
        competency.name: {criterion.name: CriterionRating(level=level) for criterion in competency.criteria}
        for competency in record.competencies
    }
    home.clock.forward(minutes=1)
    reviews.submit(reviewer, record.interview_id, ratings)
    reviews.override(reviewer, record.interview_id, "Debugging", "Debugging 1", level, "As they said themselves.")
    reviews.decide(reviewer, record.interview_id, "advance", "As they said themselves.")


def served(home: House) -> list[str]:
    """Every file of the page and every reply of REST that an analyst gets, as text."""
    analytics, analyst = home.service.analytics, person(home, "analyst")
    rows = [row.model_dump() for row in analytics.score_rows(analyst, ScoreFilter())]
    tables = figure_tables(analytics.figures(analyst))
    key = home.service.access.create_key(SYSTEM, "analyst's key", "analyst").secret
    with running_api(home.service) as url, httpx.Client(base_url=f"{url}/api", headers=bearer(key)) as rest:
        replies = [
            rest.get(path, params=params).raise_for_status()
            for path, params in (
                ("/scores", {}),
                ("/scores", {"format": "csv"}),
                ("/scores", {"format": "xlsx"}),
                ("/scores/figures", {}),
            )
        ]
    books = [score_rows_xlsx(rows, COLUMNS), tables_xlsx(tables), replies.pop(2).content]
    return [
        score_rows_csv(rows, COLUMNS),
        score_rows_json(rows, COLUMNS).decode(),
        *(table_csv(table) + table.name + "invited" for table in tables),
        *(reply.text for reply in replies),
        *(unzipped(book) for book in books),
    ]


def unzipped(book: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        return "\n".join(parts.read(name).decode() for name in parts.namelist())


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
    wanted = {"competency": "Teamwork", "standing_only": "true"}
    with running.client() as rest:
        expected = rest.get("/scores", params=wanted).json()
        text = rest.get("/scores", params={**wanted, "format": "csv"}).text
        figures = rest.get("/scores/figures", params={"competency": "Teamwork"}).json()
    assert len(expected["rows"]) == 4
    assert downloaded(page, "Rows as CSV").decode() == text
    assert len(list(csv.reader(io.StringIO(text)))) == 5
    sheet = load_workbook(io.BytesIO(downloaded(page, "Rows as XLSX"))).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0] == expected["columns"]
    place = cells[0].index("scorecard_id")
    assert [row[place] for row in cells[1:]] == [row["scorecard_id"] for row in expected["rows"]]
    assert json.loads(downloaded(page, "Rows as JSON")) == expected
    assert json.loads(downloaded(page, "Figures as JSON")) == figures
    book = load_workbook(io.BytesIO(downloaded(page, "Figures as XLSX")))
    assert [book["Levels"]["A2"].value, book["Funnel"]["C2"].value] == ["Teamwork", 4]
    page.get_by_role("button", name="Figures as CSV").click()
    levels = downloaded(page, "Levels").decode()
    assert levels.splitlines()[1].startswith("Teamwork,")
    page.context.close()
