"""Webhooks: what other systems are told of, from an outbox that is written together with what it tells of.

A message is `{"type", "timestamp", "data"}`, signed as Standard Webhooks says (https://www.standardwebhooks.com). Its
`data` are ids and codes; whoever is told reads the rest over REST, with a key. `interview.outbox` sends.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal, get_args

from sqlalchemy.orm import Session

from interview.access import Actor, audit
from interview.context import Context, new_id
from interview.errors import Conflict, InvalidPayload, NotFound
from interview.models import Model, Moment
from interview.store import webhook_queries
from interview.store.webhook_tables import DeliveryRow, OutboxRow, WebhookRow
from interview.tokens import derived_key

WebhookEvent = Literal["interview.completed", "decision.made"]
EVENTS: tuple[WebhookEvent, ...] = get_args(WebhookEvent)
TEST = "webhook.test"
"""The type of a message that tells of nothing: a receiver is tried out."""

MAX_WEBHOOKS = 20
MAX_URL_CHARS = 2_000
MAX_MESSAGES = 200
CLAIM = timedelta(seconds=60)
"""How long a message belongs to the process that is sending it."""

THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_NO_ADDRESS = "Give the address as https://… (http only for 127.0.0.1 or localhost), without a name and password in it."


class Webhook(Model):
    """Where to tell of events. `waiting`: its messages that are still to be delivered."""

    webhook_id: str
    url: str
    events: tuple[str, ...]
    created_at: Moment
    removed_at: Moment | None
    waiting: int = 0


class Delivery(Model):
    """One attempt. `status`: HTTP's, None where there was no answer; `error`: "" where it was taken."""

    at: Moment
    milliseconds: int
    status: int | None
    error: str


class Message(Model):
    """A message and what became of it. `deliveries`: newest first."""

    message_id: str
    webhook_id: str
    type: str
    created_at: Moment
    attempts: int
    next_attempt_at: Moment | None
    delivered_at: Moment | None
    deliveries: tuple[Delivery, ...] = ()

    @property
    def state(self) -> Literal["waiting", "delivered", "given_up"]:
        """`given_up`: also where the webhook was removed before it could be delivered."""
        if self.next_attempt_at is not None:
            return "waiting"
        return "delivered" if self.delivered_at is not None else "given_up"


class Webhooks:
    """The use cases around webhooks; administrators only."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def add(self, actor: Actor, url: str, events: Sequence[str]) -> Webhook:
        """Tell this address of these events from now on. Raises InvalidPayload, Conflict `webhook_limit`."""
        actor.require("administrator")
        address, wanted = _address(url), _wanted(events)
        with self._context.database.write() as tx:
            if len(webhook_queries.standing_webhooks(tx)) >= MAX_WEBHOOKS:
                told = f"There are {MAX_WEBHOOKS} webhooks. Remove one before you add another."
                raise Conflict(told, code="webhook_limit")
            row = WebhookRow(
                webhook_id=new_id(),
                url=address,
                events=wanted,
                created_at=self._context.clock(),
                created_by=actor.id,
                removed_at=None,
            )
            tx.add(row)
            audit(tx, self._context, actor, "webhook_added", row.webhook_id, events=wanted)
            return _webhook(row)

    def secret(self, actor: Actor, webhook_id: str) -> str:
        """What the receiver checks signatures by, `whsec_…`; the audit log says that it was read."""
        actor.require("administrator")
        with self._context.database.write() as tx:
            _standing(tx, webhook_id)
            audit(tx, self._context, actor, "webhook_secret_read", webhook_id)
        return signing_secret(self._context.settings.data_dir, webhook_id)

    def test(self, actor: Actor, webhook_id: str) -> Message:
        """Put a message that tells of nothing into the outbox, whatever events the webhook wants."""
        actor.require("administrator")
        with self._context.database.write() as tx:
            row = _message_row(self._context, _standing(tx, webhook_id), TEST)
            tx.add(row)
            audit(tx, self._context, actor, "webhook_tested", webhook_id)
            return _message(row, [])

    def remove(self, actor: Actor, webhook_id: str) -> None:
        """Tell this address of nothing any more; what waits is not sent. Again changes nothing. Raises NotFound."""
        actor.require("administrator")
        with self._context.database.write() as tx:
            end(tx, self._context, _webhook_row(tx, webhook_id), actor, "webhook_removed")

    def messages(self, actor: Actor, webhook_id: str, limit: int = 50) -> list[Message]:
        """The webhook's newest messages (1 to 200) with every attempt to deliver them. Raises NotFound."""
        actor.require("administrator")
        with self._context.database.read() as tx:
            _webhook_row(tx, webhook_id)
            rows = webhook_queries.messages(tx, webhook_id, max(1, min(limit, MAX_MESSAGES)))
            attempts = webhook_queries.deliveries(tx, [row.message_id for row in rows])
            return [_message(row, attempts.get(row.message_id, [])) for row in rows]

    def deliver_again(self, actor: Actor, message_id: str) -> Message:
        """Begin anew with a message, delivered or not; one that is due, or being sent, stays as it is.

        Raises NotFound (`message_not_found`, `webhook_not_found` where the webhook was removed).
        """
        actor.require("administrator")
        now = self._context.clock()
        with self._context.database.write() as tx:
            row = tx.get(OutboxRow, message_id)
            if row is None:
                raise NotFound("There is no such message; they are kept for 30 days.", code="message_not_found")
            _standing(tx, row.webhook_id)
            if row.next_attempt_at is None or row.next_attempt_at > now + CLAIM:
                row.next_attempt_at, row.attempts, row.delivered_at = now, 0, None
                audit(tx, self._context, actor, "message_sent_again", message_id)
            return _message(row, webhook_queries.deliveries(tx, [message_id]).get(message_id, []))

    def list(self, actor: Actor) -> list[Webhook]:
        """Newest first; removed ones stay in the list."""
        actor.require("administrator")
        with self._context.database.read() as tx:
            waiting = webhook_queries.waiting(tx)
            return [_webhook(row, waiting.get(row.webhook_id, 0)) for row in webhook_queries.webhooks(tx)]


