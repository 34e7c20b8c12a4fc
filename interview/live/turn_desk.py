"""The writing of a talk that takes turns: the words of an unfinished answer, and what else is to be noted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from interview.errors import EngineFailure, InterviewError, logged
from interview.live.clerk import OVER, Pools, backoff, off_loop
from interview.live.doubt import Understood
from interview.live.line import EndCause, ErrorMessage
from interview.models import StatusName
from interview.spoken import not_answered, require_forward
from interview.spoken_turns import SpokenTurns

if TYPE_CHECKING:
    from interview.live.turn_by_turn import TurnDialogue

GROUP_SECONDS = 0.5
_TURN_SECONDS, _WORDS_SECONDS = 20.0, 15.0
"""So long the end waits for a turn that is being taken, and for words that are being recognised."""
_MOST_NOTES = 200


class AnswerKeeper:
    """Keeps what was said and is not sent yet as the answer's draft, as it grows."""

    def __init__(self, talk: TurnDialogue, turns: SpokenTurns, session_id: str, pools: Pools) -> None:
        self._talk, self._turns, self._session_id, self._pools = talk, turns, session_id, pools
        self._kept: tuple[int | None, Understood] = (None, Understood(""))
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), GROUP_SECONDS)
            await self._write()

    def stop(self) -> None:
        self._stopping.set()

    async def drain(self, attempts: int) -> bool:
        """A turn that is being taken is taken; what was said after it is recognised and kept."""
        await self._talk.settle(_TURN_SECONDS, _WORDS_SECONDS)
        for attempt in range(1, attempts + 1):
            if await self._write():
                return True
            await asyncio.sleep(backoff(attempt))
        return False

    async def _write(self) -> bool:
        row = (self._talk.prompt_id, self._talk.unsent)
        if row == self._kept or (row[0] != self._kept[0] and not row[1].text):
            return True
        try:
            await off_loop(self._pools.words, self._turns.keep_words, self._session_id, *row)
        except Exception as error:  # noqa: BLE001 - a database that is busy or full: the words wait
            logged(error, "words_not_kept")
            return False
        self._kept = row
        return True


class TurnClerk:
    """Notes in their order, and the session's end."""

    def __init__(self, talk: TurnDialogue, turns: SpokenTurns, session_id: str, pools: Pools) -> None:
        self._talk, self._turns, self._session_id, self._pools = talk, turns, session_id, pools
        self._notes: asyncio.Queue[Callable[[], None] | None] = asyncio.Queue(_MOST_NOTES)

    def mark(self, index: int, status: StatusName) -> None:
        """As the candidate's side sees it. Turns set the statuses, and a skip is one: what is asked for besides is
        judged, and answered by how the question stands, or why it cannot stand so.
        """
        talk = self._talk
        if status == "skipped" and index == talk.progress.in_hand:
            talk.skip(index)
            return
        now = talk.progress.status(index)
        try:
            require_forward(index, now, status)
            if status == "answered" and now != status:
                raise not_answered(index)
        except InterviewError as refused:
            talk.display.tell(ErrorMessage(code=refused.code, message=refused.message))
        else:
            talk.display.status(index)

    def heard(self, entry_id: int, start_ms: int, end_ms: int) -> None:
        """When the interviewer's words were heard."""
        with suppress(asyncio.QueueFull):
            self._notes.put_nowait(lambda: self._turns.time(self._session_id, entry_id, start_ms, end_ms))

    async def run(self) -> None:
        while (note := await self._notes.get()) is not None:
            try:
                await off_loop(self._pools.words, note)
            except Exception as error:  # noqa: BLE001 - a time that is missing is no reason to end the talk
                logged(error, "note_not_kept")

    def close(self) -> None:
        """What is waiting is written first."""
        if self._notes.full():
            self._notes.get_nowait()
        self._notes.put_nowait(None)

    async def conclude(self, cause: EndCause, attempts: int) -> InterviewError | None:
        failure: InterviewError | None = None
        for attempt in range(1, attempts + 1):
            try:
                await self._talk.send_rest()
                await off_loop(self._pools.ratings, self._turns.conclude, self._talk.actor, self._session_id, cause)
            except EngineFailure as error:
                failure = error
                await asyncio.sleep(backoff(attempt, first=1.0))
            except InterviewError as error:
                return None if error.code in OVER else error
            except Exception as error:  # noqa: BLE001 - the words are kept; the session can be ended again
                return InterviewError(f"Our number for what went wrong: {logged(error, 'conclude_failed')}.")
            else:
                return None
        return failure
