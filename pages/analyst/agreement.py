"""How far people and the engine agree, and people among themselves, where they rated blind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pandas as pd
import streamlit as st

from interview.agreement import (
    ENOUGH,
    MOST_REVIEWS,
    Agreed,
    AgreementFilter,
    Comparison,
    MonthAgreement,
    ReviewerAgreement,
)
from interview.question_statistics import ScoredPosition
from interview.statistics.agreement_figures import Estimate
from pages.analyst.parts.filters import counted, day, pick
from pages.components import statistics_charts
from pages.components.guard import staff
from pages.components.problems import needed
from pages.components.service import service
from pages.components.text import sentence

_COUNTS = {"Reviews": 68, "Interviews": 82, "Pairs": 54}
"""Widths in pixels: all columns are to stand beside each other on a small laptop."""


def chosen(choices: Sequence[ScoredPosition]) -> AgreementFilter:
    """The filter's widgets, and what they say."""
    positions = {each.position_id: each for each in choices}
    titles = [each.role_title for each in choices]

    def label(position_id: str) -> str:
        of = positions[position_id]
        return f"{of.role_title}, {position_id}" if titles.count(of.role_title) > 1 else of.role_title

    with st.grid(3, min_column_width=200, vertical_alignment="bottom"):
        position = pick("position", "Position", list(positions), label, "All positions")
        first, last = day("from", "Reviewed from (UTC)"), day("to", "Reviewed to, inclusive (UTC)")
    return AgreementFilter(
        position_id=position,
        reviewed_from=midnight(first) if first else None,
        reviewed_to=midnight(last + timedelta(days=1)) if last else None,
    )


def midnight(of: date) -> datetime:
    return datetime.combine(of, time.min, tzinfo=UTC)


def comparison(found: Comparison, key: str) -> None:
    """One pair of sides: what it comes to, the figures, by competency and by month."""
    st.markdown(f"**{sentence(found.says)}** {sentence(found.do)}")
    if not found.overall.pairs:
        return
    figures(found.overall)
    if any(each.figures.kappa for each in found.competencies):
        st.markdown("**By competency**")
        st.caption(f"Weighted kappa with its 95 % interval. The dashed line is {ENOUGH:.2f}.")
        statistics_charts.kappas(found.competencies, key)
    table({each.competency: each.figures for each in found.competencies}, "Competency")
    st.markdown("**By month**")
    if sum(each.kappa is not None for each in found.months) < 2:
        st.caption("A course takes reviews of at least two months.")
        return
    st.caption(
        "Weighted kappa of the reviews of a month (UTC). Hollow points are of fewer than "
        f"{statistics_charts.FEW_PAIRS_A_MONTH} pairs and may be chance."
    )
    statistics_charts.months(found.months, key)
    by_month(found.months)


def figures(of: Agreed) -> None:
    with st.grid(4, min_column_width=150):
        st.metric(
            "Weighted kappa", estimate(of.kappa), border=True,
            help="Agreement beyond chance; a difference counts by its square. 1 is all, 0 is chance.",
        )  # fmt: skip
        st.metric("Same level", share(of.exact), border=True, help="Of the pairs, once levels are rounded.")
        st.metric("Within one", share(of.adjacent), border=True, help="Of the pairs, at most one level apart.")
        st.metric(
            "Mean difference", "None" if of.mean_absolute_difference is None else f"{of.mean_absolute_difference:.2f}",
            border=True, help="In levels, without its sign.",
        )  # fmt: skip
    words = [f"{counted(of.pairs, 'pair')} of levels from {counted(of.interviews, 'interview')}."]
    if of.kappa and of.kappa.low is not None and of.kappa.high is not None:
        words.append(f"Kappa lies between {of.kappa.low:.2f} and {of.kappa.high:.2f} (95 %).")
    if of.one_sided:
        words.append(
            f"{counted(of.one_sided, 'criterion') if of.one_sided == 1 else f'{of.one_sided:,} criteria'} "
            "could be rated by only one side and are in no figure."
        )
    st.caption(" ".join([*words, of.note]).strip())


