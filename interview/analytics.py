"""The analysts' use cases: rows per scorecard and competency, figures over them; ids in the place of names."""

from __future__ import annotations

from pydantic import Field

from interview.access import Actor, Role
from interview.attempts import expire_overdue
from interview.context import Context
from interview.errors import InvalidPayload
from interview.models import Model, Moment, ScoreSource
from interview.records import FigureFilter, ScoreFilter
from interview.statistics.figures import Figures, read_figures
from interview.store import figure_queries, score_queries

_READERS: tuple[Role, ...] = ("administrator", "program", "analyst")
_ROW_READERS: tuple[Role, ...] = (*_READERS, "hiring")


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
    standing: bool = Field(description="Whether it is the scorecard of its session that counts in the figures")
    source: ScoreSource = Field(
        description="Who scored: engine; override, the engine with a person's changes; reviewer, a person alone"
    )
    reviewer_id: str | None = Field(description="The id of the person who rated or changed it; none of an engine's")
    engine: str = Field(description="Version stamp: engine")
    model: str = Field(description="Version stamp: model")
    prompt: str = Field(description="Version stamp: prompts")
    rubric: str = Field(description="Version stamp: position id and plan version")
    application: str = Field(description="Version stamp: Candor's version")
    scored_at: Moment = Field(description="When it was scored, UTC")


COLUMNS = tuple(ScoreRow.model_fields)


class PositionChoice(Model):
    """A position that has interviews, with what a filter may ask of it. `scorecards`: those that count."""

    position_id: str
    role_title: str
    scorecards: int
    versions: tuple[int, ...]
    competencies: tuple[str, ...]


class Analytics:
    """The use cases of analysts.

    Figures are for analysts, administrators and programs. A reviewer rates first, and figures tell of scores that they
    are still to give; the hiring role reads the rows of those scorecards that are open to that person.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def score_rows(self, actor: Actor, wanted: ScoreFilter | None = None) -> list[ScoreRow]:
        """Rows in the order of scoring, newest first; rehearsals have none. Raises Forbidden, InvalidPayload."""
        actor.require(*_ROW_READERS)
        wanted = wanted or ScoreFilter()
        if wanted.scored_from and wanted.scored_to and wanted.scored_from > wanted.scored_to:
            raise InvalidPayload("The time range ends before it begins. Change one of its ends.")
        with self._context.database.read() as tx:
            return [ScoreRow.model_validate(row._asdict()) for row in score_queries.rows(tx, actor, wanted)]

    def figures(self, actor: Actor, wanted: FigureFilter | None = None) -> Figures:
        """What the scorecards that count come to, and the funnel. Raises Forbidden, InvalidPayload."""
        actor.require(*_READERS)
        wanted = wanted or FigureFilter()
        if wanted.first_day and wanted.last_day and wanted.first_day > wanted.last_day:
            raise InvalidPayload("The time range ends before it begins. Change one of its ends.")
        expire_overdue(self._context)  # else who left long ago would count as still there
        with self._context.database.read() as tx:
            titles = {row.position_id: row.role_title for row in figure_queries.positions(tx)}
            return read_figures(tx, wanted, titles)

    def choices(self, actor: Actor) -> list[PositionChoice]:
        """What can be filtered by, positions in the order of their role titles."""
        actor.require(*_READERS)
        with self._context.database.read() as tx:
            positions, rubrics = figure_queries.positions(tx), figure_queries.rubrics(tx)
        versions: dict[str, set[int]] = {}
        names: dict[str, dict[str, None]] = {}
        for each in rubrics:
            versions.setdefault(each.position_id, set()).add(each.version)
            names.setdefault(each.position_id, {})[each.competency] = None
        return [
            PositionChoice(
                **row._asdict(),
                versions=tuple(sorted(versions.get(row.position_id, ()))),
                competencies=tuple(names.get(row.position_id, ())),
            )
            for row in positions
        ]
