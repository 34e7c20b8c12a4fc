"""The analysts' rows: which there are, whose they are for, and that figures, rows and REST are of the same scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import BEGINNING
from http_server import bearer, running_api
from page_tests import person
from scored import Scored, analyst, held, moment

from interview.access import SYSTEM, Actor
from interview.analytics import ScoreRow
from interview.contract import StartRequest
from interview.errors import Forbidden, InvalidPayload
from interview.records import FigureFilter, InterviewRecord, ScoreFilter
from interview.reviewing.rating import CriterionRating
from interview.statistics.figures import Figures


@pytest.fixture
def scored(tmp_path: Path) -> Iterator[Scored]:
    world = Scored(tmp_path)
    yield world
    world.house.close()


def rate(scored: Scored, actor: Actor, record: InterviewRecord, level: int) -> None:
    """This person's own ratings, all on one level."""
    ratings = {
        competency.name: {criterion.name: CriterionRating(level=level) for criterion in competency.criteria}
        for competency in record.competencies
    }
    scored.house.service.reviews.submit(actor, record.interview_id, ratings)


def sources(rows: list[ScoreRow]) -> list[tuple[str, bool, str | None]]:
    return [(row.source, row.standing, row.reviewer_id) for row in rows if row.competency == "Debugging"]


def test_rows_say_who_scored_and_which_scorecard_counts(scored: Scored) -> None:
    """A reviewer's scorecard stands beside the engine's; an override stands in its place; ids, never names."""
    record = scored.hold(2.0, 3.0, 4.0)
    reviewer = person(scored.house, "hiring")
    scored.house.clock.forward(minutes=1)
    rate(scored, reviewer, record, 5)
    scored.house.clock.forward(minutes=1)
    scored.house.service.reviews.override(
        reviewer, record.interview_id, "Debugging", "Debugging 1", 4, "They named the cause."
    )
    assert sources(scored.reports.score_rows(analyst())) == [
        ("override", True, reviewer.person),
        ("reviewer", False, reviewer.person),
        ("engine", False, None),
    ]
    assert sources(scored.rows(standing_only=True)) == [("override", True, reviewer.person)]


def test_the_hiring_role_reads_rows_of_what_it_has_rated(scored: Scored) -> None:
    """Not of others' interviews, nor of somebody else's rating; who chose to see the scores reads them too."""
    first, second, third = (
        scored.hold(level, 3.0, 3.0, at=moment(day)) for day, level in ((2, 1.0), (3, 2.0), (4, 4.0))
    )
    reviewer, other = person(scored.house, "hiring"), person(scored.house, "hiring")
    assert scored.reports.score_rows(reviewer) == []
    rate(scored, reviewer, first, 5)
    scored.house.service.reviews.see_unrated(reviewer, second.interview_id)
    rate(scored, other, third, 2)
    seen = scored.reports.score_rows(reviewer)
    assert {row.interview_id for row in seen} == {first.interview_id, second.interview_id}
    assert {row.source for row in seen} == {"engine", "reviewer"}
    assert scored.reports.score_rows(reviewer, ScoreFilter(position_id=first.position_id, limit=1)) == seen[:1]


def test_figures_are_not_for_the_hiring_role_nor_for_candidates(scored: Scored) -> None:
    record = scored.hold(2.0, 3.0, 4.0)
    for actor in (person(scored.house, "hiring"), scored.house.candidate(scored.house.interview())):
        for call in (scored.reports.figures, scored.reports.choices):
            with pytest.raises(Forbidden):
                call(actor)
    with pytest.raises(Forbidden):
        scored.reports.score_rows(scored.house.candidate(record))
    program = replace(SYSTEM, role="program")
    assert scored.reports.figures(program) == scored.reports.figures(analyst())


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        ({}, 9),
        ({"position_id": "first"}, 6),
        ({"position_id": "first", "version": 2}, 3),
        ({"version": 1}, 6),
        ({"competency": "Planning"}, 3),
        ({"competency": "Planning", "position_id": "first"}, 2),
        ({"first_day": moment(11).date()}, 9),
        ({"first_day": moment(12).date()}, 6),
        ({"first_day": moment(11).date(), "last_day": moment(11).date(), "position_id": "first"}, 3),
        ({"last_day": moment(10).date()}, 0),
        ({"position_id": "no such position"}, 0),
    ],
)
def test_figures_are_those_of_the_rows_whatever_the_filter(scored: Scored, wanted: dict[str, Any], rows: int) -> None:
    """Two positions, one with two plan versions, and a session that was scored again on another day."""
    first = held(scored)
    if wanted.get("position_id") == "first":
        wanted = wanted | {"position_id": first.position_id}
    of = FigureFilter(**wanted)
    found = scored.reports.score_rows(analyst(), of.rows(standing_only=True, limit=1_000))
    assert len(found) == rows
    assert_by_hand(scored.reports.figures(analyst(), of), found)


