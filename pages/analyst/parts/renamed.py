"""The same answers under other names, rated again: run by hand, since it takes time and what a model takes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from interview.access import Actor
from interview.counterfactual import MOST, SWAPS, CounterfactualReport, Shift
from interview.fairness import FairnessReport
from pages.components import problems
from pages.components.service import service
from pages.components.text import escaped, sentence
from pages.components.times import moment

_WHAT = (
    "Would the ratings have been others, had somebody else said the same? The answers of completed interviews are "
    "rated again as they stand, and again with the candidate's name, he, she and they, and forms of address replaced. "
    "Nothing is stored as a score. Levels should stay where they are."
)


def section(actor: Actor, report: FairnessReport) -> None:
    """Choose how many, run, and read the result; of one position."""
    st.divider()
    st.subheader("The same answers under other names", anchor=False)
    st.write(_WHAT)
    if report.position_id is None:
        st.caption("Choose a position above to run it.")
        return
    kept = f"renamed-{report.position_id}"
    most = int(st.number_input("Newest interviews, at most", 1, MOST, min(20, MOST), key="renamed-most", width=220))
    st.caption(
        f"An answered question takes two evaluations, and up to {len(SWAPS)} more where there is something to replace. "
        "With a model they are charged to each interview's usage."
    )
    if st.button("Rate again under other names", key="renamed-run", icon=":material/swap_horiz:"):
        bar = st.progress(0.0, "Rating …")
        with problems.problems():
            st.session_state[kept] = service().counterfactuals.run(
                actor, report.position_id, most, lambda share: bar.progress(share, "Rating …")
            )
        bar.empty()
    if kept in st.session_state:
        _result(st.session_state[kept])


def _result(report: CounterfactualReport) -> None:
    if not report.interviews:
        st.write("This position has no completed interview yet.")
        return
    control, *swaps = report.swaps
    st.caption(
        f"{moment(report.made_at)}, {escaped(report.engine)} ({escaped(report.model)}): {report.interviews} interviews "
        f"with {report.responses} answered questions."
    )
    if report.stopped:
        st.warning(f"Not all were rated: {sentence(report.stopped)}", icon=":material/warning:")
    st.write(_verdict(control, swaps))
    if not report.names_read:
        st.write(
            "Names are taken out before anything is sent to the model, here as in every interview. What a swap of "
            "names moves is the model's own unsteadiness; pronouns and forms of address do reach it."
        )
    st.dataframe(
        pd.DataFrame([{"Replaced by": one.label, "Questions": one.responses, **_figures(one)} | {
            "Same words cited": one.same_evidence} for one in report.swaps]),
        hide_index=True, height="content", column_config=_COLUMNS, alt="How far levels moved, by swap",
    )  # fmt: skip
    with st.expander("By criterion", icon=":material/table_rows:"):
        rows = [
            {"Replaced by": one.label, "Competency": each.competency, "Criterion": each.criterion, **_figures(each)}
            for one in report.swaps
            for each in one.criteria
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=_COLUMNS, alt="How far each criterion moved")


def _verdict(control: Shift, swaps: Sequence[Shift]) -> str:
    if not any(one.n for one in swaps):
        return "No answer has a name, a pronoun or a form of address in it, so there was nothing to replace."
    largest = max(one.largest for one in swaps)
    if largest == 0 and not any(one.appeared for one in swaps):
        return "No level moved under any other name."
    alone = f"Rated twice unchanged, they move by up to {control.largest:.2f}."
    return f"The largest move under another name is {largest:.2f} of a level. {alone} Read the means beside each other."


def _figures(shift: Shift) -> dict[str, object]:
    return {
        "Ratings": shift.n,
        "Mean move": shift.mean,
        "Largest move": shift.largest,
        "Did not move": shift.unmoved,
        "Came or went": shift.appeared,
    }


_COLUMNS = {
    "Replaced by": st.column_config.TextColumn(pinned=True, width=210),
    "Questions": st.column_config.NumberColumn(width=90, help="Answers with words that this swap replaces."),
    "Ratings": st.column_config.NumberColumn(width=80, help="Criteria with a level in these answers."),
    "Mean move": st.column_config.NumberColumn(format="%+.3f", width=100, help="In levels of the 1 to 5 scale."),
    "Largest move": st.column_config.NumberColumn(format="%.2f", width=110, help="In levels, up or down."),
    "Did not move": st.column_config.NumberColumn(format="percent", width=110),
    "Came or went": st.column_config.NumberColumn(width=110, help="Levels that are there only once; in no mean."),
    "Same words cited": st.column_config.NumberColumn(
        format="percent", width=130, help="Ratings that rest on the very same words of the candidate."
    ),
}
