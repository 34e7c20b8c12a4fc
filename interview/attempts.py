"""Opening and ending sessions: which session a start goes on with, and what an ended one leaves to the next."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from interview.access import HIRING_ROLES, Actor
from interview.context import Context, new_id
from interview.contract import StartRequest
from interview.errors import Conflict, Forbidden, NotFound
from interview.events import Payload, SessionCompleted, SessionExpiredPayload
from interview.folding import hear
from interview.models import Persona, PersonaOverrides, PositionPlan, PositionSettings, SessionStatus
from interview.recordings import Recordings
from interview.state import InterviewSessionState
from interview.store import queries
from interview.store.event_log import add_event
from interview.store.journeys import forget_drafts
from interview.store.sessions import Loaded, assemble, save_heard
from interview.store.tables import InterviewRow, InvitationRow, PlanRow, PositionRow, SessionRow

_LEAST_MINUTES = 5.0
"""What a session that carries on an expired one has at least, so that nobody comes back to a closed door."""

MAX_ATTEMPTS = 50
"""Of an interview: practice is started again by the candidate, and each attempt is kept."""


def open_session(tx: Session, context: Context, actor: Actor, request: StartRequest) -> str:
    """The id of the session to go on with; a new one stands without any turn until its warm-up is asked.

    Raises NotFound, Forbidden, Conflict as `InterviewSessionManager.start` says.
    """
    interview = tx.get(InterviewRow, request.interview_id)
    if interview is None:
        raise NotFound("There is no such interview.", code="interview_not_found")
    if request.candidate_id not in (None, "", interview.candidate_id):
        raise NotFound("This interview belongs to another candidate.", code="candidate_not_found")
    overrides = request.persona or PersonaOverrides()
    if actor.role == "candidate" and overrides != PersonaOverrides():
        raise Forbidden("The interviewer's manner is set by the hiring team.")
    if interview.closed_at is not None:
        raise Conflict("The hiring team has ended this interview.", code="interview_closed")
    if request.rehearsal:
        actor.require(*HIRING_ROLES)
    elif tx.get_one(PlanRow, interview.plan_id).approved_at is None:
        raise Conflict("The plan has to be approved by the hiring team first.", code="plan_not_approved")
    known = [row for row in queries.sessions(tx, interview.interview_id) if row.rehearsal == request.rehearsal]
    if active := next((row for row in known if row.status == "active"), None):
        _join(tx, actor, active)
        return active.session_id
    attempt = [row for row in known if row.attempt == interview.attempt and row.status != "imported"]
    if not request.rehearsal and any(row.status == "complete" for row in attempt):
        if actor.role == "candidate":
            raise Conflict("This interview has been completed. Thank you.", code="session_complete")
        begin_attempt(interview)
        attempt = []
    earlier = attempt[-1] if attempt and attempt[-1].status == "expired" else None
    return _new_session(tx, context, actor, interview, overrides, earlier, rehearsal=request.rehearsal)


def clock_begins(context: Context, loaded: Loaded) -> bool:
    """Whether the session's time begins only now: nothing was asked or said, and no recording runs by it already."""
    return not loaded.begun and not Recordings(context).kept(loaded.session.session_id)


def begin_attempt(interview: InterviewRow) -> None:
    """Another attempt: the question statuses start anew, the old sessions stay. Raises Conflict `attempt_limit`."""
    if interview.attempt >= MAX_ATTEMPTS:
        raise Conflict(
            f"This interview has been held {MAX_ATTEMPTS} times, and that is the limit. The team can make a new one.",
            code="attempt_limit",
        )
    interview.attempt += 1
    interview.question_statuses = fresh_statuses(len(interview.questions))
    interview.asked_question_index = None


def fresh_statuses(count: int) -> list[object]:
    return [{"status": "not_started", "updated_at": None} for _ in range(count)]


def close_sessions(tx: Session, context: Context, interview: InterviewRow, *, rehearsals: bool) -> None:
    """End the open session because the attempt ends; its rehearsals too when they are meant.

    What was typed and not sent goes with the attempt, also in reply to a session that had expired.
    """
    known = queries.sessions(tx, interview.interview_id)
    forget_drafts(tx, [row.session_id for row in known])
    for row in known:
        if row.status == "active" and (rehearsals or not row.rehearsal):
            _close(tx, context, interview, row)


def drop_rehearsals(tx: Session, context: Context, interview: InterviewRow) -> None:
    """Let no rehearsal go on, because the questions that its prompts point at have changed."""
    for row in queries.sessions(tx, interview.interview_id):
        if row.rehearsal and row.status == "active":
            _close(tx, context, interview, row)
        elif row.rehearsal and row.status == "expired":
            row.status = "closed"


