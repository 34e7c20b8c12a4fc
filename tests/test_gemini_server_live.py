"""The local Gemini's Live side, met by the real google-genai client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from gemini_audio import Hearing
from gemini_caller import LIVE_MODEL, TEXT_MODEL, Caller, connected, live_config, loudest_hertz, sound
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
from gemini_state import Pace
from google import genai
from google.genai import errors, types
from websockets.exceptions import InvalidStatus

# Coroutine tests are run by anyio's plugin.
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with gemini_server() as running:
        yield running


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


async def test_a_turn_comes_in_the_apis_order(server: GeminiServer) -> None:
    """A handle soon after setup; words along with audio; then generation, turn, usage and a fresh handle."""
    server.script(Turn("One two three four five six.", audio_ms=200))
    async with connected(server) as caller:
        await caller.begin()
        await caller.until(lambda: len(caller.handles) == 2)
    body = caller.order[1:-4]
    assert caller.order[0] == "handle"
    assert caller.order[-4:] == ["generation_complete", "turn_complete", "usage", "handle"]
    assert body.count("model_turn") == 5
    assert body.count("output_transcription") == 2
    assert body[0] == "output_transcription"
    assert len(caller.audio) == 200 * 48
    assert len(set(caller.handles)) == 2


async def test_the_interviewer_may_speak_first(server: GeminiServer) -> None:
    """Directly after setup, when the script says so."""
    server.script(Turn("Hello.", audio_ms=40, tone_hz=880), opens=True)
    async with connected(server) as caller:
        await caller.until(lambda: caller.turns)
    assert caller.spoken == "Hello."
    assert abs(loudest_hertz(bytes(caller.audio)) - 880) < 30


async def test_transcriptions_come_in_pieces_and_late_ones_after_the_turn_began(server: GeminiServer) -> None:
    server.script(
        Turn("Hello.", audio_ms=40),
        Turn("Thank you.", hears="I traced the fault to a lock", audio_ms=80, late=1),
        Turn("Goodbye.", hears="That is all", audio_ms=40),
    )
    async with connected(server) as caller:
        await caller.begin()
        await caller.until(lambda: caller.turns == 1)
        before = len(caller.order)
        await caller.say()
        await caller.until(lambda: caller.turns == 2)
        second = caller.order[before:]
        await caller.say()
        await caller.until(lambda: caller.turns == 3)
    assert caller.heard == "I traced the fault to a lockThat is all"
    pieces = [at for at, name in enumerate(second) if name == "input_transcription"]
    assert len(pieces) == 3
    assert pieces[1] < second.index("model_turn") < pieces[2]


async def test_typed_words_bring_about_a_turn_and_are_not_transcribed(server: GeminiServer) -> None:
    server.script(Turn("Hello.", audio_ms=40), Turn("I see.", hears="never said", audio_ms=40))
    async with connected(server) as caller:
        await caller.session.send_realtime_input(text="begin")
        await caller.until(lambda: caller.turns == 1)
        await caller.session.send_realtime_input(text="I found the lock.")
        await caller.until(lambda: caller.turns == 2)
    assert server.connections[0].texts == ["begin", "I found the lock."]
    assert caller.heard == ""


async def test_speech_over_a_playing_turn_interrupts_it_and_counts_as_the_answer(server: GeminiServer) -> None:
    """Barge-in: the rest of the audio is dropped, unanswered calls are taken back, and the next turn answers."""
    server.script(
        Turn("A very long question.", audio_ms=60_000, tools=(ToolCall("mark_question", {"index": 0}),)),
        Turn("Go on.", hears="Let me stop you there", audio_ms=40),
    )
    async with connected(server) as caller:
        await caller.begin()
        await caller.until(lambda: len(caller.audio) > 3000)
        await caller.send(sound(400))
        await caller.until(lambda: "interrupted" in caller.order)
        got = len(caller.audio)
        await caller.send(sound(200) + bytes(32 * 500))
        await caller.until(lambda: caller.turns == 2)
    assert len(caller.audio) - got == 40 * 48
    assert caller.order.count("interrupted") == 1
    assert caller.order.count("generation_complete") == 1
    assert caller.cancelled == [caller.calls[0].id]
    assert caller.heard == "Let me stop you there"
    assert server.connections[0].interruptions == 1


async def test_short_or_soft_sounds_are_not_speech(server: GeminiServer) -> None:
    """Neither over a playing turn nor after it; the speech that follows is the first that counts."""
    noise = sound(200) + bytes(32 * 500) + sound(900, level=300) + bytes(32 * 500)
    server.script(Turn("A question.", audio_ms=1000), *(Turn("Next.", audio_ms=40) for _ in range(5)))
    async with connected(server) as caller:
        await caller.begin()
        await caller.until(lambda: len(caller.audio) > 3000)
        await caller.send(noise)
        await caller.until(lambda: caller.turns == 1)
        await caller.send(noise)
        await caller.say()
        await caller.until(lambda: caller.turns == 2)
    assert "interrupted" not in caller.order
    assert len(server.said) == 2


async def test_the_end_of_the_audio_stream_ends_speech(server: GeminiServer) -> None:
    """A muted microphone sends no quiet."""
    server.script(Turn("Hello.", audio_ms=40), Turn("Thank you.", audio_ms=40))
    async with connected(server) as caller:
        await caller.begin()
        await caller.until(lambda: caller.turns == 1)
        await caller.send(sound(400))
        await caller.session.send_realtime_input(audio_stream_end=True)
        await caller.until(lambda: caller.turns == 2)


async def test_a_client_may_find_speech_itself(server: GeminiServer) -> None:
    """With automatic detection disabled only activityStart and activityEnd count."""
    manual = types.RealtimeInputConfig(automatic_activity_detection=types.AutomaticActivityDetection(disabled=True))
    server.script(
        Turn("Hello.", audio_ms=40), Turn("Thank you.", hears="one two three", audio_ms=40), Turn("Too many.")
    )
    async with connected(server, realtime_input_config=manual) as caller:
        await caller.begin()
        await caller.until(lambda: caller.turns == 1)
        await caller.say()
        await caller.session.send_realtime_input(activity_start=types.ActivityStart())
        await caller.session.send_realtime_input(activity_end=types.ActivityEnd())
        await caller.until(lambda: caller.turns == 2)
    assert server.said == ["Hello.", "Thank you."]
    assert caller.heard == "one two three"


async def test_tool_responses_are_recorded(server: GeminiServer) -> None:
    server.script(Turn("Hello.", audio_ms=40, tools=(ToolCall("nobody_knows_this", {"index": "x"}),)))
    async with connected(server) as caller:
        await caller.begin()
        await caller.until(lambda: caller.calls)
        (call,) = caller.calls
        answer = types.FunctionResponse(id=call.id, name=call.name, response={"error": "unknown"})
        await caller.session.send_tool_response(function_responses=answer)
        await asyncio.to_thread(server.wait_for, lambda: server.tool_responses)
    assert server.tool_responses[0].name == "nobody_knows_this"
    assert server.tool_responses[0].response == {"error": "unknown"}


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Close(after_ms=120, code=1008), 1008),
        (Close(after_ms=120), 1011),
        (Abort(after_ms=120), 1006),
        (Close(), 1011),
        (Abort(), 1006),
    ],
)
async def test_a_connection_ends_in_the_middle_of_a_sentence_or_after_it(
    server: GeminiServer, fault: Fault, code: int
) -> None:
    """The client is told by an APIError with the close code."""
    server.script(Turn("One two three four five six.", audio_ms=400, then=fault))
    async with connected(server) as caller:
        await caller.begin()
        await caller.until(lambda: caller.error)
    assert caller.error is not None
    assert caller.error.code == code
    assert len(caller.audio) == (400 if fault.after_ms is None else 120) * 48
    assert caller.turns == (fault.after_ms is None)


async def test_go_away_gives_notice_and_then_the_connection_ends(server: GeminiServer) -> None:
    server.script(Turn("Hello.", audio_ms=80, then=GoAway(after_ms=40, time_left_ms=300)))
    async with connected(server) as caller:
        await caller.begin()
        await caller.until(lambda: caller.time_left)  # nothing is taken after the error: the notice came before it
        await caller.until(lambda: caller.error)
    assert caller.time_left == "0.3s"
    assert caller.error is not None
    assert caller.error.code == 1001


async def test_a_handle_resumes_the_talk_on_another_connection(server: GeminiServer) -> None:
    """The rest of the script follows; nothing is said twice."""
    server.script(
        Turn("Hello. One?", audio_ms=40, then=Abort()), Turn("Two?", audio_ms=40), Turn("Goodbye.", audio_ms=40)
    )
    async with connected(server) as first:
        await first.begin()
        await first.until(lambda: first.error)
    async with connected(server, first.handles[-1]) as second:
        await second.say()
        await second.until(lambda: second.turns == 1)
    async with connected(server, second.handles[0]) as third:
        await third.begin("Go on, please.")
        await third.until(lambda: third.turns == 1)
    assert [row.said for row in server.connections] == [["Hello. One?"], ["Two?"], ["Goodbye."]]
    assert [row.continued_by for row in server.connections] == [None, "handle", "handle"]
    assert len(server.conversations) == 1
    assert not any(row.overlaps for row in server.connections)


async def test_a_handle_can_be_refused_and_the_stored_words_go_on(server: GeminiServer) -> None:
    """1007 for a handle that is not known or refused; a new session with the history is no new talk."""
    server.script(Turn("Hello. One?", audio_ms=40, then=(RefuseHandle(), Close())), Turn("Two?", audio_ms=40))
    async with connected(server) as first:
        await first.begin()
        await first.until(lambda: first.error)
    for handle in (first.handles[-1], "never-issued"):
        with pytest.raises(errors.APIError) as caught:
            async with connected(server, handle):
                pass
        assert caught.value.code == 1007
    asked = types.Content(role="model", parts=[types.Part(text="Hello. One?")])
    answered = types.Content(role="user", parts=[types.Part(text="Yes.")])
    async with connected(server) as second:
        await second.session.send_client_content(turns=[asked, answered], turn_complete=True)
        await second.until(lambda: second.turns == 1)
    assert server.said == ["Hello. One?", "Two?"]
    assert server.connections[-1].continued_by == "history"
    assert len(server.conversations) == 1


async def test_a_turn_can_be_one_during_which_nothing_can_be_resumed(server: GeminiServer) -> None:
    server.script(Turn("Hello.", audio_ms=80, resumable=False))
    async with connected(server) as caller:
        await caller.begin()
        await caller.until(lambda: len(caller.handles) == 2)
    kept = [name for name in caller.order if name in {"handle", "not resumable", "model_turn"}]
    assert kept == ["handle", "not resumable", "model_turn", "model_turn", "handle"]


async def test_odd_messages_do_not_end_the_connection(server: GeminiServer) -> None:
    """Not JSON, an unknown message and a cancellation: the client raises or not, and the turn goes on."""
    faults = (Garbage(after_ms=40), UnknownMessage(after_ms=80), CancelTools(after_ms=80))
    server.script(Turn("Hello.", audio_ms=160, tools=(ToolCall("mark_question"),), then=faults))
    async with connected(server) as caller:
        await caller.begin()
        await caller.until(lambda: caller.turns == 1)
    assert len(caller.odd) == 2
    assert caller.cancelled == [call.id for call in caller.calls]
    assert len(caller.audio) == 160 * 48


async def test_a_silent_turn_is_never_said_and_a_nudge_brings_the_next(server: GeminiServer) -> None:
    server.script(Turn("Never heard.", then=Silence()), Turn("Here I am.", audio_ms=40))
    async with connected(server) as caller:
        await caller.begin()
        await asyncio.to_thread(server.wait_for, lambda: server.said)
        await caller.begin("Are you there?")
        await caller.until(lambda: caller.turns == 1)
    assert caller.spoken == "Here I am."


async def test_a_test_can_make_a_fault_happen_at_any_moment(server: GeminiServer) -> None:
    async with connected(server) as caller:
        await asyncio.to_thread(server.cause, Close(code=1011, reason="now"))
        await caller.until(lambda: caller.error)
    assert server.connections[0].close_code == 1011


@pytest.mark.parametrize("code", [503, 1011])
async def test_the_next_connections_can_be_refused(server: GeminiServer, code: int) -> None:
    """With an HTTP status at the handshake, or a close code after it."""
    server.script(Turn("Hello.", audio_ms=40, then=(RefuseConnects(2, code), Abort())))
    async with connected(server) as caller:
        await caller.begin()
        await caller.until(lambda: caller.error)
    for _ in range(2):
        with pytest.raises(InvalidStatus if code < 1000 else errors.APIError):
            async with connected(server, caller.handles[-1]):
                pass
    async with connected(server, caller.handles[-1]):
        assert server.refused == 2


async def test_a_wrong_key_is_refused() -> None:
    """By a close with 1008, or with 403 at the handshake."""
    with gemini_server() as server, pytest.raises(errors.APIError) as closed:
        async with connected(server, key="another"):
            pass
    assert closed.value.code == 1008
    with gemini_server(wrong_key=403) as server, pytest.raises(InvalidStatus) as refused:
        async with connected(server, key="another"):
            pass
    assert refused.value.response.status_code == 403


def tool(**fields: Any) -> list[types.Tool]:
    return [types.Tool(function_declarations=[types.FunctionDeclaration(**{"name": "mark", **fields})])]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"model": "palm-2"}, "model"),
        ({"response_modalities": ["TEXT"]}, "responseModalities"),
        ({"system_instruction": None}, "systemInstruction"),
        ({"system_instruction": " "}, "systemInstruction"),
        ({"input_audio_transcription": None}, "inputAudioTranscription"),
        ({"output_audio_transcription": None}, "outputAudioTranscription"),
        ({"session_resumption": None}, "sessionResumption"),
        ({"context_window_compression": None}, "contextWindowCompression"),
        ({"proactivity": types.ProactivityConfig(proactive_audio=False)}, "proactive_audio"),
        ({"thinking_config": types.ThinkingConfig(thinking_budget=1)}, "thinkingConfig"),
        (
            {
                "realtime_input_config": types.RealtimeInputConfig(
                    automatic_activity_detection=types.AutomaticActivityDetection(silence_duration_ms=-1)
                )
            },
            "realtimeInputConfig",
        ),
        ({"tools": tool(parameters_json_schema={"type": "object"})}, "tools"),
        ({"tools": tool(description="Marks.")}, "tools"),
        ({"tools": tool(description="Marks.", parameters_json_schema={"type": "string"})}, "tools"),
        ({"tools": [types.Tool(google_search=types.GoogleSearch())]}, "tools"),
    ],
)
async def test_a_setup_that_lacks_something_is_refused(
    server: GeminiServer, changes: dict[str, Any], field: str
) -> None:
    """1007, and the reason names the field."""
    with pytest.raises(errors.APIError) as caught:
        async with connected(server, **changes):
            pass
    assert caught.value.code == 1007
    assert field in str(caught.value) or "palm-2" in str(caught.value)
    assert not server.setups


@pytest.mark.parametrize(
    ("mime_type", "data"), [("audio/pcm;rate=24000", b"ab"), ("audio/pcm", b"ab"), ("audio/pcm;rate=16000", b"abc")]
)
async def test_audio_of_another_kind_is_refused(server: GeminiServer, mime_type: str, data: bytes) -> None:
    """Only 16 kHz, and whole samples."""
    async with connected(server) as caller:
        await caller.session.send_realtime_input(audio=types.Blob(data=data, mime_type=mime_type))
        await caller.until(lambda: caller.error)
    assert caller.error is not None
    assert caller.error.code == 1007
    assert server.audio_bytes == 0


def has_turns(caller: Caller, expected: int) -> bool:
    return caller.turns == expected


async def test_talks_at_the_same_time_keep_to_their_own_scripts(server: GeminiServer) -> None:
    server.script(Turn("First.", audio_ms=40), Turn("First again.", audio_ms=40))
    server.script(Turn("Second.", audio_ms=40), Turn("Second again.", audio_ms=40))
    async with connected(server) as one, connected(server) as two:
        for caller in (one, two, one, two):
            expected = caller.turns + 1
            await caller.begin()
            await caller.until(partial(has_turns, caller, expected))
    assert one.spoken == "First.First again."
    assert two.spoken == "Second.Second again."


async def test_what_counts_as_speech_and_how_long_turns_are_can_be_set() -> None:
    with gemini_server(hearing=Hearing(speech_ms=50, quiet_ms=60), pace=Pace(ms_per_word=20, speed=20)) as server:
        async with connected(server) as caller:
            await caller.begin()
            await caller.until(lambda: caller.turns == 1)
            assert len(caller.audio) == len(caller.spoken.split()) * 20 * 48
            await caller.say(speech_ms=60, quiet_ms=60)
            await caller.until(lambda: caller.turns == 2)


async def test_the_environment_alone_is_enough(server: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Key, address and certificate from the three variables, for text and live."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    with genai.Client(http_options=types.HttpOptions(api_version="v1beta")) as client:
        assert client.models.generate_content(model=TEXT_MODEL, contents="Hello").text
        async with client.aio.live.connect(model=LIVE_MODEL, config=live_config()):
            pass
    assert server.setups[0].model == f"models/{LIVE_MODEL}"
    assert server.setups[0].instruction.startswith("Interview the candidate.")
