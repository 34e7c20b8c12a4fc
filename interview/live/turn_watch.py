"""What is shown of a talk that takes turns, and what is late in it: one look every quarter of a second."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from interview.live.line import LiveState
from interview.live.view import said_of

if TYPE_CHECKING:
    from interview.live.turn_by_turn import TurnDialogue

_PATIENCE_WHILE_THINKING = 4
"""Times the usual quiet until somebody who asked for a moment is asked whether they are there."""


class TurnWatch:
    """On the voice loop."""

    def __init__(self, talk: TurnDialogue) -> None:
        self._talk = talk
        self._quiet_since = monotonic()
        self._checked = False
        """In this question: the candidate was asked whether they are there."""

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._talk.timing.tick)
            self._talk.captions()
            self.show()
            self._look(monotonic())

    def spoke(self) -> None:
        """Somebody has said something."""
        self._quiet_since = monotonic()

    def asked(self) -> None:
        """A question was put, or put again."""
        self._checked = False

    def show(self) -> None:
        """The state as it is now."""
        talk = self._talk
        if talk.begun and not talk.ending:
            state, silent = self._state(), talk.line_silent() >= talk.timing.line_silent
            talk.display.show(state, said_of(state, silent=silent, thinking=talk.ear.thinking))

    def _state(self) -> LiveState:
        if self._talk.uplink.muted:
            return "muted"
        if self._talk.speaking:
            return "speaking"
        return "thinking" if self._talk.ear.thinking else "listening"

    def _look(self, now: float) -> None:
        talk = self._talk
        over_at = talk.deadline + talk.seconds_lost + talk.timing.wrap_up
        if talk.line_silent() >= talk.timing.line_lost:
            talk.end("line_lost")
        elif now >= over_at and (talk.uplink.muted or not talk.ear.in_turn):
            talk.end("time_up")
        elif self._is_quiet(now):
            self._checked = True
            talk.check_in()

    def _is_quiet(self, now: float) -> bool:
        talk = self._talk
        patience = talk.timing.check_in * (_PATIENCE_WHILE_THINKING if talk.ear.thinking else 1)
        busy = self._checked or talk.uplink.muted or not talk.begun or talk.transcript.speaking is not None
        return not busy and now - self._quiet_since >= patience