def assert_by_hand(figures: Figures, rows: list[ScoreRow]) -> None:
    """The figures once more, from the rows alone."""
    overall = {row.scorecard_id: row.overall_score for row in rows}
    totals = figures.totals
    assert totals.mean_overall == pytest.approx(mean([score for score in overall.values() if score]), abs=0.0051)
    assert (totals.scorecards, totals.rows) == (len(overall), len(rows))
    assert totals.criteria_assessed == sum(row.criteria_assessed for row in rows)
    assert totals.criteria_total == sum(row.criteria_total for row in rows)
    assert {each.competency for each in figures.distribution} == {row.competency for row in rows}
    for each in figures.distribution:
        of = [row for row in rows if row.competency == each.competency]
        scores = [row.score for row in of if row.criteria_assessed]
        assert each.levels == tuple(sum(int(score + 0.5) == level for score in scores) for level in range(1, 6))
        assert (each.not_assessed, each.n) == (len(of) - len(scores), len(of))
        assert each.mean == pytest.approx(mean(scores), abs=0.0051)
    weeks: dict[tuple[Any, str], list[float]] = {}
    for row in rows:
        if row.criteria_assessed:
            weeks.setdefault((row.scored_at.isocalendar()[:2], row.competency), []).append(row.score)
    found = {(each.week.isocalendar()[:2], each.competency): each for each in figures.trend}
    assert {place: each.n for place, each in found.items()} == {place: len(scores) for place, scores in weeks.items()}
    for place, each in found.items():
        assert each.week.weekday() == 0
        assert each.mean == pytest.approx(mean(weeks[place]), abs=0.0051)


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def test_rows_are_the_newest_of_the_limit(scored: Scored) -> None:
    """Of many scorecards, also where only some have the competency in question."""
    scored.hold(2.0, 3.0, 4.0, at=moment(2))
    newest = scored.hold(2.0, 3.0, 4.0, at=moment(3))
    assert [row.interview_id for row in scored.rows(limit=2)] == [newest.interview_id] * 2
    assert [row.competency for row in scored.rows(limit=2, competency="Planning")] == ["Planning"] * 2


def test_rehearsals_and_drafted_answers_are_in_no_row(scored: Scored) -> None:
    """Neither the team's own tries nor sessions with answers that a machine drafted."""
    record = scored.hold(3.0, 3.0, 3.0)
    before = scored.rows()
    sessions = scored.house.service.sessions
    tried = sessions.start(SYSTEM, StartRequest(interview_id=record.interview_id, rehearsal=True)).session_id
    scored.house.finish(tried)
    drafted = scored.house.start(scored.house.interview()).session_id
    scored.house.say(drafted, auto_generate=True)
    scored.house.finish(drafted)
    assert scored.rows() == before


def test_choices_are_positions_with_interviews_their_versions_and_competencies(scored: Scored) -> None:
    waiting = scored.house.interview(role_title="Not held yet", job_text="Nobody came.")
    first = held(scored)
    engineer, empty, nurse = scored.reports.choices(analyst())
    assert (engineer.position_id, engineer.role_title, nurse.role_title) == (first.position_id, "Engineer", "Nurse")
    assert (engineer.scorecards, engineer.versions, nurse.scorecards, nurse.versions) == (2, (1, 2), 1, (1,))
    assert engineer.competencies == ("Debugging", "Planning", "Teamwork")
    assert (empty.position_id, empty.scorecards, empty.competencies) == (waiting.position_id, 0, ())


def test_rest_gives_the_rows_and_the_figures_of_the_use_cases(scored: Scored) -> None:
    first = held(scored)
    wanted: dict[str, Any] = {"position_id": first.position_id, "competency": "Planning"}
    key = scored.house.service.access.create_key(SYSTEM, "an analyst's key", "analyst").secret
    with running_api(scored.house.service) as url, httpx.Client(base_url=f"{url}/api", headers=bearer(key)) as rest:
        rows = rest.get("/scores", params={**wanted, "standing_only": True}).raise_for_status().json()["rows"]
        figures = rest.get("/scores/figures", params={**wanted, "first_day": "2026-03-12"}).raise_for_status().json()
        wrong = [
            rest.get("/scores", params={"scored_from": "2026-03-03T00:00:00Z", "scored_to": "2026-03-02T00:00:00Z"}),
            rest.get("/scores/figures", params={"first_day": "2026-03-03", "last_day": "2026-03-02"}),
            rest.get("/scores/figures", params={"first_day": "soon"}),
        ]
    assert [ScoreRow.model_validate(row) for row in rows] == scored.rows(standing_only=True, **wanted)
    expected = scored.reports.figures(analyst(), FigureFilter(**wanted, first_day=moment(12).date()))
    assert Figures.model_validate(figures) == expected
    assert figures["totals"]["share_assessed"] == 1.0
    assert [(reply.status_code, reply.json()["code"]) for reply in wrong] == [(400, "invalid_payload")] * 3


def test_rest_keeps_figures_from_the_hiring_role(scored: Scored) -> None:
    """And gives it no row of an interview that nobody behind its key has rated."""
    scored.hold(2.0, 3.0, 4.0, at=BEGINNING)
    key = scored.house.service.access.create_key(SYSTEM, "a team's key", "hiring").secret
    with running_api(scored.house.service) as url, httpx.Client(base_url=f"{url}/api", headers=bearer(key)) as rest:
        assert rest.get("/scores").json()["rows"] == []
        assert rest.get("/scores/figures").status_code == 403


def test_a_range_that_ends_before_it_begins_is_refused(scored: Scored) -> None:
    with pytest.raises(InvalidPayload, match="ends before it begins"):
        scored.rows(scored_from=moment(3), scored_to=moment(2))
    with pytest.raises(InvalidPayload, match="ends before it begins"):
        scored.figures(first_day=moment(3).date(), last_day=moment(2).date())
