"""The analysts' figures, against sums done by hand, and that rows, figures and REST are about the same scores."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import ANSWER, BEGINNING, house
from http_server import bearer, running_api
from scripted import ScriptedEngine

from interview.access import SYSTEM, Actor
from interview.analytics import ScoreReport, ScoreRow
from interview.contract import StartRequest
from interview.engines import EvaluationRequest
from interview.errors import Forbidden, InvalidPayload
from interview.models import Evaluation
from interview.records import InterviewRecord, ScoreFilter

Levels = dict[str, float | None]
WEEK, NEXT_WEEK = date(2026, 3, 2), date(2026, 3, 9)


class Rater(ScriptedEngine):
    """Gives every answer about a competency the level that stands here; None is no evidence."""

    said: Levels

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        self.levels = deque([self.said[request.competency.name]])
        return super().evaluate(request)


class Scored:
    """A house in which interviews are held at given moments, with given levels."""

    def __init__(self, folder: Path) -> None:
        self.rater = Rater(probes=0)
        first = house(folder)
        self.house = first.again(self.rater)
        self.reports = self.house.service.analytics

    def hold(
        self,
        debugging: float | None,
        teamwork: float | None,
        planning: float | None,
        *,
        at: datetime = BEGINNING,
        record: InterviewRecord | None = None,
        **fields: Any,
    ) -> InterviewRecord:
        """One interview, scored at this moment with these levels."""
        self.house.clock.now = at
        self.rater.said = {"Debugging": debugging, "Teamwork": teamwork, "Planning": planning}
        record = record or self.house.interview(**fields)
        self.house.finish(self.house.start(record).session_id)
        return record

    def rescore(self, record: InterviewRecord, **levels: float | None) -> None:
        self.rater.said = self.rater.said | levels
        self.house.service.scorecards.score(SYSTEM, record.interview_id)

    def report(self, **wanted: Any) -> ScoreReport:
        return self.reports.report(analyst(), ScoreFilter(**wanted))


def analyst() -> Actor:
    return Actor(role="analyst", id="link:an-analyst")


def moment(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def scored(tmp_path: Path) -> Iterator[Scored]:
    world = Scored(tmp_path)
    yield world
    world.house.close()


@pytest.fixture
def four(scored: Scored) -> Scored:
    """Four interviews, three in one week (Monday to Sunday, UTC), one on the Monday after."""
    scored.hold(2.5, 4.0, None, at=moment(2, 0, 0))
    scored.hold(3.5, 4.4, None, at=moment(3))
    scored.hold(5.0, 1.0, 2.0, at=moment(8, 23, 59))
    scored.hold(1.0, None, None, at=moment(9, 0, 0))
    return scored


def test_levels_are_counted_with_halves_rounded_up_and_unassessed_ones_apart(four: Scored) -> None:
    found = {each.competency: each for each in four.report().distribution}
    assert {name: (each.levels, each.not_assessed, each.mean) for name, each in found.items()} == {
        "Debugging": ((1, 0, 1, 1, 1), 0, 3.0),
        "Teamwork": ((1, 0, 0, 2, 0), 1, 3.13),
        "Planning": ((0, 1, 0, 0, 0), 3, 2.0),
    }
    assert (found["Teamwork"].scored, found["Teamwork"].n) == (3, 4)


def test_competencies_stand_in_the_plans_order_and_by_name_across_positions(four: Scored) -> None:
    position_id = four.reports.choices(analyst())[0].position_id
    assert names(four.report(position_id=position_id)) == ["Debugging", "Teamwork", "Planning"]
    assert names(four.report()) == ["Debugging", "Planning", "Teamwork"]


def names(report: ScoreReport) -> list[str]:
    return [each.competency for each in report.distribution]


def test_totals_count_interviews_scorecards_and_criteria(four: Scored) -> None:
    """Overall scores 3.25, 3.95, 2.67 and 1.0; eight competencies of two criteria assessed out of twelve."""
    totals = four.report().totals
    assert (totals.interviews, totals.scorecards, totals.rows) == (4, 4, 12)
    assert totals.mean_overall == 2.72
    assert (totals.criteria_assessed, totals.criteria_total) == (16, 24)
    assert totals.share_assessed == pytest.approx(2 / 3)


def test_an_interview_without_any_score_is_counted_and_lowers_no_mean(scored: Scored) -> None:
    scored.hold(4.0, 4.0, 4.0)
    scored.hold(None, None, None)
    totals = scored.report().totals
    assert (totals.interviews, totals.mean_overall, totals.share_assessed) == (2, 4.0, 0.5)


def test_the_trend_has_means_by_week_from_monday_to_sunday(four: Scored) -> None:
    found = {(each.week, each.competency): (each.mean, each.n) for each in four.report().trend}
    assert found == {
        (WEEK, "Debugging"): (3.67, 3),
        (WEEK, "Teamwork"): (3.13, 3),
        (WEEK, "Planning"): (2.0, 1),
        (NEXT_WEEK, "Debugging"): (1.0, 1),
    }


def test_a_rescored_session_counts_once_with_the_newest_or_beside_its_older_scores(scored: Scored) -> None:
    record = scored.hold(2.0, 2.0, 2.0)
    scored.house.clock.forward(minutes=5)
    scored.rescore(record, Debugging=5.0)
    newest, every = scored.report(newest_only=True), scored.report()
    assert [each.levels for each in newest.distribution] == [(0, 0, 0, 0, 1), (0, 1, 0, 0, 0), (0, 1, 0, 0, 0)]
    assert names(newest)[0] == "Debugging"
    assert [each.n for each in every.distribution] == [2, 2, 2]
    assert (newest.totals.scorecards, newest.totals.mean_overall) == (1, 3.0)
    assert (every.totals.interviews, every.totals.scorecards, every.totals.mean_overall) == (1, 2, 2.5)
    assert all(row.newest for row in newest.rows)


def test_rehearsals_and_drafted_answers_are_in_no_figure(scored: Scored) -> None:
    """Neither the team's own tries nor sessions with answers that a machine drafted."""
    record = scored.hold(3.0, 3.0, 3.0)
    before = scored.report()
    sessions = scored.house.service.sessions
    tried = sessions.start(SYSTEM, StartRequest(interview_id=record.interview_id, rehearsal=True)).session_id
    scored.house.finish(tried)
    drafted = scored.house.start(scored.house.interview()).session_id
    scored.house.say(drafted, ANSWER, auto_generate=True)
    scored.house.finish(drafted)
    assert scored.report() == before
    assert [each.interviews for each in scored.reports.choices(SYSTEM)] == [1]


