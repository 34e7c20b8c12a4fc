"""How far people and the engine agree, and people among themselves, from ratings that were given blind.

Counted are reviews that were submitted by people who had not seen the engine's scores. They are compared with the
engine's newest scorecard of the same session, whether it was written before or after the review; one with a person's
overrides is not the engine's any more. The reviewers of one session are compared two by two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from statistics import fmean
from typing import Any, TypeVar

from pydantic import Field
from sqlalchemy import Row

from interview.access import Actor
from interview.context import Context
from interview.errors import NotFound
from interview.models import Model, Moment
from interview.question_statistics import READERS, require_range
from interview.statistics.agreement_figures import Estimate, icc, kappa_interval, quadratic_kappa
from interview.statistics.agreement_pairs import Two, among_people, month, pairs, totals, with_engine
from interview.store import statistics_queries
from interview.store.tables import PositionRow

Key = TypeVar("Key")

MOST_REVIEWS = 5_000
FEW_PAIRS = 50
"""Twice the square of the number of levels: what weighted kappa needs (Cicchetti 1981)."""
FEW_INTERVIEWS = 10
"""Under so many the pairs are of too few candidates, however many they are. Our own line."""
ENOUGH = 0.70
"""The quadratic-weighted kappa with people that is asked of a machine that scores (Williamson, Xi and Breyer 2012)."""

_ENGINE = (
    "Rely on people's own ratings. Read interviews of the competencies that agree least, and make their anchors say "
    "what tells level from level."
)
_PEOPLE = (
    "Rate some interviews together and talk over where the levels differ. Have two people rate each candidate "
    "meanwhile."
)
"""What to do where agreement is too low: with the engine, among people."""


class AgreementFilter(Model):
    """Which reviews: of one position, submitted in [from, to); all of them without."""

    position_id: str | None = Field(None, max_length=64)
    reviewed_from: Moment | None = None
    reviewed_to: Moment | None = None


class Agreed(Model):
    """How far two sides agree. The pairs are of criteria to which both gave a level.

    `one_sided`: criteria to which one side gave a level and the other found nothing to rate; in no other figure.
    `kappa`: Cohen's, with quadratic weights, of levels rounded halves up; interval by a bootstrap over interviews.
    `icc`: ICC(2,1) of competency totals (Shrout and Fleiss 1979), of `icc_n` of them; between people, of the two who
    rated the most together, since it takes the same judges throughout. `exact`: share on the same level; `adjacent`:
    share at most one level apart, exact ones among them. `mean_absolute_difference` and `mean_difference` (person less
    engine; None between people) are in levels, not rounded. Figures that cannot be had are None.
    """

    interviews: int = 0
    pairs: int = 0
    one_sided: int = 0
    kappa: Estimate | None = None
    icc: Estimate | None = None
    icc_n: int = 0
    exact: float | None = None
    adjacent: float | None = None
    mean_absolute_difference: float | None = None
    mean_difference: float | None = None
    note: str = ""


class CompetencyAgreement(Model):
    competency: str
    figures: Agreed


class MonthAgreement(Model):
    """Of the reviews of one month (UTC), named by its first day; figures as in `Agreed`, kappa without its interval."""

    month: date
    interviews: int
    pairs: int
    kappa: float | None
    icc: Estimate | None
    icc_n: int
    mean_absolute_difference: float | None


class Comparison(Model):
    """Two sides, over all, by competency and by month. `says`: what it comes to; `do`: what to do about it."""

    overall: Agreed
    competencies: tuple[CompetencyAgreement, ...]
    months: tuple[MonthAgreement, ...]
    says: str
    do: str


class ReviewerAgreement(Model):
    """One reviewer beside the engine. `reviewer`: a number by the time of their first review, in place of a name."""

    reviewer: str
    reviews: int
    figures: Agreed


class AgreementReport(Model):
    """`reviews`: blind ones that were read; `older_left_out`: there are more than that many."""

    reviews: int
    older_left_out: bool
    engine: Comparison
    people: Comparison
    reviewers: tuple[ReviewerAgreement, ...]


class Agreements:
    """The use cases around agreement: for analysts, administrators and programs."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def report(self, actor: Actor, wanted: AgreementFilter | None = None) -> AgreementReport:
        """How far ratings agree. Raises NotFound, InvalidPayload."""
        actor.require(*READERS)
        wanted = wanted or AgreementFilter()
        require_range(wanted.reviewed_from, wanted.reviewed_to)
        with self._context.database.read() as tx:
            if wanted.position_id is not None and tx.get(PositionRow, wanted.position_id) is None:
                raise NotFound("There is no such position.", code="position_not_found")
            rows = statistics_queries.blind_ratings(
                tx, wanted.position_id, wanted.reviewed_from, wanted.reviewed_to, MOST_REVIEWS + 1
            )
            known = statistics_queries.reviewers(tx)
        reviews = list(dict.fromkeys((row.session_id, row.reviewer_id) for row in rows))
        kept = set(reviews[:MOST_REVIEWS])
        return _report([row for row in rows if (row.session_id, row.reviewer_id) in kept], len(reviews), known)


