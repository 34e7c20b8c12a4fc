"""What the team does besides holding interviews: rehearses plans, keeps templates, answers requests, scores again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from interview.access import SYSTEM
from interview.context import Context
from interview.engines import InterviewEngine
from interview.journeys import AdjustmentReply
from interview.positions import Positions
from interview.rehearsals import Rehearsals
from interview.rescoring import Rescoring
from interview.scorecards import Scorecards
from interview.synthetic.engine import RehearsalEngine, SyntheticEngine
from interview.synthetic.held import Held, Step
from interview.synthetic.rereading import Rereading
from interview.synthetic.trials import Trial
from interview.synthetic.truth import Adjustment, Interview, Template


def steps(held: Held) -> list[Step]:
    """All of it, in no order."""
    found = [Step(trial.at, partial(_rehearse, held, trial)) for trial in held.truth.trials]
    found += [Step(one.at, partial(_keep, held, one)) for one in held.truth.templates]
    for interview in held.truth.interviews:
        for wish in interview.adjustments:
            found.append(Step(wish.asked_at, partial(_ask, held, interview, wish)))
            if wish.answered_at:
                found.append(Step(wish.answered_at, partial(_answer, held, interview, wish)))
    if again := held.truth.rereading:
        found.append(Step(again.at, partial(_read_again, held, again)))
    return found


def _rehearse(held: Held, trial: Trial) -> None:
    position_id = held.position_ids[trial.position]
    plan = held.service.positions.get(SYSTEM, position_id).plan
    context = _with(held, RehearsalEngine(held.truth, held.truth.positions[trial.position], plan))
    Rehearsals(context, Positions(context)).run(held.reviewers[trial.reviewer], position_id)


def _keep(held: Held, template: Template) -> None:
    held.service.templates.save(SYSTEM, held.position_ids[template.position], template.name)


def _ask(held: Held, interview: Interview, wish: Adjustment) -> None:
    held.service.journeys.request_adjustment(held.candidates[interview.number], wish.text)


def _answer(held: Held, interview: Interview, wish: Adjustment) -> None:
    reviewer, journeys = held.reviewers[wish.reviewer], held.service.journeys
    asked = journeys.adjustments(reviewer, held.interview_ids[interview.number])
    (waiting,) = (one for one in asked if one.text == wish.text)
    journeys.reply(reviewer, waiting.adjustment_id, AdjustmentReply(text=wish.reply, extra_time_factor=wish.factor))


def _read_again(held: Held, again: Rereading) -> None:
    context = _with(held, SyntheticEngine(held.truth, again))
    Rescoring(context, Scorecards(context)).run(SYSTEM, held.position_ids[again.position])


def _with(held: Held, engine: InterviewEngine) -> Context:
    """The service's own database and clock, with another engine."""
    return replace(held.service.context, engine=engine)
