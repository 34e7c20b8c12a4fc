"""The worker's process as the client holds it: started, written to, read from, ended."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from pydantic import ValidationError

from interview.errors import EngineFailure
from interview.speech.wire import LENGTHS, Ready, Reply, Request, frame

START_SECONDS = 120.0
"""A cold disk and a busy machine included; it takes three seconds."""
_CLOSE_SECONDS = 5.0

_ROOT = Path(__file__).resolve().parents[2]
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
_OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_NO_START = "The speech process does not start. Please go on in writing."


class SpeechUnavailable(EngineFailure):
    """Nothing was heard or said; the request may be sent again, unless something is not installed."""

    code = "speech_unavailable"


class WorkerProcess:
    """Loaded and ready. It sees no settings or keys, and ends with this process whatever ends it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise SpeechUnavailable(_NO_START)
        self._process, self._input, self._output = process, process.stdin, process.stdout
        self.ready = Ready()

    @classmethod
    async def start(cls, command: Sequence[str]) -> WorkerProcess:
        """Raises SpeechUnavailable when it does not start, or something that it needs is missing or damaged."""
        environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ} | _OFFLINE
        try:
            worker = cls(
                await asyncio.create_subprocess_exec(
                    *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=_ROOT, env=environment
                )
            )
        except OSError:
            raise SpeechUnavailable(_NO_START) from None
        try:
            await worker._load()
        except BaseException:
            await worker.end()
            raise
        return worker

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, request: Request, body: bytes) -> None:
        self._input.write(frame(request, body))

    async def replies(self) -> AsyncGenerator[tuple[Reply, bytes], None]:
        """What it answers, until it ends."""
        try:
            while True:
                head, body = await self._frame()
                yield Reply.model_validate_json(head), body
        except (asyncio.IncompleteReadError, ConnectionError, ValidationError):
            return

    def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()

    async def end(self) -> None:
        """Close its input, at which it ends; kill it where it does not."""
        self._input.close()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()

    async def _load(self) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                head, _ = await self._frame()
            self.ready = Ready.model_validate_json(head)
        except (asyncio.IncompleteReadError, TimeoutError, ConnectionError, ValidationError):
            raise SpeechUnavailable(_NO_START) from None
        if self.ready.problems:
            raise SpeechUnavailable(" ".join(self.ready.problems))

    async def _frame(self) -> tuple[bytes, bytes]:
        head, body = LENGTHS.unpack(await self._output.readexactly(LENGTHS.size))
        return await self._output.readexactly(head), await self._output.readexactly(body)
