"""Scorecards: written at completion, appended by every re-score, and made from transcripts of other origin."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from interview import __version__
from interview.access import HIRING_ROLES, Actor, audit
from interview.attempts import expire_overdue
from interview.context import Context, new_id
from interview.draft import Draft
from interview.engines import ScoreRequest
from interview.errors import Conflict, InvalidPayload, NotFound
from interview.imported import MAX_LINES, SpokenLine, conclude, import_session, replay
from interview.models import Narrative, Scorecard
from interview.replanned import under_version
from interview.reviewing.blinding import blind_to_session, require_open, veiled
from interview.reviewing.carding import add_scorecard, scorecard
from interview.reviewing.overriding import reapply
from interview.statistics import question_scores
from interview.store import interview_queries, queries
from interview.store.sessions import Loaded, assemble, load, save_import
from interview.store.tables import InterviewRow, ScorecardRow, SessionRow
from interview.transcript import by_id, quoted_summaries
from interview.usage import charged


class Scorecards:
    """The use cases around scores."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def score(
        self,
        actor: Actor,
        interview_id: str,
        session_id: str | None = None,
        plan_version: int | None = None,
    ) -> Scorecard:
        """Evaluate every response of a finished session again and append a scorecard.

        Without `session_id`: the session that stands for the interview. `plan_version`: an approved one of the
        position's, in the place of the interview's own. Raises NotFound, Conflict (`session_open`,
        `plan_not_approved`), EngineFailure, BudgetReached.
        """
        actor.require(*HIRING_ROLES)
        expire_overdue(self._context)
        with self._context.database.read() as tx:
            loaded = load(tx, _finished(tx, interview_id, session_id).session_id)
            if plan_version is not None:
                loaded = under_version(tx, loaded, plan_version)
        draft = loaded.draft(self._context)
        draft.evaluations.clear()
        draft.update(latest={})
        with charged(self._context, interview_id):
            evaluate_all(draft)
            narrative = draft.scene.engine.score(score_request(draft))
        with self._context.database.write() as tx:
            _known(tx, interview_id)  # it may have been deleted while the engine answered
            return self._append(tx, actor, loaded, draft, narrative)

    def score_transcript(self, actor: Actor, interview_id: str, lines: Sequence[SpokenLine]) -> Scorecard:
        """Score a transcript from elsewhere; it is kept as an imported session and replaces no recorded one."""
        actor.require(*HIRING_ROLES)
        if not any(line.role == "candidate" and line.text.strip() for line in lines):
            raise InvalidPayload("The transcript has no words of the candidate.")
        if len(lines) > MAX_LINES:
            raise InvalidPayload(f"The transcript has more than {MAX_LINES:,} lines.")
        with self._context.database.read() as tx:
            loaded = assemble(tx, import_session(tx, self._context, interview_id))
        draft = loaded.draft(self._context)
        replay(draft, lines)
        with charged(self._context, interview_id):
            evaluate_all(draft)
            conclude(draft)
            narrative = draft.scene.engine.score(score_request(draft))
        with self._context.database.write() as tx:
            _known(tx, interview_id)
            tx.add(loaded.session)
            tx.flush()
            save_import(tx, draft)
            return self._append(tx, actor, loaded, draft, narrative)

    def newest(self, actor: Actor, interview_id: str) -> Scorecard | None:
        """The scorecard that stands for the interview, quotes joined; None before any.

        Raises Forbidden `rate_first`, as everything does that hands out scores to a reviewer who has not rated.
        """
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            card = standing_scorecard(tx, interview_id)
            if card is not None:
                require_open(tx, actor, tx.get_one(SessionRow, card.session_id))
            return card

    def of_session(self, actor: Actor, session_id: str) -> Scorecard | None:
        """A session's newest scorecard, a rehearsal's too; None before any. Raises Forbidden `rate_first`."""
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            row = queries.session_scorecard(tx, session_id)
            if row is not None and not row.rehearsal:
                require_open(tx, actor, tx.get_one(SessionRow, session_id))
            return scorecard(tx, row) if row else None

    def _append(self, tx: Session, actor: Actor, loaded: Loaded, draft: Draft, narrative: Narrative) -> Scorecard:
        row = append_scorecard(tx, self._context, loaded, draft, narrative)
        audit(tx, self._context, actor, "scored", loaded.interview.interview_id, scorecard=row.scorecard_id)
        tx.flush()
        card = scorecard(tx, row)
        closed = not row.rehearsal and blind_to_session(tx, actor, loaded.session)
        return veiled(card) if closed else card


