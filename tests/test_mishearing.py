"""Words that were mis-heard are put right beside what was heard."""

from __future__ import annotations

import pytest
from builders import House, types
from talk import FOUND, Talk, speaking

from interview.access import SYSTEM, Actor
from interview.errors import Conflict, EngineFailure, InterviewError, InvalidPayload, SessionUnknown
from interview.mishearing import MAX_TEAM_ROUNDS
from interview.models import MAX_ANSWER_CHARS
from interview.records import InterviewRecord

pytestmark = speaking()


@pytest.fixture
def ada(home: House, record: InterviewRecord) -> Actor:
    return home.candidate(record, mode="live")


# --- mis-heard words --------------------------------------------------------------------------------------------------


def concluded(talk: Talk) -> int:
    """Through to the end; gives the entry of the first rated answer."""
    talk.through()
    talk.spoken.conclude(talk.session_id, "finished")
    return talk.state.prompts[1].answers[0]


def test_mis_heard_words_are_put_right_beside_what_was_heard(home: House, talk: Talk, ada: Actor) -> None:
    """The answer is rated again; another scorecard is appended and the old one stays."""
    answer = concluded(talk)
    first = home.service.scorecards.newest(SYSTEM, talk.record.interview_id)
    right = "I traced the fault to the cash desk and wrote a test for it. That was part 0."
    home.clock.forward(minutes=1)
    home.engine.levels.append(5.0)
    talk.spoken.put_right(ada, talk.session_id, {answer: right})
    seen = home.see(talk.session_id)
    assert [line.text for line in seen.transcript if line.corrects == answer] == [right]
    assert types(seen.events)[-2:] == ["candidate_move", "evaluation"]
    card = home.service.scorecards.newest(SYSTEM, talk.record.interview_id)
    assert first
    assert card
    assert card.scorecard_id != first.scorecard_id
    assert [row.total_score for row in card.competencies] == [5.0, 3.0, 3.0]
    assert card.competencies[0].criteria[0].evidence[0].quote == right
    assert len(home.dump()["scorecards"]) == 2
    kept = home.dump()
    talk.spoken.put_right(ada, talk.session_id, {answer: right})
    assert home.dump() == kept


def test_after_an_upgrade_every_answer_is_rated_again(home: House, talk: Talk) -> None:
    """A scorecard has one stamp: no level of an earlier prompt stands beside new ones, also not after scoring again."""
    answer = concluded(talk)
    home.engine.prompt_version = "2"
    home.engine.levels.extend([4.0] * 20)
    home.service.scorecards.score(SYSTEM, talk.record.interview_id)
    home.engine.levels.clear()
    home.engine.levels.extend([5.0] * 20)
    home.clock.forward(minutes=1)
    said = "I traced the fault to the cash desk and wrote a test for it. That was part 0."
    talk.spoken.put_right(SYSTEM, talk.session_id, {answer: said})
    card = home.service.scorecards.newest(SYSTEM, talk.record.interview_id)
    assert card is not None
    assert card.stamp.prompt == "2"
    assert [one.total_score for one in card.competencies] == [5.0] * 3


def test_scores_of_another_plan_version_are_not_undone(home: House, talk: Talk) -> None:
    answer = concluded(talk)
    position = talk.record.position_id
    plan = home.service.positions.get(SYSTEM, position).plan
    made = home.service.positions.save_plan(SYSTEM, position, plan.model_copy(update={"focus_areas": ("tests",)}))
    home.service.positions.approve(SYSTEM, position)
    before = home.service.scorecards.score(SYSTEM, talk.record.interview_id, plan_version=made.plan_version)
    said = "I traced the fault to the cash desk and wrote a test for it. That was part 0."
    with pytest.raises(Conflict) as refused:
        talk.spoken.put_right(SYSTEM, talk.session_id, {answer: said})
    assert refused.value.code == "corrections_closed"
    assert home.service.scorecards.newest(SYSTEM, talk.record.interview_id) == before


