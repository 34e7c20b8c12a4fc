"""Invitations: the links that let a candidate into their own interview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from interview.access import HIRING_ROLES, Actor, audit
from interview.context import Context, new_id
from interview.errors import Conflict, InvalidPayload, NotFound
from interview.interviews import interview_row
from interview.models import Mode, Model, Moment
from interview.spoken import require_voice
from interview.store import queries
from interview.store.tables import InterviewRow, InvitationRow, PlanRow
from interview.tokens import new_secret, secret_hash

MAX_INVITATION_HOURS = 90 * 24
MAX_EXTRA_TIME = 4.0


class IssuedInvitation(Model):
    """A fresh invitation; the token is shown this once. `url` is what the candidate opens."""

    invitation_id: str
    url: str
    token: str
    mode: Mode
    extra_time_factor: float
    expires_at: Moment


class Invitation(Model):
    """An invitation without its token. `live`: it lets the candidate in at this moment."""

    invitation_id: str
    mode: Mode
    extra_time_factor: float
    created_at: Moment
    expires_at: Moment
    revoked_at: Moment | None
    live: bool


@dataclass(frozen=True)
class InvitationTerms:
    """How long a link holds, how the interview begins, and how much more time than usual there is for it."""

    expires_in_hours: float = 7 * 24
    mode: Mode = "text"
    extra_time_factor: float = 1.0

    def require_possible(self, context: Context) -> None:
        """Raise InvalidPayload, or Conflict `voice_unavailable`, where no link can be made like this."""
        if not 0 < self.expires_in_hours <= MAX_INVITATION_HOURS:
            raise InvalidPayload("An invitation can hold for up to 90 days.")
        if not 1.0 <= self.extra_time_factor <= MAX_EXTRA_TIME:
            raise InvalidPayload("The extra-time factor must be between 1 and 4.")
        if self.mode == "live":
            require_voice(context.settings)


class Invitations:
    """The use cases around invitations."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def invite(
        self,
        actor: Actor,
        interview_id: str,
        *,
        expires_in_hours: float = 7 * 24,
        mode: Mode = "text",
        extra_time_factor: float = 1.0,
    ) -> IssuedInvitation:
        """A link for the candidate. Raises Conflict `plan_not_approved`, `interview_closed`, `voice_unavailable`."""
        actor.require(*HIRING_ROLES)
        wanted = InvitationTerms(expires_in_hours=expires_in_hours, mode=mode, extra_time_factor=extra_time_factor)
        wanted.require_possible(self._context)
        token = new_secret()
        with self._context.database.write() as tx:
            row = add_invitation(tx, self._context, actor, interview_row(tx, interview_id), wanted, token)
        return issued_invitation(self._context, row, token)

    def list(self, actor: Actor, interview_id: str) -> list[Invitation]:
        """The interview's invitations, newest first."""
        actor.require(*HIRING_ROLES)
        now = self._context.clock()
        with self._context.database.read() as tx:
            interview_row(tx, interview_id)
            return [_invitation(row, now) for row in queries.invitations(tx, interview_id)]

    def revoke(self, actor: Actor, invitation_id: str) -> None:
        """Make a link worthless from now on; doing it again changes nothing."""
        actor.require(*HIRING_ROLES)
        with self._context.database.write() as tx:
            row = tx.get(InvitationRow, invitation_id)
            if row is None:
                raise NotFound("There is no such invitation.", code="invitation_not_found")
            row.revoked_at = row.revoked_at or self._context.clock()
            audit(tx, self._context, actor, "invitation_revoked", invitation_id)


def add_invitation(
    tx: Session, context: Context, actor: Actor, interview: InterviewRow, wanted: InvitationTerms, token: str
) -> InvitationRow:
    """A link with this token. Raises Conflict (`plan_not_approved`, `interview_closed`)."""
    if tx.get_one(PlanRow, interview.plan_id).approved_at is None:
        raise Conflict("Approve the plan and rubric before you make a link.", code="plan_not_approved")
    if interview.closed_at is not None:
        raise Conflict(
            "This interview has been closed. Allow another attempt before you make a link.", code="interview_closed"
        )
    now = context.clock()
    row = InvitationRow(
        invitation_id=new_id(),
        interview_id=interview.interview_id,
        token_hash=secret_hash(token),
        mode=wanted.mode,
        extra_time_factor=wanted.extra_time_factor,
        created_at=now,
        expires_at=now + timedelta(hours=wanted.expires_in_hours),
    )
    tx.add(row)
    audit(tx, context, actor, "invitation_created", interview.interview_id, invitation=row.invitation_id)
    return row


def issued_invitation(context: Context, row: InvitationRow, token: str) -> IssuedInvitation:
    """The invitation with the token that it was made with."""
    return IssuedInvitation(
        invitation_id=row.invitation_id,
        url=f"{context.settings.public_url.rstrip('/')}/enter/{token}",
        token=token,
        mode=row.mode,
        extra_time_factor=row.extra_time_factor,
        expires_at=row.expires_at,
    )


def _invitation(row: InvitationRow, now: datetime) -> Invitation:
    return Invitation(
        invitation_id=row.invitation_id,
        mode=row.mode,
        extra_time_factor=row.extra_time_factor,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        live=row.revoked_at is None and row.expires_at > now,
    )
