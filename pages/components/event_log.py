"""A session's events on a page: in order, the newest in view, whatever they quote as it stands."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from interview.events import (
    AnswerGiven,
    CandidateMove,
    Checkpoint,
    CompetencyCompleted,
    EvaluationMade,
    FlagRaised,
    FollowUpAsked,
    HintGiven,
    InterviewEvent,
    ModeChanged,
    Payload,
    QuestionAsked,
    ResumeSummary,
    SessionCompleted,
    SessionExpiredPayload,
    StageEntered,
    TimeGivenBack,
    VoiceFailed,
)
from interview.faults import in_words
from interview.models import Mode
from pages.components.times import time_of_day

STAGES = {"warmup": "Warm-up", "competency": "Questions", "wrapup": "Wrap-up", "complete": "Complete"}
MODE_CHANGES: dict[Mode, str] = {"live": "From here by voice.", "text": "From here in writing."}
_HEIGHT = 460
_STYLE = """<style>
.event-log { font-size: 0.875rem }
.event-log > div { padding: 0.35rem 0; overflow-wrap: anywhere;
  border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent) }
.event-log small { display: block; opacity: 0.75; font-size: inherit }
.event-log small b { font-weight: 600 }
</style>"""


def event_log(events: Sequence[InterviewEvent], *, scores_open: bool = True) -> None:
    """The events in a box that scrolls by itself to the newest, which comes last.

    Without `scores_open` they came without any score, which is not the same as "no score".
    """
    if not events:
        st.caption("Nothing has happened yet.")
        return
    with st.container(height=_HEIGHT, autoscroll=True):
        items = "".join(_item(event, scores_open=scores_open) for event in events)
        st.html(f"{_STYLE}<div class='event-log' role='list'>{items}</div>")


def what(payload: Payload) -> str:
    """An event in words. What people said is in it as they said it."""
    match payload:
        case StageEntered():
            return f"Now: {STAGES[payload.stage].lower()}"
        case ResumeSummary():
            return payload.summary
        case QuestionAsked():
            return payload.content
        case FollowUpAsked():
            return payload.message
        case HintGiven():
            return payload.hint
        case AnswerGiven():
            return " ".join(filter(None, (payload.answer, _marks(payload))))
        case CandidateMove():
            move = f"{payload.move}, by the team" if payload.by_team else payload.move
            return " → ".join(filter(None, (move, payload.answer, payload.reply)))
        case _:
            return _outcome(payload)


def _outcome(payload: Payload) -> str:
    match payload:
        case EvaluationMade():
            hints = f" Hints: {' '.join(payload.hints)}" if payload.hints else ""
            about = payload.competency or "Outside of the rubric"
            return f"{about}: {_level(payload.total_score)}. {payload.summary}{hints}"
        case FlagRaised():
            return f"{payload.kind.replace('_', ' ')}: {payload.note}"
        case CompetencyCompleted():
            return (
                f"{payload.competency}: {payload.total_score:.1f} of 5" if payload.total_score else payload.competency
            )
        case SessionCompleted():
            return f"{payload.reason}, overall {_level(payload.overall_score)}. {payload.message}"
        case SessionExpiredPayload():
            return f"Nothing was sent for {payload.idle_minutes:.0f} minutes"
        case Checkpoint():
            return "Everything until here is saved"
        case ModeChanged():
            return " ".join(filter(None, (MODE_CHANGES[payload.mode], payload.message)))
        case TimeGivenBack() | VoiceFailed():
            return fault(payload)
        case _:
            return ""


def fault(payload: TimeGivenBack | VoiceFailed) -> str:
    """Lost time, or a talk that ended, in words."""
    if isinstance(payload, VoiceFailed):
        return f"The voice failed, and the talk ended ({in_words(payload.code)})."
    lost = f"{payload.seconds:.0f} seconds" if round(payload.seconds) != 1 else "1 second"
    return f"{lost} lost to a fault do not count as used ({in_words(payload.cause)})."


def _level(score: float) -> str:
    return f"{score:.1f} of 5" if score else "no score"


def _marks(answer: AnswerGiven) -> str:
    spoken = "sent from speech" if answer.auto_send else ""
    drafted = "drafted by a machine" if answer.auto_generate else ""
    marks = ", ".join(filter(None, (spoken, drafted)))
    return f"({marks})" if marks else ""


def _closed(payload: Payload) -> str | None:
    """An event in words that tell no score; None for those that never do."""
    match payload:
        case EvaluationMade():
            return f"{payload.competency or 'Outside of the rubric'}: closed until you have rated"
        case CompetencyCompleted():
            return payload.competency
        case SessionCompleted():
            return " ".join(filter(None, (f"{payload.reason}.", payload.message)))
        case _:
            return None


def _item(event: InterviewEvent, *, scores_open: bool) -> str:
    head = f"{event.event_id} · {time_of_day(event.created_at)} · {STAGES[event.stage]} · "
    kind = event.event_type.replace("_", " ")
    closed = None if scores_open else _closed(event.payload)
    words = html.escape(what(event.payload) if closed is None else closed)
    return f"<div role='listitem'><small>{head}<b>{kind}</b></small><div dir='auto'>{words}</div></div>"
