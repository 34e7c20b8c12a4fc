"""The app on a busy machine, or on a bad line: one thing comes late, so that what it races with always wins.

LATE_FOLDER=. PYTHONPATH=. .venv/bin/python tests/late_app.py first_packet --server.port 8501

In the folder that LATE_FOLDER names, the app makes a file `held` when it waits for a test, and goes on with what it
holds back when a test has made a file `released`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import streamlit as st
from av.packet import Packet
from av.stream import Stream
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.web import cli

from interview.access import Actor
from interview.journeys import Journey, Journeys
from interview.live import rooms
from interview.live.connector import Timing
from pages.components.webrtc.source import SourceTrack

LATE_SECONDS = 2.0
LONGEST_SECONDS = 120.0
"""For what is held back."""
IMPATIENT = Timing(line_silent=1.0, line_lost=3.0)


def first_packet() -> None:
    """A call stands for the browser before the server sends its first packet, which is held back until released."""
    on_time, released = SourceTrack.recv, _file("released")

    async def late(self: SourceTrack) -> Packet[Stream]:
        while not self.started and not released.exists():
            await asyncio.sleep(0.05)
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
    """A page is asked to be drawn anew between a press and the work that was pressed for; it waits for that once."""
    on_time, asked = st.spinner, Event()

    @contextmanager
    def late(words: str) -> Iterator[None]:
        if not asked.is_set():
            asked.set()
            _wait_until_asked_again()
        with on_time(words):
            yield

    st.spinner = late  # type: ignore[assignment]


def _wait_until_asked_again() -> None:
    """Until the whole page is to be drawn anew: the next thing that is drawn stops this run for it."""
    context = get_script_run_ctx()
    assert context is not None
    asked = context.script_requests
    assert asked is not None
    _file("held").touch()
    until = time.monotonic() + LONGEST_SECONDS
    while asked._state is not ScriptRequestType.RERUN or asked._rerun_data.fragment_id_queue:
        assert time.monotonic() < until
        time.sleep(0.05)


def _file(name: str) -> Path:
    return Path(os.environ["LATE_FOLDER"]) / name


def impatient() -> None:
    """A silent line is given up after seconds, not after a minute."""
    rooms.Timing = lambda: IMPATIENT  # type: ignore[attr-defined,misc,assignment]


DELAYS: dict[str, Callable[[], None]] = {one.__name__: one for one in (first_packet, read_journey, spinner, impatient)}

if __name__ == "__main__":
    DELAYS[sys.argv[1]]()
    sys.argv = ["streamlit", "run", "app.py", *sys.argv[2:]]
    sys.exit(cli.main())
