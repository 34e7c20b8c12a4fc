"""The voice on its way down and the microphone on its way up, with real aiortc peers at the other end."""

from __future__ import annotations

import asyncio
import selectors
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TypeVar

import numpy as np
import pytest
from aiortc import RTCPeerConnection
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame
from bounded import bounded
from peers import LOCAL, Talker, connect, heard, lose, loudness, mono, share_of, tone

from pages.components.webrtc import hooks, playback
from pages.components.webrtc.playback import PACKET_BYTES, Playback
from pages.components.webrtc.sink import Uplink
from pages.components.webrtc.source import SourceTrack

hooks.install()

T = TypeVar("T")
PACKET = 0.02


class _Jump(selectors.DefaultSelector):  # type: ignore[valid-type,misc]
    """Waits for no timer: the time jumps to it."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout:
            self.now += timeout
        return super().select(0 if timeout else timeout)


class ClockLoop(asyncio.SelectorEventLoop):
    """A loop whose time a test moves; sleeping takes none."""

    def __init__(self) -> None:
        self.selector = _Jump()
        super().__init__(self.selector)

    def time(self) -> float:
        return self.selector.now

    def stall(self, seconds: float) -> None:
        self.selector.now += seconds


def timed(work: Coroutine[None, None, T]) -> T:
    """Run on a loop whose time jumps."""
    with asyncio.Runner(loop_factory=ClockLoop) as runner:
        return runner.run(work)


def now() -> float:
    return asyncio.get_running_loop().time()


# What waits to be heard


def test_sound_is_taken_in_pieces_of_20_ms_and_its_end_is_filled_up() -> None:
    waiting = Playback()
    waiting.play(tone(30, 24_000), 0)
    first, second = waiting.take(), waiting.take()
    assert first is not None
    assert second is not None
    assert len(first) == len(second) == PACKET_BYTES
    assert second.endswith(bytes(PACKET_BYTES // 2))
    assert waiting.take() is None
    assert waiting.played().played_ms == 30


def test_a_flush_leaves_five_faded_milliseconds() -> None:
    """Not a hard end, which clicks: the last samples go down to nothing."""
    waiting = Playback()
    waiting.play(b"\x00\x20" * 24_000, 0)
    waiting.flush()
    piece = waiting.take()
    assert piece is not None
    samples = np.frombuffer(piece, np.int16)
    assert samples[0] == 0x2000
    assert (np.diff(samples[:120].astype(int)) <= 0).all()
    assert not samples[119:].any()
    assert waiting.take() is None
    assert waiting.played().flushed_ms == 995


def test_what_was_said_before_a_flush_and_comes_late_is_not_heard() -> None:
    waiting = Playback()
    old = 0
    new = waiting.flush()
    waiting.play(tone(40, 24_000), old)
    assert waiting.take() is None
    waiting.play(tone(40, 24_000), new)
    assert waiting.take() is not None
    assert waiting.played().dropped_ms == 40


def test_each_flush_is_a_new_generation() -> None:
    waiting = Playback()
    assert [waiting.flush() for _ in range(3)] == [1, 2, 3]


def test_no_more_than_a_minute_waits() -> None:
    waiting = Playback()
    for _ in range(7):
        waiting.play(bytes(10_000 * playback.BYTES_PER_MS), 0)
    assert waiting.played().waiting_ms == 60_000
    assert waiting.played().dropped_ms == 10_000


def test_sound_that_comes_just_after_the_last_was_late() -> None:
    waiting = Playback()
    for pause in (0, 3, 30):
        waiting.play(bytes(PACKET_BYTES), 0)
        waiting.take()
        for _ in range(pause):
            waiting.take()
    waiting.play(bytes(PACKET_BYTES), 0)
    assert waiting.played().under_runs == 1, "three packets late; the first was in time, the last a new sentence"


# The track


def test_packets_leave_on_a_grid_of_20_ms_and_say_so() -> None:
    async def listen() -> list[tuple[float, int]]:
        track = SourceTrack(Playback())
        return [((await track.recv()).pts, now()) for _ in range(4)]

    assert timed(listen()) == [(960 * n, pytest.approx(n * PACKET)) for n in range(4)]


def test_silence_is_encoded_once() -> None:
    async def listen() -> list[bytes]:
        track = SourceTrack(Playback())
        return [bytes(await track.recv()) for _ in range(6)]

    packets = timed(listen())
    assert len(set(packets)) == 1


def test_sound_on_an_idle_line_leaves_at_once_and_the_advance_is_paid_back_in_silence() -> None:
    """Nothing waits for the next place in the grid; a few packets of silence later it is as it was."""

    async def listen() -> list[float]:
        waiting = Playback()
        track = SourceTrack(waiting)
        await track.recv()
        asyncio.get_running_loop().call_later(0.005, waiting.play, tone(20, 24_000), 0)
        return [now() for _ in range(7) if await track.recv()]

    left = timed(listen())
    assert left[0] == pytest.approx(0.005)
    assert np.diff(left).round(6).tolist() == [0.02, 0.024, 0.024, 0.024, 0.023, 0.02]
    assert left[-1] == pytest.approx(7 * PACKET), "on the old grid again"


def test_packets_are_never_more_than_one_ahead_of_their_time() -> None:
    """Sound in drops, each on an idle line: a receiver would have to keep what comes too early."""

    async def listen() -> float:
        waiting = Playback()
        track = SourceTrack(waiting)
        await track.recv()
        for _ in range(20):
            asyncio.get_running_loop().call_later(0.001, waiting.play, tone(20, 24_000), 0)
            packet = await track.recv()
        return packet.pts / 48_000 - now()

    assert 0 < timed(listen()) <= PACKET + 1e-6


def test_without_early_wake_sound_waits_for_its_place_in_the_grid() -> None:
    async def listen() -> float:
        waiting = Playback()
        track = SourceTrack(waiting, early=False)
        await track.recv()
        asyncio.get_running_loop().call_later(0.005, waiting.play, tone(20, 24_000), 0)
        await track.recv()
        return now()

    assert timed(listen()) == pytest.approx(PACKET)


@pytest.mark.parametrize(("stall", "skipped", "late"), [(0.31, 0, 15), (0.7, 35, 1)])
def test_after_a_stall_packets_catch_up_or_skip_ahead(stall: float, skipped: int, late: int) -> None:
    """Up to half a second nothing of the voice is lost; beyond, the time lost is left out."""

    async def listen() -> tuple[int, int]:
        waiting, loop = Playback(), asyncio.get_running_loop()
        track = SourceTrack(waiting)
        before = await track.recv()
        assert isinstance(loop, ClockLoop)
        loop.stall(PACKET + stall)
        packets = [await track.recv() for _ in range(20)]
        return (packets[0].pts - before.pts) // 960 - 1, waiting.played().late_packets

    assert timed(listen()) == (skipped, late)


def test_a_stopped_track_ends_whoever_waits_for_it() -> None:
    """From any thread; a task that passed its packets on would stay behind otherwise."""

    async def listen() -> None:
        track = SourceTrack(Playback())
        await track.recv()
        threading.Timer(0.01, track.stop).start()
        while True:
            await track.recv()

    with bounded(), pytest.raises(MediaStreamError):
        asyncio.run(listen())


# Between peers


@asynccontextmanager
async def call(track: MediaStreamTrack) -> AsyncIterator[tuple[MediaStreamTrack, RTCPeerConnection]]:
    """A connection on which one side sends this track; the other side's end of it, and the sender."""
    sender, receiver = RTCPeerConnection(LOCAL), RTCPeerConnection(LOCAL)
    sender.addTrack(track)
    try:
        await connect(sender, receiver)
        yield receiver.getReceivers()[0].track, sender
    finally:
        await asyncio.gather(sender.close(), receiver.close())


