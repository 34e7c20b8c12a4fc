"""Spoken sessions where somebody or something does not keep to the way: each words' place is the right one."""

from __future__ import annotations

import pytest
from builders import House
from talk import FOUND, Talk, speaking

from interview.access import SYSTEM
from interview.errors import Conflict, Forbidden, InterviewError

pytestmark = speaking()

UNSURE = (
    "I don't know really. I have never done that before, and I would have to ask somebody else in the team to do it "
    "for me, because I am not that good at it and it has never come up at any of the places where I have worked so far."
)
STRONG = (
    "First I looked at the dashboards and saw that the latency had gone up after the deploy on Friday evening. I "
    "rolled it back, then compared both versions with a profiler and found that a lock was held while we wrote to disk."
)


def statuses(talk: Talk) -> list[str]:
    return [status.status for status in talk.home.see(talk.session_id).question_statuses]


def ended_with(talk: Talk, answer: str) -> int:
    """A talk that is over, whose one answer these words are; gives the answer's entry."""
    talk.opening()
    talk.interviewer(talk.record.question_plan[0].text)
    entry = talk.candidate(answer)
    talk.spoken.conclude(talk.session_id, "finished")
    return entry


def test_a_mark_from_before_the_writing_names_no_question_after_it(home: House, talk: Talk) -> None:
    """What is said after a change to writing and back does not go to a question that was through long ago."""
    talk.opening()
    talk.question(0)
    talk.spoken.mark(talk.session_id, 1, "started")
    home.say(talk.session_id, "In writing: it was a race.")
    home.say(talk.session_id, "In writing: it was a lock.")
    in_hand = talk.state.prompts[-1]
    talk.spoken.open(SYSTEM, talk.record.interview_id)
    talk.interviewer("Welcome back, let us go on where we were.")
    talk.candidate("Yes, I also fixed the clock.")
    talk.fold()
    assert talk.state.prompts[-1].question_index == in_hand.question_index


@pytest.mark.parametrize("folded", [False, True])
def test_a_question_that_has_an_answer_is_not_skipped_by_a_mark(talk: Talk, folded: bool) -> None:
    """Whether its words have been folded already or not."""
    talk.opening()
    talk.interviewer(talk.record.question_plan[0].text)
    talk.candidate()
    if folded:
        talk.fold()
    with pytest.raises(Conflict) as refused:
        talk.spoken.mark(talk.session_id, 0, "skipped")
    assert refused.value.code == "status_backward"
    talk.fold()
    assert statuses(talk)[0] == "answered"


def test_a_written_turn_that_is_refused_leaves_the_talk_as_it_is(home: House, talk: Talk) -> None:
    talk.opening()
    talk.question(0)
    before = home.dump()
    with pytest.raises(Forbidden):
        home.say(talk.session_id, "", action="hint")
    assert home.dump() == before


@pytest.mark.parametrize("kept", [0, 10, 20])
def test_an_answer_is_not_put_right_into_another_one(talk: Talk, kept: int) -> None:
    """Nor when some of its words stay: English letters alone make any two texts half alike."""
    entry = ended_with(talk, UNSURE)
    rewritten = " ".join((*UNSURE.split()[:kept], *STRONG.split()[kept:]))
    with pytest.raises(InterviewError) as refused:
        talk.spoken.put_right(SYSTEM, talk.session_id, {entry: rewritten})
    assert refused.value.code == "correction_too_far"


def test_nothing_much_is_added_to_an_answer_as_a_mishearing(talk: Talk) -> None:
    entry = ended_with(talk, STRONG)
    with pytest.raises(InterviewError) as refused:
        talk.spoken.put_right(SYSTEM, talk.session_id, {entry: f"{STRONG} {STRONG[:120]}"})
    assert refused.value.code == "correction_too_far"


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("I used redes and post gray sequel", "I used Redis and PostgreSQL"),
        ("koober netties", "Kubernetes"),
        ("I traced the fold to the cash and rode a test for it", FOUND),
        ("the pie torch model on as your", "the PyTorch model on Azure"),
        ("I found that the lock was held", "I found, with a profiler and two traces, that the lock was held"),
    ],
)
def test_misheard_words_are_put_right(talk: Talk, heard: str, said: str) -> None:
    entry = ended_with(talk, heard)
    talk.spoken.put_right(SYSTEM, talk.session_id, {entry: said})
    assert talk.home.see(talk.session_id).transcript[-1].text == said


def test_words_that_name_the_last_question_before_they_ask_the_next_ask_the_next(talk: Talk) -> None:
    """However long the two are: the answer belongs to what was asked at the end."""
    first, second = (question.text for question in talk.record.question_plan[:2])
    talk.opening()
    talk.question(0)
    talk.interviewer(f"You said much when I asked: {first} Now then: {second}")
    talk.candidate("We meet every morning, and argue well.")
    talk.fold()
    assert talk.state.prompts[-1].question_index == 1
    assert statuses(talk)[:2] == ["answered", "answered"]


def test_a_spoken_correction_is_rated_with_the_answer_that_it_corrects(home: House, talk: Talk) -> None:
    """And the question that has been asked meanwhile still waits."""
    talk.opening()
    talk.question(0, "I handled six requests a second in it.")
    talk.interviewer(talk.record.question_plan[1].text)
    correction = talk.candidate("I want to correct my last answer: it was eight, not six.")
    talk.fold()
    assert home.engine.evaluated[-1].competency.name == "Debugging"
    assert [answer.entry_id for row in home.engine.evaluated[-1].exchanges for answer in row.answers][-1] == correction
    assert statuses(talk)[:2] == ["answered", "started"]
