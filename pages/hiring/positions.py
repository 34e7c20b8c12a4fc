"""Positions: the list, and one of them with its plan to approve, its tables to edit and its settings."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.errors import InterviewError
from interview.positions import Position, PositionSummary
from pages.components import guard
from pages.components.problems import needed, problems, show
from pages.components.service import service
from pages.components.text import escaped, paragraphs
from pages.components.times import day, moment
from pages.hiring.parts import copies, plan_tables
from pages.hiring.parts.bulk import invite_many
from pages.hiring.parts.plan_editor import Rows
from pages.hiring.parts.position_settings import settings_form

SHOWN = 50
_FIND = "positions-find"


def every_position(actor: Actor) -> None:
    st.title("Positions")
    with needed():
        found = service().positions.list(actor)
    if not found:
        st.write("There are no positions yet. The first one is made when you plan interviews for it.")
        st.page_link("pages/hiring/upload.py", label="Plan the first interviews", icon=":material/upload_file:")
        return
    wanted = st.query_params.get("find", "")[:200]
    st.session_state[_FIND] = wanted
    st.text_input(
        "Find a role title",
        type="search",
        key=_FIND,
        on_change=find,
        icon=":material/search:",
        max_chars=200,
        width=420,
    )
    matching = [one for one in found if wanted.casefold() in one.role_title.casefold()]
    if not matching:
        st.caption("No role title contains these words.")
    for position in matching[:SHOWN]:
        with st.container(border=True, gap=None):
            st.button(
                escaped(position.role_title),
                type="tertiary",
                icon=":material/work:",
                key=f"open-{position.position_id}",
                on_click=go,
                args=(position.position_id,),
            )
            st.caption(line_of(position))
    if len(matching) > SHOWN:
        st.caption(f"{len(matching) - SHOWN} more: find them by their title.")
    copies.templates(actor)


def find() -> None:
    """Callback: what is looked for stands in the address."""
    st.query_params.from_dict({"find": wanted} if (wanted := st.session_state[_FIND]) else {})


def go(position_id: str) -> None:
    """Callback: to a position, or with "" to the list. What is looked at stands in the address."""
    st.query_params.from_dict({"position": position_id} if position_id else {})


def line_of(position: PositionSummary) -> str:
    state = ":material/check: approved" if position.approved else ":material/pending: waits for approval"
    count = f"{position.interviews} interview{'' if position.interviews == 1 else 's'}"
    made = day(position.created_at)
    return f"Version {position.plan_version}, {state} · {position.purpose} · {count} · made on {made}"


def one_position(actor: Actor, position_id: str) -> None:
    st.button("All positions", type="tertiary", icon=":material/arrow_back:", on_click=go, args=("",))
    try:
        position = service().positions.get(actor, position_id)
    except InterviewError as error:
        st.title("Position", anchor=False)
        show(error)
        st.stop()
    st.title(escaped(position.role_title), anchor=False)
    status = st.container()
    links(position)
    copies.of_position(actor, position)
    with st.expander("Job description", icon=":material/description:"):
        st.html(paragraphs(position.job_text))
    plan, edit, settings, many = st.tabs(["Plan", "Edit plan", "Settings", "Invite many"])
    with plan:
        plan_tables.read(position.plan)
    with edit:
        unsaved = editor(actor, position)
    with settings:
        configuration(actor, position)
    with many:
        invite_many(actor, position)
    with status:
        approval(actor, position, unsaved=unsaved)


def links(position: Position) -> None:
    with st.container(horizontal=True):
        query = {"position": position.position_id}
        st.page_link(
            "pages/hiring/interviews.py",
            label="Interviews of this position",
            icon=":material/list_alt:",
            query_params=query,
        )
        st.page_link(
            "pages/hiring/upload.py",
            label="New interviews for it",
            icon=":material/upload_file:",
            query_params=query,
        )
        st.page_link(
            "pages/hiring/rehearsal.py",
            label="Rehearse, or score again",
            icon=":material/theater_comedy:",
            query_params=query,
        )
        st.page_link(
            "pages/hiring/compare.py",
            label="Compare candidates",
            icon=":material/view_column:",
            query_params=query,
        )


def approval(actor: Actor, position: Position, *, unsaved: bool) -> None:
    """Who approved the plan and when; else what approving means, and the button."""
    version = position.plan_version
    if position.approved_at is not None:
        when = moment(position.approved_at)
        st.badge("Approved", icon=":material/check:", color="green")
        st.caption(f"Version {version}, approved on {when} by {escaped(position.approver)}.")
        return
    with st.container(border=True):
        st.badge("Waits for approval", icon=":material/pending:", color="orange")
        st.write(
            f"Version {version} waits until a person has read plan and rubric. Approving lets candidates be invited; "
            "interviews that have not begun move to this version, and those that have keep theirs. Who approved, and "
            "when, is kept."
        )
        with needed():
            rehearsed = service().rehearsals.rehearsed(actor, position.position_id, version)
        if not rehearsed:
            st.caption(
                ":material/theater_comedy: This version was never rehearsed. A rehearsal with simulated candidates "
                "shows in a minute what the rubric can tell apart, before anybody real is asked."
            )
        if unsaved:
            st.caption(
                ":material/warning: Your edits are not saved, so approving would leave them out. Save them as a new "
                "version, or discard them, under “Edit plan”."
            )
        label = "Approve plan and rubric"
        if st.button(label, type="primary", icon=":material/fact_check:", disabled=unsaved, key=f"approve-{version}"):
            with problems():
                service().positions.approve(actor, position.position_id, version)
                st.rerun()


def editor(actor: Actor, position: Position) -> bool:
    """The tables with what is done with them above; gives whether there are edits that are not saved."""
    bar = st.container()
    rows = plan_tables.edit(position)
    editing = plan_tables.current(position)
    unsaved = plan_tables.changed(position, rows)
    outdated = editing.version != position.plan_version
    if outdated and not unsaved:
        plan_tables.forget(position.position_id)
        st.rerun()
    with bar:
        if outdated:
            st.caption(
                f":material/warning: Version {position.plan_version} was saved meanwhile. Your edits belong to version "
                f"{editing.version} and cannot be saved over it: note what you need, then discard them."
            )
        save(actor, position, rows, unsaved=unsaved)
    return unsaved


def save(actor: Actor, position: Position, rows: Rows, *, unsaved: bool) -> None:
    version = plan_tables.current(position).version
    with st.container(horizontal=True, vertical_alignment="center"):
        wanted = st.button(
            "Save as new version",
            type="primary",
            icon=":material/save:",
            disabled=not unsaved,
            key=f"save-{version}",
        )
        if st.button("Discard edits", icon=":material/undo:", disabled=not unsaved):
            discard(position.position_id)
        st.caption(
            "Edits that are not saved."
            if unsaved
            else "Double-click a cell to edit it. The empty last row adds one; ticked rows can be deleted."
        )
    if wanted:
        with problems():
            plan = plan_tables.edited_plan(position, rows)
            service().positions.save_plan(actor, position.position_id, plan, version)
            plan_tables.forget(position.position_id)
            st.rerun()


@st.dialog("Discard your edits?")
def discard(position_id: str) -> None:
    st.write("The tables go back to the version that is saved. Your edits cannot be brought back.")
    if st.button("Discard them", type="primary", on_click=plan_tables.forget, args=(position_id,)):
        st.rerun()


def configuration(actor: Actor, position: Position) -> None:
    if (wanted := settings_form(position)) is not None:
        with problems():
            service().positions.configure(actor, position.position_id, *wanted)
            st.toast("The settings are saved. They hold for interviews from now on.", icon=":material/check:")


visitor = guard.staff("administrator", "hiring")
if chosen := st.query_params.get("position"):
    one_position(visitor, chosen)
else:
    every_position(visitor)
