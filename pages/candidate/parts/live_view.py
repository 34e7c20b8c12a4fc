"""What a candidate sees while they speak: where it stands, the question, the captions. This alone is drawn anew."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from interview.journeys import Journey
from interview.live.line import LiveState
from interview.models import QuestionStatus
from pages.candidate.parts import live_controls
from pages.candidate.parts.captions import captions
from pages.components.text import escaped, sentence

if TYPE_CHECKING:
    from interview.live.interview import LiveInterview

_SECONDS = 0.7
_ICONS: dict[LiveState, str] = {
    "connecting": "sync",
    "listening": "hearing",
    "speaking": "volume_up",
    "thinking": "hourglass_empty",
    "muted": "mic_off",
    "reconnecting": "sync_problem",
    "ending": "hourglass_top",
    "ended": "check",
}


def title(journey: Journey) -> None:
    kind = "Practice interview" if journey.purpose == "practice" else "Your interview"
    with st.container(key="beginning"):
        st.title(f"{kind}: {escaped(journey.role_title)}", anchor=False)


def header(journey: Journey) -> None:
    kind = "Practice interview" if journey.purpose == "practice" else "Interview"
    st.caption(f"{kind} by voice: {escaped(journey.role_title)}")


@st.fragment(run_every=_SECONDS)
def talk(talk: LiveInterview, journey: Journey, *, drawn: LiveState | None) -> None:
    """Reads how the talk stands; runs the page anew, once, when the controls have to change and when it has ended.
    A dialog that is open is left so until the talk has ended.

    `drawn`: for what the page has drawn its controls (`live_controls.mark`).
    """
    view = talk.view()
    changed = live_controls.mark(view.state) != drawn and not live_controls.asked()
    if view.ended is not None or changed:
        st.rerun()
    _progress(view.statuses, view.seconds_left)
    st.markdown(f"**:material/{_ICONS[view.state]}: {sentence(view.message)}**")
    if view.error:
        st.caption(f":material/error: {sentence(view.error)}")
    if view.state == "ending":
        st.caption("This can take a minute; you can close the page meanwhile.")
    elif view.question:
        _question(view.question, journey.interviewer_name)
    captions(view.captions, candidate=journey.candidate_name or "You", interviewer=journey.interviewer_name)


def _progress(statuses: Sequence[QuestionStatus], seconds_left: float) -> None:
    total = max(1, len(statuses))
    begun = sum(one.status != "not_started" for one in statuses)
    done = sum(one.status in ("answered", "skipped") for one in statuses)
    place = f"question {begun} of about {total}" if begun else f"about {total} questions"
    st.progress(done / total, text=f"**By voice**, {place}, {time_left(seconds_left)}")


def time_left(seconds: float) -> str:
    """In whole minutes, as nobody should watch seconds."""
    if seconds <= 0:
        return "the planned time is over"
    minutes = max(1, round(seconds / 60))
    return "about 1 minute left" if minutes == 1 else f"about {minutes} minutes left"


def _question(words: str, interviewer: str) -> None:
    with st.container(border=True, key="question"):
        st.caption(f":material/forum: {escaped(interviewer)} asks")
        st.html(f'<div dir="auto" style="font-size:1.125rem;white-space:pre-wrap">{html.escape(words.strip())}</div>')
