"""Interviews: made from a résumé and a position, invited to, marked, read back."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

from pydantic import Field
from sqlalchemy.orm import Session

from interview import policy
from interview.access import HIRING_ROLES, Actor, audit, new_secret, secret_hash
from interview.context import Context, new_id
from interview.contract import TranscriptLine
from interview.errors import Conflict, InvalidPayload, NotFound
from interview.models import (
    CandidatePlan,
    Competency,
    Mode,
    Model,
    Moment,
    PositionPlan,
    Question,
    QuestionStatus,
    Scorecard,
    SessionStatus,
    StatusName,
    TranscriptEntry,
)
from interview.positions import Position, Positions, fresh_statuses, in_asking_order, position_row
from interview.scorecards import standing_scorecard, standing_scorecard_row, standing_sessions
from interview.sessions import begin_attempt
from interview.store import queries
from interview.store.sessions import RANK, entries_of, mark
from interview.store.tables import CandidateRow, InterviewRow, InvitationRow, PlanRow, PositionRow

MAX_INVITATION_HOURS = 90 * 24


class NewInterview(Model):
    """What an interview is made from; the texts have been read from their files already."""

    role_title: str = ""
    job_text: str = ""
    resume_text: str
    candidate_name: str = Field("", max_length=200)
    candidate_email: str = Field("", max_length=320)
    position_id: str | None = None
    language: str = Field("en", max_length=20)
    draft: bool = False
    warnings: tuple[str, ...] = ()


class SessionSummary(Model):
    session_id: str
    status: SessionStatus
    mode: Mode
    attempt: int
    created_at: Moment
    last_touched: Moment
    completed_at: Moment | None


class InterviewSummary(Model):
    """A line of the interviews list."""

    interview_id: str
    position_id: str
    role_title: str
    candidate_id: str
    candidate_name: str
    status: SessionStatus | None
    asked_question_index: int | None
    overall_score: float | None
    created_at: Moment
    updated_at: Moment


class InterviewRecord(Model):
    """An interview with everything that belongs to it."""

    interview_id: str
    position_id: str
    role_title: str
    candidate_id: str
    candidate_name: str
    language: str
    mode: str
    plan_version: int
    plan_approved: bool
    questions: tuple[str, ...]
    question_plan: tuple[Question, ...]
    competencies: tuple[Competency, ...]
    focus_areas: tuple[str, ...]
    candidate_plan: CandidatePlan
    question_statuses: tuple[QuestionStatus, ...]
    asked_question_index: int | None
    warnings: tuple[str, ...]
    attempt: int
    sessions: tuple[SessionSummary, ...]
    transcript: tuple[TranscriptLine, ...]
    score: Scorecard | None
    created_at: Moment
    updated_at: Moment


class IssuedInvitation(Model):
    """A fresh invitation; the token is shown this once. `url` is what the candidate opens."""

    invitation_id: str
    url: str
    token: str
    mode: Mode
    extra_time_factor: float
    expires_at: Moment


class StatusUpdate(Model):
    question_statuses: tuple[QuestionStatus, ...]
    index: int
    status: StatusName
    asked_question_index: int | None


class Interviews:
    """The use cases around interviews."""

    def __init__(self, context: Context, positions: Positions) -> None:
        self._context = context
        self._positions = positions

    def create(self, actor: Actor, new: NewInterview) -> InterviewRecord:
        """Plan and store an interview. Approved by the caller unless it is a draft.

        Raises InvalidPayload, NotFound `position_not_found`, EngineFailure; nothing is stored then but, perhaps, the
        position's plan.
        """
        actor.require(*HIRING_ROLES)
        if new.position_id:
            position = self._positions.approved(actor, new.position_id, draft=new.draft)
        else:
            position = self._positions.find_or_plan(actor, new.role_title, new.job_text, draft=new.draft)
        added = self._context.engine.probe(position.plan, position.job_text, new.resume_text)
        with self._context.database.write() as tx:
            interview_id = self._insert(tx, actor, new, position, added)
            audit(tx, self._context, actor, "interview_created", interview_id)
            tx.flush()
            return self._record(tx, interview_id)

    def get(self, actor: Actor, interview_id: str) -> InterviewRecord:
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            return self._record(tx, interview_id)

    def transcript(self, actor: Actor, interview_id: str) -> tuple[TranscriptEntry, ...]:
        """The transcript of the session that stands for the interview, with those it carries on."""
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            interview_row(tx, interview_id)
            return _transcript(tx, interview_id)

    def role_title(self, actor: Actor, interview_id: str) -> str:
        """The role that the interview is for: what a candidate may know of it before it begins."""
        actor.require_interview(interview_id)
        with self._context.database.read() as tx:
            return position_row(tx, interview_row(tx, interview_id).position_id).role_title

    def list(
        self, actor: Actor, limit: int = 50, cursor: str | None = None
    ) -> tuple[list[InterviewSummary], str | None]:
        """Interviews, newest change first, and the cursor of the next page (None on the last)."""
        actor.require(*HIRING_ROLES)
        limit = max(1, min(limit, 200))
        with self._context.database.read() as tx:
            rows = queries.interviews(tx, limit + 1, _place(cursor))
            page = [_summary(tx, *row) for row in rows[:limit]]
        last = page[-1] if len(rows) > limit else None
        return page, _cursor(last) if last else None

    def invite(
        self,
        actor: Actor,
        interview_id: str,
        *,
        expires_in_hours: float = 7 * 24,
        mode: Mode = "text",
        extra_time_factor: float = 1.0,
    ) -> IssuedInvitation:
        """A link for the candidate. Raises Conflict `plan_not_approved`."""
        actor.require(*HIRING_ROLES)
        if not 0 < expires_in_hours <= MAX_INVITATION_HOURS:
            raise InvalidPayload("An invitation can hold for up to 90 days.")
        if not 1.0 <= extra_time_factor <= 4.0:
            raise InvalidPayload("The extra-time factor must be between 1 and 4.")
        token, now = new_secret(), self._context.clock()
        with self._context.database.write() as tx:
            interview = interview_row(tx, interview_id)
            if tx.get_one(PlanRow, interview.plan_id).approved_at is None:
                raise Conflict("Approve the plan and rubric before you make a link.", code="plan_not_approved")
            row = InvitationRow(
                invitation_id=new_id(),
                interview_id=interview_id,
                token_hash=secret_hash(token),
                mode=mode,
                extra_time_factor=extra_time_factor,
                created_at=now,
                expires_at=now + timedelta(hours=expires_in_hours),
            )
            tx.add(row)
            audit(tx, self._context, actor, "invitation_created", interview_id, invitation=row.invitation_id)
        return IssuedInvitation(
            invitation_id=row.invitation_id,
            url=f"{self._context.settings.public_url.rstrip('/')}/enter/{token}",
            token=token,
            mode=mode,
            extra_time_factor=extra_time_factor,
            expires_at=row.expires_at,
        )

    def revoke_invitation(self, actor: Actor, invitation_id: str) -> None:
        """Make a link worthless from now on; doing it again changes nothing."""
        actor.require(*HIRING_ROLES)
        with self._context.database.write() as tx:
            row = tx.get(InvitationRow, invitation_id)
            if row is None:
                raise NotFound("There is no such invitation.", code="invitation_not_found")
            row.revoked_at = row.revoked_at or self._context.clock()
            audit(tx, self._context, actor, "invitation_revoked", invitation_id)

    def set_question_status(self, actor: Actor, interview_id: str, index: int, status: StatusName) -> StatusUpdate:
        """Move one question's status forward. Raises Conflict `status_backward` for a step back."""
        actor.require_interview(interview_id)
        with self._context.database.write() as tx:
            row = interview_row(tx, interview_id)
            statuses = tuple(map(QuestionStatus.model_validate, row.question_statuses))
            if not 0 <= index < len(statuses):
                raise InvalidPayload(f"There is no question {index}; the last one is {len(statuses) - 1}.")
            now = statuses[index].status
            if RANK[status] < RANK[now] or {status, now} == {"answered", "skipped"}:
                raise Conflict(f"Question {index} is {now} already; a status never goes back.", code="status_backward")
            mark(row, {index: status}, self._context.clock())
            if status != now:
                row.updated_at = self._context.clock()
            return StatusUpdate(
                question_statuses=tuple(map(QuestionStatus.model_validate, row.question_statuses)),
                index=index,
                status=status,
                asked_question_index=row.asked_question_index,
            )

    def add_question(
        self, actor: Actor, interview_id: str, text: str, *, place: int | None = None, competency: str | None = None
    ) -> InterviewRecord:
        """A question of the team's own, at a place behind what has been asked (default: after its competency's others).

        Raises InvalidPayload, Conflict `question_asked`.
        """
        actor.require(*HIRING_ROLES)
        with self._context.database.write() as tx:
            row = interview_row(tx, interview_id)
            plan = PositionPlan.model_validate(tx.get_one(PlanRow, row.plan_id).plan)
            questions = list(map(Question.model_validate, row.questions))
            question = _custom(plan, questions, text, place, competency)
            asked = -1 if row.asked_question_index is None else row.asked_question_index
            if question.index <= asked:
                raise Conflict(f"Question {asked} has been asked; add yours after it.", code="question_asked")
            questions.insert(question.index, question)
            limit = self._context.settings.max_questions_per_competency
            if question.competency in policy.core_overload(questions, limit):
                raise InvalidPayload(f"“{question.competency}” has {limit} questions already, and that is the limit.")
            row.questions = [q.model_copy(update={"index": i}).model_dump(mode="json") for i, q in enumerate(questions)]
            row.question_statuses = [
                *row.question_statuses[: question.index],
                *fresh_statuses(1),
                *row.question_statuses[question.index :],
            ]
            row.updated_at = self._context.clock()
            audit(tx, self._context, actor, "question_added", interview_id)
            tx.flush()
            return self._record(tx, interview_id)

    def restart(self, actor: Actor, interview_id: str) -> InterviewRecord:
        """Allow another attempt: an open session is closed, the old ones stay as they are."""
        actor.require(*HIRING_ROLES)
        with self._context.database.write() as tx:
            row = interview_row(tx, interview_id)
            for session in queries.sessions(tx, interview_id):
                if session.status == "active":
                    session.status, session.version = "closed", session.version + 1
            begin_attempt(row)
            row.updated_at = self._context.clock()
            audit(tx, self._context, actor, "attempt_allowed", interview_id, attempt=row.attempt)
            tx.flush()
            return self._record(tx, interview_id)

    def _insert(self, tx: Session, actor: Actor, new: NewInterview, position: Position, added: CandidatePlan) -> str:
        now = self._context.clock()
        name = new.candidate_name.strip() or added.profile.candidate_name
        candidate = CandidateRow(candidate_id=new_id(), name=name, email=new.candidate_email.strip(), created_at=now)
        tx.add(candidate)
        tx.flush()
        profile = added.profile.model_copy(update={"candidate_id": candidate.candidate_id, "candidate_name": name})
        questions = in_asking_order(position.plan, added.probes)
        row = InterviewRow(
            interview_id=new_id(),
            position_id=position.position_id,
            plan_id=position.plan_id,
            candidate_id=candidate.candidate_id,
            resume_text=new.resume_text,
            candidate_plan=added.model_copy(update={"profile": profile}).model_dump(mode="json"),
            questions=[question.model_dump(mode="json") for question in questions],
            question_statuses=fresh_statuses(len(questions)),
            language=new.language,
            warnings=list(new.warnings),
            created_by=actor.id,
            created_at=now,
            updated_at=now,
        )
        tx.add(row)
        tx.flush()
        return row.interview_id

    def _record(self, tx: Session, interview_id: str) -> InterviewRecord:
        row = interview_row(tx, interview_id)
        plan_row = tx.get_one(PlanRow, row.plan_id)
        plan = PositionPlan.model_validate(plan_row.plan)
        added = CandidatePlan.model_validate(row.candidate_plan)
        questions = tuple(map(Question.model_validate, row.questions))
        return InterviewRecord(
            interview_id=interview_id,
            position_id=row.position_id,
            role_title=plan.role_title,
            candidate_id=row.candidate_id,
            candidate_name=added.profile.candidate_name,
            language=row.language,
            mode=self._context.engine.name,
            plan_version=plan_row.version,
            plan_approved=plan_row.approved_at is not None,
            questions=tuple(question.text for question in questions),
            question_plan=questions,
            competencies=plan.competencies,
            focus_areas=tuple(dict.fromkeys((*plan.focus_areas, *added.focus_areas))),
            candidate_plan=added,
            question_statuses=tuple(map(QuestionStatus.model_validate, row.question_statuses)),
            asked_question_index=row.asked_question_index,
            warnings=tuple(row.warnings),
            attempt=row.attempt,
            sessions=tuple(
                SessionSummary.model_validate(session, from_attributes=True)
                for session in queries.sessions(tx, interview_id)
            ),
            transcript=tuple(map(TranscriptLine.of, _transcript(tx, interview_id))),
            score=standing_scorecard(tx, interview_id),
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


def _transcript(tx: Session, interview_id: str) -> tuple[TranscriptEntry, ...]:
    standing = standing_sessions(tx, interview_id)
    chain = queries.session_chain(tx, standing[0]) if standing else []
    return tuple(entries_of(tx, interview_id, chain))


def interview_row(tx: Session, interview_id: str) -> InterviewRow:
    row = tx.get(InterviewRow, interview_id)
    if row is None:
        raise NotFound("There is no such interview.", code="interview_not_found")
    return row


def _custom(
    plan: PositionPlan, questions: list[Question], text: str, place: int | None, competency: str | None
) -> Question:
    """The team's question with its place in the list, in a competency's stretch of it."""
    names = [known.name for known in plan.competencies]
    if competency is not None and competency not in names:
        raise InvalidPayload(f"The plan has no competency “{competency}”. It has: {', '.join(names)}.")
    if place is not None and not 0 <= place <= len(questions):
        raise InvalidPayload(f"The place must be between 0 and {len(questions)}.")
    if place is None:
        competency = competency or names[-1]
        place = 1 + max((q.index for q in questions if q.competency == competency), default=len(questions) - 1)
    neighbour = questions[min(place, len(questions) - 1)].competency if questions else names[0]
    cleaned = " ".join(text.split())
    if not 1 <= len(cleaned) <= 1_000:
        raise InvalidPayload("The question must have 1 to 1,000 characters.")
    return Question(
        index=place,
        text=cleaned,
        kind="custom",
        competency=competency or neighbour,
        purpose="A question of the hiring team's own.",
    )


def _summary(tx: Session, row: InterviewRow, position: PositionRow, candidate: CandidateRow) -> InterviewSummary:
    sessions = queries.sessions(tx, row.interview_id)
    score = standing_scorecard_row(tx, row.interview_id)
    return InterviewSummary(
        interview_id=row.interview_id,
        position_id=row.position_id,
        role_title=position.role_title,
        candidate_id=candidate.candidate_id,
        candidate_name=candidate.name,
        status=sessions[-1].status if sessions else None,
        asked_question_index=row.asked_question_index,
        overall_score=score.overall_score if score else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _cursor(last: InterviewSummary) -> str:
    return base64.urlsafe_b64encode(json.dumps([last.updated_at.isoformat(), last.interview_id]).encode()).decode()


def _place(cursor: str | None) -> tuple[datetime, str] | None:
    if not cursor:
        return None
    try:
        moment, interview_id = json.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(moment).astimezone(UTC), str(interview_id)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidPayload("This cursor is not one of ours; begin without it.") from error
