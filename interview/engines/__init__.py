"""What an interview engine is: the one protocol that every engine keeps, and the requests it is given.

Engines suggest, rules decide. An engine returns words and evaluations; it never moves a session, never sees a name or a
résumé when it scores, and has no state: the same request gives the same reply from the embedded engine.
"""

from __future__ import annotations

from typing import Literal, Protocol

from interview.models import (
    CandidatePlan,
    Competency,
    CompetencySummary,
    Escalation,
    Evaluation,
    GuideContent,
    Model,
    Narrative,
    Persona,
    PositionPlan,
    Question,
    TranscriptEntry,
)

PromptKind = Literal["warmup", "question", "follow_up", "hint", "rephrase", "reply", "resume_hint", "wrapup", "closing"]


class Exchange(Model):
    """One prompt of the interviewer and the candidate's words in reply (several entries where they paused)."""

    prompt: str
    answers: tuple[TranscriptEntry, ...] = ()

    @property
    def answer_text(self) -> str:
        return " ".join(entry.text for entry in self.answers)


class EvaluationRequest(Model):
    """One response to be evaluated: a question with its follow-ups, and the competency it is rated on.

    `auto_send` says that the words come straight from speech: transcription slips must not lower a score. `private`:
    names that may stand in the words and are taken out before a model is sent them; nothing is rated by them.
    """

    role_title: str
    competency: Competency
    exchanges: tuple[Exchange, ...]
    auto_send: bool = False
    private: tuple[str, ...] = ()


class AskRequest(Model):
    """What the interviewer is to say next.

    `question` is the planned question in hand (its text is asked as it stands: that is what makes interviews
    comparable); `exchanges` is the response so far, newest last; `asked` all prompts of this session, oldest first;
    `candidate_words` what the candidate just asked, for `reply`. For `hint` and `resume_hint`: `replies`, what the
    interviewer has said at this question beside its prompts. For `resume_hint` only, which candidates may ask for in
    practice: `resume_text`, of which up to two lines are to be quoted. No other request brings a résumé, and an
    evaluation never does. `private`: as for an evaluation.
    """

    kind: PromptKind
    escalation: Escalation = "broad"
    persona: Persona = Persona()
    role_title: str
    job_text: str = ""
    question: Question | None = None
    competency: Competency | None = None
    exchanges: tuple[Exchange, ...] = ()
    evaluation: Evaluation | None = None
    asked: tuple[str, ...] = ()
    candidate_words: str = ""
    auto_send: bool = False
    resume_text: str = ""
    replies: tuple[str, ...] = ()
    private: tuple[str, ...] = ()


class Prompt(Model):
    """Words to say, why these (for the team), and what would be asked next if the answer stays thin."""

    content: str
    reasoning: str = ""
    follow_up_prompt: str = ""


class Response(Model):
    """A response with its evaluation, for the summary and the study guide."""

    competency: str
    question: str
    exchanges: tuple[Exchange, ...]
    evaluation: Evaluation


class ScoreRequest(Model):
    role_title: str
    competencies: tuple[Competency, ...]
    summaries: tuple[CompetencySummary, ...]
    overall_score: float
    responses: tuple[Response, ...] = ()
    private: tuple[str, ...] = ()


class InterviewEngine(Protocol):
    """Plan, ask, evaluate, score, guide.

    Every method may raise `interview.errors.EngineFailure`; the caller then changes nothing and may call again.
    """

    name: str
    model: str
    prompt_version: str

    def plan(self, role_title: str, job_text: str, *, max_questions_per_competency: int) -> PositionPlan:
        """The core of a position: at least 3 competencies, 5 questions with those of `probe`, 2 focus areas."""
        ...

    def probe(self, plan: PositionPlan, job_text: str, resume_text: str) -> CandidatePlan:
        """What is added for one candidate: profile, skills shown, gaps, focus areas, résumé-specific probes."""
        ...

    def ask(self, request: AskRequest) -> Prompt:
        """The interviewer's next words."""
        ...

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        """A score per criterion of the competency, each with evidence located in the candidate's entries."""
        ...

    def score(self, request: ScoreRequest) -> Narrative:
        """Summary, strengths and improvements in words; the figures are computed, not asked for."""
        ...

    def guide(self, request: ScoreRequest) -> GuideContent:
        """What the candidate may learn from the interview."""
        ...
