"""Templates: positions kept by a name, for others to be made from."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview.access import HIRING_ROLES, Actor, audit
from interview.context import Context, new_id
from interview.errors import Conflict, InvalidPayload, NotFound
from interview.models import Model, Moment
from interview.positions import Blueprint, Position, Positions, blueprint_of
from interview.store import template_queries
from interview.store.review_tables import PositionTemplateRow

MAX_TEMPLATES = 200
MAX_NAME_CHARS = 200


class TemplateSummary(Model):
    """A line of the templates list."""

    template_id: str
    name: str
    role_title: str
    competencies: tuple[str, ...]
    questions: int
    created_at: Moment


class Template(Model):
    """A template with all that a position made from it starts with."""

    template_id: str
    name: str
    content: Blueprint
    created_at: Moment


class Templates:
    """The use cases around templates."""

    def __init__(self, context: Context, positions: Positions) -> None:
        self._context = context
        self._positions = positions

    def save(self, actor: Actor, position_id: str, name: str) -> TemplateSummary:
        """Keep the position as it is now, with its newest plan, under a name of its own.

        Raises InvalidPayload, NotFound `position_not_found`, Conflict (`template_exists`, `template_limit`).
        """
        position, cleaned = self._positions.get(actor, position_id), _cleaned(name)
        with self._context.database.write() as tx:
            if len(template_queries.templates(tx)) >= MAX_TEMPLATES:
                told = f"There are {MAX_TEMPLATES} templates. Delete one before you save another."
                raise Conflict(told, code="template_limit")
            _require_free(tx, cleaned)
            row = PositionTemplateRow(
                template_id=new_id(),
                name=cleaned,
                content=blueprint_of(position).model_dump(mode="json"),
                created_at=self._context.clock(),
                created_by=actor.id,
            )
            tx.add(row)
            audit(tx, self._context, actor, "template_saved", row.template_id, position=position_id)
            return _summary(row)

    def get(self, actor: Actor, template_id: str) -> Template:
        """Raises NotFound `template_not_found`."""
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            return Template.model_validate(_row(tx, template_id), from_attributes=True)

    def make(
        self, actor: Actor, template_id: str, role_title: str | None = None, job_text: str | None = None
    ) -> Position:
        """A position from the template, with another title or job text; its plan waits for approval.

        Raises NotFound, InvalidPayload, Conflict `position_exists`.
        """
        content = blueprint_of(self.get(actor, template_id).content, role_title, job_text)
        return self._positions.make(actor, content, template=template_id)

    def rename(self, actor: Actor, template_id: str, name: str) -> TemplateSummary:
        """Raises NotFound, InvalidPayload, Conflict `template_exists`."""
        actor.require(*HIRING_ROLES)
        cleaned = _cleaned(name)
        with self._context.database.write() as tx:
            row = _row(tx, template_id)
            if row.name != cleaned:
                _require_free(tx, cleaned)
                row.name = cleaned
                audit(tx, self._context, actor, "template_renamed", template_id)
            return _summary(row)

    def delete(self, actor: Actor, template_id: str) -> None:
        """Take the template away; positions that were made from it stay as they are."""
        actor.require(*HIRING_ROLES)
        with self._context.database.write() as tx:
            tx.delete(_row(tx, template_id))
            audit(tx, self._context, actor, "template_deleted", template_id)

    def list(self, actor: Actor) -> list[TemplateSummary]:
        """All templates, by name."""
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            return [_summary(row) for row in template_queries.templates(tx)]


def _cleaned(name: str) -> str:
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= MAX_NAME_CHARS:
        raise InvalidPayload(f"The template's name must have 1 to {MAX_NAME_CHARS} characters.")
    return cleaned


def _require_free(tx: Session, name: str) -> None:
    if template_queries.template_named(tx, name) is not None:
        raise Conflict("Another template has this name. Give it one of its own.", code="template_exists")


def _row(tx: Session, template_id: str) -> PositionTemplateRow:
    row = tx.get(PositionTemplateRow, template_id)
    if row is None:
        raise NotFound("There is no such template.", code="template_not_found")
    return row


def _summary(row: PositionTemplateRow) -> TemplateSummary:
    content = Blueprint.model_validate(row.content)
    return TemplateSummary(
        template_id=row.template_id,
        name=row.name,
        role_title=content.role_title,
        competencies=tuple(competency.name for competency in content.plan.competencies),
        questions=len(content.plan.core_questions),
        created_at=row.created_at,
    )
