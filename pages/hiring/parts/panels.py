"""What the observe page shows of a session, whoever answers in it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from interview.contract import SessionSnapshot
from interview.models import CandidateProfile, Persona
from pages.components.chat import chat
from pages.components.event_log import STAGES, event_log
from pages.components.scores import overall, score_table
from pages.components.text import escaped, paragraphs
from pages.components.times import minutes

_CHAT_HEIGHT = 460
_FIGURE_WIDTH = 170
_TICK = "5s"


class Progress(NamedTuple):
    """How far a session is: the share from 0 to 1, and where it stands in words."""

    share: float
    words: str


def progress(snapshot: SessionSnapshot, competencies: Sequence[str] = ()) -> Progress:
    """Warm-up is a tenth, wrap-up nine tenths; between them the competencies count, each for the same.

    `competencies`: the plan's, by name, for a snapshot whose scores are closed and which therefore names none.
    """
    metadata = snapshot.question.metadata if snapshot.question else None
    if snapshot.stage != "competency" or metadata is None:
        share = {"warmup": 0.1, "competency": 0.1, "wrapup": 0.9, "complete": 1.0}[snapshot.stage]
        return Progress(share, STAGES[snapshot.stage])
    names = [row.competency for row in snapshot.competencies] or list(competencies)
    at = names.index(metadata.competency) if metadata.competency in names else 0
    words = f"{STAGES[snapshot.stage]}, competency {at + 1} of {len(names)}: {metadata.competency}"
    return Progress(0.1 + 0.8 * at / max(1, len(names)), words)


def figures(snapshot: SessionSnapshot, *, ticking: bool, competencies: Sequence[str] = ()) -> None:
    """Questions asked, clock and overall score; below them the stage and the competency, with how far that is.

    `ticking`: the clock goes on by itself; for a page that is not drawn anew in short intervals. `competencies`: as for
    `progress`.
    """
    with st.container(horizontal=True):
        st.metric("Questions asked", snapshot.questions_asked, border=True, width=_FIGURE_WIDTH)
        with st.container(width=_FIGURE_WIDTH):
            _clock(snapshot, ticking=ticking)
        with st.container(width=_FIGURE_WIDTH):
            if snapshot.scores_open:
                overall(snapshot.overall_score)
            else:
                st.metric("Overall score", "Closed", border=True, help="Scores are closed until you have rated.")
    done = progress(snapshot, competencies)
    st.progress(done.share, text=escaped(done.words))


def conversation(snapshot: SessionSnapshot, candidate: str, pending: str = "") -> None:
    """The chat, scrolled to what was said last. `candidate`: who is shown as answering."""
    with st.container(height=_CHAT_HEIGHT, autoscroll=True):
        chat(snapshot.transcript, candidate=candidate, interviewer=snapshot.persona.name, pending=pending)


def events(snapshot: SessionSnapshot) -> None:
    """What happened, newest in view."""
    st.subheader("Event log", anchor=False)
    event_log(snapshot.events, scores_open=snapshot.scores_open)


def scores_and_people(snapshot: SessionSnapshot, profile: CandidateProfile) -> None:
    """The scores as they stand now, and who talks with whom."""
    scores, interviewer, candidate = st.tabs(["Scores", "Interviewer", "Candidate"])
    with scores:
        if snapshot.scores_open:
            score_table(snapshot.competencies)
        else:
            st.write("The scores are closed to you until you have rated, which you can when the interview has ended.")
    with interviewer:
        _persona(snapshot.persona)
    with candidate:
        _profile(profile)


def _clock(snapshot: SessionSnapshot, *, ticking: bool) -> None:
    read_at = time.monotonic()

    @st.fragment(run_every=_TICK if ticking else None)
    def clock() -> None:
        passed = int((time.monotonic() - read_at) * 1000) if ticking else 0
        limit = minutes(snapshot.time_limit_ms)
        st.metric(f"Time used of {limit}", minutes(snapshot.elapsed_ms + passed), border=True)

    clock()


def _persona(persona: Persona) -> None:
    rows = {
        "Name": persona.name,
        "Probing": persona.probing_style,
        "Hints": persona.hint_style,
        "Encouragement": persona.encouragement,
    }
    _pairs(rows)
    st.caption("How the interviewer speaks. It changes neither what is asked nor how it is rated.")


def _profile(profile: CandidateProfile) -> None:
    years = "" if profile.experience_years is None else f"about {profile.experience_years:.2g} years"
    _pairs({"Name": profile.candidate_name, "Experience": years, "Skills": ", ".join(profile.skills)})
    st.html(paragraphs(profile.resume_summary))
    st.markdown("\n".join(f"- {escaped(line)}" for line in profile.highlighted_experiences))
    st.caption("From the résumé. It plays no part in the scores.")


def _pairs(rows: dict[str, str]) -> None:
    """Names and what they stand for, a line each; what is empty is left out."""
    st.markdown("\n".join(f"- **{name}:** {escaped(value)}" for name, value in rows.items() if value))
