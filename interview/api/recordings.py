"""REST of what was recorded."""

from __future__ import annotations

from fastapi import APIRouter, Response

from interview.api.calls import Caller, KeyedRoute, Slow, Use
from interview.api.errors import problems
from interview.errors import NotFound

router = APIRouter(tags=["Interview sessions"], route_class=KeyedRoute)


@router.get(
    "/interview-sessions/{session_id}/recording",
    summary="A spoken session's recording",
    response_class=Response,
    responses={
        200: {
            "description": "The recording",
            "content": {"audio/ogg": {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems("invalid_payload", "session_unknown", "recording_not_found", "busy"),
    },
)
async def read_recording(actor: Caller, service: Use, slow: Slow, session_id: str) -> Response:
    """Ogg/Opus, the candidate on the left and the interviewer on the right, beginning with the session. For the hiring
    team, where the position records its interviews."""
    recording = await slow.run(service.recordings.read, actor, session_id)
    if recording is None:
        raise NotFound("This session has no recording.", code="recording_not_found")
    return Response(recording, media_type="audio/ogg")
