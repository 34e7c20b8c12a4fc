"""Gemini Live as the voice: the one file that knows its protocol, through the google-genai client.

A connection lives about ten minutes; the interview above opens the next with the newest handle. What Gemini sends and
this product has no use for is passed over, and so is what the client cannot read.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from interview.errors import InvalidPayload
from interview.faults import in_words
from interview.live.gemini_setup import config_of, tells_history
from interview.live.line import UP_RATE
from interview.live.voice import (
    CandidateSaid,
    GoingAway,
    Interrupted,
    InterviewerSaid,
    NewHandle,
    Opening,
    SaidAll,
    Sound,
    TokensUsed,
    ToolAsked,
    TurnComplete,
    VoiceEvent,
    VoiceFailure,
    VoiceFault,
    VoiceMode,
)
from interview.settings import Settings

if TYPE_CHECKING:
    from google.genai import types
    from google.genai.live import AsyncSession

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0
_CLOSE_SECONDS = 1.0
"""How long the next connection waits for the end of the last one; the client gives up on it after ten seconds."""

_MOST_UNREADABLE = 100
"""Frames in a row that cannot be read, after which the connection counts as lost."""

_NOT_SET_UP = "The interviewer's voice is not set up as it should be. The hiring team is told. Please go on in writing."
_SENTENCES: dict[VoiceFault, str] = {
    "connection_lost": "The connection to the interviewer's voice was lost.",
    "going_away": "The connection to the interviewer's voice has come to its end.",
    "handle_refused": "The talk cannot be taken up where it was; it is put together from the transcript.",
    "key_refused": _NOT_SET_UP,
    "model_unknown": _NOT_SET_UP,
    "quota": "The quota of the voice model is used up for now. Please try again later, or go on in writing.",
    "refused": "The voice model does not take the talk at the moment.",
    "setup": "The voice model did not take the interview's setup. Please go on in writing.",
}

_REASONS: tuple[tuple[VoiceFault, str], ...] = (
    ("key_refused", r"api.?key|permission.?denied|unauthenticated|unauthorized"),
    ("model_unknown", r"model\S* .*(?:not found|not supported)|not supported for bidi"),
    ("quota", r"quota|resource.?exhausted|rate.?limit"),
)
"""What Gemini's own words say; they come with several codes, so they are read first."""

_BY_CODE: dict[int, VoiceFault] = {
    401: "key_refused", 403: "key_refused", 404: "model_unknown", 429: "quota", 400: "setup",
    1007: "setup", 1008: "refused",
}  # fmt: skip
"""HTTP statuses of the handshake and close codes; any other is a connection that was lost."""


class GeminiVoice:
    """A LiveVoice. Making one imports google-genai and reads certificates, which takes a second: not on a loop."""

    mode: VoiceMode = "gemini"

    def __init__(self, settings: Settings) -> None:
        """Raises InvalidPayload when there is no key."""
        from google import genai
        from google.genai import types

        if settings.gemini_api_key is None:
            raise InvalidPayload("Speaking needs a key of Gemini: set GEMINI_API_KEY.")
        self.model = settings.live_model
        options = types.HttpOptions(api_version="v1beta", base_url=settings.google_gemini_base_url)
        # Kept: a client that nobody refers to is closed.
        self._client = genai.Client(api_key=settings.gemini_api_key.get_secret_value(), http_options=options)
        self._closing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def connect(self, opening: Opening) -> AsyncIterator[GeminiConnection]:
        config, stack = config_of(opening), AsyncExitStack()
        try:
            with _faults(opening):
                async with asyncio.timeout(CONNECT_SECONDS):
                    live = self._client.aio.live.connect(model=self.model, config=config)
                    session = await stack.enter_async_context(live)
                    connection = GeminiConnection(session)
                    await connection.open_with(opening)
            yield connection
        finally:
            await self._close(stack)

    async def close(self) -> None:
        """Wait for the ends of connections, and free the client."""
        if self._closing:
            await asyncio.wait(self._closing)
        await self._client.aio.aclose()
        self._client.close()

    async def _close(self, stack: AsyncExitStack) -> None:
        """End the connection. A peer that does not answer is left to its own end after a moment."""
        closing = asyncio.create_task(stack.aclose())
        self._closing.add(closing)
        closing.add_done_callback(self._closed)
        await asyncio.wait({closing}, timeout=_CLOSE_SECONDS)

    def _closed(self, closing: asyncio.Task[None]) -> None:
        self._closing.discard(closing)
        if not closing.cancelled() and (error := closing.exception()):
            log.debug("A connection to the voice ended with %s.", type(error).__name__)


