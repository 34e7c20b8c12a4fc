"""An engine that asks and rates as the truth says: an answer is looked up by its words, and any other shows nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

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
    TranscriptEntry,
)
from interview.rehearsal.simulated import Asked, Kind, reply
from interview.scoring import response_total
from interview.synthetic.asking import FOLLOW_UPS, GAP, MOST_PROMPTS, PROBE, Levels, Position, sentence
from interview.synthetic.rereading import FIRST_PROMPT, SECOND_PROMPT, Rereading
from interview.synthetic.trials import simulated_level
from interview.synthetic.truth import EVALUATION_TOKENS, PLAN_TOKENS, PROBE_TOKENS, SCORE_TOKENS, Truth

Shown = Mapping[str, tuple[int, str]]
"""Criterion → level and the words that show it; no criterion that the words do not show."""
_RATED: tuple[Kind, ...] = ("strong", "weak", "injecting")
"""The simulated candidates who show anything."""

_WORDS = {
    "warmup": "Hello. This is synthetic data. To begin with: what drew you to this role?",
    "wrapup": "Those were my questions. Is there anything that you would like to add?",
    "closing": "Thank you for your time.",
}


class SyntheticEngine:
    """`again`: rates as the second wording of the prompts does, as the truth has that."""

    name, model = "synthetic", "synthetic-model"

    def __init__(self, truth: Truth, again: Rereading | None = None) -> None:
        self.prompt_version = SECOND_PROMPT if again else FIRST_PROMPT
        self._again = again
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

    def probe(self, plan: PositionPlan, job_text: str, resume_text: str) -> CandidatePlan:  # noqa: ARG002 - nothing of the job is in a résumé
        self._spend("probe", PROBE_TOKENS)
        profile = CandidateProfile(resume_summary="A made-up person.")
        if GAP not in resume_text:
            return CandidatePlan(profile=profile)
        probe = Question(
            index=0,
            text=PROBE,
            kind="probe",
            competency=plan.competencies[-1].name,
            purpose="A gap may have a reason.",
        )
        return CandidatePlan(profile=profile, gaps=("A year without work.",), probes=(probe,))

    def ask(self, request: AskRequest) -> Prompt:
        if request.kind == "question" and request.question:
            return Prompt(content=request.question.text, reasoning="The next question of the plan.")
        words = _WORDS.get(request.kind) or FOLLOW_UPS.get(request.escalation, "Please go on.")
        return Prompt(content=words, reasoning="The answer may say more.")

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        self._spend("evaluate", EVALUATION_TOKENS)
        said = [entry for exchange in request.exchanges for entry in exchange.answers]
        shown = self._shown(request.competency, said[-1].text)
        scores = [_score(criterion, shown, said) for criterion in request.competency.criteria]
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

    def _shown(self, competency: Competency, newest: str) -> Shown:
        """What a response shows whose newest answer this is."""
        before = self._levels.get(newest, {})
        now = self._again.levels(competency.name, before) if self._again else before
        return {name: (now[name] or level, sentence(name, level)) for name, level in before.items() if level}

    def _spend(self, purpose: str, tokens: tuple[int, int]) -> None:
        usage.spend(self.model, purpose, *tokens)


class RehearsalEngine(SyntheticEngine):
    """Knows the words of the simulated candidates as well; rehearsals cost nothing."""

    def __init__(self, truth: Truth, position: Position, plan: PositionPlan) -> None:
        super().__init__(truth)
        self._position = position
        self._kinds = _kinds_by_words(plan)

    def _shown(self, competency: Competency, newest: str) -> Shown:
        kind = self._kinds.get((competency.name, newest))
        if kind is None:
            return {}
        quote = newest.split(".", maxsplit=1)[0]
        levels = {
            one.name: simulated_level(kind, blunt=(competency.name, one.name) == self._position.blunt)
            for one in competency.criteria
        }
        return {name: (level, quote) for name, level in levels.items() if level}

    def _spend(self, purpose: str, tokens: tuple[int, int]) -> None:
        """Nothing: what rehearsals take is none of the truth's figures."""


def _kinds_by_words(plan: PositionPlan) -> dict[tuple[str, str], Kind]:
    """Competency and answer → who says so: what each simulated candidate can be heard to say under this plan."""
    prompts = product(_RATED, plan.competencies, range(len(plan.core_questions)), range(MOST_PROMPTS))
    return {
        (competency.name, reply(kind, Asked(plan.role_title, competency, response, round_)).text): kind
        for kind, competency, response, round_ in prompts
    }


def _score(criterion: Criterion, shown: Shown, said: Sequence[TranscriptEntry]) -> CriterionScore:
    level, words = shown.get(criterion.name, (0, ""))
    quote = evidence.locate(words, said) if level else None
    return CriterionScore(
        criterion=criterion.name,
        weight=criterion.weight,
        score=float(level),
        low=float(level),
        high=float(level),
        rationale=f"As the truth has it: level {level}." if level else "The words do not show it.",
        status="assessed" if level else "not_assessed",
        evidence=(quote,) if quote else (),
    )


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
