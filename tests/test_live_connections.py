"""Connections of a live interview that end, or cannot be made: nothing is lost, nobody is left waiting."""

from __future__ import annotations

from dataclasses import replace

import pytest
from gemini_script import Abort, Close, Fault, Garbage, GoAway, RefuseConnects, Silence, Turn, UnknownMessage
from gemini_server import GeminiServer
from live_line import MemoryLine, speak
from stage import AGAIN, ASKED, FAST, Q, StageMaker, answer_turns

from interview.live.interview import LiveInterview
from interview.live.line import ErrorMessage, Message, ResumedMessage, StatusMessage, TurnCompleteMessage

PATIENT = replace(FAST, reply=60.0, answered=0.0)


class CalmingLine(MemoryLine):
    """A talk that is hurried waits for the model only until it has left its connection: the next one has time."""

    talk: LiveInterview | None = None

    def hurry(self, talk: LiveInterview) -> None:
        self.talk = talk
        talk._talk.timing = replace(PATIENT, reply=0.4)

    def tell(self, message: Message) -> None:
        if self.talk is not None and isinstance(message, StatusMessage) and message.state == "reconnecting":
            self.talk._talk.timing = PATIENT
        super().tell(message)


# --- connections that end ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        Close(after_ms=400, code=1011),
        Close(after_ms=400, code=1008, reason="The operation was cancelled."),
        Abort(after_ms=400),
        GoAway(after_ms=400, time_left_ms=300),
    ],
)
def test_a_sentence_that_was_cut_by_a_fault_is_said_again(stage: StageMaker, brisk: GeminiServer, fault: Fault) -> None:
    """By handle, without a second greeting, no word lost, and the lost time given back."""
    brisk.script(
        Turn(f"Hello, I am Alex and glad that you are here. {Q[0]}", audio_ms=3_000, then=fault), AGAIN, *ASKED
    )
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(ResumedMessage)
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert len(brisk.connections) == 2
    first, second = brisk.connections
    assert second.setup.handle
    assert not second.overlaps
    assert ["greet" in text and "Say the opening words" not in text for text in second.texts] == [True]
    assert "under way" in second.setup.instruction
    entries = scene.entries()
    assert not entries[0].final
    assert first.said[0].startswith(entries[0].text)
    assert scene.texts("interviewer")[1:] == brisk.said[1:]
    assert scene.texts("candidate") == [turn.hears for turn in ASKED]
    given = [row for row in scene.house.see(scene.session_id).events if row.event_type == "time_given_back"]
    assert len(given) == 1
    assert scene.statuses() == ["answered"] * 3


def test_an_end_that_is_announced_early_is_met_at_a_pause(stage: StageMaker, brisk: GeminiServer) -> None:
    """The sentence is finished first; nothing is said again."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=600, then=GoAway(after_ms=100, time_left_ms=60_000)), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(ResumedMessage)
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert [bool(setup.handle) for setup in brisk.setups] == [False, True]
    assert brisk.connections[1].texts == []
    assert scene.texts("interviewer") == brisk.said
    assert all(entry.final for entry in scene.entries())


def test_a_refused_handle_is_replaced_by_the_transcript(stage: StageMaker, brisk: GeminiServer) -> None:
    """The model is told what was said, that it has greeted, and goes on."""
    brisk.script(Turn(f"Hello, I am Alex. {Q[0]}", audio_ms=200), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    brisk.refuse_next_handle()
    brisk.cause(Close())
    line.wait_for_message(ResumedMessage)
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    last = brisk.connections[-1]
    assert last.setup.handle is None
    assert last.continued_by == "history"
    assert [(turn.role, turn.text) for turn in last.contents[0].turns] == [("model", brisk.said[0])]
    assert "Never greet again" in last.setup.instruction
    assert not any("Say the opening words now" in text for text in last.texts)
    assert scene.texts("interviewer") == brisk.said
    assert scene.texts("candidate") == [turn.hears for turn in ASKED]


def test_a_candidate_is_told_while_nobody_can_be_reached(stage: StageMaker, brisk: GeminiServer) -> None:
    """Several connects are refused; what is spoken meanwhile is heard afterwards."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    brisk.refuse_connections(4, 503)
    brisk.cause(Abort())
    line.wait_for(lambda: any(row.state == "reconnecting" for row in line.of(StatusMessage)))
    speak(talk)
    line.wait_for_message(ResumedMessage)
    answer_turns(talk, line, 2, first=2)
    assert line.ended().reason == "finished"
    assert brisk.refused == 4
    assert scene.texts("candidate") == [turn.hears for turn in ASKED]


