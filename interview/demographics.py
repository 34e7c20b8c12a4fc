"""What candidates choose to say of themselves after the interview: sex and race or ethnicity, voluntarily.

Kept apart from the interview. Nothing here, and nothing elsewhere, hands out what one person answered, not even to that
person: the fairness tables read the answers of many, and nothing else reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from sqlalchemy.orm import Session

from interview.access import Actor
from interview.context import Context
from interview.errors import Conflict, Forbidden
from interview.interviews import interview_row
from interview.models import Model, Moment, PositionSettings
from interview.store import fairness_queries
from interview.store.review_tables import DemographicsRow
from interview.store.tables import PositionRow

Undisclosed = Literal["undisclosed"]
Sex = Literal["female", "male"] | Undisclosed
Race = (
    Literal[
        "hispanic_or_latino",
        "white",
        "black_or_african_american",
        "native_hawaiian_or_pacific_islander",
        "asian",
        "native_american_or_alaska_native",
        "two_or_more_races",
    ]
    | Undisclosed
)

UNDISCLOSED: Undisclosed = "undisclosed"
SEXES: Mapping[Sex, str] = {"female": "Female", "male": "Male", UNDISCLOSED: "I prefer not to say"}
RACES: Mapping[Race, str] = {
    "hispanic_or_latino": "Hispanic or Latino",
    "white": "White (not Hispanic or Latino)",
    "black_or_african_american": "Black or African American (not Hispanic or Latino)",
    "native_hawaiian_or_pacific_islander": "Native Hawaiian or other Pacific Islander (not Hispanic or Latino)",
    "asian": "Asian (not Hispanic or Latino)",
    "native_american_or_alaska_native": "Native American or Alaska Native (not Hispanic or Latino)",
    "two_or_more_races": "Two or more races (not Hispanic or Latino)",
    UNDISCLOSED: "I prefer not to say",
}
"""The categories of component 1 of the EEO-1 report (42 U.S.C. 2000e-8(c)), which 6 RCNY § 5-300 takes over."""

_WHAT_FOR = (
    "Answering is voluntary and changes nothing for your application: your answers serve only to check, in tables over "
    "many people, whether interviews treat groups of people alike."
)
_WHO_SEES = (
    "They are kept apart from your interview, whoever interviews, rates or decides is never shown what one person "
    "answered, and they are deleted with your interview."
)
NOTICE = (_WHAT_FOR, _WHO_SEES)
"""What is said before somebody answers; kept with the answer and its time."""


class SelfReport(Model):
    """What somebody says of themselves."""

    sex: Sex
    race: Race


class SelfReportState(Model):
    """Whether the question is open to the candidate, and when they answered it; never what.

    `offered`: the interview is complete, and is no practice.
    """

    offered: bool
    given_at: Moment | None
    notice: tuple[str, ...] = NOTICE


class Demographics:
    """The candidate's use cases around their self-report; to everybody else they are closed."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def state(self, actor: Actor, interview_id: str) -> SelfReportState:
        """Whether the candidate may answer, and has. Raises Forbidden to staff, NotFound for another interview."""
        _require_own(actor, interview_id)
        with self._context.database.read() as tx:
            return _state(tx, interview_id)

    def give(self, actor: Actor, interview_id: str, report: SelfReport) -> SelfReportState:
        """Keep what the candidate says of themselves; a later answer takes the place of the one before.

        Raises Forbidden (to staff, and `self_report_closed` in practice), NotFound, Conflict `self_report_not_ready`.
        """
        _require_own(actor, interview_id)
        with self._context.database.write() as tx:
            _require_open(tx, interview_id)
            row = tx.get(DemographicsRow, interview_id) or DemographicsRow(interview_id=interview_id)
            row.sex, row.race = report.sex, report.race
            row.notice, row.at = list(NOTICE), self._context.clock()
            tx.add(row)
            tx.flush()
            return _state(tx, interview_id)

    def take_back(self, actor: Actor, interview_id: str) -> None:
        """Delete the candidate's answer; again changes nothing. Raises Forbidden to staff, NotFound."""
        _require_own(actor, interview_id)
        with self._context.database.write() as tx:
            interview_row(tx, interview_id)
            row = tx.get(DemographicsRow, interview_id)
            if row is not None:
                tx.delete(row)


def _require_own(actor: Actor, interview_id: str) -> None:
    actor.require("candidate")
    actor.require_interview(interview_id)


def _is_practice(tx: Session, interview_id: str) -> bool:
    position = tx.get_one(PositionRow, interview_row(tx, interview_id).position_id)
    return PositionSettings.model_validate(position.settings).purpose == "practice"


def _require_open(tx: Session, interview_id: str) -> None:
    if _is_practice(tx, interview_id):
        raise Forbidden(
            "Practice decides nothing, so nothing is asked about you afterwards.", code="self_report_closed"
        )
    if not fairness_queries.is_complete(tx, interview_id):
        raise Conflict(
            "This question is open when the interview has been completed. Finish the interview first.",
            code="self_report_not_ready",
        )


def _state(tx: Session, interview_id: str) -> SelfReportState:
    row = tx.get(DemographicsRow, interview_id)
    offered = not _is_practice(tx, interview_id) and fairness_queries.is_complete(tx, interview_id)
    return SelfReportState(offered=offered, given_at=row.at if row else None)
