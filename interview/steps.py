"""The nodes of the graph: each does one thing to the draft and says where to go next."""

from __future__ import annotations

from typing import TypedDict

from interview import flagging, moves, policy, speaking
from interview.contract import TurnRequest
from interview.draft import Draft
from interview.engines import PromptKind
from interview.events import (
    AnswerGiven,
    CandidateMove,
    EndReason,
    ResumeSummary,
    SessionCompleted,
    StageEntered,
)
from interview.models import Move, TranscriptEntry
from interview.scorecards import score_request
from interview.speaking import ADDED, CORRECTED, NOTHING_TO_CORRECT, words
from interview.state import AskedPrompt


class Step(TypedDict, total=False):
    """What the nodes pass on. `turn` is None for the session's start; `answered` is the prompt that was answered."""

    draft: Draft
    turn: TurnRequest | None
    move: Move
    answered: AskedPrompt
    level: policy.Quality | None
    next: policy.Step
    reason: EndReason
    route: str


def route(step: Step) -> str:
    return step["route"]


def open_(step: Step) -> Step:
    """Enter the warm-up and ask its one question."""
    draft = step["draft"]
    draft.emit(StageEntered(stage="warmup"))
    draft.emit(ResumeSummary())
    draft.add_prompt(words(draft, "warmup"))
    return {}


def read(step: Step) -> Step:
    """Take the candidate's words: an answer, or a move, which is never scored."""
    draft, turn = step["draft"], _turn(step)
    pending = draft.state.prompts[-1]
    move = _move_of(draft, turn)
    confirmed = draft.state.stop_offered
    draft.update(stop_offered=False, rehearsal=draft.state.rehearsal or turn.auto_generate)
    if move == "answer":
        return _answer(draft, turn)
    if move == "skip":
        _record_move(draft, turn, "skip")
        _skip(draft)
        return {"route": "decide", "answered": pending, "level": None}
    if move == "stop" and (turn.action == "stop" or confirmed):
        _record_move(draft, turn, "stop")
        return {"route": "close", "reason": "stopped"}
    return {"route": "correct" if move == "correct" and _correction(turn) else "move", "move": move}


def move(step: Step) -> Step:
    """Reply to a move; the question in hand stays in hand."""
    draft, turn, made = step["draft"], _turn(step), step["move"]
    reply = speaking.reply(draft, turn, made)
    if made == "stop":
        draft.update(stop_offered=True)
    _record_move(draft, turn, made, reply)
    draft.checkpoint()
    return {}


def correct(step: Step) -> Step:
    """Put new words in the place of the last answer, or beside it, and evaluate that response again.

    The button brings the whole answer anew. Somebody who says "I want to correct that: it was eight, not six" does not
    repeat the rest, so what is said in passing is added.
    """
    draft, turn = step["draft"], _turn(step)
    prompts = list(draft.state.prompts)
    at = max((i for i, prompt in enumerate(prompts) if prompt.answers and not prompt.carried), default=None)
    if at is None:
        _record_move(draft, turn, "correct", f"{NOTHING_TO_CORRECT} {draft.text_of(draft.state.prompts[-1])}")
        draft.checkpoint()
        return {}
    *kept, old = prompts[at].answers
    anew = turn.action == "correct"
    entry = _say(draft, turn, _correction(turn), corrects=old if anew else None)
    answers = (*kept, entry.entry_id) if anew else (*kept, old, entry.entry_id)
    prompts[at] = prompts[at].model_copy(update={"answers": answers})
    draft.update(prompts=tuple(prompts))
    if turn.auto_send:
        draft.spoken.add(entry.entry_id)
    reply = draft.add_entry("interviewer", f"{CORRECTED if anew else ADDED} {draft.text_of(draft.state.prompts[-1])}")
    draft.emit(CandidateMove(move="correct", entry_id=entry.entry_id, reply_id=reply.entry_id))
    draft.add_flags(flagging.flags(entry.entry_id, entry.text))
    draft.rate(prompts[at])
    draft.checkpoint()
    return {}


def evaluate(step: Step) -> Step:
    """Evaluate the response in hand with all its follow-ups."""
    draft, turn, answered = step["draft"], _turn(step), step["answered"]
    evaluation = draft.rate(answered)
    return {"level": policy.quality(evaluation, stuck=moves.is_stuck(turn.answer))}


def decide(step: Step) -> Step:
    """Let the rules say what comes next."""
    draft = step["draft"]
    scene = draft.scene
    chosen = policy.decide(
        draft.state,
        scene.plan,
        scene.questions,
        max_questions=scene.max_questions,
        time_up=draft.state.time_up(scene.now),
        level=step["level"],
    )
    if isinstance(chosen, policy.Complete):
        return {"route": "close", "reason": "finished"}
    return {"route": "ask", "next": chosen}