async def until_loud(track: MediaStreamTrack, loud: bool) -> None:
    """Wait until a frame is as loud as speech, or silent."""
    while (loudness(mono(await heard(track, 1))) > 500) is not loud:
        pass


def test_a_peer_hears_the_tone_that_is_played() -> None:
    async def listen() -> bytes:
        waiting = Playback()
        async with call(SourceTrack(waiting)) as (track, _):
            waiting.play(tone(2_000, 24_000, 440), 0)
            await until_loud(track, True)
            return mono(await heard(track, 50))

    with bounded():
        pcm = asyncio.run(listen())
    assert share_of(440, pcm, 48_000) > 0.95
    assert 4_500 < loudness(pcm) < 6_500, "as loud as it was played: 8000 / √2"


def test_a_flush_is_silence_at_the_peer_and_stays_so_for_late_sound() -> None:
    async def listen() -> tuple[float, float]:
        waiting = Playback()
        async with call(SourceTrack(waiting)) as (track, _):
            waiting.play(tone(20_000, 24_000), 0)
            await until_loud(track, True)
            generation = waiting.flush()
            await until_loud(track, False)
            waiting.play(tone(1_000, 24_000), generation - 1)
            stale = loudness(mono(await heard(track, 15)))
            waiting.play(tone(1_000, 24_000), generation)
            await until_loud(track, True)
            return stale, loudness(mono(await heard(track, 10)))

    with bounded():
        stale, fresh = asyncio.run(listen())
    assert stale < 50
    assert fresh > 1_000


