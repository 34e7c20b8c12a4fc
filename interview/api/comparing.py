"""REST of comparing candidates of one position. Names are snake_case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from interview.api.calls import Caller, KeyedRoute, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase, shown
from interview.comparing import MAX_COMPARED
from interview.reviewing.comparison import Comparison

router = APIRouter(
    route_class=KeyedRoute,
    default_response_class=SnakeCase,
)


@router.get(
    "/positions/{position_id}/comparison",
    tags=["Positions"],
    summary="Compare the candidates of a position",
    responses={**shown(200, "COMPARISON"), **problems("invalid_payload", "position_not_found")},
)
def compare(
    actor: Caller,
    service: Use,
    position_id: str,
    interview_id: Annotated[
        list[str] | None,
        Query(max_length=MAX_COMPARED, description="Only these; again for each. Without: all, the last to complete."),
    ] = None,
) -> Comparison:
    """Competency by competency, each score with whether it can be compared, and why not. No ranking: candidates stand
    in the order in which they completed. Whoever the caller is still to rate is named without any score.
    """
    return service.comparisons.of_position(actor, position_id, interview_id)
