"""The analysts' figures and the funnel, against sums done by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from page_tests import person
from scored import Scored, analyst, moment
from test_store import SPOKEN

from interview.access import SYSTEM
from interview.contract import StartRequest
from interview.events import TimeGivenBack
from interview.models import Mode
from interview.statistics.figures import Figures, figure_tables
from interview.statistics.funnel import FunnelStep
from interview.store.sessions import load, save_note
from interview.store.tables import SessionRow

WEEK, NEXT_WEEK = date(2026, 3, 2), date(2026, 3, 9)


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
    found = {each.competency: each for each in four.figures().distribution}
    assert {name: (each.levels, each.not_assessed, each.mean) for name, each in found.items()} == {
        "Debugging": ((1, 0, 1, 1, 1), 0, 3.0),
        "Teamwork": ((1, 0, 0, 2, 0), 1, 3.13),
        "Planning": ((0, 1, 0, 0, 0), 3, 2.0),
    }
    assert (found["Teamwork"].scored, found["Teamwork"].n) == (3, 4)


def test_competencies_stand_in_the_plans_order_and_by_name_across_positions(four: Scored) -> None:
    position_id = four.reports.choices(analyst())[0].position_id
    assert names(four.figures(position_id=position_id)) == ["Debugging", "Teamwork", "Planning"]
    assert names(four.figures()) == ["Debugging", "Planning", "Teamwork"]


def names(figures: Figures) -> list[str]:
    return [each.competency for each in figures.distribution]


def test_totals_count_scorecards_and_criteria(four: Scored) -> None:
    """Overall scores 3.25, 3.95, 2.67 and 1.0; eight competencies of two criteria assessed out of twelve."""
    totals = four.figures().totals
    assert (totals.scorecards, totals.scored, totals.rows, totals.mean_overall) == (4, 4, 12, 2.72)
    assert (totals.criteria_assessed, totals.criteria_total, totals.share_assessed) == (16, 24, 0.6667)


def test_an_interview_without_any_score_is_counted_and_lowers_no_mean(scored: Scored) -> None:
    scored.hold(4.0, 4.0, 4.0)
    scored.hold(None, None, None)
    totals = scored.figures().totals
    assert (totals.scorecards, totals.scored, totals.mean_overall, totals.share_assessed) == (2, 1, 4.0, 0.5)


def test_the_trend_has_means_by_week_from_monday_to_sunday(four: Scored) -> None:
    found = {(each.week, each.competency): (each.mean, each.n) for each in four.figures().trend}
    assert found == {
        (WEEK, "Debugging"): (3.67, 3),
        (WEEK, "Teamwork"): (3.13, 3),
        (WEEK, "Planning"): (2.0, 1),
        (NEXT_WEEK, "Debugging"): (1.0, 1),
    }


def test_a_day_ends_at_midnight_in_utc(four: Scored) -> None:
    """A minute to midnight on the eighth belongs to the eighth, midnight itself to the ninth."""
    assert four.figures(last_day=date(2026, 3, 8)).totals.scorecards == 3
    assert four.figures(first_day=date(2026, 3, 8), last_day=date(2026, 3, 8)).totals.mean_overall == 2.67
    assert four.figures(first_day=date(2026, 3, 9)).totals.mean_overall == 1.0


def test_a_session_counts_once_by_its_newest_scorecard_and_no_reviewers(scored: Scored) -> None:
    record = scored.hold(2.0, 2.0, 2.0)
    scored.house.clock.forward(minutes=5)
    scored.rescore(record, Debugging=5.0)
    figures = scored.figures()
    assert [(each.competency, each.levels) for each in figures.distribution] == [
        ("Debugging", (0, 0, 0, 0, 1)),
        ("Planning", (0, 1, 0, 0, 0)),
        ("Teamwork", (0, 1, 0, 0, 0)),
    ]
    assert (figures.totals.scorecards, figures.totals.mean_overall) == (1, 3.0)


def test_nothing_held_is_an_empty_report(scored: Scored) -> None:
    figures = scored.figures()
    assert (figures.distribution, figures.trend, figures.stages, figures.usage) == ((), (), (), ())
    assert (figures.totals.rows, figures.totals.mean_overall, figures.totals.share_assessed) == (0, 0.0, None)
    assert figures.funnel.everything == FunnelStep(position_id=None)
    assert [(mode.started, mode.fault_rate) for mode in figures.funnel.modes] == [(0, None), (0, None)]


# --- the funnel -------------------------------------------------------------------------------------------------------


def counts(step: FunnelStep) -> tuple[int, int, int, int, int]:
    return step.invited, step.started, step.completed, step.decided, step.dropped_out


def everything(scored: Scored) -> tuple[int, int, int, int, int]:
    return counts(scored.figures().funnel.everything)


def test_an_interview_goes_through_the_funnel_step_by_step(scored: Scored) -> None:
    """Made is not invited yet; each step moves one count; a decision that is taken back is none."""
    home, team = scored.house, person(scored.house, "hiring")
    scored.rater.said = {"Debugging": 3.0, "Teamwork": 3.0, "Planning": 3.0}
    record = home.interview()
    assert everything(scored) == (0, 0, 0, 0, 0)
    candidate = home.candidate(record)
    home.candidate(record)  # a second link is no second invitation
    assert everything(scored) == (1, 0, 0, 0, 0)
    session_id = home.start(record, candidate).session_id
    assert everything(scored) == (1, 1, 0, 0, 0)
    home.finish(session_id, candidate)
    assert everything(scored) == (1, 1, 1, 0, 0)
    home.service.reviews.decide(team, record.interview_id, "advance", "Clear answers.")
    assert everything(scored) == (1, 1, 1, 1, 0)
    home.clock.forward(minutes=1)
    home.service.reviews.decide(team, record.interview_id, "no_decision", "We look again.")
    assert everything(scored) == (1, 1, 1, 0, 0)


def test_who_is_away_for_too_long_has_dropped_out_until_they_come_back(scored: Scored) -> None:
    home = scored.house
    record = home.interview()
    candidate = home.candidate(record)
    home.start(record, candidate)
    assert everything(scored) == (1, 1, 0, 0, 0)
    home.clock.forward(minutes=31)
    assert everything(scored) == (1, 1, 0, 0, 1)
    assert scored.figures().funnel.everything.drop_out_rate == 1.0
    home.start(record, candidate)
    assert everything(scored) == (1, 1, 0, 0, 0)


def test_only_the_newest_attempt_says_who_dropped_out(scored: Scored) -> None:
    """Another attempt that was left leaves the interview completed, and dropped out of."""
    home = scored.house
    record = scored.hold(3.0, 3.0, 3.0)
    home.start(record)  # the team's own start opens another attempt
    home.clock.forward(minutes=31)
    assert everything(scored) == (1, 1, 1, 0, 1)


def test_an_imported_transcript_counts_as_completed_and_as_held_in_no_mode(scored: Scored) -> None:
    scored.rater.said = {"Debugging": 3.0, "Teamwork": 3.0, "Planning": 3.0}
    record = scored.house.interview()
    scored.house.service.scorecards.score_transcript(SYSTEM, record.interview_id, SPOKEN)
    assert everything(scored) == (1, 1, 1, 0, 0)
    assert [mode.started for mode in scored.figures().funnel.modes] == [0, 0]


def test_rehearsals_are_not_in_the_funnel(scored: Scored) -> None:
    record = scored.house.interview()
    request = StartRequest(interview_id=record.interview_id, rehearsal=True)
    scored.house.service.sessions.start(SYSTEM, request)
    assert everything(scored) == (0, 0, 0, 0, 0)


def test_the_cohort_is_the_day_of_the_first_invitation(scored: Scored) -> None:
    """Made on the second, invited on the fifth and again on the ninth, begun on the tenth; one was begun uninvited."""
    home = scored.house
    home.clock.now = moment(2)
    record = home.interview()
    home.start(home.interview())
    for day in (5, 9):
        home.clock.now = moment(day)
        candidate = home.candidate(record)
    home.clock.now = moment(10)
    home.start(record, candidate)
    for day, expected in ((2, (1, 1)), (5, (1, 1)), (9, (0, 0)), (10, (0, 0))):
        step = scored.figures(first_day=date(2026, 3, day), last_day=date(2026, 3, day)).funnel.everything
        assert (step.invited, step.started) == expected, day


def test_positions_and_versions_have_funnels_of_their_own(scored: Scored) -> None:
    """Most interviews first; rates are of the step before; a version is the one that the interview pins."""
    scored.hold(3.0, 3.0, 3.0)
    first = scored.house.interview()
    for record in (first, scored.house.interview(role_title="Nurse", job_text="We care.")):
        scored.house.candidate(record)
    funnel = scored.figures().funnel
    assert [(step.role_title, counts(step)) for step in funnel.positions] == [
        ("Engineer", (2, 1, 1, 0, 0)),
        ("Nurse", (1, 0, 0, 0, 0)),
    ]
    engineers, nurses = funnel.positions
    assert (engineers.start_rate, engineers.completion_rate, engineers.decision_rate) == (0.5, 1.0, 0.0)
    assert (nurses.start_rate, nurses.completion_rate, nurses.drop_out_rate) == (0.0, None, None)
    assert counts(funnel.everything) == (3, 1, 1, 0, 0)
    assert counts(scored.figures(position_id=first.position_id).funnel.everything) == (2, 1, 1, 0, 0)
    assert scored.figures(position_id=first.position_id, version=2).funnel.everything.invited == 0


def spoken(scored: Scored, *, fault: bool, mode: Mode = "live") -> None:
    """A spoken session, in which time was given back or not; it may have gone on in text."""
    home = scored.house
    session_id = home.start(home.interview()).session_id
    with home.service.context.database.write() as tx:
        tx.get_one(SessionRow, session_id).mode = "live"
    if fault:
        home.service.spoken.give_back(session_id, 4.0, "connection_lost")
    if mode == "text":
        home.say(session_id)


def test_faults_are_counted_by_mode_and_a_talk_that_goes_on_in_text_was_spoken(scored: Scored) -> None:
    """Three spoken, two of them with a fault, one of which went on in text; one in text alone."""
    scored.rater.said = {"Debugging": 3.0, "Teamwork": 3.0, "Planning": 3.0}
    spoken(scored, fault=False, mode="text")
    spoken(scored, fault=True)
    spoken(scored, fault=True, mode="text")
    scored.house.start(scored.house.interview())
    live, text = scored.figures().funnel.modes
    assert (live.mode, live.started, live.with_faults, live.fault_rate) == ("live", 3, 2, 0.6667)
    assert (text.mode, text.started, text.with_faults, text.fault_rate) == ("text", 1, None, None)


def test_a_voice_that_never_came_up_is_a_fault_of_an_interview_by_voice(scored: Scored) -> None:
    """Also where all of it was then written, and once where the voice failed twice; rehearsals do not count."""
    home = scored.house
    for failures in (0, 1, 2):
        session_id = home.start(home.interview()).session_id
        for _ in range(failures):
            home.service.spoken.voice_failed(session_id, "key_refused")
        home.say(session_id)
    rehearsal = StartRequest(interview_id=home.interview().interview_id, rehearsal=True)
    rehearsed = home.service.sessions.start(SYSTEM, rehearsal)
    home.service.spoken.voice_failed(rehearsed.session_id, "key_refused")
    live, text = scored.figures().funnel.modes
    assert (live.started, live.with_faults, live.fault_rate) == (2, 2, 1.0)
    assert (text.started, text.with_faults) == (1, None)


def test_time_given_back_twice_is_one_interview_with_faults(scored: Scored) -> None:
    home = scored.house
    session_id = home.start(home.interview()).session_id
    with home.service.context.database.write() as tx:
        tx.get_one(SessionRow, session_id).mode = "live"
        for _ in range(2):
            loaded = load(tx, session_id)
            save_note(tx, loaded, loaded.state, TimeGivenBack(cause="connection_lost", seconds=2.0), home.clock())
            tx.flush()
    assert scored.figures().funnel.modes[0].with_faults == 1


def test_figures_as_tables_have_every_figure_under_its_columns(four: Scored) -> None:
    """What files are made of: a name, columns, and rows with a value for each."""
    tables = {table.name: table for table in figure_tables(four.figures())}
    assert set(tables) == {
        "Totals", "Funnel", "Faults", "Levels", "Weekly means", "Minutes per stage", "Engine cost",
    }  # fmt: skip
    for table in tables.values():
        assert all(set(row) == set(table.columns) for row in table.rows), table.name
    debugging = next(row for row in tables["Levels"].rows if row["competency"] == "Debugging")
    assert [debugging[name] for name in tables["Levels"].columns] == ["Debugging", 1, 0, 1, 1, 1, 0, 4, 3.0]
    assert [row["role_title"] for row in tables["Funnel"].rows] == ["", "Engineer"]
