"""The first page of whoever is not signed in, or has a role without pages: what this is, and how to come in."""

import streamlit as st

from interview import __version__
from interview.access import COOKIE_NAME
from pages.components.service import service, visitor
from pages.components.text import escaped

actor = visitor()
lapsed = actor is None and bool(st.context.cookies.get(COOKIE_NAME))

if lapsed:
    st.title("Your link does not open any more")
    st.write(
        "It has run out, or the team has withdrawn it. Please ask the person who sent it to you for a new one; if that "
        "one came already, open it now."
    )
    st.write(
        "If you were in the middle of an interview: your answers are kept, and so is what you were writing, unless the "
        "team has deleted the interview. A new link leads back to where you were. That a link ends says nothing about "
        "you."
    )
else:
    st.title("Candor")
    st.write(
        "Structured interviews that people can check. Everybody who applies for a position gets the same core "
        "questions, every score rests on words that the candidate really said, and a person decides."
    )

if actor is not None:
    with st.container(border=True):
        st.subheader("Your role is for programs", anchor=False)
        st.write(
            f"{escaped(actor.name)}, your link is for the program role, which has no pages: a program of that role "
            "calls the REST interface with an API key. To work here, ask an administrator for a link of another role."
        )
        st.html('<a href="/leave" target="_self" style="color: inherit">Sign out</a>')
elif not lapsed:
    st.header("How to come in", anchor=False)
    candidates, team = st.columns(2)
    with candidates.container(border=True, height="stretch"):
        st.subheader(":material/mail: You are invited to an interview", anchor=False)
        st.write(
            "Open the link of your invitation. It leads to your own interview, and back to it as often as you need."
        )
    with team.container(border=True, height="stretch"):
        st.subheader(":material/groups: You belong to the team", anchor=False)
        st.write(
            "Open your personal link. An administrator makes one for each person; the first one is in what the server "
            "printed when it was started."
        )
    st.caption(
        "If you came in before and are back here, open your link again: a browser forgets it after a week. If it does "
        "not open, ask whoever sent it for a new one."
    )

if not lapsed:
    st.space("small")
    st.link_button("REST documentation", "/api/docs", icon=":material/api:")
    st.caption(f"Version {__version__}, {escaped(service().context.engine.name)} engine.")
