"""What the scores of many interviews come to, and the rows behind it. The URL holds the filter.

Not for the hiring role: a reviewer rates first, and figures over a position tell of scores that are still to be given.
"""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.records import FigureFilter
from interview.statistics.figures import Figures
from pages.analyst.parts import panels, rows
from pages.analyst.parts.filters import clear, filters, standing_only
from pages.components.guard import staff
from pages.components.problems import needed
from pages.components.service import service


def nothing_held(actor: Actor) -> None:
    st.subheader("There are no interviews yet")
    st.write("What candidates are invited to, finish and score shows here at once.")
    if actor.role == "administrator":
        st.page_link("pages/hiring/upload.py", label="Create interviews", icon=":material/upload_file:")


def nothing_matches() -> None:
    st.subheader("Nothing matches this filter")
    st.write("Nobody was invited and nothing was scored. Widen the range of days, or take a choice back.")
    st.button("Clear the filter", icon=":material/filter_alt_off:", on_click=clear)


def dashboard(figures: Figures, *, mixed: bool) -> None:
    panels.totals(figures)
    panels.funnel(figures.funnel)
    panels.levels(figures.distribution, mixed=mixed)
    panels.over_time(figures.trend)
    with st.grid(2, min_column_width=330) as grid:
        with grid.cell():
            panels.stage_times(figures.stages)
        with grid.cell():
            panels.cost(figures.usage)


def score_rows(actor: Actor, wanted: FigureFilter, figures: Figures) -> None:
    st.subheader("Score rows")
    of_rows = wanted.rows(standing_only=standing_only(), limit=rows.TABLE_ROWS)
    with needed():
        found = service().analytics.score_rows(actor, of_rows)
    rows.table(found)
    rows.files(actor, of_rows, figures)


actor = staff("analyst", "administrator")
st.title("Scores")
st.caption(
    "Scores rest on words from the transcripts and help people decide; they decide nothing. Those of the embedded "
    "engine are a reading aid, not a measurement: docs/embedded_engine.md says how far to trust them. Ids stand "
    "for names."
)
with needed():
    choices = service().analytics.choices(actor)
if not choices:
    nothing_held(actor)
    st.stop()
wanted = filters(choices)
with needed():
    figures = service().analytics.figures(actor, wanted)
if figures.funnel.everything.invited or figures.totals.scorecards or figures.usage:
    dashboard(figures, mixed=wanted.position_id is None and len(choices) > 1)
    score_rows(actor, wanted, figures)
else:
    nothing_matches()
rows.dictionary()
