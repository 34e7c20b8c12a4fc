"""The voice without a key gives back what its own faults take: hearing, speaking and turns that were tried again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest
from builders import House, house
from embedded_talk import ANSWERS, FAST, SECONDS, Begin, Talking, leave, words_in
from live_line import MemoryLine
from speech_samples import quiet

from interview.access import SYSTEM
from interview.events import AnswerGiven, TimeGivenBack
from interview.live.embedded import EmbeddedVoice
from interview.live.rooms import LiveRooms
from interview.live.turn_by_turn import TurnDialogue

pytestmark = pytest.mark.slow

LIMIT_SECONDS = 45 * 60


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = house(tmp_path_factory.mktemp("lost-time"), core=1, probes=0, most_talks=3, session_timeout_minutes=120)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def voice(home: House) -> EmbeddedVoice:
    return EmbeddedVoice(home.settings)


@pytest.fixture(scope="module")
def live(home: House, voice: EmbeddedVoice) -> Iterator[LiveRooms]:
    rooms = LiveRooms(home.service.context, home.service.spoken, voice=lambda _: voice, timing=FAST)
    yield rooms
    rooms.close()


@pytest.fixture
def begin(home: House, live: LiveRooms, sounds: dict[str, bytes]) -> Iterator[Begin]:
    begun: list[Talking] = []

    def start() -> Talking:
        begun.append(Talking.begin(home, live, home.interview(), sounds))
        return begun[-1]

    yield start
    home.engine.failures = 0
    leave(begun)


def given(talking: Talking) -> list[TimeGivenBack]:
    return [event.payload for event in talking.seen.events if isinstance(event.payload, TimeGivenBack)]


def until(true: Callable[[], object]) -> None:
    """Something that the line is not told of."""
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def hang(voice: EmbeddedVoice) -> int:
    """The worker takes requests and does nothing; its process id."""
    pid = voice.speech.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    return pid


def test_what_hearing_again_takes_is_given_back_before_the_turn(voice: EmbeddedVoice, begin: Begin) -> None:
    """The worker hangs when the answer ends, and is killed: the words are heard by the next one."""
    talking = begin()
    talking.asked(1)
    dialogue = talking.talk._talk
    assert isinstance(dialogue, TurnDialogue)
    pid = hang(voice)
    talking.hear(talking.sounds[ANSWERS[1]] + quiet(3.2))
    until(lambda: dialogue._ended is not None)  # their voice, by the ear's own word
    os.kill(pid, signal.SIGKILL)
    talking.asked(2)
    assert {"nightly", "export"} <= words_in(talking.answers()[0])
    order = [type(event.payload) for event in talking.seen.events]
    assert order.index(TimeGivenBack) < order.index(AnswerGiven)
    (back,) = given(talking)
    assert back.cause == "tried_again"
    assert back.seconds > 0.1


def test_what_speaking_again_takes_is_given_back(voice: EmbeddedVoice, begin: Begin) -> None:
    """The worker hangs when the next question is to be said, and is killed: the next one says it. They then write."""
    talking = begin()
    talking.asked(1)
    pid = hang(voice)
    talking.talk.say("I like clocks.")
    until(lambda: voice.speech._running)
    os.kill(pid, signal.SIGKILL)
    talking.asked(2)
    talking.talk.to_text()
    assert talking.ended() == "to_text"
    (back,) = given(talking)
    assert back.cause == "tried_again"
    assert back.seconds > 0.1


def test_a_turn_that_had_to_be_tried_again_does_not_use_the_time_up(home: House, begin: Begin) -> None:
    """Half a second was over the limit; saying that it did not work took longer, so that the questions go on."""
    talking = begin()
    talking.asked(1)
    home.clock.forward(seconds=LIMIT_SECONDS + 0.5)
    talking.talk.say("I like clocks.")
    talking.asked(2)
    wrapup = talking.line.said("interviewer")[-1]
    talking.talk.leave()
    talking.ended()

    again = begin()
    again.asked(1)
    home.clock.forward(seconds=LIMIT_SECONDS + 0.5)
    home.engine.fail_next(1)
    again.talk.say("I like clocks.")
    again.asked(3)
    assert again.line.said("interviewer")[1] == "That did not work; one moment, please."
    assert again.line.said("interviewer")[2] == "Tell me about debugging, part 1." != wrapup
    assert again.seen.stage == "competency"
    assert sum(back.seconds for back in given(again)) > 0.5


def test_a_talk_without_a_fault_gives_nothing_back(begin: Begin) -> None:
    talking = begin()
    talking.asked(1)
    talking.say(ANSWERS[0])
    talking.asked(2)
    talking.talk.to_text()
    talking.ended()
    assert given(talking) == []


def test_a_session_that_waited_begins_with_all_of_its_time(
    home: House, live: LiveRooms, sounds: dict[str, bytes]
) -> None:
    """Its first question is asked when there is a place, and what it says is timed from there."""
    record = home.interview()
    session_id = home.service.spoken.open(SYSTEM, record.interview_id).session_id
    home.clock.forward(minutes=20)
    line = MemoryLine()
    talking = Talking(home, live, record, session_id, line, live.join(SYSTEM, session_id, line), sounds)
    talking.asked(1)
    assert home.service.spoken.scene(SYSTEM, session_id).seconds_left == LIMIT_SECONDS
    assert talking.seen.transcript[0].start_ms < SECONDS * 1_000
    leave([talking])
