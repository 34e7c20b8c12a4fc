"""The session manager: start, turn and reading, each over a real database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from builders import ANSWER, House, types
from pydantic import ValidationError

from interview.access import SYSTEM, Actor
from interview.contract import StartRequest, TurnRequest, TurnResponse
from interview.errors import (
    Conflict,
    EngineFailure,
    Forbidden,
    InvalidPayload,
    NotFound,
    SessionExpired,
    SessionUnknown,
)
from interview.journeys import AdjustmentReply
from interview.models import MAX_ANSWER_CHARS, PersonaOverrides, QuestionStatus
from interview.sessions import MAX_TURNS

ANALYST = Actor(role="analyst", id="analyst")


def statuses(rows: tuple[QuestionStatus, ...]) -> list[str]:
    return [row.status for row in rows]


# --- start ------------------------------------------------------------------------------------------------------------


def test_start_asks_the_warm_up(home: House) -> None:
    record = home.interview()
    reply = home.start(record)
    assert (reply.stage, reply.overall_score, reply.questions_asked, reply.elapsed_ms) == ("warmup", 0.0, 1, 0)
    assert reply.question
    assert reply.question.content == "Words for warmup."
    metadata = reply.question.metadata
    assert (metadata.competency, metadata.stage, metadata.escalation) == (None, "warmup", "broad")
    assert types(reply.events) == ["stage_entered", "resume_summary", "question"]
    assert [event.event_id for event in reply.events] == [1, 2, 3]
    assert reply.events[1].payload.model_dump()["summary"] == "Ten years of engineering."
    assert reply.profile.candidate_id == record.candidate_id
    assert [row.competency for row in reply.competencies] == ["Debugging", "Teamwork", "Planning"]
    assert {row.total_score for row in reply.competencies} == {0.0}


def test_start_returns_the_open_session_as_it_stands(home: House) -> None:
    record = home.interview()
    first = home.start(record)
    turn = home.say(first.session_id)
    again = home.start(record)
    assert again.session_id == first.session_id
    assert (again.stage, again.question, again.questions_asked) == ("competency", turn.question, 2)
    assert again.events == first.events + turn.events


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"interview_id": "nobody"}, "interview_not_found"),
        ({"candidate_id": "somebody else"}, "candidate_not_found"),
    ],
)
def test_start_names_what_it_cannot_find(home: House, fields: dict[str, str], code: str) -> None:
    request = StartRequest(**({"interview_id": home.interview().interview_id} | fields))
    with pytest.raises(NotFound) as caught:
        home.service.sessions.start(SYSTEM, request)
    assert caught.value.code == code


def test_start_refuses_a_plan_that_nobody_approved(home: House) -> None:
    record = home.interview(draft=True)
    with pytest.raises(Conflict) as caught:
        home.start(record)
    assert caught.value.code == "plan_not_approved"
    home.service.positions.approve(SYSTEM, record.position_id)
    assert home.start(record).stage == "warmup"


def test_staff_may_override_parts_of_the_persona(home: House) -> None:
    reply = home.start(home.interview(), persona=PersonaOverrides(name="Robin"))
    assert (reply.persona.name, reply.persona.probing_style) == ("Robin", "curious")
    assert home.engine.asked[-1].persona.name == "Robin"


def test_candidates_may_not_override_the_persona(home: House) -> None:
    record = home.interview()
    candidate = home.candidate(record)
    with pytest.raises(Forbidden):
        home.start(record, candidate, PersonaOverrides(name="Robin"))
    assert home.start(record, candidate, PersonaOverrides()).persona.name == "Alex"


def test_analysts_may_not_start_or_read_sessions(home: House) -> None:
    record = home.interview()
    with pytest.raises(Forbidden):
        home.start(record, ANALYST)
    session_id = home.start(record).session_id
    with pytest.raises(Forbidden):
        home.see(session_id, ANALYST)


def test_two_starts_at_once_get_one_session(home: House) -> None:
    record = home.interview()
    barrier = threading.Barrier(2)
    ask = home.engine.ask

    def together(request: Any) -> Any:
        barrier.wait(timeout=10)
        return ask(request)

    home.engine.ask = together  # type: ignore[method-assign]
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: home.start(record), range(2))
    assert first.session_id == second.session_id
    assert first.events == second.events
    assert len(home.dump()["sessions"]) == 1
    assert len(home.dump()["turns"]) == 1


def test_a_start_whose_warm_up_fails_may_be_tried_again(home: House) -> None:
    record = home.interview()
    home.engine.fail_next()
    with pytest.raises(EngineFailure):
        home.start(record)
    reply = home.start(record)
    assert types(reply.events) == ["stage_entered", "resume_summary", "question"]
    assert len(home.dump()["sessions"]) == 1


def test_no_answer_is_taken_before_the_warm_up_was_asked(home: House) -> None:
    record = home.interview()
    home.engine.fail_next()
    with pytest.raises(EngineFailure):
        home.start(record)
    session_id = home.service.interviews.get(SYSTEM, record.interview_id).sessions[0].session_id
    assert home.see(session_id).question is None
    before = home.dump()
    with pytest.raises(SessionUnknown, match="not begun"):
        home.say(session_id)
    assert home.dump() == before


# --- turns ------------------------------------------------------------------------------------------------------------


def test_a_session_goes_from_the_warm_up_over_the_competencies_to_its_end(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    turns = home.finish(session_id)
    assert [turn.stage for turn in turns] == ["competency"] * 3 + ["wrapup", "complete"]
    assert [types(turn.events) for turn in turns] == [
        ["answer", "evaluation", "stage_entered", "question"],
        ["answer", "evaluation", "competency_completed", "question"],
        ["answer", "evaluation", "competency_completed", "question"],
        ["answer", "evaluation", "competency_completed", "stage_entered", "question"],
        ["answer", "evaluation", "stage_entered", "session_completed"],
    ]
    asked = [turn.question.metadata.competency for turn in turns if turn.question]
    assert asked == ["Debugging", "Teamwork", "Planning", None]
    assert [turn.questions_asked for turn in turns] == [2, 3, 4, 5, 5]
    assert [turn.completed for turn in turns] == [False] * 4 + [True]
    assert turns[-1].question is None
    ids = [event.event_id for event in home.see(session_id).events]
    assert ids == list(range(1, len(ids) + 1))


def test_an_answer_is_evaluated_on_its_competency(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    opening = home.say(session_id)
    assert opening.evaluation.criterion_scores == ()
    home.engine.levels.append(4.5)
    turn = home.say(session_id)
    assert [(s.criterion, s.score, s.weight) for s in turn.evaluation.criterion_scores] == [
        ("Debugging 1", 4.5, 1.0),
        ("Debugging 2", 4.5, 2.0),
    ]
    assert turn.evaluation.total_score == 4.5
    assert turn.evaluation.criterion_scores[0].evidence[0].quote == ANSWER
    assert [row.total_score for row in turn.competencies] == [4.5, 0.0, 0.0]
    assert turn.overall_score == 4.5
    home.engine.levels.append(2.0)
    assert home.say(session_id).overall_score == 3.25


def test_a_vague_answer_is_followed_up_and_evaluated_together_with_the_next(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    home.say(session_id)
    home.engine.levels.extend([None, 2.0])
    vague = home.say(session_id, "It was a while ago.")
    assert types(vague.events) == ["answer", "evaluation", "follow_up"]
    assert vague.question
    assert vague.question.metadata.escalation == "why"
    assert vague.events[-1].payload.model_dump()["message"] == vague.question.content
    home.say(session_id)
    assert [e.answer_text for e in home.engine.evaluated[-1].exchanges] == ["It was a while ago.", ANSWER]


def test_a_stuck_candidate_gets_a_hint_and_it_is_recorded(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    home.say(session_id)
    home.engine.levels.append(None)
    turn = home.say(session_id, "I don't know.")
    assert types(turn.events) == ["answer", "evaluation", "hint"]
    assert turn.question
    assert turn.question.metadata.escalation == "hint"
    assert turn.events[-1].payload.model_dump()["hint"] == "Words for hint."


def test_the_planned_words_are_asked_whatever_the_engine_says(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    ask = home.engine.ask
    home.engine.ask = lambda request: ask(request).model_copy(update={"content": "Something easier."})  # type: ignore[method-assign]
    turn = home.say(session_id)
    assert turn.question
    assert turn.question.content == "Tell me about debugging, part 1."


def test_question_statuses_follow_what_is_asked_and_answered(home: House) -> None:
    record = home.interview()
    session_id = home.start(record).session_id
    assert statuses(home.see(session_id).question_statuses) == ["not_started"] * 4
    home.say(session_id)
    assert statuses(home.see(session_id).question_statuses) == ["started", *["not_started"] * 3]
    home.say(session_id)
    seen = home.see(session_id)
    assert statuses(seen.question_statuses) == ["answered", "not_started", "started", "not_started"]
    assert seen.asked_question_index == 2


def test_asking_a_question_does_not_move_its_status_back(home: House) -> None:
    """Somebody may have marked it already, as in a live conversation."""
    record = home.interview()
    session_id = home.start(record).session_id
    home.service.questions.set_status(SYSTEM, record.interview_id, 0, "answered")
    marked = home.see(session_id).question_statuses[0]
    home.clock.forward(minutes=1)
    home.say(session_id)
    assert home.see(session_id).question_statuses[0] == marked


def test_the_clock_counts_from_the_start_and_stands_still_at_the_end(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    home.clock.forward(seconds=90)
    assert home.say(session_id).elapsed_ms == 90_000
    home.clock.forward(seconds=1.5)
    assert home.see(session_id).elapsed_ms == 91_500
    last = home.finish(session_id)[-1]
    home.clock.forward(hours=5)
    assert home.see(session_id).elapsed_ms == last.elapsed_ms == 91_500


def test_a_checkpoint_comes_at_the_interval_and_at_most_once_a_turn(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    counts = []
    for minutes in (9.9, 0.2, 1, 25, 0):
        home.clock.forward(minutes=minutes)
        counts.append(types(home.say(session_id, action="think", answer="").events).count("checkpoint"))
    assert counts == [0, 1, 0, 1, 0]
    event = next(event for event in home.see(session_id).events if event.event_type == "checkpoint")
    assert event.payload.model_dump()["saved_at"] == event.created_at


def test_an_evaluation_is_given_the_planned_question_without_what_led_over_to_it(home: House) -> None:
    """What the interviewer says before a question may quote the candidate; it is no part of what was asked."""
    ask = home.engine.ask

    def leading_over(request: Any) -> Any:
        prompt = ask(request)
        return prompt.model_copy(update={"content": f"Noted: “the cache”. {prompt.content}"})

    home.engine.ask = leading_over  # type: ignore[method-assign]
    record = home.interview()
    session_id = home.start(record).session_id
    asked = home.say(session_id).question
    home.say(session_id)
    assert asked
    assert asked.content == f"Noted: “the cache”. {record.questions[0]}"
    assert home.engine.evaluated[0].exchanges[0].prompt == record.questions[0]


def test_a_question_added_after_a_restart_changes_nothing_of_what_was_asked(home: House) -> None:
    """The old session is scored again on the questions that it was asked, wherever they stand today."""
    record = home.interview()
    session_id = home.start(record).session_id
    home.finish(session_id)
    home.service.interviews.restart(SYSTEM, record.interview_id)
    home.service.questions.add(SYSTEM, record.interview_id, "Why us?", place=0)
    home.engine.evaluated.clear()
    home.service.scorecards.score(SYSTEM, record.interview_id, session_id)
    assert home.engine.evaluated[0].exchanges[0].prompt == record.questions[0]


def test_completion_writes_the_scorecard(home: House) -> None:
    record = home.interview()
    home.engine.levels.extend([3.5, 3.0, 5.0])
    last = home.finish(home.start(record).session_id)[-1]
    card = home.service.scorecards.newest(SYSTEM, record.interview_id)
    assert card
    assert card.overall_score == last.overall_score == 3.83
    assert [row.total_score for row in card.competencies] == [3.5, 3.0, 5.0]
    assert card.competencies == last.competencies
    assert (card.source, card.stamp.engine, card.stamp.rubric) == ("engine", "scripted", f"{record.position_id}/1")
    assert not card.rehearsal


def test_the_engine_sums_up_with_the_quotes_in_hand(home: House) -> None:
    """At completion as at a re-score, so that both can say what was strong in the candidate's words."""
    seen: list[Any] = []
    score = home.engine.score
    home.engine.score = lambda request: (seen.append(request), score(request))[1]  # type: ignore[method-assign]
    record = home.interview()
    home.finish(home.start(record).session_id)
    home.service.scorecards.score(SYSTEM, record.interview_id)
    quotes = [request.summaries[0].criteria[0].evidence[0].quote for request in seen]
    assert quotes == [f"{ANSWER} That was part 2."] * 2


