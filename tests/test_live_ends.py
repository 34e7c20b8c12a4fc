"""How a live interview comes to its end, and what stands when it has."""

from __future__ import annotations

import asyncio
import gc
import threading
from dataclasses import replace
from typing import Any

import pytest
from bounded import bounded
from gemini_script import HEARD, Close, Turn
from gemini_server import GeminiServer
from live_line import LOUD, SECONDS, MemoryLine, speak
from stage import AGAIN, ASKED, FAST, Q, StageMaker, answer_turns

from interview.access import SYSTEM
from interview.errors import Conflict, SessionUnknown
from interview.events import TimeGivenBack
from interview.live.interview import LiveInterview
from interview.live.line import ErrorMessage, QuestionStatusMessage, TurnCompleteMessage
from interview.speaking import spoken_wrapup

# --- ends -------------------------------------------------------------------------------------------------------------


def test_a_candidate_may_stop(stage: StageMaker, brisk: GeminiServer) -> None:
    """What was said is rated."""
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 1)
    line.wait_for_message(TurnCompleteMessage, 2)
    talk.stop()
    assert line.ended().reason == "stopped"
    snapshot = scene.house.see(scene.session_id)
    assert snapshot.completed
    assert scene.house.service.scorecards.newest(SYSTEM, scene.record.interview_id)


def test_every_answer_is_told_before_the_end_also_when_rating_is_behind(stage: StageMaker, brisk: GeminiServer) -> None:
    """The first answer is still being rated when the talk is over; the others are rated with its end."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200), *ASKED)
    scene = stage()
    gate = threading.Event()
    scene.house.engine.before = lambda: None if gate.wait(SECONDS) else pytest.fail("nobody went on")
    talk, line = scene.begin()
    clerk = talk._talk.clerk
    close = clerk.close

    def close_and_go_on() -> None:
        close()
        gate.set()

    clerk.close = close_and_go_on
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert line.of(QuestionStatusMessage)[-1].question_statuses == scene.house.see(scene.session_id).question_statuses
    assert {row.index for row in line.of(QuestionStatusMessage) if row.status == "answered"} == {0, 1, 2}


def test_it_goes_on_in_writing_from_the_middle_of_a_sentence(stage: StageMaker, brisk: GeminiServer) -> None:
    """What was said until then is there, and the next answer is a text turn."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=100), Turn(f"Fine. {Q[1]}", hears="I found it.", audio_ms=8_000))
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 1)
    line.wait_for(lambda: any("Fine" in text for text in line.said("interviewer")))
    talk.to_text()
    assert line.ended().reason == "to_text"
    snapshot = scene.house.see(scene.session_id)
    assert (snapshot.mode, snapshot.status) == ("text", "active")
    assert "I found it." in scene.texts("candidate")
    assert any(brisk.said[1].startswith(text) for text in scene.texts("interviewer")[1:2])
    assert scene.house.say(scene.session_id, "I wrote a test for it.").question is not None


