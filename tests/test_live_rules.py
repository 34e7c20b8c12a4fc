"""The rules of a spoken interview: what a model's request is worth, and when it is put right."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.live.rules import Progress, beyond_limit, judge, may_end, repeats
from interview.live.voice import ToolAsked
from interview.models import Question, QuestionStatus, StatusName

QUESTIONS = (
    Question(index=0, text="Tell me about a fault that you traced.", competency="Debugging"),
    Question(index=1, text="Tell me about a plan that changed.", competency="Planning"),
    Question(index=2, text="Your résumé names clocks. How so?", competency="Planning", kind="probe"),
)
STATUSES: tuple[StatusName, ...] = ("not_started", "started", "answered", "skipped")


def at(*statuses: StatusName, in_hand: int | None = None, heard: bool = False, words: tuple[str, ...] = ()) -> Progress:
    rows = tuple(QuestionStatus(status=status) for status in statuses)
    return Progress(QUESTIONS, rows, in_hand, heard, words)


NEW = at("not_started", "not_started", "not_started")


def mark(index: Any, status: Any) -> ToolAsked:
    return ToolAsked("call-1", "mark_question", {"index": index, "status": status})


def end(reason: str = "finished") -> ToolAsked:
    return ToolAsked("call-1", "end_interview", {"reason": reason})


def test_a_question_is_known_by_its_words() -> None:
    """With a lead-in around it; small talk asks none."""
    asked = NEW.asked("Thank you, that helps. Tell me about a plan that changed, please.")
    assert (asked.in_hand, asked.status(1)) == (1, "started")
    assert NEW.asked("Welcome, I am Alex. How are you today?") == NEW


def test_a_question_that_was_cut_off_early_was_not_asked() -> None:
    assert NEW.asked("Tell me", cut=True).in_hand is None
    assert NEW.asked("Thank you. Tell me about a fault that you", cut=True).in_hand == 0


def test_an_answer_answers_the_question_in_hand() -> None:
    """A skip skips it, and a request to repeat does neither."""
    asked = NEW.asked(QUESTIONS[0].text)
    assert asked.answered("I found it in the cache.", 0).status(0) == "answered"
    assert asked.answered("Can we skip this one?", 0).status(0) == "skipped"
    assert asked.answered("Could you repeat the question?", 0).status(0) == "started"


def test_an_answer_stays_with_its_question_when_the_next_is_marked_first() -> None:
    """Models mark the next question before they ask it."""
    marked = NEW.asked(QUESTIONS[0].text).moved(1, "started").answered("I found it in the cache.", 0)
    assert [row.status for row in marked.statuses] == ["answered", "started", "not_started"]
    assert not marked.heard_since


def test_what_the_database_says_takes_nothing_back() -> None:
    merged = at("answered", "not_started", "started").merged(at("started", "skipped", "not_started").statuses)
    assert [row.status for row in merged.statuses] == ["answered", "skipped", "started"]


def test_a_question_is_started_by_a_mark_too() -> None:
    """Where the model paraphrases: what was marked last is in hand."""
    verdict = judge(mark(1, "started"), NEW, time_up=False)
    assert verdict.answer["accepted"] is True
    assert verdict.mark == (1, "started")
    assert NEW.moved(1, "started").in_hand == 1


@pytest.mark.parametrize(
    "arguments",
    [
        {}, {"index": 0}, {"index": "0", "status": "started"}, {"index": 3, "status": "started"},
        {"index": -1, "status": "started"}, {"index": True, "status": "started"}, {"index": 0, "status": "done"},
        {"index": 0, "status": ["started"]}, {"index": None, "status": None}, {"index": 0.5, "status": "started"},
        {"index": 0, "status": "not_started"},
    ],
)  # fmt: skip
def test_bad_arguments_are_refused_with_a_reason(arguments: dict[str, Any]) -> None:
    verdict = judge(ToolAsked("c", "mark_question", arguments), NEW, time_up=False)
    assert verdict.answer["accepted"] is False
    assert verdict.answer["why"]
    assert verdict.mark is None


def test_an_unknown_function_is_refused() -> None:
    assert judge(ToolAsked("c", "score_candidate", {"level": 5}), NEW, time_up=False).answer["accepted"] is False


def test_an_answer_needs_the_candidates_words() -> None:
    asked = NEW.asked(QUESTIONS[0].text)
    assert judge(mark(0, "answered"), asked, time_up=False).mark is None
    assert judge(mark(0, "skipped"), asked, time_up=False).mark is None
    heard = at("started", "not_started", "not_started", in_hand=0, heard=True)
    assert judge(mark(0, "answered"), heard, time_up=False).mark == (0, "answered")
    assert judge(mark(1, "answered"), heard, time_up=False).mark is None


def test_the_end_needs_every_core_question_or_the_time() -> None:
    """Probes may stay open. What is open is named."""
    verdict = judge(end(), at("answered", "started", "not_started"), time_up=False)
    assert (verdict.end, verdict.too_early) == (None, True)
    assert "Q1" in verdict.answer["why"]
    assert judge(end(), at("answered", "skipped", "not_started"), time_up=False).end == "finished"
    assert judge(end(), at("answered", "started", "not_started"), time_up=True).end == "time_up"


def test_a_candidate_who_wants_to_stop_is_let_go() -> None:
    """Said plainly, by them: the model's word alone is not enough."""
    standing = at("answered", "started", "not_started", words=("I would like to stop the interview.", "Yes."))
    assert judge(end("stopped"), standing, time_up=False).end == "stopped"
    assert judge(end("stopped"), at("answered", "started", "not_started"), time_up=False).end is None


