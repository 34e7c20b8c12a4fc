"""That a voice failed, in the session and to the team; and what is known of hints where a voice talks freely."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders import House, types
from gemini_script import Close, RefuseConnects, Turn
from gemini_server import GeminiServer
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from stage import ASKED, FAST, Q, StageMaker
from talk import Talk, speaking_house
from test_migration import taken_back_to

from interview.access import SYSTEM
from interview.contract import Heard, TurnRequest
from interview.errors import Conflict, InvalidPayload
from interview.events import TimeGivenBack, VoiceFailed
from interview.imported import SpokenLine
from interview.live.clerk import Pools, note_failure
from interview.packet.words import asked_in_words
from interview.store.review_tables import QuestionScoreRow

SECONDS = 30


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    made = speaking_house(tmp_path)
    yield made
    made.close()


@pytest.fixture
def talk(home: House) -> Talk:
    return Talk.begin(home)


def stored(home: House, session_id: str) -> list[str]:
    return [event.payload.code for event in home.see(session_id).events if isinstance(event.payload, VoiceFailed)]


def warned(talk: Talk) -> list[str]:
    packet = talk.home.service.packets.of_interview(SYSTEM, talk.record.interview_id, talk.session_id)
    return [one.words for one in packet.warnings if one.kind == "voice_failed"]


# --- stored -----------------------------------------------------------------------------------------------------------


def test_a_failure_is_stored_with_the_time_that_it_took(home: House, talk: Talk) -> None:
    """Both or neither; no sign of life of the candidate, and no step of the session."""
    touched = home.see(talk.session_id).last_touched
    home.clock.forward(minutes=2)
    talk.spoken.voice_failed(talk.session_id, "connection_lost", 12.5)
    assert types(home.see(talk.session_id).events) == ["time_given_back", "voice_failed"]
    assert (talk.state.lost_seconds, home.see(talk.session_id).last_touched) == (12.5, touched)
    kept = home.dump()
    with pytest.raises(InvalidPayload):
        talk.spoken.voice_failed(talk.session_id, "connection_lost", -1.0)
    assert home.dump() == kept


def test_a_failure_is_stored_where_somebody_writes_already_and_not_after_the_end(home: House, talk: Talk) -> None:
    talk.opening()
    talk.spoken.to_text(SYSTEM, talk.session_id)
    talk.spoken.voice_failed(talk.session_id, "key_refused")
    assert stored(home, talk.session_id) == ["key_refused"]
    home.finish(talk.session_id)
    with pytest.raises(Conflict) as refused:
        talk.spoken.voice_failed(talk.session_id, "key_refused")
    assert refused.value.code == "session_complete"


def test_a_failure_changes_no_reply_and_no_turn_after_it(home: House, talk: Talk) -> None:
    """A retried turn is still rebuilt as it was sent, and the session goes on."""
    home.service.sessions.begin_spoken(SYSTEM, talk.session_id)
    request = TurnRequest(session_id=talk.session_id, answer="I like clocks.")
    sent = home.service.sessions.turn(SYSTEM, request, "once", heard=Heard(1_000, 2_000))
    talk.spoken.voice_failed(talk.session_id, "speech_unavailable", 3.0)
    assert home.service.sessions.turn(SYSTEM, request, "once", heard=Heard(1_000, 2_000)) == sent
    talk.spoken.to_text(SYSTEM, talk.session_id)
    home.finish(talk.session_id)
    assert [event.event_id for event in home.see(talk.session_id).events] == list(
        range(1, len(home.see(talk.session_id).events) + 1)
    )


def test_a_failure_is_stored_once_though_the_database_was_busy(
    home: House, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again, off the loop."""
    real, tried = talk.spoken.voice_failed, list[threading.Thread]()

    def busy(session_id: str, code: str, seconds: float) -> None:
        tried.append(threading.current_thread())
        if len(tried) < 3:
            raise TimeoutError("the database is busy")
        real(session_id, code, seconds)

    monkeypatch.setattr(talk.spoken, "voice_failed", busy)

    async def note() -> None:
        with ThreadPoolExecutor(1) as pool:
            noting = note_failure(talk.spoken, talk.session_id, Pools(pool, pool), "connection_lost")
            await asyncio.wait_for(noting, SECONDS)

    asyncio.run(note())
    assert len(tried) == 3
    assert threading.current_thread() not in tried
    assert stored(home, talk.session_id) == ["connection_lost"]


# --- over the wire ----------------------------------------------------------------------------------------------------


