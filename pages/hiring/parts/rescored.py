"""Scoring again: what it would do, and what it has changed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from interview.rescoring import Outlook, RescoringRun
from interview.score_changes import InterviewChange, ScoreChanges, StampUse
from pages.components.text import escaped
from pages.components.times import day


def choose(versions: Sequence[int]) -> int | None:
    """The rubric to score by; None for each interview's own."""
    return st.selectbox(
        "Rubric",
        [None, *versions],
        format_func=lambda version: "The one each interview was held with" if version is None else f"Version {version}",
        width=420,
        help="Approved versions of the plan. Competencies that another version lacks go; what it rates besides was not "
        "asked, and stays unassessed.",
    )


def in_words(found: Outlook) -> str:
    if not found.interviews:
        return "No interview of this position has been completed yet. When one has, it can be scored again here."
    interviews = _counted(found.interviews, "interview")
    if not found.to_score:
        return f"{interviews} completed, all of them scored by today's engine and this rubric already."
    begun = f"{interviews} completed, {found.passed_over} of them scored so already: {found.to_score} to score."
    return f"{begun} {cost(found)}"


def cost(found: Outlook) -> str:
    if not found.calls:
        return "The embedded engine does it on this machine, and it costs nothing."
    calls = f"That takes about {found.calls:,} calls of {escaped(found.model)}"
    if found.input_tokens is None or found.output_tokens is None:
        return f"{calls}; what a call takes is known after the first ones."
    dollars = f", about {found.cost:.2f} US dollars" if found.cost is not None else "; no price is set"
    return f"{calls}: some {found.input_tokens:,} tokens in and {found.output_tokens:,} out{dollars}."


def done(run: RescoringRun) -> str:
    parts = [f"{_counted(run.scored, 'interview')} scored."]
    if run.skipped:
        parts.append(f"{run.skipped} could not be: deleted, or opened again meanwhile.")
    if run.left:
        parts.append(f"{run.left} are left: score again to go on with them.")
    return " ".join(parts)


def compare(stamps: Sequence[StampUse], before: StampUse, after: StampUse) -> tuple[str, str]:
    """Which two versions of scoring to compare; their ids."""
    named = {use.stamp_id: name_of(use) for use in stamps}
    ids = list(named)
    left, right = st.columns(2)
    old = left.selectbox("From", ids, index=ids.index(before.stamp_id), format_func=lambda one: named[one])
    new = right.selectbox("To", ids, index=ids.index(after.stamp_id), format_func=lambda one: named[one])
    for which, use in (("From", old), ("To", new)):
        chosen = next(one for one in stamps if one.stamp_id == use)
        st.caption(f"{which}: {in_full(chosen)}")
    return old, new


def in_full(use: StampUse) -> str:
    stamp = use.stamp
    made = f"engine {stamp.engine}, model {stamp.model}, prompts {stamp.prompt}, Candor {stamp.application}"
    rubric = stamp.rubric.rpartition("/")[2]
    return escaped(f"rubric version {rubric}, {made}, {_counted(use.interviews, 'interview')}.")


def name_of(use: StampUse) -> str:
    stamp = use.stamp
    rubric = stamp.rubric.rpartition("/")[2]
    return f"Rubric {rubric}, prompts {stamp.prompt}, {stamp.model}, {day(use.newest)}"


def report(found: ScoreChanges) -> None:
    if found.closed:
        st.caption(
            f"{_counted(found.closed, 'interview')} not shown and not counted here: rate them first, and their scores "
            "are open to you."
        )
    if not found.interviews:
        st.caption("No interview that is open to you has been scored by both.")
        return
    figures(found)
    st.dataframe(
        pd.DataFrame([_row(one) for one in found.interviews]),
        hide_index=True,
        height="content" if len(found.interviews) <= 15 else 560,
        alt="Overall scores before and after, by interview",
        column_config={
            "Candidate": st.column_config.TextColumn(width=150, pinned=True),
            **{name: st.column_config.NumberColumn(format="%.2f", width=75) for name in ("Before", "After")},
            "Change": st.column_config.NumberColumn(format="%+.2f", width=80),
            "Place before": st.column_config.NumberColumn(width=100),
            "Place after": st.column_config.NumberColumn(width=95),
            "Most changed": st.column_config.TextColumn(width=260, help="The competency that changed most."),
            "Interview": st.column_config.LinkColumn(display_text="Open", width=80),
        },
    )
    by_competency(found)


def figures(found: ScoreChanges) -> None:
    with st.grid(4, min_column_width=150):
        st.metric(
            "Mean change",
            f"{found.mean_change:+.2f}",
            border=True,
            help=f"Of the overall score, over {found.compared} interviews with one under both. Its size without the "
            f"sign is {found.mean_size:.2f} on average.",
        )
        st.metric("Largest change", f"{found.largest_change:+.2f}", border=True, help="Of any overall score.")
        st.metric(
            "Moved by half",
            f"{found.moved} of {found.compared}",
            border=True,
            help="Interviews whose overall score changed by 0.5 or more.",
        )
        st.metric(
            "Order turned",
            f"{found.swapped:,} of {found.pairs:,}",
            border=True,
            help="Pairs of candidates of whom the one who stood higher stands lower now.",
        )


def by_competency(found: ScoreChanges) -> None:
    if not found.competencies:
        return
    with st.expander("By competency", icon=":material/list:"):
        rows = [
            {
                "Competency": one.competency,
                "Interviews": one.n,
                "Mean change": one.mean_change,
                "Largest change": one.largest_change,
            }
            for one in found.competencies
        ]
        signed = st.column_config.NumberColumn(format="%+.2f")
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            height="content",
            alt="Changes by competency",
            column_config={"Mean change": signed, "Largest change": signed},
        )


def _row(one: InterviewChange) -> dict[str, object]:
    known = [each for each in one.competencies if each.change is not None]
    most = max(known, key=lambda each: abs(each.change or 0.0), default=None)
    return {
        "Candidate": one.candidate_name or "Candidate",
        "Interview": f"/interview?interview={one.interview_id}",
        "Before": one.before,
        "After": one.after,
        "Change": one.change,
        "Place before": one.rank_before,
        "Place after": one.rank_after,
        "Most changed": f"{most.change:+.2f} {most.competency}" if most else "Nothing assessed under both",
    }


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
