"""Question statistics against figures worked out by hand or by scipy, over interviews that were held for real."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import fmean, stdev

import httpx
import pytest
from builders import ANSWER, BEGINNING, house
from http_server import bearer, running_api
from scipy import stats
from scored import Rater

from interview.access import SYSTEM, Actor
from interview.context import new_id
from interview.contract import StartRequest
from interview.errors import Forbidden, InvalidPayload, NotFound
from interview.imported import SpokenLine
from interview.question_statistics import QuestionReport, StatisticsFilter
from interview.records import InterviewRecord
from interview.statistics.item_analysis import QuestionStatistic
from interview.store.review_tables import QuestionScoreRow
from interview.store.tables import ScorecardRow

NAMES = ("Debugging", "Teamwork", "Planning")
ANALYST = Actor(role="analyst", id="link:an-analyst")
Levels = Sequence[float | None]


class World:
    """A house in which interviews with one core question per competency are held, with given levels."""

    def __init__(self, folder: Path, probes: int = 0) -> None:
        self.rater = Rater(probes=probes)
        self.first = house(folder)
        self.house = self.first.again(self.rater)

    def hold(self, *levels: float | None, record: InterviewRecord | None = None, **fields: object) -> InterviewRecord:
        """An interview through to its end."""
        self.rater.said = dict(zip(NAMES, levels, strict=True))
        record = record or self.house.interview(**fields)
        self.house.finish(self.house.start(record).session_id)
        return record

    def report(self, record: InterviewRecord, **wanted: object) -> QuestionReport:
        found = StatisticsFilter.model_validate(wanted)
        return self.house.service.question_statistics.of_position(ANALYST, record.position_id, found)

    def held_before(self, record: InterviewRecord, cards: Sequence[Levels], *, version: int = 1, **fields: int) -> None:
        """Many scorecards of the position at once, as sessions leave them: a level per core question, None for none."""
        session = self.house.start(record).session_id
        with self.house.service.context.database.write() as tx:
            for levels in cards:
                card = new_id()
                tx.add(_card(card, record, session, version))
                tx.flush()
                tx.add_all(_rows(card, levels, fields))


def _card(card: str, record: InterviewRecord, session: str, version: int) -> ScorecardRow:
    return ScorecardRow(
        scorecard_id=card, interview_id=record.interview_id, session_id=session, source="engine", created_at=BEGINNING,
        engine="scripted", model="none", prompt="1", rubric=f"{record.position_id}/{version}", application="0",
        overall_score=3.0, narrative={"summary": ""}, rehearsal=False, standing=True,
    )  # fmt: skip


def _rows(card: str, levels: Levels, fields: dict[str, int]) -> list[QuestionScoreRow]:
    known = [level for level in levels if level]
    return [
        QuestionScoreRow(
            scorecard_id=card,
            place=place,
            question=f"Tell me about {name.lower()}, part 1.",
            kind="core",
            competency=name,
            score=level or 0.0,
            skipped=False,
            others=fmean(others) if (others := _without(known, level)) else None,
            **({"hints": 0, "follow_ups": 0} | fields),
        )
        for place, (name, level) in enumerate(zip(NAMES, levels, strict=True))
    ]


def _without(known: list[float], level: float | None) -> list[float]:
    rest = list(known)
    if level:
        rest.remove(level)
    return rest


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.house.close()


def one(report: QuestionReport, name: str) -> QuestionStatistic:
    """The core question of this competency."""
    return next(each for each in report.questions if each.competency == name and each.kind == "core")


def kinds(found: QuestionStatistic) -> list[str]:
    return [finding.kind for finding in found.findings]


def test_counts_means_and_difficulty_are_those_of_the_interviews(world: World) -> None:
    """Debugging on 2, 4 and none; (3 - 1) / 4 is a difficulty of one half. Strong and empty ones are asked on."""
    record = world.hold(2.0, 5.0, 3.0)
    world.hold(4.0, 4.0, 3.0)
    world.hold(None, 4.5, 3.0)
    report = world.report(record)
    assert (report.role_title, report.scorecards, report.unknown, report.makes) == ("Engineer", 3, 0, 1)
    assert [each.competency for each in report.questions] == list(NAMES)
    found = one(report, "Debugging")
    assert (found.asked, found.answered, found.scored, found.skipped_share) == (3, 3, 2, 0.0)
    assert (found.mean, found.difficulty, found.not_assessed_share) == (3.0, 0.5, pytest.approx(1 / 3))
    assert found.deviation == pytest.approx(stdev([2.0, 4.0]))
    assert found.follow_up_share == pytest.approx(2 / 3)
    assert one(report, "Teamwork").mean == pytest.approx(4.5)


def test_a_skipped_question_counts_as_asked_and_not_as_answered(world: World) -> None:
    record = world.hold(3.0, 3.0, 3.0)
    session = world.house.start(world.house.interview()).session_id
    world.house.say(session)
    world.house.say(session, "", action="skip")
    world.house.finish(session)
    found = one(world.report(record), "Debugging")
    assert (found.asked, found.answered, found.skipped_share, found.not_assessed_share) == (2, 1, 0.5, 0.0)


def test_hints_count_once_a_candidate(world: World) -> None:
    record = world.house.interview()
    world.rater.said = dict.fromkeys(NAMES, None)
    session = world.house.start(record).session_id
    world.house.say(session)
    for _ in range(2):
        world.house.say(session, "I have no idea.")
    world.house.finish(session)
    assert one(world.report(record), "Debugging").hint_share == 1.0


def levels(seed: int, n: int, *, shared: float = 0.8) -> list[tuple[float, float, float]]:
    """Levels in halves of n invented candidates, whose three answers have so much in common."""
    draw = random.Random(seed)

    def level(able: float) -> float:
        return min(5.0, max(1.0, round(2 * (3 + shared * able + draw.gauss(0, 0.8))) / 2))

    return [(level(a), level(a), level(a)) for a in (draw.gauss(0, 1) for _ in range(n))]


def test_discrimination_is_the_correlation_with_the_mean_of_the_other_questions(world: World) -> None:
    """The same as scipy's r and its interval, over candidates some of whom have no score for a question."""
    cards: list[Levels] = [*levels(1, 40), (4.0, None, None), (None, 3.0, 5.0), (2.0, None, 3.0)]
    record = world.house.interview()
    world.held_before(record, cards)
    for place, name in enumerate(NAMES):
        pairs = [
            (card[place], fmean(rest))
            for card in cards
            if card[place] and (rest := [each for at, each in enumerate(card) if at != place and each])
        ]
        expected = stats.pearsonr(*zip(*pairs, strict=True))
        interval = expected.confidence_interval(0.95)
        found = one(world.report(record), name)
        assert found.discrimination is not None
        assert found.pairs == len(pairs)
        assert found.discrimination.r == pytest.approx(expected.statistic)
        assert (found.discrimination.low, found.discrimination.high) == pytest.approx((interval.low, interval.high))


