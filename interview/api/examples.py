"""Examples for the description of the API, in the spelling of the path that they stand at."""

from __future__ import annotations

from typing import Any

_INTERVIEW_ID = "0b6f4c1e-5a52-4c55-9d4e-1f2a3b4c5d6e"
_SESSION_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_CANDIDATE_ID = "3f333df6-90a4-4fda-8dd3-9485d27cee36"
_POSITION_ID = "16fd2706-8baf-433b-82eb-8c7fada847da"
_MOMENT = "2025-03-04T09:30:00Z"
_QUESTION = "Tell me about a fault that took you longer to find than you expected."
_ANSWER = "I compared the slow requests by time of day and found that a nightly report held the lock."

_PERSONA = {"name": "Alex", "probingStyle": "curious", "hintStyle": "gentle", "encouragement": "warm"}
_STAMP = {
    "engine": "embedded",
    "model": "wordllama-256",
    "prompt": "1",
    "rubric": f"{_POSITION_ID}/1",
    "application": "0.1.0",
}

START_REQUEST: dict[str, Any] = {"interviewId": _INTERVIEW_ID, "candidateId": _CANDIDATE_ID}
TURN_REQUEST: dict[str, Any] = {
    "sessionId": _SESSION_ID, "answer": _ANSWER, "autoSend": False, "autoGenerate": False,
}  # fmt: skip


def _prompt(content: str, stage: str, competency: str | None, escalation: str) -> dict[str, Any]:
    return {
        "content": content,
        "metadata": {
            "competency": competency,
            "stage": stage,
            "reasoning": "The answer names a cause; what was done about it is open.",
            "escalation": escalation,
            "followUpPrompt": "What did you change afterwards?",
        },
    }


_WARMUP = _prompt("Before we begin: what drew you to this role?", "warmup", None, "broad")
_FOLLOW_UP = _prompt("You said that a report held the lock. How did you prove it?", "competency", "Debugging", "how")
_EVIDENCE = {"start": 2, "end": 43, "quote": "compared the slow requests by time of day"}
_LOCATED = {**_EVIDENCE, "entryId": 4, "startMs": 61000}
_LOCATED_SNAKE = {**_EVIDENCE, "entry_id": 2, "start_ms": 61000}
_RATING = {
    "criterion": "Isolates the cause", "weight": 0.6, "rationale": "Narrows the fault down by one variable.",
    "status": "assessed", "low": 4.0, "high": 4.0,
}  # fmt: skip

START_RESPONSE: dict[str, Any] = {
    "sessionId": _SESSION_ID,
    "stage": "warmup",
    "persona": _PERSONA,
    "profile": {
        "candidateId": _CANDIDATE_ID,
        "candidateName": "Ada Example",
        "resumeSummary": "Backend engineer, eight years, payments.",
        "experienceYears": 8.0,
        "highlightedExperiences": ["Led the move to event sourcing"],
        "skills": ["Python", "PostgreSQL"],
    },
    "question": _WARMUP,
    "events": [
        {
            "eventId": 1, "createdAt": _MOMENT, "stage": "warmup", "competency": None, "eventType": "stage_entered",
            "payload": {"stage": "warmup"},
        },
    ],
    "competencies": [{"competency": "Debugging", "totalScore": 0.0, "rubricFilled": False, "criteria": []}],
    "overallScore": 0.0,
    "questionsAsked": 1,
    "elapsedMs": 0,
}  # fmt: skip

TURN_RESPONSE: dict[str, Any] = {
    "stage": "competency",
    "question": _FOLLOW_UP,
    "evaluation": {
        "summary": "A cause is named and isolated.",
        "totalScore": 4.0,
        "rubricFilled": False,
        "criterionScores": [{**_RATING, "score": 4.0, "evidence": [_LOCATED]}],
        "hints": [],
        "followUpNeeded": True,
        "flags": [],
    },
    "events": [
        {
            "eventId": 7, "createdAt": _MOMENT, "stage": "competency", "competency": "Debugging", "eventType": "answer",
            "payload": {"entryId": 4, "answer": _ANSWER, "autoSend": False, "autoGenerate": False},
        },
    ],
    "competencies": [
        {
            "competency": "Debugging",
            "totalScore": 4.0,
            "rubricFilled": False,
            "criteria": [{**_RATING, "latestScore": 4.0, "evidence": [_LOCATED]}],
        }
    ],
    "overallScore": 4.0,
    "questionsAsked": 3,
    "elapsedMs": 92000,
    "completed": False,
}  # fmt: skip

