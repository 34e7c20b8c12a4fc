"""REST of the live flow: interviews, their invitations, questions, scores and study guides. Names are snake_case."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AliasChoices, BaseModel, Field

from interview.api.calls import Caller, KeyedRoute, Slow, Use
from interview.api.errors import DOCUMENT_CODES, problems
from interview.api.openapi import SnakeCase, shown
from interview.api.uploads import InterviewForm, new_interview
from interview.errors import InvalidPayload
from interview.imported import SpokenLine
from interview.invitations import Invitation, IssuedInvitation
from interview.models import CompetencySummary, Mode, Model, Moment, Scorecard, StatusName, VersionStamp
from interview.questions import StatusUpdate
from interview.records import InterviewFilter, InterviewRecord, InterviewState, InterviewSummary
from interview.study_guide import StudyGuide, study_guide_pdf, study_guide_text

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


class ScoringRequest(Model):
    """A session to score again (the newest one by default), or a transcript from elsewhere; not both."""

    session_id: str | None = Field(None, max_length=64)
    transcript: list[SpokenLine] | None = Field(None, max_length=2_000)


class ScoredLine(BaseModel):
    role: str
    text: str
    timestamp: str


class ScoreReply(Model):
    scorecard_id: str
    session_id: str
    overall_score: float = Field(description="1 to 5; 0 when nothing could be assessed.")
    summary: str
    strengths: tuple[str, ...]
    improvements: tuple[str, ...]
    competencies: tuple[CompetencySummary, ...]
    transcript: tuple[ScoredLine, ...]
    stamp: VersionStamp
    source: str
    created_at: Moment
    rehearsal: bool


@router.post(
    "/interviews",
    status_code=201,
    summary="Make an interview from a résumé and a job description",
    form_limits={"max_files": 4, "max_fields": 30, "max_part_size": 1024 * 1024},
    responses={
        **shown(201, "INTERVIEW"),
        **problems(
            "invalid_payload", "position_not_found", "position_changed", *DOCUMENT_CODES,
            "llm_failure", "busy",
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
    summary="Make a link for the candidate",
    responses={
        **shown(201, "INVITATION"),
        **problems("invalid_payload", "interview_not_found", "plan_not_approved", "interview_closed"),
    },
)
def create_invitation(
    actor: Caller, service: Use, interview_id: str, body: InvitationRequest | None = None
) -> IssuedInvitation:
    """The token is shown this once. It also works as a Bearer token, for this interview only."""
    wanted = body or InvitationRequest()
    return service.invitations.invite(actor, interview_id, **wanted.model_dump())


@router.get(
    "/interviews/{interview_id}/invitations",
    summary="List the links of an interview, newest first",
    responses={**shown(200, "INVITATION_LIST"), **problems("interview_not_found")},
)
def list_invitations(actor: Caller, service: Use, interview_id: str) -> InvitationList:
    """Without their tokens, which are shown only when they are made."""
    return InvitationList(invitations=service.invitations.list(actor, interview_id))


@router.delete(
    "/invitations/{invitation_id}",
    status_code=204,
    summary="Withdraw a link",
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
    responses=problems("invalid_payload", "interview_not_found", "question_asked"),
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
    summary="End an interview",
    responses=problems("interview_not_found"),
)
def close_interview(actor: Caller, service: Use, interview_id: str) -> InterviewRecord:
    """An open session is closed and none is started any more. Sessions and scores stay; a restart opens it again."""
    return service.interviews.close(actor, interview_id)


@router.post(
    "/interviews/{interview_id}/archive",
    summary="Put an interview away",
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


@router.post(
    "/interviews/{interview_id}/score",
    summary="Score a session again, or a transcript",
    responses={
        **shown(200, "SCORE"),
        **problems(
            "invalid_payload", "interview_not_found", "session_not_found", "session_open", "llm_failure", "busy"
        ),
    },
)
async def score_interview(
    actor: Caller, service: Use, slow: Slow, interview_id: str, body: ScoringRequest | None = None
) -> ScoreReply:
    """A transcript from elsewhere is kept as a session of its own and replaces no recorded one. Roles other than
    `candidate` are taken as the interviewer."""
    wanted = body or ScoringRequest()
    if wanted.transcript is None:
        card = await slow.run(service.scorecards.score, actor, interview_id, wanted.session_id)
        said = (await slow.run(service.sessions.get, actor, card.session_id)).transcript
        return _scored(card, [ScoredLine(**line.model_dump(include={"role", "text", "timestamp"})) for line in said])
    if wanted.session_id:
        raise InvalidPayload("Send either “session_id” or “transcript”, not both.")
    card = await slow.run(service.scorecards.score_transcript, actor, interview_id, wanted.transcript)
    return _scored(card, [ScoredLine(**line.model_dump()) for line in wanted.transcript])


@router.get(
    "/interviews/{interview_id}/study-guide",
    summary="The candidate's study guide",
    response_class=Response,
    responses={
        200: {
            "description": "The guide",
            "content": {
                "application/pdf": {"schema": {"type": "string", "format": "binary"}},
                "text/plain": {"schema": {"type": "string"}},
            },
        },
        **problems(
            "invalid_payload", "interview_not_found", "study_guide_closed", "study_guide_not_ready", "llm_failure",
            "busy",
        ),
    },
)  # fmt: skip
async def read_study_guide(
    actor: Caller,
    service: Use,
    slow: Slow,
    interview_id: str,
    wanted: Annotated[Literal["pdf", "txt"], Query(alias="format")] = "pdf",
) -> Response:
    """As a PDF, or with `format=txt` as plain text. Levels are in it only where the position shows scores."""
    make = study_guide_pdf if wanted == "pdf" else study_guide_text
    guide, content = await slow.run(lambda: _made(service.guides.study_guide(actor, interview_id), make))
    return download(content, f"study-guide {guide.candidate_name}.{wanted}", wanted)


def download(content: str | bytes, name: str, kind: Literal["pdf", "txt", "csv", "xlsx"]) -> Response:
    """A file to be saved, its name in any alphabet (RFC 6266)."""
    types = {
        "pdf": "application/pdf",
        "txt": "text/plain; charset=utf-8",
        "csv": "text/csv; charset=utf-8",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    where = f"attachment; filename=\"candor.{kind}\"; filename*=UTF-8''{quote(' '.join(name.split()), safe='')}"
    return Response(content, media_type=types[kind], headers={"Content-Disposition": where})


def _made(guide: StudyGuide, make: Any) -> tuple[StudyGuide, str | bytes]:
    return guide, make(guide)


def _scored(card: Scorecard, lines: list[ScoredLine]) -> ScoreReply:
    return ScoreReply(
        scorecard_id=card.scorecard_id,
        session_id=card.session_id,
        overall_score=card.overall_score,
        summary=card.narrative.summary,
        strengths=card.narrative.strengths,
        improvements=card.narrative.improvements,
        competencies=card.competencies,
        transcript=tuple(lines),
        stamp=card.stamp,
        source=card.source,
        created_at=card.created_at,
        rehearsal=card.rehearsal,
    )
