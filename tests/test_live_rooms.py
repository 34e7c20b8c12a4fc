"""How many talk at once, when they come and go at the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from gemini_script import Turn
from gemini_server import GeminiServer
from live_line import SECONDS, MemoryLine
from stage import Q, StageMaker

from interview.access import SYSTEM, Actor
from interview.errors import Conflict
from interview.live.line import TurnCompleteMessage
from interview.scenes import LiveScene
from interview.spoken import Spoken


@pytest.fixture(autouse=True)
def one_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interview.live.rooms.MOST_TALKS", 1)


def test_whoever_takes_their_own_talk_over_needs_no_other_place(stage: StageMaker, brisk: GeminiServer) -> None:
    """The talk before has written its words and is still putting its things away."""
    brisk.script(Turn(f"Hello. {Q[0]}"), Turn(f"Hello again. {Q[0]}"))
    scene = stage()
    _, before = scene.begin()
    _, after = scene.begin()
    assert before.ended().reason == "taken_over"
    after.wait_for_message(TurnCompleteMessage)


def test_those_who_join_at_the_same_moment_do_not_share_a_place(
    stage: StageMaker, brisk: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    brisk.script(Turn(f"Hello. {Q[0]}"), Turn(f"Hello. {Q[0]}"))
    scene = stage()
    service = scene.house.service
    others = scene.house.interview(role_title="Cook", job_text="We cook.")
    sessions = [service.spoken.open(SYSTEM, one.interview_id).session_id for one in (scene.record, others)]
    both = threading.Barrier(2)
    read = Spoken.scene

    def together(self: Spoken, actor: Actor, session_id: str) -> LiveScene:
        """On the voice loop's threads each waits a while for the other, which comes unless it was refused."""
        if threading.current_thread().name.startswith("live-words"):
            with suppress(threading.BrokenBarrierError):
                both.wait(1.0)
        return read(self, actor, session_id)

    monkeypatch.setattr(Spoken, "scene", together)

    def join(session_id: str) -> str:
        try:
            scene.live.join(SYSTEM, session_id, MemoryLine())
        except Conflict as refused:
            return refused.code
        return "joined"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(join, sessions, timeout=SECONDS)) == ["joined", "voice_busy"]
