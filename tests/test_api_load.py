"""Slow turns hold up nobody else."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from bounded import bounded
from http_server import World, answer, bearer, scripted_world

from interview.access import SYSTEM
from interview.api.calls import SLOW_AT_ONCE
from interview.contract import StartRequest
from interview.engines import AskRequest, Prompt
from interview.records import NewInterview
from interview.service import Service

SLOW_TURNS = 100
SECONDS = 120
"""The longest wait for anything."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with scripted_world(tmp_path) as running:
        yield running


def test_health_and_reading_answer_during_a_hundred_slow_turns(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred turns wait for the model; health and the list answer meanwhile, and then every turn is taken."""
    key = world.key("program")
    sessions = [started(world.service) for _ in range(SLOW_TURNS)]
    waiting, gate = threading.Semaphore(0), threading.Event()
    ask = world.engine.ask

    def slow_ask(request: AskRequest) -> Prompt:
        waiting.release()
        gate.wait(SECONDS)
        return ask(request)

    monkeypatch.setattr(world.engine, "ask", slow_ask)
    monkeypatch.setattr("interview.api._DATABASE_SECONDS", SECONDS)  # how fast it answers is measured elsewhere

    def turn(session: str) -> int:
        with world.client(token=key) as rest:
            return answer(rest, session).status_code

    with ThreadPoolExecutor(SLOW_TURNS) as pool:
        turns = [pool.submit(turn, session) for session in sessions]
        for _ in range(SLOW_AT_ONCE):
            assert waiting.acquire(timeout=SECONDS)
        try:
            for path in ("/api/health", "/api/interviews?limit=10") * 10:
                assert httpx.get(world.url + path, headers=bearer(key), timeout=SECONDS).status_code == 200
            assert not any(each.done() for each in turns), "all of them still wait"
        finally:
            gate.set()
        taken = Counter(each.result() for each in turns)
    assert taken == {200: SLOW_TURNS}


def started(service: Service) -> str:
    """The id of a fresh session."""
    new = NewInterview(role_title="Engineer", job_text="We need an engineer.", resume_text="Ten years of engineering.")
    made = service.interviews.create(SYSTEM, new)
    return service.sessions.start(SYSTEM, StartRequest(interview_id=made.interview_id)).session_id


def test_a_database_that_does_not_answer_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 while the database hangs, and ok again afterwards."""
    world.service.context.database.engine.dispose()
    held = threading.Event()
    original = type(world.service.context.database).read

    def stuck(database: object) -> object:
        held.wait(SECONDS)
        return original(world.service.context.database)

    monkeypatch.setattr(type(world.service.context.database), "read", stuck)
    reply = httpx.get(f"{world.url}/api/health", timeout=SECONDS / 2)
    assert (reply.status_code, reply.json()["status"]) == (503, "failing")
    held.set()
    monkeypatch.undo()
    with bounded(SECONDS):
        while httpx.get(f"{world.url}/api/health", timeout=SECONDS).json()["status"] != "ok":
            pass


def test_more_calls_than_can_wait_are_told_to_come_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 `busy` with a time, at once."""
    monkeypatch.setattr("interview.api.calls.SLOW_WAITING", 0)
    with world.client() as rest:
        reply = rest.post("/interview-sessions/start", json={"interviewId": "any"})
    assert (reply.status_code, reply.json()["code"]) == (503, "busy")
    assert int(reply.headers["retry-after"]) > 0
