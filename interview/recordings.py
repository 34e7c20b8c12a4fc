"""Recordings of spoken sessions: reading one as a whole, and taking an interview's out.

`interview.live.recording` writes them, a file per stretch of talk, in the data folder beside the database.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from interview.access import HIRING_ROLES, Actor
from interview.context import Context
from interview.errors import SessionUnknown
from interview.live.recording import BIT_RATE, FRAME, RATE
from interview.settings import Settings
from interview.store import queries
from interview.store.tables import SessionRow

if TYPE_CHECKING:
    import av
    from av.stream import Stream

_LONGEST_SILENCE = 3_600 * RATE // FRAME
"""Packets between two stretches of talk: after an hour's break the recording goes on without the rest of it."""

_PRE_SKIP = 312
"""Samples that Opus leaves out at the beginning: time 0 comes after them."""


def recordings_folder(settings: Settings) -> Path:
    """Where `Recorder` keeps its files."""
    return settings.data_dir / "recordings"


class Recordings:
    def __init__(self, context: Context) -> None:
        self._context = context

    def read(self, actor: Actor, session_id: str) -> bytes | None:
        """The session's recording, Ogg/Opus, candidate left and interviewer right; None where there is none.

        It begins with the session, so that a transcript entry's `start_ms` is a place in it. What is being recorded is
        in it but for its last second.
        """
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            if tx.get(SessionRow, session_id) is None:
                raise SessionUnknown("There is no such session.")
        parts = sorted(self._folder(session_id).glob("*.ogg"), key=lambda file: int(file.stem))
        return _joined(parts)

    def kept(self, session_id: str) -> bool:
        """Whether there is a recording of the session."""
        return any(self._folder(session_id).glob("*.ogg"))

    def delete(self, interview_id: str) -> None:
        """Take all recordings of an interview out. To be called while the database still knows its sessions."""
        with self._context.database.read() as tx:
            sessions = [row.session_id for row in queries.sessions(tx, interview_id)]
        for session_id in sessions:
            shutil.rmtree(self._folder(session_id), ignore_errors=True)

    def _folder(self, session_id: str) -> Path:
        return recordings_folder(self._context.settings) / session_id


def _joined(parts: list[Path]) -> bytes | None:
    """The parts' packets as they are, each at its time, packets of silence between; None without a whole packet."""
    import av

    whole = io.BytesIO()
    container = av.open(whole, "w", format="ogg")
    stream = container.add_stream("libopus", rate=RATE, layout="stereo")
    container.start_encoding()
    place = 0
    for file in parts:
        begins = round(int(file.stem) * RATE / 1000 / FRAME)
        sounds = list(_sounds(file))
        silences = [_silence()] * min(begins - place, _LONGEST_SILENCE) if sounds else []
        for data in (*silences, *sounds):
            container.mux(_packet(data, place, stream))
            place += 1
    container.close()
    return whole.getvalue() if place else None


def _sounds(file: Path) -> Iterator[bytes]:
    """A part's Opus packets of 20 ms, as many as a crash has left."""
    import av

    try:
        with av.open(str(file)) as container:
            for packet in container.demux(container.streams.audio[0]):
                if packet.size:
                    yield bytes(packet)
    except (av.FFmpegError, IndexError):
        return


def _packet(data: bytes, place: int, stream: av.AudioStream) -> av.Packet[Stream]:
    import av

    packet = av.Packet(data)
    packet.pts = packet.dts = place * FRAME - _PRE_SKIP
    packet.duration, packet.time_base, packet.stream = FRAME, Fraction(1, RATE), stream
    return packet


@cache
def _silence() -> bytes:
    """A packet of silence as our encoder makes it once it has become quiet."""
    import av

    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)  # noqa: S101 - for the type checker
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "stereo", "s16"
    encoder.bit_rate = BIT_RATE
    frame = av.AudioFrame(format="s16", layout="stereo", samples=FRAME)
    frame.sample_rate = RATE
    frame.planes[0].update(bytes(4 * FRAME))
    packets = [packet for _ in range(10) for packet in encoder.encode(frame)]
    return bytes(packets[-1])
