"""Every operation of the API's own description, with a request to it that is well formed: for tests of who may call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from http_server import FORM
from pydantic.alias_generators import to_snake

from interview.bulk_lines import EXAMPLE

Ids = Mapping[str, str]
"""What the names of ids in paths, queries and bodies stand for; an id that is not named is that of nothing."""
NOBODY = "nobody"
_FORM, _CSV = "multipart/form-data", "text/csv"
_BESIDES = {"POST /interviews": FORM, "POST /interview-sessions/turn": {"answer": "I found the lock and removed it."}}
"""What is needed although the description, which does not say of two fields that one has to be there, asks for less."""


@dataclass(frozen=True)
class Operation:
    """`name` as in "GET /interviews/{interview_id}"; `forms`: the formats that it can be asked for."""

    method: str
    path: str
    described: dict[str, Any] = field(repr=False)
    schemas: dict[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    @property
    def forms(self) -> list[str]:
        found = [row["schema"] for row in self._parameters("query") if row["name"] == "format"]
        return [form for schema in found for form in schema["enum"]]

    def call(self, rest: httpx.Client, ids: Ids, form: str = "") -> httpx.Response:
        """The reply to a request with everything that has to be in it, and nothing else but the form."""
        needed = {row["name"]: self._value(row["name"], row["schema"], ids) for row in self._parameters("query", True)}
        path = re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], NOBODY), self.path)
        return rest.request(self.method, path, params=needed | ({"format": form} if form else {}), **self._body(ids))

    def _parameters(self, where: str, required: bool = False) -> list[dict[str, Any]]:
        rows = self.described.get("parameters", [])
        return [row for row in rows if row["in"] == where and (row.get("required") or not required)]

    def _body(self, ids: Ids) -> dict[str, Any]:
        kinds: dict[str, Any] = self.described.get("requestBody", {}).get("content", {})
        if not kinds:
            return {}
        [(kind, content)] = kinds.items()
        if kind == _CSV:
            return {"content": EXAMPLE.encode(), "headers": {"Content-Type": _CSV}}
        value = self._value("", content["schema"], ids) | _BESIDES.get(self.name, {})
        return {"data": value} if kind == _FORM else {"json": value}

    def _value(self, name: str, schema: dict[str, Any], ids: Ids) -> Any:
        """The least that the schema takes."""
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        if to_snake(name) in ids:
            return ids[to_snake(name)]
        if "anyOf" in schema:
            return self._value(name, schema["anyOf"][0], ids)
        if "const" in schema or "enum" in schema:
            return schema.get("const") or schema["enum"][0]
        match schema.get("type"):
            case "object":
                fields = schema.get("properties", {})
                return {each: self._value(each, fields[each], ids) for each in schema.get("required", [])}
            case "array":
                return [self._value("", schema["items"], ids) for _ in range(schema.get("minItems", 0))]
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
            case _:
                return "A word" if schema.get("minLength", 0) < 7 else "A word" * schema["minLength"]


def operations(rest: httpx.Client) -> list[Operation]:
    """All that are described, in the order of the description."""
    document = rest.get("/openapi.json").raise_for_status().json()
    schemas = document["components"]["schemas"]
    return [
        Operation(method.upper(), path, described, schemas)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]
