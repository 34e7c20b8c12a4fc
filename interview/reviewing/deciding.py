"""What people decide of an interview, and how much of that a reviewer sees who is still to rate: a verdict anchors."""

from __future__ import annotations

from typing import Literal

from sqlalchemy.orm import Session

from interview import webhooks
from interview.access import Actor, audit
from interview.context import Context, new_id
from interview.models import Model, Moment
from interview.reviewing.blinding import blind_to, imported_id
from interview.reviewing.overriding import after
from interview.scorecards import standing_sessions
from interview.store import review_queries
from interview.store.review_tables import DecisionRow
from interview.store.tables import InterviewRow

Verdict = Literal["advance", "hold", "decline", "no_decision"]


class Decision(Model):
    """What a person decided, and why. `name`: theirs.

    `decision` None, `reason` "": somebody else's, and closed to a reader to whom the scores of what counts are closed.
    """

    decision_id: str
    interview_id: str
    decision: Verdict | None
    reason: str
    at: Moment
    name: str


def decisions_for(tx: Session, actor: Actor, interview_id: str) -> tuple[Decision, ...]:
    """Of an interview, newest first. Others' are veiled from an actor who is still to rate the session that counts."""
    session = next(iter(standing_sessions(tx, interview_id)), None)
    attempt = session.attempt if session else tx.get_one(InterviewRow, interview_id).attempt
    closed = blind_to(tx, actor, interview_id, attempt, imported_id(session))
    return tuple(
        _veiled(row) if closed and row.by != actor.reviewer_id else _decision(row)
        for row in review_queries.decisions(tx, interview_id)
    )


def add_decision(
    tx: Session, context: Context, actor: Actor, interview: InterviewRow, verdict: Verdict, reason: str
) -> Decision:
    """Append a decision; the actor's own that stands, said again in the same words, is that one."""
    newest = next(iter(review_queries.decisions(tx, interview.interview_id)), None)
    if newest and (newest.by, newest.decision, newest.reason) == (actor.reviewer_id, verdict, reason):
        return _decision(newest)
    row = DecisionRow(
        decision_id=new_id(),
        interview_id=interview.interview_id,
        decision=verdict,
        reason=reason,
        at=after(context, newest.at if newest else None),
        by=actor.reviewer_id,
        name=actor.name,
    )
    tx.add(row)
    interview.updated_at = max(interview.updated_at, row.at)
    audit(tx, context, actor, "decision_made", interview.interview_id, decision=verdict)
    webhooks.publish(
        tx, context, "decision.made", interview.interview_id,
        position_id=interview.position_id, decision_id=row.decision_id, decision=verdict,
    )  # fmt: skip
    return _decision(row)


def _decision(row: DecisionRow) -> Decision:
    return Decision.model_validate(row, from_attributes=True)


def _veiled(row: DecisionRow) -> Decision:
    """That somebody decided, who and when."""
    return Decision(
        decision_id=row.decision_id, interview_id=row.interview_id, decision=None, reason="", at=row.at, name=row.name
    )
