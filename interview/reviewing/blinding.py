"""Who is still to rate before seeing what an engine made of an interview: reviewers rate first.

Reviewers followed an AI's scores nearly always where they saw them before their own. The hiring role is held to it
here, wherever scores leave the house: pages, REST, exports and score rows. Administrators and programs are exempt.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.orm import Session

from interview.access import Actor
from interview.errors import Forbidden
from interview.models import Narrative, Scorecard
from interview.store import queries
from interview.store.review_tables import ReviewRow
from interview.store.tables import ScorecardRow, SessionRow


def is_bound(actor: Actor) -> bool:
    """Whether the actor is one who rates first."""
    return actor.role == "hiring"


def opened(actor: Actor, interview_id: object, attempt: object, imported: object) -> ColumnElement[bool]:
    """In SQL: whether this reviewer has rated that attempt, or chose to see its scores unrated.

    `imported`: the session that is meant, if it is a transcript from elsewhere, which is rated by itself; else "".
    """
    return exists().where(
        ReviewRow.interview_id == interview_id,
        ReviewRow.attempt == attempt,
        ReviewRow.imported == imported,
        ReviewRow.reviewer_id == actor.reviewer_id,
        or_(ReviewRow.submitted_at.is_not(None), ReviewRow.seen_unrated_at.is_not(None)),
    )


def opened_sessions(actor: Actor) -> ColumnElement[bool]:
    """In SQL, of the session that the query around it is about: whether its scores are open to this actor."""
    if not is_bound(actor):
        return true()
    return opened(actor, SessionRow.interview_id, SessionRow.attempt, queries.imported_session())


def opened_scorecards(actor: Actor) -> ColumnElement[bool]:
    """In SQL, of the scorecard that the query around it is about: whether it is open to this reviewer.

    Their own always is: it is written when they submit.
    """
    attempt, imported = (
        select(column).where(SessionRow.session_id == ScorecardRow.session_id).correlate(ScorecardRow).scalar_subquery()
        for column in (SessionRow.attempt, queries.imported_session())
    )
    return opened(actor, ScorecardRow.interview_id, attempt, imported)


def blind_to(tx: Session, actor: Actor, interview_id: str, attempt: int, imported: str = "") -> bool:
    """Whether the actor is still to rate this attempt, or this transcript from elsewhere."""
    return is_bound(actor) and not tx.scalar(select(opened(actor, interview_id, attempt, imported)))


def blind_to_session(tx: Session, actor: Actor, session: SessionRow) -> bool:
    """The same of the attempt that this session belongs to."""
    return blind_to(tx, actor, session.interview_id, session.attempt, imported_id(session))


def imported_id(session: SessionRow | None) -> str:
    """What reviews of this session are kept under besides its attempt: its id if it was imported, else ""."""
    return session.session_id if session and session.status == "imported" else ""


def require_open(tx: Session, actor: Actor, session: SessionRow) -> None:
    """Raise Forbidden `rate_first` where what is asked for would show the engine's scores before the actor's own."""
    if blind_to_session(tx, actor, session):
        raise Forbidden(
            "Rate this interview first, or choose to see the scores unrated; then they are open to you.",
            code="rate_first",
        )


def veiled(card: Scorecard) -> Scorecard:
    """That there is a scorecard, and nothing of what it says."""
    return card.model_copy(update={"overall_score": 0.0, "competencies": (), "narrative": Narrative(summary="")})
