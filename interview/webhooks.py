"""Webhooks: what other systems are told of, from an outbox that is written together with what it tells of."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview.context import Context, new_id
from interview.store.webhook_tables import OutboxRow, WebhookRow

WebhookEvent = Literal["interview.completed", "decision.made"]


def publish(tx: Session, context: Context, event: WebhookEvent, interview_id: str, **data: str | int | None) -> None:
    """Put a message for every webhook that wants it into the outbox, in the transaction of what it tells of.

    `data`: ids and codes; never names, words or scores.
    """
    now = context.clock()
    payload = {"type": event, "timestamp": now.isoformat(), "data": {"interview_id": interview_id, **data}}
    for webhook in tx.scalars(select(WebhookRow).where(WebhookRow.removed_at.is_(None))):
        if event in webhook.events:
            tx.add(
                OutboxRow(
                    message_id=new_id(),
                    webhook_id=webhook.webhook_id,
                    type=event,
                    payload=payload,
                    created_at=now,
                    attempts=0,
                    next_attempt_at=now,
                    delivered_at=None,
                )
            )
