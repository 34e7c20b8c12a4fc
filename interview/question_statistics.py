"""How a position's questions do: how hard, how well they tell candidates apart, how often they come to nothing.

An item analysis in the sense of classical test theory, of the engine's scores by question. It says where to look; it
does not say that a question is fair, nor that it predicts anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pydantic import Field

from interview.access import Actor, Role
from interview.context import Context
from interview.errors import InvalidPayload, NotFound
from interview.models import Model, Moment
from interview.statistics.item_analysis import QuestionStatistic, analysed, counted, version_of
from interview.statistics.question_findings import findings, small_sample
from interview.store import statistics_queries
from interview.store.statistics_queries import QuestionSums
from interview.store.tables import PositionRow

READERS: tuple[Role, ...] = ("analyst", "administrator", "program")


class StatisticsFilter(Model):
    """Which scorecards: of one plan version, scored in [from, to); all of them without."""

    version: int | None = Field(None, ge=1, description="The position's plan version")
    scored_from: Moment | None = None
    scored_to: Moment | None = None


class ScoredPosition(Model):
    """A position that has scorecards, and the plan versions that they are of."""

    position_id: str
    role_title: str
    scorecards: int
    versions: tuple[int, ...]


class QuestionReport(Model):
    """A position's questions in the order asked, then its probes by competency.

    `unknown`: of the `scorecards`, those that name no planned question: transcripts from elsewhere in other words, and
    scores of before questions were kept. `makes`: how many engines, models and prompt versions scored.
    """

    position_id: str
    role_title: str
    scorecards: int
    unknown: int
    makes: int
    questions: tuple[QuestionStatistic, ...]
    probes: tuple[QuestionStatistic, ...]


class QuestionStatistics:
    """The use cases around questions' statistics: for analysts, administrators and programs."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def positions(self, actor: Actor) -> list[ScoredPosition]:
        """What there are statistics of, by role title."""
        actor.require(*READERS)
        with self._context.database.read() as tx:
            rows = statistics_queries.positions(tx)
        found: dict[str, ScoredPosition] = {}
        for row in rows:
            before = found.get(row.position_id)
            found[row.position_id] = ScoredPosition(
                position_id=row.position_id,
                role_title=row.role_title,
                scorecards=row.scorecards + (before.scorecards if before else 0),
                versions=(*(before.versions if before else ()), row.version),
            )
        return list(found.values())

    def of_position(self, actor: Actor, position_id: str, wanted: StatisticsFilter | None = None) -> QuestionReport:
        """The statistics of each of its questions, over standing scorecards. Raises NotFound, InvalidPayload."""
        actor.require(*READERS)
        wanted = wanted or StatisticsFilter()
        require_range(wanted.scored_from, wanted.scored_to)
        chosen = (position_id, wanted.version, wanted.scored_from, wanted.scored_to)
        with self._context.database.read() as tx:
            position = tx.get(PositionRow, position_id)
            if position is None:
                raise NotFound("There is no such position.", code="position_not_found")
            counts = statistics_queries.scorecards(tx, *chosen)
            sums = statistics_queries.question_sums(tx, *chosen)
        planned, probes = _grouped(sums)
        return QuestionReport(
            position_id=position_id,
            role_title=position.role_title,
            scorecards=counts.scorecards,
            unknown=counts.unknown,
            makes=counts.makes,
            questions=tuple(_judged(analysed(group)) for group in planned),
            probes=tuple(counted(group) for group in probes),
        )


def require_range(since: Moment | None, until: Moment | None) -> None:
    """Raise InvalidPayload for a range of time that ends before it begins."""
    if since and until and since > until:
        raise InvalidPayload("The time range ends before it begins. Change one of its ends.")


def _judged(found: QuestionStatistic) -> QuestionStatistic:
    return found.model_copy(update={"findings": findings(found), "note": small_sample(found.scored)})


def _grouped(sums: Iterable[QuestionSums]) -> tuple[list[list[QuestionSums]], list[list[QuestionSums]]]:
    """The versions of each question, in the order asked, and those of the probes of each competency.

    A question of the team's own that one candidate got was written for that candidate, and may say who they are: it is
    put with the probes, whose words are not shown.
    """
    planned: dict[tuple[str, str, str], list[QuestionSums]] = {}
    probes: dict[str, list[QuestionSums]] = {}
    for one in sums:
        if one.kind == "probe":
            probes.setdefault(one.competency, []).append(one)
        else:
            planned.setdefault((one.question, one.kind, one.competency), []).append(one)
    for (_, kind, competency), group in list(planned.items()):
        if kind == "custom" and sum(one.asked for one in group) == 1:
            probes.setdefault(competency, []).append(replace(group[0], question="", kind="probe"))
            del planned[group[0].question, kind, competency]
    return sorted(planned.values(), key=_order), sorted(probes.values(), key=_order)


def _order(group: Sequence[QuestionSums]) -> tuple[int, int, str]:
    """By the newest version's place, core before what was added, then by its words."""
    newest = max(group, key=version_of)
    return newest.kind != "core", newest.place, newest.question
