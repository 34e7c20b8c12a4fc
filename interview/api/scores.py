"""REST for the analysts' score tables. Names are snake_case."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from interview.analytics import COLUMNS, ScoreRow
from interview.api.calls import Caller, KeyedRoute, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase
from interview.api.results import download
from interview.exports import score_rows_csv, score_rows_xlsx
from interview.models import Model, Moment
from interview.records import MAX_ROWS, ScoreFilter

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
    newest_only: Annotated[bool, Query(description="Only the newest scorecard of each session.")] = False,
    limit: Annotated[int, Query(ge=1, le=MAX_ROWS)] = 10_000,
) -> ScoreTable | Response:
    """No names: interviews and candidates are ids. Also for analysts; what each column holds is in the schema."""
    wish = ScoreFilter(
        position_id=position_id,
        scored_from=scored_from,
        scored_to=scored_to,
        version=version,
        competency=competency,
        newest_only=newest_only,
        limit=limit,
    )
    rows = service.analytics.score_rows(actor, wish)
    if wanted == "json":
        return ScoreTable(columns=COLUMNS, rows=rows)
    plain = [row.model_dump() for row in rows]
    content = score_rows_csv(plain, COLUMNS) if wanted == "csv" else score_rows_xlsx(plain, COLUMNS)
    return download(content, f"scores.{wanted}", wanted)
