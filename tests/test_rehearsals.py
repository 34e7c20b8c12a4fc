"""Rehearsals: the team tries the questions out, and nothing of it counts."""

from __future__ import annotations

from typing import Any

import pytest
from builders import House
from scripted import position_plan

from interview.access import SYSTEM, Actor
from interview.contract import StartRequest, StartResponse
from interview.errors import Conflict, Forbidden, NotFound
from interview.records import InterviewRecord
from interview.store.tables import InterviewRow


def rehearse(home: House, record: InterviewRecord, actor: Actor = SYSTEM) -> StartResponse:
    return home.service.sessions.start(actor, StartRequest(interview_id=record.interview_id, rehearsal=True))


def row(home: House, record: InterviewRecord) -> list[tuple[Any, ...]]:
    """The interview as it is stored, but for the counter that numbers transcript entries."""
    with home.service.context.database.read() as tx:
        stored = tx.get_one(InterviewRow, record.interview_id)
        return [(c.name, getattr(stored, c.name)) for c in InterviewRow.__table__.columns if c.name != "next_entry_id"]


def test_a_rehearsal_goes_from_warm_up_to_scorecard_and_leaves_the_interview_as_it_was(home: House) -> None:
    record = home.interview()
    candidate = home.candidate(record)
    before, seen = row(home, record), home.service.interviews.get(SYSTEM, record.interview_id)
    home.clock.forward(minutes=1)
    session_id = rehearse(home, record).session_id
    home.finish(session_id)
    assert row(home, record) == before
    after = home.service.interviews.get(SYSTEM, record.interview_id)
    assert [(session.rehearsal, session.status) for session in after.sessions] == [(True, "complete")]
    assert after.model_copy(update={"sessions": seen.sessions}) == seen
    (line,), _ = home.service.interviews.list(SYSTEM)
    assert (line.state, line.status, line.overall_score, line.questions_done) == ("invited", None, None, 0)
    assert home.see(session_id).overall_score == 3.0
    assert home.start(record, candidate).session_id != session_id


def test_nothing_stands_on_a_rehearsal(home: House) -> None:
    """No score, no transcript, no study guide, no row of the score table; scored again only when it is named."""
    record = home.interview()
    session_id = rehearse(home, record).session_id
    home.finish(session_id)
    assert home.service.interviews.transcript(SYSTEM, record.interview_id) == ()
    assert home.service.scorecards.newest(SYSTEM, record.interview_id) is None
    with pytest.raises(Conflict) as caught:
        home.service.guides.study_guide(SYSTEM, record.interview_id)
    assert caught.value.code == "study_guide_not_ready"
    with pytest.raises(NotFound) as missing:
        home.service.scorecards.score(SYSTEM, record.interview_id)
    assert missing.value.code == "session_not_found"
    card = home.service.scorecards.score(SYSTEM, record.interview_id, session_id)
    assert (card.rehearsal, card.overall_score) == (True, 3.0)
    assert home.service.scorecards.newest(SYSTEM, record.interview_id) is None
    assert home.service.analytics.score_rows(SYSTEM) == []


def test_a_rehearsal_is_gone_on_with_and_never_joined_by_the_candidate(home: House) -> None:
    """Both run side by side; each start finds its own."""
    record = home.interview()
    candidate = home.candidate(record, extra_time_factor=2.0)
    tried = rehearse(home, record)
    assert rehearse(home, record).session_id == tried.session_id
    real = home.start(record, candidate).session_id
    assert real != tried.session_id
    home.say(tried.session_id)
    home.say(real, actor=candidate)
    assert home.start(record, candidate).session_id == home.start(record).session_id == real
    assert rehearse(home, record).session_id == tried.session_id
    assert home.see(real).time_limit_ms == 2 * home.see(tried.session_id).time_limit_ms
    home.finish(tried.session_id)
    assert home.service.interviews.get(SYSTEM, record.interview_id).state == "in_progress"
    assert home.see(real).status == "active"


def test_a_finished_rehearsal_may_be_followed_by_another_without_taking_an_attempt(home: House) -> None:
    record = home.interview()
    first = rehearse(home, record).session_id
    home.finish(first)
    second = rehearse(home, record)
    assert (second.session_id != first, second.stage) == (True, "warmup")
    after = home.service.interviews.get(SYSTEM, record.interview_id)
    assert (after.attempt, [session.attempt for session in after.sessions]) == (1, [1, 1])


