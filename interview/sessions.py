"""Interactive sessions: start, turn, read. Models are called between reading and writing, never in a transaction."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy.orm import Session

from interview import graph, replies
from interview.access import Actor
from interview.context import Context, new_id
from interview.contract import SessionSnapshot, StartRequest, StartResponse, TurnRequest, TurnResponse
from interview.errors import Conflict, Forbidden, InvalidPayload, NotFound, SessionExpired, SessionUnknown
from interview.events import InterviewEvent, SessionExpiredPayload
from interview.models import Persona, PersonaOverrides, PositionSettings
from interview.scorecards import append_scorecard
from interview.state import InterviewSessionState
from interview.store import queries
from interview.store.sessions import Loaded, add_events, load, save
from interview.store.tables import InterviewRow, InvitationRow, PlanRow, PositionRow, SessionRow, TurnRow

_WORDLESS_MOVES = ("repeat", "rephrase", "think", "skip", "stop")
MAX_TURNS = 500
"""Of a session; the answers that a plan asks for are far fewer, but moves cost no question."""
_LONGEST_KEY = 200
_LEAST_MINUTES = 5.0
"""What a session that carries on an expired one has at least, so that nobody comes back to a closed door."""


class InterviewSessionManager:
    """One session, one writer at a time: of two answers at once, one wins."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def start(self, actor: Actor, request: StartRequest) -> StartResponse:
        """The open session of this interview, or a new one with the warm-up question asked.

        Raises NotFound (`interview_not_found`, `candidate_not_found`), Conflict (`plan_not_approved`,
        `session_complete` for an invitation that has been used), EngineFailure.
        """
        actor.require_interview(request.interview_id)
        self.expire_overdue()
        with self._context.database.write() as tx:
            session_id = self._open(tx, actor, request)
            loaded = load(tx, session_id)
        if loaded.last_turn is None:
            loaded = self._first_step(loaded)
        reply = replies.start_response(loaded, self._context.clock())
        if actor.role == "candidate":
            return replies.veiled_start(reply, scores=loaded.settings.show_scores)
        return reply

    def turn(self, actor: Actor, request: TurnRequest, idempotency_key: str | None = None) -> TurnResponse:
        """Take one answer or move. With the same key and words again, the stored response.

        Raises InvalidPayload, SessionUnknown, SessionExpired, Conflict (`session_complete`, `turn_conflict`,
        `idempotency_key_reused`), EngineFailure; after any of them nothing has changed.
        """
        if not request.answer.strip() and request.action not in _WORDLESS_MOVES:
            raise InvalidPayload("The answer is empty. Please write or say something, or skip the question.")
        if idempotency_key is not None and not 1 <= len(idempotency_key) <= _LONGEST_KEY:
            raise InvalidPayload(f"The Idempotency-Key must have 1 to {_LONGEST_KEY} characters.")
        self.expire_overdue()
        digest = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
        loaded, turn = self._read(actor, request.session_id, idempotency_key, digest)
        if turn is None:
            _ready(loaded, request)
            try:
                loaded, turn = self._step(loaded, request, idempotency_key, digest)
            except Conflict:
                loaded, turn = self._read(actor, request.session_id, idempotency_key, digest)
                if turn is None:
                    raise
        reply = replies.turn_response(loaded, turn)
        if actor.role == "candidate":
            return replies.veiled_turn(reply, scores=loaded.settings.show_scores)
        return reply

    def get(self, actor: Actor, session_id: str, after: int = 0) -> SessionSnapshot:
        """The session as it stands, with its events after `after`; also when it has expired or ended."""
        self.expire_overdue()
        loaded, _ = self._read(actor, session_id)
        reply = replies.snapshot(loaded, self._context.clock(), after)
        if actor.role == "candidate":
            return replies.veiled_snapshot(reply, scores=loaded.settings.show_scores)
        return reply

    def expire_overdue(self) -> None:
        """End every session that has been idle for too long; nothing is deleted."""
        cutoff = self._context.clock() - self._context.settings.session_timeout
        with self._context.database.read() as tx:
            overdue = bool(queries.overdue_sessions(tx, cutoff))
        if not overdue:
            return
        with self._context.database.write() as tx:
            for row in queries.overdue_sessions(tx, cutoff):
                self._expire(tx, row)

    def _expire(self, tx: Session, row: SessionRow) -> None:
        state = InterviewSessionState.model_validate(row.state)
        idle = (self._context.clock() - row.last_touched) / timedelta(minutes=1)
        event = InterviewEvent(
            event_id=queries.last_event_id(tx, row.session_id) + 1,
            created_at=self._context.clock(),
            stage=state.stage,
            competency=state.competency,
            event_type="session_expired",
            payload=SessionExpiredPayload(idle_minutes=round(idle, 1)),
        )
        row.status, row.version = "expired", row.version + 1
        add_events(tx, row.session_id, [event])

    # --- starting -----------------------------------------------------------------------------------------------------

    def _open(self, tx: Session, actor: Actor, request: StartRequest) -> str:
        """The id of the session to go on with; a new one stands without any turn until its warm-up is asked."""
        interview = tx.get(InterviewRow, request.interview_id)
        if interview is None:
            raise NotFound("There is no such interview.", code="interview_not_found")
        if request.candidate_id not in (None, "", interview.candidate_id):
            raise NotFound("This interview belongs to another candidate.", code="candidate_not_found")
        overrides = request.persona or PersonaOverrides()
        if actor.role == "candidate" and overrides != PersonaOverrides():
            raise Forbidden("The interviewer's manner is set by the hiring team.")
        if tx.get_one(PlanRow, interview.plan_id).approved_at is None:
            raise Conflict("The plan has to be approved by the hiring team first.", code="plan_not_approved")
        known = queries.sessions(tx, interview.interview_id)
        if active := next((row for row in known if row.status == "active"), None):
            return active.session_id
        attempt = [row for row in known if row.attempt == interview.attempt and row.status != "imported"]
        if any(row.status == "complete" for row in attempt):
            if actor.role == "candidate":
                raise Conflict("This interview has been completed. Thank you.", code="session_complete")
            begin_attempt(interview)
            attempt = []
        earlier = attempt[-1] if attempt and attempt[-1].status == "expired" else None
        return self._new_session(tx, actor, interview, overrides, earlier)

    def _new_session(
        self,
        tx: Session,
        actor: Actor,
        interview: InterviewRow,
        overrides: PersonaOverrides,
        earlier: SessionRow | None,
    ) -> str:
        now = self._context.clock()
        position = tx.get_one(PositionRow, interview.position_id)
        invitation = tx.get(InvitationRow, actor.invitation_id) if actor.invitation_id else None
        persona = Persona.model_validate(position.persona | overrides.model_dump(exclude_none=True))
        minutes = PositionSettings.model_validate(position.settings).time_limit_minutes
        state = InterviewSessionState(
            session_id=new_id(),
            interview_id=interview.interview_id,
            persona=persona,
            started_at=now,
            last_checkpoint=now,
            time_limit_minutes=minutes * (invitation.extra_time_factor if invitation else 1.0),
        )
        if earlier is not None:
            state = _carry_on(state, InterviewSessionState.model_validate(earlier.state), earlier)
        row = SessionRow(
            session_id=state.session_id,
            interview_id=interview.interview_id,
            invitation_id=actor.invitation_id,
            continues=earlier.session_id if earlier else None,
            attempt=interview.attempt,
            mode="text",
            status="active",
            version=0,
            state=state.model_dump(mode="json"),
            created_at=now,
            last_touched=now,
            completed_at=None,
        )
        tx.add(row)
        tx.flush()
        return row.session_id

    def _first_step(self, loaded: Loaded) -> Loaded:
        """Ask the warm-up. Of two starts at once one asks it, and both get the same session."""
        try:
            return self._step(loaded, None, None, "start")[0]
        except Conflict:
            with self._context.database.read() as tx:
                return load(tx, loaded.session.session_id)

    # --- stepping -----------------------------------------------------------------------------------------------------

    def _step(
        self, loaded: Loaded, request: TurnRequest | None, key: str | None, digest: str
    ) -> tuple[Loaded, TurnRow]:
        """Run the graph outside of any transaction, then write all of it or nothing."""
        draft = graph.run(loaded.draft(self._context), request)
        with self._context.database.write() as tx:
            turn = save(tx, draft, read_version=loaded.session.version, request_hash=digest, key=key)
            if draft.narrative is not None:
                row = tx.get_one(SessionRow, draft.state.session_id)
                row.status, row.completed_at = "complete", draft.scene.now
                append_scorecard(tx, self._context, loaded, draft.state, draft.narrative)
            tx.flush()
            return load(tx, draft.state.session_id), turn

    def _read(
        self, actor: Actor, session_id: str, key: str | None = None, digest: str = ""
    ) -> tuple[Loaded, TurnRow | None]:
        """The session, if it is the actor's to see, and the turn that this key has already brought, if any.

        Somebody else's session is as unknown as none. Both come from one transaction: a turn that is known is in the
        session as it was loaded.
        """
        with self._context.database.read() as tx:
            loaded = load(tx, session_id)
            turn = queries.turn_by_key(tx, session_id, key) if key is not None else None
        if actor.role == "candidate" and loaded.interview.interview_id != actor.interview_id:
            raise SessionUnknown("There is no such session.")
        actor.require_interview(loaded.interview.interview_id)
        if turn is not None and turn.request_hash != digest:
            raise Conflict(
                "This Idempotency-Key was used for another answer. Use a new one for each answer.",
                code="idempotency_key_reused",
            )
        return loaded, turn


