"""The competency bank: what its data files promise, and how they are read."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from importlib.resources import files

import pytest
from pydantic import ValidationError

from interview.engines.embedded.bank import SHARED, BankCompetency, BankQuestion, find, load_bank, load_families
from interview.models import Criterion

_AMERICAN = re.compile(
    r"\b(?:behavior\w*|organiz\w+|prioritiz\w+|recogniz\w+|analyz\w+|favor\w*|color\w*|center|program|labor|judgment"
    r"|realiz\w+|apologiz\w+|summariz\w+|criticiz\w+|math)\b",
    re.IGNORECASE,
)
_BANK = load_bank()
_NAMES = [entry.name for entry in _BANK]


def _criteria() -> list[tuple[str, Criterion]]:
    return [(entry.name, criterion) for entry in _BANK for criterion in entry.competency.criteria]


def _prose(entry: BankCompetency) -> list[str]:
    """All that people read of a competency; keywords may be spelt either way, as job texts are."""
    texts = [entry.name, entry.competency.description, *entry.practice, *entry.hints]
    texts += [part for question in entry.questions for part in (question.text, question.purpose)]
    for criterion in entry.competency.criteria:
        anchors = criterion.anchors
        texts += [criterion.name, criterion.description, anchors.one, anchors.three, anchors.five]
        texts += criterion.expected_points
    return texts


def test_the_bank_covers_many_jobs() -> None:
    """At least 24 competencies over at least 8 families, two or more in each, and six that fit any job."""
    families = Counter(entry.families[0] for entry in _BANK)
    assert len(_BANK) >= 24
    assert len(set(families) - {SHARED}) >= 8
    assert min(families.values()) >= 2
    assert families[SHARED] >= 6


def test_every_family_is_described_and_has_keywords() -> None:
    for family in load_families():
        assert family.title
        assert family.description
        assert len(set(family.keywords)) == len(family.keywords)
        assert len(family.keywords) >= 10 or family.name == SHARED


def test_families_named_by_competencies_exist() -> None:
    known = {family.name for family in load_families()}
    assert {name for entry in _BANK for name in entry.families} <= known


def test_names_are_unique_and_in_sentence_case() -> None:
    assert len({name.casefold() for name in _NAMES}) == len(_NAMES)
    for name in _NAMES:
        assert name[0].isupper()
        assert name[1:] == name[1:].lower()


@pytest.mark.parametrize("entry", _BANK, ids=_NAMES)
def test_a_competency_is_whole(entry: BankCompetency) -> None:
    """Two to four criteria that weigh 1 together, two behavioural questions and a situational one, tips and hints."""
    criteria = entry.competency.criteria
    assert 2 <= len(criteria) <= 4
    assert sum(criterion.weight for criterion in criteria) == pytest.approx(1)
    assert len({criterion.name for criterion in criteria}) == len(criteria)
    styles = Counter(question.style for question in entry.questions)
    assert styles["behavioural"] >= 2
    assert styles["situational"] >= 1
    assert 2 <= len(entry.practice) <= 3
    assert 2 <= len(entry.hints) <= 3
    assert len(entry.keywords) >= 8


@pytest.mark.parametrize(("competency", "criterion"), _criteria())
def test_anchors_are_of_proper_length_and_far_apart(competency: str, criterion: Criterion) -> None:
    """15 to 35 words each; the anchors for 1 and 5 share few words, as answers are told apart by them."""
    anchors = criterion.anchors
    for anchor in (anchors.one, anchors.three, anchors.five):
        assert 15 <= len(anchor.split()) <= 35, f"{competency}, {criterion.name}: {anchor}"
        assert anchor.endswith(".")
    low, high = (set(re.findall(r"\w{4,}", anchor.lower())) for anchor in (anchors.one, anchors.five))
    assert len(low & high) / len(low | high) < 0.2


@pytest.mark.parametrize(("competency", "criterion"), _criteria())
def test_expected_points_are_short_clauses(competency: str, criterion: Criterion) -> None:
    assert 3 <= len(criterion.expected_points) <= 5
    for point in criterion.expected_points:
        assert 5 <= len(point.split()) <= 14, f"{competency}: {point}"
        assert not point.endswith(".")
        assert point not in criterion.anchors.five


def test_nothing_is_written_twice() -> None:
    """No question, anchor, expected point, tip or hint stands in the bank a second time."""
    texts = [text.casefold() for entry in _BANK for text in _prose(entry)]
    assert [text for text, times in Counter(texts).items() if times > 1] == []


@pytest.mark.parametrize("question", [q for entry in _BANK for q in entry.questions], ids=lambda q: q.text[:40])
def test_questions_are_plain_and_single(question: BankQuestion) -> None:
    """One or two sentences with at most one question mark, opened in the way of their style."""
    openings = ("Imagine", "Suppose") if question.style == "situational" else ("Tell me about", "Describe")
    assert question.text.startswith(openings)
    assert question.text[-1] in "?."
    assert question.text.count("?") <= 1
    assert len(re.findall(r"[.?](?:\s|$)", question.text)) <= 2
    assert len(question.text.split()) <= 45
    assert set(re.findall(r"\{.*?\}", question.text)) <= {"{role}"}
    assert question.purpose.endswith(".")


def test_spelling_is_british() -> None:
    assert [text for entry in _BANK for text in _prose(entry) if _AMERICAN.search(text)] == []


def test_hints_do_not_give_the_answer_away() -> None:
    """No hint has more than half of the long words of an expected point of its competency."""
    for entry in _BANK:
        points = [point for criterion in entry.competency.criteria for point in criterion.expected_points]
        for hint in entry.hints:
            said = set(re.findall(r"\w{5,}", hint.lower()))
            for point in points:
                wanted = set(re.findall(r"\w{5,}", point.lower()))
                assert len(wanted) < 2 or len(said & wanted) / len(wanted) <= 0.5, f"{hint} / {point}"


def test_a_competency_is_found_by_name_in_any_case() -> None:
    found = find("  teamWORK ")
    assert found is not None
    assert found.name == "Teamwork"
    assert find("Juggling") is None


def test_questions_are_given_by_style() -> None:
    entry = _BANK[0]
    assert entry.question("situational").style == "situational"


def test_a_misspelt_key_in_a_file_is_an_error() -> None:
    """A newcomer's typing error is told at once rather than left out in silence."""
    folder = files("interview.engines.embedded") / "bank"
    document = tomllib.loads((folder / "shared.toml").read_text(encoding="utf-8"))
    question = document["competency"][0]["questions"][0] | {"purpos": "x"}
    with pytest.raises(ValidationError, match="purpos"):
        BankQuestion.model_validate(question)
