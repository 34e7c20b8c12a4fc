"""REST of the live flow: interviews, their invitations and questions. Names are snake_case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AliasChoices, BaseModel, Field

from interview.api.calls import Caller, KeyedRoute, Slow, Use
from interview.api.errors import DOCUMENT_CODES, problems
from interview.api.openapi import SnakeCase, shown
from interview.api.uploads import InterviewForm, new_interview
from interview.invitations import Invitation, IssuedInvitation
from interview.models import Mode, Model, StatusName
from interview.questions import StatusUpdate
from interview.records import InterviewFilter, InterviewRecord, InterviewState, InterviewSummary

router = APIRouter(
    tags=["Interviews"],
    route_class=KeyedRoute,
    default_response_class=SnakeCase,
)


class InterviewList(Model):
    sessions: list[InterviewSummary]
    next: str | None = Field(description="Send as `cursor` for the next page; null on the last.")


class InvitationList(Model):
    invitations: list[Invitation]


class InvitationRequest(Model):
    expires_in_hours: float = Field(7 * 24, description="Up to 90 days.")
    mode: Mode = "text"
    extra_time_factor: float = Field(1.0, description="1 to 4, for a candidate who needs more time.")


class StatusChange(Model):
    """`source` and `session_id` are taken from clients that send them; the status is the interview's."""

    index: int = Field(le=2**31 - 1)
    status: StatusName
    source: str | None = Field(None, max_length=40)
    session_id: str | None = Field(None, max_length=64)


class CustomQuestion(BaseModel):
    question: str = Field(max_length=4_000, validation_alias=AliasChoices("question", "text"))
    position: int | None = Field(
        None, validation_alias=AliasChoices("position", "place"), description="Its index; also taken as `place`."
    )
    competency: str | None = Field(None, max_length=120, description="A competency of the plan.")


@router.post(
    "/interviews",
    status_code=201,
    summary="Make an interview from a résumé and a job description",
    form_limits={"max_files": 4, "max_fields": 30, "max_part_size": 1024 * 1024},
    responses={
        **shown(201, "INTERVIEW"),
        **problems(
            "invalid_payload", "position_not_found", "position_changed", *DOCUMENT_CODES,
            "budget_reached", "llm_failure", "busy",
        ),
    },
)  # fmt: skip
async def create_interview(
    actor: Caller, service: Use, slow: Slow, form: Annotated[InterviewForm, Depends()]
) -> InterviewRecord:
    """Plans the questions and answers with them. The plan counts as approved by the key's holder unless `draft`."""
    return await slow.run(lambda: service.interviews.create(actor, new_interview(form)))


@router.get(
    "/interviews",
    summary="List interviews, newest change first",
    responses={**shown(200, "INTERVIEW_LIST"), **problems("invalid_payload")},
)
def list_interviews(
    actor: Caller,
    service: Use,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    position_id: Annotated[str | None, Query(max_length=64)] = None,
    state: InterviewState | None = None,
    name: Annotated[str, Query(max_length=200, description="Part of the candidate's name.")] = "",
    archived: Annotated[bool | None, Query(description="Only archived ones, or only others; without it both.")] = None,
) -> InterviewList:
    wanted = InterviewFilter(position_id=position_id, state=state, name=name, archived=archived)
    found, more = service.interviews.list(actor, limit, cursor, wanted)
    return InterviewList(sessions=found, next=more)


@router.get(
    "/interviews/{interview_id}",
    summary="Read an interview",
    responses={**shown(200, "INTERVIEW"), **problems("interview_not_found")},
)
def read_interview(actor: Caller, service: Use, interview_id: str) -> InterviewRecord:
    """Questions and their statuses, sessions, the transcript and the score that stand for the interview."""
    return service.interviews.get(actor, interview_id)


