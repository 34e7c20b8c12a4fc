"""Interactive sessions: start, turn, read. Models are called between reading and writing, never in a transaction."""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from interview import graph, replies, webhooks
from interview.access import Actor
from interview.attempts import clock_begins, expire_overdue, open_session
from interview.context import Context
from interview.contract import Heard, SessionSnapshot, StartRequest, StartResponse, TurnRequest, TurnResponse
from interview.draft import Draft
from interview.errors import Conflict, Forbidden, InvalidPayload, SessionExpired, SessionUnknown
from interview.folding import rate
from interview.reviewing.blinding import blind_to_session
from interview.scorecards import append_scorecard
from interview.statistics import rollup
from interview.store import queries
from interview.store.sessions import Loaded, load, save
from interview.store.tables import InterviewRow, SessionRow, TurnRow
from interview.switching import go_on_in_writing
from interview.usage import charged

_WORDLESS_MOVES = ("repeat", "rephrase", "think", "skip", "hint", "stop")
MAX_TURNS = 500
"""Of a session; the answers that a plan asks for are far fewer, but moves cost no question."""
_LONGEST_KEY = 200


class InterviewSessionManager:
    """One session, one writer at a time: of two answers at once, one wins."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def start(self, actor: Actor, request: StartRequest) -> StartResponse:
        """The open session of this interview, or a new one with the warm-up question asked.

        Raises NotFound (`interview_not_found`, `candidate_not_found`), Conflict (`plan_not_approved`,
        `session_complete` for an invitation that has been used, `interview_closed`, `attempt_limit`), EngineFailure.
        """
        actor.require_interview(request.interview_id)
        expire_overdue(self._context)
        with self._context.database.write() as tx:
            session_id = open_session(tx, self._context, actor, request)
            loaded = load(tx, session_id)
        if loaded.last_turn is None:
            loaded = self._in_writing(loaded)
        if loaded.last_turn is None:
            loaded = self._first_step(loaded)
        return replies.veiled_start(replies.start_response(loaded, self._context.clock()), self._sight(actor, loaded))

    def begin_spoken(self, actor: Actor, session_id: str) -> None:
        """Ask a spoken session's warm-up, where nothing was asked yet. Raises what `turn` raises."""
        expire_overdue(self._context)
        loaded, _ = self._read(actor, session_id)
        require_active(loaded.session, loaded.interview)
        if loaded.last_turn is None:
            self._first_step(loaded)

    def turn(
        self,
        actor: Actor,
        request: TurnRequest,
        idempotency_key: str | None = None,
        *,
        heard: Heard | None = None,
    ) -> TurnResponse:
        """Take one answer or move. With the same key and words again, the stored response.

        `heard`: it was spoken, in a session that stays spoken. Else a spoken session goes on in writing.

        Raises InvalidPayload, SessionUnknown, SessionExpired, Conflict (`session_complete`, `turn_conflict`,
        `idempotency_key_reused`, `not_live` where the session is written), Forbidden `hint_not_allowed`, EngineFailure;
        after any of them nothing has changed.
        """
        if not request.answer.strip() and request.action not in _WORDLESS_MOVES:
            raise InvalidPayload("The answer is empty. Please write or say something, or skip the question.")
        if idempotency_key is not None and not 1 <= len(idempotency_key) <= _LONGEST_KEY:
            raise InvalidPayload(f"The Idempotency-Key must have 1 to {_LONGEST_KEY} characters.")
        expire_overdue(self._context)
        digest = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
        loaded, turn = self._read(actor, request.session_id, idempotency_key, digest)
        if turn is None:
            _allowed(loaded, request)  # before the switch: a turn that is refused leaves a talk as it is
            loaded = loaded if heard else self._in_writing(loaded)
            loaded, turn = self._take(actor, loaded, request, idempotency_key, digest, heard)
        return replies.veiled_turn(replies.turn_response(loaded, turn), self._sight(actor, loaded))

    def get(self, actor: Actor, session_id: str, after: int = 0) -> SessionSnapshot:
        """The session as it stands, with its events after `after`; also when it has expired or ended."""
        expire_overdue(self._context)
        loaded, _ = self._read(actor, session_id)
        reply = replies.snapshot(loaded, self._context.clock(), after)
        return replies.veiled_snapshot(reply, self._sight(actor, loaded))

    def _sight(self, actor: Actor, loaded: Loaded) -> replies.Sight:
        """A candidate sees scores where the position shows them, a reviewer after their own; both see rehearsals'."""
        if actor.role == "candidate":
            return replies.Sight(scores=loaded.settings.scores_shown, flags=False)
        with self._context.database.read() as tx:
            return replies.Sight(scores=loaded.session.rehearsal or not blind_to_session(tx, actor, loaded.session))

    def _in_writing(self, loaded: Loaded) -> Loaded:
        """The session, switched to text if it was spoken and can go on."""
        session_id = loaded.session.session_id
        if loaded.session.mode != "live" or loaded.session.status != "active":
            return loaded
        with self._context.database.write() as tx:
            now = load(tx, session_id)
            if now.session.mode == "live" and now.session.status == "active":
                go_on_in_writing(tx, self._context, now)
                tx.flush()
            return load(tx, session_id)

    # --- stepping -----------------------------------------------------------------------------------------------------

    def _first_step(self, loaded: Loaded) -> Loaded:
        """Ask the warm-up. Of two starts at once one asks it, and both get the same session."""
        try:
            return self._step(loaded, None, None, "start")[0]
        except Conflict:
            with self._context.database.read() as tx:
                now = load(tx, loaded.session.session_id)
        return now if now.last_turn else self._step(now, None, None, "start")[0]

    def _take(
        self,
        actor: Actor,
        loaded: Loaded,
        request: TurnRequest,
        key: str | None,
        digest: str,
        heard: Heard | None,
    ) -> tuple[Loaded, TurnRow]:
        """The turn's step. Once more where the session has changed meanwhile, but for no other answer: the team gave
        extra time, say, or spoke in a rehearsal, whose words are numbered with the candidate's.
        """
        _ready(loaded, request, heard)
        try:
            return self._step(loaded, request, key, digest, heard)
        except Conflict:
            now, turn = self._read(actor, request.session_id, key, digest)
            if turn is not None:
                return now, turn
            _ready(now, request, heard)
            if _turns(now) != _turns(loaded):
                raise
        return self._step(now, request, key, digest, heard)

    def _step(
        self,
        loaded: Loaded,
        request: TurnRequest | None,
        key: str | None,
        digest: str,
        heard: Heard | None = None,
    ) -> tuple[Loaded, TurnRow]:
        """Run the graph outside of any transaction, then write all of it or nothing."""
        draft = loaded.draft(self._context)
        draft.heard = heard
        if loaded.session.mode == "text" and clock_begins(self._context, loaded):
            draft.state = draft.state.started_anew(draft.scene.now)  # a talk that begins has done so by itself
        with charged(self._context, loaded.interview.interview_id):
            rate(draft)  # what was spoken before, if no model could be reached then
            graph.run(draft, request)
        if loaded.session.mode == "live":
            _take_as_heard(draft)
        with self._context.database.write() as tx:
            turn = save(tx, draft, read_version=loaded.session.version, request_hash=digest, key=key)
            record_end(tx, self._context, loaded, draft)
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
        require_session(actor, loaded)
        if turn is not None and turn.request_hash != digest:
            raise Conflict(
                "This Idempotency-Key was used for another answer. Use a new one for each answer.",
                code="idempotency_key_reused",
            )
        return loaded, turn


