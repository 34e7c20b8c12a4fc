"""What the candidate asked to have arranged otherwise, and the team's answers."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.journeys import Adjustment, AdjustmentReply
from interview.service import Service
from pages.components.problems import problems
from pages.components.text import paragraphs
from pages.components.times import moment
from pages.hiring.parts.invite import EXTRA_TIME


def show(candor: Service, actor: Actor, asked: list[Adjustment]) -> None:
    """Every request with its answer, newest first."""
    if not asked:
        st.write("The candidate has asked for nothing. What they ask on their page appears here.")
        return
    st.caption("Candidates read the answers on their page. Requests play no part in the scores.")
    for one in asked:
        with st.container(border=True):
            _request(candor, actor, one)


def _request(candor: Service, actor: Actor, one: Adjustment) -> None:
    st.caption(f"Asked {moment(one.created_at)}")
    st.html(paragraphs(one.text))
    if one.replied_at is None:
        _form(candor, actor, one, "Send the answer")
        return
    st.caption(f"Answered {moment(one.replied_at)}")
    st.html(paragraphs(one.reply))
    with st.expander("Change the answer"):
        _form(candor, actor, one, "Send the new answer")


def _form(candor: Service, actor: Actor, one: Adjustment, label: str) -> None:
    with st.form(f"reply-{one.adjustment_id}", border=False):
        text = st.text_area("Your answer", max_chars=2_000, key=f"text-{one.adjustment_id}")
        extra = st.selectbox(
            "Time to answer",
            [None, *EXTRA_TIME],
            format_func=_time,
            index=0,
            key=f"extra-{one.adjustment_id}",
            help="It also holds for the candidate's link and a session that is running.",
        )
        sent = st.form_submit_button(label, icon=":material/send:")
    if sent and not text.strip():
        st.error("Please write an answer for the candidate.", icon=":material/error:")
    elif sent:
        with problems():
            candor.journeys.reply(actor, one.adjustment_id, AdjustmentReply(text=text, extra_time_factor=extra))
            st.rerun()


def _time(factor: float | None) -> str:
    if factor is None:
        return "Leave it as it is"
    return "As usual" if factor == 1 else f"×{factor:g}"
