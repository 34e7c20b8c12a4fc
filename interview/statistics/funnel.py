"""From the invitation to the decision: how many interviews came how far, who dropped out, and what failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import Field
from sqlalchemy import Row
from sqlalchemy.orm import Session

from interview.models import Mode, Model
from interview.records import FigureFilter
from interview.store import figure_queries
from interview.store.figure_queries import Course


class FunnelStep(Model):
    """Interviews of one position, or of all, by how far they came; each step is of those of the step before."""

    position_id: str | None = Field(description="None: all positions together")
    role_title: str = ""
    invited: int = Field(0, description="Interviews with an invitation, or started without one")
    started: int = Field(0, description="Of these: a session was begun, or a transcript imported")
    completed: int = Field(0, description="Of these: an attempt was completed, or a transcript imported")
    decided: int = Field(0, description="Of these: somebody decided, and has not taken it back")
    dropped_out: int = Field(0, description="Started, and the newest attempt is neither completed nor still open")
    start_rate: float | None = Field(None, description="Started of invited, 0 to 1; None where nobody was")
    completion_rate: float | None = Field(None, description="Completed of started")
    decision_rate: float | None = Field(None, description="Decided of completed")
    drop_out_rate: float | None = Field(None, description="Dropped out of started")


class ModeFaults(Model):
    """How often the technology failed in interviews of one mode.

    An interview that was held by voice and in text counts in both; one that went on in text after it was begun by
    voice counts as voice, also where the voice never came up and all of it was written. A fault: time was given back,
    or a talk ended because the voice failed (the voice, what a turn of it needs, or this service); that a talk has to
    wait because all places are taken is none. In text faults are not counted: a turn that fails leaves no trace.
    """

    mode: Mode
    started: int = Field(description="Interviews begun in this mode")
    with_faults: int | None = Field(
        description="Of these: time was given back for a fault, such as a lost connection, or a talk ended because the "
        "voice failed, before its first word or later; None in text, where they are not counted"
    )
    fault_rate: float | None = Field(
        None, description="With faults of started, 0 to 1; None where nobody started, and in text"
    )


class Funnel(Model):
    """`positions`: those with an interview that counts, most interviews first."""

    everything: FunnelStep
    positions: tuple[FunnelStep, ...]
    modes: tuple[ModeFaults, ...]


@dataclass
class _Counts:
    invited: int = 0
    started: int = 0
    completed: int = 0
    decided: int = 0
    dropped_out: int = 0


def read_funnel(tx: Session, wanted: FigureFilter, titles: dict[str, str]) -> Funnel:
    """The funnel of a filter; `titles`: role titles by position. A competency in the filter changes nothing here."""
    rows = figure_queries.funnel(tx, wanted)
    everything, by_position = _Counts(), {row.position_id: _Counts() for row in rows}
    for row in rows:
        for counts in (everything, by_position[row.position_id]):
            _count(counts, row)
    steps = [_step(counts, position_id, titles.get(position_id, "")) for position_id, counts in by_position.items()]
    return Funnel(
        everything=_step(everything, None, ""),
        positions=tuple(sorted(steps, key=lambda step: (-step.invited, step.role_title, step.position_id or ""))),
        modes=_faults((Course(row.course), row.n) for row in rows if row.course is not None),
    )


def share(part: int, whole: int) -> float | None:
    """A part of a whole, 0 to 1 in four decimals; None of nothing."""
    return round(part / whole, 4) if whole else None


def _count(counts: _Counts, row: Row[*tuple[Any, ...]]) -> None:
    counts.invited += row.n
    if row.course is None:
        return
    course = Course(row.course)
    counts.started += row.n
    counts.completed += row.n * course.completed
    counts.decided += row.n * (course.completed and row.decided)
    counts.dropped_out += row.n * course.dropped_out


def _step(counts: _Counts, position_id: str | None, role_title: str) -> FunnelStep:
    return FunnelStep(
        position_id=position_id,
        role_title=role_title,
        **asdict(counts),
        start_rate=share(counts.started, counts.invited),
        completion_rate=share(counts.completed, counts.started),
        decision_rate=share(counts.decided, counts.completed),
        drop_out_rate=share(counts.dropped_out, counts.started),
    )


def _faults(courses: Iterable[tuple[Course, int]]) -> tuple[ModeFaults, ...]:
    known = list(courses)
    spoken = sum(n for course, n in known if course.spoken)
    faulty = sum(n for course, n in known if course.faulty)
    written = sum(n for course, n in known if course.written)
    return (
        ModeFaults(mode="live", started=spoken, with_faults=faulty, fault_rate=share(faulty, spoken)),
        ModeFaults(mode="text", started=written, with_faults=None),
    )
