"""Scores on a page, in figures and in words: drawn anew from the newest snapshot, never appended to."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from interview.models import SCALE, CompetencySummary, CriterionSummary
from interview.policy import STRONG, THIN

_HIGHEST = SCALE[1]
_ROW_HEIGHT = 66
"""Pixels: three lines of a rationale. Streamlit wraps words from 65 on; a click opens the whole cell."""


def overall(score: float) -> None:
    """The overall score as a figure; 0.0 means that there is none yet."""
    st.metric(
        "Overall score",
        f"{score:.1f} of {_HIGHEST:.0f}" if score else "No score",
        border=True,
        help="The mean over the competencies that have at least one assessed criterion, on a scale of 1 to 5.",
    )


def score_table(competencies: Sequence[CompetencySummary]) -> None:
    """Every competency's total, and below it every criterion with weight, level, standing in words and rationale."""
    if not competencies:
        st.caption("There are no scores yet. They appear here after the first answer about a competency.")
        return
    st.dataframe(
        _totals(competencies),
        hide_index=True,
        height="content",
        alt="Totals by competency",
        column_config={
            "Competency": st.column_config.TextColumn(width=150),
            "Total": _level("Total", "The weighted mean of the assessed criteria, 1 to 5; empty before any."),
            "Assessed": st.column_config.TextColumn(width=80, help="Criteria with a level."),
        },
    )
    st.dataframe(
        _criteria(competencies),
        hide_index=True,
        height="content",
        row_height=_ROW_HEIGHT,
        alt="Scores by criterion",
        column_config={
            "Competency": st.column_config.TextColumn(width=140),
            "Criterion": st.column_config.TextColumn(width=130),
            "Weight": st.column_config.NumberColumn(
                format="percent", width=65, help="The criterion's share of its competency's total."
            ),
            "Level": _level("Level", "1 to 5; empty where there is none, and the standing says why."),
            "Standing": st.column_config.TextColumn(width=115),
            "Rationale": st.column_config.TextColumn(width=270),
        },
    )


def standing(criterion: CriterionSummary) -> str:
    """What the level means in words: not asked yet, asked without evidence and weak are three different things."""
    if criterion.status == "not_assessed":
        return "Not assessed yet"
    if criterion.status == "insufficient_evidence":
        return "No evidence found"
    if criterion.latest_score < THIN:
        return "Low level"
    return "High level" if criterion.latest_score >= STRONG else "Middle level"


def _totals(competencies: Sequence[CompetencySummary]) -> pd.DataFrame:
    assessed = [sum(one.status == "assessed" for one in row.criteria) for row in competencies]
    return pd.DataFrame(
        {
            "Competency": [row.competency for row in competencies],
            "Total": pd.Series(
                [row.total_score if some else None for row, some in zip(competencies, assessed, strict=True)],
                dtype="float64",
            ),
            "Assessed": [f"{some} of {len(row.criteria)}" for row, some in zip(competencies, assessed, strict=True)],
        }
    )


def _criteria(competencies: Sequence[CompetencySummary]) -> pd.DataFrame:
    rows = [(row, one) for row in competencies for one in row.criteria]
    sums = {row.competency: sum(one.weight for one in row.criteria) for row in competencies}
    return pd.DataFrame(
        {
            "Competency": [row.competency for row, _ in rows],
            "Criterion": [one.criterion for _, one in rows],
            "Weight": [one.weight / sums[row.competency] for row, one in rows],
            "Level": pd.Series(
                [one.latest_score if one.status == "assessed" else None for _, one in rows], dtype="float64"
            ),
            "Standing": [standing(one) for _, one in rows],
            "Rationale": [one.rationale for _, one in rows],
        }
    )


def _level(label: str, meaning: str) -> ColumnConfig:
    return st.column_config.ProgressColumn(
        label, format="%.1f", min_value=0, max_value=_HIGHEST, width=95, help=meaning
    )
