"""The form that makes an interview: what it takes, what it warns of, what it refuses."""

from __future__ import annotations

import io
import itertools
import select
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from http_server import FORM, World, scripted_world

from interview.api import guard
from interview.api.guard import MAX_UPLOAD_BYTES
from interview.documents import MAX_BYTES

RESUME = FORM["resume_text"]
SECONDS = 60
"""The longest wait for anything."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with scripted_world(tmp_path_factory.mktemp("uploads")) as running:
        yield running


@pytest.fixture(scope="module")
def rest(world: World) -> Iterator[httpx.Client]:
    with world.client() as client:
        yield client


def without(*names: str, **more: str) -> dict[str, str]:
    return {name: value for name, value in FORM.items() if name not in names} | more


def refused(reply: httpx.Response, status: int, code: str) -> str:
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text
    return str(reply.json()["message"])


def test_real_resumes_are_taken(rest: httpx.Client, shared_data: Path) -> None:
    """One of each type, as a browser sends them."""
    folder = shared_data / "resumes"
    found = {file.suffix: file for file in sorted(folder.iterdir()) if file.suffix in {".pdf", ".docx", ".txt"}}
    assert ".pdf" in found
    for file in found.values():
        with file.open("rb") as opened:
            reply = rest.post("/interviews", data=without("resume_text"), files={"resume": (file.name, opened)})
        assert reply.status_code == 201, (file.name, reply.text)


def test_what_was_hidden_in_a_document_is_told(rest: httpx.Client) -> None:
    """Under the document's name; the interview is made without it."""
    text = RESUME + "\u200b" * 30 + " And more."
    reply = rest.post("/interviews", data=without("resume_text"), files={"resume": ("cv.txt", text.encode())})
    assert reply.status_code == 201
    assert [warning for warning in reply.json()["warnings"] if warning.startswith("Résumé: invisible characters")]


def test_a_form_without_files_chosen_is_taken(rest: httpx.Client) -> None:
    """A browser sends an unnamed, empty part for a file field that nobody used."""
    files = {"resume": ("", b""), "job_description": ("", b"")}
    assert rest.post("/interviews", data=FORM, files=files).status_code == 201


def test_a_position_is_enough_instead_of_a_job(world: World, rest: httpx.Client) -> None:
    """With a position's id, its own job text and plan are used; the same title and text find it too."""
    first = world.interview()
    second = rest.post("/interviews", data=without("job_text", "role_title", position_id=first["position_id"])).json()
    third = world.interview(candidate_name="Grace Example", candidate_email="grace@example.org")
    assert first["position_id"] == second["position_id"] == third["position_id"]
    assert len({first["candidate_id"], second["candidate_id"], third["candidate_id"]}) == 3
    assert third["candidate_name"] == "Grace Example"


