"""What a running talk is, whichever voice holds it: with a live model, or turn by turn."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from time import monotonic
from typing import ClassVar, Generic, Protocol

from interview.errors import InterviewError
from interview.live.connector import Timing
from interview.live.downlink import Downlink
from interview.live.line import EndCause, Line
from interview.live.recording import Recorder
from interview.live.rules import Progress
from interview.live.transcript import Transcript
from interview.live.uplink import Hearer, Uplink
from interview.live.view import Display
from interview.models import StatusName
from interview.scenes import LiveScene


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


class Talk(ABC, Generic[Hearer]):
    """One talk's state, and what may happen to it. Made on the voice loop, and used there.

    `over`: why it ended, when it has; the first cause counts. `deadline`: monotonic. `progress`: where it stands, as
    far as it was heard.
    """

    lost_to: ClassVar[str] = "connection_lost"
    """What `seconds_lost` are told to have been lost to."""
    words: Kept
    clerk: Clerical

    def __init__(
        self, scene: LiveScene, line: Line, recorder: Recorder | None, timing: Timing, *, in_hand: int | None
    ) -> None:
        """`in_hand`: the question that the candidate may be replying to at once."""
        self._scene, self.timing = scene, timing
        self._began = monotonic() - scene.elapsed_ms / 1000
        self.over: asyncio.Future[EndCause] = asyncio.get_running_loop().create_future()
        self.deadline = monotonic() + scene.seconds_left
        self.display, self.transcript = Display(line), Transcript()
        self.display.earlier(scene.entries)
        self.uplink: Uplink[Hearer] = Uplink()
        self.downlink = Downlink(line.speaker, recorder)
        if recorder is not None:
            self.uplink.recording = lambda pcm: recorder.candidate(pcm, self.clock_ms())
        self.progress = Progress(scene.questions, scene.statuses, in_hand, followed_up=scene.followed_up)
        self.display.statuses(scene.statuses, scene.asked_question_index)

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

    def captions(self) -> None:
        """Tell what has changed in the transcript."""
        for message in self.transcript.changed(self.clock_ms()):
            self.display.caption(message)

    def line_silent(self) -> float:
        """Seconds without any message from the line; none while it is muted, when it may send none."""
        return 0.0 if self.uplink.muted else monotonic() - self.uplink.last_message

    @property
    @abstractmethod
    def seconds_lost(self) -> float:
        """Without the voice until now, and not given back yet."""

    @abstractmethod
    def stop_speaking(self) -> None:
        """What is left of the interviewer's part is not heard."""

    @abstractmethod
    def typed(self, words: str) -> None: ...

    @abstractmethod
    def mute(self, on: bool) -> None: ...

    @abstractmethod
    def think(self, on: bool) -> None:
        """The candidate takes a moment; or is ready again."""

    @abstractmethod
    def skip(self, index: int) -> None: ...
