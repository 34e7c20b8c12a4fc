"""Taking a turn from a page: what was submitted waits until the page has been drawn, then runs once.

A page draws everything first, with its controls disabled while a turn waits, and calls `run_waiting` last. The
idempotency key says which state of the session the visitor was looking at: whatever they send from there, twice, from
two tabs or after a reload, makes one step, and what was meant for one question never answers the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from interview.access import Actor
from interview.contract import SessionSnapshot, TurnRequest
from interview.errors import InterviewError
from interview.models import Move
from pages.components.service import service


@dataclass(frozen=True)
class Turn:
    """What a visitor submitted. `key`: the Idempotency-Key, minted in the widget's callback."""

    session_id: str
    answer: str
    action: Move
    key: str
    auto_send: bool = False
    auto_generate: bool = False


def last_event(snapshot: SessionSnapshot) -> int:
    """The newest event that the page shows; 0 before any. The snapshot must be a whole one."""
    return snapshot.events[-1].event_id if snapshot.events else 0


def submit(
    session_id: str,
    seen: int,
    action: Move = "answer",
    words: str = "",
    *,
    auto_send: bool = False,
    auto_generate: bool = False,
) -> None:
    """For a widget's callback: let a turn wait. `seen`: `last_event` of what the visitor was shown."""
    st.session_state[_waiting(session_id)] = Turn(
        session_id, words, action, f"page:{seen}", auto_send=auto_send, auto_generate=auto_generate
    )
    st.session_state.pop(_failed(session_id), None)


def waiting(session_id: str) -> Turn | None:
    """The turn that this page run is going to take; controls are disabled meanwhile."""
    turn: Turn | None = st.session_state.get(_waiting(session_id))
    return turn


def failure(session_id: str) -> tuple[Turn, InterviewError] | None:
    """The turn that failed last, and why; None after one that went through."""
    failed: tuple[Turn, InterviewError] | None = st.session_state.get(_failed(session_id))
    return failed


def retry(session_id: str) -> None:
    """For a widget's callback: let the failed turn wait again, under its own key."""
    if failed := st.session_state.pop(_failed(session_id), None):
        st.session_state[_waiting(session_id)] = failed[0]


def forget(session_id: str) -> None:
    """Drop what is kept of the failed turn: the session has ended, or the page shows a newer state."""
    st.session_state.pop(_failed(session_id), None)


def run_waiting(actor: Actor, session_id: str) -> None:
    """The slow part, last on the page: take the turn that waits, then run the page anew. Nothing where none waits."""
    turn = waiting(session_id)
    if turn is None:
        return
    request = TurnRequest(
        session_id=session_id,
        answer=turn.answer,
        action=turn.action,
        auto_send=turn.auto_send,
        auto_generate=turn.auto_generate,
    )
    try:
        service().sessions.turn(actor, request, turn.key)
    except InterviewError as error:
        st.session_state[_failed(session_id)] = (turn, error)
    del st.session_state[_waiting(session_id)]
    st.rerun()


def _waiting(session_id: str) -> str:
    return f"turn-waiting-{session_id}"


def _failed(session_id: str) -> str:
    return f"turn-failed-{session_id}"
