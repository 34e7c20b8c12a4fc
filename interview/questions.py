"""The questions of one interview: how far each is, and questions of the team's own."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview import policy
from interview.access import HIRING_ROLES, Actor, audit
from interview.attempts import drop_rehearsals, fresh_statuses
from interview.context import Context
from interview.errors import Conflict, InvalidPayload
from interview.interviews import interview_record, interview_row
from interview.models import Model, PositionPlan, Question, QuestionStatus, StatusName
from interview.records import InterviewRecord
from interview.store.journeys import own_sessions
from interview.store.sessions import RANK, mark
from interview.store.tables import InterviewRow, PlanRow


class StatusUpdate(Model):
    question_statuses: tuple[QuestionStatus, ...]
    index: int
    status: StatusName
    asked_question_index: int | None


class Questions:
    """The use cases around an interview's questions."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def set_status(self, actor: Actor, interview_id: str, index: int, status: StatusName) -> StatusUpdate:
        """Move one question's status forward.

        Raises Conflict `status_backward` for a step back, and to a candidate `interview_closed` or `session_complete`
        when their interview is over; the team may still put its record in order.
        """
        actor.require_interview(interview_id)
        with self._context.database.write() as tx:
            row = interview_row(tx, interview_id)
            if actor.role == "candidate":
                _still_held(tx, row)
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

    def add(
        self, actor: Actor, interview_id: str, text: str, *, place: int | None = None, competency: str | None = None
    ) -> InterviewRecord:
        """A question of the team's own, at a place behind what has been asked (default: after its competency's others).

        Raises InvalidPayload, Conflict `question_asked`, `interview_spoken`.
        """
        actor.require(*HIRING_ROLES)
        with self._context.database.write() as tx:
            row = interview_row(tx, interview_id)
            plan = PositionPlan.model_validate(tx.get_one(PlanRow, row.plan_id).plan)
            questions = list(map(Question.model_validate, row.questions))
            question = _custom(plan, questions, text, place, competency)
            asked = -1 if row.asked_question_index is None else row.asked_question_index
            if any(session.status == "active" and session.mode == "live" for session in own_sessions(tx, interview_id)):
                raise Conflict(
                    "The candidate is being interviewed by voice; the interviewer has its list of questions. Add yours "
                    "when the talk is over.",
                    code="interview_spoken",
                )
            if question.index <= asked:
                raise Conflict(f"Question {asked} has been asked; add yours after it.", code="question_asked")
            questions.insert(question.index, question)
            limit = self._context.settings.max_questions_per_competency
            if question.competency in policy.core_overload(questions, limit):
                raise InvalidPayload(f"“{question.competency}” has {limit} questions already, and that is the limit.")
            drop_rehearsals(tx, self._context, row)
            row.questions = [q.model_copy(update={"index": i}).model_dump(mode="json") for i, q in enumerate(questions)]
            row.question_statuses = [
                *row.question_statuses[: question.index],
                *fresh_statuses(1),
                *row.question_statuses[question.index :],
            ]
            row.updated_at = self._context.clock()
            audit(tx, self._context, actor, "question_added", interview_id)
            tx.flush()
            return interview_record(tx, self._context, actor, interview_id)


def _still_held(tx: Session, row: InterviewRow) -> None:
    """Raise unless the candidate may still do something in their interview."""
    if row.closed_at is not None:
        raise Conflict("The hiring team has ended this interview.", code="interview_closed")
    attempt = [session for session in own_sessions(tx, row.interview_id) if session.attempt == row.attempt]
    if any(session.status == "complete" for session in attempt):
        raise Conflict("This interview has been completed; its questions stay as they are.", code="session_complete")


def _custom(
    plan: PositionPlan, questions: list[Question], text: str, place: int | None, competency: str | None
) -> Question:
    """The team's question with its place in the list, in a competency's stretch of it."""
    names = [known.name for known in plan.competencies]
    if competency is not None and competency not in names:
        raise InvalidPayload(f"The plan has no such competency. It has: {', '.join(names)}.")
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
