"""Totals are weighted means over what was assessed, and can be recomputed by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.models import Competency, CompetencySummary, Criterion, CriterionScore, CriterionStatus
from interview.scoring import competency_summary, overall, replace_latest, response_total, weighted_mean

COMPETENCY = Competency(
    name="Incident response",
    criteria=(Criterion(name="Diagnosis", weight=0.75), Criterion(name="Follow-through", weight=0.25)),
)


def score(criterion: str, value: float, *, weight: float = 1.0, status: CriterionStatus = "assessed") -> CriterionScore:
    return CriterionScore(criterion=criterion, score=value, weight=weight, status=status, low=value, high=value)


def test_a_weighted_mean_weighs() -> None:
    assert weighted_mean([(4.0, 3.0), (2.0, 1.0)]) == 3.5


def test_a_mean_of_nothing_is_no_score() -> None:
    assert weighted_mean([]) == 0.0
    assert weighted_mean([(4.0, 0.0)]) == 0.0
    assert response_total([]) == 0.0
    assert overall([]) == 0.0


@given(st.lists(st.tuples(st.floats(1, 5), st.floats(0.01, 100)), min_size=1, max_size=8))
def test_a_weighted_mean_stays_between_its_values(pairs: list[tuple[float, float]]) -> None:
    values = [value for value, _ in pairs]
    assert min(values) - 1e-9 <= weighted_mean(pairs) <= max(values) + 1e-9


def test_unassessed_criteria_have_no_part_in_a_total() -> None:
    scores = [score("A", 4.0, weight=0.2), score("B", 0.0, weight=0.8, status="insufficient_evidence")]
    assert response_total(scores) == 4.0


def test_totals_are_reported_with_two_decimals() -> None:
    assert response_total([score("A", 4.0), score("B", 4.0), score("C", 5.0)]) == 4.33


def test_the_newest_assessed_score_replaces() -> None:
    latest = replace_latest({"A": score("A", 2.0)}, [score("A", 4.0), score("B", 3.0)])
    assert (latest["A"].score, latest["B"].score) == (4.0, 3.0)


@pytest.mark.parametrize("status", ["not_assessed", "insufficient_evidence"])
def test_an_unassessed_score_never_replaces_an_assessed_one(status: CriterionStatus) -> None:
    latest = replace_latest({"A": score("A", 2.0)}, [score("A", 0.0, status=status)])
    assert latest["A"].score == 2.0


def test_no_evidence_replaces_not_probed() -> None:
    before = {"A": score("A", 0.0, status="not_assessed")}
    assert replace_latest(before, [score("A", 0.0, status="insufficient_evidence")])["A"].status == (
        "insufficient_evidence"
    )


def test_replacing_leaves_the_given_scores_as_they_were() -> None:
    before = {"A": score("A", 2.0)}
    replace_latest(before, [score("A", 5.0)])
    assert before["A"].score == 2.0


def test_a_competency_is_summed_up_in_the_rubrics_order_with_the_rubrics_weights() -> None:
    latest = {
        "Follow-through": score("Follow-through", 2.0, weight=9.0),
        "Diagnosis": score("Diagnosis", 4.0, weight=9.0),
        "Of another competency": score("Of another competency", 1.0),
    }
    summary = competency_summary(COMPETENCY, latest)
    assert [row.criterion for row in summary.criteria] == ["Diagnosis", "Follow-through"]
    assert summary.total_score == 3.5
    assert summary.rubric_filled


def test_a_competency_with_an_open_criterion_is_not_filled() -> None:
    summary = competency_summary(COMPETENCY, {"Diagnosis": score("Diagnosis", 4.0)})
    assert summary.total_score == 4.0
    assert not summary.rubric_filled
    assert summary.criteria[1].status == "not_assessed"


def test_the_overall_score_counts_assessed_competencies_only() -> None:
    assessed = competency_summary(COMPETENCY, {"Diagnosis": score("Diagnosis", 4.0)})
    unassessed = CompetencySummary(competency="Planning", total_score=0.0)
    no_evidence = competency_summary(COMPETENCY, {"Diagnosis": score("Diagnosis", 0.0, status="insufficient_evidence")})
    assert overall([assessed, unassessed, no_evidence]) == 4.0
