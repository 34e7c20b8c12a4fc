"""The dashboard's panels: totals, funnel, levels, weekly means, time per stage and engine cost."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from interview.statistics.figures import SMALL_SAMPLE, Distribution, Figures, StageTime, TrendPoint, UsageDay
from interview.statistics.funnel import Funnel, FunnelStep
from pages.analyst.parts.filters import counted
from pages.components import charts
from pages.components.text import escaped

STAGES = {"warmup": "Warm-up", "competency": "Questions", "wrapup": "Wrap-up"}
MODES = {"live": "by voice", "text": "in text"}


def totals(figures: Figures) -> None:
    scores, reached = figures.totals, figures.funnel.everything
    with st.grid(4, min_column_width=150):
        st.metric("Interviews", f"{reached.invited:,}", border=True, help="Invited, or started without an invitation.")
        st.metric(
            "Completed", f"{reached.completed:,}", border=True, help="At least one attempt, or a transcript imported."
        )
        st.metric(
            "Overall mean",
            f"{scores.mean_overall:.2f}" if scores.scored else "None",
            border=True,
            help=f"The mean of the overall scores, 1 to 5, over {counted(scores.scored, 'scorecard')}: one per "
            "session. Those without any score do not count.",
        )
        st.metric(
            "Criteria assessed",
            percent(scores.share_assessed),
            border=True,
            help=f"{scores.criteria_assessed:,} of {scores.criteria_total:,} have a score with evidence.",
        )


def funnel(found: Funnel) -> None:
    st.subheader("From invitation to decision")
    with st.grid(2, min_column_width=300) as grid:
        with grid.cell():
            steps(found.everything)
        with grid.cell():
            beside(found)


def steps(step: FunnelStep) -> None:
    charts.bars(
        [
            charts.Bar("Invited", step.invited, f"{step.invited:,}"),
            charts.Bar("Started", step.started, of(step.started, step.start_rate, "invited")),
            charts.Bar("Completed", step.completed, of(step.completed, step.completion_rate, "started")),
            charts.Bar("Decided", step.decided, of(step.decided, step.decision_rate, "completed")),
        ],
        heading="Interviews by how far they came",
        key="scores_funnel",
    )


def beside(found: Funnel) -> None:
    """What the bars do not tell: who left, what failed, which day counts, and each position."""
    invited = found.everything.invited
    st.markdown("\n".join(f"- {line}" for line in failures(found)))
    st.caption(
        "An interview counts on the day of its first invitation, or of its making where it was started without one."
        + (f" Under {SMALL_SAMPLE} interviews: read the counts, not the shares." if invited < SMALL_SAMPLE else "")
    )
    if len(found.positions) > 1:
        with st.expander("By position", icon=":material/work:"):
            by_position(found.positions)


def failures(found: Funnel) -> list[str]:
    """Who left, and what failed, in words: rates with their counts."""
    step = found.everything
    lines = [f"**Dropped out**: {part(step.dropped_out, step.started, step.drop_out_rate)} that were started"]
    for mode in found.modes:
        if mode.with_faults is not None:
            lost = part(mode.with_faults, mode.started, mode.fault_rate)
            lines.append(f"**Time or voice lost to faults {MODES[mode.mode]}**: {lost}")
        elif mode.started:
            lines.append(f"In text: {counted(mode.started, 'interview')}; turns that failed are not counted")
    return lines


def by_position(steps: Sequence[FunnelStep]) -> None:
    columns = {
        "Position": [step.role_title for step in steps],
        "Invited": [step.invited for step in steps],
        "Started": [step.started for step in steps],
        "Completed": [step.completed for step in steps],
        "Decided": [step.decided for step in steps],
        "Dropped out": [step.dropped_out for step in steps],
        "Completed of started": [step.completion_rate for step in steps],
    }
    share = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        column_config={"Position": st.column_config.TextColumn(pinned=True), "Completed of started": share},
        alt="Interviews of each position by how far they came",
    )


def levels(found: Sequence[Distribution], *, mixed: bool) -> None:
    st.subheader("Scores by competency")
    if not found:
        st.caption("No interview of this filter has been scored yet.")
        return
    st.caption(
        "Scorecards by level from 1 to 5 (halves rounded up); n counts them. The mean leaves out what was not assessed."
        + (" Competencies of the same name are taken together across positions." if mixed else "")
    )
    half = -(-len(found) // 2)
    with st.grid(2, min_column_width=300) as grid:
        for part_, key in ((found[:half], "score_levels"), (found[half:], "score_levels_more")):
            if part_:
                with grid.cell():
                    charts.distribution(part_, key)
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


def stage_times(found: Sequence[StageTime]) -> None:
    st.subheader("Minutes per stage")
    if not found:
        st.caption("Stages are timed when an interview is completed.")
        return
    sessions = max(each.sessions for each in found)
    st.caption(f"On average over {counted(sessions, 'completed session')}, waiting for the candidate included.")
    charts.bars(
        [charts.Bar(STAGES[each.stage], each.mean_minutes, f"{each.mean_minutes:.1f} min") for each in found],
        heading="Minutes per stage",
        key="scores_stages",
    )


def cost(days: Sequence[UsageDay]) -> None:
    st.subheader("Engine cost")
    if not days:
        st.caption("No model was called. The embedded engine runs on this machine and costs nothing per interview.")
        return
    unpriced = sum(each.unpriced for each in days)
    st.caption(
        "What models took, plans and rehearsals included, on the days of the filter (UTC)."
        + (f" {counted(unpriced, 'call')} without a price: set the price settings to see dollars." if unpriced else "")
    )
    charts.spending(days)
    models = sorted({each.model for each in days})
    st.dataframe(
        pd.DataFrame([model_sums(name, [each for each in days if each.model == name]) for name in models]),
        hide_index=True,
        column_config={
            "Calls": st.column_config.NumberColumn(format="localized"),
            "Tokens": st.column_config.NumberColumn(format="localized"),
            "US dollars": st.column_config.NumberColumn(format="%.2f"),
        },
        alt="Calls, tokens and cost by model",
    )


def model_sums(model: str, days: Sequence[UsageDay]) -> dict[str, object]:
    calls, unpriced = (sum(getattr(each, name) for each in days) for name in ("calls", "unpriced"))
    return {
        "Model": model,
        "Calls": calls,
        "Tokens": sum(each.input_tokens + each.output_tokens for each in days),
        "US dollars": sum(each.cost for each in days) if unpriced < calls else None,
    }


def percent(share: float | None) -> str:
    return "None" if share is None else f"{share:.0%}"


def of(count: int, rate: float | None, whole: str) -> str:
    return f"{count:,}" if rate is None else f"{count:,} ({rate:.0%} of {whole})"


def part(count: int, whole: int, rate: float | None) -> str:
    return "nobody started yet" if rate is None else f"{count:,} of {whole:,} ({rate:.0%})"
