"""What each key and invitation may do, and what it may not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from api_operations import Ids, operations
from fastapi.routing import APIRoute, iter_route_contexts
from http_server import FORM, World, answer, bearer, finish, scripted_world

from interview.api import create_api

ADMIN_KEY = "an-administrators-key-of-forty-characters"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with scripted_world(tmp_path_factory.mktemp("rights"), admin_key=ADMIN_KEY) as running:
        yield running


@pytest.fixture
def made(world: World) -> dict[str, Any]:
    """An interview of a position of its own, so that its settings are nobody else's."""
    return world.interview(job_text=f"{FORM['job_text']} {world.key('program')}")


@pytest.fixture
def candidate(world: World, made: dict[str, Any]) -> Iterator[httpx.Client]:
    """A client with the token of an invitation to that interview."""
    with world.client(token=world.invitation(made["interview_id"])["token"]) as client:
        yield client


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


def show(world: World, made: dict[str, Any], **settings: bool) -> None:
    with world.client() as rest:
        rest.put(f"/positions/{made['position_id']}/settings", json={"settings": settings}).raise_for_status()


def test_an_invitation_holds_its_interview(world: World, made: dict[str, Any], candidate: httpx.Client) -> None:
    """Start, turn, read, mark a question, and take the study guide."""
    session = world.start(candidate, made["interview_id"])
    assert answer(candidate, session).status_code == 200
    assert candidate.get(f"/interview-sessions/{session}").status_code == 200
    marked = candidate.post(
        f"/interviews/{made['interview_id']}/questions/status",
        json={"index": 0, "status": "answered", "session_id": session},
    )
    assert marked.status_code == 200
    finish(candidate, session)
    guide = candidate.get(f"/interviews/{made['interview_id']}/study-guide")
    assert guide.content.startswith(b"%PDF")


def test_an_invitation_sees_no_scores(world: World, made: dict[str, Any], candidate: httpx.Client) -> None:
    """The shape stays, the content is empty: in start, turn and session, and in every event."""
    session = world.start(candidate, made["interview_id"])
    replies = [answer(candidate, session).json() for _ in range(3)]
    snapshot = candidate.get(f"/interview-sessions/{session}").json()
    for reply in (*replies, snapshot):
        assert reply["competencies"] == []
        assert reply["overallScore"] == 0.0
        assert reply["question"]["metadata"]["reasoning"] == ""
        assert reply["question"]["metadata"]["followUpPrompt"] == ""
        for event in reply["events"]:
            assert not event["payload"].get("criterionScores")
            assert not event["payload"].get("totalScore")
    for reply in replies:
        assert reply["evaluation"].keys() >= {"summary", "totalScore", "criterionScores", "hints", "followUpNeeded"}
        assert (reply["evaluation"]["totalScore"], reply["evaluation"]["criterionScores"]) == (0.0, [])
    with world.client() as rest:
        assert rest.get(f"/interview-sessions/{session}").json()["overallScore"] > 0


def test_an_invitation_sees_scores_where_the_position_shows_them(
    world: World, made: dict[str, Any], candidate: httpx.Client
) -> None:
    show(world, made, show_scores=True)
    session = world.start(candidate, made["interview_id"])
    answer(candidate, session)
    reply = answer(candidate, session).json()
    assert reply["overallScore"] > 0
    assert reply["evaluation"]["criterionScores"]
    assert reply["competencies"]


def test_a_position_may_give_no_study_guide(world: World, made: dict[str, Any], candidate: httpx.Client) -> None:
    show(world, made, study_guide=False)
    finish(candidate, world.start(candidate, made["interview_id"]))
    assert code(candidate.get(f"/interviews/{made['interview_id']}/study-guide")) == (403, "study_guide_closed")


def test_an_invitation_does_not_choose_the_interviewer(made: dict[str, Any], candidate: httpx.Client) -> None:
    body = {"interviewId": made["interview_id"], "persona": {"name": "An easy one"}}
    assert code(candidate.post("/interview-sessions/start", json=body)) == (403, "forbidden")


