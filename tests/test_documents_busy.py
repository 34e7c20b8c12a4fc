"""Documents on a busy machine: what counts is the processor time that a file takes, not how long it waits for it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from test_documents import VISIBLE, page

from interview import documents
from interview.documents import pdf

LATE_SECONDS = 6
"""More than a file may take of a processor."""


def test_a_reading_process_that_waits_for_the_processor_still_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It starts seconds late here, as it does where many others run."""
    late = tmp_path / "python"
    late.write_text(f'#!/bin/sh\nsleep {LATE_SECONDS}\nexec "{sys.executable}" "$@"\n')
    late.chmod(0o755)
    monkeypatch.setattr(documents.sys, "executable", str(late))
    assert documents.read("resume.txt", "\n".join(VISIBLE).encode()).text == "\n".join(VISIBLE)


def test_no_page_is_left_unchecked_for_hidden_text_because_the_clock_went_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two pages an hour passes, in which others had the processor."""
    hours = iter(range(0, 3_600_000, 3_600))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(hours)))
    assert pdf.pdf_text(page(pages=3)).warnings == ()
