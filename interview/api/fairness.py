"""REST for what candidates say of themselves, and for the fairness tables that come of it. Names are snake_case."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from interview.api.calls import Caller, KeyedRoute, Slow, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase, shown
from interview.api.results import download
from interview.demographics import NOTICE, SelfReport, SelfReportState
from interview.fairness import MAX_DAYS, FairnessReport
from interview.statistics.audit_layout import audit_csv, audit_xlsx

router = APIRouter(
    route_class=KeyedRoute,
    default_response_class=SnakeCase,
)


@router.put(
    "/interviews/{interview_id}/self-report",
    tags=["Interviews"],
    summary="A candidate's sex and race or ethnicity, voluntarily",
    description=(
        "With an invitation's token only; keys are refused. The answer is read by the fairness tables and is in no "
        f"other response, this one included. Before it is asked, say: “{' '.join(NOTICE)}” The categories are those of "
        "the EEO-1 report; a later answer takes the place of the one before."
    ),
    responses={
        **shown(200, "SELF_REPORT"),
        **problems("invalid_payload", "self_report_closed", "interview_not_found", "self_report_not_ready"),
    },
)
def put_self_report(actor: Caller, service: Use, interview_id: str, body: SelfReport) -> SelfReportState:
    return service.demographics.give(actor, interview_id, body)


@router.delete(
    "/interviews/{interview_id}/self-report",
    tags=["Interviews"],
    status_code=204,
    summary="Take a self-report back",
    responses=problems("interview_not_found"),
)
def delete_self_report(actor: Caller, service: Use, interview_id: str) -> None:
    """With an invitation's token only; keys are refused. Again changes nothing."""
    service.demographics.take_back(actor, interview_id)


@router.get(
    "/fairness",
    tags=["Scores"],
    summary="Selection and scoring rates with impact ratios",
    response_model=FairnessReport,
    responses={
        200: {
            "content": {
                **shown(200, "FAIRNESS")[200]["content"],
                "text/csv": {},
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {},
            }
        },
        **problems("invalid_payload", "position_not_found", "busy"),
    },
)
async def read_fairness(
    actor: Caller,
    service: Use,
    slow: Slow,
    wanted: Annotated[Literal["json", "csv", "xlsx"], Query(alias="format")] = "json",
    position_id: Annotated[str | None, Query(max_length=64)] = None,
    days: Annotated[
        int | None, Query(ge=1, le=MAX_DAYS, description="Completed in the last so many days; all by default.")
    ] = None,
) -> FairnessReport | Response:
    """The tables of New York City's Local Law 144, by sex, by race or ethnicity, and by both; never of one person. For
    analysts, administrators and programs; not for those who decide. As `csv` or `xlsx` in the layout that an audit
    publishes. There are no tables before ten people have answered."""
    report = await slow.run(service.fairness.report, actor, position_id, days)
    if wanted == "json":
        return report
    content = audit_csv(report) if wanted == "csv" else audit_xlsx(report)
    return download(content, f"fairness.{wanted}", wanted)
