"""POST /api/live/session: a session to be spoken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from http_server import World, scripted_world

from interview.access import SYSTEM
from interview.keeping import Utterance


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with scripted_world(tmp_path_factory.mktemp("live"), gemini_api_key="no real key") as running:
        yield running


def opened(rest: httpx.Client, interview_id: str, **more: str) -> httpx.Response:
    return rest.post("/live/session", json={"interview_id": interview_id, **more})


def refused(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


def test_a_session_is_opened_and_read(world: World) -> None:
    """By a program's key and by the candidate's token alike; camelCase is taken too."""
    made = world.interview()
    with world.client() as rest:
        reply = opened(rest, made["interview_id"], candidate_id=made["candidate_id"])
        assert reply.status_code == 200
        session_id = reply.json()["session_id"]
        assert reply.json() == {"session_id": session_id, "interview_id": made["interview_id"], "mode": "gemini"}
        again = rest.post("/live/session", json={"interviewId": made["interview_id"]})
        assert again.json()["session_id"] == session_id
    with world.client(token=world.invitation(made["interview_id"], mode="live")["token"]) as candidate:
        assert opened(candidate, made["interview_id"]).json()["session_id"] == session_id
        seen = candidate.get(f"/interview-sessions/{session_id}").json()
        assert (seen["mode"], seen["transcript"], seen["question"]) == ("live", [], None)


def test_a_spoken_session_is_read_whole_and_goes_on_in_text(world: World) -> None:
    made = world.interview()
    with world.client() as rest:
        session_id = opened(rest, made["interview_id"]).json()["session_id"]
        question = made["questions"][0]
        words = [("interviewer", question), ("candidate", "I compared both versions.")]
        world.service.spoken.keep(session_id, [Utterance(role, text, 0, 900, True) for role, text in words])
        world.service.spoken.fold(session_id)
        seen = rest.get(f"/interview-sessions/{session_id}").json()
        assert [line["text"] for line in seen["transcript"]] == [question, "I compared both versions."]
        assert seen["lastTurn"]["evaluation"]["totalScore"] == 3.0
        assert seen["questionStatuses"][0]["status"] == "answered"
        reply = rest.post("/interview-sessions/turn", json={"sessionId": session_id, "answer": "And then I proved it."})
        assert reply.status_code == 200
        assert rest.get(f"/interview-sessions/{session_id}").json()["mode"] == "text"


def test_after_the_end_the_team_opens_another(world: World) -> None:
    made = world.interview()
    token = world.invitation(made["interview_id"], mode="live")["token"]
    with world.client() as rest, world.client(token=token) as candidate:
        session_id = opened(candidate, made["interview_id"]).json()["session_id"]
        world.service.spoken.conclude(session_id, "stopped")
        assert refused(opened(candidate, made["interview_id"])) == (409, "session_complete")
        assert opened(rest, made["interview_id"]).json()["session_id"] != session_id


def test_failures_have_the_one_shape(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = world.interview()
    with world.client() as rest, world.client("analyst") as analyst:
        assert refused(opened(rest, "nobody")) == (404, "interview_not_found")
        assert refused(opened(rest, made["interview_id"], candidate_id="nobody")) == (404, "candidate_not_found")
        assert refused(opened(rest, "")) == (400, "invalid_payload")
        assert refused(opened(analyst, made["interview_id"])) == (403, "forbidden")
        draft = world.interview(role_title="Pilot", draft="true")
        assert refused(opened(rest, draft["interview_id"])) == (409, "plan_not_approved")
        world.service.interviews.close(SYSTEM, made["interview_id"])
        assert refused(opened(rest, made["interview_id"])) == (409, "interview_closed")
    assert refused(httpx.post(f"{world.url}/api/live/session", json={}, timeout=60)) == (401, "unauthorized")
    monkeypatch.setattr("interview.speech.weights.missing", lambda: ("Speech recognition is not installed.",))
    with scripted_world(tmp_path) as silent, silent.client() as rest:
        made = silent.interview()
        assert refused(opened(rest, made["interview_id"])) == (409, "voice_unavailable")
        invitation = rest.post(f"/interviews/{made['interview_id']}/invitations", json={"mode": "live"})
        assert refused(invitation) == (409, "voice_unavailable")
