"""What a live interview is given: the scene that it begins with, and how the session stands after a write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from interview.models import Competency, Persona, PositionSettings, Question, QuestionStatus, TranscriptEntry
from interview.speaking import spoken_warmup, spoken_wrapup
from interview.state import AskedPrompt
from interview.store.sessions import RANK, Loaded
from interview.transcript import current_text

_DONE = RANK["answered"]


@dataclass(frozen=True)
class LiveScene:
    """All that a live interview begins or goes on with.

    `entries`: what was said so far in this attempt, oldest first. `seconds_left`: of the time limit, lost seconds given
    back; may be negative. `elapsed_ms`: since the session's start, where the transcript's clock stands now.
    `warmup`, `wrapup`: the words to open and to close with. `private`: names to be taken out of what a model is sent.
    `skills`: what the position wants. `followed_up`: the competency of each follow-up until now.
    """

    session_id: str
    interview_id: str
    role_title: str
    job_text: str
    resume_text: str
    persona: Persona
    settings: PositionSettings
    questions: tuple[Question, ...]
    competencies: tuple[Competency, ...]
    statuses: tuple[QuestionStatus, ...]
    asked_question_index: int | None
    entries: tuple[TranscriptEntry, ...]
    warmup: str
    wrapup: str
    elapsed_ms: int
    seconds_left: float
    private: tuple[str, ...]
    skills: tuple[str, ...] = ()
    followed_up: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """How a session stands after a write: `open_core`: core questions neither answered nor skipped, by index."""

    statuses: tuple[QuestionStatus, ...]
    asked_question_index: int | None
    open_core: tuple[int, ...]
    seconds_left: float
    active: bool


def scene_of(loaded: Loaded, now: datetime) -> LiveScene:
    state, role_title = loaded.state, loaded.plan.role_title
    return LiveScene(
        session_id=loaded.session.session_id,
        interview_id=loaded.interview.interview_id,
        role_title=role_title,
        job_text=loaded.position.job_text,
        resume_text=loaded.interview.resume_text,
        persona=state.persona,
        settings=loaded.settings,
        questions=loaded.questions,
        competencies=loaded.plan.competencies,
        statuses=loaded.statuses,
        asked_question_index=loaded.interview.asked_question_index,
        entries=tuple(current_text(loaded.entries)),
        warmup=spoken_warmup(state.persona, role_title),
        wrapup=spoken_wrapup(role_title),
        elapsed_ms=state.elapsed_ms(now),
        seconds_left=state.seconds_left(now),
        private=loaded.private,
        skills=loaded.plan.skills_wanted,
        followed_up=_followed_up(state.prompts),
    )


def _followed_up(prompts: Sequence[AskedPrompt]) -> tuple[str, ...]:
    """The competency of each prompt that asked on after an answer; words said again for the candidate ask nothing."""
    return tuple(
        prompt.competency
        for before, prompt in pairwise(prompts)
        if prompt.competency and prompt.escalation != "broad" and before.answers
    )


def standing_of(loaded: Loaded, now: datetime) -> Standing:
    statuses = loaded.statuses
    waiting = (q.index for q in loaded.questions if q.kind != "probe" and RANK[statuses[q.index].status] < _DONE)
    return Standing(
        statuses=statuses,
        asked_question_index=loaded.interview.asked_question_index,
        open_core=tuple(waiting),
        seconds_left=loaded.state.seconds_left(now),
        active=loaded.session.status == "active",
    )
