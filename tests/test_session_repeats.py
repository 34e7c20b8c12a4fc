"""A turn that fails, comes twice, or meets another: it counts once or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from builders import ANSWER, House, statuses

from interview.access import SYSTEM, Actor
from interview.contract import StartRequest, TurnResponse
from interview.errors import Conflict, EngineFailure, InvalidPayload
from interview.journeys import AdjustmentReply

# --- failures change nothing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("calls_before", [0, 1])
def test_a_turn_that_fails_changes_nothing_and_may_be_sent_again(home: House, calls_before: int) -> None:
    """The engine fails when it evaluates, or, one call later, when it asks."""
    session_id = home.start(home.interview()).session_id
    home.say(session_id)
    before = home.dump()
    fail_after(home, calls_before)
    with pytest.raises(EngineFailure):
        home.say(session_id, key="one")
    assert home.dump() == before
    turn = home.say(session_id, key="one")
    assert turn.question
    assert turn.question.metadata.competency == "Teamwork"


@pytest.mark.parametrize("calls_before", [0, 1])
def test_a_completion_that_fails_changes_nothing_and_may_be_sent_again(home: House, calls_before: int) -> None:
    """The engine fails at its last words, or when it sums up."""
    record = home.interview()
    session_id = home.start(record).session_id
    for _ in range(4):
        home.say(session_id)
    before = home.dump()
    fail_after(home, calls_before)
    with pytest.raises(EngineFailure):
        home.say(session_id)
    assert home.dump() == before
    assert home.say(session_id).completed
    assert len(home.dump()["scorecards"]) == 1


def fail_after(home: House, calls: int) -> None:
    """The engine fails once, after this many calls that work."""
    left = iter(range(calls))
    fail = home.engine._maybe_fail

    def maybe() -> None:
        if next(left, None) is None:
            home.engine._maybe_fail = fail  # type: ignore[method-assign]
            raise EngineFailure("The model did not answer.")

    home.engine._maybe_fail = maybe  # type: ignore[method-assign]


# --- two at once, and the same again ----------------------------------------------------------------------------------


def at_once(home: House, *calls: Callable[[], TurnResponse]) -> list[TurnResponse | Conflict]:
    """Run the calls so that all of them have read the session before any writes."""
    barrier = threading.Barrier(len(calls))
    home.engine.before = lambda: barrier.wait(timeout=60)

    def run(call: Callable[[], TurnResponse]) -> TurnResponse | Conflict:
        try:
            return call()
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(len(calls)) as pool:
        results = list(pool.map(run, calls))
    home.engine.before = lambda: None
    return results


def test_of_two_answers_at_once_one_wins(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    home.say(session_id)
    results = at_once(home, lambda: home.say(session_id, "This is one."), lambda: home.say(session_id, "This is two."))
    lost = [result for result in results if isinstance(result, Conflict)]
    assert [error.code for error in lost] == ["turn_conflict"]
    said = [line.text for line in home.see(session_id).transcript if line.role == "candidate"]
    assert said == [ANSWER, "This is one." if results[1] in lost else "This is two."]


def meanwhile(home: House, call: Callable[[], object]) -> None:
    """Let this happen while the engine evaluates the next answer."""
    home.engine.before = lambda: (setattr(home.engine, "before", lambda: None), call())


def more_time(home: House, ada: Actor) -> None:
    asked = home.service.journeys.request_adjustment(ada, "More time, please.").adjustments[0]
    home.service.journeys.reply(SYSTEM, asked.adjustment_id, AdjustmentReply(text="Yes.", extra_time_factor=1.5))


def rehearsal(home: House, ada: Actor) -> None:
    home.service.sessions.start(SYSTEM, StartRequest(interview_id=ada.interview_id or "", rehearsal=True))


@pytest.mark.parametrize("happens", [more_time, rehearsal])
def test_what_the_team_does_during_a_turn_costs_no_answer(home: House, happens: Callable[[House, Actor], None]) -> None:
    record = home.interview()
    ada = home.candidate(record)
    session_id = home.start(record, ada).session_id
    home.say(session_id, actor=ada)
    meanwhile(home, lambda: happens(home, ada))
    turn = home.say(session_id, "Told once.", actor=ada, key="page:6")
    assert turn == home.say(session_id, "Told once.", actor=ada, key="page:6")
    assert [line.text for line in home.see(session_id).transcript].count("Told once.") == 1


def test_a_session_that_is_closed_during_a_turn_says_so(home: House) -> None:
    record = home.interview()
    session_id = home.start(record).session_id
    home.say(session_id)
    meanwhile(home, lambda: home.service.interviews.close(SYSTEM, record.interview_id))
    with pytest.raises(Conflict) as caught:
        home.say(session_id, "Too late.")
    assert caught.value.code == "session_complete"
    assert "Too late." not in [line.text for line in home.see(session_id).transcript]


def test_a_question_added_during_a_turn_does_not_shift_what_is_marked(home: House) -> None:
    """The turn has read the old list of questions: its step is taken anew, and asks the right one."""
    record = home.interview()
    session_id = home.start(record).session_id
    home.say(session_id)
    meanwhile(home, lambda: home.service.questions.add(SYSTEM, record.interview_id, "What else?", place=1))
    turn = home.say(session_id)
    assert turn.question
    assert turn.question.content == "What else?"
    assert statuses(home.see(session_id).question_statuses)[:2] == ["answered", "started"]


def test_the_same_answer_with_the_same_key_gets_the_same_response(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    first: dict[str, TurnResponse] = {}
    home.engine.levels.extend([None, 2.0, 5.0])
    for number in range(20):
        home.clock.forward(seconds=7)
        first[f"key {number}"] = turn = home.say(session_id, f"{ANSWER} {number}", key=f"key {number}")
        assert home.say(session_id, f"{ANSWER} {number}", key=f"key {number}") == turn
        if turn.completed:
            break
    before = home.dump()
    for number, (key, turn) in enumerate(first.items()):
        assert home.say(session_id, f"{ANSWER} {number}", key=key).model_dump_json() == turn.model_dump_json()
    assert home.dump() == before


def test_a_key_is_good_for_one_answer_only(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    home.say(session_id, key="one")
    for change in ({"answer": "Another."}, {"auto_send": True}, {"action": "think"}):
        with pytest.raises(Conflict) as caught:
            home.say(session_id, key="one", **change)  # type: ignore[arg-type]
        assert caught.value.code == "idempotency_key_reused"


def test_a_key_belongs_to_its_session(home: House) -> None:
    one, two = (home.start(home.interview()).session_id for _ in range(2))
    home.say(one, key="same")
    assert home.say(two, key="same").stage == "competency"
    assert [line.role for line in home.see(two).transcript] == ["interviewer", "candidate", "interviewer"]


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_has_one_to_two_hundred_characters(home: House, key: str) -> None:
    session_id = home.start(home.interview()).session_id
    with pytest.raises(InvalidPayload):
        home.say(session_id, key=key)


def test_the_same_answer_sent_twice_at_once_counts_once(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    home.say(session_id)
    one, two = at_once(home, *[lambda: home.say(session_id, key="same")] * 2)
    assert isinstance(one, TurnResponse)
    assert one == two
    assert len(home.see(session_id).transcript) == 5


def test_two_answers_with_one_key_at_once_are_told_apart(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    home.say(session_id)
    results = at_once(home, *[lambda words=words: home.say(session_id, words, key="k") for words in ("One.", "Two.")])
    assert [r.code for r in results if isinstance(r, Conflict)] == ["idempotency_key_reused"]


def test_a_retry_that_reads_while_the_first_is_written_gets_the_whole_response(home: House) -> None:
    """The session and the key are read in one transaction: never one from before the write, one from after."""
    session_id = home.start(home.interview()).session_id
    home.say(session_id)
    from interview.store import queries

    turn_by_key, written = queries.turn_by_key, []

    def slow(*given: Any) -> Any:
        if not written:
            written.append(None)
            written[0] = home.say(session_id, key="same")
        return turn_by_key(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "turn_by_key", slow)
        again = home.say(session_id, key="same")
    assert again == written[0]
    assert again.events


def test_the_completing_turn_may_be_retried(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    for _ in range(4):
        home.say(session_id)
    last = home.say(session_id, key="last")
    assert last.completed
    home.clock.forward(hours=3)
    assert home.say(session_id, key="last") == last
    assert len(home.dump()["scorecards"]) == 1


def test_an_answered_turn_may_be_retried_after_expiry(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    turn = home.say(session_id, key="one")
    home.clock.forward(hours=1)
    assert home.say(session_id, key="one") == turn