def test_an_answer_whose_reply_was_lost_is_told_again(stage: StageMaker, brisk: GeminiServer) -> None:
    """The connection ends after the answer was heard and before the reply: the model is told to go on from it."""
    brisk.script(
        Turn(f"Hello. {Q[0]}", audio_ms=200),
        Turn("", hears="I found it in the cache.", audio_ms=0, then=Silence()),
        replace(ASKED[0], hears=""),
        *ASKED[1:],
    )
    scene = stage(timing=PATIENT)
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    speak(talk)
    line.wait_for(lambda: line.said("candidate") == ["I found it in the cache."])
    brisk.cause(Close())
    answer_turns(talk, line, 2, first=2)
    assert line.ended().reason == "finished"
    assert any("I found it in the cache." in text for text in brisk.connections[1].texts)
    assert scene.texts("candidate") == [turn.hears for turn in ASKED]


@pytest.mark.parametrize("fault", [Garbage(after_ms=100), UnknownMessage(after_ms=100)])
def test_what_cannot_be_read_disturbs_nobody(stage: StageMaker, brisk: GeminiServer, fault: Fault) -> None:
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=400, then=fault), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert len(brisk.connections) == 1
    assert scene.texts("interviewer") == brisk.said


# --- connections that cannot be made ----------------------------------------------------------------------------------


def test_a_wrong_key_ends_the_talk_with_a_sentence(
    stage: StageMaker, brisk: GeminiServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is tried again; the session stays open for text. What to check is in the log, and told to the team."""
    scene = stage(key="another-key")
    talk, line = scene.begin()
    assert line.ended().reason == "voice_failed"
    assert "go on in writing" in line.of(ErrorMessage)[0].message
    assert "check GEMINI_API_KEY" in caplog.text
    assert "another-key" not in repr(line.messages)
    assert talk.view().error == line.of(ErrorMessage)[0].message
    assert scene.house.see(scene.session_id).status == "active"


def test_an_unknown_model_ends_the_talk_with_a_sentence(stage: StageMaker, caplog: pytest.LogCaptureFixture) -> None:
    scene = stage(live_model="palm-2")
    _, line = scene.begin()
    assert line.ended().reason == "voice_failed"
    assert "go on in writing" in line.of(ErrorMessage)[0].message
    assert "check INTERVIEW_LIVE_MODEL" in caplog.text


def test_a_quota_that_stays_spent_ends_the_talk(stage: StageMaker, brisk: GeminiServer) -> None:
    """After some tries."""
    brisk.refuse_connections(1_000, 429)
    scene = stage(timing=replace(FAST, give_up_refused=0.3))
    _, line = scene.begin()
    assert line.ended().reason == "voice_failed"
    assert "quota" in line.of(ErrorMessage)[0].message
    assert brisk.refused > 1


def test_a_voice_that_never_comes_back_ends_the_talk(stage: StageMaker, brisk: GeminiServer) -> None:
    """Nothing that was said is lost."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200, then=(RefuseConnects(1_000, 503), Close())), *ASKED)
    scene = stage(timing=replace(FAST, give_up=0.5))
    _, line = scene.begin()
    assert line.ended().reason == "voice_failed"
    assert scene.texts("interviewer") == brisk.said
    assert scene.house.see(scene.session_id).status == "active"


def test_a_sentence_is_said_again_also_when_two_connections_fail(stage: StageMaker, brisk: GeminiServer) -> None:
    """The second ends before a word of it came."""
    brisk.script(
        Turn(f"Hello. {Q[0]}", audio_ms=2_000, then=Close(after_ms=300)),
        Turn("", audio_ms=0, then=Close(after_ms=0)),
        AGAIN,
        *ASKED,
    )
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(ResumedMessage, 2)
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert ["while you were saying" in text for row in brisk.connections[1:] for text in row.texts] == [
        True,
        True,
    ]


def test_a_model_that_says_nothing_is_reminded_and_then_left(stage: StageMaker, brisk: GeminiServer) -> None:
    """First a note, then another connection, which is told what was said last."""
    brisk.script(
        Turn(f"Hello. {Q[0]}", audio_ms=200),
        Turn("", hears="I found it in the cache.", audio_ms=0, then=Silence()),
        Turn("", hears="", audio_ms=0, then=Silence()),
        replace(ASKED[0], hears=""),
        *ASKED[1:],
    )
    scene, line = stage(timing=PATIENT), CalmingLine()
    talk, _ = scene.begin(line)
    line.wait_for_message(TurnCompleteMessage)
    speak(talk)
    line.wait_for(lambda: line.said("candidate"))
    line.hurry(talk)
    line.wait_for_message(ResumedMessage)
    assert any("waits for you" in text for text in brisk.connections[0].texts)
    assert brisk.connections[1].setup.handle
    brisk.wait_for(lambda: brisk.connections[1].said)
    assert scene.texts("candidate")[:1] == ["I found it in the cache."]


def test_a_sentence_that_stops_in_the_middle_is_asked_for_again(stage: StageMaker, brisk: GeminiServer) -> None:
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=2_000, then=Silence(after_ms=300)), AGAIN, *ASKED)
    scene, line = stage(timing=PATIENT), CalmingLine()
    talk, _ = scene.begin(line)
    line.wait_for(lambda: len(line.played) >= 300 * 48)
    line.hurry(talk)
    line.wait_for_message(ResumedMessage)
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert "heard only" in brisk.connections[1].texts[0]
