"""`/ws/live` over real sockets: who gets in, what is taken, what comes back, and how it ends."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from bounded import bounded
from gemini_script import Turn, default_script
from gemini_server import GeminiServer, gemini_server
from http_server import World, running_app, scripted_world, serving
from scripted import ScriptedEngine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from interview.access import SYSTEM
from interview.api import down, socket, up
from interview.api.down import SocketLine, TooSlow
from interview.api.socket import live_socket
from interview.live.line import MESSAGE_BYTES, ErrorMessage, InterruptedMessage, TurnCompleteMessage

SECONDS = 60
"""The longest wait for anything."""
SPEECH = (b"\0\x20" * 8 + b"\0\xe0" * 8) * 20
"""20 ms of a loud tone: 16 kHz mono s16le."""


@dataclass
class Caller:
    """A client that reads as it is told to. `events`: all JSON so far; `sound`: bytes of voice so far."""

    socket: ClientConnection
    events: list[dict[str, Any]] = field(default_factory=list)
    sound: int = 0

    def start(self, interview_id: str, token: str, **more: Any) -> dict[str, Any]:
        """Begins, and waits for the session."""
        self.tell("start", interview_id=interview_id, token=token, **more)
        return self.until("session")

    def tell(self, kind: str, **fields: Any) -> None:
        self.socket.send(json.dumps({"type": kind, **fields}))

    def speak(self, ms: int = 400) -> None:
        """So much speech and a second of quiet, faster than it would be spoken."""
        for _ in range(ms // 20):
            self.socket.send(SPEECH)
        for _ in range(50):
            self.socket.send(bytes(MESSAGE_BYTES))

    def read(self) -> dict[str, Any] | None:
        """The next message; None for sound. Raises ConnectionClosed at the end, TimeoutError when nothing comes."""
        message = self.socket.recv(timeout=SECONDS)
        if isinstance(message, bytes):
            self.sound += len(message)
            return None
        self.events.append(json.loads(message))
        return self.events[-1]

    def until(self, kind: str, holds: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The next message of this type for which this holds."""
        while True:
            message = self.read()
            if message and message["type"] == kind and holds(message):
                return message

    def closing(self) -> int:
        """Reads to the end; the code of the close."""
        with suppress(ConnectionClosed):
            while True:
                self.read()
        received = self.socket.protocol.close_rcvd
        assert received is not None, "the connection was torn"
        return received.code

    def errors(self) -> list[str]:
        return [row["code"] for row in self.events if row["type"] == "error"]


@contextmanager
def calling(url: str, **how: Any) -> Iterator[Caller]:
    with connect(f"ws{url.removeprefix('http')}/ws/live", open_timeout=SECONDS, **how) as client:
        yield Caller(client)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Without a voice: nobody gets as far as that."""
    with scripted_world(tmp_path) as opened:
        yield opened


@dataclass
class Live:
    """An API whose voice is the local Gemini."""

    world: World
    gemini: GeminiServer

    def invited(self) -> tuple[str, str]:
        """A new interview's id, and a token of an invitation to it."""
        interview_id = self.world.interview()["interview_id"]
        return interview_id, self.world.invitation(interview_id, mode="live")["token"]

    @contextmanager
    def calling(self) -> Iterator[tuple[Caller, str]]:
        """A caller whose talk has begun, and the session's id."""
        interview_id, token = self.invited()
        with calling(self.world.url) as caller:
            yield caller, caller.start(interview_id, token)["session_id"]

    def transcript(self, session_id: str) -> list[tuple[str, str]]:
        with self.world.client() as rest:
            told = rest.get(f"/interview-sessions/{session_id}").raise_for_status().json()
        return [(line["role"], line["text"]) for line in told["transcript"]]


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    with gemini_server() as gemini:
        monkeypatch.setenv("SSL_CERT_FILE", str(gemini.certificate))
        settings = {"gemini_api_key": gemini.key, "google_gemini_base_url": gemini.url}
        with scripted_world(tmp_path, ScriptedEngine(probes=0), **settings) as opened:
            yield Live(opened, gemini)


