"""A talk's writing: its words every quarter of a second, and behind them, one by one, all that follows from them.

Words do not wait for anything that a model has a part in: two rows, the first for words alone. Nothing is given up
before it is written; what fails is tried again, in order.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

from interview.errors import EngineFailure, InterviewError, logged
from interview.live.transcript import Transcript
from interview.models import StatusName
from interview.spoken import Spoken, Standing
from interview.usage import BudgetReached

GROUP_SECONDS = 0.25
_LONGEST_WAIT = 8.0
_MOST_JOBS = 200
_NOTE_ATTEMPTS = 6
"""About eight seconds, for which the candidate waits to be told."""

OVER = frozenset({"session_complete", "session_expired", "session_unknown", "not_live", "interview_not_found"})
"""Codes that say that the session takes no more words."""

P = ParamSpec("P")
T = TypeVar("T")
Job = Callable[[], Callable[[], Standing | None] | None]
"""Asked on the loop, when its turn has come, for what to do off it; None: nothing."""


@dataclass(frozen=True)
class Pools:
    """Threads that all talks share: `words` for short writes, `ratings` for what waits for a model."""

    words: Executor
    ratings: Executor


async def off_loop(pool: Executor, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run it in a thread of the pool. Not to be cancelled: the thread goes on, and its result would be lost."""
    return await asyncio.get_running_loop().run_in_executor(pool, lambda: call(*args, **kwargs))


def backoff(failures: int, first: float = 0.25, longest: float = _LONGEST_WAIT) -> float:
    """Seconds to wait after so many failures in a row: doubling, with jitter (half to all of it)."""
    return min(longest, first * 2.0 ** min(failures - 1, 20)) * random.uniform(0.5, 1)  # noqa: S311 - no secret


async def note_failure(spoken: Spoken, session_id: str, pools: Pools, code: str, seconds: float = 0.0) -> None:
    """Store that a talk failed (see `Spoken.voice_failed`). Raises nothing."""
    await _note(pools, partial(spoken.voice_failed, session_id, code, seconds))


async def give_back(spoken: Spoken, session_id: str, pools: Pools, seconds: float, cause: str) -> None:
    """Give back what the voice was away for when its talk was left (see `Spoken.give_back`). Raises nothing."""
    await _note(pools, partial(spoken.give_back, session_id, seconds, cause))


async def _note(pools: Pools, write: Callable[[], object]) -> None:
    """Tried again where it fails."""
    for attempt in range(1, _NOTE_ATTEMPTS + 1):
        try:
            await off_loop(pools.words, write)
        except Exception as error:  # noqa: BLE001 - a database that is busy or full; the talk is over as it is
            if isinstance(error, InterviewError) and error.code in OVER:
                return
            logged(error, "failure_not_kept")
        else:
            return
        if attempt < _NOTE_ATTEMPTS:
            await asyncio.sleep(backoff(attempt))


class WordKeeper:
    """Writes the transcript. `refused` is told when the session takes no more words."""

    def __init__(
        self,
        spoken: Spoken,
        session_id: str,
        transcript: Transcript,
        clock_ms: Callable[[], int],
        pool: Executor,
        refused: Callable[[InterviewError], None],
    ) -> None:
        self._spoken, self._session_id, self._transcript = spoken, session_id, transcript
        self._clock_ms, self._pool, self._refused = clock_ms, pool, refused
        self._writing = asyncio.Lock()
        self._over = False
        self._stopping = asyncio.Event()
        self.failures = 0

    async def run(self) -> None:
        """Write in groups, until `stop`."""
        while not self._over and not self._stopping.is_set():
            with suppress(TimeoutError):
                wait = GROUP_SECONDS if not self.failures else backoff(self.failures)
                await asyncio.wait_for(self._stopping.wait(), wait)
            await self.write()

    def stop(self) -> None:
        self._stopping.set()

    async def write(self) -> bool:
        """Write what is due now; whether all of it is written."""
        async with self._writing:
            due = self._transcript.due(self._clock_ms())
            if not due or self._over:
                return True
            rows = [utterance for _, utterance in due]
            try:
                ids = await off_loop(self._pool, self._spoken.keep, self._session_id, rows)
            except InterviewError as error:
                return self._fails(error)
            except Exception as error:  # noqa: BLE001 - a database that is busy or full: the words wait
                self.failures += 1
                logged(error, "words_not_kept")
                return False
            for (entry, utterance), entry_id in zip(due, ids, strict=True):
                self._transcript.kept(entry, utterance, entry_id)
            self.failures = 0
            return True

    async def drain(self, attempts: int) -> bool:
        """Write all that there is; False when it did not come to that."""
        for _ in range(attempts):
            if await self.write() and not self._transcript.due(self._clock_ms()):
                return True
            if self.failures:
                await asyncio.sleep(backoff(self.failures))
        return self._over or not self._transcript.due(self._clock_ms())

    def _fails(self, error: InterviewError) -> bool:
        if error.code not in OVER:
            self.failures += 1
            logged(error, error.code)
            return False
        self._over = True
        self._refused(error)
        return True


