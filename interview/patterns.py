"""Regular expressions that stand as data: TOML tables of alternatives, with named parts that they are made of."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path


class Patterns:
    """The patterns of one file. Its table `parts` names pieces; `{name}` in a pattern stands for that piece."""

    def __init__(self, file: Path) -> None:
        self._tables: dict[str, dict[str, Sequence[str]]] = tomllib.loads(file.read_text(encoding="utf-8"))
        self._parts = {f"{{{name}}}": "".join(pieces) for name, pieces in self._tables["parts"].items()}

    def names(self, table: str) -> Iterable[str]:
        """What a table has patterns for, in the order of the file."""
        return self._tables[table]

    def either(self, table: str, name: str) -> str:
        """The alternatives of one entry as one group."""
        return f"(?:{self._filled('|'.join(self._tables[table][name]))})"

    def whole(self, table: str, name: str) -> str:
        """The pieces of one entry in a row, as they stand."""
        return "".join(self._tables[table][name])

    def _filled(self, pattern: str) -> str:
        for name, part in self._parts.items():
            pattern = pattern.replace(name, part)
        return pattern
