"""A session seen under another version of its position's plan: the same answers, another rubric."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from interview.errors import Conflict, NotFound
from interview.models import PositionPlan
from interview.state import AskedPrompt
from interview.store import queries
from interview.store.sessions import Loaded
from interview.store.tables import PlanRow


def approved_version(tx: Session, position_id: str, version: int) -> PlanRow:
    """That version of a position's plan. Raises NotFound `plan_version_not_found`, Conflict `plan_not_approved`."""
    row = queries.plan_version(tx, position_id, version)
    if row is None:
        raise NotFound(f"This position's plan has no version {version}.", code="plan_version_not_found")
    if row.approved_at is None:
        raise Conflict(
            f"Version {version} of the plan has not been approved. Read and approve it first.", code="plan_not_approved"
        )
    return row


def under_version(tx: Session, loaded: Loaded, version: int) -> Loaded:
    """The session with that plan in the place of its own.

    A response goes to the competency for which the plan asks the same question, else to the one of its own name; to
    none, and unscored, where the plan has neither. What the plan rates besides was not asked, and is not assessed.
    """
    row = approved_version(tx, loaded.position.position_id, version)
    if version == loaded.plan_version:
        return loaded
    plan = PositionPlan.model_validate(row.plan)
    asks = {question.text: question.competency for question in plan.core_questions}
    names = {competency.name for competency in plan.competencies}
    texts = {question.index: question.text for question in loaded.questions}

    def placed(prompt: AskedPrompt) -> AskedPrompt:
        own = prompt.competency if prompt.competency in names else None
        text = texts.get(prompt.question_index, "") if prompt.question_index is not None else ""
        return prompt.model_copy(update={"competency": asks.get(text, own) if prompt.competency else None})

    prompts = tuple(placed(prompt) for prompt in loaded.state.prompts)
    state = loaded.state.model_copy(update={"prompts": prompts})
    return replace(loaded, plan=plan, plan_version=version, state=state)
