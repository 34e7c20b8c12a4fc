"""Recording a talk: both voices in one Ogg/Opus file, the candidate left, the interviewer right.

One file per stretch of talk, `<folder>/<session_id>/<start_ms>.ogg`, on the transcript's clock: its first sample is at
`start_ms`, and where nobody speaks there is silence. Calls only queue; one thread encodes for all talks. It writes
every `_EVERY_SECONDS`, so that a crash takes no more than about a second with it.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from interview.errors import logged
from interview.live.line import DOWN_RATE, UP_RATE

if TYPE_CHECKING:
    import av
    from av.audio.resampler import AudioResampler

log = logging.getLogger(__name__)

RATE = 48_000
FRAME = RATE // 50
"""Samples in a packet of 20 ms."""
BIT_RATE = 48_000

_EVERY_SECONDS = 0.5
_LAG_MS = 250
"""Sound may come so much later than its time and is still put where it belongs."""
_JITTER_MS = 80
"""Sound that begins so little after what came before was spoken without a break."""
_MICROPHONE_AHEAD_MS = 1_000
_VOICE_AHEAD_MS = 180_000
"""How far a track may run ahead of what is written: a voice is delivered faster than it is played."""
_QUEUE_BYTES = 8 * 1024 * 1024


class Recorder:
    """Records one stretch of talk. Every method returns at once and may be called from any thread; none raises.

    `dropped`: pieces that there was no room for, or no time. After a failure (a full disk) everything is.
    """

    def __init__(self, folder: Path, session_id: str, start_ms: int) -> None:
        """Make an empty file, for the server's own user only. `start_ms`: now, since the session's start.

        Raises OSError where the folder cannot be written to.
        """
        self.file = _new_file(folder / session_id, start_ms)
        self.dropped = 0
        self._began, self._start_ms, self._newest_ms = time.monotonic(), start_ms, start_ms
        self._candidate = _Track(UP_RATE, start_ms, _MICROPHONE_AHEAD_MS)
        self._interviewer = _Track(DOWN_RATE, start_ms, _VOICE_AHEAD_MS)
        self._queue: deque[tuple[Callable[[], bool], int]] = deque()
        self._queued = 0
        self._lock = threading.Lock()
        self._writer: _Writer | None = None
        self._closing, self._closed = False, threading.Event()
        _ENCODER.add(self)

    def candidate(self, pcm: bytes, at_ms: int) -> None:
        """16 kHz mono s16le that was said at `at_ms` since the session's start."""
        self._put(lambda: self._hear(pcm, at_ms), len(pcm))

    def interviewer(self, pcm: bytes, at_ms: int) -> None:
        """24 kHz mono s16le that is to be played at `at_ms`; what is still being played by then goes first."""
        self._put(lambda: self._interviewer.put(pcm, at_ms), len(pcm))

    def flush_interviewer(self, heard_until_ms: int) -> None:
        """The interviewer was cut off: what would have been played from `heard_until_ms` on is taken out."""
        self._put(lambda: self._interviewer.cut(heard_until_ms), 0)

    def close(self) -> None:
        """Finish the file with what has been given so far. Closing again changes nothing."""
        self._closing = True
        _ENCODER.wake()

    def wait(self, seconds: float) -> bool:
        """Whether the closed file was finished within so many seconds. Blocks."""
        return self._closed.wait(seconds)

    def _put(self, step: Callable[[], bool], size: int) -> None:
        with self._lock:
            if self._closing or self._queued + size > _QUEUE_BYTES:
                self.dropped += 1
                return
            self._queue.append((step, size))
            self._queued += size

    def _hear(self, pcm: bytes, at_ms: int) -> bool:
        taken = self._candidate.put(pcm, at_ms)
        self._newest_ms = max(self._newest_ms, at_ms if taken else 0)
        return taken

    def write(self) -> bool:
        """Encode what is due; whether the file is finished. For the encoder's thread."""
        closing = self._closing
        try:
            self._work_off(closing)
        except Exception as error:  # noqa: BLE001 - a talk goes on without its recording
            logged(error, "recording_failed")
            self._abandon()
            return True
        if closing:
            self._closed.set()
        return closing

    def _work_off(self, closing: bool) -> None:
        with self._lock:
            steps, self._queue, self._queued = self._queue, deque(), 0
        for step, _ in steps:
            self.dropped += not step()
        passed = self._start_ms + int(1000 * (time.monotonic() - self._began))
        due = max(passed, self._newest_ms) - _LAG_MS
        if closing:
            due = max(self._candidate.end_ms, self._interviewer.end_ms)
        self._writer = self._writer or _Writer(self.file)
        self._writer.write(self._candidate.take(due), self._interviewer.take(due))
        if closing:
            self._writer.close()

    def _abandon(self) -> None:
        with self._lock:
            self._closing = True
            self._queue.clear()
        with suppress(Exception):
            if self._writer is not None:
                self._writer.close()
        self._closed.set()


