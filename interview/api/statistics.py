"""REST of what many interviews say of the questions and of the raters. Names are snake_case; ids stand for people."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from interview.agreement import AgreementFilter, AgreementReport
from interview.api.calls import Caller, KeyedRoute, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase
from interview.models import Moment
from interview.question_statistics import QuestionReport, StatisticsFilter

router = APIRouter(
    tags=["Scores"],
    route_class=KeyedRoute,
    default_response_class=SnakeCase,
)


Since = Annotated[Moment | None, Query(description="This moment or later.")]
Until = Annotated[Moment | None, Query(description="Before this moment.")]


@router.get(
    "/statistics/questions",
    summary="How a position's questions do",
    responses=problems("invalid_payload", "position_not_found"),
)
def read_question_statistics(
    actor: Caller,
    service: Use,
    position_id: Annotated[str, Query(max_length=64)],
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The plan's version.")] = None,
    scored_from: Since = None,
    scored_to: Until = None,
) -> QuestionReport:
    """Difficulty, discrimination, and how often a question comes to nothing, each with what it says in words. For
    analysts, administrators and programs."""
    wanted = StatisticsFilter(version=version, scored_from=scored_from, scored_to=scored_to)
    return service.question_statistics.of_position(actor, position_id, wanted)


@router.get(
    "/statistics/agreement",
    summary="How far people and the engine agree",
    responses=problems("invalid_payload", "position_not_found"),
)
def read_agreement(
    actor: Caller,
    service: Use,
    position_id: Annotated[str | None, Query(max_length=64)] = None,
    reviewed_from: Since = None,
    reviewed_to: Until = None,
) -> AgreementReport:
    """Of ratings that were given before the engine's scores were seen. Reviewers are numbers. For analysts,
    administrators and programs."""
    wanted = AgreementFilter(position_id=position_id, reviewed_from=reviewed_from, reviewed_to=reviewed_to)
    return service.agreements.report(actor, wanted)
