"""What was heard of a spoken interview, for its candidate to read, and to put right where words were mis-heard."""

from __future__ import annotations

from textwrap import shorten

import streamlit as st

from interview.access import Actor
from interview.contract import SessionSnapshot, TranscriptLine
from interview.errors import InterviewError
from interview.journeys import Journey
from interview.models import MAX_ANSWER_CHARS
from pages.components import problems
from pages.components.chat import chat
from pages.components.service import service
from pages.components.spoken import spoken_answers
from pages.components.text import escaped

_HEIGHT = 420
_QUESTION_CHARS = 160
_RIGHT = "words-were-put-right"


def section(actor: Actor, journey: Journey, snapshot: SessionSnapshot) -> None:
    """The conversation, folded up, and the way to correct it; nothing where nothing was spoken."""
    spoken = spoken_answers(snapshot)
    if not spoken:
        return
    st.subheader("What was heard", anchor=False)
    st.write(
        "Software wrote down what you said, and it can mis-hear. Names, numbers and terms are worth a look: your "
        "ratings rest on these words."
    )
    if st.session_state.pop(_RIGHT, False):
        st.toast("Put right. Your answers have been rated anew.", icon=":material/check:")
    with (
        st.expander("Read your interview", icon=":material/article:", key="heard"),
        st.container(height=_HEIGHT, border=False, autoscroll=False),
    ):
        chat(snapshot.transcript, candidate=journey.candidate_name or "You", interviewer=journey.interviewer_name)
    with st.expander("Put mis-heard words right", icon=":material/edit:", key="put-right-open"):
        _correct(actor, snapshot, spoken)


def _asked_before(snapshot: SessionSnapshot) -> dict[int, str]:
    """By entry: what the interviewer had said last; a correction has that of what it corrects."""
    asked: dict[int, str] = {}
    last = ""
    for line in snapshot.transcript:
        if line.role == "interviewer":
            last = line.text
        else:
            asked[line.entry_id] = last if line.corrects is None else asked.get(line.corrects, "")
    return asked


def _correct(actor: Actor, snapshot: SessionSnapshot, spoken: list[TranscriptLine]) -> None:
    st.write(
        "Change only what was heard wrongly; an answer cannot be written anew. The first wording stays in the "
        "transcript, marked as corrected, and your answers are rated again with the new words."
    )
    asked = _asked_before(snapshot)
    with st.form("put-right", border=False):
        for line in spoken:
            question = shorten(asked.get(line.entry_id, ""), _QUESTION_CHARS, placeholder=" …")
            st.text_area(
                f"{escaped(line.timestamp)}, after: {escaped(question)}" if question else escaped(line.timestamp),
                line.text,
                key=_field(line),
                max_chars=MAX_ANSWER_CHARS,
                height="content",
            )
        sent = st.form_submit_button("Put these right", key="put-right-send", type="primary", icon=":material/check:")
    if sent:
        _send(actor, snapshot.session_id, spoken)


def _send(actor: Actor, session_id: str, spoken: list[TranscriptLine]) -> None:
    changed = {
        line.entry_id: st.session_state[_field(line)].strip()
        for line in spoken
        if st.session_state[_field(line)].strip() != line.text.strip()
    }
    if not changed:
        st.info("Nothing has been changed yet.", icon=":material/info:")
        return
    try:
        with st.spinner("Your answers are being rated again. This can take a minute …"):
            service().spoken.put_right(actor, session_id, changed)
    except InterviewError as error:
        problems.show(error)
    else:
        st.session_state[_RIGHT] = True
        st.rerun()


def _field(line: TranscriptLine) -> str:
    return f"heard-{line.entry_id}"
