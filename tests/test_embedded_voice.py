"""The interview by voice without a key: real speech goes in, real recognition and real turns, real speech comes out."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from builders import House, house
from live_line import MemoryLine
from speech_samples import quiet, up_rate, word_errors

from interview.access import SYSTEM
from interview.context import new_id
from interview.contract import SessionSnapshot, TurnRequest
from interview.engines import AskRequest, Prompt
from interview.errors import Conflict
from interview.live.connector import Timing
from interview.live.interview import LiveInterview
from interview.live.line import (
    MESSAGE_BYTES,
    UP_RATE,
    EndedMessage,
    ErrorMessage,
    InterruptedMessage,
    SessionMessage,
    TurnCompleteMessage,
)
from interview.live.rooms import LiveRooms
from interview.live.turn_by_turn import CHECK_IN, TROUBLE
from interview.records import InterviewRecord
from interview.speech.client import Speech
from interview.store.tables import AnswerDraftRow

SECONDS = 120.0
"""The longest wait for anything: the machine may be busy."""
# A test is silent between answers, as no line is; a busy machine may take long to speak.
FAST = Timing(first_wait=0.05, longest_wait=0.1, tick=0.05, line_lost=600)
ANSWERS = (
    "I applied because I enjoy building reliable services, and your team works on problems that I know well.",
    "When our nightly export failed, I traced the fault to a missing index and wrote a test before I fixed it.",
    "I compared two designs with my colleague, listened to her concerns, and we agreed to keep the simpler one.",
    "I planned the work in four steps, told every team a week before, and we finished two days early.",
    "No, thank you. That was everything that I wanted to add today.",
)
LONG = (
    "Welcome to this interview. My name is Alex, and I am software. We have a good deal of time for this talk today. "
    "Please tell me at length what drew you to this role, and what you would like to learn in it."
)
REPEAT = "Could you repeat the question, please?"
_PACE = 0.004
"""Between two messages of 20 ms: a microphone five times as fast, which the line takes for a while."""
_AHEAD = 8.0
"""Seconds that it may be ahead of the clock: well below those from which the line drops what comes."""


@pytest.fixture(scope="module")
def sounds() -> dict[str, bytes]:
    """Sentences as a candidate's microphone hears them: 16 kHz mono s16le."""

    async def speak() -> dict[str, bytes]:
        speech = Speech(talks=1)
        await speech.start()
        try:
            made = {}
            for text in (*ANSWERS, REPEAT):
                made[text] = up_rate(b"".join([pcm async for pcm in speech.speak(text)]))
            return made
        finally:
            await speech.close()

    return asyncio.run(asyncio.wait_for(speak(), SECONDS))


@dataclass
class Talking:
    """A candidate in a running talk."""

    home: House
    live: LiveRooms
    record: InterviewRecord
    session_id: str
    line: MemoryLine
    talk: LiveInterview
    sounds: dict[str, bytes]
    began: float = 0.0
    heard_seconds: float = 0.0

    def hear(self, pcm: bytes) -> None:
        self.began = self.began or time.monotonic()
        for at in range(0, len(pcm), MESSAGE_BYTES):
            self.talk.hear(pcm[at : at + MESSAGE_BYTES])
            self.heard_seconds += MESSAGE_BYTES / 2 / UP_RATE
            time.sleep(max(_PACE, self.heard_seconds - (time.monotonic() - self.began) - _AHEAD))

    def say(self, text: str, silence: float = 3.2) -> None:
        self.hear(self.sounds[text] + quiet(silence))

    def wait(self, true: Callable[[], object]) -> None:
        self.line.wait_for(true, SECONDS)

    def asked(self, count: int) -> None:
        """Until the interviewer has said so many parts to their end."""
        self.wait(lambda: len(self.line.of(TurnCompleteMessage)) >= count)

    def answers(self) -> list[str]:
        return [line.text for line in self.seen.transcript if line.role == "candidate"]

    def ended(self) -> str:
        self.wait(lambda: self.line.of(EndedMessage))
        return self.line.ended().reason

    @property
    def seen(self) -> SessionSnapshot:
        return self.home.see(self.session_id)

    @property
    def draft(self) -> str:
        """What is kept of an answer that is not sent yet."""
        with self.home.service.context.database.read() as tx:
            row = tx.get(AnswerDraftRow, self.session_id)
            return row.text if row else ""

    def again(self, live: LiveRooms) -> Talking:
        line = MemoryLine()
        talk = live.join(SYSTEM, self.session_id, line)
        return replace(self, live=live, line=line, talk=talk, began=0.0, heard_seconds=0.0)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = house(tmp_path_factory.mktemp("embedded"), core=1, probes=0, most_talks=3, voice_pause_seconds=0.5)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def live(home: House) -> Iterator[LiveRooms]:
    rooms = LiveRooms(home.service.context, home.service.spoken, timing=FAST)
    yield rooms
    rooms.close()


