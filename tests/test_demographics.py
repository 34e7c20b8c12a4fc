"""What candidates say of themselves: who may say it, when, and that nobody ever reads one person's answer."""

from __future__ import annotations

import pytest
from builders import House
from page_tests import person

from interview.access import SYSTEM, Actor
from interview.demographics import NOTICE, RACES, SEXES, SelfReport
from interview.errors import Conflict, Forbidden, NotFound
from interview.records import InterviewRecord

pytestmark = pytest.mark.house(probes=0)

ANSWER = SelfReport(sex="female", race="native_hawaiian_or_pacific_islander")


def complete(home: House, record: InterviewRecord, actor: Actor) -> None:
    home.finish(home.start(record, actor).session_id, actor)


def test_the_question_opens_when_the_interview_is_complete(home: House, record: InterviewRecord, ada: Actor) -> None:
    """Neither before it nor in the middle of it; a rehearsal of the team's opens nothing."""
    demographics = home.service.demographics
    home.start(record, ada)
    with pytest.raises(Conflict) as refused:
        demographics.give(ada, record.interview_id, ANSWER)
    assert refused.value.code == "self_report_not_ready"
    assert not demographics.state(ada, record.interview_id).offered
    complete(home, record, ada)
    state = demographics.state(ada, record.interview_id)
    assert (state.offered, state.given_at, state.notice) == (True, None, NOTICE)
    assert len(NOTICE) == 2


def test_an_answer_is_kept_with_notice_and_time_and_said_to_nobody(
    home: House, record: InterviewRecord, ada: Actor
) -> None:
    """Not even the candidate's own state has it; no other table than its own does."""
    complete(home, record, ada)
    home.clock.forward(hours=1)
    state = home.service.demographics.give(ada, record.interview_id, ANSWER)
    assert state.given_at == home.clock.now
    assert ANSWER.race not in state.model_dump_json()
    tables = home.dump()
    [row] = tables.pop("demographics")
    assert {"female", ANSWER.race} <= set(row)
    assert NOTICE[0] in str(row)
    assert ANSWER.race not in str(tables)


def test_it_can_be_changed_and_taken_back(home: House, record: InterviewRecord, ada: Actor) -> None:
    """As long as the link holds; taking it back twice is once."""
    complete(home, record, ada)
    demographics = home.service.demographics
    demographics.give(ada, record.interview_id, ANSWER)
    demographics.give(ada, record.interview_id, SelfReport(sex="undisclosed", race="asian"))
    [row] = home.dump()["demographics"]
    assert "asian" in row
    assert ANSWER.race not in row
    demographics.take_back(ada, record.interview_id)
    demographics.take_back(ada, record.interview_id)
    assert home.dump()["demographics"] == []
    assert demographics.state(ada, record.interview_id).given_at is None


@pytest.mark.parametrize("role", ["hiring", "analyst", "administrator", "program"])
def test_nobody_answers_for_a_candidate(home: House, record: InterviewRecord, ada: Actor, role: str) -> None:
    """Nor reads whether they have answered, nor deletes it."""
    complete(home, record, ada)
    demographics = home.service.demographics
    demographics.give(ada, record.interview_id, ANSWER)
    staff = person(home, role)
    for call in (
        lambda: demographics.give(staff, record.interview_id, ANSWER),
        lambda: demographics.state(staff, record.interview_id),
        lambda: demographics.take_back(staff, record.interview_id),
    ):
        with pytest.raises(Forbidden):
            call()
    assert len(home.dump()["demographics"]) == 1


def test_to_a_candidate_other_interviews_do_not_exist(home: House, ada: Actor) -> None:
    other = home.interview(candidate_name="Somebody Else")
    complete(home, other, home.candidate(other))
    with pytest.raises(NotFound):
        home.service.demographics.give(ada, other.interview_id, ANSWER)


def test_practice_asks_nothing(home: House, record: InterviewRecord, ada: Actor) -> None:
    home.configure(record, purpose="practice")
    complete(home, record, ada)
    assert not home.service.demographics.state(ada, record.interview_id).offered
    with pytest.raises(Forbidden) as refused:
        home.service.demographics.give(ada, record.interview_id, ANSWER)
    assert refused.value.code == "self_report_closed"


def test_it_goes_with_the_interview(home: House, record: InterviewRecord, ada: Actor) -> None:
    complete(home, record, ada)
    home.service.demographics.give(ada, record.interview_id, ANSWER)
    home.service.interviews.delete(SYSTEM, record.interview_id)
    assert home.dump()["demographics"] == []


def test_no_engine_is_told(home: House, record: InterviewRecord, ada: Actor) -> None:
    """Scored again after the answer, no request holds it in code or in words."""
    complete(home, record, ada)
    home.service.demographics.give(ada, record.interview_id, ANSWER)
    home.engine.evaluated.clear()
    home.service.scorecards.score(SYSTEM, record.interview_id)
    home.service.counterfactuals.run(SYSTEM, record.position_id)
    assert home.engine.evaluated
    sent = "".join(request.model_dump_json() for request in home.engine.evaluated)
    for words in (ANSWER.race, RACES[ANSWER.race], SEXES["female"], "female"):
        assert words not in sent
