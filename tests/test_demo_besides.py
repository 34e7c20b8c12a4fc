"""What the team does besides holding interviews, in the demo data, against the truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from statistics import mean

import pytest

from interview.access import SYSTEM
from interview.rehearsal.simulated import KINDS, Kind
from interview.rehearsals import Rehearsal
from interview.score_changes import MOVED
from interview.synthetic.asking import Position, Rated
from interview.synthetic.held import Held
from interview.synthetic.trials import simulated_level
from interview.synthetic.truth import Interview

pytestmark = pytest.mark.slow


# --- rehearsals -------------------------------------------------------------------------------------------------------


def _simulated(position: Position, kind: Kind) -> Rated:
    return {
        one.name: {name: simulated_level(kind, blunt=(one.name, name) == position.blunt) for name in one.weights}
        for one in position.competencies
    }


@pytest.mark.parametrize("place", range(3))
def test_every_version_of_a_plan_was_rehearsed(demo: Held, place: int) -> None:
    """One report a version, newest first, by the reviewer who ran it, when the truth has it."""
    found = demo.service.rehearsals.list(SYSTEM, demo.position_ids[place])
    trials = sorted((one for one in demo.truth.trials if one.position == place), key=lambda one: one.at, reverse=True)
    assert [(one.plan_version, one.at, one.name) for one in found] == [
        (one.version, one.at, demo.truth.reviewers[one.reviewer]) for one in trials
    ]
    versions = {session.version for one in demo.truth.interviews if one.position == place for session in one.sessions}
    assert versions <= {one.plan_version for one in found}


@pytest.mark.parametrize("place", range(3))
def test_a_rehearsal_finds_the_levels_of_the_simulated_candidates(demo: Held, place: int) -> None:
    """Levels, totals and verdicts by the truth: one criterion tells nobody apart, nothing is raised by an order."""
    position = demo.truth.positions[place]
    for found in demo.service.rehearsals.list(SYSTEM, demo.position_ids[place]):
        for kind in KINDS:
            _check_candidate(found, position, kind)
        criteria = [(name, one.criterion) for name, one in found.report.criteria()]
        assert criteria == [(one.name, name) for one in position.competencies for name in one.weights]
        verdicts = {(name, one.criterion): one.verdict for name, one in found.report.criteria()}
        assert verdicts == {place: "alike" if place == position.blunt else "apart" for place in criteria}
        assert (found.report.told_apart, found.report.total) == (len(criteria) - 1, len(criteria))
        assert (found.report.raised, found.report.silence_rated) == (0.0, 0)
        assert any(f"“{position.blunt[1]}”" in sentence for sentence in found.report.advice)


def _check_candidate(found: Rehearsal, position: Position, kind: Kind) -> None:
    expected, report = _simulated(position, kind), found.report
    for row in report.competencies:
        levels = {one.criterion: one.levels[kind].level for one in row.criteria}
        assert levels == {name: float(level or 0) for name, level in expected[row.competency].items()}
        assert row.totals[kind] == position.competency(row.competency).total(expected[row.competency])
    (trial,) = (one for one in report.candidates if one.kind == kind)
    assert (trial.overall_score, trial.unasked) == (position.overall(expected), 0)


def test_a_rehearsal_leaves_no_interview_and_no_scorecard(demo: Held) -> None:
    """The figures of interviews are theirs alone: as many as were invited."""
    listed, _ = demo.service.interviews.list(SYSTEM, 200)
    assert len(listed) == len(demo.truth.interviews)


# --- questions on the résumé ------------------------------------------------------------------------------------------


def test_who_has_a_gap_in_the_resume_has_a_question_on_it(demo: Held) -> None:
    """Marked as a probe, of the last competency and behind its core questions; asked where the rules have room."""
    asked = set()
    for interview in demo.truth.interviews:
        record = demo.service.interviews.get(SYSTEM, demo.interview_ids[interview.number])
        position = demo.truth.position_of(interview)
        assert [(one.text, one.kind) for one in record.question_plan] == [
            (one.text, one.kind) for one in position.questions
        ]
        assert len(record.candidate_plan.probes) == interview.probed
        if interview.probed and (session := interview.standing):
            reached = any(position.questions[one.question].kind == "probe" for one in session.responses)
            assert (record.question_statuses[-1].status != "not_started") == reached, interview.number
            asked.add(reached)
    assert asked == {True, False}


# --- templates, requests, transcripts from elsewhere ------------------------------------------------------------------


def test_positions_are_kept_as_templates(demo: Held) -> None:
    """Under their names, with title, competencies and questions; a position is made from one."""
    found = demo.service.templates.list(SYSTEM)
    positions = {one.name: demo.truth.positions[one.position] for one in demo.truth.templates}
    assert len(positions) == 2
    assert [one.name for one in found] == sorted(positions)
    for one in found:
        position = positions[one.name]
        assert one.role_title == position.role_title
        assert one.competencies == tuple(each.name for each in position.competencies)
        assert one.questions == len(position.questions)


def test_requests_stand_as_the_truth_answers_them(demo: Held) -> None:
    """Words, answers and extra time of every interview, and how many still wait."""
    waiting = 0
    for interview in demo.truth.interviews:
        found = demo.service.journeys.adjustments(SYSTEM, demo.interview_ids[interview.number])
        assert [(one.text, one.created_at, one.reply, one.replied_at) for one in found] == [
            (one.text, one.asked_at, one.reply, one.answered_at) for one in interview.adjustments
        ]
        waiting += sum(one.answered_at is None for one in interview.adjustments)
        factor = next((one.factor for one in interview.adjustments if one.factor), 1.0)
        candidate = demo.candidates[interview.number]
        assert demo.service.journeys.read(candidate).extra_time_factor == factor
    assert demo.service.interviews.counts(SYSTEM).open_adjustments == waiting > 0


def test_extra_time_is_in_the_session_that_follows(demo: Held) -> None:
    """The packet's time limit is that of the position, longer where more was given."""
    longer = 0
    for interview in demo.truth.interviews:
        session = interview.standing
        if session is None or session.goes_on or session.ending == "imported":
            continue
        packet = demo.service.packets.of_interview(SYSTEM, demo.interview_ids[interview.number])
        assert packet.time_limit_minutes == session.limit / timedelta(minutes=1)
        longer += packet.time_limit_minutes > 45
    assert longer > 0


