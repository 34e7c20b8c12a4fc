"""What the interviewer says: an engine's words for what the rules chose, and the sentences that stay the same."""

from __future__ import annotations

from interview import moves
from interview.contract import TurnRequest
from interview.draft import Draft
from interview.engines import AskRequest, Prompt, PromptKind
from interview.models import Escalation, Move, Persona, Question

TAKE_TIME = "Take the time you need. I will wait. The question stays:"
OFFER_STOP = "Would you like to end the interview here? Say yes to end it, or go on with the question:"
ASK_CORRECTION = "What should your last answer say instead? Please begin with: I want to correct my last answer."
NOTHING_TO_CORRECT = "There is no answer to correct yet."
CORRECTED = "Thank you, I have put that in the place of your last answer."
ADDED = "Thank you, I have added that to your last answer."
HEARD = (
    "I hear you, and what you have said so far stays as it is. If you would rather not add anything, say “skip” and we "
    "go on. The question is:"
)
NOTHING_TO_HINT = "There is nothing to hint at here: say what comes to mind, or skip it. The question stays:"
BACK = "The question stays:"
SPOKEN_WARMUP = (
    "Hello, I am {name}, and I will lead you through this interview for the role of {role}. I am software, not a "
    "person. Take all the time you need. To begin with: what drew you to this role?"
)
SPOKEN_WRAPUP = (
    "Those were my questions about the role of {role}. Before we finish: is there anything that you would like to add, "
    "or to ask the team?"
)
IN_WRITING = "Let us go on in writing."


def spoken_warmup(persona: Persona, role_title: str) -> str:
    """The words that a spoken interview opens with; they are known again in what was said."""
    return SPOKEN_WARMUP.format(name=persona.name, role=role_title)


def spoken_wrapup(role_title: str) -> str:
    """The words that a spoken interview closes with."""
    return SPOKEN_WRAPUP.format(role=role_title)


def words(
    draft: Draft,
    kind: PromptKind,
    turn: TurnRequest | None = None,
    *,
    question: Question | None = None,
    escalation: Escalation = "broad",
) -> Prompt:
    """The engine's words for what the rules chose."""
    scene, state = draft.scene, draft.state
    response = state.pending.response if state.pending else 0
    return scene.engine.ask(
        AskRequest(
            kind=kind,
            escalation=escalation,
            persona=state.persona,
            role_title=scene.plan.role_title,
            job_text=scene.job_text,
            question=question or draft.question_in_hand(),
            competency=draft.competency_in_hand(),
            exchanges=draft.exchanges(response),
            evaluation=draft.evaluations.get(response),
            asked=draft.spoken_prompts(),
            candidate_words=turn.answer if turn and kind == "reply" else "",
            auto_send=turn is not None and turn.auto_send,
            resume_text=scene.resume_text if kind == "resume_hint" else "",
            replies=_replies(draft, response) if kind in ("hint", "resume_hint") else (),
            private=scene.private,
        )
    )


def reply(draft: Draft, turn: TurnRequest, made: Move) -> str:
    """What is said to a move after which the question stays in hand."""
    asked, hinted = draft.text_of(draft.state.prompts[-1]), draft.state.prompts[-1].escalation == "hint"
    if made == "rephrase":
        return words(draft, "rephrase", turn).content
    if made == "ask" and not moves.is_objection(turn.answer):
        return words(draft, "reply", turn).content
    if made == "hint" and (planned := draft.question_in_hand()):
        # Everybody who asks in words gets the ladder's nudge; lines of their own résumé are for practice.
        kind: PromptKind = "resume_hint" if draft.scene.practice else "hint"
        return f"{words(draft, kind, escalation='hint').content} {BACK} {planned.text if hinted else asked}"
    if made == "correct":
        return ASK_CORRECTION
    led = {"repeat": "", "stop": OFFER_STOP, "ask": HEARD, "hint": NOTHING_TO_HINT}.get(made, TAKE_TIME)
    return f"{led} {asked}".strip()


def _replies(draft: Draft, response: int) -> tuple[str, ...]:
    """What the interviewer has said since the question of this response was asked, beside its prompts."""
    prompts = {prompt.entry_id for prompt in draft.state.prompts}
    asked = min(prompt.entry_id for prompt in draft.state.prompts if prompt.response == response)
    return tuple(
        entry.text
        for entry in draft.entries
        if entry.role == "interviewer" and entry.entry_id > asked and entry.entry_id not in prompts
    )
