"""How the questions of a position do: how hard they are, and which of them tell candidates apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pandas as pd
import streamlit as st

from interview.question_statistics import QuestionReport, ScoredPosition, StatisticsFilter
from interview.statistics.item_analysis import FEWEST, QuestionStatistic
from interview.statistics.question_findings import FEW, TELLS_APART
from pages.analyst.parts.filters import counted, day, pick
from pages.components import statistics_charts
from pages.components.guard import staff
from pages.components.problems import needed
from pages.components.service import service
from pages.components.text import escaped, sentence

Numbered = Sequence[tuple[int, QuestionStatistic]]
"""Questions with their numbers on the page."""

_QUIET = ("as_expected", "too_few")
_PER_CENT = "%.0f%%"
_UNKNOWN_HINTS = (
    "Talks with Gemini and transcripts from elsewhere are left out: nobody knows what was a hint there. Empty where "
    "there are no others."
)
_TITLES = {
    "number": ("No.", "The question's number on this page, as in the chart.", None),
    "question": ("Question", "The words that everybody is asked.", None),
    "asked": ("Asked", "How many candidates were asked it.", "%d"),
    "mean": ("Mean", "The mean of its scores, 1 to 5.", "%.2f"),
    "difficulty": ("Difficulty", "(mean - 1) / 4, from 0 (hard) to 1 (easy): the p-value of an item analysis.", "%.2f"),
    "discrimination": (
        "Apart (r)",
        "Tells apart: correlation with the mean of the candidate's other questions.",
        "%.2f",
    ),
    "not_assessed_share": ("Not assessed", "Answers that showed nothing the rubric asks for.", _PER_CENT),
    "skipped_share": ("Skipped", "Candidates who left it unanswered.", _PER_CENT),
    "hint_share": ("Hints", f"Candidates who were given a hint. {_UNKNOWN_HINTS}", _PER_CENT),
    "follow_up_share": ("Follow-ups", "Candidates who were asked on.", _PER_CENT),
    "answered": ("Answered", "How many said something to it.", "%d"),
    "competency": ("Competency", "What it is rated for.", None),
    "kind": ("Kind", "Core: every candidate gets it. Custom: the team added it to some interviews.", None),
}
"""The table's columns: title, what it holds, format."""
_WIDTHS = {
    "number": 45, "question": 180, "asked": 58, "mean": 60, "difficulty": 78, "discrimination": 78,
    "not_assessed_share": 100, "skipped_share": 74, "hint_share": 58, "follow_up_share": 86, "answered": 82,
    "competency": 170, "kind": 75,
}  # fmt: skip
"""In pixels: the figures are to stand beside the question on a small laptop."""
_THREE_LINES = 66
"""A row's pixels; from 64 on its words are broken into lines."""


def chosen(choices: Sequence[ScoredPosition]) -> tuple[str | None, StatisticsFilter]:
    """The filter's widgets, and what they say; a single position needs no choice."""
    positions = {each.position_id: each for each in choices}
    titles = [each.role_title for each in choices]

    def label(position_id: str) -> str:
        of = positions[position_id]
        same = f", {position_id}" if titles.count(of.role_title) > 1 else ""
        return f"{of.role_title} ({counted(of.scorecards, 'scorecard')}{same})"

    only = choices[0].position_id if len(choices) == 1 else None
    with st.grid(4, min_column_width=160, vertical_alignment="bottom"):
        told = pick("position", "Position", list(positions), label, label(only) if only else "Choose a position")
        position = told or only
        versions = positions[position].versions if position else ()
        version = pick(
            "version", "Plan version", versions, lambda number: f"Version {number}", "All versions",
            disabled=not position,
        )  # fmt: skip
        first, last = day("from", "Scored from (UTC)"), day("to", "Scored to, inclusive (UTC)")
    return position, StatisticsFilter(
        version=version,
        scored_from=midnight(first) if first else None,
        scored_to=midnight(last + timedelta(days=1)) if last else None,
    )


def midnight(of: date) -> datetime:
    return datetime.combine(of, time.min, tzinfo=UTC)


def striking(found: Numbered) -> Numbered:
    """Those of which there is something to say."""
    return [(n, each) for n, each in found if any(finding.kind not in _QUIET for finding in each.findings)]


def figures(report: QuestionReport, found: Numbered) -> None:
    with st.grid(3, min_column_width=150):
        st.metric("Scorecards", f"{report.scorecards:,}", border=True, help="One a session; rehearsals do not count.")
        st.metric("Questions", len(found), border=True, help="Different ones. Probes are counted apart.")
        st.metric("To look at", len(striking(found)), border=True, help="Questions that stand out below.")
    if report.unknown:
        st.caption(
            f"{counted(report.unknown, 'scorecard')} without planned questions, in no figure below: transcripts from "
            "elsewhere in other words, and scores of before questions were kept."
        )
    if report.makes > 1:
        st.caption(
            f"These scores come from {report.makes} different engines, models or prompt versions. A change between "
            "plan versions may be theirs."
        )


