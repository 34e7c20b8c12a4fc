"""Spoken sessions from the outside: opened, kept, marked, folded, concluded, switched, put right."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from builders import House, house, types
from talk import FOUND, Talk, speaking, speaking_house

from interview.access import SYSTEM, Actor
from interview.errors import (
    Conflict,
    EngineFailure,
    Forbidden,
    InterviewError,
    InvalidPayload,
    NotFound,
    SessionExpired,
    SessionUnknown,
)
from interview.keeping import Utterance
from interview.models import MAX_ANSWER_CHARS
from interview.records import InterviewRecord

pytestmark = speaking()


@pytest.fixture
def ada(home: House, record: InterviewRecord) -> Actor:
    return home.candidate(record, mode="live")


def code(refused: pytest.ExceptionInfo[InterviewError]) -> str:
    return refused.value.code


# --- opening ----------------------------------------------------------------------------------------------------------


def test_a_session_opens_for_speaking_and_nothing_is_asked_yet(home: House, talk: Talk) -> None:
    seen = home.see(talk.session_id)
    assert (seen.mode, seen.status, seen.events, seen.transcript, seen.question) == ("live", "active", (), (), None)
    assert Talk.begin(home, talk.record).session_id == talk.session_id


def test_the_scene_has_all_that_a_talk_needs(home: House, talk: Talk, ada: Actor) -> None:
    home.clock.forward(minutes=2)
    talk.opening()
    scene = talk.spoken.scene(ada, talk.session_id)
    assert (scene.interview_id, scene.role_title, scene.elapsed_ms) == (talk.record.interview_id, "Engineer", 120_000)
    assert scene.seconds_left == 43 * 60
    assert [entry.role for entry in scene.entries] == ["interviewer", "candidate"]
    assert scene.private == ("Ada Example",)
    assert "Alex" in scene.warmup
    assert "Engineer" in scene.wrapup
    assert [status.status for status in scene.statuses] == ["not_started"] * len(scene.questions)


def test_without_a_voice_nothing_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no invitation to speak is made. What is to be installed is said."""
    monkeypatch.setattr("interview.speech.weights.missing", lambda: ("Speech recognition is not installed.",))
    silent = house(tmp_path)
    record = silent.interview()
    try:
        with pytest.raises(Conflict) as refused:
            silent.service.spoken.open(SYSTEM, record.interview_id)
        assert code(refused) == "voice_unavailable"
        assert "Speech recognition is not installed." in str(refused.value)
        with pytest.raises(Conflict) as refused:
            silent.candidate(record, mode="live")
        assert code(refused) == "voice_unavailable"
        assert silent.dump()["sessions"] == []
    finally:
        silent.close()


def test_only_those_who_may_open_and_look(home: House, talk: Talk, ada: Actor) -> None:
    stranger = home.candidate(home.interview(role_title="Pilot"), mode="live")
    analyst = Actor(role="analyst", id="a")
    with pytest.raises(NotFound):
        talk.spoken.open(stranger, talk.record.interview_id)
    with pytest.raises(Forbidden):
        talk.spoken.open(analyst, talk.record.interview_id)
    with pytest.raises(NotFound) as refused:
        talk.spoken.open(ada, talk.record.interview_id, "somebody else")
    assert code(refused) == "candidate_not_found"
    for act in (talk.spoken.scene, talk.spoken.to_text):
        with pytest.raises(SessionUnknown):
            act(stranger, talk.session_id)
        with pytest.raises(SessionUnknown):
            act(ada, "nobody")


def test_a_finished_session_is_followed_by_a_new_attempt_of_staff_only(home: House, talk: Talk, ada: Actor) -> None:
    talk.through()
    talk.spoken.conclude(talk.session_id, "finished")
    with pytest.raises(Conflict) as refused:
        talk.spoken.open(ada, talk.record.interview_id)
    assert code(refused) == "session_complete"
    with pytest.raises(Conflict) as refused:
        talk.spoken.scene(ada, talk.session_id)
    assert code(refused) == "session_complete"
    again = talk.spoken.open(SYSTEM, talk.record.interview_id)
    assert again.session_id != talk.session_id
    assert home.see(again.session_id).question_statuses[0].status == "not_started"


# --- a whole talk -----------------------------------------------------------------------------------------------------


