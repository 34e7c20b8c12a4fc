"""What the résumé says in short, how it fits the job, and what is asked about it. Scores never read it."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from interview.records import InterviewRecord
from pages.components.text import escaped, paragraphs

_CHIPS = """
<style>
.chips { display: flex; flex-wrap: wrap; gap: 0.375rem; }
.chips span { padding: 0.1rem 0.6rem; border-radius: 1rem; overflow-wrap: anywhere;
  border: 1px solid color-mix(in srgb, currentColor 30%, transparent); }
.points li { overflow-wrap: anywhere; }
</style>
"""


def show(record: InterviewRecord) -> None:
    """The profile, with warnings about the document first."""
    plan, profile = record.candidate_plan, record.candidate_plan.profile
    st.caption("Made from the résumé. It plays no part in the scores, which read the transcript only.")
    for warning in record.warnings:
        st.markdown(f":material/warning: **To look at:** {escaped(warning)}")
    if profile.resume_summary:
        st.html(paragraphs(profile.resume_summary))
    if profile.experience_years is not None:
        st.caption(f"About {profile.experience_years:.2g} years of work experience")
    left, right = st.columns(2, gap="medium")
    with left:
        _points("Highlights", profile.highlighted_experiences)
        _points("Asked about it", [probe.text for probe in plan.probes])
    with right:
        _chips("Skills named", profile.skills)
        _chips("Wanted for the job, and shown", plan.skills_shown)
        _chips("Wanted for the job, not found", plan.gaps)
        _chips("Focus of the interview", record.focus_areas)


def _points(title: str, texts: Sequence[str]) -> None:
    if texts:
        st.subheader(title)
        st.html('<ul class="points">' + "".join(f'<li dir="auto">{html.escape(text)}</li>' for text in texts) + "</ul>")


def _chips(title: str, texts: Sequence[str]) -> None:
    if texts:
        chips = "".join(f'<span role="listitem" dir="auto">{html.escape(one)}</span>' for one in texts)
        st.subheader(title)
        st.html(f'{_CHIPS}<div class="chips" role="list">{chips}</div>')