SNAPSHOT: dict[str, Any] = {
    "sessionId": _SESSION_ID,
    "interviewId": _INTERVIEW_ID,
    "mode": "text",
    "status": "active",
    "expired": False,
    "completed": False,
    "stage": "competency",
    "persona": _PERSONA,
    "question": _FOLLOW_UP,
    "lastTurn": TURN_RESPONSE,
    "events": TURN_RESPONSE["events"],
    "transcript": [
        {
            "entryId": 4, "role": "candidate", "text": _ANSWER, "timestamp": "01:01", "startMs": 61000, "endMs": 61000,
            "final": True, "corrects": None,
        },
    ],
    "questionStatuses": [{"status": "answered", "updatedAt": _MOMENT}],
    "askedQuestionIndex": 0,
    "competencies": TURN_RESPONSE["competencies"],
    "overallScore": 4.0,
    "questionsAsked": 3,
    "elapsedMs": 92000,
    "timeLimitMs": 2700000,
    "lastTouched": _MOMENT,
}  # fmt: skip

INTERVIEW: dict[str, Any] = {
    "interview_id": _INTERVIEW_ID,
    "position_id": _POSITION_ID,
    "role_title": "Backend engineer",
    "candidate_id": _CANDIDATE_ID,
    "candidate_name": "Ada Example",
    "language": "en",
    "mode": "embedded",
    "plan_version": 1,
    "plan_approved": True,
    "state": "ready",
    "archived": False,
    "questions": [_QUESTION],
    "question_plan": [
        {
            "index": 0, "text": _QUESTION, "kind": "core", "style": "behavioural", "competency": "Debugging",
            "purpose": "How causes are found and proved.",
        },
    ],
    "competencies": [
        {
            "name": "Debugging",
            "description": "Finds causes and proves them.",
            "criteria": [
                {
                    "name": "Isolates the cause",
                    "description": "Changes one thing at a time.",
                    "weight": 0.6,
                    "anchors": {"1": "Guesses.", "3": "Narrows down.", "5": "Proves the cause and rules out others."},
                    "expected_points": ["a way to reproduce it"],
                }
            ],
        }
    ],
    "focus_areas": ["PostgreSQL under load", "Working across teams"],
    "candidate_plan": {
        "profile": {
            "candidate_id": _CANDIDATE_ID, "candidate_name": "Ada Example",
            "resume_summary": "Backend engineer, eight years, payments.", "experience_years": 8.0,
            "highlighted_experiences": [], "skills": ["Python"],
        },
        "skills_shown": ["Python"],
        "gaps": ["Kubernetes"],
        "focus_areas": ["Working across teams"],
        "probes": [],
    },
    "question_statuses": [{"status": "not_started", "updated_at": None}],
    "asked_question_index": None,
    "warnings": ["Résumé: text that nobody can see was left out."],
    "attempt": 1,
    "sessions": [],
    "transcript": [],
    "score": None,
    "created_at": _MOMENT,
    "updated_at": _MOMENT,
}  # fmt: skip

INTERVIEW_LIST: dict[str, Any] = {
    "sessions": [
        {
            "interview_id": _INTERVIEW_ID, "position_id": _POSITION_ID, "role_title": "Backend engineer",
            "candidate_id": _CANDIDATE_ID, "candidate_name": "Ada Example", "status": "complete", "state": "completed",
            "archived": False, "asked_question_index": 6, "questions_done": 7, "questions_total": 8,
            "open_adjustments": 0, "overall_score": 3.4, "created_at": _MOMENT, "updated_at": _MOMENT,
        },
    ],
    "next": None,
}  # fmt: skip

