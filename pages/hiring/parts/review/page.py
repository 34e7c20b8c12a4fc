"""The review of one session: open, or closed until the reviewer has rated it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from interview.access import Actor
from interview.contract import SessionSnapshot
from interview.packet.words import asked_by_voice
from interview.records import InterviewRecord
from interview.reviews import ReviewState
from interview.service import Service
from pages.components.times import moment
from pages.components.transcript import transcript_html
from pages.hiring.parts import beside
from pages.hiring.parts.review import decision, details, files, look, misheard, override, side_by_side, top, unrated
from pages.hiring.parts.review.form import rate
from pages.hiring.parts.review.notes import notes_of

OWN = "own-rating"
"""The key of the form of who sees the scores already: true while it is open."""

_BLIND = (
    "Rate first: read the transcript, choose a level for each criterion, and submit. Software’s scores stay closed "
    "until then, so that your judgment is your own."
)
_NOT_ENDED = "The interview has not ended. You can rate it when it has; until then its scores are closed to you."
_EARLIER = "The scores of this attempt are closed to you: you have not rated it. Only the one that counts can be rated."
_IMPORTED = "This transcript was recorded elsewhere. It is rated by itself, and opens its own scores only. "


def show(
    candor: Service, actor: Actor, record: InterviewRecord, chain: Sequence[SessionSnapshot], *, stands: bool
) -> None:
    """The last of these sessions, which carry each other on. `stands`: it is the one that counts."""
    look.dress()
    state = candor.reviews.state(actor, record.interview_id, chain[-1].session_id)
    if chain[-1].scores_open:
        _open(candor, actor, record, chain, state, stands=stands)
    else:
        _closed(candor, actor, record, chain, state, stands=stands)
    look.follow()


def _open(
    candor: Service,
    actor: Actor,
    record: InterviewRecord,
    chain: Sequence[SessionSnapshot],
    state: ReviewState,
    *,
    stands: bool,
) -> None:
    """What people and the engine made of it; overridden and decided on where it is the one that counts."""
    last = chain[-1]
    packet = candor.packets.of_interview(actor, record.interview_id, last.session_id)
    if not stands:
        decision.refusal()
    top.show(packet, decidable=stands)
    with st.container(horizontal=True):
        files.offer(packet)
        if stands and packet.scored_at:
            override.offer(candor, actor, packet)
        misheard.offer(candor, actor, last)
    beside.sound(candor, chain)
    mine = state.mine
    if state.ratable and not (mine and mine.submitted_at):
        own = st.expander("Rate it yourself", icon=":material/edit_note:", key=OWN, on_change="rerun")
        if own.open:
            with own:
                rate(candor, record, last.session_id)
    side_by_side.show(packet, mine.review_id if mine else None)
    notes = notes_of([event for session in chain for event in session.events])
    details.show(packet, last.transcript, notes)
    if stands:
        decision.show(candor, actor, packet)
    if packet.stamp and packet.scored_at:
        stamp = packet.stamp
        st.caption(
            f"Scored {moment(packet.scored_at)} by the {stamp.engine} engine (model {stamp.model}, prompt "
            f"{stamp.prompt}), rubric version {stamp.rubric.rpartition('/')[2]}, Candor {stamp.application}."
        )
    if voice := asked_by_voice(packet):
        st.caption(voice)
    beside.used(candor, actor, last)


def _closed(
    candor: Service,
    actor: Actor,
    record: InterviewRecord,
    chain: Sequence[SessionSnapshot],
    state: ReviewState,
    *,
    stands: bool,
) -> None:
    """The transcript alone, and beside it the form; nothing of what the engine made of it."""
    last = chain[-1]
    ratable = state.ratable
    words = _BLIND if ratable else _NOT_ENDED if stands else _EARLIER
    st.write(words if last.status != "imported" else _IMPORTED + words)
    decision.refusal()
    decision.history(state.decisions)
    notes = notes_of([event for session in chain for event in session.events], scores_open=False)
    said, form = st.columns(2, gap="large")
    with said:
        if ratable:
            st.html('<div class="review down small"><a href="#rate">Down to the levels</a></div>')
        st.html(transcript_html(last.transcript, (), notes))
        misheard.offer(candor, actor, last)
    with form:
        if ratable:
            rate(candor, record, last.session_id)
        unrated.offer(candor, actor, record.interview_id, last.session_id)
        beside.sound(candor, chain)
    beside.used(candor, actor, last)