@pytest.fixture
def begin(home: House, live: LiveRooms, sounds: dict[str, bytes]) -> Iterator[Callable[..., Talking]]:
    """Begins talks, and ends those that a test leaves open."""
    begun: list[Talking] = []

    def start(rooms: LiveRooms = live) -> Talking:
        record = home.interview()
        session_id = home.service.spoken.open(SYSTEM, record.interview_id).session_id
        line = MemoryLine()
        begun.append(Talking(home, rooms, record, session_id, line, rooms.join(SYSTEM, session_id, line), sounds))
        return begun[-1]

    yield start
    home.engine.failures = 0
    for talking in begun:
        talking.talk.leave()
        talking.ended()


def words_in(text: str) -> set[str]:
    return {word.strip(".,?!").lower() for word in text.split()}


def energy(pcm: bytes) -> float:
    samples = array("h", pcm)
    return sum(one * one for one in samples) / max(1, len(samples))


# --- a whole interview ------------------------------------------------------------------------------------------------


def test_five_answers_are_heard_and_rated_and_each_next_question_is_spoken(begin: Callable[..., Talking]) -> None:
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


def test_a_move_in_plain_words_works_by_voice(begin: Callable[..., Talking]) -> None:
    talking = begin()
    talking.asked(1)
    talking.say(REPEAT)
    talking.asked(2)
    assert talking.line.said("interviewer") == ["Words for warmup."] * 2
    assert "candidate_move" in [event.event_type for event in talking.seen.events]


# --- taking turns -----------------------------------------------------------------------------------------------------


@pytest.fixture
def long_winded(home: House) -> Iterator[None]:
    """The warm-up takes a while."""
    stock = home.engine.ask

    def ask(request: AskRequest) -> Prompt:
        return Prompt(content=LONG) if request.kind == "warmup" else stock(request)

    home.engine.ask = ask  # type: ignore[method-assign]
    yield
    del home.engine.ask


@pytest.mark.usefixtures("long_winded")
def test_speaking_stops_the_interviewer_and_is_the_answer(begin: Callable[..., Talking]) -> None:
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
def test_whoever_goes_on_before_the_question_was_heard_hears_it_again(begin: Callable[..., Talking]) -> None:
    """They had not finished: their words wait, and belong to the answer that follows."""
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


def test_two_seconds_of_silence_in_mid_sentence_end_no_turn(begin: Callable[..., Talking]) -> None:
    talking = begin()
    talking.asked(1)
    sound = talking.sounds[ANSWERS[1]]
    middle = len(sound) // 2 // 640 * 640
    talking.hear(sound[:middle] + quiet(2.0) + sound[middle:] + quiet(3.2))
    talking.asked(2)
    assert len(talking.answers()) == 1
    assert words_in("export failed wrote test") <= words_in(talking.answers()[0])


def test_asking_for_a_moment_ends_no_turn_until_words_come(begin: Callable[..., Talking]) -> None:
    talking = begin()
    talking.asked(1)
    talking.talk.think(True)
    talking.wait(lambda: talking.talk.view().state == "thinking")
    talking.hear(quiet(4.0))
    assert talking.seen.questions_asked == 1
    talking.say(ANSWERS[0], 6.5)
    talking.asked(2)
    assert talking.seen.questions_asked == 2


