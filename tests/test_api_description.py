"""What OpenAPI says of the API is what the API does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import pytest
import schemathesis
from http_server import World, finish, scripted_world
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator

from interview.api.errors import CODES

ADMIN_KEY = "an-administrators-key-of-forty-characters"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with scripted_world(tmp_path_factory.mktemp("description"), admin_key=ADMIN_KEY) as running:
        yield running


@pytest.fixture(scope="module")
def described(world: World) -> dict[str, Any]:
    document: dict[str, Any] = httpx.get(f"{world.url}/api/openapi.json", timeout=60).json()
    return document


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, operation) for path, item in document["paths"].items() for method, operation in item.items()]


def fits(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    """Raises unless the value is what the schema describes, and nothing that it does not name."""
    strict = {
        name: {**each, "additionalProperties": False} if each.get("properties") else each
        for name, each in document["components"]["schemas"].items()
    }
    root = {**schema, "components": {"schemas": strict}}
    Draft202012Validator(root).validate(value)


def test_every_operation_is_described(described: dict[str, Any]) -> None:
    """A readable id, one tag, a summary, and the failures that it can have."""
    tags = {tag["name"] for tag in described["tags"]}
    ids = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(set(ids)) == len(ids)
    assert described["servers"] == [{"url": "/api"}]
    for _, path, operation in operations(described):
        assert re.fullmatch("[a-z]+([A-Z][a-z]+)*", operation["operationId"])
        assert operation["summary"]
        assert len(operation["tags"]) == 1
        assert set(operation["tags"]) <= tags
        if path != "/health":
            assert operation["security"] == [{"Key or invitation": []}]
            assert {"401", "403", "500"} <= set(operation["responses"])
            for status, response in operation["responses"].items():
                if status >= "400":
                    examples = response["content"]["application/json"]["examples"]
                    assert {CODES[code][0] for code in examples} == {int(status)}


def test_every_code_has_a_place_in_the_description(described: dict[str, Any]) -> None:
    """Each stands at some operation; the addresses that do not exist have none."""
    found = {
        code
        for _, _, operation in operations(described)
        for response in operation["responses"].values()
        for code in response.get("content", {}).get("application/json", {}).get("examples", {})
    }
    assert set(CODES) - found == {"not_found", "method_not_allowed"}


def test_examples_are_true_to_their_schemas(described: dict[str, Any]) -> None:
    """Requests and responses alike, in the spelling of their path."""
    checked = 0
    for _, _, operation in operations(described):
        parts = [operation.get("requestBody", {}), *operation["responses"].values()]
        for part in parts:
            body = part.get("content", {}).get("application/json", {})
            examples = [each["value"] for each in body.get("examples", {}).values()]
            examples += [body["example"]] if "example" in body else []
            for example in examples:
                fits(described, body["schema"], example)
                checked += 1
    assert checked > 100


def test_answers_are_true_to_their_schemas(world: World, described: dict[str, Any]) -> None:
    """Every name that is answered is described, and the other way round, in both spellings."""

    def check(path: str, method: str, reply: httpx.Response, status: str = "200") -> Any:
        assert str(reply.status_code) == status, reply.text
        content = described["paths"][path][method]["responses"][status]["content"]["application/json"]
        fits(described, content["schema"], reply.json())
        return reply.json()

    made = world.interview()
    with world.client() as rest:
        start = rest.post("/interview-sessions/start", json={"interviewId": made["interview_id"]})
        session = check("/interview-sessions/start", "post", start)["sessionId"]
        check("/interview-sessions/turn", "post", finish(rest, session))
        check("/interview-sessions/{session_id}", "get", rest.get(f"/interview-sessions/{session}"))
        interview = f"/interviews/{made['interview_id']}"
        check("/interviews/{interview_id}", "get", rest.get(interview))
        check("/interviews", "get", rest.get("/interviews"))
        check("/interviews/{interview_id}/score", "post", rest.post(f"{interview}/score"))
        check("/interviews/{interview_id}/invitations", "post", rest.post(f"{interview}/invitations"), "201")
        check("/interviews/{interview_id}/invitations", "get", rest.get(f"{interview}/invitations"))
        for act in ("close", "archive", "unarchive", "restart"):
            check(f"/interviews/{{interview_id}}/{act}", "post", rest.post(f"{interview}/{act}"))
        check("/positions", "get", rest.get("/positions"))
        check("/positions/{position_id}", "get", rest.get(f"/positions/{made['position_id']}"))
        check("/scores", "get", rest.get("/scores"))
    with world.client(token=ADMIN_KEY) as admin:
        check("/keys", "get", admin.get("/keys"))
    check("/health", "get", httpx.get(f"{world.url}/api/health", timeout=60))


def reached_the_api(url: str) -> bool:
    """Clients take `..` for a step up before they send anything, and Starlette mounts no path with a line break."""
    path = unquote(urlsplit(url).path)
    return path.startswith("/api/") and "\n" not in path


@pytest.mark.parametrize("known", [False, True], ids=["any ids", "known ids"])
def test_no_generated_request_is_met_with_a_failure_of_ours(
    world: World, described: dict[str, Any], known: bool
) -> None:
    """Requests made up from the description, valid and not: never a 5xx, and every refusal in the one shape."""
    met: Counter[int] = Counter()
    for found in schemathesis.openapi.from_dict(described).get_all_operations():
        ids = standing(world) if known else {}
        generated(found.ok(), f"{world.url}/api", ids, met)
    assert met.total() > 300
    assert met[200] + met[201] + met[204] >= 50 if known else met[404] >= 50


def standing(world: World) -> dict[str, str]:
    """Ids of an interview that has everything, under the names that paths and bodies have for them."""
    made = world.interview()
    with world.client() as rest:
        session = world.start(rest, made["interview_id"])
    return {
        "interview_id": made["interview_id"],
        "interviewId": made["interview_id"],
        "position_id": made["position_id"],
        "session_id": session,
        "sessionId": session,
    }


def generated(operation: Any, base_url: str, ids: dict[str, str], met: Counter[int]) -> None:
    """Sends requests made up for one operation, with these ids in the place of made-up ones."""

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def attempt(case: Any) -> None:
        for part in (case.path_parameters, case.body):
            if isinstance(part, dict):
                part.update({name: value for name, value in ids.items() if name in part})
        reply = case.call(base_url=base_url, headers={"Authorization": f"Bearer {ADMIN_KEY}"}, timeout=120)
        met[reply.status_code] += 1
        assert reply.status_code < 500, (case.method, case.path, reply.status_code, reply.text)
        if reply.status_code >= 400 and reached_the_api(reply.request.url):
            assert set(reply.json()) == {"code", "message", "detail"}

    attempt()