def test_a_talk_becomes_a_complete_session(home: House, talk: Talk) -> None:
    """Statuses, turns, evidence and a scorecard, as a text session has them; the snapshot has all of it."""
    talk.through()
    before = home.see(talk.session_id)
    assert (before.stage, before.questions_asked) == ("competency", 4)
    assert [status.status for status in before.question_statuses] == ["answered"] * 3
    assert before.last_turn
    assert before.last_turn.evaluation.total_score == 3.0
    talk.spoken.conclude(talk.session_id, "finished")
    seen = home.see(talk.session_id)
    assert (seen.stage, seen.completed, seen.status, seen.mode) == ("complete", True, "complete", "live")
    assert (seen.question, seen.overall_score, seen.questions_asked) == (None, 3.0, 5)
    assert [event.event_id for event in seen.events] == list(range(1, len(seen.events) + 1))
    assert types(seen.events)[:4] == ["stage_entered", "resume_summary", "question", "answer"]
    assert types(seen.events)[-2:] == ["stage_entered", "session_completed"]
    assert [event.payload.model_dump().get("reason") for event in seen.events][-1] == "finished"
    assert len(seen.transcript) == 10
    card = home.service.scorecards.newest(SYSTEM, talk.record.interview_id)
    assert card
    assert (card.overall_score, card.session_id) == (3.0, talk.session_id)
    quotes = {piece.quote for row in card.competencies for one in row.criteria for piece in one.evidence}
    assert quotes == {f"{FOUND} That was part {n}." for n in range(3)}
    kept = home.dump()
    talk.spoken.conclude(talk.session_id, "finished")
    assert home.dump() == kept


def test_the_rating_knows_that_words_were_spoken_and_reads_planned_questions(home: House, talk: Talk) -> None:
    talk.opening()
    talk.question(0)
    request = home.engine.evaluated[-1]
    assert (request.auto_send, request.private) == (True, ("Ada Example",))
    assert [exchange.prompt for exchange in request.exchanges] == [talk.record.question_plan[0].text]


def test_a_stop_is_told_apart_and_what_cannot_be_rated_waits(home: House, talk: Talk) -> None:
    talk.opening()
    talk.interviewer(talk.record.question_plan[0].text)
    talk.candidate()
    before = home.dump()
    home.engine.fail_next()
    with pytest.raises(EngineFailure):
        talk.spoken.conclude(talk.session_id, "stopped")
    assert home.dump() == before
    talk.spoken.conclude(talk.session_id, "stopped")
    assert home.see(talk.session_id).events[-1].payload.model_dump()["reason"] == "stopped"


def test_words_that_come_while_the_summary_is_written_are_rated_too(home: House, talk: Talk) -> None:
    talk.through()
    last = talk.candidate("One more thing.")
    late = iter([lambda: talk.candidate("And another one.")])
    home.engine.levels.clear()
    score = home.engine.score

    def interrupted(request: object) -> object:
        next(late, lambda: 0)()
        return score(request)  # type: ignore[arg-type]

    home.engine.score = interrupted  # type: ignore[method-assign, assignment]
    talk.spoken.conclude(talk.session_id, "finished")
    assert talk.state.prompts[-1].answers[-2:] == (last, last + 1)


# --- keeping ----------------------------------------------------------------------------------------------------------


def test_words_grow_and_what_was_rated_never_changes(home: House, talk: Talk) -> None:
    """A candidate's words only grow; the interviewer's may be cut to what was heard, until they are folded."""
    asked = talk.interviewer("Tell me about debugging, part 1. And also")
    talk.said("interviewer", "Tell me about debugging, part 1.", entry_id=asked)
    answer = talk.said("candidate", "I traced", final=False)
    talk.said("candidate", "I traced it", entry_id=answer)
    talk.said("candidate", "I lost it", entry_id=answer)
    talk.fold()
    for entry, role in ((asked, "interviewer"), (answer, "candidate")):
        talk.said(role, "I", entry_id=entry)  # type: ignore[arg-type]
    assert [(line.text, line.final) for line in home.see(talk.session_id).transcript] == [
        ("Tell me about debugging, part 1.", True),
        ("I traced it", True),
    ]


def test_late_words_are_rated_with_the_next_fold(home: House, talk: Talk) -> None:
    talk.opening()
    talk.interviewer(talk.record.question_plan[0].text)
    answer = talk.candidate("I traced it")
    talk.fold()
    assert talk.state.rated_chars[answer] == len("I traced it")
    talk.said("candidate", "I traced it to the cache.", entry_id=answer)
    home.engine.levels.append(5.0)
    talk.fold()
    assert home.see(talk.session_id).overall_score == 5.0
    assert home.engine.evaluated[-1].exchanges[-1].answer_text == "I traced it to the cache."
    rated = len(home.engine.evaluated)
    kept = home.dump()
    talk.fold()
    assert (len(home.engine.evaluated), home.dump()) == (rated, kept)


def test_what_is_kept_is_bounded_and_ones_own(home: House, talk: Talk) -> None:
    kept = talk.candidate()
    other = Talk.begin(home, home.interview(role_title="Pilot"))
    before = home.dump()
    wrong = [
        (talk, Utterance("candidate", "a" * (MAX_ANSWER_CHARS + 1), 0, 1, True)),
        (talk, Utterance("candidate", "words", 0, 1, True, 99)),
        (talk, Utterance("interviewer", FOUND, 0, 1, True, kept)),
    ]
    for where, said in wrong:
        with pytest.raises(InvalidPayload):
            where.spoken.keep(where.session_id, [Utterance("candidate", "before it", 0, 1, True), said])
    assert home.dump() == before
    assert other.candidate() == 1


