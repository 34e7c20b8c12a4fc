"""The product's figures against the truth of the demo data: every expected number is computed from the truth alone."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import correlation, mean, median, stdev

import pytest
from demo_expected import Card, cards, cost, criteria, distribution, shown, weekly

from interview.access import SYSTEM
from interview.records import FigureFilter
from interview.statistics.funnel import FunnelStep
from interview.synthetic.asking import PROBE, Response
from interview.synthetic.making import Held
from interview.synthetic.truth import PLAN_TOKENS, PROBE_TOKENS, Interview


@dataclass(frozen=True)
class Cut:
    """A filter, as the product is asked and as the truth is cut."""

    position: int | None = None
    version: int | None = None
    days: tuple[date, date] | None = None

    def wanted(self, demo: Held) -> FigureFilter:
        return FigureFilter(
            position_id=None if self.position is None else demo.position_ids[self.position],
            version=self.version,
            first_day=self.days[0] if self.days else None,
            last_day=self.days[1] if self.days else None,
        )

    def holds(self, day: date) -> bool:
        return self.days is None or self.days[0] <= day <= self.days[1]

    def cards(self, demo: Held) -> list[Card]:
        return [card for card in cards(demo.truth, self.position, self.version) if self.holds(card.at.date())]

    def interviews(self, demo: Held) -> list[Interview]:
        """By the day of their invitation, and the version that they have at the end."""
        return [
            one for one in demo.truth.interviews
            if self.position in (None, one.position) and self.version in (None, _version(demo, one))
            and self.holds(one.invited_at.date())
        ]  # fmt: skip


CUTS = (
    Cut(), Cut(position=0), Cut(position=1), Cut(position=2), Cut(position=0, version=1), Cut(position=0, version=2),
    Cut(days=(date(2026, 3, 2), date(2026, 4, 30))), Cut(position=1, days=(date(2026, 2, 11), date(2026, 2, 11))),
)  # fmt: skip
every_cut = pytest.mark.parametrize("cut", CUTS, ids=str)


def _version(demo: Held, interview: Interview) -> int:
    if interview.sessions:
        return interview.sessions[0].version
    return 2 if demo.truth.position_of(interview).second_version_at else 1


@every_cut
def test_totals(demo: Held, cut: Cut) -> None:
    """Scorecards, the mean of their overall scores, and the share of criteria that were assessed."""
    found = demo.service.analytics.figures(SYSTEM, cut.wanted(demo)).totals
    expected = cut.cards(demo)
    overall = [card.overall for card in expected if card.overall]
    assert (found.scorecards, found.scored) == (len(expected), len(overall))
    assert found.mean_overall == pytest.approx(mean(overall) if overall else 0.0, abs=0.0051)
    assert found.rows == sum(len(card.position.competencies) for card in expected)
    assert found.criteria_assessed == sum(shown(card.position, card.levels) for card in expected)
    assert found.criteria_total == sum(criteria(card.position) for card in expected)


@every_cut
def test_distribution_over_levels(demo: Held, cut: Cut) -> None:
    """By competency, how many scores on each level, how many without one, and their mean."""
    found = demo.service.analytics.figures(SYSTEM, cut.wanted(demo)).distribution
    expected = distribution(cut.cards(demo))
    assert {row.competency for row in found} == set(expected)
    for row in found:
        levels, none, average = expected[row.competency]
        assert (list(row.levels), row.not_assessed) == (levels, none), row.competency
        assert row.mean == pytest.approx(average, abs=0.0051)


@every_cut
def test_weekly_trend(demo: Held, cut: Cut) -> None:
    """By week and competency: an override counts in the week that it was made."""
    found = demo.service.analytics.figures(SYSTEM, cut.wanted(demo)).trend
    expected = weekly(cut.cards(demo))
    assert {(row.week, row.competency): row.n for row in found} == {place: n for place, (n, _) in expected.items()}
    for row in found:
        assert row.mean == pytest.approx(expected[row.week, row.competency][1], abs=0.0051)


@every_cut
def test_funnel(demo: Held, cut: Cut) -> None:
    """Invited, started, completed, decided; who dropped out; and how often technology failed, by mode."""
    found = demo.service.analytics.figures(SYSTEM, cut.wanted(demo)).funnel
    interviews = cut.interviews(demo)
    _check_step(found.everything, interviews)
    by_position: dict[int, list[Interview]] = defaultdict(list)
    for one in interviews:
        by_position[one.position].append(one)
    assert {step.position_id for step in found.positions} == {demo.position_ids[place] for place in by_position}
    for step in found.positions:
        _check_step(step, by_position[demo.position_ids.index(str(step.position_id))])
    for modes in found.modes:
        held = [one for one in interviews if one.sessions and one.sessions[0].ending != "imported"]
        started = [one for one in held if one.sessions[0].mode == modes.mode]
        faulty = [one for one in started if any(session.faulty for session in one.sessions)]
        assert modes.started == len(started), modes.mode
        if modes.mode == "text":
            assert (modes.with_faults, modes.fault_rate) == (None, None)
        else:
            assert modes.with_faults == len(faulty)
            assert modes.fault_rate == (pytest.approx(len(faulty) / len(started), abs=1e-4) if started else None)


def _check_step(step: FunnelStep, interviews: list[Interview]) -> None:
    started = [one for one in interviews if one.sessions]
    completed = [one for one in started if one.standing]
    decided = [one for one in completed if one.decided and one.decided.verdict != "no_decision"]
    dropped = [one for one in started if one.sessions[-1].ending == "dropped"]
    counts = (step.invited, step.started, step.completed, step.decided, step.dropped_out)
    assert counts == tuple(map(len, (interviews, started, completed, decided, dropped)))
    if started:
        assert step.drop_out_rate == pytest.approx(len(dropped) / len(started), abs=1e-4)
        assert step.completion_rate == pytest.approx(len(completed) / len(started), abs=1e-4)


@every_cut
def test_time_per_stage(demo: Held, cut: Cut) -> None:
    """The mean minutes of the sessions that were completed on the days in question, each by its own clock."""
    found = demo.service.analytics.figures(SYSTEM, cut.wanted(demo)).stages
    seconds: dict[str, list[int]] = defaultdict(list)
    for card in cards(demo.truth, cut.position, cut.version):
        if cut.holds(card.session.last_touched.date()) and card.session.ending != "imported":
            for stage, each in card.session.stage_seconds.items():
                seconds[stage].append(each)
    assert {row.stage: row.sessions for row in found} == {stage: len(each) for stage, each in seconds.items()}
    for row in found:
        assert row.mean_minutes == pytest.approx(mean(seconds[row.stage]) / 60, abs=0.0051)


@pytest.mark.parametrize("cut", [cut for cut in CUTS if cut.version is None], ids=str)
def test_what_the_engine_cost(demo: Held, cut: Cut) -> None:
    """Calls, tokens and dollars by day; plans and probes belong to no position."""
    found = demo.service.analytics.figures(SYSTEM, cut.wanted(demo)).usage
    calls = {day: each for day, each in _calls(demo, cut.position).items() if cut.holds(day)}
    assert {row.day: row.calls for row in found} == {day: len(each) for day, each in calls.items()}
    for row in found:
        of_day = calls[row.day]
        assert row.input_tokens == sum(given for given, _ in of_day)
        assert row.output_tokens == sum(made for _, made in of_day)
        assert row.cost == pytest.approx(cost(of_day))
        assert row.unpriced == 0


def _calls(demo: Held, position: int | None) -> dict[date, list[tuple[int, int]]]:
    calls: dict[date, list[tuple[int, int]]] = defaultdict(list)
    for interview in demo.truth.interviews:
        for session in interview.sessions:
            if position in (None, interview.position) and session.calls:
                calls[session.started_at.date()] += session.calls
        if position in (None, interview.position) and (again := demo.truth.calls_again(interview)):
            assert demo.truth.rereading
            calls[demo.truth.rereading.at.date()] += again
        if position is None:
            calls[interview.invited_at.date()].append(PROBE_TOKENS)
    if position is None:
        calls[demo.truth.begin.date()] += [PLAN_TOKENS] * len(demo.truth.positions)
    return calls


def test_what_each_interview_cost(demo: Held) -> None:
    """The sum that the interview's page shows."""
    for interview in demo.truth.interviews:
        found = demo.service.usages.of_interview(SYSTEM, demo.interview_ids[interview.number])
        calls = [each for session in interview.sessions for each in session.calls]
        calls += demo.truth.calls_again(interview)
        assert (found.calls, found.cost) == (len(calls), pytest.approx(cost(calls)))


