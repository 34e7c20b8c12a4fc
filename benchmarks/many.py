"""A database of many invented interviews, written in bulk: a year, twenty positions, five competencies each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert, text

from interview.store.database import Database
from interview.store.review_tables import DecisionRow
from interview.store.tables import (
    CandidateRow,
    CompetencyScoreRow,
    EventRow,
    InterviewRow,
    InvitationRow,
    ModelUsageRow,
    PlanRow,
    PositionRow,
    ScorecardRow,
    SessionRow,
)

FIRST_DAY, DAYS = datetime(2025, 1, 1, tzinfo=UTC), 365
POSITIONS, VERSIONS = 20, 2
COMPETENCIES = ("Debugging", "Planning", "Teamwork", "Ownership", "Communication")
RESUME = "Ten years of building and running services. " * 60
MODEL, STAMP = "a-model", {"engine": "embedded", "model": "a-model", "prompt": "1", "application": "0"}
_AT_ONCE = 2_000

Row = tuple[type[Any], dict[str, Any]]


def fill(database: Database, interviews: int) -> None:
    """Nine of ten are invited, four of five of these start, nine of ten of those complete; half of them are decided."""
    dice, rows = random.Random(5), range(interviews)  # noqa: S311 - the same interviews in every run
    with database.engine.execution_options(write=True).begin() as connection:
        _insert(connection, _positions())
        numbers = iter(rows)
        while batch := list(islice(numbers, _AT_ONCE)):
            _insert(connection, (row for number in batch for row in _interview(number, dice)))
        for statement in import_module("interview.store.migrations.versions.0005_reviews_and_figures").FILL:
            connection.execute(text(statement))


def _insert(connection: Connection, rows: Iterator[Row]) -> None:
    """Table by table, in the order in which they first come: what is referred to stands before what refers."""
    by_table: dict[type[Any], list[dict[str, Any]]] = {}
    for table, values in rows:
        by_table.setdefault(table, []).append(values)
    for table, values_of in by_table.items():
        connection.execute(insert(table), values_of)


def _positions() -> Iterator[Row]:
    for place in range(POSITIONS):
        shared = {"position_id": f"position-{place}", "created_at": FIRST_DAY}
        yield PositionRow, shared | {
            "role_title": f"Role {place}", "job_text": "", "job_hash": str(place), "settings": {}, "persona": {}
        }  # fmt: skip
    for place in range(POSITIONS):
        for version in range(1, VERSIONS + 1):
            yield PlanRow, {
                "plan_id": f"plan-{place}-{version}", "position_id": f"position-{place}", "version": version,
                "plan": {}, "created_at": FIRST_DAY,
            }  # fmt: skip


def _interview(number: int, dice: random.Random) -> Iterator[Row]:
    place, at = int(POSITIONS * dice.random() ** 2), dice.random()  # some positions have many times more than others
    made, version = FIRST_DAY + timedelta(days=DAYS * at), 1 + int(VERSIONS * at)
    interview = {"interview_id": f"{number:032x}"}
    yield CandidateRow, {"candidate_id": f"c{number:031x}", "name": "Somebody", "email": "", "created_at": made}
    yield InterviewRow, interview | {
        "position_id": f"position-{place}", "plan_id": f"plan-{place}-{version}", "candidate_id": f"c{number:031x}",
        "resume_text": RESUME, "candidate_plan": {}, "questions": [], "question_statuses": [], "language": "en",
        "warnings": [], "created_by": "", "created_at": made, "updated_at": made,
    }  # fmt: skip
    if dice.random() < 0.9:
        yield InvitationRow, interview | {
            "invitation_id": f"v{number:031x}", "token_hash": f"{number:064x}", "mode": "text", "created_at": made,
            "extra_time_factor": 1.0, "expires_at": made + timedelta(days=7),
        }  # fmt: skip
    if dice.random() < 0.8:
        yield from _session(interview, number, f"position-{place}/{version}", made + timedelta(days=2), dice)


def _session(interview: dict[str, Any], number: int, rubric: str, at: datetime, dice: random.Random) -> Iterator[Row]:
    done, spoken = dice.random() < 0.9, dice.random() < 0.5
    session = {"session_id": f"s{number:031x}"}
    yield SessionRow, interview | session | {
        "attempt": 1, "mode": "live" if spoken else "text", "status": "complete" if done else "expired",
        "version": 9, "state": {}, "created_at": at, "last_touched": at, "completed_at": at if done else None,
    }  # fmt: skip
    for place, stage in enumerate(("warmup", "competency", "wrapup", "complete")):
        yield EventRow, session | {
            "event_id": place + 1, "created_at": at + timedelta(minutes=8 * place), "stage": stage,
            "event_type": "stage_entered", "payload": {"stage": stage},
        }  # fmt: skip
    if spoken and dice.random() < 0.07:
        yield EventRow, session | {
            "event_id": 5, "created_at": at, "stage": "warmup", "event_type": "time_given_back",
            "payload": {"cause": "connection_lost", "seconds": 4.0},
        }  # fmt: skip
    yield ModelUsageRow, interview | {
        "at": at, "model": MODEL, "purpose": "evaluate", "input_tokens": 4_000, "output_tokens": 300, "cost": 0.01
    }  # fmt: skip
    if done:
        yield from _scorecard(interview | session, number, rubric, at, dice)
        if dice.random() < 0.5:
            yield DecisionRow, interview | {
                "decision_id": f"d{number:031x}", "decision": "advance", "reason": "", "at": at, "by": "", "name": ""
            }  # fmt: skip


def _scorecard(session: dict[str, Any], number: int, rubric: str, at: datetime, dice: random.Random) -> Iterator[Row]:
    card = {"scorecard_id": f"k{number:031x}"}
    scores = [round(dice.uniform(1, 5), 2) for _ in COMPETENCIES]
    yield ScorecardRow, session | card | STAMP | {
        "source": "engine", "created_at": at, "rubric": rubric, "overall_score": sum(scores) / len(scores),
        "narrative": {"summary": "As invented."}, "rehearsal": False, "standing": True,
    }  # fmt: skip
    for place, (name, score) in enumerate(zip(COMPETENCIES, scores, strict=True)):
        yield CompetencyScoreRow, card | {
            "place": place, "competency": name, "total_score": score, "rubric_filled": True, "criteria_assessed": 3,
            "criteria_total": 3, "criteria": [],
        }  # fmt: skip
