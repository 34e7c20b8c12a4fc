"""Sessions that expire, and how they go on."""

from __future__ import annotations

import pytest
from builders import ANSWER, House, types

from interview.access import SYSTEM
from interview.errors import SessionExpired

# --- expiry -----------------------------------------------------------------------------------------------------------


def test_an_idle_session_expires_when_it_is_next_looked_at(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    home.say(session_id)
    home.clock.forward(minutes=30)
    assert not home.see(session_id).expired
    home.clock.forward(seconds=1)
    seen = home.see(session_id)
    assert (seen.expired, seen.completed, seen.status) == (True, False, "expired")
    assert seen.events[-1].event_type == "session_expired"
    assert seen.events[-1].payload.model_dump()["idle_minutes"] == 30.0
    assert [event.event_id for event in seen.events] == list(range(1, len(seen.events) + 1))
    assert len(seen.transcript) == 3


def test_an_expired_session_takes_no_answer(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    home.clock.forward(minutes=31)
    for _ in range(2):
        with pytest.raises(SessionExpired):
            home.say(session_id)
    assert types(home.see(session_id).events).count("session_expired") == 1


def test_any_look_at_the_sessions_expires_what_is_overdue(home: House) -> None:
    idle = home.start(home.interview()).session_id
    home.clock.forward(minutes=31)
    home.start(home.interview(role_title="Baker"))
    ended = [row for row in home.dump()["sessions"] if row[0] == idle]
    assert "expired" in ended[0]


def test_a_turn_keeps_the_session_alive(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    for _ in range(4):
        home.clock.forward(minutes=25)
        home.say(session_id, action="think", answer="")
    assert home.see(session_id).status == "active"


def test_after_expiry_start_goes_on_where_it_stopped(home: House) -> None:
    record = home.interview()
    first = home.start(record)
    home.engine.levels.extend([4.0, None])
    home.say(first.session_id)
    home.say(first.session_id)
    home.say(first.session_id, "It was a while ago.")
    home.clock.forward(minutes=31)
    second = home.start(record)
    assert second.session_id != first.session_id
    assert (second.stage, second.questions_asked, second.elapsed_ms) == ("warmup", 1, 0)
    assert [row.total_score for row in second.competencies] == [4.0, 0.0, 0.0]
    assert second.competencies[0].criteria[0].evidence[0].quote == ANSWER
    assert [event.event_id for event in second.events] == [1, 2, 3]
    turns = home.finish(second.session_id)
    asked = [turn.question.content for turn in turns if turn.question]
    assert asked == ["Tell me about planning, part 1.", "Words for wrapup."]
    card = home.service.scorecards.newest(SYSTEM, record.interview_id)
    assert card
    assert [row.total_score for row in card.competencies] == [4.0, 0.0, 3.0]


def test_the_question_in_hand_at_expiry_is_asked_again(home: House) -> None:
    record = home.interview()
    first = home.start(record)
    home.say(first.session_id)
    home.clock.forward(minutes=31)
    second = home.start(record)
    turn = home.say(second.session_id)
    assert turn.question
    assert turn.question.content == "Tell me about debugging, part 1."


def test_the_second_warm_up_speaks_of_no_earlier_question(home: House) -> None:
    record = home.interview()
    first = home.start(record)
    home.say(first.session_id)
    home.say(first.session_id)
    home.clock.forward(minutes=31)
    home.start(record)
    request = home.engine.asked[-1]
    assert (request.kind, request.question, request.exchanges, request.evaluation) == ("warmup", None, (), None)


def test_what_expires_over_and_over_is_carried_through(home: House) -> None:
    record = home.interview()
    asked: list[str | None] = []
    for _ in range(3):
        session_id = home.start(record).session_id
        home.say(session_id)
        turn = home.say(session_id)
        asked += [event.payload.model_dump()["content"] for event in turn.events if event.event_type == "question"]
        home.clock.forward(minutes=31)
    assert asked == ["Tell me about teamwork, part 1.", "Tell me about planning, part 1.", "Words for wrapup."]
    session_id = home.start(record).session_id
    assert home.finish(session_id)[-1].overall_score == 3.0


@pytest.mark.parametrize(("limit", "used", "left"), [(45, 20, 25), (45, 44, 5), (3, 2, 3)])
def test_the_rest_of_the_time_is_carried_over(home: House, limit: float, used: float, left: float) -> None:
    """At least five minutes, or the whole limit where that is less."""
    record = home.interview()
    home.configure(record, time_limit_minutes=limit)
    session_id = home.start(record).session_id
    for _ in range(2):
        home.clock.forward(minutes=used / 2)
        home.say(session_id, action="think", answer="")
    home.clock.forward(minutes=31)
    assert home.see(home.start(record).session_id).time_limit_ms == left * 60_000


def test_a_restarted_server_goes_on_with_the_session(home: House) -> None:
    record = home.interview()
    session_id = home.start(record).session_id
    turn = home.say(session_id, key="one")
    later = home.again()
    assert later.see(session_id).last_turn == turn
    assert later.say(session_id, key="one") == turn
    assert later.say(session_id).questions_asked == 3
