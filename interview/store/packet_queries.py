"""What the review packet reads besides."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview.store.tables import ScorecardRow


def engine_scorecard(tx: Session, session_id: str) -> ScorecardRow | None:
    """The newest one of a session that an engine made and no person changed."""
    query = select(ScorecardRow).where(ScorecardRow.session_id == session_id, ScorecardRow.source == "engine")
    return tx.scalar(query.order_by(ScorecardRow.created_at.desc(), ScorecardRow.scorecard_id).limit(1))