# --- who gets in ---


def test_an_unknown_token_is_told_so_and_closed(world: World) -> None:
    with calling(world.url) as caller:
        caller.tell("start", interview_id="any", token="nobody")
        assert (caller.closing(), caller.errors()) == (1008, ["unauthorized"])


def test_an_invitation_opens_no_other_interview(live: Live) -> None:
    _, token = live.invited()
    other = live.world.interview(resume_text="Somebody else with five years of engineering at Example Ltd.")
    with calling(live.world.url) as caller:
        caller.tell("start", interview_id=other["interview_id"], token=token)
        assert (caller.closing(), caller.errors()) == (1008, ["interview_not_found"])


def test_without_a_voice_the_caller_is_told_to_write(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interview.speech.weights.missing", lambda: ("Speech recognition is not installed.",))
    made = world.interview()
    with calling(world.url) as caller:
        caller.tell("start", interview_id=made["interview_id"], token=world.key("program"))
        assert (caller.closing(), caller.errors()) == (1008, ["voice_unavailable"])


def test_a_caller_who_says_nothing_is_closed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "START_SECONDS", 0.2)
    with calling(world.url) as caller:
        assert (caller.closing(), caller.errors()) == (1008, ["request_timeout"])


def test_of_too_many_callers_who_say_nothing_the_last_are_sent_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "MOST_WAITING", 1)
    with calling(world.url) as first:
        with calling(world.url) as second:
            assert second.closing() == 1013
        first.tell("start", interview_id="any", token="nobody")
        assert first.closing() == 1008
    with calling(world.url) as third:
        third.tell("start", interview_id="any", token="nobody")
        assert third.closing() == 1008


@pytest.mark.parametrize(
    ("message", "code", "close"),
    [
        ('{"type": "ping"}', "invalid_payload", 1008),
        ('{"type": "start", "token": "x"}', "invalid_payload", 1008),
        ('{"type": "start", "interview_id": "x", "token": ["SECRET"]}', "invalid_payload", 1008),
        ('{"type": "SECRET"}', "invalid_payload", 1008),
        ('["SECRET"]', "invalid_payload", 1008),
        ("no JSON: SECRET", "invalid_payload", 1008),
        (b"\0\0SECRET", "invalid_payload", 1008),
        ("SECRET" * 100_000, "payload_too_large", 1009),
    ],
)
def test_what_is_no_start_is_refused(world: World, message: str | bytes, code: str, close: int) -> None:
    """With a code and a sentence that repeats nothing of it."""
    with calling(world.url) as caller:
        caller.socket.send(message)
        assert (caller.closing(), caller.errors()) == (close, [code])
        assert "SECRET" not in str(caller.events)


def test_pages_of_other_sites_are_kept_out_of_the_real_app(tmp_path: Path) -> None:
    """403 before anything is read; programs, which send no Origin, and pages of the app's own get in."""
    with running_app(tmp_path) as app:
        for foreign in ("https://example.org", "null", f"{app.url}1"):
            with pytest.raises(InvalidStatus) as refused, calling(app.url, origin=foreign):
                pass
            assert refused.value.response.status_code == 403
        for own in (None, app.url):
            with calling(app.url, origin=own) as caller:
                caller.tell("start", interview_id="any", token="nobody")
                assert (caller.closing(), caller.errors()) == (1008, ["unauthorized"])
        assert "nobody" not in app.output


# --- a talk ---


def test_a_talk_has_sound_and_messages_both_ways(live: Live) -> None:
    """Voice, words, statuses and the end, for an interview of three questions; all of the words are kept."""
    with live.calling() as (caller, session_id):
        assert caller.events[0] == {"type": "session", "session_id": session_id, "mode": "gemini"}
        caller.until("turn_complete")
        for _ in range(3):
            caller.speak()
            caller.until("turn_complete")
        ended = caller.until("ended")
        assert (ended["reason"], caller.closing()) == ("finished", 1000)
    kinds = {row["type"] for row in caller.events}
    assert {"session", "status", "transcript", "question_status", "turn_complete", "ended"} <= kinds
    assert caller.sound > 24_000
    told = {row["sequence"]: (row["role"], row["text"]) for row in caller.events if row["type"] == "transcript"}
    kept = live.transcript(session_id)
    assert [told[number] for number in sorted(told)] == kept
    assert [text for role, text in kept if role == "interviewer"] == live.gemini.said
    with live.world.client() as rest:
        assert rest.get(f"/interview-sessions/{session_id}").json()["status"] == "complete"


