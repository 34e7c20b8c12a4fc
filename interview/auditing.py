"""Reading the audit log: who did what to what, and when. It is written by `access.audit`, and never changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from interview.access import LOCAL, SYSTEM, Actor
from interview.context import Context
from interview.models import Model, Moment
from interview.store import audit_queries
from interview.store.access_tables import AuditRow, CredentialRow, PersonRow

MAX_LINES = 500
"""Of one page."""
MAX_EXPORT = 50_000
"""Of one download: some megabytes."""
CANDIDATES = "candidates"
"""In the place of a person: everybody who came by an invitation."""
_FIXED = {SYSTEM.id: SYSTEM.name, "key:INTERVIEW_ADMIN_KEY": "The key of INTERVIEW_ADMIN_KEY", CANDIDATES: "Candidates"}


class AuditFilter(Model):
    """Which lines. `who`: a key of `AuditChoices.who`; `subject`: the id of what it was done to, whole."""

    action: str | None = Field(None, max_length=80)
    who: str | None = Field(None, max_length=80)
    subject: str = Field("", max_length=80)
    since: Moment | None = None


class AuditLine(Model):
    """`who`: by name; `actor`: the id of the link, key or invitation they used; `detail`: codes, ids and figures."""

    audit_id: int
    at: Moment
    who: str
    actor: str
    role: str
    action: str
    subject: str
    detail: dict[str, Any]


class AuditPage(Model):
    """`next`: send as `before` for the page after it; None on the last."""

    lines: tuple[AuditLine, ...]
    next: int | None


class AuditChoices(Model):
    """What can be filtered by. `who`: names by id, of people, keys that are nobody's, and whoever else acts."""

    actions: tuple[str, ...]
    who: dict[str, str]


class Audits:
    """The use cases around the audit log; administrators only."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def read(self, actor: Actor, wanted: AuditFilter, before: int | None = None, limit: int = 100) -> AuditPage:
        """Lines newest first, `limit` (1 to `MAX_LINES`) at most, before the line of that number."""
        limit = max(1, min(limit, MAX_LINES))
        found = self._lines(actor, wanted, before, limit + 1)
        return AuditPage(lines=tuple(found[:limit]), next=found[limit - 1].audit_id if len(found) > limit else None)

    def export(self, actor: Actor, wanted: AuditFilter) -> list[AuditLine]:
        """The newest `MAX_EXPORT` lines of the filter."""
        return self._lines(actor, wanted, None, MAX_EXPORT)

    def choices(self, actor: Actor) -> AuditChoices:
        actor.require("administrator")
        with self._context.database.read() as tx:
            known = audit_queries.credentials(tx)
            actions = tuple(audit_queries.actions(tx))
        people = {_whose(row): _name(row, person) for row, person in known}
        by_name = sorted(people.items(), key=lambda each: each[1].lower())
        return AuditChoices(actions=actions, who=dict(by_name) | _FIXED)

    def _lines(self, actor: Actor, wanted: AuditFilter, before: int | None, limit: int) -> list[AuditLine]:
        actor.require("administrator")
        with self._context.database.read() as tx:
            known = audit_queries.credentials(tx)
            rows = audit_queries.lines(
                tx,
                limit,
                before,
                action=wanted.action,
                actors=_actors(wanted.who, (row for row, _ in known)),
                role="candidate" if wanted.who == CANDIDATES else None,
                subject=wanted.subject.strip(),
                since=wanted.since,
            )
        names = {_actor(row): _name(row, person) for row, person in known} | _FIXED
        return [_line(row, names) for row in rows]


def _actors(who: str | None, known: Iterable[CredentialRow]) -> list[str] | None:
    """The actor ids that this is the same person by; None for anybody."""
    if who in (None, CANDIDATES):
        return None
    return [_actor(row) for row in known if _whose(row) == who] + [who] * (who in _FIXED)


def _actor(row: CredentialRow) -> str:
    return f"{row.kind}:{row.credential_id}"


def _whose(row: CredentialRow) -> str:
    """A person; for what is nobody's, whoever starts the server or the key itself."""
    return row.person_id or (LOCAL if row.kind == "link" else _actor(row))


def _name(row: CredentialRow, person: PersonRow | None) -> str:
    if person is not None:
        return person.name
    return row.name if row.kind == "link" else f"{row.name} (key)"


def _line(row: AuditRow, names: dict[str, str]) -> AuditLine:
    return AuditLine(
        audit_id=row.audit_id,
        at=row.at,
        who=names.get(row.actor, "A candidate" if row.role == "candidate" else row.actor),
        actor=row.actor,
        role=row.role,
        action=row.action,
        subject=row.subject,
        detail=row.detail,
    )
