"""`WS /ws/live`: a spoken interview for a program, or for a page that brings its own sound.

Up: a `start` message, then 16 kHz mono s16le in binary messages cut as one likes, and JSON. Down: 24 kHz mono s16le as
fast as it comes, which the client plays at its own pace and drops on `interrupted`, and the messages of
`interview.live.line`, in order.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from interview.api.calls import SlowCalls
from interview.api.down import PongMessage, SocketLine, TooSlow
from interview.api.up import (
    Allowance,
    Audio,
    Framing,
    Mark,
    Signal,
    Skip,
    Start,
    Think,
    Typed,
    Up,
    content,
    decoded,
    read,
)
from interview.errors import InterviewError, InvalidPayload, SessionUnknown, logged
from interview.live.line import ErrorMessage
from interview.service import Service

if TYPE_CHECKING:
    from interview.live.interview import LiveInterview

START_SECONDS = 10.0
MOST_WAITING = 100
"""Connections whose `start` has not come yet."""
FAREWELL_SECONDS = 5.0

_CLOSE_CODES = {"payload_too_large": 1009, "busy": 1013, "voice_busy": 1013}
_POLICY, _OUR_FAILURE = 1008, 1011


class LiveSocket:
    """The route: one `_Connection` a caller."""

    def __init__(self, service: Service) -> None:
        self._service, self._slow, self._waiting = service, SlowCalls(), 0

    async def __call__(self, websocket: WebSocket) -> None:
        """A page from another site gets 403, whatever token it has."""
        if not _own_origin(websocket, self._service.context.settings.public_url):
            await websocket.close(_POLICY)
            return
        await websocket.accept()
        if self._waiting >= MOST_WAITING:
            await websocket.close(_CLOSE_CODES["busy"], "Please try again in a few seconds.")
            return
        await _Connection(websocket, self).run()

    async def begin(self, websocket: WebSocket, line: SocketLine) -> LiveInterview:
        """The talk that the first message asks for. Raises InterviewError, WebSocketDisconnect."""
        self._waiting += 1
        try:
            async with asyncio.timeout(START_SECONDS):
                start = read(content(await websocket.receive()))
        except TimeoutError:
            raise InvalidPayload(
                f"No start message came within {START_SECONDS:.0f} seconds.", code="request_timeout"
            ) from None
        finally:
            self._waiting -= 1
        if not isinstance(start, Start):
            raise InvalidPayload("The first message must be of the type “start”.")
        return await self._slow.run(self._join, start, line)

    def _join(self, start: Start, line: SocketLine) -> LiveInterview:
        service = self._service
        actor = service.access.by_bearer(start.token)
        if start.session_id is None:
            session_id = service.spoken.open(actor, start.interview_id).session_id
        else:
            session_id = start.session_id
            if service.spoken.scene(actor, session_id).interview_id != start.interview_id:
                raise SessionUnknown("This interview has no such session.")
        return service.live.join(actor, session_id, line)


class _Connection:
    def __init__(self, websocket: WebSocket, socket: LiveSocket) -> None:
        self._websocket, self._socket = websocket, socket
        self._line = SocketLine(asyncio.get_running_loop())
        self._framing, self._allowance = Framing(), Allowance()
        self._interview: LiveInterview | None = None

    async def run(self) -> None:
        """Until either side ends it; nothing of it is left afterwards."""
        down = asyncio.create_task(self._line.deliver(self._websocket))
        try:
            code = await self._talk(down)
            if code is not None:
                self._line.end(code)
                await asyncio.wait({down}, timeout=FAREWELL_SECONDS)
        finally:
            if self._interview is not None:
                self._interview.leave()
            await _cancelled(down)

    async def _talk(self, down: asyncio.Task[None]) -> int | None:
        """The code to close with; None where the connection is closed already, or nobody reads any more."""
        try:
            self._interview = await self._socket.begin(self._websocket, self._line)
            await self._until_either_ends(down)
        except WebSocketDisconnect:
            return None
        except TooSlow:
            with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
                await asyncio.wait_for(self._websocket.close(_POLICY, "Too slow."), FAREWELL_SECONDS)
            return None
        except InterviewError as error:
            return self._failed(error)
        except Exception as error:  # noqa: BLE001 - the last one to catch: the message may hold a candidate's words
            number = logged(error, "internal_error")
            return self._failed(
                InterviewError(f"Something went wrong on our side. Please tell the team this number: {number}.")
            )
        return None

    def _failed(self, error: InterviewError) -> int:
        self._line.tell(ErrorMessage(code=error.code, message=error.message))
        return _CLOSE_CODES.get(error.code, _OUR_FAILURE if error.status >= 500 else _POLICY)

    async def _until_either_ends(self, down: asyncio.Task[None]) -> None:
        up = asyncio.create_task(self._up(), name="up")
        try:
            done, _ = await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await _cancelled(up)

    async def _up(self) -> None:
        while True:
            data = content(await self._websocket.receive())
            if not self._allowance.takes(len(data)):
                continue
            try:
                self._take(data)
            except InterviewError as error:
                self._line.tell(ErrorMessage(code=error.code, message=error.message))

    def _take(self, data: bytes | str) -> None:
        if isinstance(data, bytes):
            self._hear(data)
        else:
            self._do(read(data))

    def _hear(self, pcm: bytes) -> None:
        assert self._interview is not None  # noqa: S101 - nothing is taken before
        for message in self._framing.cut(pcm):
            self._interview.hear(message)

    def _do(self, wanted: Up) -> None:
        interview = self._interview
        assert interview is not None  # noqa: S101
        match wanted:
            case Audio():
                self._hear(decoded(wanted.data))
            case Typed():
                interview.say(wanted.text)
            case Think():
                interview.think(wanted.on)
            case Skip():
                interview.skip(wanted.index)
            case Mark():
                interview.mark(wanted.index, wanted.status)
            case Signal():
                self._signal(wanted, interview)
            case Start():
                raise InvalidPayload("The session has begun already.")

    def _signal(self, wanted: Signal, interview: LiveInterview) -> None:
        match wanted.type:
            case "ping":
                self._line.tell(PongMessage())
            case "mute" | "unmute":
                interview.mute(wanted.type == "mute")
            case "barge_in":
                interview.barge_in()
            case "stop":
                interview.stop()
            case "to_text":
                interview.to_text()


def live_socket(service: Service) -> WebSocketRoute:
    """The WebSocket of spoken interviews, at `/ws/live`."""
    socket = LiveSocket(service)

    async def talk(websocket: WebSocket) -> None:
        await socket(websocket)

    return WebSocketRoute("/ws/live", talk)


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _own_origin(websocket: WebSocket, public_url: str) -> bool:
    """Whether the caller is a program, which sends no Origin, or a page of ours."""
    origin = websocket.headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc in (websocket.headers.get("host"), urlsplit(public_url).netloc)
