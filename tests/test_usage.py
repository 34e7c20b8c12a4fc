"""What models took: charged to interviews, limited by interview and by day, added up for people."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path

import pytest
from builders import House, house

from interview.access import SYSTEM, Actor
from interview.errors import EngineFailure, Forbidden, NotFound
from interview.usage import BudgetReached, UsageSummary, charged, record, spend

HIRING = Actor(role="hiring", id="person:1")


@pytest.fixture
def at_home(tmp_path: Path) -> Iterator[House]:
    made = house(
        tmp_path,
        tokens_per_interview=1_000,
        tokens_per_day=3_000,
        text_input_price=1.0,
        text_output_price=10.0,
        live_input_price=2.0,
    )
    yield made
    made.close()


def _today(at_home: House) -> UsageSummary:
    return at_home.service.usages.today(SYSTEM)


def test_what_is_spent_in_a_block_is_charged_to_its_interview(at_home: House) -> None:
    """Tokens, calls and cost: a million input tokens cost 1 dollar here, a million output tokens 10."""
    interview = at_home.interview().interview_id
    with charged(at_home.service.context, interview):
        spend("gemini-test", "ask", 100, 20)
        spend("gemini-test", "evaluate", 300, 40)
        spend("gemini-test", "evaluate", 200, 10)
    found = at_home.service.usages.of_interview(HIRING, interview)
    assert (found.calls, found.input_tokens, found.output_tokens) == (3, 600, 70)
    assert found.cost == pytest.approx((600 * 1 + 70 * 10) / 1_000_000)
    assert [(part.purpose, part.calls, part.input_tokens) for part in found.by_purpose] == [
        ("ask", 1, 100),
        ("evaluate", 2, 500),
    ]


def test_an_interview_without_calls_cost_nothing(at_home: House) -> None:
    found = at_home.service.usages.of_interview(SYSTEM, at_home.interview().interview_id)
    assert found == UsageSummary(calls=0, input_tokens=0, output_tokens=0, cost=0.0)


def test_a_cost_is_not_known_where_a_price_is_missing(at_home: House) -> None:
    """The live voice has prices of its own; here its output has none."""
    interview = at_home.interview().interview_id
    record(at_home.service.context, interview, "gemini-live", "live", 10, 10)
    with charged(at_home.service.context, interview):
        spend("gemini-test", "ask", 10, 10)
    found = at_home.service.usages.of_interview(SYSTEM, interview)
    assert found.cost is None
    assert {part.purpose: part.cost is None for part in found.by_purpose} == {"ask": False, "live": True}
    assert found.input_tokens == 20


def test_a_block_that_fails_is_charged_for_what_it_took(at_home: House) -> None:
    interview = at_home.interview().interview_id

    def fail() -> None:
        with charged(at_home.service.context, interview):
            spend("gemini-test", "ask", 5, 5)
            raise EngineFailure("The model did not answer.")

    with pytest.raises(EngineFailure):
        fail()
    assert at_home.service.usages.of_interview(SYSTEM, interview).input_tokens == 5


def test_threads_that_copy_the_context_are_charged_to_the_same_block(at_home: House) -> None:
    interview = at_home.interview().interview_id
    with charged(at_home.service.context, interview):
        threads = [threading.Thread(target=copy_context().run, args=(spend, "m", "ask", 1, 0)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert at_home.service.usages.of_interview(SYSTEM, interview).calls == 8


def test_what_is_spent_outside_of_any_block_is_charged_to_nobody(at_home: House) -> None:
    spend("gemini-test", "ask", 5, 5)
    assert _today(at_home).calls == 0


def test_an_inner_block_has_its_own_charge(at_home: House) -> None:
    interview = at_home.interview().interview_id
    with charged(at_home.service.context, interview):
        with charged(at_home.service.context, None):
            spend("gemini-test", "plan", 7, 0)
        spend("gemini-test", "ask", 1, 0)
    assert at_home.service.usages.of_interview(SYSTEM, interview).input_tokens == 1
    assert _today(at_home).input_tokens == 8


def test_an_interview_stops_at_its_limit_and_others_go_on(at_home: House) -> None:
    """The call that reaches it is still answered; the next one is refused before the model is asked."""
    context = at_home.service.context
    interview, other = at_home.interview().interview_id, at_home.interview(resume_text="Another.").interview_id
    with charged(context, interview):
        spend("gemini-test", "ask", 999, 0)
    with charged(context, interview):
        spend("gemini-test", "ask", 0, 1)
    with pytest.raises(BudgetReached, match="INTERVIEW_TOKENS_PER_INTERVIEW") as stopped, charged(context, interview):
        pytest.fail("the block was entered")
    assert (stopped.value.code, stopped.value.status) == ("budget_reached", 429)
    with charged(context, other):
        spend("gemini-test", "ask", 1, 0)


def test_a_day_stops_at_its_limit_until_midnight(at_home: House) -> None:
    context = at_home.service.context
    for resume in ("One.", "Two.", "Three."):
        with charged(context, at_home.interview(resume_text=resume).interview_id):
            spend("gemini-test", "ask", 999, 1)
    with pytest.raises(BudgetReached, match="INTERVIEW_TOKENS_PER_DAY"), charged(context, None):
        pytest.fail("the block was entered")
    at_home.clock.forward(hours=15)  # from 9:00 UTC to midnight
    with charged(context, None):
        spend("gemini-test", "plan", 1, 0)
    assert _today(at_home).input_tokens == 1


def test_a_deleted_interview_stays_in_the_sum_of_its_day(at_home: House) -> None:
    interview = at_home.interview().interview_id
    with charged(at_home.service.context, interview):
        spend("gemini-test", "ask", 50, 5)
    at_home.service.interviews.delete(SYSTEM, interview)
    assert (_today(at_home).input_tokens, _today(at_home).output_tokens) == (50, 5)
    assert interview not in str(at_home.dump()["model_usage"])


def test_an_interview_that_is_deleted_meanwhile_is_still_charged_to_the_day(at_home: House) -> None:
    interview = at_home.interview().interview_id
    with charged(at_home.service.context, interview):
        spend("gemini-test", "ask", 50, 5)
        at_home.service.interviews.delete(SYSTEM, interview)
    assert _today(at_home).input_tokens == 50


def test_who_may_see_what_was_taken(at_home: House) -> None:
    """The team sees an interview's, administrators the day's; candidates and analysts neither."""
    record_ = at_home.interview()
    candidate, usages = at_home.candidate(record_), at_home.service.usages
    for actor in (candidate, Actor(role="analyst", id="person:2")):
        with pytest.raises(Forbidden):
            usages.of_interview(actor, record_.interview_id)
    for actor in (candidate, HIRING):
        with pytest.raises(Forbidden):
            usages.today(actor)
    with pytest.raises(NotFound):
        usages.of_interview(SYSTEM, "none")
