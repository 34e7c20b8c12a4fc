"""Gemini fails in every way it has, over real HTTP: what passes is tried again, the rest says what to do."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from builders import house
from gemini_replies import (
    Blocked,
    Cut,
    Finished,
    HttpError,
    NoReply,
    Reply,
    internal_error,
    invalid_key,
    overloaded,
    quota_spent,
)
from gemini_server import GeminiServer
from http_server import held_port
from pydantic import SecretStr

from interview.access import SYSTEM
from interview.engines import AskRequest
from interview.engines.gemini import GeminiEngine, Pacing
from interview.errors import EngineFailure, InvalidPayload
from interview.settings import Settings
from interview.usage import charged

SECRET_WORDS = "The vault stands behind the blue door."
REQUEST = AskRequest(kind="reply", role_title="Engineer", job_text="We build clocks.", candidate_words=SECRET_WORDS)
GOOD = {"quote": "We build clocks.", "answer": "You would build clocks."}
SAID = "You would build clocks. Is there anything else?"


@dataclass
class Time:
    """Stands still but for what is slept."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def pacing(self) -> Pacing:
        """The longest delay that the jitter allows, always."""
        return Pacing(clock=lambda: self.now, sleep=self.sleep, chance=lambda: 1.0)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def engine(server: GeminiServer, time: Time) -> Iterator[GeminiEngine]:
    made = GeminiEngine(Settings(), time.pacing())
    yield made
    made.close()


def _failure(engine: GeminiEngine) -> str:
    with pytest.raises(EngineFailure) as failed:
        engine.ask(REQUEST)
    assert (failed.value.code, failed.value.status) == ("llm_failure", 502)
    return failed.value.message


PASSING = {
    "too many calls": quota_spent(),
    "an internal error": internal_error(),
    "an overload": overloaded(),
    "a bad gateway": HttpError(502, "BAD_GATEWAY", "…"),
    "a connection that ends in the middle": Cut(),
}


@pytest.mark.parametrize("name", PASSING)
def test_what_passes_is_tried_again(engine: GeminiEngine, server: GeminiServer, time: Time, name: str) -> None:
    server.enqueue(PASSING[name], GOOD)
    assert engine.ask(REQUEST).content == SAID
    assert len(server.requests) == 2
    assert len(time.slept) == 1


@pytest.mark.parametrize("name", PASSING)
def test_what_does_not_pass_ends_after_five_tries(
    engine: GeminiEngine, server: GeminiServer, time: Time, name: str
) -> None:
    """With delays that double up to 8 seconds, at their longest here."""
    server.enqueue(*[PASSING[name]] * 5)
    assert "please try again" in _failure(engine)
    assert len(server.requests) == 5
    assert time.slept == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    "body",
    [
        "<html>Please log in to this network.</html>",
        '{"candidates": [{"content": {"parts": "words"}, "finishReason": "STOP"}]}',
        '{"candidates": [{"content": {"parts": [{"text": 5}]}, "finishReason": "STOP"}]}',
        '{"candidates": [], "usageMetadata": {"promptTokenCount": "many"}}',
        "[" * 100_000,
    ],
)
def test_a_body_in_no_form_of_geminis_is_a_failure_of_the_model(time: Time, body: str) -> None:
    """A network's own page, say: what could not be read and where to look, never the body."""
    with _always(body) as url:
        engine = GeminiEngine(Settings(gemini_api_key=SecretStr("some-key"), google_gemini_base_url=url), time.pacing())
        words = _failure(engine)
        engine.close()
    assert "could not be read" in words
    assert "GOOGLE_GEMINI_BASE_URL" in words


