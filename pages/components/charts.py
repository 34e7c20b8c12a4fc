"""Charts over many scores. Drawn with Altair, which follows the theme; each is told in words to screen readers.

No meaning by colour alone: levels stand in their order with their counts, means are positions on an axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import streamlit as st

from interview.analytics import Distribution, TrendPoint
from pages.components.text import escaped

if TYPE_CHECKING:
    import altair as alt

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
_AXIS: dict[str, Any] = {"labelColor": _TEXT, "titleColor": _TEXT}
_ROW_PIXELS, _AROUND_PIXELS, _COURSE_PIXELS = 76, 90, 190
_READABLE_SHARE = 5
"""Per cent of a bar that has room for its count."""


def distribution(found: Sequence[Distribution]) -> None:
    """A bar per competency, divided by level; its heading says of how many scorecards it is, and their mean."""
    import altair as alt

    base = alt.Chart(_segments(found)).encode(y=_heading())
    x = alt.X(
        "start:Q",
        title="Share of scorecards (%)",
        scale=alt.Scale(domain=[0, 100]),
        axis=alt.Axis(grid=False, tickCount=5, **_AXIS),
    )
    bars = base.mark_bar(stroke=_OUTLINE, strokeWidth=0.75, height=22).encode(
        x=x,
        x2="end:Q",
        color=alt.Color(
            "level:N",
            scale=alt.Scale(domain=list(_LEVELS), range=list(_LEVELS.values())),
            legend=alt.Legend(
                labelColor=_TEXT, orient="top", title=None, direction="horizontal", symbolStrokeWidth=1, symbolSize=140
            ),
        ),
        tooltip=[
            alt.Tooltip("competency:N", title="Competency"),
            alt.Tooltip("level:N", title="Level"),
            alt.Tooltip("count:Q", title="Scorecards"),
            alt.Tooltip("share:Q", title="Share (%)", format=".0f"),
        ],
    )
    counts = base.transform_filter(f"datum.share >= {_READABLE_SHARE}").mark_text(fontWeight=600)
    dark_or_light = alt.condition("datum.level == '5'", alt.value(_LIGHT_TEXT), alt.value(_DARK_TEXT))
    numbers = counts.encode(x="middle:Q", text="count:Q", color=dark_or_light)
    chart = alt.layer(bars, numbers).properties(height=_ROW_PIXELS * len(found) + _AROUND_PIXELS)
    st.altair_chart(chart, alt=_in_words(found), key="score_distribution")


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
                st.altair_chart(_course(course, weeks), alt=words, key=f"score_trend_{place}")


def _course(course: Sequence[TrendPoint], weeks: Sequence[date]) -> Any:
    import altair as alt
    import pandas as pd

    table = pd.DataFrame([{**point.model_dump(), "monday": f"{point.week:%-d %B %Y}"} for point in course])
    table["week"] = [point.week.isoformat() for point in course]
    shown = weeks[:: -(-len(weeks) // _WEEKS_NAMED)]
    ends = (weeks[0] - timedelta(days=3), weeks[-1] + timedelta(days=3))
    axis = alt.Axis(format="%-d %b", values=[_moment(week) for week in shown], labelAngle=0, grid=False, **_AXIS)
    levels = alt.Axis(values=[1, 2, 3, 4, 5], **_AXIS)
    scale = alt.Scale(type="utc", domain=[_moment(end) for end in ends], nice=False)
    base = alt.Chart(table).encode(
        x=alt.X("week:T", title="Week (from Monday)", axis=axis, scale=scale),
        y=alt.Y("mean:Q", title="Mean score", scale=alt.Scale(domain=[1, 5]), axis=levels),
    )
    points = base.mark_point(size=70, stroke=_LINE, fill=_LINE, strokeWidth=2, opacity=1).encode(
        fillOpacity=alt.condition(f"datum.n >= {FEW_A_WEEK}", alt.value(1), alt.value(0)),
        tooltip=[
            alt.Tooltip("monday:N", title="Week of"),
            alt.Tooltip("mean:Q", title="Mean score", format=".2f"),
            alt.Tooltip("n:Q", title="Scores"),
        ],
    )
    return alt.layer(base.mark_line(color=_LINE), points).properties(height=_COURSE_PIXELS)


def _moment(day: date) -> Any:
    import altair as alt

    return alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True)


def _heading() -> alt.Y:
    """A bar's heading, in two lines above it from the left edge: beside it, it would leave a phone no room."""
    import altair as alt

    axis = alt.Axis(
        title=None, ticks=False, domain=False, labelAlign="left", labelPadding=0, labelOffset=-44, labelLimit=330,
        labelFontSize=13, labelColor=_TEXT,
        labelExpr="split(datum.label, '\\n')", labelLineHeight=16, labelBaseline="top", zindex=1,
    )  # fmt: skip
    return alt.Y("heading:N", sort=None, axis=axis)


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
