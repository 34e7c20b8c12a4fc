"""What is true of rehearsals: when each plan is tried out, and which levels the simulated candidates are to get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from interview.rehearsal.simulated import Kind

_LEVELS: Mapping[Kind, int] = {"strong": 5, "weak": 2, "injecting": 2}
"""On every criterion that can tell them apart. The silent and the rambling one show nothing."""
_BLUNT = 3
"""What all of these get on a criterion that cannot."""


@dataclass(frozen=True)
class Trial:
    """One rehearsal of a position (by its place in the truth's list), run by that reviewer."""

    position: int
    version: int
    at: datetime
    reviewer: int


def simulated_level(kind: Kind, *, blunt: bool) -> int | None:
    """The level of a simulated candidate on a criterion. `blunt`: one that tells nobody apart."""
    level = _LEVELS.get(kind)
    return _BLUNT if level is not None and blunt else level
