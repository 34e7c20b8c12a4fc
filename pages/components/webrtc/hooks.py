"""What we change inside aiortc and streamlit-webrtc: every private name that we rely on is used here and nowhere else.

A model listens on the other side, not a person. It needs packets in order, at once; smooth playout is of no use to it.
aiortc 1.16.0 holds each packet of a voice back until four more are there (80 ms), and after a single loss it stays that
late for good (aiortc issue 543); besides it decodes in a thread for each call, which costs a hand-over a packet.
`tests/test_webrtc_hooks.py` fails when a version or one of these names moves.
"""

from __future__ import annotations

import asyncio
import gc
import queue
import sys
import threading
from typing import TYPE_CHECKING, Any

from aiortc import rtcrtpreceiver
from aiortc.codecs import get_decoder
from aiortc.jitterbuffer import JitterBuffer, JitterFrame

if TYPE_CHECKING:
    from aiortc.codecs.base import Decoder
    from aiortc.rtp import RtpPacket
    from av.frame import Frame
    from streamlit.runtime.state import SessionStateProxy
    from streamlit_webrtc import WebRtcStreamerContext

PINNED = {"aiortc": "1.16.0", "streamlit-webrtc": "0.79.0"}

MOST_WAITING = 2
"""Packets that may wait for a missing one (40 ms); with one more it is given up."""
MOST_CONCEALED = 5
"""Packets of a gap that are filled in (100 ms). A longer one is a pause of the line, not a slip."""
RESTART = 100
"""A packet so many steps away belongs to a new beginning of the stream."""

_stock_decoder_worker = rtcrtpreceiver.decoder_worker


class Batch(JitterFrame):
    """Packets that became ready together, in order. aiortc sets the timestamp of the first; the others follow."""

    def __init__(self, frames: list[JitterFrame]) -> None:
        self.frames = frames

    @property
    def timestamp(self) -> int:
        return int(self.frames[0].timestamp)

    @timestamp.setter
    def timestamp(self, value: int) -> None:
        offset = value - self.timestamp
        for frame in self.frames:
            frame.timestamp += offset


class InOrder:
    """Passes a voice's packets on at once and in order; conceals what stays missing.

    Takes the place of aiortc's JitterBuffer behind the same method. Sequence numbers are 16 bits and wrap.
    """

    def __init__(self) -> None:
        self._next: int | None = None
        self._waiting: dict[int, RtpPacket] = {}
        self._last: RtpPacket | None = None

    def add(self, packet: RtpPacket) -> tuple[bool, Batch | None]:
        """What this packet makes ready. The first value asks for a picture's repair, never for a voice."""
        ahead = self._ahead(packet.sequence_number)
        if self._next is None or RESTART <= ahead <= 0x10000 - RESTART:
            self._next, self._last = packet.sequence_number, None
            self._waiting.clear()
        elif ahead > 0x8000:
            return False, None  # a repetition, or too late: its place has been filled
        self._waiting[packet.sequence_number] = packet
        ready = self._in_sequence()
        if len(self._waiting) > MOST_WAITING:
            ready += self._concealed() + self._in_sequence()
        return False, Batch(ready) if ready else None

    def _ahead(self, sequence: int) -> int:
        return (sequence - (self._next or 0)) & 0xFFFF

    def _in_sequence(self) -> list[JitterFrame]:
        ready = []
        while self._next in self._waiting:
            packet = self._waiting.pop(self._next)
            self._next = (packet.sequence_number + 1) & 0xFFFF
            if data := _payload(packet):  # an empty one would tell the decoder that the stream is over
                self._last = packet
                ready.append(JitterFrame(data=data, timestamp=packet.timestamp))
        return ready

    def _concealed(self) -> list[JitterFrame]:
        """Stand-ins for what is missing up to the first packet that waits.

        An Opus packet of nothing but its first byte, which says how long it lasts, is how a decoder is told of a loss
        (RFC 6716, section 3.2.1): it then goes on from what it heard last.
        """
        first = min(self._waiting.values(), key=lambda packet: self._ahead(packet.sequence_number))
        missing, self._next = self._ahead(first.sequence_number), first.sequence_number
        if self._last is None or missing > MOST_CONCEALED:
            return []
        span = ((first.timestamp - self._last.timestamp) & 0xFFFFFFFF) // (missing + 1)
        code = bytes([_payload(self._last)[0] & 0b1111_1100])
        stand_ins = [self._last.timestamp + span * number for number in range(1, missing + 1)]
        return [JitterFrame(data=code, timestamp=moment & 0xFFFFFFFF) for moment in stand_ins]