def test_discrimination_of_interviews_that_were_held_leaves_the_question_itself_out(world: World) -> None:
    """Ten candidates: Debugging goes with the mean of the two others exactly, whatever Debugging adds to a total."""
    for able in (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 2.0):
        record = world.hold(able, able, 3.0)
    report = world.report(record)
    found = one(report, "Debugging").discrimination
    assert found is not None
    assert found.r == pytest.approx(1.0)
    assert one(report, "Planning").discrimination is None
    assert one(report, "Planning").pairs == 10


def test_under_ten_candidates_there_is_no_discrimination(world: World) -> None:
    record = world.house.interview()
    world.held_before(record, levels(2, 9))
    found = one(world.report(record), "Debugging")
    assert (found.pairs, found.discrimination, kinds(found)) == (9, None, ["too_few"])


def test_a_single_scored_question_has_nothing_to_be_compared_with(world: World) -> None:
    record = world.house.interview()
    world.held_before(record, [(4.0, None, None)] * 12)
    assert one(world.report(record), "Debugging").pairs == 0


def test_drift_is_the_difference_between_two_plan_versions(world: World) -> None:
    """Against scipy's Welch interval, and Hedges' g worked out by its formula."""
    record = world.house.interview()
    old, new = levels(3, 25), [(a, b, min(5.0, c + 1)) for a, b, c in levels(4, 30)]
    world.held_before(record, old)
    world.held_before(record, new, version=2)
    drift = one(world.report(record), "Planning").drift
    assert drift is not None
    before, after = [card[2] for card in old], [card[2] for card in new]
    interval = stats.ttest_ind(after, before, equal_var=False).confidence_interval(0.95)
    assert (drift.from_version, drift.to_version, drift.n_from, drift.n_to) == (1, 2, 25, 30)
    assert drift.difference == pytest.approx(fmean(after) - fmean(before))
    assert (drift.low, drift.high) == pytest.approx((interval.low, interval.high))
    pooled = ((24 * stdev(before) ** 2 + 29 * stdev(after) ** 2) / 53) ** 0.5
    assert drift.effect == pytest.approx(drift.difference / pooled * (1 - 3 / (4 * 53 - 1)))
    assert "drifted" in kinds(one(world.report(record), "Planning"))


