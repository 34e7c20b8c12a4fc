"""Failures as a visitor meets them: expected ones in their own sentence, others as a number to tell the team."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from interview.errors import InterviewError, logged
from pages.components.text import sentence


def _wordless(record: logging.LogRecord) -> bool:
    """Streamlit logs each failure itself, with its message, which may quote a candidate: only that it did stays."""
    record.exc_info = None
    return True


logging.getLogger("streamlit.error_util").addFilter(_wordless)


@contextmanager
def problems() -> Iterator[None]:
    """Show an expected failure of the block at this place of the page, which goes on after it."""
    try:
        yield
    except InterviewError as error:
        show(error)


@contextmanager
def needed() -> Iterator[None]:
    """The same for what the rest of the page needs: it ends after the sentence."""
    try:
        yield
    except InterviewError as error:
        show(error)
        st.stop()


def show(error: InterviewError) -> None:
    st.error(sentence(error.message), icon=":material/error:")


def on_script_error(error: Exception) -> bool:
    """Streamlit's handler of what nobody foresaw: its kind and place go to the log under a number, no words."""
    number = logged(error, "internal_error")
    st.error(
        f"Something went wrong on our side. Nothing that was sent is lost. Please tell the team this number: {number}.",
        icon=":material/error:",
    )
    st.button("Try again", key=f"again-{number}", icon=":material/refresh:")
    return True