def test_a_rehearsal_of_a_completed_interview_takes_no_attempt(home: House) -> None:
    record = home.interview()
    home.finish(home.start(record).session_id)
    before = row(home, record)
    home.finish(rehearse(home, record).session_id)
    assert row(home, record) == before
    assert home.service.interviews.get(SYSTEM, record.interview_id).state == "completed"


def test_only_the_team_rehearses(home: House) -> None:
    record = home.interview()
    candidate = home.candidate(record)
    before = home.dump()
    for actor in (candidate, Actor(role="analyst", id="somebody")):
        with pytest.raises(Forbidden):
            rehearse(home, record, actor)
    assert home.dump() == before


def test_a_plan_may_be_rehearsed_before_it_is_approved(home: House) -> None:
    record = home.interview(draft=True)
    home.say(rehearse(home, record).session_id)
    assert home.service.interviews.get(SYSTEM, record.interview_id).state == "draft"
    with pytest.raises(Conflict) as caught:
        home.start(record)
    assert caught.value.code == "plan_not_approved"


def test_an_expired_rehearsal_is_carried_on_by_a_rehearsal_and_by_nothing_else(home: House) -> None:
    """Expiry finds it; what was answered in it comes back in the next rehearsal, never in a candidate's session."""
    record = home.interview()
    tried = rehearse(home, record).session_id
    home.say(tried)
    home.say(tried)
    home.clock.forward(minutes=31)
    real = home.start(record).session_id
    assert home.see(tried).expired
    assert [entry.text for entry in home.see(real).transcript] == ["Words for warmup."]
    again = rehearse(home, record).session_id
    assert again not in (tried, real)
    told = [entry.text for entry in home.see(again).transcript]
    assert "Tell me about debugging, part 1." in told
    home.finish(again)
    sessions = home.service.interviews.get(SYSTEM, record.interview_id).sessions
    assert sorted((session.rehearsal, session.status) for session in sessions) == [
        (False, "active"), (True, "complete"), (True, "expired"),
    ]  # fmt: skip


def test_a_candidates_expired_session_is_not_carried_on_by_a_rehearsal(home: House) -> None:
    record = home.interview()
    home.say(home.start(record).session_id)
    home.clock.forward(minutes=31)
    tried = rehearse(home, record).session_id
    assert [entry.text for entry in home.see(tried).transcript] == ["Words for warmup."]


def test_a_restart_leaves_a_rehearsal_open_and_closing_the_interview_ends_it(home: House) -> None:
    record = home.interview()
    tried = rehearse(home, record).session_id
    home.service.interviews.restart(SYSTEM, record.interview_id)
    assert home.see(tried).status == "active"
    home.service.interviews.close(SYSTEM, record.interview_id)
    assert home.see(tried).status == "closed"
    with pytest.raises(Conflict) as caught:
        rehearse(home, record)
    assert caught.value.code == "interview_closed"


@pytest.mark.parametrize("expired", [False, True])
def test_a_rehearsal_does_not_go_on_with_questions_that_have_changed(home: House, expired: bool) -> None:
    """A plan that is approved, and a question that is added, let the next rehearsal begin anew with all of them."""
    record = home.interview()
    tried = rehearse(home, record).session_id
    home.say(tried)
    home.say(tried)
    if expired:
        home.clock.forward(minutes=31)
    home.service.questions.add(SYSTEM, record.interview_id, "Why us?", place=0)
    fresh = rehearse(home, record)
    assert (fresh.stage, home.see(tried).status) == ("warmup", "closed")
    asked = [turn.question.content for turn in home.finish(fresh.session_id) if turn.question]
    assert asked[0] == "Why us?"
    assert "Tell me about debugging, part 1." in asked
    third = rehearse(home, record).session_id
    if expired:
        home.say(third)
        home.clock.forward(minutes=31)
    home.service.positions.save_plan(SYSTEM, record.position_id, position_plan(1, names=("Teamwork", "Planning")))
    home.service.positions.approve(SYSTEM, record.position_id)
    assert home.service.interviews.get(SYSTEM, record.interview_id).plan_version == 2
    fresh = rehearse(home, record)
    assert (fresh.session_id != third, home.see(third).status) == (True, "closed")
    asked = [turn.question.content for turn in home.finish(fresh.session_id) if turn.question]
    assert asked[0] == "Tell me about teamwork, part 1."


def test_approving_the_plan_that_is_rehearsed_lets_the_rehearsal_go_on(home: House) -> None:
    record = home.interview(draft=True)
    tried = rehearse(home, record).session_id
    home.service.positions.approve(SYSTEM, record.position_id)
    assert rehearse(home, record).session_id == tried
    assert home.see(tried).status == "active"
