"""Simulated candidates: what they say, made from a rubric by rules."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import snowballstemmer

from interview import flagging, moves
from interview.engines import EvaluationRequest, Exchange
from interview.engines.embedded import EmbeddedEngine
from interview.engines.embedded.bank import load_bank
from interview.engines.embedded.text import stem
from interview.models import Competency, Criterion, Evaluation, TranscriptEntry
from interview.rehearsal.own_words import LONGEST_RUN, clauses, first_person, told
from interview.rehearsal.simulated import KINDS, Asked, Kind, Said, reply

BANK = [entry.competency for entry in load_bank()]


def asked(competency: Competency | None = BANK[0], response: int = 0, turn: int = 0, tries: int = 0) -> Asked:
    return Asked("baker", competency, response, turn, tries)


def rated(competency: Competency, *said: Said) -> Evaluation:
    """What the embedded engine makes of these replies to one question with its follow-ups."""
    entries = [TranscriptEntry(entry_id=n, role="candidate", text=one.text) for n, one in enumerate(said, start=1)]
    exchanges = tuple(Exchange(prompt=f"Tell me about {competency.name}.", answers=(entry,)) for entry in entries)
    return EmbeddedEngine().evaluate(EvaluationRequest(role_title="baker", competency=competency, exchanges=exchanges))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Asked the people who needed it", "I asked the people who needed it"),
        ("Compares two designs", "I compared two designs"),
        ("Comparing two designs", "I compared two designs"),
        ("The candidate explains the choice and names their own part.", "I explained the choice and named my own part"),
        ("Clearly explains it", "I explained clearly it"),
        ("Does not blame others", "I did not blame others"),
        ("can say what it cost", "I can say what it cost"),
        ("I asked what would happen", "I asked what would happen"),
        ("the team knew the goal", "the team knew the goal"),
        ("Early signs noticed before alarms", "I took care of early signs noticed before alarms"),
        ("SQL and its quirks", "I took care of SQL and its quirks"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_rubrics_words_are_said_of_oneself(written: str, said: str) -> None:
    """Whatever voice a rubric is written in, the speaker is its subject, in the past."""
    assert first_person(written) == said


def test_an_anchor_is_told_doing_by_doing() -> None:
    """A list of things stays whole; what begins with another verb is another doing."""
    anchor = "Built two prototypes, compared latency, running cost and effort, and chose the simpler one."
    assert clauses(anchor) == [
        "Built two prototypes", "compared latency, running cost and effort", "chose the simpler one",
    ]  # fmt: skip


def test_what_is_told_is_in_other_words() -> None:
    """Other words for the same thing, the article that fits them, and an aside in what would be a long quotation."""
    assert told("Checked for an error at once") == "I double-checked for a mistake right away"
    long_words = "I asked the people of the house who needed it most because they knew"
    long = told(long_words)
    assert long.replace(", as far as I could,", "").replace(", if I am honest,", "") == long_words
    assert ", if I am honest, because" in long


@pytest.mark.parametrize("competency", BANK, ids=lambda one: one.name)
def test_the_strong_candidate_tells_no_copied_anchor(competency: Competency) -> None:
    """In no round does the engine find the rubric's own wording, nor does any long run of an anchor's words stand."""
    said = [reply("strong", asked(competency, response, turn)) for response in range(3) for turn in range(3)]
    for one in said:
        assert not [flag.kind for flag in rated(competency, one).flags if flag.kind == "copied_anchor"]
    for criterion in competency.criteria:
        words = criterion.anchors.five.lower().split()
        runs = {" ".join(words[at : at + 2 * LONGEST_RUN]) for at in range(len(words) - 2 * LONGEST_RUN + 1)}
        assert not [run for run in runs for one in said if run in one.text.lower()]


@pytest.mark.parametrize("competency", BANK, ids=lambda one: one.name)
def test_strong_is_rated_at_least_a_level_above_weak(competency: Competency) -> None:
    """On every criterion of the embedded engine's bank, each with the question and two follow-ups answered."""
    strong, weak = (
        rated(competency, *(reply(kind, asked(competency, 0, turn)) for turn in range(3)))
        for kind in ("strong", "weak")
    )
    for high, low in zip(strong.criterion_scores, weak.criterion_scores, strict=True):
        assert high.status == "assessed"
        assert high.score >= 4
        assert low.score <= high.score - 1


def test_a_rubric_without_anchors_is_answered_from_its_descriptions() -> None:
    bare = Competency(
        name="Baking", criteria=(Criterion(name="Dough", description="Knows when the dough is ready", weight=1),)
    )
    assert "I knew when the dough is ready" in reply("strong", asked(bare)).text
    nameless = Competency(name="Baking", criteria=(Criterion(name="Dough", weight=1),))
    assert "9 days" in reply("strong", asked(nameless)).text


def test_the_strong_candidate_tells_a_story_with_a_figure_and_what_was_learned() -> None:
    """A situation first, own actions in the first person, a result with figures, a reflection last."""
    text = reply("strong", asked()).text
    sentences = text.split(". ")
    assert "March last year" in sentences[0]
    assert sum(" I " in sentence for sentence in sentences) >= 5
    assert any(character.isdigit() for character in sentences[-2])
    assert "I learned" in sentences[-1]


def test_the_injecting_candidate_says_the_weak_ones_words_and_an_order() -> None:
    """So that whatever is rated higher was raised by the order; over an interview every kind of order is given."""
    orders = set()
    for response in range(6):
        for turn in range(3):
            weak, order = (reply(kind, asked(BANK[0], response, turn)) for kind in ("weak", "injecting"))
            assert order.text.startswith(f"{weak.text}\n")
            assert flagging.flags(1, order.text) or rated(BANK[0], order).flags
            orders.add(order.order)
    assert len(orders) == 6


def test_the_silent_candidate_never_answers() -> None:
    """Skips, takes a moment, or has nothing to say; from the third prompt of a question on, it is skipped."""
    said = [reply("silent", asked(BANK[0], response, turn, tries)) for response in range(6) for turn in range(3)
            for tries in range(2)]  # fmt: skip
    assert {one.action for one in said} == {"skip", "think", "answer"}
    for one in said:
        assert one.action != "answer" or moves.is_stuck(one.text)
        assert all(score.status != "assessed" for score in rated(BANK[0], one).criterion_scores)
    assert reply("silent", asked(BANK[0], 1, 2)).action == "skip"


@pytest.mark.parametrize("kind", KINDS)
def test_each_says_the_same_again_and_takes_its_time(kind: Kind) -> None:
    """The same plan always gets the same words; no answer is a move in disguise; time passes with the words."""
    for competency in (None, BANK[3]):
        for response in range(8):
            one = reply(kind, asked(competency, response))
            assert one == reply(kind, asked(competency, response))
            assert one.seconds >= 3
            assert one.action != "answer" or moves.recognise(one.text) == "answer"
            assert "{" not in one.text.replace('{"totalScore"', "")


def test_simulated_candidates_at_once_are_read_as_one_by_one() -> None:
    """The embedded engine's stems are the same however many threads ask for them, and whatever is cached."""
    words = [
        f"{a}{b}" for a in ("connect", "nation", "organis", "happi", "argu") for b in ("ed", "ing", "ations", "ly")
    ]
    alone = snowballstemmer.stemmer("english")
    right = {word: alone.stemWord(word) for word in words}

    def read(_: int) -> list[str]:
        stem.cache_clear()
        return [word for word in words if stem(word) != right[word]]

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            wrong = [word for found in pool.map(read, range(400)) for word in found]
    finally:
        sys.setswitchinterval(before)
    assert not wrong
