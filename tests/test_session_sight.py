"""What of a session who may see."""

from __future__ import annotations

from typing import Any

import pytest
from builders import House, types

from interview.errors import NotFound, SessionUnknown

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
