"""The interview by voice: one running talk between a candidate's line and a live model.

Everything of a talk happens on the voice loop; whatever is called from elsewhere is handed over and returns at once.
The model talks, the rules (`rules`) judge, the transcript (`transcript`) keeps what was heard, the clerk (`clerk`)
writes it, the connector (`connector`) holds the model, the watch (`watch`) knows what is late.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from interview import usage
from interview.access import Actor
from interview.context import Context
from interview.errors import Conflict, InterviewError, InvalidPayload, logged
from interview.live import prompt, rules
from interview.live.clerk import Clerk, Pools, WordKeeper, off_loop
from interview.live.connector import Connector, Timing
from interview.live.line import (
    COMPLETING,
    DOWN_RATE,
    EndCause,
    InterruptedMessage,
    Line,
    ResumedMessage,
    SessionMessage,
    TurnCompleteMessage,
)
from interview.live.transcript import Entry, Transcript
from interview.live.uplink import Uplink
from interview.live.view import RATED_LATER, Display, LiveView
from interview.live.voice import (
    CandidateSaid,
    GoingAway,
    Interrupted,
    InterviewerSaid,
    LiveVoice,
    NewHandle,
    Opening,
    SaidAll,
    Sound,
    TokensUsed,
    ToolAsked,
    TurnComplete,
    VoiceEvent,
    VoiceFailure,
)
from interview.live.watch import Watch
from interview.matching import best_match
from interview.models import MAX_ANSWER_CHARS, StatusName
from interview.redaction import Redactor
from interview.spoken import LiveScene, Spoken, Standing

if TYPE_CHECKING:
    from interview.live.recording import Recorder

log = logging.getLogger(__name__)

_DRAIN_ATTEMPTS = 12
_CONCLUDE_ATTEMPTS = 3


class LiveInterview:
    """One talk. `rooms.LiveRooms` makes and runs it on its loop; the first section may be called from any thread."""

    def __init__(
        self,
        scene: LiveScene,
        actor: Actor,
        line: Line,
        voice: LiveVoice,
        spoken: Spoken,
        context: Context,
        pools: Pools,
        timing: Timing,
        recorder: Recorder | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._scene, self._actor, self._line, self._voice = scene, actor, line, voice
        self._spoken, self._context, self._pools, self.timing = spoken, context, pools, timing
        self._recorder = recorder
        self._began = monotonic() - scene.elapsed_ms / 1000
        self._over: asyncio.Future[EndCause] = self._loop.create_future()
        self.drained = asyncio.Event()
        """Set when every word is written, or cannot be: whoever takes the session over may begin."""
        self.deadline = monotonic() + scene.seconds_left
        self.display = Display(line)
        self.transcript = Transcript()
        self.uplink = Uplink()
        self.progress = rules.Progress(scene.questions, scene.statuses, scene.asked_question_index)
        self.display.statuses(scene.statuses, scene.asked_question_index)
        follow_ups = max(0, context.settings.max_questions_per_competency - 1)
        redactor = Redactor(scene.private, on=context.settings.redact)
        self._prompt = prompt.Prompt(scene, redactor, follow_ups=follow_ups)
        self.connector = Connector(voice, self.uplink, self, timing)
        self.watch = Watch(self)
        self._words = WordKeeper(
            spoken, scene.session_id, self.transcript, self.clock_ms, pools.words, self._session_over
        )
        self._clerk = Clerk(
            spoken,
            scene.session_id,
            self._words,
            lambda: self.transcript.closed_through(self.clock_ms()),
            pools,
            stands=self._stands,
            refused=self._session_over,
        )
        self._generation = line.speaker.flush()
        self._known = 0
        """The sequence from which on the model with the newest handle knows nothing."""
        self._cut: str | None = None
        self._guarded = self._counted = False
        self._thinking = False
        self._close_with: EndCause | None = None
        self._too_early = False
        self._skipped: set[int] = set()
        self.wrapped = False
        if recorder is not None:
            self.uplink.recording = lambda pcm: recorder.candidate(pcm, self.clock_ms())

    # --- from any thread ------------------------------------------------------------------------------------------

    def hear(self, pcm: bytes) -> None:
        """16 kHz mono s16le, 20 ms a message: what the candidate's microphone hears."""
        self.uplink.hear(pcm)

    def say(self, text: str) -> None:
        """Typed words, taken like spoken ones. Raises InvalidPayload where there are none, or too many."""
        words = text.strip()
        if not 1 <= len(words) <= MAX_ANSWER_CHARS:
            raise InvalidPayload(f"Please write 1 to {MAX_ANSWER_CHARS} characters.")
        self._call(self._typed, words)

    def barge_in(self) -> None:
        """The candidate wants to speak: the interviewer falls silent."""
        self._call(self._stop_speaking, False)

    def mute(self, on: bool) -> None:
        self._call(self._mute, on)

    def think(self, on: bool) -> None:
        """The candidate takes a moment: nobody asks whether they are still there."""
        self._call(self._think, on)

    def skip(self, index: int) -> None:
        """Raises InvalidPayload when there is no such question."""
        self._check(index)
        self._call(self._skip, index)

    def mark(self, index: int, status: StatusName) -> None:
        """Note a question's status, as the candidate's side sees it. Raises InvalidPayload as `skip` does."""
        self._check(index)
        self._call(self._clerk.mark, index, status)

    def stop(self) -> None:
        """End the interview: what was said is rated."""
        self._call(self.end, "stopped")

    def to_text(self) -> None:
        """Go on in writing."""
        self._call(self.end, "to_text")

    def leave(self) -> None:
        """The line is gone; the session can be gone on with."""
        self._call(self.end, "line_lost")

    @property
    def session_id(self) -> str:
        return self._scene.session_id

    def view(self) -> LiveView:
        display, progress = self.display, self.progress
        return LiveView(
            state=display.state,
            message=display.message,
            captions=display.captions,
            question_index=progress.in_hand,
            question=progress.question.text if progress.question else None,
            statuses=progress.statuses,
            seconds_left=self.deadline - monotonic(),
            dropped=self.uplink.dropped,
            error=display.error,
            ended=display.ended,
            first_sound_ms=display.first_sound,
        )

    def _call(self, what: Callable[..., None], *args: object) -> None:
        try:
            self._loop.call_soon_threadsafe(what, *args)
        except RuntimeError:
            log.debug("the voice loop has ended")

    def _check(self, index: int) -> None:
        if not 0 <= index < len(self._scene.questions):
            raise InvalidPayload("There is no such question.", code="question_unknown")

    # --- the course of it -----------------------------------------------------------------------------------------

    def clock_ms(self) -> int:
        """Since the session's start."""
        return int((monotonic() - self._began) * 1000)

    async def run(self) -> None:
        """From the first connection to the last word written. Never raises."""
        self.display.tell(SessionMessage(session_id=self._scene.session_id, mode=self._voice.mode))
        self.display.show("connecting")
        writing = (asyncio.create_task(self._words.run()), asyncio.create_task(self._clerk.run()))
        talking = [
            asyncio.create_task(self._guard(part())) for part in (self.connector.run, self.uplink.run, self.watch.run)
        ]
        try:
            cause = await self._over
            await self._end_talk(cause, talking)
            await self._finish(cause, *writing)
        except Exception as error:  # noqa: BLE001 - the last one to catch
            logged(error, "live_failed")
            self.display.end("voice_failed")
        finally:
            self.drained.set()
            for task in (*talking, *writing):
                task.cancel()

    def end(self, cause: EndCause) -> None:
        """The first cause counts."""
        if not self._over.done():
            self._over.set_result(cause)

    @property
    def ending(self) -> bool:
        return self._over.done()

    @property
    def ending_with(self) -> EndCause | None:
        return self._over.result() if self._over.done() else None

    async def _guard(self, part: asyncio.Future[None] | object) -> None:
        try:
            await part  # type: ignore[misc]
        except VoiceFailure as failure:
            self.display.problem(failure.code, failure.message)
            self.end("voice_failed")
        except Exception as error:  # noqa: BLE001 - nobody foresaw it: the words are kept, the talk can be begun again
            number = logged(error, "live_failed")
            self.display.problem("internal_error", f"Something went wrong on our side. Our number for it: {number}.")
            self.end("voice_failed")

    async def _end_talk(self, cause: EndCause, talking: list[asyncio.Task[None]]) -> None:
        """No more sound either way, and no connection."""
        if cause in COMPLETING:
            self.display.show("ending")
        self.uplink.close()
        if self.transcript.speaking is not None:
            self._stop_speaking(by_model=False)
        for task in talking:
            task.cancel()
        await asyncio.wait(talking)

    async def _finish(self, cause: EndCause, words: asyncio.Task[None], clerk: asyncio.Task[None]) -> None:
        self.transcript.close(self.clock_ms())
        self.captions()
        self._words.stop()
        await words
        kept = await self._words.drain(_DRAIN_ATTEMPTS)
        if not kept:
            self.display.problem("words_not_kept", "The last words could not be stored. Please tell the hiring team.")
        self.drained.set()
        self._clerk.close()
        await clerk
        message = await self._settle(cause)
        if self._recorder is not None:
            self._recorder.close()
        self.display.end(cause, message)

    async def _settle(self, cause: EndCause) -> str | None:
        """What the end brings with it in the database; what the candidate is told besides, if anything."""
        if cause in COMPLETING:
            failure = await self._clerk.conclude(cause, _CONCLUDE_ATTEMPTS)
            if failure is not None:
                self.display.problem(failure.code, failure.message)
                return RATED_LATER
        elif cause == "to_text":
            try:
                await off_loop(self._pools.ratings, self._spoken.to_text, self._actor, self._scene.session_id)
            except Conflict as error:
                log.info("to_text: %s", error.code)  # somebody was faster
            except InterviewError as error:
                self.display.problem(error.code, error.message)
        return None

    # --- what the connector asks --------------------------------------------------------------------------------------

    def opening(self, handle: str | None) -> Opening:
        now = self.clock_ms()
        said = (*self._scene.entries, *self.transcript.said(now))
        since = self.transcript.said(now, self._known)
        return self._prompt.opening(
            self.progress.statuses, said, since=since, handle=handle, first_words=self._first_words(said_any=bool(said))
        )

    def _first_words(self, *, said_any: bool) -> str | None:
        """What the model is to do at once; None: the candidate is speaking, or it is their turn."""
        if self._cut is not None:
            return prompt.say_again(self._cut)
        if not said_any:
            return prompt.greet()
        if not self.transcript.entries:
            return prompt.come_back(self.progress.question)
        answering = self.transcript.answering or self._typed_last()
        if answering is not None and self.uplink.quiet_seconds() >= self.timing.answered:
            return prompt.go_on(answering.text(self.clock_ms()))
        return None

    def _typed_last(self) -> Entry | None:
        last = self.transcript.entries[-1]
        return last if last.role == "candidate" and last.pieces else None

    def connected(self, seconds_lost: float | None) -> None:
        self.transcript.connected()
        self._guarded = False
        self.watch.expect()
        self._cut = None
        if seconds_lost is not None:
            self._clerk.give_back(seconds_lost, "connection_lost")
            self.display.solved()
            self.display.tell(ResumedMessage(seconds=round(seconds_lost, 3)))
        self.watch.show()

    def lost(self) -> None:
        speaking = self.transcript.speaking
        if speaking is not None and speaking.delivered:
            self._turn_over()  # all of it is here and being played
        elif speaking is not None:
            self._stop_speaking(by_model=True)
            self._cut = speaking.text(self.clock_ms()) or speaking.whole_text() or "(nothing)"
        self.watch.show()

    def on(self, event: VoiceEvent) -> None:
        match event:
            case Sound():
                self._sound(event.pcm)
            case InterviewerSaid():
                self._interviewer_said(event.text)
            case CandidateSaid():
                self._candidate_said(event.text)
            case Interrupted():
                self._stop_speaking(by_model=True)
            case SaidAll():
                self.transcript.delivered()
            case TurnComplete():
                self._turn_over()
            case ToolAsked():
                self._tool(event)
            case GoingAway():
                self.connector.going_away(event.seconds)
                self.watch.pause()
            case NewHandle():
                self._handle(event.handle)
            case TokensUsed():
                self._used(event)

    # --- what is said ---------------------------------------------------------------------------------------------

    def _sound(self, pcm: bytes) -> None:
        self.watch.heard_model()
        now, speaking = self.clock_ms(), self.transcript.speaking
        if not self.transcript.sound(now, len(pcm) / 2 / DOWN_RATE * 1000):
            return
        entry = self.transcript.speaking
        assert entry is not None  # noqa: S101 - it was begun just now
        if speaking is None:
            self._begins()
        if entry.received_ms * DOWN_RATE * 2 <= len(pcm) * 1000 and self.uplink.last_loud is not None:
            self.display.delayed((monotonic() - self.uplink.last_loud) * 1000)
        self._line.speaker.play(pcm, self._generation)
        if self._recorder is not None:
            self._recorder.interviewer(pcm, entry.start_ms + int(entry.received_ms - len(pcm) / 2 / DOWN_RATE * 1000))
        self.watch.show()

    def _interviewer_said(self, text: str) -> None:
        before, reply = self.transcript.speaking, self.watch.reply_is_due()
        self.transcript.interviewer_said(self.clock_ms(), text, reply=reply)
        if self.transcript.speaking is not None:
            self.watch.heard_model()
        speaking = self.transcript.speaking
        if speaking is not None and before is None:
            self._begins()
        if speaking is not None and not self._guarded:
            again = rules.repeats(speaking.whole_text(), self.progress)
            if again is not None:
                self._guarded = True
                self._stop_speaking(by_model=False)
                self.instruct(prompt.ask_instead(again, self.progress.next_open))

    def _begins(self) -> None:
        """The interviewer has begun to speak: what the candidate has said until now is an answer."""
        self._counted = False
        place = self.transcript.speaking.sequence - 1 if self.transcript.speaking else -1
        if place >= 0:
            self._count(self.transcript.entries[place])

    def _count(self, entry: Entry) -> None:
        words = entry.text(self.clock_ms())
        if entry.role == "candidate" and words and not self._counted:
            self._counted = True
            self.progress = self.progress.answered(words)

    def _candidate_said(self, text: str) -> None:
        self.connector.steady()
        self._thinking = False
        onset = self.uplink.loud_since
        at = None if onset is None else int((onset - self._began) * 1000)
        entry = self.transcript.candidate_said(self.clock_ms(), text, at)
        speaking = self.transcript.speaking
        if speaking is not None and entry.sequence < speaking.sequence:
            self._count(entry)  # late words of the answer before
        else:
            self.watch.heard_candidate()
        self.watch.show()

    def _typed(self, words: str) -> None:
        if self.ending:
            return
        self._thinking = False
        self._stop_speaking(by_model=False)
        self.transcript.typed(self.clock_ms(), words)
        self.uplink.send(lambda connection: connection.send_words(words))
        self.watch.heard_candidate()
        self.captions()

    def _stop_speaking(self, by_model: bool) -> None:
        """What is left of the interviewer's part is not heard."""
        entry = self.transcript.cut(self.clock_ms(), by_model=by_model)
        if entry is None:
            return
        self._generation = self._line.speaker.flush()
        self.display.tell(InterruptedMessage())
        if self._recorder is not None:
            self._recorder.flush_interviewer(self.clock_ms())
        if not self._guarded:
            self._asked(entry, cut=entry.state == "cut")
        self.captions()

    def _turn_over(self) -> None:
        self.connector.steady()
        entry = self.transcript.turn_complete(self.clock_ms())
        if entry is not None:
            self._asked(entry, cut=False)
        self._guarded = False
        self.captions()
        self.display.tell(TurnCompleteMessage())
        self._clerk.fold()
        self.watch.turn_over(entry)
        if self._close_with is not None:
            self.watch.end_soon(self._close_with, entry)
        elif self._too_early:
            self._too_early = False
            self.instruct(prompt.still_open(self.progress.next_open))

    def _asked(self, entry: Entry, *, cut: bool) -> None:
        words = entry.text(self.clock_ms())
        self.progress = self.progress.asked(words, cut=cut)
        if not cut and best_match([self._scene.wrapup], words) is not None:
            self.wrapped = True

    # --- what is asked and noted --------------------------------------------------------------------------------------

    def instruct(self, note: str) -> None:
        """A note of the rules to the model."""
        self.watch.expect()
        self.uplink.send(lambda connection: connection.instruct(note))

    def _tool(self, call: ToolAsked) -> None:
        answering = self.transcript.answering
        known = self.progress.answered(answering.text(0)) if answering and not self._counted else self.progress
        verdict = rules.judge(call, known, time_up=self.time_up)
        self.uplink.send(lambda connection: connection.answer_tool(call, verdict.answer), lasting=False)
        if verdict.mark is not None:
            self.progress = self.progress.moved(*verdict.mark)
            self._clerk.mark(*verdict.mark)
        if verdict.end is not None:
            self._close_with = verdict.end
            self.watch.end_by(verdict.end)
        self._too_early = verdict.too_early

    def _handle(self, handle: str | None) -> None:
        if handle is not None:
            self.connector.handle = handle
            self._known = len(self.transcript.entries)

    def _used(self, tokens: TokensUsed) -> None:
        context, interview_id = self._context, self._scene.interview_id

        def write() -> None:
            usage.record(
                context, interview_id, self._voice.model, usage.LIVE, tokens.input_tokens, tokens.output_tokens
            )
            with usage.charged(context, interview_id):
                pass  # raises when that was the last of the budget

        self._clerk.write(write)

    def _mute(self, on: bool) -> None:
        self.uplink.mute(on=on)
        self.watch.show()

    def _think(self, on: bool) -> None:
        self._thinking = on
        self.watch.show()

    @property
    def thinking(self) -> bool:
        return self._thinking

    def _skip(self, index: int) -> None:
        if self.ending or self.progress.through(index):
            return
        self._stop_speaking(by_model=False)
        self.progress = self.progress.moved(index, "skipped")
        self._clerk.mark(index, "skipped")
        self.instruct(prompt.skipped(self._scene.questions[index], self.progress.next_open))

    @property
    def time_up(self) -> bool:
        return monotonic() >= self.deadline

    def captions(self) -> None:
        """Tell what has changed in the transcript."""
        for message in self.transcript.changed(self.clock_ms()):
            self.display.caption(message)

    # --- what the clerk tells -----------------------------------------------------------------------------------------

    def _stands(self, standing: Standing) -> None:
        self.progress = self.progress.merged(standing.statuses)
        self.display.statuses(standing.statuses, standing.asked_question_index)
        self.deadline = monotonic() + standing.seconds_left
        if not standing.active:
            self.end("closed")

    def _session_over(self, error: InterviewError) -> None:
        """The session takes no more words, or its budget is reached."""
        if isinstance(error, usage.BudgetReached):
            if not self.ending and self._close_with is None:
                self.display.problem(error.code, error.message)
                self._close_with = "budget_reached"
                self.watch.end_by("budget_reached")
                self.instruct(prompt.say_goodbye())
            return
        self.display.problem(error.code, error.message)
        self.end("to_text" if error.code == "not_live" else "closed")
