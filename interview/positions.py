"""Positions: a role with its job text, its versioned plan and rubric, and how its interviews are held."""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from interview import plans
from interview.access import HIRING_ROLES, SYSTEM, Actor, audit
from interview.context import Context, new_id
from interview.errors import Conflict, InvalidPayload, NotFound
from interview.models import (
    Model,
    Moment,
    Persona,
    PositionPlan,
    PositionSettings,
    Purpose,
    Words,
)
from interview.store import queries
from interview.store.access_tables import CredentialRow
from interview.store.tables import PositionRow
from interview.usage import charged

MAX_JOB_CHARS = 200_000


class Position(Model):
    """A position with its newest plan. `approved_by`: the actor's id; `approver`: what they are called."""

    position_id: str
    role_title: str
    job_text: str
    settings: PositionSettings
    persona: Persona
    plan_id: str
    plan_version: int
    plan: PositionPlan
    approved_at: Moment | None
    approved_by: str | None
    approver: str = ""


class Blueprint(Model):
    """What another position can be made of: all of a position but its approval."""

    role_title: Words
    job_text: Words
    plan: PositionPlan
    settings: PositionSettings = PositionSettings()
    persona: Persona = Persona()


class PositionSummary(Model):
    """A line of the positions list. `plan_version` and `approved` are the newest plan's; archived interviews are not
    counted."""

    position_id: str
    role_title: str
    plan_version: int
    approved: bool
    purpose: Purpose
    interviews: int
    created_at: Moment


class Positions:
    """The use cases around positions."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def find_or_plan(self, actor: Actor, role_title: str, job_text: str, *, draft: bool = False) -> Position:
        """The position with this title and job text, planned now if there is none; approved unless a draft is wanted.

        Raises InvalidPayload, and EngineFailure or BudgetReached when the plan could not be made.
        """
        actor.require(*HIRING_ROLES)
        role_title, job_text, job_hash = _identity(role_title, job_text)
        with self._context.database.read() as tx:
            known = queries.position_by_job(tx, job_hash)
        plan = None if known else self._plan(role_title, job_text)
        with self._context.database.write() as tx:
            row = queries.position_by_job(tx, job_hash)
            if row is None and plan is None:
                raise Conflict("The position has just been deleted. Please try again.", code="position_changed")
            if row is None:
                blueprint = Blueprint(role_title=role_title, job_text=job_text, plan=plan)
                row = self._insert(tx, actor, blueprint, job_hash)
            if not draft and queries.newest_plan(tx, row.position_id, approved=True) is None:
                plans.approve(tx, self._context, actor, plans.newest(tx, row.position_id))
            return _position(tx, row, approved=not draft)

    def list(self, actor: Actor) -> list[PositionSummary]:
        """All positions, newest first."""
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            rows = queries.positions(tx)
        return [
            PositionSummary.model_validate(
                {**row._mapping, "purpose": PositionSettings.model_validate(row.settings).purpose}  # noqa: SLF001 - SQLAlchemy's own name for it
            )
            for row in rows
        ]

    def get(self, actor: Actor, position_id: str) -> Position:
        """The position with its newest plan, approved or not."""
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            return _position(tx, position_row(tx, position_id))

    def approved(self, actor: Actor, position_id: str, *, draft: bool) -> Position:
        """The position as a new interview takes it: its newest approved plan, else (for a draft) its newest."""
        actor.require(*HIRING_ROLES)
        with self._context.database.write() as tx:
            row = position_row(tx, position_id)
            if not draft and queries.newest_plan(tx, position_id, approved=True) is None:
                plans.approve(tx, self._context, actor, plans.newest(tx, position_id))
            return _position(tx, row, approved=True)

    def save_plan(self, actor: Actor, position_id: str, plan: PositionPlan, version: int | None = None) -> Position:
        """A new version of the plan and rubric; it waits for approval. Interviews that have begun keep theirs.

        `version`: the one that was edited; Conflict `plan_changed` when it is no longer the newest.
        """
        actor.require(*HIRING_ROLES)
        plans.check(plan, self._context)
        with self._context.database.write() as tx:
            row = position_row(tx, position_id)
            newest = plans.newest(tx, position_id).version
            if version not in (None, newest):
                raise Conflict(
                    f"Somebody has saved version {newest} of this plan meanwhile. Read it and make your changes there.",
                    code="plan_changed",
                )
            plans.add(tx, self._context, position_id, newest + 1, plan)
            audit(tx, self._context, actor, "plan_saved", position_id, version=newest + 1)
            tx.flush()
            return _position(tx, row)

    def approve(self, actor: Actor, position_id: str, version: int | None = None) -> Position:
        """Approve the newest plan (`version`, when given, must be the newest). Interviews not yet begun move to it.

        Approving it again keeps who approved it first, and when.
        """
        actor.require(*HIRING_ROLES)
        with self._context.database.write() as tx:
            row = position_row(tx, position_id)
            newest = plans.newest(tx, position_id)
            if version not in (None, newest.version):
                raise Conflict(
                    f"The plan has changed: its newest version is {newest.version}. Read it and approve that.",
                    code="plan_changed",
                )
            plans.approve(tx, self._context, actor, newest)
            return _position(tx, row)

    def configure(self, actor: Actor, position_id: str, settings: PositionSettings, persona: Persona) -> Position:
        """Set how the position's interviews are held from now on."""
        actor.require(*HIRING_ROLES)
        with self._context.database.write() as tx:
            row = position_row(tx, position_id)
            row.settings, row.persona = settings.model_dump(mode="json"), persona.model_dump(mode="json")
            audit(tx, self._context, actor, "position_configured", position_id)
            return _position(tx, row)

    def make(self, actor: Actor, blueprint: Blueprint, **origin: str) -> Position:
        """A position with this plan, which waits for approval. `origin`: what it was made from, for the audit log.

        Raises InvalidPayload, Conflict `position_exists`: title and job text together say which position it is.
        """
        actor.require(*HIRING_ROLES)
        role_title, job_text, job_hash = _identity(blueprint.role_title, blueprint.job_text)
        plan = blueprint.plan.model_copy(update={"role_title": role_title})
        plans.check(plan, self._context)
        made = blueprint.model_copy(update={"role_title": role_title, "job_text": job_text, "plan": plan})
        with self._context.database.write() as tx:
            if queries.position_by_job(tx, job_hash) is not None:
                raise Conflict(
                    "There is a position with this role title and this job description. Change one of the two.",
                    code="position_exists",
                )
            return _position(tx, self._insert(tx, actor, made, job_hash, **origin))

    def duplicate(self, actor: Actor, position_id: str, role_title: str, job_text: str) -> Position:
        """Another position with the newest plan, the settings and the interviewer of this one; raises as `make` does.

        Interviews stay where they are.
        """
        position = self.get(actor, position_id)
        return self.make(actor, blueprint_of(position, role_title, job_text), duplicate_of=position_id)

    def _plan(self, role_title: str, job_text: str) -> PositionPlan:
        limit = self._context.settings.max_questions_per_competency
        with charged(self._context, None):
            return self._context.engine.plan(role_title, job_text, max_questions_per_competency=limit)

    def _insert(self, tx: Session, actor: Actor, made: Blueprint, job_hash: str, **origin: str) -> PositionRow:
        row = PositionRow(
            position_id=new_id(),
            role_title=made.role_title,
            job_text=made.job_text,
            job_hash=job_hash,
            settings=made.settings.model_dump(mode="json"),
            persona=made.persona.model_dump(mode="json"),
            created_at=self._context.clock(),
        )
        tx.add(row)
        tx.flush()
        plans.add(tx, self._context, row.position_id, 1, made.plan)
        audit(tx, self._context, actor, "position_created", row.position_id, **origin)
        tx.flush()
        return row


