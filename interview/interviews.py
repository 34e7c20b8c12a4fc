"""Interviews: made from a résumé and a position, listed, restarted, read back."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, true
from sqlalchemy.orm import Session

from interview.access import HIRING_ROLES, Actor, audit
from interview.attempts import begin_attempt, close_sessions, expire_overdue, fresh_statuses
from interview.context import Context, new_id
from interview.contract import TranscriptLine
from interview.deletion import delete_interview
from interview.errors import InvalidPayload, NotFound
from interview.models import (
    CandidatePlan,
    PositionPlan,
    Question,
    QuestionStatus,
    TranscriptEntry,
)
from interview.plans import in_asking_order
from interview.positions import Position, Positions
from interview.recordings import Recordings
from interview.records import (
    MAX_NAME_CHARS,
    InterviewCounts,
    InterviewFilter,
    InterviewRecord,
    InterviewSummary,
    NewInterview,
    SessionSummary,
)
from interview.reviewing.blinding import blind_to_session, is_bound, opened
from interview.scorecards import standing_scorecard, standing_sessions
from interview.store import interview_queries, queries
from interview.store.sessions import entries_of
from interview.store.tables import CandidateRow, InterviewRow, PlanRow, SessionRow
from interview.usage import charged


class Interviews:
    """The use cases around interviews."""

    def __init__(self, context: Context, positions: Positions) -> None:
        self._context = context
        self._positions = positions

    def create(self, actor: Actor, new: NewInterview) -> InterviewRecord:
        """Plan and store an interview. Approved by the caller unless it is a draft.

        Raises InvalidPayload, NotFound `position_not_found`, EngineFailure, BudgetReached; nothing is stored then but,
        perhaps, the position's plan.
        """
        actor.require(*HIRING_ROLES)
        if new.position_id:
            position = self._positions.approved(actor, new.position_id, draft=new.draft)
        else:
            position = self._positions.find_or_plan(actor, new.role_title, new.job_text, draft=new.draft)
        with charged(self._context, None):  # the interview has no id before it is stored
            added = self._context.engine.probe(position.plan, position.job_text, new.resume_text)
        with self._context.database.write() as tx:
            interview_id = self.add(tx, actor, new, position, added)
            audit(tx, self._context, actor, "interview_created", interview_id)
            tx.flush()
            return interview_record(tx, self._context, actor, interview_id)

    def get(self, actor: Actor, interview_id: str) -> InterviewRecord:
        actor.require(*HIRING_ROLES)
        expire_overdue(self._context)
        with self._context.database.read() as tx:
            return interview_record(tx, self._context, actor, interview_id)

    def transcript(self, actor: Actor, interview_id: str) -> tuple[TranscriptEntry, ...]:
        """The transcript of the session that stands for the interview, with those it carries on."""
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            interview_row(tx, interview_id)
            return _transcript(tx, interview_id)

    def list(
        self, actor: Actor, limit: int = 50, cursor: str | None = None, wanted: InterviewFilter | None = None
    ) -> tuple[list[InterviewSummary], str | None]:
        """Interviews, newest change first, and the cursor of the next page (None on the last).

        `wanted`: which ones; all of them without it. `limit`: 1 to 200.
        """
        actor.require(*HIRING_ROLES)
        limit = max(1, min(limit, 200))
        expire_overdue(self._context)
        with self._context.database.read() as tx:
            rows = interview_queries.interviews(
                tx, limit + 1, _place(cursor), wanted or InterviewFilter(), self._context.clock(), _open_to(actor)
            )
        page = [_summary(row) for row in rows[:limit]]
        last = page[-1] if len(rows) > limit else None
        return page, _cursor(last) if last else None

    def counts(self, actor: Actor, wanted: InterviewFilter | None = None) -> InterviewCounts:
        """How many of these interviews stand where, and how many requests wait; `wanted.state` plays no part."""
        actor.require(*HIRING_ROLES)
        expire_overdue(self._context)
        with self._context.database.read() as tx:
            rows = interview_queries.interview_counts(tx, wanted or InterviewFilter(), self._context.clock())
        return InterviewCounts(
            by_state={state: number for state, number, _ in rows}, open_adjustments=sum(row[2] for row in rows)
        )

    def rename(self, actor: Actor, interview_id: str, name: str) -> InterviewRecord:
        """Call the candidate by another name: a résumé may give none, or a wrong one."""
        actor.require(*HIRING_ROLES)
        cleaned = " ".join(name.split())
        if not 1 <= len(cleaned) <= MAX_NAME_CHARS:
            raise InvalidPayload(f"The name must have 1 to {MAX_NAME_CHARS} characters.")
        with self._context.database.write() as tx:
            row = interview_row(tx, interview_id)
            added = CandidatePlan.model_validate(row.candidate_plan)
            profile = added.profile.model_copy(update={"candidate_name": cleaned})
            row.candidate_plan = added.model_copy(update={"profile": profile}).model_dump(mode="json")
            tx.get_one(CandidateRow, row.candidate_id).name = cleaned
            row.updated_at = self._context.clock()
            audit(tx, self._context, actor, "candidate_renamed", interview_id)
            tx.flush()
            return interview_record(tx, self._context, actor, interview_id)

    def restart(self, actor: Actor, interview_id: str) -> InterviewRecord:
        """Allow another attempt: an open session is closed, the old ones stay as they are.

        It also opens a closed interview again.
        """
        actor.require(*HIRING_ROLES)
        expire_overdue(self._context)
        with self._context.database.write() as tx:
            row = interview_row(tx, interview_id)
            close_sessions(tx, self._context, row, rehearsals=False)
            begin_attempt(row)
            row.closed_at, row.updated_at = None, self._context.clock()
            audit(tx, self._context, actor, "attempt_allowed", interview_id, attempt=row.attempt)
            tx.flush()
            return interview_record(tx, self._context, actor, interview_id)

    def close(self, actor: Actor, interview_id: str) -> InterviewRecord:
        """End the interview: an open session is closed and none is started until a restart. Scores stay.

        Closing it again changes nothing.
        """
        actor.require(*HIRING_ROLES)
        expire_overdue(self._context)
        with self._context.database.write() as tx:
            row = interview_row(tx, interview_id)
            if row.closed_at is None:
                close_sessions(tx, self._context, row, rehearsals=True)
                row.closed_at = row.updated_at = self._context.clock()
                audit(tx, self._context, actor, "interview_closed", interview_id)
                tx.flush()
            return interview_record(tx, self._context, actor, interview_id)

    def archive(self, actor: Actor, interview_id: str, archived: bool = True) -> InterviewRecord:
        """Put the interview away, or take it out again; its place in the list and everything else stay as they are."""
        actor.require(*HIRING_ROLES)
        with self._context.database.write() as tx:
            row = interview_row(tx, interview_id)
            if archived != (row.archived_at is not None):
                row.archived_at = self._context.clock() if archived else None
                audit(
                    tx, self._context, actor, "interview_archived" if archived else "interview_unarchived", interview_id
                )
                tx.flush()
            return interview_record(tx, self._context, actor, interview_id)

    def delete(self, actor: Actor, interview_id: str) -> None:
        """Take the interview out of the database and its files with every word and sound. There is no way back."""
        actor.require(*HIRING_ROLES)
        Recordings(self._context).delete(interview_id)
        with self._context.database.write() as tx:
            delete_interview(tx, interview_row(tx, interview_id))
            audit(tx, self._context, actor, "interview_deleted", interview_id)
        self._context.database.forget()

    def add(self, tx: Session, actor: Actor, new: NewInterview, position: Position, added: CandidatePlan) -> str:
        """Store an interview that is planned already, in a caller's transaction; its id."""
        now = self._context.clock()
        name = " ".join(new.candidate_name.split()) or added.profile.candidate_name
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


