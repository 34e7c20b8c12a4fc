"""The embedded voice's mouth: words become sound, a sentence at a time, and captions as they are heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from time import monotonic

from interview.live.clerk import backoff
from interview.live.downlink import Downlink, milliseconds
from interview.live.embedded import ATTEMPTS, tried
from interview.live.entry import Entry
from interview.live.lost_time import LostTime
from interview.live.transcript import Transcript
from interview.speech.client import Speech, SpeechUnavailable
from interview.speech.words import pieces


class Mouth:
    """One talk's, on the voice loop. `began`: called at the first sound of each part."""

    def __init__(
        self,
        speech: Speech,
        transcript: Transcript,
        downlink: Downlink,
        clock_ms: Callable[[], int],
        began: Callable[[], None],
        lost: LostTime,
    ) -> None:
        self._speech, self._transcript, self._downlink = speech, transcript, downlink
        self._clock_ms, self._began, self._lost = clock_ms, began, lost
        self._saying: asyncio.Task[None] | None = None
        self._played = 0.0
        """When all sound that was given out has been heard (monotonic)."""

    @property
    def heard(self) -> bool:
        """Whether the interviewer is heard at this moment."""
        entry = self._transcript.speaking
        return entry is not None and entry.began_ms is not None

    async def say(self, text: str) -> Entry | None:
        """Until it was heard to its end; that entry, or None where it was cut off. Raises SpeechUnavailable."""
        saying = self._saying = asyncio.create_task(self._say(text))
        try:
            await asyncio.wait({saying})
        finally:
            saying.cancel()
        if saying.cancelled():
            return None
        saying.result()
        return self._transcript.turn_complete(self._clock_ms())

    def stop(self) -> Entry | None:
        """What is left is not heard; the entry that was cut off, if the interviewer was speaking."""
        if self._saying is not None:
            self._saying.cancel()
        entry = self._transcript.cut(self._clock_ms())
        self._transcript.connected()  # nothing more comes of that part
        if entry is not None:
            self._downlink.flush(self._clock_ms())
            self._played = 0.0
        return entry

    async def _say(self, text: str) -> None:
        for number, piece in enumerate(pieces(text)):
            words = piece if number == 0 else f" {piece}"
            async with aclosing(self._sound_of(piece)) as sound:
                async for pcm in sound:
                    self._give(pcm, words)
                    words = ""
        self._transcript.delivered()
        await asyncio.sleep(max(0.0, self._played - monotonic()))

    async def _sound_of(self, piece: str) -> AsyncGenerator[bytes, None]:
        """Made again where the worker has ended, unless a part of it was given out."""
        # Nobody waits for it while what was given out before is still heard.
        with self._lost.trying(awaited=max(self._played, self._lost.clock())) as trying:
            for attempt in range(1, ATTEMPTS + 1):
                given = False
                try:
                    with tried(self._speech, trying):
                        async with aclosing(self._speech.speak(piece)) as sound:
                            async for pcm in sound:
                                given = True
                                yield pcm
                except SpeechUnavailable:
                    if given or attempt == ATTEMPTS:
                        raise
                    await asyncio.sleep(backoff(attempt, first=0.5))
                else:
                    return

    def _give(self, pcm: bytes, words: str) -> None:
        """The words count from the beginning of the sound that they come with."""
        now, length = self._clock_ms(), milliseconds(pcm)
        begins = not self.heard
        if words:
            self._transcript.interviewer_said(now, words, reply=True)
        self._transcript.sound(now, length)
        entry = self._transcript.speaking
        if entry is None:
            return
        if begins:
            self._began()
        self._downlink.play(pcm, entry.start_ms + int(entry.received_ms - length))
        self._played = max(self._played, monotonic()) + length / 1000