def test_without_a_session_id_the_open_session_is_spoken(live: Live) -> None:
    interview_id, token = live.invited()
    opened = live.world.service.spoken.open(SYSTEM, interview_id)
    with calling(live.world.url) as caller:
        assert caller.start(interview_id, token)["session_id"] == opened.session_id


def test_a_session_of_another_interview_is_unknown(live: Live) -> None:
    interview_id, _ = live.invited()
    other = live.world.interview(resume_text="Somebody else with five years of engineering at Example Ltd.")
    key = live.world.key("program")
    opened = live.world.service.spoken.open(SYSTEM, interview_id)
    with calling(live.world.url) as caller:
        caller.tell("start", interview_id=other["interview_id"], session_id=opened.session_id, token=key)
        assert (caller.closing(), caller.errors()) == (1008, ["session_unknown"])


def test_a_caller_for_whom_there_is_no_place_is_told_to_come_again(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """1013, which says so, with the sentence before it; the session waits for the place that is free next."""
    monkeypatch.setattr("interview.live.rooms.MOST_TALKS", 1)
    interview_id, token = live.invited()
    with live.calling() as (first, session_id):
        with calling(live.world.url) as second:
            second.tell("start", interview_id=interview_id, token=token)
            assert (second.closing(), second.errors()) == (1013, ["voice_busy"])
            assert len(second.events) == 1
            assert "in writing" in second.events[0]["message"]
        first.tell("stop")
        first.closing()
    waited = live.world.service.spoken.open(SYSTEM, interview_id).session_id
    with bounded(SECONDS):
        while live.world.service.live.running(session_id):
            threading.Event().wait(0.01)
    with calling(live.world.url) as third:
        assert third.start(interview_id, token)["session_id"] == waited


def test_sound_in_any_pieces_arrives_whole(live: Live) -> None:
    """Odd lengths, single bytes and base64 in JSON: what comes out is what went in, in order."""
    sound = bytes(number * 7 % 5 for number in range(64_000))
    sizes = (1, 639, 641, 3, 3_333, 1_280, 7, 20_000)
    with live.calling() as (caller, _):
        caller.until("turn_complete")
        before = live.gemini.audio_bytes
        at = turn = 0
        while at < len(sound):
            piece = sound[at : at + sizes[turn % len(sizes)]]
            if turn % 3 == 2:
                caller.tell("audio", data=base64.b64encode(piece).decode())
            else:
                caller.socket.send(piece)
            at, turn = at + len(piece), turn + 1
        live.gemini.wait_for(lambda: live.gemini.audio_bytes - before >= len(sound), SECONDS)
        assert bytes(live.gemini.connections[0].audio[before : before + len(sound)]) == sound


@pytest.mark.parametrize(
    "wrong",
    [
        '{"type": "dance"}', "no JSON", '{"type": "mark", "index": -1, "status": "started"}',
        '{"type": "mark", "index": 0, "status": "loved"}', '{"type": "text", "text": ""}',
        '{"type": "audio", "data": "%%%"}', '{"type": "start", "interview_id": "x", "token": "x"}',
    ],
)  # fmt: skip
def test_a_message_that_cannot_be_taken_is_told_and_the_talk_goes_on(live: Live, wrong: str) -> None:
    with live.calling() as (caller, _):
        caller.socket.send(wrong)
        caller.until("error", lambda row: row["code"] == "invalid_payload")
        caller.tell("ping")
        assert caller.until("pong") == {"type": "pong"}


def test_a_flood_is_dropped_and_then_closed(live: Live) -> None:
    """A caller who sends on without end gets a code and a sentence; a second of sound at once is no flood."""
    with live.calling() as (caller, _):
        for _ in range(50):
            caller.socket.send(bytes(MESSAGE_BYTES))
        caller.tell("ping")
        caller.until("pong")
        with suppress(ConnectionClosed):
            for _ in range(50_000):
                caller.tell("mute")
        assert (caller.closing(), caller.errors()) == (1008, ["too_many_messages"])


def test_typed_words_are_an_answer(live: Live) -> None:
    with live.calling() as (caller, session_id):
        caller.until("turn_complete")
        caller.tell("text", text="I traced the fault to the cache.")
        caller.until("turn_complete")
        caller.tell("stop")
        caller.until("ended")
    assert ("candidate", "I traced the fault to the cache.") in live.transcript(session_id)


def test_a_caller_cuts_the_interviewer_off(live: Live) -> None:
    """`barge_in` brings `interrupted`, with no sound of that sentence afterwards."""
    live.gemini.script(Turn("Hello there, I have a very long sentence to say to you now.", audio_ms=20_000))
    with live.calling() as (caller, _):
        while caller.sound < 4_800:
            caller.read()
        caller.tell("barge_in")
        caller.until("interrupted")
        before = caller.sound
        caller.tell("ping")
        caller.until("pong")
        assert caller.sound == before


def test_a_caller_marks_and_skips_questions(live: Live) -> None:
    with live.calling() as (caller, _):
        caller.until("turn_complete")
        caller.tell("skip", index=1)
        told = caller.until("question_status", lambda row: row["index"] == 1)
        assert told["status"] == "skipped"
        assert told["question_statuses"][1]["status"] == "skipped"


def test_a_caller_asks_for_a_moment_and_mutes(live: Live) -> None:
    with live.calling() as (caller, _):
        caller.until("turn_complete")
        caller.tell("think")
        caller.until("status", lambda row: row["state"] == "thinking")
        caller.tell("think", on=False)
        caller.tell("mute")
        caller.until("status", lambda row: row["state"] == "muted")
        caller.tell("unmute")
        caller.until("status", lambda row: row["state"] == "listening")


def test_a_caller_goes_on_in_writing(live: Live) -> None:
    with live.calling() as (caller, session_id):
        caller.until("turn_complete")
        caller.tell("to_text")
        assert (caller.until("ended")["reason"], caller.closing()) == ("to_text", 1000)
    with live.world.client() as rest:
        assert rest.get(f"/interview-sessions/{session_id}").json()["mode"] == "text"


def test_a_voice_that_never_comes_up_is_told_and_stored_once(live: Live) -> None:
    """The caller can write on in the same session."""
    live.gemini.refuse_connections(1_000, 403)
    with live.calling() as (caller, session_id):
        assert (caller.closing(), caller.errors()) == (1011, ["voice_unavailable"])
        assert caller.events[-1]["reason"] == "voice_failed"
    with live.world.client() as rest:
        told = rest.get(f"/interview-sessions/{session_id}").raise_for_status().json()
    failures = [event["payload"] for event in told["events"] if event["eventType"] == "voice_failed"]
    assert failures == [{"code": "key_refused"}]
    assert told["status"] == "active"


def test_a_second_connection_takes_the_talk_over(live: Live) -> None:
    """The first is told so and closed; nothing that was said is lost."""
    interview_id, token = live.invited()
    with calling(live.world.url) as first, calling(live.world.url) as second:
        session_id = first.start(interview_id, token)["session_id"]
        first.until("turn_complete")
        second.start(interview_id, token, session_id=session_id, resume=True)
        assert first.until("ended")["reason"] == "taken_over"
        assert (first.closing(), first.errors()) == (1000, ["taken_over"])
        second.tell("ping")
        second.until("pong")
    assert ("interviewer", live.gemini.said[0]) in live.transcript(session_id)


def test_a_caller_who_is_gone_comes_back_to_the_same_words(live: Live) -> None:
    """The connection is torn without a word in the middle of a talk; the next one finds everything."""
    interview_id, token = live.invited()
    with calling(live.world.url) as caller:
        session_id = caller.start(interview_id, token)["session_id"]
        caller.until("turn_complete")
        caller.speak()
        caller.until("turn_complete")
        caller.socket.socket.close()
    with calling(live.world.url) as again:
        again.start(interview_id, token, session_id=session_id, resume=True)
        live.gemini.wait_for(lambda: len(live.gemini.setups) == 2, SECONDS)
    kept = [text for _, text in live.transcript(session_id)]
    assert set(live.gemini.connections[0].said) <= set(kept)
    assert kept[1] == default_script(["x", "y"])[1].hears


def test_talks_that_are_over_leave_nothing_behind(live: Live) -> None:
    """No task on the server's loop, no running talk: refused, torn, or closed by the caller."""

    async def tasks(_: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(asyncio.all_tasks())))

    service = live.world.service
    app = Starlette(routes=[live_socket(service), Route("/tasks", tasks)])
    with serving(app, force_exit=True) as url, httpx.Client(timeout=SECONDS) as client, bounded(SECONDS):
        before = int(client.get(f"{url}/tasks").text)
        interview_id, token = live.invited()
        for number in range(9):
            with calling(url) as caller:
                if number % 3 == 0:
                    caller.tell("start", interview_id=interview_id, token="nobody")
                    assert caller.closing() == 1008
                    continue
                session_id = caller.start(interview_id, token)["session_id"]
                if number % 3 == 1:
                    caller.socket.socket.close()
        while service.live.running(session_id) or int(client.get(f"{url}/tasks").text) > before:
            pass


