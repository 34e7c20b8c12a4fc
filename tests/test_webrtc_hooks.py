"""What we change inside aiortc: packets are passed on at once, in order, without a thread; and it is still there."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
import threading
from importlib.metadata import version

import pytest
import streamlit_webrtc.component
import streamlit_webrtc.webrtc
from aiortc import RTCPeerConnection, rtcrtpreceiver
from aiortc.codecs import get_capabilities
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtp import RtpPacket
from bounded import bounded
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as some
from peers import LOCAL, Talker, connect, heard, loudness, mono, tone

from pages.components.webrtc import hooks
from pages.components.webrtc.hooks import Batch, InOrder
from pages.components.webrtc.source import _Encoder

hooks.install()


def packet(number: int, *, data: bytes | None = None, origin: int = 1000, ticks: int = 960) -> RtpPacket:
    """The packet so many steps after the first; its payload says which, behind the first byte of 20 ms of Opus."""
    made = RtpPacket(sequence_number=(origin + number) & 0xFFFF, timestamp=(7_000 + ticks * number) & 0xFFFFFFFF)
    made._data = bytes([0x68, number % 256]) if data is None else data
    return made


def passed_on(buffer: InOrder, *numbers: int, origin: int = 1000) -> list[int | str]:
    """The numbers as they come out; a stand-in for a missing one is `gap`."""
    out: list[int | str] = []
    for number in numbers:
        _, batch = buffer.add(packet(number, origin=origin))
        out += [frame.data[1] if len(frame.data) > 1 else "gap" for frame in batch.frames] if batch else []
    return out


@pytest.mark.parametrize("name", hooks.PINNED)
def test_the_versions_are_the_ones_that_the_hooks_were_written_for(name: str) -> None:
    """After an upgrade: read `hooks.py` against the new source, measure, then move the pin."""
    assert version(name) == hooks.PINNED[name]


@pytest.mark.parametrize(
    ("where", "line"),
    [
        (rtcrtpreceiver.RTCRtpReceiver.__init__, "JitterBuffer(capacity=16, prefetch=4)"),
        (rtcrtpreceiver.RTCRtpReceiver.__init__, "JitterBuffer(capacity=512, is_video=True)"),
        (rtcrtpreceiver.RTCRtpReceiver.receive, "target=decoder_worker,"),
        (rtcrtpreceiver.RTCRtpReceiver.receive, 'name=self.__kind + "-decoder",'),
        (rtcrtpreceiver.RTCRtpReceiver._handle_rtp_packet, "packet._data = depayload(codec, packet.payload)"),
        (rtcrtpreceiver.RTCRtpReceiver._handle_rtp_packet, "encoded_frame = self.__jitter_buffer.add(packet)"),
        (rtcrtpreceiver.RTCRtpReceiver._handle_rtp_packet, "self.__decoder_queue.put((codec, encoded_frame))"),
        (rtcrtpreceiver.RTCRtpReceiver._RTCRtpReceiver__stop_decoder, "self.__decoder_queue.put(None)"),
        (streamlit_webrtc.webrtc.WebRtcWorker._process_offer_thread_impl, "source_audio_track = player.audio"),
        (streamlit_webrtc.webrtc.WebRtcWorker._unset_processors, "self._player.audio.stop()"),
        (streamlit_webrtc.component.WebRtcStreamerContext._get_worker, "self._worker_ref()"),
        (streamlit_webrtc.component._get_or_create_context, "and context._last_rendered_run_count is not None"),
        (streamlit_webrtc.component._get_or_create_context, "current_run_count > context._last_rendered_run_count + 1"),
    ],
)
def test_what_the_hooks_take_hold_of_is_still_there(where: object, line: str) -> None:
    assert line in inspect.getsource(where)


def test_a_packet_is_passed_on_at_once() -> None:
    """Nothing is kept for smooth playout, from the very first on."""
    buffer = InOrder()
    assert [passed_on(buffer, number) for number in range(5)] == [[0], [1], [2], [3], [4]]


def test_packets_out_of_order_are_put_in_order() -> None:
    assert passed_on(InOrder(), 0, 2, 1, 4, 5, 3, 6) == [0, 1, 2, 3, 4, 5, 6]


def test_two_packets_wait_for_a_missing_one_and_the_third_does_not() -> None:
    buffer = InOrder()
    assert passed_on(buffer, 0, 2, 3) == [0]
    assert passed_on(buffer, 4) == ["gap", 2, 3, 4]
    assert passed_on(buffer, 5) == [5]


def test_a_packet_that_comes_after_its_place_was_filled_is_dropped() -> None:
    assert passed_on(InOrder(), 0, 2, 3, 4, 1, 4, 5) == [0, "gap", 2, 3, 4, 5]


def test_every_missing_packet_of_a_gap_is_filled_in() -> None:
    assert passed_on(InOrder(), 0, 4, 5, 6) == [0, "gap", "gap", "gap", 4, 5, 6]


def test_a_long_gap_is_a_pause_and_not_filled_in() -> None:
    assert passed_on(InOrder(), 0, 40, 41, 42, 43) == [0, 40, 41, 42, 43]


def test_a_stream_that_begins_anew_is_followed_at_once() -> None:
    assert passed_on(InOrder(), 0, 1, 150, 151, 20, 21) == [0, 1, 150, 151, 20, 21]


def test_stand_ins_stand_in_time_where_the_lost_packets_stood() -> None:
    buffer = InOrder()
    first = buffer.add(packet(0))[1]
    first.timestamp = 0  # as aiortc does with each
    batches = [buffer.add(packet(number))[1] for number in (3, 4, 5)]
    assert [frame.timestamp - 7_000 for frame in batches[-1].frames] == [960, 1920, 2880, 3840, 4800]


def test_a_packet_without_sound_counts_but_is_not_decoded() -> None:
    """An empty packet would end the decoder's stream for good."""
    buffer = InOrder()
    assert buffer.add(packet(0))[1] is not None
    assert buffer.add(packet(1, data=b""))[1] is None
    assert passed_on(buffer, 2) == [2]


