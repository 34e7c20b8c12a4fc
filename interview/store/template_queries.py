"""Queries of the position templates."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview.store.review_tables import PositionTemplateRow


def templates(tx: Session) -> Sequence[PositionTemplateRow]:
    """By name."""
    return tx.scalars(select(PositionTemplateRow).order_by(func.lower(PositionTemplateRow.name))).all()


def template_named(tx: Session, name: str) -> PositionTemplateRow | None:
    return tx.scalar(select(PositionTemplateRow).where(PositionTemplateRow.name == name))