def ask(step: Step) -> Step:
    """Say what the rules chose: the next question, a follow-up, or the wrap-up."""
    draft, turn, chosen = step["draft"], _turn(step), step["next"]
    if isinstance(chosen, policy.FollowUp):
        kind: PromptKind = "hint" if chosen.escalation == "hint" else "follow_up"
        draft.add_prompt(words(draft, kind, turn, escalation=chosen.escalation), chosen.escalation)
    elif isinstance(chosen, policy.Ask):
        draft.enter("competency", chosen.question.competency)
        prompt = words(draft, "question", turn, question=chosen.question)
        if chosen.question.text not in prompt.content:
            # Everyone is asked the same question in the same words, whatever an engine would rather say.
            prompt = prompt.model_copy(update={"content": chosen.question.text})
        draft.add_prompt(prompt, question=chosen.question)
    else:
        draft.enter("wrapup", None)
        draft.add_prompt(words(draft, "wrapup", turn))
    draft.checkpoint()
    return {}


def close(step: Step) -> Step:
    """End the session: the last words, and the summary in words of what was scored."""
    draft = step["draft"]
    closing = draft.add_entry("interviewer", words(draft, "closing", _turn(step)).content)
    draft.enter("complete", None)
    draft.narrative = draft.scene.engine.score(score_request(draft))
    overall_score = draft.state.overall_score(draft.scene.plan)
    draft.emit(SessionCompleted(reason=step["reason"], overall_score=overall_score, entry_id=closing.entry_id))
    return {}


# --- what the nodes are made of ---------------------------------------------------------------------------------------


def _turn(step: Step) -> TurnRequest:
    turn = step["turn"]
    if turn is None:
        raise ValueError("this node belongs to a turn")
    return turn


def _move_of(draft: Draft, turn: TurnRequest) -> Move:
    """The move that the words or the button make; yes to the offer to stop is a stop, no a repeat.

    An objection ("I told you that already") asks for a reply as a question does.
    """
    if turn.action != "answer":
        return turn.action
    if draft.state.stop_offered and moves.is_affirmative(turn.answer):
        return "stop"
    if draft.state.stop_offered and moves.is_negative(turn.answer):
        return "repeat"
    return "ask" if moves.is_objection(turn.answer) else moves.recognise(turn.answer)


def _correction(turn: TurnRequest) -> str:
    """The words to put in place: after the lead-in where the candidate spoke one."""
    if text := moves.correction_text(turn.answer):
        return text
    lead_in_only = moves.recognise(turn.answer) == "correct"
    return turn.answer.strip() if turn.action == "correct" and not lead_in_only else ""


def _say(draft: Draft, turn: TurnRequest, text: str, corrects: int | None = None) -> TranscriptEntry:
    """The candidate's words, or a part of them, in the transcript."""
    heard = draft.heard.of(text, turn.answer) if draft.heard else None
    return draft.add_entry("candidate", text, corrects=corrects, heard=heard)


def _answer(draft: Draft, turn: TurnRequest) -> Step:
    entry = _say(draft, turn, turn.answer)
    draft.add_answer(entry)
    draft.emit(AnswerGiven(entry_id=entry.entry_id, auto_send=turn.auto_send, auto_generate=turn.auto_generate))
    if turn.auto_send:
        draft.spoken.add(entry.entry_id)
    draft.add_flags(flagging.flags(entry.entry_id, turn.answer))
    return {"route": "evaluate", "answered": draft.state.prompts[-1]}


def _record_move(draft: Draft, turn: TurnRequest, made: Move, reply: str = "") -> None:
    """The move as an event, with the candidate's words and the interviewer's reply where there are any."""
    entry = _say(draft, turn, turn.answer) if turn.answer.strip() else None
    spoken = draft.add_entry("interviewer", reply) if reply else None
    draft.emit(
        CandidateMove(
            move=made,
            entry_id=entry.entry_id if entry else None,
            reply_id=spoken.entry_id if spoken else None,
        )
    )
    if entry:
        draft.add_flags(flagging.flags(entry.entry_id, entry.text))


def _skip(draft: Draft) -> None:
    """Skip the prompt in hand. A question that already has an answer stays answered."""
    *before, pending = draft.state.prompts
    draft.update(prompts=(*before, pending.model_copy(update={"skipped": True})))
    answered = any(prompt.answers for prompt in before if prompt.response == pending.response)
    if pending.question_index is not None and not answered:
        draft.statuses[pending.question_index] = "skipped"
