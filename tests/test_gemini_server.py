"""The local Gemini, met by the real google-genai client: it says what the client expects and refuses what Gemini does."""

from __future__ import annotations

import asyncio
import math
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2
import numpy as np
import pytest
from gemini_live import Hearing, Pace
from gemini_replies import (
    Blocked,
    Cut,
    Finished,
    HttpError,
    NoReply,
    internal_error,
    invalid_key,
    overloaded,
    quota_spent,
    unknown_model,
)
from gemini_script import (
    Abort,
    CancelTools,
    Close,
    Fault,
    Garbage,
    GoAway,
    RefuseConnects,
    RefuseHandle,
    Silence,
    ToolCall,
    Turn,
    UnknownMessage,
)
from gemini_server import GeminiServer, gemini_server
from google import genai
from google.genai import errors, types
from google.genai.live import AsyncSession
from pydantic import BaseModel, Field
from websockets.exceptions import InvalidStatus

TEXT_MODEL, LIVE_MODEL = "gemini-3.8-flash", "gemini-3.8-live"
SECONDS = 20
QUESTIONS = "Q0: Tell me about a fault that you found.\nQ1: How do you plan your week?"


# Coroutine tests are run by anyio's plugin.
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with gemini_server() as running:
        yield running


def client_for(server: GeminiServer, key: str | None = None, timeout_ms: int | None = None) -> genai.Client:
    trust = ssl.create_default_context(cafile=str(server.certificate))
    options = types.HttpOptions(
        base_url=server.url,
        api_version="v1beta",
        timeout=timeout_ms,
        client_args={"verify": trust},
        async_client_args={"ssl": trust, "verify": trust},
    )
    return genai.Client(api_key=key or server.key, http_options=options)


def ask(server: GeminiServer, prompt: str = "Hello", **more: Any) -> types.GenerateContentResponse:
    client = client_for(server, more.pop("key", None), more.pop("timeout_ms", None))
    config = types.GenerateContentConfig(response_mime_type="application/json", **more.pop("config", {}))
    with client:
        return client.models.generate_content(model=more.pop("model", TEXT_MODEL), contents=prompt, config=config)


# --- text -------------------------------------------------------------------------------------------------------------


class Note(BaseModel):
    quote: str = Field(max_length=300)
    entry_id: int
    level: int = Field(ge=1, le=5)
    kind: Literal["strong", "weak"]
    comment: str | None = None


class Plan(BaseModel):
    title: str = Field(max_length=80)
    questions: list[str] = Field(min_length=3, max_length=5)
    notes: list[Note] = Field(min_length=2, max_length=2)
    share: float = Field(ge=0.5, le=0.6)
    best: Note


WORDS = "first I read the log of the payment service and then I found that two workers took the same lock"
PROMPT = (
    f"Rate this.\n<<<CANDIDATE_WORDS id=7>>>\n{WORDS}\n<<<END_CANDIDATE_WORDS>>>\nand\n"
    "<<<CANDIDATE_WORDS id=9>>>\nwe agreed on a plan with the other team before the week was over\n<<<END_CANDIDATE_WORDS>>>"
)


@pytest.mark.parametrize("form", ["response_schema", "response_json_schema"])
def test_a_reply_is_made_from_the_schema(server: GeminiServer, form: str) -> None:
    """Bounds, enums, nesting and lengths hold; quotes are runs of the candidate's words with their block's id."""
    schema = Plan if form == "response_schema" else Plan.model_json_schema()
    reply = ask(server, PROMPT, config={form: schema})
    plan = Plan.model_validate_json(reply.text or "")
    assert len(set(plan.questions)) == 3
    assert {note.level for note in (*plan.notes, plan.best)} == {3}
    for note in (*plan.notes, plan.best):
        block = {7: WORDS, 9: PROMPT.rsplit("id=9>>>", 1)[1]}[note.entry_id]
        assert note.quote in block
        assert 6 <= len(note.quote.split()) <= 12
    assert {note.entry_id for note in plan.notes} == {7, 9}


def test_a_parsed_reply_and_its_tokens(server: GeminiServer) -> None:
    """The client parses a pydantic schema by itself, and usage is counted."""
    reply = ask(server, config={"response_schema": Plan})
    assert isinstance(reply.parsed, Plan)
    usage = reply.usage_metadata
    assert usage is not None
    assert usage.prompt_token_count
    assert usage.candidates_token_count
    assert usage.total_token_count == usage.prompt_token_count + usage.candidates_token_count


