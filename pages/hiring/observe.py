"""Observe and practise: a candidate's session as it runs, or the team in the candidate's place."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.errors import InterviewError
from interview.records import InterviewRecord, InterviewSummary, SessionSummary
from pages.components.guard import staff
from pages.components.problems import needed
from pages.components.service import service
from pages.components.text import escaped
from pages.components.times import moment
from pages.hiring.parts.panels import conversation, events, figures, scores_and_people
from pages.hiring.parts.practise import practise
from pages.hiring.parts.review import unrated

_MOST = 200
_EVERY = "3s"


def pick(actor: Actor) -> None:
    """Which interview; it goes into the URL."""
    with needed():
        found, more = service().interviews.list(actor, limit=_MOST)
    if not found:
        st.caption("There are no interviews yet. Make the first one, then watch it or try it out here.")
        st.page_link("pages/hiring/upload.py", label="New interviews", icon=":material/upload_file:")
        return
    names = {row.interview_id: _name(row) for row in found}
    chosen = st.selectbox(
        "Interview",
        list(names),
        index=None,
        format_func=lambda interview_id: names[interview_id],
        placeholder="Choose an interview, or type a name",
    )
    if more:
        st.caption(f"These are the {_MOST} that changed last. Open an older one from the list of interviews.")
    if chosen:
        st.query_params["interview"] = chosen
        st.rerun()


def watch(actor: Actor, record: InterviewRecord) -> None:
    """The candidate's session: the running one, or a finished one to look at."""
    own = {one.session_id: one for one in reversed(record.sessions) if not one.rehearsal}
    running = next((one.session_id for one in own.values() if one.status == "active"), None)
    wanted = st.query_params.get("session")
    only = next(iter(own)) if len(own) == 1 else None
    shown = wanted if wanted in own else running or only
    if running is None:
        st.caption("Nobody is in the interview right now.")
        st.button("Look again", icon=":material/refresh:")
    if not own:
        st.caption("The candidate has not begun. When they do, their session is here while it runs and afterwards.")
        return
    if len(own) > 1:
        shown = _choose(own, shown)
    if shown is not None:
        live(actor, record, shown, running=own[shown].status == "active")


def live(actor: Actor, record: InterviewRecord, session_id: str, *, running: bool) -> None:
    """The session, drawn anew every few seconds while it runs."""
    closed = False

    @st.fragment(run_every=_EVERY if running else None)
    def session() -> None:
        nonlocal closed
        viewer = staff("hiring", "administrator")  # asked each time: a link may be withdrawn while somebody watches
        with needed():
            snapshot = service().sessions.get(viewer, session_id)
        closed = not snapshot.scores_open
        if running and snapshot.status != "active":
            st.rerun()
        figures(snapshot, ticking=False, competencies=[one.name for one in record.competencies])
        left, right = st.columns(2, gap="medium")
        with left:
            st.subheader("Conversation", anchor=False)
            conversation(snapshot, record.candidate_name or "Candidate")
            st.caption(
                "You are reading along. The candidate does not see you." if running else "This session has ended."
            )
        with right:
            events(snapshot)
        scores_and_people(snapshot, record.candidate_plan.profile)

    session()
    if closed:
        unrated.offer(service(), actor, record.interview_id, session_id)


def _choose(own: dict[str, SessionSummary], shown: str | None) -> str | None:
    def changed() -> None:
        st.query_params["session"] = st.session_state["observed"]

    ids = list(own)
    return st.selectbox(
        "Session",
        ids,
        index=ids.index(shown) if shown in own else None,
        format_func=lambda session_id: _standing(own[session_id]),
        placeholder="Choose a session to look at",
        key="observed",
        on_change=changed,
    )


def _standing(session: SessionSummary) -> str:
    state = {"active": "running", "complete": "completed"}.get(session.status, session.status)
    return f"Attempt {session.attempt}, {state}, begun {moment(session.created_at)}"


def _name(row: InterviewSummary) -> str:
    running = ", in progress" if row.state == "in_progress" else ""
    return f"{row.candidate_name or 'Candidate'}, {row.role_title}{running}"


def _another() -> None:
    st.query_params.clear()


actor = staff("hiring", "administrator")
st.title("Observe and practise")
interview_id = st.query_params.get("interview")
if interview_id is None:
    pick(actor)
    st.stop()

try:
    record = service().interviews.get(actor, interview_id)
except InterviewError as error:
    st.error(error.message, icon=":material/error:")
    st.button("Choose another interview", on_click=_another)
    st.stop()

with st.container(horizontal=True, vertical_alignment="center"):
    st.subheader(f"{escaped(record.candidate_name or 'Candidate')}, {escaped(record.role_title)}", anchor=False)
    st.button("Another interview", on_click=_another, type="tertiary", icon=":material/swap_horiz:")
    st.page_link(
        "pages/hiring/interview.py",
        label="This interview",
        icon=":material/person:",
        query_params={"interview": interview_id},
    )
view = st.segmented_control(
    "What to do",
    ["Observe", "Practise"],
    default="Observe",
    required=True,
    key="view",
    label_visibility="collapsed",
    bind="query-params",
)
if view == "Practise":
    practise(actor, record)
else:
    watch(actor, record)