class _Track:
    """One voice's sound that is not written yet, mono s16le without a gap from `at_ms` on."""

    def __init__(self, rate: int, at_ms: int, ahead_ms: int) -> None:
        self._bytes_per_ms = rate // 1000 * 2
        self._at_ms, self._ahead_ms = at_ms, ahead_ms
        self._sound = bytearray()

    @property
    def end_ms(self) -> int:
        return self._at_ms + len(self._sound) // self._bytes_per_ms

    def put(self, pcm: bytes, at_ms: int) -> bool:
        """Join it to what is there, or leave silence up to its time; False where it would lie too far ahead."""
        gap = at_ms - self.end_ms
        if gap < -self._ahead_ms or at_ms - self._at_ms > _VOICE_AHEAD_MS:
            return False
        if gap > _JITTER_MS:
            self._sound += bytes(gap * self._bytes_per_ms)
        if len(self._sound) + len(pcm) > _VOICE_AHEAD_MS * self._bytes_per_ms:
            return False
        self._sound += pcm[: len(pcm) // 2 * 2]
        return True

    def cut(self, until_ms: int) -> bool:
        del self._sound[max(0, until_ms - self._at_ms) * self._bytes_per_ms :]
        return True

    def take(self, until_ms: int) -> bytes:
        """All up to this moment, silence where there is nothing."""
        size = max(0, until_ms - self._at_ms) * self._bytes_per_ms
        taken = bytes(self._sound[:size]).ljust(size, b"\0")
        del self._sound[:size]
        self._at_ms = max(self._at_ms, until_ms)
        return taken


class _Writer:
    """The file: 48 kHz stereo Opus. A page holds a quarter of a second and goes to the disk when it is full."""

    def __init__(self, file: Path) -> None:
        import av

        options = {"page_duration": "250000", "flush_packets": "1"}
        self._container = av.open(str(file), "w", format="ogg", options=options)
        self._stream = self._container.add_stream(
            "libopus", rate=RATE, layout="stereo", bit_rate=BIT_RATE, options={"application": "audio"}
        )
        self._up = [av.AudioResampler("s16", "mono", RATE) for _ in range(2)]
        self._ready = [bytearray(), bytearray()]
        self._written = 0

    def write(self, candidate: bytes, interviewer: bytes) -> None:
        """Two stretches of the same length in time."""
        for ready, up, pcm, rate in zip(
            self._ready, self._up, (candidate, interviewer), (UP_RATE, DOWN_RATE), strict=True
        ):
            ready += _resampled(up, _frame(pcm, rate)) if pcm else b""
        self._encode(min(map(len, self._ready)) // 2 // FRAME * FRAME)

    def close(self) -> None:
        """Write what is left, filled up to a whole packet."""
        for ready, up in zip(self._ready, self._up, strict=True):
            ready += _resampled(up, None)
        samples = -(-max(map(len, self._ready)) // 2 // FRAME) * FRAME
        for ready in self._ready:
            ready += bytes(2 * samples - len(ready))
        self._encode(samples)
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def _encode(self, samples: int) -> None:
        import av
        import numpy as np

        if not samples:
            return
        channels = [np.frombuffer(bytes(ready[: 2 * samples]), np.int16) for ready in self._ready]
        for ready in self._ready:
            del ready[: 2 * samples]
        frame = av.AudioFrame.from_ndarray(np.stack(channels, axis=1).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts = RATE, self._written
        self._written += samples
        self._container.mux(self._stream.encode(frame))


def _frame(pcm: bytes, rate: int) -> av.AudioFrame:
    import av
    import numpy as np

    frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, np.int16).reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = rate
    return frame


def _resampled(resampler: AudioResampler, frame: av.AudioFrame | None) -> bytes:
    with suppress(EOFError, ValueError):
        return b"".join(bytes(out.planes[0])[: 2 * out.samples] for out in resampler.resample(frame))
    return b""


def _new_file(folder: Path, start_ms: int) -> Path:
    """An empty file of that name, or of the next millisecond's that is free; for the server's own user only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        file = folder / f"{start_ms}.ogg"
        try:
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            start_ms += 1
        else:
            return file


class _Encoder:
    """The thread that writes all recordings. It lives while there are any; what is open at exit is finished."""

    def __init__(self) -> None:
        self._recorders: set[Recorder] = set()
        self._lock = threading.Lock()
        self._awake = threading.Event()
        self._thread: threading.Thread | None = None
        atexit.register(self._finish)

    def add(self, recorder: Recorder) -> None:
        with self._lock:
            self._recorders.add(recorder)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="recordings", daemon=True)
                self._thread.start()

    def wake(self) -> None:
        self._awake.set()

    def _run(self) -> None:
        while True:
            self._awake.wait(_EVERY_SECONDS)
            self._awake.clear()
            with self._lock:
                open_ones = list(self._recorders)
            done = {recorder for recorder in open_ones if recorder.write()}
            with self._lock:
                self._recorders -= done
                if not self._recorders:
                    self._thread = None
                    return

    def _finish(self) -> None:
        with self._lock:
            open_ones, thread = list(self._recorders), self._thread
        for recorder in open_ones:
            recorder.close()
        if thread is not None:
            thread.join(5)


_ENCODER = _Encoder()