def test_replies_come_in_the_order_in_which_they_were_enqueued(server: GeminiServer) -> None:
    """Text as it stands, JSON, and a callable that reads the request."""
    server.enqueue("not {JSON", {"a": [1]}, lambda request: request["contents"][0]["parts"][0]["text"].upper())
    assert ask(server, config={"response_schema": Plan}).parsed is None
    assert ask(server).text == '{"a": [1]}'
    assert ask(server, "what I sent").text == "WHAT I SENT"


def test_requests_are_recorded_without_the_key(server: GeminiServer) -> None:
    """Path, body and whether the key was right."""
    ask(server, "What is recorded?", config={"system_instruction": "Be brief."})
    (request,) = server.requests
    assert request.path == f"/v1beta/models/{TEXT_MODEL}:generateContent"
    assert request.key_is_right
    assert "What is recorded?" in request.text
    assert "Be brief." in request.text
    assert server.key not in repr(request)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (invalid_key(), errors.ClientError),
        (unknown_model(), errors.ClientError),
        (quota_spent(), errors.ClientError),
        (quota_spent(retry_seconds=7), errors.ClientError),
        (internal_error(), errors.ServerError),
        (overloaded(), errors.ServerError),
    ],
)
def test_errors_reach_the_client_as_its_own(server: GeminiServer, fault: HttpError, kind: type[errors.APIError]) -> None:
    """Code, status and details in Google's form."""
    server.enqueue(fault)
    with pytest.raises(kind) as caught:
        ask(server)
    assert (caught.value.code, caught.value.status) == (fault.code, fault.status)
    delays = [row.get("retryDelay") for row in caught.value.details["error"].get("details", ())]
    assert ("7s" in delays) == (fault.retry_seconds is not None)


def test_a_wrong_key_and_an_unknown_model_are_refused_unasked(server: GeminiServer) -> None:
    """As Gemini does, with 400 and 404; what is enqueued waits."""
    server.enqueue("still there")
    with pytest.raises(errors.ClientError) as caught:
        ask(server, key="another")
    assert caught.value.code == 400
    with pytest.raises(errors.ClientError) as caught:
        ask(server, model="palm-2")
    assert caught.value.code == 404
    assert ask(server).text == "still there"


def test_blocked_and_empty_replies_have_no_text(server: GeminiServer) -> None:
    server.enqueue(Blocked(), Finished(), Finished('{"cut', "MAX_TOKENS"))
    blocked = ask(server)
    assert blocked.text is None
    assert blocked.prompt_feedback is not None
    assert blocked.prompt_feedback.block_reason == types.BlockedReason.SAFETY
    assert ask(server).text is None
    assert ask(server).text == '{"cut'


@pytest.mark.parametrize(("fault", "kind"), [(NoReply(), httpx2.ReadTimeout), (Cut(), httpx2.RemoteProtocolError)])
def test_what_breaks_below_http_is_the_http_librarys_error(server: GeminiServer, fault: NoReply | Cut, kind: type[Exception]) -> None:
    server.enqueue(fault)
    with pytest.raises(kind):
        ask(server, timeout_ms=2000)


# --- live -------------------------------------------------------------------------------------------------------------

MARK = types.FunctionDeclaration(
    name="mark_question",
    description="Says which question is started or answered.",
    parameters_json_schema={"type": "object", "properties": {"index": {"type": "integer"}}},
)
END = types.FunctionDeclaration(
    name="end_interview", description="Ends it.", parameters=types.Schema(type=types.Type.OBJECT, properties={})
)


def live_config(handle: str | None = None, **changes: Any) -> types.LiveConnectConfig:
    """The setup that the product has to send; `changes` break it."""
    return types.LiveConnectConfig(
        **{
            "response_modalities": ["AUDIO"],
            "system_instruction": f"Interview the candidate.\n{QUESTIONS}",
            "tools": [types.Tool(function_declarations=[MARK, END])],
            "session_resumption": types.SessionResumptionConfig(handle=handle),
            "input_audio_transcription": types.AudioTranscriptionConfig(),
            "output_audio_transcription": types.AudioTranscriptionConfig(),
            "realtime_input_config": types.RealtimeInputConfig(
                automatic_activity_detection=types.AutomaticActivityDetection(prefix_padding_ms=20)
            ),
            "context_window_compression": types.ContextWindowCompressionConfig(
                trigger_tokens=20000, sliding_window=types.SlidingWindow(target_tokens=8000)
            ),
        }
        | changes
    )


