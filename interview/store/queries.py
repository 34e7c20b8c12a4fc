"""Every query that is more than a look-up by primary key. All take the transaction that they run in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from interview.store.access_tables import CredentialRow, PersonRow
from interview.store.tables import (
    CandidateRow,
    CompetencyScoreRow,
    EntryRow,
    EventRow,
    InterviewRow,
    InvitationRow,
    PlanRow,
    PositionRow,
    ScorecardRow,
    SessionRow,
    TurnRow,
)

# Every step of every session asks these. They are built once: to build one takes as long as to run it.
_WITH_ITS_PLAN = (
    select(InterviewRow, PositionRow, PlanRow, CandidateRow)
    .join(PositionRow, PositionRow.position_id == InterviewRow.position_id)
    .join(PlanRow, PlanRow.plan_id == InterviewRow.plan_id)
    .join(CandidateRow, CandidateRow.candidate_id == InterviewRow.candidate_id)
    .where(InterviewRow.interview_id == bindparam("interview_id"))
)
_ENTRIES = (
    select(EntryRow)
    .where(
        EntryRow.interview_id == bindparam("interview_id"),
        EntryRow.session_id.in_(bindparam("session_ids", expanding=True)),
    )
    .order_by(EntryRow.entry_id)
)
_EVENTS = (
    select(EventRow)
    .where(EventRow.session_id.in_(bindparam("session_ids", expanding=True)))
    .order_by(EventRow.event_id)
)
_LAST_TURN = (
    select(TurnRow).where(TurnRow.session_id == bindparam("session_id")).order_by(TurnRow.number.desc()).limit(1)
)


def credential(tx: Session, secret_hash: str, kind: str) -> CredentialRow | None:
    return tx.scalar(select(CredentialRow).where(CredentialRow.secret_hash == secret_hash, CredentialRow.kind == kind))


def credentials(tx: Session, kind: str) -> Sequence[CredentialRow]:
    """Newest first."""
    query = select(CredentialRow).where(CredentialRow.kind == kind).order_by(CredentialRow.created_at.desc())
    return tx.scalars(query).all()


def people(tx: Session) -> Sequence[PersonRow]:
    """Newest first."""
    return tx.scalars(select(PersonRow).order_by(PersonRow.created_at.desc(), PersonRow.person_id)).all()


def invitation(tx: Session, token_hash: str) -> InvitationRow | None:
    return tx.scalar(select(InvitationRow).where(InvitationRow.token_hash == token_hash))


def invitations(tx: Session, interview_id: str) -> Sequence[InvitationRow]:
    """An interview's invitations, newest first."""
    query = select(InvitationRow).where(InvitationRow.interview_id == interview_id)
    return tx.scalars(query.order_by(InvitationRow.created_at.desc(), InvitationRow.invitation_id)).all()


def position_by_job(tx: Session, job_hash: str) -> PositionRow | None:
    return tx.scalar(select(PositionRow).where(PositionRow.job_hash == job_hash))


def positions(tx: Session) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every position with its newest plan and the number of its interviews that are not archived, newest first."""
    newer = aliased(PlanRow)
    interviews = (
        select(func.count())
        .select_from(InterviewRow)
        .where(InterviewRow.position_id == PositionRow.position_id, InterviewRow.archived_at.is_(None))
        .scalar_subquery()
    )
    query = (
        select(
            PositionRow.position_id,
            PositionRow.role_title,
            PositionRow.settings,
            PositionRow.created_at,
            PlanRow.version.label("plan_version"),
            PlanRow.approved_at.is_not(None).label("approved"),
            interviews.label("interviews"),
        )
        .join(PlanRow, PlanRow.position_id == PositionRow.position_id)
        .where(~exists().where(newer.position_id == PositionRow.position_id, newer.version > PlanRow.version))
        .order_by(PositionRow.created_at.desc(), PositionRow.position_id)
    )
    return tx.execute(query).all()


def newest_plan(tx: Session, position_id: str, *, approved: bool = False) -> PlanRow | None:
    query = select(PlanRow).where(PlanRow.position_id == position_id).order_by(PlanRow.version.desc()).limit(1)
    return tx.scalar(query.where(PlanRow.approved_at.is_not(None)) if approved else query)


def plan_version(tx: Session, position_id: str, version: int) -> PlanRow | None:
    return tx.scalar(select(PlanRow).where(PlanRow.position_id == position_id, PlanRow.version == version))


def imported_session() -> ColumnElement[str]:
    """Of the session around it: its id where it was imported, else ""."""
    return case((SessionRow.status == "imported", SessionRow.session_id), else_="")


def standing_scorecards(tx: Session, interview_id: str) -> Sequence[ScorecardRow]:
    """Those that stand for an interview's sessions, a session one; they count in the figures."""
    query = select(ScorecardRow).where(ScorecardRow.interview_id == interview_id, ScorecardRow.standing)
    return tx.scalars(query).all()


