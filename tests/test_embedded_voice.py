"""The interview by voice without a key: real speech goes in, real recognition and real turns, real speech comes out."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import replace

import pytest
from builders import House
from embedded_talk import ANSWERS, FAST, REPEAT, Begin, words_in
from speech_samples import quiet, word_errors

from interview.access import SYSTEM
from interview.engines import AskRequest, Prompt
from interview.live import turn_by_turn
from interview.live.line import InterruptedMessage, SessionMessage, TurnCompleteMessage
from interview.live.rooms import LiveRooms
from interview.live.turn_by_turn import CHECK_IN

pytestmark = pytest.mark.slow

LONG = (
    "Welcome to this interview. My name is Alex, and I am software. We have a good deal of time for this talk today. "
    "Please tell me at length what drew you to this role, and what you would like to learn in it."
)


def energy(pcm: bytes) -> float:
    samples = array("h", pcm)
    return sum(one * one for one in samples) / max(1, len(samples))


# --- a whole interview ------------------------------------------------------------------------------------------------


def test_five_answers_are_heard_and_rated_and_each_next_question_is_spoken(begin: Begin) -> None:
    """From the warm-up to the scorecard, by the same turns as in writing."""
    talking = begin()
    assert talking.line.wait_for_message(SessionMessage).mode == "embedded"
    for number, answer in enumerate(ANSWERS, 1):
        talking.asked(number)
        assert energy(bytes(talking.line.played[-48_000:])) > 1_000
        talking.say(answer)
    assert talking.ended() == "finished"
    seen = talking.seen
    assert (seen.mode, seen.status, seen.overall_score) == ("live", "complete", 3.0)
    assert {row.status for row in seen.question_statuses} == {"answered"}
    errors, said = map(
        sum, zip(*(word_errors(*pair) for pair in zip(ANSWERS, talking.answers(), strict=True)), strict=True)
    )
    assert errors <= 0.15 * said, talking.answers()
    asked = [line for line in seen.transcript if line.role == "interviewer"]
    shown = talking.line.said("interviewer")
    assert [line.text for line in asked] == shown
    assert talking.line.said("candidate") == talking.answers()
    assert all(line.end_ms > line.start_ms for line in seen.transcript[:-1])
    scorecard = talking.home.service.scorecards.of_session(SYSTEM, talking.session_id)
    assert scorecard is not None
    assert scorecard.overall_score == 3.0


def test_a_move_in_plain_words_works_by_voice(begin: Begin) -> None:
    talking = begin()
    talking.asked(1)
    talking.say(REPEAT)
    talking.asked(2)
    assert talking.line.said("interviewer") == ["Words for warmup."] * 2
    assert "candidate_move" in [event.event_type for event in talking.seen.events]


# --- taking turns -----------------------------------------------------------------------------------------------------


@pytest.fixture
def long_winded(voiced: House) -> Iterator[None]:
    """The warm-up takes a while."""
    stock = voiced.engine.ask

    def ask(request: AskRequest) -> Prompt:
        return Prompt(content=LONG) if request.kind == "warmup" else stock(request)

    voiced.engine.ask = ask  # type: ignore[method-assign]
    yield
    del voiced.engine.ask


@pytest.mark.usefixtures("long_winded")
def test_speaking_stops_the_interviewer_and_is_the_answer(begin: Begin) -> None:
    """What is left is not heard; the question stays whole in the transcript."""
    talking = begin()
    talking.wait(lambda: "Alex" in "".join(talking.line.said("interviewer")))
    before = talking.line.flushes
    talking.say(ANSWERS[0])
    talking.wait(lambda: talking.line.of(InterruptedMessage))
    assert talking.line.flushes == before + 1
    talking.asked(1)
    assert "learn in it" not in talking.line.said("interviewer")[0]
    assert talking.seen.transcript[0].text == LONG
    assert len(words_in(talking.answers()[0]) & words_in(ANSWERS[0])) > 10


@pytest.mark.usefixtures("long_winded")
def test_whoever_goes_on_before_the_question_was_heard_hears_it_again(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They had not finished: their words wait, and belong to the answer that follows."""
    monkeypatch.setattr(turn_by_turn, "_UNHEARD_MS", 10_000)  # a busy machine takes long to bring their first words
    talking = begin()
    talking.wait(lambda: len(talking.line.played) > 0)
    talking.hear(talking.sounds[ANSWERS[0]][:48_000] + quiet(3.2))
    talking.wait(lambda: talking.line.of(InterruptedMessage))
    talking.asked(1)
    assert talking.line.said("interviewer")[-1] == LONG
    assert talking.answers() == []
    talking.say(ANSWERS[4])
    talking.asked(2)
    assert "applied" in talking.answers()[0]
    assert "everything" in talking.answers()[0]


def test_two_seconds_of_silence_in_mid_sentence_end_no_turn(begin: Begin) -> None:
    talking = begin()
    talking.asked(1)
    sound = talking.sounds[ANSWERS[1]]
    middle = len(sound) // 2 // 640 * 640
    talking.hear(sound[:middle] + quiet(2.0) + sound[middle:] + quiet(3.2))
    talking.asked(2)
    assert len(talking.answers()) == 1
    assert words_in("export failed wrote test") <= words_in(talking.answers()[0])


def test_asking_for_a_moment_ends_no_turn_until_words_come(begin: Begin) -> None:
    talking = begin()
    talking.asked(1)
    talking.talk.think(True)
    talking.wait(lambda: talking.talk.view().state == "thinking")
    talking.hear(quiet(4.0))
    assert talking.seen.questions_asked == 1
    talking.say(ANSWERS[0])
    talking.quiet_until_asked(2)
    assert talking.seen.questions_asked == 2


def test_a_silent_candidate_is_asked_once_and_that_is_no_turn(voiced: House, begin: Begin) -> None:
    rooms = LiveRooms(voiced.service.context, voiced.service.spoken, timing=replace(FAST, check_in=0.5))
    try:
        talking = begin(rooms)
        talking.asked(2)
        assert talking.line.said("interviewer") == ["Words for warmup.", CHECK_IN]
        talking.hear(quiet(2.0))
        assert [line.text for line in talking.seen.transcript] == ["Words for warmup."]
        assert len(talking.line.of(TurnCompleteMessage)) == 2
    finally:
        rooms.close()


def test_typed_words_are_a_turn_and_skipping_is_one(begin: Begin) -> None:
    talking = begin()
    talking.asked(1)
    talking.talk.say("I like clocks.")
    talking.asked(2)
    assert talking.answers() == ["I like clocks."]
    assert not any(line.spoken for line in talking.seen.transcript if line.role == "candidate")
    talking.wait(lambda: talking.talk.view().question_index == 0)
    talking.talk.skip(0)
    talking.asked(3)
    assert talking.seen.question_statuses[0].status == "skipped"
