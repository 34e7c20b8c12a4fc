"""Demo data: what is true of them goes through the product's own use cases and comes out as it was meant."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from builders import house
from demo_expected import all_levels, cards, state
from demo_fixture import LAST_DAY

from interview.access import SYSTEM
from interview.errors import Conflict
from interview.service import Service, open_service
from interview.settings import Settings
from interview.synthetic.asking import sentence
from interview.synthetic.chance import make_truth
from interview.synthetic.held import Held, TruthMismatch
from interview.synthetic.making import hold, make_demo_data
from interview.synthetic.truth import NAME_MARK, TITLE_MARK

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


def test_a_seed_makes_one_truth() -> None:
    """Twice the same from a seed and a day, another from another seed."""
    assert make_truth(3, LAST_DAY, 40, 4) == make_truth(3, LAST_DAY, 40, 4)
    assert make_truth(3, LAST_DAY, 40, 4) != make_truth(4, LAST_DAY, 40, 4)


def test_the_truth_has_everything_that_interviews_bring() -> None:
    """Of every kind of ending, answer, review and decision there is some, within the 26 weeks."""
    truth = make_truth(1, LAST_DAY)
    sessions = [session for interview in truth.interviews for session in interview.sessions]
    responses = [response for session in sessions for response in session.responses]
    levels = [level for card in cards(truth) for *_, level in all_levels(card.levels)]
    reviewed = [interview for interview in truth.interviews if interview.reviews]
    assert len(truth.interviews) == 300
    assert len(truth.positions) == 5
    assert {len(position.competencies) for position in truth.positions} == {4, 5, 6}
    assert {session.ending for session in sessions} == {"completed", "stopped", "dropped", "open", "imported"}
    assert {(session.version, session.mode) for session in sessions} == {
        (v, m) for v in (1, 2) for m in ("text", "live")
    }
    assert any(session.goes_on for session in sessions)
    assert any(session.attempt == 2 for session in sessions)
    assert any(session.lost_seconds for session in sessions)
    assert {session.voice_fails_after == 0 for session in sessions if session.voice_fails_after is not None} == {
        True, False,
    }  # fmt: skip
    assert any(interview.closed_at for interview in truth.interviews)
    assert any(not interview.sessions for interview in truth.interviews)
    assert sum(response.hints for response in responses) > 20
    assert sum(response.follow_ups for response in responses) > 100
    assert sum(response.skipped for response in responses) > 20
    assert set(levels) == {None, 1, 2, 3, 4, 5}
    assert {len(interview.reviews) for interview in reviewed} == {1, 2, 3}
    assert 0.15 < len(reviewed) / len(cards(truth)) < 0.35
    reviews = [review for interview in reviewed for review in interview.reviews]
    assert {(review.levels is None, review.unrated_at is None) for review in reviews} == {
        (False, True), (False, False), (True, False),
    }  # fmt: skip
    assert {i.decided.verdict for i in truth.interviews if i.decided} >= {"advance", "hold", "decline"}
    assert any(interview.overrides for interview in truth.interviews)
    adjustments = [each for interview in truth.interviews for each in interview.adjustments]
    assert {(each.answered_at is None, each.factor) for each in adjustments} == {
        (True, None), (False, None), (False, 1.5),
    }  # fmt: skip
    assert any(interview.probed for interview in truth.interviews)
    assert any(one.doubtful for response in responses for one in response.exchanges)
    assert all(truth.begin <= moment <= truth.end for moment in _moments(truth.interviews))


def _moments(interviews: object) -> list[datetime]:
    assert isinstance(interviews, tuple)
    moments = []
    for one in interviews:
        moments += [one.invited_at, *(session.started_at for session in one.sessions)]
        moments += [each.at for each in (*one.reviews, *one.overrides, *one.decisions)]
    return moments


def test_every_interview_stands_where_the_truth_ends_it(demo: Held) -> None:
    """States one by one, and counted; names, titles and stamps say that they are made up."""
    service, truth = demo.service, demo.truth
    listed, cursor = service.interviews.list(SYSTEM, 200)
    assert cursor is None
    numbers = {interview_id: number for number, interview_id in demo.interview_ids.items()}
    by_number = {interview.number: interview for interview in truth.interviews}
    assert sorted(numbers[row.interview_id] for row in listed) == sorted(by_number)
    for row in listed:
        interview = by_number[numbers[row.interview_id]]
        assert (row.candidate_name, row.state) == (interview.candidate, state(truth, interview)), interview.number
        assert row.candidate_name.startswith(NAME_MARK)
        assert row.role_title.endswith(TITLE_MARK)
        standing = interview.standing
        levels = truth.standing_levels(interview, standing) if standing else None
        assert row.overall_score == (truth.position_of(interview).overall(levels) if levels else None)
    expected = Counter(state(truth, interview) for interview in truth.interviews)
    assert service.interviews.counts(SYSTEM).by_state == expected


def test_every_scorecard_says_what_the_truth_says(demo: Held) -> None:
    """Levels, why there is none, totals, version and stamp, of every completed session."""
    for card in cards(demo.truth):
        place = card.interview.sessions.index(card.session)
        made = demo.service.scorecards.of_session(SYSTEM, demo.session_ids[card.interview.number, place])
        assert made is not None
        found = [(row.competency, one.criterion, one.latest_score) for row in made.competencies for one in row.criteria]
        assert found == [(name, criterion, float(level or 0)) for name, criterion, level in all_levels(card.levels)]
        assert {row.competency: row.total_score for row in made.competencies} == card.totals
        assert made.overall_score == card.overall
        assert made.created_at == card.at
        assert made.stamp.engine == "synthetic"
        assert made.stamp.rubric == f"{demo.position_ids[card.interview.position]}/{card.session.version}"


def test_every_level_of_the_engine_rests_on_words_that_were_said(demo: Held) -> None:
    """The quotes are those of the truth's sentences, found in the transcript by the ordinary rules."""
    quoted = 0
    for card in cards(demo.truth):
        if card.interview.overrides:
            continue
        place = card.interview.sessions.index(card.session)
        made = demo.service.scorecards.of_session(SYSTEM, demo.session_ids[card.interview.number, place])
        assert made is not None
        said = card.position.levels(card.interview.responses(card.session))  # by the words, however they are read now
        for row in made.competencies:
            for one in (each for each in row.criteria if each.status == "assessed"):
                (evidence,) = one.evidence
                level = said[row.competency][one.criterion]
                assert evidence.quote.strip(".") == sentence(one.criterion, level or 0).strip(".")
                quoted += 1
    assert quoted > 200


