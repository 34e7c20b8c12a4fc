"""`/ws/live` with the voice that takes turns: what it shares with a live model's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from http_server import scripted_world
from scripted import ScriptedEngine
from test_api_socket import Caller, calling

pytestmark = pytest.mark.slow

NOT_STARTED, STARTED, ANSWERED = "not_started", "started", "answered"


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    """Who has heard the first planned question."""
    with scripted_world(tmp_path, ScriptedEngine(probes=0)) as world:
        interview_id = world.interview()["interview_id"]
        token = world.invitation(interview_id, mode="live")["token"]
        with calling(world.url) as client:
            assert client.start(interview_id, token)["mode"] == "embedded"
            client.until("turn_complete")
            client.tell("text", text="I like clocks.")
            client.until("question_status", lambda row: row["status"] == STARTED)
            yield client


def marked(caller: Caller, index: int, status: str) -> tuple[str, list[str]]:
    """What comes of a mark: the status that is told, or the error's code; and all statuses, where they are told."""
    before = len(caller.events)
    caller.tell("mark", index=index, status=status)
    while True:
        message = caller.read()
        if message and message["type"] == "error":
            return message["code"], []
        if message and message["type"] == "question_status":
            assert [row["type"] for row in caller.events[before:]].count("question_status") == 1
            assert message["index"] == index
            assert message["asked_question_index"] == 0
            return message["status"], [row["status"] for row in message["question_statuses"]]


def test_a_mark_is_answered_by_how_the_question_stands(caller: Caller) -> None:
    """Questions are begun and answered by the session's turns alone; a mark moves none of them."""
    stands = [STARTED, NOT_STARTED, NOT_STARTED]
    assert marked(caller, 0, STARTED) == (STARTED, stands)
    assert marked(caller, 1, STARTED) == (NOT_STARTED, stands)
    assert marked(caller, 1, "skipped") == (NOT_STARTED, stands)


def test_a_mark_that_cannot_be_is_refused_by_name(caller: Caller) -> None:
    assert marked(caller, 0, NOT_STARTED)[0] == "status_backward"
    assert marked(caller, 0, ANSWERED)[0] == "not_answered"
    assert marked(caller, 2, ANSWERED)[0] == "not_answered"
    assert marked(caller, 9, STARTED)[0] == "question_unknown"
    caller.tell("text", text="I traced the fault to the cache and wrote a test for it.")
    caller.until("question_status", lambda row: (row["index"], row["status"]) == (0, ANSWERED))
    caller.until("question_status", lambda row: (row["index"], row["status"]) == (1, STARTED))
    caller.tell("mark", index=0, status="skipped")
    assert caller.until("error")["code"] == "status_backward"
    caller.tell("mark", index=0, status=ANSWERED)
    assert caller.until("question_status")["status"] == ANSWERED


def test_a_mark_of_the_question_in_hand_skips_it(caller: Caller) -> None:
    caller.tell("mark", index=0, status="skipped")
    told = caller.until("question_status", lambda row: row["index"] == 0)
    assert told["status"] == "skipped"
    assert caller.until("question_status", lambda row: row["index"] == 1)["status"] == STARTED
