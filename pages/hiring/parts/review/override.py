"""A person's level in the place of the engine's, with the reason; both stay."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.packet.model import Packet
from interview.packet.words import standing
from interview.reviews import MAX_REASON_CHARS
from interview.service import Service
from pages.components.problems import problems
from pages.components.text import escaped
from pages.hiring.parts.asking import ask, asked, settled

OVERRIDE = "Override a score"


def offer(candor: Service, actor: Actor, packet: Packet) -> None:
    st.button(OVERRIDE, icon=":material/edit:", on_click=ask, args=(packet.interview_id, OVERRIDE), key="override")
    if asked(packet.interview_id) == OVERRIDE:
        _override(candor, actor, packet)


@st.dialog("Override a score", on_dismiss=settled)
def _override(candor: Service, actor: Actor, packet: Packet) -> None:
    found = [(row.competency, one) for row in packet.competencies for one in row.criteria]
    at = st.selectbox(
        "Criterion",
        range(len(found)),
        format_func=lambda at: f"{found[at][0]}: {found[at][1].criterion}",
        key="override-criterion",
    )
    competency, now = found[at]
    st.caption(f"Now: {standing(now.status, now.level)}.")
    texts = {1: now.anchors.one, 3: now.anchors.three, 5: now.anchors.five}
    st.markdown("\n".join(f"- **{level}:** {escaped(text)}" for level, text in texts.items() if text))
    level = st.radio("Your level", (1, 2, 3, 4, 5), index=None, horizontal=True, key="override-level")
    reason = st.text_area("Why", max_chars=MAX_REASON_CHARS, key="override-reason")
    st.caption("The engine’s level stays beside yours. Totals are made with yours.")
    if st.button("Override", type="primary", key="override-now", disabled=level is None):
        with problems():
            candor.reviews.override(
                actor, packet.interview_id, competency, now.criterion, level or 0, reason, packet.session_id
            )
            settled()
            st.rerun()