def test_a_key_that_is_refused_is_a_voice_that_never_came_up(stage: StageMaker) -> None:
    """Stored once; no time was lost by it."""
    scene = stage(key="another-key")
    _, line = scene.begin()
    assert line.ended().reason == "voice_failed"
    assert stored(scene.house, scene.session_id) == ["key_refused"]
    scene.settled()
    assert stored(scene.house, scene.session_id) == ["key_refused"]


def test_a_voice_that_is_torn_down_for_good_gives_back_the_time_without_it(
    stage: StageMaker, brisk: GeminiServer
) -> None:
    """Stored once; and the candidate writes on from the question in hand."""
    brisk.script(Turn(f"Hello. {Q[0]}", audio_ms=200, then=(RefuseConnects(1_000, 503), Close())), *ASKED)
    scene = stage(timing=replace(FAST, give_up=0.5))
    _, line = scene.begin()
    assert line.ended().reason == "voice_failed"
    scene.settled()
    seen = scene.house.see(scene.session_id)
    (given,) = (event.payload for event in seen.events if isinstance(event.payload, TimeGivenBack))
    assert given.cause == "voice_failed"
    assert given.seconds >= 0.5
    assert len(stored(scene.house, scene.session_id)) == 1
    scene.house.service.spoken.to_text(SYSTEM, scene.session_id)
    question = scene.house.see(scene.session_id).question
    assert question is not None
    assert Q[0] in (question.content or "")


# --- told -------------------------------------------------------------------------------------------------------------


KEY = "the voice model refused the key; check GEMINI_API_KEY"
LOST = "the connection to the voice was lost"


def test_the_packet_says_that_the_candidate_went_on_in_writing(home: House, talk: Talk) -> None:
    """Also where nothing had been asked before."""
    assert warned(talk) == []
    talk.spoken.voice_failed(talk.session_id, "key_refused")
    assert warned(talk) == [f"The voice failed once ({KEY}); the candidate has said nothing since."]
    talk.spoken.to_text(SYSTEM, talk.session_id)
    home.say(talk.session_id)
    assert warned(talk) == [f"The voice failed once ({KEY}); the candidate went on in writing."]


def test_the_packet_says_that_the_candidate_went_on_by_voice(home: House, talk: Talk) -> None:
    """Words from before are none that came after, whenever they are folded."""
    talk.opening()
    home.clock.forward(minutes=1)
    for _ in range(2):
        talk.spoken.voice_failed(talk.session_id, "connection_lost")
    talk.fold()
    assert warned(talk) == [f"The voice failed twice ({LOST}); the candidate has said nothing since."]
    talk.at_ms = 90_000
    talk.question(0)
    assert warned(talk) == [f"The voice failed twice ({LOST}); the candidate went on by voice."]


# --- hints ------------------------------------------------------------------------------------------------------------


def known(home: House) -> list[bool]:
    with home.service.context.database.read() as tx:
        return list(tx.scalars(select(QuestionScoreRow.hints_known).order_by(QuestionScoreRow.place)))


def test_a_voice_that_talks_freely_leaves_hints_unknown(home: House, talk: Talk) -> None:
    talk.through()
    talk.spoken.conclude(talk.session_id, "finished")
    assert known(home) == [False] * 3
    report = home.service.question_statistics.of_position(SYSTEM, talk.record.position_id)
    assert [(one.asked, one.hints_known, one.hint_share) for one in report.questions] == [(1, 0, None)] * 3
    packet = home.service.packets.of_interview(SYSTEM, talk.record.interview_id)
    assert not packet.hints_known
    assert "whether hints were given is not known" in asked_in_words(packet)
    compared = home.service.comparisons.of_position(SYSTEM, talk.record.position_id)
    assert {score.depth.ruled for one in compared.candidates for score in one.scores} == {False}


def test_what_is_asked_after_the_voice_failed_is_known_again(home: House, talk: Talk) -> None:
    """One question by a voice that talks freely, two in writing; one of the same questions in another interview."""
    talk.opening()
    talk.question(0)
    talk.spoken.voice_failed(talk.session_id, "connection_lost")
    talk.spoken.to_text(SYSTEM, talk.session_id)
    home.finish(talk.session_id)
    assert known(home) == [False, True, True]
    home.finish(home.start(home.interview()).session_id)
    report = home.service.question_statistics.of_position(SYSTEM, talk.record.position_id)
    assert [(one.asked, one.hints_known, one.hint_share) for one in report.questions] == [
        (2, 1, 0.0), (2, 2, 0.0), (2, 2, 0.0),
    ]  # fmt: skip


