"""REST of spoken interviews: a session to be spoken over `/ws/live` or a WebRTC call. Names are snake_case."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from interview.api.calls import Caller, KeyedRoute, Slow, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase, shown
from interview.models import Model
from interview.spoken import LiveSession

router = APIRouter(
    prefix="/live",
    tags=["Spoken interviews"],
    route_class=KeyedRoute,
    default_response_class=SnakeCase,
)


class LiveSessionRequest(Model):
    interview_id: str = Field(min_length=1, max_length=64)
    candidate_id: str | None = Field(None, max_length=64)


@router.post(
    "/session",
    summary="Open a session to be spoken",
    responses={
        **shown(200, "LIVE_SESSION"),
        **problems(
            "invalid_payload", "interview_not_found", "candidate_not_found", "plan_not_approved", "session_complete",
            "interview_closed", "attempt_limit", "voice_unavailable", "busy",
        ),
    },
)  # fmt: skip
async def open_live_session(actor: Caller, service: Use, slow: Slow, body: LiveSessionRequest) -> LiveSession:
    """The open session of the interview, also one in text, or a new one. After its end, the team opens another."""
    return await slow.run(service.spoken.open, actor, body.interview_id, body.candidate_id)
