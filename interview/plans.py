"""Plans: what a session can keep, the versions of a position's plan, their approval, and the order it is asked in."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview import policy
from interview.access import Actor, audit
from interview.attempts import drop_rehearsals, fresh_statuses
from interview.context import Context, new_id
from interview.errors import InvalidPayload, NotFound
from interview.models import CandidatePlan, PositionPlan, Question
from interview.store import queries
from interview.store.tables import InterviewRow, PlanRow


def check(plan: PositionPlan, context: Context) -> None:
    """Raise InvalidPayload `plan_invalid` for a plan that a session could not keep."""
    names = [competency.name for competency in plan.competencies]
    if len(set(names)) < len(names):
        raise InvalidPayload("Two competencies have the same name. Give each its own.", code="plan_invalid")
    for competency in plan.competencies:
        criteria = [criterion.name for criterion in competency.criteria]
        if len(set(criteria)) < len(criteria):
            raise InvalidPayload(f"Two criteria of “{competency.name}” have the same name.", code="plan_invalid")
    for question in plan.core_questions:
        if question.competency not in names:
            raise InvalidPayload(
                f"The question “{question.text[:60]}” belongs to no competency of the plan.", code="plan_invalid"
            )
    limit = context.settings.max_questions_per_competency
    for name, count in policy.core_overload(plan.core_questions, limit).items():
        raise InvalidPayload(
            f"“{name}” has {count} core questions and the limit is {limit}. Take some out.", code="plan_invalid"
        )


def in_asking_order(plan: PositionPlan, added: tuple[Question, ...]) -> tuple[Question, ...]:
    """The whole list of an interview: by competency, its core questions and then what was added, numbered from 0."""
    ordered = [
        question
        for competency in plan.competencies
        for question in (*plan.core_questions, *added)
        if question.competency == competency.name
    ]
    return tuple(question.model_copy(update={"index": index}) for index, question in enumerate(ordered))


def newest(tx: Session, position_id: str) -> PlanRow:
    row = queries.newest_plan(tx, position_id)
    if row is None:
        raise NotFound("This position has no plan.", code="position_not_found")
    return row


def add(tx: Session, context: Context, position_id: str, version: int, plan: PositionPlan) -> None:
    """Another version of a position's plan; it waits for approval."""
    row = PlanRow(
        plan_id=new_id(),
        position_id=position_id,
        version=version,
        plan=plan.model_dump(mode="json"),
        created_at=context.clock(),
        approved_at=None,
        approved_by=None,
    )
    tx.add(row)


def approve(tx: Session, context: Context, actor: Actor, row: PlanRow) -> None:
    """Approve this version; again keeps who approved it first. Interviews not yet begun move to it.

    Raises InvalidPayload `plan_invalid`.
    """
    plan = PositionPlan.model_validate(row.plan)
    check(plan, context)
    if row.approved_at is None:
        row.approved_at, row.approved_by = context.clock(), actor.id
        audit(tx, context, actor, "plan_approved", row.position_id, version=row.version)
    for interview in queries.unstarted_interviews(tx, row.position_id):
        _move(tx, context, interview, row.plan_id, plan)
    tx.flush()


def _move(tx: Session, context: Context, interview: InterviewRow, plan_id: str, plan: PositionPlan) -> None:
    """Put an interview in which nothing was asked yet on this plan, with the questions that were added to it."""
    probes = CandidatePlan.model_validate(interview.candidate_plan).probes
    customs = [q for q in map(Question.model_validate, interview.questions) if q.kind == "custom"]
    added = (*customs, *probes)
    questions = in_asking_order(plan, added)
    if lost := [q for q in added if q.competency not in {known.name for known in plan.competencies}]:
        gone = ", ".join(sorted({f"“{q.competency}”" for q in lost}))
        note = f"Questions left out ({len(lost)}): the approved plan no longer has {gone}."
        interview.warnings = [*interview.warnings, note]
    listed = [question.model_dump(mode="json") for question in questions]
    if (interview.plan_id, interview.questions) != (plan_id, listed):
        drop_rehearsals(tx, context, interview)
    interview.plan_id, interview.questions = plan_id, listed
    interview.question_statuses = fresh_statuses(len(questions))
