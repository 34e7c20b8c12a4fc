"""The local Gemini's text side, met by the real google-genai client."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import httpx2
import pytest
from gemini_caller import TEXT_MODEL, client_for
from gemini_replies import (
    Blocked,
    Cut,
    Finished,
    HttpError,
    NoReply,
    internal_error,
    invalid_key,
    overloaded,
    quota_spent,
    unknown_model,
)
from gemini_server import GeminiServer, gemini_server
from google import genai
from google.genai import errors, types
from pydantic import BaseModel, Field


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with gemini_server() as running:
        yield running


def ask(server: GeminiServer, prompt: str = "Hello", **more: Any) -> types.GenerateContentResponse:
    client = client_for(server, more.pop("key", None), more.pop("timeout_ms", None))
    config = types.GenerateContentConfig(response_mime_type="application/json", **more.pop("config", {}))
    with client:
        return client.models.generate_content(model=more.pop("model", TEXT_MODEL), contents=prompt, config=config)


class Note(BaseModel):
    quote: str = Field(max_length=300)
    entry_id: int
    level: int = Field(ge=1, le=5)
    kind: Literal["strong", "weak"]
    comment: str | None = None


class Plan(BaseModel):
    title: str = Field(max_length=80)
    questions: list[str] = Field(min_length=3, max_length=5)
    notes: list[Note] = Field(min_length=2, max_length=2)
    share: float = Field(ge=0.5, le=0.6)
    best: Note


OTHER_WORDS = "we agreed on a plan with the other team before the week was over"
WORDS = "first I read the log of the payment service and then I found that two workers took the same lock"
PROMPT = (
    f"Rate this.\n<<<CANDIDATE_WORDS id=7>>>\n{WORDS}\n<<<END_CANDIDATE_WORDS>>>\nand\n"
    f"<<<CANDIDATE_WORDS id=9>>>\n{OTHER_WORDS}\n<<<END_CANDIDATE_WORDS>>>"
)


@pytest.mark.parametrize("form", ["response_schema", "response_json_schema"])
def test_a_reply_is_made_from_the_schema(server: GeminiServer, form: str) -> None:
    """Bounds, enums, nesting and lengths hold; quotes are runs of the candidate's words with their block's id."""
    schema = Plan if form == "response_schema" else Plan.model_json_schema()
    reply = ask(server, PROMPT, config={form: schema})
    plan = Plan.model_validate_json(reply.text or "")
    assert len(set(plan.questions)) == 3
    assert {note.level for note in (*plan.notes, plan.best)} == {3}
    for note in (*plan.notes, plan.best):
        block = {7: WORDS, 9: OTHER_WORDS}[note.entry_id]
        assert note.quote in block
        assert 6 <= len(note.quote.split()) <= 12
    assert {note.entry_id for note in plan.notes} == {7, 9}


def test_a_reply_quotes_the_resume_where_nobody_has_spoken(server: GeminiServer) -> None:
    resume = "<<<RESUME>>>\nTen years of payments work at Example Ltd in Leeds\n<<<END_RESUME>>>"
    reply = ask(server, resume, config={"response_schema": Note})
    assert isinstance(reply.parsed, Note)
    assert len(reply.parsed.quote.split()) == 10
    assert reply.parsed.quote in resume


def test_a_parsed_reply_and_its_tokens(server: GeminiServer) -> None:
    """The client parses a pydantic schema by itself, and usage is counted."""
    reply = ask(server, config={"response_schema": Plan})
    assert isinstance(reply.parsed, Plan)
    usage = reply.usage_metadata
    assert usage is not None
    assert usage.prompt_token_count
    assert usage.candidates_token_count
    assert usage.total_token_count == usage.prompt_token_count + usage.candidates_token_count


def test_replies_come_in_the_order_in_which_they_were_enqueued(server: GeminiServer) -> None:
    """Text as it stands, JSON, and a callable that reads the request."""
    server.enqueue("not {JSON", {"a": [1]}, lambda request: request["contents"][0]["parts"][0]["text"].upper())
    assert ask(server, config={"response_schema": Plan}).parsed is None
    assert ask(server).text == '{"a": [1]}'
    assert ask(server, "what I sent").text == "WHAT I SENT"


def test_requests_are_recorded_without_the_key(server: GeminiServer) -> None:
    """Path, body and whether the key was right."""
    ask(server, "What is recorded?", config={"system_instruction": "Be brief."})
    (request,) = server.requests
    assert request.path == f"/v1beta/models/{TEXT_MODEL}:generateContent"
    assert request.key_is_right
    assert "What is recorded?" in request.text
    assert "Be brief." in request.text
    assert server.key not in repr(request)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (invalid_key(), errors.ClientError),
        (unknown_model(), errors.ClientError),
        (quota_spent(), errors.ClientError),
        (quota_spent(retry_seconds=7), errors.ClientError),
        (internal_error(), errors.ServerError),
        (overloaded(), errors.ServerError),
    ],
)
def test_errors_reach_the_client_as_its_own(
    server: GeminiServer, fault: HttpError, kind: type[errors.APIError]
) -> None:
    """Code, status and details in Google's form."""
    server.enqueue(fault)
    with pytest.raises(kind) as caught:
        ask(server)
    assert (caught.value.code, caught.value.status) == (fault.code, fault.status)
    delays = [row.get("retryDelay") for row in caught.value.details["error"].get("details", ())]
    assert ("7s" in delays) == (fault.retry_seconds is not None)


