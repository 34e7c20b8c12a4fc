"""The queries of the candidate's way through their interview. All take the transaction that they run in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from interview.store.tables import AdjustmentRow, AnswerDraftRow, ConsentRow, EntryRow, InterviewRow, SessionRow


def own_sessions(tx: Session, interview_id: str) -> Sequence[SessionRow]:
    """The sessions that were the candidate's, oldest first: no rehearsals, no transcripts from elsewhere."""
    query = select(SessionRow).where(
        SessionRow.interview_id == interview_id, SessionRow.rehearsal.is_(False), SessionRow.status != "imported"
    )
    return tx.scalars(query.order_by(SessionRow.created_at, SessionRow.session_id)).all()


def attempt_sessions(tx: Session, interview: InterviewRow) -> Sequence[SessionRow]:
    """Those of the present attempt."""
    return [row for row in own_sessions(tx, interview.interview_id) if row.attempt == interview.attempt]


def candidate_words(tx: Session, session_id: str) -> Sequence[str]:
    """What the candidate said in a session, in order."""
    query = select(EntryRow.text).where(EntryRow.session_id == session_id, EntryRow.role == "candidate")
    return tx.scalars(query.order_by(EntryRow.entry_id)).all()


def forget_drafts(tx: Session, session_ids: Sequence[str]) -> None:
    """Take out what was typed in these sessions and not sent."""
    tx.execute(delete(AnswerDraftRow).where(AnswerDraftRow.session_id.in_(session_ids)))


def consents(tx: Session, interview_id: str) -> Sequence[ConsentRow]:
    """Newest first."""
    query = select(ConsentRow).where(ConsentRow.interview_id == interview_id)
    return tx.scalars(query.order_by(ConsentRow.at.desc())).all()


def adjustments(tx: Session, interview_id: str) -> Sequence[AdjustmentRow]:
    """What was asked to be arranged otherwise, newest first."""
    query = select(AdjustmentRow).where(AdjustmentRow.interview_id == interview_id)
    return tx.scalars(query.order_by(AdjustmentRow.created_at.desc(), AdjustmentRow.adjustment_id)).all()
