"""What a candidate may do besides answering. None of it is rated; what cannot be undone is asked twice."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.contract import SessionSnapshot, TranscriptLine
from interview.errors import InterviewError
from interview.events import AnswerGiven, CandidateMove
from interview.journeys import Journey
from interview.models import Move
from interview.speaking import ADDED, CORRECTED
from pages.candidate.parts import adjustments
from pages.components import problems, turns
from pages.components.composer import objection
from pages.components.service import service

_MOVES: tuple[tuple[Move, str, str, str], ...] = (
    ("repeat", "Repeat", "replay", "The question again, in the same words"),
    ("rephrase", "Rephrase", "edit_note", "The question in other words"),
    ("think", "A moment", "hourglass_empty", "Say that you are thinking; there is no hurry"),
)
_HINT: tuple[Move, str, str, str] = ("hint", "Hint", "lightbulb", "Something in your résumé that may help")
_RESTART_REFUSED = "restart-refused"


def controls(actor: Actor, journey: Journey, snapshot: SessionSnapshot, *, busy: bool) -> None:
    """A row that wraps; shut while a turn waits."""
    practice = journey.purpose == "practice"
    with st.container(horizontal=True, gap="xsmall", key="controls"):
        for move, label, icon, meaning in (*_MOVES, *((_HINT,) if practice else ())):
            _move(snapshot, move, label, icon, meaning, busy=busy)
        if _button("Skip", "skip_next", "Go on to the next question", busy=busy):
            _skip(snapshot)
        last = _last_answer(snapshot)
        if _button("Correct last answer", "edit", "Put other words in its place", busy=busy or last is None) and last:
            _correct(snapshot, last)
        if _button("Ask for an adjustment", "accessibility_new", "More time, or another form", busy=busy):
            adjustments.dialog(actor)
        if practice and _button("Start again", "restart_alt", "From the first question", busy=busy):
            restart(actor)
        if _button("Finish early", "stop_circle", "End the interview here", busy=busy):
            _finish(snapshot)


@st.dialog("Start again?", icon=":material/restart_alt:")
def restart(actor: Actor) -> None:
    """For practice: another attempt from the first question."""
    st.write("The practice begins anew with the first question. The team keeps what you wrote this time.")
    if st.button("Start again", key="restart-yes", type="primary", on_click=_restart, args=(actor,)):
        if refused := st.session_state.pop(_RESTART_REFUSED, None):
            problems.show(refused)
        else:
            st.rerun()


def _restart(actor: Actor) -> None:
    try:
        service().journeys.practise_again(actor)
    except InterviewError as error:
        st.session_state[_RESTART_REFUSED] = error


def _button(label: str, icon: str, meaning: str, *, busy: bool) -> bool:
    return st.button(label, key=f"control-{icon}", icon=f":material/{icon}:", help=meaning, disabled=busy)


def _move(snapshot: SessionSnapshot, move: Move, label: str, icon: str, meaning: str, *, busy: bool) -> None:
    st.button(
        label,
        key=f"control-{icon}",
        icon=f":material/{icon}:",
        help=meaning,
        disabled=busy,
        on_click=turns.submit,
        args=(snapshot.session_id, turns.last_event(snapshot), move),
    )


@st.dialog("Skip this question?", icon=":material/skip_next:")
def _skip(snapshot: SessionSnapshot) -> None:
    st.write("You go on to the next question and cannot come back to this one. What stands in the field is not sent.")
    _confirm(snapshot, "skip", "Skip it")


@st.dialog("Finish the interview here?", icon=":material/stop_circle:")
def _finish(snapshot: SessionSnapshot) -> None:
    st.write(
        "The interview ends now. Your answers so far count; the other questions stay without one. What stands in the "
        "field is not sent. Only the team can open the interview again."
    )
    _confirm(snapshot, "stop", "Finish now")


def _confirm(snapshot: SessionSnapshot, move: Move, label: str) -> None:
    with st.container(horizontal=True):
        if st.button(
            label,
            key=f"{move}-yes",
            type="primary",
            on_click=turns.submit,
            args=(snapshot.session_id, turns.last_event(snapshot), move),
        ):
            st.rerun()
        if st.button("Back to the question", key=f"{move}-no"):
            st.rerun()


@st.dialog("Correct your last answer", icon=":material/edit:", width="medium")
def _correct(snapshot: SessionSnapshot, last: TranscriptLine) -> None:
    key = f"correction-{snapshot.session_id}-{last.entry_id}"
    with st.form(f"form-{key}", border=False):
        st.text_area("What it should say", value=last.text, key=key, height=200)
        sent = st.form_submit_button(
            "Put this in its place",
            key=f"send-{key}",
            type="primary",
            on_click=_send_correction,
            args=(snapshot, key),
        )
    if sent and (refused := objection(st.session_state[key])):
        st.warning(refused, icon=":material/edit:")
    elif sent:
        st.rerun()
    st.caption("The new words are rated in place of the old ones, which stay in the transcript, marked as corrected.")


def _send_correction(snapshot: SessionSnapshot, key: str) -> None:
    words: str = st.session_state[key]
    if not objection(words):
        turns.submit(snapshot.session_id, turns.last_event(snapshot), "correct", words)


def _last_answer(snapshot: SessionSnapshot) -> TranscriptLine | None:
    """The newest answer of this session as it stands after corrections; None before any."""
    answers: set[int | None] = set()
    for event in snapshot.events:
        payload = event.payload
        # a wish to correct that brought no words yet is no answer: the reply tells the two apart
        put_right = isinstance(payload, CandidateMove) and payload.reply.startswith((CORRECTED, ADDED))
        if isinstance(payload, AnswerGiven | CandidateMove) and (put_right or isinstance(payload, AnswerGiven)):
            answers.add(payload.entry_id)
    return next((line for line in reversed(snapshot.transcript) if line.entry_id in answers), None)
