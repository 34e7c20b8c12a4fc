"""The candidate's way through their interview: welcome, start, interview, done. The database knows where they are."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from sqlalchemy.orm import Session

from interview import adjustments, consent, drafts
from interview.access import HIRING_ROLES, Actor, audit
from interview.attempts import begin_attempt, close_sessions, expire_overdue
from interview.consent import Notice
from interview.context import Context
from interview.contract import StartRequest
from interview.errors import Conflict, Forbidden, SessionUnknown
from interview.interviews import interview_row
from interview.live.line import EndCause
from interview.models import Mode, Model, Moment, Persona, PositionSettings, Purpose, Words
from interview.sessions import InterviewSessionManager
from interview.spoken import Spoken, voice_mode
from interview.spoken_turns import SpokenTurns
from interview.state import InterviewSessionState
from interview.store import journeys as queries
from interview.store.tables import CandidateRow, InterviewRow, InvitationRow, PositionRow, SessionRow

JourneyStep = Literal["welcome", "start", "interview", "done"]
"""`welcome`: no consent yet; `start`: no open session; `interview`: one is open; `done`: completed, or closed."""


class Adjustment(Model):
    """What a candidate asked to have arranged otherwise; `reply` is empty until the team answers."""

    adjustment_id: str
    interview_id: str
    text: str
    created_at: Moment
    reply: str
    replied_at: Moment | None


class Journey(Model):
    """Where the candidate stands, with all that their page says besides the session itself.

    `session_id`: the session in hand, else the last one. `expired`: it was idle for too long, and a start goes on
    where it was. `closed`: the team ended the interview. `time_limit_minutes` has the extra time in it;
    `extra_time_factor`: the link's, 1 where there is none. `draft`: what was typed and not sent, in reply to the prompt
    in hand or to the one at which the session expired. `before_break`: the same of the sessions that expired before the
    one in hand, until it is sent or dismissed. `mode`: of the session in hand, else of the link. `voice_offered`: the
    link is one to speak by, and there is a voice.
    """

    interview_id: str
    role_title: str
    candidate_name: str
    interviewer_name: str
    step: JourneyStep
    mode: Mode
    voice_offered: bool
    purpose: Purpose
    time_limit_minutes: float
    extra_time_factor: float
    planned_questions: int
    scores_shown: bool
    study_guide: bool
    notice: tuple[str, ...]
    consented_at: Moment | None
    session_id: str | None
    expired: bool
    closed: bool
    draft: str
    before_break: str
    adjustments: tuple[Adjustment, ...]
    link_expires_at: Moment


class AdjustmentReply(Model):
    """The team's answer; `extra_time_factor` also sets it for the candidate's link and running session."""

    text: Words = Field(min_length=1, max_length=2_000)
    extra_time_factor: float | None = Field(None, ge=1, le=4)


class Journeys:
    """The candidate's use cases around their session, and the team's replies to what they ask for."""

    def __init__(self, context: Context, sessions: InterviewSessionManager, spoken: Spoken) -> None:
        self._context = context
        self._sessions = sessions
        self._spoken = spoken
        self._turns = SpokenTurns(context, sessions, spoken)

    def read(self, actor: Actor) -> Journey:
        """Where the candidate stands. Candidates only: Forbidden for anybody else."""
        actor.require("candidate")
        expire_overdue(self._context)
        with self._context.database.read() as tx:
            return _journey(tx, self._context, actor)

    def consent(self, actor: Actor, agreed: Notice) -> Journey:
        """Keep the candidate's consent to these sentences; doing it again adds nothing.

        Raises Conflict `notice_changed` when today's sentences are others: read again and show those.
        """
        actor.require("candidate")
        with self._context.database.write() as tx:
            row, _ = _scene(tx, actor)
            if agreed != _notice(tx, self._context, actor):
                raise Conflict(
                    "The hiring team has changed how this interview is held. Please read the new text and agree again.",
                    code="notice_changed",
                )
            if consent.agreed_at(tx, row.interview_id, agreed) is None:
                consent.keep(tx, self._context, actor, row.interview_id, agreed)
            tx.flush()
            return _journey(tx, self._context, actor)

    def begin(self, actor: Actor) -> str:
        """Start the interview, or go on with it; gives the session's id. By voice where it is offered.

        Consent is asked here and not by the sessions' own start: a program shows a notice of its own. Raises Conflict
        (`consent_missing`, `interview_closed`, `session_complete`), EngineFailure.
        """
        journey = self._ready(actor)
        if journey.voice_offered:
            return self._spoken.open(actor, journey.interview_id).session_id
        return self._sessions.start(actor, StartRequest(interview_id=journey.interview_id)).session_id

    def begin_text(self, actor: Actor) -> str:
        """The same in writing; a spoken session goes on with the question in hand. Raises what `begin` raises."""
        journey = self._ready(actor)
        if journey.step == "interview" and journey.mode == "live" and journey.session_id is not None:
            self._spoken.to_text(actor, journey.session_id)
        return self._sessions.start(actor, StartRequest(interview_id=journey.interview_id)).session_id

    def finish(self, actor: Actor, cause: EndCause) -> Journey:
        """End a talk whose last answers could not be rated when it ended. Raises EngineFailure: try again later."""
        journey = self._ready(actor)
        if journey.step == "interview" and journey.mode == "live" and journey.session_id is not None:
            if voice_mode(self._context.settings) == "embedded":
                self._turns.conclude(actor, journey.session_id, cause)
            else:
                self._spoken.conclude(journey.session_id, cause)
        return self.read(actor)

    def _ready(self, actor: Actor) -> Journey:
        """Where the candidate stands, if they may begin or go on."""
        journey = self.read(actor)
        if journey.closed:
            raise Conflict("The hiring team has ended this interview.", code="interview_closed")
        if journey.consented_at is None:
            raise Conflict("Please read how the interview is held and agree to it first.", code="consent_missing")
        return journey

    def practise_again(self, actor: Actor) -> Journey:
        """Another attempt from the first question, in practice only; what was open is closed and kept.

        In an assessment the team allows it instead (`Interviews.restart`). Raises Forbidden, Conflict
        `interview_closed`.
        """
        actor.require("candidate")
        with self._context.database.write() as tx:
            row, settings = _scene(tx, actor)
            if settings.purpose != "practice":
                raise Forbidden("Only practice can be started again. Ask the hiring team.")
            if row.closed_at is not None:
                raise Conflict("The hiring team has ended this interview.", code="interview_closed")
            close_sessions(tx, self._context, row, rehearsals=False)
            begin_attempt(row)
            row.updated_at = self._context.clock()
            audit(tx, self._context, actor, "attempt_allowed", row.interview_id, attempt=row.attempt)
            tx.flush()
            return _journey(tx, self._context, actor)

    def save_draft(self, actor: Actor, session_id: str, text: str, prompt_id: int | None = None) -> None:
        """Keep what was typed in reply to the prompt in hand; ignored when the session has ended.

        Writing is activity: it moves `last_touched` of a live session, once a minute at most, so that nobody expires in
        the middle of a long answer. A session that expired nevertheless keeps the words too, and shows them later.

        `prompt_id`: the transcript entry of the prompt that the writer saw; ignored when another one is in hand by now.

        `text`: at most `MAX_ANSWER_CHARS` characters, else InvalidPayload. SessionUnknown for another's session.
        """
        actor.require("candidate")
        kept = drafts.cleaned(text)
        with self._context.database.write() as tx:
            session = tx.get(SessionRow, session_id)
            if session is None or session.interview_id != actor.interview_id or session.rehearsal:
                raise SessionUnknown("There is no such session.")
            drafts.keep(tx, session, kept, prompt_id, self._context.clock(), self._context.settings.session_timeout)

    def dismiss_before_break(self, actor: Actor) -> None:
        """Drop what was typed before a break and not sent (`Journey.before_break`); doing it again changes nothing."""
        actor.require("candidate")
        with self._context.database.write() as tx:
            drafts.drop_before_break(tx, queries.attempt_sessions(tx, _scene(tx, actor)[0]))

    def request_adjustment(self, actor: Actor, text: str) -> Journey:
        """Ask the team to arrange something otherwise; the same words again while they are open add nothing.

        Raises InvalidPayload unless the text has 1 to 2,000 characters, Conflict `too_many_adjustments`.
        """
        actor.require("candidate")
        with self._context.database.write() as tx:
            row, _ = _scene(tx, actor)
            adjustments.ask(tx, self._context, actor, row, text)
            tx.flush()
            return _journey(tx, self._context, actor)

    def adjustments(self, actor: Actor, interview_id: str) -> list[Adjustment]:
        """What the candidate of an interview asked for, newest first. The hiring team only."""
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            interview_row(tx, interview_id)
            return _asked(tx, interview_id)

    def reply(self, actor: Actor, adjustment_id: str, reply: AdjustmentReply) -> Adjustment:
        """Answer a candidate's request, with extra time where it is given; a later reply takes the place of an earlier.

        Raises NotFound `adjustment_not_found`.
        """
        actor.require(*HIRING_ROLES)
        expire_overdue(self._context)
        with self._context.database.write() as tx:
            row = adjustments.answer(tx, self._context, actor, adjustment_id, reply.text, reply.extra_time_factor)
            return Adjustment.model_validate(row, from_attributes=True)


def _scene(tx: Session, actor: Actor) -> tuple[InterviewRow, PositionSettings]:
    """The candidate's interview, and how its position's interviews are held today."""
    row = interview_row(tx, actor.interview_id or "")
    return row, PositionSettings.model_validate(tx.get_one(PositionRow, row.position_id).settings)


def _voice_offered(tx: Session, context: Context, actor: Actor) -> bool:
    return tx.get_one(InvitationRow, actor.invitation_id).mode == "live" and voice_mode(context.settings) is not None


def _notice(tx: Session, context: Context, actor: Actor) -> Notice:
    """The sentences that this candidate agrees to today."""
    _, settings = _scene(tx, actor)
    mode: Mode = "live" if _voice_offered(tx, context, actor) else "text"
    return consent.notice(settings, mode, gemini=context.settings.uses_gemini)


def _journey(tx: Session, context: Context, actor: Actor) -> Journey:
    row, settings = _scene(tx, actor)
    position = tx.get_one(PositionRow, row.position_id)
    invitation = tx.get_one(InvitationRow, actor.invitation_id)
    sessions = queries.own_sessions(tx, row.interview_id)
    attempt = [session for session in sessions if session.attempt == row.attempt]
    in_hand = next((session for session in attempt if session.status == "active"), None)
    state = InterviewSessionState.model_validate(in_hand.state) if in_hand else None
    last = in_hand or (sessions[-1] if sessions else None)
    expired = attempt[-1] if attempt and attempt[-1].status == "expired" else None
    today = _notice(tx, context, actor)
    consented_at = consent.agreed_at(tx, row.interview_id, today)
    minutes = settings.time_limit_minutes * invitation.extra_time_factor
    step = _step(row, attempt, consented=consented_at is not None)
    return Journey(
        interview_id=row.interview_id,
        role_title=position.role_title,
        candidate_name=tx.get_one(CandidateRow, row.candidate_id).name,
        interviewer_name=(state.persona if state else Persona.model_validate(position.persona)).name,
        step=step,
        mode=in_hand.mode if in_hand else invitation.mode,
        voice_offered=_voice_offered(tx, context, actor),
        purpose=settings.purpose,
        time_limit_minutes=state.time_limit_minutes if state else minutes,
        extra_time_factor=invitation.extra_time_factor,
        planned_questions=len(row.questions),
        scores_shown=settings.scores_shown,
        study_guide=settings.study_guide,
        notice=today,
        consented_at=consented_at,
        session_id=last.session_id if last else None,
        expired=step != "done" and expired is not None,
        closed=row.closed_at is not None,
        draft=drafts.in_reply(tx, in_hand or expired),
        before_break=drafts.before_break(tx, attempt, in_hand),
        adjustments=tuple(_asked(tx, row.interview_id)),
        link_expires_at=invitation.expires_at,
    )


def _step(row: InterviewRow, attempt: list[SessionRow], *, consented: bool) -> JourneyStep:
    """`attempt`: the candidate's sessions of the present attempt."""
    found = {session.status for session in attempt}
    if row.closed_at is not None or "complete" in found:
        return "done"
    if not consented:
        return "welcome"
    return "interview" if "active" in found else "start"


def _asked(tx: Session, interview_id: str) -> list[Adjustment]:
    return [Adjustment.model_validate(row, from_attributes=True) for row in queries.adjustments(tx, interview_id)]