def blueprint_of(source: Position | Blueprint, role_title: str | None = None, job_text: str | None = None) -> Blueprint:
    """What another position can be made of: the same but for a title or a job text of its own."""
    wanted = {"role_title": role_title, "job_text": job_text}
    changed = {name: value for name, value in wanted.items() if value is not None}
    return Blueprint.model_validate({**dict(source), **changed})


def _identity(role_title: str, job_text: str) -> tuple[str, str, str]:
    """Title and job text as they are kept, and their hash, by which a position is found."""
    role_title, job_text = " ".join(role_title.split()), job_text.strip()
    if not 1 <= len(role_title) <= 200:
        raise InvalidPayload("The role title must have 1 to 200 characters.")
    if not 1 <= len(job_text) <= MAX_JOB_CHARS:
        raise InvalidPayload("The job description must have 1 to 200,000 characters.")
    return role_title, job_text, hashlib.sha256(f"{role_title}\n{job_text}".encode()).hexdigest()


def position_row(tx: Session, position_id: str) -> PositionRow:
    row = tx.get(PositionRow, position_id)
    if row is None:
        raise NotFound("There is no such position.", code="position_not_found")
    return row


def _position(tx: Session, row: PositionRow, *, approved: bool = False) -> Position:
    plan = (queries.newest_plan(tx, row.position_id, approved=True) if approved else None) or plans.newest(
        tx, row.position_id
    )
    return Position(
        position_id=row.position_id,
        role_title=row.role_title,
        job_text=row.job_text,
        settings=PositionSettings.model_validate(row.settings),
        persona=Persona.model_validate(row.persona),
        plan_id=plan.plan_id,
        plan_version=plan.version,
        plan=PositionPlan.model_validate(plan.plan),
        approved_at=plan.approved_at,
        approved_by=plan.approved_by,
        approver=_called(tx, plan.approved_by),
    )


def _called(tx: Session, actor_id: str | None) -> str:
    """What the holder of a key or link is called; "" for nobody."""
    if actor_id is None:
        return ""
    credential = tx.get(CredentialRow, actor_id.partition(":")[2])
    return credential.name if credential else SYSTEM.name if actor_id == SYSTEM.id else "Administrator's key"