def test_a_job_page_that_cannot_be_read_is_a_warning(rest: httpx.Client) -> None:
    """The plan is then made from the role title. A private address is not even asked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/job"
        reply = rest.post("/interviews", data=without("job_text", job_description_url=url))
        with pytest.raises(TimeoutError):
            listener.accept()
    assert reply.status_code == 201, reply.text
    assert "role title" in reply.json()["warnings"][0]
    assert urlsplit(url).netloc not in reply.text


def test_a_sent_job_text_comes_before_its_address(rest: httpx.Client) -> None:
    reply = rest.post("/interviews", data=without(job_description_url="http://127.0.0.1/job"))
    assert reply.status_code == 201
    assert reply.json()["warnings"] == ["Job description: the web address was not read, because the text was sent too."]


def test_a_very_short_job_text_is_a_warning(rest: httpx.Client) -> None:
    reply = rest.post("/interviews", data=without(job_text="Python, SQL"))
    assert reply.status_code == 201
    assert "very short" in reply.json()["warnings"][0]


@pytest.mark.parametrize(
    ("form", "named"),
    [
        (without("resume_text"), "resume"),
        (without("job_text"), "job_description"),
        (without("role_title"), "role title"),
        (without(role_title="x" * 201), "role_title"),
        (without(candidate_name="x" * 201), "candidate_name"),
        (without(draft="perhaps"), "draft"),
        (without(resume="a word, not a file"), "resume"),
        ({}, "resume"),
    ],
)
def test_what_is_missing_is_named(rest: httpx.Client, form: dict[str, str], named: str) -> None:
    sentence = refused(rest.post("/interviews", data=form), 400, "invalid_payload")
    assert named in sentence
    assert "xxx" not in sentence


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("cv.pdf", b"%PDF-1.4 broken", "document_damaged"),
        ("cv.exe", b"MZ\x00\x01 binary", "document_type_unsupported"),
        ("cv.txt", b"too short", "document_no_text"),
        ("cv.txt", b"a" * (MAX_BYTES + 1), "document_too_large"),
        ("cv.txt", b"word " * 60_000, "document_too_long"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(rest: httpx.Client, name: str, data: bytes, code: str) -> None:
    """The sentence says which of the two documents it is about."""
    as_resume = rest.post("/interviews", data=without("resume_text"), files={"resume": (name, data)})
    assert refused(as_resume, 422, code).startswith("Résumé: ")
    if code != "document_no_text":
        as_job = rest.post("/interviews", data=without("job_text"), files={"job_description": (name, data)})
        assert refused(as_job, 422, code).startswith("Job description: ")


def test_a_form_that_is_too_large_is_refused(rest: httpx.Client) -> None:
    """As a whole, by one text, by the number of its parts."""
    whole = io.BytesIO(b"a" * (MAX_UPLOAD_BYTES + 1))
    refused(rest.post("/interviews", data=FORM, files={"resume": ("cv.txt", whole)}), 413, "payload_too_large")
    long_text = rest.post("/interviews", data=without(job_text="a" * 1_100_000), files={"resume": ("cv.txt", b"")})
    refused(long_text, 400, "invalid_payload")
    many = {f"field{number}": "x" for number in range(40)}
    refused(rest.post("/interviews", data=FORM | many, files={"resume": ("", b"")}), 400, "invalid_payload")
    several = [("resume", (f"{number}.txt", b"x")) for number in range(6)]
    refused(rest.post("/interviews", data=FORM, files=several), 400, "invalid_payload")


def test_a_pasted_text_over_the_limit_is_refused(rest: httpx.Client) -> None:
    reply = rest.post("/interviews", data=without(resume_text="word " * 50_000))
    assert refused(reply, 422, "document_too_long").startswith("Résumé: ")


def test_an_upload_without_a_key_ends_at_its_headers(world: World) -> None:
    """The answer comes before the body does: not a byte of it has been sent here."""
    place = urlsplit(world.url)
    head = (
        f"POST /api/interviews HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        "Content-Length: 20000000\r\n\r\n"
    )
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=SECONDS) as connection:
        connection.sendall(head.encode())
        assert connection.recv(64).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("path", ["interviews", "interview-sessions/turn"])
def test_a_body_that_does_not_arrive_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Also with a key, also when bytes keep dripping in."""
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.5)
    place = urlsplit(world.url)
    kind = "multipart/form-data; boundary=b" if path == "interviews" else "application/json"
    head = (
        f"POST /api/{path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {world.key('program')}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: 20000\r\n\r\n"
    )
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=SECONDS) as connection:
        connection.sendall(head.encode())
        dripping = itertools.chain(b"--b\r\n", itertools.repeat(ord("x")))
        while not select.select([connection], [], [], 0.05)[0]:
            connection.sendall(bytes([next(dripping)]))
        answer = b""
        while b"request_timeout" not in answer and (more := connection.recv(4_096)):
            answer += more  # head and body may come apart
    assert answer.startswith(b"HTTP/1.1 408 "), answer
    assert b"request_timeout" in answer


def test_a_broken_form_is_an_invalid_payload(rest: httpx.Client) -> None:
    for content, kind in ((b"no form", "multipart/form-data; boundary=b"), (b"no form", "multipart/form-data")):
        reply = rest.post("/interviews", content=content, headers={"Content-Type": kind})
        refused(reply, 400, "invalid_payload")


def test_control_characters_do_no_harm(rest: httpx.Client) -> None:
    odd: dict[str, Any] = without(role_title="Back\x00end \U0001f600", candidate_name="Ad\x07a\r\nX: \u202e")
    made = rest.post("/interviews", data=odd)
    assert made.status_code == 201
    assert (made.json()["role_title"], made.json()["candidate_name"]) == ("Backend \U0001f600", "Ada X: \u202e")
