"""The answer in the making, in a talk that takes turns: what was said of it and is in no turn yet."""

from __future__ import annotations

from interview.contract import Heard
from interview.live.doubt import Understood, joined

_NOTHING = Understood("")


class Answering:
    """Words that stand before what the ear holds, and words that are being sent."""

    def __init__(self) -> None:
        self._before, self._sending = _NOTHING, _NOTHING
        self._before_ms: int | None = None

    @property
    def length(self) -> int:
        """Characters that stand before what the ear holds."""
        return len(self._before.text)

    def unsent(self, new: Understood) -> Understood:
        """All that is in no turn yet. `new`: what the ear holds."""
        return joined([self._before, self._sending, new])

    def resume(self, kept: Understood) -> None:
        """These words were kept when the talk before this one ended."""
        self._before = kept

    def hold(self, new: Understood, start_ms: int) -> None:
        """The answer is not over with these words."""
        self._before = joined([self._before, new])
        self._before_ms = start_ms if self._before_ms is None else self._before_ms

    def send(self, new: Understood, start_ms: int, end_ms: int, *, whole: bool) -> tuple[Understood, Heard]:
        """What is sent, and when it was said. `whole`: with what stands before, else that goes on standing."""
        words = joined([self._before, new]) if whole else new
        heard = self.heard(words, start_ms, end_ms)
        if whole:
            self._before, self._before_ms = _NOTHING, None
        self._sending = words
        return words, heard

    def sent(self) -> None:
        """The turn was taken."""
        self._sending = _NOTHING

    def gather(self, new: Understood) -> Understood:
        """All of it, which goes on standing until it is `done`: the turn that was to take it may have failed."""
        self._before, self._sending = joined([self._before, self._sending, new]), _NOTHING
        return self._before

    def heard(self, words: Understood, start_ms: int, end_ms: int) -> Heard:
        """When they were said, from the first that stood before; in ms since the session's start."""
        start = start_ms if self._before_ms is None else min(self._before_ms, start_ms)
        return Heard(start, max(start, end_ms), words.doubtful)

    def done(self) -> None:
        """What was gathered is in a turn."""
        self._before = _NOTHING
