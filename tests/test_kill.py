"""The server is killed, over and over: what it acknowledged is there once, what it did not may be sent again.

Each life of the server is a process of its own (forked from one that has done the imports, so that a life begins in a
fraction of a second) with the real HTTP server on a real database. It ends by SIGKILL.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import house
from http_server import held_port
from scripted import ScriptedEngine
from starlette.types import Message, Receive, Scope, Send

from interview.access import SYSTEM
from interview.contract import TurnRequest

pytestmark = pytest.mark.slow

KILLS = 50
SECONDS = 120
"""The longest wait for anything."""
KEY = "a key of the administrator's, for this test"
PRELOADED = ["interview.api", "interview.service", "langgraph.graph", "alembic.command", "uvicorn", "fastapi_offline"]
CALL_SECONDS = 0.02
"""What a model call takes: long enough for a kill to fall into it, or before it, or after."""


HELD = (b"x-held", b"1")
"""The header of a request whose reply is held back."""


class SlowEngine(ScriptedEngine):
    def _maybe_fail(self) -> None:
        time.sleep(CALL_SECONDS)


def serve(folder: str, port: int) -> None:
    """One life of the server."""
    import uvicorn

    from interview.api import create_api
    from interview.service import open_service
    from interview.settings import Settings

    service = open_service(Settings(data_dir=Path(folder), admin_key=KEY), engine=SlowEngine(core=3))  # type: ignore[arg-type]
    api = create_api(service)

    async def holding(scope: Scope, receive: Receive, send: Send) -> None:
        """A reply that is to be held is made and never sent: its turn is stored, and nobody knows."""

        async def held(message: Message) -> None:
            await asyncio.sleep(SECONDS)
            await send(message)

        await api(scope, receive, held if HELD in scope.get("headers", ()) else send)

    uvicorn.run(holding, host="127.0.0.1", port=port, log_level="critical", ws="none")


@dataclass
class Server:
    """A server that is brought up again whenever it is found dead."""

    folder: Path
    port: int
    processes: Any
    process: ForkServerProcess | None = None
    kills: int = 0

    def up(self) -> None:
        if self.process is None or not self.process.is_alive():
            self.process = self.processes.Process(target=serve, args=(str(self.folder), self.port), daemon=True)
            self.process.start()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise AssertionError("the server does not come up")

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.join(SECONDS)
        assert self.process.exitcode == -9
        self.kills += 1


@dataclass
class Client:
    """Sends until it is answered, as a browser with a reload button does."""

    server: Server
    dice: random.Random
    cut_off: int = 0
    landed: int = 0
    acknowledged: dict[str, list[tuple[dict[str, str], str, dict[str, Any]]]] = field(default_factory=dict)

    def send(self, path: str, body: dict[str, str], key: str = "") -> dict[str, Any]:
        while True:
            killer, hold = self._plan(body.get("answer", ""))
            try:
                reply = self._post(path, body, key, hold)
            except httpx.TransportError:
                self.cut_off += 1
                self.landed += bool(body.get("answer")) and self._stored(body["answer"]) > 0
            else:
                assert reply.status_code == 200, reply.text
                answer: dict[str, Any] = reply.json()
                return answer
            finally:
                if killer:
                    killer.join()
                self.server.up()

    def _plan(self, words: str) -> tuple[threading.Thread | None, bool]:
        """Now and then the server dies: before the turn, during it, or between its commit and its reply.

        The second: whether the reply is to be held back until then.
        """
        if self.server.kills >= KILLS or self.dice.random() < 0.2:
            return None, False
        kind, delay = self.dice.choice(["before", "during", "committed"]), self.dice.uniform(0.0, 0.15)
        if kind == "before":
            self.server.kill()
            return None, False
        hold = kind == "committed" and bool(words)
        killer = threading.Thread(target=self._strike, args=(words, None if hold else delay))
        killer.start()
        return killer, hold

    def _strike(self, words: str, delay: float | None) -> None:
        """Kill after so many seconds, or as soon as the words are stored."""
        until = time.monotonic() + (SECONDS if delay is None else delay)
        while time.monotonic() < until and (delay is not None or self._stored(words) == 0):
            time.sleep(0.001)
        self.server.kill()

    def _post(self, path: str, body: dict[str, str], key: str, hold: bool) -> httpx.Response:
        headers = {"Authorization": f"Bearer {KEY}"} | ({"Idempotency-Key": key} if key else {})
        headers |= {"X-Held": "1"} if hold else {}
        return httpx.post(
            f"http://127.0.0.1:{self.server.port}/interview-sessions/{path}",
            json=body,
            headers=headers,
            timeout=SECONDS,
        )

    def _stored(self, words: str) -> int:
        connection = sqlite3.connect(self.server.folder / "candor.sqlite3")
        query = "SELECT count(*) FROM transcript_entries WHERE text = ?"
        count: int = connection.execute(query, (words,)).fetchone()[0]
        connection.close()
        return count

    def interview(self, interview_id: str) -> None:
        """One interview from its start to its end."""
        session_id = self.send("start", {"interviewId": interview_id})["sessionId"]
        turns = self.acknowledged.setdefault(session_id, [])
        while True:
            key = f"key {len(turns)}"
            body = {"sessionId": session_id, "answer": f"I fixed fault {len(turns)} of {interview_id} myself."}
            reply = self.send("turn", body, key)
            turns.append((body, key, reply))
            if reply["completed"]:
                return


@pytest.fixture
def port() -> Iterator[int]:
    """Kept for the server also while it is down."""
    with held_port() as held:
        yield held


def test_a_server_killed_fifty_times_keeps_every_answer_once(tmp_path: Path, port: int) -> None:
    home = house(tmp_path, core=3)
    interviews = [home.interview(candidate_name=f"Candidate {n}").interview_id for n in range(KILLS)]
    home.service.close()
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(PRELOADED)
    server = Server(tmp_path, port, processes)
    server.up()
    client = Client(server, random.Random(7))  # seeded: the plan of kills is the same every time
    for interview_id in interviews:
        if server.kills >= KILLS:
            break
        client.interview(interview_id)
    server.kill()
    assert server.kills > KILLS
    assert client.cut_off >= KILLS / 2, "hardly any kill cut a request off"
    assert client.landed >= KILLS / 10, "hardly any kill fell between a commit and its reply"
    look = home.again(SlowEngine(core=3))
    for session_id, turns in client.acknowledged.items():
        seen = look.see(session_id)
        said = [line.text for line in seen.transcript if line.role == "candidate"]
        assert said == [body["answer"] for body, _, _ in turns]
        ids = [event.event_id for event in seen.events]
        assert ids == list(range(1, len(ids) + 1))
        assert ids[3:] == [event["eventId"] for _, _, reply in turns for event in reply["events"]]
        for body, key, reply in turns:
            again = look.service.sessions.turn(SYSTEM, TurnRequest(**body), key)
            assert again.model_dump(mode="json", by_alias=True) == reply
        assert seen.completed
    home.close()
