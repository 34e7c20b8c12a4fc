"""The score table for analysts: a row per scorecard and competency, ids in the place of names."""

from __future__ import annotations

from pydantic import Field

from interview.access import Actor
from interview.context import Context
from interview.models import Model, Moment
from interview.store import queries

MAX_ROWS = 100_000


class ScoreRow(Model):
    """One competency of one scorecard. Each column says in its description what it holds."""

    scorecard_id: str = Field(description="The scorecard; its competencies share it")
    interview_id: str = Field(description="The interview; stands for the candidate, whose name is not here")
    candidate_id: str = Field(description="The candidate's id")
    position_id: str = Field(description="The position's id")
    role_title: str = Field(description="The position's role title")
    session_id: str = Field(description="The session that was scored")
    competency: str = Field(description="The competency")
    score: float = Field(description="Weighted mean of its assessed criteria, 1 to 5; 0 when none was assessed")
    criteria_assessed: int = Field(description="How many of its criteria have a score with evidence")
    criteria_total: int = Field(description="How many criteria it has")
    rubric_filled: bool = Field(description="Whether every criterion was assessed")
    overall_score: float = Field(description="Mean over the scorecard's assessed competencies, 1 to 5; 0 when none")
    newest: bool = Field(description="Whether this is the newest scorecard of its session; older ones stay beside it")
    source: str = Field(description="Who scored: engine, or a reviewer")
    engine: str = Field(description="Version stamp: engine")
    model: str = Field(description="Version stamp: model")
    prompt: str = Field(description="Version stamp: prompts")
    rubric: str = Field(description="Version stamp: position id and plan version")
    application: str = Field(description="Version stamp: Candor's version")
    scored_at: Moment = Field(description="When it was scored, UTC")


COLUMNS = tuple(ScoreRow.model_fields)


class ScoreFilter(Model):
    """Which rows: of one position, scored in [from, to), under one plan version."""

    position_id: str | None = Field(None, max_length=64)
    scored_from: Moment | None = None
    scored_to: Moment | None = None
    version: int | None = Field(None, ge=1, description="The position's plan version")
    limit: int = Field(10_000, ge=1, le=MAX_ROWS)


class Analytics:
    """The use cases of analysts."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def score_rows(self, actor: Actor, wanted: ScoreFilter | None = None) -> list[ScoreRow]:
        """Rows in the order of scoring, newest first; rehearsals have none."""
        actor.require("administrator", "program", "hiring", "analyst")
        wanted = wanted or ScoreFilter()
        with self._context.database.read() as tx:
            rows = queries.score_rows(
                tx,
                position_id=wanted.position_id,
                scored_from=wanted.scored_from,
                scored_to=wanted.scored_to,
                version=wanted.version,
                limit=wanted.limit,
            )
            return [ScoreRow.model_validate(row, from_attributes=True) for row in rows]