def to_look_at(found: Numbered) -> None:
    st.subheader("What to look at")
    shown = striking(found)
    if not shown:
        enough = any(each.asked >= FEWEST for _, each in found)
        st.write(
            "Nothing stands out."
            if enough
            else f"Too few interviews to say anything: that takes {FEWEST} candidates a question."
        )
    for number, each in shown:
        with st.container(border=True):
            st.markdown(f"**{number}. {escaped(each.question)}**")
            st.caption(escaped(each.competency) + (f". {sentence(each.note)}" if each.note else ""))
            for finding in each.findings:
                st.markdown(f"{sentence(finding.says)} {sentence(finding.do)}")


def chart(found: Numbered) -> None:
    st.subheader("Level and discrimination")
    if not any(each.discrimination for _, each in found):
        st.caption(
            f"Drawn once {FEWEST} candidates have answered a question and at least one other, in different ways."
        )
        return
    st.caption(
        "Each number is a question, as in the table. To the right it is easier; the higher up, the better those who do "
        f"well on it do elsewhere. Under the dashed line (r = {TELLS_APART:.2f}) it hardly tells candidates apart. A "
        f"dashed circle is of fewer than {FEW} candidates."
    )
    statistics_charts.questions(found)


def table(found: Numbered) -> None:
    st.subheader("All questions")
    rows = [
        each.model_dump()
        | {
            name: 100 * value
            for name, value in each.model_dump().items()
            if name.endswith("_share") and value is not None
        }
        | {
            "number": number,
            "kind": each.kind.capitalize(),
            "discrimination": each.discrimination.r if each.discrimination else None,
        }
        for number, each in found
    ]
    st.dataframe(
        pd.DataFrame(rows, columns=list(_TITLES)),
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(title, help=text, format=form, width=_WIDTHS.get(name))
            if form
            else st.column_config.TextColumn(title, help=text, pinned=name == "number", width=_WIDTHS.get(name))
            for name, (title, text, form) in _TITLES.items()
        },
        height="content",
        row_height=_THREE_LINES,
        alt="Questions with their statistics, one per row",
    )


def versions(found: Numbered) -> None:
    drifts = [(number, each.drift) for number, each in found if each.drift]
    if not drifts:
        return
    st.subheader("Between plan versions")
    st.caption(
        "The same words under two versions of plan and rubric: the difference of the means in levels, with its 95 % "
        "interval, and in standard deviations (.2 is small, .5 middling, .8 large)."
    )
    rows = [
        {
            "No.": number,
            "Versions": f"{drift.from_version} → {drift.to_version}",
            "Scores": f"{drift.n_from} → {drift.n_to}",
            "Mean": f"{drift.mean_from:.2f} → {drift.mean_to:.2f}",
            "Difference": f"{drift.difference:+.2f}",
            "95 % interval": "None" if drift.low is None else f"{drift.low:+.2f} to {drift.high:+.2f}",
            "Standardised": "None" if drift.effect is None else f"{drift.effect:+.2f}",
        }
        for number, drift in drifts
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Questions under two plan versions, one per row")


def probes(report: QuestionReport) -> None:
    if not report.probes:
        return
    st.subheader("Questions for one candidate")
    st.caption(
        "Probes come from a résumé, and the team adds questions to single interviews. Their words are about one person "
        "and are not shown; no two are the same, so they have no discrimination."
    )
    rows = [
        {
            "Competency": each.competency,
            "Asked": each.asked,
            "Answered": each.answered,
            "Mean level": each.mean,
            "Not assessed": 100 * each.not_assessed_share,
        }
        for each in report.probes
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={
            "Mean level": st.column_config.NumberColumn(format="%.2f"),
            "Not assessed": st.column_config.NumberColumn(format=_PER_CENT),
        },
        alt="Questions for one candidate, by competency",
    )


def reading() -> None:
    with st.expander("How to read this", icon=":material/menu_book:"):
        st.markdown(
            "- **Difficulty** is the mean as a share of the scale, (mean - 1) / 4; high is easy (Crocker and Algina "
            "1986).\n"
            "- **Tells apart** is the corrected item-total correlation: Pearson's r of the question's score with the "
            f"mean of the candidate's other questions. Under {TELLS_APART:.2f} an item is poor (Ebel and Frisbie "
            "1991).\n"
            f"- Under {FEWEST} candidates nothing is said of a question. Under {FEW} a mean is good to half a level at "
            "best and r may be chance.\n"
            "- The scores are the engine's. A question that the engine rates badly looks like a bad question: read "
            "some answers before you change it.\n"
            "- Nothing here says that a question is fair, or that it predicts how somebody will work."
        )


actor = staff("analyst", "administrator")
st.title("Questions")
st.caption(
    "Which questions are too easy, come to nothing, or do not tell candidates apart. Scores are the engine's; ids "
    "stand for names."
)
with needed():
    choices = service().question_statistics.positions(actor)
if not choices:
    st.subheader("No interview has been scored yet")
    st.write("Questions show here once a candidate has finished an interview.")
    st.stop()
position_id, wanted = chosen(choices)
if position_id is None:
    st.subheader("Choose a position")
    st.write("Questions compare within a position: its candidates are asked the same ones.")
    st.stop()
with needed():
    report = service().question_statistics.of_position(actor, position_id, wanted)
found = list(enumerate(report.questions, start=1))
if report.scorecards:
    figures(report, found)
    to_look_at(found)
    chart(found)
    table(found)
    versions(found)
    probes(report)
else:
    st.subheader("No scorecards match this filter")
    st.write("Widen the range of days, or choose another plan version.")
reading()