def test_nothing_is_kept_once_the_session_takes_no_more(home: House, talk: Talk) -> None:
    """The one who speaks is told why."""
    talk.opening()
    talk.spoken.to_text(SYSTEM, talk.session_id)
    with pytest.raises(Conflict) as refused:
        talk.candidate()
    assert code(refused) == "not_live"
    with pytest.raises(Conflict) as refused:
        talk.spoken.scene(SYSTEM, talk.session_id)
    assert code(refused) == "not_live"
    Talk.begin(home, talk.record)
    talk.candidate("I can speak again.")
    home.clock.forward(minutes=31)
    home.see(talk.session_id)
    for act in (talk.candidate, talk.fold, lambda: talk.spoken.conclude(talk.session_id, "finished")):
        with pytest.raises(SessionExpired):
            act()
    done = Talk.begin(home, talk.record)
    done.spoken.conclude(done.session_id, "stopped")
    with pytest.raises(Conflict) as refused:
        done.candidate()
    assert code(refused) == "session_complete"
    with pytest.raises(SessionUnknown):
        talk.spoken.keep("nobody", [])


def test_a_crash_between_keeping_and_folding_loses_nothing(home: House, talk: Talk) -> None:
    talk.opening()
    talk.interviewer(talk.record.question_plan[0].text)
    talk.candidate()
    reopened = Talk(home.again(), talk.record, talk.session_id)
    assert [entry.text for entry in reopened.spoken.scene(SYSTEM, talk.session_id).entries][-1] == FOUND
    assert reopened.fold().statuses[0].status == "answered"
    assert home.see(talk.session_id).overall_score == 3.0


def test_of_two_folds_at_once_one_writes(home: House, talk: Talk) -> None:
    talk.opening()
    talk.interviewer(talk.record.question_plan[0].text)
    talk.candidate()
    both = threading.Barrier(2, timeout=60)
    waits = iter([both.wait, both.wait])
    home.engine.before = lambda: next(waits, lambda: 0)()
    failures: list[Exception] = []

    def fold() -> None:
        try:
            talk.fold()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test fails
            failures.append(error)

    threads = [threading.Thread(target=fold) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert types(home.see(talk.session_id).events).count("answer") == 2


def test_a_fold_that_fails_changes_nothing_and_the_next_takes_the_same_words(home: House, talk: Talk) -> None:
    talk.opening()
    talk.interviewer(talk.record.question_plan[0].text)
    talk.candidate()
    before = home.dump()
    home.engine.fail_next()
    with pytest.raises(EngineFailure):
        talk.fold()
    assert home.dump() == before
    assert talk.fold().statuses[0].status == "answered"


def test_a_spent_budget_keeps_the_words(tmp_path: Path) -> None:
    from interview.usage import BudgetReached, record

    home = speaking_house(tmp_path, tokens_per_interview=10)
    try:
        talk = Talk.begin(home)
        talk.opening()
        talk.interviewer(talk.record.question_plan[0].text)
        talk.candidate()
        record(home.service.context, talk.record.interview_id, "model", "live", 100, 0)
        with pytest.raises(BudgetReached):
            talk.fold()
        assert len(home.see(talk.session_id).transcript) == 4
    finally:
        home.close()


# --- marks ------------------------------------------------------------------------------------------------------------


def test_a_mark_is_seen_at_once_and_goes_forward_only(home: House, talk: Talk) -> None:
    standing = talk.spoken.mark(talk.session_id, 1, "started")
    assert (standing.statuses[1].status, standing.asked_question_index, standing.open_core) == ("started", 1, (0, 1, 2))
    assert home.see(talk.session_id).asked_question_index == 1
    assert talk.spoken.mark(talk.session_id, 1, "started").statuses == standing.statuses
    skipped = talk.spoken.mark(talk.session_id, 1, "skipped")
    assert skipped.open_core == (0, 2)
    for status in ("not_started", "started", "answered"):
        with pytest.raises(Conflict) as refused:
            talk.spoken.mark(talk.session_id, 1, status)  # type: ignore[arg-type]
        assert code(refused) == "status_backward"
    for index in (-1, 99):
        with pytest.raises(InvalidPayload):
            talk.spoken.mark(talk.session_id, index, "started")


def test_answered_needs_words_that_belong_to_the_question(home: House, talk: Talk) -> None:
    talk.opening()
    talk.interviewer(talk.record.question_plan[0].text)
    with pytest.raises(Conflict) as refused:
        talk.spoken.mark(talk.session_id, 0, "answered")
    assert code(refused) == "not_answered"
    talk.candidate("Could you repeat the question?")
    with pytest.raises(Conflict):
        talk.spoken.mark(talk.session_id, 0, "answered")
    talk.candidate()
    with pytest.raises(Conflict):
        talk.spoken.mark(talk.session_id, 1, "answered")
    assert talk.spoken.mark(talk.session_id, 0, "answered").statuses[0].status == "answered"
