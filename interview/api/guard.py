"""Around every request: a limit on its body, headers on its response, and an answer when something unforeseen fails."""

from __future__ import annotations

import math

from anyio import CancelScope, current_time
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interview.api.errors import CODES, problem, unexpected
from interview.bulk_lines import MAX_FILE_BYTES
from interview.documents import MAX_BYTES

MAX_JSON_BYTES = 1024 * 1024
MAX_UPLOAD_BYTES = 2 * MAX_BYTES + 3 * 1024 * 1024
"""Two files, pasted texts, and what a form adds."""

BODY_SECONDS = 300.0
"""What a request's body may take to arrive: 23 MB over a connection of less than 1 Mbit/s."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Guard:
    """ASGI middleware, the outermost of the API's own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reply = _Reply(send)
        request = Headers(scope=scope)
        limit = _most(scope["path"]) if scope["method"] == "POST" else MAX_JSON_BYTES
        declared = request.get("content-length", "0")
        if not declared.isdecimal() or int(declared[:12]) > limit:
            refused = problem("payload_too_large", CODES["payload_too_large"][1], 413)
            await refused(scope, receive, reply.send)
            return
        try:
            await self._app(scope, _limited(receive, limit), reply.send)
        except Exception as error:  # noqa: BLE001 - the last one to catch: the message may hold a candidate's words
            if not reply.started:
                await unexpected(error)(scope, receive, reply.send)


class _Reply:
    """Passes a response on with the headers that all have."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _most(path: str) -> int:
    """Bytes of the body of a POST."""
    if path.endswith("/interviews"):
        return MAX_UPLOAD_BYTES
    return MAX_FILE_BYTES if path.endswith("/invitations/bulk") else MAX_JSON_BYTES


def _limited(receive: Receive, limit: int) -> Receive:
    """Counts a body that did not say its length, or not the truth, and waits for it no longer than its time."""
    seen, deadline, whole = 0, current_time() + BODY_SECONDS, False

    async def counted() -> Message:
        nonlocal seen, whole
        with CancelScope(deadline=math.inf if whole else deadline) as waiting:
            message = await receive()
        if waiting.cancelled_caught:
            raise HTTPException(408)
        whole = not message.get("more_body", False)
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413)
        return message

    return counted
