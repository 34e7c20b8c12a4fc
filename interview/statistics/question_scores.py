"""What each question of a scored session came to, kept beside its scorecard for the question statistics.

Written from what was asked: a session held in text knows its questions, a spoken one recognises them in the
interviewer's words or has them marked, an imported transcript recognises them in its lines. Where no line of an
imported transcript is a planned question there is nothing to keep, and its scorecard has no rows here. Hints are known
where the session's rules asked: in text, and by a voice that takes turns. What a voice that talks freely says, or an
interviewer elsewhere, counts as asking on; whether it was a hint is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from sqlalchemy.orm import Session

from interview.draft import Draft
from interview.matching import SAME_QUESTION, best_match, likeness
from interview.models import Question
from interview.state import AskedPrompt
from interview.store.review_tables import QuestionScoreRow
from interview.transcript import by_id


def write(tx: Session, scorecard_id: str, draft: Draft) -> None:
    """A row per planned question that was asked, in the order asked; in the transaction of the scorecard."""
    responses: dict[int, list[AskedPrompt]] = {}
    for prompt in draft.state.prompts:
        if prompt.question_index is not None and prompt.competency:
            responses.setdefault(prompt.response, []).append(prompt)
    rows = [
        _row(scorecard_id, place, number, question, prompts, draft)
        for place, (number, prompts) in enumerate(sorted(responses.items()))
        if (question := _asked(draft, prompts[0])) is not None
    ]
    for row in rows:
        others = [one.score for one in rows if one is not row and one.score > 0 and one.kind != "probe"]
        row.others = fmean(others) if others else None
    tx.add_all(rows)


def _row(
    scorecard_id: str, place: int, number: int, question: Question, prompts: Sequence[AskedPrompt], draft: Draft
) -> QuestionScoreRow:
    skipped = all(prompt.skipped or not prompt.answers for prompt in prompts)
    made = None if skipped else draft.evaluations.get(number)
    return QuestionScoreRow(
        scorecard_id=scorecard_id,
        place=place,
        question=question.text,
        kind=question.kind,
        competency=prompts[0].competency or "",
        score=made.total_score if made else 0.0,
        hints=sum(prompt.escalation == "hint" for prompt in prompts),
        follow_ups=sum(prompt.escalation not in ("broad", "hint") for prompt in prompts),
        skipped=skipped,
        hints_known=not any(prompt.heard for prompt in prompts),
    )


def _asked(draft: Draft, prompt: AskedPrompt) -> Question | None:
    """The planned question that the prompt put.

    Its words decide before its index does: after a restart a question of the team's own may stand at that index. Words
    that are no planned question's were marked by a button or a tool, and the index is all that is known.
    """
    questions = draft.scene.questions
    spoken = by_id(draft.entries)[prompt.entry_id].text
    marked = next((one for one in questions if one.index == prompt.question_index), None)
    if marked and (marked.text in spoken or likeness(marked.text, spoken) >= SAME_QUESTION):
        return marked
    place = best_match([one.text for one in questions], spoken)
    return marked if place is None else questions[place]
