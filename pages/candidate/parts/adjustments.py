"""Asking the team to arrange something otherwise, and what they replied."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.adjustments import MAX_ADJUSTMENT_CHARS
from interview.errors import InterviewError
from interview.journeys import Adjustment, Journey
from pages.components import problems
from pages.components.service import service
from pages.components.text import paragraphs

_WORDS = "adjustment-words"
_REFUSED = "adjustment-refused"
_SENT = "adjustment-sent"
_INVITATION = (
    "More time, a break, another form of interview: tell the team what would help you. You need not give a reason, and "
    "it plays no part in how your answers are rated."
)


def section(actor: Actor, journey: Journey) -> None:
    """An entry that opens in its place, with earlier requests in sight."""
    with st.expander("Ask for an adjustment", icon=":material/accessibility_new:", key="adjustments"):
        form(actor)
    replies(journey)


def replies(journey: Journey) -> None:
    """What was asked for and how it stands; nothing where nothing was."""
    if st.session_state.pop(_SENT, False):
        st.toast("Sent to the team. Their reply appears on this page.", icon=":material/check:")
    if not journey.adjustments:
        return
    st.subheader("What you asked the team for", anchor=False)
    if journey.extra_time_factor > 1 and journey.step != "done":
        whole = f"up to {journey.time_limit_minutes:.0f} minutes in all"
        st.write(f":material/more_time: You have been given extra time: {whole}.")
    for asked in journey.adjustments:
        _request(asked)


@st.dialog("Ask for an adjustment", icon=":material/accessibility_new:", on_dismiss="rerun")
def dialog(actor: Actor) -> None:
    if form(actor) and st.session_state.get(_SENT):
        st.rerun()
    st.caption("The interview stays open meanwhile, and its time goes on.")


def form(actor: Actor) -> bool:
    """The words of a request, and Send; gives whether it was sent off just now."""
    st.write(_INVITATION)
    with st.form("adjustment", border=False):
        st.text_area("What do you need?", key=_WORDS, max_chars=MAX_ADJUSTMENT_CHARS, height=100)
        sent = st.form_submit_button("Send to the team", key="send-adjustment", on_click=_ask, args=(actor,))
    if refused := st.session_state.pop(_REFUSED, None):
        problems.show(refused)
    return sent


def _ask(actor: Actor) -> None:
    try:
        service().journeys.request_adjustment(actor, st.session_state[_WORDS])
    except InterviewError as error:
        st.session_state[_REFUSED] = error
    else:
        st.session_state[_WORDS] = ""
        st.session_state[_SENT] = True


def _request(asked: Adjustment) -> None:
    with st.container(border=True):
        st.html(paragraphs(asked.text))
        if asked.replied_at is None:
            st.caption(f":material/hourglass_empty: Sent on {asked.created_at:%-d %B}. The team has not replied yet.")
        else:
            st.caption(f":material/reply: The team replied on {asked.replied_at:%-d %B}:")
            st.html(paragraphs(asked.reply))