# --- questions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """One time that a question was asked, in a scorecard that counts. `others`: the scores of the others there."""

    card: Card
    score: float
    skipped: bool
    hints: int
    follow_ups: int
    others: tuple[float, ...]


def _asked(demo: Held, place: int) -> dict[str, list[Asked]]:
    """By the words of the question."""
    found: dict[str, list[Asked]] = defaultdict(list)
    for card in cards(demo.truth, place):
        questions, responses = card.position.questions, list(demo.truth.responses(card.interview, card.session))
        if card.session.ending == "stopped" and len(responses) < len(questions):
            responses.append(Response(len(responses), ()))  # asked, and answered by the wish to stop
        scores = [_score(card, response) for response in responses]
        for at, response in enumerate(responses):
            others = tuple(
                score for n, score in enumerate(scores)
                if n != at and score and questions[responses[n].question].kind == "core"
            )  # fmt: skip
            asked = Asked(card, scores[at], response.skipped, response.hints, response.follow_ups, others)
            found[questions[response.question].text].append(asked)
    return found


def _score(card: Card, response: Response) -> float:
    competency = card.position.competency(card.position.questions[response.question].competency)
    return competency.total(response.levels)


@pytest.mark.parametrize("place", range(3))
def test_question_statistics(demo: Held, place: int) -> None:
    """Difficulty, shares of skipped, hinted, followed up and not assessed, and how well each question tells apart."""
    report = demo.service.question_statistics.of_position(SYSTEM, demo.position_ids[place])
    expected = _asked(demo, place)
    assert [row.question for row in report.questions] == [one.text for one in demo.truth.positions[place].questions]
    assert (report.scorecards, report.unknown) == (len(cards(demo.truth, place)), 0)
    assert sum(row.asked for row in report.probes) == len(expected[PROBE])
    for row in report.questions:
        asked = expected[row.question]
        answered = [one for one in asked if not one.skipped]
        scores = [one.score for one in answered if one.score]
        assert (row.asked, row.answered, row.scored) == (len(asked), len(answered), len(scores)), row.question
        assert row.skipped_share == pytest.approx(1 - len(answered) / len(asked))
        known = [one for one in asked if one.card.session.ending != "imported"]
        assert row.hint_share == pytest.approx(mean(one.hints > 0 for one in known))
        assert row.follow_up_share == pytest.approx(mean(one.follow_ups > 0 for one in asked))
        assert row.not_assessed_share == pytest.approx(1 - len(scores) / len(answered))
        assert row.mean == pytest.approx(mean(scores))
        assert row.deviation == pytest.approx(stdev(scores))
        assert row.difficulty == pytest.approx((mean(scores) - 1) / 4)
        pairs = [(one.score, mean(one.others)) for one in answered if one.score and one.others]
        assert row.pairs == len(pairs)
        if row.discrimination is None:
            assert len(pairs) < 10
        else:
            assert row.discrimination.r == pytest.approx(correlation(*zip(*pairs, strict=True)))


