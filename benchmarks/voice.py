"""Talks with the embedded voice: how soon the interviewer answers, and what a talk costs this machine.

    PYTHONPATH=tests .venv/bin/python -m benchmarks.voice [TALKS]

So many talks at once (one, if not said) of five answers each, with the engine, the voice and the database as shipped,
at the pace of a real microphone; the answers were spoken by Piper before. Wait: from the last loud sound of an answer
to the decision that it has ended. Reply: from that decision to the interviewer's first sound, recognition, rating and
speech included. Server: this process, which holds the microphones too (20 ms of sound a message). Nothing crosses a
network or a call: benchmarks.media has those delays.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from statistics import median, quantiles
from time import monotonic, perf_counter, sleep

from live_line import MemoryLine
from speech_samples import quiet, up_rate, word_errors

from interview.access import SYSTEM
from interview.live.embedded import EmbeddedVoice
from interview.live.interview import LiveInterview
from interview.live.line import MESSAGE_BYTES, EndedMessage, TurnCompleteMessage
from interview.live.rooms import LiveRooms
from interview.live.view import Reply
from interview.records import NewInterview
from interview.service import Service, open_service
from interview.settings import Settings
from interview.speech.client import Speech

ANSWERS = (
    "I applied because I enjoy building reliable services, and your team works on problems that I know well.",
    "When our nightly export failed, I traced the fault to a missing index and wrote a test before I fixed it.",
    "I compared two designs with my colleague, listened to her concerns, and we agreed to keep the simpler one.",
    "I planned the work in four steps, told every team a week before, and we finished two days early.",
    "The customer was angry, so I listened first, explained what had happened, and called her again a day later.",
)
EXAMPLE = Path(__file__).parents[1] / "examples" / "backend-engineer" / "job.md"
LONGEST_SECONDS = 600.0
_TICK = MESSAGE_BYTES / 32_000


async def spoken() -> list[bytes]:
    """The answers as a microphone hears them: 16 kHz mono s16le. By a worker of their own, which ends."""
    speech = Speech(talks=1)
    await speech.start()
    try:
        return [up_rate(b"".join([pcm async for pcm in speech.speak(text)])) for text in ANSWERS]
    finally:
        await speech.close()


@dataclass
class Candidate:
    """Hears a question out, answers, and is quiet until the next; stops when the last answer was replied to."""

    service: Service
    live: LiveRooms
    sounds: list[bytes]
    line: MemoryLine = field(default_factory=MemoryLine)

    def join(self) -> None:
        new = NewInterview(
            role_title="Backend engineer",
            job_text=EXAMPLE.read_text(encoding="utf-8"),
            resume_text="Ada Example. Six years of backend services in Python and SQL.",
        )
        record = self.service.interviews.create(SYSTEM, new)
        self.session_id = self.service.spoken.open(SYSTEM, record.interview_id).session_id
        self.talk: LiveInterview = self.live.join(SYSTEM, self.session_id, self.line)

    def speak(self) -> None:
        """Until the end of the talk; one message each 20 ms, late ones made up for."""
        given, waiting, due = 0, b"", monotonic()
        while not self.line.of(EndedMessage):
            if given < len(ANSWERS) and len(self.line.of(TurnCompleteMessage)) > given:
                given, waiting = given + 1, self.sounds[given]
            elif given == len(ANSWERS) and len(self.line.of(TurnCompleteMessage)) > given:
                self.talk.stop()
            self.talk.hear(waiting[:MESSAGE_BYTES] or quiet(_TICK))
            waiting, due = waiting[MESSAGE_BYTES:], due + _TICK
            sleep(max(0.0, due - monotonic()))

    @property
    def replies(self) -> tuple[Reply, ...]:
        return self.talk.view().replies

    def word_errors(self) -> tuple[int, int]:
        rows = self.service.sessions.get(SYSTEM, self.session_id).transcript
        return word_errors(" ".join(ANSWERS), " ".join(row.text for row in rows if row.role == "candidate"))


@dataclass(frozen=True)
class Cost:
    """Of a process so far: CPU seconds in user and system mode, and its resident memory in MB (proc(5))."""

    cpu: float
    memory: float

    @classmethod
    def of(cls, pid: int) -> Cost:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        ticks = int(fields[11]) + int(fields[12])
        return cls(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


def hold(candidates: list[Candidate], voice: EmbeddedVoice) -> tuple[dict[str, tuple[Cost, Cost]], float]:
    """All talks from their first question to their end; what server and worker cost before and after, and seconds."""
    for candidate in candidates:
        candidate.join()
    worker = voice.speech.worker_pid
    if worker is None:
        raise SystemExit("the speech worker is not running")
    processes = {"server": os.getpid(), "worker": worker}
    began, before = perf_counter(), {name: Cost.of(pid) for name, pid in processes.items()}
    threads = [threading.Thread(target=candidate.speak, daemon=True) for candidate in candidates]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, LONGEST_SECONDS - (perf_counter() - began)))
    if voice.speech.worker_pid != worker or any(thread.is_alive() for thread in threads):
        raise SystemExit("a talk did not end, or the speech worker had to be started again: no figures")
    return {name: (before[name], Cost.of(pid)) for name, pid in processes.items()}, perf_counter() - began


def report(candidates: list[Candidate], costs: dict[str, tuple[Cost, Cost]], seconds: float) -> None:
    replies = list(chain.from_iterable(candidate.replies for candidate in candidates))
    print(f"{len(candidates)} at once, {seconds:.0f} s, {len(replies)} of {len(ANSWERS) * len(candidates)} answers")  # noqa: T201
    if len(replies) > 1:
        shown("end-of-turn wait", [reply.waited for reply in replies])
        shown("reply, decision to first sound", [reply.made for reply in replies])
    for name, (before, after) in costs.items():
        minutes = seconds / 60 * len(candidates)
        print(f"{name:32} {(after.cpu - before.cpu) / minutes:5.1f} CPU-s/session-minute {after.memory:5.0f} MB")  # noqa: T201
    errors, words = map(sum, zip(*(candidate.word_errors() for candidate in candidates), strict=True))
    print(f"word errors {errors / words:.1%} of {words}")  # noqa: T201


def shown(name: str, times: list[float]) -> None:
    p95 = quantiles(times, n=20, method="inclusive")[-1]
    print(f"{name:32} {median(times):5.0f} ms p50 {p95:5.0f} ms p95")  # noqa: T201


def main(talks: int) -> None:
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")  # noqa: T201
    sounds = asyncio.run(spoken())
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), engine="embedded", most_talks=talks)
        service, voice = open_service(settings), EmbeddedVoice(settings)
        live = LiveRooms(service.context, service.spoken, voice=lambda _: voice)
        try:
            candidates = [Candidate(service, live, sounds) for _ in range(talks)]
            report(candidates, *hold(candidates, voice))
        finally:
            live.close()
            service.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
