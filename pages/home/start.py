"""The first page: says what runs, who came in, and how to come in."""

import streamlit as st

from interview import __version__
from interview.access import HIRING_ROLES, Actor
from pages.components.service import service, visitor


def interviews_so_far(actor: Actor) -> str:
    """The number of interviews in words, counted up to one page of the list."""
    found, more = service().interviews.list(actor, limit=200)
    return "More than 200 interviews" if more else f"{len(found)} interview{'' if len(found) == 1 else 's'}"


actor = visitor()
st.title("Candor")
st.write("Structured interviews that people can check.")

if actor is None:
    st.subheader("How to come in")
    st.write(
        "If you are a candidate, open the link of your invitation. If you belong to the team, open your personal "
        "link; whoever started this server finds the administrator's in what it printed."
    )
elif actor.role == "candidate" and actor.interview_id:
    st.subheader(service().interviews.role_title(actor, actor.interview_id))
    st.write("You are invited to this interview. It cannot be held on this page yet; the next version brings that.")
else:
    st.write(f"Signed in: {actor.name}, {actor.role}.")
    if actor.role in HIRING_ROLES:
        st.write(f"{interviews_so_far(actor)} so far.")

st.caption(f"Version {__version__}, {service().context.engine.name} engine.")
if actor is None or actor.role != "candidate":
    st.link_button("REST documentation", "/api/docs")
