"""What is made of Gemini's plans, replies and summaries, over the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest
from gemini_requests import JOB, RESUME, contents_of, standing_at
from gemini_server import GeminiServer

from interview.engines import AskRequest, Exchange
from interview.engines.gemini import GeminiEngine
from interview.errors import EngineFailure
from interview.models import Question

# --- what is made of other replies ------------------------------------------------------------------------------------


def _plan_reply(**changes: Any) -> dict[str, Any]:
    criterion = {
        "name": "Care", "description": "d", "anchor_1": "a", "anchor_3": "b", "anchor_5": "c",
        "expected_points": ["I looked"], "weight": 1,
    }  # fmt: skip
    question = {"text": "Tell me about a fault.", "style": "behavioural", "purpose": "p"}
    competency = {
        "name": "Debugging",
        "description": "d",
        "criteria": [criterion, criterion | {"weight": 2}, criterion | {"weight": 10}],
        "questions": [question],
    }
    plan = {"family": "f", "skills_wanted": ["SQL", "sql"], "focus_areas": ["a", "b"], "competencies": [competency] * 5}
    return plan | changes


def test_a_plan_is_put_into_bounds(engine: GeminiEngine, server: GeminiServer) -> None:
    """Names made unique, weights to sum to 1, lists without repetitions."""
    server.enqueue(_plan_reply())
    plan = engine.plan("Engineer", JOB, max_questions_per_competency=3)
    assert [one.name for one in plan.competencies][:2] == ["Debugging", "Debugging (2)"]
    assert [one.name for one in plan.competencies[0].criteria] == ["Care", "Care (2)", "Care (3)"]
    assert [one.weight for one in plan.competencies[0].criteria] == [0.077, 0.154, 0.769]
    assert plan.skills_wanted == ("SQL",)
    assert [one.competency for one in plan.core_questions] == [one.name for one in plan.competencies]


@pytest.mark.parametrize(
    "text", ["Are you married?", "How old are you?", "What is your religion?", "How is your health these days?"]
)
def test_a_question_about_a_protected_matter_is_sent_back(
    engine: GeminiEngine, server: GeminiServer, text: str
) -> None:
    """And is a failure if it comes again: such a question is never planned."""
    asked = _plan_reply()
    asked["competencies"] = json.loads(json.dumps(asked["competencies"]))
    asked["competencies"][2]["questions"][0]["text"] = text
    server.enqueue(asked, _plan_reply(), asked, asked)
    engine.plan("Engineer", JOB, max_questions_per_competency=3)
    assert "competencies.2.questions.0.text" in contents_of(server.requests[1])
    with pytest.raises(EngineFailure):
        engine.plan("Engineer", JOB, max_questions_per_competency=3)


def test_a_planned_question_stands_between_no_other_question(engine: GeminiEngine, server: GeminiServer) -> None:
    question = Question(index=0, text="Tell me about a fault that you found.")
    request = AskRequest(kind="question", role_title="Engineer", question=question)
    words = {"reasoning": "r", "follow_up_prompt": "f"}
    server.enqueue(
        words | {"lead_in": "Thank you, that is clear."},
        words | {"lead_in": "Which fault was it?"},
        words | {"lead_in": ""},
    )
    assert [engine.ask(request).content for _ in range(3)] == [
        f"Thank you, that is clear. {question.text}",
        question.text,
        question.text,
    ]


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        ("The team works from Leeds.", "You would work from Leeds. How so?"),
        ("People of the hiring team read the answers", "You would work from Leeds. How so?"),
        ("The salary is 90,000 pounds.", None),
        ("Leeds", None),
        (None, None),
    ],
)
def test_a_candidate_is_answered_only_from_what_the_position_says(
    engine: GeminiEngine, server: GeminiServer, quote: str | None, said: str | None
) -> None:
    server.enqueue({"quote": quote, "answer": "You would work from Leeds."})
    exchange = Exchange(prompt="How so?")
    request = AskRequest(
        kind="reply", role_title="Engineer", job_text=JOB, exchanges=(exchange,), candidate_words="Where is it?"
    )
    content = engine.ask(request).content
    assert content == (
        said or "I do not know that from the position's description; I note your question for the team. How so?"
    )


def test_a_hint_quotes_only_lines_of_the_resume(engine: GeminiEngine, server: GeminiServer) -> None:
    real = "Wrote the billing service in Python, which sends 40,000 invoices a month"
    server.enqueue({"quotes": [real, "Won the Turing award for it"], "content": "Build on that."})
    prompt = engine.ask(AskRequest(kind="resume_hint", role_title="Engineer", resume_text=RESUME))
    assert prompt.content == f"Your résumé says: “{real}”. Build on that."


@pytest.mark.parametrize(
    ("level", "strengths", "improvements"),
    [
        (2.0, (), ("Debugging: Short.", "Teamwork: Short.")),
        (3.0, ("Debugging: Good.",), ("Debugging: Short.", "Teamwork: Short.")),
        (5.0, ("Debugging: Good.",), ("Teamwork: Short.",)),
    ],
)
def test_praise_needs_a_level_and_criticism_a_gap(
    engine: GeminiEngine,
    server: GeminiServer,
    level: float,
    strengths: tuple[str, ...],
    improvements: tuple[str, ...],
) -> None:
    """Whatever the model would rather say of what is weak, full, or was not asked about."""
    both = {"strength": "Good.", "improvement": "Short."}
    server.enqueue({"summary": "In words.", "competencies": {"k1": both, "k2": both}})
    narrative = engine.score(standing_at(level))
    assert narrative.strengths == strengths
    assert narrative.improvements == improvements
    assert narrative.summary.endswith(f"the overall score is {level:.1f} of 5. In words.")
