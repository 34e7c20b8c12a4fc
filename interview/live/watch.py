"""What is late in a talk, and what then happens: one look every quarter of a second."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from interview.live import prompt, rules
from interview.live.entry import Entry
from interview.live.line import EndCause, LiveState
from interview.live.view import said_of

if TYPE_CHECKING:
    from interview.live.dialogue import Dialogue

_SETTLED = 2.0
"""Seconds of quiet after which the candidate is not in the middle of a sentence."""
_PATIENCE_AT_END = 30.0
"""So long the time limit waits for a pause."""
_CHECK_INS = 3
_TURNS_TO_CLOSE = 3
"""Parts of the interviewer after the last answer until it is reminded of the closing words."""
_AFTER_PLAY = 0.3


class Watch:
    """Knows since when what is awaited. On the voice loop."""

    def __init__(self, talk: Dialogue) -> None:
        self._talk = talk
        self._awaited_since: float | None = None
        """Since when the model should be saying something; a reminder begins anew."""
        self._due_since: float | None = None
        """Since when it owes that in truth."""
        self._connected_at = monotonic()
        self._nudged = False
        self._model_at = monotonic()
        self._candidate_turn_since: float | None = None
        self._check_ins = 0
        self._told_time_up = self._told_all_asked = False
        self._turns_after_all = self._turns_after_closing = 0
        self._lingering = False
        """The end comes by itself, unless somebody speaks."""
        self._end_at: tuple[float, EndCause] | None = None

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._talk.timing.tick)
            self._look(monotonic())

    # --- what happens -------------------------------------------------------------------------------------------------

    def expect(self) -> None:
        """The model was asked for something."""
        self._awaited_since = monotonic()
        self._due_since = self._due_since or self._unanswered_since() or self._awaited_since

    def reply_is_due(self) -> bool:
        """Whether somebody has spoken to the model since its last part."""
        return self._awaited_since is not None or self._unanswered_since() is not None

    def _unanswered_since(self) -> float | None:
        """When the candidate last spoke, if that was after the model's last part and nothing has come of it."""
        loud, turn = self._talk.uplink.last_loud, self._candidate_turn_since
        return loud if loud is not None and turn is not None and loud >= turn else None

    @property
    def seconds_silent(self) -> float:
        """Since a reply was due, where the model has been reminded of it in vain until now; else 0."""
        return self._silent(monotonic()) if self._nudged else 0.0

    def _silent(self, now: float) -> float:
        """What was due on the connection before is in the time that was lost with it."""
        return now - max(self._due_since or now, self._connected_at)

    def connected(self) -> None:
        self._connected_at = monotonic()

    def heard_model(self) -> None:
        self._model_at = monotonic()
        self._awaited_since, self._due_since, self._nudged = None, None, False
        self._candidate_turn_since = None

    def heard_candidate(self) -> None:
        self._awaited_since = self._due_since = monotonic()
        self._candidate_turn_since = None
        self._check_ins = 0
        if self._lingering:
            self._lingering, self._end_at = False, None  # they have something to add

    def turn_over(self, entry: Entry | None) -> None:
        """The interviewer has said its part (None: it was cut off)."""
        now, talk = monotonic(), self._talk
        if entry is not None:
            self._awaited_since, self._due_since, self._nudged = None, None, False
        self._candidate_turn_since = now
        self._model_at = now
        self.show()
        if not self._remind(talk) and talk.transcript.answering is None:
            talk.connector.pause()

    def pause(self) -> None:
        """The connection is to be left: at once when nobody is speaking."""
        talk = self._talk
        idle = talk.transcript.speaking is None and talk.transcript.answering is None and self._awaited_since is None
        if idle and talk.uplink.quiet_seconds() >= _SETTLED:
            talk.connector.pause()

    def end_by(self, cause: EndCause) -> None:
        """At the end of this part, or when that does not come."""
        self._end_at = (monotonic() + self._talk.timing.goodbye, cause)

    def end_soon(self, cause: EndCause, entry: Entry | None) -> None:
        """As soon as this part has been played."""
        left = 0.0
        if entry is not None and entry.began_ms is not None:
            left = (entry.began_ms + entry.received_ms - self._talk.clock_ms()) / 1000
        self._end_at = (monotonic() + max(0.0, left) + _AFTER_PLAY, cause)

    def show(self) -> None:
        """The state as it is now."""
        talk = self._talk
        if not talk.ending:
            state, silent = self._state(), talk.line_silent() >= talk.timing.line_silent
            talk.display.show(state, said_of(state, silent=silent, thinking=talk.thinking))

    def _state(self) -> LiveState:
        talk = self._talk
        if not talk.connector.connected:
            return "connecting" if talk.display.state == "connecting" else "reconnecting"
        if talk.uplink.muted:
            return "muted"
        if talk.transcript.speaking is not None:
            return "speaking"
        return "thinking" if talk.thinking else "listening"

    # --- what is late -------------------------------------------------------------------------------------------------

    def _look(self, now: float) -> None:
        talk = self._talk
        if talk.ending:
            return
        talk.captions()
        talk.connector.tick()
        self.show()
        if self._end_at is not None and now >= self._end_at[0]:
            talk.end(self._end_at[1])
        elif talk.line_silent() >= talk.timing.line_lost:
            talk.end("line_lost")
        elif now >= talk.deadline + talk.timing.wrap_up:
            talk.end("time_up")
        elif talk.connector.connected:
            self._look_at_time(now)
            self._look_at_model(now)
            self._look_at_candidate(now)

    def _look_at_time(self, now: float) -> None:
        talk = self._talk
        if self._told_time_up or not talk.time_up or self._end_at is not None:
            return
        paused = talk.transcript.speaking is None and talk.uplink.quiet_seconds() >= _SETTLED
        if paused or now >= talk.deadline + _PATIENCE_AT_END:
            self._told_time_up = True
            talk.instruct(prompt.time_up())

    def _look_at_model(self, now: float) -> None:
        """The model owes a reply, or has stopped in the middle of one."""
        if self._talk.thinking:
            self._due_since = self._due_since and now
            return
        talk, patience = self._talk, self._talk.timing.reply
        speaking = talk.transcript.speaking
        if speaking is not None:
            silent, played = now - self._model_at, True
            if speaking.began_ms is not None:
                left = speaking.began_ms + speaking.received_ms - talk.clock_ms()
                silent, played = min(silent, -left / 1000), left <= 0
            if played and now - self._model_at >= patience:
                talk.connector.break_off(silent)
            return
        since = self._awaited_since
        settled = talk.uplink.quiet_seconds() >= min(_SETTLED, patience) or (since and now - since >= 2 * patience)
        if since is None or now - since < patience or not settled:
            return
        if self._nudged:
            talk.connector.break_off(self._silent(now))
            self._nudged, self._awaited_since, self._due_since = False, None, None
        else:
            self._nudged = True
            talk.instruct(prompt.reply_now())

    def _look_at_candidate(self, now: float) -> None:
        """The candidate is quiet: they are asked, and where all is asked already, the talk ends."""
        talk, since = self._talk, self._candidate_turn_since
        if since is None or talk.thinking or talk.uplink.muted or talk.transcript.speaking is not None:
            return
        quiet = min(now - since, talk.uplink.quiet_seconds())
        if quiet < talk.timing.check_in or self._check_ins >= _CHECK_INS:
            return
        self._check_ins += 1
        if not rules.may_end(talk.progress, time_up=talk.time_up):
            talk.instruct(prompt.check_in())
        elif self._check_ins == 1 and not talk.wrapped:
            talk.instruct(prompt.all_asked())
        else:
            talk.end(self._cause())

    def _remind(self, talk: Dialogue) -> bool:
        """After a part of the interviewer: where all is through, the end comes unasked for. Whether it was told."""
        if self._end_at is not None or not rules.may_end(talk.progress, time_up=talk.time_up):
            return False
        if talk.wrapped:
            self._turns_after_closing += 1
            if self._turns_after_closing > 1:
                self._lingering, self._end_at = True, (monotonic() + talk.timing.linger, self._cause())
            return False
        self._turns_after_all += talk.progress.next_open is None
        if self._turns_after_all < _TURNS_TO_CLOSE or self._told_all_asked:
            return False
        self._told_all_asked = True
        talk.instruct(prompt.all_asked())
        return True

    def _cause(self) -> EndCause:
        talk = self._talk
        return "time_up" if talk.time_up and talk.progress.open_core else "finished"
