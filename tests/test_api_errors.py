"""Every failure that a caller can meet: its status, its code, a sentence, and what can be done next."""

from __future__ import annotations

import base64
import json
import logging
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from http_server import World, answer, finish, scripted_world

from interview.api.errors import CODES
from interview.errors import InterviewError


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with scripted_world(tmp_path) as running:
        yield running


def check(reply: httpx.Response, status: int, code: str) -> str:
    """The one shape of a failure; gives its sentence."""
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text
    assert reply.json().keys() == {"code", "message", "detail"}
    sentence = str(reply.json()["message"])
    assert reply.json()["detail"] == sentence
    assert sentence[0].isupper()
    assert sentence[-1] in ".…"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in reply.headers) == (status == 401)
    return sentence


def test_start_names_an_unknown_interview(rest: httpx.Client) -> None:
    reply = rest.post("/interview-sessions/start", json={"interviewId": "nobody", "candidateId": "nobody"})
    check(reply, 404, "interview_not_found")


def test_start_names_another_candidate(world: World, rest: httpx.Client) -> None:
    made = world.interview()
    body = {"interviewId": made["interview_id"], "candidateId": "somebody-else"}
    check(rest.post("/interview-sessions/start", json=body), 404, "candidate_not_found")


def test_start_survives_a_failing_model(world: World, rest: httpx.Client) -> None:
    """502 with a time to come back; the next start asks the warm-up."""
    made = world.interview()
    world.engine.fail_next()
    body = {"interviewId": made["interview_id"], "candidateId": made["candidate_id"]}
    failed = rest.post("/interview-sessions/start", json=body)
    check(failed, 502, "llm_failure")
    assert int(failed.headers["retry-after"]) > 0
    assert rest.post("/interview-sessions/start", json=body).json()["question"]["content"]


def test_a_plan_that_was_not_approved_starts_nothing(world: World, rest: httpx.Client) -> None:
    made = world.interview(draft="true")
    check(rest.post("/interview-sessions/start", json={"interviewId": made["interview_id"]}), 409, "plan_not_approved")
    check(rest.post(f"/interviews/{made['interview_id']}/invitations"), 409, "plan_not_approved")


