"""Keeps a talk connected: opens the next connection when one ends, in time when the end is announced.

The old connection is closed before the next one is made, which begins with the newest handle; a handle that is refused
is forgotten, and the model is told the transcript instead.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from interview.live.clerk import backoff
from interview.live.uplink import Uplink
from interview.live.voice import LiveVoice, Opening, VoiceConnection, VoiceEvent, VoiceFailure, VoiceFault

_HOPELESS: frozenset[VoiceFault] = frozenset({"key_refused", "model_unknown", "setup"})
_SHORT_HOPE: frozenset[VoiceFault] = frozenset({"quota", "refused"})


@dataclass(frozen=True)
class Timing:
    """Every time that a talk waits for, in seconds. The defaults are the product's; tests have shorter ones.

    `first_wait` to `give_up_refused`: between tries to connect, and until it is given up. `move_before`: a connection
    is left so long before its announced end. `answered`: quiet after which last words count as a finished answer when
    the connection comes back. `reply`: until the model is reminded, and again until it is left. `check_in`: until a
    quiet candidate is asked. `line_silent`, `line_lost`: without any message from the line, until it is said, and
    until the talk ends. `wrap_up`: after the time limit. `goodbye`: for the last part, at most. `linger`: after it,
    where the model does not end by itself. `tick`: between two looks.
    """

    first_wait: float = 0.25
    longest_wait: float = 8.0
    give_up: float = 120.0
    give_up_refused: float = 30.0
    move_before: float = 5.0
    answered: float = 1.0
    reply: float = 10.0
    check_in: float = 45.0
    line_silent: float = 5.0
    line_lost: float = 60.0
    wrap_up: float = 180.0
    goodbye: float = 15.0
    linger: float = 8.0
    tick: float = 0.25


class Owner(Protocol):
    """The talk that is kept connected."""

    def opening(self, handle: str | None) -> Opening: ...

    def connected(self, seconds_lost: float | None) -> None:
        """`seconds_lost`: without a connection; None when the first try was good."""
        ...

    def lost(self) -> None:
        """The connection has ended, or is about to be left."""
        ...

    def on(self, event: VoiceEvent) -> None: ...


class Connector:
    """Made on the voice loop, like all of a talk."""

    def __init__(self, voice: LiveVoice, uplink: Uplink, owner: Owner, timing: Timing) -> None:
        self._voice, self._uplink, self._owner, self._timing = voice, uplink, owner, timing
        self._leave = asyncio.Event()
        self._deadline: float | None = None
        self._broken = self.connected = False
        self._failures = 0
        self._trouble_since: float | None = None
        self._lost_at: float | None = None
        self._silent_since: float | None = None
        self.handle: str | None = None

    async def run(self) -> None:
        """Until cancelled. Raises VoiceFailure when there is no hope, or no time, left."""
        while True:
            failure: VoiceFailure | None = None
            try:
                async with self._voice.connect(self._owner.opening(self.handle)) as connection:
                    self._begin(None if self._lost_at is None else self.seconds_lost)
                    try:
                        await self._listen(connection)
                    finally:
                        # At once: closing may take a moment.
                        self._lost_at = self._silent_since or _now()
                        self._end()
            except VoiceFailure as error:
                failure = error
            self._lost_at = self._lost_at or _now()
            if failure is not None:
                await self._wait_after(failure)

    @property
    def seconds_lost(self) -> float:
        """Without one until now, since the last one fell silent or ended, or the first try failed; 0 with one."""
        return 0.0 if self.connected or self._lost_at is None else _now() - self._lost_at

    def going_away(self, seconds: float) -> None:
        """The connection ends in so many seconds: it is left at the next pause, or shortly before."""
        self._deadline = _now() + max(0.0, seconds - self._timing.move_before)

    def pause(self) -> None:
        """Nobody is in the middle of anything: the moment to leave, if it is to be left."""
        if self._deadline is not None:
            self._leave.set()

    def steady(self) -> None:
        """The model has had its say: whatever the trouble was, it is over."""
        self._failures, self._trouble_since = 0, None

    def break_off(self, silent_seconds: float) -> None:
        """Nothing has come of this connection for so long, though a reply was due: try another one."""
        self._broken, self._silent_since = True, _now() - silent_seconds
        self._leave.set()

    def tick(self) -> None:
        if self._deadline is not None and _now() >= self._deadline:
            self._leave.set()

    # ----------------------------------------------------------------------------------------------------------------

    def _begin(self, seconds_lost: float | None) -> None:
        self._leave.clear()
        self._deadline = None
        self._broken, self._silent_since, self.connected = False, None, True
        self._owner.connected(seconds_lost)

    def _end(self) -> None:
        self.connected = False
        self._uplink.detach()
        self._owner.lost()

    async def _listen(self, connection: VoiceConnection) -> None:
        """Hand the events on, until the connection ends by a fault (VoiceFailure) or is left."""
        self._uplink.attach(connection)
        listening = asyncio.create_task(self._events(connection))
        leaving = asyncio.create_task(self._leave.wait())
        try:
            await asyncio.wait({listening, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            listening.cancel()
            ends = await asyncio.gather(listening, return_exceptions=True)
        if isinstance(ends[0], Exception):
            raise ends[0]
        if self._broken:
            raise VoiceFailure("Nothing came of the connection to the interviewer's voice.", "connection_lost")

    async def _events(self, connection: VoiceConnection) -> None:
        async with aclosing(connection.events()) as events:
            async for event in events:
                self._owner.on(event)

    async def _wait_after(self, failure: VoiceFailure) -> None:
        """Raises the failure itself when trying again is of no use any more."""
        if failure.fault == "handle_refused":
            self.handle = None
        now = _now()
        self._trouble_since = self._trouble_since or now
        self._failures += 1
        hope = self._timing.give_up_refused if failure.fault in _SHORT_HOPE else self._timing.give_up
        if failure.fault in _HOPELESS or now - self._trouble_since > hope:
            raise failure
        await asyncio.sleep(backoff(self._failures, self._timing.first_wait, self._timing.longest_wait))


def _now() -> float:
    return asyncio.get_running_loop().time()
