"""How a position's questions do: how hard, how well they tell candidates apart, how often they come to nothing.

An item analysis in the sense of classical test theory, of the engine's scores by question. It says where to look; it
does not say that a question is fair, nor that it predicts anything.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

from pydantic import Field

from interview.access import Actor, Role
from interview.context import Context
from interview.errors import InvalidPayload, NotFound
from interview.models import Model, Moment, QuestionKind
from interview.statistics.question_findings import FEWEST, Finding, findings, small_sample
from interview.store import statistics_queries
from interview.store.statistics_queries import MIDDLE, QuestionSums
from interview.store.tables import PositionRow

READERS: tuple[Role, ...] = ("analyst", "administrator", "program")
_LOWEST, _HIGHEST = 1.0, 5.0
_Z95 = 1.959963984540054
_ROUNDING = 1e-9
"""Under so much variance nothing varies: what is left is the error of the sums."""


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


class Correlation(Model):
    """Pearson's r, with its 95 % interval by Fisher's z (Fisher 1921)."""

    r: float
    low: float
    high: float


class Drift(Model):
    """A question's mean under a plan version, and under the next one that asks it.

    `difference`: new less old, in levels; `low` to `high`: its 95 % interval (Welch 1947), None where nothing varies.
    `effect`: the difference in standard deviations (Hedges' g, Hedges 1981); .2 is small, .5 middling, .8 large
    (Cohen 1988).
    """

    from_version: int
    to_version: int
    n_from: int
    n_to: int
    mean_from: float
    mean_to: float
    difference: float
    effect: float | None
    low: float | None
    high: float | None


class QuestionStatistic(Model):
    """One question of a position; probes, whose words are one candidate's, by competency and without words.

    `scored`: answered, with at least one criterion assessed. Shares are 0 to 1: of `asked` the skipped ones (left
    unanswered at the end among them) and those with a follow-up; of `answered` those not assessed; of `hints_known`
    (the times that it is known whether a hint was given: what a voice that talks freely says may be one) those with
    one, None where it is never known.
    `mean`: of the scores, 1-5; `deviation`: their standard deviation. `difficulty`: (mean - 1) / 4, the item difficulty
    (p-value) of classical test theory taken to a rating scale (Crocker and Algina 1986): high is easy.
    `discrimination`: the corrected item-total correlation, the score with the mean of the candidate's other questions;
    of `pairs` candidates. None under `FEWEST` of them, and where nothing varies.
    """

    question: str
    kind: QuestionKind
    competency: str
    asked: int
    answered: int
    scored: int
    skipped_share: float
    not_assessed_share: float
    hints_known: int
    hint_share: float | None
    follow_up_share: float
    mean: float | None
    deviation: float | None
    difficulty: float | None
    pairs: int
    discrimination: Correlation | None
    drift: Drift | None
    findings: tuple[Finding, ...] = ()
    note: str = ""


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
            questions=tuple(_question(group) for group in planned),
            probes=tuple(_counts(_together(group)) for group in probes),
        )


def require_range(since: Moment | None, until: Moment | None) -> None:
    """Raise InvalidPayload for a range of time that ends before it begins."""
    if since and until and since > until:
        raise InvalidPayload("The time range ends before it begins. Change one of its ends.")


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
    newest = max(group, key=_version)
    return newest.kind != "core", newest.place, newest.question


def _version(sums: QuestionSums) -> int:
    return int(sums.rubric.rpartition("/")[2])


def _together(group: Sequence[QuestionSums]) -> QuestionSums:
    summed = [
        one.name
        for one in fields(QuestionSums)
        if one.name not in ("question", "kind", "competency", "rubric", "place")
    ]
    return replace(group[0], **{name: sum(getattr(one, name) for one in group) for name in summed})


def _question(group: Sequence[QuestionSums]) -> QuestionStatistic:
    whole = _together(group)
    found = _counts(whole).model_copy(update={"discrimination": _discrimination(whole), "drift": _drift(group)})
    return found.model_copy(update={"findings": findings(found), "note": small_sample(found.scored)})


def _counts(one: QuestionSums) -> QuestionStatistic:
    answered = one.asked - one.skipped
    mean = MIDDLE + one.x / one.scored if one.scored else None
    variance = _variance(one)
    return QuestionStatistic.model_validate(
        {
            "question": one.question,
            "kind": one.kind,
            "competency": one.competency,
            "asked": one.asked,
            "answered": answered,
            "scored": one.scored,
            "skipped_share": one.skipped / one.asked,
            "not_assessed_share": (answered - one.scored) / answered if answered else 0.0,
            "hints_known": one.hints_known,
            "hint_share": one.hinted / one.hints_known if one.hints_known else None,
            "follow_up_share": one.followed / one.asked,
            "mean": mean,
            "deviation": None if variance is None else math.sqrt(variance),
            "difficulty": None if mean is None else (mean - _LOWEST) / (_HIGHEST - _LOWEST),
            "pairs": one.pairs,
            "discrimination": None,
            "drift": None,
        }
    )


def _variance(one: QuestionSums) -> float | None:
    """Of the scores, with n - 1; None under two of them."""
    if one.scored < 2:
        return None
    found = (one.xx - one.x * one.x / one.scored) / (one.scored - 1)
    return found if found > _ROUNDING else 0.0


def _discrimination(one: QuestionSums) -> Correlation | None:
    n = one.pairs
    if n < FEWEST:
        return None
    xx, yy = one.pair_xx - one.pair_x**2 / n, one.pair_yy - one.pair_y**2 / n
    if min(xx, yy) <= _ROUNDING * n:
        return None
    r = (one.pair_xy - one.pair_x * one.pair_y / n) / math.sqrt(xx * yy)
    r = min(1.0, max(-1.0, r))
    centre, reach = math.atanh(min(1 - 1e-12, max(-1 + 1e-12, r))), _Z95 / math.sqrt(n - 3)
    return Correlation(r=r, low=math.tanh(centre - reach), high=math.tanh(centre + reach))


def _drift(group: Sequence[QuestionSums]) -> Drift | None:
    """From the last version but one that has scores of the question to the last one; None without two such."""
    known = sorted((one for one in group if one.scored >= 2), key=_version)
    if len(known) < 2:
        return None
    old, new = known[-2:]
    mean_old, mean_new = MIDDLE + old.x / old.scored, MIDDLE + new.x / new.scored
    difference = mean_new - mean_old
    variances = (_variance(old) or 0.0, _variance(new) or 0.0)
    reach = _welch(variances, (old.scored, new.scored))
    return Drift(
        from_version=_version(old),
        to_version=_version(new),
        n_from=old.scored,
        n_to=new.scored,
        mean_from=mean_old,
        mean_to=mean_new,
        difference=difference,
        effect=_hedges(difference, variances, (old.scored, new.scored)),
        low=None if reach is None else difference - reach,
        high=None if reach is None else difference + reach,
    )


def _welch(variances: tuple[float, float], n: tuple[int, int]) -> float | None:
    """Half of the 95 % interval of a difference of means (Welch 1947), with Satterthwaite's degrees of freedom."""
    from scipy.special import stdtrit

    parts = [variance / count for variance, count in zip(variances, n, strict=True)]
    error = sum(parts)
    if error <= 0:
        return None
    freedom = error**2 / sum(part**2 / (count - 1) for part, count in zip(parts, n, strict=True))
    return float(stdtrit(freedom, 0.975)) * math.sqrt(error)


def _hedges(difference: float, variances: tuple[float, float], n: tuple[int, int]) -> float | None:
    """Hedges' g: the difference over the pooled standard deviation, less the bias of small samples."""
    freedom = sum(n) - 2
    pooled = sum(variance * (count - 1) for variance, count in zip(variances, n, strict=True)) / freedom
    return difference / math.sqrt(pooled) * (1 - 3 / (4 * freedom - 1)) if pooled > 0 else None
