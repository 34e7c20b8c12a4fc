"""Queries of the webhooks, their messages and how those were delivered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from interview.store.webhook_tables import DeliveryRow, OutboxRow, WebhookRow


def webhooks(tx: Session) -> Sequence[WebhookRow]:
    """Newest first; removed ones too."""
    return tx.scalars(select(WebhookRow).order_by(WebhookRow.created_at.desc(), WebhookRow.webhook_id)).all()


def standing_webhooks(tx: Session) -> Sequence[WebhookRow]:
    return tx.scalars(select(WebhookRow).where(WebhookRow.removed_at.is_(None))).all()


def waiting(tx: Session) -> Mapping[str, int]:
    """Webhook → its messages that are still to be delivered."""
    query = select(OutboxRow.webhook_id, func.count()).where(OutboxRow.next_attempt_at.is_not(None))
    return {row[0]: row[1] for row in tx.execute(query.group_by(OutboxRow.webhook_id))}


def messages(tx: Session, webhook_id: str, limit: int) -> Sequence[OutboxRow]:
    """Newest first."""
    query = select(OutboxRow).where(OutboxRow.webhook_id == webhook_id)
    return tx.scalars(query.order_by(OutboxRow.created_at.desc(), OutboxRow.message_id).limit(limit)).all()


def deliveries(tx: Session, message_ids: Iterable[str]) -> Mapping[str, list[DeliveryRow]]:
    """Message → its attempts, newest first."""
    query = select(DeliveryRow).where(DeliveryRow.message_id.in_(message_ids)).order_by(DeliveryRow.delivery_id.desc())
    found: dict[str, list[DeliveryRow]] = defaultdict(list)
    for row in tx.scalars(query):
        found[row.message_id].append(row)
    return found


def next_due(tx: Session, now: datetime, passed_over: Collection[str]) -> OutboxRow | None:
    """The message that has been due longest, of webhooks that are not passed over."""
    query = (
        select(OutboxRow)
        .where(OutboxRow.next_attempt_at <= now, OutboxRow.webhook_id.not_in(passed_over))
        .order_by(OutboxRow.next_attempt_at, OutboxRow.created_at)
        .limit(1)
    )
    return tx.scalar(query)


def end_messages(tx: Session, webhook_id: str) -> None:
    """Nothing more is delivered to this webhook."""
    tx.execute(update(OutboxRow).where(OutboxRow.webhook_id == webhook_id).values(next_attempt_at=None))


def clear_messages(tx: Session, before: datetime) -> None:
    """Take out messages that were over before this moment, with their attempts."""
    over = select(OutboxRow.message_id).where(
        OutboxRow.next_attempt_at.is_(None), func.coalesce(OutboxRow.delivered_at, OutboxRow.created_at) < before
    )
    tx.execute(delete(DeliveryRow).where(DeliveryRow.message_id.in_(over)))
    tx.execute(delete(OutboxRow).where(OutboxRow.message_id.in_(over)))


def forget_interview(tx: Session, interview_id: str) -> None:
    """Take out every message that tells of this interview, sent or not, with its attempts."""
    told = select(OutboxRow.message_id).where(OutboxRow.interview_id == interview_id)
    tx.execute(delete(DeliveryRow).where(DeliveryRow.message_id.in_(told)))
    tx.execute(delete(OutboxRow).where(OutboxRow.interview_id == interview_id))
