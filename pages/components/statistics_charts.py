"""Charts of questions and of raters, as Vega-Lite specifications; each is told in words to screen readers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from interview.agreement import ENOUGH, CompetencyAgreement, MonthAgreement
from interview.statistics.item_analysis import QuestionStatistic
from interview.statistics.question_findings import FEW, TELLS_APART

Spec = dict[str, Any]
"""A part of a Vega-Lite specification."""

_TEXT, _LINE, _GREY = "currentColor", "#3A7FB5", "#8A949C"
_AXIS: Spec = {"labelColor": _TEXT, "titleColor": _TEXT, "labelFlush": False}
_HEIGHT, _ROW_PIXELS, _AROUND_PIXELS = 320, 44, 70
_MARGIN = 0.04
"""Of kappa, beside the ends of the scale: an interval that ends there is seen to end."""
FEW_PAIRS_A_MONTH = 20
"""A month's kappa of fewer pairs is drawn as a hollow point."""


def questions(found: Sequence[tuple[int, QuestionStatistic]]) -> None:
    """A numbered point per question that has both figures: its mean level, and how well it tells candidates apart."""
    shown = [(number, each, each.discrimination.r) for number, each in found if each.discrimination and each.mean]
    table = pd.DataFrame(
        {
            "number": str(number),
            "mean": each.mean,
            "r": r,
            "question": each.question,
            "n": each.pairs,
        }
        for number, each, r in shown
    )
    lowest = min([-0.2, *(r - 0.1 for _, _, r in shown)])
    x = {**_number("mean", "Mean level (right: easier)"), "scale": {"domain": [1, 5]}}
    y = {**_number("r", "Discrimination (r)"), "scale": {"domain": [lowest, 1]}, "axis": _AXIS}
    tooltip = [_name("question", "Question"), _decimal("mean", "Mean level"), _decimal("r", "r"), _number("n", "n")]
    points = {
        "mark": {"type": "point", "size": 420, "stroke": _LINE, "strokeWidth": 2, "opacity": 1},
        "encoding": {
            "tooltip": tooltip,
            "strokeDash": {"condition": {"test": f"datum.n < {FEW}", "value": [3, 3]}, "value": [1, 0]},
        },
    }
    names = {"mark": {"type": "text", "color": _TEXT, "fontWeight": 600}, "encoding": {"text": _name("number")}}
    spec = {
        "layer": [
            _line_at("y", TELLS_APART),
            {
                "encoding": {"x": {**x, "axis": {**_AXIS, "values": [1, 2, 3, 4, 5]}}, "y": y},
                "layer": [points, names],
            },
        ],
        "height": _HEIGHT,
    }
    words = "; ".join(f"question {number}: mean {each.mean:.1f}, r {r:.2f}" for number, each, r in shown)
    st.vega_lite_chart(table, spec, alt=f"Mean level and discrimination. {words}", key="question_points")


def kappas(found: Sequence[CompetencyAgreement], key: str) -> None:
    """A point per competency on the scale of kappa, its interval as a line through it."""
    rows = [(each.competency, each.figures.pairs, each.figures.kappa) for each in found]
    table = pd.DataFrame(
        {"competency": name, "kappa": kappa.value, "low": kappa.low, "high": kappa.high, "pairs": pairs}
        for name, pairs, kappa in rows
        if kappa
    )
    if table.empty:
        return
    lowest = min(-0.2, *(kappa.value if kappa.low is None else kappa.low for _, _, kappa in rows if kappa))
    scale = {"domain": [lowest - _MARGIN, 1 + _MARGIN], "nice": False}
    labels = {**_AXIS, "title": None, "labelLimit": 150, "ticks": False, "domain": False}
    tooltip = [
        _name("competency", "Competency"), _decimal("kappa", "Kappa"), _decimal("low", "From"), _decimal("high", "To"),
        _number("pairs", "Pairs"),
    ]  # fmt: skip
    y = {**_name("competency"), "axis": labels, "sort": None}
    axis = {**_AXIS, "tickCount": 5}
    x = {**_number("kappa", "Weighted kappa"), "scale": scale, "axis": axis}
    whiskers = {
        "mark": {"type": "rule", "color": _LINE, "strokeWidth": 2},
        "encoding": {
            "x": {**_number("low", "Weighted kappa"), "scale": scale, "axis": axis},
            "x2": {"field": "high"},
            "y": y,
        },
    }
    points = {
        "mark": {"type": "point", "filled": True, "size": 90, "color": _LINE, "opacity": 1},
        "encoding": {"x": x, "y": y, "tooltip": tooltip},
    }
    spec = {"layer": [_line_at("x", ENOUGH), whiskers, points], "height": _ROW_PIXELS * len(table) + _AROUND_PIXELS}
    words = "; ".join(f"{name}: {_interval(kappa)}" for name, _, kappa in rows if kappa)
    st.vega_lite_chart(table, spec, alt=f"Weighted kappa by competency. {words}", key=f"{key}_kappas")


def months(found: Sequence[MonthAgreement], key: str) -> None:
    """Kappa by month as a line with points; hollow ones are of few pairs."""
    shown = [(each, each.kappa) for each in found if each.kappa is not None]
    table = pd.DataFrame({"month": f"{each.month:%b %Y}", "kappa": kappa, "pairs": each.pairs} for each, kappa in shown)
    enough = {"test": f"datum.pairs >= {FEW_PAIRS_A_MONTH}", "value": 1}
    lowest = min([0.0, *(kappa - 0.1 for _, kappa in shown)])
    points = {
        "mark": {"type": "point", "size": 80, "stroke": _LINE, "fill": _LINE, "strokeWidth": 2, "opacity": 1},
        "encoding": {
            "fillOpacity": {"condition": enough, "value": 0},
            "tooltip": [_name("month", "Month"), _decimal("kappa", "Kappa"), _number("pairs", "Pairs")],
        },
    }
    x = {**_name("month"), "type": "ordinal", "sort": None, "title": None, "axis": {**_AXIS, "labelAngle": 0}}
    y = {**_number("kappa", "Weighted kappa"), "scale": {"domain": [max(-1.0, lowest), 1]}, "axis": _AXIS}
    spec = {
        "layer": [
            _line_at("y", ENOUGH),
            {"encoding": {"x": x, "y": y}, "layer": [{"mark": {"type": "line", "color": _LINE}}, points]},
        ],
        "height": 220,
    }
    words = "; ".join(f"{each.month:%B %Y}: {kappa:.2f} of {each.pairs} pairs" for each, kappa in shown)
    st.vega_lite_chart(table, spec, alt=f"Weighted kappa by month. {words}", key=f"{key}_months")


def _interval(kappa: Any) -> str:
    return f"{kappa.value:.2f}" + (f" ({kappa.low:.2f} to {kappa.high:.2f})" if kappa.low is not None else "")


def _line_at(channel: str, value: float) -> Spec:
    """A dashed line across the chart at a value of one axis."""
    return {
        "mark": {"type": "rule", "color": _GREY, "strokeDash": [5, 4], "strokeWidth": 1.5},
        "encoding": {channel: {"datum": value}},
    }


def _name(field: str, title: str | None = None) -> Spec:
    return {"field": field, "type": "nominal"} | ({"title": title} if title else {})


def _number(field: str, title: str | None = None) -> Spec:
    return {"field": field, "type": "quantitative"} | ({"title": title} if title else {})


def _decimal(field: str, title: str) -> Spec:
    return {**_number(field, title), "format": ".2f"}