def expire_overdue(context: Context) -> None:
    """End every session that has been idle for too long; nothing is deleted."""
    cutoff = context.clock() - context.settings.session_timeout
    with context.database.read() as tx:
        overdue = bool(queries.overdue_sessions(tx, cutoff))
    if not overdue:
        return
    with context.database.write() as tx:
        for row in queries.overdue_sessions(tx, cutoff):
            _expire(tx, context, row)


def _expire(tx: Session, context: Context, row: SessionRow) -> None:
    now = context.clock()
    _hear_out(tx, context, row)
    idle = (now - row.last_touched) / timedelta(minutes=1)
    _end(tx, row, "expired", SessionExpiredPayload(idle_minutes=round(idle, 1)), now)


def _close(tx: Session, context: Context, interview: InterviewRow, row: SessionRow) -> None:
    _hear_out(tx, context, row)
    plan = PositionPlan.model_validate(tx.get_one(PlanRow, interview.plan_id).plan)
    overall_score = InterviewSessionState.model_validate(row.state).overall_score(plan)
    _end(tx, row, "closed", SessionCompleted(reason="closed", overall_score=overall_score), context.clock())


def _hear_out(tx: Session, context: Context, row: SessionRow) -> None:
    """Before a spoken session ends: what was said and not folded yet is, by rules; whoever rates it comes later."""
    if row.mode != "live":
        return
    draft = assemble(tx, row).draft(context)
    before = draft.state
    hear(draft)
    if draft.state != before:
        save_heard(tx, draft, read_version=row.version)
        tx.flush()


def _end(tx: Session, row: SessionRow, status: SessionStatus, payload: Payload, now: datetime) -> None:
    row.status, row.version = status, row.version + 1
    add_event(tx, InterviewSessionState.model_validate(row.state), payload, now)


def _join(tx: Session, actor: Actor, row: SessionRow) -> None:
    """A candidate who comes to a session that the team opened brings the invitation, and its extra time."""
    if actor.invitation_id is None or row.invitation_id is not None:
        return
    factor = tx.get_one(InvitationRow, actor.invitation_id).extra_time_factor
    state = InterviewSessionState.model_validate(row.state)
    longer = state.model_copy(update={"time_limit_minutes": state.time_limit_minutes * factor})
    row.invitation_id, row.state, row.version = actor.invitation_id, longer.model_dump(mode="json"), row.version + 1


def _new_session(
    tx: Session,
    context: Context,
    actor: Actor,
    interview: InterviewRow,
    overrides: PersonaOverrides,
    earlier: SessionRow | None,
    *,
    rehearsal: bool,
) -> str:
    now = context.clock()
    position = tx.get_one(PositionRow, interview.position_id)
    invitation = tx.get(InvitationRow, actor.invitation_id) if actor.invitation_id else None
    minutes = PositionSettings.model_validate(position.settings).time_limit_minutes
    state = InterviewSessionState(
        session_id=new_id(),
        interview_id=interview.interview_id,
        persona=Persona.model_validate(position.persona | overrides.model_dump(exclude_none=True)),
        started_at=now,
        last_checkpoint=now,
        time_limit_minutes=minutes * (invitation.extra_time_factor if invitation else 1.0),
        rehearsal=rehearsal,
    )
    if earlier is not None:
        state = _carry_on(state, assemble(tx, earlier))
    row = SessionRow(
        session_id=state.session_id,
        interview_id=interview.interview_id,
        invitation_id=actor.invitation_id,
        continues=earlier.session_id if earlier else None,
        attempt=interview.attempt,
        rehearsal=rehearsal,
        mode="text",
        status="active",
        version=0,
        state=state.model_dump(mode="json"),
        created_at=now,
        last_touched=now,
    )
    tx.add(row)
    tx.flush()
    return row.session_id


def _carry_on(state: InterviewSessionState, expired: Loaded) -> InterviewSessionState:
    """What an expired session leaves to its successor: answered and skipped prompts, scores, what asked them by voice,
    and the rest of the time.
    """
    earlier, idle_since = expired.state, expired.session.last_touched
    used = (idle_since - earlier.started_at) / timedelta(minutes=1) - earlier.lost_seconds / 60 if expired.begun else 0
    least = min(_LEAST_MINUTES, earlier.time_limit_minutes)
    prompts = tuple(
        prompt.model_copy(update={"carried": True})
        for prompt in earlier.prompts
        if prompt.competency and (prompt.answers or prompt.skipped)
    )
    return state.model_copy(
        update={
            "prompts": prompts,
            "latest": earlier.latest,
            "rated_chars": earlier.rated_chars,
            "voices": earlier.voices,
            "rehearsal": earlier.rehearsal,
            "time_limit_minutes": max(least, earlier.time_limit_minutes - used),
        }
    )
