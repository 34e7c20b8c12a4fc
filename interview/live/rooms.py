"""All talks of this process: one loop in one thread, made when the first candidate comes, closed with the service.

A session has one talk. Whoever joins it anew takes it over: the talk before writes its words, says goodbye to its line,
and only then the new one begins.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from interview.access import Actor
from interview.context import Context
from interview.errors import Conflict, EngineFailure, logged
from interview.live.clerk import Pools, note_failure, off_loop
from interview.live.connector import Timing
from interview.live.dialogue import Dialogue
from interview.live.embedded import EmbeddedVoice
from interview.live.interview import LiveInterview, Part
from interview.live.line import COMPLETING, Line
from interview.live.recording import Recorder
from interview.live.turn_by_turn import TurnDialogue
from interview.live.voice import LiveVoice
from interview.recordings import recordings_folder
from interview.sessions import InterviewSessionManager
from interview.settings import Settings
from interview.speech.endpointing import Endpointing
from interview.spoken import LiveScene, Spoken, require_voice
from interview.spoken_turns import SpokenTurns

MOST_TALKS = 50
"""At once, in one process."""
_WORD_THREADS, _RATING_THREADS = 4, 12
_JOIN_SECONDS = 60.0
_CLOSE_SECONDS = 30.0

T = TypeVar("T")


def chosen_voice(settings: Settings) -> LiveVoice | EmbeddedVoice:
    """Gemini's where it is set up, else the embedded one. May take a second: google-genai is imported here.

    Raises Conflict `voice_unavailable` where there is none.
    """
    if require_voice(settings) == "embedded":
        return EmbeddedVoice(settings)
    from interview.live.gemini import GeminiVoice

    return GeminiVoice(settings)


class LiveRooms:
    """The running talks. `voice` and `timing`: for tests."""

    def __init__(
        self,
        context: Context,
        spoken: Spoken,
        *,
        voice: Callable[[Settings], LiveVoice | EmbeddedVoice] = chosen_voice,
        timing: Timing | None = None,
    ) -> None:
        self._context, self._spoken, self._make_voice = context, spoken, voice
        self._turns = SpokenTurns(context, InterviewSessionManager(context), spoken)
        self._timing = timing or Timing()
        self._lock = threading.Lock()
        self._loop: _Loop | None = None
        self._talks: dict[str, LiveInterview] = {}
        self._running: dict[LiveInterview, asyncio.Task[None]] = {}
        self._joining: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._joins: set[asyncio.Task[LiveInterview]] = set()
        self._coming = 0
        self._closed = False

    def join(self, actor: Actor, session_id: str, line: Line) -> LiveInterview:
        """Begin the session's talk on this line, or take it over. Blocks until it has begun; from any other thread.

        Raises what `Spoken.come` raises, InvalidPayload without a key for the voice, Conflict (`voice_unavailable`,
        `voice_busy`, `session_complete` while the last answers are being rated), EngineFailure `speech_unavailable`.
        """
        self._spoken.come(actor, session_id)  # a stranger takes nothing over
        with self._lock:  # whoever joins before `close` is on the loop before it
            loop = self._opened()
            joining = loop.begin(self._join(loop, actor, session_id, line))
        return _result(joining, _JOIN_SECONDS)

    def running(self, session_id: str) -> LiveInterview | None:
        """The session's talk, if one is going on or is just being ended."""
        return self._talks.get(session_id)

    def close(self) -> None:
        """End all talks; every word is written, and who is joining is told. Afterwards nothing of them is left."""
        with self._lock:
            self._closed, loop, self._loop = True, self._loop, None
        if loop is not None:
            loop.close(self._close_all(loop.voice))

    # --- on the loop --------------------------------------------------------------------------------------------------

    async def _join(self, loop: _Loop, actor: Actor, session_id: str, line: Line) -> LiveInterview:
        """Which the service's end breaks off."""
        if self._closed:
            raise _ending()
        joining = asyncio.create_task(self._joined(loop, actor, session_id, line))
        self._joins.add(joining)
        joining.add_done_callback(self._joins.discard)
        try:
            return await joining
        except asyncio.CancelledError:
            if self._closed:
                raise _ending() from None
            raise

    async def _joined(self, loop: _Loop, actor: Actor, session_id: str, line: Line) -> LiveInterview:
        lock = self._joining.setdefault(session_id, asyncio.Lock())
        async with lock:
            most = await self._most_talks(loop, session_id)
            await self._take_over(session_id)
            with self._place(session_id, most):
                scene = await off_loop(loop.pools.words, self._spoken.enter, actor, session_id)
                talk = await self._talk(loop, scene, actor, line)
                self._talks[session_id] = talk
                self._running[talk] = asyncio.create_task(self._run(talk))
                return talk

    @contextmanager
    def _place(self, session_id: str, most: int) -> Iterator[None]:
        """Kept until the talk runs. A talk of the same session that gives way leaves its own."""
        others = sum(talk.session_id != session_id for talk in self._running)
        if others + self._coming >= most:
            raise Conflict(
                "Too many interviews are held by voice at this moment. Please try again in a few minutes, or go on "
                "in writing.",
                code="voice_busy",
            )
        self._coming += 1
        try:
            yield
        finally:
            self._coming -= 1

    async def _most_talks(self, loop: _Loop, session_id: str) -> int:
        """Raises EngineFailure where the voice cannot be started, and notes it: this talk failed before it began."""
        try:
            return await loop.most_talks()
        except EngineFailure as failure:
            await note_failure(self._spoken, session_id, loop.pools, failure.code)
            raise

    async def _talk(self, loop: _Loop, scene: LiveScene, actor: Actor, line: Line) -> LiveInterview:
        voice, pools = loop.voice, loop.pools
        recorder = await off_loop(pools.words, self._recorder, scene)
        if isinstance(voice, EmbeddedVoice):
            ends = await off_loop(pools.words, Endpointing, least_silence_ms=voice.least_silence_ms)
            turns = TurnDialogue(scene, actor, line, voice, ends, self._turns, pools, self._timing, recorder)
            parts: tuple[Part, ...] = (turns.converse, turns.uplink.run, turns.watch.run)
            return LiveInterview(scene, actor, voice.mode, turns, parts, self._spoken, pools)
        talk = Dialogue(scene, line, voice, self._spoken, self._context, pools, self._timing, recorder)
        parts = (talk.connector.run, talk.uplink.run, talk.watch.run)
        return LiveInterview(scene, actor, voice.mode, talk, parts, self._spoken, pools)

    async def _take_over(self, session_id: str) -> None:
        talk = self._talks.get(session_id)
        if talk is None:
            return
        if talk.ending_with in COMPLETING:
            raise Conflict(
                "The interview is over, and your last answers are being rated. Please wait a moment.",
                code="session_complete",
            )
        await talk.give_way()

    async def _run(self, talk: LiveInterview) -> None:
        try:
            await talk.run()
        finally:
            del self._running[talk]
            if self._talks.get(talk.session_id) is talk:
                del self._talks[talk.session_id]

    async def _close_all(self, voice: LiveVoice | EmbeddedVoice) -> None:
        if joins := set(self._joins):
            for joining in joins:
                joining.cancel()
            await asyncio.wait(joins, timeout=_CLOSE_SECONDS)
        tasks = list(self._running.values())
        for talk in list(self._running):
            talk.end("closed")
        if tasks:
            await asyncio.wait(tasks, timeout=_CLOSE_SECONDS)
        await voice.close()

    # ----------------------------------------------------------------------------------------------------------------

    def _opened(self) -> _Loop:
        """With the lock held."""
        if self._closed:
            raise _ending()
        if self._loop is None:
            self._loop = _Loop(self._make_voice(self._context.settings))
        return self._loop

    def _recorder(self, scene: LiveScene) -> Recorder | None:
        if not scene.settings.recording:
            return None
        try:
            return Recorder(recordings_folder(self._context.settings), scene.session_id, scene.elapsed_ms)
        except OSError as error:
            logged(error, "recording_failed")
            return None


