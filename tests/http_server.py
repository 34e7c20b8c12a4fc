"""The app over real HTTP: all of it as `make run` starts it, or the API alone with an engine that a test scripts."""

from __future__ import annotations

import os
import re
import secrets
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from builders import lay_database
from fastapi import FastAPI
from scripted import ScriptedEngine
from starlette.applications import Starlette
from starlette.routing import Mount

from interview.access import SYSTEM
from interview.api import create_api
from interview.api.door import door
from interview.api.socket import live_socket
from interview.service import Service, open_service
from interview.settings import Settings

ROOT = Path(__file__).parent.parent
START_SECONDS = 240
"""The longest that a server may take to start: a busy machine needs most of a minute."""
REPLY_SECONDS = 120
"""The longest that a reply may take."""
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody. Without it httpx reads all certificates of this machine for each client; nothing here needs one."""


@dataclass(frozen=True)
class RunningApp:
    """`url` without a slash at the end; `admin_key` an administrator's key; `output` what the server has written."""

    url: str
    admin_key: str
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text()

    @property
    def admin_link(self) -> str:
        """The link that the server printed for whoever started it."""
        found = re.search(r"https?://\S+/enter/(\S+)", self.output)
        assert found, self.output
        return f"{self.url}/enter/{found.group(1)}"

    def client(self, key: str | None = None) -> httpx.Client:
        """REST with this key; with the administrator's when none is given."""
        return _client(self.url, key or self.admin_key)

    def interview(self, **fields: str) -> str:
        """The id of a new interview."""
        with self.client() as rest:
            return str(rest.post("/interviews", data=FORM | fields).raise_for_status().json()["interview_id"])

    def link(self, interview_id: str, **wanted: str) -> str:
        """A fresh link for the interview's candidate; `wanted` as for the invitation over REST."""
        with self.client() as rest:
            issued = rest.post(f"/interviews/{interview_id}/invitations", json=wanted).raise_for_status()
        return f"{self.url}/enter/{issued.json()['token']}"

    def record(self, interview_id: str) -> dict[str, Any]:
        """The interview as REST tells of it."""
        with self.client() as rest:
            found: dict[str, Any] = rest.get(f"/interviews/{interview_id}").raise_for_status().json()
        return found


def _client(url: str, key: str) -> httpx.Client:
    return httpx.Client(base_url=f"{url}/api", headers=bearer(key), timeout=REPLY_SECONDS, verify=NO_TLS)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def free_port() -> int:
    """One that is free at this moment. Where a server is to listen on it, `held_port` keeps it free."""
    with held_port() as port:
        return port


