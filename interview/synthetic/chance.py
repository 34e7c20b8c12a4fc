"""The truth from a seed: who is invited, comes, drops out, is reviewed and chosen, with what chances."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

from interview.demographics import Race, Sex
from interview.synthetic.arranging import arranged
from interview.synthetic.asking import Competency, Levels, Position, Question, Rated
from interview.synthetic.elsewhere import held_elsewhere
from interview.synthetic.hearing import misheard
from interview.synthetic.probing import probed
from interview.synthetic.rereading import rereading
from interview.synthetic.talking import Candidate, Wanted, session
from interview.synthetic.trials import Trial
from interview.synthetic.truth import (
    REVIEWERS,
    TIME_LIMIT,
    TITLE_MARK,
    Decision,
    Interview,
    Override,
    Review,
    Session,
    Template,
    Truth,
)

Drawn = TypeVar("Drawn")
DAYS = 182
"""Over which everything happens: 26 weeks."""
_SLOTS = tuple(time(8 + hour, 0) for hour in range(0, 10, 2))
"""When sessions begin: each has its two hours, so that none runs beside another."""
_INVITING, _REVIEWING, _OVERRIDING, _DECIDING = time(7, 0), time(18, 30), time(19, 0), time(19, 30)
_LAST = time(21, 0)
_REHEARSED, _READ_AGAIN = timedelta(minutes=10), timedelta(minutes=45)
"""After a plan was approved; before the end, when the day's interviews and decisions are over."""

_SEXES: Mapping[Sex, int] = {"female": 48, "male": 48, "undisclosed": 4}
_RACES: Mapping[Race, int] = {
    "white": 48, "black_or_african_american": 18, "hispanic_or_latino": 16, "asian": 13, "two_or_more_races": 2,
    "undisclosed": 3,
}  # fmt: skip
"""What candidates say of themselves, in hundred."""
_NOISE = {-1: 0.15, 0: 0.70, 1: 0.15}
_LENIENT = 5
"""The reviewer who rates a level higher half of the time."""


def make_truth(seed: int, last_day: date, interviews: int = 300, positions: int = 5) -> Truth:
    """What is true of so many interviews in the 26 weeks that end with `last_day`."""
    rng = random.Random(seed)  # noqa: S311 - made-up data, no secret
    end = datetime.combine(last_day, _LAST, UTC)
    begin = datetime.combine(last_day - timedelta(days=DAYS), time(6, 0), UTC)
    made = _positions(begin, positions)
    slots = _Slots(rng, begin, last_day)
    shares = [each["share"] for each in _roles()[:positions]]
    chosen = sorted(rng.choices(range(positions), shares, k=interviews))
    # Each of its own, so that more of them change nothing else.
    kinds = ("faults", "line", "elsewhere", "probes", "wishes")
    faults, hearing, elsewhere, probing, wishes = (random.Random(f"{seed} {kind}") for kind in kinds)  # noqa: S311
    chances = _Chances(rng, faults, hearing, slots, made, begin, end)
    people = [chances.interview(n, at) for n, at in enumerate(chosen, start=1)]
    people[-1] = chances.running(people[-1])
    people = held_elsewhere(elsewhere, people, made, end)
    people = probed(probing, people, made)
    people = [arranged(wishes, one, end) for one in people]
    return Truth(
        seed=seed,
        begin=begin,
        end=end,
        positions=made,
        reviewers=tuple(f"Synthetic reviewer {n}" for n in range(1, REVIEWERS + 1)),
        interviews=tuple(people),
        trials=_trials(begin, made),
        templates=tuple(
            Template(place, f"{name} as usual", begin + timedelta(minutes=30 + place))
            for place, name in enumerate(role["title"] for role in _roles()[: min(positions, 2)])
        ),
        rereading=rereading(positions - 1, end - _READ_AGAIN, [one.name for one in made[-1].competencies]),
    )


def _trials(begin: datetime, positions: Sequence[Position]) -> tuple[Trial, ...]:
    """Every plan is rehearsed: the first version before anybody is invited, the second a while after its approval."""
    found = []
    for place, position in enumerate(positions):
        found.append(Trial(place, 1, begin + timedelta(minutes=10 + place), place % REVIEWERS))
        if position.second_version_at:
            found.append(Trial(place, 2, position.second_version_at + _REHEARSED, place % REVIEWERS))
    return tuple(found)


def _drawn(rng: random.Random, shares: Mapping[Drawn, float]) -> Drawn:
    return rng.choices(tuple(shares), tuple(shares.values()))[0]


def _roles() -> list[dict[str, Any]]:
    roles: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("roles.toml").read_text("utf-8"))["roles"]
    return roles


