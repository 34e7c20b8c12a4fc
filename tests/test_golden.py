"""The golden-set tool: items in, evaluations out, and agreement with human ratings beside plain baselines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interview.engines.embedded import EmbeddedEngine
from interview.errors import InvalidPayload
from interview.golden import GoldenResult, agreement, agreement_table, evaluate_items

RATED = Path(__file__).parent.parent / "benchmarks" / "data" / "rated_answers.jsonl"
CRITERION = {
    "criterion": "Diagnosis",
    "description": "How the cause was found",
    "expected_points": ["A hypothesis tested"],
}
ITEM = {
    "id": "a-1",
    "question": "Describe a bug that you had to track down.",
    "answer": "I suspected the cache, so I switched it off on one node and the error went away within two minutes.",
    "criteria": [CRITERION],
}


def results(*items: object) -> list[GoldenResult]:
    return list(evaluate_items([json.dumps(item) for item in items], EmbeddedEngine()))


def test_a_line_is_the_contracts_evaluation_with_its_id_first() -> None:
    line = json.loads(results(ITEM)[0].line())
    assert next(iter(line)) == "id"
    assert line["id"] == "a-1"
    assert {"summary", "totalScore", "rubricFilled", "criterionScores", "hints", "followUpNeeded", "flags"} < set(line)
    score = line["criterionScores"][0]
    assert {"criterion", "score", "weight", "rationale", "status", "evidence"} < set(score)
    assert score["weight"] == 1.0
    quote = score["evidence"][0]
    assert ITEM["answer"][quote["start"] : quote["end"]] == quote["quote"]  # type: ignore[index]


@pytest.mark.parametrize(
    "criterion",
    [
        {"criterion": "Diagnosis"},
        {"criterion": "Diagnosis", "anchors": None, "expected_points": None, "description": None},
        {"criterion": "Diagnosis", "anchors": {}, "expected_points": []},
        {
            "criterion": "Diagnosis",
            "anchors": {"1": "", "3": None, "5": "Forms hypotheses and tests them"},
            "weight": 2,
        },
        {"criterion": "Diagnosis", "anchors": {"5": "Tests hypotheses"}, "expected_points": ["A hypothesis tested"]},
    ],
)
def test_anchors_and_points_may_be_empty_or_missing(criterion: dict[str, object]) -> None:
    score = results({**ITEM, "criteria": [criterion]})[0].evaluation.criterion_scores[0]
    assert score.status == "assessed"
    assert 1 <= score.score <= 5


def test_an_empty_answer_has_no_score() -> None:
    evaluation = results({**ITEM, "answer": ""})[0].evaluation
    assert evaluation.total_score == 0.0
    assert evaluation.criterion_scores[0].status == "insufficient_evidence"


def test_blank_lines_are_skipped_and_items_are_read_one_by_one() -> None:
    lines = iter([json.dumps(ITEM), "\n", json.dumps({**ITEM, "id": 2}), "not read yet"])
    found = evaluate_items(lines, EmbeddedEngine())
    assert [next(found).item.id, next(found).item.id] == ["a-1", "2"]
    assert next(lines) == "not read yet"


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        "{}",
        json.dumps({**ITEM, "criteria": []}),
        json.dumps({**ITEM, "criteria": [CRITERION] * 9}),
        json.dumps({**ITEM, "answer": "a" * 20_001}),
        json.dumps({**ITEM, "human": "good"}),
        json.dumps({**ITEM, "human": 7}),
        json.dumps({**ITEM, "criteria": [{**CRITERION, "weight": 0}]}),
        json.dumps({**ITEM, "note": "a" * 1_000_000}),
    ],
)
def test_a_bad_line_is_named(line: str) -> None:
    with pytest.raises(InvalidPayload, match=r"Line 2\b"):
        list(evaluate_items([json.dumps(ITEM), line], EmbeddedEngine()))


def test_ratings_may_be_one_level_or_one_per_criterion() -> None:
    single, each = results({**ITEM, "human": 4}, {**ITEM, "human": {"Diagnosis": 3.5, "Not rated here": 1}})
    assert [human for _, human in single.pairs()] == [4.0]
    assert [human for _, human in each.pairs()] == [3.5]


def test_agreement_needs_ratings() -> None:
    with pytest.raises(InvalidPayload, match="human"):
        agreement(results(ITEM, ITEM))


def test_no_score_counts_as_the_lowest_level_in_the_agreement() -> None:
    found = agreement(results({**ITEM, "answer": "", "human": 1}, {**ITEM, "human": 4}))
    assert found.unscored == 1
    assert found.fits[0].mae < 2


def test_ratings_that_do_not_differ_have_no_rank_correlation() -> None:
    found = agreement(results({**ITEM, "human": 4}, {**ITEM, "human": 4}))
    assert found.fits[0].spearman is None
    assert "–" in agreement_table(found)


def test_the_engine_agrees_with_the_teams_ratings_better_than_length_does() -> None:
    """Half of the rated answers, every second one, so that every role is there."""
    lines = RATED.read_text(encoding="utf-8").splitlines()[::2]
    found = agreement(evaluate_items(lines, EmbeddedEngine()))
    ours, length, constant = found.fits
    assert found.n > 120
    assert ours.spearman is not None
    assert length.spearman is not None
    assert ours.kappa is not None
    assert ours.spearman >= max(0.7, length.spearman + 0.2)
    assert ours.kappa >= 0.7
    assert ours.mae < min(0.75, length.mae - 0.2, constant.mae - 0.2)
    for word in ("Spearman", "kappa", "MAE", "length", "constant"):
        assert word in agreement_table(found)
