"""Real aiortc peers in this process, and what they send and hear: for the tests of the media path."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rtp import is_rtcp
from av import AudioFrame
from streamlit_webrtc import WebRtcMode

T = TypeVar("T")
LOCAL = RTCConfiguration(iceServers=[])
SECONDS = 60
"""The longest wait for anything in these tests."""

WORKER: dict[str, Any] = {
    "mode": WebRtcMode.SENDRECV,
    "rtc_configuration": LOCAL,
    "source_video_track": None,
    "source_audio_track": None,
    "sink_video_track": None,
    "in_recorder_factory": None,
    "out_recorder_factory": None,
    "video_frame_callback": None,
    "audio_frame_callback": None,
    "queued_video_frames_callback": None,
    "queued_audio_frames_callback": None,
    "on_video_ended": None,
    "on_audio_ended": None,
    "video_processor_factory": None,
    "audio_processor_factory": None,
    "async_processing": False,
    "video_receiver_size": 1,
    "audio_receiver_size": 1,
    "sendback_video": False,
    "sendback_audio": True,
}
"""What `webrtc_streamer` gives its worker for a call of sound alone; source, sink, loop and relay come besides."""


def tone(milliseconds: int, rate: int, hertz: float = 440, level: int = 8000) -> bytes:
    """A sine, mono s16le."""
    moments = np.arange(rate * milliseconds // 1000) / rate
    return bytes((np.sin(2 * np.pi * hertz * moments) * level).astype(np.int16).tobytes())


def loudness(pcm: bytes) -> float:
    """RMS of s16le."""
    samples = np.frombuffer(pcm, np.int16).astype(float)
    return float(np.sqrt((samples**2).mean())) if len(samples) else 0.0


def share_of(hertz: float, pcm: bytes, rate: int) -> float:
    """How much of the sound's energy lies within 10 Hz of this tone: 1 for the tone alone."""
    samples = np.frombuffer(pcm, np.int16).astype(float)
    energies = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / rate)
    return float(energies[abs(frequencies - hertz) < 10].sum() / energies.sum())


class Talker(MediaStreamTrack):
    """A peer's microphone: a tone in frames of 20 ms, `frames` of them, then nothing more comes."""

    kind = "audio"

    def __init__(self, frames: int = 10**9, hertz: float = 440) -> None:
        super().__init__()
        self.left, self.sent = frames, 0
        self._period = tone(20, 48_000, hertz - hertz % 50)
        self._from: float | None = None
        self._more: asyncio.Event | None = None

    def talk_on(self, frames: int) -> None:
        """So many more. From any thread, once `recv` waits."""
        self.left, self._from = frames, None
        assert self._more is not None
        self._more._loop.call_soon_threadsafe(self._more.set)

    async def recv(self) -> AudioFrame:
        loop = asyncio.get_running_loop()
        while self.left <= 0:
            self._more = asyncio.Event()
            await self._more.wait()
        self._from = loop.time() - self.sent * 0.02 if self._from is None else self._from
        await asyncio.sleep(self._from + self.sent * 0.02 - loop.time())
        frame = AudioFrame(format="s16", layout="mono", samples=960)
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self.sent * 960, Fraction(1, 48_000)
        frame.planes[0].update(self._period)
        self.left, self.sent = self.left - 1, self.sent + 1
        return frame


async def connect(caller: RTCPeerConnection, callee: RTCPeerConnection) -> None:
    """Offer and answer; returns when both are connected."""
    await caller.setLocalDescription(await caller.createOffer())
    await callee.setRemoteDescription(caller.localDescription)
    await callee.setLocalDescription(await callee.createAnswer())
    await caller.setRemoteDescription(callee.localDescription)
    await asyncio.gather(connected(caller), connected(callee))


async def connected(peer: RTCPeerConnection) -> None:
    done = asyncio.Event()
    peer.on("connectionstatechange", lambda: done.set() if peer.connectionState == "connected" else None)
    if peer.connectionState != "connected":
        await asyncio.wait_for(done.wait(), SECONDS)


def lose(peer: RTCPeerConnection, share: float, seed: int = 1) -> list[int]:
    """From now on so many of what this peer sends do not arrive; the sequence numbers lost are in the list."""
    transport, rng = peer.getSenders()[0].transport, random.Random(seed)
    send, lost = transport._send_rtp, list[int]()

    async def sometimes(data: bytes) -> None:
        if not is_rtcp(data) and rng.random() < share:
            lost.append(int.from_bytes(data[2:4], "big"))
        else:
            await send(data)

    transport._send_rtp = sometimes
    return lost


async def heard(track: MediaStreamTrack, frames: int) -> list[AudioFrame]:
    """The next frames of a remote track."""
    return [await asyncio.wait_for(track.recv(), SECONDS) for _ in range(frames)]


def mono(frames: list[AudioFrame]) -> bytes:
    """The left channel of decoded frames: 48 kHz s16le."""
    return b"".join(frame.to_ndarray()[0, :: len(frame.layout.channels)].tobytes() for frame in frames)


class LoopThread:
    """An event loop in a thread of its own, as the server has one."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="media-loop")
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(SECONDS)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(SECONDS)
        self.loop.close()


@contextmanager
def loop_thread() -> Iterator[LoopThread]:
    thread = LoopThread()
    try:
        yield thread
    finally:
        thread.close()