def test_a_batch_moves_in_time_as_a_whole() -> None:
    batch = Batch([JitterFrame(b"a", 100), JitterFrame(b"b", 1060)])
    batch.timestamp = 0
    assert [frame.timestamp for frame in batch.frames] == [0, 960]


@settings(deadline=None)
@given(
    some.integers(0, 0xFFFF),
    some.lists(some.sampled_from(["there", "late by one", "lost"]), min_size=1, max_size=60),
)
def test_whatever_the_line_does_order_and_length_stay(origin: int, fates: list[str]) -> None:
    """Packets late by one or lost, sequence numbers wrapping: each number comes out once, in order, itself or a gap."""
    numbers = [number for number, fate in enumerate(fates, 1) if fate != "lost"]
    late = [place for place, number in enumerate(numbers[:-1]) if fates[number - 1] == "late by one"]
    for place in reversed(late):  # from the end, so that none is moved twice
        numbers[place : place + 2] = numbers[place + 1], numbers[place]
    end = [len(fates) + step for step in (1, 2, 3, 4)]
    longest = max(len(run) for run in "".join("x" if fate == "lost" else " " for fate in fates).split(" "))
    out = passed_on(InOrder(), 0, *numbers, *end, origin=origin)
    said = [value for value in out if value != "gap"]
    assert said == sorted(said)
    assert said[-4:] == end
    if longest <= hooks.MOST_CONCEALED:
        assert all(value in ("gap", place) for place, value in enumerate(out))


def test_a_picture_keeps_the_stock_buffer() -> None:
    assert type(rtcrtpreceiver.JitterBuffer(capacity=512, is_video=True)) is JitterBuffer
    assert type(rtcrtpreceiver.JitterBuffer(capacity=16, prefetch=4)) is InOrder


async def _exchange(frames: int) -> tuple[list[str], bytes]:
    """One peer says so many frames and then nothing; the other's decoder threads, and what it heard."""
    caller, callee = RTCPeerConnection(LOCAL), RTCPeerConnection(LOCAL)
    caller.addTrack(Talker(frames + 1))  # aiortc's own encoder keeps one back
    try:
        await connect(caller, callee)
        got = await heard(callee.getReceivers()[0].track, frames)
        return [thread.name for thread in threading.enumerate() if "decoder" in thread.name], mono(got)
    finally:
        await asyncio.gather(caller.close(), callee.close())


def test_three_packets_are_heard_without_a_fourth_and_without_a_decoder_thread() -> None:
    """The stock buffer would keep four back, so the third would never be heard."""
    with bounded():
        threads, pcm = asyncio.run(_exchange(3))
    assert threads == []
    assert loudness(pcm) > 1000


def _decoded(*data: bytes) -> list[float]:
    """The loudness of each frame that the inline decoding makes of these packets."""

    async def decode() -> list[float]:
        decoded: asyncio.Queue[object] = asyncio.Queue()
        decoding = hooks._Decoding(asyncio.get_running_loop(), decoded, threading.Event())
        opus = next(codec for codec in get_capabilities("audio").codecs if codec.name == "opus")
        for number, payload in enumerate(data):
            decoding.put((opus, Batch([JitterFrame(payload, number * 960)])))
        decoding.put(None)
        frames = [await decoded.get() for _ in range(decoded.qsize())]
        assert frames.pop() is None, "the track is told of the end"
        return [loudness(mono([frame])) for frame in frames]

    return asyncio.run(decode())


def _opus(packets: int) -> list[bytes]:
    encoder, pcm = _Encoder(), tone(20 * packets, 24_000)
    return [encoder.encode(pcm[start : start + 960]) for start in range(0, len(pcm), 960)]


def test_a_lost_packet_is_heard_as_more_of_the_same() -> None:
    """The stand-in of one byte makes the decoder go on with the voice that it heard last."""
    packets = _opus(10)
    buffer = InOrder()
    batches = [buffer.add(packet(number, data=packets[number]))[1] for number in (0, 1, 2, 3, 5, 6, 7)]
    frames = [frame.data for batch in batches if batch for frame in batch.frames]
    levels = _decoded(*frames)
    assert len(levels) == 8
    assert levels[4] > 0.5 * levels[3]


def test_a_packet_that_cannot_be_decoded_does_not_end_the_voice() -> None:
    packets = _opus(6)
    levels = _decoded(*packets[:3], b"\xff\xff\xff", *packets[3:])
    assert len(levels) == 6
    assert levels[-1] > 1000


def test_to_install_twice_changes_nothing() -> None:
    before = rtcrtpreceiver.JitterBuffer, rtcrtpreceiver.decoder_worker
    hooks.install()
    assert before == (rtcrtpreceiver.JitterBuffer, rtcrtpreceiver.decoder_worker)


def test_settling_takes_what_is_there_out_of_the_collectors_way() -> None:
    """In a process of its own: it changes the collector."""
    code = (
        "import gc, sys\nfrom pages.components.webrtc.hooks import settle\nsettle()\n"
        "print(gc.get_freeze_count() > 10_000, round(sys.getswitchinterval(), 4))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT
    )
    assert done.stdout.split() == ["True", "0.0005"]
