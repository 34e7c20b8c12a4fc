"""Candidates of one position beside each other. `?position=ID&interviews=ID,ID&question=INDEX`."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from interview.access import Actor
from interview.comparing import MAX_BESIDE, MAX_COMPARED
from interview.positions import PositionSummary
from interview.reviewing.comparison import Comparison, ToRate
from pages.components.guard import staff
from pages.components.problems import needed
from pages.components.service import service
from pages.components.text import escaped
from pages.components.times import moment
from pages.hiring.parts import compared

_LISTED = 10
"""Interviews to rate that are listed by name."""


def pick_position(positions: Sequence[PositionSummary]) -> str | None:
    """Which position, from the URL."""
    titles = {one.position_id: f"{one.role_title}, made {moment(one.created_at)}" for one in positions}
    told = st.query_params.get("position")
    st.session_state["compare-position"] = told if told in titles else None
    chosen: str | None = st.selectbox(
        "Position",
        list(titles),
        index=None,
        placeholder="Choose a position",
        format_func=lambda each: titles.get(each, each),
        key="compare-position",
        on_change=to_url,
        args=("position",),
    )
    return chosen


def pick_candidates(found: Comparison) -> list[str]:
    """Which candidates, from the URL; none are all."""
    names = compared.names(found.candidates)
    told = st.query_params.get("interviews", "").split(",")[:MAX_COMPARED]
    st.session_state["compare-interviews"] = [each for each in told if each in names]
    chosen: list[str] = st.multiselect(
        "Candidates",
        list(names),
        placeholder="All who completed",
        format_func=lambda each: names.get(each, each),
        key="compare-interviews",
        on_change=to_url,
        args=("interviews",),
        help=f"Those chosen are compared among themselves; up to {MAX_BESIDE} are read side by side.",
    )
    return chosen


def pick_question(questions: Sequence[str]) -> int | None:
    told = st.query_params.get("question", "")
    known = int(told) if told.isdecimal() and len(told) < 4 else 0
    st.session_state["compare-question"] = known if known < len(questions) else 0
    chosen: int | None = st.selectbox(
        "Core question",
        range(len(questions)),
        format_func=lambda place: f"{place + 1}. {questions[place]}" if place < len(questions) else "",
        key="compare-question",
        on_change=to_url,
        args=("question",),
    )
    return chosen


def to_url(name: str) -> None:
    """Write a widget's value into the URL, from which the page reads it; another position has other candidates."""
    value = st.session_state[f"compare-{name}"]
    for gone in ("interviews", "question") if name == "position" else ():
        st.query_params.pop(gone, None)
    if value is None or value == []:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = ",".join(value) if isinstance(value, list) else str(value)


def to_rate(waiting: Sequence[ToRate]) -> None:
    """Who is left out, with the way to rate them."""
    if not waiting:
        return
    st.subheader("Rate first" if len(waiting) == 1 else f"Rate first ({len(waiting)})")
    st.caption("You have not rated these interviews yet. They join the comparison when you have.")
    with st.container(horizontal=True):
        for one in waiting[:_LISTED]:
            st.page_link(
                "pages/hiring/interview.py",
                label=escaped(one.candidate_name) or "No name",
                icon=":material/rate_review:",
                query_params={"interview": one.interview_id},
                width="content",
            )
    if len(waiting) > _LISTED:
        st.caption(f"And {len(waiting) - _LISTED} more.")


def scores(found: Comparison) -> None:
    st.subheader("Competency by competency")
    st.caption(
        "Not a ranking: candidates stand in the order in which they completed, and nothing is added up or sorted by "
        "score. People decide, on what fits the work; one figure over all competencies would hide just that."
    )
    st.html(compared.table(found))
    if why := compared.reasons(found):
        with st.expander("Why some scores cannot be held beside the others as they are", icon=":material/info:"):
            st.html(why)
    if found.more:
        st.caption(f"Shown: the {MAX_COMPARED} who completed last.")


def side_by_side(actor: Actor, found: Comparison, chosen: Sequence[str]) -> None:
    st.subheader("Question by question, in their own words")
    ids = list(chosen) or [one.interview_id for one in found.candidates]
    if len(ids) > MAX_BESIDE:
        st.caption(f"Choose up to {MAX_BESIDE} candidates above to read what they said side by side.")
        return
    place = pick_question(found.questions)
    if place is None:
        return
    st.caption(
        "As it was asked, with follow-ups. Marked are the words that scores rest on. A criterion's newest evidence "
        "counts: an earlier answer may have none."
    )
    with needed():
        words = service().comparisons.side_by_side(actor, found.position_id, found.questions[place], ids)
    st.html(compared.words(words))


actor = staff("administrator", "hiring")
st.title("Compare candidates")
with needed():
    positions = service().positions.list(actor)
if not positions:
    st.write("There is no position yet. Make the first interviews; those who complete them are compared here.")
    st.page_link("pages/hiring/upload.py", label="Create interviews", icon=":material/upload_file:")
    st.stop()
position_id = pick_position(positions)
if position_id is None:
    st.caption("Candidates of one position get the same core questions; only they are compared.")
    st.stop()
with needed():
    everybody = service().comparisons.of_position(actor, position_id)
chosen = pick_candidates(everybody) if everybody.candidates else []
with needed():
    found = service().comparisons.of_position(actor, position_id, chosen) if chosen else everybody
if found.candidates:
    scores(found)
    side_by_side(actor, found, chosen)
elif not everybody.rate_first:
    st.subheader("Nobody has completed this interview yet")
    st.write("Candidates stand here as soon as they have finished. Archived interviews do not.")
to_rate(everybody.rate_first)
