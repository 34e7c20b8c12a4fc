"""What candidates ask to have arranged otherwise, and what the team answers, extra time among it.

Every function takes the transaction that it runs in.
"""

from __future__ import annotations

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from interview.access import Actor, audit
from interview.context import Context, new_id
from interview.errors import Conflict, InvalidPayload, NotFound
from interview.interviews import interview_row
from interview.models import Words
from interview.state import InterviewSessionState
from interview.store import journeys as queries
from interview.store.tables import AdjustmentRow, InterviewRow, InvitationRow

MAX_ADJUSTMENT_CHARS = 2_000
MAX_OPEN_ADJUSTMENTS = 10
_CLEANED = TypeAdapter(Words)


def ask(tx: Session, context: Context, actor: Actor, row: InterviewRow, text: str) -> None:
    """Keep a candidate's request; the same words again while they are open add nothing.

    Raises InvalidPayload unless the text has 1 to 2,000 characters, Conflict `too_many_adjustments`.
    """
    wanted = _CLEANED.validate_python(text).strip()
    if not 1 <= len(wanted) <= MAX_ADJUSTMENT_CHARS:
        raise InvalidPayload(f"Please say what you need in 1 to {MAX_ADJUSTMENT_CHARS:,} characters.")
    waiting = [asked.text for asked in queries.adjustments(tx, row.interview_id) if asked.replied_at is None]
    if wanted in waiting:
        return
    if len(waiting) >= MAX_OPEN_ADJUSTMENTS:
        raise Conflict(
            f"{MAX_OPEN_ADJUSTMENTS} of your requests wait for an answer. The team has to answer first.",
            code="too_many_adjustments",
        )
    asked = AdjustmentRow(
        adjustment_id=new_id(),
        interview_id=row.interview_id,
        invitation_id=actor.invitation_id,
        text=wanted,
        created_at=context.clock(),
        reply="",
    )
    tx.add(asked)
    audit(tx, context, actor, "adjustment_requested", row.interview_id, adjustment=asked.adjustment_id)


def answer(
    tx: Session, context: Context, actor: Actor, adjustment_id: str, text: str, extra_time_factor: float | None
) -> AdjustmentRow:
    """Keep the team's answer in the place of an earlier one, and give the extra time where there is any.

    Raises NotFound `adjustment_not_found`.
    """
    row = tx.get(AdjustmentRow, adjustment_id)
    if row is None:
        raise NotFound("There is no such request.", code="adjustment_not_found")
    row.reply, row.replied_at, row.replied_by = text, context.clock(), actor.id
    if extra_time_factor is not None:
        _give_time(tx, row, extra_time_factor)
    audit(
        tx,
        context,
        actor,
        "adjustment_answered",
        row.interview_id,
        adjustment=adjustment_id,
        extra_time_factor=extra_time_factor,
    )
    return row


def _give_time(tx: Session, asked: AdjustmentRow, factor: float) -> None:
    """Set the factor of the candidate's link, and bring the attempt's session to it.

    An expired session counts too: the one that carries it on takes what is left of its time. The session is put on the
    link that the request came by, so that the same time is not given twice.
    """
    interview = interview_row(tx, asked.interview_id)
    sessions = queries.attempt_sessions(tx, interview)
    if sessions and sessions[-1].status in ("active", "expired"):
        row = sessions[-1]
        before = tx.get(InvitationRow, row.invitation_id) if row.invitation_id else None
        ratio = factor / (before.extra_time_factor if before else 1.0)
        state = InterviewSessionState.model_validate(row.state)
        longer = state.model_copy(update={"time_limit_minutes": state.time_limit_minutes * ratio})
        row.state, row.version = longer.model_dump(mode="json"), row.version + 1
        row.invitation_id = asked.invitation_id
    tx.get_one(InvitationRow, asked.invitation_id).extra_time_factor = factor
