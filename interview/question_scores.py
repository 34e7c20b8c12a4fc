"""What each question of a scored session came to, kept beside its scorecard for the question statistics."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from interview.draft import Draft
from interview.state import AskedPrompt
from interview.store.review_tables import QuestionScoreRow


def write(tx: Session, scorecard_id: str, draft: Draft) -> None:
    """A row per planned question that was asked, in the order asked; in the transaction of the scorecard."""
    responses: dict[int, list[AskedPrompt]] = {}
    for prompt in draft.state.prompts:
        if prompt.question_index is not None and prompt.competency:
            responses.setdefault(prompt.response, []).append(prompt)
    for place, (number, prompts) in enumerate(sorted(responses.items())):
        tx.add(_row(scorecard_id, place, number, prompts, draft))


def _row(scorecard_id: str, place: int, number: int, prompts: Sequence[AskedPrompt], draft: Draft) -> QuestionScoreRow:
    first = prompts[0]
    planned = next((one for one in draft.scene.questions if one.index == first.question_index), None)
    made = draft.evaluations.get(number)
    return QuestionScoreRow(
        scorecard_id=scorecard_id,
        place=place,
        question=planned.text if planned else draft.text_of(first),
        kind=planned.kind if planned else "custom",
        competency=first.competency or "",
        score=made.total_score if made else 0.0,
        hints=sum(prompt.escalation == "hint" for prompt in prompts),
        follow_ups=sum(prompt.escalation not in ("broad", "hint") for prompt in prompts),
        skipped=all(prompt.skipped or not prompt.answers for prompt in prompts),
    )
