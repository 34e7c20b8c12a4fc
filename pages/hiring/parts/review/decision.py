"""What a person decides of the interview, with the reason, and what was decided before."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from interview.access import Actor
from interview.packet.words import VERDICTS
from interview.reviews import MAX_REASON_CHARS, Decision, Verdict
from interview.service import Service
from pages.components.problems import problems
from pages.components.times import moment


def show(candor: Service, actor: Actor, interview_id: str, decisions: Sequence[Decision]) -> None:
    st.subheader("Decision", anchor="decision")
    with st.form("decision"):
        verdict: Verdict | None = st.radio(
            "What follows", list(VERDICTS), index=None, format_func=VERDICTS.__getitem__, horizontal=True,
            key=f"verdict-{len(decisions)}",
        )  # fmt: skip
        reason = st.text_area("Why", max_chars=MAX_REASON_CHARS, key=f"verdict-reason-{len(decisions)}")
        st.caption("You decide, not the software. The newest decision stands; earlier ones stay in the history.")
        pressed = st.form_submit_button("Save the decision", type="primary", icon=":material/gavel:")
    if pressed and verdict is None:
        st.error("Choose what follows.", icon=":material/error:")
    elif pressed and verdict is not None:
        with problems():
            candor.reviews.decide(actor, interview_id, verdict, reason)
            st.rerun()
    _history(decisions)


def _history(decisions: Sequence[Decision]) -> None:
    if not decisions:
        st.caption("Nothing has been decided yet.")
        return
    rows = "".join(
        f'<li dir="auto"><b>{VERDICTS[one.decision]}</b>, {html.escape(one.name)}, {moment(one.at)}'
        f"{'' if at else ' (stands)'}: {html.escape(one.reason)}</li>"
        for at, one in enumerate(decisions)
    )
    st.html(f'<div class="review"><h3>History</h3><ul>{rows}</ul></div>')
