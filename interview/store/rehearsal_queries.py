"""What rehearsals of a position's plan read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview.store.review_tables import RehearsalRow


def newest(tx: Session, position_id: str, most: int) -> Sequence[RehearsalRow]:
    """A position's rehearsals, newest first."""
    query = select(RehearsalRow).where(RehearsalRow.position_id == position_id)
    return tx.scalars(query.order_by(RehearsalRow.at.desc(), RehearsalRow.rehearsal_id).limit(most)).all()


def rehearsed(tx: Session, position_id: str, version: int) -> bool:
    """Whether this version of the plan has a rehearsal."""
    query = select(RehearsalRow.rehearsal_id).where(
        RehearsalRow.position_id == position_id, RehearsalRow.plan_version == version
    )
    return tx.scalar(query.limit(1)) is not None