class GeminiConnection:
    """A VoiceConnection."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def open_with(self, opening: Opening) -> None:
        """Tell what was said before, where no handle does, and what to say first."""
        from google.genai import types

        if tells_history(opening):
            turns = [
                types.Content(role="user" if row.role == "candidate" else "model", parts=[types.Part(text=row.text)])
                for row in opening.history
            ]
            await self._session.send_client_content(turns=list(turns), turn_complete=True)
        if opening.first_words:
            await self.instruct(opening.first_words)

    async def events(self) -> AsyncGenerator[VoiceEvent, None]:
        """What the model says and asks, until the connection is closed from here. Raises VoiceFailure on a fault."""
        unreadable = 0
        while unreadable < _MOST_UNREADABLE:
            try:
                with _faults():
                    # Ends at each turn's end; the connection does not.
                    async for message in self._session.receive():
                        unreadable = 0
                        for event in _events(message):
                            yield event
            except (TypeError, ValueError):
                # A message of a kind that the client does not know, or a frame that is not JSON: the next may be good.
                unreadable += 1
        raise VoiceFailure(_SENTENCES["connection_lost"], "connection_lost")

    async def send_audio(self, pcm: bytes) -> None:
        from google.genai import types

        with _faults():
            blob = types.Blob(data=pcm, mime_type=f"audio/pcm;rate={UP_RATE}")
            await self._session.send_realtime_input(audio=blob)

    async def pause_audio(self) -> None:
        with _faults():
            await self._session.send_realtime_input(audio_stream_end=True)

    async def send_words(self, text: str) -> None:
        with _faults():
            await self._session.send_realtime_input(text=text)

    async def instruct(self, text: str) -> None:
        await self.send_words(text)

    async def answer_tool(self, call: ToolAsked, result: Mapping[str, Any]) -> None:
        from google.genai import types

        with _faults():
            # Silent: the answer is for the model to know; what it is to say next comes as a note, if at all.
            response = types.FunctionResponse(
                id=call.call_id,
                name=call.name,
                response=dict(result),
                scheduling=types.FunctionResponseScheduling.SILENT,
            )
            await self._session.send_tool_response(function_responses=response)


def _events(message: types.LiveServerMessage) -> Iterator[VoiceEvent]:
    if update := message.session_resumption_update:
        yield NewHandle(update.new_handle if update.resumable else None)
    if content := message.server_content:
        yield from _content(content)
    for call in (message.tool_call.function_calls or ()) if message.tool_call else ():
        yield ToolAsked(call.id or "", call.name or "", call.args or {})
    if message.go_away:
        yield GoingAway(_seconds(message.go_away.time_left))
    if usage := message.usage_metadata:
        yield TokensUsed(
            (usage.prompt_token_count or 0) + (usage.tool_use_prompt_token_count or 0),
            (usage.response_token_count or 0) + (usage.thoughts_token_count or 0),
        )


def _content(content: types.LiveServerContent) -> Iterator[VoiceEvent]:
    """In the order in which it matters: what was heard before what is said, ends last."""
    if (heard := content.input_transcription) and (heard.text or heard.finished):
        yield CandidateSaid(heard.text or "", bool(heard.finished))
    if content.interrupted:
        yield Interrupted()
    if (said := content.output_transcription) and said.text:
        yield InterviewerSaid(said.text)
    for part in (content.model_turn.parts or ()) if content.model_turn else ():
        if part.inline_data and part.inline_data.data:
            yield Sound(part.inline_data.data)
    if content.generation_complete:
        yield SaidAll()
    if content.turn_complete:
        yield TurnComplete()


def _seconds(time_left: str | None) -> float:
    """A protobuf Duration in JSON, such as `50s` or `0.5s`; what cannot be read is no time at all."""
    found = re.fullmatch(r"(\d{1,6}(?:\.\d+)?)s", time_left or "")
    return float(found[1]) if found else 0.0


@contextmanager
def _faults(opening: Opening | None = None) -> Iterator[None]:
    """Turn what the client and its libraries raise into VoiceFailure. `opening`: of a connection that is being made."""
    from google.genai.errors import APIError
    from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

    try:
        yield
    except APIError as error:
        raise _failure(error.code, str(error.details), opening) from None
    except InvalidStatus as error:
        body = (error.response.body or b"")[:1_000].decode(errors="replace")
        raise _failure(error.response.status_code, body, opening) from None
    except ConnectionClosed as error:
        code, reason = (error.rcvd.code, error.rcvd.reason) if error.rcvd else (1006, "")
        raise _failure(code, reason, opening) from None
    except (OSError, TimeoutError, InvalidHandshake):
        raise _failure(1006, "", opening) from None
    except (TypeError, ValueError):
        if opening is None:
            raise
        # The reply to the setup cannot be read.
        raise _failure(1006, "", opening) from None


def _failure(code: int | None, reason: str, opening: Opening | None) -> VoiceFailure:
    """Gemini's own words stay out of the message: it may be shown and logged."""
    said = next((fault for fault, pattern in _REASONS if re.search(pattern, reason, re.IGNORECASE)), None)
    fault = said or _BY_CODE.get(code or 1006, "connection_lost")
    if fault == "setup" and opening is None:
        fault = "refused"
    if fault == "setup" and opening is not None and opening.handle is not None:
        fault = "handle_refused"
    log.warning("A connection to the voice failed: %s (%s).", in_words(fault), code)
    return VoiceFailure(_SENTENCES[fault], fault)
