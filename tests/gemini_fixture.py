"""The local Gemini in the environment, and the engine that speaks with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from gemini_server import GeminiServer

    from interview.engines.gemini import GeminiEngine


@pytest.fixture(scope="module")
def running_gemini() -> Iterator[GeminiServer]:
    from gemini_server import gemini_server

    with gemini_server() as server:
        yield server


@pytest.fixture
def server(running_gemini: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> GeminiServer:
    """The module's, with nothing enqueued or recorded, in the environment."""
    for name, value in running_gemini.environment.items():
        monkeypatch.setenv(name, value)
    running_gemini.requests.clear()
    running_gemini.replies.clear()
    return running_gemini


@pytest.fixture
def engine(server: GeminiServer) -> Iterator[GeminiEngine]:
    with engine_with() as made:
        yield made


@contextmanager
def engine_with(**settings: Any) -> Iterator[GeminiEngine]:
    """An engine that does not wait between tries."""
    from interview.engines.gemini import GeminiEngine, Pacing
    from interview.settings import Settings

    made = GeminiEngine(Settings(**settings), Pacing(sleep=lambda _: None))
    yield made
    made.close()
