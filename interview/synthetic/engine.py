"""An engine that asks and rates as the truth says: an answer is looked up by its words, and any other shows nothing."""

from __future__ import annotations

from interview import evidence, usage
from interview.engines import AskRequest, EvaluationRequest, Prompt, ScoreRequest
from interview.models import (
    Anchors,
    CandidatePlan,
    CandidateProfile,
    Competency,
    Criterion,
    CriterionScore,
    Evaluation,
    GuideContent,
    Narrative,
    PositionPlan,
    Question,
)
from interview.scoring import response_total
from interview.synthetic.truth import (
    EVALUATION_TOKENS,
    PLAN_TOKENS,
    PROBE_TOKENS,
    SCORE_TOKENS,
    Levels,
    Position,
    Truth,
    sentence,
)

_WORDS = {
    "warmup": "Hello. This is synthetic data. To begin with: what drew you to this role?",
    "wrapup": "Those were my questions. Is there anything that you would like to add?",
    "closing": "Thank you for your time.",
    "why": "Why did you do it that way?",
    "how": "How exactly did you go about it?",
    "challenge": "What would you say to somebody who would have done it otherwise?",
    "edge": "What if you had had half the time?",
    "hint": "Think of a time when it was hard, and begin with what you did first.",
}


class SyntheticEngine:
    name, model, prompt_version = "synthetic", "synthetic-model", "1"

    def __init__(self, truth: Truth) -> None:
        self._positions = {position.role_title: position for position in truth.positions}
        self._levels: dict[str, Levels] = {
            exchange.said: exchange.levels
            for interview in truth.interviews
            for session in interview.sessions
            for response in session.responses
            for exchange in response.exchanges
        }

    def plan(self, role_title: str, job_text: str, *, max_questions_per_competency: int) -> PositionPlan:  # noqa: ARG002 - the truth has planned it
        self._spend("plan", PLAN_TOKENS)
        return plan_of(self._positions[role_title])

    def probe(self, plan: PositionPlan, job_text: str, resume_text: str) -> CandidatePlan:  # noqa: ARG002 - nobody is asked more than the core
        self._spend("probe", PROBE_TOKENS)
        return CandidatePlan(profile=CandidateProfile(resume_summary="A made-up person."))

    def ask(self, request: AskRequest) -> Prompt:
        if request.kind == "question" and request.question:
            return Prompt(content=request.question.text, reasoning="The next question of the plan.")
        words = _WORDS.get(request.kind) or _WORDS.get(request.escalation, "Please go on.")
        return Prompt(content=words, reasoning="The answer may say more.")

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        self._spend("evaluate", EVALUATION_TOKENS)
        said = [entry for exchange in request.exchanges for entry in exchange.answers]
        levels = self._levels.get(said[-1].text, {})
        scores = []
        for criterion in request.competency.criteria:
            level = levels.get(criterion.name)
            quote = evidence.locate(sentence(criterion.name, level), said) if level else None
            scores.append(
                CriterionScore(
                    criterion=criterion.name,
                    weight=criterion.weight,
                    score=float(level or 0),
                    low=float(level or 0),
                    high=float(level or 0),
                    rationale=f"As the truth has it: level {level}." if level else "The words do not show it.",
                    status="assessed" if level else "not_assessed",
                    evidence=(quote,) if quote else (),
                )
            )
        return Evaluation(
            summary="As the truth has it.",
            total_score=response_total(scores),
            rubric_filled=all(score.status == "assessed" for score in scores),
            criterion_scores=tuple(scores),
        )

    def score(self, request: ScoreRequest) -> Narrative:
        self._spend("score", SCORE_TOKENS)
        ranked = sorted((row for row in request.summaries if row.total_score), key=lambda row: row.total_score)
        return Narrative(
            summary="Synthetic data: nobody was interviewed.",
            strengths=tuple(f"Most was shown of {row.competency.lower()}." for row in ranked[-1:]),
            improvements=tuple(f"Least was shown of {row.competency.lower()}." for row in ranked[:1]),
        )

    def guide(self, request: ScoreRequest) -> GuideContent:  # noqa: ARG002 - there is nobody to learn from it
        return GuideContent(opening="Synthetic data: nobody was interviewed.", sections=())

    def _spend(self, purpose: str, tokens: tuple[int, int]) -> None:
        usage.spend(self.model, purpose, *tokens)


def plan_of(position: Position, version: int = 1) -> PositionPlan:
    """The position's plan; the second version asks the same, by anchors that were worded anew."""
    return PositionPlan(
        role_title=position.role_title,
        family="synthetic",
        focus_areas=tuple(one.name.lower() for one in position.competencies[:2]),
        competencies=tuple(
            Competency(
                name=one.name,
                description=one.description,
                criteria=tuple(
                    Criterion(name=name, weight=weight, anchors=_anchors(version))
                    for name, weight in one.weights.items()
                ),
            )
            for one in position.competencies
        ),
        core_questions=tuple(
            Question(index=index, text=one.text, competency=one.competency)
            for index, one in enumerate(position.questions)
        ),
    )


def _anchors(version: int) -> Anchors:
    again = " (worded anew)" if version == 2 else ""
    return Anchors(
        one=f"Left it to others{again}.",
        three=f"Did what is usual{again}.",
        five=f"Had a target, measured it and learned from it{again}.",
    )