@contextmanager
def _always(body: str) -> Iterator[str]:
    """The address of a server that answers everything with this body and 200."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("key", ["two words", "a-key\n", "clé"])
def test_a_key_that_can_be_none_is_named_at_the_start(key: str) -> None:
    with pytest.raises(InvalidPayload, match="GEMINI_API_KEY is no key"):
        GeminiEngine(Settings(gemini_api_key=SecretStr(key)))


def test_control_characters_of_the_models_are_not_kept(engine: GeminiEngine, server: GeminiServer) -> None:
    """Neither a spreadsheet nor a PDF can hold them."""
    server.enqueue(GOOD | {"answer": "You would\x00 build\x07 clocks."})
    assert engine.ask(REQUEST).content == SAID


def test_delays_are_anything_from_nothing_to_the_longest(server: GeminiServer) -> None:
    """Full jitter."""
    time = Time()
    chances = iter([0.25, 0.0])
    engine = GeminiEngine(Settings(), Pacing(lambda: time.now, time.sleep, lambda: next(chances)))
    server.enqueue(internal_error(), internal_error(), GOOD)
    engine.ask(REQUEST)
    engine.close()
    assert time.slept == [0.125, 0.0]


def test_a_wait_that_the_server_asks_for_is_kept(engine: GeminiEngine, server: GeminiServer, time: Time) -> None:
    server.enqueue(quota_spent(retry_seconds=12.5), GOOD)
    assert engine.ask(REQUEST).content == SAID
    assert time.slept == [12.5]


def test_a_wait_beyond_the_deadline_is_not_begun(engine: GeminiEngine, server: GeminiServer, time: Time) -> None:
    """A candidate would wait for nothing; the sentence says whose quota it is."""
    server.enqueue(quota_spent(retry_seconds=3600))
    assert "GEMINI_API_KEY" in _failure(engine)
    assert (time.slept, len(server.requests)) == ([], 1)


def test_a_call_that_is_not_answered_in_time_is_tried_again(server: GeminiServer) -> None:
    """Half of what is left of the deadline for each try: here really waited for."""
    engine = GeminiEngine(Settings(text_deadline_seconds=4), Pacing(sleep=lambda _: None))
    server.enqueue(NoReply(), GOOD)
    assert engine.ask(REQUEST).content == SAID
    engine.close()
    assert len(server.requests) == 2


def test_a_server_that_never_answers_ends_at_the_deadline(server: GeminiServer) -> None:
    engine = GeminiEngine(Settings(text_deadline_seconds=2), Pacing(sleep=lambda _: None))
    server.enqueue(*[NoReply()] * 5)
    assert "INTERVIEW_TEXT_DEADLINE_SECONDS" in _failure(engine)
    engine.close()


def test_a_server_that_cannot_be_reached_is_named_by_its_setting(
    server: GeminiServer, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held_port() as port:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", f"https://127.0.0.1:{port}")
        engine = GeminiEngine(Settings(), time.pacing())
        assert "GOOGLE_GEMINI_BASE_URL" in _failure(engine)
        engine.close()
    assert len(time.slept) == 4


def test_a_wrong_key_is_not_tried_again(server: GeminiServer, time: Time) -> None:
    wrong = "wrong-" + "k" * 30
    engine = GeminiEngine(Settings(gemini_api_key=wrong), time.pacing())
    message = _failure(engine)
    engine.close()
    assert "GEMINI_API_KEY" in message
    assert wrong not in message
    assert (len(server.requests), server.requests[0].key_is_right, time.slept) == (1, False, [])


@pytest.mark.parametrize("code", [401, 403])
def test_a_key_without_the_right_is_not_tried_again(engine: GeminiEngine, server: GeminiServer, code: int) -> None:
    server.enqueue(HttpError(code, "PERMISSION_DENIED", "No."))
    assert "GEMINI_API_KEY" in _failure(engine)
    assert len(server.requests) == 1


def test_an_unknown_model_is_not_tried_again(server: GeminiServer, time: Time) -> None:
    engine = GeminiEngine(Settings(text_model="geminy-3"), time.pacing())
    message = _failure(engine)
    engine.close()
    assert "INTERVIEW_TEXT_MODEL" in message
    assert "geminy-3" in message
    assert len(server.requests) == 1


def test_a_refused_request_is_not_tried_again(engine: GeminiEngine, server: GeminiServer) -> None:
    server.enqueue(HttpError(400, "INVALID_ARGUMENT", "The schema is too large."))
    assert "INTERVIEW_TEXT_MODEL" in _failure(engine)
    assert len(server.requests) == 1


UNUSABLE: dict[str, Reply] = {
    "no JSON": "I would rather chat.",
    "half of an object": Finished('{"quote": "We bu', "MAX_TOKENS"),
    "a missing field": {"quote": None},
    "a wrong type": {"quote": ["We build clocks."], "answer": "You would build clocks."},
    "a list": [GOOD],
    "nothing": Finished(None, "STOP"),
    "a text of nothing": "",
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_unusable_reply_is_sent_back_once_with_what_is_wrong(
    engine: GeminiEngine, server: GeminiServer, time: Time, name: str
) -> None:
    server.enqueue(UNUSABLE[name], GOOD)
    assert engine.ask(REQUEST).content == SAID
    first, second = (request.body["contents"] for request in server.requests)
    assert [content["role"] for content in second] == ["user", "model", "user"]
    assert second[0] == first[0]
    assert "does not fit" in second[2]["parts"][0]["text"]
    assert time.slept == []


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_reply_that_is_unusable_twice_is_a_failure(engine: GeminiEngine, server: GeminiServer, name: str) -> None:
    server.enqueue(UNUSABLE[name], UNUSABLE[name])
    assert "twice" in _failure(engine)
    assert len(server.requests) == 2


def test_a_repair_may_itself_be_tried_again(engine: GeminiEngine, server: GeminiServer) -> None:
    server.enqueue("no JSON", overloaded(), GOOD)
    assert engine.ask(REQUEST).content == SAID
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "reply", [Blocked(), Blocked("PROHIBITED_CONTENT"), Finished(None, "SAFETY"), Finished("{", "SPII")]
)
def test_a_blocked_call_is_not_tried_again(engine: GeminiEngine, server: GeminiServer, reply: Reply) -> None:
    server.enqueue(reply)
    assert "safety rules" in _failure(engine)
    assert len(server.requests) == 1


def test_after_a_failure_the_next_call_works(engine: GeminiEngine, server: GeminiServer) -> None:
    server.enqueue(Blocked(), GOOD)
    _failure(engine)
    assert engine.ask(REQUEST).content == SAID


EVERY_END: dict[str, tuple[Reply, ...]] = {
    **{name: (reply,) * 5 for name, reply in PASSING.items()},
    **{name: (reply,) * 2 for name, reply in UNUSABLE.items()},
    "blocked": (Blocked(),),
    "wrong key": (invalid_key(),),
    "refused": (HttpError(400, "INVALID_ARGUMENT", SECRET_WORDS),),
    "words in an error": (HttpError(500, "INTERNAL", SECRET_WORDS),) * 5,
    "words in a broken reply": (json.dumps({"quote": SECRET_WORDS}), SECRET_WORDS),
}


@pytest.mark.parametrize("name", EVERY_END)
def test_no_failure_tells_the_key_or_anybodys_words(
    engine: GeminiEngine, server: GeminiServer, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """Neither in its sentence nor in what is logged on the way, however much is logged."""
    caplog.set_level(logging.DEBUG)
    server.enqueue(*EVERY_END[name])
    message = _failure(engine)
    told = f"{message}\n{caplog.text}"
    assert server.key not in told
    assert SECRET_WORDS not in told
    assert "vault" not in told


def test_every_reply_is_charged_for_the_unusable_ones_too(
    engine: GeminiEngine, server: GeminiServer, tmp_path: Path
) -> None:
    """One that had to be repaired, and one that was blocked; a call without a reply took nothing."""
    at_home = house(tmp_path)
    server.enqueue("no JSON", overloaded(), GOOD, Blocked())
    with charged(at_home.service.context, None):
        engine.ask(REQUEST)
        _failure(engine)
    taken = at_home.service.usages.today(SYSTEM)
    at_home.close()
    assert taken.calls == 3
    assert taken.input_tokens > 3 * 100
    assert [part.purpose for part in taken.by_purpose] == ["ask"]


def test_many_threads_may_ask_at_once(engine: GeminiEngine, server: GeminiServer) -> None:
    """They share one client, made once."""
    server.enqueue(*[GOOD] * 12)
    said: list[str] = []
    threads = [threading.Thread(target=lambda: said.append(engine.ask(REQUEST).content)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert said == [SAID] * 12


def test_an_engine_without_a_key_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    with pytest.raises(InvalidPayload, match="GEMINI_API_KEY"):
        GeminiEngine(Settings(engine="gemini"))


def test_a_closed_engine_opens_again(engine: GeminiEngine, server: GeminiServer) -> None:
    server.enqueue(GOOD, GOOD)
    engine.ask(REQUEST)
    engine.close()
    assert engine.ask(REQUEST).content == SAID
