"""Positions made from others: duplicated, or kept as templates that new ones are made from."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.positions import MAX_JOB_CHARS, Position
from interview.templates import MAX_NAME_CHARS, TemplateSummary
from pages.components.problems import needed, problems
from pages.components.service import service
from pages.components.text import escaped
from pages.components.times import day
from pages.hiring.parts.asking import ask, asked, settled

_WAITS = "The plan waits until somebody has read it for the new position and approved it."


def of_position(actor: Actor, position: Position) -> None:
    """What can be made of a position."""
    here = position.position_id
    with st.container(horizontal=True):
        st.button("Duplicate", icon=":material/content_copy:", on_click=ask, args=(here, "duplicate"))
        st.button("Save as template", icon=":material/bookmark_add:", on_click=ask, args=(here, "template"))
    match asked(here):
        case "duplicate":
            _duplicate(actor, position)
        case "template":
            _save(actor, position)


def templates(actor: Actor) -> None:
    """All templates with what can be done with them; nothing where there is none."""
    with needed():
        found = service().templates.list(actor)
    if found:
        st.subheader("Templates", anchor=False)
    for template in found:
        with st.container(border=True):
            st.markdown(f"**{escaped(template.name)}**")
            st.caption(_line(template))
            with st.container(horizontal=True):
                _button("New position", ":material/add:", template, "use")
                _button("Rename", ":material/edit:", template, "rename")
                _button("Delete", ":material/delete:", template, "delete")
    for template in found:
        match asked(template.template_id):
            case "use":
                _use(actor, template)
            case "rename":
                _rename(actor, template)
            case "delete":
                _delete(actor, template)


def _button(label: str, icon: str, template: TemplateSummary, what: str) -> None:
    st.button(label, key=f"{what}-{template.template_id}", icon=icon, on_click=ask, args=(template.template_id, what))


def _line(template: TemplateSummary) -> str:
    counts = f"{len(template.competencies)} competencies, {template.questions} questions"
    return f"{escaped(template.role_title)} · {counts} · saved on {day(template.created_at)}"


@st.dialog("Duplicate this position", width="medium", on_dismiss=settled)
def _duplicate(actor: Actor, position: Position) -> None:
    st.write(
        "Another position with the same plan and rubric, settings and interviewer; interviews stay where they are. "
        "Change the role title or the job description: the two together say which position it is."
    )
    role_title, job_text = _identity(position.role_title, position.job_text, position.position_id)
    st.caption(_WAITS)
    if st.button("Make the position", type="primary", icon=":material/content_copy:", key="duplicate-now"):
        with problems():
            _open(service().positions.duplicate(actor, position.position_id, role_title, job_text))


@st.dialog("Save as template", on_dismiss=settled)
def _save(actor: Actor, position: Position) -> None:
    st.write("Role title, job description, plan and rubric, settings and interviewer are kept as they are now.")
    name = st.text_input("Name of the template", position.role_title, max_chars=MAX_NAME_CHARS, key="template-name")
    if st.button("Save", type="primary", icon=":material/bookmark_add:", key="template-save"):
        with problems():
            service().templates.save(actor, position.position_id, name)
            st.toast("The template is saved. It is listed under the positions.", icon=":material/check:")
            settled()
            st.rerun()


@st.dialog("New position from a template", width="medium", on_dismiss=settled)
def _use(actor: Actor, template: TemplateSummary) -> None:
    with needed():
        content = service().templates.get(actor, template.template_id).content
    role_title, job_text = _identity(content.role_title, content.job_text, template.template_id)
    st.caption(_WAITS)
    if st.button("Make the position", type="primary", icon=":material/add:", key="use-now"):
        with problems():
            _open(service().templates.make(actor, template.template_id, role_title, job_text))


@st.dialog("Rename this template", on_dismiss=settled)
def _rename(actor: Actor, template: TemplateSummary) -> None:
    key = f"name-{template.template_id}"
    name = st.text_input("Name of the template", template.name, max_chars=MAX_NAME_CHARS, key=key)
    if st.button("Rename", type="primary", key="rename-now"):
        with problems():
            service().templates.rename(actor, template.template_id, name)
            settled()
            st.rerun()


@st.dialog("Delete this template?", on_dismiss=settled)
def _delete(actor: Actor, template: TemplateSummary) -> None:
    st.write(f"“{escaped(template.name)}” cannot be brought back. Positions that were made from it stay as they are.")
    if st.button("Delete it", type="primary", key="delete-now"):
        with problems():
            service().templates.delete(actor, template.template_id)
            settled()
            st.rerun()


def _identity(role_title: str, job_text: str, key: str) -> tuple[str, str]:
    """The new position's title and job description, which begin as the old ones."""
    title = st.text_input("Role title", role_title, max_chars=200, key=f"copy-title-{key}")
    job = st.text_area("Job description", job_text, height=240, max_chars=MAX_JOB_CHARS, key=f"copy-job-{key}")
    return title, job


def _open(position: Position) -> None:
    """Go to the position that was made."""
    settled()
    st.query_params.from_dict({"position": position.position_id})
    st.rerun()
