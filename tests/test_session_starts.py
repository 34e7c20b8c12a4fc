"""How a session begins, by whom and how often, and how much time it has."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from builders import House, statuses, types

from interview.access import SYSTEM, Actor
from interview.contract import StartRequest
from interview.errors import Conflict, EngineFailure, Forbidden, NotFound, SessionUnknown
from interview.models import PersonaOverrides

# --- start ------------------------------------------------------------------------------------------------------------


def test_start_asks_the_warm_up(home: House) -> None:
    record = home.interview()
    reply = home.start(record)
    assert (reply.stage, reply.overall_score, reply.questions_asked, reply.elapsed_ms) == ("warmup", 0.0, 1, 0)
    assert reply.question
    assert reply.question.content == "Words for warmup."
    metadata = reply.question.metadata
    assert (metadata.competency, metadata.stage, metadata.escalation) == (None, "warmup", "broad")
    assert types(reply.events) == ["stage_entered", "resume_summary", "question"]
    assert [event.event_id for event in reply.events] == [1, 2, 3]
    assert reply.events[1].payload.model_dump()["summary"] == "Ten years of engineering."
    assert reply.profile.candidate_id == record.candidate_id
    assert [row.competency for row in reply.competencies] == ["Debugging", "Teamwork", "Planning"]
    assert {row.total_score for row in reply.competencies} == {0.0}


def test_start_returns_the_open_session_as_it_stands(home: House) -> None:
    record = home.interview()
    first = home.start(record)
    turn = home.say(first.session_id)
    again = home.start(record)
    assert again.session_id == first.session_id
    assert (again.stage, again.question, again.questions_asked) == ("competency", turn.question, 2)
    assert again.events == first.events + turn.events


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"interview_id": "nobody"}, "interview_not_found"),
        ({"candidate_id": "somebody else"}, "candidate_not_found"),
    ],
)
def test_start_names_what_it_cannot_find(home: House, fields: dict[str, str], code: str) -> None:
    request = StartRequest(**({"interview_id": home.interview().interview_id} | fields))
    with pytest.raises(NotFound) as caught:
        home.service.sessions.start(SYSTEM, request)
    assert caught.value.code == code


def test_start_refuses_a_plan_that_nobody_approved(home: House) -> None:
    record = home.interview(draft=True)
    with pytest.raises(Conflict) as caught:
        home.start(record)
    assert caught.value.code == "plan_not_approved"
    home.service.positions.approve(SYSTEM, record.position_id)
    assert home.start(record).stage == "warmup"


def test_staff_may_override_parts_of_the_persona(home: House) -> None:
    reply = home.start(home.interview(), persona=PersonaOverrides(name="Robin"))
    assert (reply.persona.name, reply.persona.probing_style) == ("Robin", "curious")
    assert home.engine.asked[-1].persona.name == "Robin"


def test_candidates_may_not_override_the_persona(home: House) -> None:
    record = home.interview()
    candidate = home.candidate(record)
    with pytest.raises(Forbidden):
        home.start(record, candidate, PersonaOverrides(name="Robin"))
    assert home.start(record, candidate, PersonaOverrides()).persona.name == "Alex"


def test_analysts_may_not_start_or_read_sessions(home: House) -> None:
    record = home.interview()
    with pytest.raises(Forbidden):
        home.start(record, ANALYST)
    session_id = home.start(record).session_id
    with pytest.raises(Forbidden):
        home.see(session_id, ANALYST)


def test_two_starts_at_once_get_one_session(home: House) -> None:
    record = home.interview()
    barrier = threading.Barrier(2)
    ask = home.engine.ask

    def together(request: Any) -> Any:
        barrier.wait(timeout=60)
        return ask(request)

    home.engine.ask = together  # type: ignore[method-assign]
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: home.start(record), range(2))
    assert first.session_id == second.session_id
    assert first.events == second.events
    assert len(home.dump()["sessions"]) == 1
    assert len(home.dump()["turns"]) == 1


def test_a_start_whose_warm_up_fails_may_be_tried_again(home: House) -> None:
    record = home.interview()
    home.engine.fail_next()
    with pytest.raises(EngineFailure):
        home.start(record)
    reply = home.start(record)
    assert types(reply.events) == ["stage_entered", "resume_summary", "question"]
    assert len(home.dump()["sessions"]) == 1


def test_no_answer_is_taken_before_the_warm_up_was_asked(home: House) -> None:
    record = home.interview()
    home.engine.fail_next()
    with pytest.raises(EngineFailure):
        home.start(record)
    session_id = home.service.interviews.get(SYSTEM, record.interview_id).sessions[0].session_id
    assert home.see(session_id).question is None
    before = home.dump()
    with pytest.raises(SessionUnknown, match="not begun"):
        home.say(session_id)
    assert home.dump() == before


ANALYST = Actor(role="analyst", id="analyst")


# --- attempts ---------------------------------------------------------------------------------------------------------


def test_an_invitation_brings_one_completed_attempt(home: House) -> None:
    record = home.interview()
    candidate = home.candidate(record)
    first = home.start(record, candidate).session_id
    home.finish(first, candidate)
    for actor in (candidate, home.candidate(record)):
        with pytest.raises(Conflict) as caught:
            home.start(record, actor)
        assert caught.value.code == "session_complete"
    home.service.interviews.restart(SYSTEM, record.interview_id)
    again = home.start(record, candidate)
    assert again.session_id != first
    assert {row.total_score for row in home.see(again.session_id).competencies} == {0.0}
    assert home.see(first).completed
    assert statuses(home.see(again.session_id).question_statuses) == ["not_started"] * 4


def test_staff_may_begin_another_attempt_at_once(home: House) -> None:
    record = home.interview()
    home.finish(home.start(record).session_id)
    again = home.start(record)
    assert again.stage == "warmup"
    assert home.service.interviews.get(SYSTEM, record.interview_id).attempt == 2


def test_a_restart_closes_the_open_session(home: House) -> None:
    record = home.interview()
    session_id = home.start(record).session_id
    home.service.interviews.restart(SYSTEM, record.interview_id)
    with pytest.raises(Conflict) as caught:
        home.say(session_id)
    assert caught.value.code == "session_complete"
    seen = home.see(session_id)
    assert seen.status == "closed"
    assert seen.events[-1].event_type == "session_completed"
    assert seen.events[-1].payload.model_dump()["reason"] == "closed"


def test_a_candidate_who_joins_a_session_of_the_teams_brings_their_extra_time(home: House) -> None:
    record = home.interview()
    home.configure(record, time_limit_minutes=10)
    session_id = home.start(record).session_id
    candidate = home.candidate(record, extra_time_factor=2)
    assert home.start(record, actor=candidate).session_id == session_id
    assert home.see(session_id).time_limit_ms == 20 * 60_000
    home.start(record, actor=candidate)
    assert home.see(session_id).time_limit_ms == 20 * 60_000


# --- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factor", "minutes", "stage"), [(1, 9, "competency"), (1, 11, "wrapup"), (2, 11, "competency"), (2, 21, "wrapup")]
)
def test_when_the_time_is_up_the_session_wraps_up(home: House, factor: float, minutes: float, stage: str) -> None:
    record = home.interview()
    home.configure(record, time_limit_minutes=10)
    candidate = home.candidate(record, extra_time_factor=factor)
    session_id = home.start(record, candidate).session_id
    home.say(session_id, actor=candidate)
    home.clock.forward(minutes=minutes)
    turn = home.say(session_id, actor=candidate)
    assert turn.stage == stage
    assert home.see(session_id).time_limit_ms == 600_000 * factor
    if stage == "wrapup":
        assert home.say(session_id, actor=candidate).completed
