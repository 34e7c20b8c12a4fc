"""The candidate's links: made here, shown once, listed without their secret, withdrawn."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.invitations import Invitation, IssuedInvitation
from interview.models import Mode
from interview.records import InterviewRecord
from interview.service import Service
from interview.spoken import voice_mode
from pages.components.problems import problems
from pages.components.times import moment, zone
from pages.hiring.parts.asking import ask, asked, settled
from pages.hiring.parts.wording import MODES, factor

EXTRA_TIME = (1.0, 1.25, 1.5, 2.0)
LONGEST_DAYS = 90

_NO_VOICE = (
    "By voice is not possible here yet. Whoever runs the server installs the packages of requirements.txt with "
    "`make run`, or sets GEMINI_API_KEY, and starts it again."
)
_HELD: dict[Mode, str] = {
    "live": "It is held by software, by voice, whenever it suits you until {until}. You need a microphone, headphones "
    "and a quiet place; you can switch to writing at any moment.",
    "text": "It is held by software, in writing, whenever it suits you until {until}.",
}


def show(candor: Service, actor: Actor, record: InterviewRecord) -> None:
    """The form for a link, then the links there are."""
    if not record.plan_approved:
        st.write("A link can be made when somebody has read and approved the position's plan and rubric.")
        st.page_link(
            "pages/hiring/positions.py",
            label="Read and approve the plan",
            icon=":material/fact_check:",
            query_params={"position": record.position_id},
        )
    elif record.state == "closed":
        st.write("This interview has been closed. Allow another attempt before you make a link.")
    else:
        _make(candor, actor, record)
    with problems():
        _listed(candor, actor, record.interview_id)


def message(record: InterviewRecord, issued: IssuedInvitation) -> str:
    """What can be sent to the candidate as it stands."""
    held = _HELD[issued.mode].format(until=f"{moment(issued.expires_at)} ({zone()})")
    greeting = f"Hello {record.candidate_name}," if record.candidate_name else "Hello,"
    return (
        f"{greeting}\n\n"
        f"Please open this link for your interview for the role “{record.role_title}”:\n\n{issued.url}\n\n{held}\n\n"
        "The link is meant for you alone. The first page says how the interview is held; there you can also ask for "
        "anything that you need arranged otherwise."
    )


def _make(candor: Service, actor: Actor, record: InterviewRecord) -> None:
    voice = voice_mode(candor.context.settings) is not None
    with st.form("invitation"):
        mode = st.segmented_control(
            "How it is held",
            list(MODES),
            default="text",
            required=True,
            format_func=MODES.__getitem__,
            key="invitation-mode",
            disabled=not voice,
        )
        if not voice:
            st.caption(_NO_VOICE)
        days, time = st.columns(2)
        expiry = days.number_input("Valid for how many days", 1, LONGEST_DAYS, 7, key="invitation-days")
        extra = time.segmented_control(
            "Time to answer",
            EXTRA_TIME,
            default=1.0,
            required=True,
            format_func=lambda chosen: "As usual" if chosen == 1 else f"×{chosen:g}",
            key="invitation-extra",
        )
        sent = st.form_submit_button("Make a link", icon=":material/link:", type="primary")
    if sent:
        with problems():
            issued = candor.invitations.invite(
                actor,
                record.interview_id,
                expires_in_hours=24 * expiry,
                mode=mode or "text",
                extra_time_factor=extra or 1.0,
            )
            _once(record, issued)


@st.dialog("The candidate's link", width="medium", dismissible=False)
def _once(record: InterviewRecord, issued: IssuedInvitation) -> None:
    """The only time that the link is shown: nothing keeps it."""
    import segno

    st.write("Copy it now: it cannot be shown again. If it is lost, withdraw it and make another.")
    st.code(issued.url, language=None, wrap_lines=True)
    st.caption(
        f"{MODES[issued.mode]}, valid until {moment(issued.expires_at)}, {factor(issued.extra_time_factor)}. To try "
        "it yourself, open it in a private window: a browser holds one sign-in, and the link would take the place of "
        "yours."
    )
    st.markdown("**A message to send**")
    st.code(message(record, issued), language=None, wrap_lines=True)
    st.markdown("**For a phone**")
    code = segno.make(issued.url, error="m", micro=False).svg_inline(scale=5, border=4, dark="#000", light="#fff")
    st.image(code, width=200, alt="The link as a QR code")
    if st.button("I have copied it", type="primary"):
        st.rerun()


def _listed(candor: Service, actor: Actor, interview_id: str) -> None:
    links = candor.invitations.list(actor, interview_id)
    st.subheader("Links")
    if not links:
        st.caption("No link has been made yet.")
    for link in links:
        with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(width="stretch", gap=None):
                st.markdown(f"**{_state(link)}**")
                st.caption(f"{MODES[link.mode]}, made {moment(link.created_at)}, {factor(link.extra_time_factor)}")
            if link.live:
                st.button(
                    "Withdraw",
                    key=f"withdraw-{link.invitation_id}",
                    icon=":material/link_off:",
                    on_click=ask,
                    args=(interview_id, link.invitation_id),
                )
    for link in links:
        if link.live and link.invitation_id == asked(interview_id):
            _withdraw(candor, actor, link)


def _state(link: Invitation) -> str:
    if link.revoked_at:
        return f":material/link_off: Withdrawn {moment(link.revoked_at)}"
    if link.live:
        return f":material/link: Works until {moment(link.expires_at)}"
    return f":material/schedule: Expired {moment(link.expires_at)}"


@st.dialog("Withdraw this link?", on_dismiss=settled)
def _withdraw(candor: Service, actor: Actor, link: Invitation) -> None:
    st.write(
        "Whoever has it cannot come in any more, and nobody who came in by it can go on. What was said stays. You can "
        "make another link."
    )
    if st.button("Withdraw the link", type="primary", key="withdraw-now"):
        with problems():
            candor.invitations.revoke(actor, link.invitation_id)
            settled()
            st.rerun()
