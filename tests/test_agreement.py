"""Agreement between raters: against published worked examples, then over reviews that people submitted for real."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import numpy as np
import pytest
from builders import House, house
from http_server import bearer, running_api
from page_tests import person
from scored import Rater

from interview.access import SYSTEM, Actor
from interview.agreement import Agreed, AgreementFilter, AgreementReport
from interview.contract import StartRequest
from interview.errors import Forbidden, InvalidPayload, NotFound
from interview.records import InterviewRecord
from interview.reviewing.rating import CriterionRating, Ratings
from interview.statistics.agreement_figures import Estimate, icc, kappa_interval, quadratic_kappa, rounded

NAMES = ("Debugging", "Teamwork", "Planning")
ANALYST = Actor(role="analyst", id="link:an-analyst")

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
"""Shrout and Fleiss (1979), table 2: six targets, four judges."""


# --- the figures ------------------------------------------------------------------------------------------------------


def test_the_intraclass_correlation_is_that_of_the_published_example() -> None:
    """ICC(2,1) = .29 (Shrout and Fleiss 1979, table 4), with the interval .02 to .76 that R's psych gives of it."""
    found = icc(SHROUT_FLEISS)
    assert found is not None
    assert found.value == pytest.approx(0.29, abs=0.005)
    assert (found.low, found.high) == (pytest.approx(0.019, abs=0.0005), pytest.approx(0.761, abs=0.0005))


def test_judges_who_agree_in_all_but_height_agree_less_than_those_who_give_the_same() -> None:
    """Absolute agreement: a judge who is a level stricter lowers it, which a correlation would not show."""
    same, stricter = icc([[1, 1], [3, 3], [5, 5]]), icc([[2, 1], [4, 3], [5, 4]])
    assert same is not None
    assert stricter is not None
    assert same.value == pytest.approx(1.0)
    assert stricter.value < 0.9


@pytest.mark.parametrize("ratings", [[], [[3, 4]], [[3], [4], [5]], [[3, 4], [3, 4], [3, 4]]])
def test_without_two_judges_and_targets_that_differ_there_is_no_intraclass_correlation(
    ratings: list[list[float]],
) -> None:
    assert icc(ratings) is None


def test_the_figures_are_those_published_of_the_anxiety_ratings() -> None:
    """The example data of R's package irr: 20 subjects, three raters, levels 1 to 6.

    Weighted kappa (squared) of the first two is .297; ICC of all three, two-way, agreement, is .198 (-.039 to .494).
    """
    first, second, third = (
        [int(level) for level in ratings]
        for ratings in ("33345523522615221243", "36462424332333221334", "21443216111233113322")
    )
    assert quadratic_kappa(first, second) == pytest.approx(0.297, abs=0.0005)
    found = icc(list(zip(first, second, third, strict=True)))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.198, -0.039, 0.494), abs=0.0005)


def test_kappa_is_one_less_what_was_seen_over_what_chance_would_show() -> None:
    """By hand: two pairs of four differ by one, 2 in all; the sixteen pairings of all levels 64, a quarter of it 16."""
    first, second = [1, 2, 4, 5], [1, 3, 4, 4]
    assert sum((a - b) ** 2 for a in first for b in second) == 64
    assert quadratic_kappa(first, second) == pytest.approx(1 - 2 / 16)


def test_kappa_counts_levels_that_nobody_gave() -> None:
    """1 and 5 are four levels apart, 1 and 2 are one, whether or not somebody gave 3 and 4."""
    chance = sum((a - b) ** 2 for a in (1, 1, 2, 5) for b in (1, 2, 2, 5)) / 4
    assert quadratic_kappa([1, 1, 2, 5], [1, 2, 2, 5]) == pytest.approx(1 - 1 / chance)


@pytest.mark.parametrize(("first", "second"), [([], []), ([3], [3]), ([3, 3, 3], [1, 2, 3]), ([1, 2], [4, 4])])
def test_kappa_says_nothing_of_a_side_that_gives_one_level(first: list[int], second: list[int]) -> None:
    assert quadratic_kappa(first, second) is None


