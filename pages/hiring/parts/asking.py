"""What the visitor is being asked to confirm. It stays asked until they answer, also when the page is drawn anew."""

from __future__ import annotations

import streamlit as st

_KEY = "asking"


def ask(interview_id: str, what: str) -> None:
    """For a widget's callback: ask about this interview from the next drawing on."""
    st.session_state[_KEY] = (interview_id, what)


def asked(interview_id: str) -> str | None:
    """What is being asked about this interview; None when nothing is, or it is about another."""
    about, what = st.session_state.get(_KEY, ("", None))
    return what if about == interview_id else None


def settled() -> None:
    """The answer is there, or the visitor wants to give none."""
    st.session_state.pop(_KEY, None)
