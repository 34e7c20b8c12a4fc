"""The app on a busy machine, or on a bad line: one thing comes late, so that what it races with always wins.

PYTHONPATH=. .venv/bin/python tests/late_app.py first_packet --server.port 8501
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st
from av.packet import Packet
from av.stream import Stream
from streamlit.web import cli

from interview.access import Actor
from interview.journeys import Journey, Journeys
from interview.live import rooms
from interview.live.connector import Timing
from pages.components.webrtc.source import SourceTrack

LATE_SECONDS = 2.0
IMPATIENT = Timing(line_silent=1.0, line_lost=3.0)


def first_packet() -> None:
    """A call stands for the browser before the server sends its first packet."""
    on_time = SourceTrack.recv

    async def late(self: SourceTrack) -> Packet[Stream]:
        if not self.started:
            await asyncio.sleep(LATE_SECONDS)
        return await on_time(self)

    SourceTrack.recv = late  # type: ignore[method-assign]


def read_journey() -> None:
    """What a page has read of the journey is old by the time that it draws."""
    on_time = Journeys.read

    def late(self: Journeys, actor: Actor) -> Journey:
        found = on_time(self, actor)
        time.sleep(LATE_SECONDS)
        return found

    Journeys.read = late  # type: ignore[method-assign]


def spinner() -> None:
    """A page takes its time between a press and the work that was asked for."""
    on_time = st.spinner

    @contextmanager
    def late(words: str) -> Iterator[None]:
        time.sleep(LATE_SECONDS)
        with on_time(words):
            yield

    st.spinner = late  # type: ignore[assignment]


def impatient() -> None:
    """A silent line is given up after seconds, not after a minute."""
    rooms.Timing = lambda: IMPATIENT  # type: ignore[attr-defined,misc,assignment]


DELAYS: dict[str, Callable[[], None]] = {one.__name__: one for one in (first_packet, read_journey, spinner, impatient)}

if __name__ == "__main__":
    DELAYS[sys.argv[1]]()
    sys.argv = ["streamlit", "run", "app.py", *sys.argv[2:]]
    sys.exit(cli.main())
