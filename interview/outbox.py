"""Sends what the outbox holds: signed, tried again over about three days, and noted attempt by attempt.

A message is claimed in a transaction before it is sent, so that two processes on one database never send it at once. A
process that is killed between sending and noting leaves a claim that runs out, and the message is sent again with the
same `webhook-id`: receivers take an id once.
"""

from __future__ import annotations

import json
import random
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from threading import Event, Thread
from urllib.parse import urlsplit

import httpcore

from interview import __version__
from interview.access import SYSTEM
from interview.context import Context
from interview.errors import logged
from interview.public_network import Address, AddressRefused, CheckedNetwork, is_public
from interview.store import webhook_queries
from interview.store.webhook_tables import DeliveryRow, OutboxRow, WebhookRow
from interview.webhooks import CLAIM, THIS_MACHINE, end, signing_secret

SECONDS = 10.0
"""What an attempt may take from resolving the name to the answer's first line; well below `CLAIM`."""

WAITS = tuple(timedelta(seconds=seconds) for seconds in (30, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""After the first failed attempt, the second, and so on: about three days, as Standard Webhooks recommends."""

JITTER = 0.1
PAUSE = timedelta(seconds=30)
"""How long a webhook is left alone that has just failed: one that hangs must not hold up the others."""

KEPT = timedelta(days=30)
_CLEARED_EVERY = timedelta(hours=1)
_LOOK_SECONDS = 1.0
_AFTER_FAULT_SECONDS = 15.0

_PRIVATE = (
    "Its name leads to a private address, and nothing is sent there. The setting INTERVIEW_WEBHOOK_PRIVATE_HOSTS can "
    "allow it."
)
_REDIRECT = "It sends on to another address, which is not followed. Add the webhook with that address."
_GONE = "It wants no more messages, so the webhook was removed."


@dataclass(frozen=True)
class Claim:
    """A message that is this process's to send until then."""

    message_id: str
    webhook_id: str
    url: str
    body: str
    until: datetime


@dataclass(frozen=True)
class Outcome:
    """`status`: HTTP's, None where there was no answer. `error`: in our words, "" where the message was taken."""

    status: int | None
    error: str
    milliseconds: int = 0


class Outbox:
    """The sender: one thread of the process that serves, between `start` and `stop`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stopping = Event()
        self._thread: Thread | None = None
        self._left_alone: dict[str, datetime] = {}
        self._cleared: datetime | None = None

    def start(self) -> None:
        """Begin to look for what is due, every second."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = Thread(target=self._run, name="outbox", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End, when the attempt in hand is noted. What is left waits for the next start."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(SECONDS + 5)
            self._thread = None

    def deliver_due(self) -> int:
        """Try to deliver every message that is due, longest due first; how many attempts that were."""
        attempts = 0
        while not self._stopping.is_set() and (claim := self._claim()) is not None:
            self._note(claim, self._send(claim))
            attempts += 1
        return attempts

    def clear_old(self) -> None:
        """Take out messages that were over 30 days ago, with their attempts."""
        now = self._context.clock()
        with self._context.database.write() as tx:
            webhook_queries.clear_messages(tx, now - KEPT)
        self._cleared = now

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            pause = _LOOK_SECONDS
            try:
                self.deliver_due()
                if self._cleared is None or self._context.clock() - self._cleared > _CLEARED_EVERY:
                    self.clear_old()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look comes
                logged(error, "outbox_failed")
                pause = _AFTER_FAULT_SECONDS

    def _claim(self) -> Claim | None:
        now = self._context.clock()
        self._left_alone = {webhook: until for webhook, until in self._left_alone.items() if until > now}
        with self._context.database.read() as tx:  # nearly always nothing is due: no writer waits for this look
            if webhook_queries.next_due(tx, now, self._left_alone) is None:
                return None
        with self._context.database.write() as tx:
            row = webhook_queries.next_due(tx, now, self._left_alone)
            if row is None:
                return None
            row.attempts += 1
            row.next_attempt_at = now + CLAIM
            url = tx.get_one(WebhookRow, row.webhook_id).url
            body = json.dumps(row.payload, separators=(",", ":"))
            return Claim(row.message_id, row.webhook_id, url, body, row.next_attempt_at)

    def _send(self, claim: Claim) -> Outcome:
        begun = time.monotonic()
        outcome = self._answer(claim, begun + SECONDS)
        return Outcome(outcome.status, outcome.error, round(1000 * (time.monotonic() - begun)))

    def _answer(self, claim: Claim, deadline: float) -> Outcome:
        """The first line of the answer is all that counts; nothing of what follows it is read."""
        network = CheckedNetwork(self._allowed(urlsplit(claim.url).hostname or ""), deadline)
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), SECONDS)
        try:
            with (
                httpcore.ConnectionPool(network_backend=network, ssl_context=self._tls) as pool,
                pool.stream(
                    "POST",
                    claim.url,
                    headers=self._headers(claim),
                    content=claim.body.encode(),
                    extensions={"timeout": timeouts},
                ) as response,
            ):
                return Outcome(response.status, _said(response.status))
        except AddressRefused:
            return Outcome(None, _PRIVATE)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError, ValueError) as error:
            return Outcome(None, _silence(error))

    def _allowed(self, host: str) -> _Rule:
        hosts = {name.casefold() for name in self._context.settings.webhook_private_hosts}
        return _Rule(anywhere=host.casefold() in hosts, here=host in THIS_MACHINE)

    def _headers(self, claim: Claim) -> dict[bytes | str, bytes | str]:
        from standardwebhooks import Webhook as Signer

        now = self._context.clock()
        secret = signing_secret(self._context.settings.data_dir, claim.webhook_id)
        return {
            "Content-Type": "application/json",
            "User-Agent": f"Candor/{__version__}",
            "Connection": "close",
            "webhook-id": claim.message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Signer(secret).sign(claim.message_id, now, claim.body),
        }

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        import httpx

        return httpx.create_ssl_context()

    def _note(self, claim: Claim, outcome: Outcome) -> None:
        now = self._context.clock()
        if outcome.error:
            self._left_alone[claim.webhook_id] = now + PAUSE
        with self._context.database.write() as tx:
            row = tx.get(OutboxRow, claim.message_id)
            if row is None:
                return
            tx.add(
                DeliveryRow(
                    message_id=claim.message_id,
                    at=now,
                    milliseconds=outcome.milliseconds,
                    status=outcome.status,
                    error=outcome.error,
                )
            )
            if row.next_attempt_at != claim.until:
                return  # the claim ran out, or the webhook was removed meanwhile
            if not outcome.error:
                row.delivered_at, row.next_attempt_at = now, None
            elif outcome.status == 410:
                row.next_attempt_at = None
                end(tx, self._context, tx.get_one(WebhookRow, row.webhook_id), SYSTEM, "webhook_gone")
            else:
                row.next_attempt_at = _next_attempt(now, row.attempts)


