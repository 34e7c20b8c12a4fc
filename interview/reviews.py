"""What people make of an interview: they rate it blind first, see the engine's scores, override, and decide."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from sqlalchemy.orm import Session

from interview import webhooks
from interview.access import HIRING_ROLES, Actor, audit
from interview.blinding import blind_to_session, is_bound, require_open
from interview.context import Context, new_id
from interview.errors import Conflict, InvalidPayload, NotFound
from interview.interviews import interview_row
from interview.models import Competency, Model, Moment, PositionPlan, Scorecard
from interview.overriding import Override, add_override, overrides_of
from interview.rating import Ratings, add_review_scorecard, missing_from
from interview.scorecards import scorecard, standing_sessions
from interview.store import review_queries
from interview.store.review_tables import DecisionRow, ReviewRow
from interview.store.tables import InterviewRow, PlanRow, SessionRow

Verdict = Literal["advance", "hold", "decline", "no_decision"]
MAX_REASON_CHARS = 2_000


class Review(Model):
    """One reviewer's look at one attempt.

    `submitted_at`: their ratings stand and cannot change any more; `seen_unrated_at`: they chose to see the engine's
    scores without having rated.
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

    @property
    def blind(self) -> bool:
        """Whether the ratings were made before the engine's scores were seen."""
        return self.submitted_at is not None and self.seen_unrated_at is None


class Decision(Model):
    """What a person decided, and why. `name`: theirs."""

    decision_id: str
    interview_id: str
    decision: Verdict
    reason: str
    at: Moment
    name: str


class ReviewState(Model):
    """Where an actor stands with an interview.

    `scores_open`: whether the engine's scores, and `others` (the submitted reviews of other people), are shown to them.
    `ratable`: whether there is an ended session to rate. `decisions`: newest first.
    """

    scores_open: bool
    ratable: bool
    mine: Review | None
    others: tuple[Review, ...] = ()
    overrides: tuple[Override, ...] = ()
    decisions: tuple[Decision, ...] = ()


class RatingDraft(Model):
    """What a reviewer has rated so far."""

    ratings: Ratings = Field(default_factory=dict)


