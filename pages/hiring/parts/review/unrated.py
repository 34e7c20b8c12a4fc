"""Seeing the engine's scores without having rated: it is asked twice, and logged."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.service import Service
from pages.components.problems import problems
from pages.hiring.parts.asking import ask, asked, settled
from pages.hiring.parts.review.look import afresh

UNRATED = "See the scores without rating"


def offer(candor: Service, actor: Actor, interview_id: str, session_id: str) -> None:
    """The button, and what it asks. `session_id`: of the attempt whose scores are closed."""
    st.button(UNRATED, icon=":material/visibility:", on_click=ask, args=(interview_id, UNRATED), key="see-unrated")
    if asked(interview_id) == UNRATED:
        _confirm(candor, actor, interview_id, session_id)


@st.dialog("See the scores without rating?", on_dismiss=settled)
def _confirm(candor: Service, actor: Actor, interview_id: str, session_id: str) -> None:
    st.write(
        "People who see software’s scores first tend to follow them. If you go on, the scores of this attempt are open "
        "to you, and the audit log says that you saw them before you had rated. You can still rate afterwards; your "
        "ratings are then marked as not blind."
    )
    if st.button("See the scores, log it", type="primary", key="see-unrated-now"):
        with problems():
            candor.reviews.see_unrated(actor, interview_id, session_id)
            settled()
            afresh()
            st.rerun()
