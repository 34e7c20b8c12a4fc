"""What the local Gemini answers to generateContent: scripted faults, and replies made from the request's own schema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class HttpError:
    """An error in Google's JSON form. `retry_seconds` adds a RetryInfo, `reason` an ErrorInfo."""

    code: int
    status: str
    message: str
    retry_seconds: float | None = None
    reason: str | None = None

    def body(self) -> Json:
        details: list[Json] = []
        if self.reason is not None:
            kind = "type.googleapis.com/google.rpc.ErrorInfo"
            details.append({"@type": kind, "reason": self.reason, "domain": "googleapis.com"})
        if self.retry_seconds is not None:
            kind = "type.googleapis.com/google.rpc.RetryInfo"
            details.append({"@type": kind, "retryDelay": f"{self.retry_seconds:g}s"})
        error = {"code": self.code, "message": self.message, "status": self.status}
        return {"error": error | ({"details": details} if details else {})}


@dataclass(frozen=True)
class NoReply:
    """The request is read and never answered."""


@dataclass(frozen=True)
class Cut:
    """The connection ends in the middle of the reply's body."""


@dataclass(frozen=True)
class Blocked:
    """The prompt is refused: promptFeedback and no candidate."""

    reason: str = "SAFETY"


@dataclass(frozen=True)
class Finished:
    """A candidate with this text (None: no content at all) and another finish reason than STOP."""

    text: str | None = None
    reason: str = "MAX_TOKENS"


Plain = str | Mapping[str, Any] | Sequence[Any] | HttpError | NoReply | Cut | Blocked | Finished
Reply = Plain | Callable[[Json], Plain]
"""A str is the reply's text as it stands, a mapping or list its JSON; a callable makes either from the request."""


def invalid_key() -> HttpError:
    text = "API key not valid. Please pass a valid API key."
    return HttpError(400, "INVALID_ARGUMENT", text, reason="API_KEY_INVALID")


def unknown_model(model: str = "gemini-none") -> HttpError:
    return HttpError(404, "NOT_FOUND", f"models/{model} is not found for API version v1beta.")


def quota_spent(retry_seconds: float | None = None) -> HttpError:
    text = "You exceeded your current quota, please check your plan and billing details."
    return HttpError(429, "RESOURCE_EXHAUSTED", text, retry_seconds)


def internal_error() -> HttpError:
    return HttpError(500, "INTERNAL", "An internal error has occurred. Please retry.")