def test_a_silent_candidate_is_asked_once_and_that_is_no_turn(home: House, begin: Callable[..., Talking]) -> None:
    rooms = LiveRooms(home.service.context, home.service.spoken, timing=replace(FAST, check_in=0.5))
    try:
        talking = begin(rooms)
        talking.asked(2)
        assert talking.line.said("interviewer") == ["Words for warmup.", CHECK_IN]
        talking.hear(quiet(2.0))
        assert [line.text for line in talking.seen.transcript] == ["Words for warmup."]
        assert len(talking.line.of(TurnCompleteMessage)) == 2
    finally:
        rooms.close()


def test_typed_words_are_a_turn_and_skipping_is_one(begin: Callable[..., Talking]) -> None:
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


# --- nothing is lost --------------------------------------------------------------------------------------------------


def test_words_of_an_unfinished_answer_survive_a_restart(home: House, begin: Callable[..., Talking]) -> None:
    """The question in hand is said again, nobody is greeted, and the rest joins the words before."""
    first = LiveRooms(home.service.context, home.service.spoken, timing=FAST)
    talking = begin(first)
    talking.asked(1)
    talking.say(ANSWERS[0])
    talking.asked(2)
    talking.hear(talking.sounds[ANSWERS[1]])
    talking.wait(lambda: "export" in talking.line.said("candidate")[-1])
    first.close()
    assert talking.ended() == "closed"
    assert "export" in talking.draft
    second = LiveRooms(home.service.context, home.service.spoken, timing=FAST)
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


def test_the_last_words_count_when_the_candidate_stops(begin: Callable[..., Talking]) -> None:
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


def test_switching_to_text_keeps_the_words_for_the_field(begin: Callable[..., Talking]) -> None:
    talking = begin()
    talking.asked(1)
    talking.hear(talking.sounds[ANSWERS[0]])
    talking.wait(lambda: talking.line.said("candidate"))
    talking.talk.to_text()
    assert talking.ended() == "to_text"
    assert talking.seen.mode == "text"
    assert "applied" in talking.draft


# --- faults -----------------------------------------------------------------------------------------------------------


def test_a_turn_that_fails_is_said_and_tried_again(home: House, begin: Callable[..., Talking]) -> None:
    talking = begin()
    talking.asked(1)
    home.engine.fail_next(2)
    talking.talk.say("I like clocks.")
    talking.asked(3)
    assert talking.line.said("interviewer")[1:] == [TROUBLE, "Tell me about debugging, part 1."]
    assert talking.answers() == ["I like clocks."]


def test_a_turn_that_keeps_failing_ends_the_talk_and_keeps_the_answer(
    home: House, begin: Callable[..., Talking]
) -> None:
    talking = begin()
    talking.asked(1)
    home.engine.fail_next(100)
    talking.say(ANSWERS[0])
    assert talking.ended() == "voice_failed"
    assert talking.line.of(ErrorMessage)[-1].code == "llm_failure"
    assert talking.answers() == []
    assert "applied" in talking.draft


def test_a_session_that_went_on_in_writing_ends_the_talk(home: House, begin: Callable[..., Talking]) -> None:
    talking = begin()
    talking.asked(1)
    request = TurnRequest(session_id=talking.session_id, answer="In writing.")
    home.service.sessions.turn(SYSTEM, request, new_id())
    talking.talk.say("I like clocks.")
    assert talking.ended() == "to_text"


def test_more_talks_than_the_machine_carries_are_told_to_wait(begin: Callable[..., Talking]) -> None:
    """`most_talks` is 3 here."""
    talks = [begin() for _ in range(3)]
    with pytest.raises(Conflict) as refused:
        begin()
    assert refused.value.code == "voice_busy"
    assert "writing" in refused.value.message
    for talking in talks:
        talking.asked(1)