class _Loop:
    """The voice loop in its thread, with the threads that its talks share."""

    def __init__(self, voice: LiveVoice | EmbeddedVoice) -> None:
        self.voice = voice
        self.pools = Pools(
            words=ThreadPoolExecutor(_WORD_THREADS, "live-words"),
            ratings=ThreadPoolExecutor(_RATING_THREADS, "live-ratings"),
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="live-voice", daemon=True)
        self._thread.start()

    def begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run it on the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def call(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """Run it on the loop and wait for it."""
        return _result(self.begin(work), seconds)

    async def most_talks(self) -> int:
        """How many are held at once. On the loop; a voice that runs on this machine is started with the first one."""
        if not isinstance(self.voice, EmbeddedVoice):
            return MOST_TALKS
        await self.voice.start()
        return min(MOST_TALKS, self.voice.most_talks)

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        self.call(last, _CLOSE_SECONDS + 10)
        self.call(self._loop.shutdown_asyncgens(), 10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.pools.words.shutdown()
        self.pools.ratings.shutdown()


def _result(work: Future[T], seconds: float) -> T:
    """What comes of work on the loop. From any other thread."""
    try:
        return work.result(seconds)
    except TimeoutError:
        work.cancel()
        raise Conflict(
            "The interviewer could not join in time. Please try again in a moment.", code="voice_busy"
        ) from None


def _ending() -> Conflict:
    return Conflict("The service is being ended. Please try again in a minute.", code="voice_busy")