def test_there_is_no_drift_within_one_version_or_by_chance(world: World) -> None:
    """The newest two versions that have scores are compared; one that a filter leaves alone has nothing beside it."""
    record = world.house.interview()
    world.held_before(record, levels(5, 20))
    assert one(world.report(record), "Debugging").drift is None
    world.held_before(record, levels(5, 20), version=3)
    same = one(world.report(record), "Debugging")
    assert same.drift is not None
    assert (same.drift.difference, same.drift.to_version) == (0.0, 3)
    assert "drifted" not in kinds(same)
    assert one(world.report(record, version=3), "Debugging").drift is None


@pytest.mark.parametrize(
    ("cards", "expected"),
    [
        ([(5.0, 3.0, 3.0), (4.5, 3.0, 4.0)] * 6, "too_easy"),
        ([(1.0, 3.0, 3.0), (1.5, 3.0, 4.0)] * 6, "too_hard"),
        ([(None, 3.0, 3.0), (3.0, 3.0, 4.0)] * 6, "often_not_assessed"),
        ([(2.0, 3.0, 3.0), (2.0, 4.0, 4.0), (4.0, 3.0, 3.0), (4.0, 4.0, 4.0)] * 9, "does_not_tell_apart"),
        (levels(6, 40), "as_expected"),
        (levels(6, 9), "too_few"),
    ],
)
def test_what_stands_out_is_said(world: World, cards: Sequence[Levels], expected: str) -> None:
    record = world.house.interview()
    world.held_before(record, cards)
    found = one(world.report(record), "Debugging")
    assert kinds(found) == [expected]
    assert all(each.says.endswith(".") and each.do.endswith(".") for each in found.findings)


def test_a_question_that_most_need_a_hint_for_stands_out(world: World) -> None:
    record = world.house.interview()
    world.held_before(record, levels(6, 40), hints=1)
    assert kinds(one(world.report(record), "Debugging")) == ["often_hinted"]


def test_small_samples_say_so(world: World) -> None:
    record = world.house.interview()
    world.held_before(record, levels(7, 29))
    assert "29 of the 30" in one(world.report(record), "Debugging").note
    world.held_before(record, levels(8, 1))
    assert one(world.report(record), "Debugging").note == ""


def test_probes_stand_apart_without_their_words(tmp_path: Path) -> None:
    """A probe is written from a résumé; what it came to is told by competency, and enters no discrimination."""
    world = World(tmp_path, probes=1)
    record = world.hold(None, 3.0, 4.0)
    report = world.report(record)
    assert [(each.question, each.kind, each.competency) for each in report.probes] == [("", "probe", "Debugging")]
    assert "résumé" not in report.model_dump_json()
    assert [each.kind for each in report.questions] == ["core"] * 3
    world.house.close()


def test_a_question_that_one_candidate_got_is_put_with_the_probes(world: World) -> None:
    """Its words are for that candidate and may say who they are; asked of two, it is a question like others."""
    words = "Ada, which clock would you build?"
    first = world.house.interview()
    world.house.service.questions.add(SYSTEM, first.interview_id, words, competency="Planning")
    world.hold(3.0, 3.0, 4.0, record=first)
    alone = world.report(first)
    assert words not in alone.model_dump_json()
    assert [(each.kind, each.competency, each.mean) for each in alone.probes] == [("probe", "Planning", 4.0)]
    second = world.house.interview()
    world.house.service.questions.add(SYSTEM, second.interview_id, words, competency="Planning")
    world.hold(3.0, 3.0, 2.0, record=second)
    both = world.report(first)
    assert [(each.question, each.mean) for each in both.questions if each.kind == "custom"] == [(words, 3.0)]
    assert both.probes == ()


