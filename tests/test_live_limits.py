"""The limit of questions per competency holds also where a live model chooses its words."""

from __future__ import annotations

from dataclasses import replace

from gemini_script import Turn
from gemini_server import GeminiServer
from live_line import SECONDS, MemoryLine
from stage import ASKED, END, FAST, Q, Stage, StageMaker, answer_turns

from interview.live import prompt
from interview.live.interview import LiveInterview
from interview.live.line import InterruptedMessage, Message, TurnCompleteMessage
from interview.speaking import spoken_wrapup

WHOLE = 1_200
"""Milliseconds of a part after which the candidate has been quiet for `Timing.answered`."""

FOLLOW_UPS = (
    Turn("What did you measure first?", hears="I found it in the cache.", audio_ms=WHOLE),
    Turn("And who helped you with it?", hears="The hit rate.", audio_ms=WHOLE),
    Turn("How long did it take in the end?", hears="Two colleagues.", audio_ms=WHOLE),
)
"""One more than a limit of three leaves room for, with one planned question."""

GOES_ON = (
    Turn(f"Then let us go on. {Q[1]}", audio_ms=200),
    Turn(f"Thank you. {Q[2]}", hears="We split the work.", audio_ms=200),
    Turn("That was all. Goodbye.", hears="I write a list first.", audio_ms=200, tools=(END,)),
)


def notes(server: GeminiServer) -> list[str]:
    """What the model was told on the way."""
    return [text for text in server.connections[0].texts if text != prompt.greet()]


def begin(scene: Stage, turns: int) -> tuple[LiveInterview, MemoryLine]:
    """With so many answers, to the end of what is said after the last of them."""
    talk, line = scene.begin()
    answer_turns(talk, line, turns)
    line.wait_for_message(TurnCompleteMessage, turns + 1)
    return talk, line


def test_a_model_that_keeps_following_up_is_told_to_go_on(stage: StageMaker, brisk: GeminiServer) -> None:
    """Once, with the next question's words, after it has spoken: nobody is cut off, and nothing said is lost."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200), *FOLLOW_UPS, *GOES_ON)
    scene = stage()
    talk, line = begin(scene, 3)
    brisk.wait_for(lambda: notes(brisk))
    answer_turns(talk, line, 2, first=5)
    assert line.ended().reason == "finished"
    (note,) = notes(brisk)
    assert "Q0" in note
    assert Q[1] in note
    assert brisk.connections[0].interruptions == 0
    assert not line.of(InterruptedMessage)
    assert all(entry.final for entry in scene.entries())
    assert scene.texts("interviewer") == brisk.said
    assert scene.statuses() == ["answered"] * 3
    events = scene.house.see(scene.session_id).events
    assert [row.event_type for row in events if row.competency == "Debugging"].count("follow_up") == 3


def test_a_model_that_stays_within_the_limit_is_told_nothing(stage: StageMaker, brisk: GeminiServer) -> None:
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200), *FOLLOW_UPS[:2], *ASKED)
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 5)
    assert line.ended().reason == "finished"
    assert notes(brisk) == []


def test_planned_questions_leave_less_room(stage: StageMaker, brisk: GeminiServer) -> None:
    """Where the limit is used up by planned questions, the first follow-up is one too many; the prompt says so."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200), FOLLOW_UPS[0], *GOES_ON)
    scene = stage(max_questions_per_competency=1)
    begin(scene, 1)
    brisk.wait_for(lambda: notes(brisk))
    assert Q[1] in notes(brisk)[0]
    assert "- on Q0: none" in brisk.setups[0].instruction


def test_the_prompt_says_how_many_follow_ups_each_competency_has(stage: StageMaker, brisk: GeminiServer) -> None:
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200))
    begin(stage(core=2), 0)
    said = brisk.setups[0].instruction
    assert "- on Q0, Q1: at most 1 in all" in said
    assert "- on Q2, Q3: at most 1 in all" in said


def test_follow_ups_before_a_reload_count(stage: StageMaker, brisk: GeminiServer) -> None:
    """A model that takes the talk up later is held to what is left."""
    again = Turn(f"Let us go on. {Q[0]}", audio_ms=200)
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200), *FOLLOW_UPS[:2], again, FOLLOW_UPS[2])
    scene = stage()
    talk, line = begin(scene, 2)
    talk.leave()
    line.ended()
    scene.settled()
    scene.house.service.spoken.fold(scene.session_id)
    begin(scene, 1)
    brisk.wait_for(lambda: any(Q[1] in text for text in brisk.connections[1].texts))


def test_somebody_who_has_only_just_spoken_is_let_finish(stage: StageMaker, brisk: GeminiServer) -> None:
    """The model is told nothing while the candidate may be speaking."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200), *FOLLOW_UPS, *ASKED[1:])
    scene = stage(timing=replace(FAST, answered=float(SECONDS)))
    begin(scene, 4)
    assert notes(brisk) == []


def test_somebody_who_takes_a_moment_is_let_think(stage: StageMaker, brisk: GeminiServer) -> None:
    """Asked for at the end of the part that asks too much, before the model could be told."""

    class Thinks(MemoryLine):
        def tell(self, message: Message) -> None:
            super().tell(message)
            if len(self.of(TurnCompleteMessage)) == 2:
                talk._talk.think(True)

    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200), FOLLOW_UPS[0], ASKED[0])
    talk, line = stage(max_questions_per_competency=1).begin(Thinks())
    answer_turns(talk, line, 2)
    line.wait_for_message(TurnCompleteMessage, 3)
    assert notes(brisk) == []


def test_when_the_time_is_up_no_other_question_is_named(stage: StageMaker, brisk: GeminiServer) -> None:
    """What the model is told first after a follow-up too many is that the time is up."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200), FOLLOW_UPS[0], Turn("Our time is over. Goodbye.", audio_ms=200))
    scene = stage(max_questions_per_competency=1)
    scene.house.configure(scene.record, time_limit_minutes=0.005)
    begin(scene, 1)
    brisk.wait_for(lambda: notes(brisk))
    assert notes(brisk)[0] == prompt.time_up()


def test_the_closing_words_are_no_follow_up(stage: StageMaker, brisk: GeminiServer) -> None:
    """They ask for the candidate's own questions."""
    closing = f"{spoken_wrapup('Backend engineer')} What would you like to know?"
    brisk.script(
        Turn(f"Hello. {Q[0]}", audio_ms=200),
        Turn(closing, hears="I found it in the cache.", audio_ms=WHOLE),
        Turn("I note that for the team.", hears="Who leads it?", audio_ms=200),
    )
    begin(stage(max_questions_per_competency=1), 2)
    assert notes(brisk) == []
