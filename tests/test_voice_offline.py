"""An interview by voice without a key reaches nothing over a network: it is held where nothing can be reached."""

from __future__ import annotations

import asyncio
import os
import runpy
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from live_line import MemoryLine
from pydantic import BaseModel
from speech_samples import quiet, up_rate, word_errors

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
ANSWERS = (
    "I applied because I enjoy building reliable services, and your team works on problems that I know well.",
    "When our nightly export failed, I traced the fault to a missing index and wrote a test before I fixed it.",
)
SECONDS = 600
"""The longest that a talk may take: the machine may be busy."""
NAMESPACE = ("unshare", "--map-root-user", "--net")
"""A network of its own with no interface up, not even the loopback; worker processes are in it too."""


class Held(BaseModel):
    """What came of a talk. `reached`: whether the listener outside could be connected to."""

    reached: bool
    asked: list[str]
    heard: list[str]
    sound_bytes: int
    assessed: bool
    ended: str


# --- in a process of its own ------------------------------------------------------------------------------------------


def block() -> None:
    """From now on this process opens no connection and looks no name up, of any network."""

    def refuse(event: str, args: tuple[object, ...]) -> None:
        looked_up = event in ("socket.getaddrinfo", "socket.gethostbyname")
        sent = event in ("socket.connect", "socket.sendto", "socket.sendmsg")
        if looked_up or (sent and isinstance(args[0], socket.socket) and args[0].family != socket.AF_UNIX):
            raise OSError("no network here")

    sys.addaudithook(refuse)


def work() -> None:
    """The speech worker, blocked."""
    block()
    runpy.run_module("interview.speech.worker", run_name="__main__")


BLOCKED_WORKER = (
    *(sys.executable, "-X", "utf8", "-c"),
    f"import sys; sys.path[:0] = {[str(ROOT / 'tests')]}; import test_voice_offline; test_voice_offline.work()",
)


def reached(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def talk(folder: Path, port: int, *, blocked: bool) -> Held:
    """Two answers and the end, with the engine and the voice as shipped."""
    from interview.access import SYSTEM
    from interview.live.embedded import EmbeddedVoice
    from interview.live.line import MESSAGE_BYTES, TurnCompleteMessage
    from interview.live.rooms import LiveRooms
    from interview.records import NewInterview
    from interview.service import open_service
    from interview.settings import Settings
    from interview.speech.client import WORKER, Speech

    command = BLOCKED_WORKER if blocked else WORKER
    settings = Settings(data_dir=folder, most_talks=1)
    service, voice = open_service(settings), EmbeddedVoice(settings)
    voice.speech = Speech(talks=1, command=command)
    rooms, line = LiveRooms(service.context, service.spoken, voice=lambda _: voice), MemoryLine()
    sounds = asyncio.run(spoken(command))
    new = NewInterview(role_title="Engineer", job_text="We build clocks.", resume_text="Ten years of engineering.")
    session_id = service.spoken.open(SYSTEM, service.interviews.create(SYSTEM, new).interview_id).session_id
    try:
        held = rooms.join(SYSTEM, session_id, line)
        for number, sound in enumerate(sounds, 1):
            line.wait_for(lambda count=number: len(line.of(TurnCompleteMessage)) >= count, SECONDS)  # type: ignore[misc]
            pcm = sound + quiet(3.2)
            for at in range(0, len(pcm), MESSAGE_BYTES):
                held.hear(pcm[at : at + MESSAGE_BYTES])
        line.wait_for(lambda: len(line.of(TurnCompleteMessage)) > len(sounds), SECONDS)
        sound_bytes = len(line.played)
        held.stop()
        ended = line.ended().reason
    finally:
        rooms.close()
    transcript = service.sessions.get(SYSTEM, session_id).transcript
    assessed = service.scorecards.of_session(SYSTEM, session_id) is not None
    service.close()
    return Held(
        reached=reached(port),
        asked=[row.text for row in transcript if row.role == "interviewer"],
        heard=[row.text for row in transcript if row.role == "candidate"],
        sound_bytes=sound_bytes,
        assessed=assessed,
        ended=ended,
    )


async def spoken(command: tuple[str, ...]) -> list[bytes]:
    """The answers as a microphone hears them: 16 kHz mono s16le."""
    from interview.speech.client import Speech

    speech = Speech(talks=1, command=command)
    await speech.start()
    try:
        return [up_rate(b"".join([pcm async for pcm in speech.speak(text)])) for text in ANSWERS]
    finally:
        await speech.close()


def main(way: str, port: int) -> None:
    if way == "blocked":
        block()
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(talk(Path(folder), port, blocked=way == "blocked").model_dump_json())


# --- the test ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def way() -> str:
    """A network namespace where this machine allows one, which nothing gets out of; else sockets that refuse."""
    allowed = shutil.which(NAMESPACE[0]) and subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode == 0
    return "namespace" if allowed else "blocked"


def test_a_talk_without_a_key_needs_no_network(way: str) -> None:
    """Questions are spoken, answers recognised and rated, where not even a listener on this machine can be reached."""
    begun = NAMESPACE if way == "namespace" else ()
    environment = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert reached(port)
        command = [*begun, sys.executable, __file__, way, str(port)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    held = Held.model_validate_json(done.stdout.splitlines()[-1])
    assert not held.reached
    assert (held.ended, held.assessed) == ("stopped", True)
    assert len(held.asked) == len(ANSWERS) + 2, "the warm-up, a question after each answer, and goodbye"
    errors, words = word_errors(" ".join(ANSWERS), " ".join(held.heard))
    assert errors <= 0.15 * words, held.heard
    assert held.sound_bytes > 48_000, "a second of the interviewer's voice"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