# --- what nobody reads ---


def test_the_interviewers_line_keeps_order_and_drops_only_sound() -> None:
    """A flush takes the sound out and leaves the messages; sound of before it is not taken any more."""

    async def scene() -> list[bytes | str | int]:
        line = SocketLine(asyncio.get_running_loop())
        line.play(b"old", 0)
        line.tell(TurnCompleteMessage())
        generation = line.flush()
        line.tell(InterruptedMessage())
        line.play(b"late", generation - 1)
        line.play(b"new", generation)
        line.end(1000)
        return [await line._next() for _ in range(4)]

    assert asyncio.run(scene()) == ['{"type":"turn_complete"}', '{"type":"interrupted"}', b"new", 1000]


def test_a_client_that_does_not_read_loses_sound_first_and_then_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(down, "SEND_SECONDS", 0.5)
    monkeypatch.setattr(down, "SOUND_BYTES", 64 * 1024 * 1024)
    lines: list[SocketLine] = []
    over, failed, sound = threading.Event(), [], random.randbytes(64 * 1024)

    async def serve(websocket: WebSocket) -> None:
        await websocket.accept()
        line = SocketLine(asyncio.get_running_loop())
        lines.append(line)
        for _ in range(1_200):
            line.play(sound, 0)
        line.tell(ErrorMessage(code="x", message="x"))
        try:
            await line.deliver(websocket)
        except TooSlow as error:
            failed.append(error)
        over.set()

    with serving(Starlette(routes=[WebSocketRoute("/ws/live", serve)]), force_exit=True) as url, calling(url):
        assert over.wait(SECONDS)
    assert failed
    assert lines[0].dropped == 1_200 - 1_024


def test_more_messages_than_there_is_room_for_end_the_connection() -> None:
    async def scene() -> None:
        line = SocketLine(asyncio.get_running_loop())
        for _ in range(down.MESSAGES + 1):
            line.tell(TurnCompleteMessage())
        await line._next()

    with pytest.raises(TooSlow):
        asyncio.run(scene())


def test_sound_is_cut_into_twenty_milliseconds() -> None:
    framing = up.Framing()
    assert [len(piece) for piece in framing.cut(bytes(1_281))] == [640, 640]
    assert [len(piece) for piece in framing.cut(bytes(638))] == []
    assert [len(piece) for piece in framing.cut(bytes(1))] == [640]