def test_a_wrong_key_and_an_unknown_model_are_refused_unasked(server: GeminiServer) -> None:
    """As Gemini does, with 400 and 404; what is enqueued waits."""
    server.enqueue("still there")
    with pytest.raises(errors.ClientError) as caught:
        ask(server, key="another")
    assert caught.value.code == 400
    with pytest.raises(errors.ClientError) as caught:
        ask(server, model="palm-2")
    assert caught.value.code == 404
    assert ask(server).text == "still there"


def test_blocked_and_empty_replies_have_no_text(server: GeminiServer) -> None:
    server.enqueue(Blocked(), Finished(), Finished('{"cut', "MAX_TOKENS"))
    blocked = ask(server)
    assert blocked.text is None
    assert blocked.prompt_feedback is not None
    assert blocked.prompt_feedback.block_reason == types.BlockedReason.SAFETY
    assert ask(server).text is None
    assert ask(server).text == '{"cut'


@pytest.mark.parametrize(("fault", "kind"), [(NoReply(), httpx2.ReadTimeout), (Cut(), httpx2.RemoteProtocolError)])
def test_what_breaks_below_http_is_the_http_librarys_error(
    server: GeminiServer, fault: NoReply | Cut, kind: type[Exception]
) -> None:
    server.enqueue(fault)
    with pytest.raises(kind):
        ask(server, timeout_ms=2000)


def test_a_reply_that_is_held_back_holds_up_nobody_else(server: GeminiServer) -> None:
    """A callable may wait; calls that come after it are answered before it."""
    asked, release = threading.Event(), threading.Event()

    def held(_request: dict[str, Any]) -> str:
        asked.set()
        assert release.wait(60)
        return "held"

    server.enqueue(held, "at once")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, server)
        assert asked.wait(60)
        assert ask(server).text == "at once"
        release.set()
        assert first.result(20).text == "held"


def test_a_developer_gets_three_variables_that_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `make run-fake-gemini` runs prints them, serves, and ends quietly."""
    script = Path(__file__).with_name("run_fake_gemini.py")
    environment = os.environ | {"GEMINI_PORT": "0"}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        printed = "".join(process.stdout.readline() for _ in range(5))
        variables = dict(re.findall(r"^export (\w+)=(\S+)$", printed, re.MULTILINE))
        try:
            assert set(variables) == {"GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL", "SSL_CERT_FILE"}
            for name, value in variables.items():
                monkeypatch.setenv(name, value)
            with genai.Client(http_options=types.HttpOptions(api_version="v1beta", timeout=60_000)) as client:
                assert client.models.generate_content(model=TEXT_MODEL, contents="Hello").text
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
