"""Failures as responses: one shape, a stable code, a sentence. No response or log line holds a caller's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from interview.errors import InterviewError, logged

CODES: Mapping[str, tuple[int, str]] = {
    "invalid_payload": (400, "The field “answer” is not right: String should have at most 20000 characters."),
    "plan_invalid": (400, "“Debugging” has 4 core questions and the limit is 3. Take some out."),
    "bulk_invalid": (400, "Nothing was made: 1 problem. Line 3, mode: Write text, or live (by voice)."),
    "too_many_rows": (400, "A worksheet cannot hold so many rows. Narrow the filter, or take CSV."),
    "review_incomplete": (
        400,
        "Choose a level for each criterion, or say that the transcript does not show it. Not rated yet are: Tact: Ear.",
    ),
    "unauthorized": (401, "This key or invitation is not known, has expired or was revoked."),
    "session_unknown": (401, "There is no such session."),
    "forbidden": (403, "This is not open to your role. Ask an administrator if you need it."),
    "study_guide_closed": (403, "The hiring team gives no study guide for this interview."),
    "hint_not_allowed": (403, "Hints from your résumé are for practice interviews."),
    "person_required": (
        403,
        "Only a member of the team does this, by their personal link or by a key made for them.",
    ),
    "rate_first": (403, "Rate this interview first, or choose to see the scores unrated; then they are open to you."),
    "self_report_closed": (403, "Practice decides nothing, so nothing is asked about you afterwards."),
    "not_found": (404, "There is nothing at this address."),
    "interview_not_found": (404, "There is no such interview."),
    "candidate_not_found": (404, "This interview belongs to another candidate."),
    "position_not_found": (404, "There is no such position."),
    "plan_version_not_found": (404, "This position's plan has no version 7."),
    "stamp_not_found": (404, "This position has no scorecards of that version of scoring."),
    "invitation_not_found": (404, "There is no such invitation."),
    "template_not_found": (404, "There is no such template."),
    "webhook_not_found": (404, "There is no such webhook."),
    "message_not_found": (404, "There is no such message; they are kept for 30 days."),
    "credential_not_found": (404, "There is no such key or link."),
    "person_not_found": (404, "There is no such person."),
    "criterion_not_found": (404, "“Debugging” has no criterion “Charm”."),
    "session_not_found": (404, "This interview has no such session."),
    "recording_not_found": (404, "This session has no recording."),
    "method_not_allowed": (405, "This address does not take that method."),
    "request_timeout": (408, "The request took too long to arrive. Please send it again."),
    "turn_conflict": (409, "Another answer to this session came first. Read the session and go on from there."),
    "session_complete": (409, "The session is complete; no more answers are taken."),
    "interview_closed": (409, "The hiring team has ended this interview."),
    "attempt_limit": (
        409,
        "This interview has been held 50 times, and that is the limit. The team can make a new one.",
    ),
    "turn_limit": (409, "This session has had too many messages. Skip the question or end it."),
    "session_open": (409, "The session is still open. Let it end before it is scored."),
    "correction_too_far": (
        409,
        "These words are too far from what was heard. A mis-heard word can be put right, an answer not rewritten.",
    ),
    "corrections_used": (409, "Words have been put right 3 times, and that is the limit."),
    "corrections_closed": (
        409,
        "Words can be put right for 24 hours after the interview. Please write to the hiring team.",
    ),
    "voice_unavailable": (409, "By voice is not possible on this server. Please use text."),
    "idempotency_key_reused": (409, "This Idempotency-Key was used for another answer. Use a new one for each answer."),
    "plan_not_approved": (409, "The plan has to be approved by the hiring team first."),
    "plan_changed": (409, "The plan has changed: its newest version is 3. Read it and approve that."),
    "position_exists": (409, "There is a position with this role title and this job description."),
    "template_exists": (409, "Another template has this name. Give it one of its own."),
    "template_limit": (409, "There are 200 templates. Delete one before you save another."),
    "bulk_repeated": (409, "This file was taken before, and its links cannot be shown again."),
    "webhook_limit": (409, "There are 20 webhooks. Remove one before you add another."),
    "position_changed": (409, "The position has just been deleted. Please try again."),
    "status_backward": (409, "Question 2 is answered already; a status never goes back."),
    "interview_spoken": (
        409,
        "The candidate is being interviewed by voice. Add your question when the talk is over.",
    ),
    "question_asked": (409, "Question 4 has been asked; add yours after it."),
    "nothing_to_review": (409, "There is nothing to review before the candidate has begun."),
    "nothing_to_rate": (409, "There is nothing to rate before the interview has ended."),
    "review_submitted": (
        409,
        "You have rated this interview, and that stands. Override a score where you see it otherwise now.",
    ),
    "nothing_to_override": (409, "Nothing has been scored yet."),
    "another_attempt": (
        409,
        "Another session counts for this interview by now. Open the interview again and read that one first.",
    ),
    "self_report_not_ready": (409, "This question is open when the interview has been completed."),
    "study_guide_not_ready": (409, "The study guide is made when the interview has been completed."),
    "session_expired": (410, "The session was idle for too long and has ended. Start again to go on."),
    "payload_too_large": (413, "The request is larger than this address takes."),
    "document_too_large": (422, "Résumé: This file is larger than 10 MB. Save a smaller copy, or paste its text."),
    "document_too_long": (422, "Résumé: This text is longer than 40 pages or 200,000 characters."),
    "document_type_unsupported": (422, "Résumé: This type of file cannot be read: use a PDF, DOCX, TXT or MD file."),
    "document_encrypted": (422, "Résumé: This file is protected by a password."),
    "document_damaged": (422, "Résumé: This file seems damaged. Save it again as PDF or DOCX, or paste its text."),
    "document_no_text": (422, "Résumé: Too little text was found: this may be a scan or a picture."),
    "document_timeout": (422, "Résumé: Reading this file took too much time or memory."),
    "internal_error": (500, "Something went wrong on our side. Please tell the team this number: 5f0c2a91."),
    "session_start_failed": (500, "The session could not be started. Please tell the team this number: 5f0c2a91."),
    "budget_reached": (
        429,
        "This interview has used up what one interview may take of the model. What was said is kept.",
    ),
    "llm_failure": (502, "The model did not answer. Please send your answer again."),
    "busy": (503, "Too many calls are waiting for an answer. Please try again in a few seconds."),
}
"""Every code that a caller can meet, its HTTP status and a sentence as an example."""

DOCUMENT_CODES = tuple(code for code in CODES if code.startswith("document_"))

_HTTP_CODES = {
    400: "invalid_payload", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    408: "request_timeout", 413: "payload_too_large",
}  # fmt: skip
_RETRY_SECONDS = {"turn_conflict": 1, "llm_failure": 2, "busy": 5}
_UNEXPECTED = {
    "internal_error": "Something went wrong on our side.",
    "session_start_failed": "The session could not be started.",
}
_EVERYWHERE = ("unauthorized", "forbidden", "request_timeout", "payload_too_large", "internal_error")
_NAME_CHARS = 80


class Problem(BaseModel):
    """What every failure answers. `detail` repeats the sentence, where FastAPI's clients look for it."""

    code: str
    message: str
    detail: str


