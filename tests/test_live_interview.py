"""The interview by voice, from the line to the database: the real client, the local Gemini, real SQLite."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders import House, house
from gemini_script import (
    HEARD,
    Abort,
    Close,
    Fault,
    Garbage,
    GoAway,
    RefuseConnects,
    Silence,
    ToolCall,
    Turn,
    UnknownMessage,
)
from gemini_server import GeminiServer, gemini_server
from gemini_state import Pace
from live_line import LOUD, QUIET, SECONDS, MemoryLine, speak

from interview.access import SYSTEM, Actor
from interview.errors import Conflict, InterviewError, SessionUnknown
from interview.events import AnswerGiven
from interview.live import interview
from interview.live.connector import Timing
from interview.live.interview import LiveInterview
from interview.live.line import (
    ErrorMessage,
    InterruptedMessage,
    QuestionStatusMessage,
    ResumedMessage,
    SessionMessage,
    StatusMessage,
    TurnCompleteMessage,
)
from interview.live.rooms import LiveRooms
from interview.models import TranscriptEntry
from interview.records import InterviewRecord
from interview.speaking import spoken_wrapup

FAST = Timing(first_wait=0.05, longest_wait=0.2, linger=0.3, goodbye=5.0, tick=0.05)
Q = [f"Tell me about {name}, part 1." for name in ("debugging", "teamwork", "planning")]
END = ToolCall("end_interview", {"reason": "finished"}, at="end")
ASKED = (
    Turn(f"Thank you. {Q[1]}", hears="I found it in the cache.", audio_ms=200),
    Turn(f"Thank you. {Q[2]}", hears="We split the work.", audio_ms=200),
    Turn("That was all. Goodbye.", hears="I write a list first.", audio_ms=200, tools=(END,)),
)
"""What comes after the first question, to the end; three answers."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    with gemini_server(pace=Pace(ms_per_word=20)) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
        yield running


class Stage:
    """A house whose service speaks with the local Gemini, one interview, and a way to talk in it."""

    def __init__(self, folder: Path, server: GeminiServer, *, core: int, timing: Timing, **settings: Any) -> None:
        self.server = server
        key = settings.pop("key", server.key)
        self.house: House = house(
            folder, core=core, probes=0, gemini_api_key=key, google_gemini_base_url=server.url, **settings
        )
        service = self.house.service
        self.live = LiveRooms(service.context, service.spoken, timing=timing)
        self.house.service = replace(service, live=self.live)
        self.record: InterviewRecord = self.house.interview()
        self.session_id = ""

    def begin(self, line: MemoryLine | None = None, actor: Actor = SYSTEM) -> tuple[LiveInterview, MemoryLine]:
        line = line or MemoryLine()
        self.session_id = self.house.service.spoken.open(actor, self.record.interview_id).session_id
        return self.live.join(actor, self.session_id, line), line

    def close(self) -> None:
        self.live.close()
        self.house.close()

    def settled(self) -> None:
        """Until every talk that has said its end has left nothing to do."""

        async def wait() -> None:
            if self.live._running:
                await asyncio.wait(list(self.live._running.values()), timeout=SECONDS)

        assert self.live._loop is not None
        self.live._loop.call(wait(), SECONDS)

    def entries(self) -> tuple[TranscriptEntry, ...]:
        return self.house.see(self.session_id).transcript

    def texts(self, role: str) -> list[str]:
        return [entry.text for entry in self.entries() if entry.role == role]

    def statuses(self) -> list[str]:
        return [row.status for row in self.house.see(self.session_id).question_statuses]


StageMaker = Callable[..., Stage]