def session_scorecard(tx: Session, session_id: str) -> ScorecardRow | None:
    """The scorecard that stands for a session."""
    return tx.scalar(select(ScorecardRow).where(ScorecardRow.session_id == session_id, ScorecardRow.standing))


def interview_with_its_plan(tx: Session, interview_id: str) -> Row[InterviewRow, PositionRow, PlanRow, CandidateRow]:
    """An interview with what it stands on."""
    return tx.execute(_WITH_ITS_PLAN, {"interview_id": interview_id}).one()


def unstarted_interviews(tx: Session, position_id: str) -> Sequence[InterviewRow]:
    """A position's interviews in which no session was ever started but, perhaps, rehearsals."""
    started = select(SessionRow.interview_id).where(
        SessionRow.interview_id == InterviewRow.interview_id, SessionRow.rehearsal.is_(False)
    )
    query = select(InterviewRow).where(InterviewRow.position_id == position_id, ~started.exists())
    return tx.scalars(query).all()


def sessions(tx: Session, interview_id: str) -> Sequence[SessionRow]:
    """An interview's sessions, oldest first."""
    query = select(SessionRow).where(SessionRow.interview_id == interview_id)
    return tx.scalars(query.order_by(SessionRow.created_at, SessionRow.session_id)).all()


def overdue_sessions(tx: Session, cutoff: datetime) -> Sequence[SessionRow]:
    """Active sessions that nobody has touched since `cutoff`."""
    query = select(SessionRow).where(SessionRow.status == "active", SessionRow.last_touched < cutoff)
    return tx.scalars(query).all()


def session_chain(tx: Session, session: SessionRow) -> list[str]:
    """The session's id with those of the sessions it carries on, oldest first."""
    chain = [session.session_id]
    earlier = session.continues
    while earlier is not None:
        chain.append(earlier)
        row = tx.get(SessionRow, earlier)
        earlier = row.continues if row else None
    return chain[::-1]


def entries(tx: Session, interview_id: str, session_ids: Sequence[str]) -> Sequence[EntryRow]:
    """The transcript of these sessions, in the order it was spoken."""
    return tx.scalars(_ENTRIES, {"interview_id": interview_id, "session_ids": session_ids}).all()


def events(tx: Session, session_ids: Sequence[str]) -> Sequence[EventRow]:
    """The events of these sessions, session by session in the order given."""
    order = {session_id: place for place, session_id in enumerate(session_ids)}
    rows = tx.scalars(_EVENTS, {"session_ids": session_ids}).all()
    return sorted(rows, key=lambda row: order[row.session_id])


def last_turn(tx: Session, session_id: str) -> TurnRow | None:
    return tx.scalar(_LAST_TURN, {"session_id": session_id})


def turn_by_key(tx: Session, session_id: str, key: str) -> TurnRow | None:
    return tx.scalar(select(TurnRow).where(TurnRow.session_id == session_id, TurnRow.idempotency_key == key))


def turns_after(tx: Session, session_id: str, event_id: int) -> Sequence[int]:
    """The turns of the session that began after that event: the first event of each."""
    later = select(TurnRow.first_event).where(TurnRow.session_id == session_id, TurnRow.first_event > event_id)
    return tx.scalars(later).all()


def last_event_id(tx: Session, session_id: str) -> int:
    return tx.scalar(select(func.max(EventRow.event_id)).where(EventRow.session_id == session_id)) or 0


def competency_scores(tx: Session, scorecard_id: str) -> Sequence[CompetencyScoreRow]:
    query = select(CompetencyScoreRow).where(CompetencyScoreRow.scorecard_id == scorecard_id)
    return tx.scalars(query.order_by(CompetencyScoreRow.place)).all()
