"""What people make of an interview: they rate it blind first, see the engine's scores, override, and decide."""

from __future__ import annotations

from pydantic import computed_field
from sqlalchemy.orm import Session

from interview.access import HIRING_ROLES, Actor, audit
from interview.context import Context, new_id
from interview.errors import Conflict, InvalidPayload, NotFound
from interview.interviews import interview_row
from interview.models import Competency, Model, Moment, PositionPlan, Scorecard
from interview.reviewing.blinding import blind_to, imported_id, is_bound, require_open
from interview.reviewing.carding import scorecard
from interview.reviewing.deciding import Decision, Verdict, add_decision, decisions_for
from interview.reviewing.overriding import Override, add_override, overrides_of, standing_override
from interview.reviewing.rating import (
    Ratings,
    add_review_scorecard,
    keep_ratings,
    kept_ratings,
    require_complete,
    require_known,
)
from interview.scorecards import standing_sessions
from interview.store import review_queries
from interview.store.review_tables import ReviewRow
from interview.store.tables import InterviewRow, PlanRow, SessionRow

MAX_REASON_CHARS = 2_000


class Review(Model):
    """One reviewer's look at one attempt, or at one transcript from elsewhere.

    `submitted_at`: their ratings stand and cannot change any more; `seen_unrated_at`: the engine's scores were open to
    them before they had rated, because they chose so or because they are an administrator.
    """

    review_id: str
    interview_id: str
    attempt: int
    session_id: str | None
    reviewer_id: str
    reviewer: str
    ratings: Ratings
    submitted_at: Moment | None
    seen_unrated_at: Moment | None

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def blind(self) -> bool:
        """Whether the ratings were made before the engine's scores were seen."""
        return self.submitted_at is not None and self.seen_unrated_at is None


class ReviewState(Model):
    """Where an actor stands with an interview.

    `session_id`: of the session that this is about. `scores_open`: whether the engine's scores of it, and `others` (the
    submitted reviews of other people), are shown to them; `ratable`: whether it can be rated: it has ended, and counts
    or was imported. `decisions`: of the interview, newest first, as far as they are open to the actor.
    """

    session_id: str | None
    scores_open: bool
    ratable: bool
    mine: Review | None
    others: tuple[Review, ...] = ()
    overrides: tuple[Override, ...] = ()
    decisions: tuple[Decision, ...] = ()


