"""The dialogue of a voice that takes turns: each answer is a turn of the session, by the same graph as in writing.

The ear hears an answer out, the session says what comes next, the mouth says it. All of it happens on the voice loop;
turns are taken in threads. The session decides everything; nothing here asks or rates.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from time import monotonic
from typing import Literal

from interview import moves
from interview.access import Actor
from interview.contract import TurnRequest
from interview.errors import InterviewError
from interview.live.answering import Answering
from interview.live.clerk import OVER, Pools
from interview.live.connector import Timing
from interview.live.doubt import Understood, joined
from interview.live.embedded import Ear, EmbeddedVoice
from interview.live.entry import Entry
from interview.live.line import InterruptedMessage, Line, TurnCompleteMessage
from interview.live.lost_time import LostTime
from interview.live.mouth import Mouth
from interview.live.recording import Recorder
from interview.live.taking import TurnTaker
from interview.live.talk import Talk
from interview.live.turn_desk import AnswerKeeper, TurnClerk
from interview.live.turn_watch import TurnWatch
from interview.live.view import Reply
from interview.models import MAX_ANSWER_CHARS
from interview.scenes import LiveScene
from interview.speech.client import SpeechUnavailable
from interview.speech.endpointing import Endpointing
from interview.spoken import Standing
from interview.spoken_turns import TRIED_AGAIN, Said, SpokenTurns, Step
from interview.usage import BudgetReached

TROUBLE = "That did not work; one moment, please."
CHECK_IN = "Are you still there? Take the time you need, or ask me to repeat the question."

_UNHEARD_MS = 1_000
"""Whoever speaks so soon after the interviewer began was not finished, and has not heard what was asked."""
_FULL = MAX_ANSWER_CHARS - 1_000
"""An answer of so many characters is sent as it is; what follows is another."""
_MOST_WISHES = 50


@dataclass(frozen=True)
class _Wish:
    """What is to be done next. `answer`: the candidate has finished; `typed`: and wrote these words."""

    kind: Literal["answer", "typed", "skip", "check_in"]
    typed: str = ""


class TurnDialogue(Talk[Ear]):
    """The talk of a voice that takes turns."""

    lost_to = TRIED_AGAIN
    words: AnswerKeeper
    clerk: TurnClerk

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
        super().__init__(scene, line, recorder, timing, in_hand=None)
        self.actor = actor
        self._lost = LostTime()
        self.ear = Ear(voice.speech, endpointing, _terms(scene), self.clock_ms, self, self._lost)
        self._mouth = Mouth(voice.speech, self.transcript, self.downlink, self.clock_ms, self._first_sound, self._lost)
        self.words = AnswerKeeper(self, turns, scene.session_id, pools)
        self.clerk = TurnClerk(self, turns, scene.session_id, pools)
        self._wishes: asyncio.Queue[_Wish] = asyncio.Queue(_MOST_WISHES)
        self._taker = TurnTaker(self, turns, actor, scene.session_id, pools.ratings, timing, self._lost)
        self.watch = TurnWatch(self)
        self._answering = Answering()
        self._ended: tuple[float, float] | None = None
        """When the candidate's voice ended, and when that was taken as the end; until the interviewer's first sound."""
        self._saying: int | None = None
        self._unheard = self._said_again = False
        """In this question: the candidate spoke before it was heard; it was said again."""

    @property
    def seconds_lost(self) -> float:
        return self._lost.seconds

    # --- what goes on until the talk is over ----------------------------------------------------------------------

    async def converse(self) -> None:
        """Say what the session says, hear the answer, take the turn, until it is complete. Raises EngineFailure."""
        step = await self._taker.begin()
        if step is not None and step.kept.text:
            self._answering.resume(step.kept)
            self._caption(step.kept.text).state = "over"
        self.uplink.attach(self.ear)
        while step is not None:
            self._stands(step)
            await self._say(step.say)
            if step.ended is not None:
                self.end(step.ended)
                return
            step = await self._next()

    # --- what the ear tells ---------------------------------------------------------------------------------------

    @property
    def speaking(self) -> bool:
        return self._mouth.heard

    def candidate_began(self) -> None:
        self.watch.spoke()
        self.watch.show()

    def candidate_interrupts(self) -> None:
        self.stop_speaking()

    def candidate_said(self, words: str) -> None:
        self.watch.spoke()
        if words and self.transcript.speaking is None:
            self._caption(words)
            self.captions()
        if len(words) + self._answering.length > _FULL and self.ear.in_turn:
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
        self.watch.show()

    def think(self, on: bool) -> None:
        """Nothing ends the turn until words come. Ready again: what was said until then is the answer."""
        if on:
            self.ear.think()
        elif self.ear.thinking:
            self.ear.end_turn()
            self.candidate_ended()
        self.watch.show()

    def stop_speaking(self) -> None:
        """What is left of the interviewer's part is not heard now; the question stands in the transcript."""
        entry = self._mouth.stop()
        if entry is None:
            return
        self._unheard = self._saying is not None and entry.end_ms - entry.start_ms < _UNHEARD_MS
        self._note_time(entry)
        self.display.tell(InterruptedMessage())
        self.captions()
        self.watch.show()

    # --- what the desk asks ---------------------------------------------------------------------------------------

    @property
    def prompt_id(self) -> int | None:
        return self._taker.step.prompt_id if self._taker.step else None

    @property
    def unsent(self) -> Understood:
        """What was said of the answer, as far as it is known, and is in no turn yet."""
        return self._answering.unsent(self.ear.so_far)

    async def settle(self, turn_seconds: float, words_seconds: float) -> None:
        """The talk is over: a turn that is being taken is taken, the last words are recognised."""
        if await self._taker.settled(turn_seconds):
            self._answering.sent()
        self.ear.close()
        try:
            async with asyncio.timeout(words_seconds):
                await self.ear.complete()
        except (SpeechUnavailable, TimeoutError):
            return  # the last partial result stands
        self._captioned(self.ear.words)

    async def send_rest(self) -> None:
        """What was said last is the last answer. Raises what a turn raises."""
        words, step = self._answering.gather(self.ear.take()), self._taker.step
        if words.text and step is not None and step.ended is None:
            heard = self._answering.heard(words, self.ear.start_ms, self.ear.end_ms)
            await self._taker.take_last(self._request(words), heard)
            self._answering.done()

    # --- what the watch asks --------------------------------------------------------------------------------------

    @property
    def begun(self) -> bool:
        """The session has said what comes first."""
        return self._taker.step is not None

    def check_in(self) -> None:
        """The candidate is quiet: ask whether they are there."""
        self._wish(_Wish("check_in"))

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
        start_ms = start_ms if said.text else self.clock_ms()
        words, heard = self._answering.send(new, start_ms, self.ear.end_ms, whole=is_answer)
        self._captioned(new.text)
        request = self._request(words, skip=wish.kind == "skip", spoken=words.text != wish.typed)
        step = await self._taker.take(request, replace(heard, spoken=request.auto_send))
        if step is not None:
            self._answering.sent()
        return step

    def _hold(self, words: Understood, start_ms: int) -> Step | None:
        """They went on with the answer before they could hear the question: that is said first."""
        self._answering.hold(words, start_ms)
        self._said_again = True
        self._captioned(words.text)
        return self._taker.step

    def _request(self, words: Understood, *, skip: bool = False, spoken: bool = True) -> TurnRequest:
        return TurnRequest(
            session_id=self._scene.session_id,
            answer=words.text[:MAX_ANSWER_CHARS],
            action="skip" if skip else "answer",
            auto_send=spoken,
        )

    # --- what is told of a turn -----------------------------------------------------------------------------------

    async def trouble(self) -> None:
        await self._speak(TROUBLE)

    def refused(self, error: InterviewError) -> None:
        self.display.problem(error.code, error.message)
        if isinstance(error, BudgetReached):
            self.end("budget_reached")
        elif error.code in OVER:
            self.end("to_text" if error.code == "not_live" else "closed")
        else:
            self.end("voice_failed")

    def given_back(self, standing: Standing) -> None:
        self.deadline = monotonic() + standing.seconds_left

    def _stands(self, step: Step) -> None:
        self._said_again = self._said_again and self._taker.step is step
        self._taker.step, self._unheard = step, False
        self.watch.asked()
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
        self.watch.spoke()
        if entry is not None:
            self._note_time(entry)
            self.captions()
            self.display.tell(TurnCompleteMessage())
        self.watch.show()
        return entry is not None

    def _first_sound(self) -> None:
        if self._ended is not None:
            spoken, decided = self._ended
            self.display.replied(Reply((decided - spoken) * 1000, (monotonic() - decided) * 1000))
            self._ended = None
        self.watch.show()

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


def _terms(scene: LiveScene) -> str:
    """Words that the recogniser may expect."""
    names = (scene.role_title, *(competency.name for competency in scene.competencies), *scene.skills)
    return ", ".join(dict.fromkeys(names))
