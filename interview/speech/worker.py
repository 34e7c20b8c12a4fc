"""The worker process: recognises and speaks for all talks (`python -m interview.speech.worker`).

Frames of `wire` on standard input and output. It opens no connection, sees no settings or keys, writes down nothing,
lets the app's own work go first, and ends when standard input does, that is also when its parent is killed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, BinaryIO

from interview.speech import weights
from interview.speech.wire import DOWN_RATE, LENGTHS, UP_RATE, Costs, Ready, Recognised, Reply, Request, frame

if TYPE_CHECKING:
    from pydantic import BaseModel

    from interview.speech.recogniser import Recogniser
    from interview.speech.voices import Voice

_NICENESS = 5
_MOST_SLOTS = 8
_SAMPLE = "I traced the fault to the cache and wrote a test for it before anything was changed."
"""About five seconds of speech, of which the first four are recognised."""
_SAMPLE_SECONDS = 4


class _Worker:
    def __init__(self, output: BinaryIO) -> None:
        self._output, self._writing = output, threading.Lock()
        self._cores = _cores()
        self._slots = min(_MOST_SLOTS, self._cores)
        self._recogniser: Recogniser | None = None
        self._voice: Voice | None = None
        self._pool = ThreadPoolExecutor(self._slots)

    def serve(self, requests: BinaryIO) -> None:
        """Until there is nothing more to read. Loading goes on beside it, so that the end is noticed meanwhile."""
        self._pool.submit(self._load)
        while len(lengths := requests.read(LENGTHS.size)) == LENGTHS.size:
            head, body = LENGTHS.unpack(lengths)
            request = Request.model_validate_json(requests.read(head))
            self._pool.submit(self._answer, request, requests.read(body))

    def _load(self) -> None:
        problems = weights.missing() or weights.damaged()
        if not problems:
            try:
                self._load_models()
            except Exception as error:  # noqa: BLE001 - whatever a library says, there is no speech
                problems = (f"The speech models cannot be loaded ({type(error).__name__}).",)
        voice = self._voice.name if self._voice else None
        self._say(Ready(cores=self._cores, slots=self._slots, voice=voice, problems=problems))

    def _load_models(self) -> None:
        from interview.speech.recogniser import Recogniser
        from interview.speech.voices import best_voice

        self._recogniser, self._voice = Recogniser(self._slots), best_voice()

    def _answer(self, request: Request, body: bytes) -> None:
        try:
            reply, sound = self._done(request, body)
        except Exception:  # noqa: BLE001 - one request that fails must not end the others
            reply, sound = Reply(id=request.id, failed=True), b""
        self._say(reply, sound)

    def _done(self, request: Request, body: bytes) -> tuple[Reply, bytes]:
        recogniser, voice = self._models()
        if request.task == "speak":
            return Reply(id=request.id), voice.speak(request.text)
        if request.task == "measure":
            return Reply(id=request.id, costs=self._measured()), b""
        recognise = recogniser.final if request.task == "final" else recogniser.partial
        return Reply(id=request.id, recognised=recognise(body, request.text)), b""

    def _measured(self) -> Costs:
        """CPU seconds, so that what else runs on the machine does not count. First runs are slower and do not count."""
        from interview.speech.voices import resampled

        recogniser, voice = self._models()
        voice.speak(_SAMPLE)
        started = time.process_time()
        sound = voice.speak(_SAMPLE)
        speech = (time.process_time() - started) / (len(sound) / 2 / DOWN_RATE)
        heard = resampled(sound, DOWN_RATE, UP_RATE)[: _SAMPLE_SECONDS * UP_RATE * 2]
        recogniser.partial(heard)
        partial = _cpu_seconds(recogniser.partial, heard)
        return Costs(partial=partial, final=_cpu_seconds(recogniser.final, heard), speech=speech)

    def _models(self) -> tuple[Recogniser, Voice]:
        if self._recogniser is None or self._voice is None:
            raise RuntimeError("The models are not loaded.")
        return self._recogniser, self._voice

    def _say(self, header: BaseModel, body: bytes = b"") -> None:
        with self._writing:
            self._output.write(frame(header, body))
            self._output.flush()


def _cores() -> int:
    """Those that this process may use, which may be fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cpu_seconds(recognise: Callable[[bytes], Recognised], sound: bytes) -> float:
    started = time.process_time()
    recognise(sound)
    return time.process_time() - started


def _own_output() -> BinaryIO:
    """Standard output for frames alone: what a library prints goes where errors go."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the app ends this one
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    _Worker(_own_output()).serve(sys.stdin.buffer)
    os._exit(0)  # at once: whoever asked is gone, and what is still being computed is for nobody


if __name__ == "__main__":
    main()