def test_after_the_end_no_answer_is_taken(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    home.finish(session_id)
    before = home.dump()
    with pytest.raises(Conflict) as caught:
        home.say(session_id)
    assert caught.value.code == "session_complete"
    assert home.dump() == before


def test_a_machine_drafted_answer_makes_the_session_a_rehearsal(home: House) -> None:
    record = home.interview()
    session_id = home.start(record).session_id
    turn = home.say(session_id, auto_generate=True)
    assert turn.events[0].payload.model_dump()["auto_generate"] is True
    assert turn.question
    home.finish(session_id)
    card = home.service.scorecards.newest(SYSTEM, record.interview_id)
    assert card
    assert card.rehearsal


def test_words_straight_from_speech_are_evaluated_as_such_with_their_whole_response(home: House) -> None:
    record = home.interview()
    session_id = home.start(record).session_id
    home.say(session_id)
    home.engine.levels.append(None)
    home.say(session_id, "it was a wile ago", auto_send=True)
    home.say(session_id)
    assert [request.auto_send for request in home.engine.evaluated] == [True, True]
    home.say(session_id)
    assert home.engine.evaluated[-1].auto_send is False
    home.finish(session_id)
    home.engine.evaluated.clear()
    home.service.scorecards.score(SYSTEM, record.interview_id)
    assert [request.auto_send for request in home.engine.evaluated] == [True, False, False]


@pytest.mark.parametrize("answer", ["", "   \n\t", "\x00\x07"])
def test_an_empty_answer_is_refused(home: House, answer: str) -> None:
    session_id = home.start(home.interview()).session_id
    before = home.dump()
    for action in ("answer", "ask", "correct"):
        with pytest.raises(InvalidPayload):
            home.say(session_id, answer, action=action)
    assert home.dump() == before


def test_an_answer_has_a_longest_length(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    with pytest.raises(ValidationError):
        TurnRequest(session_id=session_id, answer="x" * (MAX_ANSWER_CHARS + 1))
    longest = ("word " * MAX_ANSWER_CHARS)[:MAX_ANSWER_CHARS]
    assert home.say(session_id, longest).stage == "competency"
    assert home.see(session_id).transcript[1].text == longest


def test_a_session_takes_a_bounded_number_of_moves(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Moves cost no question, so that something else has to end them; skipping and stopping stay possible."""
    assert MAX_TURNS >= 12 * 10
    monkeypatch.setattr("interview.sessions.MAX_TURNS", 3)
    session_id = home.start(home.interview()).session_id
    for _ in range(3):
        home.say(session_id, action="think", answer="")
    with pytest.raises(Conflict) as caught:
        home.say(session_id, action="think", answer="")
    assert caught.value.code == "turn_limit"
    assert home.say(session_id, action="skip", answer="").stage == "competency"
    assert home.say(session_id, action="stop", answer="").completed


# --- what the engine may not do ---------------------------------------------------------------------------------------


def spoil(home: House, change: Callable[[Any], dict[str, Any]]) -> None:
    """Have the engine's evaluations changed before they reach the session."""
    evaluate = home.engine.evaluate

    def spoiled(request: Any) -> Any:
        evaluation = evaluate(request)
        return evaluation.model_copy(update=change(evaluation))

    home.engine.evaluate = spoiled  # type: ignore[method-assign]


def scores(evaluation: Any, **update: Any) -> dict[str, Any]:
    changed = tuple(score.model_copy(update=update) for score in evaluation.criterion_scores)
    return {"criterion_scores": changed, "total_score": 5.0, "rubric_filled": True}


@pytest.mark.parametrize(
    "update",
    [
        {"evidence": ()},
        {"score": 0.4},
        {"score": 17.0},
    ],
)
def test_a_level_off_the_scale_or_without_evidence_is_none(home: House, update: dict[str, Any]) -> None:
    session_id = home.start(home.interview()).session_id
    home.say(session_id)
    spoil(home, lambda evaluation: scores(evaluation, **update))
    turn = home.say(session_id)
    assert {s.status for s in turn.evaluation.criterion_scores} == {"insufficient_evidence"}
    assert (turn.evaluation.total_score, turn.evaluation.rubric_filled, turn.overall_score) == (0.0, False, 0.0)


@pytest.mark.parametrize("moved", [{"entry_id": 1}, {"entry_id": 999}, {"start": 5, "end": 5}, {"end": 9_999}])
def test_evidence_must_stand_in_the_candidates_words(home: House, moved: dict[str, int]) -> None:
    session_id = home.start(home.interview()).session_id
    home.say(session_id)
    spoil(
        home,
        lambda made: scores(made, evidence=(made.criterion_scores[0].evidence[0].model_copy(update=moved),)),
    )
    assert home.say(session_id).overall_score == 0.0


def test_weights_and_criteria_are_the_rubrics(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    home.say(session_id)
    home.engine.levels.append(2.0)
    spoil(
        home,
        lambda made: {
            "criterion_scores": (
                made.criterion_scores[1].model_copy(update={"weight": 99.0}),
                made.criterion_scores[0].model_copy(update={"criterion": "Charm", "score": 5.0}),
            ),
        },
    )
    turn = home.say(session_id)
    rows = [(s.criterion, s.weight, s.score, s.status) for s in turn.evaluation.criterion_scores]
    assert rows == [("Debugging 1", 1.0, 0.0, "not_assessed"), ("Debugging 2", 2.0, 2.0, "assessed")]
    assert turn.evaluation.total_score == 2.0


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
    home.engine.before = lambda: barrier.wait(timeout=10)

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


# --- expiry -----------------------------------------------------------------------------------------------------------


def test_an_idle_session_expires_when_it_is_next_looked_at(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    home.say(session_id)
    home.clock.forward(minutes=30)
    assert not home.see(session_id).expired
    home.clock.forward(seconds=1)
    seen = home.see(session_id)
    assert (seen.expired, seen.completed, seen.status) == (True, False, "expired")
    assert seen.events[-1].event_type == "session_expired"
    assert seen.events[-1].payload.model_dump()["idle_minutes"] == 30.0
    assert [event.event_id for event in seen.events] == list(range(1, len(seen.events) + 1))
    assert len(seen.transcript) == 3


def test_an_expired_session_takes_no_answer(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    home.clock.forward(minutes=31)
    for _ in range(2):
        with pytest.raises(SessionExpired):
            home.say(session_id)
    assert types(home.see(session_id).events).count("session_expired") == 1


def test_any_look_at_the_sessions_expires_what_is_overdue(home: House) -> None:
    idle = home.start(home.interview()).session_id
    home.clock.forward(minutes=31)
    home.start(home.interview(role_title="Baker"))
    ended = [row for row in home.dump()["sessions"] if row[0] == idle]
    assert "expired" in ended[0]


def test_a_turn_keeps_the_session_alive(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    for _ in range(4):
        home.clock.forward(minutes=25)
        home.say(session_id, action="think", answer="")
    assert home.see(session_id).status == "active"


def test_after_expiry_start_goes_on_where_it_stopped(home: House) -> None:
    record = home.interview()
    first = home.start(record)
    home.engine.levels.extend([4.0, None])
    home.say(first.session_id)
    home.say(first.session_id)
    home.say(first.session_id, "It was a while ago.")
    home.clock.forward(minutes=31)
    second = home.start(record)
    assert second.session_id != first.session_id
    assert (second.stage, second.questions_asked, second.elapsed_ms) == ("warmup", 1, 0)
    assert [row.total_score for row in second.competencies] == [4.0, 0.0, 0.0]
    assert second.competencies[0].criteria[0].evidence[0].quote == ANSWER
    assert [event.event_id for event in second.events] == [1, 2, 3]
    turns = home.finish(second.session_id)
    asked = [turn.question.content for turn in turns if turn.question]
    assert asked == ["Tell me about planning, part 1.", "Words for wrapup."]
    card = home.service.scorecards.newest(SYSTEM, record.interview_id)
    assert card
    assert [row.total_score for row in card.competencies] == [4.0, 0.0, 3.0]


def test_the_question_in_hand_at_expiry_is_asked_again(home: House) -> None:
    record = home.interview()
    first = home.start(record)
    home.say(first.session_id)
    home.clock.forward(minutes=31)
    second = home.start(record)
    turn = home.say(second.session_id)
    assert turn.question
    assert turn.question.content == "Tell me about debugging, part 1."


def test_the_second_warm_up_speaks_of_no_earlier_question(home: House) -> None:
    record = home.interview()
    first = home.start(record)
    home.say(first.session_id)
    home.say(first.session_id)
    home.clock.forward(minutes=31)
    home.start(record)
    request = home.engine.asked[-1]
    assert (request.kind, request.question, request.exchanges, request.evaluation) == ("warmup", None, (), None)


def test_what_expires_over_and_over_is_carried_through(home: House) -> None:
    record = home.interview()
    asked: list[str | None] = []
    for _ in range(3):
        session_id = home.start(record).session_id
        home.say(session_id)
        turn = home.say(session_id)
        asked += [event.payload.model_dump()["content"] for event in turn.events if event.event_type == "question"]
        home.clock.forward(minutes=31)
    assert asked == ["Tell me about teamwork, part 1.", "Tell me about planning, part 1.", "Words for wrapup."]
    session_id = home.start(record).session_id
    assert home.finish(session_id)[-1].overall_score == 3.0


@pytest.mark.parametrize(("limit", "used", "left"), [(45, 20, 25), (45, 44, 5), (3, 2, 3)])
def test_the_rest_of_the_time_is_carried_over(home: House, limit: float, used: float, left: float) -> None:
    """At least five minutes, or the whole limit where that is less."""
    record = home.interview()
    home.configure(record, time_limit_minutes=limit)
    session_id = home.start(record).session_id
    for _ in range(2):
        home.clock.forward(minutes=used / 2)
        home.say(session_id, action="think", answer="")
    home.clock.forward(minutes=31)
    assert home.see(home.start(record).session_id).time_limit_ms == left * 60_000


def test_a_restarted_server_goes_on_with_the_session(home: House) -> None:
    record = home.interview()
    session_id = home.start(record).session_id
    turn = home.say(session_id, key="one")
    later = home.again()
    assert later.see(session_id).last_turn == turn
    assert later.say(session_id, key="one") == turn
    assert later.say(session_id).questions_asked == 3


# --- attempts ---------------------------------------------------------------------------------------------------------


def test_an_invitation_brings_one_completed_attempt(home: House) -> None:
    record = home.interview()
    candidate = home.candidate(record)
    first = home.start(record, candidate).session_id
    home.finish(first, candidate)
    for actor in (candidate, home.candidate(record)):
        with pytest.raises(Conflict) as caught:
            home.start(record, actor)
        assert caught.value.code == "session_complete"
    home.service.interviews.restart(SYSTEM, record.interview_id)
    again = home.start(record, candidate)
    assert again.session_id != first
    assert {row.total_score for row in home.see(again.session_id).competencies} == {0.0}
    assert home.see(first).completed
    assert statuses(home.see(again.session_id).question_statuses) == ["not_started"] * 4


def test_staff_may_begin_another_attempt_at_once(home: House) -> None:
    record = home.interview()
    home.finish(home.start(record).session_id)
    again = home.start(record)
    assert again.stage == "warmup"
    assert home.service.interviews.get(SYSTEM, record.interview_id).attempt == 2


def test_a_restart_closes_the_open_session(home: House) -> None:
    record = home.interview()
    session_id = home.start(record).session_id
    home.service.interviews.restart(SYSTEM, record.interview_id)
    with pytest.raises(Conflict) as caught:
        home.say(session_id)
    assert caught.value.code == "session_complete"
    seen = home.see(session_id)
    assert seen.status == "closed"
    assert seen.events[-1].event_type == "session_completed"
    assert seen.events[-1].payload.model_dump()["reason"] == "closed"


def test_a_candidate_who_joins_a_session_of_the_teams_brings_their_extra_time(home: House) -> None:
    record = home.interview()
    home.configure(record, time_limit_minutes=10)
    session_id = home.start(record).session_id
    candidate = home.candidate(record, extra_time_factor=2)
    assert home.start(record, actor=candidate).session_id == session_id
    assert home.see(session_id).time_limit_ms == 20 * 60_000
    home.start(record, actor=candidate)
    assert home.see(session_id).time_limit_ms == 20 * 60_000


# --- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factor", "minutes", "stage"), [(1, 9, "competency"), (1, 11, "wrapup"), (2, 11, "competency"), (2, 21, "wrapup")]
)
def test_when_the_time_is_up_the_session_wraps_up(home: House, factor: float, minutes: float, stage: str) -> None:
    record = home.interview()
    home.configure(record, time_limit_minutes=10)
    candidate = home.candidate(record, extra_time_factor=factor)
    session_id = home.start(record, candidate).session_id
    home.say(session_id, actor=candidate)
    home.clock.forward(minutes=minutes)
    turn = home.say(session_id, actor=candidate)
    assert turn.stage == stage
    assert home.see(session_id).time_limit_ms == 600_000 * factor
    if stage == "wrapup":
        assert home.say(session_id, actor=candidate).completed


# --- what a candidate sees --------------------------------------------------------------------------------------------


def secrets_in(reply: Any) -> list[str]:
    """What a candidate must not read, as far as it stands in this reply."""
    text = reply.model_dump_json(by_alias=True)
    return [
        word
        for word in ("because the script", "And then?", "As scripted", "Debugging 1", '"score":3.0')
        if word in text
    ]


def test_candidates_see_no_scores_unless_the_position_shows_them(home: House) -> None:
    record = home.interview()
    candidate = home.candidate(record)
    start = home.start(record, candidate)
    turns = home.finish(start.session_id, candidate)
    seen = home.see(start.session_id, candidate)
    for reply in (start, *turns, seen):
        assert secrets_in(reply) == []
        assert (reply.competencies, reply.overall_score) == ((), 0.0)
    ids = [event.event_id for reply in (start, *turns) for event in reply.events]
    assert ids == list(range(1, len(ids) + 1)) == [event.event_id for event in seen.events]
    assert [types(turn.events)[:2] for turn in turns] == [["answer", "evaluation"]] * 5
    totals = [event.payload.model_dump() for event in seen.events]
    assert {row["total_score"] for row in totals if "total_score" in row} == {0.0}
    assert {row["overall_score"] for row in totals if "overall_score" in row} == {0.0}
    assert len(secrets_in(home.see(start.session_id))) == 5


def test_a_position_that_shows_scores_shows_them(home: House) -> None:
    record = home.interview()
    home.configure(record, show_scores=True)
    candidate = home.candidate(record)
    session_id = home.start(record, candidate).session_id
    home.say(session_id, actor=candidate)
    turn = home.say(session_id, actor=candidate)
    assert turn.overall_score == 3.0
    assert turn.evaluation.total_score == 3.0
    assert turn.question
    assert turn.question.metadata.reasoning
    assert turn.model_dump() == home.see(session_id).last_turn.model_dump()  # type: ignore[union-attr]


def test_somebody_elses_session_is_unknown(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    stranger = home.candidate(home.interview(role_title="Baker"))
    before = home.dump()
    for call in (lambda: home.say(session_id, actor=stranger), lambda: home.see(session_id, stranger)):
        with pytest.raises(SessionUnknown) as theirs:
            call()
        with pytest.raises(SessionUnknown) as none:
            home.see("no such session", stranger)
        assert theirs.value.message == none.value.message
    assert home.dump() == before
    with pytest.raises(NotFound):
        home.start(home.interview(role_title="Cook"), stranger)


def test_reading_on_brings_only_the_newer_events(home: House) -> None:
    session_id = home.start(home.interview()).session_id
    turn = home.say(session_id)
    assert home.see(session_id, after=3).events == turn.events
    assert home.see(session_id, after=99).events == ()
