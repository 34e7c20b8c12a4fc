"""A moment to think that is asked for while the interviewer speaks is confirmed at once, by either voice."""

from __future__ import annotations

import pytest
from builders import House
from embedded_talk import Begin
from gemini_script import Turn
from gemini_server import GeminiServer
from live_line import MemoryLine
from stage import StageMaker

from interview.engines import AskRequest, Prompt
from interview.live.interview import LiveInterview
from interview.live.line import StatusMessage
from interview.live.view import STATES, WAITS_AFTERWARDS


def thinks(talk: LiveInterview, line: MemoryLine) -> list[str]:
    """All that was told, from the press in the middle of the interviewer's words on."""
    line.wait_for(lambda: line.of(StatusMessage)[-1:] and line.of(StatusMessage)[-1].state == "speaking")
    before = len(line.of(StatusMessage))
    talk.think(True)
    line.wait_for(lambda: len(line.of(StatusMessage)) > before)
    talk.barge_in()
    line.wait_for(lambda: line.of(StatusMessage)[-1].state == "thinking")
    return [row.message for row in line.of(StatusMessage)[before:]]


def test_with_a_live_model(stage: StageMaker, brisk: GeminiServer) -> None:
    brisk.script(Turn("Hello. " + "word " * 100, audio_ms=60_000))
    talk, line = stage().begin()
    assert thinks(talk, line) == [WAITS_AFTERWARDS, STATES["thinking"]]


@pytest.mark.slow
def test_without_a_key(voiced: House, begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    long = "Please tell me at length what drew you to this role, and what you would like to learn in it. " * 8
    stock = voiced.engine.ask

    def ask(request: AskRequest) -> Prompt:
        return Prompt(content=long) if request.kind == "warmup" else stock(request)

    monkeypatch.setattr(voiced.engine, "ask", ask)
    talking = begin()
    assert thinks(talking.talk, talking.line) == [WAITS_AFTERWARDS, STATES["thinking"]]
