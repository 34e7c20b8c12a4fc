"""A local server that speaks Gemini's protocol over TLS: generateContent and Live on one port.

The real google-genai client talks to it once `server.environment` is set. A test scripts what comes
(`enqueue`, `script`, `cause`) and reads what was sent (`requests`, `connections`, `setups`, `audio_bytes`).
Nothing here understands language: replies fit the request's schema, speech is found by its energy.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import ssl
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
import uvicorn
from gemini_audio import Hearing
from gemini_live import Talk
from gemini_replies import Cut, HttpError, Json, NoReply, Reply, invalid_key, made_reply, response_body, unknown_model
from gemini_script import Fault, Turn
from gemini_state import Connection, Conversation, LiveState, Pace
from gemini_wire import KNOWN_MODEL, FunctionResponse, Setup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState

SECONDS = 60
"""The longest wait for anything."""

LIVE_PATH = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"


@dataclass(frozen=True)
class Recorded:
    """One generateContent request. Headers are lower-case and without the key, of which only `key_is_right` is kept."""

    path: str
    model: str
    headers: dict[str, str]
    key_is_right: bool
    body: Json

    @property
    def text(self) -> str:
        """All of the contents' text and the system instruction's."""
        contents = [self.body.get("systemInstruction") or {}, *self.body.get("contents", ())]
        return "\n".join(part.get("text", "") for content in contents for part in content.get("parts", ()))


class GeminiServer:
    """See `gemini_server`. All methods may be called from any thread; `wait_for` blocks the one that calls it."""

    def __init__(self, folder: Path, key: str, live: LiveState, wrong_key: int) -> None:
        self.key, self.wrong_key = key, wrong_key
        self.certificate = folder / "gemini-ca.pem"
        self.changed = live.changed
        self.live = live
        self.requests: list[Recorded] = []
        self.replies: deque[Reply] = deque()
        self.url = ""
        self.loop: asyncio.AbstractEventLoop

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to take this server for Gemini."""
        return {
            "GEMINI_API_KEY": self.key,
            "GOOGLE_GEMINI_BASE_URL": self.url,
            "SSL_CERT_FILE": str(self.certificate),
        }

    def enqueue(self, *replies: Reply) -> None:
        """The next generateContent calls get these, in order; afterwards replies are made from the schema again."""
        self.live.note(lambda: self.replies.extend(replies))

    def script(self, *turns: Turn, opens: bool = False) -> None:
        """The next new conversation goes like this; `opens`: the interviewer speaks first, directly after setup.

        Without a script, `gemini_script.default_script` over the questions of the system instruction.
        """
        self.live.add_script(turns, opens)

    def cause(self, fault: Fault) -> None:
        """Makes the fault happen now on all open connections."""
        for talk in tuple(self.live.talks):
            asyncio.run_coroutine_threadsafe(talk.strike(fault), self.loop).result(SECONDS)

    def refuse_connections(self, count: int = 1, code: int = 503) -> None:
        """The next Live connections are refused: with this HTTP status, or from 1000 on with this close code."""
        self.live.refuse_connections(count, code)

    def refuse_next_handle(self) -> None:
        """The next resumption handle, although good, is refused (1007)."""
        self.live.refuse_next_handle()

    def wait_for(self, predicate: Callable[[], object], seconds: float = SECONDS) -> None:
        """Until the predicate holds, asked after every change; AssertionError when it does not come to that."""
        with self.changed:
            assert self.changed.wait_for(predicate, seconds), f"it did not happen within {seconds} seconds"

    @property
    def connections(self) -> list[Connection]:
        """Live connections whose setup was taken, oldest first."""
        return self.live.connections

    @property
    def conversations(self) -> list[Conversation]:
        """Talks; one that was resumed or continued is one."""
        return self.live.conversations

    @property
    def setups(self) -> list[Setup]:
        return [row.setup for row in self.connections]

    @property
    def audio_bytes(self) -> int:
        """Bytes of 16 kHz mono s16le received on all connections."""
        return sum(len(row.audio) for row in self.connections)

    @property
    def said(self) -> list[str]:
        """What the interviewer has said, in order, over all connections."""
        return [text for row in self.connections for text in row.said]

    @property
    def tool_responses(self) -> list[FunctionResponse]:
        return [answer for row in self.connections for answer in row.tool_responses]

    @property
    def refused(self) -> int:
        """Live connections that were refused by `refuse_connections`."""
        return self.live.refused

    # --- the two routes -------------------------------------------------------------------------------------------

    async def generate(self, request: Request) -> Response:
        model = request.path_params["model"]
        body = json.loads(await request.body())
        key = request.headers.get("x-goog-api-key")
        headers = {name: value for name, value in request.headers.items() if name != "x-goog-api-key"}
        recorded = Recorded(request.url.path, model, headers, key == self.key, body)
        self.live.note(lambda: self.requests.append(recorded))
        reply: Any = self._refusal(recorded)
        if reply is None:
            reply = self.replies.popleft() if self.replies else made_reply
        if callable(reply):
            # In a thread, so that a test may hold a reply back without holding up the others.
            reply = await asyncio.to_thread(reply, body)
        if isinstance(reply, HttpError):
            return JSONResponse(reply.body(), reply.code)
        if isinstance(reply, NoReply | Cut):
            return _Broken(reply)
        return JSONResponse(response_body(reply, body, model))

    def _refusal(self, request: Recorded) -> HttpError | None:
        if not request.key_is_right:
            return invalid_key()
        return None if KNOWN_MODEL.fullmatch(request.model) else unknown_model(request.model)

    async def talk(self, websocket: WebSocket) -> None:
        right = websocket.headers.get("x-goog-api-key") == self.key
        refusal = self.live.next_refusal() if right else self.wrong_key
        if refusal is None:
            await Talk(websocket, self.live).run()
        elif refusal < 1000:
            await websocket.send_denial_response(Response(status_code=refusal))
        else:
            await websocket.accept()
            # Closed only after setup: the client raises an APIError when it reads, another error when it writes.
            await websocket.receive()
            await websocket.close(refusal, "Refused." if right else invalid_key().message)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1beta/models/{model}:generateContent", self.generate, methods=["POST"]),
                WebSocketRoute(LIVE_PATH, self.talk),
            ]
        )


