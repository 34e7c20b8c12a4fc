"""REST of what people make of an interview: their ratings, overrides and decisions. Names are snake_case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from interview.api.calls import Caller, KeyedRoute, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase, shown
from interview.models import Model, Moment, Scorecard, Words
from interview.reviewing.deciding import Decision, Verdict
from interview.reviewing.overriding import Override
from interview.reviewing.rating import CriterionRating, Ratings
from interview.reviews import MAX_REASON_CHARS, Review, ReviewState

router = APIRouter(
    tags=["Reviews"],
    route_class=KeyedRoute,
    default_response_class=SnakeCase,
)

_RATING = (
    "invalid_payload", "interview_not_found", "person_required", "nothing_to_rate", "review_submitted",
    "another_attempt", "criterion_not_found",
)  # fmt: skip


class RatingLine(CriterionRating):
    """One rating. `level` null: the transcript does not show it."""

    competency: Words = Field(max_length=120)
    criterion: Words = Field(max_length=120)


_SEEN = Field(
    None,
    max_length=64,
    description="The session that was read. Refused with `another_attempt` where another one counts by now; without "
    "it, what counts now is meant.",
)


class RatingsRequest(Model):
    session_id: str | None = Field(
        None,
        max_length=64,
        description="The session that was read: what counts, refused with `another_attempt` where that is another one "
        "by now, or an imported transcript, rated by itself. Without it, what counts now is meant.",
    )
    ratings: tuple[RatingLine, ...] = Field((), max_length=200)


class ReviewReply(Model):
    """One reviewer's look at one attempt. `blind`: rated before the engine's scores were seen."""

    review_id: str
    interview_id: str
    attempt: int
    session_id: str | None
    reviewer_id: str
    reviewer: str
    ratings: tuple[RatingLine, ...]
    submitted_at: Moment | None
    seen_unrated_at: Moment | None
    blind: bool


class ReviewStateReply(Model):
    """`scores_open`: whether the engine's scores, overrides and others' reviews are shown to the caller.

    `session_id`: of the session that this is about; send it with what you make of it. `ratable`: whether it can be
    rated: it has ended, and counts or was imported; `mine`: the caller's review; `decisions`: of the interview, newest
    first.
    """

    session_id: str | None
    scores_open: bool
    ratable: bool
    mine: ReviewReply | None
    others: tuple[ReviewReply, ...]
    overrides: tuple[Override, ...]
    decisions: tuple[Decision, ...]


class UnratedRequest(Model):
    session_id: str | None = Field(
        None, max_length=64, description="One of the attempt; else that of the session which stands for the interview."
    )


class OverrideRequest(Model):
    competency: Words = Field(max_length=120)
    criterion: Words = Field(max_length=120)
    level: int = Field(ge=1, le=5)
    reason: Words = Field(min_length=1, max_length=MAX_REASON_CHARS)
    session_id: str | None = _SEEN


class DecisionRequest(Model):
    decision: Verdict
    reason: Words = Field(min_length=1, max_length=MAX_REASON_CHARS)
    session_id: str | None = _SEEN


class DecisionList(Model):
    decisions: tuple[Decision, ...]


@router.get(
    "/interviews/{interview_id}/review",
    summary="Read where you stand with an interview",
    responses={**shown(200, "REVIEW_STATE"), **problems("invalid_payload", "interview_not_found", "session_not_found")},
)
def read_review(
    actor: Caller,
    service: Use,
    interview_id: str,
    session_id: Annotated[
        str | None, Query(max_length=64, description="One of the interview's; else what counts.")
    ] = None,
) -> ReviewStateReply:
    """The hiring role rates first: before that nothing of the engine's scores is in any reply to them.

    Nor what others have decided: only that they have, who and when.
    """
    return _state(service.reviews.state(actor, interview_id, session_id))


@router.put(
    "/interviews/{interview_id}/review",
    summary="Keep ratings that are not complete yet",
    responses={**shown(200, "REVIEW"), **problems(*_RATING)},
)
def save_review(actor: Caller, service: Use, interview_id: str, body: RatingsRequest) -> ReviewReply:
    """They take the place of what was kept of the same competencies; that of others stays. Opens no scores.

    By a person's key only, as everything that changes a review.
    """
    return _review(service.reviews.save(actor, interview_id, _ratings(body), body.session_id))


@router.post(
    "/interviews/{interview_id}/review",
    summary="Submit your ratings",
    responses={**shown(200, "REVIEW"), **problems(*_RATING, "review_incomplete")},
)
def submit_review(actor: Caller, service: Use, interview_id: str, body: RatingsRequest | None = None) -> ReviewReply:
    """Together with what was kept before, they are final; then the engine's scores are open to you."""
    body = body or RatingsRequest()
    return _review(service.reviews.submit(actor, interview_id, _ratings(body), body.session_id))


