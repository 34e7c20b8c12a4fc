"""Whole calls, through the real streamlit-webrtc worker and a real aiortc client: heard, noticed when gone, freed."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay, RelayStreamTrack
from bounded import bounded
from conftest import ROOT
from peers import LOCAL, SECONDS, WORKER, LoopThread, Talker, connected, heard, loop_thread, loudness, mono, tone
from streamlit_webrtc import AudioSinkTrack, WebRtcStreamerContext, WebRtcStreamerState, WebRtcWorker

from pages.components.webrtc import call as call_module
from pages.components.webrtc import hooks
from pages.components.webrtc.call import Call
from pages.components.webrtc.playback import Playback
from pages.components.webrtc.source import SourceTrack

pytestmark = pytest.mark.slow

hooks.install()

SILENT = 3.0
"""Seconds after which somebody counts as gone: more than a busy machine leaves between two frames of 20 ms."""


class Ear:
    """A microphone whose messages can be waited for."""

    def __init__(self) -> None:
        self.messages: SimpleQueue[bytes] = SimpleQueue()

    def hear(self, pcm: bytes) -> None:
        self.messages.put(pcm)

    def wait_for_sound(self) -> None:
        while loudness(self.messages.get(timeout=SECONDS)) < 500:
            pass


class Gone:
    """Counts how often the line says that the candidate is gone."""

    def __init__(self) -> None:
        self.times = 0
        self._told = threading.Event()

    def __call__(self) -> None:
        self.times += 1
        self._told.set()

    def wait(self) -> None:
        assert self._told.wait(SECONDS)
        self._told.clear()


@dataclass
class Server:
    """The server's loop and relay, as Streamlit has one of each, and the clients' end of the calls."""

    thread: LoopThread
    relay: MediaRelay
    workers: list[WebRtcWorker[Any, Any]] = field(default_factory=list)

    def dial(self, line: Call, talker: Talker | None = None) -> Browser:
        """Start is pressed: the offer, the worker that `webrtc_streamer` would make of it, the answer."""
        browser = self.thread.run(self._browser(talker or Talker()))
        worker: WebRtcWorker[Any, Any] = WebRtcWorker(**WORKER, **self._of(line))
        context = WebRtcStreamerContext(worker, WebRtcStreamerState(playing=True, signalling=False))
        line.belongs_to(context)
        offer = browser.peer.localDescription
        answer = worker.process_offer(offer.sdp, offer.type, timeout=SECONDS)
        self.thread.run(self._answered(browser.peer, answer))
        self.workers.append(worker)
        return Browser(browser.peer, worker, context, self.thread)

    def _of(self, line: Call) -> dict[str, Any]:
        return {
            "player_factory": line.connect,
            "sink_audio_track": AudioSinkTrack(line.uplink.on_frame),
            "loop": self.thread.loop,
            "relay": self.relay,
        }

    @staticmethod
    async def _browser(talker: Talker) -> _Peer:
        peer = RTCPeerConnection(LOCAL)
        peer.addTrack(talker)
        await peer.setLocalDescription(await peer.createOffer())
        return _Peer(peer)

    @staticmethod
    async def _answered(peer: RTCPeerConnection, answer: RTCSessionDescription) -> None:
        await peer.setRemoteDescription(answer)
        await connected(peer)

    def settled(self, tasks: int) -> None:
        """Wait until no more tasks than these are left on the loop, and nothing on the relay."""
        until = time.monotonic() + SECONDS
        while (left := self.thread.run(self._left())) > tasks or self.relay._MediaRelay__tasks:
            assert time.monotonic() < until, f"{left} tasks on the loop, {self.relay._MediaRelay__tasks} on the relay"
            time.sleep(0.05)

    @staticmethod
    async def _left() -> int:
        return len(asyncio.all_tasks()) - 1


@dataclass
class _Peer:
    peer: RTCPeerConnection


@dataclass
class Browser:
    """The candidate's end of one connection."""

    peer: RTCPeerConnection
    worker: WebRtcWorker[Any, Any]
    context: WebRtcStreamerContext[Any, Any]
    thread: LoopThread

    def hear_sound(self) -> None:
        async def until_loud() -> None:
            track = self.peer.getReceivers()[0].track
            while loudness(mono(await heard(track, 1))) < 500:
                pass

        self.thread.run(until_loud())

    def close(self) -> None:
        self.thread.run(self.peer.close())


@pytest.fixture
def server() -> Iterator[Server]:
    with bounded(300), loop_thread() as thread:
        asyncio.set_event_loop(thread.loop)  # streamlit-webrtc looks for one; asyncio would make one and leave it open
        yield Server(thread, MediaRelay())
        asyncio.set_event_loop(None)


@contextmanager
def dialled(server: Server) -> Iterator[tuple[Call, Browser, Ear, Gone]]:
    gone, ear = Gone(), Ear()
    line = Call("voice", gone)
    line.attach(ear)
    browser = server.dial(line)
    try:
        yield line, browser, ear, gone
    finally:
        line.close()
        browser.close()
        server.settled(0)


