"""What is asked in the demo data and what comes back: positions with their rubrics, questions, answers and levels.

Levels are 1 to 5 on the anchored scale; None means that the words do not show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from interview.models import Spans
from interview.synthetic.rereading import Rereading

Levels = Mapping[str, int | None]
"""Criterion → level."""
Rated = Mapping[str, Levels]
"""Competency → criterion → level."""
Rung = Literal["broad", "why", "how", "challenge", "edge", "hint"]

MOST_PROMPTS = 3
"""Of a competency: its questions and their follow-ups."""
GAP, PROBE = "It has a year without work in it.", "Your résumé has a year without work. What did you do in it?"
"""What a résumé says, and what is asked then."""
SKIPPED, STUCK = "", "I do not know."
FOLLOW_UPS: Mapping[Rung, str] = {
    "why": "Why did you do it that way?",
    "how": "How exactly did you go about it?",
    "challenge": "What would you say to somebody who would have done it otherwise?",
    "edge": "What if you had had half the time?",
    "hint": "Think of a time when it was hard, and begin with what you did first.",
}
"""What is asked at these rungs."""


@dataclass(frozen=True)
class Competency:
    """`weights`: by criterion; they sum to 1."""

    name: str
    description: str
    weights: Mapping[str, float]

    def total(self, levels: Levels) -> float:
        """Weighted mean of the levels there are, to two decimals; 0.0 without any."""
        there = {name: level for name, level in levels.items() if level is not None}
        if not there:
            return 0.0
        weight = sum(self.weights[name] for name in there)
        return round(sum(level * self.weights[name] for name, level in there.items()) / weight, 2)

    def shown(self, levels: Levels) -> int:
        """How many of its criteria have a level."""
        return sum(levels.get(name) is not None for name in self.weights)


@dataclass(frozen=True)
class Question:
    """See `roles.toml` for the figures."""

    text: str
    competency: str
    level: float
    spread: float
    missing: float = 0.0
    drift: float = 0.0
    kind: Literal["core", "probe"] = "core"


@dataclass(frozen=True)
class Position:
    """`second_version_at`: when the second version of its plan was approved. `unequal`: it chooses by sex as well."""

    role_title: str
    job_text: str
    competencies: tuple[Competency, ...]
    questions: tuple[Question, ...]
    second_version_at: datetime | None
    unequal: bool

    @property
    def with_probe(self) -> Position:
        """The same for a candidate with a gap in the résumé: their probe belongs to the last competency."""
        probe = Question(PROBE, self.competencies[-1].name, level=3.0, spread=0.8, kind="probe")
        return replace(self, questions=(*self.questions, probe))

    @property
    def blunt(self) -> tuple[str, str]:
        """The competency and the criterion that tell no simulated candidates apart: the last ones."""
        last = self.competencies[-1]
        return last.name, tuple(last.weights)[-1]

    def competency(self, name: str) -> Competency:
        return next(one for one in self.competencies if one.name == name)

    def levels(self, responses: Iterable[Response]) -> Rated:
        """Where each criterion stands after these: the newest level of a question replaces an earlier one's."""
        standing: dict[str, dict[str, int | None]] = {one.name: dict.fromkeys(one.weights) for one in self.competencies}
        for response in responses:
            levels = standing[self.questions[response.question].competency]
            levels.update({name: level for name, level in response.levels.items() if level is not None})
        return standing

    def totals(self, rated: Rated) -> dict[str, float]:
        """By competency, 0.0 where nothing has a level."""
        return {one.name: one.total(rated.get(one.name, {})) for one in self.competencies}

    def overall(self, rated: Rated) -> float:
        """Mean over the competencies that have a level, to two decimals; 0.0 without any."""
        there = [total for total in self.totals(rated).values() if total > 0]
        return round(sum(there) / len(there), 2) if there else 0.0


@dataclass(frozen=True)
class Exchange:
    """A prompt and what came back after `seconds`. `levels`: of the whole response from then on.

    `doubtful`: the ranges of what was said that were not clearly heard, where it was spoken.
    """

    rung: Rung
    said: str
    levels: Levels
    seconds: int
    doubtful: Spans = ()


@dataclass(frozen=True)
class Response:
    """A question, by its place in the position's list, with its follow-ups."""

    question: int
    exchanges: tuple[Exchange, ...]

    @property
    def skipped(self) -> bool:
        """Whether nothing at all was answered."""
        return all(one.said == SKIPPED for one in self.exchanges)

    @property
    def hints(self) -> int:
        return sum(one.rung == "hint" for one in self.exchanges)

    @property
    def follow_ups(self) -> int:
        return sum(one.rung not in ("broad", "hint") for one in self.exchanges)

    @property
    def evaluations(self) -> int:
        return sum(one.said != SKIPPED for one in self.exchanges)

    @property
    def levels(self) -> Levels:
        """Those of the newest answer."""
        answered = [one.levels for one in self.exchanges if one.said != SKIPPED]
        return answered[-1] if answered else {}

    def read_again(self, again: Rereading, competency: str) -> Response:
        """The same words with the levels of the second reading."""
        read = (replace(one, levels=again.levels(competency, one.levels)) for one in self.exchanges)
        return replace(self, exchanges=tuple(read))


def sentence(criterion: str, level: int) -> str:
    """The words of an answer that show this level of a criterion; an engine quotes them."""
    return f"On “{criterion.lower()}”, {_DEEDS[level]}"


_DEEDS = {
    1: "I waited until somebody else took care of it.",
    2: "I did a part of it when I was asked to.",
    3: "I did what is usual and it worked in the end.",
    4: "I chose a way of my own, gave reasons and saw it through.",
    5: "I set a target, measured before and after, and wrote down what I would do otherwise.",
}
