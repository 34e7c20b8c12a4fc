"""What a candidate may do while they speak. None of it is rated; what cannot be undone is asked twice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from interview.access import Actor
from interview.live.line import LiveState
from interview.models import MAX_ANSWER_CHARS
from pages.candidate.parts import adjustments

if TYPE_CHECKING:
    from interview.live.interview import LiveInterview

_TYPED = "typed-words"
_ASKED = "dialog-is-open"
_SKIP = "I would like to skip this question."


def controls(actor: Actor, talk: LiveInterview, drawn: LiveState | None) -> None:
    """Buttons in a row that wraps, and a line to type in. `drawn`: what `mark` gave in this run.

    None of them is in a fragment that runs by itself: one that is pressed there while the page is being drawn takes its
    neighbours away.
    """
    with st.container(horizontal=True, gap="xsmall", key="controls"):
        _toggles(talk, drawn)
        skip = st.button("Skip this question", key="skip", icon=":material/skip_next:", help="Go on to the next one")
        st.button(
            "Switch to text",
            key="to-text",
            icon=":material/keyboard:",
            help="At once; nothing that was said is lost",
            on_click=talk.to_text,
        )
        adjust = st.button("Ask for an adjustment", key="adjust", icon=":material/accessibility_new:")
        finish = st.button("Finish early", key="finish", icon=":material/stop_circle:", help="End the interview here")
    st.session_state[_ASKED] = skip or adjust or finish
    if skip:
        _skip(talk)
    if adjust:
        adjustments.dialog(actor)
    if finish:
        _finish(talk)
    st.chat_input("Type instead of speaking", key=_TYPED, max_chars=MAX_ANSWER_CHARS, on_submit=_say, args=(talk,))


def mark(state: LiveState) -> LiveState | None:
    """What of the state the controls depend on: when it changes, the page has to be drawn anew."""
    return state if state in ("thinking", "muted", "ending") else None


def asked() -> bool:
    """A dialog is open: drawing the page anew would close it, with what was typed there."""
    return bool(st.session_state.get(_ASKED))


def _toggles(talk: LiveInterview, drawn: LiveState | None) -> None:
    """Drawn as the talk stood, since speaking ends a moment to think by itself."""
    if drawn == "thinking":
        _toggle("I am ready", "thought", "play_arrow", "Go on", talk.think, False)
    else:
        _toggle("Let me think", "think", "hourglass_empty", "The interviewer waits; no hurry", talk.think, True)
    if drawn == "muted":
        _toggle("Unmute", "unmute", "mic", "The interviewer hears you again", talk.mute, False)
    else:
        _toggle("Mute", "mute", "mic_off", "The interviewer does not hear you meanwhile", talk.mute, True)


def _toggle(label: str, key: str, icon: str, meaning: str, act: Callable[[bool], None], on: bool) -> None:
    st.button(label, key=key, icon=f":material/{icon}:", help=meaning, on_click=act, args=(on,))


@st.dialog("Skip this question?", icon=":material/skip_next:", on_dismiss="rerun")
def _skip(talk: LiveInterview) -> None:
    st.write("The interviewer goes on to the next question, and you cannot come back to this one.")
    _confirm("Skip it", "Back to the question", "skip", partial(_skip_in_hand, talk))


@st.dialog("Finish the interview here?", icon=":material/stop_circle:", on_dismiss="rerun")
def _finish(talk: LiveInterview) -> None:
    confirm_finish(talk.stop)


def confirm_finish(finish: Callable[[], None]) -> None:
    """What finishing means, and the question whether it is meant."""
    st.write(
        "The interview ends now. Your answers so far count; the other questions stay without one. Only the team can "
        "open the interview again."
    )
    _confirm("Finish now", "Back to the interview", "stop", finish)


def _skip_in_hand(talk: LiveInterview) -> None:
    """The planned question in hand by its number; the first and the last one have none, and are skipped in words."""
    if (index := talk.view().question_index) is not None:
        talk.skip(index)
    else:
        talk.say(_SKIP)


def _confirm(yes: str, no: str, move: str, act: Callable[[], None]) -> None:
    with st.container(horizontal=True):
        if st.button(yes, key=f"{move}-yes", type="primary", on_click=act):
            st.rerun()
        if st.button(no, key=f"{move}-no"):
            st.rerun()


def _say(talk: LiveInterview) -> None:
    words: str = st.session_state[_TYPED]
    if words and words.strip():
        talk.say(words.strip())
