"""Which scores: the filter's widgets. The URL holds what they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

import streamlit as st

from interview.analytics import PositionChoice
from interview.records import FigureFilter

Option = TypeVar("Option")

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
FILTERS = ("position", "version", "competency", "from", "to", "all")


def filters(choices: Sequence[PositionChoice]) -> FigureFilter:
    """The filter's widgets, and what they say."""
    positions = {each.position_id: each for each in choices}
    titles = [each.role_title for each in choices]
    with st.grid(2, min_column_width=260):
        position = pick(
            "position", "Position", list(positions), lambda id_: position_label(positions[id_], titles), "All positions"
        )
        of = [positions[position]] if position else choices
        names = sorted({name for each in of for name in each.competencies}, key=str.lower)
        competency = pick("competency", "Competency", names, str, "All competencies")
    with st.grid(3, min_column_width=150, vertical_alignment="bottom"):
        version = pick(
            "version", "Plan version", of[0].versions if position else (), lambda number: f"Version {number}",
            "All versions", disabled=not position, help="Versions are counted within a position: choose one first.",
        )  # fmt: skip
        first, last = day("from", "From (UTC)"), day("to", "To, inclusive (UTC)")
    return FigureFilter(position_id=position, version=version, competency=competency, first_day=first, last_day=last)


def pick(
    name: str, label: str, options: Sequence[Option], shown: Callable[[Option], str], every: str, **more: Any
) -> Option | None:
    """A choice from the URL; None is all of them, and so is what the URL says of no option."""
    told = st.query_params.get(name)
    st.session_state[f"scores_{name}"] = next((each for each in options if str(each) == told), None)
    chosen: Option | None = st.selectbox(
        label,
        options,
        index=None,
        placeholder=every,
        format_func=shown,
        key=f"scores_{name}",
        on_change=to_url,
        args=(name,),
        **more,
    )
    return chosen


def day(name: str, label: str) -> date | None:
    """A day from the URL; None is any, and so is what is no day."""
    try:
        told = date.fromisoformat(st.query_params.get(name, ""))
    except ValueError:
        told = None
    st.session_state[f"scores_{name}"] = told if told and FIRST_DAY <= told <= LAST_DAY else None
    return st.date_input(
        label,
        value=None,
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
        format="YYYY-MM-DD",
        key=f"scores_{name}",
        on_change=to_url,
        args=(name,),
    )


def standing_only() -> bool:
    """Whether the rows are those of the figures; the URL says where they are all."""
    st.session_state["scores_all"] = "all" not in st.query_params
    help_ = "Off: also a session's older scorecards, and those that reviewers gave, side by side. Figures never change."
    return st.toggle("Only scorecards that count", key="scores_all", help=help_, on_change=to_url, args=("all",))


def to_url(name: str) -> None:
    """Write a widget's value into the URL, from which the page reads it; another position has other versions."""
    value = st.session_state[f"scores_{name}"]
    if name == "all":
        value = None if value else "yes"
    for gone in ("version", "competency") if name == "position" else ():
        st.query_params.pop(gone, None)
    if value is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = str(value)


def clear() -> None:
    for name in FILTERS:
        st.query_params.pop(name, None)


def position_label(position: PositionChoice, titles: Sequence[str]) -> str:
    """The role title; two positions of one title are told apart by their ids."""
    same = f", {position.position_id}" if titles.count(position.role_title) > 1 else ""
    return f"{position.role_title} ({counted(position.scorecards, 'scorecard')}{same})"


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
