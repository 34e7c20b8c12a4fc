"""The engine on Gemini: the model finds words and reads answers; rules bound, ground and add up what it says.

Not a word of a candidate's is ever part of an instruction: what they wrote or said is sent as marked data, without
names, addresses, links and numbers. When rating, nothing of the résumé is sent, and a level without words that really
stand in the transcript is no level.
"""

from __future__ import annotations

import re

from interview.engines import AskRequest, EvaluationRequest, Prompt, ScoreRequest
from interview.engines.gemini.client import GeminiClient, Pacing
from interview.engines.gemini.prompts import PROMPT_VERSION
from interview.errors import InvalidPayload
from interview.models import CandidatePlan, Evaluation, GuideContent, Narrative, PositionPlan
from interview.settings import Settings


class GeminiEngine:
    """`interview.engines.InterviewEngine` on Gemini. Any number of threads may call it at once.

    Raises InvalidPayload without a key. Parts are imported when first used, the client of Google's with them.
    """

    name = "gemini"

    def __init__(self, settings: Settings, pacing: Pacing = Pacing()) -> None:  # noqa: B008  (frozen)
        if settings.gemini_api_key is None:
            raise InvalidPayload(
                "The engine “gemini” needs a key: set GEMINI_API_KEY, or INTERVIEW_ENGINE to embedded."
            )
        if not re.fullmatch(r"[!-~]+", settings.gemini_api_key.get_secret_value()):
            raise InvalidPayload("GEMINI_API_KEY is no key: it has a space, a line end or other odd characters in it.")
        self.model = settings.text_model
        self._samples, self._redact = settings.scoring_samples, settings.redact
        # A median of several replies measures otherwise than one reply does.
        several = f", median of {self._samples}" if self._samples > 1 else ""
        self.prompt_version = f"{PROMPT_VERSION}{several}"
        self._client = GeminiClient(settings, pacing)

    def open(self) -> None:
        """Make the client, which takes a second or more; nothing is sent."""
        self._client.open()

    def close(self) -> None:
        self._client.close()

    def plan(self, role_title: str, job_text: str, *, max_questions_per_competency: int) -> PositionPlan:
        from interview.engines.gemini.planning import plan

        return plan(self._client, role_title, job_text, max_questions_per_competency, redact=self._redact)

    def probe(self, plan: PositionPlan, job_text: str, resume_text: str) -> CandidatePlan:  # noqa: ARG002  (the plan says it)
        from interview.engines.gemini.planning import probe

        return probe(self._client, plan, resume_text, redact=self._redact)

    def ask(self, request: AskRequest) -> Prompt:
        from interview.engines.gemini.asking import ask

        return ask(self._client, request, redact=self._redact)

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        from interview.engines.gemini.evaluating import evaluate

        return evaluate(self._client, request, samples=self._samples, redact=self._redact)

    def score(self, request: ScoreRequest) -> Narrative:
        from interview.engines.gemini.narrating import narrate

        return narrate(self._client, request, redact=self._redact)

    def guide(self, request: ScoreRequest) -> GuideContent:
        from interview.engines.gemini.narrating import guide

        return guide(self._client, request, redact=self._redact)
