"""Gemini Live as a voice: the real google-genai client against a local server that speaks its protocol."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gemini_replies import quota_spent
from gemini_script import Abort, CancelTools, Close, Garbage, GoAway, ToolCall, Turn, UnknownMessage
from gemini_server import GeminiServer, gemini_server
from live_line import LOUD, QUIET
from pydantic import SecretStr

from interview.errors import InvalidPayload
from interview.live import gemini
from interview.live.gemini import GeminiConnection, GeminiVoice
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
)
from interview.models import TranscriptEntry
from interview.settings import Settings

SECONDS = 60
BEGIN = Opening(instructions="You hold an interview.", first_words="Begin.")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    with gemini_server() as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
        yield running


def voice_of(server: GeminiServer, **settings: Any) -> GeminiVoice:
    values: dict[str, Any] = {
        "gemini_api_key": SecretStr(server.key),
        "google_gemini_base_url": server.url,
        "data_dir": Path("unused"),
    }
    return GeminiVoice(Settings(**(values | settings)))


async def heard(connection: GeminiConnection, turns: int = 1) -> list[VoiceEvent]:
    """Everything until so many turns are complete."""
    events: list[VoiceEvent] = []
    async with asyncio.timeout(SECONDS):
        async for event in connection.events():
            events.append(event)
            if sum(isinstance(row, TurnComplete) for row in events) == turns:
                break
    return events


def talk(server: GeminiServer, opening: Opening = BEGIN, turns: int = 1, **settings: Any) -> list[VoiceEvent]:
    """One connection until so many turns are complete, with speech after each; what came of it."""

    async def run() -> list[VoiceEvent]:
        voice = voice_of(server, **settings)
        try:
            async with voice.connect(opening) as connection:
                events = await heard(connection)
                for _ in range(turns - 1):
                    await say(connection)
                    events += await heard(connection)
            return events
        finally:
            await voice.close()

    return asyncio.run(run())


async def say(connection: GeminiConnection) -> None:
    for pcm in (*[LOUD] * 20, *[QUIET] * 25):
        await connection.send_audio(pcm)


def fails(server: GeminiServer, opening: Opening = BEGIN, **settings: Any) -> str:
    with pytest.raises(VoiceFailure) as caught:
        talk(server, opening, **settings)
    assert server.key not in caught.value.message
    return caught.value.fault


def words(events: list[VoiceEvent], kind: type[InterviewerSaid] | type[CandidateSaid]) -> str:
    return "".join(event.text for event in events if isinstance(event, kind))


def test_a_turn_comes_as_sound_words_and_an_end(server: GeminiServer) -> None:
    """24 kHz sound as long as it was said, the words joined again, all delivered before the end, and a handle."""
    server.script(Turn("Hello, tell me about clocks please.", audio_ms=400))
    events = talk(server)
    assert words(events, InterviewerSaid) == "Hello, tell me about clocks please."
    assert sum(len(event.pcm) for event in events if isinstance(event, Sound)) == 24_000 * 2 * 400 // 1000
    kinds = [type(event) for event in events]
    assert kinds.index(SaidAll) < kinds.index(TurnComplete)
    assert any(isinstance(event, NewHandle) and event.handle for event in events)


def test_speech_is_heard_and_answered(server: GeminiServer) -> None:
    """Sound sent in 20 ms messages brings the candidate's words and the next turn."""
    server.script(Turn("Hello.", audio_ms=80), Turn("Thank you.", hears="I wind them daily.", audio_ms=80))
    events = talk(server, turns=2)
    assert words(events, CandidateSaid) == "I wind them daily."
    assert words(events, InterviewerSaid) == "Hello.Thank you."
    tokens = [event for event in events if isinstance(event, TokensUsed)]
    assert tokens
    assert all(event.input_tokens >= 0 and event.output_tokens >= 0 for event in tokens)


def test_the_setup_is_what_the_interview_needs(server: GeminiServer) -> None:
    """Sound only, both transcriptions, resumption, compression, the two tools; nothing that newer models refuse."""
    server.script(Turn("Hello.", audio_ms=40))
    talk(server)
    (setup,) = server.setups
    assert setup.declared == {"mark_question", "end_interview"}
    assert setup.instruction == "You hold an interview."
    assert setup.generation_config.response_modalities == ("AUDIO",)
    assert setup.context_window_compression.trigger_tokens
    assert setup.handle is None
    assert setup.proactivity is None
    assert setup.model == "models/gemini-3.8-live"


def test_history_is_told_where_no_handle_does(server: GeminiServer) -> None:
    entries = (
        TranscriptEntry(entry_id=1, role="interviewer", text="What do you do?"),
        TranscriptEntry(entry_id=2, role="candidate", text="I repair clocks."),
    )
    server.script(Turn("Go on.", audio_ms=40))
    talk(server, Opening(instructions="x", history=entries, first_words="Go on."))
    (connection,) = server.connections
    assert [(turn.role, turn.text) for turn in connection.contents[0].turns] == [
        ("model", "What do you do?"),
        ("user", "I repair clocks."),
    ]
    assert connection.setup.history_comes_first, "it is taken in, and not answered"
    assert connection.contents[0].turn_complete
    assert connection.texts == ["Go on."]


def test_a_handle_resumes(server: GeminiServer) -> None:
    """The next connection carries it, and the talk goes on where it was."""
    server.script(Turn("One.", audio_ms=40), Turn("Two.", audio_ms=40))
    events = talk(server)
    handle = [event.handle for event in events if isinstance(event, NewHandle)][-1]
    events = talk(server, Opening(instructions="x", handle=handle, first_words="Go on."))
    assert words(events, InterviewerSaid) == "Two."
    assert server.setups[-1].handle == handle
    assert server.connections[-1].contents == []
    assert not server.setups[-1].history_comes_first