def test_the_interval_of_kappa_holds_it_and_narrows_with_more_interviews() -> None:
    """The same pairs drawn from few interviews, from many, and the same figures each time."""
    draw = np.random.default_rng(7)
    first = draw.integers(1, 6, 400)
    second = np.clip(first + draw.integers(-1, 2, 400), 1, 5)
    kappa = quadratic_kappa(first.tolist(), second.tolist())

    def width(clusters: int) -> float:
        low, high = kappa_interval(first.tolist(), second.tolist(), [n % clusters for n in range(400)]) or (0, 0)
        assert kappa is not None
        assert low < kappa < high
        return high - low

    assert width(400) == width(400)
    half = kappa_interval(first[:100].tolist(), second[:100].tolist(), list(range(100)))
    assert half is not None
    assert half[1] - half[0] > width(400)
    assert kappa_interval([1, 2], [1, 2], ["one", "one"]) is None


def test_levels_are_rounded_halves_up() -> None:
    assert [rounded(level) for level in (1.0, 1.49, 1.5, 2.5, 4.5, 5.0)] == [1, 1, 2, 3, 5, 5]


# --- reviews ----------------------------------------------------------------------------------------------------------


class World:
    """A house in which interviews are held with given levels of the engine's, and rated by people."""

    def __init__(self, folder: Path) -> None:
        self.rater = Rater(probes=0)
        self.first = house(folder)
        self.house: House = self.first.again(self.rater)

    def hold(self, *levels: float | None, **fields: object) -> InterviewRecord:
        self.rater.said = dict(zip(NAMES, levels, strict=True))
        record = self.house.interview(**fields)
        self.house.finish(self.house.start(record).session_id)
        self.house.clock.forward(minutes=1)
        return record

    def rate(self, actor: Actor, record: InterviewRecord, *levels: int | None) -> None:
        """Every criterion of a competency on its level; None: the transcript does not show it."""
        self.house.service.reviews.submit(actor, record.interview_id, ratings(record, levels))
        self.house.clock.forward(minutes=1)

    def report(self, **wanted: object) -> AgreementReport:
        return self.house.service.agreements.report(ANALYST, AgreementFilter.model_validate(wanted))


def ratings(record: InterviewRecord, levels: Sequence[int | None]) -> Ratings:
    return {
        competency.name: {one.name: CriterionRating(level=level, note="Seen.") for one in competency.criteria}
        for competency, level in zip(record.competencies, levels, strict=True)
    }


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.house.close()


@pytest.fixture
def ines(world: World) -> Actor:
    return person(world.house, "hiring")


@pytest.fixture
def sven(world: World) -> Actor:
    return person(world.house, "hiring")


def figure(found: Agreed) -> tuple[int, int, float | None, float | None, float | None, float | None]:
    share = found.exact, found.adjacent
    return found.interviews, found.pairs, *share, found.mean_absolute_difference, found.mean_difference


def values(found: Estimate | None) -> tuple[float | None, ...]:
    assert found is not None
    return found.value, found.low, found.high


def test_people_are_compared_with_the_engine_level_by_level(world: World, ines: Actor) -> None:
    """Two criteria a competency: the engine on 2, 3.5 (rounded 4), 5; the person on 2, 3, 3."""
    world.rate(ines, world.hold(2.0, 3.5, 5.0), 2, 3, 3)
    world.rate(ines, world.hold(4.0, 1.0, 2.0), 4, 1, 2)
    report = world.report()
    assert report.reviews == 2
    assert figure(report.engine.overall) == (
        2, 12, pytest.approx(8 / 12), pytest.approx(10 / 12), pytest.approx(5 / 12), pytest.approx(-5 / 12),
    )  # fmt: skip
    engine, people = [2, 2, 4, 4, 5, 5, 4, 4, 1, 1, 2, 2], [2, 2, 3, 3, 3, 3, 4, 4, 1, 1, 2, 2]
    chance = sum((a - b) ** 2 for a in engine for b in people) / 12
    kappa = report.engine.overall.kappa
    assert kappa is not None
    assert kappa.value == pytest.approx(1 - (2 * 1 + 2 * 4) / chance)
    assert kappa.low is not None
    assert kappa.low <= kappa.value
    totals = [[2, 2.0], [3, 3.5], [3, 5.0], [4, 4.0], [1, 1.0], [2, 2.0]]
    assert (values(report.engine.overall.icc), report.engine.overall.icc_n) == (pytest.approx(values(icc(totals))), 6)
    by_name = {each.competency: each.figures for each in report.engine.competencies}
    assert list(by_name) == ["Debugging", "Planning", "Teamwork"]
    assert figure(by_name["Planning"]) == (2, 4, 0.5, 0.5, 1.0, -1.0)
    assert "too little in common" in report.engine.says
    assert "12 pairs of levels, from 2 interviews" in report.engine.overall.note


