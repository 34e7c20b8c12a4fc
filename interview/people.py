"""The people of the team, and the keys and personal links that they and programs hold, all kept as hashes.

Every function takes the transaction that it runs in; who may call it is `access.Access`'s to say.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from interview.context import new_id
from interview.errors import InvalidPayload, NotFound
from interview.models import Model, Moment
from interview.store import queries
from interview.store.access_tables import CredentialRow, PersonRow
from interview.tokens import new_secret, secret_hash

StaffRole = Literal["administrator", "hiring", "analyst", "program"]
STAFF_ROLES: tuple[StaffRole, ...] = ("administrator", "hiring", "analyst", "program")
CredentialKind = Literal["key", "link"]

LINK_LIFETIME = timedelta(days=30)


class Credential(Model):
    """An API key or a personal link, without its secret. `person_id`: whose it is, if anybody's."""

    credential_id: str
    kind: CredentialKind
    name: str
    role: StaffRole
    person_id: str | None
    created_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None


class Person(Model):
    """Somebody with a personal link. `link`: their newest one, in use or not."""

    person_id: str
    name: str
    role: StaffRole
    created_at: Moment
    removed_at: Moment | None
    link: Credential | None


class Issued(Model):
    """A fresh credential; `secret` is shown this once and never again."""

    credential_id: str
    secret: str


def issue(
    tx: Session, kind: CredentialKind, name: str, role: StaffRole, person_id: str | None, now: datetime
) -> Issued:
    """A fresh key, or a personal link that holds for `LINK_LIFETIME`."""
    secret = new_secret()
    row = CredentialRow(
        credential_id=new_id(),
        kind=kind,
        name=name,
        role=role,
        person_id=person_id,
        secret_hash=secret_hash(secret),
        created_at=now,
        expires_at=now + LINK_LIFETIME if kind == "link" else None,
        revoked_at=None,
    )
    tx.add(row)
    return Issued(credential_id=row.credential_id, secret=secret)


def withdraw(tx: Session, kind: CredentialKind, person_id: str | None, now: datetime) -> None:
    """Revoke a person's links, or keys; the links of None are those of whoever starts the server."""
    for row in queries.credentials(tx, kind):
        if row.person_id == person_id:
            row.revoked_at = row.revoked_at or now


def add(tx: Session, name: str, role: str, now: datetime) -> PersonRow:
    """A person without any link yet. Raises InvalidPayload."""
    row = PersonRow(person_id=new_id(), name=clean_name(name), role=staff_role(role), created_at=now, removed_at=None)
    tx.add(row)
    tx.flush()
    return row


def everybody(tx: Session) -> list[Person]:
    """Newest first, removed people among them, each with their newest link."""
    newest = {row.person_id: row for row in reversed(queries.credentials(tx, "link"))}
    return [_person(row, newest.get(row.person_id)) for row in queries.people(tx)]


def staff_role(role: str) -> StaffRole:
    for known in STAFF_ROLES:
        if role == known:
            return known
    raise InvalidPayload(f"The role must be one of {', '.join(STAFF_ROLES)}.")


def person_row(tx: Session, person_id: str) -> PersonRow:
    row = tx.get(PersonRow, person_id)
    if row is None:
        raise NotFound("There is no such person.", code="person_not_found")
    return row


def member_row(tx: Session, person_id: str) -> PersonRow:
    """The person, who is still on the team."""
    row = person_row(tx, person_id)
    if row.removed_at is not None:
        raise NotFound(
            "This person has been removed. Add them again to give them a link or a key.", code="person_not_found"
        )
    return row


def role_of_key(person: PersonRow, asked: str | None) -> str:
    if asked not in (None, person.role):
        raise InvalidPayload(f"{person.name} has the role {person.role}; their key has the same.")
    return person.role


def clean_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= 120:
        raise InvalidPayload("The name must have 1 to 120 characters.")
    return cleaned


def _person(row: PersonRow, link: CredentialRow | None) -> Person:
    return Person(
        person_id=row.person_id,
        name=row.name,
        role=staff_role(row.role),
        created_at=row.created_at,
        removed_at=row.removed_at,
        link=Credential.model_validate(link, from_attributes=True) if link else None,
    )
