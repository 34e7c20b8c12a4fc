"""The interview itself: where it stands, the question, the answer, and what else the candidate may do."""

from __future__ import annotations

import html
import time
from uuid import uuid4

import streamlit as st

from interview.access import Actor
from interview.contract import SessionSnapshot, TranscriptLine
from interview.errors import InterviewError
from interview.journeys import Journey
from interview.models import Stage
from pages.candidate.parts import adjustments, controls, welcome
from pages.candidate.parts.focus import focus
from pages.components import composer, problems, turns
from pages.components.chat import chat
from pages.components.in_view import in_view
from pages.components.live import microphone_allowed
from pages.components.scores import score_table
from pages.components.service import service
from pages.components.text import escaped

_EARLIER_HEIGHT = 320
"""Pixels: an exchange or two, when somebody opens what was said before."""

_REFUSED = "before-break-refused"
_NO_VOICE = "voice-refused"
_SENT = "answer-sent"
"""What tells the answer that was sent last in this visit from the others."""

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
    welcome.elsewhere()
    turn = turns.waiting(journey.session_id)
    busy = turn is not None
    _header(journey, snapshot)
    _earlier(journey, snapshot, pending=turn.answer if turn else "", busy=busy)
    with st.container(key="task"):  # seen together, also on a phone
        _question(journey, snapshot, busy=busy)
        _answer(actor, journey, snapshot, busy=busy)
    _before_break(actor, journey, snapshot)
    with st.container(gap=None):  # without a face, and so without a gap between them
        in_view("task", f"{journey.session_id}-{turns.last_event(snapshot)}")
        focus(composer.field(snapshot), within="task", sent=st.session_state.get(_SENT, ""))
    controls.controls(actor, journey, snapshot, busy=busy)
    if journey.voice_offered and microphone_allowed():
        _by_voice(actor, busy=busy)
    if journey.purpose == "practice":
        st.subheader("Scores so far", anchor=False)
        score_table(snapshot.competencies)
    adjustments.replies(journey)
    if turn is not None and turn.action == "answer":
        st.session_state[_SENT] = uuid4().hex  # told to the page that is drawn when the turn was taken
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
    if used < limit_ms / 60_000:
        left = max(1, round(limit_ms / 60_000) - int(used))  # the two add up to the planned time
        st.caption(f":material/schedule: {_minutes(int(used))} used, about {_minutes(left)} left")
    else:
        st.caption(
            ":material/schedule: The planned time is over. Finish your answer in peace; the interviewer then closes."
        )


def _minutes(whole: int) -> str:
    return "1 minute" if whole == 1 else f"{whole} minutes"


def _by_voice(actor: Actor, *, busy: bool) -> None:
    """For somebody who came to speak and is writing: from here on by voice. What stands in the field stays a draft."""
    if refused := st.session_state.pop(_NO_VOICE, None):
        problems.show(refused)
    st.button("Go on by voice", key="by-voice", icon=":material/mic:", disabled=busy, on_click=_speak, args=(actor,))


def _speak(actor: Actor) -> None:
    try:
        service().journeys.begin(actor)
    except InterviewError as error:
        st.session_state[_NO_VOICE] = error


def _in_hand(snapshot: SessionSnapshot) -> TranscriptLine | None:
    last = snapshot.transcript[-1] if snapshot.transcript else None
    return last if last is not None and last.role == "interviewer" else None


def _earlier(journey: Journey, snapshot: SessionSnapshot, *, pending: str, busy: bool) -> None:
    """What was said before, folded up so that the question and the field are what a screen shows; its end first."""
    lines = snapshot.transcript
    earlier = lines if _in_hand(snapshot) is None or busy else lines[:-1]
    if not earlier:
        return
    with (
        st.expander("What was said so far", icon=":material/history:", key="earlier"),
        st.container(height=_EARLIER_HEIGHT, border=False, autoscroll=True),
    ):
        chat(
            earlier,
            candidate=journey.candidate_name or "You",
            interviewer=journey.interviewer_name,
            pending=pending,
        )


def _question(journey: Journey, snapshot: SessionSnapshot, *, busy: bool) -> None:
    line, interviewer = _in_hand(snapshot), escaped(journey.interviewer_name)
    with st.container(border=True, key="question"):
        doing = ":material/more_horiz: {} is reading …" if busy else ":material/forum: {} asks"
        st.caption(doing.format(interviewer))
        if line is not None:
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


def _before_break(actor: Actor, journey: Journey, snapshot: SessionSnapshot) -> None:
    """Words that were typed and not sent before the session expired; the question that they are for comes again."""
    if not journey.before_break:
        return
    composer.in_reach(journey.before_break)
    if refused := st.session_state.pop(_REFUSED, None):
        problems.show(refused)
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            "Put them into the field",
            key="take-before-break",
            icon=":material/north:",
            on_click=_into_field,
            args=(actor, journey, snapshot),
        )
        st.button("I do not need these words", key="forget-before-break", on_click=_dismiss, args=(actor,))


def _into_field(actor: Actor, journey: Journey, snapshot: SessionSnapshot) -> None:
    parts = composer.standing(snapshot, journey.draft).rstrip(), journey.before_break
    whole = "\n\n".join(part for part in parts if part)
    try:
        service().journeys.save_draft(actor, snapshot.session_id, whole, composer.prompt_id(snapshot))
    except InterviewError as error:
        st.session_state[_REFUSED] = error
    else:
        composer.put(snapshot, whole)


def _dismiss(actor: Actor) -> None:
    try:
        service().journeys.dismiss_before_break(actor)
    except InterviewError as error:
        st.session_state[_REFUSED] = error
