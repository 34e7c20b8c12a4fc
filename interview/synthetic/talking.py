"""What is asked and answered in a made-up session: an own statement of the rules of follow-ups, hints and time."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from interview.synthetic.asking import (
    MOST_PROMPTS,
    SKIPPED,
    STUCK,
    Competency,
    Exchange,
    Levels,
    Position,
    Question,
    Response,
    Rung,
    sentence,
)
from interview.synthetic.truth import TIME_LIMIT, Ending, Session

_LADDERS: dict[str, tuple[Rung, ...]] = {
    "stuck": ("hint",),
    "vague": ("why", "how"),
    "sound": ("why", "how"),
    "strong": ("challenge", "edge"),
}
_THIN = ("stuck", "vague")


@dataclass(frozen=True)
class Candidate:
    """`ability`: in standard deviations from the average; `pace`: how slowly they answer, 1.0 is usual."""

    number: int
    ability: float
    pace: float


@dataclass(frozen=True)
class Wanted:
    """How a session is to go. `until`: how many responses there are before the ending, None: all."""

    attempt: int
    version: int
    mode: Literal["text", "live"]
    started_at: datetime
    ending: Ending = "completed"
    until: int | None = None
    lost_seconds: int = 0
    before: tuple[Response, ...] = ()
    limit: timedelta = TIME_LIMIT


def session(rng: random.Random, candidate: Candidate, position: Position, wanted: Wanted) -> Session:
    """One session, after `wanted.before`, which an earlier one has left."""
    talk = _Talk(rng, candidate, position, wanted)
    return talk.session()


class _Talk:
    def __init__(self, rng: random.Random, candidate: Candidate, position: Position, wanted: Wanted) -> None:
        self._rng, self._candidate, self._position, self._wanted = rng, candidate, position, wanted
        self._responses: list[Response] = []
        self._elapsed = self._warmup = self._seconds(40, 90)

    def session(self) -> Session:
        wanted = self._wanted
        first = len(wanted.before)
        last = len(self._position.questions) if wanted.until is None else wanted.until
        for place in range(first, last):
            if self._time_is_up():
                break
            if self._is_due(place):
                self._responses.append(self._respond(place))
        return Session(
            attempt=wanted.attempt,
            version=wanted.version,
            mode=wanted.mode,
            started_at=wanted.started_at,
            warmup_seconds=self._warmup,
            responses=tuple(self._responses),
            wrapup_seconds=self._seconds(20, 60),
            ending=wanted.ending,
            lost_seconds=wanted.lost_seconds,
            unanswered=wanted.ending != "completed",
            goes_on=bool(wanted.before),
            limit=wanted.limit,
        )

    def _time_is_up(self) -> bool:
        return timedelta(seconds=self._elapsed - self._wanted.lost_seconds) >= self._wanted.limit

    def _is_due(self, place: int) -> bool:
        """A core question always is; a probe, where its competency wants more than its last core question brought."""
        if self._position.questions[place].kind == "core":
            return True
        before = self._done()[-1]
        return self._wanting(before.question, list(before.exchanges))

    def _respond(self, place: int) -> Response:
        question = self._position.questions[place]
        exchanges: list[Exchange] = []
        shows = self._rng.random() >= question.missing
        rung: Rung | None = "broad"
        while rung is not None:
            exchanges.append(self._exchange(place, question, rung, exchanges, shows=shows))
            self._elapsed += exchanges[-1].seconds
            rung = None if self._time_is_up() else self._next_rung(place, exchanges)
        return Response(question=place, exchanges=tuple(exchanges))

    def _next_rung(self, place: int, exchanges: list[Exchange]) -> Rung | None:
        """A thin answer is followed up, and an open rubric, as far as there is room; a probe keeps a place in it."""
        if exchanges[-1].said == SKIPPED or not self._wanting(place, exchanges):
            return None
        question, later = self._position.questions[place], self._position.questions[place + 1 :]
        quality = _quality(self._position.competency(question.competency), exchanges[-1])
        kinds = {one.kind for one in later if one.competency == question.competency}
        if kinds == {"probe"} and (quality not in _THIN or self._room(place, exchanges) == 1):
            return None
        used = {one.rung for one in exchanges}
        return next((rung for rung in _LADDERS[quality] if rung not in used), None)

    def _wanting(self, place: int, exchanges: list[Exchange]) -> bool:
        """Whether the competency has room left and something open, or a thin answer."""
        competency = self._position.competency(self._position.questions[place].competency)
        last = exchanges[-1]
        thin = last.said != SKIPPED and _quality(competency, last) in _THIN
        levels = [one.levels for one in self._mine(place)] + [Response(place, tuple(exchanges)).levels]
        filled = all(any(one.get(name) is not None for one in levels) for name in competency.weights)
        return self._room(place, exchanges) > 0 and (thin or not filled)

    def _room(self, place: int, exchanges: list[Exchange]) -> int:
        """How many prompts the competency has left beside those asked and its core questions to come."""
        questions = self._position.questions
        asked = sum(len(one.exchanges) for one in self._mine(place)) + len(exchanges)
        waiting = [one.kind for one in questions[place + 1 :] if one.competency == questions[place].competency]
        return MOST_PROMPTS - asked - waiting.count("core")

    def _mine(self, place: int) -> list[Response]:
        """The earlier responses to the same competency."""
        questions = self._position.questions
        return [
            one
            for one in self._done()
            if one.question < place and questions[one.question].competency == questions[place].competency
        ]

    def _done(self) -> list[Response]:
        return [*self._wanted.before, *self._responses]

    def _exchange(self, place: int, question: Question, rung: Rung, before: list[Exchange], *, shows: bool) -> Exchange:
        rng, competency = self._rng, self._position.competency(question.competency)
        seconds = self._seconds(70, 200)
        chance = rng.random()
        if chance < 0.04:
            return Exchange(rung, SKIPPED, {}, seconds // 4)
        if rung == "broad" and chance < 0.10:
            return Exchange(rung, STUCK, dict.fromkeys(competency.weights), seconds // 3)
        former = before[-1].levels if before else dict.fromkeys(competency.weights)
        levels = self._levels(question, former) if shows else former
        new = {name: level for name, level in levels.items() if level is not None and level != former[name]}
        lead = f"That was in project {self._candidate.number}-{self._wanted.attempt}-{place + 1}-{len(before) + 1}."
        return Exchange(rung, " ".join([lead, *(sentence(*each) for each in new.items())]), levels, seconds)

    def _levels(self, question: Question, former: Levels) -> Levels:
        """Answers show more and more: what was shown stays or rises, what was open may be shown."""
        rng, levels = self._rng, dict(former)
        drift = question.drift if self._wanted.version == 2 else 0.0
        mean = question.level + drift + question.spread * self._candidate.ability
        for name, level in former.items():
            if level is not None:
                levels[name] = min(5, level + int(rng.random() < 0.25))
            elif rng.random() >= 0.06:
                levels[name] = max(1, min(5, round(rng.gauss(mean, 0.5))))
        return levels

    def _seconds(self, least: int, most: int) -> int:
        return round(self._rng.uniform(least, most) * self._candidate.pace)


def _quality(competency: Competency, exchange: Exchange) -> str:
    total = competency.total(exchange.levels)
    if exchange.said == STUCK:
        return "stuck"
    return "vague" if total < 3 else "strong" if total >= 4 else "sound"
