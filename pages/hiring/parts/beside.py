"""What there is of an interview besides its words: the sound of it, and what the model took."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.contract import SessionSnapshot
from interview.events import ModeChanged
from interview.service import Service
from interview.usage import UsageSummary
from pages.components.problems import problems


def show(candor: Service, actor: Actor, session: SessionSnapshot) -> None:
    """Under the review; nothing where there is neither."""
    if _spoken(session):
        _recording(candor, actor, session.session_id)
    with problems():
        used = candor.usages.of_interview(actor, session.interview_id)
        if used.calls:
            st.caption(in_words(used))


def in_words(used: UsageSummary) -> str:
    """Calls, tokens and their cost in a sentence."""
    cost = "prices are not set" if used.cost is None else f"US$ {used.cost:,.2f}"
    calls = "1 call" if used.calls == 1 else f"{used.calls:,} calls"
    return (
        f"The model took {used.input_tokens:,} tokens in and {used.output_tokens:,} out in {calls} for this interview "
        f"({cost})."
    )


def _spoken(session: SessionSnapshot) -> bool:
    """By voice at any time."""
    return session.mode == "live" or any(isinstance(event.payload, ModeChanged) for event in session.events)


def _recording(candor: Service, actor: Actor, session_id: str) -> None:
    """Put together when it is asked for: that can take a second."""
    if not st.button("Listen to the recording", key=f"listen-{session_id}", icon=":material/headphones:"):
        return
    with problems():
        with st.spinner("The recording is being put together …"):
            sound = candor.recordings.read(actor, session_id)
        if sound is None:
            st.caption("This session was not recorded. The position's settings say whether interviews are.")
            return
        st.audio(sound, format="audio/ogg")
        st.caption("The candidate is on the left, the interviewer on the right. Ratings rest on the transcript alone.")