def test_only_what_stands_counts(world: World) -> None:
    """Neither older scorecards of a session, nor rehearsals, nor another position's."""
    record = world.hold(2.0, 2.0, 2.0)
    world.hold(1.0, 1.0, 1.0, role_title="Nurse", job_text="We care.")
    world.house.clock.forward(minutes=1)
    world.rater.said = dict.fromkeys(NAMES, 5.0)
    world.house.service.scorecards.score(SYSTEM, record.interview_id)
    rehearsal = StartRequest(interview_id=record.interview_id, rehearsal=True)
    world.house.finish(world.house.service.sessions.start(SYSTEM, rehearsal).session_id)
    found = one(world.report(record), "Debugging")
    assert (found.asked, found.mean) == (1, 5.0)


def test_a_filter_takes_days_and_versions(world: World) -> None:
    record = world.hold(2.0, 2.0, 2.0)
    world.house.clock.forward(days=1)
    world.hold(4.0, 4.0, 4.0)
    next_day: datetime = BEGINNING + timedelta(days=1)
    assert one(world.report(record, scored_from=next_day), "Debugging").mean == 4.0
    assert one(world.report(record, scored_to=next_day), "Debugging").mean == 2.0
    assert world.report(record, version=2).questions == ()
    with pytest.raises(InvalidPayload, match="ends before it begins"):
        world.report(record, scored_from=next_day, scored_to=BEGINNING)


def test_scorecards_that_name_no_question_are_counted_apart(world: World) -> None:
    record = world.hold(3.0, 3.0, 3.0)
    lines = [SpokenLine(role="coach", text="How do you find a fault?"), SpokenLine(role="candidate", text=ANSWER)]
    world.house.service.scorecards.score_transcript(SYSTEM, record.interview_id, lines)
    report = world.report(record)
    assert (report.scorecards, report.unknown, one(report, "Debugging").asked) == (2, 1, 1)


def test_positions_with_scorecards_are_the_choices(world: World) -> None:
    world.house.interview(role_title="Never held", job_text="Nobody came.")
    record = world.hold(3.0, 3.0, 3.0)
    positions = world.house.service.positions
    positions.save_plan(SYSTEM, record.position_id, positions.get(SYSTEM, record.position_id).plan)
    positions.approve(SYSTEM, record.position_id)
    world.hold(4.0, 4.0, 4.0)
    (found,) = world.house.service.question_statistics.positions(ANALYST)
    assert (found.position_id, found.role_title, found.scorecards, found.versions) == (
        record.position_id, "Engineer", 2, (1, 2),
    )  # fmt: skip


def test_candidates_and_reviewers_get_none(world: World) -> None:
    """A reviewer would read the engine's scores out of it before rating."""
    record = world.hold(3.0, 3.0, 3.0)
    for actor in (Actor(role="hiring", id="link:x", person="x"), world.house.candidate(world.house.interview())):
        with pytest.raises(Forbidden):
            world.house.service.question_statistics.of_position(actor, record.position_id)
        with pytest.raises(Forbidden):
            world.house.service.question_statistics.positions(actor)
    with pytest.raises(NotFound):
        world.house.service.question_statistics.of_position(ANALYST, "no such position")


def test_rest_gives_the_same_report(world: World) -> None:
    record = world.hold(3.0, 4.0, 5.0)
    access = world.house.service.access
    key, hiring = (access.create_key(SYSTEM, role, role).secret for role in ("analyst", "hiring"))
    with running_api(world.house.service) as url:
        address = f"{url}/api/statistics/questions"
        wanted = {"position_id": record.position_id, "version": "1"}
        reply = httpx.get(address, params=wanted, headers=bearer(key), timeout=60).raise_for_status().json()
        refused = [
            httpx.get(address, params=params, headers=bearer(secret), timeout=60)
            for params, secret in ((wanted, hiring), ({"position_id": "none"}, key), ({}, key))
        ]
    assert QuestionReport.model_validate(reply) == world.report(record, version=1)
    assert "not_assessed_share" in reply["questions"][0]
    assert [(each.status_code, each.json()["code"]) for each in refused] == [
        (403, "forbidden"), (404, "position_not_found"), (400, "invalid_payload"),
    ]  # fmt: skip
