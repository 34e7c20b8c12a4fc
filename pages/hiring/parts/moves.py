"""What one may do instead of answering, as buttons: for the team's practice, with every move there is."""

from __future__ import annotations

import streamlit as st

from interview.contract import SessionSnapshot
from interview.events import AnswerGiven, CandidateMove
from interview.models import MAX_ANSWER_CHARS, Move
from pages.components import turns

_PLAIN: tuple[tuple[Move, str, str], ...] = (
    ("repeat", "Repeat", ":material/replay:"),
    ("rephrase", "Rephrase", ":material/edit_note:"),
    ("think", "A moment", ":material/hourglass_empty:"),
    ("skip", "Skip", ":material/skip_next:"),
)
_HINT: tuple[Move, str, str] = ("hint", "Hint", ":material/lightbulb:")


def moves(snapshot: SessionSnapshot, *, busy: bool, hints: bool) -> None:
    """A row of buttons that wraps; disabled while a turn waits. `hints`: the position's purpose is practice."""
    session_id, seen = snapshot.session_id, turns.last_event(snapshot)
    with st.container(horizontal=True, gap="small"):
        for move, label, icon in (*_PLAIN, *([_HINT] if hints else [])):
            st.button(
                label,
                key=f"{move}-{session_id}",
                icon=icon,
                disabled=busy,
                on_click=turns.submit,
                args=(session_id, seen, move),
            )
        if st.button("Ask", key=f"ask-{session_id}", icon=":material/help:", disabled=busy):
            _ask(session_id, seen)
        last = last_answer(snapshot)
        if st.button("Correct", key=f"correct-{session_id}", icon=":material/edit:", disabled=busy or not last):
            _correct(session_id, seen, last)
        if st.button("Stop", key=f"stop-{session_id}", icon=":material/stop_circle:", disabled=busy):
            _stop(session_id, seen)


def last_answer(snapshot: SessionSnapshot) -> str:
    """What a correction would put right, as it stands after earlier ones; "" before any answer."""
    for event in reversed(snapshot.events):
        payload = event.payload
        if isinstance(payload, AnswerGiven) or (isinstance(payload, CandidateMove) and payload.move == "correct"):
            return payload.answer
    return ""


@st.dialog("Ask the interviewer something")
def _ask(session_id: str, seen: int) -> None:
    _words(session_id, seen, "ask", "Your question", "")


@st.dialog("Correct the last answer")
def _correct(session_id: str, seen: int, last: str) -> None:
    _words(session_id, seen, "correct", "The answer as it should be", last)


@st.dialog("Stop this practice?")
def _stop(session_id: str, seen: int) -> None:
    st.write("The session ends here and is scored as it stands. You can start another one afterwards.")
    if st.button(
        "Stop",
        type="primary",
        icon=":material/stop_circle:",
        on_click=turns.submit,
        args=(session_id, seen, "stop"),
    ):
        st.rerun()


def _words(session_id: str, seen: int, move: Move, label: str, first: str) -> None:
    key = f"{move}-words-{session_id}-{seen}"
    with st.form(f"form-{key}", border=False):
        st.text_area(label, value=first, key=key, max_chars=MAX_ANSWER_CHARS, height=140)
        sent = st.form_submit_button(
            "Send",
            key=f"send-{key}",
            type="primary",
            icon=":material/send:",
            on_click=_submit,
            args=(session_id, seen, move, key),
        )
    if sent and turns.waiting(session_id):
        st.rerun()
    elif sent:
        st.warning("Write some words first.", icon=":material/edit:")


def _submit(session_id: str, seen: int, move: Move, key: str) -> None:
    if (words := st.session_state[key]).strip():
        turns.submit(session_id, seen, move, words)