@pytest.fixture
def stage(tmp_path: Path, server: GeminiServer) -> Iterator[StageMaker]:
    made: list[Stage] = []

    def make(*, core: int = 1, timing: Timing = FAST, **settings: Any) -> Stage:
        made.append(Stage(tmp_path, server, core=core, timing=timing, **settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


def answer_turns(talk: LiveInterview, line: MemoryLine, turns: int, *, first: int = 1) -> None:
    """Speak after each of so many turns of the interviewer."""
    for turn in range(first, first + turns):
        line.wait_for_message(TurnCompleteMessage, turn)
        speak(talk)


def test_a_whole_interview_by_voice(stage: StageMaker, server: GeminiServer) -> None:
    """Ten turns: every word in the transcript, every question answered, turns, scores, and the end that was asked."""
    scene = stage(core=3)
    talk, line = scene.begin()
    answer_turns(talk, line, 9)
    assert line.ended().reason == "finished"
    assert scene.texts("interviewer") == server.said
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


def test_a_candidate_who_speaks_is_heard_at_once(stage: StageMaker, server: GeminiServer) -> None:
    """The interviewer falls silent, what was heard of it stays, and the words are an answer."""
    long = " ".join(f"word{n}" for n in range(60))
    server.script(Turn(f"Hello. {Q[0]} {long}", audio_ms=12_000), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    line.wait_for(lambda: any("part 1." in row for row in line.said("interviewer")))
    speak(talk)
    line.wait_for_message(InterruptedMessage)
    answer_turns(talk, line, 3, first=2)
    assert line.ended().reason == "finished"
    first = scene.entries()[0]
    assert not first.final
    assert server.said[0].startswith(first.text)
    assert len(first.text) < len(server.said[0]) / 2
    assert scene.texts("candidate") == ["I found it in the cache.", "We split the work.", "I write a list first."]
    assert line.stale == 0


def test_a_barge_in_can_be_told_by_the_line(stage: StageMaker, server: GeminiServer) -> None:
    """What still comes of that part is not played."""
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=3_000), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    line.wait_for(lambda: len(line.played) > 24_000)
    talk.barge_in()
    line.wait_for_message(InterruptedMessage)
    line.wait_for_message(TurnCompleteMessage)
    assert len(line.played) == 0


def test_late_words_go_to_their_answer(stage: StageMaker, server: GeminiServer) -> None:
    """Transcribed after the next question has begun, they stand before it all the same."""
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=100), *(replace(turn, late=3, audio_ms=600) for turn in ASKED))
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert [entry.role for entry in scene.entries()] == ["interviewer", "candidate"] * 3 + ["interviewer"]
    assert scene.texts("candidate") == [turn.hears for turn in ASKED]
    assert scene.statuses() == ["answered"] * 3


# --- connections that end ---------------------------------------------------------------------------------------------

AGAIN = Turn(f"As I said: {Q[0]}", audio_ms=200)


@pytest.mark.parametrize(
    "fault",
    [
        Close(after_ms=400, code=1011),
        Close(after_ms=400, code=1008, reason="The operation was cancelled."),
        Abort(after_ms=400),
        GoAway(after_ms=400, time_left_ms=300),
    ],
)
def test_a_sentence_that_was_cut_by_a_fault_is_said_again(
    stage: StageMaker, server: GeminiServer, fault: Fault
) -> None:
    """By handle, without a second greeting, no word lost, and the lost time given back."""
    server.script(
        Turn(f"Hello, I am Alex and glad that you are here. {Q[0]}", audio_ms=3_000, then=fault), AGAIN, *ASKED
    )
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(ResumedMessage)
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert len(server.connections) == 2
    first, second = server.connections
    assert second.setup.handle
    assert not second.overlaps
    assert ["greet" in text and "Say the opening words" not in text for text in second.texts] == [True]
    assert "under way" in second.setup.instruction
    entries = scene.entries()
    assert not entries[0].final
    assert first.said[0].startswith(entries[0].text)
    assert scene.texts("interviewer")[1:] == server.said[1:]
    assert scene.texts("candidate") == [turn.hears for turn in ASKED]
    given = [row for row in scene.house.see(scene.session_id).events if row.event_type == "time_given_back"]
    assert len(given) == 1
    assert scene.statuses() == ["answered"] * 3


