"""Rates by category with their bounds: a chart and a table; every flag in words."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from interview.statistics.audit_layout import remark, table_title
from interview.statistics.impact import FOUR_FIFTHS, SMALL_SAMPLE, Group, RateTable
from interview.statistics.withholding import FEWEST

Spec = dict[str, Any]

_LINE, _LIMIT, _TEXT = "#3A7FB5", "#B5542A", "currentColor"
_AXIS: Spec = {"labelColor": _TEXT, "titleColor": _TEXT, "labelFlush": False, "grid": False}
_HEADING: Spec = {
    "title": None, "ticks": False, "domain": False, "labelAlign": "left", "labelPadding": 0, "labelOffset": -40,
    "labelLimit": 330, "labelFontSize": 13, "labelColor": _TEXT, "labelExpr": "split(datum.label, '\\n')",
    "labelLineHeight": 16, "labelBaseline": "top", "zindex": 1,
}  # fmt: skip
"""A row's heading stands above it from the left edge: beside it, it would leave a phone no room."""
_ROW_PIXELS, _AROUND_PIXELS = 74, 70
_TALL = 66
"""A row's pixels; from 64 on its words are broken into lines."""
_NAMES = {"selection": ("Selected", "Selection rate"), "scoring": ("Above the median", "Scoring rate")}


def rates(table: RateTable) -> None:
    """One table: its chart, its figures, and who is not in it."""
    st.subheader(table_title(table), anchor=False)
    if not table.groups:
        st.caption(f"Nobody in a category. {_unknown(table)}")
        return
    shown = [group for group in table.groups if group.rate is not None]
    key = f"{table.kind}_{'_'.join(table.by)}"
    if shown:
        best = max((group.rate for group in shown if group.part == "compared" and group.rate is not None), default=0.0)
        st.vega_lite_chart(_points(shown), _spec(table, best, len(shown)), alt=_in_words(table), key=f"rates_{key}")
    st.dataframe(
        pd.DataFrame([_row(table, group) for group in table.groups]),
        hide_index=True,
        height="content",
        row_height=_TALL,
        column_config=_columns(table),
        placeholder="",
        alt=f"{table_title(table)}: people, rates, impact ratios and remarks",
        key=f"figures_{key}",
    )
    st.caption(_unknown(table))


def _unknown(table: RateTable) -> str:
    if not table.unknown:
        return f"All {table.n:,} people are in the table."
    who = "person is" if table.unknown == 1 else "people are"
    return f"{table.unknown:,} {who} in none of these categories, since they did not say; {table.n:,} are in the table."


def _row(table: RateTable, group: Group) -> dict[str, object]:
    positive, rate = _NAMES[table.kind]
    return {
        "Category": group.short_name,
        "People": group.n,
        positive: group.positive,
        rate: None if group.rate is None else 100 * group.rate,
        "Impact ratio": in_digits(group),
        "Remark": remark(group),
        "Rate, 95 %": _between(group.rate_low, group.rate_high, percent=True),
        "Ratio, 95 %": _between(group.ratio_low, group.ratio_high),
        "p": group.p_value,
    }


def in_digits(group: Group) -> str:
    """With as many digits as it takes to tell it from four fifths, of which it may be just short: 0.7996."""
    ratio = group.impact_ratio
    if ratio is None:
        return ""
    digits = next((n for n in range(2, 6) if (round(ratio, n) < FOUR_FIFTHS) == group.flagged), 6)
    return f"{ratio:.{digits}f}"


def _between(low: float | None, high: float | None, *, percent: bool = False) -> str:
    if low is None or high is None:
        return ""
    return f"{low:.0%} to {high:.0%}" if percent else f"{low:.2f} to {high:.2f}"


def _columns(table: RateTable) -> dict[str, Any]:
    positive, rate = _NAMES[table.kind]
    column = st.column_config
    return {
        "Category": column.TextColumn(pinned=True, width=90 if table.by == ("sex",) else 160),
        "People": column.NumberColumn(width=65),
        positive: column.NumberColumn(
            width=80 if table.kind == "selection" else 140,
            help=f"Empty where fewer than {FEWEST} people are in the category.",
        ),
        rate: column.NumberColumn(format="%.1f%%", width=106),
        "Impact ratio": column.TextColumn(
            width=102, alignment="right", help="The rate, divided by the highest rate of a category in the table."
        ),
        "Remark": column.TextColumn(width=205),
        "Rate, 95 %": column.TextColumn(width=110, help="Bounds of the rate, from 2,000 resamples of the people."),
        "Ratio, 95 %": column.TextColumn(width=110, help="Bounds of the ratio, from the same resamples."),
        "p": column.NumberColumn(
            format="%.3f",
            width=70,
            help="Fisher's exact test, two-sided, against the category with the highest rate. Under 0.05: unlikely to "
            f"be chance alone. Under {SMALL_SAMPLE} people in both, it can hardly find anything.",
        ),
    }


def _points(shown: list[Group]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "heading": f"{group.short_name}\n{group.positive} of {group.n}, {group.rate or 0:.0%}"
                + (", under four fifths" if group.flagged else ""),
                "rate": 100 * (group.rate or 0.0),
                "low": 100 * (group.rate_low or 0.0),
                "high": 100 * (group.rate_high or 0.0),
                "shape": "in the ratios" if group.part == "compared" else "left out of the ratios",
            }
            for group in shown
        ]
    )


def _spec(table: RateTable, best: float, rows: int) -> Spec:
    def number(field: str, title: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": title}

    rate = _NAMES[table.kind][1]
    title = f"{rate} (%), with bounds of 95 %"
    x = {**number("low", title), "scale": {"domain": [0, 100]}, "axis": {"tickCount": 5, **_AXIS}}
    tooltip = [
        {"field": "heading", "type": "nominal", "title": "Category"},
        *(
            {**number(name, title), "format": ".1f"}
            for name, title in (("rate", rate), ("low", "From"), ("high", "To"))
        ),
    ]
    compared = {"test": "datum.shape == 'in the ratios'", "value": 1}
    bounds = {"mark": {"type": "rule", "strokeWidth": 3, "color": _LINE}, "encoding": {"x": x, "x2": {"field": "high"}}}
    points = {
        "mark": {"type": "point", "size": 110, "stroke": _LINE, "fill": _LINE, "strokeWidth": 2, "opacity": 1},
        "encoding": {
            "x": number("rate", title),
            "fillOpacity": {"condition": compared, "value": 0},
            "tooltip": tooltip,
        },
    }
    limit = {
        "transform": [{"calculate": f"{100 * FOUR_FIFTHS * best}", "as": "limit"}],
        "mark": {"type": "tick", "orient": "vertical", "size": 16, "thickness": 3, "opacity": 1, "color": _LIMIT},
        "encoding": {"x": number("limit", title)},
    }
    return {
        "encoding": {"y": {"field": "heading", "type": "nominal", "sort": None, "axis": _HEADING}},
        "layer": [bounds, points, *([limit] if best else [])],
        "height": _ROW_PIXELS * rows + _AROUND_PIXELS,
    }


def _in_words(table: RateTable) -> str:
    lines = (
        f"{group.name}: {group.rate:.0%} ({_between(group.rate_low, group.rate_high, percent=True)}) of {group.n}"
        for group in table.groups
        if group.rate is not None
    )
    return f"{table_title(table)}. " + "; ".join(lines)