def append_scorecard(tx: Session, context: Context, loaded: Loaded, draft: Draft, narrative: Narrative) -> ScorecardRow:
    """Write an engine's scorecard from the draft's latest scores, in this transaction.

    What people put in the place of the engine's levels before still stands: then a scorecard with their changes
    follows it. The one that stands for the session from now on.
    """
    state = draft.state
    row = ScorecardRow(
        scorecard_id=new_id(),
        interview_id=loaded.interview.interview_id,
        session_id=loaded.session.session_id,
        source="engine",
        created_at=context.clock(),
        engine=context.engine.name,
        model=context.engine.model,
        prompt=context.engine.prompt_version,
        rubric=f"{loaded.position.position_id}/{loaded.plan_version}",
        application=__version__,
        overall_score=state.overall_score(loaded.plan),
        narrative=narrative.model_dump(mode="json"),
        rehearsal=state.rehearsal,
    )
    add_scorecard(tx, row, state.summaries(loaded.plan))
    question_scores.write(tx, row.scorecard_id, draft)
    tx.flush()
    return reapply(tx, context, row)


def score_request(draft: Draft) -> ScoreRequest:
    """What an engine is given to put the session's scores into words."""
    plan = draft.scene.plan
    return ScoreRequest(
        role_title=plan.role_title,
        competencies=plan.competencies,
        summaries=quoted_summaries(draft.state.summaries(plan), by_id(draft.entries)),
        overall_score=draft.state.overall_score(plan),
        responses=draft.responses(),
        private=draft.scene.private,
    )


def standing_scorecard(tx: Session, interview_id: str) -> Scorecard | None:
    """The newest scorecard of the newest completed session; of an imported one where none was completed."""
    row = interview_queries.standing_scorecard(tx, interview_id)
    return scorecard(tx, row) if row else None


def standing_sessions(tx: Session, interview_id: str) -> list[SessionRow]:
    """Sessions in the order in which they speak for the interview: completed, imported, then others; newest first.

    Rehearsals speak for nothing.
    """
    rank = {"complete": 0, "imported": 1}
    newest_first = (row for row in reversed(queries.sessions(tx, interview_id)) if not row.rehearsal)
    return sorted(newest_first, key=lambda row: rank.get(row.status, 2))


def _finished(tx: Session, interview_id: str, session_id: str | None) -> SessionRow:
    _known(tx, interview_id)
    if session_id is None:
        rows = standing_sessions(tx, interview_id)
    else:
        rows = [row for row in queries.sessions(tx, interview_id) if row.session_id == session_id]
    if not rows:
        raise NotFound("This interview has no such session.", code="session_not_found")
    if rows[0].status == "active":
        raise Conflict("The session is still open. Let it end before it is scored.", code="session_open")
    return rows[0]


def _known(tx: Session, interview_id: str) -> None:
    if tx.get(InterviewRow, interview_id) is None:
        raise NotFound("There is no such interview.", code="interview_not_found")


def evaluate_all(draft: Draft) -> None:
    """Evaluate each response that was given to a competency, in the order asked."""
    asked = {prompt.response: prompt for prompt in draft.state.prompts if prompt.competency}
    for number, prompt in sorted(asked.items()):
        if any(exchange.answers for exchange in draft.exchanges(number)):
            draft.evaluate(prompt)
