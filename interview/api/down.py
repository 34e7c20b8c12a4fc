"""What `/ws/live` sends: the interview's line to one client, filled by any thread and emptied by the server's loop."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from contextlib import suppress
from typing import Literal

from starlette.websockets import WebSocket

from interview.live.line import DOWN_RATE, EndedMessage, Loudspeaker, Message

SOUND_BYTES = 2 * DOWN_RATE * 120
"""Two minutes: what is left of a voice that is delivered faster than it is played, where a client reads slowly."""
MESSAGES = 1_000
SEND_SECONDS = 20.0


class PongMessage(Message):
    type: Literal["pong"] = "pong"


class TooSlow(Exception):
    """The client does not read what it is sent."""


class SocketLine:
    """A `Line` and its `Loudspeaker`. When nobody reads, sound is dropped first (`dropped` counts it).

    A JSON message is never dropped: where there is no room for one, the connection ends.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.speaker: Loudspeaker = self
        self.dropped = 0
        self._loop, self._filled = loop, asyncio.Event()
        self._lock = threading.Lock()
        self._queue: deque[bytes | str | int] = deque()
        self._sound = self._messages = self._generation = 0
        self._full = False

    def play(self, pcm: bytes, generation: int) -> None:
        with self._lock:
            if generation < self._generation:
                return
            if self._sound + len(pcm) > SOUND_BYTES:
                self.dropped += 1
                return
            self._sound += len(pcm)
            self._queue.append(pcm)
        self._wake()

    def flush(self) -> int:
        with self._lock:
            self._queue = deque(item for item in self._queue if not isinstance(item, bytes))
            self._sound = 0
            self._generation += 1
            return self._generation

    def tell(self, message: Message) -> None:
        with self._lock:
            self._full = self._full or self._messages >= MESSAGES
            if not self._full:
                self._messages += 1
                self._queue.append(message.model_dump_json())
                if isinstance(message, EndedMessage):
                    self._queue.append(1011 if message.reason == "voice_failed" else 1000)
        self._wake()

    def end(self, code: int) -> None:
        """Close with this code once everything before has been sent."""
        with self._lock:
            self._queue.append(code)
        self._wake()

    async def deliver(self, websocket: WebSocket) -> None:
        """Send until the end. Raises TooSlow, WebSocketDisconnect."""
        while True:
            item = await self._next()
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    if isinstance(item, int):
                        await websocket.close(item)
                        return
                    await (websocket.send_bytes(item) if isinstance(item, bytes) else websocket.send_text(item))
            except TimeoutError:
                raise TooSlow from None

    async def _next(self) -> bytes | str | int:
        while True:
            with self._lock:
                if self._full:
                    raise TooSlow
                if self._queue:
                    return self._taken(self._queue.popleft())
                self._filled.clear()
            await self._filled.wait()

    def _taken(self, item: bytes | str | int) -> bytes | str | int:
        if isinstance(item, bytes):
            self._sound -= len(item)
        elif isinstance(item, str):
            self._messages -= 1
        return item

    def _wake(self) -> None:
        with suppress(RuntimeError):  # the server has stopped
            self._loop.call_soon_threadsafe(self._filled.set)