def held(scored: Scored) -> InterviewRecord:
    """Two positions, the first with two plan versions; one re-scored session. Gives an interview of the first."""
    first = scored.hold(2.0, 3.0, 4.0, at=moment(2))
    positions = scored.house.service.positions
    positions.save_plan(SYSTEM, first.position_id, positions.get(SYSTEM, first.position_id).plan)
    positions.approve(SYSTEM, first.position_id)
    scored.hold(4.5, None, 1.5, at=moment(11))
    scored.hold(1.2, 3.3, None, at=moment(12), role_title="Nurse", job_text="We care for people.")
    scored.rescore(first, Debugging=3.0, Teamwork=None, Planning=4.0)
    return first


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        ({}, 12),
        ({"newest_only": True}, 9),
        ({"position_id": "first"}, 9),
        ({"position_id": "first", "version": 2}, 3),
        ({"competency": "Planning"}, 4),
        ({"competency": "Planning", "newest_only": True, "position_id": "first"}, 2),
        ({"scored_from": moment(11)}, 9),
        ({"scored_to": moment(11)}, 3),
        ({"scored_from": moment(11), "scored_to": moment(12), "position_id": "first"}, 3),
        ({"position_id": "no such position"}, 0),
    ],
)
def test_figures_are_those_of_the_rows_whatever_the_filter(scored: Scored, wanted: dict[str, Any], rows: int) -> None:
    first = held(scored)
    if wanted.get("position_id") == "first":
        wanted = wanted | {"position_id": first.position_id}
    report = scored.report(**wanted)
    assert len(report.rows) == rows
    assert report.totals.rows == rows
    assert_by_hand(report)


