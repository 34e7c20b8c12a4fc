"""Mis-heard words of a spoken interview, put right by the team; both wordings stay."""

from __future__ import annotations

from textwrap import shorten

import streamlit as st

from interview.access import Actor
from interview.contract import SessionSnapshot, TranscriptLine
from interview.models import MAX_ANSWER_CHARS
from interview.service import Service
from pages.components.problems import problems
from pages.components.spoken import spoken_answers
from pages.hiring.parts.asking import ask, asked, settled

PUT_RIGHT = "Put words right"
_DONE = "words-were-put-right"
_LABEL_CHARS = 80


def offer(candor: Service, actor: Actor, session: SessionSnapshot) -> None:
    """The button, and the form that it opens; nothing where nothing was spoken, or the interview goes on."""
    spoken = spoken_answers(session) if session.status == "complete" else []
    if not spoken:
        return
    if st.session_state.pop(_DONE, False):
        closed = "" if session.scores_open else " It is closed to you until you have rated."
        st.toast(f"Put right. The answers were rated again, in a new scorecard.{closed}", icon=":material/check:")
    about = session.interview_id
    st.button(PUT_RIGHT, icon=":material/hearing:", on_click=ask, args=(about, PUT_RIGHT), key="misheard")
    if asked(about) == PUT_RIGHT:
        _put_right(candor, actor, session, spoken)


@st.dialog("Put words right", on_dismiss=settled)
def _put_right(candor: Service, actor: Actor, session: SessionSnapshot, spoken: list[TranscriptLine]) -> None:
    st.write(
        "Software wrote down what was said, and it can mis-hear. Change only what was heard wrongly; an answer cannot "
        "be written anew."
    )
    at = st.selectbox("Answer", range(len(spoken)), format_func=lambda at: _label(spoken[at]), key="misheard-answer")
    line = spoken[at]
    said = st.text_area(
        "The words as they were said",
        line.text,
        key=f"misheard-{line.entry_id}",
        max_chars=MAX_ANSWER_CHARS,
        height="content",
    ).strip()
    st.caption(
        "The first wording stays in the transcript, and the audit log says that you put it right. The interview is "
        "scored again with the new words at once, in a new scorecard; that can take a minute."
    )
    if not st.button("Put right and score again", type="primary", key="misheard-now"):
        return
    if said == line.text.strip():
        st.info("Nothing has been changed yet.", icon=":material/info:")
        return
    with problems(), st.spinner("The answers are being rated again …"):
        candor.spoken.put_right(actor, session.session_id, {line.entry_id: said})
        settled()
        st.session_state[_DONE] = True
        st.rerun()


def _label(line: TranscriptLine) -> str:
    return f"{line.timestamp} {shorten(line.text, _LABEL_CHARS, placeholder=' …')}"
