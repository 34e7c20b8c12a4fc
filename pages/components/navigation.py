"""Which pages a visitor gets. A page that is not listed for a role cannot be reached by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.navigation.page import Page

from interview.access import Actor

Menu = Mapping[str, Sequence[Page]]


def menu(actor: Actor | None) -> Menu:
    """Section → pages; the first page is the one that the visitor lands on."""
    if actor is None or actor.role == "program":
        return {"": [st.Page("pages/home/start.py", title="Candor", icon=":material/waving_hand:", default=True)]}
    if actor.role == "candidate":
        return {"": [st.Page("pages/candidate/journey.py", title="Your interview", icon=":material/forum:")]}
    scores = st.Page("pages/analyst/scores.py", title="Scores", icon=":material/query_stats:", url_path="scores")
    fairness = st.Page("pages/analyst/fairness.py", title="Fairness", icon=":material/balance:", url_path="fairness")
    questions = st.Page("pages/analyst/questions.py", title="Questions", icon=":material/quiz:", url_path="questions")
    agreement = st.Page(
        "pages/analyst/agreement.py", title="Agreement", icon=":material/handshake:", url_path="agreement"
    )
    if actor.role == "analyst":
        # The page at the root has no address of its own, and a colleague's link to the scores is to open.
        first = st.Page(lambda: st.switch_page(scores), title="Candor", default=True, visibility="hidden")
        return {"": [first, scores, questions, agreement, fairness]}
    people = st.Page(
        "pages/admin/people.py", title="People and keys", icon=":material/manage_accounts:", url_path="people"
    )
    webhooks = st.Page("pages/admin/webhooks.py", title="Webhooks", icon=":material/webhook:", url_path="webhooks")
    audit = st.Page("pages/admin/audit.py", title="Audit log", icon=":material/history:", url_path="audit")
    return {
        "Interviews": _hiring(),
        # Not for the team: a reviewer rates first, and figures tell of scores that they are still to give.
        **({"Scores": [scores, questions, agreement, fairness]} if actor.role == "administrator" else {}),
        **({"Administration": [people, webhooks, audit]} if actor.role == "administrator" else {}),
    }


def _hiring() -> list[Page]:
    return [
        st.Page("pages/hiring/interviews.py", title="Interviews", icon=":material/list_alt:", default=True),
        st.Page("pages/hiring/upload.py", title="New interviews", icon=":material/upload_file:", url_path="new"),
        st.Page("pages/hiring/compare.py", title="Compare", icon=":material/view_column:", url_path="compare"),
        st.Page("pages/hiring/positions.py", title="Positions", icon=":material/work:", url_path="positions"),
        st.Page(
            "pages/hiring/interview.py",
            title="Interview",
            icon=":material/person:",
            url_path="interview",
            visibility="hidden",  # reached from the list, with the interview's id
        ),
        st.Page(
            "pages/hiring/rehearsal.py",
            title="Rehearsal",
            icon=":material/theater_comedy:",
            url_path="rehearsal",
            visibility="hidden",  # reached from the position, with its id
        ),
        st.Page("pages/hiring/observe.py", title="Observe and practise", icon=":material/forum:", url_path="observe"),
    ]
