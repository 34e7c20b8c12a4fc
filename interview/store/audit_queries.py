"""What the audit log is read by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview.store.access_tables import AuditRow, CredentialRow, PersonRow


def lines(
    tx: Session,
    limit: int,
    before: int | None,
    *,
    action: str | None,
    actors: Collection[str] | None,
    role: str | None,
    subject: str,
    since: datetime | None,
) -> Sequence[AuditRow]:
    """Newest first, those before this line. `actors`: ids of who acted, None for anybody."""
    query = select(AuditRow).order_by(AuditRow.audit_id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.audit_id < before)
    if action is not None:
        query = query.where(AuditRow.action == action)
    if actors is not None:
        query = query.where(AuditRow.actor.in_(actors))
    if role is not None:
        query = query.where(AuditRow.role == role)
    if subject:
        query = query.where(AuditRow.subject == subject)
    if since is not None:
        query = query.where(AuditRow.at >= since)
    return tx.scalars(query).all()


def actions(tx: Session) -> Sequence[str]:
    """Those that the log has, in alphabetical order."""
    return tx.scalars(select(AuditRow.action).distinct().order_by(AuditRow.action)).all()


def credentials(tx: Session) -> Sequence[tuple[CredentialRow, PersonRow | None]]:
    """Every link and key with whose it is, oldest first."""
    query = select(CredentialRow, PersonRow).outerjoin(PersonRow, PersonRow.person_id == CredentialRow.person_id)
    return [(row, person) for row, person in tx.execute(query.order_by(CredentialRow.created_at, CredentialRow.name))]
