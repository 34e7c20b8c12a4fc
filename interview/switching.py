"""From voice to writing: what was said is folded, and the question in hand stands there in writing."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview import policy, speaking
from interview.context import Context
from interview.draft import Draft
from interview.engines import Prompt
from interview.events import ModeChanged
from interview.folding import hear
from interview.state import AskedPrompt
from interview.store.sessions import Loaded, save_heard
from interview.transcript import by_id


def go_on_in_writing(tx: Session, context: Context, loaded: Loaded) -> None:
    """Switch an active spoken session, loaded in this transaction. No model is called: nothing holds the switch up.

    Answers that were not rated yet are rated with the next turn. Where nothing was asked, nothing is said either.
    """
    draft = loaded.draft(context)
    hear(draft)
    draft.update(marks=())  # they were about words that are not spoken any more
    pending = draft.state.pending
    if pending is not None:
        entry_id = _ask_next(draft) if pending.answers or pending.skipped else _ask_again(draft, pending)
        draft.emit(ModeChanged(mode="text", entry_id=entry_id))
    save_heard(tx, draft, read_version=loaded.session.version)
    loaded.session.mode, loaded.session.last_touched = "text", draft.scene.now


def _ask_again(draft: Draft, pending: AskedPrompt) -> int:
    """The question in hand, in its own words where the spoken ones were cut off."""
    spoken, question = by_id(draft.entries)[pending.entry_id], draft.question_in_hand()
    text = spoken.text
    if question is not None and (pending.escalation == "broad" or not spoken.final):
        text = question.text
    elif not spoken.final:
        text = _frame(draft)
    return draft.add_entry("interviewer", f"{speaking.IN_WRITING} {text}").entry_id


def _ask_next(draft: Draft) -> int:
    """What the rules say comes after an answer, without a follow-up: that would need the answer's rating."""
    scene = draft.scene
    chosen = policy.decide(
        draft.state,
        scene.plan,
        scene.questions,
        max_questions=scene.max_questions,
        time_up=draft.state.time_up(scene.now),
        level=None,
    )
    if isinstance(chosen, policy.Ask):
        draft.enter("competency", chosen.question.competency)
        draft.add_prompt(Prompt(content=f"{speaking.IN_WRITING} {chosen.question.text}"), question=chosen.question)
    else:
        draft.enter("wrapup", None)
        draft.add_prompt(Prompt(content=f"{speaking.IN_WRITING} {_frame(draft)}"))
    return draft.state.prompts[-1].entry_id


def _frame(draft: Draft) -> str:
    """The words that open or close the interview."""
    role_title = draft.scene.plan.role_title
    if draft.state.stage == "warmup":
        return speaking.spoken_warmup(draft.state.persona, role_title)
    return speaking.spoken_wrapup(role_title)
