"""The interview by voice: one running talk between a candidate's line and a voice.

Everything of a talk happens on the voice loop; whatever is called from elsewhere is handed over and returns at once.
With a live model, the model talks, the rules (`rules`) judge, the transcript (`transcript`) keeps what was heard, the
clerk (`clerk`) writes it, the connector (`connector`) holds the model, the watch (`watch`) knows what is late; the
dialogue (`dialogue`) brings them together. The embedded voice takes turns instead (`turn_by_turn`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from time import monotonic
from typing import Any

from interview.access import Actor
from interview.errors import Conflict, EngineFailure, InterviewError, InvalidPayload, logged
from interview.live.clerk import Pools, give_back, note_failure, off_loop
from interview.live.line import COMPLETING, EndCause, ErrorMessage, SessionMessage
from interview.live.talk import Talk
from interview.live.view import RATED_LATER, WITHDRAWN, LiveView
from interview.live.voice import VoiceFailure, VoiceMode
from interview.models import MAX_ANSWER_CHARS, StatusName
from interview.spoken import LiveScene, Spoken

log = logging.getLogger(__name__)

_DRAIN_ATTEMPTS = 12
_CONCLUDE_ATTEMPTS = 3
ADMISSION_SECONDS = 5.0
"""Between two looks at whether the candidate's link was withdrawn."""


Part = Callable[[], Coroutine[Any, Any, None]]
"""Something that goes on until the talk is over, and is then cancelled."""


