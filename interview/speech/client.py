"""Speech for the voice loop: one worker process for all talks, kept alive, and its work in order of urgency.

A final recognition goes before speech, speech before partial results; these are dropped when the machine is behind.
Everything runs on the loop that `start` was called on; nothing blocks it and there is no thread for a talk.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
import sys
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Literal, overload

from interview.errors import InvalidPayload
from interview.speech.process import SpeechUnavailable, WorkerProcess
from interview.speech.weights import missing
from interview.speech.wire import MOST_AUDIO, MOST_CHARACTERS, MOST_SECONDS, Ready, Recognised, Reply, Request, Task
from interview.speech.words import pieces

__all__ = ["Speech", "SpeechUnavailable"]

log = logging.getLogger(__name__)

WORKER = (sys.executable, "-X", "utf8", "-m", "interview.speech.worker")
_ANSWER_SECONDS = 30.0
_PARTIAL_SECONDS = 1.0
"""A partial result that waited longer is of no use: a newer one is asked for."""
_MOST_WAITING = 200
_LONGEST_PAUSE = 30.0
"""Between two starts of a worker that ends soon each time."""

_URGENCY: dict[Task, int] = {"measure": 0, "final": 0, "speak": 1, "partial": 2}
_SPEAKING_SHARE = 0.7
"""Of a talk's time, in which the candidate speaks; in the rest the interviewer does. Interviews are so by design."""
_FINALS_A_SECOND = 0.2
_USED_SHARE = 0.7
"""Of the machine, in the mean: beyond that waiting times grow, and the pages and calls need some of it."""

_STOPPED = "The speech process ended unexpectedly and starts again. Please say that once more."
_BUSY = "This machine has more to hear and say than it can at the moment. Please try again."
_NOT_DONE = "That could not be turned into words or sound. Please try again."
_CLOSED = "Speech is not running. Please go on in writing."


@dataclass(order=True)
class _Job:
    urgency: int
    number: int
    request: Request = field(compare=False)
    body: bytes = field(compare=False)
    reply: asyncio.Future[tuple[Reply, bytes] | None] = field(compare=False)
    since: float = field(compare=False)
    overdue: asyncio.TimerHandle | None = field(default=None, compare=False)


