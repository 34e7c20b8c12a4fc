"""The voice that needs no key: an ear that turns sound into words as they are said, and the speech it shares.

Recognition and speech run in one worker process for all talks (`interview.speech`); nothing leaves this machine.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from interview.live.clerk import backoff
from interview.live.doubt import Understood, joined, understood
from interview.live.line import MESSAGE_BYTES, UP_RATE
from interview.live.lost_time import LostTime, Trying
from interview.live.voice import VoiceMode
from interview.settings import Settings
from interview.speech.client import Speech, SpeechUnavailable
from interview.speech.endpointing import (
    BargedIn,
    Endpointing,
    PartialDue,
    SpeechEvent,
    SpeechPaused,
    SpeechStarted,
    TurnEnded,
)

ATTEMPTS = 4
"""For what the speech worker could not do: it is started again when it has ended."""

_BYTES_A_SECOND = UP_RATE * 2
_CUT_AT_PAUSE = 10 * _BYTES_A_SECOND
"""So long a stretch of speech is recognised for good at its next pause: later words do not change it any more."""
_LONGEST = 25 * _BYTES_A_SECOND
"""Whisper hears 30 s at a time."""
_SHORTEST = _BYTES_A_SECOND // 5
_CUT_AFTER_MS = 1_000
"""Quiet after which a stretch is recognised for good, so that little is left to do when the turn ends."""
_KEPT_QUIET_MS = 300
"""Of the silence after a stretch; Whisper hears words in long ones."""
_PRE_ROLL = 15
"""Messages: 300 ms."""


class EmbeddedVoice:
    """Made once for all talks; started on the voice loop with the first one."""

    mode: VoiceMode = "embedded"

    def __init__(self, settings: Settings) -> None:
        self.speech = Speech(talks=settings.most_talks)
        self.least_silence_ms = int(settings.voice_pause_seconds * 1000)
        self._starting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take some seconds the first time, longer on a busy machine. Raises SpeechUnavailable.

        The start goes on for whoever comes next when somebody does not wait for it any more: begun anew each time, it
        would never come to its end on a machine that needs longer than anybody waits.
        """
        if self._starting is None or _has_failed(self._starting):
            self._starting = asyncio.create_task(self.speech.start())
            self._starting.add_done_callback(_has_failed)  # looked at, also where nobody waits any more
        await asyncio.shield(self._starting)

    @property
    def most_talks(self) -> int:
        """How many talks this machine carries at once."""
        return self.speech.capacity()

    async def close(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait({self._starting})
        await self.speech.close()


def _has_failed(start: asyncio.Task[None]) -> bool:
    return start.done() and (start.cancelled() or start.exception() is not None)


class Listener(Protocol):
    """Whom an ear tells what the candidate does. Called on the voice loop."""

    @property
    def speaking(self) -> bool:
        """Whether the interviewer is heard at this moment."""
        ...

    def candidate_began(self) -> None: ...

    def candidate_interrupts(self) -> None:
        """Voice for 300 ms while the interviewer speaks."""
        ...

    def candidate_said(self, words: str) -> None:
        """All words of this turn so far; they may still change."""
        ...

    def candidate_ended(self) -> None:
        """The turn has ended; its last words may still be on their way (`Ear.complete`)."""
        ...

    def ear_failed(self, error: SpeechUnavailable) -> None: ...


@contextmanager
def tried(speech: Speech, trying: Trying) -> Iterator[None]:
    """One try of the speech worker. It has failed also where another worker had to be started for it."""
    worker = speech.worker_pid
    if worker is None:
        trying.fails()
    try:
        yield
    except SpeechUnavailable:
        trying.fails()
        raise
    if speech.worker_pid != worker:
        trying.fails()


class _Stretch:
    """A part of a turn that is recognised for good; until then its words are those of the last partial result."""

    def __init__(self, pcm: bytes, words: str, trying: Trying) -> None:
        self.pcm, self.trying = pcm, trying
        self.understood = Understood(words)
        self.done: asyncio.Task[None] | None = None


class Ear:
    """One talk's, on the voice loop. `start_ms`, `end_ms`: of the turn's words, since the session's start."""

    def __init__(
        self,
        speech: Speech,
        endpointing: Endpointing,
        terms: str,
        clock_ms: Callable[[], int],
        listener: Listener,
        lost: LostTime,
    ) -> None:
        self._speech, self._ends, self._terms = speech, endpointing, terms
        self._clock_ms, self._listener, self._lost = clock_ms, listener, lost
        self._stretches: list[_Stretch] = []
        self._sound = bytearray()
        self._before: deque[bytes] = deque(maxlen=_PRE_ROLL)
        self._partial = ""
        self._partial_task: asyncio.Task[None] | None = None
        self._partial_wanted = False
        self._turn = 0
        self._since_ended = 0
        """Bytes heard since a turn was ended in the middle of speech: what came before is in that turn already."""
        self.in_turn = False
        self.start_ms = self.end_ms = 0

    # --- sound in -------------------------------------------------------------------------------------------------

    async def send_audio(self, pcm: bytes) -> None:
        """16 kHz mono s16le of any length."""
        for at in range(0, len(pcm), MESSAGE_BYTES):
            self._hear(pcm[at : at + MESSAGE_BYTES])
            if len(pcm) > MESSAGE_BYTES:
                await asyncio.sleep(0)  # what came late all at once holds up nobody else

    async def pause_audio(self) -> None:
        """While muted no sound comes, so that no silence ends a turn."""

    def _hear(self, pcm: bytes) -> None:
        self._since_ended += len(pcm)
        events = self._ends.hear(pcm, interviewer_speaks=self._listener.speaking)
        began = next((event for event in events if isinstance(event, SpeechStarted)), None)
        if began is not None:
            self._begin(began.pcm)
        elif self.in_turn and self._ends.quiet_ms <= _CUT_AFTER_MS:
            self._sound += b"".join(self._before) + pcm if not self._sound else pcm
            self._before.clear()
        else:
            self._before.append(pcm)
        if self.in_turn and self._ends.quiet_ms < 100:
            self.end_ms = self._clock_ms()
        for event in events:
            self._on(event)
        if len(self._sound) >= _LONGEST or (self._sound and self._ends.quiet_ms > _CUT_AFTER_MS):
            self._cut()

    def _begin(self, pcm: bytes) -> None:
        now, pcm = self._clock_ms(), pcm[-self._since_ended :]
        if not self._stretches:
            self.start_ms = max(0, now - len(pcm) * 1000 // _BYTES_A_SECOND)
        self.end_ms, self.in_turn = now, True
        self._before.clear()
        self._sound += pcm

    def _on(self, event: SpeechEvent) -> None:
        match event:
            case SpeechStarted():
                self._listener.candidate_began()
            case BargedIn():
                self._listener.candidate_interrupts()
            case SpeechPaused():
                if len(self._sound) >= _CUT_AT_PAUSE:
                    self._cut()
                else:
                    self._want_partial()
            case PartialDue():
                self._want_partial()
            case TurnEnded():
                self._over()
                self._listener.candidate_ended()

    # --- words out ------------------------------------------------------------------------------------------------

    @property
    def so_far(self) -> Understood:
        """What was said in this turn, as far as it is known; what is not recognised for good yet counts as clear."""
        return joined([*(stretch.understood for stretch in self._stretches), Understood(self._partial)])

    @property
    def words(self) -> str:
        """The same as text."""
        return self.so_far.text

    @property
    def thinking(self) -> bool:
        """The candidate has asked for a moment, in words or by the button, and has not gone on yet."""
        return self._ends.thinking

    def think(self) -> None:
        self._ends.think()

    def end_turn(self) -> None:
        """The turn is over otherwise than by a pause: what was said is recognised for good, and in no other turn."""
        if self.in_turn:
            self._since_ended = 0
        self._over()

    def _over(self) -> None:
        self.in_turn = False
        self._cut()
        self._ends.end_turn()

    async def complete(self) -> None:
        """Until all that was said before is recognised for good. Raises SpeechUnavailable."""
        waiting = list(self._stretches)
        for stretch in waiting:
            stretch.trying.awaited = stretch.trying.awaited or self._lost.clock()
        for stretch in waiting:
            if stretch.done is not None:
                await asyncio.shield(stretch.done)

    def take(self) -> Understood:
        """The words of the turn that has ended; the next one begins with none."""
        taken, self._stretches = joined([stretch.understood for stretch in self._stretches]), []
        return taken

    def close(self) -> None:
        """Nothing more comes; what was said up to here is recognised for good."""
        self.end_turn()
        if self._partial_task is not None:
            self._partial_task.cancel()

    def _cut(self) -> None:
        """Have the sound so far recognised for good."""
        silence = max(0, self._ends.quiet_ms - _KEPT_QUIET_MS) * _BYTES_A_SECOND // 1000
        pcm, words = bytes(self._sound[: max(0, len(self._sound) - silence)]), self._partial
        self._sound.clear()
        self._partial, self._turn = "", self._turn + 1
        if len(pcm) < _SHORTEST:
            return
        stretch = _Stretch(pcm, words, self._lost.trying())
        self._stretches.append(stretch)
        stretch.done = asyncio.create_task(self._recognise(stretch, self._ends.position_ms))
        stretch.done.add_done_callback(self._looked_at)

    async def _recognise(self, stretch: _Stretch, upto_ms: int) -> None:
        with stretch.trying:
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    with tried(self._speech, stretch.trying):
                        found = await self._speech.recognise(stretch.pcm, self._terms, final=True)
                except SpeechUnavailable:
                    if attempt == ATTEMPTS:
                        raise
                    await asyncio.sleep(backoff(attempt, first=0.5))
                else:
                    stretch.understood, stretch.pcm = understood(found), b""
                    self._tell(upto_ms)
                    return

    def _looked_at(self, done: asyncio.Task[None]) -> None:
        error = None if done.cancelled() else done.exception()
        if isinstance(error, SpeechUnavailable):
            self._listener.ear_failed(error)

    def _want_partial(self) -> None:
        """One at a time; another is asked for when it has come, if there is more by then."""
        self._partial_wanted = True
        if self._partial_task is None or self._partial_task.done():
            self._partial_task = asyncio.create_task(self._partials())

    async def _partials(self) -> None:
        while self._partial_wanted and self._sound:
            self._partial_wanted = False
            turn, upto_ms = self._turn, self._ends.position_ms
            try:
                found = await self._speech.recognise(bytes(self._sound), self._terms, final=False)
            except SpeechUnavailable:
                return  # the final result is asked for more than once
            if found is not None and turn == self._turn:
                self._partial = found.text
                self._tell(upto_ms)

    def _tell(self, upto_ms: int) -> None:
        words = self.words
        if self.in_turn:
            self._ends.words(words, upto_ms)
        self._listener.candidate_said(words)
