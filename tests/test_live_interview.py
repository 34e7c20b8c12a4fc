"""The interview by voice, from the line to the database: the real client, the local Gemini, real SQLite."""

from __future__ import annotations

from dataclasses import replace

import pytest
from gemini_script import HEARD, ToolCall, Turn
from gemini_server import GeminiServer
from live_line import speak
from stage import ASKED, END, Q, StageMaker, answer_turns

from interview.access import SYSTEM
from interview.live import transcript
from interview.live.line import (
    InterruptedMessage,
    QuestionStatusMessage,
    SessionMessage,
    StatusMessage,
    TurnCompleteMessage,
)


def test_a_whole_interview_by_voice(stage: StageMaker, brisk: GeminiServer) -> None:
    """Ten turns: every word in the transcript, every question answered, turns, scores, and the end that was asked."""
    scene = stage(core=3)
    talk, line = scene.begin()
    answer_turns(talk, line, 9)
    assert line.ended().reason == "finished"
    assert scene.texts("interviewer") == brisk.said
    heard = scene.texts("candidate")
    assert len(heard) == 9
    assert set(heard) == set(HEARD)
    assert scene.statuses() == ["answered"] * 9
    snapshot = scene.house.see(scene.session_id)
    assert snapshot.completed
    assert [row.total_score for row in snapshot.competencies] == [3.0, 3.0, 3.0]
    card = scene.house.service.scorecards.newest(SYSTEM, scene.record.interview_id)
    assert card is not None
    assert card.overall_score == 3.0
    assert line.of(SessionMessage)[0].session_id == scene.session_id
    assert [row.state for row in line.of(StatusMessage)][:2] == ["connecting", "listening"]
    assert {"speaking", "ending"} <= {row.state for row in line.of(StatusMessage)}
    assert [row.text for row in line.captions()] == [entry.text for entry in scene.entries()]
    assert {row.index for row in line.of(QuestionStatusMessage)} == set(range(9))
    view = talk.view()
    assert (view.state, view.ended, view.dropped) == ("ended", "finished", 0)
    assert view.first_sound_ms is not None
    scene.settled()
    assert scene.live.running(scene.session_id) is None


# --- speaking over each other -----------------------------------------------------------------------------------------


def test_a_candidate_who_speaks_is_heard_at_once(stage: StageMaker, brisk: GeminiServer) -> None:
    """The interviewer falls silent, what was heard of it stays, and the words are an answer."""
    long = " ".join(f"word{n}" for n in range(60))
    brisk.script(Turn(f"Hello. {Q[0]} {long}", audio_ms=60_000), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    line.wait_for(lambda: any("part 1." in row for row in line.said("interviewer")))
    speak(talk)
    line.wait_for_message(InterruptedMessage)
    answer_turns(talk, line, 3, first=2)
    assert line.ended().reason == "finished"
    first = scene.entries()[0]
    assert not first.final
    assert brisk.said[0].startswith(first.text)
    assert len(first.text) < len(brisk.said[0]) / 2
    assert scene.texts("candidate") == ["I found it in the cache.", "We split the work.", "I write a list first."]
    assert line.stale == 0


def test_a_barge_in_can_be_told_by_the_line(stage: StageMaker, brisk: GeminiServer) -> None:
    """What still comes of that part is not played."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=6_000), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    line.wait_for(lambda: len(line.played) > 24_000)
    talk.barge_in()
    line.wait_for_message(InterruptedMessage)
    line.wait_for_message(TurnCompleteMessage)
    assert len(line.played) == 0


def test_late_words_go_to_their_answer(stage: StageMaker, brisk: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Transcribed after the next question has begun, they stand before it all the same."""
    monkeypatch.setattr(transcript, "LATE_MS", 60_000)  # how late that is on a busy machine says nothing
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=100), *(replace(turn, late=3, audio_ms=600) for turn in ASKED))
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert [entry.role for entry in scene.entries()] == ["interviewer", "candidate"] * 3 + ["interviewer"]
    assert scene.texts("candidate") == [turn.hears for turn in ASKED]
    assert scene.statuses() == ["answered"] * 3


# --- requests of the model, and what it says --------------------------------------------------------------------------


def test_bad_requests_of_the_model_are_answered_and_change_nothing(stage: StageMaker, brisk: GeminiServer) -> None:
    bad = (
        ToolCall("mark_question", {"index": 99, "status": "answered"}),
        ToolCall("mark_question", {"status": "answered"}),
        ToolCall("mark_question", {"index": 1, "status": "answered"}),
        ToolCall("delete_interview", {"sure": True}),
    )
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200, tools=bad), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    brisk.wait_for(lambda: len(brisk.tool_responses) == 4)
    assert [row.response["accepted"] for row in brisk.tool_responses] == [False] * 4
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert scene.statuses() == ["answered"] * 3


def test_an_end_that_comes_too_early_is_refused(stage: StageMaker, brisk: GeminiServer) -> None:
    """The model is told what is open, and told to ask it."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200), Turn("Goodbye.", hears="I found it.", tools=(END,)))
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 1)
    brisk.wait_for(lambda: any("The interview is not over" in text for text in brisk.connections[0].texts))
    assert Q[1] in brisk.connections[0].texts[-1]
    assert brisk.tool_responses[0].response["accepted"] is False
    assert talk.view().ended is None


def test_a_repeated_question_is_stopped_while_it_is_said(stage: StageMaker, brisk: GeminiServer) -> None:
    """The sound is dropped, the model is told what to ask instead, and the words stay in the transcript, cut off."""
    filler = "Now let us come back to something else that matters to me and to all of the team here."
    brisk.script(
        Turn(f"Hello. {Q[0]}", audio_ms=200),
        Turn(f"Thank you. {Q[1]}", hears="I found it in the cache.", audio_ms=200),
        Turn(
            f"{filler} {Q[0]} Take your time with it, please, there is no hurry.", hears="We split it.", audio_ms=6_000
        ),
        Turn(f"Then: {Q[2]}", audio_ms=200),
        Turn("Goodbye.", hears="I write a list first.", audio_ms=200, tools=(END,)),
    )
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 2)
    line.wait_for_message(InterruptedMessage)
    brisk.wait_for(lambda: any("Q0 is through" in text for text in brisk.connections[0].texts))
    assert Q[2] in brisk.connections[0].texts[-1]
    answer_turns(talk, line, 1, first=4)
    assert line.ended().reason == "finished"
    cut = [entry for entry in scene.entries() if not entry.final]
    assert all(filler.startswith(entry.text[:20]) for entry in cut)
    assert scene.statuses() == ["answered"] * 3
    assert scene.texts("candidate") == ["I found it in the cache.", "We split it.", "I write a list first."]
