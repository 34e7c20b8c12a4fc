"""What stands around every page: icon, navigation by role, who is signed in and the way out."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from interview.access import Actor
from pages.components.navigation import menu
from pages.components.service import visitor
from pages.components.text import escaped

_TIGHT = "<style>.stMainBlockContainer { padding-top: 4.25rem; padding-bottom: 4rem }</style>"
"""Streamlit leaves six times the letter height above a page: on a phone that is where the answer field should be."""

_IMAGES = Path(__file__).parent.parent / "images"


def run() -> None:
    """Run the page that the visitor asked for, if it is theirs; their first one otherwise."""
    actor = visitor()
    inside = actor is not None and actor.role not in ("candidate", "program")
    st.set_page_config(page_icon=str(_IMAGES / "mark.svg"), layout="wide" if inside else "centered")
    st.logo(str(_IMAGES / "logo.svg"), icon_image=str(_IMAGES / "mark.svg"), size="large")
    page = st.navigation(menu(actor), position="sidebar" if inside else "hidden")
    st.html(_TIGHT)
    if inside and actor is not None:
        _signed_in(actor)
    page.run()


def _signed_in(actor: Actor) -> None:
    with st.sidebar:
        st.caption(f"{escaped(actor.name)}, {actor.role}")
        st.html('<a href="/leave" target="_self" style="color: inherit">Sign out</a>')