def _positions(begin: datetime, count: int) -> tuple[Position, ...]:
    halfway = begin + timedelta(days=DAYS // 2)
    return tuple(_position(role, halfway) for role in _roles()[:count])


def _position(role: dict[str, Any], halfway: datetime) -> Position:
    return Position(
        role_title=f"{role['title']} {TITLE_MARK}",
        job_text=role["job"],
        competencies=tuple(
            Competency(each["name"], each["description"], {one["name"]: one["weight"] for one in each["criteria"]})
            for each in role["competencies"]
        ),
        questions=tuple(
            Question(competency=each["name"], **question)
            for each in role["competencies"]
            for question in each["questions"]
        ),
        second_version_at=halfway if role.get("second_version") else None,
        unequal=role.get("unequal", False),
    )


class _Slots:
    """Hours at which sessions can begin, each given away once."""

    def __init__(self, rng: random.Random, begin: datetime, last_day: date) -> None:
        self._rng, self._begin, self._last_day = rng, begin.date(), last_day
        self._taken: set[datetime] = set()

    def after(self, day: date, within: int = 6) -> datetime | None:
        """One in the days after that; None where they lie behind the last day or are full."""
        wanted = min(day + timedelta(days=self._rng.randint(1, within)), self._last_day + timedelta(days=1))
        for offset in range(10):
            on = wanted + timedelta(days=offset)
            free = [at for slot in _SLOTS if (at := datetime.combine(on, slot, UTC)) not in self._taken]
            if on > self._last_day:
                return None
            if free:
                self._taken.add(chosen := self._rng.choice(free))
                return chosen
        return None


@dataclass
class _Chances:
    rng: random.Random
    faults: random.Random
    hearing: random.Random
    slots: _Slots
    positions: Sequence[Position]
    begin: datetime
    end: datetime

    def interview(self, number: int, place: int) -> Interview:
        rng, position = self.rng, self.positions[place]
        day = self.begin.date() + timedelta(days=rng.randint(0, DAYS - 2))
        made = Interview(
            number=number,
            position=place,
            invited_at=datetime.combine(day, _INVITING, UTC),
            mode="live" if rng.random() < 0.3 else "text",
            sex=_drawn(rng, _SEXES),
            race=_drawn(rng, _RACES),
            reported=False,
        )
        candidate = Candidate(number, rng.gauss(0, 1), 2.5 if rng.random() < 0.06 else rng.uniform(0.6, 1.1))
        made = replace(made, sessions=self._sessions(made, candidate, position))
        if made.standing is None:
            closed = rng.random() < 0.2 and (made.sessions or day < self.end.date() - timedelta(days=30))
            return replace(made, closed_at=self._later(self._since(made), _DECIDING)) if closed else made
        levels = position.levels(made.responses(made.standing))
        made = replace(made, reported=rng.random() < 0.6, reviews=self._reviews(made, levels))
        made = replace(made, overrides=self._overrides(made, position, levels))
        return replace(made, decisions=self._decisions(made, position, position.overall(levels)))

    def running(self, made: Interview) -> Interview:
        """The same interview, at the end in the middle of its session."""
        place = self.positions[made.position]
        wanted = Wanted(attempt=1, version=2 if place.second_version_at else 1, mode="text", started_at=self.end)
        begun = session(self.rng, Candidate(made.number, 0.0, 0.6), place, replace(wanted, ending="open", until=2))
        begun = replace(begun, started_at=self.end - (begun.last_touched - begun.started_at) - timedelta(minutes=1))
        return Interview(
            number=made.number, position=made.position, invited_at=self.end - timedelta(days=2), mode="text",
            sex=made.sex, race=made.race, reported=False, sessions=(begun,),
        )  # fmt: skip

    def _since(self, made: Interview) -> datetime:
        return made.sessions[-1].last_touched if made.sessions else made.invited_at

    def _later(self, after: datetime, at: time, within: int = 6) -> datetime | None:
        """That hour of one of the next days, if it is not behind the end."""
        day = after.date() + timedelta(days=self.rng.randint(1, within))
        moment = datetime.combine(day, at, UTC)
        return moment if moment < self.end else None

    # --- sessions -----------------------------------------------------------------------------------------------------

    def _sessions(self, made: Interview, candidate: Candidate, position: Position) -> tuple[Session, ...]:
        rng, first = self.rng, self.slots.after(made.invited_at.date())
        if first is None or rng.random() < 0.12:
            return ()
        chance = rng.random()
        if chance < 0.12:  # went away in the middle, and some come back
            until = rng.randint(0, 3)
            dropped = self._session(made, candidate, position, first, ending="dropped", until=until)
            again = self.slots.after(first.date(), within=2) if until and rng.random() < 0.4 else None
            if again is None:
                return (dropped,)
            return (dropped, self._session(made, candidate, position, again, carrying=dropped))
        if chance < 0.15:
            until = rng.randint(1, 3)
            return (self._session(made, candidate, position, first, ending="stopped", until=until),)
        whole = self._session(made, candidate, position, first)
        if chance < 0.17 and (again := self.slots.after(first.date(), within=3)):  # the team allows another attempt
            anew = self._session(made, candidate, position, again, attempt=2, version=whole.version)
            return (whole, anew)
        return (whole,)

    def _session(
        self, made: Interview, candidate: Candidate, position: Position, at: datetime, *,
        ending: Literal["completed", "stopped", "dropped"] = "completed", until: int | None = None, attempt: int = 1,
        version: int | None = None, carrying: Session | None = None,
    ) -> Session:  # fmt: skip
        rng, second = self.rng, position.second_version_at
        lost = rng.choice((20, 45, 90, 240)) if made.mode == "live" and rng.random() < 0.25 else 0
        wanted = Wanted(
            attempt=attempt,
            version=version or (carrying.version if carrying else 2 if second and at > second else 1),
            mode=made.mode,
            started_at=at,
            ending=ending,
            until=until,
            lost_seconds=lost,
            before=carrying.responses if carrying else (),
            limit=carrying.time_left if carrying else TIME_LIMIT,
        )
        return misheard(self.hearing, self._with_faults(session(rng, candidate, position, wanted)))

    def _with_faults(self, made: Session) -> Session:
        """One of twelve talks loses its voice, half of these before the first word."""
        if made.mode == "text" or self.faults.random() >= 1 / 12:
            return made
        before = self.faults.random() < 0.5 or not made.responses
        return replace(made, voice_fails_after=0 if before else self.faults.randint(1, len(made.responses)))

    # --- what people make of it ---------------------------------------------------------------------------------------

    def _reviews(self, made: Interview, levels: Rated) -> tuple[Review, ...]:
        rng = self.rng
        if rng.random() >= 0.25:
            return ()
        found = [self._review(one, made, levels) for one in rng.sample(range(REVIEWERS), rng.choice((1, 2, 2, 3)))]
        return tuple(sorted((one for one in found if one), key=lambda one: one.at))

    def _review(self, reviewer: int, made: Interview, levels: Rated) -> Review | None:
        rng, at = self.rng, self._later(self._since(made), _REVIEWING)
        if at is None:
            return None
        unrated = at - timedelta(minutes=5) if rng.random() < 0.15 else None
        if unrated and rng.random() < 0.4:
            return Review(reviewer, at, unrated, None)
        given = {name: self._noisy(each, reviewer) for name, each in levels.items()}
        return Review(reviewer, at, unrated, given)

    def _noisy(self, levels: Levels, reviewer: int) -> Levels:
        return {name: self._rating(level, reviewer) for name, level in levels.items()}

    def _rating(self, level: int | None, reviewer: int) -> int | None:
        rng = self.rng
        if level is None or rng.random() < 0.04:
            return None
        noise = _drawn(rng, _NOISE)
        lenient = int(reviewer == _LENIENT and rng.random() < 0.5)
        return max(1, min(5, level + noise + lenient))

    def _overrides(self, made: Interview, position: Position, levels: Rated) -> tuple[Override, ...]:
        rng = self.rng
        if not made.reviews or rng.random() >= 0.4:
            return ()
        last = made.reviews[-1]
        at = datetime.combine(last.at.date(), _OVERRIDING, UTC)
        competency = rng.choice(position.competencies)
        criterion = rng.choice(tuple(competency.weights))
        level = levels[competency.name][criterion]
        changed = 2 if level is None else level + 1 if level < 4 else level - 1
        return (Override(last.reviewer, at, competency.name, criterion, changed),)

    def _decisions(self, made: Interview, position: Position, overall: float) -> tuple[Decision, ...]:
        rng, since = self.rng, made.overrides[-1].at if made.overrides else self._since(made)
        since = max([since, *(one.at for one in made.reviews)])
        at = self._later(since, _DECIDING)
        if at is None or rng.random() < 0.1:
            return ()
        reviewer = rng.randrange(REVIEWERS)
        if rng.random() < 0.08:
            held = Decision(reviewer, at, rng.choice(("hold", "hold", "no_decision")))
            after = self._later(at, _DECIDING)
            return (
                (held,) if after is None or rng.random() < 0.4 else (held, self._decide(made, position, overall, after))
            )
        return (self._decide(made, position, overall, at),)

    def _decide(self, made: Interview, position: Position, overall: float, at: datetime) -> Decision:
        """By score and chance; where the position is unequal, half of the women who would advance do not."""
        rng = self.rng
        advance = rng.random() < (0.9 if overall >= 3.3 else 0.12)
        if advance and position.unequal and made.sex == "female":
            advance = rng.random() < 0.5
        return Decision(rng.randrange(REVIEWERS), at, "advance" if advance else "decline")