def test_with_two_in_a_hundred_lost_the_frames_keep_their_order_and_their_time() -> None:
    """What is lost is concealed: a frame for each packet sent, one after the other."""

    async def listen() -> tuple[list[int], list[int]]:
        async with call(Talker()) as (track, sender):
            await heard(track, 1)
            lost = lose(sender, 0.02)
            return [frame.pts for frame in await heard(track, 300)], lost

    with bounded():
        moments, lost = asyncio.run(listen())
    assert lost
    assert set(np.diff(moments)) == {960}


# The microphone


class Ear:
    """A microphone that remembers."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    def hear(self, pcm: bytes) -> None:
        self.messages.append(pcm)


def frame(pcm: bytes) -> AudioFrame:
    """20 ms as aiortc decodes them: s16, stereo, 48 kHz."""
    samples = np.frombuffer(pcm, np.int16).repeat(2)
    made = AudioFrame(format="s16", layout="stereo", samples=len(samples) // 2)
    made.sample_rate = 48_000
    made.planes[0].update(samples.tobytes())
    return made


def say(uplink: Uplink, pcm: bytes) -> None:
    for start in range(0, len(pcm), 1920):
        uplink.on_frame(frame(pcm[start : start + 1920]))


def test_every_frame_becomes_one_message_of_20_ms_at_16_khz() -> None:
    uplink, ear = Uplink(), Ear()
    uplink.attach(ear)
    counts = []
    for start in range(0, 48_000, 960):
        say(uplink, tone(1_000, 48_000, 300)[start * 2 : (start + 960) * 2])
        counts.append(len(ear.messages))
    assert counts == list(range(1, 51)), "none is kept back for the next"
    assert {len(message) for message in ear.messages} == {640}
    assert share_of(300, b"".join(ear.messages), 16_000) > 0.95
    assert uplink.heard_ms == 1_000


def test_the_microphone_is_changed_at_any_moment() -> None:
    """From the device check to the interview, without a break on the line."""
    uplink, check, interview = Uplink(), Ear(), Ear()
    for ear in (check, interview, None):
        uplink.attach(ear)
        say(uplink, tone(100, 48_000))
    assert (len(check.messages), len(interview.messages), uplink.heard_ms) == (5, 5, 300)


@pytest.mark.parametrize(("level", "dbfs"), [(32_767, -3), (3_277, -23), (0, -100)])
def test_the_level_is_what_a_meter_would_show(level: int, dbfs: float) -> None:
    uplink = Uplink()
    assert uplink.level_dbfs is None
    say(uplink, tone(1_000, 48_000, level=level))
    assert uplink.level_dbfs == pytest.approx(dbfs, abs=0.2)


def test_the_last_frames_time_is_known_and_forgotten_with_the_connection() -> None:
    moments = iter([10.0, 10.02])
    uplink = Uplink(clock=lambda: next(moments))
    say(uplink, tone(40, 48_000))
    assert uplink.last_frame == 10.02
    uplink.begin()
    assert uplink.last_frame is None
