"""Self-reports and fairness tables over REST: who may say, who may read, and that nothing else ever answers one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from http_server import World, finish, scripted_world
from openpyxl import load_workbook

from interview.demographics import NOTICE, RACES
from interview.statistics.audit_layout import COLUMNS

ANSWER = {"sex": "undisclosed", "race": "native_hawaiian_or_pacific_islander"}
VALUES = (ANSWER["race"], RACES["native_hawaiian_or_pacific_islander"])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with scripted_world(tmp_path_factory.mktemp("fairness")) as running:
        yield running


@pytest.fixture
def made(world: World) -> dict[str, Any]:
    return world.interview()


@pytest.fixture
def candidate(world: World, made: dict[str, Any]) -> Iterator[httpx.Client]:
    with world.client(token=world.invitation(made["interview_id"])["token"]) as client:
        yield client


def path_of(made: dict[str, Any]) -> str:
    return f"/interviews/{made['interview_id']}/self-report"


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


def test_a_candidate_says_changes_and_takes_back(world: World, made: dict[str, Any], candidate: httpx.Client) -> None:
    """The reply says that and when, and the notice; never what."""
    path = path_of(made)
    assert code(candidate.put(path, json=ANSWER)) == (409, "self_report_not_ready")
    finish(candidate, world.start(candidate, made["interview_id"]))
    reply = candidate.put(path, json=ANSWER)
    assert reply.json() == {"offered": True, "given_at": "2025-03-04T09:30:00Z", "notice": list(NOTICE)}
    assert candidate.put(path, json={"sex": "male", "race": "white"}).status_code == 200
    assert candidate.delete(path).status_code == 204
    assert candidate.delete(path).status_code == 204


@pytest.mark.parametrize("role", ["hiring", "analyst", "administrator", "program"])
def test_staff_answer_for_nobody(world: World, made: dict[str, Any], role: str) -> None:
    with world.client(role) as rest:
        assert code(rest.put(path_of(made), json=ANSWER)) == (403, "forbidden")
        assert code(rest.delete(path_of(made))) == (403, "forbidden")


def test_only_the_reports_categories_are_taken(world: World, made: dict[str, Any], candidate: httpx.Client) -> None:
    """A wrong value is refused without being repeated; another's interview does not exist."""
    finish(candidate, world.start(candidate, made["interview_id"]))
    for body in ({"sex": "male"}, {"sex": "male", "race": "martian"}, {"sex": None, "race": "white"}, {}):
        reply = candidate.put(path_of(made), json=body)
        assert code(reply) == (400, "invalid_payload")
        assert "martian" not in reply.text
    assert code(candidate.put(path_of(world.interview()), json=ANSWER)) == (404, "interview_not_found")


def test_no_other_response_of_the_api_has_it(world: World, made: dict[str, Any], candidate: httpx.Client) -> None:
    """Every GET that is described, with every kind of key: alone in the tables, one person is in none of them."""
    session = world.start(candidate, made["interview_id"])
    finish(candidate, session)
    candidate.put(path_of(made), json=ANSWER).raise_for_status()
    ids = {"interview_id": made["interview_id"], "position_id": made["position_id"], "session_id": session}
    document = httpx.get(f"{world.url}/api/openapi.json", timeout=60).json()
    paths = [re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], "x"), path)
             for path, item in document["paths"].items() if "get" in item]  # fmt: skip
    assert "/fairness" in paths
    clients = [candidate, *map(world.client, ("administrator", "hiring", "analyst", "program"))]
    answered = 0
    for rest in clients:
        for path in paths:
            reply = rest.get(path)
            answered += reply.status_code == 200
            for value in VALUES:
                assert value.encode() not in reply.content, path
    for rest in clients[1:]:
        rest.close()
    assert answered > 20
    with world.client() as rest:
        scored = rest.post(f"/interviews/{made['interview_id']}/score", json={})
        assert scored.status_code == 200
        assert VALUES[0] not in scored.text


def test_the_tables_are_for_those_who_do_not_decide(world: World) -> None:
    for role in ("analyst", "administrator", "program"):
        with world.client(role) as rest:
            assert rest.get("/fairness").status_code == 200
    with world.client("hiring") as rest:
        assert code(rest.get("/fairness")) == (403, "forbidden")
    with world.client("analyst") as rest:
        assert code(rest.get("/fairness", params={"position_id": "x"})) == (404, "position_not_found")
        assert code(rest.get("/fairness", params={"days": 0})) == (400, "invalid_payload")
        assert code(rest.get("/fairness", params={"format": "pdf"})) == (400, "invalid_payload")


def test_tables_and_files_over_rest(world: World) -> None:
    """Twelve people of one position: the JSON's first group is the CSV's and the sheet's first row."""
    for number in range(12):
        record = world.interview(job_text="A position whose people have all answered the question about themselves.")
        with world.client(token=world.invitation(record["interview_id"])["token"]) as rest:
            finish(rest, world.start(rest, record["interview_id"]))
            answer = {"sex": "female" if number % 2 else "male", "race": "asian"}
            rest.put(path_of(record), json=answer).raise_for_status()
    wanted = {"position_id": record["position_id"], "days": 30}
    with world.client("analyst") as rest:
        report = rest.get("/fairness", params=wanted).json()
        text = rest.get("/fairness", params={**wanted, "format": "csv"})
        book = rest.get("/fairness", params={**wanted, "format": "xlsx"}).content
    scoring = next(each for each in report["tables"] if (each["kind"], each["by"]) == ("scoring", ["sex"]))
    assert [(group["sex"], group["n"], group["impact_ratio"]) for group in scoring["groups"]] == [
        ("female", 6, None), ("male", 6, None),
    ]  # fmt: skip
    assert "fairness.csv" in text.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(text.text)))
    first = next(row for row in rows if row["table"] == "Scoring rate by sex")
    assert (first["sex"], first["applicants"], first["scored_above_median"]) == ("Female", "6", "0")
    sheet = list(load_workbook(io.BytesIO(book)).active.iter_rows(values_only=True))
    assert sheet[0] == COLUMNS
    assert len(sheet) == len(rows) + 1
