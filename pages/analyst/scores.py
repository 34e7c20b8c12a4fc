"""What the scores of many interviews come to, and the rows behind it. The URL holds the filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from interview.access import HIRING_ROLES, Actor
from interview.analytics import (
    COLUMNS,
    SMALL_SAMPLE,
    Distribution,
    ScoreReport,
    ScoreRow,
    TrendPoint,
)
from interview.exports import score_rows_csv, score_rows_xlsx
from interview.records import MAX_ROWS, ScoreFilter
from pages.analyst.parts.filters import clear, counted, filters
from pages.components import charts
from pages.components.guard import staff
from pages.components.problems import needed
from pages.components.service import service
from pages.components.text import escaped

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
    "newest": "Newest",
    "source": "Scored by",
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


def nothing_scored(actor: Actor) -> None:
    st.subheader("No interview has been scored yet")
    st.write("A scorecard is written when a candidate finishes an interview. It then shows here at once.")
    if actor.role in HIRING_ROLES:
        st.page_link("pages/hiring/upload.py", label="Create interviews", icon=":material/upload_file:")


def nothing_matches() -> None:
    st.subheader("No scores match this filter")
    st.write("Widen the range of days, or take one of the choices back.")
    st.button("Clear the filter", icon=":material/filter_alt_off:", on_click=clear)


def figures(report: ScoreReport) -> None:
    totals = report.totals
    with st.grid(4, min_column_width=150):
        st.metric("Interviews scored", f"{totals.interviews:,}", border=True, help="Interviews that have a scorecard.")
        st.metric("Scorecards", f"{totals.scorecards:,}", border=True, help="Those of rehearsals do not count.")
        st.metric(
            "Overall mean",
            f"{totals.mean_overall:.2f}" if totals.mean_overall else "None",
            border=True,
            help="The mean of the scorecards' overall scores, 1 to 5. Those without any score do not count.",
        )
        st.metric(
            "Criteria assessed",
            f"{totals.share_assessed:.0%}",
            border=True,
            help=f"{totals.criteria_assessed:,} of {totals.criteria_total:,} have a score with evidence.",
        )


def by_level(found: Sequence[Distribution], *, mixed: bool) -> None:
    st.subheader("Scores by competency")
    st.caption(
        "Each bar is all scorecards with that competency, by level from 1 to 5 (halves rounded up); n counts them. "
        "The mean leaves out what was not assessed."
        + (" Competencies of the same name are taken together across positions." if mixed else "")
    )
    charts.distribution(found)
    few = [escaped(each.competency) for each in found if each.scored < SMALL_SAMPLE]
    if few:
        which = "every competency here" if len(few) == len(found) else ", ".join(few)
        st.caption(f"Small samples: under {SMALL_SAMPLE} scores for {which}. Read them one by one, not as a pattern.")


def over_time(points: Sequence[TrendPoint]) -> None:
    st.subheader("Weekly means")
    if len({each.week for each in points}) < 2:
        st.caption("A trend takes scores from at least two weeks. Widen the range of days, or come back next week.")
        return
    few = any(each.n < charts.FEW_A_WEEK for each in points)
    many = len({each.competency for each in points}) > charts.MAX_TRENDS
    st.caption(
        "The mean of a competency's scores in a week (Monday to Sunday, UTC), 1 to 5."
        + (f" Hollow points are of fewer than {charts.FEW_A_WEEK} scores and may be chance." if few else "")
        + (f" Shown: the {charts.MAX_TRENDS} competencies with the most scores." if many else "")
    )
    charts.trends(points)


def table(report: ScoreReport) -> None:
    st.subheader("Score rows")
    shown, there = len(report.rows), report.totals.rows
    whole = "all of them" if there <= MAX_ROWS else f"the newest {MAX_ROWS:,}"
    more = f" Shown: the newest {shown:,}; a download has {whole}." if shown < there else ""
    st.caption(f"{counted(there, 'row')}, newest first: one per scorecard and competency.{more}")
    st.dataframe(
        pd.DataFrame([row.model_dump() for row in report.rows], columns=list(COLUMNS)),
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
    if name in ("newest", "rubric_filled"):
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
        st.caption("The names in brackets are those of the downloads and of GET /api/scores.")


def downloads(actor: Actor, wanted: ScoreFilter) -> None:
    """The rows of the filter, all of them; read when somebody asks for the file."""
    whole = wanted.model_copy(update={"limit": MAX_ROWS})
    with st.container(horizontal=True):
        for kind, mime, write in (("csv", "text/csv", score_rows_csv), ("xlsx", XLSX, score_rows_xlsx)):
            st.download_button(
                f"Download {kind.upper()}",
                data=partial(file, actor, whole, write),
                file_name=f"scores.{kind}",
                mime=mime,
                icon=":material/download:",
                key=f"scores_{kind}",
                on_click="ignore",
            )


def file(actor: Actor, wanted: ScoreFilter, write: Callable[..., str | bytes]) -> str | bytes:
    rows = service().analytics.score_rows(actor, wanted)
    return write([row.model_dump() for row in rows], COLUMNS)


actor = staff("analyst", "administrator", "hiring")
st.title("Scores")
st.caption(
    "Scores rest on words from the transcripts and help people decide; they decide nothing. Those of the embedded "
    "engine are a reading aid, not a measurement: docs/embedded_engine.md says how far to trust them. Ids stand "
    "for names."
)
with needed():
    choices = service().analytics.choices(actor)
if not choices:
    nothing_scored(actor)
    st.stop()
wanted = filters(choices)
with needed():
    report = service().analytics.report(actor, wanted)
if report.rows:
    figures(report)
    by_level(report.distribution, mixed=wanted.position_id is None and len(choices) > 1)
    over_time(report.trend)
    table(report)
    downloads(actor, wanted)
else:
    nothing_matches()
dictionary()
