"""REST for trying a plan out on simulated candidates, and for scoring a position again. Names are snake_case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from interview.api.calls import Caller, KeyedRoute, Slow, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase
from interview.models import Model
from interview.rehearsals import Rehearsal
from interview.rescoring import Outlook, RescoringRun
from interview.score_changes import ScoreChanges

router = APIRouter(tags=["Positions"], route_class=KeyedRoute, default_response_class=SnakeCase)

StampId = Annotated[str | None, Query(max_length=40, description="A `stamp_id` of the report's `stamps`.")]


class RehearsalList(Model):
    rehearsals: list[Rehearsal]


class RescoringRequest(Model):
    """`version`: an approved version of the plan, in the place of each interview's own."""

    version: int | None = Field(None, ge=1, le=1_000_000)


class RescoringState(Model):
    """`outlook`: what a run would do now; `changes`: what the newest version of scoring changed."""

    outlook: Outlook
    changes: ScoreChanges


@router.get(
    "/positions/{position_id}/rehearsals",
    summary="List a position's rehearsals, newest first",
    responses=problems("position_not_found"),
)
def list_rehearsals(actor: Caller, service: Use, position_id: str) -> RehearsalList:
    """Levels of 0 come with a status that says why there is none."""
    return RehearsalList(rehearsals=service.rehearsals.list(actor, position_id))


@router.post(
    "/positions/{position_id}/rehearsals",
    summary="Try the newest plan out on simulated candidates",
    status_code=201,
    responses=problems("position_not_found", "budget_reached", "llm_failure", "busy"),
)
async def rehearse_position(actor: Caller, service: Use, slow: Slow, position_id: str) -> Rehearsal:
    """Takes seconds with the embedded engine, minutes with a model. Nothing of a session is stored."""
    return await slow.run(service.rehearsals.run, actor, position_id)


@router.get(
    "/positions/{position_id}/rescoring",
    summary="What scoring again would do, and what it changed",
    responses=problems("invalid_payload", "position_not_found", "stamp_not_found"),
)
async def read_rescoring(
    actor: Caller, service: Use, slow: Slow, position_id: str, from_stamp: StampId = None, to_stamp: StampId = None
) -> RescoringState:
    """Compares two versions of scoring; without them, the newest with the one before. For the hiring role: the
    interviews that are open to them."""
    return RescoringState(
        outlook=await slow.run(service.rescoring.outlook, actor, position_id),
        changes=await slow.run(service.rescoring.report, actor, position_id, from_stamp, to_stamp),
    )


@router.post(
    "/positions/{position_id}/rescoring",
    summary="Score a position's completed interviews again",
    responses=problems(
        "invalid_payload",
        "position_not_found",
        "plan_version_not_found",
        "plan_not_approved",
        "budget_reached",
        "llm_failure",
        "busy",
    ),
)
async def rescore_position(
    actor: Caller, service: Use, slow: Slow, position_id: str, body: RescoringRequest | None = None
) -> RescoringRun:
    """Those with such a scorecard are passed over; `left` says what another call goes on with. Old scorecards stay."""
    return await slow.run(service.rescoring.run, actor, position_id, body.version if body else None)