@pytest.mark.parametrize("place", range(3))
def test_drift_between_plan_versions(demo: Held, place: int) -> None:
    """The difference of a question's means under the two versions, in levels and standardised (Hedges' g)."""
    report = demo.service.question_statistics.of_position(SYSTEM, demo.position_ids[place])
    for row in report.questions:
        old, new = (
            [one.score for one in _asked(demo, place)[row.question] if one.score and one.card.session.version == v]
            for v in (1, 2)
        )
        if min(len(old), len(new)) < 2:
            assert row.drift is None
            continue
        assert row.drift is not None
        assert row.drift.difference == pytest.approx(mean(new) - mean(old))
        freedom = len(old) + len(new) - 2
        pooled = math.sqrt(((len(old) - 1) * stdev(old) ** 2 + (len(new) - 1) * stdev(new) ** 2) / freedom)
        assert row.drift.effect == pytest.approx((mean(new) - mean(old)) / pooled * (1 - 3 / (4 * freedom - 1)))


# --- fairness ---------------------------------------------------------------------------------------------------------

Group = tuple[str | None, ...]
_BY: dict[tuple[str, ...], Callable[[Interview], Group]] = {
    ("sex",): lambda one: (_told(one, one.sex),),
    ("race",): lambda one: (_told(one, one.race),),
    ("sex", "race"): lambda one: (_told(one, one.sex), _told(one, one.race)),
}


