"""What a candidate may say of themselves after the interview: voluntary, and never shown again, not even to them."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.demographics import RACES, SEXES, SelfReport, SelfReportState
from interview.errors import InterviewError, InvalidPayload
from interview.journeys import Journey
from pages.components import problems
from pages.components.service import service
from pages.components.times import moment

_SEX, _RACE = "self-report-sex", "self-report-race"
_FAILED, _CHANGING, _THANKS = "self-report-failed", "self-report-changing", "self-report-thanks"
_TAKEN_BACK = "self-report-taken-back"
_WHY_SO_FEW = (
    "These are the categories in which employers in the United States report, and in which fairness is checked there. "
    "If none is yours, choose “I prefer not to say”."
)


def section(actor: Actor, journey: Journey) -> None:
    """The question, or that it has been answered; nothing where it is not asked."""
    with problems.problems():
        state = service().demographics.state(actor, journey.interview_id)
        if not state.offered:
            return
        st.subheader("About you, if you like", anchor=False)
        for sentence in state.notice:
            st.write(sentence)
        if refused := st.session_state.pop(_FAILED, None):
            problems.show(refused)
        if st.session_state.pop(_TAKEN_BACK, False):
            st.success("Your answer is deleted.", icon=":material/check:")
        if state.given_at is not None and not st.session_state.get(_CHANGING):
            _given(actor, journey, state)
        else:
            _form(actor, journey, state)


def _given(actor: Actor, journey: Journey, state: SelfReportState) -> None:
    if st.session_state.pop(_THANKS, False):
        st.success("Thank you. Your answer is kept apart from your interview.", icon=":material/check:")
    if state.given_at is not None:
        st.caption(f"You answered on {moment(state.given_at)}. What you said is shown to nobody, here neither.")
    with st.container(horizontal=True):
        st.button("Answer anew", key="change-self-report", icon=":material/edit:", on_click=_change)
        st.button(
            "Take my answer back",
            key="take-back-self-report",
            icon=":material/delete:",
            on_click=_take_back,
            args=(actor, journey.interview_id),
        )


def _form(actor: Actor, journey: Journey, state: SelfReportState) -> None:
    with st.form("self-report"):
        st.radio("Sex", list(SEXES), index=None, format_func=SEXES.__getitem__, key=_SEX, horizontal=True)
        st.radio("Race or ethnicity", list(RACES), index=None, format_func=RACES.__getitem__, key=_RACE)
        st.caption(_WHY_SO_FEW)
        st.form_submit_button(
            "Save", key="save-self-report", icon=":material/check:", on_click=_give, args=(actor, journey.interview_id)
        )
    if state.given_at is None:
        st.caption("You need not answer: you can simply close this page.")


def _change() -> None:
    st.session_state[_CHANGING] = True


def _give(actor: Actor, interview_id: str) -> None:
    sex, race = st.session_state[_SEX], st.session_state[_RACE]
    if sex is None or race is None:
        st.session_state[_FAILED] = InvalidPayload("Choose an answer to both, “I prefer not to say” where you like.")
        return
    try:
        service().demographics.give(actor, interview_id, SelfReport(sex=sex, race=race))
    except InterviewError as error:
        st.session_state[_FAILED] = error
    else:
        st.session_state.pop(_CHANGING, None)
        st.session_state[_THANKS] = True


def _take_back(actor: Actor, interview_id: str) -> None:
    try:
        service().demographics.take_back(actor, interview_id)
    except InterviewError as error:
        st.session_state[_FAILED] = error
    else:
        st.session_state[_TAKEN_BACK] = True