@dataclass(frozen=True)
class _Rule:
    """Which addresses of a host are connected to. `here`: the host is this machine by its name."""

    anywhere: bool
    here: bool

    def __call__(self, address: Address) -> bool:
        return self.anywhere or (address.is_loopback if self.here else is_public(address))


def _next_attempt(now: datetime, attempts: int) -> datetime | None:
    """None once it is given up."""
    if attempts > len(WAITS):
        return None
    return now + WAITS[attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret


def _said(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if status == 410:
        return _GONE
    if 300 <= status < 400:
        return _REDIRECT
    return "It refused the message." if status < 500 else "It could not take the message."


def _silence(error: Exception) -> str:
    """Why there was no answer, never in the words of the error: they may hold the address."""
    causes = [error, error.__cause__, error.__context__]
    if any(isinstance(each, ssl.SSLError) for each in causes):
        return "Its certificate is not right, or it speaks no TLS."
    if any(isinstance(each, TimeoutError | httpcore.TimeoutException) for each in causes):
        return f"It did not answer within {SECONDS:g} seconds."
    if any(isinstance(each, socket.gaierror) for each in causes):
        return "Its name is not known."
    if isinstance(error, httpcore.ProtocolError):
        return "It does not answer as a web server does."
    return "It could not be reached."
