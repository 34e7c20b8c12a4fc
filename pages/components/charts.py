"""Charts over many scores, as Vega-Lite specifications; each is told in words to screen readers.

No meaning by colour alone: levels stand in their order with their counts, means are positions on an axis. Altair would
write the same specifications, and takes a quarter of a second each time to check them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import streamlit as st

from interview.statistics.figures import Distribution, TrendPoint, UsageDay
from pages.components.text import escaped

if TYPE_CHECKING:
    import pandas as pd

Spec = dict[str, Any]
"""A part of a Vega-Lite specification."""

MAX_TRENDS = 6
FEW_A_WEEK = 5
"""A week's mean of fewer scores is drawn as a hollow point."""
_WEEKS_NAMED = 4

_LEVELS = {
    "1": "#D6E8F6",
    "2": "#ABD0EB",
    "3": "#7DB3DC",
    "4": "#4C8FC4",
    "5": "#1F6499",
    "Not assessed": "#98A1A8",
}
"""One hue from light to dark, told apart with colour-blind eyes and on both backgrounds; grey is no level."""
_OUTLINE, _DARK_TEXT, _LIGHT_TEXT, _LINE = "#5F6B75", "#10181F", "#FFFFFF", "#3A7FB5"
_TEXT = "currentColor"
"""The page's own text colour in SVG, in either theme; the charts' default grey is too faint on white."""
_AXIS: Spec = {"labelColor": _TEXT, "titleColor": _TEXT, "labelFlush": False}
_HEADING: Spec = {
    "title": None, "ticks": False, "domain": False, "labelAlign": "left", "labelPadding": 0, "labelOffset": -44,
    "labelLimit": 330, "labelFontSize": 13, "labelColor": _TEXT, "labelExpr": "split(datum.label, '\\n')",
    "labelLineHeight": 16, "labelBaseline": "top", "zindex": 1,
}  # fmt: skip
"""A bar's heading, in two lines above it from the left edge: beside it, it would leave a phone no room."""
_ROW_PIXELS, _AROUND_PIXELS, _COURSE_PIXELS = 76, 90, 190
_READABLE_SHARE = 5
"""Per cent of a bar that has room for its count."""


_BAR_PIXELS = 54
_ONE_LINE: Spec = {"labelOffset": -28}
"""A heading of one line stands nearer to its bar."""
_DAYS_APART = 45
"""Days of spending that are drawn one by one; of a longer span, weeks are."""
_BARS_PIXELS, _WIDEST_BAR = 230, 12
"""What a phone has for all bars of a time axis, and the width of one, at most."""


@dataclass(frozen=True)
class Bar:
    """`label`: a word; `value`: the bar's length; `words`: what it says."""

    label: str
    value: float
    words: str


def bars(found: Sequence[Bar], *, heading: str, key: str) -> None:
    """Bars from the left, a line each, with their words above them. `heading`: what they are, for screen readers."""
    import pandas as pd

    longest = max((each.value for each in found), default=0) or 1
    table = pd.DataFrame([{"heading": f"{each.label}: {each.words}", "value": each.value} for each in found])
    spec = {
        "mark": {"type": "bar", "color": _LINE, "height": 22},
        "encoding": {
            "x": {**_number("value"), "scale": {"domain": [0, longest]}, "axis": None},
            "y": {**_name("heading"), "sort": None, "axis": _HEADING | _ONE_LINE},
            "tooltip": _name("heading"),
        },
        "height": _BAR_PIXELS * len(found),
    }
    told = "; ".join(f"{each.label}: {each.words}" for each in found)
    st.vega_lite_chart(table, spec, alt=f"{heading}. {told}", key=key)


