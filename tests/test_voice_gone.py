"""The voice without a key, gone for good: its worker killed in a talk, or never started."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders import House, house
from embedded_talk import FAST, Talking
from live_line import MemoryLine

from interview.access import SYSTEM
from interview.contract import SessionSnapshot
from interview.errors import EngineFailure
from interview.events import VoiceFailed
from interview.live.embedded import EmbeddedVoice
from interview.live.rooms import LiveRooms
from interview.speech.client import WORKER, Speech


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    opened = house(tmp_path, core=1, probes=0)
    yield opened
    opened.close()


@contextmanager
def rooms_of(home: House, *command: str) -> Iterator[tuple[LiveRooms, EmbeddedVoice]]:
    voice = EmbeddedVoice(home.settings)
    voice.speech = Speech(talks=1, command=command)
    rooms = LiveRooms(home.service.context, home.service.spoken, voice=lambda _: voice, timing=FAST)
    try:
        yield rooms, voice
    finally:
        rooms.close()


def failures(seen: SessionSnapshot) -> list[str]:
    return [event.payload.code for event in seen.events if isinstance(event.payload, VoiceFailed)]


def test_a_worker_that_is_gone_for_good_ends_the_talk_and_is_stored(home: House, tmp_path: Path) -> None:
    """Killed, and not to be started again: one failure of the talk."""
    flag, line, record = tmp_path / "gone", MemoryLine(), home.interview()
    session_id = home.service.spoken.open(SYSTEM, record.interview_id).session_id
    with rooms_of(home, "sh", "-c", f'[ ! -e "{flag}" ] && exec "$@"', "sh", *WORKER) as (rooms, voice):
        talking = Talking(home, rooms, record, session_id, line, rooms.join(SYSTEM, session_id, line), {})
        talking.asked(1)
        flag.touch()
        assert voice.speech.worker_pid
        os.kill(voice.speech.worker_pid, signal.SIGKILL)
        talking.talk.say("I like clocks.")
        assert talking.ended() == "voice_failed"
        assert failures(talking.seen) == ["speech_unavailable"]
    assert failures(talking.seen) == ["speech_unavailable"]


def test_a_worker_that_never_starts_is_a_failure_each_time_it_is_tried(home: House) -> None:
    session_id = home.service.spoken.open(SYSTEM, home.interview().interview_id).session_id
    with rooms_of(home, "false") as (rooms, _):
        for tries in (1, 2):
            with pytest.raises(EngineFailure, match="does not start"):
                rooms.join(SYSTEM, session_id, MemoryLine())
            assert failures(home.see(session_id)) == ["speech_unavailable"] * tries
