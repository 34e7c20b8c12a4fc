"""One interview: its review, its questions, links, requests, résumé and sessions. `?interview=ID`."""

from __future__ import annotations

import streamlit as st

from interview.errors import InterviewError
from interview.journeys import Adjustment
from interview.records import InterviewRecord
from pages.components.guard import staff
from pages.components.problems import show
from pages.components.service import service
from pages.components.text import escaped
from pages.components.times import moment
from pages.hiring.parts import actions, adjustments, attempts, invite, planned, resume
from pages.hiring.parts.wording import STATES

TABS = ("Review", "Questions", "Invitations", "Adjustments", "Résumé", "Sessions")


def _header(record: InterviewRecord, asked: list[Adjustment]) -> None:
    state = STATES[record.state]
    st.title(escaped(record.candidate_name) or "Candidate without a name")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(state.words, icon=state.icon, color=state.colour)
        if record.archived:
            st.badge("Archived", icon=":material/archive:", color="gray")
        if waiting := sum(one.replied_at is None for one in asked):
            requests = "1 request waits" if waiting == 1 else f"{waiting} requests wait"
            st.badge(f"{requests} for an answer", icon=":material/pan_tool:", color="orange")
        if record.warnings:
            st.badge("Look at the résumé's warnings", icon=":material/warning:", color="orange")
        st.page_link(
            "pages/hiring/positions.py",
            label=escaped(record.role_title),
            icon=":material/work:",
            query_params={"position": record.position_id},
        )
    st.caption(
        f"Attempt {record.attempt} · plan version {record.plan_version} · made {moment(record.created_at)} · "
        f"last change {moment(record.updated_at)}"
    )


actor = staff("administrator", "hiring")
candor = service()
st.page_link("pages/hiring/interviews.py", label="All interviews", icon=":material/arrow_back:")
try:
    record = candor.interviews.get(actor, st.query_params.get("interview", "")[:64])
    asked = candor.journeys.adjustments(actor, record.interview_id)
except InterviewError as error:
    st.title("Interview")
    show(error)
    st.stop()

_header(record, asked)
actions.show(candor, actor, record)
scores, questions, invitations, requests, background, sessions = st.tabs(TABS, key="tab", bind="query-params")
if scores.open:
    with scores:
        attempts.show_review(candor, actor, record)
if questions.open:
    with questions:
        planned.show(candor, actor, record)
if invitations.open:
    with invitations:
        invite.show(candor, actor, record)
if requests.open:
    with requests:
        adjustments.show(candor, actor, asked)
if background.open:
    with background:
        resume.show(record)
if sessions.open:
    with sessions:
        attempts.show(candor, actor, record)
