"""The team tries an interview out: a session of its own, which counts for nothing."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from interview.access import Actor
from interview.contract import SessionSnapshot, StartRequest
from interview.models import PersonaOverrides
from interview.records import InterviewRecord
from pages.components import turns
from pages.components.composer import composer, unsent_words
from pages.components.problems import needed, problems
from pages.components.service import service
from pages.components.text import escaped
from pages.hiring.parts.moves import moves
from pages.hiring.parts.panels import conversation, events, figures, scores_and_people

_PERSONA = {
    "name": "Name",
    "probing_style": "How it asks on",
    "hint_style": "How it gives hints",
    "encouragement": "How it encourages",
}
_WHO = "You, in the candidate's place"


def practise(actor: Actor, record: InterviewRecord) -> None:
    """The practice session in hand, which stands in the URL, or the way to begin one."""
    st.caption(
        "Here you answer in the candidate's place, in a practice session that the team shares. It counts for nothing: "
        "it takes no attempt, appears in no score table, and the candidate does not see it."
    )
    rehearsals = {one.session_id: one for one in record.sessions if one.rehearsal}
    running = next((one.session_id for one in rehearsals.values() if one.status == "active"), None)
    wanted = st.query_params.get("session")
    in_hand = wanted if wanted in rehearsals else running
    if in_hand is None:
        _begin(actor, record.interview_id, "Start practising")
        return
    if in_hand != wanted:
        st.query_params["session"] = in_hand
    _session(actor, record, in_hand)


def _session(actor: Actor, record: InterviewRecord, session_id: str) -> None:
    with needed():
        snapshot = service().sessions.get(actor, session_id)
    waiting = turns.waiting(session_id)
    answering = snapshot.status == "active" and snapshot.question is not None
    if not answering:
        _over(actor, snapshot)
    figures(snapshot, ticking=snapshot.status == "active")
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Conversation", anchor=False)
        conversation(snapshot, _WHO, waiting.answer if waiting else "")
        if answering:
            _answer(actor, record, snapshot, busy=waiting is not None)
    with right:
        events(snapshot)
    scores_and_people(snapshot, record.candidate_plan.profile)
    turns.run_waiting(actor, session_id)


def _answer(actor: Actor, record: InterviewRecord, snapshot: SessionSnapshot, *, busy: bool) -> None:
    spoken = st.session_state.get(_toggle("spoken", snapshot), False)
    drafted = st.session_state.get(_toggle("drafted", snapshot), False)
    composer(snapshot, busy=busy, auto_send=spoken, auto_generate=drafted)
    with needed():
        purpose = service().positions.get(actor, record.position_id).settings.purpose
    moves(snapshot, busy=busy, hints=purpose == "practice")
    with st.container(horizontal=True):
        st.toggle(
            "Sent from speech",
            key=_toggle("spoken", snapshot),
            help="As if spoken words were sent unread: slips of the transcription must not lower a score.",
        )
        st.toggle(
            "Drafted by a machine",
            key=_toggle("drafted", snapshot),
            help="Marks the answer as one that a machine wrote.",
        )
    st.caption("Slips in words from speech do not lower a score. What a machine drafted is marked in the event log.")


def _over(actor: Actor, snapshot: SessionSnapshot) -> None:
    """What stands in the composer's place once no answer is taken any more."""
    if snapshot.status == "expired":
        st.info(
            "Nothing was sent for a while, so this session has ended. What was answered is kept: start again to go on.",
            icon=":material/schedule:",
        )
        unsent_words(snapshot.session_id)
        _begin(actor, snapshot.interview_id, "Start again")
    elif snapshot.status == "active":
        st.caption("The first question has not been asked yet.")
        _begin(actor, snapshot.interview_id, "Start again")
    else:
        turns.forget(snapshot.session_id)
        _result(actor, snapshot)
        _begin(actor, snapshot.interview_id, "Start again")


def _result(actor: Actor, snapshot: SessionSnapshot) -> None:
    with needed():
        card = service().scorecards.of_session(actor, snapshot.session_id)
    if card is None:
        st.info("This practice session was ended by the team before it was complete.", icon=":material/stop_circle:")
        return
    score = f"{card.overall_score:.1f} of 5" if card.overall_score else "no score"
    st.success(f"Complete. Overall: {score}.", icon=":material/check_circle:")
    st.text(card.narrative.summary)
    told = {"Strengths": card.narrative.strengths, "To work on": card.narrative.improvements}
    shown = {title: lines for title, lines in told.items() if lines}
    for column, (title, lines) in zip(st.columns(max(1, len(shown)), gap="medium"), shown.items(), strict=False):
        with column:
            _points(title, lines)


def _points(title: str, lines: Sequence[str]) -> None:
    st.subheader(title, anchor=False)
    st.markdown("\n".join(f"- {escaped(line)}" for line in lines))


def _begin(actor: Actor, interview_id: str, label: str) -> None:
    with st.form("begin", border=False):
        with st.expander("Change the interviewer for this practice"):
            st.caption("An empty field stays as the position has it.")
            given = {key: st.text_input(name, max_chars=80 if key == "name" else 200) for key, name in _PERSONA.items()}
        pressed = st.form_submit_button(label, type="primary", icon=":material/play_arrow:")
    if not pressed:
        return
    persona = PersonaOverrides(**{key: words.strip() or None for key, words in given.items()})
    with problems(), st.spinner("The first question is on its way …"):
        request = StartRequest(interview_id=interview_id, persona=persona, rehearsal=True)
        st.query_params["session"] = service().sessions.start(actor, request).session_id
        st.rerun()


def _toggle(name: str, snapshot: SessionSnapshot) -> str:
    return f"{name}-{snapshot.session_id}"