def table(rows: dict[str, Agreed], title: str, **more: list[int]) -> None:
    """A row per name: how far the two sides agree there."""
    shown = pd.DataFrame(
        {
            title: name,
            **{label: values[place] for label, values in more.items()},
            "Interviews": of.interviews,
            "Pairs": of.pairs,
            "Kappa": of.kappa.value if of.kappa else None,
            "ICC(2,1)": interval(of.icc),
            "Same": per_cent(of.exact),
            "Within one": per_cent(of.adjacent),
            "Apart by": of.mean_absolute_difference,
            "Higher by": of.mean_difference,
        }
        for place, (name, of) in enumerate(rows.items())
    )
    if all(of.mean_difference is None for of in rows.values()):
        shown = shown.drop(columns="Higher by")
    st.dataframe(
        shown,
        hide_index=True,
        column_config={
            title: st.column_config.TextColumn(pinned=True, width=92 if more else 183),
            **{name: st.column_config.NumberColumn(width=width) for name, width in _COUNTS.items()},
            "Kappa": st.column_config.NumberColumn(format="%.2f", width=58),
            "ICC(2,1)": st.column_config.TextColumn(width=142, help="Of competency totals, with its 95 % interval."),
            "Same": st.column_config.NumberColumn(format="%.0f%%", width=60, help="Pairs of the same level."),
            "Within one": st.column_config.NumberColumn(
                format="%.0f%%", width=86, help="Pairs that are at most one level apart."
            ),
            "Apart by": st.column_config.NumberColumn(
                format="%.2f", width=72, help="Mean difference in levels, without its sign."
            ),
            "Higher by": st.column_config.NumberColumn(
                format="%+.2f",
                width=80,
                help="Levels by which people rate higher than the engine; lower where it is negative.",
            ),
        },
        alt=f"Agreement, one row per {title.lower()}",
    )


def by_month(found: Sequence[MonthAgreement]) -> None:
    """The chart's figures, and ICC with them, a row per month."""
    st.dataframe(
        pd.DataFrame(
            {
                "Month": f"{of.month:%B %Y}",
                "Interviews": of.interviews,
                "Pairs": of.pairs,
                "Kappa": of.kappa,
                "ICC(2,1)": interval(of.icc),
                "Apart by": of.mean_absolute_difference,
            }
            for of in found
        ),
        hide_index=True,
        column_config={
            "Month": st.column_config.TextColumn(pinned=True, width=183),
            **{name: st.column_config.NumberColumn(width=_COUNTS[name]) for name in ("Interviews", "Pairs")},
            "Kappa": st.column_config.NumberColumn(format="%.2f", width=58),
            "ICC(2,1)": st.column_config.TextColumn(width=142, help="Of competency totals, with its 95 % interval."),
            "Apart by": st.column_config.NumberColumn(
                format="%.2f", width=72, help="Mean difference in levels, without its sign."
            ),
        },
        alt="Agreement, one row per month",
    )


def reviewers(found: Sequence[ReviewerAgreement]) -> None:
    st.subheader("Reviewer by reviewer")
    st.caption(
        "Each beside the engine. Numbers stand for names, by the time of the first review. A reviewer who is higher or "
        "lower throughout may use the anchors otherwise; the engine may be wrong as well."
    )
    table({each.reviewer: each.figures for each in found}, "Reviewer", Reviews=[each.reviews for each in found])


def estimate(of: Estimate | None) -> str:
    return "None" if of is None else f"{of.value:.2f}"


def interval(of: Estimate | None) -> str:
    if of is None:
        return "None"
    return estimate(of) + (f" ({of.low:.2f} to {of.high:.2f})" if of.low is not None and of.high is not None else "")


def per_cent(of: float | None) -> float | None:
    return None if of is None else 100 * of


def share(of: float | None) -> str:
    return "None" if of is None else f"{of:.0%}"


def reading() -> None:
    with st.expander("How to read this", icon=":material/menu_book:"):
        st.markdown(
            "- Only ratings count that were given before the engine's scores were seen. They are compared with the "
            "engine's newest scorecard of the same session, without overrides.\n"
            "- **Weighted kappa** is Cohen's with quadratic weights, of levels rounded halves up; its interval is a "
            f"bootstrap over interviews. {ENOUGH:.2f} with people is asked of a machine that scores (Williamson, Xi "
            "and Breyer 2012).\n"
            "- **ICC(2,1)** is the absolute agreement of single ratings (Shrout and Fleiss 1979), of competency "
            "totals. Under .50 it is poor, from .75 on good (Koo and Li 2016). Between people it is that of the two "
            "who rated the most together.\n"
            "- Agreement is not truth: two raters can agree on the wrong level. Levels that are all alike lower kappa "
            "and ICC whatever the raters do."
        )


actor = staff("analyst", "administrator")
st.title("Agreement")
st.caption("How far the engine's levels can be relied on, and people's own, from ratings that were given blind.")
with needed():
    choices = service().question_statistics.positions(actor)
wanted = chosen(choices)
with needed(), st.spinner("Figures are being made …"):
    report = service().agreements.report(actor, wanted)
if not report.reviews:
    narrowed = wanted != AgreementFilter()
    st.subheader("No blind reviews match this filter" if narrowed else "Nobody has rated an interview blind yet")
    st.write(
        "Widen the range of days, or choose another position."
        if narrowed
        else "When members of the hiring team rate an interview before they see its scores, their levels are compared "
        "with the engine's here. It takes about ten interviews to say something."
    )
else:
    if report.older_left_out:
        st.caption(f"Of the newest {MOST_REVIEWS:,} reviews; narrow the days to see older ones.")
    st.subheader("People and the engine")
    comparison(report.engine, "engine")
    st.subheader("People among themselves")
    comparison(report.people, "people")
    reviewers(report.reviewers)
reading()
