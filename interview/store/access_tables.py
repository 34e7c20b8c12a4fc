"""The tables of who may come in, and of what they did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from interview.store.tables import Base


class PersonRow(Base):
    __tablename__ = "people"

    person_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class CredentialRow(Base):
    """A hashed secret that lets somebody in: an API key (`key`) or a personal link (`link`)."""

    __tablename__ = "credentials"
    __table_args__ = (Index("ix_credentials_person", "person_id"),)

    credential_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.person_id"))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditRow(Base):
    """Append-only: who did what to what, and when. Never the words of a transcript."""

    __tablename__ = "audit_log"

    audit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    role: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]]