class Reviews:
    """The use cases around reviews and decisions."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def state(self, actor: Actor, interview_id: str, session_id: str | None = None) -> ReviewState:
        """The actor's own review, and what is open to them. Raises NotFound.

        `session_id`: one of the interview's; without, of the session that stands for the interview.
        """
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            row = interview_row(tx, interview_id)
            standing = _standing(tx, interview_id)
            session = standing if session_id is None else _session(tx, interview_id, session_id)
            attempt, imported = session.attempt if session else row.attempt, imported_id(session)
            scores_open = not blind_to(tx, actor, interview_id, attempt, imported)
            reviews = [_review(one) for one in review_queries.reviews(tx, interview_id, attempt, imported)]
            return ReviewState(
                session_id=session.session_id if session else None,
                scores_open=scores_open,
                ratable=session is not None and _ratable(session, standing),
                mine=next((one for one in reviews if one.reviewer_id == actor.reviewer_id), None),
                others=tuple(
                    one for one in reviews if scores_open and one.submitted_at and one.reviewer_id != actor.reviewer_id
                ),
                overrides=overrides_of(tx, session.session_id) if scores_open and session else (),
                decisions=decisions_for(tx, actor, interview_id),
            )

    def save(self, actor: Actor, interview_id: str, ratings: Ratings, session_id: str | None = None) -> Review:
        """Keep the ratings given so far; nothing is opened by it. Raises as `submit` does, but for `review_incomplete`.

        They take the place of what was kept of the same competencies; that of others stays.
        """
        with self._context.database.write() as tx:
            row, _ = self._rated(tx, actor, interview_id, ratings, session_id)
            return _review(row)

    def submit(self, actor: Actor, interview_id: str, ratings: Ratings, session_id: str | None = None) -> Review:
        """Let the ratings stand, with those kept before, as the reviewer's scorecard; then scores are open to them.

        Every criterion has a level, or None where the transcript does not show it. `session_id`: what was read and
        rated, which is what stands for the interview, or an imported transcript, rated by itself; without, what stands
        now. A person only. Raises NotFound, Forbidden `person_required`, Conflict (`nothing_to_rate`,
        `review_submitted`, `another_attempt`), InvalidPayload `review_incomplete`.
        """
        with self._context.database.write() as tx:
            row, session = self._rated(tx, actor, interview_id, ratings, session_id)
            competencies, kept = _competencies(tx, interview_id), kept_ratings(row)
            require_complete(kept, competencies)
            row.submitted_at = self._context.clock()
            row.scorecard_id = add_review_scorecard(tx, self._context, actor, session, competencies, kept)
            audit(tx, self._context, actor, "review_submitted", interview_id, blind=row.seen_unrated_at is None)
            tx.flush()
            return _review(row)

    def see_unrated(self, actor: Actor, interview_id: str, session_id: str | None = None) -> Review:
        """Open the engine's scores of an attempt to a person who has not rated it; the audit log says so.

        `session_id`: one of the attempt; else that of the session which stands for the interview. Again, or after
        rating, changes nothing. Raises NotFound, Forbidden `person_required`.
        """
        actor.require(*HIRING_ROLES)
        actor.require_person()
        with self._context.database.write() as tx:
            row = interview_row(tx, interview_id)
            session = _standing(tx, interview_id) if session_id is None else _session(tx, interview_id, session_id)
            review = self._row(tx, actor, row, session)
            if review.seen_unrated_at is None and review.submitted_at is None:
                review.seen_unrated_at = review.updated_at = self._context.clock()
                audit(tx, self._context, actor, "scores_seen_unrated", interview_id, attempt=review.attempt)
            return _review(review)

    def override(
        self,
        actor: Actor,
        interview_id: str,
        competency: str,
        criterion: str,
        level: int,
        reason: str,
        session_id: str | None = None,
    ) -> Scorecard:
        """Put a person's level in the place of the engine's, with a reason; both stay. Appends a scorecard.

        Their own that stands, said again in the same words, changes nothing, so that it may be sent again.
        `session_id`: whose scores were read; without, those that stand for the interview now. Raises NotFound
        (`criterion_not_found` among others), Forbidden (`person_required`, `rate_first`), Conflict
        (`nothing_to_override`, `another_attempt`), InvalidPayload.
        """
        actor.require(*HIRING_ROLES)
        actor.require_person()
        cleaned = _reason(reason)
        if not 1 <= level <= 5:
            raise InvalidPayload("The level must be 1 to 5.")
        with self._context.database.write() as tx:
            interview_row(tx, interview_id)
            session = _standing(tx, interview_id)
            if session is None:
                raise Conflict("Nothing has been scored yet.", code="nothing_to_override")
            _require_same(session, session_id)
            require_open(tx, actor, session)
            if (stands := standing_override(tx, actor, session, competency, criterion, level, cleaned)) is not None:
                return scorecard(tx, stands)
            row = add_override(tx, self._context, actor, session, competency, criterion, level, cleaned)
            audit(
                tx, self._context, actor, "score_overridden", interview_id,
                scorecard=row.scorecard_id, competency=competency, criterion=criterion, level=level,
            )  # fmt: skip
            return scorecard(tx, row)

    def decide(
        self, actor: Actor, interview_id: str, decision: Verdict, reason: str, session_id: str | None = None
    ) -> Decision:
        """What a person decides of an interview, with the reason; the newest decision stands, the others stay.

        Their own that stands, said again in the same words, is that one, so that it may be sent again. `session_id`:
        what was read; without, what stands for the interview now is meant. Raises NotFound, Forbidden
        `person_required`, Conflict `another_attempt`, InvalidPayload.
        """
        actor.require(*HIRING_ROLES)
        actor.require_person()
        cleaned = _reason(reason)
        with self._context.database.write() as tx:
            interview = interview_row(tx, interview_id)
            _require_same(_standing(tx, interview_id), session_id)
            return add_decision(tx, self._context, actor, interview, decision, cleaned)

    def _rated(
        self, tx: Session, actor: Actor, interview_id: str, ratings: Ratings, session_id: str | None
    ) -> tuple[ReviewRow, SessionRow]:
        """The actor's review with these ratings, and the session that they are of."""
        actor.require(*HIRING_ROLES)
        actor.require_person()
        interview = interview_row(tx, interview_id)
        session = _to_rate(tx, interview_id, session_id)
        row = self._row(tx, actor, interview, session)
        if row.submitted_at is not None:
            raise Conflict(
                "You have rated this interview, and that stands. Override a score where you see it otherwise now.",
                code="review_submitted",
            )
        require_known(ratings, _competencies(tx, interview_id))
        row.session_id, row.updated_at = session.session_id, self._context.clock()
        keep_ratings(row, kept_ratings(row) | ratings)
        return row, session

    def _row(self, tx: Session, actor: Actor, interview: InterviewRow, session: SessionRow | None) -> ReviewRow:
        attempt = session.attempt if session else interview.attempt
        imported = imported_id(session)
        row = review_queries.review(tx, interview.interview_id, attempt, imported, actor.reviewer_id)
        if row is None:
            now = self._context.clock()
            row = ReviewRow(
                review_id=new_id(),
                interview_id=interview.interview_id,
                attempt=attempt,
                imported=imported,
                session_id=session.session_id if session else None,
                reviewer_id=actor.reviewer_id,
                reviewer=actor.name,
                ratings={},
                created_at=now,
                updated_at=now,
                submitted_at=None,
                seen_unrated_at=None if is_bound(actor) else now,
                scorecard_id=None,
            )
            tx.add(row)
            tx.flush()
        return row


