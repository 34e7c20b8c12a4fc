"""What is true of a position that is scored again, by a second wording of the prompts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

FIRST_PROMPT, SECOND_PROMPT = "1", "2"
_STRICTER, _MILDER = {3: 2, 4: 3, 5: 4}, {1: 2, 2: 3, 3: 4}
"""Level before → level now: one lower, or one higher."""


@dataclass(frozen=True)
class Rereading:
    """`position`: its place in the truth's list. `changed`: competency → level → level now, where they differ."""

    position: int
    at: datetime
    changed: Mapping[str, Mapping[int, int]]

    def levels(self, competency: str, before: Mapping[str, int | None]) -> Mapping[str, int | None]:
        """A competency's levels by criterion, as they are read now."""
        changed = self.changed.get(competency, {})
        return {name: None if level is None else changed.get(level, level) for name, level in before.items()}


def rereading(position: int, at: datetime, competencies: Sequence[str]) -> Rereading:
    """Stricter about the first two competencies and milder about the last two, so that the able and the others move."""
    changed = dict.fromkeys(competencies[:2], _STRICTER) | dict.fromkeys(competencies[-2:], _MILDER)
    return Rereading(position, at, changed)