@router.post(
    "/interviews/{interview_id}/review/unrated",
    summary="See the scores without having rated",
    responses={
        **shown(200, "REVIEW"),
        **problems("invalid_payload", "interview_not_found", "session_not_found", "person_required"),
    },
)
def see_unrated(actor: Caller, service: Use, interview_id: str, body: UnratedRequest | None = None) -> ReviewReply:
    """The audit log says so, and your review is no longer blind."""
    return _review(service.reviews.see_unrated(actor, interview_id, (body or UnratedRequest()).session_id))


@router.post(
    "/interviews/{interview_id}/overrides",
    status_code=201,
    summary="Put your level in the place of the engine's",
    responses=problems(
        "invalid_payload", "interview_not_found", "criterion_not_found", "person_required", "rate_first",
        "nothing_to_override", "another_attempt",
    ),
)  # fmt: skip
def override_score(actor: Caller, service: Use, interview_id: str, body: OverrideRequest) -> Scorecard:
    """With a reason. Answers the scorecard that stands now; the one before stays beside it."""
    return service.reviews.override(
        actor, interview_id, body.competency, body.criterion, body.level, body.reason, body.session_id
    )


@router.post(
    "/interviews/{interview_id}/decisions",
    status_code=201,
    summary="Decide",
    responses={
        **shown(201, "DECISION"),
        **problems("invalid_payload", "interview_not_found", "person_required", "another_attempt"),
    },
)
def decide(actor: Caller, service: Use, interview_id: str, body: DecisionRequest) -> Decision:
    """A person's key only. The newest decision stands, the others stay beside it."""
    return service.reviews.decide(actor, interview_id, body.decision, body.reason, body.session_id)


@router.get(
    "/interviews/{interview_id}/decisions",
    summary="List decisions, newest first",
    responses=problems("interview_not_found"),
)
def list_decisions(actor: Caller, service: Use, interview_id: str) -> DecisionList:
    """While you are still to rate, others' have a null `decision` and an empty `reason`."""
    return DecisionList(decisions=service.reviews.state(actor, interview_id).decisions)


def _ratings(body: RatingsRequest) -> Ratings:
    """By competency and criterion; of two ratings of one criterion the last counts."""
    ratings: Ratings = {}
    for line in body.ratings:
        rating = CriterionRating(level=line.level, note=line.note)
        ratings.setdefault(line.competency, {})[line.criterion] = rating
    return ratings


def _review(review: Review) -> ReviewReply:
    """Ratings as lines: names of competencies are no names of fields."""
    lines = tuple(
        RatingLine(competency=competency, criterion=criterion, level=rating.level, note=rating.note)
        for competency, criteria in review.ratings.items()
        for criterion, rating in criteria.items()
    )
    return ReviewReply(ratings=lines, **review.model_dump(exclude={"ratings"}))


def _state(state: ReviewState) -> ReviewStateReply:
    return ReviewStateReply(
        session_id=state.session_id,
        scores_open=state.scores_open,
        ratable=state.ratable,
        mine=_review(state.mine) if state.mine else None,
        others=tuple(map(_review, state.others)),
        overrides=state.overrides,
        decisions=state.decisions,
    )
