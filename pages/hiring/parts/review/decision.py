"""What a person decides of the interview, with the reason, and what was decided before."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from interview.access import Actor
from interview.errors import InterviewError, InvalidPayload
from interview.packet.model import Packet
from interview.packet.words import VERDICTS, decided, why
from interview.reviewing.deciding import Decision, Verdict
from interview.reviews import MAX_REASON_CHARS
from interview.service import Service
from pages.components.problems import show as problem
from pages.components.times import moment

_REFUSED = "decision-refused"


def show(candor: Service, actor: Actor, packet: Packet) -> None:
    """The form, and what was decided before."""
    st.subheader("Decision", anchor="decision")
    verdict, reason = (f"{name}-{len(packet.decisions)}" for name in ("verdict", "verdict-reason"))
    with st.form("decision"):
        st.radio(
            "What follows", list(VERDICTS), index=None, format_func=VERDICTS.__getitem__, horizontal=True, key=verdict
        )
        st.text_area("Why", max_chars=MAX_REASON_CHARS, key=reason)
        st.caption("You decide, not the software. The newest decision stands; earlier ones stay in the history.")
        st.form_submit_button(
            "Save the decision", type="primary", icon=":material/gavel:", on_click=_decide,
            args=(candor, actor, packet.interview_id, packet.session_id, verdict, reason),
        )  # fmt: skip
    refusal()
    if not packet.decisions:
        st.caption("Nothing has been decided yet.")
    history(packet.decisions)


def _decide(candor: Service, actor: Actor, interview_id: str, session_id: str, verdict: str, reason: str) -> None:
    """For the button's callback, which knows what the page showed; what is drawn next may be a newer attempt."""
    chosen: Verdict | None = st.session_state.get(verdict)
    try:
        if chosen is None:
            raise InvalidPayload("Choose what follows.")
        candor.reviews.decide(actor, interview_id, chosen, st.session_state.get(reason, ""), session_id)
    except InterviewError as error:
        st.session_state[_REFUSED] = error


def refusal() -> None:
    """Why the decision that was just sent was not taken, if it was not."""
    refused = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        problem(refused)


def history(decisions: Sequence[Decision]) -> None:
    """What was decided, newest first, as far as it is open to the reader; nothing where there is nothing."""
    if not decisions:
        return
    rows = "".join(
        f'<li dir="auto"><b>{decided(one)}</b>, {html.escape(one.name)}, {moment(one.at)}'
        f"{'' if at else ' (stands)'}: {html.escape(why(one))}</li>"
        for at, one in enumerate(decisions)
    )
    st.html(f'<div class="review"><h3>Decisions so far</h3><ul>{rows}</ul></div>')
