"""Candidates of one position beside each other. `?position=ID&version=N&interviews=ID,ID&question=INDEX`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from interview.access import Actor
from interview.comparing import MAX_BESIDE, MAX_COMPARED
from interview.positions import PositionSummary
from interview.reviewing.comparison import ComparedCandidate, Comparison, ToRate
from pages.components.guard import staff
from pages.components.problems import needed
from pages.components.service import service
from pages.components.text import escaped
from pages.components.times import moment
from pages.hiring.parts import compared

_LISTED = 10
"""Interviews to rate that are listed by name."""
_ROWS = 20
"""Candidates that one "Show earlier ones" adds."""
_ALL = "all"
_NARROWER = {"position": ("version", "interviews", "question"), "version": ("interviews", "question")}
"""What a widget's new value makes void in the URL."""


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


def pick_version(found: Comparison) -> list[ComparedCandidate]:
    """Those interviewed by one version of the plan, from the URL: the newest, as older ones measured something else.

    An address that names candidates and no version means just those.
    """
    often = Counter(str(one.plan_version) for one in found.candidates)
    if len(often) < 2:
        return list(found.candidates)
    newest = str(max(one.plan_version for one in found.candidates))
    told = st.query_params.get("version", _ALL if "interviews" in st.query_params else newest)
    st.session_state["compare-version"] = told if told in (*often, _ALL) else newest
    chosen = st.selectbox(
        "Plan version",
        [*sorted(often, key=int, reverse=True), _ALL],
        format_func=lambda each: (
            f"Version {each}, {counted(often[each])}" if each in often else f"All versions, {counted(often.total())}"
        ),
        key="compare-version",
        on_change=to_url,
        args=("version",),
        help="Another version of the plan may have another rubric: its scores cannot be held beside these.",
    )
    return [one for one in found.candidates if chosen in (str(one.plan_version), _ALL)]


def counted(candidates: int) -> str:
    return "1 candidate" if candidates == 1 else f"{candidates} candidates"


def pick_candidates(candidates: Sequence[ComparedCandidate]) -> list[str]:
    """Which candidates, from the URL; none are all."""
    names = compared.names(candidates)
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
    for gone in _NARROWER.get(name, ()):
        st.query_params.pop(gone, None)
    st.session_state.pop("compare-rows", None)
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
    rows = st.session_state.setdefault("compare-rows", _ROWS)
    shown = found.model_copy(update={"candidates": found.candidates[-rows:]})
    if earlier := len(found.candidates) - len(shown.candidates):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"The {rows} who completed last, of {len(found.candidates)}.", width="content")
            st.button(
                f"Show {min(_ROWS, earlier)} earlier",
                icon=":material/expand_less:",
                on_click=lambda: st.session_state.update({"compare-rows": rows + _ROWS}),
            )
    st.html(compared.table(shown))
    if why := compared.reasons(shown):
        with st.expander("Why some scores cannot be held beside the others as they are", icon=":material/info:"):
            st.html(why)
    if found.more:
        st.caption(f"Compared: the {MAX_COMPARED} who completed last.")


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
of_version = pick_version(everybody)
chosen = pick_candidates(of_version) if of_version else []
among = chosen or [one.interview_id for one in of_version]
with needed():
    whole = len(among) == len(everybody.candidates)
    found = everybody if whole else service().comparisons.of_position(actor, position_id, among)
if found.candidates:
    scores(found)
    side_by_side(actor, found, chosen)
elif not everybody.rate_first:
    st.subheader("Nobody has completed this interview yet")
    st.write("Candidates stand here as soon as they have finished. Archived interviews do not.")
to_rate(everybody.rate_first)