def require_session(actor: Actor, loaded: Loaded) -> None:
    """Raise unless the session is the actor's to see. To a candidate, a rehearsal does not exist either."""
    theirs = loaded.interview.interview_id == actor.interview_id and not loaded.session.rehearsal
    if actor.role == "candidate" and not theirs:
        raise SessionUnknown("There is no such session.")
    actor.require_interview(loaded.interview.interview_id)


def require_active(row: SessionRow, interview: InterviewRow) -> None:
    """Raise SessionExpired, or Conflict `session_complete`, for a session that takes no more."""
    if row.status == "expired":
        raise SessionExpired("The session was idle for too long and has ended. Start again to go on.")
    if row.status == "closed":
        ended = "interview" if interview.closed_at else "session"
        raise Conflict(f"The hiring team has ended this {ended}; no more answers are taken.", code="session_complete")
    if row.status != "active":
        raise Conflict("The session is complete; no more answers are taken.", code="session_complete")


def record_end(tx: Session, context: Context, loaded: Loaded, draft: Draft) -> None:
    """Where the step has ended the session: that it is complete, and its scorecard."""
    if draft.narrative is None:
        return
    row = tx.get_one(SessionRow, draft.state.session_id)
    row.status, row.completed_at = "complete", draft.scene.now
    append_scorecard(tx, context, loaded, draft, draft.narrative)
    if not draft.state.rehearsal:
        rollup.count_stages(tx, loaded, draft)
        interview = loaded.interview
        webhooks.publish(
            tx, context, "interview.completed", interview.interview_id,
            position_id=interview.position_id, session_id=row.session_id, attempt=row.attempt,
        )  # fmt: skip


def _take_as_heard(draft: Draft) -> None:
    """A spoken session's turn has brought entries that are in its prompts and answers already, and are rated."""
    read = {entry.entry_id: len(entry.text) for entry in draft.new_entries if entry.role == "candidate"}
    known = draft.state.rated_chars
    draft.update(heard_through=draft.next_entry_id - 1, rated_chars=known | read)


def _turns(loaded: Loaded) -> int:
    """How many turns the session has had."""
    return loaded.last_turn.number if loaded.last_turn else 0


def _ready(loaded: Loaded, request: TurnRequest, heard: Heard | None) -> None:
    """Refuse a turn for a session that is over, or whose start has failed and was not tried again."""
    _allowed(loaded, request)
    if heard and loaded.session.mode != "live":
        raise Conflict("This session goes on in writing. Open it again to speak.", code="not_live")
    if loaded.last_turn is None:
        raise SessionUnknown("This session has not begun. Start it first.")
    if loaded.last_turn.number >= MAX_TURNS and request.action not in ("skip", "stop"):
        raise Conflict("This session has had too many messages. Skip the question or end it.", code="turn_limit")


def _allowed(loaded: Loaded, request: TurnRequest) -> None:
    """Refuse what no session takes that is over, or that is no practice."""
    require_active(loaded.session, loaded.interview)
    if request.action == "hint" and loaded.settings.purpose != "practice":
        raise Forbidden(
            "Hints from your résumé are for practice interviews. You can have the question put in other words, take a "
            "moment, or skip it.",
            code="hint_not_allowed",
        )
