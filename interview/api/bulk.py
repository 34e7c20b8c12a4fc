"""REST for inviting many candidates by one file. Names are snake_case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Header, Query, Response

from interview.api.calls import Caller, KeyedRoute, Slow, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase
from interview.api.results import download
from interview.bulk import BulkLook
from interview.bulk_lines import COLUMNS, EXAMPLE, MAX_LINES

router = APIRouter(
    tags=["Positions"],
    route_class=KeyedRoute,
    default_response_class=SnakeCase,
)

_FILE = (
    f"A CSV file in UTF-8, comma or semicolon, up to 5 MB and {MAX_LINES} candidates. Columns: {', '.join(COLUMNS)}; "
    "the first two are needed."
)


@router.post(
    "/positions/{position_id}/invitations/bulk",
    status_code=201,
    summary="Invite many candidates by a CSV file",
    response_model=BulkLook,
    responses={
        200: {"model": BulkLook, "description": "A dry run: what would be made, and every problem."},
        201: {
            "description": "A CSV file with the links, which are shown this once.",
            "content": {"text/csv": {}},
        },
        **problems(
            "invalid_payload", "bulk_invalid", "position_not_found", "plan_not_approved", "plan_changed",
            "bulk_repeated", "budget_reached", "llm_failure", "busy",
        ),
    },
)  # fmt: skip
async def invite_many(
    actor: Caller,
    service: Use,
    slow: Slow,
    response: Response,
    position_id: str,
    file: Annotated[bytes, Body(media_type="text/csv", description=_FILE)],
    dry_run: Annotated[bool, Query(description="Make nothing; tell what would be made.")] = False,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> BulkLook | Response:
    """All interviews and links are made, or none. The same file with the same key within a day answers the same links.

    With a résumé a candidate gets probes of their own, planned before anything is made; without one, the shared core.
    """
    if dry_run:
        response.status_code = 200
        return await slow.run(service.bulk.look, actor, position_id, file)
    made = await slow.run(service.bulk.make, actor, position_id, file, idempotency_key)
    links = download(made.csv(), "links.csv", "csv")
    links.status_code = 201
    return links


@router.get(
    "/invitations/bulk/example",
    summary="An example of the file that invites many candidates",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}, **problems()},
)
def bulk_example(_: Caller) -> Response:
    return download(EXAMPLE, "candidates.csv", "csv")