def test_transcripts_from_elsewhere_have_their_words_and_no_other_session(demo: Held) -> None:
    """What was asked and answered, in order; nobody was invited into a session of ours."""
    brought = [one for one in demo.truth.interviews if one.standing and one.standing.ending == "imported"]
    assert brought
    for interview in brought:
        position, (session,) = demo.truth.position_of(interview), interview.sessions
        record = demo.service.interviews.get(SYSTEM, demo.interview_ids[interview.number])
        assert [(one.status, one.session_id) for one in record.sessions] == [
            ("imported", demo.session_ids[interview.number, 0])
        ]
        said = [exchange.said for response in session.responses for exchange in response.exchanges]
        assert [one.text for one in record.transcript if one.role == "candidate"] == said
        asked = [one.text for one in record.transcript if one.role == "interviewer"]
        questions = [position.questions[response.question].text for response in session.responses]
        assert [text for text in asked if text in questions] == questions


# --- scoring again ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """An interview's levels by the first wording of the prompts and by the second."""

    interview: Interview
    position: Position
    first: Rated
    second: Rated

    @property
    def overall(self) -> tuple[float, float]:
        return self.position.overall(self.first), self.position.overall(self.second)

    @property
    def moved(self) -> float:
        before, after = self.overall
        return after - before


def _changes(demo: Held) -> list[Change]:
    truth = demo.truth
    return [
        Change(one, position, position.levels(one.responses(session)), truth.engine_levels(one, session))
        for one in truth.interviews
        if (session := one.standing) and truth.reread(one, session)
        for position in (truth.position_of(one),)
    ]


def test_what_changed_by_the_second_wording(demo: Held) -> None:
    """Interview by interview, in sum and by competency; a person's overrides play no part."""
    again = demo.truth.rereading
    assert again
    found = demo.service.rescoring.report(SYSTEM, demo.position_ids[again.position])
    expected = [change for change in _changes(demo) if all(change.overall)]
    assert (found.from_stamp and found.from_stamp.stamp.prompt, found.to_stamp and found.to_stamp.stamp.prompt) == (
        "1", "2",
    )  # fmt: skip
    assert {one.candidate_name: (one.before or 0.0, one.after or 0.0) for one in found.interviews} == {
        change.interview.candidate: change.overall for change in _changes(demo)
    }
    assert found.compared == len(expected) > 5
    assert found.mean_change == pytest.approx(mean(one.moved for one in expected), abs=0.0051)
    assert found.mean_size == pytest.approx(mean(abs(one.moved) for one in expected), abs=0.0051)
    assert abs(found.largest_change) == pytest.approx(max(abs(one.moved) for one in expected))
    assert found.moved == sum(round(abs(one.moved), 2) >= MOVED for one in expected) > 0
    assert found.swapped == sum(_turned(*pair) for pair in combinations(expected, 2)) > 0
    for row in found.competencies:
        drifts = [drift for change in _changes(demo) if (drift := _drift(change, row.competency)) is not None]
        assert row.n == len(drifts)
        assert row.mean_change == pytest.approx(mean(drifts), abs=0.0051), row.competency


def _turned(one: Change, other: Change) -> bool:
    (before, after), (others_before, others_after) = one.overall, other.overall
    return (before - others_before) * (after - others_after) < 0


def _drift(change: Change, competency: str) -> float | None:
    rubric = change.position.competency(competency)
    before, after = (rubric.total(levels[competency]) for levels in (change.first, change.second))
    return after - before if before and after else None


def test_only_one_position_was_scored_again(demo: Held) -> None:
    """All its interviews that were completed, and nothing is left for another run with that engine."""
    again = demo.truth.rereading
    assert again
    for place, position_id in enumerate(demo.position_ids):
        stamps = demo.service.rescoring.report(SYSTEM, position_id).stamps
        prompts = {use.stamp.prompt: use.interviews for use in stamps}
        if place == again.position:
            assert prompts == {"1": len(_changes(demo)), "2": len(_changes(demo))}
        else:
            assert set(prompts) == {"1"}
