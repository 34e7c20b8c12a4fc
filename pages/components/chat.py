"""A conversation on a page: who said what, in order, with corrections beside what they correct."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from interview.contract import TranscriptLine
from pages.components.text import paragraphs

_QUIET = "margin:0;font-size:0.875rem;opacity:0.75"
_SENDING = f'<p role="status" style="{_QUIET}">Sending …</p>'


def chat(lines: Sequence[TranscriptLine], *, candidate: str, interviewer: str, pending: str = "") -> None:
    """One message per line, its words as they stand.

    `candidate`, `interviewer`: the names shown. `pending`: the candidate's words of the turn that waits.
    """
    corrected = {line.corrects for line in lines if line.corrects is not None}
    times = {line.entry_id: line.timestamp for line in lines}
    for line in lines:
        theirs = line.role == "candidate"
        with _message(theirs=theirs):
            note = f"Puts right the answer of {times.get(line.corrects, 'before')}." if line.corrects else ""
            words = paragraphs(line.text)
            if line.entry_id in corrected:
                note, words = "Corrected later.", f'<div style="opacity:0.75"><s>{words}</s></div>'
            st.html(_head(candidate if theirs else interviewer, line.timestamp, note) + _closed_up(words))
    if pending.strip():
        with _message(theirs=True):
            st.html(_head(candidate, "", "") + paragraphs(pending) + _SENDING)


def _message(*, theirs: bool) -> st.delta_generator.DeltaGenerator:
    """A candidate's message is shaded too, so that the two are told apart without their colours."""
    if theirs:
        return st.chat_message("user", avatar=":material/person:")
    return st.chat_message("assistant", avatar=":material/forum:")


def _head(name: str, timestamp: str, note: str) -> str:
    rest = " · ".join(part for part in (timestamp, note) if part)
    return f'<p style="{_QUIET}"><strong dir="auto">{html.escape(name)}</strong> {html.escape(rest)}</p>'


def _closed_up(words: str) -> str:
    """Without the last paragraph's margin, which would leave half of a short message empty."""
    return f'<div style="margin-bottom:-1rem">{words}</div>'
