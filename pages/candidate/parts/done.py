"""After the interview: thanks, what happens next, what was heard, the study guide, and in practice the scores."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.contract import SessionSnapshot
from interview.journeys import Journey
from interview.models import CompetencySummary
from interview.study_guide import study_guide_pdf, study_guide_text
from pages.candidate.parts import adjustments, controls, heard, self_report, welcome
from pages.components import composer, problems
from pages.components.in_view import in_view
from pages.components.scores import overall, score_table
from pages.components.service import service
from pages.components.text import escaped, paragraphs


def done(actor: Actor, journey: Journey) -> None:
    """What is left for the candidate once no more answers are taken."""
    welcome.elsewhere()
    snapshot = _session(actor, journey)
    complete = snapshot is not None and snapshot.status == "complete"
    name = f", {escaped(journey.candidate_name)}" if journey.candidate_name.strip() else ""
    with st.container(key="beginning"):
        st.title(f"Thank you{name}", anchor=False)
    in_view("beginning", "done")
    st.caption(escaped(journey.role_title))
    if complete:
        _what_next(journey)
    else:
        _closed(journey)
    if journey.session_id:
        composer.unsent_words(journey.session_id)
    if complete and snapshot is not None:
        heard.section(actor, journey, snapshot)
    if complete and journey.study_guide:
        _study_guide(actor, journey)
    if complete and snapshot is not None and journey.scores_shown:
        _scores(snapshot)
    if journey.purpose == "practice" and not journey.closed:
        _again(actor)
    if complete and journey.purpose != "practice":
        self_report.section(actor, journey)
    adjustments.replies(journey)


def _session(actor: Actor, journey: Journey) -> SessionSnapshot | None:
    if journey.session_id is None:
        return None
    with problems.needed():
        return service().sessions.get(actor, journey.session_id)


def _what_next(journey: Journey) -> None:
    if journey.purpose == "practice":
        st.write("Your practice interview is complete. See below what your answers showed and what to work on.")
        return
    st.write("Your interview is complete, and your answers are with the hiring team. You need not do anything more.")
    st.subheader("What happens next", anchor=False)
    st.markdown(
        "- People at the hiring team read your answers, together with the software's ratings and the words they rest "
        "on.\n"
        "- They decide; nothing is decided automatically. For when and how you hear from them, ask the person who sent "
        "you the link.\n"
        "- You can ask them for a copy of your interview, or to have it deleted."
    )


def _closed(journey: Journey) -> None:
    st.write(
        "The hiring team has closed this interview, so no more answers are needed. That can have many reasons and says "
        "nothing about you."
    )
    if journey.session_id:
        st.write("The answers that you gave so far are kept.")
    st.caption("If this surprises you, please ask the person who sent you the link.")


def _study_guide(actor: Actor, journey: Journey) -> None:
    st.subheader("Your study guide", anchor=False)
    st.write("What your answers showed, what was missing, and how to practise. It is made for you.")
    kept = f"study-guide-{journey.session_id}"
    if kept in st.session_state:
        _downloads(*st.session_state[kept])
        return
    if st.button("Make my study guide", key="make-guide", icon=":material/menu_book:"):
        with problems.problems():
            with st.spinner("Your study guide is being written …"):
                guide = service().guides.study_guide(actor, journey.interview_id)
                st.session_state[kept] = study_guide_pdf(guide), study_guide_text(guide)
            st.rerun()


def _downloads(pdf: bytes, text: str) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "Study guide as PDF",
            pdf,
            "study-guide.pdf",
            "application/pdf",
            key="guide-pdf",
            icon=":material/picture_as_pdf:",
            on_click="ignore",
        )
        st.download_button(
            "As plain text",
            text,
            "study-guide.txt",
            "text/plain",
            key="guide-text",
            icon=":material/description:",
            on_click="ignore",
        )


def _scores(snapshot: SessionSnapshot) -> None:
    st.subheader("Your scores", anchor=False)
    overall(snapshot.overall_score)
    score_table(snapshot.competencies)
    for row in snapshot.competencies:
        _quotes(row)


def _quotes(row: CompetencySummary) -> None:
    quoted = [one for one in row.criteria if any(piece.quote for piece in one.evidence)]
    if not quoted:
        return
    with st.expander(f"Your words: {escaped(row.competency)}", icon=":material/format_quote:"):
        for one in quoted:
            st.caption(escaped(one.criterion))
            for piece in one.evidence:
                st.html(f"<blockquote>{paragraphs(piece.quote)}</blockquote>")


def _again(actor: Actor) -> None:
    st.subheader("Practise again", anchor=False)
    if st.button("Start again", key="practise-again", icon=":material/restart_alt:"):
        controls.restart(actor)
