"""Scores of an interview by voice move while it is talked, not only when it has ended."""

from __future__ import annotations

from gemini_script import Turn
from gemini_server import GeminiServer
from live_line import MemoryLine
from stage import ASKED, Q, StageMaker, answer_turns

from interview.live.line import EndedMessage, QuestionStatusMessage


def answered(line: MemoryLine) -> set[int]:
    """The questions of which the line was told that they are answered, which their being rated brings about."""
    return {row.index for row in line.of(QuestionStatusMessage) if row.status == "answered"}


def test_what_was_answered_is_scored_while_the_talk_goes_on(stage: StageMaker, brisk: GeminiServer) -> None:
    """After two answers of three; whoever observes the interview sees the first one's competency scored."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200), *ASKED)
    scene = stage()
    talk, line = scene.begin()
    answer_turns(talk, line, 2)
    line.wait_for(lambda: 0 in answered(line))
    snapshot = scene.house.see(scene.session_id)
    assert (snapshot.status, snapshot.mode) == ("active", "live")
    assert snapshot.competencies[0].total_score == 3.0
    assert snapshot.overall_score == 3.0
    assert not line.of(EndedMessage)
