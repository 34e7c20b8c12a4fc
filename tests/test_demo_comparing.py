"""Comparisons of candidates against the truth of the demo data: cells, how deep they rest, and whether they compare."""

from __future__ import annotations

from collections import Counter
from statistics import median

import pytest
from demo_expected import Card, cards

from interview.access import SYSTEM
from interview.comparing import Answered, Depth
from interview.synthetic.asking import SKIPPED, Response
from interview.synthetic.making import Held


def _completed(demo: Held, place: int) -> list[Card]:
    """The cards that stand for their interviews, in the order of completion."""
    found = [card for card in cards(demo.truth, place) if card.session is card.interview.standing]
    return sorted(found, key=lambda card: card.session.last_touched)


def _depth(card: Card, competency: str) -> Depth:
    responses = [
        one for one in card.interview.responses(card.session)
        if card.position.questions[one.question].competency == competency
    ]  # fmt: skip
    return Depth(
        answers=sum(one.evaluations for one in responses),
        follow_ups=sum(one.follow_ups for one in responses),
        hints=sum(one.hints for one in responses),
        ruled=not responses or card.session.ending != "imported",
    )


def _mark(card: Card, competency: str, all_of_them: list[Card], version: int) -> str:
    """By the lines that the product says it goes by."""
    rubric = card.position.competency(competency)
    assessed, depth = rubric.shown(card.levels[competency]), _depth(card, competency)
    if not assessed or card.session.version != version:
        return "not_comparable"
    others = [
        _depth(one, competency) for one in all_of_them
        if one is not card and one.session.version == version and rubric.shown(one.levels[competency])
    ]  # fmt: skip
    answers = median(one.answers for one in others)
    known = [one.hints for one in others if one.ruled]
    thin = assessed * 3 < len(rubric.weights) * 2
    deep = max(depth.answers, answers) > 2 * min(depth.answers, answers)
    helped = depth.ruled and depth.hints > 0 and median(known) == 0
    otherwise = 2 * sum(one.ruled != depth.ruled for one in others) > len(others)
    return "with_care" if thin or deep or helped or otherwise else "comparable"


@pytest.mark.parametrize("place", range(3))
def test_comparison_cells(demo: Held, place: int) -> None:
    """Scores, criteria assessed, depth and marks of every candidate and competency, in the order of completion."""
    found = demo.service.comparisons.of_position(SYSTEM, demo.position_ids[place])
    expected = _completed(demo, place)
    versions = Counter(card.session.version for card in expected)
    most = [version for version, count in versions.items() if count == max(versions.values())]
    assert found.plan_version in most
    assert [one.candidate_name for one in found.candidates] == [card.interview.candidate for card in expected]
    assert found.rate_first == ()
    for one, card in zip(found.candidates, expected, strict=True):
        assert {cell.competency: cell.score for cell in one.scores} == card.totals
        assert (one.plan_version, one.stamp.engine) == (card.session.version, "synthetic")
        assert one.source == ("override" if card.interview.overrides else "engine")
        for cell in one.scores:
            rubric = card.position.competency(cell.competency)
            assert cell.criteria_assessed == rubric.shown(card.levels[cell.competency])
            assert cell.criteria_total == len(rubric.weights)
            assert cell.depth == _depth(card, cell.competency), (one.candidate_name, cell.competency)
            mark = _mark(card, cell.competency, expected, found.plan_version or 0)
            assert cell.comparability.mark == mark, (one.candidate_name, cell.competency, cell.comparability.why)
            assert bool(cell.comparability.why) == (mark != "comparable")
    for competency in found.competencies:
        assert competency.n == sum(card.totals[competency.competency] > 0 for card in expected)


def test_a_reviewer_compares_those_whose_scores_are_open_to_them(demo: Held) -> None:
    """Rated by them, or seen unrated; of the others there is a name and nothing else."""
    opened = 0
    for number, actor in enumerate(demo.reviewers):
        for place, position_id in enumerate(demo.position_ids):
            found = demo.service.comparisons.of_position(actor, position_id)
            expected = _completed(demo, place)
            mine = [card for card in expected if any(each.reviewer == number for each in card.interview.reviews)]
            rest = [card for card in expected if card not in mine]
            assert [one.candidate_name for one in found.candidates] == [card.interview.candidate for card in mine]
            assert [one.candidate_name for one in found.rate_first] == [card.interview.candidate for card in rest]
            opened += len(mine)
    assert opened > 10


@pytest.mark.parametrize("place", range(3))
def test_answers_side_by_side(demo: Held, place: int) -> None:
    """What each candidate was asked and said about a question, and nobody else's words."""
    expected = _completed(demo, place)
    for at, question in enumerate(demo.truth.positions[place].questions):
        for start in range(0, len(expected), 4):
            some = expected[start : start + 4]
            ids = [demo.interview_ids[card.interview.number] for card in some]
            found = demo.service.comparisons.side_by_side(SYSTEM, demo.position_ids[place], question.text, ids)
            for card, answered in zip(some, found.answers, strict=True):
                responses = card.interview.responses(card.session)
                response = next((one for one in responses if one.question == at), None)
                stopped = card.session.ending == "stopped" and at == len(responses)
                _check_said(answered, response, stopped=stopped)


def _check_said(found: Answered, response: Response | None, *, stopped: bool) -> None:
    assert found.planned
    assert found.asked == (response is not None or stopped)
    if response is None:
        return
    said = [exchange.said for exchange in response.exchanges if exchange.said != SKIPPED]
    assert [each.line.text for each in found.lines if each.said_as == "answer"] == said
    prompts = [each.said_as for each in found.lines if each.said_as != "answer"]
    rungs = {"broad": "question", "hint": "hint"}
    assert prompts == [rungs.get(exchange.rung, "follow_up") for exchange in response.exchanges]
    assert found.skipped == response.skipped
