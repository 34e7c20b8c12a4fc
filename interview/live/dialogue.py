"""The dialogue of a talk: what is heard and said, judged and noted, from one connection of the model to the next.

All of it happens on the voice loop, in plain calls: nothing here waits.
"""

from __future__ import annotations

from time import monotonic

from interview import policy, usage
from interview.context import Context
from interview.errors import InterviewError
from interview.live import prompt, rules
from interview.live.clerk import Clerk, Pools, WordKeeper
from interview.live.connector import Connector, Timing
from interview.live.downlink import milliseconds
from interview.live.entry import Entry
from interview.live.line import EndCause, InterruptedMessage, Line, ResumedMessage, TurnCompleteMessage
from interview.live.opening import Openings
from interview.live.recording import Recorder
from interview.live.rules import Progress
from interview.live.talk import Talk
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
)
from interview.live.watch import Watch
from interview.matching import best_match
from interview.models import VoiceStamp
from interview.spoken import LiveScene, Spoken, Standing


class Dialogue(Talk):
    """The talk of a live model."""

    words: WordKeeper
    clerk: Clerk

    def __init__(
        self,
        scene: LiveScene,
        line: Line,
        voice: LiveVoice,
        spoken: Spoken,
        context: Context,
        pools: Pools,
        timing: Timing,
        recorder: Recorder | None,
    ) -> None:
        super().__init__(scene, line, recorder, timing, in_hand=scene.asked_question_index)
        self._voice, self._spoken, self._context = voice, spoken, context
        self._openings = Openings(scene, context.settings, self.transcript, self.uplink)
        self.connector, self.watch = Connector(voice, self.uplink, self, timing), Watch(self)
        self.words = WordKeeper(
            spoken, scene.session_id, self.transcript, self.clock_ms, pools.words, self._session_over
        )
        self.clerk = Clerk(
            spoken, scene.session_id, self.words, self._through, pools, stands=self._stands, refused=self._session_over
        )
        self._spare = policy.spare_questions(scene.questions, context.settings.max_questions_per_competency)
        self.thinking = self.wrapped = False
        """The candidate takes a moment; the closing words have been said."""
        self._replied_to = scene.asked_question_index
        """The question that the candidate is replying to: the model may have marked the next one already."""
        self._counted: Entry | None = None
        """The answer that `progress` knows of."""
        self._guarded = self._too_early = False
        """In this part: the guard has acted; the model wanted to end."""
        self._close_with: EndCause | None = None

    @property
    def seconds_lost(self) -> float:
        return self.connector.seconds_lost or self.watch.seconds_silent

    @property
    def time_up(self) -> bool:
        return monotonic() >= self.deadline

    def _through(self) -> int | None:
        return self.transcript.closed_through(self.clock_ms())

    # --- what the connector asks --------------------------------------------------------------------------------------

    def opening(self, handle: str | None) -> Opening:
        return self._openings.make(handle, self.progress, self.clock_ms(), answered=self.timing.answered)

    def connected(self, seconds_lost: float | None) -> None:
        self.transcript.connected()
        self._guarded = False
        self.watch.connected()
        if self._openings.speaks_first:
            self.watch.expect()
        if seconds_lost is not None:
            self.clerk.give_back(seconds_lost, self.lost_to)
            self.display.solved()
            self.display.tell(ResumedMessage(seconds=round(seconds_lost, 3)))
        self.watch.show()
        stamp = VoiceStamp(prompt=prompt.VERSION, model=self._voice.model)
        self.clerk.write(lambda: self._spoken.asked_by(self._scene.session_id, stamp))

    def lost(self) -> None:
        speaking = self.transcript.speaking
        if speaking is not None and speaking.delivered:
            self._turn_over()  # all of it is here and being played
        elif speaking is not None:
            self.stop_speaking(by_model=True)
            self._openings.cut = speaking
        self.watch.show()

    def on(self, event: VoiceEvent) -> None:
        """What the model says and asks."""
        match event:
            case Sound():
                self._sound(event.pcm)
            case InterviewerSaid():
                self._interviewer_said(event.text)
            case CandidateSaid():
                self._candidate_said(event.text)
            case ToolAsked():
                self._tool(event)
            case TokensUsed():
                self._used(event)
            case NewHandle():
                self._handle(event.handle)
            case _:
                self._on_course(event)

    def _on_course(self, event: Interrupted | SaidAll | TurnComplete | GoingAway) -> None:
        match event:
            case Interrupted():
                self.stop_speaking(by_model=True)
            case SaidAll():
                self.transcript.delivered()
            case TurnComplete():
                self._turn_over()
            case GoingAway():
                self.connector.going_away(event.seconds)
                self.watch.pause()

    # --- what is said ---------------------------------------------------------------------------------------------

    def _sound(self, pcm: bytes) -> None:
        self.watch.heard_model()
        begins = self.transcript.speaking is None
        if not self.transcript.sound(self.clock_ms(), milliseconds(pcm)):
            return
        entry = self.transcript.speaking
        assert entry is not None  # noqa: S101 - it has just got this sound
        if begins:
            self._begins(entry)
        before_ms = entry.received_ms - milliseconds(pcm)
        if before_ms <= 0 and self.uplink.last_loud is not None:
            self.display.delayed((monotonic() - self.uplink.last_loud) * 1000)
        self.downlink.play(pcm, entry.start_ms + int(before_ms))
        self.watch.show()

    def _interviewer_said(self, text: str) -> None:
        before, reply = self.transcript.speaking, self.watch.reply_is_due()
        self.transcript.interviewer_said(self.clock_ms(), text, reply=reply)
        speaking = self.transcript.speaking
        if speaking is None:
            return  # late words of a part that is over
        self.watch.heard_model()
        if before is None:
            self._begins(speaking)
        again = None if self._guarded else rules.repeats(speaking.whole_text(), self.progress)
        if again is not None:
            self._guarded = True
            self.stop_speaking()
            self.instruct(prompt.ask_instead(again, self.progress.next_open))

    def _begins(self, entry: Entry) -> None:
        """The interviewer has begun to speak: what the candidate has said until now is an answer."""
        self._openings.cut = None
        if entry.sequence > 0:
            self._count(self.transcript.entries[entry.sequence - 1])

    def _count(self, entry: Entry) -> None:
        words = entry.text(self.clock_ms())
        if entry.role == "candidate" and words and entry is not self._counted:
            self._counted = entry
            self.progress = self.progress.answered(words, self._replied_to)

    def _candidate_said(self, text: str) -> None:
        self.connector.steady()
        self.thinking = False
        onset = self.uplink.loud_since
        at = None if onset is None else int((onset - self._began) * 1000)
        entry = self.transcript.candidate_said(self.clock_ms(), text, at)
        speaking = self.transcript.speaking
        if speaking is not None and entry.sequence < speaking.sequence:
            self._count(entry)  # late words of the answer before
        else:
            self.watch.heard_candidate()
        self.watch.show()

    def typed(self, words: str) -> None:
        if self.ending:
            return
        self.thinking = False
        self.stop_speaking()
        self.transcript.typed(self.clock_ms(), words)
        self.uplink.send(lambda connection: connection.send_words(words))
        self.watch.heard_candidate()
        self.captions()

    def stop_speaking(self, *, by_model: bool = False) -> None:
        """What is left of the interviewer's part is not heard. `by_model`: it has stopped by itself."""
        entry = self.transcript.cut(self.clock_ms(), by_model=by_model)
        if entry is None:
            return
        self.downlink.flush(self.clock_ms())
        self.display.tell(InterruptedMessage())
        if not self._guarded:
            self._asked(entry, cut=entry.state == "cut")
        self.captions()

    def _turn_over(self) -> None:
        self.connector.steady()
        before, entry = self.progress, self.transcript.turn_complete(self.clock_ms())
        if entry is not None:
            self._asked(entry, cut=False)
        self._guarded = False
        self.captions()
        self.display.tell(TurnCompleteMessage())
        self.clerk.fold()
        self.watch.turn_over(entry)
        if self._close_with is not None:
            self.watch.end_soon(self._close_with, entry)
        elif self._too_early:
            self._too_early = False
            self.instruct(prompt.still_open(self.progress.next_open))
        elif entry is not None:
            self._keep_limit(entry.whole_text(), before)

    def _keep_limit(self, said: str, before: Progress) -> None:
        """Tell the model to go on when it has just asked too much, unless somebody may be speaking or is thinking."""
        quiet = self.transcript.answering is None and self.uplink.quiet_seconds() >= self.timing.answered
        if self.thinking or self.wrapped or self.time_up or not quiet:
            return
        asked_on = rules.beyond_limit(said, before, self.progress, self._spare)
        if asked_on is not None:
            self.instruct(prompt.enough(asked_on, self.progress.next_open))

    def _asked(self, entry: Entry, *, cut: bool) -> None:
        words = entry.text(self.clock_ms())
        self.progress = self.progress.asked(words, cut=cut)
        self._replied_to = self.progress.in_hand
        if not cut and best_match([self._scene.wrapup], words) is not None:
            self.wrapped = True

    # --- what is asked and noted --------------------------------------------------------------------------------------

    def instruct(self, note: str) -> None:
        """A note of the rules to the model."""
        self.watch.expect()
        self.uplink.send(lambda connection: connection.instruct(note))

    def _tool(self, call: ToolAsked) -> None:
        if self.transcript.answering is not None:
            self._count(self.transcript.answering)
        verdict = rules.judge(call, self.progress, time_up=self.time_up)
        self.uplink.send(lambda connection: connection.answer_tool(call, verdict.answer), lasting=False)
        if verdict.mark is not None:
            self.progress = self.progress.moved(*verdict.mark)
            self.clerk.mark(*verdict.mark)
        if verdict.end is not None:
            self._close_with = verdict.end
            self.watch.end_by(verdict.end)
        self._too_early = verdict.too_early

    def _handle(self, handle: str | None) -> None:
        if handle is not None:
            self.connector.handle = handle
            self._openings.handle_came()

    def _used(self, tokens: TokensUsed) -> None:
        context, interview_id = self._context, self._scene.interview_id

        def write() -> None:
            usage.record(
                context, interview_id, self._voice.model, usage.LIVE, tokens.input_tokens, tokens.output_tokens
            )
            with usage.charged(context, interview_id):
                pass  # raises when that was the last of the budget

        self.clerk.write(write)

    def mute(self, on: bool) -> None:
        self.uplink.mute(on=on)
        self.watch.show()

    def think(self, on: bool) -> None:
        self.thinking = on
        self.watch.show()

    def skip(self, index: int) -> None:
        if self.ending or self.progress.through(index):
            return
        self.stop_speaking()
        self.progress = self.progress.moved(index, "skipped")
        self.clerk.mark(index, "skipped")
        self.instruct(prompt.skipped(self._scene.questions[index], self.progress.next_open))

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