class _Broken(Response):
    """A reply that never comes, or one that ends before its announced length."""

    def __init__(self, how: NoReply | Cut) -> None:
        super().__init__()
        self.how = how

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if isinstance(self.how, NoReply):
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        # Returning without the rest makes uvicorn close the connection.
        await send({"type": "http.response.body", "body": b'{"candidates": [', "more_body": True})


class _AbortableProtocol(WebSocketsSansIOProtocol):
    """Lets the application tear down its transport: `scope["state"]["abort"]()`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.app_state = self.app_state | {"abort": lambda: self.transport.abort()}

    def shutdown(self) -> None:
        """As uvicorn's, which fails on a connection that the client is closing at that moment."""
        with suppress(InvalidState):
            super().shutdown()
        self.transport.close()


@contextmanager
def gemini_server(
    *,
    key: str | None = None,
    port: int = 0,
    hearing: Hearing | None = None,
    pace: Pace | None = None,
    wrong_key: int = 1008,
) -> Iterator[GeminiServer]:
    """A running server on 127.0.0.1, in a thread with its own loop.

    `wrong_key`: how Live refuses a wrong key, an HTTP status or from 1000 on a close code.
    """
    live = LiveState(hearing or Hearing(), pace or Pace(), threading.Condition(threading.RLock()))
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", port)) as listener:
        server = GeminiServer(Path(folder), key or f"key-{secrets.token_hex(16)}", live, wrong_key)
        server.url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(server.certificate)
        runner = uvicorn.Server(_config(server, authority))
        thread = threading.Thread(target=lambda: asyncio.run(_serve(server, runner, listener)), name="local-gemini")
        thread.start()
        try:
            server.wait_for(lambda: hasattr(server, "loop"))
            yield server
        finally:
            runner.should_exit = True
            thread.join()


def _config(server: GeminiServer, authority: trustme.CA) -> uvicorn.Config:
    def tls(_config: uvicorn.Config, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        return context

    return uvicorn.Config(
        server.app(),
        http="h11",
        ws=_AbortableProtocol,
        ws_per_message_deflate=False,
        ssl_context_factory=tls,
        log_config=None,
        lifespan="off",
        access_log=False,
        timeout_graceful_shutdown=1,
    )


async def _serve(server: GeminiServer, runner: uvicorn.Server, listener: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    server.live.note(lambda: setattr(server, "loop", loop))
    await runner.serve(sockets=[listener])