@contextmanager
def held_port() -> Iterator[int]:
    """A port that a server in another process can listen on, and that nobody else is given meanwhile.

    It stays bound here without being listened on: with SO_REUSEADDR, which servers set, that is no obstacle to them.
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        yield port


@contextmanager
def running_app(
    folder: Path, entry: tuple[str, ...] = ("-m", "streamlit", "run", "app.py"), **settings: str
) -> Iterator[RunningApp]:
    """The real process on a free port, its data in `folder`; `settings` are environment variables besides."""
    key = secrets.token_urlsafe(32)
    with held_port() as port, _running(folder, entry, port, key, settings) as log:
        yield RunningApp(url=f"http://127.0.0.1:{port}", admin_key=key, log=log)


@contextmanager
def _running(folder: Path, entry: tuple[str, ...], port: int, key: str, settings: dict[str, str]) -> Iterator[Path]:
    """The process, once it answers; gives the file that it writes to."""
    log = folder / "server.log"
    environment = os.environ | {
        "INTERVIEW_DATA_DIR": str(folder / "data"),
        "INTERVIEW_ADMIN_KEY": key,
        "INTERVIEW_PUBLIC_URL": f"http://127.0.0.1:{port}",
        **settings,
    }
    command = [sys.executable, *entry, "--server.port", str(port)]
    with (
        log.open("w") as output,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        try:
            _wait(f"http://127.0.0.1:{port}/api/health", lambda: process.poll() is None)
            yield log
        finally:
            process.terminate()


@contextmanager
def running_api(service: Service) -> Iterator[str]:
    """The API, the live socket and the door over a given service, in a thread of this process; gives the address."""
    api: FastAPI = create_api(service)
    with serving(Starlette(routes=[Mount("/api", api), live_socket(service), *door(service)])) as url:
        _wait(f"{url}/api/health")
        yield url


@contextmanager
def serving(app: Starlette, *, force_exit: bool = False) -> Iterator[str]:
    """An application in a thread of this process, on a socket that listens already; gives the address.

    `force_exit`: at the end, connections that are still open are not waited for.
    """
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="websockets-sansio"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            server.force_exit = force_exit
            thread.join()


@dataclass
class Clock:
    """The time, which a test moves."""

    now: datetime = field(default_factory=lambda: datetime(2025, 3, 4, 9, 30, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **step: float) -> None:
        self.now += timedelta(**step)


@dataclass(frozen=True)
class World:
    """The API over real HTTP with a scripted engine and a clock; everything else is real."""

    url: str
    service: Service
    engine: ScriptedEngine
    clock: Clock

    def key(self, role: str) -> str:
        return self.service.access.create_key(SYSTEM, f"a key for {role}", role).secret

    def client(self, role: str = "program", *, token: str | None = None) -> httpx.Client:
        """REST with a fresh key of this role, or with this token."""
        return _client(self.url, token or self.key(role))

    def interview(self, **fields: Any) -> dict[str, Any]:
        """A new interview, as REST answers it."""
        with self.client() as rest:
            made: dict[str, Any] = rest.post("/interviews", data=FORM | fields).raise_for_status().json()
        return made

    def invitation(self, interview_id: str, **wanted: Any) -> dict[str, Any]:
        with self.client() as rest:
            answer = rest.post(f"/interviews/{interview_id}/invitations", json=wanted).raise_for_status()
        issued: dict[str, Any] = answer.json()
        return issued

    def start(self, rest: httpx.Client, interview_id: str) -> str:
        """The id of a started session."""
        answer = rest.post("/interview-sessions/start", json={"interviewId": interview_id}).raise_for_status()
        return str(answer.json()["sessionId"])


FORM = {
    "role_title": "Backend engineer",
    "job_text": "We look for an engineer who finds faults, writes Python and works well with other teams.",
    "resume_text": "Ada Example. Ten years of engineering at Example Ltd: Python, PostgreSQL, payments, on-call work.",
}


@contextmanager
def scripted_world(folder: Path, engine: ScriptedEngine | None = None, **settings: Any) -> Iterator[World]:
    engine, clock = engine or ScriptedEngine(), Clock()
    lay_database(folder)
    service = open_service(Settings(data_dir=folder, **settings), engine=engine, clock=clock)
    try:
        with running_api(service) as url:
            yield World(url, service, engine, clock)
    finally:
        service.close()


def answer(
    rest: httpx.Client, session_id: str, words: str = "I found the lock and removed it.", **more: Any
) -> httpx.Response:
    """One turn."""
    key = more.pop("key", None)
    headers = {"Idempotency-Key": key} if key else {}
    return rest.post(
        "/interview-sessions/turn", json={"sessionId": session_id, "answer": words, **more}, headers=headers
    )


def finish(rest: httpx.Client, session_id: str) -> httpx.Response:
    """Answers until the session is complete; gives the last reply."""
    for number in range(60):
        reply = answer(rest, session_id, f"Answer {number}: I compared both versions and proved which line was slow.")
        if reply.raise_for_status().json()["completed"]:
            return reply
    raise AssertionError("the session did not end within 60 answers")


def _wait(address: str, alive: Callable[[], bool] = lambda: True) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            httpx.get(address, timeout=START_SECONDS, verify=NO_TLS)
        except httpx.TransportError:
            if time.monotonic() > until or not alive():
                raise
            time.sleep(0.1)
        else:
            return
