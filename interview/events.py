"""What happened in a session, in order: one model per event type.

Words are stored once, in the transcript. An event that brings words stores the entry's id; `joined` puts the words back
when events are read, under the key that existing clients read (`content`, `answer`, `message`, `hint`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, SerializeAsAny

from interview.models import Escalation, Evaluation, Flag, Mode, Model, Moment, Move, Stage
from interview.transcript import Entries, quoted, unquoted

EventType = Literal[
    "stage_entered", "resume_summary", "question", "follow_up", "hint", "answer", "candidate_move", "evaluation",
    "flag", "checkpoint", "competency_completed", "session_completed", "session_expired", "mode_changed",
    "time_given_back", "voice_failed",
]  # fmt: skip
EndReason = Literal["finished", "stopped", "closed"]


ASKED_FREELY = "Asked freely; no rule chose it."


class PromptMetadata(Model):
    """What the contract says of a prompt. `reasoning` and `follow_up_prompt` are for the team."""

    competency: str | None = None
    stage: Stage
    reasoning: str = ""
    escalation: Escalation = "broad"
    follow_up_prompt: str = ""

    @property
    def by_rule(self) -> bool:
        """Whether the rules chose the prompt, and its `escalation` with it."""
        return self.reasoning != ASKED_FREELY


class Payload(Model):
    """Base of the payloads: `words` names the field that is filled from the transcript, if there is one."""

    event_type: ClassVar[EventType]
    words: ClassVar[str | None] = None


class StageEntered(Payload):
    event_type = "stage_entered"
    stage: Stage


class ResumeSummary(Payload):
    event_type = "resume_summary"
    summary: str = ""


class PromptPayload(Payload):
    """An interviewer's prompt: which planned question it belongs to, and the response (a number) it asks for."""

    entry_id: int
    question_index: int | None = None
    response: int
    metadata: PromptMetadata


class QuestionAsked(PromptPayload):
    event_type = "question"
    words = "content"
    content: str = ""


class FollowUpAsked(PromptPayload):
    event_type = "follow_up"
    words = "message"
    message: str = ""


class HintGiven(PromptPayload):
    event_type = "hint"
    words = "hint"
    hint: str = ""


class AnswerGiven(Payload):
    event_type = "answer"
    words = "answer"
    entry_id: int
    answer: str = ""
    auto_send: bool = False
    auto_generate: bool = False


class CandidateMove(Payload):
    """A move that is not an answer. `entry_id`: the candidate's words, `reply_id`: the interviewer's, if any.

    `by_team`: the team put mis-heard words right in the candidate's place; left out where nobody did.
    """

    event_type = "candidate_move"
    words = "answer"
    move: Move
    entry_id: int | None = None
    answer: str = ""
    reply_id: int | None = None
    reply: str = ""
    by_team: bool = Field(default=False, exclude_if=lambda by_team: not by_team)


class EvaluationMade(Payload, Evaluation):
    event_type = "evaluation"
    competency: str | None = None
    response: int = 0


class FlagRaised(Payload, Flag):
    event_type = "flag"


class Checkpoint(Payload):
    event_type = "checkpoint"
    saved_at: Moment


class CompetencyCompleted(Payload):
    event_type = "competency_completed"
    competency: str
    total_score: float


class SessionCompleted(Payload):
    event_type = "session_completed"
    words = "message"
    reason: EndReason
    overall_score: float
    entry_id: int | None = None
    message: str = ""


class SessionExpiredPayload(Payload):
    event_type = "session_expired"
    idle_minutes: float


class ModeChanged(Payload):
    """From text to voice or back. `entry_id`: what the interviewer said at it, if anything."""

    event_type = "mode_changed"
    words = "message"
    mode: Mode
    entry_id: int | None = None
    message: str = ""


class TimeGivenBack(Payload):
    """Seconds lost to a fault, which do not count as used. `cause`: a short name, such as `connection_lost`."""

    event_type = "time_given_back"
    cause: str
    seconds: float


class VoiceFailed(Payload):
    """A talk ended because the voice failed: it never came up, or did not come back. `code`: the failure's, stable."""

    event_type = "voice_failed"
    code: str


_PAYLOADS: dict[str, type[Payload]] = {
    cls.event_type: cls
    for cls in (
        StageEntered, ResumeSummary, QuestionAsked, FollowUpAsked, HintGiven, AnswerGiven, CandidateMove,
        EvaluationMade, FlagRaised, Checkpoint, CompetencyCompleted, SessionCompleted, SessionExpiredPayload,
        ModeChanged, TimeGivenBack, VoiceFailed,
    )
}  # fmt: skip


class InterviewEvent(Model):
    """`event_id` runs from 1 without gaps within a session."""

    event_id: int = Field(ge=1)
    created_at: Moment
    stage: Stage
    competency: str | None = None
    event_type: EventType
    payload: SerializeAsAny[Payload]


_WORDS = {"content", "message", "hint", "answer", "reply"}


def stored(payload: Payload) -> dict[str, Any]:
    """The payload as it is kept: without any words that the transcript or the résumé already hold."""
    if isinstance(payload, EvaluationMade):
        payload = payload.model_copy(update={"criterion_scores": tuple(map(unquoted, payload.criterion_scores))})
    if isinstance(payload, ResumeSummary):
        return {}
    return payload.model_dump(mode="json", exclude=_WORDS if payload.words else set())


def restored(event_type: str, data: Mapping[str, Any]) -> Payload:
    """The payload as `stored` left it."""
    return _PAYLOADS[event_type].model_validate(data)


def joined(payload: Payload, entries: Entries, resume_summary: str = "") -> Payload:
    """The payload with the transcript's words put back; entries that were erased leave the words empty."""
    update: dict[str, object] = {}
    if isinstance(payload, ResumeSummary):
        update["summary"] = resume_summary
    if isinstance(payload, EvaluationMade):
        update["criterion_scores"] = tuple(quoted(score, entries) for score in payload.criterion_scores)
    if payload.words and (entry := entries.get(getattr(payload, "entry_id", None) or 0)):
        update[payload.words] = entry.text
    if isinstance(payload, CandidateMove) and (reply := entries.get(payload.reply_id or 0)):
        update["reply"] = reply.text
    return payload.model_copy(update=update)
