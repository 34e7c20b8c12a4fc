"""New interviews: a position and several résumés in, an interview for each résumé out."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.intake import Sent
from interview.positions import PositionSummary
from pages.components import guard
from pages.components.problems import needed
from pages.components.service import service
from pages.components.text import escaped
from pages.components.times import day
from pages.hiring.parts.batch import MAX_RESUMES, Batch, Resume, told_apart

TYPES = ["pdf", "docx", "txt", "md"]
NEW, EXISTING = "A new position", "An existing position"
FILE, TEXT, ADDRESS = "File", "Pasted text", "Web address"
_BATCH, _FORM, _PROBLEM = "upload-batch", "upload-form", "upload-problem"


def form(actor: Actor) -> None:
    """What to plan from. `number` counts the forms of this visit: each is taken once, however often it is clicked."""
    with needed():
        known = {position.position_id: position for position in service().positions.list(actor)}
    number = st.session_state.get(_FORM, 0)
    wanted = st.query_params.get("position", "")
    if wanted and wanted not in known:
        st.caption("The position in the address does not exist any more. Choose another one, or make a new one.")
    start = EXISTING if wanted in known else NEW
    choice = NEW
    if known:
        choice = st.segmented_control(
            "Interviews for", [NEW, EXISTING], default=start, required=True, key=f"upload-choice-{number}"
        )
    position_id = existing(known, wanted, number) if choice == EXISTING else None
    source = None if position_id else job_source(number)
    with st.form(f"upload-form-{number}", border=False, enter_to_submit=False):
        if source:
            job(source, number)
        st.file_uploader(
            "Résumés",
            TYPES,
            accept_multiple_files=True,
            key=f"upload-resumes-{number}",
        )
        st.caption(
            f"Up to {MAX_RESUMES} at once, 10 MB and 40 pages each. Every résumé becomes an interview of its own."
        )
        st.form_submit_button(
            "Plan interviews",
            type="primary",
            icon=":material/play_arrow:",
            on_click=submit,
            args=(number, position_id, source),
        )
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(problem, icon=":material/error:")


def existing(known: dict[str, PositionSummary], wanted: str, number: int) -> str:
    """The position that is chosen; it stands in the address."""
    ids = list(known)
    chosen = st.selectbox(
        "Position",
        ids,
        index=ids.index(wanted) if wanted in known else 0,
        format_func=lambda key: named(known[key]),
        key=f"upload-position-{number}",
    )
    if chosen != wanted:
        st.query_params["position"] = chosen
    return chosen


def named(position: PositionSummary) -> str:
    approved = "approved" if position.approved else "waits for approval"
    return f"{position.role_title} · {approved} · made on {day(position.created_at)}"


def job_source(number: int) -> str:
    return st.segmented_control(
        "Job description as", [FILE, TEXT, ADDRESS], default=FILE, required=True, key=f"upload-source-{number}"
    )


def job(source: str, number: int) -> None:
    """Title and description of a new position."""
    st.text_input("Role title", max_chars=200, key=f"upload-title-{number}", placeholder="Backend engineer")
    if source == FILE:
        st.file_uploader("Job description", TYPES, key=f"upload-job-{number}")
    elif source == TEXT:
        st.text_area("Job description", height=200, max_chars=200_000, key=f"upload-job-{number}")
    else:
        st.text_input(
            "Web address of the job description",
            max_chars=2_000,
            key=f"upload-job-{number}",
            placeholder="https://",
            help="A public page. Where it cannot be read, you can paste the text afterwards.",
        )


def submit(number: int, position_id: str | None, source: str | None) -> None:
    """Callback: keep what was submitted, once; the next run works on it."""
    if number != st.session_state.get(_FORM, 0):
        return
    files = st.session_state.get(f"upload-resumes-{number}") or []
    title = " ".join((st.session_state.get(f"upload-title-{number}") or "").split())
    sent = sent_job(source, number) if source else None
    if problem := missing(title, sent, len(files)):
        st.session_state[_PROBLEM] = problem
        return
    resumes, twice = told_apart([(file.name, file.getvalue()) for file in files])
    st.session_state[_BATCH] = Batch(resumes, title, sent, position_id, twice)
    st.session_state[_FORM] = number + 1


def sent_job(source: str, number: int) -> Sent:
    value = st.session_state.get(f"upload-job-{number}")
    if source == FILE:
        return Sent(value.name, value.getvalue()) if value else Sent()
    return Sent(text=value or "") if source == TEXT else Sent(url=value or "")


def missing(title: str, sent: Sent | None, resumes: int) -> str:
    """What the form still needs, as a sentence; "" when it is complete."""
    if sent is not None and not title:
        return "Give the role a title."
    if sent is not None and sent.empty:
        return "Add the job description: a file, its text or its web address."
    if not resumes:
        return "Choose at least one résumé."
    if resumes > MAX_RESUMES:
        return f"These are {resumes} résumés. Take up to {MAX_RESUMES} at once; the others can follow."
    return ""


def results(actor: Actor, batch: Batch) -> None:
    """What became of each file. The work that is left comes last, when the page stands."""
    busy = bool(batch.next)
    top = st.container()
    for sentence in (*batch.twice, *(batch.job_text.warnings if batch.job_text else ())):
        st.caption(f":material/info: {escaped(sentence)}")
    if batch.job_error:
        job_again(batch)
    for place, resume in enumerate(batch.resumes):
        with st.container(border=True, key=f"upload-row-{place}"):
            outcome(batch, resume, place, busy=busy)
    with top:
        if busy:
            work(actor, batch)
        else:
            what_next(actor, batch)


def work(actor: Actor, batch: Batch) -> None:
    """All that waits, one after the other; then the page anew."""
    st.caption("Stay on this page: the work stops when you leave it, and goes on when you come back to it.")
    total = len(batch.resumes)
    bar = st.progress(0.0, "Beginning")
    while name := batch.next:
        finished = sum(resume.state not in ("waiting", "working") for resume in batch.resumes)
        bar.progress(finished / total, f"{finished} of {total} done. Reading and planning: {escaped(name)}")
        batch.work(service(), actor)
    st.rerun()


def what_next(actor: Actor, batch: Batch) -> None:
    """The count, and where to go on: approval while the plan waits for it, else the interviews."""
    planned = batch.planned
    position = None
    if planned:
        with needed():
            position = service().positions.get(actor, planned[0].position_id)
        st.subheader(f"{len(planned)} of {len(batch.resumes)} interviews planned for {escaped(position.role_title)}")
    here = {"position": position.position_id} if position else {}
    if position and position.approved_at is None:
        st.write("No candidate can be invited before a person has read the plan and rubric and approved them.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if position and position.approved_at is None:
            label = "Next: approve the plan and rubric"
            if st.button(label, type="primary", icon=":material/fact_check:", key="upload-approve"):
                st.switch_page("pages/hiring/positions.py", query_params=here)
        if position and position.approved_at is not None:
            st.page_link(
                "pages/hiring/interviews.py",
                label="Next: invite the candidates",
                icon=":material/send:",
                query_params=here,
            )
        st.button(
            "Upload more" if planned else "Start over",
            icon=":material/upload_file:",
            on_click=anew,
            args=(position.position_id if position else None,),
        )


def anew(position_id: str | None) -> None:
    """Callback: an empty form, for the same position where there is one."""
    st.session_state.pop(_BATCH, None)
    if position_id:
        st.query_params["position"] = position_id


def job_again(batch: Batch) -> None:
    with st.container(border=True):
        st.markdown(":material/error: **Job description**")
        st.text(batch.job_error.message if batch.job_error else "")
        st.text_area("Text of the job description", height=200, max_chars=200_000, key="upload-job-text")
        st.button("Go on with this text", on_click=lambda: batch.paste_job(st.session_state["upload-job-text"]))


def outcome(batch: Batch, resume: Resume, place: int, *, busy: bool) -> None:
    if resume.planned:
        planned_row(resume)
    elif resume.error and resume.state in ("unreadable", "failed"):
        st.markdown(f":material/error: **{escaped(resume.name)}**")
        st.text(resume.error.message)
        if resume.state == "unreadable":
            text = f"upload-text-{place}"
            st.text_area("Text of this résumé", key=text, height=160, max_chars=200_000)
            st.button("Plan this one", key=f"upload-plan-{place}", on_click=paste, args=(resume, text), disabled=busy)
        else:
            st.button("Try again", key=f"upload-again-{place}", on_click=resume.again, disabled=busy)
    else:
        waits = "waits for the job description" if batch.job_error else "waits"
        st.markdown(f":material/hourglass_empty: {escaped(resume.name)} {waits}")


def paste(resume: Resume, key: str) -> None:
    """Callback: take what was pasted. Read here, for what a button is given is as old as the page."""
    resume.paste(st.session_state[key])


def planned_row(resume: Resume) -> None:
    made = resume.planned
    assert made is not None  # noqa: S101 - asked before
    left, right = st.columns([4, 1], vertical_alignment="center")
    with left:
        st.markdown(f":material/check_circle: **{escaped(made.candidate_name) or 'No name found'}**")
        st.caption(f"{escaped(resume.name)}, {made.questions} questions")
        for warning in made.warnings:
            st.caption(f":material/warning: {escaped(warning)}")
    right.page_link(
        "pages/hiring/interview.py",
        label="Open",
        icon=":material/arrow_forward:",
        query_params={"interview": made.interview_id},
        help=f"Open the interview of {escaped(made.candidate_name) or 'this candidate'}",
    )


visitor = guard.staff("administrator", "hiring")
st.title("New interviews")
with st.container(width=820):
    if waiting := st.session_state.get(_BATCH):
        results(visitor, waiting)
    else:
        form(visitor)
