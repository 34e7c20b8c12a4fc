"""The live model's prompt: its version is held to its words, and noted with the sessions that it was used in."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable

import pytest
from gemini_server import GeminiServer
from stage import StageMaker

from interview.access import SYSTEM
from interview.live import prompt
from interview.live.gemini_setup import config_of
from interview.live.line import TurnCompleteMessage
from interview.live.prompt import Prompt
from interview.models import Persona, PositionSettings, Question, QuestionStatus, TranscriptEntry, VoiceStamp
from interview.redaction import Redactor
from interview.scenes import LiveScene

SENT = {"live-2": "27f42685267b6f97"}
"""By version of the prompt, the hash of what a model is told with it."""
QUESTIONS = tuple(Question(index=n, text=f"Tell me about part {n}.", competency="Debugging") for n in range(2))
FIRST, SECOND = QUESTIONS
NOTES: dict[Callable[..., str], tuple[tuple[object, ...], ...]] = {
    prompt.greet: ((),),
    prompt.come_back: ((FIRST,), (None,)),
    prompt.say_again: (("Tell me", "Tell me about it."), ("", "Tell me about it.")),
    prompt.go_on: (("I traced it.",),),
    prompt.ask_instead: ((FIRST, SECOND), (FIRST, None)),
    prompt.enough: ((FIRST, SECOND), (FIRST, None)),
    prompt.still_open: ((FIRST,),),
    prompt.skipped: ((FIRST, SECOND),),
    prompt.all_asked: ((),),
    prompt.time_up: ((),),
    prompt.check_in: ((),),
    prompt.reply_now: ((),),
    prompt.say_goodbye: ((),),
    prompt.question_line: ((FIRST,),),
}
"""Every note, with what it is made from."""


def scene() -> LiveScene:
    return LiveScene(
        session_id="session",
        interview_id="interview",
        role_title="Engineer",
        job_text="We build clocks.",
        resume_text="Ten years of clocks.",
        persona=Persona(name="Alex", probing_style="curious", hint_style="gentle", encouragement="warm"),
        settings=PositionSettings(),
        questions=QUESTIONS,
        competencies=(),
        statuses=(QuestionStatus(status="answered"), QuestionStatus(status="not_started")),
        asked_question_index=0,
        entries=(),
        warmup="Hello, how are you?",
        wrapup="Anything else?",
        elapsed_ms=0,
        seconds_left=60.0,
        private=(),
    )


def test_what_the_live_model_is_told_does_not_change_without_its_version() -> None:
    """Interviews compare only where the interviewer was told the same in the same words, and had the same tools."""
    place, said = scene(), (TranscriptEntry(entry_id=1, role="candidate", text="I traced it."),)
    made = Prompt(place, Redactor((), on=True), spare={"Debugging": 1})
    openings = (
        made.opening(place.statuses, ()),
        made.opening(place.statuses, said),
        made.opening(place.statuses, said, since=said, handle="handle"),
    )
    set_up = [config_of(opening).model_dump(mode="json", exclude_none=True) for opening in openings]
    notes = [note(*given) for note, ways in NOTES.items() for given in ways]
    found = hashlib.sha256(json.dumps([set_up, notes], sort_keys=True).encode()).hexdigest()[:16]
    assert SENT[prompt.VERSION] == found, f"raise VERSION and note the hash of what is told with it: {found}"


def test_every_note_is_held_to_the_version() -> None:
    public = inspect.getmembers(prompt, inspect.isfunction)
    assert {made for name, made in public if made.__module__ == prompt.__name__ and name[0] != "_"} == set(NOTES)


def test_talks_note_what_their_model_was_led_by(stage: StageMaker, brisk: GeminiServer) -> None:
    """Once for a prompt and model, however often they connect; those who are interviewed are not told."""
    place = stage()
    model = place.house.settings.live_model
    with pytest.MonkeyPatch.context() as patch:
        for version in ("live-1", "live-1", "live-2"):
            patch.setattr(prompt, "VERSION", version)
            talk, line = place.begin()
            line.wait_for_message(TurnCompleteMessage)
            talk.leave()
            line.ended()
            place.settled()
    packet = place.house.service.packets.of_interview(SYSTEM, place.record.interview_id)
    assert packet.voices == (VoiceStamp(prompt="live-1", model=model), VoiceStamp(prompt="live-2", model=model))
    assert model not in place.house.see(place.session_id, place.house.candidate(place.record)).model_dump_json()


def test_a_talk_that_never_came_up_notes_nothing(stage: StageMaker, brisk: GeminiServer) -> None:
    brisk.refuse_connections(1_000, 403)
    place = stage()
    _, line = place.begin()
    assert line.ended().reason == "voice_failed"
    place.settled()
    assert place.house.service.packets.of_interview(SYSTEM, place.record.interview_id).voices == ()