def test_a_truth_that_the_rules_do_not_follow_is_refused(tmp_path: Path) -> None:
    """Where the product would ask something else, nothing is made up to fit."""
    truth = make_truth(2, LAST_DAY, interviews=8, positions=1)
    begun = next(i for i in truth.interviews if i.sessions and i.sessions[0].responses)
    session = begun.sessions[0]
    first, *rest = session.responses
    wrong = replace(first, exchanges=(*first.exchanges, first.exchanges[-1], first.exchanges[-1], first.exchanges[-1]))
    sessions = (replace(session, responses=(wrong, *rest)), *begun.sessions[1:])
    changed = tuple(replace(i, sessions=sessions) if i is begun else i for i in truth.interviews)
    with pytest.raises(TruthMismatch):
        hold(tmp_path, replace(truth, interviews=changed))


def test_a_folder_with_real_interviews_is_left_alone(tmp_path: Path) -> None:
    """Refused, with everything in it as it was; one real interview among synthetic ones is enough."""
    real = house(tmp_path)
    try:
        real.interview(candidate_name="Ada Example")
        before = real.dump()
        with pytest.raises(Conflict) as refused:
            make_demo_data(tmp_path, seed=1, last_day=LAST_DAY)
        assert refused.value.code == "not_synthetic"
        assert real.dump() == before
    finally:
        real.close()


def test_a_real_candidate_at_a_synthetic_position_is_left_alone(tmp_path: Path) -> None:
    """Somebody may have tried the product out with the demo data and gone on with it."""
    made = house(tmp_path)
    try:
        made.interview(role_title=f"Engineer {TITLE_MARK}", candidate_name="Ada Example")
        with pytest.raises(Conflict, match="not synthetic"):
            make_demo_data(tmp_path, seed=1, last_day=LAST_DAY)
    finally:
        made.close()


