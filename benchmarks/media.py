"""The delay that the server adds to a call on this machine: streamlit-webrtc as it comes, and as we use it.

    PYTHONPATH=tests .venv/bin/python -m benchmarks.media [ROUNDS]

Two calls stand at once in this process, each with the real worker and a real aiortc peer as the browser, and take
turns. Up: from a burst's first packet leaving the browser to the microphone's first message with sound. Down: from the
model's sound to its first packet at the browser. Flush: from the interruption to the first packet there that ends in
silence.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from aiortc import RTCPeerConnection
from aiortc.codecs.opus import OpusDecoder
from aiortc.contrib.media import MediaRelay
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtp import RtpPacket
from av import AudioFrame, AudioResampler, Packet
from peers import LOCAL, WORKER, connected, loudness, mono, tone
from streamlit_webrtc import AudioSinkTrack, PcmAudioSource, WebRtcWorker

from pages.components.webrtc import hooks
from pages.components.webrtc.call import Call
from pages.components.webrtc.playback import Playback
from pages.components.webrtc.source import SourceTrack

BURST_MS = 200
LOUD = 500
END_BYTES = 48 * 5 * 2
"""The last 5 ms of a packet, decoded."""


class Moment:
    """When something was first seen after it was asked for."""

    def __init__(self) -> None:
        self._seen: asyncio.Future[float] | None = None

    def see(self) -> None:
        if self._seen is not None and not self._seen.done():
            self._seen.set_result(perf_counter())

    async def next(self) -> float:
        self._seen = asyncio.get_running_loop().create_future()
        return await asyncio.wait_for(self._seen, 5)


class Microphone(SourceTrack):
    """The browser's: encodes at once, as browsers do, and says when a packet with sound leaves."""

    def __init__(self, speech: Playback, left: Moment) -> None:
        super().__init__(speech, early=False)
        self._speech, self._left = speech, left

    async def recv(self) -> Packet[Any]:
        before = self._speech.played().played_ms
        packet = await super().recv()
        if self._speech.played().played_ms > before:
            self._left.see()
        return packet


@dataclass
class Variant:
    """One call. `play` and `interrupt` are the model's; `heard` sees the microphone's sound."""

    name: str
    play: Callable[[bytes], Any]
    interrupt: Callable[[], Any]
    ends: dict[str, Any]
    heard: Moment
    speech: Playback = field(default_factory=Playback)
    left: Moment = field(default_factory=Moment)
    loud: Moment = field(default_factory=Moment)
    quiet: Moment = field(default_factory=Moment)
    delays: dict[str, list[float]] = field(default_factory=lambda: {"up": [], "down": [], "flush": []})


def stock() -> Variant:
    source, heard = PcmAudioSource(sample_rate=24_000), Moment()
    resampler = AudioResampler(format="s16", layout="mono", rate=16_000)

    def on_frame(frame: AudioFrame) -> None:
        if any(loudness(bytes(part.planes[0])[: part.samples * 2]) > LOUD for part in resampler.resample(frame)):
            heard.see()

    ends = {"source_audio_track": source.track, "sink_audio_track": AudioSinkTrack(on_frame)}
    return Variant("stock", source.push, source.clear, ends, heard)


class Ear:
    def __init__(self, heard: Moment) -> None:
        self._heard = heard

    def hear(self, pcm: bytes) -> None:
        if loudness(pcm) > LOUD:
            self._heard.see()


def ours() -> Variant:
    line, heard = Call("benchmark", lambda: None), Moment()
    line.attach(Ear(heard))
    generation = [0]

    def interrupt() -> None:
        generation[0] = line.speaker.flush()

    ends = {"player_factory": line.connect, "sink_audio_track": AudioSinkTrack(line.uplink.on_frame)}
    return Variant("ours", lambda pcm: line.speaker.play(pcm, generation[0]), interrupt, ends, heard)


async def dial(variant: Variant) -> tuple[RTCPeerConnection, WebRtcWorker[Any, Any]]:
    """The browser's offer and the worker's answer; from then on the browser's packets are watched."""
    browser = RTCPeerConnection(LOCAL)
    browser.addTrack(Microphone(variant.speech, variant.left))
    await browser.setLocalDescription(await browser.createOffer())
    offer, loop = browser.localDescription, asyncio.get_running_loop()
    ends = WORKER | {"source_audio_track": None, "player_factory": None} | variant.ends
    worker: WebRtcWorker[Any, Any] = WebRtcWorker(**ends, loop=loop, relay=MediaRelay())
    watch(browser, variant)
    await browser.setRemoteDescription(await asyncio.to_thread(worker.process_offer, offer.sdp, offer.type, 10))
    await asyncio.gather(connected(browser), connected(worker.pc))
    return browser, worker


def watch(browser: RTCPeerConnection, variant: Variant) -> None:
    """Looks at what arrives before any buffer of the browser's."""
    decoder, clock = OpusDecoder(), iter(range(0, 10**12, 960))

    async def arrived(packet: RtpPacket, **_: Any) -> None:
        frames = decoder.decode(JitterFrame(packet.payload, next(clock)))
        pcm = mono(frames)
        if loudness(pcm) > LOUD:
            variant.loud.see()
        if loudness(pcm[-END_BYTES:]) < LOUD:
            variant.quiet.see()

    browser.getReceivers()[0]._handle_rtp_packet = arrived  # noqa: SLF001 - before any buffer


async def pause(seconds: float) -> None:
    """And a random part of the grid, so that no moment on it is favoured."""
    await asyncio.sleep(seconds + random.random() / 10)  # noqa: S311


async def measure(variant: Variant) -> None:
    """One burst up, one answer down and its interruption, each at a moment of its own on the grid of packets."""
    await pause(0.3)
    leaving, hearing = asyncio.ensure_future(variant.left.next()), asyncio.ensure_future(variant.heard.next())
    await asyncio.sleep(0)
    variant.speech.play(tone(BURST_MS, 24_000), 0)
    left = await leaving
    variant.delays["up"].append(await hearing - left)
    await pause(0.5)
    arriving, played = asyncio.ensure_future(variant.loud.next()), perf_counter()
    await asyncio.sleep(0)
    variant.play(tone(2_000, 24_000))
    variant.delays["down"].append(await arriving - played)
    await pause(0.3)
    silence, cut = asyncio.ensure_future(variant.quiet.next()), perf_counter()
    await asyncio.sleep(0)
    variant.interrupt()
    variant.delays["flush"].append(await silence - cut)


async def run(rounds: int) -> list[Variant]:
    before = stock()
    calls = [await dial(before)]  # aiortc looks its parts up while it connects: this call keeps the stock ones
    hooks.install()
    after = ours()
    calls.append(await dial(after))
    hooks.settle()
    for _ in range(rounds):
        for variant in (before, after):
            await measure(variant)
    for browser, worker in calls:
        await asyncio.gather(browser.close(), worker.pc.close())
    return [before, after]


def report(before: Variant, after: Variant) -> None:
    print(f"{'median (p95) in ms':<20}{before.name:>16}{after.name:>16}{'ratio':>8}")  # noqa: T201
    for what in ("up", "down", "flush"):
        sides = [[1000 * delay for delay in variant.delays[what]] for variant in (before, after)]
        shown = [f"{median(side):.1f} ({quantiles(side, n=20)[-1]:.0f})" for side in sides]
        print(f"{what:<20}{shown[0]:>16}{shown[1]:>16}{median(sides[0]) / median(sides[1]):>8.1f}")  # noqa: T201


if __name__ == "__main__":
    report(*asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 20)))
