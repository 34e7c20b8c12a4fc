"""Figures of the demo data from their truth alone: plain Python over dataclasses, no database, no product code."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from interview.synthetic.asking import Levels, Position, Rated
from interview.synthetic.truth import INPUT_PRICE, OUTPUT_PRICE, Interview, Session, Truth

LINK_DAYS = 14


@dataclass(frozen=True)
class Card:
    """The scorecard that stands for a session."""

    interview: Interview
    session: Session
    position: Position
    at: datetime
    levels: Rated

    @property
    def totals(self) -> dict[str, float]:
        return self.position.totals(self.levels)

    @property
    def overall(self) -> float:
        return self.position.overall(self.levels)


def cards(truth: Truth, position: int | None = None, version: int | None = None) -> list[Card]:
    """One of every completed session, of all positions or one, of all versions of its plan or one."""
    return [
        Card(
            interview, session, truth.position_of(interview),
            truth.scored_at(interview, session), truth.standing_levels(interview, session),
        )
        for interview in truth.interviews
        for session in interview.sessions
        if session.complete and position in (None, interview.position) and version in (None, session.version)
    ]  # fmt: skip


def state(truth: Truth, interview: Interview) -> str:
    """Where an interview stands at the end."""
    if interview.closed_at:
        return "closed"
    if interview.sessions:
        newest = interview.sessions[-1].ending
        return {"dropped": "expired", "open": "in_progress"}.get(newest, "completed")
    return "invited" if interview.invited_at + timedelta(days=LINK_DAYS) > truth.end else "ready"


def level_of(score: float) -> int:
    """The level that a mean falls on, halves going up."""
    return int(score + 0.5)


def distribution(found: list[Card]) -> dict[str, tuple[list[int], int, float]]:
    """By competency: scores on the levels 1 to 5, how many have none, the mean of the scores."""
    rows: dict[str, list[float]] = defaultdict(list)
    for card in found:
        for name, total in card.totals.items():
            rows[name].append(total)
    return {name: _distributed(scores) for name, scores in rows.items()}


def _distributed(scores: list[float]) -> tuple[list[int], int, float]:
    there = [score for score in scores if score]
    levels = [sum(level_of(score) == level for score in there) for level in range(1, 6)]
    return levels, len(scores) - len(there), sum(there) / len(there) if there else 0.0


def weekly(found: list[Card]) -> dict[tuple[date, str], tuple[int, float]]:
    """By Monday and competency: how many scores, and their mean."""
    weeks: dict[tuple[date, str], list[float]] = defaultdict(list)
    for card in found:
        day = card.at.date()
        for name, total in card.totals.items():
            if total:
                weeks[day - timedelta(days=day.weekday()), name].append(total)
    return {place: (len(scores), sum(scores) / len(scores)) for place, scores in weeks.items()}


def cost(calls: list[tuple[int, int]]) -> float:
    """US dollars at the prices that the demo data are made with."""
    return sum(given * INPUT_PRICE + made * OUTPUT_PRICE for given, made in calls) / 1_000_000


def shown(position: Position, levels: Rated) -> int:
    """How many criteria have a level."""
    return sum(one.shown(levels[one.name]) for one in position.competencies)


def criteria(position: Position) -> int:
    return sum(len(one.weights) for one in position.competencies)


def all_levels(levels: Rated) -> list[tuple[str, str, int | None]]:
    """Competency, criterion, level."""
    return [(name, criterion, level) for name, each in levels.items() for criterion, level in _items(each)]


def _items(levels: Levels) -> list[tuple[str, int | None]]:
    return list(levels.items())