def test_a_call_carries_sound_both_ways_and_says_how_it_is(server: Server) -> None:
    with dialled(server) as (line, browser, ear, gone):
        line.speaker.play(tone(1_000, 24_000), 0)
        ear.wait_for_sound()
        browser.hear_sound()
        state = line.state()
        assert state.playing
        assert state.connected_once
        assert state.level_dbfs is not None
        assert state.level_dbfs > -40
        assert state.silent_seconds < call_module.SILENT_SECONDS
        assert state.heard_ms > 0
        assert state.played.played_ms > 0
        assert gone.times == 0


def test_before_its_first_connection_a_call_does_not_play() -> None:
    state = Call("voice", Gone()).state()
    assert (state.playing, state.connected_once, state.level_dbfs, state.silent_seconds) == (False, False, None, 0.0)


def test_frames_that_stop_are_noticed_once_and_again_after_they_came_back(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A closed tab says nothing: the frames just stop, while the connection seems to stand."""
    monkeypatch.setattr(call_module, "SILENT_SECONDS", SILENT)
    gone, ear, talker = Gone(), Ear(), Talker(frames=10)
    line = Call("voice", gone)
    line.attach(ear)
    browser = server.dial(line, talker)
    gone.wait()
    assert line.state().playing
    assert line.state().silent_seconds >= SILENT
    line.speaker.play(tone(500, 24_000), 0)
    browser.hear_sound()
    assert gone.times == 1, "packets go on, and it is told only once"
    talker.talk_on(10)
    gone.wait()
    assert gone.times == 2
    line.close()
    browser.close()
    server.settled(0)


@pytest.mark.parametrize("how", ["the browser hangs up", "stop is pressed"])
def test_the_end_of_a_connection_is_told(server: Server, how: str) -> None:
    with dialled(server) as (line, browser, _, gone):
        line.speaker.play(tone(100, 24_000), 0)
        browser.hear_sound()
        browser.close() if how == "the browser hangs up" else browser.worker.stop()
        gone.wait()
        assert not line.state().playing
        assert line.state().connected_once


def test_a_call_goes_on_over_a_new_connection(server: Server) -> None:
    """Stop and Start: the same speaker and microphone, another connection."""
    with dialled(server) as (line, browser, ear, gone):
        ear.wait_for_sound()
        line.speaker.play(tone(100, 24_000), 0)
        browser.hear_sound()
        browser.worker.stop()
        gone.wait()
        again = server.dial(line)
        line.speaker.play(tone(1_000, 24_000), 0)
        ear.wait_for_sound()
        again.hear_sound()
        assert line.state().playing
        again.close()


def test_a_closed_call_is_silent_and_tells_nobody(server: Server) -> None:
    with dialled(server) as (line, _, ear, gone):
        ear.wait_for_sound()
        line.close()
        assert not line.state().playing
    assert gone.times == 0


def test_a_listener_that_fails_does_not_end_the_connection(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And the log has a number, not the failure's words."""
    monkeypatch.setattr(call_module, "SILENT_SECONDS", 0.2)
    told = threading.Event()

    def fail() -> None:
        told.set()
        raise ValueError("words of a candidate")

    line = Call("voice", fail)
    browser = server.dial(line, Talker(frames=5))
    assert told.wait(SECONDS)
    line.speaker.play(tone(500, 24_000), 0)
    browser.hear_sound()
    assert "line_listener_failed" in caplog.text
    assert "words of a candidate" not in caplog.text
    line.close()
    browser.close()
    server.settled(0)


def _left(*kinds: type) -> tuple[int, int]:
    """Objects of these kinds, and threads; an executor keeps its threads, however little it has to do."""
    gc.collect()
    threads = [thread for thread in threading.enumerate() if not thread.name.startswith("asyncio_")]
    return sum(isinstance(thing, kinds) for thing in gc.get_objects()), len(threads)


def _resident_kb() -> int:
    """What is in use: what the allocator only keeps is given back first."""
    ctypes.CDLL(None).malloc_trim(0)
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


_ENDS = (
    lambda line, browser: browser.close(),
    lambda line, browser: browser.worker.stop(),
    lambda line, browser: line.close(),
)


def _open_and_close(server: Server, number: int) -> None:
    line, ear = Call(f"call {number}", Gone()), Ear()
    line.attach(ear)
    browser = server.dial(line)
    line.speaker.play(tone(5_000, 24_000), 0)
    ear.wait_for_sound()
    browser.hear_sound()
    _ENDS[number % len(_ENDS)](line, browser)
    browser.close()


def test_fifty_calls_leave_nothing_behind(server: Server) -> None:
    """However they end: no task, no thread, no object of theirs, no memory that grows."""
    ours = (Call, Playback, SourceTrack, RelayStreamTrack, RTCPeerConnection, WebRtcWorker)
    for number in range(20):
        _open_and_close(server, number)
    server.settled(0)
    server.workers.clear()
    before, resident = _left(*ours), _resident_kb()
    for number in range(50):
        _open_and_close(server, number)
    server.settled(0)
    server.workers.clear()
    after = _left(*ours)
    assert after[0] <= before[0]
    assert after[1] <= before[1]
    assert _resident_kb() - resident < 50_000, "a megabyte a call"


def test_a_page_without_a_call_pays_nothing_for_calls() -> None:
    """The media libraries take a second to import: only the first call does."""
    code = (
        "import sys, pages.components.webrtc.call\n"
        "print([name for name in ('aiortc', 'av', 'streamlit_webrtc') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
