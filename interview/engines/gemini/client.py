"""One question to Gemini and one reply that fits a schema, whatever happens on the way.

Everything that may pass is tried again inside one deadline; a reply that does not fit its schema is sent back once with
what is wrong with it. All other ends are an EngineFailure whose sentence says what to do, and holds neither the key nor
any words that were sent or received.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from interview.errors import EngineFailure
from interview.settings import Settings
from interview.usage import spend

if TYPE_CHECKING:
    from google.genai import Client
    from google.genai.types import Content, GenerateContentResponse

Purpose = Literal["plan", "probe", "ask", "evaluate", "score", "guide"]
Reply = TypeVar("Reply", bound=BaseModel)

_MAX_ATTEMPTS = 5
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 8.0
"""Seconds. Full jitter: anything from nothing to a delay that doubles, so that callers do not all come back at once."""
_LEAST_TIMEOUT = 0.05
_MAX_OUTPUT_TOKENS = 32_768
"""Bounds a runaway; thoughts count as output, so that it has to be far above any reply."""
_MAX_ERRORS = 12
_UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError)
"""What Google's client raises for a body that is no JSON (a proxy's page, say) or has other things in its places."""
_AGAIN = "Nothing was changed; please try again."


@dataclass(frozen=True)
class Pacing:
    """Where waiting and its chances come from; tests put their own. `clock` and `sleep` in seconds, `chance` 0 to 1."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


@dataclass(frozen=True)
class Question:
    """What is sent: rules and rubric as `system`, everything that others wrote as marked blocks in `contents`."""

    purpose: Purpose
    system: str
    contents: str
    temperature: float


