"""What reviews, overrides and decisions read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from interview.store.review_tables import DecisionRow, OverrideRow, QuestionScoreRow, ReviewRow


def review(tx: Session, interview_id: str, attempt: int, imported: str, reviewer_id: str) -> ReviewRow | None:
    return tx.scalar(_of(interview_id, attempt, imported).where(ReviewRow.reviewer_id == reviewer_id))


def reviews(tx: Session, interview_id: str, attempt: int, imported: str) -> Sequence[ReviewRow]:
    """Of one attempt, or of one imported transcript, in the order they were begun."""
    query = _of(interview_id, attempt, imported)
    return tx.scalars(query.order_by(ReviewRow.created_at, ReviewRow.review_id)).all()


def _of(interview_id: str, attempt: int, imported: str) -> Select[ReviewRow]:
    return select(ReviewRow).where(
        ReviewRow.interview_id == interview_id, ReviewRow.attempt == attempt, ReviewRow.imported == imported
    )


def overrides(tx: Session, session_id: str) -> Sequence[OverrideRow]:
    """Of a session, newest first."""
    query = select(OverrideRow).where(OverrideRow.session_id == session_id)
    return tx.scalars(query.order_by(OverrideRow.at.desc(), OverrideRow.override_id)).all()


def decisions(tx: Session, interview_id: str) -> Sequence[DecisionRow]:
    """Of an interview, newest first."""
    query = select(DecisionRow).where(DecisionRow.interview_id == interview_id)
    return tx.scalars(query.order_by(DecisionRow.at.desc(), DecisionRow.decision_id)).all()


def question_scores(tx: Session, scorecard_id: str) -> Sequence[QuestionScoreRow]:
    """Of a scorecard, in the order asked."""
    query = select(QuestionScoreRow).where(QuestionScoreRow.scorecard_id == scorecard_id)
    return tx.scalars(query.order_by(QuestionScoreRow.place)).all()
