"""The score rows: the table, what its columns mean, and the files of rows and figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from interview.access import Actor
from interview.analytics import COLUMNS, ScoreRow
from interview.exports import Table, score_rows_csv, score_rows_json, score_rows_xlsx, table_csv, tables_xlsx
from interview.records import MAX_ROWS, ScoreFilter
from interview.statistics.figures import Figures, figure_tables
from pages.analyst.parts.filters import counted
from pages.components.service import service

TABLE_ROWS = 1_000
"""As many as the table shows."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

TITLES = {
    "interview_id": "Interview",
    "competency": "Competency",
    "score": "Score",
    "overall_score": "Overall score",
    "criteria_assessed": "Criteria assessed",
    "criteria_total": "Criteria",
    "rubric_filled": "Rubric filled",
    "scored_at": "Scored at (UTC)",
    "role_title": "Role title",
    "standing": "Counts",
    "source": "Scored by",
    "reviewer_id": "Reviewer",
    "engine": "Engine",
    "model": "Model",
    "prompt": "Prompts",
    "rubric": "Rubric",
    "application": "Candor",
    "candidate_id": "Candidate",
    "position_id": "Position",
    "session_id": "Session",
    "scorecard_id": "Scorecard",
}
"""The table's columns in its order, as people read them."""


def table(rows: Sequence[ScoreRow]) -> None:
    cut = len(rows) == TABLE_ROWS
    shown = f"The newest {TABLE_ROWS:,} rows" if cut else f"{counted(len(rows), 'row')}, newest first"
    more = f" A file has up to {MAX_ROWS:,}." if cut else ""
    st.caption(f"{shown}: one per scorecard and competency.{more}")
    st.dataframe(
        pd.DataFrame([row.model_dump() for row in rows], columns=list(COLUMNS)),
        hide_index=True,
        column_order=list(TITLES),
        column_config={name: column(name) for name in TITLES},
        alt="Score rows, one per scorecard and competency",
    )


def column(name: str) -> Any:
    """How a column is shown: read as people read it, explained by the row's own description."""
    head: dict[str, Any] = {"label": TITLES[name], "help": ScoreRow.model_fields[name].description}
    if name in ("score", "overall_score"):
        return st.column_config.ProgressColumn(**head, min_value=0, max_value=5, format="%.2f", width=130)
    if name == "scored_at":
        return st.column_config.DatetimeColumn(**head, format="YYYY-MM-DD HH:mm", timezone="UTC")
    if name in ("standing", "rubric_filled"):
        return st.column_config.CheckboxColumn(**head)
    if name in ("criteria_assessed", "criteria_total"):
        return st.column_config.NumberColumn(**head)
    if name == "interview_id":
        return st.column_config.TextColumn(**head, pinned=True, width=140)  # a phone has room for the score
    return st.column_config.TextColumn(**head)


def dictionary() -> None:
    with st.expander("What the columns mean", icon=":material/menu_book:"):
        lines = [f"- **{TITLES[name]}** (`{name}`): {ScoreRow.model_fields[name].description}." for name in TITLES]
        st.markdown("\n".join(lines))
        st.caption("The names in brackets are those of the files and of GET /api/scores.")


def files(actor: Actor, wanted: ScoreFilter, figures: Figures) -> None:
    """Everything of the filter as files; the rows, all of them, are read when somebody asks for one."""
    whole = wanted.model_copy(update={"limit": MAX_ROWS})
    with st.grid(2, min_column_width=300) as grid:
        with grid.cell(), st.container(horizontal=True):
            for kind, mime, write in (
                ("csv", "text/csv", score_rows_csv),
                ("xlsx", XLSX, score_rows_xlsx),
                ("json", "application/json", score_rows_json),
            ):
                offer(f"Rows as {kind.upper()}", f"scores.{kind}", mime, partial(rows_file, actor, whole, write))
        with grid.cell(), st.container(horizontal=True):
            tables = {table.name: table for table in figure_tables(figures)}
            offer("Figures as XLSX", "figures.xlsx", XLSX, partial(tables_xlsx, list(tables.values())))
            offer("Figures as JSON", "figures.json", "application/json", partial(figures_json, figures))
            with st.popover("Figures as CSV", icon=":material/download:"):
                for name, each in tables.items():
                    one_csv(name, each)


def one_csv(name: str, table: Table) -> None:
    offer(name, f"{name.lower().replace(' ', '-')}.csv", "text/csv", partial(table_csv, table))


def offer(label: str, name: str, mime: str, write: Callable[[], str | bytes]) -> None:
    st.download_button(
        label,
        data=write,
        file_name=name,
        mime=mime,
        icon=":material/download:",
        key=f"file_{name}",
        on_click="ignore",
    )


def rows_file(actor: Actor, wanted: ScoreFilter, write: Callable[..., str | bytes]) -> str | bytes:
    rows = service().analytics.score_rows(actor, wanted)
    return write([row.model_dump() for row in rows], COLUMNS)


def figures_json(figures: Figures) -> str:
    return figures.model_dump_json(indent=2) + "\n"