@router.post(
    "/interviews/{interview_id}/invitations",
    status_code=201,
    summary="Make an invitation: a link for the candidate",
    responses={
        **shown(201, "INVITATION"),
        **problems(
            "invalid_payload", "interview_not_found", "plan_not_approved", "interview_closed", "voice_unavailable",
        ),
    },
)  # fmt: skip
def create_invitation(
    actor: Caller, service: Use, interview_id: str, body: InvitationRequest | None = None
) -> IssuedInvitation:
    """The token is shown this once. It also works as a Bearer token, for this interview only."""
    wanted = body or InvitationRequest()
    return service.invitations.invite(actor, interview_id, **wanted.model_dump())


@router.get(
    "/interviews/{interview_id}/invitations",
    summary="List the invitations of an interview, newest first",
    responses={**shown(200, "INVITATION_LIST"), **problems("interview_not_found")},
)
def list_invitations(actor: Caller, service: Use, interview_id: str) -> InvitationList:
    """Without their tokens, which are shown only when they are made."""
    return InvitationList(invitations=service.invitations.list(actor, interview_id))


@router.delete(
    "/invitations/{invitation_id}",
    status_code=204,
    summary="Withdraw an invitation",
    responses=problems("invitation_not_found"),
)
def revoke_invitation(actor: Caller, service: Use, invitation_id: str) -> None:
    service.invitations.revoke(actor, invitation_id)


@router.post(
    "/interviews/{interview_id}/questions/status",
    summary="Mark a question as started, answered or skipped",
    responses={
        **shown(200, "STATUSES"),
        **problems("invalid_payload", "interview_not_found", "status_backward", "interview_closed", "session_complete"),
    },
)
def set_question_status(actor: Caller, service: Use, interview_id: str, body: StatusChange) -> StatusUpdate:
    """A status only goes forward; `asked_question_index` is the last question that was started and never falls."""
    return service.questions.set_status(actor, interview_id, body.index, body.status)


@router.post(
    "/interviews/{interview_id}/questions/custom",
    status_code=201,
    summary="Add a question of the team's own",
    responses=problems("invalid_payload", "interview_not_found", "question_asked", "interview_spoken"),
)
def add_question(actor: Caller, service: Use, interview_id: str, body: CustomQuestion) -> InterviewRecord:
    """At `position` behind what has been asked; without it, after the others of its competency."""
    return service.questions.add(actor, interview_id, body.question, place=body.position, competency=body.competency)


@router.post(
    "/interviews/{interview_id}/restart",
    summary="Allow another attempt",
    responses=problems("interview_not_found", "attempt_limit"),
)
def restart_interview(actor: Caller, service: Use, interview_id: str) -> InterviewRecord:
    """An open session is closed; earlier sessions and scores stay."""
    return service.interviews.restart(actor, interview_id)


@router.post(
    "/interviews/{interview_id}/close",
    summary="Close an interview",
    responses=problems("interview_not_found"),
)
def close_interview(actor: Caller, service: Use, interview_id: str) -> InterviewRecord:
    """An open session is closed and none is started any more. Sessions and scores stay; a restart opens it again."""
    return service.interviews.close(actor, interview_id)


@router.post(
    "/interviews/{interview_id}/archive",
    summary="Archive an interview",
    responses=problems("interview_not_found"),
)
def archive_interview(actor: Caller, service: Use, interview_id: str) -> InterviewRecord:
    """It stays as it is, and is listed where `archived` is not false."""
    return service.interviews.archive(actor, interview_id)


@router.post(
    "/interviews/{interview_id}/unarchive",
    summary="Take an interview out of the archive",
    responses=problems("interview_not_found"),
)
def unarchive_interview(actor: Caller, service: Use, interview_id: str) -> InterviewRecord:
    return service.interviews.archive(actor, interview_id, archived=False)


@router.delete(
    "/interviews/{interview_id}",
    status_code=204,
    summary="Delete an interview with everything in it",
    responses=problems("interview_not_found"),
)
def delete_interview(actor: Caller, service: Use, interview_id: str) -> None:
    """Sessions, transcript, scores, links and, unless another interview is theirs, the candidate. For good."""
    service.interviews.delete(actor, interview_id)
