"""Sums by day that the analysts' figures are read from; written in the transactions of what they count."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from interview.store.tables import Base


class ScoreRollupRow(Base):
    """Sums over the standing scorecards of a day (UTC, `YYYY-MM-DD`), written where scorecards are.

    `level_n`: scores on that level, halves rounded up; `total`: the sum of all scores.
    """

    __tablename__ = "score_rollup"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    position_id: Mapped[str] = mapped_column(ForeignKey("positions.position_id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    competency: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]
    level_1: Mapped[int] = mapped_column(default=0)
    level_2: Mapped[int] = mapped_column(default=0)
    level_3: Mapped[int] = mapped_column(default=0)
    level_4: Mapped[int] = mapped_column(default=0)
    level_5: Mapped[int] = mapped_column(default=0)
    not_assessed: Mapped[int] = mapped_column(default=0)
    total: Mapped[float] = mapped_column(default=0.0)
    criteria_assessed: Mapped[int] = mapped_column(default=0)
    criteria_total: Mapped[int] = mapped_column(default=0)


class ScorecardRollupRow(Base):
    """The same of overall scores. `scored`: those with any; `total`: their sum."""

    __tablename__ = "scorecard_rollup"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    position_id: Mapped[str] = mapped_column(ForeignKey("positions.position_id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    scorecards: Mapped[int] = mapped_column(default=0)
    scored: Mapped[int] = mapped_column(default=0)
    total: Mapped[float] = mapped_column(default=0.0)


class StageRollupRow(Base):
    """How long the stages of the completed sessions of a day took, in seconds."""

    __tablename__ = "stage_rollup"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    position_id: Mapped[str] = mapped_column(ForeignKey("positions.position_id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    sessions: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)


class UsageRollupRow(Base):
    """What models took on a day. `position_id`: "" for what belongs to none. `unpriced`: calls without a known cost."""

    __tablename__ = "usage_rollup"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    position_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    calls: Mapped[int] = mapped_column(default=0)
    unpriced: Mapped[int] = mapped_column(default=0)
    input_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    cost: Mapped[float] = mapped_column(default=0.0)
