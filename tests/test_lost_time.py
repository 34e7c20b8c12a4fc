"""Time by voice is fair: what faults take is given back, and waiting for a place takes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from builders import House
from gemini_script import Silence, Turn
from gemini_server import GeminiServer
from live_line import MemoryLine, speak
from stage import FAST, Q, Stage, StageMaker
from talk import Talk, speaking_house

from interview.access import SYSTEM
from interview.errors import Conflict, EngineFailure, SessionUnknown
from interview.events import TimeGivenBack
from interview.live.line import ResumedMessage, TurnCompleteMessage
from interview.live.lost_time import LostTime

WHOLE = 45 * 60.0
"""Seconds of an interview in these tests."""
PATIENT = replace(FAST, reply=1.0, answered=0.0)
"""Seconds until a model that owes a reply is reminded, and as many until it is left."""


class Now:
    """A clock that is set."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    made = speaking_house(tmp_path)
    yield made
    made.close()


def given(house: House, session_id: str) -> list[tuple[str, float]]:
    payloads = [event.payload for event in house.see(session_id).events]
    return [(one.cause, one.seconds) for one in payloads if isinstance(one, TimeGivenBack)]


def seconds_left(house: House, session_id: str) -> float:
    return house.service.spoken.scene(SYSTEM, session_id).seconds_left


# --- what was lost ----------------------------------------------------------------------------------------------------


def test_what_fails_at_the_same_time_is_lost_once() -> None:
    """From 0 to 10 and from 4 to 12: twelve seconds; one that worked at once is none."""
    now = Now()
    lost = LostTime(now)
    with lost.trying(awaited=now()):
        now.at += 5
    assert lost.seconds == 0
    with lost.trying(awaited=now()) as first:
        first.fails()
        now.at += 4
        with lost.trying(awaited=now()) as second:
            now.at += 6
            second.fails()
            first.__exit__(None, None, None)
            assert lost.seconds == 10
            now.at += 2
    now.at += 50
    assert lost.seconds == 12


def test_what_fails_is_lost_from_its_beginning_and_while_it_lasts() -> None:
    """A try that hangs is known to have failed only at its end; whoever leaves meanwhile gets what was lost by then."""
    now = Now()
    lost = LostTime(now)
    with lost.trying(awaited=now()) as trying:
        now.at += 30
        trying.fails()
        now.at += 1
        trying.fails()
        assert lost.seconds == 31


def test_nothing_is_lost_while_nobody_waits() -> None:
    """The candidate still speaks, or still hears what was made before."""
    now = Now()
    lost = LostTime(now)
    with lost.trying() as unheard, lost.trying(awaited=now() + 5) as ahead:
        unheard.fails()
        ahead.fails()
        now.at += 3
        assert lost.seconds == 0
        unheard.awaited = now()
        now.at += 1
        assert lost.seconds == 1
    assert lost.seconds == 1


def test_what_was_taken_is_not_given_twice_and_comes_back_where_it_could_not_be_given() -> None:
    now = Now()
    lost = LostTime(now)
    with lost.trying(awaited=now()) as trying:
        trying.fails()
        now.at += 7
        assert (lost.take(), lost.seconds, lost.take()) == (7, 0, 0)
        now.at += 2
        assert lost.seconds == 2
        lost.put_back(7)
        assert lost.take() == 9


# --- a model that falls silent ----------------------------------------------------------------------------------------


def test_the_time_in_which_a_model_owed_a_reply_is_given_back(stage: StageMaker, brisk: GeminiServer) -> None:
    """All of it: also before anybody could know that nothing comes of this connection."""
    brisk.script(
        Turn(f"Hello. {Q[0]}", audio_ms=200),
        Turn("", hears="I found it in the cache.", audio_ms=0, then=Silence()),
        Turn("", hears="", audio_ms=0, then=Silence()),
        Turn(f"Thank you. {Q[1]}", audio_ms=200),
    )
    scene = stage(timing=PATIENT)
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    speak(talk)
    assert line.wait_for_message(ResumedMessage).seconds >= 2 * PATIENT.reply
    line.wait_for(lambda: given(scene.house, scene.session_id))
    ((cause, seconds),) = given(scene.house, scene.session_id)
    assert cause == "connection_lost"
    assert seconds >= 2 * PATIENT.reply


def test_the_rest_of_a_sentence_that_does_not_come_is_given_back(stage: StageMaker, brisk: GeminiServer) -> None:
    """From where its sound ran out, not from where it began."""
    brisk.script(
        Turn(f"Hello. {Q[0]}", audio_ms=2_000, then=Silence(after_ms=300)), Turn(f"As I said: {Q[0]}", audio_ms=200)
    )
    scene = stage(timing=PATIENT)
    _, line = scene.begin()
    assert line.wait_for_message(ResumedMessage).seconds >= PATIENT.reply / 2
    line.wait_for(lambda: given(scene.house, scene.session_id))


def test_who_leaves_a_model_that_owes_a_reply_gets_the_time_back(stage: StageMaker, brisk: GeminiServer) -> None:
    brisk.script(
        Turn(f"Hello. {Q[0]}", audio_ms=200),
        Turn("", hears="I found it in the cache.", audio_ms=0, then=Silence()),
        Turn("", hears="", audio_ms=0, then=Silence()),
    )
    scene = stage(timing=replace(PATIENT, reply=1.5))
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    speak(talk)
    brisk.wait_for(lambda: any("waits for you" in text for row in brisk.connections for text in row.texts), 30)
    talk.to_text()
    assert line.ended().reason == "to_text"
    assert sum(seconds for _, seconds in given(scene.house, scene.session_id)) >= 1.5


