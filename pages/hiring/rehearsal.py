"""Trying a position out before candidates meet it, and scoring its interviews again when something has changed."""

from __future__ import annotations

import streamlit as st

from interview.access import Actor
from interview.errors import InterviewError
from interview.positions import Position
from pages.components.guard import staff
from pages.components.problems import needed, problems, show
from pages.components.service import service
from pages.components.text import escaped
from pages.hiring.parts import rehearsed, rescored

_RESCORED = "rescored-run"


def rehearsal(actor: Actor, position: Position) -> None:
    """The button, the newest report, earlier ones below."""
    with needed():
        found = service().rehearsals.list(actor, position.position_id)
    st.caption(
        "Five simulated candidates, who speak English, go through the plan: a strong one, a weak one, one who says "
        "nothing, one who rambles and one who gives orders to the scorer. It shows what the rubric can tell apart. "
        "Nothing of it is kept but the report, and no candidate sees it."
    )
    version = position.plan_version
    if not any(one.plan_version == version for one in found):
        all_the_same = "" if position.approved_at else " It can be approved all the same."
        st.caption(
            f":material/warning: Version {version} of the plan was never rehearsed: a rehearsal shows whether its "
            f"rubric works.{all_the_same}"
        )
    if st.button(f"Rehearse version {version}", type="primary", icon=":material/theater_comedy:"):
        bar = st.progress(0.0, "The candidates come in")
        with problems():
            service().rehearsals.run(actor, position.position_id, lambda what, share: bar.progress(share, what))
            st.rerun()
        bar.empty()
    if found:
        rehearsed.report(found[0])
        rehearsed.earlier(found[1:])


def rescoring(actor: Actor, position: Position) -> None:
    """What it would do and cost, the button, and what the newest version of scoring changed."""
    with needed():
        versions = service().rescoring.versions(actor, position.position_id)
    st.caption(
        "Every completed interview is read again by today's engine. The scorecards that are there stay, and so does "
        "what people put in the place of an engine's level; the new scorecard is the one that counts."
    )
    version = rescored.choose(versions)
    with needed():
        outlook = service().rescoring.outlook(actor, position.position_id, version)
    st.write(rescored.in_words(outlook))
    label = f"Score {outlook.to_score} again" if outlook.to_score else "Score again"
    if st.button(label, type="primary", icon=":material/refresh:", disabled=not outlook.to_score):
        bar = st.progress(0.0, "Reading the first interviews")
        with problems():
            st.session_state[_RESCORED] = service().rescoring.run(
                actor, position.position_id, version, lambda what, share: bar.progress(share, what)
            )
            st.rerun()
        bar.empty()
    if (run := st.session_state.pop(_RESCORED, None)) is not None:
        st.success(rescored.done(run), icon=":material/check:")
    changes(actor, position)


def changes(actor: Actor, position: Position) -> None:
    st.subheader("What changed", anchor=False)
    with needed():
        found = service().rescoring.report(actor, position.position_id)
    if found.from_stamp is None or found.to_stamp is None:
        st.caption("Nothing to compare yet: it takes scorecards by two versions of engine, prompts or rubric.")
        return
    chosen = rescored.compare(found.stamps, found.from_stamp, found.to_stamp)
    if chosen != (found.from_stamp.stamp_id, found.to_stamp.stamp_id):
        with needed():
            found = service().rescoring.report(actor, position.position_id, *chosen)
    rescored.report(found)


visitor = staff("administrator", "hiring")
position_id = st.query_params.get("position", "")
try:
    chosen_position = service().positions.get(visitor, position_id)
except InterviewError as error:
    st.title("Rehearsal", anchor=False)
    show(error)
    st.page_link("pages/hiring/positions.py", label="All positions", icon=":material/arrow_back:")
    st.stop()
st.page_link(
    "pages/hiring/positions.py",
    label="The position",
    icon=":material/arrow_back:",
    query_params={"position": position_id},
)
st.title(escaped(chosen_position.role_title), anchor=False)
view = st.segmented_control(
    "What to do",
    ["Rehearsal", "Score again"],
    default="Rehearsal",
    required=True,
    key="view",
    label_visibility="collapsed",
    bind="query-params",
)
if view == "Score again":
    rescoring(visitor, chosen_position)
else:
    rehearsal(visitor, chosen_position)
