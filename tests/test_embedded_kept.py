"""The voice without a key where a talk ends or fails: no word is lost."""

from __future__ import annotations

import pytest
from builders import House
from embedded_talk import ANSWERS, FAST, Begin, Talking

from interview.access import SYSTEM
from interview.context import new_id
from interview.contract import TranscriptLine, TurnRequest
from interview.errors import Conflict
from interview.live.line import ErrorMessage
from interview.live.rooms import LiveRooms
from interview.live.turn_by_turn import TROUBLE
from interview.models import TranscriptEntry
from interview.spoken_turns import SpokenTurns

pytestmark = pytest.mark.slow

# --- nothing is lost --------------------------------------------------------------------------------------------------


def test_words_of_an_unfinished_answer_survive_a_restart(voiced: House, begin: Begin) -> None:
    """The question in hand is said again, nobody is greeted, and the rest joins the words before."""
    first = LiveRooms(voiced.service.context, voiced.service.spoken, timing=FAST)
    talking = begin(first)
    talking.asked(1)
    talking.say(ANSWERS[0])
    talking.asked(2)
    talking.hear(talking.sounds[ANSWERS[1]])
    talking.wait(lambda: "export" in talking.line.said("candidate")[-1])
    first.close()
    assert talking.ended() == "closed"
    assert "export" in talking.draft
    second = LiveRooms(voiced.service.context, voiced.service.spoken, timing=FAST)
    try:
        back = talking.again(second)
        back.asked(1)
        assert back.line.said("interviewer") == ["Tell me about debugging, part 1."]
        assert "export" in back.line.said("candidate")[0]
        back.say(ANSWERS[4])
        back.asked(2)
        answer = back.answers()[-1]
        assert "export" in answer
        assert "everything" in answer
        assert back.draft == ""
    finally:
        second.close()


def test_words_that_were_not_clear_stay_so_after_a_restart(
    voiced: House, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that are said after it are clear; the rating is given the same ranges as the transcript."""
    talking = unclear_words_are_kept(voiced, begin, monkeypatch)
    second = LiveRooms(voiced.service.context, voiced.service.spoken, timing=FAST)
    try:
        back = talking.again(second)
        back.asked(1)
        back.say(ANSWERS[4])
        back.asked(2)
    finally:
        second.close()
    answer = answered(talking)
    unclear = " ".join(answer.text[start:end] for start, end in answer.doubtful)
    assert "export" in unclear
    assert "everything" in answer.text
    assert "everything" not in unclear
    assert rated(voiced).doubtful == answer.doubtful


def test_words_that_were_not_clear_stay_so_where_the_session_is_concluded_without_the_talk(
    voiced: House, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the last answers are rated later: no level rests on them."""
    talking = unclear_words_are_kept(voiced, begin, monkeypatch)
    service = voiced.service
    SpokenTurns(service.context, service.sessions, service.spoken).conclude(SYSTEM, talking.session_id, "finished")
    assert talking.seen.status == "complete"
    answer = answered(talking)
    assert answer.doubtful == ((0, len(answer.text)),)
    assert rated(voiced).doubtful == answer.doubtful
    debugging = next(row for row in talking.seen.competencies if row.competency == "Debugging")
    assert {one.status for one in debugging.criteria} == {"insufficient_evidence"}


def unclear_words_are_kept(voiced: House, begin: Begin, monkeypatch: pytest.MonkeyPatch) -> Talking:
    """A talk that is broken off in mid-answer, and in which nothing was clearly recognised."""
    rooms = LiveRooms(voiced.service.context, voiced.service.spoken, timing=FAST)
    talking = begin(rooms)
    talking.asked(1)
    talking.say(ANSWERS[0])
    talking.asked(2)
    with monkeypatch.context() as poor:
        poor.setattr("interview.live.doubt.SEGMENT", 1.01)
        talking.hear(talking.sounds[ANSWERS[1]])
        talking.wait(lambda: "export" in talking.line.said("candidate")[-1])
        rooms.close()
    assert talking.ended() == "closed"
    assert "export" in talking.draft
    return talking


def answered(talking: Talking) -> TranscriptLine:
    """The last answer."""
    return [line for line in talking.seen.transcript if line.role == "candidate"][-1]


def rated(voiced: House) -> TranscriptEntry:
    """The last answer that was rated, as the engine was given it."""
    return voiced.engine.evaluated[-1].exchanges[-1].answers[-1]


def test_the_last_words_count_when_the_candidate_stops(begin: Begin) -> None:
    talking = begin()
    talking.asked(1)
    talking.say(ANSWERS[0])
    talking.asked(2)
    talking.hear(talking.sounds[ANSWERS[1]])
    talking.wait(lambda: "export" in talking.line.said("candidate")[-1])
    talking.talk.stop()
    assert talking.ended() == "stopped"
    assert talking.seen.status == "complete"
    assert "export" in talking.answers()[-1]


def test_switching_to_text_keeps_the_words_for_the_field(begin: Begin) -> None:
    talking = begin()
    talking.asked(1)
    talking.hear(talking.sounds[ANSWERS[0]])
    talking.wait(lambda: talking.line.said("candidate"))
    talking.talk.to_text()
    assert talking.ended() == "to_text"
    assert talking.seen.mode == "text"
    assert "applied" in talking.draft


# --- faults -----------------------------------------------------------------------------------------------------------


def test_a_turn_that_fails_is_said_and_tried_again(voiced: House, begin: Begin) -> None:
    talking = begin()
    talking.asked(1)
    voiced.engine.fail_next(2)
    talking.talk.say("I like clocks.")
    talking.asked(3)
    assert talking.line.said("interviewer")[1:] == [TROUBLE, "Tell me about debugging, part 1."]
    assert talking.answers() == ["I like clocks."]


def test_a_turn_that_keeps_failing_ends_the_talk_and_keeps_the_answer(voiced: House, begin: Begin) -> None:
    talking = begin()
    talking.asked(1)
    voiced.engine.fail_next(100)
    talking.say(ANSWERS[0])
    assert talking.ended() == "voice_failed"
    assert talking.line.of(ErrorMessage)[-1].code == "llm_failure"
    assert talking.answers() == []
    assert "applied" in talking.draft


def test_a_session_that_went_on_in_writing_ends_the_talk(voiced: House, begin: Begin) -> None:
    talking = begin()
    talking.asked(1)
    request = TurnRequest(session_id=talking.session_id, answer="In writing.")
    voiced.service.sessions.turn(SYSTEM, request, new_id())
    talking.talk.say("I like clocks.")
    assert talking.ended() == "to_text"


def test_more_talks_than_the_machine_carries_are_told_to_wait(begin: Begin) -> None:
    """`most_talks` is 3 here."""
    talks = [begin() for _ in range(3)]
    with pytest.raises(Conflict) as refused:
        begin()
    assert refused.value.code == "voice_busy"
    assert "writing" in refused.value.message
    for talking in talks:
        talking.asked(1)
