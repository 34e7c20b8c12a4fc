"""The description of the API, and its two sets of names.

The nouns are camelCase on the wire, as the interactive session's contract has them; the live flow's paths answer in
snake_case. One function turns the one into the other, for replies and for what OpenAPI says of them alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic.alias_generators import to_snake

CAMEL_PATHS = "/interview-sessions"
EXAMPLES: dict[str, Any] = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
"""Requests and responses by name, each in the spelling of the path that it stands at."""
_REF = "#/components/schemas/"
_DATA = {"example", "examples", "enum", "const"}


class SnakeCase(JSONResponse):
    """JSON whose keys are snake_case."""

    def render(self, content: Any) -> bytes:
        return super().render(_snake_keys(content))


def shown(status: int, example: str) -> dict[int | str, dict[str, Any]]:
    """An example response, for a route's `responses`, by its name in `EXAMPLES`."""
    return {status: {"content": {"application/json": {"example": example}}}}


def describe(api: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once: every path with the names that it really uses."""
    if api.openapi_schema is None:
        document = get_openapi(
            title=api.title, version=api.version, description=api.description, routes=api.routes, tags=api.openapi_tags
        )
        _tidy(document["paths"])
        schemas = document["components"]["schemas"]
        snake = {path: item for path, item in document["paths"].items() if not path.startswith(CAMEL_PATHS)}
        camel = {path: item for path, item in document["paths"].items() if path.startswith(CAMEL_PATHS)}
        kept = set(_reached(camel, schemas))
        moved = set(_reached(snake, schemas))
        names = {name: f"{name}_snake" if name in kept and _differs(name, schemas) else name for name in moved}
        renamed = {names[name]: _snake_schema(schemas[name], names) for name in moved}
        document["paths"] = {
            path: _snake_schema(item, names) if path in snake else item for path, item in document["paths"].items()
        }
        document["components"]["schemas"] = dict(sorted(({name: schemas[name] for name in kept} | renamed).items()))
        api.openapi_schema = document
    return api.openapi_schema


def _tidy(paths: dict[str, Any]) -> None:
    """FastAPI's own validation response goes, which none of ours is; examples come, whole: it drops every null."""
    for operation in (operation for item in paths.values() for operation in item.values()):
        responses = operation["responses"]
        if "HTTPValidationError" in str(responses.get("422")):
            del responses["422"]
        for response in responses.values():
            body = response.get("content", {}).get("application/json", {})
            if "example" in body:
                body["example"] = EXAMPLES[body["example"]]


def _snake_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {to_snake(key): _snake_keys(each) for key, each in value.items()}
    return [_snake_keys(each) for each in value] if isinstance(value, list) else value


def _snake_schema(value: Any, names: dict[str, str]) -> Any:
    """The same schema with snake_case properties, referring to schemas by their new names."""
    if isinstance(value, list):
        return [_snake_schema(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: _snake_part(key, each, names) for key, each in value.items()}


def _snake_part(key: str, value: Any, names: dict[str, str]) -> Any:
    if key in _DATA:
        return value
    if key == "default":
        return _snake_keys(value)
    if key == "$ref":
        return _REF + names[value.removeprefix(_REF)]
    if key == "properties":
        return {to_snake(name): _snake_schema(each, names) for name, each in value.items()}
    if key == "required" and isinstance(value, list):
        return [to_snake(name) for name in value]
    return _snake_schema(value, names)


def _reached(value: Any, schemas: dict[str, Any]) -> list[str]:
    """The names of all schemas that this part of the document refers to, directly or not."""
    found: list[str] = []
    waiting = list(_refs(value))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.append(name)
            waiting.extend(_refs(schemas[name]))
    return found


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].removeprefix(_REF)
        for each in value.values():
            yield from _refs(each)
    elif isinstance(value, list):
        for each in value:
            yield from _refs(each)


def _differs(name: str, schemas: dict[str, Any]) -> bool:
    """Whether the schema, or one that it refers to, has a name of more than one word."""
    same = {each: each for each in schemas}
    return any(
        _snake_schema(schemas[each], same) != schemas[each] for each in (name, *_reached(schemas[name], schemas))
    )
