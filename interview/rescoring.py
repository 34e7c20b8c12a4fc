"""Scoring a position's interviews again, with today's engine or another version of the rubric, and what that changes.

Old scorecards stay, and what people put in the place of an engine's levels still stands.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event
from typing import Any

from sqlalchemy.orm import Session

from interview import score_changes
from interview.access import HIRING_ROLES, Actor, audit
from interview.context import Context
from interview.engines.embedded import EmbeddedEngine
from interview.errors import Conflict, EngineFailure, InterviewError, NotFound
from interview.models import Model
from interview.positions import position_row
from interview.replanned import approved_version
from interview.score_changes import ScoreChanges
from interview.scorecards import Scorecards
from interview.state import InterviewSessionState
from interview.store import rescoring_queries as queries
from interview.usage import BudgetReached, Call, added_up

MAX_SECONDS = 600.0
"""Of a run; what is left then is said, and the next run goes on with it."""
AT_ONCE = 4
"""Interviews that are scored at the same time: most of it passes waiting for a model."""

Progress = Callable[[str, float], object]
"""Told what has just been done, and the share done (0 to 1)."""


class Outlook(Model):
    """What a run would do, before it does it. `passed_over`: interviews that have such a scorecard already.

    `calls` of the model, 0 for the embedded engine; `input_tokens` and `output_tokens` from what such calls took so
    far: None where none was made yet. `cost`: US dollars, None where no price is set or nothing is known.
    """

    interviews: int
    passed_over: int
    to_score: int
    engine: str
    model: str
    calls: int
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None


class RescoringRun(Model):
    """What a run did. `passed_over`: those that had such a scorecard already; `skipped`: deleted or opened meanwhile;
    `left`: what the next run goes on with."""

    scored: int
    passed_over: int
    skipped: int
    left: int


class Rescoring:
    """The use cases around scoring again."""

    def __init__(self, context: Context, scorecards: Scorecards) -> None:
        self._context, self._scorecards = context, scorecards

    def versions(self, actor: Actor, position_id: str) -> tuple[int, ...]:
        """The approved versions of the position's plan that interviews may be scored under, newest first."""
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            return tuple(queries.approved_versions(tx, position_id))

    def outlook(self, actor: Actor, position_id: str, version: int | None = None) -> Outlook:
        """What `run` would do and about what it would cost. Raises as `run` does, but for what engines raise."""
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            todo, passed_over = self._todo(tx, position_id, version)
            taken = queries.tokens_a_call(tx, self._context.engine.model)
        evaluations = sum(_responses(row.state) for row in todo)
        engine = self._context.engine
        calls = 0 if engine.name == EmbeddedEngine.name else evaluations + len(todo)
        known = [(taken.get("evaluate", (0.0, 0.0)), evaluations), (taken.get("score", (0.0, 0.0)), len(todo))]
        given, written = (round(sum(each[at] * times for each, times in known)) for at in (0, 1))
        spent = added_up(self._context.settings, [Call(engine.model, "evaluate", given, written)])
        return Outlook(
            interviews=len(todo) + passed_over,
            passed_over=passed_over,
            to_score=len(todo),
            engine=engine.name,
            model=engine.model,
            calls=calls,
            input_tokens=given if taken else None,
            output_tokens=written if taken else None,
            cost=spent.cost if taken else None,
        )

    def run(
        self, actor: Actor, position_id: str, version: int | None = None, progress: Progress | None = None
    ) -> RescoringRun:
        """Score every completed interview of the position again, but for those that have such a scorecard already.

        `version`: an approved version of the plan, in the place of each interview's own. A run that ends early is gone
        on with by the next one. Raises NotFound (`position_not_found`, `plan_version_not_found`), Conflict
        `plan_not_approved`, EngineFailure and BudgetReached: what was scored before stays.
        """
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            todo, passed_over = self._todo(tx, position_id, version)
        scored, skipped = self._score_all(actor, todo, version, progress or (lambda _what, _share: None))
        with self._context.database.write() as tx:
            audit(tx, self._context, actor, "position_rescored", position_id, version=version, interviews=scored)
        left = len(todo) - scored - skipped
        return RescoringRun(scored=scored, passed_over=passed_over, skipped=skipped, left=left)

    def report(
        self, actor: Actor, position_id: str, from_stamp: str | None = None, to_stamp: str | None = None
    ) -> ScoreChanges:
        """What changed between two versions of scoring: see `score_changes.report`."""
        return score_changes.report(self._context, actor, position_id, from_stamp, to_stamp)

    def _todo(self, tx: Session, position_id: str, version: int | None) -> tuple[list[Any], int]:
        """The interviews to score, oldest first, and how many have such a scorecard already."""
        position_row(tx, position_id)
        if version is not None:
            approved_version(tx, position_id, version)
        engine = self._context.engine
        now = (engine.name, engine.model, engine.prompt_version)
        have = {
            (card.session_id, card.rubric)
            for card in queries.engine_scorecards(tx, position_id)
            if (card.engine, card.model, card.prompt) == now
        }
        rows = queries.completed(tx, position_id)
        todo = [row for row in rows if (row.session_id, f"{position_id}/{version or row.version}") not in have]
        return todo, len(rows) - len(todo)

    def _score_all(self, actor: Actor, todo: Sequence[Any], version: int | None, progress: Progress) -> tuple[int, int]:
        """How many were scored and skipped. Each is stored by itself; a failure of the engine ends the run."""
        stop, until = Event(), time.monotonic() + MAX_SECONDS

        def one(row: Any) -> str:
            if stop.is_set() or time.monotonic() > until:
                return "left"
            try:
                self._scorecards.score(actor, row.interview_id, row.session_id, version)
            except (NotFound, Conflict):  # deleted, or gone on with, while others were scored
                return "skipped"
            except (EngineFailure, BudgetReached):
                stop.set()
                raise
            return "scored"

        done: list[str] = []
        failure: InterviewError | None = None
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="rescoring") as pool:
            try:
                for future in as_completed([pool.submit(one, row) for row in todo]):
                    try:
                        done.append(future.result())
                    except (EngineFailure, BudgetReached) as error:
                        failure = failure or error
                        continue
                    progress(f"{len(done)} of {len(todo)} interviews", len(done) / len(todo))
            finally:
                stop.set()
        scored = done.count("scored")
        if failure is not None:
            raise type(failure)(
                f"{failure.message} {scored} of {len(todo)} interviews were scored before that and stay; run it again "
                "to go on with the others.",
                code=failure.code,
            )
        return scored, done.count("skipped")


def _responses(state: dict[str, Any]) -> int:
    """Responses of a stored session that an engine would evaluate."""
    prompts = InterviewSessionState.model_validate(state).prompts
    return len({prompt.response for prompt in prompts if prompt.competency and prompt.answers})