POSITION_LIST: dict[str, Any] = {
    "positions": [
        {
            "position_id": _POSITION_ID, "role_title": "Backend engineer", "plan_version": 1, "approved": True,
            "purpose": "assessment", "interviews": 4, "created_at": _MOMENT,
        },
    ],
}  # fmt: skip

INVITATION_LIST: dict[str, Any] = {
    "invitations": [
        {
            "invitation_id": "9b2d3c4e-0000-4000-8000-000000000001", "mode": "text", "extra_time_factor": 1.0,
            "created_at": _MOMENT, "expires_at": "2025-03-11T09:30:00Z", "revoked_at": None, "live": True,
        },
    ],
}  # fmt: skip

LIVE_SESSION: dict[str, Any] = {"session_id": _SESSION_ID, "interview_id": _INTERVIEW_ID, "mode": "gemini"}
INVITATION: dict[str, Any] = {
    "invitation_id": "9b2d3c4e-0000-4000-8000-000000000001",
    "url": "http://127.0.0.1:8501/enter/TOKEN",
    "token": "TOKEN",
    "mode": "text",
    "extra_time_factor": 1.0,
    "expires_at": "2025-03-11T09:30:00Z",
}

STATUSES: dict[str, Any] = {
    "question_statuses": [{"status": "started", "updated_at": _MOMENT}, {"status": "not_started", "updated_at": None}],
    "index": 0,
    "status": "started",
    "asked_question_index": 0,
}

SCORE: dict[str, Any] = {
    "scorecard_id": "5f0c2a91-0000-4000-8000-000000000001",
    "session_id": _SESSION_ID,
    "overall_score": 4.0,
    "summary": "Causes are isolated with care; how others were involved stayed open.",
    "strengths": ["Isolates the cause: “compared the slow requests by time of day”"],
    "improvements": ["Say who else was involved and how you told them."],
    "competencies": [
        {
            "competency": "Debugging",
            "total_score": 4.0,
            "rubric_filled": False,
            "criteria": [{**_RATING, "latest_score": 4.0, "evidence": [_LOCATED_SNAKE]}],
        }
    ],
    "transcript": [
        {"role": "coach", "text": _QUESTION, "timestamp": "00:40"},
        {"role": "candidate", "text": _ANSWER, "timestamp": "01:01"},
    ],
    "stamp": _STAMP,
    "source": "engine",
    "created_at": _MOMENT,
    "rehearsal": False,
}

KEY: dict[str, Any] = {"credential_id": "5f0c2a91-0000-4000-8000-000000000002", "secret": "SECRET"}

REVIEW: dict[str, Any] = {
    "review_id": "5f0c2a91-0000-4000-8000-000000000003",
    "interview_id": _INTERVIEW_ID,
    "attempt": 1,
    "session_id": _SESSION_ID,
    "reviewer_id": "5f0c2a91-0000-4000-8000-000000000004",
    "reviewer": "Ines Moreau",
    "ratings": [
        {
            "competency": "Debugging", "criterion": "Isolates the cause", "level": 4,
            "note": "Compares by time of day before guessing.",
        },
        {"competency": "Debugging", "criterion": "Proves the cause", "level": None, "note": ""},
    ],
    "submitted_at": _MOMENT,
    "seen_unrated_at": None,
    "blind": True,
}  # fmt: skip
DECISION: dict[str, Any] = {
    "decision_id": "5f0c2a91-0000-4000-8000-000000000005",
    "interview_id": _INTERVIEW_ID,
    "decision": "advance",
    "reason": "Isolates causes with care; the next talk is about working with other teams.",
    "at": _MOMENT,
    "name": "Ines Moreau",
}
REVIEW_STATE: dict[str, Any] = {
    "session_id": _SESSION_ID,
    "scores_open": True,
    "ratable": True,
    "mine": REVIEW,
    "others": [],
    "overrides": [
        {
            "competency": "Debugging", "criterion": "Isolates the cause", "former_level": 3.0, "level": 4.0,
            "reason": "The second answer names how it was proved.", "at": _MOMENT, "name": "Ines Moreau",
        },
    ],
    "decisions": [DECISION],
}  # fmt: skip

