"""What the candidate's line brings to a live interview besides answers: silence, a flood, typed words, a skip."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

import pytest
from gemini_script import Turn
from gemini_server import GeminiServer
from live_line import QUIET
from stage import ASKED, FAST, Q, StageMaker, answer_turns

from interview.access import SYSTEM
from interview.errors import Conflict, InterviewError
from interview.events import AnswerGiven
from interview.live import interview
from interview.live.line import QuestionStatusMessage, StatusMessage, TurnCompleteMessage

# --- the line ---------------------------------------------------------------------------------------------------------


def test_a_quiet_candidate_is_asked_gently(stage: StageMaker, brisk: GeminiServer) -> None:
    """Not while they think or are muted."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=100), Turn("Would you like more time?", audio_ms=100))
    scene = stage(timing=replace(FAST, check_in=0.5))
    talk, line = scene.begin()
    talk.think(True)
    line.wait_for_message(TurnCompleteMessage)
    line.wait_for(lambda: any(row.state == "thinking" for row in line.of(StatusMessage)))
    talk.think(False)
    talk.mute(True)
    line.wait_for(lambda: any(row.state == "muted" for row in line.of(StatusMessage)))
    before = len(brisk.connections[0].texts)
    talk.mute(False)
    brisk.wait_for(lambda: any("quiet for a while" in text for text in brisk.connections[0].texts[before:]))


def test_a_line_without_sound_is_told_and_then_ended(stage: StageMaker, brisk: GeminiServer) -> None:
    """The session stays open."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=100))
    scene = stage(timing=replace(FAST, line_silent=600, line_lost=600))
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    talk._talk.timing = replace(FAST, line_silent=0.3, line_lost=1.0)
    line.wait_for(lambda: any("No sound reaches us" in row.message for row in line.of(StatusMessage)))
    assert line.ended().reason == "line_lost"
    assert scene.house.see(scene.session_id).status == "active"
    assert scene.texts("interviewer") == brisk.said


def test_a_flood_is_bounded_and_counted(stage: StageMaker, brisk: GeminiServer) -> None:
    """No more is held or sent than a real microphone could bring; the talk goes on."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=100), *ASKED)
    scene, began = stage(), monotonic()
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    for _ in range(20_000):
        talk.hear(QUIET)
    talk.hear(b"odd")
    talk.hear(bytes(10_000_000))
    assert talk.view().dropped > 15_000
    talk.stop()
    assert line.ended().reason == "stopped"
    assert brisk.audio_bytes < (15 + monotonic() - began) * 32_000


def test_what_is_typed_is_an_answer_too(stage: StageMaker, brisk: GeminiServer) -> None:
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200), *(replace(turn, hears="") for turn in ASKED))
    scene = stage()
    talk, line = scene.begin()
    for number, words in enumerate(("I found it in the cache.", "We split the work.", "I write a list first."), 1):
        line.wait_for_message(TurnCompleteMessage, number)
        talk.say(words)
    assert line.ended().reason == "finished"
    assert scene.texts("candidate") == ["I found it in the cache.", "We split the work.", "I write a list first."]
    events = scene.house.see(scene.session_id).events
    assert [e.payload.auto_send for e in events if isinstance(e.payload, AnswerGiven)] == [False] * 3
    with pytest.raises(InterviewError):
        talk.say("  ")


def test_a_question_of_the_teams_own_waits_until_the_talk_is_over(stage: StageMaker, brisk: GeminiServer) -> None:
    """It would move the places of the questions that the interviewer has been given."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200))
    scene = stage()
    _, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    with pytest.raises(Conflict) as caught:
        scene.house.service.questions.add(SYSTEM, scene.record.interview_id, "Why us?")
    assert caught.value.code == "interview_spoken"


def test_a_talk_ends_when_the_link_is_withdrawn(
    stage: StageMaker, brisk: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interview, "ADMISSION_SECONDS", 0.05)
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200))
    scene = stage()
    talk, line = scene.begin(actor=scene.house.candidate(scene.record))
    line.wait_for_message(TurnCompleteMessage)
    (link,) = scene.house.service.invitations.list(SYSTEM, scene.record.interview_id)
    scene.house.service.invitations.revoke(SYSTEM, link.invitation_id)
    assert line.ended().reason == "closed"
    assert "withdrawn" in (talk.view().error or "")
    assert scene.texts("interviewer") == [f"Hello. {Q[0]}"]


def test_a_question_can_be_skipped(stage: StageMaker, brisk: GeminiServer) -> None:
    """The model is told, and the status is stored at once."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200), replace(ASKED[0], hears=""), *ASKED[1:])
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    talk.skip(0)
    line.wait_for(lambda: any(row.status == "skipped" for row in line.of(QuestionStatusMessage)))
    answer_turns(talk, line, 2, first=2)
    assert line.ended().reason == "finished"
    assert scene.statuses() == ["skipped", "answered", "answered"]
    with pytest.raises(InterviewError):
        talk.skip(99)
