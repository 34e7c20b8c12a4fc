"""The real google-genai client, pointed at the local Gemini: its side of a text call and of a live talk."""

from __future__ import annotations

import asyncio
import math
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from gemini_server import GeminiServer
from google import genai
from google.genai import errors, types
from google.genai.live import AsyncSession

TEXT_MODEL, LIVE_MODEL = "gemini-3.8-flash", "gemini-3.8-live"
SECONDS = 60
"""The longest wait for anything."""
QUESTIONS = "Q0: Tell me about a fault that you found.\nQ1: How do you plan your week?"


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