def test_a_repeated_question_is_noticed_while_it_is_said() -> None:
    """As soon as it has been said whole, and not before: many questions begin alike."""
    standing = at("answered", "started", "not_started", in_hand=1)
    again = "Good. " + QUESTIONS[0].text
    assert repeats(again, standing) == QUESTIONS[0]
    assert repeats(again[:25], standing) is None
    assert repeats(QUESTIONS[1].text, standing) is None


def test_the_question_in_hand_may_be_said_again() -> None:
    assert repeats(QUESTIONS[0].text, at("answered", "not_started", "not_started", in_hand=0)) is None


def test_a_repetition_that_was_asked_for_is_none() -> None:
    standing = at("answered", "started", "not_started", in_hand=1, words=("Could you repeat the question?",))
    assert repeats(QUESTIONS[0].text, standing) is None


ANSWER, ASKS_ON = "I found it in the cache.", "What did you measure?"


def test_what_is_asked_on_after_an_answer_is_a_follow_up() -> None:
    """The planned question said again is one too; another planned question is none."""
    replied = NEW.asked(QUESTIONS[0].text).answered(ANSWER, 0)
    assert replied.asked(ASKS_ON).followed_up == ("Debugging",)
    assert replied.asked(f"Once more: {QUESTIONS[0].text}").followed_up == ("Debugging",)
    assert replied.asked(QUESTIONS[1].text).followed_up == ()


@pytest.mark.parametrize("said", ["Could you repeat the question?", "I need a moment to think.", "Can we skip this?"])
def test_a_reply_to_a_request_is_no_follow_up(said: str) -> None:
    asked = NEW.asked(QUESTIONS[0].text).answered(said, 0)
    assert asked.asked(ASKS_ON).followed_up == ()


def test_a_question_that_was_cut_off_before_it_asked_is_no_follow_up() -> None:
    replied = NEW.asked(QUESTIONS[0].text).answered(ANSWER, 0)
    assert replied.asked("What did you", cut=True).followed_up == ()
    assert replied.asked(f"{ASKS_ON} I mean the", cut=True).followed_up == ("Debugging",)


def test_a_paraphrase_that_is_marked_as_the_next_question_is_no_follow_up() -> None:
    """Also where the last words of the answer come after the mark."""
    asked = NEW.asked(QUESTIONS[0].text)
    for marked in (asked.answered(ANSWER, 0).moved(1, "started"), asked.moved(1, "started").answered(ANSWER, 0)):
        assert marked.asked("And when did your plans fall through?").followed_up == ()


def test_small_talk_before_the_first_question_is_no_follow_up() -> None:
    assert NEW.answered("I am well, thank you.", None).asked("Shall we begin?").followed_up == ()


def test_a_follow_up_beyond_the_limit_is_noticed() -> None:
    """With as many as there is room for it is not; nor is what asks nothing, or what is asked when all is through."""
    before = NEW.asked(QUESTIONS[0].text).answered(ANSWER, 0)
    now = before.asked(ASKS_ON)
    assert beyond_limit(ASKS_ON, before, now, {"Debugging": 0}) == QUESTIONS[0]
    assert beyond_limit(ASKS_ON, before, now, {"Debugging": 1}) is None
    assert beyond_limit("Please go on.", before, before.asked("Please go on."), {"Debugging": 0}) is None
    assert beyond_limit(ASKS_ON, now, now.asked(ASKS_ON), {"Debugging": 0}) is None
    last = before.moved(1, "answered").moved(2, "skipped")
    assert beyond_limit(ASKS_ON, last, last.asked(ASKS_ON), {"Debugging": 0}) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    name=st.sampled_from(["mark_question", "end_interview", "other"]),
    index=JSON | st.integers(-2, 4),
    status=JSON | st.sampled_from(STATUSES),
    standing=st.tuples(*[st.sampled_from(STATUSES)] * 3),
    in_hand=st.none() | st.integers(0, 2),
    heard=st.booleans(),
    time_up=st.booleans(),
)
def test_no_request_moves_anything_backwards_or_ends_too_early(
    name: str, index: Any, status: Any, standing: Any, in_hand: int | None, heard: bool, time_up: bool
) -> None:
    """Whatever a model sends, there is an answer, and the rules hold."""
    progress = at(*standing, in_hand=in_hand, heard=heard)
    call = ToolAsked("c", name, {"index": index, "status": status, "reason": status})
    verdict = judge(call, progress, time_up=time_up)
    assert verdict.answer["accepted"] in (True, False)
    if verdict.mark is not None:
        place, wanted = verdict.mark
        assert {"started": 1, "skipped": 2, "answered": 3}[wanted] > STATUSES.index(progress.status(place)) % 3 or (
            progress.status(place) == "skipped" and wanted == "answered"
        )
        if wanted in ("answered", "skipped"):
            assert heard
            assert place == in_hand
    if verdict.end is not None:
        assert may_end(progress, time_up=time_up)