def test_an_end_that_is_announced_early_is_met_at_a_pause(stage: StageMaker, server: GeminiServer) -> None:
    """The sentence is finished first; nothing is said again."""
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=600, then=GoAway(after_ms=100, time_left_ms=60_000)), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(ResumedMessage)
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert [bool(setup.handle) for setup in server.setups] == [False, True]
    assert server.connections[1].texts == []
    assert scene.texts("interviewer") == server.said
    assert all(entry.final for entry in scene.entries())


def test_a_refused_handle_is_replaced_by_the_transcript(stage: StageMaker, server: GeminiServer) -> None:
    """The model is told what was said, that it has greeted, and goes on."""
    server.script(Turn(f"Hello, I am Alex. {Q[0]}", audio_ms=200), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    server.refuse_next_handle()
    server.cause(Close())
    line.wait_for_message(ResumedMessage)
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    last = server.connections[-1]
    assert last.setup.handle is None
    assert last.continued_by == "history"
    assert [(turn.role, turn.text) for turn in last.contents[0].turns] == [("model", server.said[0])]
    assert "Never greet again" in last.setup.instruction
    assert not any("Say the opening words now" in text for text in last.texts)
    assert scene.texts("interviewer") == server.said
    assert scene.texts("candidate") == [turn.hears for turn in ASKED]


def test_a_candidate_is_told_while_nobody_can_be_reached(stage: StageMaker, server: GeminiServer) -> None:
    """Several connects are refused; what is spoken meanwhile is heard afterwards."""
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=200), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    server.refuse_connections(4, 503)
    server.cause(Abort())
    line.wait_for(lambda: any(row.state == "reconnecting" for row in line.of(StatusMessage)))
    speak(talk)
    line.wait_for_message(ResumedMessage)
    answer_turns(talk, line, 2, first=2)
    assert line.ended().reason == "finished"
    assert server.refused == 4
    assert scene.texts("candidate") == [turn.hears for turn in ASKED]


def test_an_answer_whose_reply_was_lost_is_told_again(stage: StageMaker, server: GeminiServer) -> None:
    """The connection ends after the answer was heard and before the reply: the model is told to go on from it."""
    server.script(
        Turn(f"Hello. {Q[0]}", audio_ms=200),
        Turn("", hears="I found it in the cache.", audio_ms=0, then=Silence()),
        replace(ASKED[0], hears=""),
        *ASKED[1:],
    )
    scene = stage(timing=replace(FAST, reply=60.0, answered=0.0))
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    speak(talk)
    line.wait_for(lambda: line.said("candidate") == ["I found it in the cache."])
    server.cause(Close())
    answer_turns(talk, line, 2, first=2)
    assert line.ended().reason == "finished"
    assert any("I found it in the cache." in text for text in server.connections[1].texts)
    assert scene.texts("candidate") == [turn.hears for turn in ASKED]


@pytest.mark.parametrize("fault", [Garbage(after_ms=100), UnknownMessage(after_ms=100)])
def test_what_cannot_be_read_disturbs_nobody(stage: StageMaker, server: GeminiServer, fault: Fault) -> None:
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=400, then=fault), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert len(server.connections) == 1
    assert scene.texts("interviewer") == server.said


# --- connections that cannot be made ----------------------------------------------------------------------------------


def test_a_wrong_key_ends_the_talk_with_a_sentence(stage: StageMaker, server: GeminiServer) -> None:
    """Nothing is tried again; the session stays open for text."""
    scene = stage(key="another-key")
    talk, line = scene.begin()
    assert line.ended().reason == "voice_failed"
    assert "GEMINI_API_KEY" in line.of(ErrorMessage)[0].message
    assert "another-key" not in repr(line.messages)
    assert talk.view().error == line.of(ErrorMessage)[0].message
    assert scene.house.see(scene.session_id).status == "active"


def test_an_unknown_model_ends_the_talk_with_a_sentence(stage: StageMaker) -> None:
    scene = stage(live_model="palm-2")
    _, line = scene.begin()
    assert line.ended().reason == "voice_failed"
    assert "INTERVIEW_LIVE_MODEL" in line.of(ErrorMessage)[0].message