class Clerk:
    """The session's other calls, one after the other, each after the words that it is about.

    `stands` is told how the session stands after each; `refused` as for the words, also when the budget is reached.
    """

    def __init__(
        self,
        spoken: Spoken,
        session_id: str,
        words: WordKeeper,
        through: Callable[[], int | None],
        pools: Pools,
        *,
        stands: Callable[[Standing], None],
        refused: Callable[[InterviewError], None],
    ) -> None:
        self._spoken, self._session_id, self._words, self._through = spoken, session_id, words, through
        self._pools, self._stands, self._refused = pools, stands, refused
        self._jobs: asyncio.Queue[Job] = asyncio.Queue(_MOST_JOBS)
        self._folding = self._closing = False
        self._folded = 0
        self.dropped = 0

    # --- what is wanted -------------------------------------------------------------------------------------------

    def fold(self) -> None:
        """Take what is said and kept by then into turns, and rate it. Asked for again meanwhile, it is done once."""
        if not self._folding:
            self._folding = True
            self._put(self._fold)

    def mark(self, index: int, status: StatusName) -> None:
        self._put(lambda: partial(self._spoken.mark, self._session_id, index, status))

    def give_back(self, seconds: float, cause: str) -> None:
        self._put(lambda: partial(self._spoken.give_back, self._session_id, seconds, cause))

    def write(self, call: Callable[[], Standing | None]) -> None:
        """Something else that is to be written in this row."""
        self._put(lambda: call)

    # ----------------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Do what is wanted, until `close`; what was begun by then is done."""
        while not self._closing:
            job = await self._jobs.get()
            if not self._closing:
                await self._do(job)

    def close(self) -> None:
        """What is not begun is left: it is done by the session's end, or when it is taken up again."""
        self._closing = True
        if self._jobs.empty():
            self._put(lambda: None)

    async def conclude(self, cause: str, attempts: int) -> InterviewError | None:
        """End the session, and tell how it stands then; what it failed by, in the end."""
        failure: InterviewError | None = None
        for attempt in range(1, attempts + 1):
            try:
                standing = await off_loop(self._pools.ratings, self._spoken.conclude, self._session_id, cause)
            except (EngineFailure, BudgetReached) as error:
                failure = error
                if attempt < attempts and isinstance(error, EngineFailure):
                    await asyncio.sleep(backoff(attempt, first=1.0))
            except InterviewError as error:
                return None if error.code in OVER else error
            except Exception as error:  # noqa: BLE001 - the words are kept; the session can be ended again
                return InterviewError(f"Our number for what went wrong: {logged(error, 'conclude_failed')}.")
            else:
                self._stands(standing)  # folds that were not begun by then are in it
                return None
        return failure

    def _fold(self) -> Callable[[], Standing | None] | None:
        self._folding = False
        through = self._through()
        if through is None or through == self._folded:
            return None
        self._folded = through
        return partial(self._spoken.fold, self._session_id, through)

    async def _do(self, job: Job) -> None:
        await self._words.write()
        call = job()
        if call is None:
            return
        try:
            standing = await off_loop(self._pools.ratings, call)
        except EngineFailure as error:
            logged(error, error.code)  # the next fold takes the same words again
        except BudgetReached as error:
            self._refused(error)
        except InterviewError as error:
            if error.code in OVER:
                self._refused(error)
        except Exception as error:  # noqa: BLE001 - the words are kept; what follows from them can be made again
            logged(error, "clerk_failed")
        else:
            if standing is not None:
                self._stands(standing)

    def _put(self, job: Job) -> None:
        try:
            self._jobs.put_nowait(job)
        except asyncio.QueueFull:
            self.dropped += 1
