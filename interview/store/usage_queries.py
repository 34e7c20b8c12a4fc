"""What models took, added up: of one interview, or of all since a moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from interview.store.tables import ModelUsageRow


def tokens_of_interview(tx: Session, interview_id: str) -> int:
    return _tokens(tx, ModelUsageRow.interview_id == interview_id)


def tokens_since(tx: Session, moment: datetime) -> int:
    return _tokens(tx, ModelUsageRow.at >= moment)


def purposes_of_interview(tx: Session, interview_id: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """A row a purpose, by name: calls, tokens in and out, cost, and how many of the calls had a price."""
    return _purposes(tx, ModelUsageRow.interview_id == interview_id)


def purposes_since(tx: Session, moment: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """The same rows, of all calls since then."""
    return _purposes(tx, ModelUsageRow.at >= moment)


def _tokens(tx: Session, wanted: ColumnElement[bool]) -> int:
    total = func.sum(ModelUsageRow.input_tokens + ModelUsageRow.output_tokens)
    return tx.scalar(select(total).where(wanted)) or 0


def _purposes(tx: Session, wanted: ColumnElement[bool]) -> Sequence[Row[*tuple[Any, ...]]]:
    query = (
        select(
            ModelUsageRow.purpose,
            func.count().label("calls"),
            func.sum(ModelUsageRow.input_tokens).label("input_tokens"),
            func.sum(ModelUsageRow.output_tokens).label("output_tokens"),
            func.sum(ModelUsageRow.cost).label("cost"),
            func.count(ModelUsageRow.cost).label("priced"),
        )
        .where(wanted)
        .group_by(ModelUsageRow.purpose)
        .order_by(ModelUsageRow.purpose)
    )
    return tx.execute(query).all()
