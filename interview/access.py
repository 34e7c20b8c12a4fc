"""Who calls, what lets them in, and what is on the record of it.

Every check happens here or in the use cases, never in a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy.orm import Session

from interview import people
from interview.context import Context
from interview.errors import Forbidden, InvalidPayload, NotFound, Unauthorized
from interview.people import Credential, CredentialKind, Issued, Person, StaffRole
from interview.store import queries
from interview.store.access_tables import AuditRow, CredentialRow, PersonRow
from interview.tokens import COOKIE_LIFETIME, read_cookie, same_secret, secret_hash, signed_cookie

Role = Literal["administrator", "hiring", "analyst", "program", "candidate"]
HIRING_ROLES: tuple[Role, ...] = ("administrator", "hiring", "program")

COOKIE_NAME = "candor"


@dataclass(frozen=True)
class Actor:
    """Who calls: a role, and for a candidate the one interview that they may reach.

    `person`: the member of the team whose link or key it is; None for programs and for keys that are nobody's.
    """

    role: Role
    id: str
    name: str = ""
    interview_id: str | None = None
    invitation_id: str | None = None
    person: str | None = None

    @property
    def reviewer_id(self) -> str:
        """Whose reviews are theirs: a person's are the same by every link and key of theirs."""
        return self.person or self.id

    def require_person(self) -> None:
        """Raise Forbidden unless a person calls: some things no program does in their place."""
        if self.role not in ("administrator", "hiring") or self.person is None:
            raise Forbidden(
                "Only a member of the team does this, by their personal link or by a key made for them.",
                code="person_required",
            )

    def require(self, *roles: Role) -> None:
        """Raise Forbidden unless the actor has one of these roles."""
        if self.role not in roles:
            raise Forbidden("This is not open to your role. Ask an administrator if you need it.")

    def require_interview(self, interview_id: str) -> None:
        """Raise unless the actor may reach this interview. To a candidate, another interview does not exist."""
        if self.role == "candidate":
            if self.interview_id != interview_id:
                raise NotFound("There is no such interview.", code="interview_not_found")
        else:
            self.require(*HIRING_ROLES)


LOCAL = "local"
"""The person who starts the server, whose link changes each time."""

SYSTEM = Actor(role="administrator", id="system", name="This machine's command line")


