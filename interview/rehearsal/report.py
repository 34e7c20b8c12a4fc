"""What a rehearsal found: every simulated candidate's levels, what the rubric could tell apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import computed_field

from interview.events import FlagRaised
from interview.models import CriterionStatus, CriterionSummary, FlagKind, Model, PositionPlan
from interview.policy import THIN
from interview.rehearsal.running import Held
from interview.rehearsal.simulated import Kind

APART = 1.0
"""Levels by which the strong candidate has to be above the weak one: a whole one on the 1-5 scale."""
Verdict = Literal["apart", "alike", "weak_without_level", "nobody"]
"""`weak_without_level`: told apart, but the weak candidate gave nothing to rate; `nobody`: not even the strong one did,
or was not asked."""


class TrialLevel(Model):
    """`level`: 1-5, 0.0 where there is none; then `status` says why."""

    level: float = 0.0
    status: CriterionStatus = "not_assessed"


class CriterionTrial(Model):
    """One criterion, with the level of each simulated candidate."""

    criterion: str
    levels: dict[Kind, TrialLevel]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def verdict(self) -> Verdict:
        """Whether it told strong from weak."""
        strong, weak = self.levels["strong"], self.levels["weak"]
        if strong.status != "assessed":
            return "nobody"
        if weak.status != "assessed":
            return "weak_without_level" if strong.level >= THIN else "alike"
        return "apart" if strong.level - weak.level >= APART else "alike"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def raised(self) -> float:
        """By how many levels orders to the scorer lifted the weak candidate's words; the whole level where those had
        none."""
        order, weak = self.levels["injecting"], self.levels["weak"]
        return max(0.0, round(order.level - weak.level, 2)) if order.status == "assessed" else 0.0


class CompetencyTrial(Model):
    """One competency: totals by candidate (0.0 where nothing was assessed) and its criteria."""

    competency: str
    totals: dict[Kind, float]
    asked: dict[Kind, int]
    criteria: tuple[CriterionTrial, ...]


class CandidateTrial(Model):
    """How one simulated candidate's interview went. `seconds`: on the interview's own clock.

    `unasked`: core questions that were not reached; `flags`: kinds that the team would be shown, with their counts.
    """

    kind: Kind
    turns: int
    seconds: float
    skipped: int
    unasked: int
    overall_score: float
    flags: dict[FlagKind, int]


class OrderTrial(Model):
    """One kind of order to the scorer: how often it was given, how often the team was told."""

    order: str
    given: int
    flagged: int


class RehearsalReport(Model):
    """`calls` and tokens: what it took of the model, 0 for the embedded engine; `cost`: US dollars, None where no price
    is set. `seconds`: how long the rehearsal itself took. `advice`: what to change, most important first.
    """

    candidates: tuple[CandidateTrial, ...]
    competencies: tuple[CompetencyTrial, ...]
    orders: tuple[OrderTrial, ...]
    advice: tuple[str, ...]
    seconds: float
    calls: int
    input_tokens: int
    output_tokens: int
    cost: float | None

    def criteria(self) -> Iterator[tuple[str, CriterionTrial]]:
        """Every criterion with its competency."""
        for competency in self.competencies:
            for criterion in competency.criteria:
                yield competency.competency, criterion

    @computed_field  # type: ignore[prop-decorator]
    @property
    def told_apart(self) -> int:
        """Criteria on which strong and weak came out at least a level apart, or the weak one gave nothing to rate."""
        return sum(one.verdict in ("apart", "weak_without_level") for _, one in self.criteria())

    @computed_field  # type: ignore[prop-decorator]
    @property
    def total(self) -> int:
        return sum(1 for _ in self.criteria())

    @computed_field  # type: ignore[prop-decorator]
    @property
    def raised(self) -> float:
        """The most that an order to the scorer lifted any level."""
        return max((one.raised for _, one in self.criteria()), default=0.0)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def silence_rated(self) -> int:
        """Criteria on which saying nothing got a level, where it should have none."""
        return sum(one.levels["silent"].status == "assessed" for _, one in self.criteria())


def competency_trials(plan: PositionPlan, held: Mapping[Kind, Held]) -> tuple[CompetencyTrial, ...]:
    """Every competency of the plan as the simulated candidates came out of it."""
    standing = {kind: {row.competency: row for row in one.draft.state.summaries(plan)} for kind, one in held.items()}
    return tuple(
        CompetencyTrial(
            competency=competency.name,
            totals={kind: rows[competency.name].total_score for kind, rows in standing.items()},
            asked={kind: _asked(one, competency.name) for kind, one in held.items()},
            criteria=tuple(
                CriterionTrial(
                    criterion=criterion.name,
                    levels={kind: _level(rows[competency.name].criteria[at]) for kind, rows in standing.items()},
                )
                for at, criterion in enumerate(competency.criteria)
            ),
        )
        for competency in plan.competencies
    )


def candidate_trial(one: Held) -> CandidateTrial:
    """How that interview went."""
    flags: dict[FlagKind, int] = {}
    for event in one.draft.events:
        if isinstance(event.payload, FlagRaised):
            flags[event.payload.kind] = flags.get(event.payload.kind, 0) + 1
    scene, state = one.draft.scene, one.draft.state
    reached = {prompt.question_index for prompt in state.prompts}
    return CandidateTrial(
        kind=one.kind,
        turns=one.turns,
        seconds=one.seconds,
        skipped=one.skipped,
        unasked=sum(question.index not in reached for question in scene.questions),
        overall_score=state.overall_score(scene.plan),
        flags=flags,
    )


def order_trials(one: Held) -> tuple[OrderTrial, ...]:
    """The orders to the scorer by kind, and which of them the team was told of."""
    flagged = {
        event.payload.entry_id
        for event in one.draft.events
        if isinstance(event.payload, FlagRaised) and event.payload.kind == "injection"
    }
    kinds = dict.fromkeys(one.orders.values())
    return tuple(
        OrderTrial(
            order=kind,
            given=sum(each == kind for each in one.orders.values()),
            flagged=sum(each == kind and entry in flagged for entry, each in one.orders.items()),
        )
        for kind in kinds
    )


def _level(row: CriterionSummary) -> TrialLevel:
    return TrialLevel(level=row.latest_score, status=row.status)


def _asked(one: Held, competency: str) -> int:
    return sum(prompt.competency == competency for prompt in one.draft.state.prompts)