def test_an_unforeseen_failure_has_a_number_and_no_words(
    world: World, rest: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Start answers `session_start_failed`, others `internal_error`; the log has the number and place, not the text."""
    made = world.interview()
    session = world.start(rest, made["interview_id"])

    def broken() -> None:
        raise RuntimeError("the candidate said Zanzibar")

    def broken_ask(request: object) -> Any:
        raise RuntimeError("the candidate said Zanzibar")

    other = world.interview()
    world.engine.before = broken
    world.engine.ask = broken_ask  # type: ignore[method-assign]
    with caplog.at_level(logging.ERROR):
        started = rest.post("/interview-sessions/start", json={"interviewId": other["interview_id"]})
        turned = answer(rest, session, "I went to Zanzibar to find the fault.")
    for reply, code in ((started, "session_start_failed"), (turned, "internal_error")):
        sentence = check(reply, 500, code)
        found = re.search(r"number: ([0-9a-f]{8})\.", sentence)
        assert found
        assert found.group(1) in caplog.text
        assert "Zanzibar" not in reply.text
        assert "Traceback" not in reply.text
    assert "Zanzibar" not in caplog.text
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"answer": "words"}, "sessionId"),
        ({"sessionId": "x", "answer": 7}, "answer"),
        ({"sessionId": "x", "answer": "a" * 20_001}, "answer"),
        ({"sessionId": "x", "answer": "words", "action": "sing"}, "action"),
        ({"sessionId": "x", "answer": "words", "autoSend": "perhaps"}, "autoSend"),
        ({"sessionId": "y" * 65, "answer": "words"}, "sessionId"),
    ],
)
def test_an_invalid_payload_names_its_field(rest: httpx.Client, body: dict[str, Any], named: str) -> None:
    """And repeats nothing of what was sent."""
    sentence = check(rest.post("/interview-sessions/turn", json=body), 400, "invalid_payload")
    assert f"“{named}”" in sentence
    assert "aaa" not in sentence
    assert "yyy" not in sentence


@pytest.mark.parametrize("content", [b"{", b"[]", b"", b"\xff\xfe", b'"words"', b"[" * 100_000])
def test_a_body_that_is_no_object_is_an_invalid_payload(rest: httpx.Client, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    check(rest.post("/interview-sessions/turn", content=content, headers=headers), 400, "invalid_payload")


def test_a_plan_with_broken_characters_does_no_harm(world: World, rest: httpx.Client) -> None:
    """A lone surrogate is no text in any encoding: stored, it would make the position unreadable."""
    place = f"/positions/{world.interview()['position_id']}"
    plan = rest.get(place).json()["plan"] | {"family": "wide", "skills_wanted": ["odd"], "role_title": "En\x00gineer"}
    content = json.dumps(plan).replace('"wide"', '"\\ud800"').replace('"odd"', '"\\udfff"')
    headers = {"Content-Type": "application/json"}
    assert rest.put(f"{place}/plan", content=content, headers=headers).status_code == 200
    kept = rest.get(place).raise_for_status().json()["plan"]
    assert (kept["family"], kept["skills_wanted"], kept["role_title"]) == ("?", ["?"], "Engineer")


def test_a_plan_is_bounded(world: World, rest: httpx.Client) -> None:
    place = f"/positions/{world.interview()['position_id']}"
    plan = rest.get(place).json()["plan"] | {"focus_areas": ["a" * 2_001]}
    assert "aaa" not in check(rest.put(f"{place}/plan", json=plan), 400, "invalid_payload")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_outside_of_time_is_an_invalid_payload(rest: httpx.Client, moment: str) -> None:
    check(rest.get("/scores", params={"scored_from": moment}), 400, "invalid_payload")


@pytest.mark.parametrize("place", ['["2026-01-01", "\\ud800"]', '["0001-01-01T00:00:00+14:00", "x"]', "[1]", "{}", "x"])
def test_a_cursor_of_somebody_elses_making_is_an_invalid_payload(rest: httpx.Client, place: str) -> None:
    cursor = base64.urlsafe_b64encode(place.encode()).decode()
    check(rest.get("/interviews", params={"cursor": cursor}), 400, "invalid_payload")


def test_an_empty_answer_is_an_invalid_payload(world: World, rest: httpx.Client) -> None:
    """Unless the move needs no words."""
    session = world.start(rest, world.interview()["interview_id"])
    check(answer(rest, session, "  \n"), 400, "invalid_payload")
    assert answer(rest, session, "", action="repeat").status_code == 200


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_the_idempotency_key_is_bounded(rest: httpx.Client, key: str) -> None:
    reply = rest.post(
        "/interview-sessions/turn", json={"sessionId": "x", "answer": "words"}, headers={"Idempotency-Key": key}
    )
    assert "“Idempotency-Key”" in check(reply, 400, "invalid_payload")


@pytest.mark.parametrize("header", ["", "Basic eDp5", "Bearer", "Bearer wrong", "Bearer wörng"])
def test_a_missing_or_bad_key_is_unauthorized(world: World, header: str) -> None:
    headers = {"Authorization": header.encode()} if header else {}
    check(httpx.get(f"{world.url}/api/interviews", headers=headers, timeout=60), 401, "unauthorized")


def test_an_unknown_session_is_session_unknown(rest: httpx.Client) -> None:
    check(answer(rest, "no-such-session"), 401, "session_unknown")
    check(rest.get("/interview-sessions/no-such-session"), 401, "session_unknown")


def test_after_the_end_no_answer_is_taken(world: World, rest: httpx.Client) -> None:
    session = world.start(rest, world.interview()["interview_id"])
    last = finish(rest, session).json()
    assert (last["stage"], last["question"], last["completed"]) == ("complete", None, True)
    check(answer(rest, session), 409, "session_complete")


def test_of_two_answers_at_once_one_wins(world: World, rest: httpx.Client) -> None:
    """The other gets `turn_conflict`, and is told when to look again."""
    session = world.start(rest, world.interview()["interview_id"])
    answer(rest, session)
    both = threading.Barrier(2, timeout=60)
    world.engine.before = lambda: [both.wait(), None][1]
    replies: list[httpx.Response] = []
    token = rest.headers["authorization"].removeprefix("Bearer ")

    def send(words: str) -> None:
        with world.client(token=token) as other:
            replies.append(answer(other, session, words))

    threads = [threading.Thread(target=send, args=(words,)) for words in ("The first answer.", "The second answer.")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won, lost = sorted(replies, key=lambda reply: reply.status_code)
    assert won.status_code == 200
    check(lost, 409, "turn_conflict")
    assert int(lost.headers["retry-after"]) > 0
    said = [line["text"] for line in rest.get(f"/interview-sessions/{session}").json()["transcript"]]
    assert len({"The first answer.", "The second answer."} & set(said)) == 1


def test_an_idle_session_expires_and_the_interview_goes_on(world: World, rest: httpx.Client) -> None:
    """410 on a turn, 200 with `expired` on reading, and a new start goes on with what was answered."""
    interview = world.interview()["interview_id"]
    session = world.start(rest, interview)
    answer(rest, session)
    answer(rest, session)
    world.clock.advance(minutes=31)
    assert [each["status"] for each in rest.get(f"/interviews/{interview}").json()["sessions"]] == ["expired"]
    check(answer(rest, session), 410, "session_expired")
    snapshot = rest.get(f"/interview-sessions/{session}")
    assert (snapshot.status_code, snapshot.json()["expired"]) == (200, True)
    assert world.start(rest, interview) != session


def test_any_fetch_ends_what_is_overdue(world: World, rest: httpx.Client) -> None:
    interview = world.interview()["interview_id"]
    session = world.start(rest, interview)
    answer(rest, session)
    check(rest.post(f"/interviews/{interview}/score"), 409, "session_open")
    world.clock.advance(minutes=31)
    listed = rest.get("/interviews").json()["sessions"]
    assert [each["status"] for each in listed if each["interview_id"] == interview] == ["expired"]
    assert rest.post(f"/interviews/{interview}/score").status_code == 200


def test_a_model_that_fails_in_a_turn_changes_nothing(world: World, rest: httpx.Client) -> None:
    """502, then the same answer with the same key is taken, once."""
    session = world.start(rest, world.interview()["interview_id"])
    answer(rest, session)
    before = rest.get(f"/interview-sessions/{session}").json()
    world.engine.fail_next()
    failed = answer(rest, session, "The answer in question.", key="k1")
    check(failed, 502, "llm_failure")
    assert "retry-after" in failed.headers
    assert rest.get(f"/interview-sessions/{session}").json() == before
    assert answer(rest, session, "The answer in question.", key="k1").status_code == 200
    said = [line["text"] for line in rest.get(f"/interview-sessions/{session}").json()["transcript"]]
    assert said.count("The answer in question.") == 1


def test_a_key_used_for_other_words_is_refused(world: World, rest: httpx.Client) -> None:
    session = world.start(rest, world.interview()["interview_id"])
    assert answer(rest, session, "One answer.", key="same").status_code == 200
    check(answer(rest, session, "Another answer.", key="same"), 409, "idempotency_key_reused")


def test_unknown_addresses_and_methods(rest: httpx.Client) -> None:
    check(rest.get("/nowhere"), 404, "not_found")
    check(rest.get("/interviews/"), 404, "not_found")
    refused = rest.put("/interviews")
    check(refused, 405, "method_not_allowed")
    assert refused.headers["allow"]


def test_a_body_over_one_megabyte_is_refused(rest: httpx.Client) -> None:
    """Whether it says its length or not, and before anything is read of one that does."""
    headers = {"Content-Type": "application/json"}
    check(rest.post("/interview-sessions/turn", content=b"a" * 1_100_000, headers=headers), 413, "payload_too_large")
    pieces = (b"a" * 65_536 for _ in range(20))
    check(rest.post("/interview-sessions/turn", content=pieces, headers=headers), 413, "payload_too_large")


def test_what_goes_backward_or_is_not_there(world: World, rest: httpx.Client) -> None:
    """The remaining codes of the interview's paths."""
    interview = world.interview()["interview_id"]
    path = f"/interviews/{interview}"
    rest.post(f"{path}/questions/status", json={"index": 1, "status": "answered"}).raise_for_status()
    back = rest.post(f"{path}/questions/status", json={"index": 1, "status": "started"})
    check(back, 409, "status_backward")
    check(rest.post(f"{path}/questions/status", json={"index": 99, "status": "started"}), 400, "invalid_payload")
    check(rest.post(f"{path}/questions/custom", json={"text": "Why?", "place": 0}), 409, "question_asked")
    check(rest.get(f"{path}/study-guide"), 409, "study_guide_not_ready")
    check(rest.post(f"{path}/score", json={"session_id": "nobody"}), 404, "session_not_found")
    check(rest.post(f"{path}/score", json={"session_id": "x", "transcript": []}), 400, "invalid_payload")
    session = world.start(rest, interview)
    check(rest.post(f"{path}/score", json={"session_id": session}), 409, "session_open")
    check(rest.get("/interviews/nobody"), 404, "interview_not_found")
    check(rest.delete("/invitations/nobody"), 404, "invitation_not_found")
    check(rest.get("/positions/nobody"), 404, "position_not_found")
    check(rest.get("/interviews?cursor=%00"), 400, "invalid_payload")
    check(rest.get("/interviews?limit=0"), 400, "invalid_payload")


def test_every_code_of_the_product_is_described() -> None:
    """A code that some module raises stands in the table that the API's description is made from."""
    folder = Path(__file__).parent.parent / "interview"
    sources = [file.read_text() for file in folder.rglob("*.py")]
    raised = {code for text in sources for code in re.findall(r"code=\"([a-z_]+)\"", text)}
    raised |= {cls.code for cls in InterviewError.__subclasses__()}
    never_answered = {"conflict", "document_unreadable", "job_url_refused", "job_url_failed"}  # defaults, and warnings
    never_answered |= {"consent_missing", "notice_changed", "too_many_adjustments", "adjustment_not_found"}  # pages
    never_answered |= {"person_not_found"}  # pages and the command line
    never_answered |= {"not_synthetic", "truth_mismatch"}  # the command that makes demo data
    never_answered |= {"database_unusable", "database_in_use"}  # the start of the server, and the command line
    never_answered |= {"not_live", "not_answered", "question_unknown"}  # while an interview is spoken
    never_answered |= {"taken_over", "voice_busy", "too_many_messages"}  # messages of the live socket
    assert raised - never_answered <= set(CODES)