def taking_turns(home: House, talk: Talk) -> None:
    """By a voice that takes turns, from the first word to the scorecard."""
    home.service.sessions.begin_spoken(SYSTEM, talk.session_id)
    home.engine.levels.extend([None] * 2)
    for answer in ("I like clocks.", "I have no idea.", "I fixed it.", "We shared it.", "In steps.", "No.", "No."):
        if home.see(talk.session_id).status == "complete":
            break
        request = TurnRequest(session_id=talk.session_id, answer=answer)
        home.service.sessions.turn(SYSTEM, request, heard=Heard(1_000, 2_000))
    talk.spoken.conclude(talk.session_id, "finished")


def test_a_voice_that_takes_turns_knows_its_hints(home: House, talk: Talk) -> None:
    taking_turns(home, talk)
    report = home.service.question_statistics.of_position(SYSTEM, talk.record.position_id)
    assert report.questions[0].hint_share == 1.0
    assert all(known(home))


def test_a_transcript_from_elsewhere_leaves_hints_unknown(home: House) -> None:
    record = home.interview()
    lines = [
        SpokenLine(role="coach", text=record.questions[0]),
        SpokenLine(role="candidate", text="I found the cause."),
    ]
    home.service.scorecards.score_transcript(SYSTEM, record.interview_id, lines)
    assert known(home) == [False]


# --- databases of before ----------------------------------------------------------------------------------------------


def test_a_database_of_before_opens_and_knows_what_was_spoken_freely(home: House, talk: Talk) -> None:
    """What that version cannot read becomes lost time of no seconds; questions of free talks are found again."""
    talk.through()
    talk.spoken.voice_failed(talk.session_id, "connection_lost")
    talk.spoken.conclude(talk.session_id, "finished")
    home.finish(home.start(home.interview()).session_id)
    before = home.dump()
    live = home.service.analytics.figures(SYSTEM).funnel.modes[0]
    assert live.with_faults == 1
    taken_back_to(home, "0005")
    with home.service.context.database.read() as tx:
        noted = tx.execute(text("SELECT payload FROM events WHERE event_type = 'time_given_back'")).scalars().all()
    assert noted == ['{"cause": "voice_failed", "seconds": 0.0}']
    again = home.again()
    after = again.dump()
    for table in ("sessions", "transcript_entries", "question_scores"):
        assert after[table] == before[table], table
    assert again.service.analytics.figures(SYSTEM).funnel.modes[0] == live


def as_before(home: House) -> dict[str, Any]:
    """The states of all sessions by their ids, in a database of 0005, as that version wrote them."""
    taken_back_to(home, "0005")
    with home.service.context.database.write() as tx:
        states = states_of(tx)
        for session_id, state in states.items():
            for prompt in state["prompts"]:
                del prompt["heard"]
            wanted = {"state": json.dumps(state), "id": session_id}
            tx.execute(text("UPDATE sessions SET state = :state WHERE session_id = :id"), wanted)
    return states


def states_of(tx: Session) -> dict[str, Any]:
    rows = tx.execute(text("SELECT session_id, state FROM sessions"))
    return {session_id: json.loads(state) for session_id, state in rows}


def test_what_was_spoken_freely_before_stays_unknown_when_it_is_scored_again(home: House, talk: Talk) -> None:
    """That version did not keep with a prompt how it was asked; all else stays as it was."""
    talk.through()
    talk.spoken.conclude(talk.session_id, "finished")
    home.finish(home.start(home.interview()).session_id)
    before = as_before(home)
    again = home.again()
    with again.service.context.database.read() as tx:
        after = states_of(tx)
    prompts = [prompt | {"heard": True} for prompt in before[talk.session_id]["prompts"]]
    assert after == before | {talk.session_id: before[talk.session_id] | {"prompts": prompts}}
    again.service.scorecards.score(SYSTEM, talk.record.interview_id)
    report = again.service.question_statistics.of_position(SYSTEM, talk.record.position_id)
    assert [(one.asked, one.hints_known) for one in report.questions] == [(2, 1)] * 3


def test_hints_of_a_voice_that_took_turns_before_stay_known(home: House, talk: Talk) -> None:
    taking_turns(home, talk)
    assert all(known(home))
    before = as_before(home)
    again = home.again()
    assert all(known(again))
    with again.service.context.database.read() as tx:
        assert states_of(tx) == before