def test_one_attempt_to_an_invitation(world: World, made: dict[str, Any], candidate: httpx.Client) -> None:
    """Until the team allows another."""
    finish(candidate, world.start(candidate, made["interview_id"]))
    body = {"interviewId": made["interview_id"]}
    assert code(candidate.post("/interview-sessions/start", json=body)) == (409, "session_complete")
    with world.client() as rest:
        rest.post(f"/interviews/{made['interview_id']}/restart").raise_for_status()
    assert candidate.post("/interview-sessions/start", json=body).status_code == 200


def test_to_an_invitation_other_interviews_do_not_exist(world: World, candidate: httpx.Client) -> None:
    """Neither the interview, nor its session, nor its guide; and the answers say no more than for an unknown one."""
    other = world.interview()
    with world.client() as rest:
        session = world.start(rest, other["interview_id"])
        answer(rest, session)
    path = f"/interviews/{other['interview_id']}"
    start = {"interviewId": other["interview_id"]}
    assert code(candidate.post("/interview-sessions/start", json=start)) == (404, "interview_not_found")
    assert code(candidate.post(f"{path}/questions/status", json={"index": 0, "status": "started"}))[0] == 404
    assert code(candidate.get(f"{path}/study-guide")) == (404, "interview_not_found")
    assert code(candidate.get(f"/interview-sessions/{session}")) == (401, "session_unknown")
    assert code(answer(candidate, session)) == (401, "session_unknown")
    assert answer(candidate, session).json() == answer(candidate, "no-such-session").json()


EVERYBODY = {"GET /health", "GET /invitations/bulk/example"}
"""Operations that tell nothing of anybody."""
INVITED = EVERYBODY | {
    "GET /interview-sessions/{session_id}", "GET /interviews/{interview_id}/study-guide",
    "POST /interview-sessions/start", "POST /interview-sessions/turn", "POST /live/session",
    "POST /interview-sessions/{session_id}/corrections",
    "POST /interviews/{interview_id}/questions/status",
    "PUT /interviews/{interview_id}/self-report", "DELETE /interviews/{interview_id}/self-report",
}  # fmt: skip
ANALYSTS = EVERYBODY | {
    "GET /scores", "GET /scores/figures", "GET /fairness", "GET /statistics/questions", "GET /statistics/agreement",
}  # fmt: skip


@pytest.fixture
def ids(world: World, made: dict[str, Any]) -> Ids:
    """The interview, its position, and a completed session of it."""
    with world.client() as rest:
        finish(rest, session := world.start(rest, made["interview_id"]))
    return {"interview_id": made["interview_id"], "position_id": made["position_id"], "session_id": session}


def open_to(rest: httpx.Client, ids: Ids) -> set[str]:
    """The operations of the API's own description that are not refused, whatever else is the matter with the call."""
    return {one.name for one in operations(rest) if not refused(one.call(rest, ids))}


def refused(reply: httpx.Response) -> bool:
    return reply.status_code == 403 and code(reply) == (403, "forbidden")


def test_an_invitation_reaches_nothing_else(ids: Ids, candidate: httpx.Client) -> None:
    """A new operation is closed to candidates until somebody lists it here."""
    assert open_to(candidate, ids) == INVITED


def test_an_analyst_reads_scores_only(world: World, ids: Ids) -> None:
    """A new operation is closed to analysts until somebody lists it here."""
    with world.client("analyst") as analyst:
        assert open_to(analyst, ids) == ANALYSTS
        table = analyst.get("/scores", params={"position_id": ids["position_id"]}).json()
    assert table["rows"]
    assert "Ada Example" not in str(table)


def test_a_transcript_from_elsewhere_is_scored_for_the_team_only(
    world: World, ids: Ids, candidate: httpx.Client
) -> None:
    given = {"transcript": [{"role": "candidate", "text": "Me."}]}
    with world.client("analyst") as analyst:
        for rest in (analyst, candidate):
            assert code(rest.post(f"/interviews/{ids['interview_id']}/score", json=given)) == (403, "forbidden")