def test_a_quota_that_stays_spent_ends_the_talk(stage: StageMaker, server: GeminiServer) -> None:
    """After some tries."""
    server.refuse_connections(1_000, 429)
    scene = stage(timing=replace(FAST, give_up_refused=0.3))
    _, line = scene.begin()
    assert line.ended().reason == "voice_failed"
    assert "quota" in line.of(ErrorMessage)[0].message
    assert server.refused > 1


def test_a_voice_that_never_comes_back_ends_the_talk(stage: StageMaker, server: GeminiServer) -> None:
    """Nothing that was said is lost."""
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=200, then=(RefuseConnects(1_000, 503), Close())), *ASKED)
    scene = stage(timing=replace(FAST, give_up=0.5))
    _, line = scene.begin()
    assert line.ended().reason == "voice_failed"
    assert scene.texts("interviewer") == server.said
    assert scene.house.see(scene.session_id).status == "active"


def test_a_sentence_is_said_again_also_when_two_connections_fail(stage: StageMaker, server: GeminiServer) -> None:
    """The second ends before a word of it came."""
    server.script(
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
    assert ["while you were saying" in text for row in server.connections[1:] for text in row.texts] == [True, True]


def test_a_model_that_says_nothing_is_reminded_and_then_left(stage: StageMaker, server: GeminiServer) -> None:
    """First a note, then another connection, which is told what was said last."""
    server.script(
        Turn(f"Hello. {Q[0]}", audio_ms=200),
        Turn("", hears="I found it in the cache.", audio_ms=0, then=Silence()),
        Turn("", hears="", audio_ms=0, then=Silence()),
        replace(ASKED[0], hears=""),
        *ASKED[1:],
    )
    scene = stage(timing=replace(FAST, reply=0.4, answered=0.0))
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    speak(talk)
    line.wait_for_message(ResumedMessage)
    assert any("waits for you" in text for text in server.connections[0].texts)
    assert server.connections[1].setup.handle
    line.wait_for(lambda: server.connections[1].said)
    assert scene.texts("candidate")[:1] == ["I found it in the cache."]


def test_a_sentence_that_stops_in_the_middle_is_asked_for_again(stage: StageMaker, server: GeminiServer) -> None:
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=2_000, then=Silence(after_ms=300)), AGAIN, *ASKED)
    scene = stage(timing=replace(FAST, reply=0.4))
    talk, line = scene.begin()
    line.wait_for_message(ResumedMessage)
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert "heard only" in server.connections[1].texts[0]


# --- requests of the model, and what it says --------------------------------------------------------------------------


def test_bad_requests_of_the_model_are_answered_and_change_nothing(stage: StageMaker, server: GeminiServer) -> None:
    bad = (
        ToolCall("mark_question", {"index": 99, "status": "answered"}),
        ToolCall("mark_question", {"status": "answered"}),
        ToolCall("mark_question", {"index": 1, "status": "answered"}),
        ToolCall("delete_interview", {"sure": True}),
    )
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=200, tools=bad), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    server.wait_for(lambda: len(server.tool_responses) == 4)
    assert [row.response["accepted"] for row in server.tool_responses] == [False] * 4
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    assert scene.statuses() == ["answered"] * 3


def test_an_end_that_comes_too_early_is_refused(stage: StageMaker, server: GeminiServer) -> None:
    """The model is told what is open, and told to ask it."""
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=200), Turn("Goodbye.", hears="I found it.", tools=(END,)))
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 1)
    server.wait_for(lambda: any("The interview is not over" in text for text in server.connections[0].texts))
    assert Q[1] in server.connections[0].texts[-1]
    assert server.tool_responses[0].response["accepted"] is False
    assert talk.view().ended is None