# --- waiting for a place ----------------------------------------------------------------------------------------------


def test_a_talk_that_begins_late_has_all_of_its_time(stage: StageMaker, brisk: GeminiServer) -> None:
    """A session that was opened and had to wait; nothing of that is a fault."""
    scene = stage()
    scene.session_id = scene.house.service.spoken.open(SYSTEM, scene.record.interview_id).session_id
    scene.house.clock.forward(minutes=20)
    line = MemoryLine()
    talk = scene.live.join(SYSTEM, scene.session_id, line)
    line.wait_for_message(TurnCompleteMessage)
    assert talk.view().seconds_left > WHOLE - 60
    assert seconds_left(scene.house, scene.session_id) == WHOLE
    assert given(scene.house, scene.session_id) == []
    assert scene.entries()[0].start_ms < 60_000


def test_who_waits_for_a_place_is_not_idle(
    stage: StageMaker, brisk: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try to come in keeps the session; forty minutes later it is the same, with all of its time."""
    monkeypatch.setattr("interview.live.rooms.MOST_TALKS", 1)
    scene = stage()
    first, _ = scene.begin()
    scene.session_id = waits(scene)
    scene.house.clock.forward(minutes=20)
    refused(scene)
    first.leave()
    scene.settled()
    scene.house.clock.forward(minutes=20)
    scene.live.join(SYSTEM, scene.session_id, line := MemoryLine())
    line.wait_for_message(TurnCompleteMessage)
    assert (scene.house.see(scene.session_id).status, seconds_left(scene.house, scene.session_id)) == ("active", WHOLE)


def waits(scene: Stage) -> str:
    """Another interview's session, for which there is no place."""
    record = scene.house.interview(role_title="Cook", job_text="We cook.")
    scene.session_id = scene.house.service.spoken.open(SYSTEM, record.interview_id).session_id
    refused(scene)
    return scene.session_id


def refused(scene: Stage) -> None:
    with pytest.raises(Conflict) as caught:
        scene.live.join(SYSTEM, scene.session_id, MemoryLine())
    assert caught.value.code == "voice_busy"


def test_a_stranger_keeps_nobodys_session(home: House) -> None:
    talk = Talk.begin(home)
    stranger = home.candidate(home.interview(role_title="Cook", job_text="We cook."))
    home.clock.forward(minutes=20)
    for call in (home.service.spoken.come, home.service.spoken.enter):
        with pytest.raises(SessionUnknown):
            call(stranger, talk.session_id)
    home.clock.forward(minutes=11)
    assert home.see(talk.session_id).expired


def test_a_session_that_expired_while_it_waited_leaves_all_of_its_time(home: House) -> None:
    """It was opened again and again, and never begun."""
    talk = Talk.begin(home)
    home.clock.forward(minutes=29)
    assert Talk.begin(home, talk.record).session_id == talk.session_id
    home.clock.forward(minutes=31)
    again = Talk.begin(home, talk.record)
    assert again.session_id != talk.session_id
    assert seconds_left(home, again.session_id) == WHOLE


def test_the_time_of_a_session_that_was_begun_goes_on(home: House) -> None:
    """Who comes back has what is left."""
    talk = Talk.begin(home)
    home.service.spoken.enter(SYSTEM, talk.session_id)
    talk.interviewer("Hello. What do you do?")
    home.clock.forward(minutes=20)
    assert home.service.spoken.enter(SYSTEM, talk.session_id).seconds_left == WHOLE - 20 * 60


def test_what_was_given_back_before_the_first_word_is_no_more_time_than_others_have(home: House) -> None:
    """The voice failed before it said anything: the time begins anew, whole."""
    talk = Talk.begin(home)
    home.service.spoken.enter(SYSTEM, talk.session_id)
    home.clock.forward(minutes=2)
    talk.spoken.voice_failed(talk.session_id, "connection_lost", 120.0)
    assert seconds_left(home, talk.session_id) == WHOLE
    assert home.service.spoken.enter(SYSTEM, talk.session_id).seconds_left == WHOLE


def test_a_clock_that_a_recording_runs_by_is_left_as_it_is(stage: StageMaker) -> None:
    """The sound of a talk that came to nothing: what is said later has its place behind it."""
    scene = stage(key="another-key")
    scene.house.configure(scene.record, recording=True)
    _, line = scene.begin()
    assert line.ended().reason == "voice_failed"
    scene.settled()
    scene.house.clock.forward(minutes=1)
    assert scene.house.service.spoken.enter(SYSTEM, scene.session_id).elapsed_ms == 60_000


def test_who_waited_for_a_place_and_then_writes_has_all_of_the_time(home: House) -> None:
    talk = Talk.begin(home)
    home.clock.forward(minutes=20)
    talk.spoken.to_text(SYSTEM, talk.session_id)
    snapshot = home.see(talk.session_id)
    assert (snapshot.mode, snapshot.elapsed_ms) == ("text", 0)
    home.clock.forward(minutes=1)
    assert home.see(talk.session_id).elapsed_ms == 60_000


def test_a_start_in_writing_that_failed_takes_no_time(home: House) -> None:
    """It is tried again later: the clock begins with the first question."""
    record = home.interview()
    home.engine.fail_next(1)
    with pytest.raises(EngineFailure):
        home.start(record)
    home.clock.forward(minutes=20)
    assert home.start(record).elapsed_ms == 0
    home.clock.forward(minutes=5)
    assert home.start(record).elapsed_ms == 300_000
