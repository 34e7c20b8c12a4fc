"""REST for positions: their plans and rubrics, approval, and how interviews are held. Names are snake_case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from interview.api.calls import Caller, KeyedRoute, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase, shown
from interview.models import Model, Persona, PositionPlan, PositionSettings
from interview.positions import Position, PositionSummary

router = APIRouter(
    tags=["Positions"],
    route_class=KeyedRoute,
    default_response_class=SnakeCase,
)


Edited = Annotated[int | None, Query(description="The version that was edited; refused when a newer one exists.")]


class PositionList(Model):
    positions: list[PositionSummary]


class Approval(BaseModel):
    version: int | None = Field(None, description="The version that was read; refused when a newer one exists.")


class Manner(Model):
    """What is left out stays as it is."""

    settings: PositionSettings | None = None
    persona: Persona | None = None


@router.get(
    "/positions", summary="List positions, newest first", responses={**shown(200, "POSITION_LIST"), **problems()}
)
def list_positions(actor: Caller, service: Use) -> PositionList:
    """`plan_version` and `approved` are the newest plan's; archived interviews are not counted."""
    return PositionList(positions=service.positions.list(actor))


@router.get(
    "/positions/{position_id}",
    summary="Read a position with its newest plan",
    responses=problems("position_not_found"),
)
def read_position(actor: Caller, service: Use, position_id: str) -> Position:
    return service.positions.get(actor, position_id)


@router.put(
    "/positions/{position_id}/plan",
    summary="Save a new version of the plan and rubric",
    responses=problems("invalid_payload", "plan_invalid", "position_not_found", "plan_changed"),
)
def save_plan(actor: Caller, service: Use, position_id: str, plan: PositionPlan, version: Edited = None) -> Position:
    """It waits for approval; interviews that have begun keep theirs."""
    return service.positions.save_plan(actor, position_id, plan, version)


@router.post(
    "/positions/{position_id}/approve",
    summary="Approve the newest plan",
    responses=problems("invalid_payload", "plan_invalid", "position_not_found", "plan_changed"),
)
def approve_plan(actor: Caller, service: Use, position_id: str, body: Approval | None = None) -> Position:
    """Interviews that have not begun move to it."""
    return service.positions.approve(actor, position_id, body.version if body else None)


@router.put(
    "/positions/{position_id}/settings",
    summary="Set how interviews are held from now on",
    responses=problems("invalid_payload", "position_not_found"),
)
def configure_position(actor: Caller, service: Use, position_id: str, body: Manner) -> Position:
    now = service.positions.get(actor, position_id)
    return service.positions.configure(actor, position_id, body.settings or now.settings, body.persona or now.persona)
