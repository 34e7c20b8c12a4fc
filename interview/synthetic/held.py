"""What making demo data has in hand: the clock, the steps, and the ids that came of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from interview.access import Actor
from interview.errors import InterviewError
from interview.service import Service
from interview.synthetic.truth import Truth


class TruthMismatch(InterviewError):
    """The product asked otherwise than the truth expects: one of the two is wrong."""

    code, status = "truth_mismatch", 500


@dataclass
class Clock:
    """Says what it was last set to."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Step:
    """Something that happens at a moment."""

    at: datetime
    do: Callable[[], None]


@dataclass
class Held:
    """What came of it: the ids that the database gave, by number and place in the truth."""

    service: Service
    truth: Truth
    clock: Clock
    position_ids: list[str] = field(default_factory=list)
    interview_ids: dict[int, str] = field(default_factory=dict)
    session_ids: dict[tuple[int, int], str] = field(default_factory=dict)
    reviewers: list[Actor] = field(default_factory=list)
    candidates: dict[int, Actor] = field(default_factory=dict)
