"""What happens to a call while the page waits for the interviewer."""

from __future__ import annotations

import pytest
from builders import House
from gemini_server import GeminiServer
from page_tests import press
from test_page_live import (
    Open,
    PutInCall,
    ada,
    calls,
    gemini,
    home,
    open_page,
    record,
    run_until,
    script,
    shows,
    talking,
)

from interview.access import Actor
from interview.live.interview import LiveInterview
from interview.live.line import Line
from interview.live.rooms import LiveRooms

__all__ = ["ada", "calls", "gemini", "home", "open_page", "record"]


def test_a_call_that_ends_while_the_interviewer_joins_is_said_at_once(
    home: House,
    ada: Actor,
    open_page: Open,
    calls: list[PutInCall],
    gemini: GeminiServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody speaks to a line that is gone until it counts as silent."""
    gemini.script(*script())
    join = LiveRooms.join

    def slow(self: LiveRooms, actor: Actor, session_id: str, line: Line) -> LiveInterview:
        calls[0].playing = False
        return join(self, actor, session_id, line)

    monkeypatch.setattr(LiveRooms, "join", slow)
    app = talking(home, ada, open_page, calls)
    run_until(app, shows("The connection has ended"))


def test_a_press_that_another_window_was_faster_than_is_not_done_later(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    """It goes on in writing already; when the candidate comes back to the voice, it stays with the voice."""
    gemini.script(*script())
    app = talking(home, ada, open_page, calls)
    calls[0].playing = False
    calls[0].on_gone()
    run_until(app, shows("The connection has ended"))
    home.service.journeys.begin_text(ada)
    press(app, "Go on in writing")
    run_until(app, shows("Your answer"))
    press(app, "Go on by voice")
    run_until(app, shows("Press **Connect** to go on by voice."))
    assert home.service.journeys.read(ada).mode == "live"
