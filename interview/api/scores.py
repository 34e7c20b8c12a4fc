"""REST for the analysts' score tables. Names are snake_case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from interview.analytics import COLUMNS, ScoreRow
from interview.api.calls import Caller, KeyedRoute, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase, shown
from interview.api.results import download
from interview.exports import score_rows_csv, score_rows_xlsx
from interview.models import Model, Moment
from interview.records import MAX_ROWS, FigureFilter, ScoreFilter
from interview.statistics.figures import Figures

router = APIRouter(
    route_class=KeyedRoute,
    default_response_class=SnakeCase,
)


class ScoreTable(Model):
    columns: tuple[str, ...]
    rows: list[ScoreRow]


@router.get(
    "/scores",
    tags=["Scores"],
    summary="The score table: a row per scorecard and competency",
    response_model=ScoreTable,
    responses={
        200: {"content": {"text/csv": {}, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {}}},
        **problems("invalid_payload", "too_many_rows"),
    },
)
def read_scores(
    actor: Caller,
    service: Use,
    wanted: Annotated[Literal["json", "csv", "xlsx"], Query(alias="format")] = "json",
    position_id: Annotated[str | None, Query(max_length=64)] = None,
    scored_from: Annotated[Moment | None, Query(description="This moment or later.")] = None,
    scored_to: Annotated[Moment | None, Query(description="Before this moment.")] = None,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The plan's version.")] = None,
    competency: Annotated[str | None, Query(max_length=120, description="By its name.")] = None,
    standing_only: Annotated[bool, Query(description="Only the scorecard of each session that counts.")] = False,
    limit: Annotated[int, Query(ge=1, le=MAX_ROWS)] = 10_000,
) -> ScoreTable | Response:
    """No names: interviews, candidates and reviewers are ids. Also for analysts; what each column holds is in the
    schema. The hiring role gets the scorecards of interviews that the person has rated, or chose to see unrated."""
    wish = ScoreFilter(
        position_id=position_id,
        scored_from=scored_from,
        scored_to=scored_to,
        version=version,
        competency=competency,
        standing_only=standing_only,
        limit=limit,
    )
    rows = service.analytics.score_rows(actor, wish)
    if wanted == "json":
        return ScoreTable(columns=COLUMNS, rows=rows)
    plain = [row.model_dump() for row in rows]
    content = score_rows_csv(plain, COLUMNS) if wanted == "csv" else score_rows_xlsx(plain, COLUMNS)
    return download(content, f"scores.{wanted}", wanted)


@router.get(
    "/scores/figures",
    tags=["Scores"],
    summary="What the scores come to: totals, funnel, levels, weekly means, time per stage, engine cost",
    responses={**shown(200, "FIGURES"), **problems("invalid_payload")},
)
def read_figures(
    actor: Caller,
    service: Use,
    position_id: Annotated[str | None, Query(max_length=64)] = None,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The plan's version.")] = None,
    competency: Annotated[str | None, Query(max_length=120, description="By its name.")] = None,
    first_day: Annotated[date | None, Query(description="This day (UTC) or later.")] = None,
    last_day: Annotated[date | None, Query(description="This day (UTC) or earlier.")] = None,
) -> Figures:
    """For analysts, administrators and programs. Each session counts once, by the scorecard that stands for it. The
    funnel and the cost are of whole interviews, whatever the competency."""
    wanted = FigureFilter(
        position_id=position_id, version=version, competency=competency, first_day=first_day, last_day=last_day
    )
    return service.analytics.figures(actor, wanted)
