"""The service's end while somebody is about to join by voice."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from builders import House
from live_line import SECONDS, MemoryLine

from interview.access import SYSTEM
from interview.errors import Conflict
from interview.live.embedded import EmbeddedVoice
from interview.live.rooms import LiveRooms
from interview.speech.client import Speech

NEVER_READY = (sys.executable, "-c", "import sys; sys.stdin.read()")
"""A worker that goes on loading until its input ends."""


class Starting(EmbeddedVoice):
    """Says when it is being started."""

    def __init__(self, home: House) -> None:
        super().__init__(home.settings)
        self.speech = Speech(talks=1, command=NEVER_READY)
        self.asked = threading.Event()

    async def start(self) -> None:
        self.asked.set()
        await super().start()


def test_whoever_waits_for_the_voice_is_told_when_the_service_ends(home: House) -> None:
    """At once: nobody keeps the server from ending by waiting for what does not come any more."""
    voice = Starting(home)
    rooms = LiveRooms(home.service.context, home.service.spoken, voice=lambda _: voice)
    session_id = home.service.spoken.open(SYSTEM, home.interview().interview_id).session_id
    with ThreadPoolExecutor(1) as pool:
        joining = pool.submit(rooms.join, SYSTEM, session_id, MemoryLine())
        assert voice.asked.wait(SECONDS)
        rooms.close()
        with pytest.raises(Conflict, match="being ended") as told:
            joining.result(SECONDS)
    assert told.value.code == "voice_busy"
    assert rooms.running(session_id) is None
    with pytest.raises(Conflict, match="being ended"):
        rooms.join(SYSTEM, session_id, MemoryLine())