def test_a_repeated_question_is_stopped_while_it_is_said(stage: StageMaker, server: GeminiServer) -> None:
    """The sound is dropped, the model is told what to ask instead, and the words stay in the transcript, cut off."""
    filler = "Now let us come back to something else that matters to me and to all of the team here."
    server.script(
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
    server.wait_for(lambda: any("Q0 is through" in text for text in server.connections[0].texts))
    assert Q[2] in server.connections[0].texts[-1]
    answer_turns(talk, line, 1, first=4)
    assert line.ended().reason == "finished"
    cut = [entry for entry in scene.entries() if not entry.final]
    assert all(filler.startswith(entry.text[:20]) for entry in cut)
    assert scene.statuses() == ["answered"] * 3
    assert scene.texts("candidate") == ["I found it in the cache.", "We split it.", "I write a list first."]


# --- the line ---------------------------------------------------------------------------------------------------------


def test_a_quiet_candidate_is_asked_gently(stage: StageMaker, server: GeminiServer) -> None:
    """Not while they think or are muted."""
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=100), Turn("Would you like more time?", audio_ms=100))
    scene = stage(timing=replace(FAST, check_in=0.5))
    talk, line = scene.begin()
    talk.think(True)
    line.wait_for_message(TurnCompleteMessage)
    line.wait_for(lambda: any(row.state == "thinking" for row in line.of(StatusMessage)))
    talk.think(False)
    talk.mute(True)
    line.wait_for(lambda: any(row.state == "muted" for row in line.of(StatusMessage)))
    before = len(server.connections[0].texts)
    talk.mute(False)
    server.wait_for(lambda: any("quiet for a while" in text for text in server.connections[0].texts[before:]))


def test_a_line_without_sound_is_told_and_then_ended(stage: StageMaker, server: GeminiServer) -> None:
    """The session stays open."""
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=100))
    scene = stage(timing=replace(FAST, line_silent=0.3, line_lost=1.0))
    _, line = scene.begin()
    line.wait_for(lambda: any("No sound reaches us" in row.message for row in line.of(StatusMessage)))
    assert line.ended().reason == "line_lost"
    assert scene.house.see(scene.session_id).status == "active"
    assert scene.texts("interviewer") == server.said


def test_a_flood_is_bounded_and_counted(stage: StageMaker, server: GeminiServer) -> None:
    """No more is held or sent than a real microphone could bring; the talk goes on."""
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=100), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    for _ in range(20_000):
        talk.hear(QUIET)
    talk.hear(b"odd")
    talk.hear(bytes(10_000_000))
    assert talk.view().dropped > 15_000
    talk.stop()
    assert line.ended().reason == "stopped"
    assert server.audio_bytes < 30 * 32_000


def test_what_is_typed_is_an_answer_too(stage: StageMaker, server: GeminiServer) -> None:
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=200), *(replace(turn, hears="") for turn in ASKED))
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


def test_a_question_of_the_teams_own_waits_until_the_talk_is_over(stage: StageMaker, server: GeminiServer) -> None:
    """It would move the places of the questions that the interviewer has been given."""
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=200))
    scene = stage()
    _, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    with pytest.raises(Conflict) as caught:
        scene.house.service.questions.add(SYSTEM, scene.record.interview_id, "Why us?")
    assert caught.value.code == "interview_spoken"


def test_a_talk_ends_when_the_link_is_withdrawn(
    stage: StageMaker, server: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interview, "ADMISSION_SECONDS", 0.05)
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=200))
    scene = stage()
    talk, line = scene.begin(actor=scene.house.candidate(scene.record))
    line.wait_for_message(TurnCompleteMessage)
    (link,) = scene.house.service.invitations.list(SYSTEM, scene.record.interview_id)
    scene.house.service.invitations.revoke(SYSTEM, link.invitation_id)
    assert line.ended().reason == "closed"
    assert "withdrawn" in (talk.view().error or "")
    assert scene.texts("interviewer") == [f"Hello. {Q[0]}"]


def test_a_question_can_be_skipped(stage: StageMaker, server: GeminiServer) -> None:
    """The model is told, and the status is stored at once."""
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=200), replace(ASKED[0], hears=""), *ASKED[1:])
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