def _open_to(actor: Actor) -> ColumnElement[bool]:
    """In SQL, of a line of the list: whether its score is open to the actor."""
    if not is_bound(actor):
        return true()
    return opened(
        actor, InterviewRow.interview_id, interview_queries.standing_attempt(), interview_queries.standing_import()
    )


def _transcript(tx: Session, interview_id: str) -> tuple[TranscriptEntry, ...]:
    standing = standing_sessions(tx, interview_id)
    chain = queries.session_chain(tx, standing[0]) if standing else []
    return tuple(entries_of(tx, interview_id, chain))


def interview_record(tx: Session, context: Context, actor: Actor, interview_id: str) -> InterviewRecord:
    """The interview with everything that belongs to it, as far as it is open to the actor."""
    row = interview_row(tx, interview_id)
    plan_row = tx.get_one(PlanRow, row.plan_id)
    plan = PositionPlan.model_validate(plan_row.plan)
    added = CandidatePlan.model_validate(row.candidate_plan)
    questions = tuple(map(Question.model_validate, row.questions))
    card = standing_scorecard(tx, interview_id)
    standing = [tx.get_one(SessionRow, card.session_id)] if card else standing_sessions(tx, interview_id)[:1]
    scores_open = not any(blind_to_session(tx, actor, session) for session in standing)
    return InterviewRecord(
        interview_id=interview_id,
        position_id=row.position_id,
        role_title=plan.role_title,
        candidate_id=row.candidate_id,
        candidate_name=added.profile.candidate_name,
        language=row.language,
        mode=context.engine.name,
        plan_version=plan_row.version,
        plan_approved=plan_row.approved_at is not None,
        state=interview_queries.interview_state(tx, interview_id, context.clock()),
        archived=row.archived_at is not None,
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
        score=card if scores_open else None,
        scores_open=scores_open,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def interview_row(tx: Session, interview_id: str) -> InterviewRow:
    row = tx.get(InterviewRow, interview_id)
    if row is None:
        raise NotFound("There is no such interview.", code="interview_not_found")
    return row


def _summary(row: Row[*tuple[Any, ...]]) -> InterviewSummary:
    pairs = zip(row.questions, row.question_statuses, strict=True)
    asked_of_all = [status["status"] for question, status in pairs if question["kind"] != "probe"]
    done = sum(status in ("answered", "skipped") for status in asked_of_all)
    return InterviewSummary.model_validate(
        {**row._mapping, "questions_done": done, "questions_total": len(asked_of_all)}  # noqa: SLF001 - SQLAlchemy's own name for it
    )


def _cursor(last: InterviewSummary) -> str:
    return base64.urlsafe_b64encode(json.dumps([last.updated_at.isoformat(), last.interview_id]).encode()).decode()


def _place(cursor: str | None) -> tuple[datetime, str] | None:
    if not cursor:
        return None
    try:
        moment, interview_id = json.loads(base64.urlsafe_b64decode(cursor))
        str(interview_id).encode()
        return datetime.fromisoformat(moment).astimezone(UTC), str(interview_id)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidPayload("This cursor is not one of ours; begin without it.") from error
