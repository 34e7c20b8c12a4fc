"""How the hiring team's pages put states and kinds into words."""

from __future__ import annotations

from typing import Literal, NamedTuple

from interview.models import Mode, QuestionKind, SessionStatus, StatusName
from interview.records import InterviewState

Colour = Literal["red", "orange", "blue", "green", "violet", "gray"]


class Standing(NamedTuple):
    """A state in words. `icon`: a Material name, `sign`: one character for tables, which take no icons."""

    words: str
    icon: str
    sign: str
    colour: Colour


STATES: dict[InterviewState, Standing] = {
    "draft": Standing("Plan to approve", ":material/edit_note:", "✎", "orange"),
    "ready": Standing("Not invited yet", ":material/radio_button_unchecked:", "○", "gray"),
    "invited": Standing("Invited", ":material/mail:", "✉", "blue"),
    "in_progress": Standing("In progress", ":material/play_circle:", "▶", "violet"),
    "expired": Standing("Interrupted", ":material/pause_circle:", "◦", "orange"),
    "completed": Standing("Completed", ":material/check_circle:", "✓", "green"),
    "closed": Standing("Closed", ":material/block:", "✕", "gray"),
}

SESSION_STATES: dict[SessionStatus, str] = {
    "active": "Open",
    "complete": "Completed",
    "expired": "Interrupted: idle for too long",
    "closed": "Closed by the team",
    "imported": "Imported transcript",
}

QUESTION_KINDS: dict[QuestionKind, str] = {
    "core": "Core, asked of everybody",
    "probe": "Probe from the résumé",
    "custom": "The team's own",
}

QUESTION_STATES: dict[StatusName, str] = {
    "not_started": "Not asked",
    "started": "Asked",
    "answered": "Answered",
    "skipped": "Skipped",
}


MODES: dict[Mode, str] = {"live": "By voice", "text": "In writing"}


def factor(extra_time: float) -> str:
    """An extra-time factor in words."""
    return "no extra time" if extra_time == 1 else f"time ×{extra_time:g}"