# --- ends -------------------------------------------------------------------------------------------------------------


def test_a_candidate_may_stop(stage: StageMaker, server: GeminiServer) -> None:
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


def test_it_goes_on_in_writing_from_the_middle_of_a_sentence(stage: StageMaker, server: GeminiServer) -> None:
    """What was said until then is there, and the next answer is a text turn."""
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=100), Turn(f"Fine. {Q[1]}", hears="I found it.", audio_ms=8_000))
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 1)
    line.wait_for(lambda: any("Fine" in text for text in line.said("interviewer")))
    talk.to_text()
    assert line.ended().reason == "to_text"
    snapshot = scene.house.see(scene.session_id)
    assert (snapshot.mode, snapshot.status) == ("text", "active")
    assert "I found it." in scene.texts("candidate")
    assert any(server.said[1].startswith(text) for text in scene.texts("interviewer")[1:2])
    assert scene.house.say(scene.session_id, "I wrote a test for it.").question is not None


def test_it_ends_although_the_model_asks_for_no_end(stage: StageMaker, server: GeminiServer) -> None:
    """The closing words were said and replied to; nothing depends on a tool being called."""
    closing = spoken_wrapup("Engineer")
    server.script(
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


def test_who_stops_at_once_is_let_go(stage: StageMaker, server: GeminiServer) -> None:
    scene = stage()
    talk, line = scene.begin()
    talk.stop()
    assert line.ended().reason == "stopped"
    assert scene.house.see(scene.session_id).completed


def test_the_time_limit_brings_it_to_an_end(stage: StageMaker, server: GeminiServer) -> None:
    """The model is told to wrap up; a while later it is over, with or without it."""
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=100), Turn("Our time is over. Goodbye.", audio_ms=100))
    scene = stage(timing=replace(FAST, wrap_up=6.0))
    scene.house.configure(scene.record, time_limit_minutes=0.005)
    _, line = scene.begin()
    assert line.ended().reason == "time_up"
    assert any("The time is up" in text for text in server.connections[0].texts)
    assert scene.house.see(scene.session_id).completed


def test_a_second_tab_takes_the_talk_over(stage: StageMaker, server: GeminiServer) -> None:
    """The first line is told; what was said on it is known on the second, and nobody is greeted twice."""
    server.script(Turn(f"Hello. {Q[0]}", audio_ms=8_000), AGAIN, *ASKED)
    scene = stage()
    _, first = scene.begin()
    first.wait_for(lambda: first.said("interviewer") and first.said("interviewer")[0].count(" ") > 2)
    talk, second = scene.begin(MemoryLine())
    assert first.ended().reason == "taken_over"
    assert first.of(ErrorMessage)[0].code == "taken_over"
    answer_turns(talk, second, 3)
    assert second.ended().reason == "finished"
    last = server.connections[-1]
    assert last.continued_by == "history"
    assert "Never greet again" in last.setup.instruction
    assert scene.texts("interviewer")[1:] == server.said[1:]
    assert server.said[0].startswith(scene.texts("interviewer")[0])


def test_a_stranger_takes_nothing_over(stage: StageMaker, server: GeminiServer) -> None:
    scene = stage()
    talk, _ = scene.begin()
    other = scene.house.candidate(scene.house.interview(role_title="Cook", job_text="We cook."))
    with pytest.raises(SessionUnknown):
        scene.live.join(other, scene.session_id, MemoryLine())
    assert scene.live.running(scene.session_id) is talk
    assert talk.view().ended is None


def test_answers_that_cannot_be_rated_are_rated_later(stage: StageMaker, server: GeminiServer) -> None:
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
    stage: StageMaker, server: GeminiServer, monkeypatch: pytest.MonkeyPatch
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
    assert scene.texts("interviewer") == server.said
    assert len(scene.texts("candidate")) == 3