class Access:
    """Letting in and keeping out."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def by_bearer(self, token: str) -> Actor:
        """The actor behind an `Authorization: Bearer` token: an API key or an invitation token."""
        admin = self._context.settings.admin_key
        if admin is not None and same_secret(admin.get_secret_value(), token):
            return Actor(role="administrator", id="key:INTERVIEW_ADMIN_KEY", name="Administrator's key")
        with self._context.database.read() as tx:
            actor = self._credential_actor(tx, secret_hash(token), "key") or self._invitation_actor(
                tx, secret_hash(token)
            )
        if actor is None:
            raise Unauthorized("This key or invitation is not known, has expired or was revoked.")
        return actor

    def enter(self, token: str) -> tuple[str, timedelta, Actor]:
        """The door: a signed cookie value, how long it holds, and who entered, for a personal link or an invitation."""
        hashed = secret_hash(token)
        with self._context.database.read() as tx:
            actor = self._credential_actor(tx, hashed, "link") or self._invitation_actor(tx, hashed)
        if actor is None:
            raise Unauthorized("This link is not known, has expired or was withdrawn. Ask for a new one.")
        return signed_cookie(self._context.settings.data_dir, hashed), COOKIE_LIFETIME, actor

    def by_cookie(self, value: str | None) -> Actor | None:
        """The actor behind the door's cookie; None when there is none or it no longer holds."""
        hashed = read_cookie(self._context.settings.data_dir, value) if value else None
        if hashed is None:
            return None
        with self._context.database.read() as tx:
            return self._credential_actor(tx, hashed, "link") or self._invitation_actor(tx, hashed)

    def create_key(self, actor: Actor, name: str, role: str | None, person_id: str | None = None) -> Issued:
        """A new API key, for a program or (`person_id`) for a person, whose role it has. Administrators only.

        `role`: may be left out for a person. What is done with a person's key is done by them; it ends with them.
        Raises InvalidPayload, NotFound `person_not_found`.
        """
        actor.require("administrator")
        with self._context.database.write() as tx:
            if person_id is not None:
                role = people.role_of_key(people.member_row(tx, person_id), role)
            if role is None:
                raise InvalidPayload("A key needs a role, or a person whose role it has.")
            return self._issue(tx, actor, "key", people.clean_name(name), people.staff_role(role), person_id)

    def add_person(self, actor: Actor, name: str, role: str) -> Issued:
        """A person with a personal link, which they open at `/enter/{secret}`. Administrators only."""
        actor.require("administrator")
        with self._context.database.write() as tx:
            row = people.add(tx, name, role, self._context.clock())
            return self._issue(tx, actor, "link", row.name, people.staff_role(role), row.person_id)

    def people(self, actor: Actor) -> list[Person]:
        """Everybody who was given a personal link, newest first; removed people stay in the list."""
        actor.require("administrator")
        with self._context.database.read() as tx:
            return people.everybody(tx)

    def new_link(self, actor: Actor, person_id: str) -> Issued:
        """A fresh personal link; the person's older ones are worthless from now on. Raises NotFound."""
        actor.require("administrator")
        with self._context.database.write() as tx:
            row = people.member_row(tx, person_id)
            people.withdraw(tx, "link", person_id, self._context.clock())
            return self._issue(tx, actor, "link", row.name, people.staff_role(row.role), person_id)

    def remove_person(self, actor: Actor, person_id: str) -> None:
        """Withdraw all of a person's links and keys; whoever came in by one is out at once. Again changes nothing."""
        actor.require("administrator")
        now = self._context.clock()
        with self._context.database.write() as tx:
            row = people.person_row(tx, person_id)
            people.withdraw(tx, "link", person_id, now)
            people.withdraw(tx, "key", person_id, now)
            if row.removed_at is None:
                row.removed_at = now
                audit(tx, self._context, actor, "person_removed", person_id)

    def credentials(self, actor: Actor, kind: CredentialKind) -> list[Credential]:
        """All keys, or all personal links, newest first."""
        actor.require("administrator")
        with self._context.database.read() as tx:
            return [Credential.model_validate(row, from_attributes=True) for row in queries.credentials(tx, kind)]

    def revoke(self, actor: Actor, credential_id: str) -> None:
        """Make a key or link worthless from now on; doing it again changes nothing."""
        actor.require("administrator")
        now = self._context.clock()
        with self._context.database.write() as tx:
            row = tx.get(CredentialRow, credential_id)
            if row is None:
                raise NotFound("There is no such key or link.", code="credential_not_found")
            row.revoked_at = row.revoked_at or now
            audit(tx, self._context, actor, "credential_revoked", credential_id)

    def local_link(self) -> str:
        """The secret of a fresh administrator's link for whoever starts the server; the one before it ends."""
        with self._context.database.write() as tx:
            people.withdraw(tx, "link", None, self._context.clock())
            return self._issue(tx, SYSTEM, "link", "Local administrator", "administrator", None).secret

    def _issue(
        self, tx: Session, actor: Actor, kind: CredentialKind, name: str, role: StaffRole, person_id: str | None
    ) -> Issued:
        issued = people.issue(tx, kind, name, role, person_id, self._context.clock())
        whose = {"person": person_id} if person_id else {}
        audit(tx, self._context, actor, f"{kind}_created", issued.credential_id, role=role, **whose)
        return issued

    def _credential_actor(self, tx: Session, hashed: str, kind: str) -> Actor | None:
        row = queries.credential(tx, hashed, kind)
        if row is None or row.revoked_at or (row.expires_at and row.expires_at <= self._context.clock()):
            return None
        person = tx.get_one(PersonRow, row.person_id) if row.person_id else None
        return Actor(
            role=people.staff_role(row.role),
            id=f"{kind}:{row.credential_id}",
            name=person.name if person else row.name,
            person=person.person_id if person else LOCAL if kind == "link" else None,
        )

    def _invitation_actor(self, tx: Session, hashed: str) -> Actor | None:
        row = queries.invitation(tx, hashed)
        if row is None or row.revoked_at or row.expires_at <= self._context.clock():
            return None
        return Actor(
            role="candidate",
            id=f"invitation:{row.invitation_id}",
            interview_id=row.interview_id,
            invitation_id=row.invitation_id,
        )


def audit(tx: Session, context: Context, actor: Actor, action: str, subject: str, **detail: object) -> None:
    """One line of the audit log, in the transaction of what it records."""
    tx.add(AuditRow(at=context.clock(), actor=actor.id, role=actor.role, action=action, subject=subject, detail=detail))