def _ready(loaded: Loaded, request: TurnRequest) -> None:
    """Refuse a turn for a session that is over, or whose start has failed and was not tried again."""
    if loaded.session.status == "expired":
        raise SessionExpired("The session was idle for too long and has ended. Start again to go on.")
    if loaded.session.status != "active":
        raise Conflict("The session is complete; no more answers are taken.", code="session_complete")
    if loaded.last_turn is None:
        raise SessionUnknown("This session has not begun. Start it first.")
    if loaded.last_turn.number >= MAX_TURNS and request.action not in ("skip", "stop"):
        raise Conflict("This session has had too many messages. Skip the question or end it.", code="turn_limit")


def begin_attempt(interview: InterviewRow) -> None:
    """Another attempt: the question statuses start anew, the old sessions stay."""
    interview.attempt += 1
    interview.question_statuses = [{"status": "not_started", "updated_at": None} for _ in interview.questions]
    interview.asked_question_index = None


def _carry_on(state: InterviewSessionState, earlier: InterviewSessionState, row: SessionRow) -> InterviewSessionState:
    """What an expired session leaves to its successor: answered and skipped prompts, scores, the rest of the time."""
    used = (row.last_touched - earlier.started_at) / timedelta(minutes=1) - earlier.lost_seconds / 60
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
            "rehearsal": earlier.rehearsal,
            "time_limit_minutes": max(least, earlier.time_limit_minutes - used),
        }
    )