def test_a_folder_that_a_server_uses_is_left_alone(tmp_path: Path) -> None:
    """Its files are not taken from under it: what it writes afterwards would be nowhere."""
    held = hold(tmp_path, make_truth(9, date(2026, 1, 31), interviews=2, positions=1))
    try:
        with pytest.raises(Conflict) as refused:
            make_demo_data(tmp_path, seed=1, last_day=LAST_DAY)
        assert refused.value.code == "database_in_use"
        found, _ = held.service.interviews.list(SYSTEM)
        assert {one.interview_id for one in found} == set(held.interview_ids.values())
    finally:
        held.service.close()


def test_demo_data_go_into_the_folder_whatever_database_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment may name the database of a team."""
    real = tmp_path / "real.sqlite3"
    monkeypatch.setenv("INTERVIEW_DATABASE_URL", f"sqlite:///{real}")
    hold(tmp_path / "demo", make_truth(9, date(2026, 1, 31), interviews=2, positions=1)).service.close()
    assert not real.exists()
    assert (tmp_path / "demo" / "candor.sqlite3").exists()


def test_the_command_makes_three_hundred_interviews_in_the_place_of_older_ones(tmp_path: Path) -> None:
    """Run as a user runs it, over the rest of an earlier run; it says how to look at what it made."""
    hold(tmp_path, make_truth(9, date(2026, 1, 31), interviews=2, positions=1)).service.close()
    command = [sys.executable, "-m", "interview", "demo-data", "--data-dir", str(tmp_path)]
    env = {name: value for name, value in os.environ.items() if not name.startswith("INTERVIEW_")} | {"COLUMNS": "200"}
    ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=900)
    assert ran.returncode == 0, ran.stderr
    assert "300 synthetic interviews for 5 positions" in ran.stdout
    assert f"INTERVIEW_DATA_DIR={tmp_path} make run" in ran.stdout
    with sqlite3.connect(tmp_path / "candor.sqlite3") as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM candidates")}
        newest = max(at for (at,) in connection.execute("SELECT created_at FROM interviews"))
        overall = sorted(s for (s,) in connection.execute("SELECT overall_score FROM scorecards WHERE standing"))
    connection.close()
    assert names == {f"{NAME_MARK} {number:03d}" for number in range(1, 301)}
    last_day = datetime.now(UTC).date() - timedelta(days=1)
    assert date.fromisoformat(newest[:10]) >= last_day - timedelta(days=14)
    truth = make_truth(1, _last_day(newest, last_day))
    assert overall == sorted(card.overall for card in cards(truth))
    service = open_service(Settings(data_dir=tmp_path, engine="embedded"))
    try:
        _finds_what_was_planted(service)
    finally:
        service.close()


PLANTED = {
    ("Support engineer", 1, "drifted"),
    ("Support engineer", 3, "too_easy"),
    ("Support engineer", 5, "often_not_assessed"),
    ("Data analyst", 1, "drifted"),
    ("Data analyst", 4, "does_not_tell_apart"),
    ("Field technician", 4, "often_not_assessed"),
}
"""Role, place of a question, and what is wrong with it, as `roles.toml` has it; nothing is with the others."""


def _finds_what_was_planted(service: Service) -> None:
    """The product tells of the questions, the position and the reviewer that were made to stand out."""
    found, significant = set(), set()
    for position in service.positions.list(SYSTEM):
        role = position.role_title.removesuffix(TITLE_MARK).strip()
        report = service.question_statistics.of_position(SYSTEM, position.position_id)
        for place, question in enumerate(report.questions):
            kinds = {finding.kind for finding in question.findings} - {"as_expected"}
            found |= {(role, place, kind) for kind in kinds}
        by_sex = service.fairness.report(SYSTEM, position.position_id).tables[0]
        significant |= {role for group in by_sex.groups if group.flagged and group.significant}
    assert found == PLANTED
    assert significant == {"Team lead"}
    reviewers = service.agreements.report(SYSTEM).reviewers
    above = [row.figures.mean_difference or 0.0 for row in reviewers]
    assert len([difference for difference in above if difference > 0.3]) == 1
    assert all(abs(difference) < 0.1 for difference in above if difference <= 0.3)


def _last_day(newest: str, likely: date) -> date:
    """The day that the run began from: midnight may have passed since."""
    made = datetime.fromisoformat(newest).date()
    return next(
        day for day in (likely, likely - timedelta(days=1))
        if max(i.invited_at.date() for i in make_truth(1, day).interviews) == made
    )  # fmt: skip