class Speech:
    """`talks`: how many to carry at once, where that is not to be measured. `command`: the worker, for tests."""

    def __init__(self, *, talks: int | None = None, command: Sequence[str] = WORKER) -> None:
        self._talks, self._command = talks, tuple(command)
        self._numbers = itertools.count(1)
        self._waiting: list[_Job] = []
        self._running: dict[int, _Job] = {}
        self._worker: WorkerProcess | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._problem = _CLOSED

    async def start(self) -> None:
        """Start the worker, load the models and measure the machine; to be called once. Raises SpeechUnavailable."""
        if problems := missing():
            raise SpeechUnavailable(" ".join(problems))
        if self._keeper is None:
            started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._keeper = asyncio.create_task(self._keep(started))
            try:
                await asyncio.shield(started)
                if self._talks is None:
                    self._talks = await self._measured()
            except BaseException:
                await self.close()
                raise

    async def close(self) -> None:
        """End the worker; what was asked for fails."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait({keeper})

    def capacity(self) -> int:
        """How many talks this machine carries at once, at least one; 0 before it was started."""
        return self._talks or 0

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id, for figures; None while there is none."""
        return self._worker.pid if self._worker else None

    @overload
    async def recognise(self, pcm: bytes, terms: str = "", *, final: Literal[True]) -> Recognised: ...
    @overload
    async def recognise(self, pcm: bytes, terms: str = "", *, final: bool) -> Recognised | None: ...
    async def recognise(self, pcm: bytes, terms: str = "", *, final: bool) -> Recognised | None:
        """What was said in 16 kHz mono s16le sound of at most 60 s.

        `terms`: words to expect, such as the role's. A partial result is None when the machine is behind; it costs half
        of a final one up to 14 s of sound, and its words are not timed. Raises InvalidPayload, SpeechUnavailable.
        """
        if len(pcm) > MOST_AUDIO or len(pcm) % 2:
            raise InvalidPayload(f"Sound to recognise is 16-bit mono at 16 kHz, of at most {MOST_SECONDS} seconds.")
        if not pcm:
            return Recognised()
        answer = await self._ask("final" if final else "partial", terms, pcm)
        return (answer[0].recognised or Recognised()) if answer else None

    async def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        """24 kHz mono s16le, a sentence at a time. Closing the generator stops before the next sentence.

        A sentence takes a tenth of its own length to make: ask for the next when one has come, not when it was played.
        Raises InvalidPayload above 2,000 characters, and SpeechUnavailable.
        """
        if len(text) > MOST_CHARACTERS:
            raise InvalidPayload(f"At most {MOST_CHARACTERS} characters can be spoken at a time.")
        for piece in pieces(text):
            if answer := await self._ask("speak", piece):
                yield answer[1]

    # --- requests -------------------------------------------------------------------------------------------------

    async def _ask(self, task: Task, text: str = "", body: bytes = b"") -> tuple[Reply, bytes] | None:
        """The worker's answer; None to a partial recognition that came too late."""
        if self._keeper is None or self._keeper.done():
            raise SpeechUnavailable(self._problem)
        self._make_room(task)
        loop, number = asyncio.get_running_loop(), next(self._numbers)
        request = Request(id=number, task=task, text=text)
        job = _Job(_URGENCY[task], number, request, body, loop.create_future(), loop.time())
        heapq.heappush(self._waiting, job)
        self._send_waiting()
        try:
            async with asyncio.timeout(2 * _ANSWER_SECONDS):
                answer = await job.reply
        except TimeoutError:
            raise SpeechUnavailable(_BUSY) from None
        if answer and answer[0].failed:
            raise SpeechUnavailable(_NOT_DONE)
        return answer

    def _make_room(self, task: Task) -> None:
        """Drop what is of no use any more, and refuse what there is no room for."""
        oldest = asyncio.get_running_loop().time() - _PARTIAL_SECONDS
        for job in self._waiting:
            if job.request.task == "partial" and job.since < oldest and not job.reply.done():
                job.reply.set_result(None)
        self._waiting = [job for job in self._waiting if not job.reply.done()]
        heapq.heapify(self._waiting)
        if len(self._waiting) >= _MOST_WAITING and task != "partial":
            raise SpeechUnavailable(_BUSY)

    def _send_waiting(self) -> None:
        """Give the worker as much as it can work on. One place is kept free of partial results where there are two."""
        worker, loop = self._worker, asyncio.get_running_loop()
        while worker and self._waiting and len(self._running) < _room(worker.ready, self._waiting[0]):
            job = heapq.heappop(self._waiting)
            if not job.reply.done() and job.request.task == "partial" and loop.time() - job.since > _PARTIAL_SECONDS:
                job.reply.set_result(None)
            if not job.reply.done():
                self._running[job.number] = job
                # An answer that takes so long does not come: the worker hangs.
                job.overdue = loop.call_later(_ANSWER_SECONDS, worker.kill)
                worker.send(job.request, job.body)

    async def _measured(self) -> int:
        """A talk's mean need of CPU seconds a second against what the machine has; a partial result each second."""
        answer = await self._ask("measure")
        if answer is None or answer[0].costs is None or self._worker is None:
            raise SpeechUnavailable(_NOT_DONE)
        costs = answer[0].costs
        hearing = costs.partial + _FINALS_A_SECOND * costs.final
        need = _SPEAKING_SHARE * hearing + (1 - _SPEAKING_SHARE) * costs.speech
        return max(1, int(_USED_SHARE * self._worker.ready.cores / need))

    # --- the worker -----------------------------------------------------------------------------------------------

    async def _keep(self, started: asyncio.Future[None]) -> None:
        """Run one worker after the other until cancelled. `started`: set with the first, or told why there is none."""
        pause, clock = 0.0, asyncio.get_running_loop().time
        try:
            while True:
                begun = clock()
                self._fail(self._running, await self._run_worker(started))
                log.warning("the speech worker ended and is started again")
                pause = 0.0 if clock() - begun > 2 * _LONGEST_PAUSE else min(_LONGEST_PAUSE, 2 * pause + 0.1)
                await asyncio.sleep(pause)
        except SpeechUnavailable as error:
            self._problem = error.message
            started.set_exception(error)
        finally:
            self._fail(self._running, self._problem)
            self._fail_waiting(self._problem)

    async def _run_worker(self, started: asyncio.Future[None]) -> str:
        """One worker's life; why it is over. Raises SpeechUnavailable when the first one does not start."""
        try:
            worker = await WorkerProcess.start(self._command)
        except SpeechUnavailable as error:
            if not started.done():
                raise
            self._fail_waiting(error.message)
            return error.message
        self._worker = worker
        try:
            if not started.done():
                started.set_result(None)
            self._send_waiting()
            async for reply, body in worker.replies():
                self._take(reply, body)
            return _STOPPED
        finally:
            self._worker = None
            await worker.end()

    def _take(self, reply: Reply, body: bytes) -> None:
        job = self._running.pop(reply.id, None)
        if job is not None:
            if job.overdue:
                job.overdue.cancel()
            if not job.reply.done():
                job.reply.set_result((reply, body))
        self._send_waiting()

    def _fail_waiting(self, why: str) -> None:
        waiting, self._waiting = {job.number: job for job in self._waiting}, []
        self._fail(waiting, why)

    def _fail(self, jobs: dict[int, _Job], why: str) -> None:
        for job in jobs.values():
            if job.overdue:
                job.overdue.cancel()
            if not job.reply.done():
                job.reply.set_exception(SpeechUnavailable(why))
        jobs.clear()


def _room(ready: Ready, job: _Job) -> int:
    """How many requests the worker may have in hand when this one is sent."""
    return max(1, ready.slots - 1) if job.request.task == "partial" else ready.slots