PACKET: dict[str, Any] = {
    "interview_id": _INTERVIEW_ID,
    "session_id": _SESSION_ID,
    "candidate_name": "Ada Example",
    "role_title": "Backend engineer",
    "position_id": _POSITION_ID,
    "plan_version": 1,
    "attempt": 1,
    "rehearsal": False,
    "status": "complete",
    "mode": "live",
    "spoken": True,
    "begun_at": _MOMENT,
    "ended_at": "2025-03-04T10:02:00Z",
    "minutes": 32.0,
    "time_limit_minutes": 45.0,
    "given_back": [{"cause": "connection_lost", "seconds": 12.5}],
    "recordings": [_SESSION_ID],
    "questions": [
        {
            "text": _QUESTION, "kind": "core", "competency": "Debugging", "standing": "answered", "follow_ups": 1,
            "hints": 1, "entry_id": 3,
        },
    ],
    "hints": [
        {"hint": "What did you look at first?", "competency": "Debugging", "entry_id": 7, "start_ms": 95000},
    ],
    "overall_level": 4.0,
    "engine_overall": 3.0,
    "narrative": {"summary": "Isolates causes with care.", "strengths": [], "improvements": []},
    "competencies": [
        {
            "competency": "Debugging",
            "level": 4.0,
            "engine_level": 3.0,
            "criteria": [
                {
                    "criterion": "Isolates the cause",
                    "share": 1.0,
                    "status": "assessed",
                    "level": 4.0,
                    "engine_status": "assessed",
                    "engine_level": 3.0,
                    "low": 2.5,
                    "high": 3.5,
                    "anchor": "Between the rubric's level 3 (finds it) and 5 (finds it and proves it)",
                    "anchors": {"1": "guesses", "3": "finds it", "5": "finds it and proves it"},
                    "rationale": "Narrows the fault down by one variable.",
                    "quotes": [{**_LOCATED_SNAKE, "session_id": _SESSION_ID}],
                    "override": REVIEW_STATE["overrides"][0],
                    "reviews": [
                        {"review_id": REVIEW["review_id"], "reviewer": "Ines Moreau", "level": 4, "note": ""},
                    ],
                },
            ],
        },
    ],
    "warnings": [
        {"kind": "doubtful_words", "words": "3% of the candidate's words were not understood.", "entry_ids": [4]},
    ],
    "doubtful_share": 0.03,
    "overrides": REVIEW_STATE["overrides"],
    "reviews": [
        {"review_id": REVIEW["review_id"], "reviewer": "Ines Moreau", "submitted_at": _MOMENT, "blind": True},
    ],
    "decisions": [DECISION],
    "scored_at": _MOMENT,
    "stamp": _STAMP,
}  # fmt: skip
SELF_REPORT: dict[str, Any] = {
    "offered": True,
    "given_at": _MOMENT,
    "notice": ["Answering is voluntary and changes nothing for your application: …", "They are kept apart …"],
}


def _group(sex: str, n: int, selected: int, low: float, high: float, **more: Any) -> dict[str, Any]:
    return {
        "sex": sex, "race": None, "n": n, "share": n / 120, "part": "compared", "positive": selected,
        "rate": selected / n, "rate_low": low, "rate_high": high, "impact_ratio": 1.0, "ratio_low": 0.9,
        "ratio_high": 1.0, "highest": False, "flagged": False, "more_needed": 0, "p_value": None,
        "significant": False, "small_sample": False, **more,
    }  # fmt: skip


FAIRNESS: dict[str, Any] = {
    "position_id": _POSITION_ID,
    "role_title": "Backend engineer",
    "days": 365,
    "began_at": "2024-03-04T09:30:00Z",
    "made_at": _MOMENT,
    "people": 140,
    "cut": False,
    "self_reports": 126,
    "decisions": {"advanced": 54, "declined": 74, "held": 5, "undecided": 7},
    "scored": 138,
    "unscored": 2,
    "median": 3.2,
    "tables": [
        {
            "kind": "selection",
            "by": ["sex"],
            "groups": [
                _group(
                    "female",
                    60,
                    22,
                    0.25,
                    0.5,
                    impact_ratio=0.7333,
                    ratio_low=0.48,
                    ratio_high=1.0,
                    flagged=True,
                    more_needed=2,
                    p_value=0.196,
                ),
                _group("male", 60, 30, 0.37, 0.63, highest=True),
            ],
            "n": 120,
            "unknown": 8,
        },
    ],
}

