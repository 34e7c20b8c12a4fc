"""What a spoken interview leaves in the database: its words as they are said, and turns folded out of them.

The transcript is written first and loses nothing. Turns, statuses and scores are folded out of it afterwards, by rules,
as often as needed: folding again adds nothing. The live interview (`interview.live`) calls these one after the other,
never two at once for one session.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy.orm import Session

from interview.access import Actor
from interview.attempts import clock_begins, expire_overdue, open_session
from interview.context import Context
from interview.contract import StartRequest
from interview.errors import Conflict, InvalidPayload, SessionUnknown
from interview.events import EndReason, ModeChanged, SessionCompleted, TimeGivenBack, VoiceFailed
from interview.folding import hear, rate, stale
from interview.keeping import Utterance, keep
from interview.live.voice import VoiceMode
from interview.mishearing import put_right
from interview.models import Model, StatusName, VoiceStamp
from interview.scenes import LiveScene, Standing, scene_of, standing_of
from interview.scorecards import score_request
from interview.sessions import InterviewSessionManager, record_end, require_active, require_session
from interview.settings import Settings
from interview.speech import weights
from interview.state import InterviewSessionState, QuestionMark
from interview.store.sessions import RANK, Loaded, assemble, load, overtaken, save_heard, save_note
from interview.store.sessions import mark as set_statuses
from interview.store.tables import InterviewRow, InvitationRow, SessionRow
from interview.switching import go_on_in_writing
from interview.usage import charged

__all__ = ["LiveScene", "LiveSession", "Spoken", "Standing", "require_voice", "voice_mode"]

Written = TypeVar("Written")
_CAUSE_CHARS = 40
_LEAST_LOST = 0.1
"""Seconds: a failure that is told at once takes less to get here, and no time from the candidate."""
_MOST_MARKS = 200
"""That wait to be folded."""


class LiveSession(Model):
    """A session that is to be spoken; `mode` is the voice that speaks it."""

    session_id: str
    interview_id: str
    mode: VoiceMode


class Spoken:
    """The use cases of spoken sessions.

    The actor is checked where there is one; the others act on a session that `scene` has let somebody into. They raise
    SessionUnknown, SessionExpired, and Conflict `session_complete` or `not_live`, when the session takes no more.
    """

    def __init__(self, context: Context, sessions: InterviewSessionManager) -> None:
        self._context = context
        self._sessions = sessions

    def open(self, actor: Actor, interview_id: str, candidate_id: str | None = None) -> LiveSession:
        """The open session of the interview in live mode, or a new one; nothing is asked yet.

        Raises what `InterviewSessionManager.start` raises, and Conflict `voice_unavailable`.
        """
        mode = require_voice(self._context.settings)
        actor.require_interview(interview_id)
        expire_overdue(self._context)
        with self._context.database.write() as tx:
            request = StartRequest(interview_id=interview_id, candidate_id=candidate_id)
            session_id = open_session(tx, self._context, actor, request)
            go_live(tx, self._context, tx.get_one(SessionRow, session_id))
        return LiveSession(session_id=session_id, interview_id=interview_id, mode=mode)

    def scene(self, actor: Actor, session_id: str) -> LiveScene:
        """What a live interview begins or goes on with."""
        expire_overdue(self._context)
        with self._context.database.read() as tx:
            loaded = load(tx, session_id)
        require_session(actor, loaded)
        _require_live(loaded.session, loaded.interview)
        return scene_of(loaded, self._context.clock())

    def come(self, actor: Actor, session_id: str) -> None:
        """Somebody wants to speak, though there may be no place for them yet: their session does not expire meanwhile.

        Raises what `scene` raises.
        """
        self._touched(actor, session_id, begins=False)

    def enter(self, actor: Actor, session_id: str) -> LiveScene:
        """`scene` for a talk that begins now; the session's time does so too, where nothing was asked or said yet."""
        return self._touched(actor, session_id, begins=True)

    def _touched(self, actor: Actor, session_id: str, *, begins: bool) -> LiveScene:
        expire_overdue(self._context)
        with self._context.database.write() as tx:
            loaded, now = load(tx, session_id), self._context.clock()
            require_session(actor, loaded)
            _require_live(loaded.session, loaded.interview)
            loaded.session.last_touched = now
            if begins and clock_begins(self._context, loaded):
                save_note(tx, loaded, loaded.state.started_anew(now), None, now)
            return scene_of(loaded, now)

    def keep(self, session_id: str, utterances: Sequence[Utterance]) -> tuple[int, ...]:
        """Write what was said, new or grown; gives the entries' ids in the same order.

        The candidate's words only grow. Of an entry that has been folded, so do the interviewer's: evidence and prompts
        point at it. Other changes of its text are left out. Raises InvalidPayload for a text that is longer than
        `MAX_ANSWER_CHARS`, and for an entry that is not this session's.
        """
        now = self._context.clock()
        with self._context.database.write() as tx:
            row = _live_row(tx, session_id)
            interview = tx.get_one(InterviewRow, row.interview_id)
            heard = InterviewSessionState.model_validate(row.state).heard_through
            kept = tuple(keep(tx, interview, session_id, said, heard) for said in utterances)
            row.last_touched = interview.updated_at = now
        return kept

    def mark(self, session_id: str, index: int, status: StatusName) -> Standing:
        """Move a question's status forward, by a button or at the model's request.

        A question marked as started gets the next answer, unless the interviewer's own words name another one. Raises
        InvalidPayload, Conflict `status_backward`, and `not_answered` where no words of the candidate's belong to it.
        """
        with self._context.database.write() as tx:
            loaded = load(tx, session_id)
            _require_live(loaded.session, loaded.interview)
            now = _status_of(loaded, index)
            require_forward(index, now, status)
            if status in ("answered", "skipped") and now != status:
                self._require_heard(loaded, index, status)
            self._mark(tx, loaded, index, status)
            return standing_of(loaded, self._context.clock())

    def fold(self, session_id: str, through: int | None = None) -> Standing:
        """Take what was said (up to the entry `through`) into the session and rate it, all of it or nothing.

        Raises EngineFailure and BudgetReached: the same words are taken by the next fold.
        """
        return self._again(lambda: self._fold(session_id, through))

    def conclude(self, session_id: str, cause: str) -> Standing:
        """End the session: everything is folded, what waits is rated, the scorecard is written. Once more: nothing.

        `cause`: an `EndCause`; `stopped` is told apart. Raises EngineFailure and BudgetReached: nothing has changed,
        and the session can be concluded later.
        """
        return self._again(lambda: self._conclude(session_id, "stopped" if cause == "stopped" else "finished"))

    def to_text(self, actor: Actor, session_id: str) -> None:
        """Go on in writing with the question in hand, or with the warm-up where nothing was asked. Twice is once."""
        expire_overdue(self._context)
        with self._context.database.write() as tx:
            loaded = load(tx, session_id)
            require_session(actor, loaded)
            require_active(loaded.session, loaded.interview)
            if loaded.session.mode == "live":
                go_on_in_writing(tx, self._context, loaded)
            tx.flush()
            begun = load(tx, session_id).last_turn is not None
        if not begun:
            self._sessions.start(actor, StartRequest(interview_id=loaded.interview.interview_id))

    def admitted(self, actor: Actor) -> bool:
        """Whether the actor's link still stands: a candidate's talk ends when the team withdraws it."""
        if actor.invitation_id is None:
            return True
        with self._context.database.read() as tx:
            row = tx.get(InvitationRow, actor.invitation_id)
            return row is not None and row.revoked_at is None

    def give_back(self, session_id: str, seconds: float, cause: str) -> Standing:
        """Let seconds that were lost to a fault not count, in all at most as many as the time limit has."""
        with self._context.database.write() as tx:
            loaded = load(tx, session_id)
            _require_live(loaded.session, loaded.interview)
            self._give_back(tx, loaded, seconds, cause)
            return standing_of(loaded, self._context.clock())

    def asked_by(self, session_id: str, voice: VoiceStamp) -> None:
        """Note what a live model asks by from here on; the same again adds nothing. Whatever the session's status."""
        with self._context.database.write() as tx:
            loaded = load(tx, session_id)
            known = loaded.state.voices
            if voice not in known:
                state = loaded.state.model_copy(update={"voices": (*known, voice)})
                save_note(tx, loaded, state, None, self._context.clock())

    def voice_failed(self, session_id: str, code: str, seconds: float = 0.0) -> None:
        """Note that a talk ended because the voice failed, or that it never came up; `code`: the failure's.

        `seconds`: without it until then, given back as by `give_back`. Also where somebody writes already.
        """
        with self._context.database.write() as tx:
            loaded = load(tx, session_id)
            require_active(loaded.session, loaded.interview)
            self._give_back(tx, loaded, 0.0 if 0 <= seconds < _LEAST_LOST else seconds, "voice_failed")
            save_note(tx, loaded, loaded.state, VoiceFailed(code=code[:_CAUSE_CHARS]), self._context.clock())

    def put_right(self, actor: Actor, session_id: str, corrections: Mapping[int, str]) -> None:
        """Put words right that were mis-heard, by entry, after the session; see `interview.mishearing`."""
        self._again(lambda: put_right(self._context, actor, session_id, corrections))

    # --- how ----------------------------------------------------------------------------------------------------------

    def _again(self, write: Callable[[], Written]) -> Written:
        """Once more where the session has changed since it was read."""
        try:
            return write()
        except Conflict as lost:
            if lost.code != "turn_conflict":
                raise
        return write()

    def _give_back(self, tx: Session, loaded: Loaded, seconds: float, cause: str) -> None:
        if not 0 <= seconds < math.inf:
            raise InvalidPayload("Lost time is a number of seconds from 0.")
        given = min(seconds, loaded.state.time_limit_minutes * 60 - loaded.state.lost_seconds)
        if given > 0:
            state = loaded.state.model_copy(update={"lost_seconds": loaded.state.lost_seconds + given})
            note = TimeGivenBack(cause=cause[:_CAUSE_CHARS], seconds=round(given, 3))
            save_note(tx, loaded, state, note, self._context.clock())

    def _fold(self, session_id: str, through: int | None) -> Standing:
        with self._context.database.read() as tx:
            loaded = load(tx, session_id)
        _require_live(loaded.session, loaded.interview)
        draft = loaded.draft(self._context)
        hear(draft, through)
        if stale(draft):
            with charged(self._context, loaded.interview.interview_id):
                rate(draft)
        if draft.state == loaded.state:
            return standing_of(loaded, self._context.clock())
        with self._context.database.write() as tx:
            save_heard(tx, draft, read_version=loaded.session.version)
            tx.flush()
            return standing_of(load(tx, session_id), self._context.clock())

    def _conclude(self, session_id: str, reason: EndReason) -> Standing:
        with self._context.database.read() as tx:
            loaded = load(tx, session_id)
        if loaded.session.status == "complete":
            return standing_of(loaded, self._context.clock())
        _require_live(loaded.session, loaded.interview)
        draft = loaded.draft(self._context)
        hear(draft)
        with charged(self._context, loaded.interview.interview_id):
            rate(draft)
            draft.enter("complete", None)
            draft.narrative = draft.scene.engine.score(score_request(draft))
        overall_score = draft.state.overall_score(draft.scene.plan)
        draft.emit(SessionCompleted(reason=reason, overall_score=overall_score))
        with self._context.database.write() as tx:
            if load(tx, session_id).entries != loaded.entries:
                raise overtaken()  # somebody spoke while the model wrote
            save_heard(tx, draft, read_version=loaded.session.version)
            record_end(tx, self._context, loaded, draft)
            tx.flush()
            return standing_of(load(tx, session_id), self._context.clock())

    def _require_heard(self, loaded: Loaded, index: int, status: StatusName) -> None:
        """An answer needs the candidate's words, a skip that there are none; also of words that were not folded yet."""
        draft = loaded.draft(self._context)
        hear(draft)
        said = any(prompt.answers for prompt in draft.state.prompts if prompt.question_index == index)
        if status == "answered" and not said:
            raise not_answered(index)
        if status == "skipped" and said:
            raise _backward(index, "answered")

    def _mark(self, tx: Session, loaded: Loaded, index: int, status: StatusName) -> None:
        """The status at once, and the mark in its place among the words, which are folded later."""
        now, marks = self._context.clock(), loaded.state.marks
        if status == "skipped":
            marks = tuple(mark for mark in marks if mark.index != index)
        if status in ("started", "skipped"):
            last = max((entry.entry_id for entry in loaded.entries), default=0)
            marks = (*marks, QuestionMark(after=last, index=index, status=status))[-_MOST_MARKS:]
        set_statuses(loaded.interview, {index: status}, now)
        loaded.session.last_touched = loaded.interview.updated_at = now
        save_note(tx, loaded, loaded.state.model_copy(update={"marks": marks}), None, now)


