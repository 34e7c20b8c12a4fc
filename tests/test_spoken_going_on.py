"""A spoken session that goes on later or otherwise: in writing, after lost time, after it expired."""

from __future__ import annotations

import pytest
from builders import House, types
from talk import FOUND, Talk, speaking

from interview.access import SYSTEM, Actor
from interview.errors import InvalidPayload
from interview.records import InterviewRecord

pytestmark = speaking()


@pytest.fixture
def ada(home: House, record: InterviewRecord) -> Actor:
    return home.candidate(record, mode="live")


# --- from voice to text and back --------------------------------------------------------------------------------------


def test_text_goes_on_with_the_question_in_hand(home: House, talk: Talk, ada: Actor) -> None:
    talk.opening()
    talk.question(0)
    talk.interviewer(f"Good. {talk.record.question_plan[1].text}")
    talk.spoken.to_text(ada, talk.session_id)
    seen = home.see(talk.session_id)
    assert (seen.mode, seen.stage) == ("text", "competency")
    assert seen.question
    assert seen.question.content == f"Let us go on in writing. {talk.record.question_plan[1].text}"
    kept = home.dump()
    talk.spoken.to_text(ada, talk.session_id)
    assert home.dump() == kept
    reply = home.say(talk.session_id, "We met every day and I wrote things down.")
    assert reply.question
    assert home.see(talk.session_id).question_statuses[1].status == "answered"
    home.finish(talk.session_id)
    assert {row.competency: row.total_score for row in home.see(talk.session_id).competencies} == {
        "Debugging": 3.0,
        "Teamwork": 3.0,
        "Planning": 3.0,
    }


def test_an_answered_question_is_not_asked_again_in_text(home: House, talk: Talk) -> None:
    """And its words are rated with the next turn where they were not yet."""
    talk.opening()
    talk.interviewer(talk.record.question_plan[0].text)
    talk.candidate()
    home.engine.fail_next()
    talk.spoken.to_text(SYSTEM, talk.session_id)
    seen = home.see(talk.session_id)
    assert seen.question
    assert talk.record.question_plan[1].text in (seen.question.content or "")
    assert seen.overall_score == 0.0
    home.engine.fail_next(0)
    home.engine.levels.extend([4.0, 2.0])
    reply = home.say(talk.session_id)
    assert [row.total_score for row in reply.competencies] == [4.0, 2.0, 0.0]
    assert reply.evaluation.total_score == 2.0


def test_a_switch_before_the_first_word_asks_the_warm_up(home: House, talk: Talk) -> None:
    talk.spoken.to_text(SYSTEM, talk.session_id)
    seen = home.see(talk.session_id)
    assert (seen.mode, seen.stage, types(seen.events)) == (
        "text",
        "warmup",
        ["stage_entered", "resume_summary", "question"],
    )


def test_a_text_client_just_goes_on(home: House, talk: Talk) -> None:
    """A turn on a spoken session is a switch to text; a start too, before anything was asked."""
    talk.opening()
    talk.interviewer(talk.record.question_plan[0].text)
    reply = home.say(talk.session_id)
    assert types(reply.events)[:2] == ["evaluation", "answer"], "the warm-up's rating was still open"
    assert home.see(talk.session_id).mode == "text"
    assert home.see(talk.session_id).question_statuses[0].status == "answered"
    fresh = Talk.begin(home, home.interview(role_title="Pilot"))
    started = home.start(fresh.record)
    assert (started.session_id, started.stage) == (fresh.session_id, "warmup")
    assert started.question
    assert home.see(fresh.session_id).mode == "text"


def test_words_in_a_talk_that_text_goes_on_with_are_not_heard_twice(home: House, record: InterviewRecord) -> None:
    session_id = home.start(record).session_id
    home.say(session_id, "I like clocks.")
    home.say(session_id, FOUND)
    before = home.see(session_id)
    talk = Talk.begin(home, record)
    assert talk.session_id == session_id
    assert types(home.see(session_id).events)[-1] == "mode_changed"
    index = next(q.index for q in record.question_plan if q.text == "Tell me about teamwork, part 1.")
    talk.question(index)
    seen = home.see(session_id)
    assert len([event for event in seen.events if event.event_type == "answer"]) == 3
    assert seen.question_statuses[index].status == "answered"
    assert seen.questions_asked >= before.questions_asked
    talk.spoken.to_text(SYSTEM, session_id)
    home.finish(session_id)


# --- lost time --------------------------------------------------------------------------------------------------------


def test_lost_time_is_given_back_and_bounded(home: House, talk: Talk) -> None:
    home.clock.forward(minutes=10)
    assert talk.spoken.give_back(talk.session_id, 90, "connection_lost").seconds_left == 35 * 60 + 90
    assert home.see(talk.session_id).events[-1].payload.model_dump() == {"cause": "connection_lost", "seconds": 90.0}
    assert talk.spoken.give_back(talk.session_id, 1e9, "connection_lost").seconds_left == 80 * 60
    kept = home.dump()
    talk.spoken.give_back(talk.session_id, 5, "connection_lost")
    assert home.dump() == kept
    for seconds in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InvalidPayload):
            talk.spoken.give_back(talk.session_id, seconds, "x")


# --- expiry -----------------------------------------------------------------------------------------------------------


def test_an_expired_talk_keeps_all_its_words_and_the_next_goes_on(home: House, talk: Talk) -> None:
    """Also those that were not folded: they are rated by whoever comes next."""
    talk.opening()
    talk.interviewer(talk.record.question_plan[0].text)
    talk.candidate()
    home.clock.forward(minutes=31)
    seen = home.see(talk.session_id)
    assert (seen.expired, seen.question_statuses[0].status) == (True, "answered")
    assert types(seen.events)[-3:] == ["answer", "checkpoint", "session_expired"]
    card = home.service.scorecards.score(SYSTEM, talk.record.interview_id)
    assert [row.total_score for row in card.competencies] == [3.0, 0.0, 0.0]
    again = Talk.begin(home, talk.record)
    assert again.session_id != talk.session_id
    assert [entry.text for entry in again.spoken.scene(SYSTEM, again.session_id).entries][-1] == FOUND
    again.opening()
    again.fold()
    assert [row.total_score for row in home.see(again.session_id).competencies] == [3.0, 0.0, 0.0]
    for index in (1, 2):
        again.question(index)
    again.spoken.conclude(again.session_id, "finished")
    assert home.see(again.session_id).overall_score == 3.0


def test_an_expired_talk_goes_on_in_text(home: House, talk: Talk) -> None:
    talk.opening()
    talk.interviewer(talk.record.question_plan[0].text)
    talk.candidate()
    home.clock.forward(minutes=31)
    started = home.start(talk.record)
    assert started.session_id != talk.session_id
    home.finish(started.session_id)
    seen = home.see(started.session_id)
    assert [row.total_score for row in seen.competencies] == [3.0, 3.0, 3.0]
    assert [line.text for line in seen.transcript].count(talk.record.question_plan[0].text) == 1


def test_a_talk_that_the_team_closes_is_folded(home: House, talk: Talk) -> None:
    talk.opening()
    talk.question(0)
    talk.interviewer(talk.record.question_plan[1].text)
    talk.candidate("These words were not folded.")
    home.service.interviews.restart(SYSTEM, talk.record.interview_id)
    seen = home.see(talk.session_id)
    assert types(seen.events)[-2:] == ["answer", "session_completed"]
    assert seen.status == "closed"