def test_criteria_that_only_one_side_could_rate_are_counted_apart(world: World, ines: Actor) -> None:
    world.rate(ines, world.hold(2.0, None, 3.0), 2, 4, None)
    found = world.report().engine.overall
    assert (found.pairs, found.one_sided, found.icc_n) == (2, 4, 1)


def test_only_ratings_that_were_given_blind_count(world: World, ines: Actor) -> None:
    """Neither those of somebody who chose to see the scores, nor an administrator's, to whom they were open."""
    seen, open_ = world.hold(2.0, 3.0, 4.0), world.hold(2.0, 3.0, 4.0)
    world.house.service.reviews.see_unrated(ines, seen.interview_id)
    world.rate(ines, seen, 2, 3, 4)
    world.rate(person(world.house, "administrator"), open_, 2, 3, 4)
    world.house.service.reviews.save(ines, open_.interview_id, ratings(open_, (2, 3, 4)))
    report = world.report()
    assert (report.reviews, report.engine.overall.pairs, report.reviewers) == (0, 0, ())
    assert "nothing in common" in report.engine.says


def test_the_engines_newest_scorecard_counts_and_no_override(world: World, ines: Actor) -> None:
    """Scored again after the review, then overridden by the reviewer: the engine's own newest levels are compared."""
    record = world.hold(2.0, 2.0, 2.0)
    world.rate(ines, record, 4, 4, 4)
    world.rater.said = dict.fromkeys(NAMES, 3.0)
    world.house.service.scorecards.score(SYSTEM, record.interview_id)
    world.house.clock.forward(minutes=1)
    world.house.service.reviews.override(ines, record.interview_id, "Debugging", "Debugging 1", 5, "Heard it.")
    found = world.report().engine.overall
    assert (found.mean_absolute_difference, found.mean_difference, found.pairs) == (1.0, 1.0, 6)


def test_reviewers_of_one_interview_are_compared_with_each_other(world: World, ines: Actor, sven: Actor) -> None:
    """It is chance who stands first: each pair counts both ways round in kappa, and once in every count."""
    for mine, theirs in (((1, 2, 3), (2, 2, 3)), ((5, 4, 3), (4, 4, 5))):
        record = world.hold(3.0, 3.0, 3.0)
        world.rate(ines, record, *mine)
        world.rate(sven, record, *theirs)
    world.rate(ines, world.hold(3.0, 3.0, 3.0), 1, 1, 1)
    found = world.report().people.overall
    assert figure(found) == (2, 12, pytest.approx(6 / 12), pytest.approx(10 / 12), pytest.approx(8 / 12), None)
    one, other = [1, 2, 3, 5, 4, 3], [2, 2, 3, 4, 4, 5]
    both = [*one, *other], [*other, *one]
    chance = sum((a - b) ** 2 for a in both[0] for b in both[1]) / 12
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx(1 - 2 * (1 + 1 + 4) / chance)
    assert found.icc_n == 6
    assert values(found.icc) == pytest.approx(values(icc(list(zip(one, other, strict=True)))))


def test_the_intraclass_correlation_is_of_the_two_who_rated_the_most_together(
    world: World, ines: Actor, sven: Actor
) -> None:
    third = person(world.house, "hiring")
    for level in (1, 3, 5):
        record = world.hold(3.0, 3.0, 3.0)
        world.rate(ines, record, level, level, level)
        world.rate(sven, record, level, level, level)
    record = world.hold(3.0, 3.0, 3.0)
    world.rate(ines, record, 1, 1, 1)
    world.rate(third, record, 5, 5, 5)
    found = world.report().people.overall
    assert found.icc is not None
    assert (found.icc_n, found.icc.value, found.pairs) == (9, pytest.approx(1.0), 24)


def test_reviewers_are_numbers_that_stay_whatever_the_filter(world: World, ines: Actor, sven: Actor) -> None:
    """By the time of their first review; no name and no id is anywhere in the report."""
    world.rate(ines, world.hold(3.0, 3.0, 3.0), 1, 2, 3)
    nurse = world.hold(3.0, 3.0, 3.0, role_title="Nurse", job_text="We care.")
    world.rate(sven, nurse, 4, 5, 5)
    both, one = world.report(), world.report(position_id=nurse.position_id)
    assert [(each.reviewer, each.reviews) for each in both.reviewers] == [("Reviewer 1", 1), ("Reviewer 2", 1)]
    assert [each.reviewer for each in one.reviewers] == ["Reviewer 2"]
    assert one.reviewers[0].figures.mean_difference == pytest.approx(5 / 3)
    for secret in (ines.name, ines.reviewer_id, sven.reviewer_id, "Ada Example"):
        assert secret not in both.model_dump_json()


