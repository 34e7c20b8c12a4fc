"""REST of what an interview comes to: its scores and the study guide. Names are snake_case."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from interview.api.calls import Caller, KeyedRoute, Slow, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase, shown
from interview.errors import InvalidPayload
from interview.imported import SpokenLine
from interview.models import CompetencySummary, Model, Moment, Scorecard, VersionStamp
from interview.study_guide import StudyGuide, study_guide_pdf, study_guide_text

router = APIRouter(
    tags=["Interviews"],
    route_class=KeyedRoute,
    default_response_class=SnakeCase,
)


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
    "/interviews/{interview_id}/score",
    summary="Score a session again, or a transcript",
    responses={
        **shown(200, "SCORE"),
        **problems(
            "invalid_payload",
            "interview_not_found",
            "session_not_found",
            "session_open",
            "budget_reached",
            "llm_failure",
            "busy",
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
            "invalid_payload", "interview_not_found", "study_guide_closed", "rate_first", "study_guide_not_ready",
            "budget_reached", "llm_failure", "busy",
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
