"""What waits to be heard by the candidate: written by the interview from its threads, read by the call's clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from interview.live.line import DOWN_RATE

PACKET_MS = 20
BYTES_PER_MS = DOWN_RATE // 1000 * 2
PACKET_BYTES = PACKET_MS * BYTES_PER_MS

LONGEST_MS = 60_000
"""More than this never waits: a model speaks faster than it is heard, but not for minutes."""
FADE_MS = 5
"""A voice that is cut off is faded: a hard end is heard as a click."""
UNDER_RUN_PACKETS = 10
"""Sound that comes within 0.2 s of the last was late; after a longer silence it is a new sentence."""


@dataclass(frozen=True)
class Played:
    """Counts of one call. Milliseconds of sound: heard, cut off by a flush, dropped (no room, or of an older
    generation), waiting; times it ran dry in the middle of speech; packets sent late by more than one of them."""

    played_ms: int = 0
    flushed_ms: int = 0
    dropped_ms: int = 0
    waiting_ms: int = 0
    under_runs: int = 0
    late_packets: int = 0


class Playback:
    """The interview's loudspeaker (`interview.live.line.Loudspeaker`). Thread-safe; nothing in it waits."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting = bytearray()
        self._generation = 0
        self._silent_packets = UNDER_RUN_PACKETS
        self._played = self._flushed = self._dropped = 0
        self._under_runs = self._late = 0
        self.on_sound: Callable[[], None] = lambda: None
        """Called, in the caller's thread, when sound comes after none was waiting."""

    def play(self, pcm: bytes, generation: int) -> None:
        """Queue 24 kHz mono s16le of any length. An older generation than the newest is dropped, as is what finds no
        room; both are counted."""
        with self._lock:
            room = LONGEST_MS * BYTES_PER_MS - len(self._waiting) if generation >= self._generation else 0
            taken = pcm[: min(room, len(pcm)) // 2 * 2]
            self._dropped += len(pcm) - len(taken)
            wake = bool(taken) and not self._waiting
            self._under_runs += wake and 0 < self._silent_packets < UNDER_RUN_PACKETS
            self._waiting += taken
        if wake:
            self.on_sound()

    def flush(self) -> int:
        """Drop what waits, at once but for a fade of 5 ms; the generation that may be played from now on."""
        with self._lock:
            faded = _faded(bytes(self._waiting[: FADE_MS * BYTES_PER_MS]))
            self._flushed += len(self._waiting) - len(faded)
            self._waiting[:] = faded
            self._silent_packets = UNDER_RUN_PACKETS
            self._generation += 1
            return self._generation

    def take(self) -> bytes | None:
        """The next 20 ms; the end of speech is filled up with silence. None when nothing waits."""
        with self._lock:
            if not self._waiting:
                self._silent_packets += 1
                return None
            piece = bytes(self._waiting[:PACKET_BYTES])
            del self._waiting[:PACKET_BYTES]
            self._played += len(piece)
            self._silent_packets = 0
        return piece.ljust(PACKET_BYTES, b"\0")

    def count_late(self) -> None:
        self._late += 1

    def played(self) -> Played:
        with self._lock:
            return Played(
                played_ms=self._played // BYTES_PER_MS,
                flushed_ms=self._flushed // BYTES_PER_MS,
                dropped_ms=self._dropped // BYTES_PER_MS,
                waiting_ms=len(self._waiting) // BYTES_PER_MS,
                under_runs=self._under_runs,
                late_packets=self._late,
            )


def _faded(pcm: bytes) -> bytes:
    """The same sound, down to silence at its end."""
    import numpy as np

    samples = np.frombuffer(pcm, np.int16)
    return (samples * np.linspace(1, 0, len(samples))).astype(np.int16).tobytes()
