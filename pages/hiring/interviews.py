"""The interviews, newest change first: what the hiring team lands on. Its filters stand in the URL."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pandas as pd
import streamlit as st

from interview.access import Actor
from interview.positions import PositionSummary
from interview.records import InterviewCounts, InterviewFilter, InterviewState, InterviewSummary
from pages.components.guard import staff
from pages.components.problems import needed
from pages.components.service import service
from pages.components.times import moment, zone
from pages.hiring.parts.wording import STATES

PAGE = 50
"""Interviews that one "Show more" adds."""

_FILTERS = ("position", "state", "name", "archived")
_HIGHEST = 5


def _from_url(positions: list[PositionSummary]) -> InterviewFilter:
    """What the URL asks for; a value that is none is dropped from it. The widgets follow it."""
    query = st.query_params
    if query.get("state") not in (None, *get_args(InterviewState)):
        del query["state"]
    if query.get("position") not in (None, *(known.position_id for known in positions)):
        del query["position"]
    archived = query.get("archived") == "yes"
    for name in ("position", "state", "name"):
        st.session_state[f"filter-{name}"] = query.get(name, "")[:200]
    st.session_state["filter-archived"] = archived
    return InterviewFilter(
        position_id=query.get("position"),
        state=query.get("state"),
        name=query.get("name", "")[:200],
        archived=None if archived else False,
    )


def _to_url(name: str) -> None:
    value = st.session_state[f"filter-{name}"]
    if value:
        st.query_params[name] = "yes" if value is True else value
    else:
        st.query_params.pop(name, None)
    st.session_state.pop("shown", None)


def _clear() -> None:
    for name in _FILTERS:
        st.query_params.pop(name, None)
    st.session_state.pop("shown", None)


def _titles(positions: list[PositionSummary]) -> dict[str, str]:
    """Positions by id; those of the same title are told apart by when they were made."""
    often = Counter(known.role_title for known in positions)
    return {
        known.position_id: known.role_title
        + (f", made {moment(known.created_at)}" if often[known.role_title] > 1 else "")
        for known in positions
    }


def _widgets(positions: list[PositionSummary]) -> None:
    titles = _titles(positions)
    name, position, state, archived = st.columns([3, 3, 3, 2], vertical_alignment="bottom")
    name.text_input(
        "Candidate's name",
        type="search",
        max_chars=200,
        icon=":material/search:",
        key="filter-name",
        on_change=_to_url,
        args=("name",),
    )
    position.selectbox(
        "Position",
        ["", *titles],
        format_func=lambda chosen: titles[chosen] if chosen else "All positions",
        key="filter-position",
        on_change=_to_url,
        args=("position",),
    )
    state.selectbox(
        "Status",
        ["", *STATES],
        format_func=lambda chosen: STATES[chosen].words if chosen else "Every status",
        key="filter-state",
        on_change=_to_url,
        args=("state",),
    )
    archived.toggle("Archived too", key="filter-archived", on_change=_to_url, args=("archived",))


def _read(actor: Actor, wanted: InterviewFilter) -> tuple[list[InterviewSummary], bool]:
    """The interviews to show, and whether there are more."""
    found: list[InterviewSummary] = []
    cursor = None
    for _ in range(st.session_state.setdefault("shown", 1)):
        page, cursor = service().interviews.list(actor, PAGE, cursor, wanted)
        found += page
        if cursor is None:
            break
    return found, cursor is not None


def _where_they_stand(counts: InterviewCounts) -> str:
    """One line: how many interviews are how far, and what candidates wait for."""
    parts = [f"{counts.by_state[state]} {STATES[state].words.lower()}" for state in STATES if state in counts.by_state]
    if waiting := counts.open_adjustments:
        parts.append("1 request waits for an answer" if waiting == 1 else f"{waiting} requests wait for an answer")
    return " · ".join(parts)


def _table(found: list[InterviewSummary]) -> pd.DataFrame:
    """Without columns in which nothing stands: names need the room."""
    here = zone()
    table = pd.DataFrame(
        {
            "Candidate": [f":material/chevron_right: {one.candidate_name or 'Without a name'}" for one in found],
            "Status": [
                f"{STATES[one.state].sign} {STATES[one.state].words}{', archived' if one.archived else ''}"
                for one in found
            ],
            "Role": [one.role_title for one in found],
            "Questions": [100 * one.questions_done / max(one.questions_total, 1) for one in found],
            "Score": pd.Series([one.overall_score or None for one in found], dtype="float64"),
            "Requests": [str(one.open_adjustments) if one.open_adjustments else "" for one in found],
            "Last change": [one.updated_at.astimezone(here) for one in found],
        }
    )
    bare = {"Score": table["Score"].isna().all(), "Requests": not table["Requests"].any()}
    return table.drop(columns=[name for name, nothing in bare.items() if nothing])


def _choose(found: list[InterviewSummary]) -> None:
    """For the table's callback: remember which interview was chosen; the page leads on to it."""
    st.session_state["chosen"] = found[st.session_state["name-clicked"].row].interview_id


