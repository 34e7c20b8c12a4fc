"""Queries of the invitations that are made many at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from interview.store.tables import CandidateRow, InterviewRow, InvitationRow, SessionRow


def open_emails(tx: Session, position_id: str) -> Sequence[str]:
    """Addresses of everybody whose interview for the position is neither held, closed nor archived."""
    held = exists().where(
        SessionRow.interview_id == InterviewRow.interview_id,
        SessionRow.attempt == InterviewRow.attempt,
        SessionRow.status.in_(("complete", "imported")),
        ~SessionRow.rehearsal,
    )
    query = (
        select(CandidateRow.email)
        .join(InterviewRow, InterviewRow.candidate_id == CandidateRow.candidate_id)
        .where(
            InterviewRow.position_id == position_id,
            InterviewRow.closed_at.is_(None),
            InterviewRow.archived_at.is_(None),
            CandidateRow.email != "",
            ~held,
        )
    )
    return tx.scalars(query).all()


def invitations_by_hash(tx: Session, hashes: Collection[str]) -> dict[str, InvitationRow]:
    rows = tx.scalars(select(InvitationRow).where(InvitationRow.token_hash.in_(hashes)))
    return {row.token_hash: row for row in rows}
