"""What can be done with an interview as a whole: take files, allow another attempt, close, put away, delete."""

from __future__ import annotations

import re
from typing import Literal

import streamlit as st

from interview import exports
from interview.access import Actor
from interview.records import MAX_NAME_CHARS, InterviewRecord
from interview.service import Service
from interview.study_guide import study_guide_pdf
from pages.components.problems import problems
from pages.hiring.parts.asking import ask, asked, settled

RENAME, RESTART, CLOSE, ARCHIVE, UNARCHIVE, DELETE = (
    "Change the name",
    "Allow another attempt",
    "Close the interview",
    "Archive",
    "Take out of the archive",
    "Delete",
)
FILES = "files"
"""The key of the menu of files: true while it is open."""


def show(candor: Service, actor: Actor, record: InterviewRecord) -> None:
    """The row of actions; the rarer ones are in a menu."""
    running = record.state == "in_progress"
    first: Literal["primary", "secondary"] = "primary" if record.state in ("draft", "ready") else "secondary"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Invite", icon=":material/mail:", on_click=_to_invitations, type=first)
        if st.button(
            "Observe" if running else "Practise", icon=":material/visibility:" if running else ":material/forum:"
        ):
            view = "Observe" if running else "Practise"
            st.switch_page("pages/hiring/observe.py", query_params={"interview": record.interview_id, "view": view})
        files = st.popover("Download", icon=":material/download:", key=FILES, on_change="rerun")
        if files.open:
            with files, problems():
                _downloads(candor, actor, record)
        chosen = st.menu_button("More", _options(record), icon=":material/more_horiz:", key="more")
    if chosen in (ARCHIVE, UNARCHIVE):
        with problems():
            candor.interviews.archive(actor, record.interview_id, chosen == ARCHIVE)
            st.rerun()
    elif chosen:
        ask(record.interview_id, chosen)
    if dialog := _DIALOGS.get(asked(record.interview_id) or ""):
        dialog(candor, actor, record)


def _to_invitations() -> None:
    st.session_state["tab"] = "Invitations"


def _options(record: InterviewRecord) -> list[str]:
    begun = record.state in ("in_progress", "expired", "completed", "closed")
    return [
        RENAME,
        *([RESTART] if begun else []),
        *([CLOSE] if record.state != "closed" else []),
        UNARCHIVE if record.archived else ARCHIVE,
        DELETE,
    ]


# --- files ------------------------------------------------------------------------------------------------------------


def _downloads(candor: Service, actor: Actor, record: InterviewRecord) -> None:
    """The files, made when the menu is opened; the study guide, which may take a while, when it is asked for.

    None is made by the browser's click itself: what goes wrong there comes without our sentence.
    """
    name = re.sub(r"[^\w-]+", "-", record.candidate_name).strip("-").lower() or "interview"
    finished = any(one.status in ("complete", "imported") and not one.rehearsal for one in record.sessions)
    if not record.transcript:
        st.caption("There is nothing to take yet: nothing has been said.")
        return
    _file("Transcript (Markdown)", transcript(candor, actor, record), f"{name}-transcript.md", "text/markdown")
    _file("Events (JSON lines)", events(candor, actor, record), f"{name}-events.jsonl", "application/jsonl")
    if record.score:
        _file("Scorecard (JSON)", exports.scorecard_json(record.score), f"{name}-scorecard.json", "application/json")
    if finished and st.button("Make the study guide", icon=":material/menu_book:", key="make-guide"):
        with st.spinner("The study guide is being written …"):
            pdf = guide(candor, actor, record)
        _file("Study guide (PDF)", pdf, f"{name}-study-guide.pdf", "application/pdf")


def _file(label: str, data: str | bytes, name: str, kind: str) -> None:
    st.download_button(label, data, name, kind, icon=":material/download:", on_click="ignore")


def transcript(candor: Service, actor: Actor, record: InterviewRecord) -> str:
    """The transcript that stands for the interview, as Markdown."""
    entries = candor.interviews.transcript(actor, record.interview_id)
    held = min(one.created_at for one in record.sessions if not one.rehearsal)
    by_id = {one.session_id: one.created_at for one in record.sessions}
    if entries:
        held = by_id.get(entries[0].session_id, held)
    return exports.transcript_markdown(
        entries, candidate_name=record.candidate_name, role_title=record.role_title, held_on=held.date()
    )


def events(candor: Service, actor: Actor, record: InterviewRecord) -> str:
    """The events of all sessions but rehearsals, oldest session first, as JSON lines."""
    own = (one for one in record.sessions if not one.rehearsal)
    return "".join(exports.events_jsonl(candor.sessions.get(actor, one.session_id).events) for one in own)


def guide(candor: Service, actor: Actor, record: InterviewRecord) -> bytes:
    """The candidate's study guide as PDF."""
    return study_guide_pdf(candor.guides.study_guide(actor, record.interview_id))


# --- what is asked twice ----------------------------------------------------------------------------------------------


@st.dialog("Change the candidate's name", on_dismiss=settled)
def _rename(candor: Service, actor: Actor, record: InterviewRecord) -> None:
    name = st.text_input("Name", record.candidate_name, max_chars=MAX_NAME_CHARS, key="new-name")
    st.caption("It stands on these pages and in the study guide. It plays no part in any score.")
    if st.button("Save the name", type="primary", key="rename-now"):
        with problems():
            candor.interviews.rename(actor, record.interview_id, name)
            settled()
            st.rerun()


@st.dialog("Allow another attempt?", on_dismiss=settled)
def _restart(candor: Service, actor: Actor, record: InterviewRecord) -> None:
    st.write(
        "The candidate can hold the interview once more, by a link that still works or a new one. A session that is "
        "running is closed. Earlier attempts stay, with their scores."
    )
    if st.button("Allow another attempt", type="primary", key="restart-now"):
        with problems():
            candor.interviews.restart(actor, record.interview_id)
            settled()
            st.rerun()


@st.dialog("Close this interview?", on_dismiss=settled)
def _close(candor: Service, actor: Actor, record: InterviewRecord) -> None:
    st.write(
        "A session that is running ends at once and no new one can begin, until you allow another attempt. What was "
        "said and scored stays."
    )
    if st.button("Close the interview", type="primary", key="close-now"):
        with problems():
            candor.interviews.close(actor, record.interview_id)
            settled()
            st.rerun()


@st.dialog("Delete this interview?", on_dismiss=settled)
def _delete(candor: Service, actor: Actor, record: InterviewRecord) -> None:
    st.text(record.candidate_name or "Candidate without a name")
    st.write(
        "This erases the résumé, the questions, every session with its transcript, events and scores, the links, the "
        "consent and the requests. The position stays. There is no way back but a backup."
    )
    sure = st.checkbox("Erase all of it", key="delete-sure")
    if st.button("Delete for good", type="primary", disabled=not sure, key="delete-now", icon=":material/delete:"):
        with problems():
            candor.interviews.delete(actor, record.interview_id)
            settled()
            st.switch_page("pages/hiring/interviews.py")


_DIALOGS = {RENAME: _rename, RESTART: _restart, CLOSE: _close, DELETE: _delete}
