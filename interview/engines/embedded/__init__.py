"""The embedded engine: plans, asks, evaluates, scores and guides with no key and no network, and always the same way.

Its scores are a structured reading aid, fitted on a small set of answers that were written and rated for it; they are
not calibrated against anybody's own raters.
"""

from __future__ import annotations

from interview.engines import AskRequest, EvaluationRequest, Prompt, ScoreRequest
from interview.models import CandidatePlan, Evaluation, GuideContent, Narrative, PositionPlan


class EmbeddedEngine:
    """`interview.engines.InterviewEngine` without a language model. Parts are imported when first used."""

    name = "embedded"
    model = "wordllama-256"
    prompt_version = "2"

    def plan(self, role_title: str, job_text: str, *, max_questions_per_competency: int) -> PositionPlan:
        from interview.engines.embedded.planning import plan_position

        return plan_position(role_title, job_text, max_questions_per_competency=max_questions_per_competency)

    def probe(self, plan: PositionPlan, job_text: str, resume_text: str) -> CandidatePlan:
        from interview.engines.embedded.planning import plan_candidate

        return plan_candidate(plan, job_text, resume_text)

    def ask(self, request: AskRequest) -> Prompt:
        from interview.engines.embedded.asking import ask

        return ask(request)

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        from interview.engines.embedded.blind import evaluate_blind

        return evaluate_blind(request)

    def score(self, request: ScoreRequest) -> Narrative:
        from interview.engines.embedded.narrating import narrate

        return narrate(request)

    def guide(self, request: ScoreRequest) -> GuideContent:
        from interview.engines.embedded.guiding import guide

        return guide(request)
