"""One simulated candidate taken through a plan by the real graph and the real engine, in memory: nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from interview import graph
from interview.context import Context, new_id
from interview.contract import TurnRequest
from interview.draft import Draft, Scene
from interview.events import SessionCompleted
from interview.plans import in_asking_order
from interview.positions import Position
from interview.rehearsal.simulated import Asked, Kind, Said, reply
from interview.state import InterviewSessionState

MAX_TURNS = 120
"""Of one simulated candidate; twelve competencies with three questions each take fewer than fifty."""

_WORDS_A_SECOND = 2.5
"""The interviewer's words pass at the same pace as the candidate's."""


@dataclass(frozen=True)
class Held:
    """A rehearsed interview. `orders`: the entries with an order to the scorer, and its kind. `cut`: by `MAX_TURNS`."""

    kind: Kind
    draft: Draft
    turns: int
    seconds: float
    skipped: int
    orders: dict[int, str]
    cut: bool

    @property
    def reason(self) -> str:
        """Why it ended, as the session's own event says."""
        ends = [one.payload.reason for one in self.draft.events if isinstance(one.payload, SessionCompleted)]
        return ends[-1] if ends else ""


def hold(
    context: Context,
    position: Position,
    kind: Kind,
    charged: Callable[[], AbstractContextManager[object]],
    turn_taken: Callable[[], None],
) -> Held:
    """Take one simulated candidate through the position's plan, from the warm-up to the last word.

    `charged`: what each step's calls of a model are charged in; `turn_taken`: called after each step, may raise to
    stop. Raises EngineFailure and BudgetReached.
    """
    draft, now = _opened(context, position)
    begun, tries = now, Counter[int]()
    orders: dict[int, str] = {}
    skipped = turns = 0
    with charged():
        graph.run(draft, None)
    while draft.state.stage != "complete":
        turn_taken()
        prompt = draft.state.prompts[-1]
        said = reply(kind, _asked(draft, tries[prompt.entry_id])) if turns < MAX_TURNS else Said("", 0.0, "stop")
        tries[prompt.entry_id] += 1
        now += timedelta(seconds=said.seconds + len(draft.text_of(prompt).split()) / _WORDS_A_SECOND)
        draft.scene = replace(draft.scene, now=now)
        first = draft.next_entry_id
        with charged():
            request = TurnRequest(session_id=draft.state.session_id, answer=said.text, action=said.action)
            graph.run(draft, request)
        turns += 1
        skipped += said.action == "skip"
        orders |= {first: said.order} if said.order else {}
    return Held(kind, draft, turns, (now - begun).total_seconds(), skipped, orders, cut=turns > MAX_TURNS)


def _opened(context: Context, position: Position) -> tuple[Draft, datetime]:
    now = context.clock()
    settings = context.settings
    scene = Scene(
        engine=context.engine,
        plan=position.plan,
        questions=in_asking_order(position.plan, ()),
        job_text=position.job_text,
        resume_text="",
        practice=position.settings.purpose == "practice",
        max_questions=settings.max_questions_per_competency,
        checkpoint_interval=settings.checkpoint_interval,
        now=now,
    )
    state = InterviewSessionState(
        session_id=new_id(),
        interview_id=new_id(),
        persona=position.persona,
        started_at=now,
        last_checkpoint=now,
        time_limit_minutes=position.settings.time_limit_minutes,
        rehearsal=True,
    )
    return Draft(scene=scene, state=state, entries=[], next_entry_id=1, next_event_id=1), now


def _asked(draft: Draft, tries: int) -> Asked:
    state = draft.state
    prompt = state.prompts[-1]
    asked = [one for one in state.prompts if one.competency]
    responses = sorted({one.response for one in asked})
    return Asked(
        role=draft.scene.plan.role_title,
        competency=draft.competency_in_hand(),
        response=responses.index(prompt.response) if prompt.response in responses else 0,
        round=sum(one.response == prompt.response for one in state.prompts) - 1,
        tries=tries,
        closing=state.stage == "wrapup",
    )
