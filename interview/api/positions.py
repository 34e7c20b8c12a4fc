"""REST for positions: their plans and rubrics, approval, and how interviews are held. Names are snake_case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from interview.api.calls import Caller, KeyedRoute, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase, shown
from interview.models import Line, Model, Persona, PositionPlan, PositionSettings, Words
from interview.positions import MAX_JOB_CHARS, Position, PositionSummary
from interview.templates import Template, TemplateSummary

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


class Identity(Model):
    """What says which position it is: one of the two has to be another than that of every position there is."""

    role_title: Line
    job_text: Words = Field(max_length=MAX_JOB_CHARS)


class OtherIdentity(Model):
    """What is left out is the template's."""

    role_title: Line | None = None
    job_text: Words | None = Field(None, max_length=MAX_JOB_CHARS)


class TemplateName(Model):
    name: Line


class NewTemplate(Model):
    position_id: str = Field(max_length=64)
    name: Line


class TemplateList(Model):
    templates: list[TemplateSummary]


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


@router.post(
    "/positions/{position_id}/duplicate",
    status_code=201,
    summary="Make another position like this one",
    responses=problems("invalid_payload", "plan_invalid", "position_not_found", "position_exists"),
)
def duplicate_position(actor: Caller, service: Use, position_id: str, body: Identity) -> Position:
    """With its newest plan, which waits for approval, its settings and its interviewer; without its interviews."""
    return service.positions.duplicate(actor, position_id, body.role_title, body.job_text)


@router.post(
    "/templates",
    status_code=201,
    summary="Save a position as a template",
    responses=problems("invalid_payload", "position_not_found", "template_exists", "template_limit"),
)
def save_template(actor: Caller, service: Use, body: NewTemplate) -> TemplateSummary:
    """Title, job text, newest plan and rubric, settings and interviewer, as they are now."""
    return service.templates.save(actor, body.position_id, body.name)


@router.get("/templates", summary="List templates by name", responses=problems())
def list_templates(actor: Caller, service: Use) -> TemplateList:
    return TemplateList(templates=service.templates.list(actor))


@router.get("/templates/{template_id}", summary="Read a template", responses=problems("template_not_found"))
def read_template(actor: Caller, service: Use, template_id: str) -> Template:
    return service.templates.get(actor, template_id)


@router.post(
    "/templates/{template_id}/positions",
    status_code=201,
    summary="Make a position from a template",
    responses=problems("invalid_payload", "plan_invalid", "template_not_found", "position_exists"),
)
def position_from_template(
    actor: Caller, service: Use, template_id: str, body: OtherIdentity | None = None
) -> Position:
    """Its plan waits for approval."""
    wanted = body or OtherIdentity()
    return service.templates.make(actor, template_id, wanted.role_title, wanted.job_text)


@router.put(
    "/templates/{template_id}",
    summary="Rename a template",
    responses=problems("invalid_payload", "template_not_found", "template_exists"),
)
def rename_template(actor: Caller, service: Use, template_id: str, body: TemplateName) -> TemplateSummary:
    return service.templates.rename(actor, template_id, body.name)


@router.delete(
    "/templates/{template_id}",
    status_code=204,
    summary="Delete a template",
    responses=problems("template_not_found"),
)
def delete_template(actor: Caller, service: Use, template_id: str) -> None:
    """Positions that were made from it stay."""
    service.templates.delete(actor, template_id)
