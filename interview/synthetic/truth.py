"""What is true of the demo data: who was asked what, how each answer is to be rated, and what people made of it.

Frozen dataclasses, made from a seed by `chance`, and sums over them that read no database. Levels are 1 to 5 on the
anchored scale; None means that the words do not show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from interview.demographics import Race, Sex

Levels = Mapping[str, int | None]
"""Criterion → level."""
Rated = Mapping[str, Levels]
"""Competency → criterion → level."""
Rung = Literal["broad", "why", "how", "challenge", "edge", "hint"]
Ending = Literal["completed", "stopped", "dropped", "open"]
"""`stopped`: by the candidate, which completes it; `dropped`: they went away; `open`: it still runs."""

TIME_LIMIT, LEAST_TIME = timedelta(minutes=45), timedelta(minutes=5)
"""Of a session; and what one that carries on another has at least."""
MOST_PROMPTS = 3
"""Of a competency: its questions and their follow-ups."""
SKIPPED, STUCK = "", "I do not know."
TITLE_MARK, NAME_MARK = "(synthetic)", "Synthetic candidate"

EVALUATION_TOKENS, SCORE_TOKENS = (1_500, 300), (4_000, 500)
PLAN_TOKENS, PROBE_TOKENS = (2_000, 1_500), (1_200, 200)
"""Of a call, in and out. Words to ask with are taken from a list and cost nothing."""
INPUT_PRICE, OUTPUT_PRICE = 0.5, 3.0
"""US dollars per million tokens."""


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


@dataclass(frozen=True)
class Position:
    """`second_version_at`: when the second version of its plan was approved. `unequal`: it chooses by sex as well."""

    role_title: str
    job_text: str
    competencies: tuple[Competency, ...]
    questions: tuple[Question, ...]
    second_version_at: datetime | None
    unequal: bool

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
    """A prompt and what came back after `seconds`. `levels`: of the whole response from then on."""

    rung: Rung
    said: str
    levels: Levels
    seconds: int


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


@dataclass(frozen=True)
class Session:
    """`unanswered`: another prompt was asked last, and never answered. `lost_seconds`: given back after the warm-up.

    `goes_on`: it carries on the session before it, which was dropped; `responses` are this session's own.
    `voice_fails_after`: so many of them were spoken, then the voice failed and the candidate wrote; with 0 it never
    came up, and the warm-up was written too.
    """

    attempt: int
    version: int
    mode: Literal["text", "live"]
    started_at: datetime
    warmup_seconds: int
    responses: tuple[Response, ...]
    wrapup_seconds: int
    ending: Ending
    lost_seconds: int = 0
    voice_fails_after: int | None = None
    unanswered: bool = False
    goes_on: bool = False
    limit: timedelta = TIME_LIMIT

    @property
    def time_left(self) -> timedelta:
        """What a session that carries this one on has."""
        used = self.last_touched - self.started_at - timedelta(seconds=self.lost_seconds)
        return max(LEAST_TIME, self.limit - used)

    @property
    def faulty(self) -> bool:
        """Whether technology failed: time was lost to it, or the voice."""
        return self.lost_seconds > 0 or self.voice_fails_after is not None

    @property
    def spoken(self) -> bool:
        """Whether a word of it was."""
        return self.mode == "live" and self.voice_fails_after != 0

    @property
    def complete(self) -> bool:
        return self.ending in ("completed", "stopped")

    @property
    def competency_seconds(self) -> int:
        return sum(one.seconds for response in self.responses for one in response.exchanges)

    @property
    def last_touched(self) -> datetime:
        """When the candidate was last heard of: the end, where it is complete."""
        seconds = self.warmup_seconds + self.competency_seconds + (self.wrapup_seconds if self.complete else 0)
        return self.started_at + timedelta(seconds=seconds)

    @property
    def stage_seconds(self) -> dict[str, int]:
        """How long each stage took, of a complete session; who stops does so in the competency stage."""
        closing = self.wrapup_seconds
        if self.ending == "stopped":
            return {"warmup": self.warmup_seconds, "competency": self.competency_seconds + closing}
        return {"warmup": self.warmup_seconds, "competency": self.competency_seconds, "wrapup": closing}

    @property
    def evaluations(self) -> int:
        return sum(response.evaluations for response in self.responses)

    @property
    def calls(self) -> tuple[tuple[int, int], ...]:
        """What the engine's calls took in tokens, in and out, a pair each."""
        return (EVALUATION_TOKENS,) * self.evaluations + (SCORE_TOKENS,) * self.complete


@dataclass(frozen=True)
class Review:
    """One reviewer's look. `levels` None: they saw the scores and rated nothing; `unrated_at`: saw them first."""

    reviewer: int
    at: datetime
    unrated_at: datetime | None
    levels: Rated | None

    @property
    def blind(self) -> bool:
        return self.levels is not None and self.unrated_at is None


@dataclass(frozen=True)
class Override:
    reviewer: int
    at: datetime
    competency: str
    criterion: str
    level: int


@dataclass(frozen=True)
class Decision:
    reviewer: int
    at: datetime
    verdict: Literal["advance", "hold", "decline", "no_decision"]


@dataclass(frozen=True)
class Interview:
    """`position`: its place in the truth's list. `reported`: the candidate said their sex and race afterwards."""

    number: int
    position: int
    invited_at: datetime
    mode: Literal["text", "live"]
    sex: Sex
    race: Race
    reported: bool
    sessions: tuple[Session, ...] = ()
    closed_at: datetime | None = None
    reviews: tuple[Review, ...] = ()
    overrides: tuple[Override, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def candidate(self) -> str:
        return f"{NAME_MARK} {self.number:03d}"

    @property
    def standing(self) -> Session | None:
        """The session that speaks for the interview, if one was completed: the newest."""
        return next((one for one in reversed(self.sessions) if one.complete), None)

    @property
    def decided(self) -> Decision | None:
        """The newest decision."""
        return self.decisions[-1] if self.decisions else None

    def responses(self, session: Session) -> tuple[Response, ...]:
        """A session's, after those of the sessions that it carries on."""
        at = self.sessions.index(session)
        earlier = self.responses(self.sessions[at - 1]) if session.goes_on else ()
        return (*earlier, *session.responses)


@dataclass(frozen=True)
class Truth:
    """`begin`, `end`: everything happened between them. `reviewers`: their names, by number."""

    seed: int
    begin: datetime
    end: datetime
    positions: tuple[Position, ...]
    reviewers: tuple[str, ...]
    interviews: tuple[Interview, ...]

    def engine_levels(self, interview: Interview, session: Session) -> Rated:
        """What the engine made of a session."""
        return self.position_of(interview).levels(interview.responses(session))

    def standing_levels(self, interview: Interview, session: Session) -> Rated:
        """The same with what people put in their place, which is always of the newest session."""
        levels = {name: dict(each) for name, each in self.engine_levels(interview, session).items()}
        for override in interview.overrides if session is interview.standing else ():
            levels[override.competency][override.criterion] = override.level
        return levels

    def scored_at(self, interview: Interview, session: Session) -> datetime:
        """When the scorecard that stands for the session was written."""
        newest = interview.overrides[-1:] if session is interview.standing else ()
        return newest[0].at if newest else session.last_touched

    def position_of(self, interview: Interview) -> Position:
        return self.positions[interview.position]


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
