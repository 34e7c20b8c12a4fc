"""How a position's interviews are held, as a form; each choice says what it does."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from interview.models import Persona, PositionSettings, Purpose
from interview.positions import Position

PURPOSES: dict[Purpose, tuple[str, str]] = {
    "assessment": ("Assessment", "Answers are rated for the hiring team, who read them and decide."),
    "practice": (
        "Practice",
        "Candidates prepare themselves: they always see their scores, and may ask for hints from their own résumé.",
    ),
}
MANNERS = ("curious", "gentle", "direct", "socratic", "formal", "plain")
HINTS = ("gentle", "direct", "socratic", "formal", "plain")
WARMTH = ("warm", "formal", "brief", "plain")


def settings_form(position: Position) -> tuple[PositionSettings, Persona] | None:
    """The form; what was filled in when it is saved, None before."""
    now, key = position.settings, position.position_id
    with st.form(f"settings-{key}", border=False, enter_to_submit=False), st.container(width=760):
        st.subheader("Interviews", anchor=False)
        minutes = _minutes(now.time_limit_minutes, key)
        purpose = _purpose(now.purpose, key)
        scores = st.toggle("Show the scores to the candidate", now.show_scores, key=f"scores-{key}")
        guide = st.toggle("Give the candidate a study guide", now.study_guide, key=f"guide-{key}")
        st.caption("The guide is a PDF with what was strong, what was missing and how to practise.")
        recording = st.toggle("Record interviews by voice", now.recording, key=f"recording-{key}")
        st.caption(
            "The sound of both voices, for the hiring team to listen to. Candidates read of it in what they agree to. "
            "Ratings rest on the transcript alone, recorded or not."
        )
        days = _days(now.retention_days, key)
        st.subheader("Interviewer", anchor=False)
        st.caption("How the interviewer speaks. It never changes what is asked or how answers are rated.")
        persona = _persona(position.persona, key)
        saved = st.form_submit_button("Save settings", icon=":material/save:")
    if not saved:
        return None
    changes = {
        "time_limit_minutes": minutes,
        "purpose": purpose,
        "show_scores": scores,
        "study_guide": guide,
        "recording": recording,
        "retention_days": days,
    }
    return now.model_copy(update=changes), persona


def _minutes(now: float, key: str) -> float:
    return st.number_input(
        "Time limit in minutes",
        min(1.0, now),
        240.0,
        now,
        step=5.0,
        format="%g",
        key=f"minutes-{key}",
        help="At the limit the interview is brought to its end. A candidate's extra time is added.",
    )


def _days(now: int, key: str) -> int:
    days = st.number_input("Keep interviews for (days)", 1, 3650, now, step=30, key=f"days-{key}")
    st.caption(
        "Candidates read this number in what they agree to, and who has agreed already is asked again when it, the "
        "purpose or the recording changes. Nothing is deleted by itself yet: delete interviews when their time is up."
    )
    return days


def _purpose(now: Purpose, key: str) -> Purpose:
    options: list[Purpose] = list(get_args(Purpose))
    chosen: Purpose = st.radio(
        "Purpose",
        options,
        index=options.index(now),
        format_func=lambda purpose: PURPOSES[purpose][0],
        captions=[PURPOSES[purpose][1] for purpose in options],
        key=f"purpose-{key}",
    )
    return chosen


def _persona(now: Persona, key: str) -> Persona:
    name = st.text_input("Name", now.name, max_chars=80, key=f"persona-name-{key}")
    probing = _manner("Follow-up questions", "How they are worded.", MANNERS, now.probing_style, f"probing-{key}")
    hints = _manner("Help", "How it is worded when a candidate is stuck.", HINTS, now.hint_style, f"hints-{key}")
    warmth = _manner(
        "Encouragement",
        "How the interviewer greets and thanks; never a comment on an answer.",
        WARMTH,
        now.encouragement,
        f"warmth-{key}",
    )
    return Persona(
        name=" ".join(name.split()) or now.name, probing_style=probing, hint_style=hints, encouragement=warmth
    )


def _manner(label: str, what: str, known: tuple[str, ...], now: str, key: str) -> str:
    """A choice among what the interviewer knows; other words, set by a program, stay a choice."""
    options = [*known, *([] if now in known else [now])]
    return st.selectbox(label, options, index=options.index(now), format_func=str.capitalize, key=key, help=what)
