"""The dialogue of a voice that takes turns: each answer is a turn of the session, by the same graph as in writing.

The ear hears an answer out, the session says what comes next, the mouth says it. All of it happens on the voice loop;
turns are taken in threads. The session decides everything; nothing here asks or rates.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Literal

from interview import moves
from interview.access import Actor
from interview.context import new_id
from interview.contract import Heard, TurnRequest
from interview.errors import Conflict, EngineFailure, InterviewError
from interview.live import rules
from interview.live.clerk import OVER, Pools, backoff, off_loop
from interview.live.connector import Timing
from interview.live.doubt import Understood, joined
from interview.live.downlink import Downlink
from interview.live.embedded import ATTEMPTS, Ear, EmbeddedVoice
from interview.live.entry import Entry
from interview.live.line import EndCause, InterruptedMessage, Line, LiveState, TurnCompleteMessage
from interview.live.mouth import Mouth
from interview.live.recording import Recorder
from interview.live.transcript import Transcript
from interview.live.turn_desk import AnswerKeeper, TurnClerk
from interview.live.uplink import Uplink
from interview.live.view import SILENT_LINE, Display, Reply
from interview.models import MAX_ANSWER_CHARS
from interview.scenes import LiveScene
from interview.speech.client import SpeechUnavailable
from interview.speech.endpointing import Endpointing
from interview.spoken_turns import Said, SpokenTurns, Step
from interview.usage import BudgetReached

TROUBLE = "That did not work; one moment, please."
CHECK_IN = "Are you still there? Take the time you need, or ask me to repeat the question."

_UNHEARD_MS = 1_000
"""Whoever speaks so soon after the interviewer began was not finished, and has not heard what was asked."""
_FULL = MAX_ANSWER_CHARS - 1_000
"""An answer of so many characters is sent as it is; what follows is another."""
_MOST_WISHES = 50
_PATIENCE_WHILE_THINKING = 4
"""Times the usual quiet until somebody who asked for a moment is asked whether they are there."""


@dataclass(frozen=True)
class _Wish:
    """What is to be done next. `answer`: the candidate has finished; `typed`: and wrote these words."""

    kind: Literal["answer", "typed", "skip", "check_in"]
    typed: str = ""


class TurnDialogue:
    """One talk's state, and what happens to it."""

    def __init__(
        self,
        scene: LiveScene,
        actor: Actor,
        line: Line,
        voice: EmbeddedVoice,
        endpointing: Endpointing,
        turns: SpokenTurns,
        pools: Pools,
        timing: Timing,
        recorder: Recorder | None,
    ) -> None:
        self._scene, self.actor, self._turns, self._pools, self._timing = scene, actor, turns, pools, timing
        self._began = monotonic() - scene.elapsed_ms / 1000
        self.over: asyncio.Future[EndCause] = asyncio.get_running_loop().create_future()
        self.deadline = monotonic() + scene.seconds_left
        self.display, self.transcript, self.uplink = Display(line), Transcript(), Uplink[Ear]()
        self.downlink = Downlink(line.speaker, recorder)
        if recorder is not None:
            self.uplink.recording = lambda pcm: recorder.candidate(pcm, self.clock_ms())
        self.progress = rules.Progress(scene.questions, scene.statuses, None)
        self.display.statuses(scene.statuses, scene.asked_question_index)
        self.ear = Ear(voice.speech, endpointing, _terms(scene), self.clock_ms, self)
        self._mouth = Mouth(voice.speech, self.transcript, self.downlink, self.clock_ms, self._first_sound)
        self.words = AnswerKeeper(self, turns, scene.session_id, pools)
        self.clerk = TurnClerk(self, turns, scene.session_id, pools)
        self._wishes: asyncio.Queue[_Wish] = asyncio.Queue(_MOST_WISHES)
        self._step: Step | None = None
        self._before, self._sending = Understood(""), Understood("")
        """Words of the answer that stand before what the ear holds; those that are being sent."""
        self._before_ms: int | None = None
        self._taking: asyncio.Future[Step] | None = None
        self._ended: tuple[float, float] | None = None
        """When the candidate's voice ended, and when that was taken as the end; until the interviewer's first sound."""
        self._quiet_since = monotonic()
        self._saying: int | None = None
        self._checked = self._unheard = self._said_again = False
        """In this question: the candidate was asked whether they are there; they spoke before it was heard, and it was
        said again.
        """

    def clock_ms(self) -> int:
        """Since the session's start."""
        return int((monotonic() - self._began) * 1000)

    def end(self, cause: EndCause) -> None:
        """The first cause counts."""
        if not self.over.done():
            self.over.set_result(cause)

    @property
    def ending(self) -> bool:
        return self.over.done()

    @property
    def seconds_lost(self) -> float:
        """None that is known of: what this voice tries again is over in a moment."""
        return 0.0

    def captions(self) -> None:
        """Tell what has changed in the transcript."""
        for message in self.transcript.changed(self.clock_ms()):
            self.display.caption(message)

    # --- what goes on until the talk is over ----------------------------------------------------------------------

    async def converse(self) -> None:
        """Say what the session says, hear the answer, take the turn, until it is complete. Raises EngineFailure."""
        step = await self._call(lambda: self._turns.begin(self.actor, self._scene.session_id))
        if step is not None and step.kept:
            self._before = Understood(step.kept)
            self._caption(step.kept).state = "over"
        self.uplink.attach(self.ear)
        while step is not None:
            self._stands(step)
            await self._say(step.say)
            if step.ended is not None:
                self.end(step.ended)
                return
            step = await self._next()

    async def watch(self) -> None:
        """One look every quarter of a second."""
        while True:
            await asyncio.sleep(self._timing.tick)
            self.captions()
            self._show()
            self._look(monotonic())

    # --- what the ear tells ---------------------------------------------------------------------------------------

    @property
    def speaking(self) -> bool:
        return self._mouth.heard

    def candidate_began(self) -> None:
        self._quiet_since = monotonic()
        self._show()

    def candidate_interrupts(self) -> None:
        self.stop_speaking()

    def candidate_said(self, words: str) -> None:
        self._quiet_since = monotonic()
        if words and self.transcript.speaking is None:
            self._caption(words)
            self.captions()
        if len(words) + len(self._before.text) > _FULL and self.ear.in_turn:
            self.ear.end_turn()
            self.candidate_ended()

    def candidate_ended(self) -> None:
        now = monotonic()
        self._ended = (self.uplink.last_loud or now, now)
        self._wish(_Wish("answer"))

    def ear_failed(self, error: SpeechUnavailable) -> None:
        if not self.ending:
            self.display.problem(error.code, error.message)
            self.end("voice_failed")

    # --- what the candidate's side asks ---------------------------------------------------------------------------

    def typed(self, words: str) -> None:
        self.stop_speaking()
        self._wish(_Wish("typed", words))

    def skip(self, index: int) -> None:
        """The question in hand; others cannot be skipped before they are asked."""
        if index == self.progress.in_hand:
            self.stop_speaking()
            self._wish(_Wish("skip"))

    def mute(self, on: bool) -> None:
        self.uplink.mute(on=on)
        self._show()

    def think(self, on: bool) -> None:
        """Nothing ends the turn until words come. Ready again: what was said until then is the answer."""
        if on:
            self.ear.think()
        elif self.ear.thinking:
            self.ear.end_turn()
            self.candidate_ended()
        self._show()

    def stop_speaking(self) -> None:
        """What is left of the interviewer's part is not heard now; the question stands in the transcript."""
        entry = self._mouth.stop()
        if entry is None:
            return
        self._unheard = self._saying is not None and entry.end_ms - entry.start_ms < _UNHEARD_MS
        self._note_time(entry)
        self.display.tell(InterruptedMessage())
        self.captions()
        self._show()

    # --- what the desk asks ---------------------------------------------------------------------------------------

    @property
    def prompt_id(self) -> int | None:
        return self._step.prompt_id if self._step else None

    @property
    def unsent(self) -> str:
        """What was said of the answer, as far as it is known, and is in no turn yet."""
        return joined([self._before, self._sending, Understood(self.ear.words)]).text

    async def settle(self, turn_seconds: float, words_seconds: float) -> None:
        """The talk is over: a turn that is being taken is taken, the last words are recognised."""
        if self._taking is not None:
            await asyncio.wait({self._taking}, timeout=turn_seconds)
            if self._taking.done() and not self._taking.cancelled() and self._taking.exception() is None:
                self._step, self._sending = self._taking.result(), Understood("")
        self.ear.close()
        try:
            async with asyncio.timeout(words_seconds):
                await self.ear.complete()
        except (SpeechUnavailable, TimeoutError):
            return  # the last partial result stands
        self._captioned(self.ear.words)

    async def send_rest(self) -> None:
        """What was said last is the last answer. Raises what a turn raises."""
        words = joined([self._before, self._sending, self.ear.take()])
        self._before, self._sending = words, Understood("")
        if words.text and self._step is not None and self._step.ended is None:
            heard = self._heard(words, self.ear.start_ms)
            await off_loop(self._pools.ratings, self._take_turn, self._request(words), new_id(), heard)
            self._before = Understood("")

    # --- turns ----------------------------------------------------------------------------------------------------

    def _wish(self, wish: _Wish) -> None:
        if not self.ending and not self._wishes.full():
            self._wishes.put_nowait(wish)

    async def _next(self) -> Step | None:
        """The next turn that brings the session on; None when the session takes no more."""
        while not self.ending:
            wish = await self._wishes.get()
            if wish.kind == "check_in":
                await self._speak(CHECK_IN)
                continue
            if wish.kind != "answer":
                self.ear.end_turn()
            await self.ear.complete()
            if wish.kind == "answer" and self.ear.in_turn:
                continue  # they go on: it was no end
            step = await self._take(wish)
            if step is not None or self.ending:
                return step
        return None

    async def _take(self, wish: _Wish) -> Step | None:
        """None where there was nothing to take."""
        start_ms, said = self.ear.start_ms, self.ear.take()
        new = joined([said, Understood(wish.typed)])
        if wish.kind == "answer" and not new.text:
            self._ended = None
            return None
        is_answer = not new.text or (moves.recognise(new.text) == "answer" and not moves.is_objection(new.text))
        if self._unheard and not self._said_again and is_answer and wish.kind == "answer":
            return self._hold(new, start_ms)
        words = joined([self._before, new]) if is_answer else new
        heard = self._heard(words, start_ms if said.text else self.clock_ms())
        if is_answer:
            self._before, self._before_ms = Understood(""), None
        self._sending = words
        self._captioned(new.text)
        request = self._request(words, skip=wish.kind == "skip", spoken=words.text != wish.typed)
        heard = replace(heard, spoken=request.auto_send)
        key = new_id()
        step = await self._call(lambda: self._take_turn(request, key, heard))
        if step is not None:
            self._sending = Understood("")
        return step

    def _hold(self, words: Understood, start_ms: int) -> Step | None:
        """They went on with the answer before they could hear the question: that is said first."""
        self._before, self._said_again = joined([self._before, words]), True
        self._before_ms = start_ms if self._before_ms is None else self._before_ms
        self._captioned(words.text)
        return self._step

    def _request(self, words: Understood, *, skip: bool = False, spoken: bool = True) -> TurnRequest:
        return TurnRequest(
            session_id=self._scene.session_id,
            answer=words.text[:MAX_ANSWER_CHARS],
            action="skip" if skip else "answer",
            auto_send=spoken,
        )

    def _heard(self, words: Understood, start_ms: int) -> Heard:
        start = start_ms if self._before_ms is None else min(self._before_ms, start_ms)
        return Heard(start, max(start, self.ear.end_ms), words.doubtful)

    def _take_turn(self, request: TurnRequest, key: str, heard: Heard) -> Step:
        return self._turns.take(self.actor, request, key, heard, self._step.last_entry if self._step else 0)

    async def _call(self, work: Callable[[], Step]) -> Step | None:
        """Tried again where the engine fails; None where the session takes no more. Raises EngineFailure."""
        for attempt in range(1, ATTEMPTS + 1):
            self._taking = asyncio.ensure_future(off_loop(self._pools.ratings, work))
            try:
                return await asyncio.shield(self._taking)
            except (EngineFailure, Conflict) as error:
                if isinstance(error, Conflict) and error.code != "turn_conflict":
                    self._refused(error)
                    return None
                if attempt == ATTEMPTS:
                    raise
                if attempt == 1 and self._step is not None:
                    await self._speak(TROUBLE)
                await asyncio.sleep(backoff(attempt, self._timing.first_wait, self._timing.longest_wait))
            except InterviewError as error:
                self._refused(error)
                return None
        return None

    def _refused(self, error: InterviewError) -> None:
        self.display.problem(error.code, error.message)
        if isinstance(error, BudgetReached):
            self.end("budget_reached")
        elif error.code in OVER:
            self.end("to_text" if error.code == "not_live" else "closed")
        else:
            self.end("voice_failed")

    def _stands(self, step: Step) -> None:
        self._said_again = self._said_again and self._step is step
        self._step, self._checked, self._unheard = step, False, False
        self.progress = replace(self.progress, statuses=step.statuses, in_hand=step.question_index)
        self.display.statuses(step.statuses, step.asked_question_index)
        self.deadline = monotonic() + step.seconds_left

    # --- what is said ---------------------------------------------------------------------------------------------

    async def _say(self, words: tuple[Said, ...]) -> None:
        """Until it was heard, or cut off."""
        for said in words:
            if not await self._speak(said.text, said.entry_id):
                return

    async def _speak(self, text: str, entry_id: int | None = None) -> bool:
        """`entry_id`: where these words stand in the transcript. Whether they were heard to their end."""
        self._saying = entry_id
        entry = await self._mouth.say(text)
        self._quiet_since = monotonic()
        if entry is not None:
            self._note_time(entry)
            self.captions()
            self.display.tell(TurnCompleteMessage())
        self._show()
        return entry is not None

    def _first_sound(self) -> None:
        if self._ended is not None:
            spoken, decided = self._ended
            self.display.replied(Reply((decided - spoken) * 1000, (monotonic() - decided) * 1000))
            self._ended = None
        self._show()

    def _note_time(self, entry: Entry) -> None:
        """When it was heard, for words that stand in the transcript."""
        if self._saying is not None:
            self.clerk.heard(self._saying, entry.start_ms, entry.end_ms)

    def _caption(self, words: str) -> Entry:
        """The candidate's words as they are known now, in the place of those before."""
        now = self.clock_ms()
        entry = self.transcript.answering or self.transcript.candidate_said(now, "", self.ear.start_ms)
        entry.pieces[:], entry.size, entry.end_ms = [(0.0, words)], len(words), max(entry.start_ms, now)
        return entry

    def _captioned(self, words: str) -> None:
        """These are the words that count."""
        if words and self.transcript.speaking is None:
            self._caption(words).state = "over"
            self.captions()

    # --- what is late ---------------------------------------------------------------------------------------------

    def _show(self) -> None:
        if self._step is not None and not self.ending:
            silent = self._line_silent() >= self._timing.line_silent
            self.display.show(self._state(), SILENT_LINE if silent else None)

    def _state(self) -> LiveState:
        if self.uplink.muted:
            return "muted"
        if self._mouth.heard:
            return "speaking"
        return "thinking" if self.ear.thinking else "listening"

    def _line_silent(self) -> float:
        """Seconds without any message from the line; none while it is muted, when it may send none."""
        return 0.0 if self.uplink.muted else monotonic() - self.uplink.last_message

    def _look(self, now: float) -> None:
        if self._line_silent() >= self._timing.line_lost:
            self.end("line_lost")
        elif now >= self.deadline + self._timing.wrap_up and (self.uplink.muted or not self.ear.in_turn):
            self.end("time_up")
        elif self._is_quiet(now):
            self._checked = True
            self._wish(_Wish("check_in"))

    def _is_quiet(self, now: float) -> bool:
        patience = self._timing.check_in * (_PATIENCE_WHILE_THINKING if self.ear.thinking else 1)
        busy = self._checked or self.uplink.muted or self._step is None or self.transcript.speaking is not None
        return not busy and now - self._quiet_since >= patience


def _terms(scene: LiveScene) -> str:
    """Words that the recogniser may expect."""
    names = (scene.role_title, *(competency.name for competency in scene.competencies), *scene.skills)
    return ", ".join(dict.fromkeys(names))