def test_a_refused_handle_is_named(server: GeminiServer) -> None:
    assert fails(server, Opening(instructions="x", handle="unknown")) == "handle_refused"


@pytest.mark.parametrize("wrong_key", [1008, 401, 403])
def test_a_wrong_key_is_named(monkeypatch: pytest.MonkeyPatch, wrong_key: int) -> None:
    """Whether it is refused at the handshake or by a close."""
    with gemini_server(wrong_key=wrong_key) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        assert fails(server, gemini_api_key=SecretStr("another-key")) == "key_refused"


def test_an_unknown_model_is_named(server: GeminiServer) -> None:
    assert fails(server, live_model="palm-2") == "model_unknown"


@pytest.mark.parametrize(
    ("code", "fault"), [(503, "connection_lost"), (429, "quota"), (1011, "connection_lost"), (1008, "refused")]
)
def test_a_refused_connection_is_named(server: GeminiServer, code: int, fault: str) -> None:
    server.refuse_connections(1, code)
    assert fails(server) == fault


def test_nobody_there_is_a_lost_connection(server: GeminiServer) -> None:
    assert fails(server, google_gemini_base_url="https://127.0.0.1:9") == "connection_lost"


def test_a_server_that_does_not_reply_is_given_up(server: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that takes the connection and never speaks TLS."""

    async def run() -> None:
        voice = voice_of(server, google_gemini_base_url=f"https://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(VoiceFailure) as caught:
            async with voice.connect(BEGIN):
                pass
        assert caught.value.fault == "connection_lost"
        await voice.close()

    monkeypatch.setattr(gemini, "CONNECT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        asyncio.run(run())


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (Close(after_ms=80, code=1011), "connection_lost"),
        (Close(after_ms=80, code=1008, reason="The operation was cancelled."), "refused"),
        (Close(after_ms=80, code=1007, reason="Request contains an invalid argument."), "refused"),
        (Close(after_ms=80, code=1011, reason=quota_spent().message), "quota"),
        (Abort(after_ms=80), "connection_lost"),
        (GoAway(after_ms=80, time_left_ms=20), "connection_lost"),
    ],
)
def test_an_end_in_the_middle_of_a_sentence_is_named(server: GeminiServer, fault: Any, named: str) -> None:
    server.script(Turn("Tell me about a clock that you repaired.", audio_ms=4000, then=fault))
    assert fails(server) == named


def test_an_end_is_announced(server: GeminiServer) -> None:
    server.script(Turn("Hello.", audio_ms=80, then=GoAway(after_ms=0, time_left_ms=9500)))
    assert GoingAway(9.5) in talk(server)


@pytest.mark.parametrize("fault", [Garbage(after_ms=40), UnknownMessage(after_ms=40), CancelTools(after_ms=40)])
def test_what_cannot_be_read_is_passed_over(server: GeminiServer, fault: Any) -> None:
    """The words after it come all the same."""
    server.script(Turn("Tell me about a clock that you repaired.", audio_ms=400, then=fault))
    assert words(talk(server), InterviewerSaid) == "Tell me about a clock that you repaired."


def test_a_barge_in_is_told(server: GeminiServer) -> None:
    """Speech while the interviewer speaks interrupts it; then the next turn comes."""
    server.script(
        Turn("A very long question that nobody wants to hear to its end.", audio_ms=20_000),
        Turn("Sorry. Go on.", hears="May I say something?", audio_ms=40),
    )

    async def run() -> list[VoiceEvent]:
        voice = voice_of(server)
        async with voice.connect(BEGIN) as connection:
            events: list[VoiceEvent] = []
            async with asyncio.timeout(SECONDS):
                async for event in connection.events():
                    if isinstance(event, Sound) and not any(isinstance(row, Sound) for row in events):
                        await say(connection)
                    events.append(event)
                    if isinstance(event, TurnComplete) and "Sorry" in words(events, InterviewerSaid):
                        break
        await voice.close()
        return events

    events = asyncio.run(run())
    kinds = [type(event) for event in events]
    assert kinds.index(Interrupted) < kinds.index(CandidateSaid)


def test_a_tool_is_asked_and_answered(server: GeminiServer) -> None:
    server.script(Turn("Hello.", audio_ms=80, tools=(ToolCall("mark_question", {"index": 0, "status": "started"}),)))

    async def run() -> None:
        voice = voice_of(server)
        async with voice.connect(BEGIN) as connection:
            events = await heard(connection)
            (call,) = [event for event in events if isinstance(event, ToolAsked)]
            assert (call.name, call.arguments) == ("mark_question", {"index": 0, "status": "started"})
            await connection.answer_tool(call, {"accepted": True})
            await asyncio.to_thread(server.wait_for, lambda: server.tool_responses)
        await voice.close()

    asyncio.run(run())
    assert server.tool_responses[0].response == {"accepted": True}
    assert server.tool_responses[0].scheduling == "SILENT"


def test_sending_after_the_end_is_a_failure(server: GeminiServer) -> None:
    """Not an exception of some library."""
    server.script(Turn("Hello.", audio_ms=80, then=Close()))

    async def run() -> None:
        voice = voice_of(server)
        async with voice.connect(BEGIN) as connection:
            await heard(connection)
            with pytest.raises(VoiceFailure):
                await heard(connection)
            for send in (connection.send_audio(QUIET), connection.pause_audio(), connection.send_words("Hello?")):
                with pytest.raises(VoiceFailure):
                    await send
        await voice.close()

    asyncio.run(run())


def test_speaking_needs_a_key() -> None:
    with pytest.raises(InvalidPayload, match="GEMINI_API_KEY"):
        GeminiVoice(Settings(gemini_api_key=None, data_dir=Path("unused")))