def test_a_session_that_the_team_closes_ends_the_talk(stage: StageMaker, server: GeminiServer) -> None:
    scene = stage()
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    scene.house.service.interviews.close(SYSTEM, scene.record.interview_id)
    speak(talk)
    assert line.ended().reason == "closed"


def test_a_spent_budget_ends_with_a_goodbye(stage: StageMaker, server: GeminiServer) -> None:
    server.script(
        Turn(f"Hello. {Q[0]}", audio_ms=200), Turn(f"Well. {Q[1]}", hears="I found it.", audio_ms=200), Turn("Goodbye.")
    )
    scene = stage(tokens_per_interview=10)
    talk, line = scene.begin()
    answer_turns(talk, line, 1)
    assert line.ended().reason == "budget_reached"
    assert scene.house.see(scene.session_id).status == "active"
    assert scene.house.service.usages.of_interview(SYSTEM, scene.record.interview_id).input_tokens > 0


def test_only_so_many_talk_at_once(stage: StageMaker, server: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interview.live.rooms.MOST_TALKS", 1)
    scene = stage()
    scene.begin()
    scene.record = scene.house.interview(role_title="Cook", job_text="We cook.")
    with pytest.raises(Conflict) as caught:
        scene.begin()
    assert caught.value.code == "voice_busy"


def test_both_voices_are_recorded_where_it_is_wanted(stage: StageMaker, server: GeminiServer) -> None:
    scene = stage()
    scene.house.configure(scene.record, recording=True)
    talk, line = scene.begin()
    answer_turns(talk, line, 3)
    assert line.ended().reason == "finished"
    files = list((scene.house.folder / "recordings" / scene.session_id).glob("*.ogg"))
    assert len(files) == 1


def test_names_stay_here(stage: StageMaker, server: GeminiServer) -> None:
    """Nothing that names the candidate is in what the model is told."""
    scene = stage()
    scene.record = scene.house.interview(
        candidate_name="Ada Example", resume_text="Ada Example, ada@example.org, +44 20 7946 0958. Ten years of clocks."
    )
    talk, line = scene.begin()
    line.wait_for_message(TurnCompleteMessage)
    (setup,) = server.setups
    assert "Ten years of clocks." in setup.instruction
    for private in ("Ada", "ada@example.org", "7946"):
        assert private not in setup.instruction
    talk.leave()
    assert line.ended().reason == "line_lost"


def test_a_service_that_closes_loses_no_word(stage: StageMaker, server: GeminiServer) -> None:
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 2)
    line.wait_for_message(TurnCompleteMessage, 3)
    scene.live.close()
    assert line.ended().reason == "closed"
    assert scene.texts("interviewer") == server.said
    with pytest.raises(Conflict):
        scene.live.join(SYSTEM, scene.session_id, MemoryLine())


def test_twenty_talks_leave_nothing_behind(stage: StageMaker, server: GeminiServer) -> None:
    """No task, no thread, no connection, no talk."""
    threads = set(threading.enumerate())
    scene = stage()

    def tasks() -> list[asyncio.Task[Any]]:
        async def all_tasks() -> list[asyncio.Task[Any]]:
            return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

        loop = scene.live._loop
        assert loop is not None
        return loop.call(all_tasks(), 10)

    for number in range(20):
        scene.record = scene.house.interview()
        talk, line = scene.begin()
        line.wait_for(lambda: line.played)  # noqa: B023 - asked in this round
        talk.hear(LOUD)
        talk.leave()
        assert line.ended().reason == "line_lost"
        if number == 0:
            scene.settled()
            server.wait_for(lambda: not any(row.is_open for row in server.connections))
            before = len(tasks())
    server.wait_for(lambda: not any(row.is_open for row in server.connections))
    scene.settled()
    assert len(tasks()) <= before
    del talk
    gc.collect()
    left = [row for row in gc.get_objects() if isinstance(row, LiveInterview)]
    assert len(left) <= 1
    scene.live.close()
    assert {thread.name for thread in set(threading.enumerate()) - threads if "live" in thread.name} == set()
