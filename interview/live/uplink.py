"""The candidate's way to the model: sound from any thread, and whatever else is to be said, in one bounded row.

While there is no connection everything waits, sound for at most fifteen seconds. What there is no room for is dropped
and counted, and nothing here ever blocks the caller.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Generic

from typing_extensions import TypeVar

from interview.live.line import MESSAGE_BYTES, UP_RATE
from interview.live.voice import Hearing, VoiceConnection, VoiceFailure

MOST_MESSAGES = 15 * 50
"""Fifteen seconds of sound."""
_MOST_BYTES = MOST_MESSAGES * MESSAGE_BYTES
_MOST_SENDS = 100
_AHEAD_SECONDS = 15.0
"""So far may a client's sound run ahead of the clock (after a stall); more is a flood."""

LOUD = 350
"""Mean magnitude of 16-bit samples from which a message counts as speech: about -40 dBFS."""
_PAUSE_SECONDS = 1.0
"""A pause after which sound counts as a new stretch of speech."""

Hearer = TypeVar("Hearer", bound=Hearing, default=VoiceConnection)
"""Whom it is said to: a live model's connection, or the embedded voice's ear."""


@dataclass(frozen=True)
class _Waiting(Generic[Hearer]):
    send: Callable[[Hearer], Awaitable[None]]
    lasting: bool


class Uplink(Generic[Hearer]):
    """Made on the voice loop. `hear` and the readings may be used from any thread, the rest on the loop.

    `last_message`, `last_loud`: when sound came and when it was last speech (monotonic). `dropped`: messages.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._sound: deque[bytes] = deque()
        self._bytes = 0
        self._sends: deque[_Waiting[Hearer]] = deque()
        self._awake = asyncio.Event()
        self._waking = False
        self._connection: Hearer | None = None
        self._began, self._taken_seconds = monotonic(), 0.0
        self.closed = self.muted = False
        self.dropped = 0
        self.last_message = self._began
        self.last_loud: float | None = None
        self.loud_since: float | None = None
        self.recording: Callable[[bytes], None] | None = None

    # --- from any thread --------------------------------------------------------------------------------------------

    def hear(self, pcm: bytes) -> None:
        """16 kHz mono s16le, whole samples."""
        now = monotonic()
        self.last_message = now
        if self.closed or self.muted or not pcm:
            return
        with self._lock:
            if not self._has_room(pcm, now):
                self.dropped += 1
                return
            self._taken_seconds += len(pcm) / 2 / UP_RATE
            self._notice(pcm, now)
            self._sound.append(pcm)
            self._bytes += len(pcm)
            while self._bytes > _MOST_BYTES:
                self._bytes -= len(self._sound.popleft())
                self.dropped += 1
            wake, self._waking = not self._waking, True
        if self.recording is not None:
            self.recording(pcm)
        if wake:
            self._wake_from_any_thread()

    def quiet_seconds(self) -> float:
        """Since the candidate was last loud; since the beginning when never."""
        return monotonic() - (self._began if self.last_loud is None else self.last_loud)

    def _has_room(self, pcm: bytes, now: float) -> bool:
        if len(pcm) % 2 or len(pcm) > _MOST_BYTES:
            return False
        return self._taken_seconds + len(pcm) / 2 / UP_RATE <= now - self._began + _AHEAD_SECONDS

    def _notice(self, pcm: bytes, now: float) -> None:
        samples = memoryview(pcm).cast("h")
        if sum(map(abs, samples)) < LOUD * len(samples):
            return
        if self.last_loud is None or now - self.last_loud > _PAUSE_SECONDS:
            self.loud_since = now
        self.last_loud = now

    def _wake_from_any_thread(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._awake.set)
        except RuntimeError:
            self.closed = True  # the loop has ended

    # --- on the loop --------------------------------------------------------------------------------------------------

    def send(self, send: Callable[[Hearer], Awaitable[None]], *, lasting: bool = True) -> None:
        """Say something besides sound, before what is waiting of it. `lasting`: to another connection too."""
        if len(self._sends) >= _MOST_SENDS:
            self.dropped += 1
            return
        self._sends.append(_Waiting(send, lasting))
        self._awake.set()

    def mute(self, *, on: bool) -> None:
        """While muted, sound is not taken. The model is told, so that it does not wait for an end of speech."""
        if on == self.muted:
            return
        self.muted = on
        if on:
            self._clear()
            self.send(lambda connection: connection.pause_audio(), lasting=False)

    def attach(self, connection: Hearer) -> None:
        self._connection = connection
        self._awake.set()

    def detach(self) -> None:
        """The connection has ended; what belonged to it is not said any more."""
        self._connection = None
        self._sends = deque(waiting for waiting in self._sends if waiting.lasting)

    def close(self) -> None:
        self.closed = True
        self.detach()
        self._sends.clear()
        self._clear()

    async def run(self) -> None:
        """Send, until cancelled."""
        while True:
            await self._awake.wait()
            self._awake.clear()
            with self._lock:
                self._waking = False
            while self._connection is not None and await self._send_one(self._connection):
                pass

    async def _send_one(self, connection: Hearer) -> bool:
        """False when there is nothing to send, or nobody to send it to."""
        waiting = self._sends.popleft() if self._sends else None
        pcm = self._next_sound() if waiting is None else None
        try:
            if waiting is not None:
                await waiting.send(connection)
            elif pcm is not None:
                await connection.send_audio(pcm)
        except VoiceFailure:
            # Whoever listens to this connection hears of its end too.
            if self._connection is connection:
                self._connection = None
            if waiting is not None and waiting.lasting:
                self._sends.appendleft(waiting)
            return False
        return waiting is not None or pcm is not None

    def _next_sound(self) -> bytes | None:
        with self._lock:
            if not self._sound:
                return None
            pcm = self._sound.popleft()
            self._bytes -= len(pcm)
            return pcm

    def _clear(self) -> None:
        with self._lock:
            self._sound.clear()
            self._bytes = 0
