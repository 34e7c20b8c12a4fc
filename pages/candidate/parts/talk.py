"""The interview itself: where it stands, the question, the answer, and what else the candidate may do."""

from __future__ import annotations

import html
import time

import streamlit as st

from interview.access import Actor
from interview.contract import SessionSnapshot, TranscriptLine
from interview.errors import InterviewError
from interview.journeys import Journey
from interview.models import Stage
from pages.candidate.parts import adjustments, controls, welcome
from pages.components import composer, problems, turns
from pages.components.chat import chat
from pages.components.in_view import in_view
from pages.components.scores import score_table
from pages.components.service import service
from pages.components.text import escaped

_EARLIER_HEIGHT = 240
"""Pixels: an exchange or two, so that question and field fit on a phone's screen below it."""

_STAGES: dict[Stage, str] = {
    "warmup": "Getting started",
    "competency": "Main questions",
    "wrapup": "Closing question",
    "complete": "Finished",
}


def talk(actor: Actor, journey: Journey) -> None:
    """One read, the page with its controls shut while a turn waits, then the turn."""
    if journey.session_id is None:
        return
    with problems.needed():
        snapshot = service().sessions.get(actor, journey.session_id)
    if not snapshot.events:  # the session stands, and the interviewer's first words failed
        welcome.start(actor, journey)
        return
    turn = turns.waiting(journey.session_id)
    busy = turn is not None
    _header(journey, snapshot)
    _conversation(journey, snapshot, pending=turn.answer if turn else "", busy=busy)
    _before_break()
    in_view("question", f"{journey.session_id}-{turns.last_event(snapshot)}")
    _answer(actor, journey, snapshot, busy=busy)
    controls.controls(actor, journey, snapshot, busy=busy)
    if journey.purpose == "practice":
        st.subheader("Scores so far", anchor=False)
        score_table(snapshot.competencies)
    adjustments.replies(journey)
    turns.run_waiting(actor, journey.session_id)


def _header(journey: Journey, snapshot: SessionSnapshot) -> None:
    kind = "Practice interview" if journey.purpose == "practice" else "Interview"
    st.caption(f"{kind}: {escaped(journey.role_title)}")
    statuses = snapshot.question_statuses
    total = max(1, len(statuses))
    begun = sum(one.status != "not_started" for one in statuses)
    done = sum(one.status in ("answered", "skipped") for one in statuses)
    place = f"question {begun} of about {total}" if snapshot.stage == "competency" else f"about {total} questions"
    if snapshot.stage == "wrapup":
        place = "the last one"
    st.progress(done / total, text=f"**{_STAGES[snapshot.stage]}**, {place}")
    _time(snapshot.elapsed_ms, snapshot.time_limit_ms, time.monotonic())


@st.fragment(run_every=30)
def _time(elapsed_ms: int, limit_ms: int, drawn: float) -> None:
    """Counted on from the last page run, so that it needs no reading."""
    used = elapsed_ms / 60_000 + (time.monotonic() - drawn) / 60
    left = limit_ms / 60_000 - used
    if left > 0:
        st.caption(f":material/schedule: {_minutes(used)} used, about {_minutes(max(1, left))} left")
    else:
        st.caption(
            ":material/schedule: The planned time is over. Finish your answer in peace; the interviewer then closes."
        )


def _minutes(minutes: float) -> str:
    whole = int(minutes)
    return "1 minute" if whole == 1 else f"{whole} minutes"


def _conversation(journey: Journey, snapshot: SessionSnapshot, *, pending: str, busy: bool) -> None:
    """What was said before, scrolled to its end, and below it the question in hand."""
    lines = snapshot.transcript
    in_hand = lines[-1] if lines and lines[-1].role == "interviewer" else None
    earlier = lines if in_hand is None or busy else lines[:-1]
    if earlier:
        with st.container(height=_EARLIER_HEIGHT, key="earlier", autoscroll=True):
            chat(
                earlier,
                candidate=journey.candidate_name or "You",
                interviewer=journey.interviewer_name,
                pending=pending,
            )
    with st.container(border=True, key="question"):
        if busy:
            st.caption(f":material/more_horiz: {escaped(journey.interviewer_name)} is reading …")
        elif in_hand is not None:
            _question(in_hand, journey.interviewer_name)


def _question(line: TranscriptLine, interviewer: str) -> None:
    st.caption(f":material/forum: {escaped(interviewer)} asks")
    words = html.escape(line.text.strip())
    st.html(f'<div role="status" dir="auto" style="font-size:1.125rem;white-space:pre-wrap">{words}</div>')


def _answer(actor: Actor, journey: Journey, snapshot: SessionSnapshot, *, busy: bool) -> None:
    prompt = composer.prompt_id(snapshot)

    def save(words: str) -> None:
        try:
            service().journeys.save_draft(actor, snapshot.session_id, words, prompt)
        except InterviewError:
            return  # a draft that could not be kept must not come between somebody and their answer

    composer.composer(snapshot, draft=journey.draft, busy=busy, save=save)


def _before_break() -> None:
    if words := st.session_state.get(welcome.BEFORE_BREAK):
        composer.in_reach(words)
        st.button("I do not need these words", key="forget-before-break", on_click=_forget_before_break)


def _forget_before_break() -> None:
    st.session_state.pop(welcome.BEFORE_BREAK, None)
