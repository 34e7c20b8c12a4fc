"""What there is of an interview besides its words: the sound of it, and what the model took."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from interview.access import Actor
from interview.contract import SessionSnapshot
from interview.events import ModeChanged
from interview.service import Service
from interview.usage import UsageSummary
from pages.components.guard import staff
from pages.components.problems import problems


def sound(candor: Service, sessions: Sequence[SessionSnapshot]) -> None:
    """A player for each of these sessions that was recorded. Its container is where a quote's play control finds it."""
    spoken = [one for one in sessions if _spoken(one)]
    recorded = [one for one in spoken if candor.recordings.kept(one.session_id)]
    for session in recorded:
        with st.container(key=f"sound-{session.session_id}"):
            _recording(candor, session.session_id)
    if spoken and not recorded:
        st.caption(
            "The interview was by voice and was not recorded. The position’s settings say whether interviews are."
        )


def used(candor: Service, actor: Actor, session: SessionSnapshot) -> None:
    """Nothing where no model was asked."""
    with problems():
        took = candor.usages.of_interview(actor, session.interview_id)
        if took.calls:
            st.caption(in_words(took))


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


@st.fragment
def _recording(candor: Service, session_id: str) -> None:
    """Put together when it is asked for: that can take a second. It stays until the page is left."""
    actor = staff("hiring", "administrator")
    wanted = f"wanted-{session_id}"
    if not st.session_state.get(wanted):
        if not st.button("Listen to the recording", key=f"listen-{session_id}", icon=":material/headphones:"):
            return
        st.session_state[wanted] = True
    with problems():
        with st.spinner("The recording is being put together …"):
            recorded = candor.recordings.read(actor, session_id)
        if recorded is None:
            st.caption("The recording is not there any more.")
            return
        st.audio(recorded, format="audio/ogg")
        st.caption("The candidate is on the left, the interviewer on the right. Ratings rest on the transcript alone.")