def test_an_answer_is_not_rewritten(home: House, talk: Talk, ada: Actor) -> None:
    """Nor the interviewer's words, nor what was never rated, nor with nothing; all or none are taken."""
    answer = concluded(talk)
    near = f"{FOUND} That was part one."
    question = talk.state.prompts[1].entry_id
    before = home.dump()
    for wrong in ({answer: near, answer + 2: "I always deliver outstanding results."}, {question: near}, {999: near}):
        with pytest.raises(InterviewError) as refused:
            talk.spoken.put_right(ada, talk.session_id, wrong)
        assert refused.value.code == ("correction_too_far" if answer in wrong else "invalid_payload")
    for words in ("", "  ", "a" * (MAX_ANSWER_CHARS + 1)):
        with pytest.raises(InvalidPayload):
            talk.spoken.put_right(ada, talk.session_id, {answer: words})
    assert home.dump() == before


def test_the_team_has_more_rounds_and_not_without_end(talk: Talk) -> None:
    answer = concluded(talk)
    for number in range(MAX_TEAM_ROUNDS):
        talk.spoken.put_right(SYSTEM, talk.session_id, {answer: f"{FOUND} That was part {number + 7}."})
    with pytest.raises(Conflict) as refused:
        talk.spoken.put_right(SYSTEM, talk.session_id, {answer: f"{FOUND} That was part one."})
    assert refused.value.code == "corrections_used"


def test_the_same_words_are_put_right_once_at_a_time(home: House, talk: Talk, ada: Actor) -> None:
    """An entry and its correction are the same words: two texts for them at once are refused, and nothing changes."""
    answer = concluded(talk)
    talk.spoken.put_right(ada, talk.session_id, {answer: f"{FOUND} That was part one."})
    correction = next(line.entry_id for line in home.see(talk.session_id).transcript if line.corrects == answer)
    before = home.dump()
    with pytest.raises(InvalidPayload):
        talk.spoken.put_right(
            ada, talk.session_id, {answer: f"{FOUND} That was part two.", correction: f"{FOUND} That was part three."}
        )
    assert home.dump() == before


def test_three_rounds_and_for_the_candidate_a_day(home: House, talk: Talk, ada: Actor) -> None:
    answer = concluded(talk)
    for number in range(3):
        talk.spoken.put_right(ada, talk.session_id, {answer: f"{FOUND} That was part {number + 7}."})
    with pytest.raises(Conflict) as refused:
        talk.spoken.put_right(ada, talk.session_id, {answer: f"{FOUND} That was part twenty."})
    assert refused.value.code == "corrections_used"
    other = Talk.begin(home, home.interview(role_title="Pilot"))
    theirs = concluded(other)
    bob = home.candidate(other.record, mode="live")
    home.clock.forward(hours=25)
    with pytest.raises(Conflict) as refused:
        other.spoken.put_right(bob, other.session_id, {theirs: f"{FOUND} That was part one."})
    assert refused.value.code == "corrections_closed"
    other.spoken.put_right(SYSTEM, other.session_id, {theirs: f"{FOUND} That was part one."})
    with pytest.raises(SessionUnknown):
        talk.spoken.put_right(bob, talk.session_id, {answer: FOUND})


def test_words_are_put_right_only_after_the_end_and_a_failure_changes_nothing(home: House, talk: Talk) -> None:
    talk.opening()
    answer = talk.state.prompts
    assert answer == ()
    with pytest.raises(Conflict) as refused:
        talk.spoken.put_right(SYSTEM, talk.session_id, {2: FOUND})
    assert refused.value.code == "session_open"
    talk.question(0)
    entry = talk.state.prompts[-1].answers[0]
    talk.spoken.conclude(talk.session_id, "stopped")
    before = home.dump()
    home.engine.fail_next()
    with pytest.raises(EngineFailure):
        talk.spoken.put_right(SYSTEM, talk.session_id, {entry: FOUND.replace("cache", "cash")})
    assert home.dump() == before