class _Passing(Exception):
    """A failure that may be gone at the next try. `after`: seconds to wait, where the server said so."""

    def __init__(self, sentence: str, after: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence, self.after = sentence, after


class GeminiClient:
    """The real client, made when first used and kept. Any number of threads may ask at once."""

    def __init__(self, settings: Settings, pacing: Pacing) -> None:
        self._settings, self._pacing = settings, pacing
        self._lock = threading.Lock()
        self._client: Client | None = None

    def open(self) -> Client:
        """The client. Importing it takes a second or more."""
        with self._lock:
            if self._client is None:
                self._client = self._made()
            return self._client

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = None

    def ask(self, question: Question, schema: type[Reply]) -> Reply:
        """A reply that fits the schema. Raises EngineFailure."""
        self.open()  # before the clock runs: the first call would pay for the import
        until = self._pacing.clock() + self._settings.text_deadline_seconds
        contents = [_content("user", question.contents)]
        text = self._reply(question, contents, schema, until)
        try:
            return schema.model_validate_json(text)
        except ValidationError as error:
            wrong = _wrong(error)
        # An empty reply cannot be shown to the model: a part has to hold something.
        contents += [_content("model", text or "(empty)"), _content("user", _repair(wrong))]
        try:
            return schema.model_validate_json(self._reply(question, contents, schema, until))
        except ValidationError:
            raise EngineFailure(
                f"The model {self._settings.text_model} twice gave a reply that cannot be used. {_AGAIN}"
            ) from None

    def _made(self) -> Client:
        from google.genai import Client
        from google.genai.types import HttpOptions

        key, base = self._settings.gemini_api_key, self._settings.google_gemini_base_url
        return Client(
            api_key=key.get_secret_value() if key else None,
            vertexai=False,
            http_options=HttpOptions(
                api_version="v1beta", base_url=base, timeout=_milliseconds(self._settings.text_deadline_seconds)
            ),
        )

    def _reply(self, question: Question, contents: list[Content], schema: type[BaseModel], until: float) -> str:
        """The text of one reply; tried again while there is time. Raises EngineFailure."""
        for attempt in range(_MAX_ATTEMPTS):
            left = until - self._pacing.clock()
            # Half of what is left, so that a reply that never comes leaves time for another try.
            timeout = left if attempt == _MAX_ATTEMPTS - 1 else left / 2
            try:
                return self._attempt(question, contents, schema, max(timeout, _LEAST_TIMEOUT))
            except _Passing as failure:
                delay = self._delay(attempt) if failure.after is None else failure.after
                last = attempt == _MAX_ATTEMPTS - 1
                if last or self._pacing.clock() + delay >= until:
                    raise EngineFailure(f"{failure.sentence} {_AGAIN}") from None
            self._pacing.sleep(delay)
        raise AssertionError("the last attempt returns or raises")

    def _delay(self, attempt: int) -> float:
        longest: float = min(_LONGEST_DELAY, _FIRST_DELAY * 2**attempt)
        return self._pacing.chance() * longest

    def _attempt(self, question: Question, contents: list[Content], schema: type[BaseModel], timeout: float) -> str:
        import httpx
        import httpx2
        from google.genai import errors

        try:
            response = self._generate(question, contents, schema, timeout)
        except errors.APIError as error:
            raise _named(error, self._settings) from None
        except (httpx2.TimeoutException, httpx.TimeoutException):
            raise _Passing(
                "Gemini did not answer in time (INTERVIEW_TEXT_DEADLINE_SECONDS is "
                f"{self._settings.text_deadline_seconds:g})."
            ) from None
        except (httpx2.TransportError, httpx.TransportError):
            raise _Passing(
                "Gemini cannot be reached. Check the network, and GOOGLE_GEMINI_BASE_URL if it is set."
            ) from None
        except (errors.UnknownApiResponseError, httpx2.HTTPError, httpx.HTTPError, *_UNREADABLE):
            raise _Passing(
                "What Gemini answered could not be read. Check that GOOGLE_GEMINI_BASE_URL, if it is set, leads to it."
            ) from None
        self._spend(question.purpose, response)
        return _text(response)

    def _generate(
        self, question: Question, contents: list[Content], schema: type[BaseModel], timeout: float
    ) -> GenerateContentResponse:
        from google.genai.types import AutomaticFunctionCallingConfig, GenerateContentConfig, HttpOptions

        return self.open().models.generate_content(
            model=self._settings.text_model,
            contents=contents,
            config=GenerateContentConfig(
                system_instruction=question.system,
                temperature=question.temperature,
                response_mime_type="application/json",
                response_schema=schema,
                candidate_count=1,
                max_output_tokens=_MAX_OUTPUT_TOKENS,
                automatic_function_calling=AutomaticFunctionCallingConfig(disable=True),
                http_options=HttpOptions(timeout=_milliseconds(timeout)),
            ),
        )

    def _spend(self, purpose: Purpose, response: GenerateContentResponse) -> None:
        used = response.usage_metadata
        if used is not None:
            written = (used.candidates_token_count or 0) + (used.thoughts_token_count or 0)
            spend(self._settings.text_model, purpose, used.prompt_token_count or 0, written)


def _content(role: str, text: str) -> Content:
    from google.genai.types import Content, Part

    return Content(role=role, parts=[Part(text=text)])


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def _text(response: GenerateContentResponse) -> str:
    """The reply's text, "" where it has none; EngineFailure where the model was not allowed to give one."""
    from google.genai.types import FinishReason

    blocked = response.prompt_feedback is not None and response.prompt_feedback.block_reason is not None
    first = response.candidates[0] if response.candidates else None
    ended = (None, FinishReason.STOP, FinishReason.MAX_TOKENS, FinishReason.OTHER, FinishReason.MALFORMED_RESPONSE)
    if blocked or (first is not None and first.finish_reason not in ended):
        raise EngineFailure(
            f"Gemini's safety rules kept it from answering. {_AGAIN} If it goes on, put the answer in other words, or "
            "skip the question."
        )
    parts = first.content.parts if first and first.content and first.content.parts else []
    return "".join(part.text or "" for part in parts if not part.thought)


# --- what went wrong --------------------------------------------------------------------------------------------------


def _named(error: Any, settings: Settings) -> Exception:
    """An HTTP error as what it means here: worth another try, or something that a person has to put right."""
    code, reasons = int(error.code or 0), {detail.get("reason") for detail in _details(error)}
    if code in (401, 403) or "API_KEY_INVALID" in reasons:
        return EngineFailure("Gemini does not accept the API key. Whoever runs this server can check GEMINI_API_KEY.")
    if code == 404:
        return EngineFailure(
            f"Gemini knows no model “{settings.text_model}”. Whoever runs this server can check INTERVIEW_TEXT_MODEL."
        )
    if code == 429:
        return _Passing(
            "Gemini takes no more calls at the moment: there were too many, or GEMINI_API_KEY's quota is used up.",
            after=_retry_seconds(error),
        )
    if code == 408 or code >= 500:
        return _Passing(f"Gemini is not available at the moment ({code}).", after=_retry_seconds(error))
    return EngineFailure(
        f"Gemini refused the request ({code}). Whoever runs this server can check that the model of "
        "INTERVIEW_TEXT_MODEL takes response schemas."
    )


def _details(error: Any) -> Iterator[dict[str, Any]]:
    """The details of an error in Google's form; none where it has another one."""
    body = error.details if isinstance(error.details, dict) else {}
    inner = body.get("error", body)
    listed = inner.get("details") if isinstance(inner, dict) else None
    yield from (detail for detail in listed or [] if isinstance(detail, dict))


def _retry_seconds(error: Any) -> float | None:
    """The wait that a RetryInfo asks for, such as "12s" or "0.5s"."""
    for detail in _details(error):
        if str(detail.get("@type", "")).endswith("google.rpc.RetryInfo"):
            found = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(detail.get("retryDelay", "")))
            return float(found[1]) if found else None
    return None


def _wrong(error: ValidationError) -> list[str]:
    """What does not fit, place by place; never the values, which the model has before it anyway."""
    found = error.errors(include_input=False, include_context=False, include_url=False)
    return [f"- {'.'.join(map(str, one['loc'])) or 'the reply'}: {one['msg']}" for one in found[:_MAX_ERRORS]]


def _repair(wrong: list[str]) -> str:
    lines = "\n".join(wrong)
    return f"Your reply does not fit:\n{lines}\nGive the whole object again, put right, as JSON and nothing else."