def assert_by_hand(report: ScoreReport) -> None:
    """The figures once more, from the rows alone."""
    by_card = {row.scorecard_id: row.overall_score for row in report.rows if row.overall_score}
    assert report.totals.mean_overall == pytest.approx(mean(list(by_card.values())), abs=0.0051)
    assert report.totals.scorecards == len({row.scorecard_id for row in report.rows})
    assert report.totals.interviews == len({row.interview_id for row in report.rows})
    assert report.totals.criteria_assessed == sum(row.criteria_assessed for row in report.rows)
    assert report.totals.criteria_total == sum(row.criteria_total for row in report.rows)
    assert {each.competency for each in report.distribution} == {row.competency for row in report.rows}
    for each in report.distribution:
        of = [row for row in report.rows if row.competency == each.competency]
        scores = [row.score for row in of if row.criteria_assessed]
        assert each.levels == tuple(sum(int(score + 0.5) == level for score in scores) for level in range(1, 6))
        assert each.not_assessed == len(of) - len(scores)
        assert each.mean == pytest.approx(mean(scores), abs=0.0051)
    weeks: dict[tuple[Any, str], list[float]] = {}
    for row in report.rows:
        if row.criteria_assessed:
            weeks.setdefault((row.scored_at.isocalendar()[:2], row.competency), []).append(row.score)
    assert {(p.week.isocalendar()[:2], p.competency): p.n for p in report.trend} == {
        k: len(v) for k, v in weeks.items()
    }
    for point in report.trend:
        scores = weeks[point.week.isocalendar()[:2], point.competency]
        assert (point.n, point.week.weekday()) == (len(scores), 0)
        assert point.mean == pytest.approx(mean(scores), abs=0.0051)


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def test_figures_count_rows_beyond_the_limit(four: Scored) -> None:
    report = four.report(limit=2)
    assert [len(report.rows), report.totals.rows] == [2, 12]
    assert report.rows[0].scored_at == moment(9, 0, 0)


def test_choices_are_positions_with_scores_their_versions_and_competencies(scored: Scored) -> None:
    scored.house.interview(role_title="Never held", job_text="Nobody came.")
    first = held(scored)
    engineer, nurse = scored.reports.choices(analyst())
    assert (engineer.position_id, engineer.role_title, nurse.role_title) == (first.position_id, "Engineer", "Nurse")
    assert (engineer.interviews, engineer.versions, nurse.interviews, nurse.versions) == (2, (1, 2), 1, (1,))
    assert engineer.competencies == ("Debugging", "Planning", "Teamwork")


def test_nothing_scored_is_an_empty_report(scored: Scored) -> None:
    report = scored.report()
    assert (report.rows, report.distribution, report.trend) == ((), (), ())
    assert (report.totals.rows, report.totals.mean_overall, report.totals.share_assessed) == (0, 0.0, 0.0)
    assert scored.reports.choices(analyst()) == []


def test_rest_gives_the_rows_that_the_figures_are_about(scored: Scored) -> None:
    """The same filter over REST: the same rows, of which the figures are computed once more."""
    first = held(scored)
    wanted: dict[str, Any] = {"position_id": first.position_id, "competency": "Planning", "newest_only": True}
    key = scored.house.service.access.create_key(SYSTEM, "an analyst's key", "analyst").secret
    with running_api(scored.house.service) as url:
        answer = httpx.get(f"{url}/api/scores", params=wanted, headers=bearer(key)).raise_for_status().json()
        wrong = {"scored_from": "2026-03-03T00:00:00Z", "scored_to": "2026-03-02T00:00:00Z"}
        refused = httpx.get(f"{url}/api/scores", params=wrong, headers=bearer(key))
    report = scored.report(**wanted)
    assert tuple(ScoreRow.model_validate(row) for row in answer["rows"]) == report.rows
    assert len(report.rows) == 2
    assert_by_hand(report)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_payload")


def test_candidates_get_no_figures(four: Scored) -> None:
    candidate = four.house.candidate(four.house.interview())
    for call in (four.reports.score_rows, four.reports.choices):
        with pytest.raises(Forbidden):
            call(candidate)
    with pytest.raises(Forbidden):
        four.reports.report(candidate, ScoreFilter())


def test_a_range_that_ends_before_it_begins_is_refused(scored: Scored) -> None:
    with pytest.raises(InvalidPayload, match="ends before it begins"):
        scored.report(scored_from=moment(3), scored_to=moment(2))


def test_names_are_in_no_report(four: Scored) -> None:
    assert "Ada Example" not in four.report().model_dump_json() + str(four.reports.choices(analyst()))
