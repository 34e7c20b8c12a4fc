"""Every failure a caller can meet: a stable code, the HTTP status it maps to, and a sentence a person can act on."""

from __future__ import annotations

import logging
import traceback
from uuid import uuid4

log = logging.getLogger(__name__)


class InterviewError(Exception):
    """Base of all expected failures. `code` is stable; `message` is for people; `status` is the HTTP status."""

    code = "internal_error"
    status = 500

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class InvalidPayload(InterviewError):
    """The request says something that cannot be taken as it is."""

    code, status = "invalid_payload", 400


class Unauthorized(InterviewError):
    """No key, a wrong one, or one that has been revoked or has expired."""

    code, status = "unauthorized", 401


class SessionUnknown(InterviewError):
    """No such session, or one that belongs to somebody else: callers cannot tell which."""

    code, status = "session_unknown", 401


class Forbidden(InterviewError):
    """The caller is known and this is not theirs to do."""

    code, status = "forbidden", 403


class NotFound(InterviewError):
    """Codes: `interview_not_found`, `candidate_not_found`, `position_not_found`, and so on."""

    code, status = "not_found", 404


class Conflict(InterviewError):
    """Codes: `turn_conflict`, `session_complete`, `plan_not_approved`, and so on."""

    code, status = "conflict", 409


class SessionExpired(InterviewError):
    code, status = "session_expired", 410


class DocumentError(InterviewError):
    """A document that cannot be read. Codes: see `interview.documents`."""

    code, status = "document_unreadable", 422


class EngineFailure(InterviewError):
    """The model did not give a usable answer; nothing was changed and the call may be repeated."""

    code, status = "llm_failure", 502


def logged(error: Exception, code: str) -> str:
    """A number for a failure that nobody foresaw. The log gets its kind and place under it, never its words."""
    number = uuid4().hex[:8]
    frames = traceback.extract_tb(error.__traceback__)
    places = "\n".join(f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    log.error("%s %s: %s.%s\n%s", code, number, type(error).__module__, type(error).__qualname__, places)
    return number
