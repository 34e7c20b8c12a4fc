"""REST of the interactive session: start, turn, read. Names are camelCase; both spellings are taken."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Header, Query, Response

from interview.api.calls import Caller, KeyedRoute, Slow, Use
from interview.api.errors import problems, unexpected
from interview.api.openapi import EXAMPLES, shown
from interview.contract import SessionSnapshot, StartRequest, StartResponse, TurnRequest, TurnResponse
from interview.errors import InterviewError

router = APIRouter(
    prefix="/interview-sessions",
    tags=["Interview sessions"],
    route_class=KeyedRoute,
)


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
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Only events with a higher `eventId`.")] = 0,
) -> SessionSnapshot:
    """Everything that a client needs to go on after a reload; also of a session that has expired or ended."""
    return service.sessions.get(actor, session_id, after)
