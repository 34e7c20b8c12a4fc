"""Turns of a talk taken from the session, in threads: tried again where the engine fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import Protocol

from interview.access import Actor
from interview.context import new_id
from interview.contract import Heard, TurnRequest
from interview.errors import Conflict, EngineFailure, InterviewError
from interview.live.clerk import backoff, off_loop
from interview.live.connector import Timing
from interview.live.embedded import ATTEMPTS
from interview.live.lost_time import LostTime
from interview.spoken import Standing
from interview.spoken_turns import SpokenTurns, Step


class Owner(Protocol):
    """The talk that turns are taken for."""

    async def trouble(self) -> None:
        """A turn has failed once: the candidate is told."""
        ...

    def refused(self, error: InterviewError) -> None:
        """The session takes no more."""
        ...

    def given_back(self, standing: Standing) -> None:
        """Lost seconds do not count: how the session stands now."""
        ...


class TurnTaker:
    """On the voice loop. `step`: where the session stands."""

    def __init__(
        self,
        owner: Owner,
        turns: SpokenTurns,
        actor: Actor,
        session_id: str,
        pool: Executor,
        timing: Timing,
        lost: LostTime,
    ) -> None:
        self._owner, self._turns, self._actor, self._session_id = owner, turns, actor, session_id
        self._pool, self._timing, self._lost = pool, timing, lost
        self._taking: asyncio.Future[Step] | None = None
        self.step: Step | None = None

    async def begin(self) -> Step | None:
        """The first step of this talk. None, and raises, as `take` does."""
        return await self._call(lambda: self._turns.begin(self._actor, self._session_id), self._silently)

    async def take(self, request: TurnRequest, heard: Heard) -> Step | None:
        """The step after this answer or move; None where the session takes no more. Raises EngineFailure."""
        key = new_id()
        return await self._call(lambda: self._take(request, key, heard), self._owner.trouble)

    async def take_last(self, request: TurnRequest, heard: Heard) -> None:
        """Once, when the talk is over. Raises what a turn raises."""
        await off_loop(self._pool, self._take, request, new_id(), heard)

    async def settled(self, seconds: float) -> bool:
        """Wait for a turn that is being taken, so long at most; whether one was, and `step` is what came of it."""
        if self._taking is None:
            return False
        await asyncio.wait({self._taking}, timeout=seconds)
        if not self._taking.done() or self._taking.cancelled() or self._taking.exception() is not None:
            return False
        self.step = self._taking.result()
        return True

    async def _silently(self) -> None:
        """There is nobody yet who could be told."""

    def _take(self, request: TurnRequest, key: str, heard: Heard) -> Step:
        return self._turns.take(self._actor, request, key, heard, self.step.last_entry if self.step else 0)

    async def _call(self, work: Callable[[], Step], trouble: Callable[[], Awaitable[None]]) -> Step | None:
        with self._lost.trying(awaited=self._lost.clock()) as trying:
            for attempt in range(1, ATTEMPTS + 1):
                self._taking = asyncio.ensure_future(self._once(work, self._lost.take()))
                try:
                    return await asyncio.shield(self._taking)
                except (EngineFailure, Conflict) as error:
                    if isinstance(error, Conflict) and error.code != "turn_conflict":
                        self._owner.refused(error)
                        return None
                    if isinstance(error, EngineFailure):
                        trying.fails()
                    if attempt == ATTEMPTS:
                        raise
                    if attempt == 1:
                        await trouble()
                    await asyncio.sleep(backoff(attempt, self._timing.first_wait, self._timing.longest_wait))
                except InterviewError as error:
                    self._owner.refused(error)
                    return None
        return None

    async def _once(self, work: Callable[[], Step], lost_seconds: float) -> Step:
        """What was lost until now is given back first: the rules ask for the time that is left."""
        if lost_seconds > 0:
            try:
                standing = await off_loop(self._pool, self._turns.give_back, self._session_id, lost_seconds)
            except Exception:
                self._lost.put_back(lost_seconds)
                raise
            self._owner.given_back(standing)
        return await off_loop(self._pool, work)