def test_time_without_the_voice_is_given_back_to_somebody_who_then_writes(
    stage: StageMaker, brisk: GeminiServer
) -> None:
    """They gave up waiting for it: that the voice was away costs them nothing."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=100))
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    brisk.refuse_connections(1_000)
    brisk.cause(Close())
    brisk.wait_for(lambda: brisk.refused > 2)
    talk.to_text()
    assert line.ended().reason == "to_text"
    snapshot = scene.house.see(scene.session_id)
    assert (snapshot.mode, snapshot.status) == ("text", "active")
    (given,) = (row.payload for row in snapshot.events if isinstance(row.payload, TimeGivenBack))
    assert given.seconds > 0


def test_it_ends_although_the_model_asks_for_no_end(stage: StageMaker, brisk: GeminiServer) -> None:
    """The closing words were said and replied to; nothing depends on a tool being called."""
    closing = spoken_wrapup("Engineer")
    brisk.script(
        Turn(f"Hello. {Q[0]}", audio_ms=200),
        *ASKED[:2],
        Turn(closing, hears="I write a list first.", audio_ms=200),
        Turn("Goodbye.", hears="No, thank you.", audio_ms=200),
    )
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 4)
    assert line.ended().reason == "finished"
    assert scene.texts("interviewer")[-2:] == [closing, "Goodbye."]
    assert scene.house.see(scene.session_id).completed


def test_who_stops_at_once_is_let_go(stage: StageMaker, brisk: GeminiServer) -> None:
    scene = stage()
    talk, line = scene.begin()
    talk.stop()
    assert line.ended().reason == "stopped"
    assert scene.house.see(scene.session_id).completed


def test_the_time_limit_brings_it_to_an_end(stage: StageMaker, brisk: GeminiServer) -> None:
    """The model is told to wrap up; a while later it is over, with or without it."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=100), Turn("Our time is over. Goodbye.", audio_ms=100))
    scene = stage(timing=replace(FAST, wrap_up=600))
    scene.house.configure(scene.record, time_limit_minutes=0.005)
    talk, line = scene.begin()
    brisk.wait_for(lambda: brisk.connections and any("The time is up" in text for text in brisk.connections[0].texts))
    talk._talk.timing = replace(FAST, wrap_up=0)
    assert line.ended().reason == "time_up"
    assert scene.house.see(scene.session_id).completed


def test_a_second_tab_takes_the_talk_over(stage: StageMaker, brisk: GeminiServer) -> None:
    """The first line is told; what was said on it is known on the second, and nobody is greeted twice."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=8_000), AGAIN, *ASKED)
    scene = stage()
    _, first = scene.begin()
    first.wait_for(lambda: first.said("interviewer") and first.said("interviewer")[0].count(" ") > 2)
    talk, second = scene.begin(MemoryLine())
    assert first.ended().reason == "taken_over"
    assert first.of(ErrorMessage)[0].code == "taken_over"
    answer_turns(talk, second, 3)
    assert second.ended().reason == "finished"
    cut_off = scene.texts("interviewer")[0]
    assert [row.text for row in talk.view().captions if row.interrupted] == [cut_off]
    assert cut_off not in second.said("interviewer")
    last = brisk.connections[-1]
    assert last.continued_by == "history"
    assert "Never greet again" in last.setup.instruction
    assert scene.texts("interviewer")[1:] == brisk.said[1:]
    assert brisk.said[0].startswith(scene.texts("interviewer")[0])


def test_a_stranger_takes_nothing_over(stage: StageMaker, brisk: GeminiServer) -> None:
    scene = stage()
    talk, _ = scene.begin()
    other = scene.house.candidate(scene.house.interview(role_title="Cook", job_text="We cook."))
    with pytest.raises(SessionUnknown):
        scene.live.join(other, scene.session_id, MemoryLine())
    assert scene.live.running(scene.session_id) is talk
    assert talk.view().ended is None


def test_answers_that_cannot_be_rated_are_rated_later(stage: StageMaker, brisk: GeminiServer) -> None:
    """The candidate is told so, and the session can be concluded when the engine is back."""
    scene = stage()
    talk, line = scene.begin()
    scene.house.engine.fail_next(1_000)
    answer_turns(talk, line, 1)
    line.wait_for_message(TurnCompleteMessage, 2)
    talk.stop()
    assert "later" in line.ended().message
    assert scene.house.see(scene.session_id).status == "active"
    scene.house.engine.fail_next(0)
    scene.house.service.spoken.conclude(scene.session_id, "stopped")
    assert scene.house.see(scene.session_id).completed
    assert scene.texts("candidate") == list(HEARD[:1])


def test_words_that_cannot_be_written_are_written_later(
    stage: StageMaker, brisk: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In order, once each."""
    scene = stage()
    spoken, failures = scene.house.service.spoken, [3]
    keep = spoken.keep

    def fails_at_first(*args: Any) -> tuple[int, ...]:
        if failures[0]:
            failures[0] -= 1
            raise OSError("the disk is busy")
        return keep(*args)

    monkeypatch.setattr(spoken, "keep", fails_at_first)
    talk, line = scene.begin()
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert scene.texts("interviewer") == brisk.said
    assert len(scene.texts("candidate")) == 3