def _told(interview: Interview, category: str) -> str | None:
    return category if interview.reported and category != "undisclosed" else None


def _overall(demo: Held, interview: Interview) -> float:
    assert interview.standing is not None
    return demo.truth.position_of(interview).overall(demo.truth.standing_levels(interview, interview.standing))


@pytest.mark.parametrize("place", [None, 0, 1, 2])
def test_fairness_tables(demo: Held, place: int | None) -> None:
    """Selection and scoring rates and their impact ratios: by sex, by race, and by both; unknowns counted."""
    position_id = None if place is None else demo.position_ids[place]
    report = demo.service.fairness.report(SYSTEM, position_id)
    people = [one for one in demo.truth.interviews if one.standing and place in (None, one.position)]
    verdicts = Counter(one.decided.verdict if one.decided else None for one in people)
    overall = {one.number: _overall(demo, one) for one in people}
    scored = [one for one in people if overall[one.number]]
    middle = median(overall[one.number] for one in scored)
    told = [one for one in people if _told(one, one.sex) or _told(one, one.race)]
    assert (report.people, report.self_reports, report.scored) == (len(people), len(told), len(scored))
    assert (report.decisions.advanced, report.decisions.declined) == (verdicts["advance"], verdicts["decline"])
    assert report.decisions.held == verdicts["hold"]
    assert report.decisions.undecided == verdicts[None] + verdicts["no_decision"]
    assert report.median == pytest.approx(middle, abs=0.0051)
    if len(told) < 10:
        assert report.tables == ()
        return
    decided = [(one, one.decided.verdict == "advance") for one in people if _chosen(one) and one.decided]
    above = [(one, overall[one.number] > middle) for one in scored]
    assert len(report.tables) == 6
    for table in report.tables:
        outcomes = decided if table.kind == "selection" else above
        of: dict[Group, list[bool]] = defaultdict(list)
        for one, positive in outcomes:
            of[_BY[table.by](one)].append(positive)
        known = {group: each for group, each in of.items() if None not in group}
        assert (table.n, table.unknown) == _sizes(known, outcomes)
        assert {_of(row.sex, row.race, table.by): row.n for row in table.groups} == {
            g: len(x) for g, x in known.items()
        }
        withheld = {_of(row.sex, row.race, table.by) for row in table.groups if row.part == "withheld"}
        if withheld:  # so that nobody works out the outcome of a few
            assert any(row.n < 5 for other in report.tables if other.kind == table.kind for row in other.groups)
        compared = {
            g: Fraction(sum(x), len(x))  # exact: a ratio may fall on the line
            for g, x in known.items()
            if len(x) >= 5 and len(x) / table.n >= 0.02 and g not in withheld
        }
        best = max(compared.values(), default=Fraction(0))
        for row in table.groups:
            group = _of(row.sex, row.race, table.by)
            ratio = compared[group] / best if group in compared and best else None
            assert row.impact_ratio == (None if ratio is None else pytest.approx(float(ratio))), (table.kind, group)
            told_of = len(known[group]) >= 5 and group not in withheld
            assert row.rate == (pytest.approx(mean(known[group])) if told_of else None)
            assert row.flagged == (ratio is not None and ratio < Fraction(4, 5))


def _chosen(interview: Interview) -> bool:
    return interview.decided is not None and interview.decided.verdict in ("advance", "decline")


def _of(sex: str | None, race: str | None, by: tuple[str, ...]) -> Group:
    return tuple({"sex": sex, "race": race}[name] for name in by)


def _sizes(known: dict[Group, list[bool]], outcomes: Iterable[object]) -> tuple[int, int]:
    n = sum(len(each) for each in known.values())
    return n, len(list(outcomes)) - n