def publish(tx: Session, context: Context, event: WebhookEvent, interview_id: str, **data: str | int | None) -> None:
    """Put a message for every webhook that wants it into the outbox, in the transaction of what it tells of.

    `data`: ids and codes; never names, words or scores.
    """
    for webhook in webhook_queries.standing_webhooks(tx):
        if event in webhook.events:
            tx.add(_message_row(context, webhook, event, interview_id, **data))


def end(tx: Session, context: Context, row: WebhookRow, actor: Actor, action: str) -> None:
    """Remove a webhook, and what waits for it. `action`: what the audit log says."""
    if row.removed_at is None:
        row.removed_at = context.clock()
        webhook_queries.end_messages(tx, row.webhook_id)
        audit(tx, context, actor, action, row.webhook_id)


def signing_secret(data_dir: Path, webhook_id: str) -> str:
    """The webhook's secret, made anew from the server's own key each time: it is stored nowhere."""
    return f"whsec_{base64.b64encode(derived_key(data_dir, 'webhook', webhook_id)).decode()}"


def _address(url: str) -> str:
    """The address in the form that is requested."""
    import httpx

    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError):
        raise InvalidPayload(_NO_ADDRESS) from None
    here = parsed.scheme == "http" and parsed.host in THIS_MACHINE
    odd = len(url.split()) != 1 or parsed.userinfo or (parsed.port or 0) > 65_535
    if odd or not parsed.host or not (here or parsed.scheme == "https"):
        raise InvalidPayload(_NO_ADDRESS)
    address = str(parsed.copy_with(fragment=None))
    if len(address) > MAX_URL_CHARS:
        raise InvalidPayload(f"The address must have up to {MAX_URL_CHARS:,} characters.")
    return address


def _wanted(events: Sequence[str]) -> list[str]:
    if not events or any(event not in EVENTS for event in events):
        raise InvalidPayload(f"Choose what to be told of: {' or '.join(EVENTS)}.")
    return [event for event in EVENTS if event in events]


def _message_row(
    context: Context, webhook: WebhookRow, event: str, interview_id: str | None = None, **data: str | int | None
) -> OutboxRow:
    now = context.clock()
    told = {"interview_id": interview_id, **data} if interview_id else data
    return OutboxRow(
        message_id=new_id(),
        webhook_id=webhook.webhook_id,
        interview_id=interview_id,
        type=event,
        payload={"type": event, "timestamp": now.isoformat(), "data": told},
        created_at=now,
        attempts=0,
        next_attempt_at=now,
        delivered_at=None,
    )


def _webhook_row(tx: Session, webhook_id: str) -> WebhookRow:
    row = tx.get(WebhookRow, webhook_id)
    if row is None:
        raise NotFound("There is no such webhook.", code="webhook_not_found")
    return row


def _standing(tx: Session, webhook_id: str) -> WebhookRow:
    row = _webhook_row(tx, webhook_id)
    if row.removed_at is not None:
        raise NotFound("This webhook has been removed. Add it again to use it.", code="webhook_not_found")
    return row


def _webhook(row: WebhookRow, waiting: int = 0) -> Webhook:
    return Webhook(
        webhook_id=row.webhook_id,
        url=row.url,
        events=tuple(row.events),
        created_at=row.created_at,
        removed_at=row.removed_at,
        waiting=waiting,
    )


def _message(row: OutboxRow, attempts: Sequence[DeliveryRow]) -> Message:
    message = Message.model_validate(row, from_attributes=True)
    return message.model_copy(
        update={"deliveries": tuple(Delivery.model_validate(each, from_attributes=True) for each in attempts)}
    )
