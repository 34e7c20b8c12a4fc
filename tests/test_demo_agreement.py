"""Agreement between raters, and the review packet, against the truth of the demo data, by formulas of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from statistics import mean

import pytest

from interview.access import SYSTEM
from interview.agreement import Agreed, AgreementFilter
from interview.synthetic.asking import Position, Rated, Response
from interview.synthetic.making import Held
from interview.synthetic.truth import Interview, Review, Session

ENGINE = -1
Levels = list[tuple[int, int]]


@dataclass(frozen=True)
class Two:
    """Two judges' ratings of one competency of one interview; the second may be the engine."""

    interview: Interview
    competency: str
    judges: tuple[int, int]
    pairs: tuple[tuple[int | None, int | None], ...]
    totals: tuple[float, float]

    @property
    def both(self) -> Levels:
        return [(a, b) for a, b in self.pairs if a is not None and b is not None]

    @property
    def one_sided(self) -> int:
        return sum((a is None) != (b is None) for a, b in self.pairs)


def _reviewed(demo: Held, place: int | None) -> Iterable[tuple[Interview, Position, Rated, list[Review]]]:
    """Interviews with blind ratings: the position, what the engine made of it, and the reviews by time."""
    for interview in demo.truth.interviews:
        blind = [review for review in interview.reviews if review.blind]
        if interview.standing and blind and place in (None, interview.position):
            engine = demo.truth.engine_levels(interview, interview.standing)
            yield interview, demo.truth.position_of(interview), engine, blind


def _two(position: Position, interview: Interview, judges: tuple[int, int], first: Rated, second: Rated) -> list[Two]:
    return [
        Two(
            interview, one.name, judges,
            tuple((first[one.name][name], second[one.name][name]) for name in one.weights),
            (one.total(first[one.name]), one.total(second[one.name])),
        )
        for one in position.competencies
    ]  # fmt: skip


def _with_engine(demo: Held, place: int | None) -> list[Two]:
    return [
        two
        for interview, position, engine, blind in _reviewed(demo, place)
        for review in blind
        for two in _two(position, interview, (review.reviewer, ENGINE), review.levels or {}, engine)
    ]


def _among_people(demo: Held, place: int | None) -> list[Two]:
    return [
        two
        for interview, position, _, blind in _reviewed(demo, place)
        for a, b in combinations(sorted(blind, key=lambda review: review.reviewer), 2)
        for two in _two(position, interview, (a.reviewer, b.reviewer), a.levels or {}, b.levels or {})
    ]


def _kappa(pairs: Levels) -> float:
    """Cohen (1968), quadratic weights: one less the disagreement seen over that of chance."""
    seen = mean((a - b) ** 2 for a, b in pairs)
    chance = mean((a - b) ** 2 for a, _ in pairs for _, b in pairs)
    return 1 - seen / chance


def _icc(rows: Sequence[tuple[float, float]]) -> float:
    """Shrout and Fleiss (1979), ICC(2,1), of two judges."""
    n, k = len(rows), 2
    grand = mean(value for row in rows for value in row)
    judges = [mean(row[j] for row in rows) for j in range(k)]
    between = k * sum((mean(row) - grand) ** 2 for row in rows) / (n - 1)
    among = n * sum((judge - grand) ** 2 for judge in judges) / (k - 1)
    left = sum((row[j] - mean(row) - judges[j] + grand) ** 2 for row in rows for j in range(k)) / ((n - 1) * (k - 1))
    return (between - left) / (between + (k - 1) * left + k * (among - left) / n)


def _check(found: Agreed, twos: list[Two], *, symmetric: bool) -> None:
    pairs = [pair for two in twos for pair in two.both]
    assert found.pairs == len(pairs)
    assert found.one_sided == sum(two.one_sided for two in twos)
    assert found.interviews == len({two.interview.number for two in twos if two.both})
    assert found.exact == pytest.approx(mean(a == b for a, b in pairs))
    assert found.adjacent == pytest.approx(mean(abs(a - b) <= 1 for a, b in pairs))
    assert found.mean_absolute_difference == pytest.approx(mean(abs(a - b) for a, b in pairs))
    if not symmetric:
        assert found.mean_difference == pytest.approx(mean(a - b for a, b in pairs))
    ways = [*pairs, *((b, a) for a, b in pairs)] if symmetric else pairs
    if found.kappa is None:
        assert min(len(set(side)) for side in zip(*ways, strict=True)) < 2
    else:
        assert found.kappa.value == pytest.approx(_kappa(ways))


@pytest.mark.parametrize("place", [None, 0, 1, 2])
def test_people_beside_the_engine(demo: Held, place: int | None) -> None:
    """Blind ratings only: over all, by competency, and the intraclass correlation of totals."""
    position_id = None if place is None else demo.position_ids[place]
    report = demo.service.agreements.report(SYSTEM, AgreementFilter(position_id=position_id))
    twos = _with_engine(demo, place)
    assert report.reviews == sum(len(blind) for *_, blind in _reviewed(demo, place))
    _check(report.engine.overall, twos, symmetric=False)
    totals = [two.totals for two in twos if all(two.totals)]
    assert report.engine.overall.icc_n == len(totals)
    assert report.engine.overall.icc is not None
    assert report.engine.overall.icc.value == pytest.approx(_icc(totals))
    for row in report.engine.competencies:
        _check(row.figures, [two for two in twos if two.competency == row.competency], symmetric=False)