class LiveInterview:
    """One talk. `rooms.LiveRooms` makes and runs it on its loop; the first section may be called from any thread."""

    def __init__(
        self,
        scene: LiveScene,
        actor: Actor,
        mode: VoiceMode,
        talk: Talk[Any],
        parts: Sequence[Part],
        spoken: Spoken,
        pools: Pools,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._scene, self._actor, self._mode, self._spoken, self._pools = scene, actor, mode, spoken, pools
        self._talk, self._parts = talk, parts
        self._failure: str | None = None
        """The code that the voice failed with."""
        self._seconds_lost = 0.0
        self._failure_noted = False
        self._drained = asyncio.Event()
        """Every word is written, or cannot be: whoever takes the session over may begin."""

    # --- from any thread ------------------------------------------------------------------------------------------

    def hear(self, pcm: bytes) -> None:
        """16 kHz mono s16le, 20 ms a message: what the candidate's microphone hears."""
        self._talk.uplink.hear(pcm)

    def say(self, text: str) -> None:
        """Typed words, taken like spoken ones. Raises InvalidPayload where there are none, or too many."""
        words = text.strip()
        if not 1 <= len(words) <= MAX_ANSWER_CHARS:
            raise InvalidPayload(f"Please write 1 to {MAX_ANSWER_CHARS} characters.")
        self._call(self._talk.typed, words)

    def barge_in(self) -> None:
        """The candidate wants to speak: the interviewer falls silent."""
        self._call(self._talk.stop_speaking)

    def mute(self, on: bool) -> None:
        self._call(self._talk.mute, on)

    def think(self, on: bool) -> None:
        """The candidate takes a moment: nobody asks whether they are still there."""
        self._call(self._talk.think, on)

    def skip(self, index: int) -> None:
        """Raises InvalidPayload when there is no such question."""
        self._check(index)
        self._call(self._talk.skip, index)

    def mark(self, index: int, status: StatusName) -> None:
        """Note a question's status, as the candidate's side sees it. Raises InvalidPayload as `skip` does."""
        self._check(index)
        self._call(self._talk.clerk.mark, index, status)

    def stop(self) -> None:
        """End the interview: what was said is rated."""
        self._call(self._talk.end, "stopped")

    def to_text(self) -> None:
        """Go on in writing."""
        self._call(self._talk.end, "to_text")

    def leave(self) -> None:
        """The line is gone; the session can be gone on with."""
        self._call(self._talk.end, "line_lost")

    @property
    def session_id(self) -> str:
        return self._scene.session_id

    def view(self) -> LiveView:
        talk, display, progress = self._talk, self._talk.display, self._talk.progress
        return LiveView(
            state=display.state,
            message=display.message,
            captions=display.captions,
            question_index=progress.in_hand,
            question=progress.question.text if progress.question else None,
            statuses=progress.statuses,
            seconds_left=talk.deadline - monotonic(),
            dropped=talk.uplink.dropped,
            error=display.error,
            ended=display.ended,
            first_sound_ms=display.first_sound,
            replies=display.replies,
        )

    def _call(self, what: Callable[..., None], *args: object) -> None:
        try:
            self._loop.call_soon_threadsafe(what, *args)
        except RuntimeError:
            log.debug("the voice loop has ended")

    def _check(self, index: int) -> None:
        if not 0 <= index < len(self._scene.questions):
            raise InvalidPayload("There is no such question.", code="question_unknown")

    # --- on the voice loop --------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """From the first connection to the last word written. Never raises."""
        talk = self._talk
        talk.display.tell(SessionMessage(session_id=self._scene.session_id, mode=self._mode))
        talk.display.show("connecting")
        words, clerk = asyncio.create_task(talk.words.run()), asyncio.create_task(talk.clerk.run())
        parts = (*self._parts, self._while_admitted)
        talking = [asyncio.create_task(self._guarded(part())) for part in parts]
        try:
            cause = await talk.over
            self._failure, self._seconds_lost = self._failure or talk.display.code, talk.seconds_lost
            await self._fall_silent(cause, talking)
            await self._finish(cause, words, clerk)
        except Exception as error:  # noqa: BLE001 - the last one to catch
            logged(error, "live_failed")
            if talk.display.ended is None:
                self._failure = "internal_error"
                await self._note_failure()
            talk.display.end("voice_failed")
        finally:
            self._drained.set()
            for task in (*talking, words, clerk):
                task.cancel()

    def end(self, cause: EndCause) -> None:
        """The first cause counts."""
        self._talk.end(cause)

    @property
    def ending_with(self) -> EndCause | None:
        over = self._talk.over
        return over.result() if over.done() else None

    async def give_way(self) -> None:
        """Somebody else takes the session over: until every word is written."""
        if not self._talk.ending:
            told = ErrorMessage(code="taken_over", message="The interview goes on in another window.")
            self._talk.display.tell(told)
        self.end("taken_over")
        await self._drained.wait()

    async def _while_admitted(self) -> None:
        """Ends the talk when the team withdraws the candidate's link; what was said by then is kept."""
        while await off_loop(self._pools.words, self._spoken.admitted, self._actor):
            await asyncio.sleep(ADMISSION_SECONDS)
        self._talk.display.problem("unauthorized", WITHDRAWN)
        self.end("closed")

    async def _guarded(self, part: Coroutine[Any, Any, None]) -> None:
        """One part of the talk: where it fails, the talk ends, and it can be gone on with."""
        display = self._talk.display
        try:
            await part
        except EngineFailure as failure:  # of the voice, or of a turn
            display.problem(failure.code, failure.message)
            self._fails(failure.fault if isinstance(failure, VoiceFailure) else failure.code)
        except Exception as error:  # noqa: BLE001 - nobody foresaw it, and the words are kept
            number = logged(error, "live_failed")
            display.problem("internal_error", f"Something went wrong on our side. Our number for it: {number}.")
            self._fails("internal_error")

    def _fails(self, code: str) -> None:
        self._failure = self._failure or code
        self.end("voice_failed")

    async def _fall_silent(self, cause: EndCause, talking: list[asyncio.Task[None]]) -> None:
        """No more sound either way, and no connection."""
        if cause in COMPLETING:
            self._talk.display.show("ending")
        self._talk.uplink.close()
        self._talk.stop_speaking()
        for task in talking:
            task.cancel()
        await asyncio.wait(talking)

    async def _finish(self, cause: EndCause, words: asyncio.Task[None], clerk: asyncio.Task[None]) -> None:
        talk = self._talk
        talk.transcript.close(talk.clock_ms())
        talk.captions()
        talk.words.stop()
        await words
        if not await talk.words.drain(_DRAIN_ATTEMPTS):
            note = "The last words could not be stored. Please tell the hiring team."
            talk.display.problem("words_not_kept", note)
        self._drained.set()
        talk.clerk.close()
        if cause in COMPLETING:
            await clerk  # what it is rating is not rated twice
        elif cause != "voice_failed" and self._seconds_lost > 0:
            await give_back(self._spoken, self.session_id, self._pools, self._seconds_lost, talk.lost_to)
        message = await self._settle(cause)
        talk.downlink.close()
        talk.display.end(cause, message)
        await clerk

    async def _settle(self, cause: EndCause) -> str | None:
        """What the end brings with it in the database; what the candidate is told besides, if anything."""
        display = self._talk.display
        if cause in COMPLETING:
            failure = await self._talk.clerk.conclude(cause, _CONCLUDE_ATTEMPTS)
            if failure is not None:
                display.problem(failure.code, failure.message)
                return RATED_LATER
        elif cause == "to_text":
            try:
                await off_loop(self._pools.ratings, self._spoken.to_text, self._actor, self._scene.session_id)
            except Conflict as error:
                log.info("to_text: %s", error.code)  # somebody was faster
            except InterviewError as error:
                display.problem(error.code, error.message)
        elif cause == "voice_failed":
            await self._note_failure()
        return None

    async def _note_failure(self) -> None:
        """Once a talk."""
        if not self._failure_noted:
            self._failure_noted = True
            code = self._failure or "internal_error"
            await note_failure(self._spoken, self.session_id, self._pools, code, self._seconds_lost)