def _payload(packet: RtpPacket) -> bytes:
    """Where aiortc puts what it unpacked."""
    return packet._data  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001


def _jitter_buffer(capacity: int, prefetch: int = 0, is_video: bool = False) -> InOrder | JitterBuffer:
    """A picture keeps aiortc's own buffer: it is made of many packets."""
    return JitterBuffer(capacity=capacity, prefetch=prefetch, is_video=is_video) if is_video else InOrder()


class _Decoding:
    """Decodes where a packet arrives: on the loop, in about 60 µs, without a thread of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, decoded: asyncio.Queue[Any], failed: threading.Event) -> None:
        self._loop, self._decoded, self._failed = loop, decoded, failed
        self._codec = ""
        self._decoder: Decoder | None = None

    def put(self, task: tuple[Any, Batch] | None) -> None:
        """Takes the place of the queue's `put`. None ends the track; it may come from another thread, at shutdown."""
        if _running_loop() is self._loop:
            self._take(task)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, task)

    def _take(self, task: tuple[Any, Batch] | None) -> None:
        if task is None:
            self._decoded.put_nowait(None)
            self._decoder = None
            return
        codec, ready = task
        if codec.name != self._codec:
            self._codec, self._decoder = codec.name, get_decoder(codec)
        for frame in ready.frames:
            self._decode(frame)

    def _decode(self, frame: JitterFrame) -> None:
        from av import FFmpegError

        try:
            frames: list[Frame] = self._decoder.decode(frame) if self._decoder else []
        except FFmpegError:
            self._failed.set()  # as aiortc does, but without a line in the log for each: they come from outside
            return
        for decoded in frames:
            self._decoded.put_nowait(decoded)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _decoder_worker(
    loop: asyncio.AbstractEventLoop,
    tasks: queue.Queue[tuple[Any, Batch] | None],
    decoded: asyncio.Queue[Any],
    failed: threading.Event,
) -> None:
    """Runs in the thread that aiortc starts for a track, puts the inline decoding in place and ends the thread."""
    if not threading.current_thread().name.startswith("audio"):
        _stock_decoder_worker(loop, tasks, decoded, failed)
        return
    decoding = _Decoding(loop, decoded, failed)
    tasks.put = decoding.put  # type: ignore[method-assign,assignment]
    while not tasks.empty():  # what came before the thread did
        decoding.put(tasks.get())


def install() -> None:
    """Put the changes in place, before the first call. A second time changes nothing."""
    rtcrtpreceiver.JitterBuffer = _jitter_buffer  # type: ignore[attr-defined,assignment]
    rtcrtpreceiver.decoder_worker = _decoder_worker  # type: ignore[assignment]


def settle() -> None:
    """Keep collections and other threads from delaying packets; once, when everything is imported.

    What is there by then is never looked at again by the collector, and a thread that computes gives way after 0.5 ms
    rather than 5. Measured under load: packets late by 138 ms (p99) without, by 16 with, `postScriptGC` being off.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(0.0005)


def count_as_drawn(states: SessionStateProxy, key: str) -> None:
    """Before the widget is drawn: tell it whether it was in the page a moment ago, which it guesses wrongly.

    It compares counts of script runs, and resets itself, connection included, if more than one went by without it. The
    count is raised by another thread: in reruns that follow each other fast it is read too early, and some click later
    a call that was never off the page is cut off. Streamlit itself drops a widget's state when a run leaves it out.
    """
    from streamlit_webrtc.component import generate_frontend_component_key

    if key in states:
        drawn = generate_frontend_component_key(key) in states
        states[key]._last_rendered_run_count = None if drawn else -2  # noqa: SLF001 - None: no comparison; -2: long ago


def serve_widget() -> None:
    """Have the server hand out the widget's files.

    Streamlit notes where a component lies while a page is being run. To one that was imported before, on the server's
    own time, it says "not found" until the server ends.
    """
    from streamlit.components.v1.custom_component import CustomComponent
    from streamlit.runtime import exists, get_instance
    from streamlit_webrtc.component import _component_func

    if exists() and isinstance(_component_func, CustomComponent):
        get_instance().component_registry.register_component(_component_func)


def hang_up(context: WebRtcStreamerContext[Any, Any]) -> None:
    """End the connection behind a widget, if there is one, from any thread and without waiting for it."""
    from streamlit_webrtc import WebRtcWorker

    worker = context._get_worker()  # noqa: SLF001 - the widget has no public way to be ended from the server
    if isinstance(worker, WebRtcWorker) and worker._loop.is_running():  # noqa: SLF001
        asyncio.run_coroutine_threadsafe(worker.pc.close(), worker._loop)  # noqa: SLF001