@dataclass
class Caller:
    """The client's side of one connection, and everything that came in on it."""

    session: AsyncSession
    news: asyncio.Event = field(default_factory=asyncio.Event)
    audio: bytearray = field(default_factory=bytearray)
    heard: str = ""
    spoken: str = ""
    order: list[str] = field(default_factory=list)
    calls: list[types.FunctionCall] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    handles: list[str] = field(default_factory=list)
    time_left: str | None = None
    odd: list[str] = field(default_factory=list)
    error: errors.APIError | None = None

    @property
    def turns(self) -> int:
        return self.order.count("turn_complete")

    async def listen(self) -> None:
        """Survives what the client cannot parse; ends with the connection."""
        while self.error is None:
            try:
                async for message in self.session.receive():
                    self._take(message)
                    self.news.set()
            except errors.APIError as error:
                self.error = error
            except (TypeError, ValueError) as error:
                self.odd.append(type(error).__name__)
            self.news.set()

    def _take(self, message: types.LiveServerMessage) -> None:
        self.audio += message.data or b""
        if content := message.server_content:
            self.order += [name for name, value in content if value is not None]
            self.heard += (content.input_transcription and content.input_transcription.text) or ""
            self.spoken += (content.output_transcription and content.output_transcription.text) or ""
        if message.tool_call:
            self.calls += message.tool_call.function_calls or []
        if message.tool_call_cancellation:
            self.cancelled += message.tool_call_cancellation.ids or []
        if update := message.session_resumption_update:
            self.order.append("handle" if update.resumable else "not resumable")
            self.handles += [update.new_handle] if update.new_handle else []
        if message.go_away:
            self.time_left = message.go_away.time_left
        if message.usage_metadata:
            self.order.append("usage")

    async def until(self, predicate: Callable[[], object]) -> None:
        async with asyncio.timeout(SECONDS):
            while not predicate():
                self.news.clear()
                await self.news.wait()

    async def begin(self, text: str = "Please begin.") -> None:
        content = types.Content(role="user", parts=[types.Part(text=text)])
        await self.session.send_client_content(turns=[content], turn_complete=True)

    async def send(self, pcm: bytes) -> None:
        """In messages of 20 ms, as fast as they go."""
        for at in range(0, len(pcm), 640):
            blob = types.Blob(data=pcm[at : at + 640], mime_type="audio/pcm;rate=16000")
            await self.session.send_realtime_input(audio=blob)

    async def say(self, speech_ms: int = 600, quiet_ms: int = 500) -> None:
        await self.send(sound(speech_ms) + bytes(32 * quiet_ms))


def sound(length_ms: int, level: int = 6000) -> bytes:
    """pcm: 16 kHz mono s16le."""
    at = np.arange(16 * length_ms)
    return (np.sin(2 * math.pi * 200 * at / 16_000) * level).astype("<i2").tobytes()


def loudest_hertz(pcm: bytes) -> float:
    """Of 24 kHz mono s16le."""
    samples = np.frombuffer(pcm, "<i2").astype(float)
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * 24_000 / len(samples))


@asynccontextmanager
async def connected(server: GeminiServer, handle: str | None = None, **changes: Any) -> AsyncIterator[Caller]:
    client = client_for(server, changes.pop("key", None))
    model = changes.pop("model", LIVE_MODEL)
    async with asyncio.timeout(SECONDS):
        async with client.aio.live.connect(model=model, config=live_config(handle, **changes)) as session:
            caller = Caller(session)
            listening = asyncio.create_task(caller.listen())
            try:
                yield caller
            finally:
                await session.close()
                await listening


async def test_a_whole_talk(server: GeminiServer) -> None:
    """Two questions with audio both ways, transcriptions in pieces, marks and an end, without any script."""
    async with connected(server) as caller:
        await caller.begin()
        await caller.until(lambda: caller.turns == 1)
        await caller.say()
        await caller.until(lambda: caller.turns == 2)
        await caller.say()
        await caller.until(lambda: caller.turns == 3)
    assert "Tell me about a fault that you found." in server.said[0]
    assert "How do you plan your week?" in server.said[1]
    assert caller.spoken == "".join(server.said)
    assert caller.heard
    assert abs(loudest_hertz(bytes(caller.audio)) - 440) < 5
    assert [(call.name, call.args) for call in caller.calls] == [
        ("mark_question", {"index": 0, "status": "started"}),
        ("mark_question", {"index": 0, "status": "answered"}),
        ("mark_question", {"index": 1, "status": "started"}),
        ("mark_question", {"index": 1, "status": "answered"}),
        ("end_interview", {"reason": "finished"}),
    ]
    assert bytes(server.connections[0].audio) == (sound(600) + bytes(16_000)) * 2
