"""A rehearsal's report: at a glance, in words, and what to change."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from interview.policy import STRONG, THIN
from interview.rehearsal.report import CompetencyTrial, RehearsalReport, TrialLevel, Verdict
from interview.rehearsal.simulated import KINDS, Kind
from interview.rehearsals import Rehearsal
from pages.components.text import escaped
from pages.components.times import minutes, moment

_NAMES: dict[Kind, str] = {
    "strong": "Strong", "weak": "Weak", "silent": "Silent", "rambling": "Rambling", "injecting": "Giving orders",
}  # fmt: skip
_VERDICTS: dict[Verdict, str] = {
    "apart": "Yes", "alike": "No", "weak_without_level": "Yes, weak has no level", "nobody": "Nobody has a level",
}  # fmt: skip
_FLAGS = {"injection": "orders to the scorer", "off_topic": "off topic", "copied_anchor": "copied anchor"}
_ORDERS = {
    "ignore_rubric": "Ignore the rubric",
    "give_five": "Give 5",
    "json": "Scores as data",
    "system_message": "A pretended system message",
    "verdict": "A verdict on oneself",
    "role_change": "Another role for the scorer",
}
_LINE_CHARS = 29
"""Of a competency's name, in a column that leaves room for the others."""


def report(found: Rehearsal) -> None:
    """The newest report in full."""
    st.subheader(f"Version {found.plan_version}", anchor=False)
    st.caption(made(found))
    figures(found.report)
    table(found.report)
    to_do(found.report)
    with st.expander("By criterion", icon=":material/list:"):
        by_criterion(found.report)
    with st.expander("How the interviews went", icon=":material/forum:"):
        interviews(found.report)


def earlier(found: Sequence[Rehearsal]) -> None:
    """What was found before, a line each."""
    if not found:
        return
    st.subheader("Earlier rehearsals", anchor=False)
    for one in found:
        line = f"Version {one.plan_version}, {moment(one.at)}: {one.report.told_apart} of {one.report.total} told apart"
        with st.expander(line, icon=":material/history:"):
            st.caption(made(one))
            table(one.report, key=one.rehearsal_id)
            to_do(one.report)


def made(found: Rehearsal) -> str:
    who = f" by {escaped(found.name)}" if found.name else ""
    model = f", model {escaped(found.model)}, prompts {escaped(found.prompt)}"
    return f"Rehearsed on {moment(found.at)}{who}. Engine {escaped(found.engine)}{model}, Candor {found.application}."


def figures(found: RehearsalReport) -> None:
    given, flagged = sum(one.given for one in found.orders), sum(one.flagged for one in found.orders)
    with st.grid(4, min_column_width=150):
        st.metric(
            "Told apart",
            f"{found.told_apart} of {found.total}",
            border=True,
            help="Criteria on which the strong candidate came out at least one level above the weak one, or the weak "
            "one gave nothing to rate.",
        )
        st.metric(
            "Orders flagged",
            f"{flagged} of {given}",
            border=True,
            help="Answers that tell the scorer what to do, and how many of them the team would be shown.",
        )
        st.metric(
            "Raised by orders",
            f"{found.raised:.1f}",
            border=True,
            help="The most that an order to the scorer raised any criterion, above what the same words got without it.",
        )
        st.metric(
            "Silence rated",
            "None" if not found.silence_rated else f"{found.silence_rated} of {found.total}",
            border=True,
            help="Saying nothing is no low level but none at all.",
        )
    st.caption(took(found))


def took(found: RehearsalReport) -> str:
    seconds = round(found.seconds)
    lasted = f"It took {'1 second' if seconds == 1 else f'{seconds} seconds'}"
    if not found.calls:
        return f"{lasted} and no call of a model."
    cost = f", about {found.cost:.2f} US dollars" if found.cost is not None else ""
    return (
        f"{lasted} and {found.calls:,} calls of the model: {found.input_tokens:,} tokens in, "
        f"{found.output_tokens:,} out{cost}."
    )


def table(found: RehearsalReport, key: str = "newest") -> None:
    """Competencies by candidates, levels in figures and words."""
    rows = [
        {
            "Competency": row.competency,
            **{name: total(row, kind) for kind, name in _NAMES.items()},
            "Told apart": f"{sum(_apart(one.verdict) for one in row.criteria)} of {len(row.criteria)}",
        }
        for row in found.competencies
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        row_height=_row_height(found),
        key=f"rehearsed-{key}",
        alt="Levels by competency and simulated candidate",
        column_config={
            "Competency": st.column_config.TextColumn(width=215, pinned=True),
            **{name: st.column_config.TextColumn(width=100) for name in _NAMES.values()},
            "Told apart": st.column_config.TextColumn(width=90, help="Criteria that told strong from weak."),
        },
    )


def _row_height(found: RehearsalReport) -> int | None:
    """Room for the longest name's lines in pixels; Streamlit breaks a cell's text in rows higher than 4 rem only."""
    lines = max(len(textwrap.wrap(row.competency, _LINE_CHARS)) for row in found.competencies)
    return None if lines < 2 else max(66, 14 + 22 * lines)


def to_do(found: RehearsalReport) -> None:
    st.markdown("**What to change**")
    if not found.advice:
        st.caption("Nothing was found that has to change.")
    for sentence in found.advice:
        st.markdown(f"- {escaped(sentence)}")


def by_criterion(found: RehearsalReport) -> None:
    rows = [
        {
            "Competency": competency,
            "Criterion": one.criterion,
            **{_NAMES[kind]: level(one.levels[kind]) for kind in KINDS},
            "Told apart": _VERDICTS[one.verdict],
        }
        for competency, one in found.criteria()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        alt="Levels by criterion",
    )


def interviews(found: RehearsalReport) -> None:
    rows = [
        {
            "Candidate": _NAMES[one.kind],
            "Turns": one.turns,
            "Length": minutes(int(one.seconds * 1000)),
            "Skipped": one.skipped,
            "Unasked": one.unasked,
            "Flagged": ", ".join(f"{count} {_FLAGS.get(kind, kind)}" for kind, count in one.flags.items()) or "Nothing",
        }
        for one in found.candidates
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", alt="How each interview went")
    st.caption("Length is minutes and seconds of the interview's own clock, at an unhurried pace of speaking.")
    orders = [
        {"Order to the scorer": _ORDERS.get(one.order, one.order), "Given": one.given, "Flagged": one.flagged}
        for one in found.orders
    ]
    if orders:
        st.dataframe(pd.DataFrame(orders), hide_index=True, height="content", alt="Orders to the scorer")


def total(row: CompetencyTrial, kind: Kind) -> str:
    if row.totals[kind]:
        return in_words(row.totals[kind])
    return "No evidence" if row.asked[kind] else "Not asked"


def level(one: TrialLevel) -> str:
    if one.status == "assessed":
        return in_words(one.level)
    return "No evidence" if one.status == "insufficient_evidence" else "Not assessed"


def in_words(score: float) -> str:
    name = "low" if score < THIN else "high" if score >= STRONG else "middle"
    return f"{score:.1f} {name}"


def _apart(verdict: Verdict) -> bool:
    return verdict in ("apart", "weak_without_level")