class Busy(InterviewError):
    """More calls are waiting than will be answered soon."""

    code, status = "busy", 503


def problem(code: str, message: str, status: int) -> JSONResponse:
    """The response to a failure, with the headers that its status asks for."""
    headers = {"WWW-Authenticate": 'Bearer realm="Candor"'} if status == 401 else {}
    if code in _RETRY_SECONDS:
        headers["Retry-After"] = str(_RETRY_SECONDS[code])
    return JSONResponse(Problem(code=code, message=message, detail=message).model_dump(), status, headers)


def unexpected(error: Exception, code: str = "internal_error") -> JSONResponse:
    """The response to a failure that nobody foresaw."""
    return problem(code, f"{_UNEXPECTED[code]} Please tell the team this number: {logged(error, code)}.", 500)


def problems(*codes: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's description of these failures and of those that every keyed route has, for a route's `responses`."""
    grouped: dict[int | str, dict[str, Any]] = {}
    for code in (*_EVERYWHERE, *codes):
        status, sentence = CODES[code]
        entry = grouped.setdefault(
            status, {"model": Problem, "description": "", "content": {"application/json": {"examples": {}}}}
        )
        entry["description"] = ", ".join(filter(None, (entry["description"], f"`{code}`")))
        value = Problem(code=code, message=sentence, detail=sentence).model_dump()
        entry["content"]["application/json"]["examples"][code] = {"value": value}
    return grouped


def handle_errors(api: FastAPI) -> None:
    """Every failure of the API answers in the one shape."""
    api.add_exception_handler(InterviewError, _expected)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http)


async def _expected(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, InterviewError)  # noqa: S101 - registered for this class
    return problem(error.code, error.message, error.status)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return problem("invalid_payload", sentence(error.errors()), 400)


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    code = _HTTP_CODES.get(error.status_code, "invalid_payload")
    message = f"{str(error.detail).rstrip('.')}." if error.status_code == 400 else CODES[code][1]
    response = problem(code, message, error.status_code)
    response.headers.update(error.headers or {})
    return response


def sentence(found: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong first, by the field's name; never the value, which may be long or private."""
    first = found[0]
    if first["type"] == "json_invalid":
        return "The request is no valid JSON."
    name = ".".join(str(part) for part in first["loc"][1:])[:_NAME_CHARS]
    if not name:
        return "The request needs a JSON object, sent as application/json."
    if first["type"] == "missing":
        return f"The field “{name}” is missing."
    return f"The field “{name}” is not right: {str(first['msg']).removeprefix('Value error, ').rstrip('.')}."
