"""Interviews held at given moments with given levels, for tests of what they come to."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from builders import BEGINNING, house
from scripted import ScriptedEngine

from interview.access import SYSTEM, Actor
from interview.analytics import ScoreRow
from interview.engines import EvaluationRequest
from interview.models import Evaluation
from interview.records import FigureFilter, InterviewRecord, ScoreFilter
from interview.statistics.figures import Figures


class Rater(ScriptedEngine):
    """Gives every answer about a competency the level that stands here; None is no evidence."""

    said: dict[str, float | None]

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        self.levels = deque([self.said[request.competency.name]])
        return super().evaluate(request)


class Scored:
    """A house in which interviews are held."""

    def __init__(self, folder: Path) -> None:
        self.rater = Rater(probes=0)
        first = house(folder)
        self.house = first.again(self.rater)
        self.reports = self.house.service.analytics

    def hold(
        self,
        debugging: float | None,
        teamwork: float | None,
        planning: float | None,
        *,
        at: datetime = BEGINNING,
        record: InterviewRecord | None = None,
        **fields: Any,
    ) -> InterviewRecord:
        """One interview, scored at this moment with these levels."""
        self.house.clock.now = at
        self.rater.said = {"Debugging": debugging, "Teamwork": teamwork, "Planning": planning}
        record = record or self.house.interview(**fields)
        self.house.finish(self.house.start(record).session_id)
        return record

    def rescore(self, record: InterviewRecord, **levels: float | None) -> None:
        self.rater.said = self.rater.said | levels
        self.house.service.scorecards.score(SYSTEM, record.interview_id)

    def rows(self, **wanted: Any) -> list[ScoreRow]:
        return self.reports.score_rows(analyst(), ScoreFilter(**wanted))

    def figures(self, **wanted: Any) -> Figures:
        return self.reports.figures(analyst(), FigureFilter(**wanted))


def held(scored: Scored) -> InterviewRecord:
    """Two positions, the first with two plan versions; one re-scored session. Gives an interview of the first."""
    first = scored.hold(2.0, 3.0, 4.0, at=moment(2))
    positions = scored.house.service.positions
    positions.save_plan(SYSTEM, first.position_id, positions.get(SYSTEM, first.position_id).plan)
    positions.approve(SYSTEM, first.position_id)
    scored.hold(4.5, None, 1.5, at=moment(11))
    scored.hold(1.2, 3.3, None, at=moment(12), role_title="Nurse", job_text="We care for people.")
    scored.rescore(first, Debugging=3.0, Teamwork=None, Planning=4.0)
    return first


def analyst() -> Actor:
    return Actor(role="analyst", id="link:an-analyst")


def moment(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """In March 2026, UTC; the second is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)
