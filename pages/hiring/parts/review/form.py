"""A reviewer's own levels, criterion by criterion: kept as they are given, and submitted once."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from interview.access import Actor
from interview.errors import InterviewError
from interview.models import Anchors, Competency, Criterion
from interview.packet.words import NOT_SHOWN, counted
from interview.records import InterviewRecord
from interview.reviewing.rating import CriterionRating, Ratings
from interview.reviews import ReviewState
from interview.service import Service
from pages.components.guard import staff
from pages.components.problems import problems, show
from pages.components.text import escaped
from pages.hiring.parts.review.look import afresh

_NOT_SHOWN = 0
_LEVELS = (1, 2, 3, 4, 5, _NOT_SHOWN)
_FINAL = (
    "Submitted ratings stand: you cannot change them any more. The engine’s scores are then open to you beside them, "
    "and you can override single ones."
)


class _Place(NamedTuple):
    """A criterion of the rubric, by its places; `session_id`: what is rated, so that no other's levels are taken."""

    interview_id: str
    session_id: str
    competency: int
    criterion: int

    def key(self, what: str) -> str:
        return f"{what}-{self.session_id}-{self.competency}-{self.criterion}"


@st.fragment
def rate(candor: Service, record: InterviewRecord, session_id: str) -> None:
    """The form; a level draws nothing anew but this. `session_id`: what is rated."""
    actor = staff("hiring", "administrator")
    with problems():
        state = candor.reviews.state(actor, record.interview_id, session_id)
        ratings = state.mine.ratings if state.mine else {}
        _told(record.competencies, ratings)
        for at, competency in enumerate(record.competencies):
            st.html(f'<div class="review"><h3 dir="auto">{html.escape(competency.name)}</h3></div>')
            for place, criterion in enumerate(competency.criteria):
                given = ratings.get(competency.name, {}).get(criterion.name)
                _criterion(candor, actor, record, _Place(record.interview_id, session_id, at, place), criterion, given)
        _submit(candor, actor, record.interview_id, session_id, state)


def _told(competencies: Sequence[Competency], ratings: Ratings) -> None:
    total = sum(len(one.criteria) for one in competencies)
    done = sum(len(ratings.get(one.name, {})) for one in competencies)
    left = "All are rated." if done == total else f"{total - done} of {counted(total, 'criterion', 'criteria')} left."
    st.html('<div id="rate"></div>')
    st.progress(done / total, text=f"{left} What you choose is kept at once.")


def _criterion(
    candor: Service,
    actor: Actor,
    record: InterviewRecord,
    place: _Place,
    criterion: Criterion,
    given: CriterionRating | None,
) -> None:
    """Level, and a note once there is one."""
    level, note = place.key("level"), place.key("note")
    st.session_state.setdefault(level, (given.level or _NOT_SHOWN) if given else None)
    st.session_state.setdefault(note, given.note if given else "")
    st.html(f'<div class="review"><h4 dir="auto">{html.escape(criterion.name)}</h4>{_anchors(criterion.anchors)}</div>')
    keep = (candor, actor, record.competencies[place.competency], place)
    st.radio(
        f"Level for {escaped(criterion.name)}",
        _LEVELS,
        index=None,
        format_func=lambda level: str(level) if level else NOT_SHOWN,
        key=level,
        horizontal=True,
        label_visibility="collapsed",
        on_change=_keep,
        args=keep,
    )
    if given is not None:
        st.text_area(
            f"Note on {escaped(criterion.name)}",
            placeholder="Note: what you go by (optional)",
            key=note,
            height="content",
            max_chars=2_000,
            label_visibility="collapsed",
            on_change=_keep,
            args=keep,
        )


def _anchors(anchors: Anchors) -> str:
    texts = {1: anchors.one, 3: anchors.three, 5: anchors.five}
    rows = "".join(f"<li dir='auto' value='{level}'>{html.escape(text)}</li>" for level, text in texts.items() if text)
    return f'<ol class="small">{rows}</ol>' if rows else '<p class="small">The rubric has no anchors for this.</p>'


def _keep(candor: Service, actor: Actor, competency: Competency, changed: _Place) -> None:
    """For a widget's callback: this competency's levels and notes as they stand on the page."""
    given: dict[str, CriterionRating] = {}
    for at, criterion in enumerate(competency.criteria):
        place = changed._replace(criterion=at)
        level = st.session_state.get(place.key("level"))
        if level is not None:
            note = st.session_state.get(place.key("note"), "")
            given[criterion.name] = CriterionRating(level=level or None, note=note)
    try:
        candor.reviews.save(actor, changed.interview_id, {competency.name: given}, changed.session_id)
    except InterviewError as error:
        st.session_state["rating-refused"] = error


def _submit(candor: Service, actor: Actor, interview_id: str, session_id: str, state: ReviewState) -> None:
    refused = st.session_state.pop("rating-refused", None)
    if refused is not None:
        show(refused)
    st.caption(_FINAL)
    if state.scores_open:
        st.caption("The scores were open to you before you rated, and your ratings are marked so.")
    if st.button("Submit ratings", type="primary", icon=":material/done_all:", key="submit-ratings"):
        with problems():
            candor.reviews.submit(actor, interview_id, {}, session_id)
            afresh()
            st.rerun(scope="app")
