"""REST of the review packet. Names are snake_case."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from interview.api.calls import Caller, KeyedRoute, Slow, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase, shown
from interview.api.results import download
from interview.packet.model import Packet
from interview.packet.pdf import packet_pdf

router = APIRouter(tags=["Reviews"], route_class=KeyedRoute, default_response_class=SnakeCase)

_FORMS = shown(200, "PACKET")
_FORMS[200]["content"]["application/pdf"] = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/interviews/{interview_id}/packet",
    summary="The review packet",
    response_model=Packet,
    responses={
        **_FORMS,
        **problems(
            "invalid_payload", "interview_not_found", "session_not_found", "nothing_to_review", "rate_first", "busy"
        ),
    },
)
async def read_packet(
    actor: Caller,
    service: Use,
    slow: Slow,
    interview_id: str,
    session_id: Annotated[str | None, Query(max_length=64)] = None,
    wanted: Annotated[Literal["json", "pdf"], Query(alias="format")] = "json",
) -> Packet | Response:
    """What a person needs to judge an interview: levels with their quotes, questions, warnings, and what reviewers made
    of it. Of the session that stands for the interview, or of another one. With `format=pdf` two pages to print."""
    packet = await slow.run(service.packets.of_interview, actor, interview_id, session_id)
    if wanted == "json":
        return packet
    return download(await slow.run(packet_pdf, packet), f"packet {packet.candidate_name}.pdf", "pdf")