_WEBHOOK_ID = "5b1d0a1e-3c1f-4a0e-9f4e-0d6a7c2b8e91"
WEBHOOK: dict[str, Any] = {
    "webhook_id": _WEBHOOK_ID,
    "url": "https://hooks.example.org/candor",
    "events": ["interview.completed", "decision.made"],
    "created_at": _MOMENT,
    "removed_at": None,
    "waiting": 0,
}
WEBHOOK_MESSAGES: dict[str, Any] = {
    "messages": [
        {
            "message_id": "9a7b330a-a736-45e1-b0c3-58a7b0a5f9b3",
            "webhook_id": _WEBHOOK_ID,
            "type": "interview.completed",
            "created_at": _MOMENT,
            "attempts": 2,
            "next_attempt_at": None,
            "delivered_at": "2025-03-04T09:30:31Z",
            "deliveries": [
                {"at": "2025-03-04T09:30:31Z", "milliseconds": 84, "status": 204, "error": ""},
                {"at": _MOMENT, "milliseconds": 112, "status": 503, "error": "It could not take the message."},
            ],
        }
    ]
}

_STEP: dict[str, Any] = {
    "invited": 40,
    "started": 36,
    "completed": 31,
    "decided": 20,
    "dropped_out": 4,
    "start_rate": 0.9,
    "completion_rate": 0.8611,
    "decision_rate": 0.6452,
    "drop_out_rate": 0.1111,
}

FIGURES: dict[str, Any] = {
    "totals": {
        "scorecards": 31,
        "scored": 31,
        "mean_overall": 3.4,
        "rows": 31,
        "criteria_assessed": 84,
        "criteria_total": 93,
        "share_assessed": 0.9032,
    },
    "funnel": {
        "everything": {"position_id": None, "role_title": "", **_STEP},
        "positions": [
            {"position_id": "0f3a2c1e-0000-4000-8000-000000000001", "role_title": "Backend engineer", **_STEP}
        ],
        "modes": [
            {"mode": "live", "started": 20, "with_faults": 1, "fault_rate": 0.05},
            {"mode": "text", "started": 16, "with_faults": 0, "fault_rate": 0.0},
        ],
    },
    "distribution": [{"competency": "Debugging", "levels": [1, 4, 11, 12, 2], "not_assessed": 1, "mean": 3.4}],
    "trend": [{"competency": "Debugging", "week": "2025-03-03", "mean": 3.4, "n": 30}],
    "stages": [{"stage": "warmup", "sessions": 31, "mean_minutes": 1.5}],
    "usage": [
        {
            "day": "2025-03-04",
            "model": "gemini-3.5-flash",
            "calls": 120,
            "unpriced": 0,
            "input_tokens": 402_000,
            "output_tokens": 31_000,
            "cost": 0.21,
        }
    ],
}

COMPARISON: dict[str, Any] = {
    "position_id": _POSITION_ID,
    "role_title": "Backend engineer",
    "plan_version": 1,
    "questions": [_QUESTION],
    "competencies": [
        {
            "competency": "Debugging", "n": 1,
            "comparability": {
                "mark": "not_comparable", "why": "Only one score here can be compared; it takes two.",
            },
        },
    ],
    "candidates": [
        {
            "interview_id": _INTERVIEW_ID, "session_id": _SESSION_ID, "candidate_name": "Ada Example",
            "completed_at": _MOMENT, "plan_version": 1, "stamp": _STAMP, "source": "engine",
            "scores": [
                {
                    "competency": "Debugging", "score": 3.4, "criteria_assessed": 3, "criteria_total": 4,
                    "depth": {"answers": 2, "follow_ups": 1, "hints": 0},
                    "comparability": {"mark": "comparable", "why": ""},
                },
            ],
        },
    ],
    "rate_first": [
        {"interview_id": "0b6f4c1e-0000-4000-8000-000000000006", "candidate_name": "Ben", "completed_at": _MOMENT},
    ],
    "more": False,
}  # fmt: skip
