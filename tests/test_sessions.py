"""The session manager: start, turn and reading, each over a real database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from builders import ANSWER, House, statuses, types
from pydantic import ValidationError
from sqlalchemy import event

from interview.access import SYSTEM
from interview.contract import TurnRequest
from interview.errors import Conflict, InvalidPayload
from interview.models import MAX_ANSWER_CHARS
from interview.sessions import MAX_TURNS

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


def test_a_step_asks_the_database_the_same_few_questions_however_long_the_session_is(home: House) -> None:
    """What a session stands on is one of them. An answer's are more: before it, the state of the models' budget; with
    it, what it is written to; after it, the session as it is stored.
    """
    session_id = home.start(home.interview()).session_id
    asked: list[str] = []
    event.listen(
        home.service.context.database.engine,
        "before_cursor_execute",
        lambda _c, _k, sql, *_: asked.append(sql) if sql.startswith("SELECT") else None,
    )
    for _ in range(3):
        asked.clear()
        home.say(session_id)
        assert len(asked) == 17
        asked.clear()
        home.see(session_id)
        assert len(asked) == 6  # overdue sessions, this one, what it stands on, its words, events and last turn


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
