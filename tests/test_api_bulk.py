"""Bulk invitations, templates and webhooks over REST."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import httpx
import pytest
from http_server import World, scripted_world

from interview.bulk import LINK_COLUMNS
from interview.bulk_lines import MAX_FILE_BYTES

CSV = "candidate_name;candidate_email;mode\r\nAda One;ada@example.org;text\r\nBo Two;bo@example.org;\r\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with scripted_world(tmp_path_factory.mktemp("bulk")) as running:
        yield running


@pytest.fixture
def position_id(world: World) -> str:
    """A position of the test's own."""
    return str(world.interview(job_text=f"We build clocks. {world.key('program')}")["position_id"])


def send(rest: httpx.Client, position_id: str, data: str | bytes = CSV, **more: str) -> httpx.Response:
    headers = {"Content-Type": "text/csv"} | ({"Idempotency-Key": more.pop("key")} if "key" in more else {})
    return rest.post(f"/positions/{position_id}/invitations/bulk", content=data, params=more, headers=headers)


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


def test_a_file_of_candidates_becomes_a_file_of_links(world: World, rest: httpx.Client, position_id: str) -> None:
    """A dry run first, then the making; each link is a token of its interview."""
    dry = send(rest, position_id, dry_run="true")
    assert (dry.status_code, dry.json()["problems"]) == (200, [])
    assert [each["candidate_name"] for each in dry.json()["invitees"]] == ["Ada One", "Bo Two"]
    made = send(rest, position_id)
    assert made.status_code == 201
    assert made.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(made.text)))
    assert tuple(rows[0]) == LINK_COLUMNS
    with world.client(token=rows[1]["link"].rpartition("/")[2]) as candidate:
        assert world.start(candidate, rows[1]["interview_id"])
    again = send(rest, position_id)
    assert (again.status_code, again.text) == (201, made.text)
    assert code(send(rest, position_id, key="another")) == (400, "bulk_invalid")


def test_problems_are_told_with_their_lines(rest: httpx.Client, position_id: str) -> None:
    bad = f"{CSV}Cy;nobody;fax\r\n"
    dry = send(rest, position_id, bad, dry_run="true").json()
    assert [(each["line"], each["column"]) for each in dry["problems"]] == [(4, "candidate_email"), (4, "mode")]
    refused = send(rest, position_id, bad)
    assert code(refused) == (400, "bulk_invalid")
    assert "Line 4, mode" in refused.json()["message"]
    assert "nobody" not in refused.text


def test_what_is_no_such_request_is_refused(world: World, rest: httpx.Client, position_id: str) -> None:
    assert code(send(rest, "none")) == (404, "position_not_found")
    assert code(send(rest, position_id, b"x" * (MAX_FILE_BYTES + 1))) == (413, "payload_too_large")
    assert code(send(rest, position_id, "\xe4".encode("latin-1"))) == (400, "bulk_invalid")
    drafted = world.interview(job_text="Not approved yet, whatever it is.", draft="true")["position_id"]
    assert code(send(rest, drafted)) == (409, "plan_not_approved")
    with world.client("analyst") as analyst:
        assert code(send(analyst, position_id)) == (403, "forbidden")


def test_a_file_of_five_megabytes_is_taken(rest: httpx.Client, position_id: str) -> None:
    """Other bodies may have one."""
    resume = "Backend engineer for six years, with payments and on call. " * 500
    rows = "".join(f'Person {n};p{n}@example.org;"{resume}"\r\n' for n in range(150))
    data = f"candidate_name;candidate_email;resume_text\r\n{rows}"
    assert 4 * 1024**2 < len(data) < MAX_FILE_BYTES
    dry = send(rest, position_id, data, dry_run="true")
    assert (dry.status_code, len(dry.json()["invitees"])) == (200, 150)


def test_the_example_can_be_sent_as_it_is(rest: httpx.Client, position_id: str) -> None:
    example = rest.get("/invitations/bulk/example")
    assert "candidates.csv" in example.headers["content-disposition"]
    assert len(send(rest, position_id, example.content, dry_run="true").json()["invitees"]) == 2


def test_a_position_is_duplicated_and_kept_as_a_template(rest: httpx.Client, position_id: str) -> None:
    """What is made waits for approval; templates are listed, read, renamed and deleted."""
    job = rest.get(f"/positions/{position_id}").json()["job_text"]
    same = {"role_title": "Backend engineer", "job_text": job}
    assert code(rest.post(f"/positions/{position_id}/duplicate", json=same)) == (409, "position_exists")
    made = rest.post(f"/positions/{position_id}/duplicate", json={"role_title": "Clockmaker", "job_text": job})
    assert (made.status_code, made.json()["approved_at"], made.json()["role_title"]) == (201, None, "Clockmaker")
    saved = rest.post("/templates", json={"position_id": position_id, "name": "Clocks"})
    template = saved.json()["template_id"]
    assert (saved.status_code, saved.json()["competencies"]) == (201, ["Debugging", "Teamwork", "Planning"])
    assert code(rest.post("/templates", json={"position_id": position_id, "name": "Clocks"})) == (
        409,
        "template_exists",
    )
    assert rest.get(f"/templates/{template}").json()["content"]["job_text"] == job
    other = rest.post(f"/templates/{template}/positions", json={"role_title": "Watchmaker"})
    assert (other.status_code, other.json()["approved_at"]) == (201, None)
    assert code(rest.post(f"/templates/{template}/positions")) == (409, "position_exists")
    assert rest.put(f"/templates/{template}", json={"name": "Watches"}).json()["name"] == "Watches"
    assert [each["name"] for each in rest.get("/templates").json()["templates"]] == ["Watches"]
    assert rest.delete(f"/templates/{template}").status_code == 204
    assert code(rest.get(f"/templates/{template}")) == (404, "template_not_found")


def test_webhooks_are_kept_by_administrators(world: World, rest: httpx.Client) -> None:
    wanted = {"url": "https://hooks.example.org/candor", "events": ["decision.made"]}
    assert code(rest.post("/webhooks", json=wanted)) == (403, "forbidden")
    with world.client("administrator") as admin:
        assert code(admin.post("/webhooks", json=wanted | {"url": "http://example.org"})) == (400, "invalid_payload")
        assert code(admin.post("/webhooks", json=wanted | {"events": ["other"]})) == (400, "invalid_payload")
        made = admin.post("/webhooks", json=wanted)
        assert (made.status_code, made.json()["events"]) == (201, ["decision.made"])
        path = f"/webhooks/{made.json()['webhook_id']}"
        assert admin.get(f"{path}/secret").json()["secret"].startswith("whsec_")
        sent = admin.post(f"{path}/test")
        assert (sent.status_code, sent.json()["type"]) == (201, "webhook.test")
        [message] = admin.get(f"{path}/messages").json()["messages"]
        assert message == sent.json()
        assert admin.post(f"/webhooks/messages/{message['message_id']}/deliver").status_code == 200
        assert code(admin.post("/webhooks/messages/none/deliver")) == (404, "message_not_found")
        assert admin.get("/webhooks").json()["webhooks"][0]["waiting"] == 1
        assert admin.delete(path).status_code == 204
        assert code(admin.post(f"{path}/test")) == (404, "webhook_not_found")
