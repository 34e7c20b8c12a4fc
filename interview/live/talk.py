"""What a running talk is to `LiveInterview`, whichever voice holds it: with a live model, or turn by turn."""

from __future__ import annotations

import asyncio
from typing import Protocol

from interview.errors import InterviewError
from interview.live.downlink import Downlink
from interview.live.line import EndCause
from interview.live.rules import Progress
from interview.live.view import Display
from interview.models import StatusName


class Microphoned(Protocol):
    """What takes the candidate's sound; `dropped`: messages that there was no room for."""

    dropped: int

    def hear(self, pcm: bytes) -> None: ...

    def close(self) -> None: ...


class Kept(Protocol):
    """Who writes the words that are said."""

    async def run(self) -> None:
        """Write as they come, until `stop`."""
        ...

    def stop(self) -> None: ...

    async def drain(self, attempts: int) -> bool:
        """Write all that there is; False when it did not come to that."""
        ...


class Clerical(Protocol):
    """Who writes what follows from the words, one after the other."""

    async def run(self) -> None:
        """Until `close`; what was begun by then is done."""
        ...

    def close(self) -> None: ...

    def mark(self, index: int, status: StatusName) -> None: ...

    async def conclude(self, cause: EndCause, attempts: int) -> InterviewError | None:
        """End the session; what it failed by, in the end."""
        ...


class Said(Protocol):
    """The transcript of the talk."""

    def close(self, now_ms: int) -> object: ...


class Talk(Protocol):
    """On the voice loop. `over`: why it ended, when it has; the first cause counts. `deadline`: monotonic.

    `seconds_lost`: without the voice until now, and not given back yet.
    """

    @property
    def uplink(self) -> Microphoned: ...
    @property
    def downlink(self) -> Downlink: ...
    @property
    def display(self) -> Display: ...
    @property
    def progress(self) -> Progress: ...
    @property
    def transcript(self) -> Said: ...
    @property
    def words(self) -> Kept: ...
    @property
    def clerk(self) -> Clerical: ...
    @property
    def deadline(self) -> float: ...
    @property
    def seconds_lost(self) -> float: ...
    @property
    def over(self) -> asyncio.Future[EndCause]: ...
    @property
    def ending(self) -> bool: ...

    def clock_ms(self) -> int: ...
    def end(self, cause: EndCause) -> None: ...
    def captions(self) -> None: ...
    def stop_speaking(self) -> None: ...
    def typed(self, words: str) -> None: ...
    def mute(self, on: bool) -> None: ...
    def think(self, on: bool) -> None: ...
    def skip(self, index: int) -> None: ...
