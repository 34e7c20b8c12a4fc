"""Transcripts that were recorded elsewhere: taken into a session of their own, prompt by prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field
from rapidfuzz import fuzz
from sqlalchemy.orm import Session

from interview.context import Context, new_id
from interview.draft import Draft
from interview.engines import Prompt
from interview.errors import NotFound
from interview.events import ASKED_FREELY, AnswerGiven, SessionCompleted, StageEntered
from interview.matching import best_match
from interview.models import MAX_ANSWER_CHARS, Competency, Model, Question, Words
from interview.state import InterviewSessionState
from interview.store.tables import InterviewRow, SessionRow

MAX_LINES = 2_000


class SpokenLine(Model):
    """A line of a transcript. Every role but `candidate` (coach, for one) is taken as the interviewer."""

    role: str = Field(max_length=40)
    text: Words = Field(max_length=MAX_ANSWER_CHARS)
    timestamp: Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))] = Field(
        "", max_length=40
    )


def import_session(tx: Session, context: Context, interview_id: str) -> SessionRow:
    """A fresh session of status `imported`, which nobody can take turns in; not stored yet."""
    interview = tx.get(InterviewRow, interview_id)
    if interview is None:
        raise NotFound("There is no such interview.", code="interview_not_found")
    now = context.clock()
    state = InterviewSessionState(
        session_id=new_id(), interview_id=interview_id, started_at=now, last_checkpoint=now, time_limit_minutes=1
    )
    return SessionRow(
        session_id=state.session_id,
        interview_id=interview_id,
        attempt=interview.attempt,
        mode="text",
        status="imported",
        version=0,
        state=state.model_dump(mode="json"),
        created_at=now,
        last_touched=now,
        completed_at=now,
    )


def replay(draft: Draft, lines: Sequence[SpokenLine]) -> None:
    """Put the lines into the draft as prompts and answers, each prompt with the competency that it asks about.

    A prompt that is a planned question opens a response; any other follows the one before it. Where no prompt is a
    planned question, each goes to the competency whose questions it resembles most.
    """
    planned = [_planned(draft, line) for line in lines]
    foreign = not any(planned)
    draft.emit(StageEntered(stage="competency"))
    draft.update(stage="competency")
    for line, question in zip(lines, planned, strict=True):
        if line.role == "candidate":
            _hear(draft, line)
            continue
        competency = question.competency if question else _nearest(draft, line.text).name if foreign else None
        follows = not foreign and question is None and draft.state.competency is not None
        draft.update(competency=competency or draft.state.competency)
        prompt = Prompt(content=line.text, reasoning=ASKED_FREELY if follows else "")
        draft.add_prompt(prompt, "how" if follows else "broad", question, at_ms=_milliseconds(line.timestamp))
    draft.update(prompts=tuple(asked.model_copy(update={"heard": True}) for asked in draft.state.prompts))


def conclude(draft: Draft) -> None:
    """End the imported session, once its responses have been evaluated."""
    draft.update(stage="complete", competency=None)
    draft.emit(StageEntered(stage="complete"))
    draft.emit(SessionCompleted(reason="finished", overall_score=draft.state.overall_score(draft.scene.plan)))


def _hear(draft: Draft, line: SpokenLine) -> None:
    if not line.text.strip():
        return
    if draft.state.pending is None:
        draft.add_prompt(Prompt(content="(The transcript begins with the candidate.)"))
    entry = draft.add_entry("candidate", line.text, at_ms=_milliseconds(line.timestamp))
    draft.add_answer(entry)
    draft.emit(AnswerGiven(entry_id=entry.entry_id))


def _planned(draft: Draft, line: SpokenLine) -> Question | None:
    """The planned question that this line asks, if it is one."""
    if line.role == "candidate":
        return None
    place = best_match([question.text for question in draft.scene.questions], line.text)
    return None if place is None else draft.scene.questions[place]


def _nearest(draft: Draft, text: str) -> Competency:
    def likeness(competency: Competency) -> float:
        questions = " ".join(q.text for q in draft.scene.questions if q.competency == competency.name)
        return fuzz.token_set_ratio(text.lower(), f"{competency.name} {competency.description} {questions}".lower())

    return max(draft.scene.plan.competencies, key=likeness)


def _milliseconds(timestamp: str) -> int:
    """`mm:ss` or `hh:mm:ss` since the start; 0 for anything else."""
    parts = timestamp.split(":")
    if not 2 <= len(parts) <= 3 or not all(part.isdecimal() for part in parts):
        return 0
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + int(part[:6])
    return min(seconds, 86_400) * 1000