class Reviews:
    """The use cases around reviews and decisions."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def state(self, actor: Actor, interview_id: str) -> ReviewState:
        """The actor's own review, and what is open to them. Raises NotFound."""
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            row = interview_row(tx, interview_id)
            session = _standing(tx, interview_id)
            attempt = session.attempt if session else row.attempt
            scores_open = not is_bound(actor) or (session is not None and not blind_to_session(tx, actor, session))
            reviews = [_review(one) for one in review_queries.reviews(tx, interview_id, attempt)]
            return ReviewState(
                scores_open=scores_open,
                ratable=session is not None and session.status in ("complete", "imported"),
                mine=next((one for one in reviews if one.reviewer_id == actor.reviewer_id), None),
                others=tuple(
                    one for one in reviews if scores_open and one.submitted_at and one.reviewer_id != actor.reviewer_id
                ),
                overrides=overrides_of(tx, session.session_id) if scores_open and session else (),
                decisions=tuple(_decision(one) for one in review_queries.decisions(tx, interview_id)),
            )

    def save(self, actor: Actor, interview_id: str, ratings: Ratings) -> Review:
        """Keep the ratings given so far; nothing is opened by it. Raises as `submit` does."""
        with self._context.database.write() as tx:
            row, _ = self._rated(tx, actor, interview_id, ratings)
            return _review(row)

    def submit(self, actor: Actor, interview_id: str, ratings: Ratings) -> Review:
        """Let the ratings stand, as a scorecard of the reviewer's; then the engine's scores are open to them.

        Every criterion has a level, or None where the transcript does not show it. A person only. Raises NotFound,
        Forbidden `person_required`, Conflict (`nothing_to_rate`, `review_submitted`), InvalidPayload
        `review_incomplete`.
        """
        with self._context.database.write() as tx:
            row, session = self._rated(tx, actor, interview_id, ratings)
            competencies = _competencies(tx, interview_id)
            if missing := missing_from(ratings, competencies):
                raise InvalidPayload(
                    f"{len(missing)} criteria are not rated yet, “{missing[0]}” among them. Choose a level, or say "
                    "that the transcript does not show it.",
                    code="review_incomplete",
                )
            row.submitted_at = self._context.clock()
            row.scorecard_id = add_review_scorecard(tx, self._context, actor, session, competencies, ratings)
            audit(tx, self._context, actor, "review_submitted", interview_id, blind=row.seen_unrated_at is None)
            tx.flush()
            return _review(row)

    def see_unrated(self, actor: Actor, interview_id: str, session_id: str | None = None) -> Review:
        """Open the engine's scores of an attempt to a person who has not rated it; the audit log says so.

        `session_id`: one of the attempt; else that of the session which stands for the interview. Raises NotFound,
        Forbidden `person_required`.
        """
        actor.require(*HIRING_ROLES)
        actor.require_person()
        with self._context.database.write() as tx:
            row = interview_row(tx, interview_id)
            session = _standing(tx, interview_id) if session_id is None else tx.get(SessionRow, session_id)
            if session is not None and session.interview_id != interview_id:
                raise NotFound("This interview has no such session.", code="session_not_found")
            review = self._row(tx, actor, row, session)
            if review.seen_unrated_at is None and review.submitted_at is None:
                review.seen_unrated_at = review.updated_at = self._context.clock()
                audit(tx, self._context, actor, "scores_seen_unrated", interview_id, attempt=review.attempt)
            return _review(review)

    def override(
        self, actor: Actor, interview_id: str, competency: str, criterion: str, level: int, reason: str
    ) -> Scorecard:
        """Put a person's level in the place of the engine's, with a reason; both stay. Appends a scorecard.

        Raises NotFound (`criterion_not_found` among others), Forbidden (`person_required`, `rate_first`), Conflict
        `nothing_to_override`, InvalidPayload.
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
            require_open(tx, actor, session)
            row = add_override(tx, self._context, actor, session, competency, criterion, level, cleaned)
            audit(
                tx, self._context, actor, "score_overridden", interview_id,
                scorecard=row.scorecard_id, competency=competency, criterion=criterion, level=level,
            )  # fmt: skip
            return scorecard(tx, row)

    def decide(self, actor: Actor, interview_id: str, decision: Verdict, reason: str) -> Decision:
        """What a person decides of an interview, with the reason; the newest decision stands, the others stay.

        Raises NotFound, Forbidden `person_required`, InvalidPayload.
        """
        actor.require(*HIRING_ROLES)
        actor.require_person()
        cleaned = _reason(reason)
        with self._context.database.write() as tx:
            interview = interview_row(tx, interview_id)
            row = DecisionRow(
                decision_id=new_id(),
                interview_id=interview_id,
                decision=decision,
                reason=cleaned,
                at=self._context.clock(),
                by=actor.reviewer_id,
                name=actor.name,
            )
            tx.add(row)
            interview.updated_at = max(interview.updated_at, row.at)
            audit(tx, self._context, actor, "decision_made", interview_id, decision=decision)
            webhooks.publish(
                tx, self._context, "decision.made", interview_id,
                position_id=interview.position_id, decision_id=row.decision_id, decision=decision,
            )  # fmt: skip
            return _decision(row)

    def _rated(self, tx: Session, actor: Actor, interview_id: str, ratings: Ratings) -> tuple[ReviewRow, SessionRow]:
        """The actor's review with these ratings, and the session that they are of."""
        actor.require(*HIRING_ROLES)
        actor.require_person()
        interview = interview_row(tx, interview_id)
        session = _standing(tx, interview_id)
        if session is None or session.status not in ("complete", "imported"):
            raise Conflict("There is nothing to rate before the interview has ended.", code="nothing_to_rate")
        row = self._row(tx, actor, interview, session)
        if row.submitted_at is not None:
            raise Conflict(
                "You have rated this interview, and that stands. Override a score where you see it otherwise now.",
                code="review_submitted",
            )
        known = {(one.name, each.name) for one in _competencies(tx, interview_id) for each in one.criteria}
        for competency, criteria in ratings.items():
            for criterion in criteria:
                if (competency, criterion) not in known:
                    raise NotFound(f"The rubric has no criterion “{criterion[:80]}”.", code="criterion_not_found")
        row.session_id, row.updated_at = session.session_id, self._context.clock()
        row.ratings = RatingDraft(ratings=ratings).model_dump(mode="json")["ratings"]
        return row, session

    def _row(self, tx: Session, actor: Actor, interview: InterviewRow, session: SessionRow | None) -> ReviewRow:
        attempt = session.attempt if session else interview.attempt
        row = review_queries.review(tx, interview.interview_id, attempt, actor.reviewer_id)
        if row is None:
            now = self._context.clock()
            row = ReviewRow(
                review_id=new_id(),
                interview_id=interview.interview_id,
                attempt=attempt,
                session_id=session.session_id if session else None,
                reviewer_id=actor.reviewer_id,
                reviewer=actor.name,
                ratings={},
                created_at=now,
                updated_at=now,
                submitted_at=None,
                seen_unrated_at=None,
                scorecard_id=None,
            )
            tx.add(row)
            tx.flush()
        return row


def _standing(tx: Session, interview_id: str) -> SessionRow | None:
    return next(iter(standing_sessions(tx, interview_id)), None)


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


def _decision(row: DecisionRow) -> Decision:
    return Decision.model_validate(row, from_attributes=True)
