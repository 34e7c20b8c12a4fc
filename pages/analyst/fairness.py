"""Whether interviews treat groups of people alike: rates and impact ratios, and the same answers under other names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from interview.access import Actor
from interview.fairness import FEWEST_PEOPLE, FairnessPosition, FairnessReport
from interview.statistics.audit_layout import BY, audit_csv, audit_json, audit_xlsx
from interview.statistics.impact import Kind
from interview.statistics.withholding import FEWEST
from pages.analyst.parts import renamed
from pages.analyst.parts.rates import rates
from pages.components.guard import staff
from pages.components.problems import needed
from pages.components.service import service

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SPANS = {30: "Last 30 days", 90: "Last 90 days", 365: "Last 12 months", 730: "Last 24 months"}
EVER = "All time"


def what_they_say() -> None:
    st.markdown(
        "- **What the tables are.** Of the people who chose to say their sex and race or ethnicity: how often each "
        "group was selected by the team, and how often it scored above the median. The impact ratio is a group's rate "
        "divided by the highest group's. New York City's Local Law 144 asks for these figures.\n"
        "- **What they do not prove.** A ratio under 0.80 (four fifths, 29 CFR 1607.4(D)) is a reason to look closer, "
        "not proof that a group is treated badly; a ratio above it is no proof that all is well. In small groups one "
        "person more or less moves the ratio a lot, so read the bounds too. People who did not say may differ from "
        "those who did.\n"
        "- **What they are not.** An audit under the law has to be done by somebody independent. Nothing here tells "
        f"what one person answered: outcomes of groups of fewer than {FEWEST} people are not shown, and there are no "
        f"tables before {FEWEST_PEOPLE} people have answered."
    )


def filters(choices: Sequence[FairnessPosition]) -> tuple[str | None, int | None]:
    """Position and days, from the URL and back into it."""
    names = {each.position_id: f"{each.role_title} ({each.interviews:,})" for each in choices}
    told = st.query_params
    st.session_state["fairness_position"] = told.get("position") if told.get("position") in names else None
    days = told.get("days", "")
    st.session_state["fairness_days"] = int(days) if days in map(str, SPANS) else None
    with st.grid(2, min_column_width=260):
        position = st.selectbox(
            "Position", list(names), index=None, placeholder="All positions", format_func=names.__getitem__,
            key="fairness_position", on_change=to_url, args=("position",),
            help="Scores compare within a position. In brackets: how many interviews have ended.",
        )  # fmt: skip
        span = st.selectbox(
            "Interviews completed in", list(SPANS), index=None, placeholder=EVER, format_func=SPANS.__getitem__,
            key="fairness_days", on_change=to_url, args=("days",),
        )  # fmt: skip
    return position, span


def to_url(name: str) -> None:
    value = st.session_state[f"fairness_{name}"]
    if value is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = str(value)


def figures(report: FairnessReport) -> None:
    decided = report.decisions
    with st.grid(4, min_column_width=150):
        st.metric("Interviews", f"{report.people:,}", border=True, help="Completed, or scored from a transcript.")
        st.metric(
            "Self-reports", f"{report.self_reports:,}", border=True, help="People who said their sex or race or both."
        )
        st.metric(
            "Decided",
            f"{decided.advanced + decided.declined:,}",
            border=True,
            help="Advanced or declined, as it stands.",
        )
        st.metric(
            "Median score",
            f"{report.median:.2f}" if report.scored else "None",
            border=True,
            help="Of all overall scores, 1 to 5, of people who did not say anything of themselves too.",
        )
    st.caption(
        f"Selected: {decided.advanced:,}. Declined: {decided.declined:,}. Not in the selection rates: "
        f"{decided.held:,} on hold and {decided.undecided:,} without a decision. Not in the scoring rates: "
        f"{report.unscored:,} of whom nothing could be rated." + (" Only the newest are counted." if report.cut else "")
    )


def tables(report: FairnessReport) -> None:
    if not report.tables:
        st.info(
            f"Tables appear when {FEWEST_PEOPLE} people have said something of themselves; so far it is "
            f"{report.self_reports}. Candidates are asked after the interview, and need not answer.",
            icon=":material/hourglass_empty:",
        )
        return
    selection, scoring = st.tabs(["Selected by the team", "Scored above the median"])
    with selection:
        tab(report, "selection")
    with scoring:
        tab(report, "scoring")
    downloads(report)


def tab(report: FairnessReport, kind: Kind) -> None:
    found = [table for table in report.tables if table.kind == kind]
    flagged = [(table, [group.short_name for group in table.groups if group.flagged]) for table in found]
    lines = [f"- {BY[table.by].capitalize()}: {'; '.join(names)}." for table, names in flagged if names]
    if lines:
        st.warning("\n".join(["Under four fifths of the highest rate:", *lines]), icon=":material/flag:")
    else:
        st.caption("No group is under four fifths of the highest rate.")
    st.caption(
        "Lines are bounds of 95 %; the upright stroke is at four fifths of the highest rate. Hollow points are left "
        "out of the ratios. Every category of race but the first is of people who are not Hispanic or Latino."
    )
    for table in found:
        rates(table)


def downloads(report: FairnessReport) -> None:
    st.subheader("Take it with you", anchor=False)
    st.caption("A row per table and category, as an audit under Local Law 144 publishes them; the JSON is REST's.")
    kinds: Sequence[tuple[str, str, Callable[[FairnessReport], str | bytes]]] = (
        ("csv", "text/csv", audit_csv),
        ("xlsx", XLSX, audit_xlsx),
        ("json", "application/json", audit_json),
    )
    with st.container(horizontal=True):
        for kind, mime, write in kinds:
            st.download_button(
                f"Download {kind.upper()}",
                data=partial(write, report),
                file_name=f"fairness.{kind}",
                mime=mime,
                icon=":material/download:",
                key=f"fairness_{kind}",
                on_click="ignore",
            )


def nothing_yet() -> None:
    st.subheader("No interview has been completed yet")
    st.write("Figures appear here when candidates have finished their interviews and the team has decided.")


def page(actor: Actor) -> None:
    st.title("Fairness")
    what_they_say()
    with needed():
        choices = service().fairness.positions(actor)
    if not choices:
        nothing_yet()
        return
    position, span = filters(choices)
    with needed(), st.spinner("Figures are being made …"):
        report = service().fairness.report(actor, position, span)
    figures(report)
    tables(report)
    renamed.section(actor, report)


actor = staff("analyst", "administrator")
page(actor)