def voice_mode(settings: Settings) -> VoiceMode | None:
    """Whose voice speaks with candidates: Gemini's where it is set up, else the embedded one where it is installed."""
    if settings.uses_gemini:
        return "gemini"
    return "embedded" if weights.installed() else None


def require_voice(settings: Settings) -> VoiceMode:
    """Raise Conflict `voice_unavailable` where nobody can speak with candidates, with what is to be installed."""
    mode = voice_mode(settings)
    if mode is None:
        raise Conflict(
            " ".join(("By voice is not possible on this server. Please use text.", *weights.missing())),
            code="voice_unavailable",
        )
    return mode


def _live_row(tx: Session, session_id: str) -> SessionRow:
    row = tx.get(SessionRow, session_id)
    if row is None:
        raise SessionUnknown("There is no such session.")
    _require_live(row, tx.get_one(InterviewRow, row.interview_id))
    return row


def _require_live(row: SessionRow, interview: InterviewRow) -> None:
    require_active(row, interview)
    if row.mode != "live":
        raise Conflict("This session goes on in writing. Open it again to speak.", code="not_live")


def go_live(tx: Session, context: Context, row: SessionRow) -> None:
    """Let a session be spoken from here on. What was written before is in its turns and is not heard again."""
    row.last_touched = now = context.clock()
    if row.mode == "live":
        return
    row.mode = "live"
    loaded = assemble(tx, row)
    state = loaded.state.model_copy(update={"heard_through": loaded.interview.next_entry_id - 1})
    save_note(tx, loaded, state, ModeChanged(mode="live") if loaded.last_turn else None, now)


def require_forward(index: int, now: StatusName, wanted: StatusName) -> None:
    """Raise Conflict `status_backward` unless a question may go from one status to the other, or is there already."""
    if RANK[wanted] < RANK[now] or {wanted, now} == {"answered", "skipped"}:
        raise _backward(index, now)


def not_answered(index: int) -> Conflict:
    return Conflict(
        f"Nothing that the candidate said belongs to question {index} yet. Ask it, or let them skip it.",
        code="not_answered",
    )


def _backward(index: int, now: StatusName) -> Conflict:
    return Conflict(f"Question {index} is {now} already; a status never goes back.", code="status_backward")


def _status_of(loaded: Loaded, index: int) -> StatusName:
    statuses = loaded.statuses
    if not 0 <= index < len(statuses):
        raise InvalidPayload(f"There is no question {index}; the last one is {len(statuses) - 1}.")
    return statuses[index].status