def test_every_route_is_in_the_description(world: World) -> None:
    """What is not would escape the tests above."""
    routes = {
        f"{method} {found.path}"
        for found in iter_route_contexts(create_api(world.service).routes)
        if isinstance(found.original_route, APIRoute)
        for method in found.original_route.methods
    }
    with world.client() as rest:
        assert routes - {one.name for one in operations(rest)} == {"GET /docs", "GET /docs/oauth2-redirect"}


@pytest.mark.parametrize("role", ["hiring", "program"])
def test_the_team_makes_no_keys(world: World, made: dict[str, Any], role: str) -> None:
    """It reaches interviews, positions and scores; keys are the administrators'."""
    with world.client(role) as rest:
        assert rest.get(f"/interviews/{made['interview_id']}").status_code == 200
        assert rest.get(f"/positions/{made['position_id']}").status_code == 200
        assert rest.get("/scores").status_code == 200
        assert code(rest.post("/keys", json={"name": "mine", "role": "administrator"})) == (403, "forbidden")
        assert code(rest.get("/keys")) == (403, "forbidden")
        assert code(rest.delete("/keys/any")) == (403, "forbidden")


def test_a_key_lives_until_it_is_revoked(world: World) -> None:
    """The setting's key is an administrator's; secrets are shown once and never listed."""
    with world.client(token=ADMIN_KEY) as admin:
        issued = admin.post("/keys", json={"name": "  the ATS ", "role": "program"})
        assert issued.status_code == 201
        listed = admin.get("/keys")
        assert issued.json()["secret"] not in listed.text
        newest = next(each for each in listed.json()["keys"] if each["credential_id"] == issued.json()["credential_id"])
        assert (newest["name"], newest["role"], newest["revoked_at"]) == ("the ATS", "program", None)
        with world.client(token=issued.json()["secret"]) as rest:
            assert rest.get("/interviews").status_code == 200
            assert admin.delete(f"/keys/{newest['credential_id']}").status_code == 204
            assert code(rest.get("/interviews")) == (401, "unauthorized")
        assert code(admin.delete("/keys/unknown")) == (404, "credential_not_found")
        assert code(admin.post("/keys", json={"name": " ", "role": "program"})) == (400, "invalid_payload")
        assert code(admin.post("/keys", json={"name": "x", "role": "candidate"})) == (400, "invalid_payload")


def test_an_invitation_ends_on_time(world: World, made: dict[str, Any]) -> None:
    issued = world.invitation(made["interview_id"], expires_in_hours=2)
    with world.client(token=issued["token"]) as candidate:
        world.start(candidate, made["interview_id"])
        world.clock.advance(hours=2, seconds=1)
        reply = candidate.post("/interview-sessions/start", json={"interviewId": made["interview_id"]})
        assert code(reply) == (401, "unauthorized")


@pytest.mark.parametrize("name", ["expires_in_hours", "expiresInHours"])
def test_an_invitation_takes_either_spelling(world: World, made: dict[str, Any], name: str) -> None:
    """A term that was passed over would leave a link open for longer than was asked."""
    issued = world.invitation(made["interview_id"], **{name: 2})
    assert datetime.fromisoformat(issued["expires_at"]) == world.clock() + timedelta(hours=2)


@pytest.mark.parametrize(
    "wanted", [{"expires_in_hours": 0}, {"expires_in_hours": 1e9}, {"extra_time_factor": 9}, {"mode": "song"}]
)
def test_an_invitation_is_bounded(world: World, made: dict[str, Any], wanted: dict[str, Any]) -> None:
    with world.client() as rest:
        assert code(rest.post(f"/interviews/{made['interview_id']}/invitations", json=wanted)) == (
            400,
            "invalid_payload",
        )


def test_no_other_site_is_let_in(world: World) -> None:
    """No CORS header, whoever asks."""
    headers = {**bearer(ADMIN_KEY), "Origin": "https://elsewhere.example"}
    reply = httpx.get(f"{world.url}/api/interviews", headers=headers, timeout=60)
    assert not [name for name in reply.headers if name.startswith("access-control-")]
