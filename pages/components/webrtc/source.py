"""The track that a browser hears: what waits in a Playback, encoded as Opus, a packet every 20 ms.

aiortc would encode by itself, but its resampler keeps a frame back (20 ms), mixes to stereo and costs more. A track may
hand out packets instead, which aiortc and its relay pass on unchanged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, CodecContext, Packet
from av.stream import Stream

from interview.live.line import DOWN_RATE
from pages.components.webrtc.playback import PACKET_BYTES, PACKET_MS, Playback

_PACKET_SECONDS = PACKET_MS / 1000
_PACKET_TICKS = 48_000 // 1000 * PACKET_MS
"""RTP counts Opus at 48 kHz, whatever it was encoded at (RFC 7587)."""
_TIME_BASE = Fraction(1, 48_000)
_SAMPLES = DOWN_RATE // 1000 * PACKET_MS
_BITS_PER_SECOND = 32_000
_SILENCE = bytes(PACKET_BYTES)

SKIP_AFTER_SECONDS = 0.5
"""After a longer stall the time lost is skipped; after a shorter one the packets follow each other at once."""
PAID_BACK_SECONDS = 0.004
"""By so much each packet of silence is later, until the advance of an early one is made up for."""
_TAIL_PACKETS = 2
"""Silence that is really encoded after speech: the encoder still holds its last 7 ms."""


class _Encoder:
    """Opus at 24 kHz mono, 20 ms a packet."""

    def __init__(self) -> None:
        self._codec = CodecContext.create("libopus", "w")
        self._codec.bit_rate = _BITS_PER_SECOND
        self._codec.format, self._codec.layout = "s16", "mono"
        self._codec.sample_rate, self._codec.time_base = DOWN_RATE, Fraction(1, DOWN_RATE)
        self._codec.options = {"application": "voip"}
        self._samples = 0

    def encode(self, pcm: bytes) -> bytes:
        frame = AudioFrame(format="s16", layout="mono", samples=_SAMPLES)
        frame.sample_rate, frame.pts = DOWN_RATE, self._samples
        frame.planes[0].update(pcm)
        self._samples += _SAMPLES
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))


@lru_cache(maxsize=1)
def _silent_packet() -> bytes:
    """Silence as an encoder that has come to rest writes it; the same packet serves every call."""
    encoder = _Encoder()
    return [encoder.encode(_SILENCE) for _ in range(10)][-1]


class SourceTrack(MediaStreamTrack):
    """One connection's voice. `recv` runs on the server's loop; `stop` may be called from any thread.

    Packets leave on a grid of 20 ms. Sound that comes while nothing is played leaves at once if `early`, and the grid
    moves with it; the advance, 20 ms at most, is paid back in the next silence. `on_packet` is called for each packet.
    """

    kind = "audio"

    def __init__(self, playback: Playback, *, early: bool = True, on_packet: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._playback, self._early, self._on_packet = playback, early, on_packet
        self._encoder = _Encoder()
        self._silence = _silent_packet()
        self._silent_packets = _TAIL_PACKETS
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._due = self._advance = 0.0
        self._ticks = 0

    @property
    def started(self) -> bool:
        """Somebody listens, or did: a peer asks for the first packet when the connection stands."""
        return self._loop is not None

    async def recv(self) -> Packet[Stream]:
        """The next Opus packet, when it is due. Raises MediaStreamError once the track has been stopped."""
        self._check_live()
        await self._until_due()
        self._check_live()
        self._on_packet()
        pcm = self._playback.take()
        self._due += _PACKET_SECONDS + (self._pay_back() if pcm is None else 0)
        return self._packet(self._encoded(pcm))

    def stop(self) -> None:
        """End the track; a waiting `recv` ends with it, and with that every task that passes packets on."""
        super().stop()
        if self._playback.on_sound == self._sound:
            self._playback.on_sound = lambda: None
        self._wake()

    def _check_live(self) -> None:
        if self.readyState != "live":
            raise MediaStreamError

    async def _until_due(self) -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._due = self._loop.time()
            if self._early:
                self._playback.on_sound = self._sound
        late = self._loop.time() - self._due
        if late > SKIP_AFTER_SECONDS:
            self._ticks += round(late / _PACKET_SECONDS) * _PACKET_TICKS
            self._due += late
        if late > _PACKET_SECONDS:
            self._playback.count_late()
        elif late < 0:
            await self._sleep(self._loop)

    async def _sleep(self, loop: asyncio.AbstractEventLoop) -> None:
        """Until the packet is due, or sound wakes it, or the track is stopped."""
        self._waiter = loop.create_future()
        timer = loop.call_at(self._due, _resolve, self._waiter)
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None
        early = max(0.0, self._due - loop.time())
        self._advance += early
        self._due -= early

    def _sound(self) -> None:
        """Called from the interview's thread: sound has come after silence."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._send_early)

    def _send_early(self) -> None:
        """Only if packets are then at most one ahead of their time: a receiver keeps no room for more."""
        if self._waiter is not None and self._loop is not None:
            ahead = self._advance + self._due - self._loop.time()
            if ahead <= _PACKET_SECONDS:
                _resolve(self._waiter)

    def _wake(self) -> None:
        waiter, loop = self._waiter, self._loop
        if waiter is not None and loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, waiter)

    def _pay_back(self) -> float:
        paid = min(PAID_BACK_SECONDS, self._advance)
        self._advance -= paid
        return paid

    def _encoded(self, pcm: bytes | None) -> bytes:
        self._silent_packets = 0 if pcm is not None else self._silent_packets + 1
        return self._silence if self._silent_packets > _TAIL_PACKETS else self._encoder.encode(pcm or _SILENCE)

    def _packet(self, data: bytes) -> Packet[Stream]:
        packet = Packet(data)
        packet.pts, packet.time_base = self._ticks, _TIME_BASE
        self._ticks += _PACKET_TICKS
        return packet


def _resolve(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