def _standing(tx: Session, interview_id: str) -> SessionRow | None:
    return next(iter(standing_sessions(tx, interview_id)), None)


def _to_rate(tx: Session, interview_id: str, session_id: str | None) -> SessionRow:
    """The imported session of this id, which is rated by itself; else the one that stands for the interview."""
    standing, named = _standing(tx, interview_id), tx.get(SessionRow, session_id) if session_id else None
    if named is not None and named.interview_id == interview_id and named.status == "imported":
        return named
    if standing is None or not _ratable(standing, standing):
        raise Conflict("There is nothing to rate before the interview has ended.", code="nothing_to_rate")
    _require_same(standing, session_id)
    return standing


def _ratable(session: SessionRow, standing: SessionRow | None) -> bool:
    """An imported transcript is rated by itself; of the others the one that stands, once it has ended."""
    return session.status == "imported" or (session is standing and session.status in ("complete", "closed"))


def _require_same(session: SessionRow | None, seen: str | None) -> None:
    """Raise Conflict where what somebody has read speaks for the interview no more, and what does was not read."""
    if seen not in (None, session.session_id if session else None):
        raise Conflict(
            "Another session counts for this interview by now. Open the interview again and read that one first.",
            code="another_attempt",
        )


def _session(tx: Session, interview_id: str, session_id: str) -> SessionRow:
    row = tx.get(SessionRow, session_id)
    if row is None or row.interview_id != interview_id:
        raise NotFound("This interview has no such session.", code="session_not_found")
    return row


def _competencies(tx: Session, interview_id: str) -> tuple[Competency, ...]:
    plan = tx.get_one(PlanRow, interview_row(tx, interview_id).plan_id)
    return PositionPlan.model_validate(plan.plan).competencies


def _reason(reason: str) -> str:
    cleaned = reason.strip()
    if not 1 <= len(cleaned) <= MAX_REASON_CHARS:
        raise InvalidPayload(f"Say why, in up to {MAX_REASON_CHARS:,} characters.")
    return cleaned


def _review(row: ReviewRow) -> Review:
    return Review.model_validate(row, from_attributes=True)