def _list(found: list[InterviewSummary], *, blind: bool) -> None:
    """`blind`: the reader sees scores only of those whom they have rated."""
    column = st.column_config
    st.dataframe(
        _table(found),
        hide_index=True,
        height="content",
        alt="Interviews",
        column_config={
            "Candidate": column.ButtonColumn(
                width=230, type="tertiary", alignment="left", key="name-clicked", on_click=_choose, args=(found,)
            ),
            "Status": column.TextColumn(width=115),
            "Role": column.TextColumn(width=180),
            "Questions": column.ProgressColumn(
                width=90,
                format="%.0f%%",
                min_value=0,
                max_value=100,
                help="Of those that everybody is asked: answered or skipped.",
            ),
            "Score": column.ProgressColumn(
                width=90,
                format="%.1f",
                min_value=0,
                max_value=_HIGHEST,
                help="Of 5; empty until scored. An aid: people decide.",
            ),
            "Requests": column.TextColumn(width=70, help="What candidates asked for and nobody answered yet."),
            "Last change": column.DatetimeColumn(width=100, format="D MMM YYYY"),
        },
    )
    scores = " Scores of an interview open once you have rated it." if blind else ""
    st.caption(f"A name opens the interview.{scores}")


def _empty(*, filtered: bool, hidden: bool) -> None:
    if filtered:
        st.write("No interview fits these filters.")
        st.button("Clear the filters", icon=":material/filter_alt_off:", on_click=_clear)
        return
    st.subheader("There are no interviews yet")
    st.write(
        "An interview is made from a résumé and a job description. The system plans the questions, you read and "
        "approve them, and the candidate gets a link."
    )
    st.page_link("pages/hiring/upload.py", label="Make one", icon=":material/upload_file:")
    if hidden:
        st.caption("What has been put away appears with “Archived too”.")


actor = staff("administrator", "hiring")
if chosen := st.session_state.pop("chosen", None):
    st.switch_page("pages/hiring/interview.py", query_params={"interview": chosen})

with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.title("Interviews", width="content")
    if st.button("New interviews", icon=":material/add:", type="primary"):
        st.switch_page("pages/hiring/upload.py")

with needed():
    positions = service().positions.list(actor)
    wanted = _from_url(positions)
    found, more = _read(actor, wanted)
    counts = service().interviews.counts(actor, wanted)

filtered = wanted != InterviewFilter(archived=False)
if positions:
    _widgets(positions)
if standing := _where_they_stand(counts):
    st.caption(standing)
if found:
    _list(found, blind=actor.role == "hiring")
else:
    _empty(filtered=filtered, hidden=bool(positions))
if more:
    st.button(
        "Show more",
        icon=":material/expand_more:",
        on_click=lambda: st.session_state.update(shown=st.session_state["shown"] + 1),
    )
