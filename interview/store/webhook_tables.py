"""Webhooks, what is to be told to them, and how that went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from interview.store.tables import Base


class WebhookRow(Base):
    """Where to tell of events. Its signing secret is derived from the server's own key and stored nowhere."""

    __tablename__ = "webhooks"

    webhook_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    url: Mapped[str]
    events: Mapped[list[Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    removed_at: Mapped[datetime | None]


class OutboxRow(Base):
    """A message to a webhook, written with what it tells of. `next_attempt_at` is None once it is over.

    `interview_id`: what it tells of, None of a test; deleted with it.
    """

    __tablename__ = "outbox"

    message_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.webhook_id"), index=True)
    interview_id: Mapped[str | None] = mapped_column(String(36), index=True)
    type: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(index=True)
    delivered_at: Mapped[datetime | None]


class DeliveryRow(Base):
    """One attempt to deliver a message. `status`: HTTP's, None where there was no answer."""

    __tablename__ = "deliveries"

    delivery_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("outbox.message_id"), index=True)
    at: Mapped[datetime]
    milliseconds: Mapped[int]
    status: Mapped[int | None]
    error: Mapped[str]