@pytest.mark.parametrize("place", [None, 0, 1, 2])
def test_people_beside_each_other(demo: Held, place: int | None) -> None:
    """The reviewers of one session two by two; the ICC of the two who rated the most together."""
    position_id = None if place is None else demo.position_ids[place]
    report = demo.service.agreements.report(SYSTEM, AgreementFilter(position_id=position_id))
    twos = _among_people(demo, place)
    if place == 2:
        assert not twos  # nobody rated beside somebody else there
        assert report.people.overall == Agreed(note=report.people.overall.note)
        return
    _check(report.people.overall, twos, symmetric=True)
    together: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for two in twos:
        if all(two.totals):
            together[two.judges].append(two.totals)
    most = max(map(len, together.values()))
    assert report.people.overall.icc_n == most
    assert report.people.overall.icc is not None
    possible = [_icc(rows) for rows in together.values() if len(rows) == most]  # the same whoever stands first
    assert any(report.people.overall.icc.value == pytest.approx(value) for value in possible)


def test_each_reviewer_beside_the_engine(demo: Held) -> None:
    """Numbered by their first review; the lenient one gives higher levels than the engine."""
    report = demo.service.agreements.report(SYSTEM)
    first: dict[int, tuple[object, int]] = {}
    for interview in demo.truth.interviews:
        for review in interview.reviews:
            if review.levels is not None:
                first[review.reviewer] = min(first.get(review.reviewer, (review.at, 0)), (review.at, 0))
    twos = _with_engine(demo, None)
    counts = {
        name: sum(each.reviewer == name for *_, blind in _reviewed(demo, None) for each in blind) for name in first
    }
    assert sorted(row.reviews for row in report.reviewers) == sorted(count for count in counts.values() if count)
    expected = {
        (counts[name], sum(len(two.both) for two in twos if two.judges[0] == name)) for name in first if counts[name]
    }
    assert {(row.reviews, row.figures.pairs) for row in report.reviewers} == expected
    assert [row.reviewer for row in report.reviewers] == sorted(row.reviewer for row in report.reviewers)


def test_packets_say_what_happened(demo: Held) -> None:
    """What was asked and how it went, hints, minutes, time given back, levels of both, reviews and decisions."""
    for interview in demo.truth.interviews:
        session = interview.standing
        if session is None:
            continue
        packet = demo.service.packets.of_interview(SYSTEM, demo.interview_ids[interview.number])
        position, responses = demo.truth.position_of(interview), interview.responses(session)
        assert (packet.candidate_name, packet.plan_version, packet.attempt) == (
            interview.candidate, session.version, session.attempt,
        )  # fmt: skip
        assert [one.text for one in packet.questions] == [one.text for one in position.questions]
        asked = {one.question: one for one in responses}
        for place, found in enumerate(packet.questions):
            response = asked.get(place)
            stopped_at = place == len(responses) and session.ending == "stopped"
            assert found.standing == _standing(response, stopped_at=stopped_at), (interview.number, place)
            if response:
                assert (found.follow_ups, found.hints) == (response.follow_ups, response.hints)
        assert len(packet.hints) == sum(response.hints for response in responses)
        begun = interview.sessions[interview.sessions.index(session) - int(session.goes_on)]
        assert sum(each.seconds for each in packet.given_back) == session.lost_seconds + (
            begun.lost_seconds if session.goes_on else 0
        )
        assert packet.spoken == (session.spoken or (session.goes_on and begun.spoken))
        held = (begun, session) if session.goes_on else (session,)
        told = [one.words for one in packet.warnings if one.kind == "voice_failed"]
        assert len(told) == any(one.voice_fails_after is not None for one in held)
        if session.voice_fails_after is not None:
            assert told[0].endswith("the candidate went on in writing.")
        if not session.goes_on:
            assert packet.minutes == pytest.approx(_length(session) / timedelta(minutes=1), abs=0.06)
        engine = demo.truth.engine_levels(interview, session)
        assert packet.overall_level == position.overall(demo.truth.standing_levels(interview, session))
        assert packet.engine_overall == position.overall(engine)
        assert {one.competency: one.engine_level for one in packet.competencies} == position.totals(engine)
        assert len(packet.overrides) == len(interview.overrides)
        assert sorted((each.submitted_at, each.blind) for each in packet.reviews) == sorted(
            (each.at, each.blind) for each in interview.reviews if each.levels is not None
        )
        assert [each.decision for each in packet.decisions] == [each.verdict for each in reversed(interview.decisions)]


def _length(session: Session) -> timedelta:
    """Of a transcript from elsewhere, until its last answer begins: more of it is not known."""
    if session.ending != "imported":
        return session.last_touched - session.started_at
    last = session.responses[-1].exchanges[-1]
    return timedelta(seconds=session.competency_seconds - last.seconds + last.seconds // 4)


def _standing(response: Response | None, *, stopped_at: bool) -> str:
    if response is None:
        return "asked" if stopped_at else "not_asked"
    return "skipped" if response.skipped else "answered"
