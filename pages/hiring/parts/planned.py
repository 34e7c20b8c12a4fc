"""The questions of one interview, and a question of the team's own."""

from __future__ import annotations

import html

import streamlit as st

from interview.access import Actor
from interview.models import Question, QuestionStatus
from interview.records import InterviewRecord
from interview.service import Service
from pages.components.problems import problems
from pages.hiring.parts.wording import QUESTION_KINDS, QUESTION_STATES

_STYLE = """
<style>
.planned h3 { font-size: 1.15rem; font-weight: 600; margin: 1rem 0 0.25rem; padding: 0; }
.planned ul { list-style: none; margin: 0; padding: 0; }
.planned li { margin: 0; padding: 0.5rem 0; overflow-wrap: anywhere;
  border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
.planned .small { font-size: 0.875rem; opacity: 0.85; }
</style>
"""


def show(candor: Service, actor: Actor, record: InterviewRecord) -> None:
    """The questions in asking order by competency, then the form for one more."""
    done = sum(one.status in ("answered", "skipped") for one in record.question_statuses)
    st.caption(
        f"{done} of {len(record.question_plan)} answered or skipped. Core questions are the same for every candidate "
        "of the position."
    )
    st.html(_STYLE + _listed(record))
    _add(candor, actor, record)


def _listed(record: InterviewRecord) -> str:
    parts: list[str] = []
    topic = None
    for question, status in zip(record.question_plan, record.question_statuses, strict=True):
        if question.competency != topic:
            topic = question.competency
            parts.append(f'{"</ul>" if parts else ""}<h3 dir="auto">{html.escape(topic or "Other")}</h3><ul>')
        parts.append(_item(question, status))
    return f'<div class="planned">{"".join(parts)}{"</ul>" if parts else ""}</div>'


def _item(question: Question, status: QuestionStatus) -> str:
    return (
        f'<li><span dir="auto">{question.index + 1}. {html.escape(question.text)}</span><br>'
        f'<span class="small">{QUESTION_KINDS[question.kind]} · {QUESTION_STATES[status.status]}</span></li>'
    )


def _add(candor: Service, actor: Actor, record: InterviewRecord) -> None:
    names = [competency.name for competency in record.competencies]
    with st.form("question"):
        st.markdown("**Add a question of your own**")
        key = f"question-text-{len(record.question_plan)}"  # another field once the question is there: an empty one
        text = st.text_area("Question", max_chars=1_000, key=key, help="Asked of this candidate only.")
        competency = st.selectbox("Competency that it asks about", names, key="question-competency")
        st.caption("It is asked after the competency's other questions.")
        sent = st.form_submit_button("Add the question", icon=":material/add:")
    if sent:
        with problems():
            candor.questions.add(actor, record.interview_id, text, competency=competency)
            st.rerun()