def test_months_are_those_in_which_the_reviews_were_submitted(world: World, ines: Actor) -> None:
    """By UTC; a filter takes days of the same."""
    first, second = world.hold(2.0, 3.0, 4.0), world.hold(2.0, 3.0, 4.0)
    world.house.clock.now = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
    world.rate(ines, first, 2, 3, 4)
    world.rate(ines, second, 3, 4, 5)
    report = world.report()
    assert [(each.month, each.pairs, each.mean_absolute_difference) for each in report.engine.months] == [
        (date(2026, 3, 1), 6, 0.0),
        (date(2026, 4, 1), 6, 1.0),
    ]
    assert report.engine.months[0].kappa == pytest.approx(1.0)
    assert [(each.icc and each.icc.value, each.icc_n) for each in report.engine.months] == [
        (pytest.approx(1.0), 3),
        (pytest.approx(2 / 3), 3),  # of totals 2, 3, 4 beside 3, 4, 5: BMS 2, JMS 1.5, EMS 0
    ]
    april = datetime(2026, 4, 1, tzinfo=UTC)
    assert [each.month for each in world.report(reviewed_from=april).engine.months] == [date(2026, 4, 1)]
    assert [each.month for each in world.report(reviewed_to=april).engine.months] == [date(2026, 3, 1)]
    with pytest.raises(InvalidPayload, match="ends before it begins"):
        world.report(reviewed_from=april, reviewed_to=datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(("off", "expected"), [(0, "as well as"), (3, "less than")])
def test_enough_ratings_get_a_verdict(world: World, ines: Actor, off: int, expected: str) -> None:
    """Ten interviews, sixty pairs: the same levels as the engine's, or levels that have little to do with them."""
    for number in range(10):
        level = 1 + number % 5
        world.rate(ines, world.hold(level, level, level), *[1 + (level - 1 + off) % 5] * 3)
    report = world.report()
    assert expected in report.engine.says
    assert report.engine.overall.note == ""


def test_a_side_that_gives_one_level_throughout_is_said(world: World, ines: Actor) -> None:
    world.rate(ines, world.hold(1.0, 3.0, 5.0), 3, 3, 3)
    report = world.report()
    assert report.engine.overall.kappa is None
    assert "the same level throughout" in report.engine.overall.note


def test_rehearsals_are_rated_by_nobody(world: World, ines: Actor) -> None:
    """A rehearsal after the interview changes nothing of what is compared."""
    record = world.hold(2.0, 3.0, 4.0)
    world.rate(ines, record, 2, 3, 4)
    before = world.report()
    world.rater.said = dict.fromkeys(NAMES, 5.0)
    rehearsal = StartRequest(interview_id=record.interview_id, rehearsal=True)
    world.house.finish(world.house.service.sessions.start(SYSTEM, rehearsal).session_id)
    assert world.report() == before


def test_candidates_and_reviewers_get_no_report(world: World, ines: Actor) -> None:
    for actor in (ines, world.house.candidate(world.house.interview())):
        with pytest.raises(Forbidden):
            world.house.service.agreements.report(actor)
    with pytest.raises(NotFound):
        world.report(position_id="no such position")


def test_rest_gives_the_same_report(world: World, ines: Actor) -> None:
    record = world.hold(2.0, 3.0, 4.0)
    world.rate(ines, record, 2, 4, 4)
    access = world.house.service.access
    key, hiring = (access.create_key(SYSTEM, role, role).secret for role in ("analyst", "hiring"))
    with running_api(world.house.service) as url:
        address = f"{url}/api/statistics/agreement"
        wanted = {"position_id": record.position_id}
        reply = httpx.get(address, params=wanted, headers=bearer(key), timeout=60).raise_for_status().json()
        refused = [
            httpx.get(address, params=params, headers=bearer(secret), timeout=60)
            for params, secret in ((wanted, hiring), ({"position_id": "none"}, key))
        ]
    assert AgreementReport.model_validate(reply) == world.report(position_id=record.position_id)
    assert "mean_absolute_difference" in reply["engine"]["overall"]
    assert [(each.status_code, each.json()["code"]) for each in refused] == [
        (403, "forbidden"), (404, "position_not_found"),
    ]  # fmt: skip
