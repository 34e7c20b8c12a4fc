"""The rules that move a session: stages, the escalation ladder and the limits. Pure functions of state and evaluation.

Every core question is asked. Follow-ups and probes use what the limit of questions per competency leaves, until the
competency's rubric is filled; a response that stays thin is followed up even then. Nothing here calls a model, and no
model moves a session.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from interview.models import Competency, Escalation, Evaluation, PositionPlan, Question
from interview.scoring import competency_summary
from interview.state import InterviewSessionState

STRONG = 4.0
"""A response at or above this level on the 1-5 scale is challenged instead of asked for more."""

THIN = 3.0
"""A response below the middle anchor is asked for more, also when every criterion has a level: it may only be short."""

Quality = Literal["stuck", "vague", "sound", "strong"]


@dataclass(frozen=True)
class Ask:
    """Ask a planned question: it starts a new response."""

    question: Question


@dataclass(frozen=True)
class FollowUp:
    """Stay with the response in hand, one rung up the ladder."""

    escalation: Escalation


@dataclass(frozen=True)
class WrapUp:
    """Every competency is through, or the time is up."""


@dataclass(frozen=True)
class Complete:
    """The wrap-up was answered, or the candidate stopped."""


Step = Ask | FollowUp | WrapUp | Complete


def quality(evaluation: Evaluation, *, stuck: bool) -> Quality:
    """How the response stands, for the ladder: `stuck` comes from the candidate's words, the rest from the levels."""
    assessed = any(score.status == "assessed" for score in evaluation.criterion_scores)
    if stuck and evaluation.total_score < STRONG:
        return "stuck"
    if not assessed or evaluation.total_score < THIN:
        return "vague"
    return "strong" if evaluation.total_score >= STRONG else "sound"


_LADDER: dict[Quality, tuple[Escalation, ...]] = {
    "stuck": ("hint",),
    "vague": ("why", "how"),
    "sound": ("why", "how"),
    "strong": ("challenge", "edge"),
}


def next_rung(level: Quality, used: Sequence[Escalation]) -> Escalation | None:
    """The first rung of that ladder that this response has not been on; None at its end."""
    return next((rung for rung in _LADDER[level] if rung not in used), None)


def decide(
    state: InterviewSessionState,
    plan: PositionPlan,
    questions: Sequence[Question],
    *,
    max_questions: int,
    time_up: bool,
    level: Quality | None,
) -> Step:
    """What comes after the prompt in hand was answered (`level` says how) or skipped (`level` is None)."""
    if state.stage in ("wrapup", "complete"):
        return Complete()
    if time_up:
        return WrapUp()
    names = [competency.name for competency in plan.competencies]
    at = names.index(state.competency) if state.stage == "competency" and state.competency in names else 0
    for competency in plan.competencies[at:]:
        in_hand = level if competency.name == state.competency else None
        if step := _within(state, competency, questions, max_questions, in_hand):
            return step
    return WrapUp()


def _within(
    state: InterviewSessionState,
    competency: Competency,
    questions: Sequence[Question],
    max_questions: int,
    level: Quality | None,
) -> Step | None:
    """The next step inside one competency, None when it is through."""
    asked = [prompt for prompt in state.prompts if prompt.competency == competency.name]
    done = {prompt.question_index for prompt in asked}
    waiting = [q for q in questions if q.competency == competency.name and q.index not in done]
    core = [q for q in waiting if q.kind != "probe"]
    probes = [q for q in waiting if q.kind == "probe"]
    room = max_questions - len(asked) - len(core)
    open_rubric = not competency_summary(competency, state.latest.get(competency.name, {})).rubric_filled
    thin = level in ("stuck", "vague")
    wanting = (open_rubric or thin) and room > 0
    if wanting and level is not None and asked:
        used = [prompt.escalation for prompt in state.prompts if prompt.response == state.prompts[-1].response]
        rung = next_rung(level, used)
        # A probe on the résumé keeps its place: one more follow-up may not take the last one.
        probe_instead = probes and not core and (not thin or room == 1)
        if rung and not probe_instead:
            return FollowUp(rung)
    if core:
        return Ask(core[0])
    if wanting and probes:
        return Ask(probes[0])
    return None


def spare_questions(questions: Sequence[Question], max_questions: int) -> dict[str, int]:
    """How many follow-ups the limit leaves in each competency when all of its planned questions are asked."""
    planned = Counter(question.competency for question in questions if question.competency)
    return {name: max(0, max_questions - count) for name, count in planned.items()}


def core_overload(questions: Sequence[Question], max_questions: int) -> dict[str, int]:
    """Competencies with more core questions than may be asked in one, with their counts: a plan that cannot be kept."""
    counts: dict[str, int] = {}
    for question in questions:
        if question.kind != "probe" and question.competency:
            counts[question.competency] = counts.get(question.competency, 0) + 1
    return {name: count for name, count in counts.items() if count > max_questions}
