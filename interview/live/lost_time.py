"""The seconds of a talk in which the candidate waited for something that was failing, to be given back to them."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from types import TracebackType

_LEAST = 0.1
"""Seconds: less is no loss that anybody notices."""


class LostTime:
    """One talk's, on the voice loop. What fails at the same time counts once. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self._failed: list[Trying] = []
        self._taken = 0.0

    def trying(self, awaited: float | None = None) -> Trying:
        """Something that is about to be tried. `awaited`: as `Trying.awaited`."""
        return Trying(self.clock, self._failed, awaited)

    @property
    def seconds(self) -> float:
        """Lost until now, and not taken yet; 0 where it is less than a tenth of one."""
        seconds = self._all() - self._taken
        return seconds if seconds >= _LEAST else 0.0

    def take(self) -> float:
        """`seconds`, which are given back from here on."""
        seconds = self.seconds
        self._taken += seconds
        return seconds

    def put_back(self, seconds: float) -> None:
        """They could not be given back."""
        self._taken -= seconds

    def _all(self) -> float:
        """The length of the union of all that failed."""
        total, covered = 0.0, float("-inf")
        for begin, end in sorted(trying.span() for trying in self._failed):
            total += max(0.0, end - max(begin, covered))
            covered = max(covered, end)
        return total


class Trying:
    """Something that is tried until it works or is given up: enter it for so long. It counts from its beginning on
    where a try of it fails, but not before the candidate waits for it.

    `awaited`: since when they do, by the clock; None as long as they do not.
    """

    def __init__(self, clock: Callable[[], float], failed: list[Trying], awaited: float | None) -> None:
        self._clock, self._failed, self.awaited = clock, failed, awaited
        self._began = clock()
        self._ended: float | None = None

    def __enter__(self) -> Trying:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended = self._clock()

    def fails(self) -> None:
        """A try has failed; once more is the same."""
        if self not in self._failed:
            self._failed.append(self)

    def span(self) -> tuple[float, float]:
        """From when to when it was waited for in vain; until now while it is tried."""
        end = self._clock() if self._ended is None else self._ended
        return (end, end) if self.awaited is None else (max(self._began, self.awaited), end)