def spending(days: Sequence[UsageDay]) -> None:
    """A bar per day, or per week of a longer span: US dollars; where no call has a price, tokens."""
    import pandas as pd

    priced = any(each.unpriced < each.calls for each in days)
    span = (max(each.day for each in days) - min(each.day for each in days)).days + 1
    step, each_bar, when = (1, "day", "Day (UTC)") if span <= _DAYS_APART else (7, "week", "Week (from Monday, UTC)")
    title = f"{'US dollars' if priced else 'Tokens'} a {each_bar}"
    sums = _sums(days, priced=priced, weekly=step == 7)
    table = pd.DataFrame(
        [{"day": f"{day}", "amount": amount, "named": f"{day:%-d %B %Y}"} for day, amount in sums.items()]
    )
    ends = (min(sums) - timedelta(days=2 * step), max(sums) + timedelta(days=2 * step))
    width = max(1, min(_WIDEST_BAR, _BARS_PIXELS * step // (span + 4 * step)))
    axis = {"format": "%-d %b", "tickCount": _WEEKS_NAMED, "labelAngle": 0, "grid": False, **_AXIS}
    between = {"type": "utc", "domain": [_moment(end) for end in ends], "nice": False}
    spec = {
        "mark": {"type": "bar", "color": _LINE, "width": width},
        "encoding": {
            "x": {"field": "day", "type": "temporal", "title": when, "axis": axis, "scale": between},
            "y": {**_number("amount", title), "axis": {"tickCount": 4, **_AXIS}},
            "tooltip": [_name("named", "From"), {**_number("amount", title), "format": ",.2f" if priced else ",d"}],
        },
        "height": _COURSE_PIXELS,
    }
    total, count = sum(sums.values()), len({each.day for each in days})
    words = f"{title}: {total:,.2f} in all" if priced else f"{title}: {total:,.0f} in all"
    st.vega_lite_chart(table, spec, alt=f"{words}, on {count} day{'' if count == 1 else 's'}", key="scores_spending")


def _sums(days: Sequence[UsageDay], *, priced: bool, weekly: bool) -> dict[date, float]:
    """Dollars or tokens by day, or by the Monday of its week."""
    sums: dict[date, float] = {}
    for each in days:
        begins = each.day - timedelta(days=each.day.weekday()) if weekly else each.day
        sums[begins] = sums.get(begins, 0) + (each.cost if priced else each.input_tokens + each.output_tokens)
    return sums


def distribution(found: Sequence[Distribution], key: str) -> None:
    """A bar per competency, divided by level; its heading says of how many scorecards it is, and their mean."""
    axis = {"grid": False, "tickCount": 5, **_AXIS}
    x = {**_number("start", "Share of scorecards (%)"), "scale": {"domain": [0, 100]}, "axis": axis}
    legend = {
        "labelColor": _TEXT, "orient": "top", "title": None, "direction": "horizontal", "symbolStrokeWidth": 1,
        "symbolSize": 140,
    }  # fmt: skip
    scale = {"domain": list(_LEVELS), "range": list(_LEVELS.values())}
    bars = {
        "mark": {"type": "bar", "stroke": _OUTLINE, "strokeWidth": 0.75, "height": 22},
        "encoding": {
            "x": x,
            "x2": {"field": "end"},
            "color": {**_name("level"), "scale": scale, "legend": legend},
            "tooltip": [
                _name("competency", "Competency"),
                _name("level", "Level"),
                _number("count", "Scorecards"),
                {**_number("share", "Share (%)"), "format": ".0f"},
            ],
        },
    }
    on_dark = {"test": "datum.level == '5'", "value": _LIGHT_TEXT}
    numbers = {
        "transform": [{"filter": f"datum.share >= {_READABLE_SHARE}"}],
        "mark": {"type": "text", "fontWeight": 600},
        "encoding": {
            "x": _number("middle"),
            "text": _number("count"),
            "color": {"condition": on_dark, "value": _DARK_TEXT},
        },
    }
    spec = {
        "encoding": {"y": {**_name("heading"), "sort": None, "axis": _HEADING}},
        "layer": [bars, numbers],
        "height": _ROW_PIXELS * len(found) + _AROUND_PIXELS,
    }
    st.vega_lite_chart(_segments(found), spec, alt=_in_words(found), key=key)


def trends(points: Sequence[TrendPoint]) -> None:
    """A small chart of weekly means per competency, those with the most scores first, `MAX_TRENDS` at most."""
    by_competency: dict[str, list[TrendPoint]] = {}
    for point in points:
        by_competency.setdefault(point.competency, []).append(point)
    most = sorted(by_competency.items(), key=lambda each: -sum(point.n for point in each[1]))[:MAX_TRENDS]
    weeks = sorted({point.week for point in points})
    with st.grid(2, min_column_width=300) as grid:
        for place, (competency, course) in enumerate(most):
            first, last = course[0], course[-1]
            words = f"{competency}: mean {first.mean:.2f} in the week of {first.week}, {last.mean:.2f} in {last.week}"
            with grid.cell():
                st.markdown(f"**{escaped(competency)}**, n = {sum(point.n for point in course)}")
                st.vega_lite_chart(*_course(course, weeks), alt=words, key=f"score_trend_{place}")


def _course(course: Sequence[TrendPoint], weeks: Sequence[date]) -> tuple[pd.DataFrame, Spec]:
    """Weekly means as a line with points; hollow ones are of few scores."""
    import pandas as pd

    table = pd.DataFrame([{**point.model_dump(), "monday": f"{point.week:%-d %B %Y}"} for point in course])
    table["week"] = [point.week.isoformat() for point in course]
    shown = weeks[:: -(-len(weeks) // _WEEKS_NAMED)]
    ends = (weeks[0] - timedelta(days=3), weeks[-1] + timedelta(days=3))
    named = {"format": "%-d %b", "values": [_moment(week) for week in shown], "labelAngle": 0, "grid": False, **_AXIS}
    between = {"type": "utc", "domain": [_moment(end) for end in ends], "nice": False}
    time = {"field": "week", "type": "temporal", "title": "Week (from Monday)", "axis": named, "scale": between}
    levels = {"values": [1, 2, 3, 4, 5], **_AXIS}
    enough = {"test": f"datum.n >= {FEW_A_WEEK}", "value": 1}
    points = {
        "mark": {"type": "point", "size": 70, "stroke": _LINE, "fill": _LINE, "strokeWidth": 2, "opacity": 1},
        "encoding": {
            "fillOpacity": {"condition": enough, "value": 0},
            "tooltip": [
                _name("monday", "Week of"),
                {**_number("mean", "Mean score"), "format": ".2f"},
                _number("n", "Scores"),
            ],
        },
    }
    mean = {**_number("mean", "Mean score"), "scale": {"domain": [1, 5]}, "axis": levels}
    line = {"mark": {"type": "line", "color": _LINE}}
    return table, {"encoding": {"x": time, "y": mean}, "layer": [line, points], "height": _COURSE_PIXELS}


def _moment(day: date) -> Spec:
    return {"year": day.year, "month": day.month, "date": day.day, "utc": True}


def _name(field: str, title: str | None = None) -> Spec:
    return {"field": field, "type": "nominal"} | ({"title": title} if title else {})


def _number(field: str, title: str | None = None) -> Spec:
    return {"field": field, "type": "quantitative"} | ({"title": title} if title else {})


def _segments(found: Sequence[Distribution]) -> Any:
    """A row per competency and level with a count: where its part of the bar begins and ends, in per cent."""
    import pandas as pd

    rows: list[dict[str, object]] = []
    for each in found:
        counts = (*each.levels, each.not_assessed)
        ends = list(accumulate(counts))
        for level, count, end in zip(_LEVELS, counts, ends, strict=True):
            if count:
                start, stop = (100 * edge / each.n for edge in (end - count, end))
                rows.append(
                    {
                        "competency": each.competency,
                        "heading": _named(each),
                        "level": level,
                        "count": count,
                        "start": start,
                        "middle": (start + stop) / 2,
                        "end": stop,
                        "share": stop - start,
                    }
                )
    return pd.DataFrame(rows)


def _named(each: Distribution) -> str:
    mean = f"mean {each.mean:.2f}" if each.scored else "none assessed"
    return f"{' '.join(each.competency.split())}\nn = {each.n}, {mean}"


def _in_words(found: Sequence[Distribution]) -> str:
    lines = (
        f"{each.competency}: "
        + ", ".join(f"{count} on level {level}" for level, count in enumerate(each.levels, start=1))
        + f", {each.not_assessed} not assessed"
        for each in found
    )
    return "Scorecards by level. " + "; ".join(lines)
