"""REST of the interactive session: start, turn, read. Names are camelCase; both spellings are taken."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Header, Query, Response
from pydantic import Field, field_validator

from interview.api.calls import Caller, KeyedRoute, Slow, Use
from interview.api.errors import problems, unexpected
from interview.api.openapi import EXAMPLES, shown
from interview.contract import SessionSnapshot, StartRequest, StartResponse, TurnRequest, TurnResponse
from interview.errors import InterviewError
from interview.models import MAX_ANSWER_CHARS, Model, Words

_MOST_CORRECTIONS = 200
"""Of one call; an interview has far fewer answers."""
_LARGEST = 2**31 - 1

router = APIRouter(
    prefix="/interview-sessions",
    tags=["Interview sessions"],
    route_class=KeyedRoute,
)


class Correction(Model):
    """`entry_id`: of the answer as it was heard, or of a correction of it; `text`: all of it, as it was said."""

    entry_id: int = Field(ge=1, le=_LARGEST)
    text: Words = Field(min_length=1, max_length=MAX_ANSWER_CHARS)


class CorrectionsRequest(Model):
    corrections: tuple[Correction, ...] = Field(min_length=1, max_length=_MOST_CORRECTIONS)

    @field_validator("corrections")
    @classmethod
    def _named_once(cls, corrections: tuple[Correction, ...]) -> tuple[Correction, ...]:
        if len({one.entry_id for one in corrections}) < len(corrections):
            raise ValueError("An entry is named twice")
        return corrections


@router.post(
    "/start",
    summary="Start a session, or go on with the open one",
    response_model=StartResponse,
    responses={
        **shown(200, "START_RESPONSE"),
        **problems(
            "invalid_payload", "interview_not_found", "candidate_not_found", "plan_not_approved", "session_complete",
            "interview_closed", "attempt_limit", "session_start_failed", "budget_reached", "llm_failure", "busy",
        ),
    },
)  # fmt: skip
async def start_session(
    actor: Caller,
    service: Use,
    slow: Slow,
    body: Annotated[StartRequest, Body(openapi_examples={"start": {"value": EXAMPLES["START_REQUEST"]}})],
) -> StartResponse | Response:
    """Asks the warm-up question. After an expiry, answered questions are carried over and the interview goes on."""
    try:
        return await slow.run(service.sessions.start, actor, body)
    except InterviewError:
        raise
    except Exception as error:  # noqa: BLE001 - the contract names this failure
        return unexpected(error, "session_start_failed")


@router.post(
    "/turn",
    summary="Send an answer or a move",
    responses={
        **shown(200, "TURN_RESPONSE"),
        **problems(
            "invalid_payload", "session_unknown", "turn_conflict", "session_complete", "turn_limit",
            "hint_not_allowed", "idempotency_key_reused", "session_expired", "budget_reached", "llm_failure", "busy",
        ),
    },
)  # fmt: skip
async def take_turn(
    actor: Caller,
    service: Use,
    slow: Slow,
    body: Annotated[TurnRequest, Body(openapi_examples={"answer": {"value": EXAMPLES["TURN_REQUEST"]}})],
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key", min_length=1, max_length=200, description="Makes it safe to send an answer again."
        ),
    ] = None,
) -> TurnResponse:
    """Evaluates the answer and asks what comes next. After any failure nothing has changed; send it again.

    `action` is `answer` unless the candidate wants to `repeat`, `rephrase`, `think`, `skip`, `ask`, `correct` or
    `stop`; `answer`, `ask` and `correct` need words. In practice there is `hint`, too: what the résumé says nearest to
    the question, never rated.
    """
    return await slow.run(service.sessions.turn, actor, body, idempotency_key)


@router.get(
    "/{session_id}",
    summary="Read a session",
    responses={**shown(200, "SNAPSHOT"), **problems("invalid_payload", "session_unknown")},
)
def read_session(
    actor: Caller,
    service: Use,
    session_id: str,
    after: Annotated[int, Query(ge=0, le=_LARGEST, description="Only events with a higher `eventId`.")] = 0,
) -> SessionSnapshot:
    """Everything that a client needs to go on after a reload; also of a session that has expired or ended."""
    return service.sessions.get(actor, session_id, after)


@router.post(
    "/{session_id}/corrections",
    status_code=204,
    summary="Put mis-heard words right",
    responses=problems(
        "invalid_payload", "session_unknown", "session_open", "correction_too_far", "corrections_used",
        "corrections_closed", "turn_conflict", "budget_reached", "llm_failure", "busy",
    ),
)  # fmt: skip
async def put_words_right(
    actor: Caller,
    service: Use,
    slow: Slow,
    session_id: str,
    body: Annotated[CorrectionsRequest, Body(openapi_examples={"words": {"value": EXAMPLES["CORRECTIONS_REQUEST"]}})],
) -> None:
    """In a spoken interview that is complete: by the candidate for 24 hours, three times, and by the team.

    The first wording stays in the transcript, with the correction beside it. The answers are rated again with the new
    words, which adds a scorecard. All corrections are taken or none; the same once more change nothing.
    """
    await slow.run(service.spoken.put_right, actor, session_id, {one.entry_id: one.text for one in body.corrections})