def _report(rows: Sequence[Row[*tuple[Any, ...]]], reviews: int, known: Sequence[str]) -> AgreementReport:
    beside = with_engine(rows)
    return AgreementReport(
        reviews=min(reviews, MOST_REVIEWS),
        older_left_out=reviews > MOST_REVIEWS,
        engine=_comparison(beside, symmetric=False),
        people=_comparison(among_people(rows), symmetric=True),
        reviewers=_reviewers(rows, beside, known),
    )


def _comparison(beside: Sequence[Two], *, symmetric: bool) -> Comparison:
    competencies, months = _grouped(beside, lambda two: two[0].competency), _grouped(beside, month)
    overall = _agreed(beside, symmetric=symmetric)
    says, do = _verdict(*(("Reviewers", _PEOPLE) if symmetric else ("People and the engine", _ENGINE)), overall)
    return Comparison(
        overall=overall,
        competencies=tuple(
            CompetencyAgreement(competency=name, figures=_agreed(competencies[name], symmetric=symmetric))
            for name in sorted(competencies, key=str.lower)
        ),
        months=tuple(_of_month(when, months[when], symmetric=symmetric) for when in sorted(months)),
        says=says,
        do=do,
    )


def _grouped(beside: Iterable[Two], key: Callable[[Two], Key]) -> dict[Key, list[Two]]:
    found: dict[Key, list[Two]] = {}
    for two in beside:
        found.setdefault(key(two), []).append(two)
    return found


def _agreed(beside: Sequence[Two], *, symmetric: bool) -> Agreed:
    both = pairs(beside)
    if not both:
        return Agreed(one_sided=both.one_sided, note="No criterion was rated by both.")
    first, second, sessions = both.columns(symmetric=symmetric)
    kappa = quadratic_kappa(first, second)
    low, high = (kappa_interval(first, second, sessions) if kappa is not None else None) or (None, None)
    compared, interviews = totals(beside), len(set(both.sessions))
    return Agreed(
        interviews=interviews,
        pairs=len(both),
        one_sided=both.one_sided,
        kappa=None if kappa is None else Estimate(value=kappa, low=low, high=high),
        icc=icc(compared),
        icc_n=len(compared),
        exact=fmean(step == 0 for step in both.steps),
        adjacent=fmean(step <= 1 for step in both.steps),
        mean_absolute_difference=fmean(map(abs, both.differences)),
        mean_difference=None if symmetric else fmean(both.differences),
        note=_note(interviews, len(both), kappa),
    )


def _of_month(when: date, beside: Sequence[Two], *, symmetric: bool) -> MonthAgreement:
    both = pairs(beside)
    first, second, _ = both.columns(symmetric=symmetric)
    compared = totals(beside)
    return MonthAgreement(
        month=when,
        interviews=len(set(both.sessions)),
        pairs=len(both),
        kappa=quadratic_kappa(first, second),
        icc=icc(compared),
        icc_n=len(compared),
        mean_absolute_difference=fmean(map(abs, both.differences)) if both else None,
    )


def _reviewers(
    rows: Iterable[Row[*tuple[Any, ...]]], beside: Iterable[Two], known: Sequence[str]
) -> tuple[ReviewerAgreement, ...]:
    """Each reviewer beside the engine, in the order of their numbers."""
    rated = Counter(judge for _, judge in {(row.session_id, row.reviewer_id) for row in rows})
    by_judge = _grouped(beside, lambda two: two[0].judge)
    return tuple(
        ReviewerAgreement(
            reviewer=f"Reviewer {number}",
            reviews=rated[judge],
            figures=_agreed(by_judge.get(judge, []), symmetric=False),
        )
        for number, judge in enumerate(known, start=1)
        if rated[judge]
    )


def _note(interviews: int, count: int, kappa: float | None) -> str:
    """What to bear in mind: a small sample, or a figure that there cannot be."""
    few = interviews < FEW_INTERVIEWS or count < FEW_PAIRS
    same = "One side gave one and the same level throughout: kappa says nothing then. " if kappa is None else ""
    small = (
        f"A small sample: {count} pairs of levels, from {interviews} interviews. Such figures begin to hold "
        f"from {FEW_PAIRS} pairs and {FEW_INTERVIEWS} interviews on."
    )
    return f"{same}{small if few else ''}".strip()


def _verdict(who: str, advice: str, found: Agreed) -> tuple[str, str]:
    """What the kappa over all comes to, and what to do about it; `advice`: where they agree too little."""
    if not found.pairs:
        return f"{who} have rated nothing in common yet.", "Let people rate interviews before they see the scores."
    if found.kappa is None:
        return f"{who} cannot be compared yet: one side gave the same level throughout.", "Rate more interviews."
    value = f"{found.kappa.value:.2f}"
    if found.interviews < FEW_INTERVIEWS or found.pairs < FEW_PAIRS:
        return f"{who} have rated too little in common to judge by (kappa {value}).", "Rate more interviews blind."
    if found.kappa.value >= ENOUGH:
        return (
            f"{who} agree as well as is asked of a machine that scores (kappa {value}, {ENOUGH:.2f} or more).",
            "Look at the competencies below that line, and go on rating some interviews blind.",
        )
    return f"{who} agree less than is asked of a machine that scores (kappa {value}, under {ENOUGH:.2f}).", advice