def overloaded() -> HttpError:
    return HttpError(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")


def response_body(reply: Plain, request: Json, model: str) -> Json:
    """The body of a 200 answer, in the API's shape, with token counts (about four characters a token)."""
    text = _text_of(reply)
    prompt = _tokens(json.dumps(request))
    answered = _tokens(text or "")
    usage = {"promptTokenCount": prompt, "candidatesTokenCount": answered, "totalTokenCount": prompt + answered}
    body: Json = {"usageMetadata": usage, "modelVersion": model, "responseId": "local"}
    if isinstance(reply, Blocked):
        return body | {"promptFeedback": {"blockReason": reply.reason}}
    reason = reply.reason if isinstance(reply, Finished) else "STOP"
    candidate: Json = {"finishReason": reason, "index": 0}
    if text is not None:
        candidate["content"] = {"role": "model", "parts": [{"text": text}]}
    return body | {"candidates": [candidate]}


def _text_of(reply: Plain) -> str | None:
    if isinstance(reply, Finished):
        return reply.text
    if isinstance(reply, str):
        return reply
    return None if isinstance(reply, Blocked) else json.dumps(reply)


def _tokens(text: str) -> int:
    return (len(text) + 3) // 4


# --- replies made from the request ------------------------------------------------------------------------------------

BLOCK = re.compile(r"<<<([A-Z_]+)(?: id=([^>\s]*))?[^>]*>>>\n(.*?)\n?<<<END_\1>>>", re.DOTALL)
QUESTIONS = (
    "Tell me about a time when you had to find the cause of a fault. What did you do first?",
    "Describe a decision that you had to take with little information. How did you take it?",
    "Think of a disagreement with a colleague. How did you settle it, and what came of it?",
    "Tell me about work of yours that did not go as planned. What did you change afterwards?",
    "Describe how you explained something difficult to people outside of your field.",
)
NAMES = ("Problem solving", "Working with others", "Planning", "Judgement", "Communication", "Ownership")
SENTENCES = (
    "The answer names one case and says what was done.",
    "It says what was done first and what came of it.",
    "It could say more about why this way was chosen.",
    "The result is described, its measure is not.",
)
HINTS = ("Think of one case and say what you did first.", "What would have happened if you had not acted?")
PEOPLE = ("Ada Example",)
KINDS = (
    (re.compile(r"candidate_name|full_name"), PEOPLE),
    (re.compile(r"question|prompt|content|follow|probe|message"), QUESTIONS),
    (re.compile(r"name|title|competency|criterion|area|topic|skill|family"), NAMES),
    (re.compile(r"hint"), HINTS),
)
NOTHING_BY_DEFAULT = re.compile(r"flags|warnings|concerns")
QUOTE = re.compile(r"(^|_)quotes?$")
MIDDLE = re.compile(r"(^|_)(level|score)$")


def made_reply(request: Json) -> str:
    """Plausible English that fits the request's response schema; without a schema, one sentence.

    A string property called `quote` (`…_quote`, `quotes`) is a run of 6-12 of the candidate's own words from the
    request's CANDIDATE_WORDS blocks (of the RESUME where it has none), and an `entry_id` beside it is that block's id.
    """
    config = request.get("generationConfig", {})
    schema = config.get("responseJsonSchema") or config.get("_responseJsonSchema") or config.get("responseSchema")
    if not schema:
        return SENTENCES[0]
    return json.dumps(_Maker(schema, _request_text(request)).make())


def quotable(text: str) -> list[tuple[str, str]]:
    """(id, words) of every block of candidate's words; where there is none, of the résumé."""
    rows = [(found[1], (found[2] or "", found[3].strip())) for found in BLOCK.finditer(text)]
    spoken = [row for kind, row in rows if kind == "CANDIDATE_WORDS"]
    return spoken or [row for kind, row in rows if kind == "RESUME"]


def _request_text(request: Json) -> str:
    contents = [*request.get("contents", ()), request.get("systemInstruction") or {}]
    return "\n".join(part.get("text", "") for content in contents for part in content.get("parts", ()))


def _words(key: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower()


class _Maker:
    """Walks one schema. Either casing of the schema's own keywords is understood, as the client sends both."""

    def __init__(self, schema: Json, text: str) -> None:
        self.schema = schema
        self.definitions = schema.get("$defs", {})
        self.numbers: dict[int, Iterator[int]] = {}
        blocks = quotable(text)
        long_enough = [block for block in blocks if len(block[1].split()) >= 6] or blocks
        self.blocks = cycle(long_enough or [("", "")])
        self.block = ("", "")

    def make(self) -> object:
        return self._value(self.schema, "")

    def _value(self, schema: Json, key: str) -> object:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if options := schema.get("enum"):
            return options[len(options) // 2] if MIDDLE.search(_words(key)) else options[0]
        makers = {"object": self._object, "array": self._array, "string": self._string}
        kind = str(schema.get("type", "object" if "properties" in schema else "string")).lower()
        if _words(key) == "entry_id":
            return int(self.block[0] or 0) if kind == "integer" else self.block[0]
        if kind in makers:
            return makers[kind](schema, key)
        return {"boolean": False, "null": None}[kind] if kind in {"boolean", "null"} else self._number(schema, kind)

    def _resolved(self, schema: Json) -> Json:
        if reference := schema.get("$ref"):
            return self._resolved(self.definitions[reference.rsplit("/", 1)[1]])
        for choice in ("anyOf", "any_of", "oneOf", "allOf"):
            for option in schema.get(choice, ()):
                if str(option.get("type")).lower() != "null":
                    return self._resolved(option)
        return schema

    def _object(self, schema: Json, _key: str) -> Json:
        self.block, outer = next(self.blocks), self.block
        made = {name: self._value(inner, name) for name, inner in schema.get("properties", {}).items()}
        self.block = outer
        return made

    def _array(self, schema: Json, key: str) -> list[object]:
        least, most = (int(_bound(schema, name) or 0) for name in ("min_items", "max_items"))
        length = least or (0 if NOTHING_BY_DEFAULT.search(_words(key)) else min(2, most or 2))
        return [self._value(schema.get("items", {}), key) for _ in range(length)]

    def _number(self, schema: Json, kind: str) -> float:
        low, high = _bound(schema, "minimum"), _bound(schema, "maximum")
        if low is not None and high is not None:
            middle = (low + high) / 2
        else:
            middle = low if low is not None else min(1.0, high if high is not None else 1.0)
        return int(middle) if kind == "integer" else middle

    def _string(self, schema: Json, key: str) -> str:
        words = _words(key)
        if QUOTE.search(words):
            return self._quote()
        sentences = next((options for pattern, options in KINDS if pattern.search(words)), SENTENCES)
        number = next(self.numbers.setdefault(id(sentences), count()))
        text = sentences[number % len(sentences)]
        if number >= len(sentences):
            text = f"{text} ({number // len(sentences) + 1})"
        return _fitted(text, int(_bound(schema, "min_length") or 0), int(_bound(schema, "max_length") or 0))

    def _quote(self) -> str:
        """From the middle of the block, where the substance of an answer mostly is."""
        words = list(re.finditer(r"\S+", self.block[1]))
        if not words:
            return ""
        length = min(len(words), 10)
        start = (len(words) - length) // 2
        return self.block[1][words[start].start() : words[start + length - 1].end()]


def _bound(schema: Json, name: str) -> float | None:
    """A bound of the schema under either casing; the API's own form has whole numbers as strings."""
    head, *rest = name.split("_")
    value = schema.get(name, schema.get(head + "".join(part.title() for part in rest)))
    return None if value is None else float(value)


def _fitted(text: str, least: int, most: int) -> str:
    while len(text) < least:
        text = f"{text} {SENTENCES[0]}"
    if most and len(text) > most:
        text = text[: most + 1].rsplit(" ", 1)[0][:most]
    return text
