"""What happened beside the words: moves, hints, flags and changes, at the transcript entries that they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from interview.events import (
    AnswerGiven,
    CandidateMove,
    FlagRaised,
    FollowUpAsked,
    HintGiven,
    InterviewEvent,
    ModeChanged,
    PromptPayload,
    SessionCompleted,
    TimeGivenBack,
    VoiceFailed,
)
from interview.models import Move
from pages.components.event_log import MODE_CHANGES, fault
from pages.components.transcript import Notes

_MOVES: dict[Move, str] = {
    "repeat": "Asked to hear the question again",
    "rephrase": "Asked for other words",
    "think": "Asked for a moment to think",
    "skip": "Skipped the question",
    "ask": "Asked something in return",
    "correct": "Corrected the last answer",
    "hint": "Asked for a hint",
    "stop": "Asked to stop",
    "answer": "Answered",
}
_BY_TEAM = "Put right by the team"
_STAGES = {"warmup": "Warm-up", "wrapup": "Closing words"}
_ENDS = {
    "finished": "The interview ended here",
    "stopped": "The candidate ended the interview here",
    "closed": "The team closed the session here",
}


def notes_of(events: Iterable[InterviewEvent], *, scores_open: bool = True) -> Notes:
    """Moves, hints, follow-ups and flags at their entries; topics where they begin.

    Without `scores_open` the events came without what the engine thinks of an answer, such as which follow-up it chose.
    """
    before: dict[int, list[str]] = defaultdict(list)
    beside: dict[int, list[str]] = defaultdict(list)
    topic, spoken = "", 0
    for event in events:
        payload = event.payload
        if isinstance(payload, PromptPayload):
            now = payload.metadata.competency or _STAGES.get(payload.metadata.stage, "")
            if now != topic:
                before[payload.entry_id].append(f"— {now} —")
            topic = now
        spoken = getattr(payload, "entry_id", None) or spoken
        if note := _happened(event, scores_open=scores_open):
            beside[spoken].append(note)
    return Notes(before, beside)


def _happened(event: InterviewEvent, *, scores_open: bool) -> str:
    match event.payload:
        case HintGiven():
            return "Hint"
        case FollowUpAsked(metadata=about):
            return f"Follow-up ({about.escalation})" if scores_open and about.by_rule else "Follow-up"
        case CandidateMove(move=move, by_team=by_team):
            return _BY_TEAM if by_team else _MOVES[move]
        case FlagRaised(note=note):
            return f"To look at: {note}"
        case AnswerGiven(auto_generate=True):
            return "Written by a machine, for a rehearsal"
        case AnswerGiven(auto_send=True):
            return "Spoken, written down by software"
        case ModeChanged(mode=mode):
            return MODE_CHANGES[mode]
        case TimeGivenBack() | VoiceFailed() as failed:
            return fault(failed)
        case SessionCompleted(reason=reason):
            return _ENDS[reason]
        case _:
            return ""