def test_a_session_that_the_team_closes_ends_the_talk(stage: StageMaker, brisk: GeminiServer) -> None:
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    scene.house.service.interviews.close(SYSTEM, scene.record.interview_id)
    speak(talk)
    assert line.ended().reason == "closed"


def test_a_spent_budget_ends_with_a_goodbye(stage: StageMaker, brisk: GeminiServer) -> None:
    brisk.script(
        Turn(f"Hello. {Q[0]}", audio_ms=200), Turn(f"Well. {Q[1]}", hears="I found it.", audio_ms=200), Turn("Goodbye.")
    )
    scene = stage(tokens_per_interview=10)
    talk, line = scene.begin()
    answer_turns(talk, line, 1)
    assert line.ended().reason == "budget_reached"
    assert scene.house.see(scene.session_id).status == "active"
    assert scene.house.service.usages.of_interview(SYSTEM, scene.record.interview_id).input_tokens > 0


def test_only_so_many_talk_at_once(stage: StageMaker, brisk: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interview.live.rooms.MOST_TALKS", 1)
    scene = stage()
    scene.begin()
    scene.record = scene.house.interview(role_title="Cook", job_text="We cook.")
    with pytest.raises(Conflict) as caught:
        scene.begin()
    assert caught.value.code == "voice_busy"


def test_both_voices_are_recorded_where_it_is_wanted(stage: StageMaker, brisk: GeminiServer) -> None:
    scene = stage()
    scene.house.configure(scene.record, recording=True)
    talk, line = scene.begin()
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    files = list((scene.house.folder / "recordings" / scene.session_id).glob("*.ogg"))
    assert len(files) == 1


def test_names_stay_here(stage: StageMaker, brisk: GeminiServer) -> None:
    """Nothing that names the candidate is in what the model is told."""
    scene = stage()
    scene.record = scene.house.interview(
        candidate_name="Ada Example", resume_text="Ada Example, ada@example.org, +44 20 7946 0958. Ten years of clocks."
    )
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    (setup,) = brisk.setups
    assert "Ten years of clocks." in setup.instruction
    for private in ("Ada", "ada@example.org", "7946"):
        assert private not in setup.instruction
    talk.leave()
    assert line.ended().reason == "line_lost"


def test_a_service_that_closes_loses_no_word(stage: StageMaker, brisk: GeminiServer) -> None:
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 2)
    line.wait_for_message(TurnCompleteMessage, 3)
    scene.live.close()
    assert line.ended().reason == "closed"
    assert scene.texts("interviewer") == brisk.said
    with pytest.raises(Conflict):
        scene.live.join(SYSTEM, scene.session_id, MemoryLine())


def test_twenty_talks_leave_nothing_behind(stage: StageMaker, brisk: GeminiServer) -> None:
    """No task, no thread, no connection, no talk."""
    threads = set(threading.enumerate())
    scene = stage()

    def tasks() -> list[asyncio.Task[Any]]:
        async def all_tasks() -> list[asyncio.Task[Any]]:
            return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

        loop = scene.live._loop
        assert loop is not None
        return loop.call(all_tasks(), SECONDS)

    for number in range(20):
        scene.record = scene.house.interview()
        talk, line = scene.begin()
        line.wait_for(lambda: line.played)  # noqa: B023 - asked in this round
        talk.hear(LOUD)
        talk.leave()
        assert line.ended().reason == "line_lost"
        if number == 0:
            scene.settled()
            brisk.wait_for(lambda: not any(row.is_open for row in brisk.connections))
            before = len(tasks())
    brisk.wait_for(lambda: not any(row.is_open for row in brisk.connections))
    scene.settled()
    with bounded(SECONDS):
        while len(tasks()) > before:
            pass  # the client's own, which put away a connection that is closed already
    del talk
    gc.collect()
    left = [row for row in gc.get_objects() if isinstance(row, LiveInterview)]
    assert len(left) <= 1
    scene.live.close()
    assert {thread.name for thread in set(threading.enumerate()) - threads if "live" in thread.name} == set()
