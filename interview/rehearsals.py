"""Rehearsing a position before it is published: simulated candidates go through its plan, people read what it found.

Nothing of a session is stored: only the report, with the versions that made it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Event

from interview import __version__
from interview.access import HIRING_ROLES, Actor, audit
from interview.context import Context, new_id
from interview.errors import EngineFailure
from interview.models import Model, Moment
from interview.positions import Position, Positions, position_row
from interview.rehearsal.advice import advice, unanswered_questions
from interview.rehearsal.report import RehearsalReport, candidate_trial, competency_trials, order_trials
from interview.rehearsal.running import Held, hold
from interview.rehearsal.simulated import KINDS, Kind
from interview.store import rehearsal_queries
from interview.store.review_tables import RehearsalRow
from interview.usage import Call, added_up, charged

MAX_SECONDS = 900.0
"""A rehearsal that takes longer is given up; with a model it takes one to three minutes."""
KEPT = 20
"""Reports of a position that are listed, newest first."""

Progress = Callable[[str, float], object]
"""Told what has just been done, and the share done (0 to 1)."""


class Rehearsal(Model):
    """A plan tried out on simulated candidates. `name`: who ran it; `engine` to `application`: what made the levels."""

    rehearsal_id: str
    position_id: str
    plan_version: int
    at: Moment
    name: str
    engine: str
    model: str
    prompt: str
    application: str
    report: RehearsalReport


class _Stopped(Exception):
    """Another simulated candidate's interview has failed, or nobody waits for this one any more."""


class Rehearsals:
    """The use cases around rehearsals."""

    def __init__(self, context: Context, positions: Positions) -> None:
        self._context, self._positions = context, positions

    def run(self, actor: Actor, position_id: str, progress: Progress | None = None) -> Rehearsal:
        """Take the five simulated candidates through the newest plan, approved or not, and store what it found.

        Takes seconds with the embedded engine, minutes with a model. Raises NotFound `position_not_found`,
        EngineFailure (also after `MAX_SECONDS`) and BudgetReached: then nothing is stored.
        """
        position = self._positions.get(actor, position_id)
        begun = time.monotonic()
        calls: list[Call] = []
        held = _hold_all(self._context, position, calls, progress or (lambda _what, _share: None))
        report = _report(self._context, position, held, calls, time.monotonic() - begun)
        engine = self._context.engine
        row = RehearsalRow(
            rehearsal_id=new_id(),
            position_id=position_id,
            plan_version=position.plan_version,
            at=self._context.clock(),
            name=actor.name,
            engine=engine.name,
            model=engine.model,
            prompt=engine.prompt_version,
            application=__version__,
            report=report.model_dump(mode="json"),
        )
        with self._context.database.write() as tx:
            position_row(tx, position_id)  # it may have been deleted meanwhile
            tx.add(row)
            audit(tx, self._context, actor, "plan_rehearsed", position_id, version=position.plan_version)
        return _rehearsal(row)

    def list(self, actor: Actor, position_id: str) -> list[Rehearsal]:
        """A position's rehearsals, newest first, `KEPT` at most. Raises NotFound."""
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            position_row(tx, position_id)
            return [_rehearsal(row) for row in rehearsal_queries.newest(tx, position_id, KEPT)]

    def rehearsed(self, actor: Actor, position_id: str, version: int) -> bool:
        """Whether this version of the plan was ever rehearsed: approving one that was not deserves a word."""
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            return rehearsal_queries.rehearsed(tx, position_id, version)


# --- the interviews ---------------------------------------------------------------------------------------------------


def _hold_all(context: Context, position: Position, calls: list[Call], progress: Progress) -> dict[Kind, Held]:
    """All five at once: most of the time passes waiting for a model. Progress is told in the caller's thread.

    `calls`: what they took of the model is added to it.
    """
    stop, taken = Event(), Queue[Kind]()

    @contextmanager
    def charge() -> Iterator[None]:
        with charged(context, None) as spent:
            try:
                yield
            finally:
                calls.extend(spent)

    def one(kind: Kind) -> Held:
        def turn_taken() -> None:
            taken.put(kind)
            if stop.is_set():
                raise _Stopped

        return hold(context, position, kind, charge, turn_taken)

    with ThreadPoolExecutor(len(KINDS), thread_name_prefix="rehearsal") as pool:
        futures = {kind: pool.submit(one, kind) for kind in KINDS}
        try:
            _follow(list(futures.values()), taken, _turns_expected(position), progress)
            return {kind: future.result() for kind, future in futures.items()}
        finally:
            stop.set()


def _report(
    context: Context, position: Position, held: dict[Kind, Held], calls: list[Call], seconds: float
) -> RehearsalReport:
    plan = position.plan
    candidates = tuple(candidate_trial(held[kind]) for kind in KINDS)
    competencies = competency_trials(plan, held)
    orders = order_trials(held["injecting"])
    usage = added_up(context.settings, calls)
    return RehearsalReport(
        candidates=candidates,
        competencies=competencies,
        orders=orders,
        advice=advice(plan, candidates, competencies, orders, unanswered_questions(held["strong"])),
        seconds=round(seconds, 1),
        calls=usage.calls,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost=usage.cost,
    )


def _follow(futures: list[Future[Held]], taken: Queue[Kind], expected: int, progress: Progress) -> None:
    """Until all are through or one has failed, tell how far they are. Raises what that one raised."""
    until, done = time.monotonic() + MAX_SECONDS, 0
    while not all(future.done() for future in futures):
        for future in futures:
            if future.done() and (failure := future.exception()) is not None:
                raise failure
        if time.monotonic() > until:
            raise EngineFailure(
                f"The rehearsal took longer than {MAX_SECONDS / 60:.0f} minutes and was given up; nothing was stored. "
                "The model may be slow just now: please try again later."
            )
        try:
            kind = taken.get(timeout=0.2)
        except Empty:
            continue
        done += 1
        progress(f"The {kind} candidate is answering", min(done / expected, 0.99))


def _turns_expected(position: Position) -> int:
    """About how many turns the five take together: enough for a bar to move by."""
    return len(KINDS) * (2 + 2 * len(position.plan.core_questions))


def _rehearsal(row: RehearsalRow) -> Rehearsal:
    return Rehearsal.model_validate(row, from_attributes=True)
