"""An engine that does what a test tells it to: levels and failures are queued, words are plain and numbered."""

from __future__ import annotations

from collections import deque

from interview import evidence
from interview.engines import AskRequest, EvaluationRequest, Prompt, ScoreRequest
from interview.errors import EngineFailure
from interview.models import (
    Anchors,
    CandidatePlan,
    CandidateProfile,
    Competency,
    Criterion,
    CriterionScore,
    Evaluation,
    Evidence,
    GuideContent,
    Narrative,
    PositionPlan,
    Question,
)
from interview.scoring import response_total


def competency(name: str, criteria: int = 2) -> Competency:
    return Competency(
        name=name,
        description=f"What {name} means here.",
        criteria=tuple(
            Criterion(
                name=f"{name} {n}",
                weight=n,
                anchors=Anchors(one="did nothing", three="did something", five="did it well and said why"),
            )
            for n in range(1, criteria + 1)
        ),
    )


def position_plan(core: int = 1, names: tuple[str, ...] = ("Debugging", "Teamwork", "Planning")) -> PositionPlan:
    questions = [
        Question(index=0, text=f"Tell me about {name.lower()}, part {n}.", competency=name)
        for name in names
        for n in range(1, core + 1)
    ]
    return PositionPlan(
        role_title="Engineer",
        family="engineering",
        focus_areas=("debugging", "teamwork"),
        competencies=tuple(competency(name) for name in names),
        core_questions=tuple(q.model_copy(update={"index": i}) for i, q in enumerate(questions)),
    )


class ScriptedEngine:
    """`levels`: what the next evaluations give every criterion (None: no evidence), 3.0 when the queue is empty.

    `fail_next(n)`: the next n calls raise EngineFailure. `before`: called at each evaluation, for races.
    """

    name, model, prompt_version = "scripted", "none", "1"

    def __init__(self, core: int = 1, probes: int = 1) -> None:
        self.levels: deque[float | None] = deque()
        self.failures = 0
        self.core, self.probes = core, probes
        self.evaluated: list[EvaluationRequest] = []
        self.asked: list[AskRequest] = []
        self.before = lambda: None

    def fail_next(self, calls: int = 1) -> None:
        self.failures = calls

    def _maybe_fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise EngineFailure("The model did not answer. Please send your answer again.")

    def plan(self, role_title: str, job_text: str, *, max_questions_per_competency: int) -> PositionPlan:
        self._maybe_fail()
        core = min(self.core, max_questions_per_competency)
        return position_plan(core).model_copy(update={"role_title": role_title})

    def probe(self, plan: PositionPlan, job_text: str, resume_text: str) -> CandidatePlan:
        self._maybe_fail()
        names = [row.name for row in plan.competencies][: self.probes]
        return CandidatePlan(
            profile=CandidateProfile(candidate_name="Ada Example", resume_summary="Ten years of engineering."),
            focus_areas=("debugging", "planning"),
            probes=tuple(
                Question(index=n, text=f"Your résumé names {name.lower()}. How so?", kind="probe", competency=name)
                for n, name in enumerate(names)
            ),
        )

    def ask(self, request: AskRequest) -> Prompt:
        self._maybe_fail()
        self.asked.append(request)
        text = (
            request.question.text if request.kind == "question" and request.question else f"Words for {request.kind}."
        )
        return Prompt(content=text, reasoning="because the script says so", follow_up_prompt="And then?")

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        self.before()
        self._maybe_fail()
        self.evaluated.append(request)
        level = self.levels.popleft() if self.levels else 3.0
        scores = tuple(self._score(request, c.name, c.weight, level) for c in request.competency.criteria)
        return Evaluation(
            summary="As scripted.",
            total_score=response_total(scores),
            rubric_filled=level is not None,
            criterion_scores=scores,
            follow_up_needed=level is None,
        )

    def _score(self, request: EvaluationRequest, name: str, weight: float, level: float | None) -> CriterionScore:
        if level is None:
            return CriterionScore(criterion=name, weight=weight, status="insufficient_evidence")
        entry = request.exchanges[-1].answers[-1]
        place = evidence.locate(entry.text, [entry]) or Evidence(entry_id=entry.entry_id, start=0, end=len(entry.text))
        return CriterionScore(
            criterion=name, weight=weight, score=level, low=level, high=level, status="assessed", evidence=(place,)
        )

    def score(self, request: ScoreRequest) -> Narrative:
        self._maybe_fail()
        return Narrative(summary="As scripted.", strengths=("strong",), improvements=("weak",))

    def guide(self, request: ScoreRequest) -> GuideContent:
        self._maybe_fail()
        return GuideContent(opening="As scripted.", sections=())
