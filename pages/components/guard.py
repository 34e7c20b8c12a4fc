"""Who may run a page. Every page but the first begins with one of these; the use cases check again."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from interview.access import Actor, Role
from pages.components.service import visitor


def staff(*roles: Role) -> Actor:
    """The visitor, when they have one of these roles; the page ends here for anybody else."""
    actor = visitor()
    if actor is None or actor.role not in roles:
        _stop()
    return actor


def candidate() -> Actor:
    """The candidate who came in by their invitation; the page ends here for anybody else."""
    actor = visitor()
    if actor is None or actor.role != "candidate":
        _stop()
    return actor


def _stop() -> NoReturn:
    st.title("This page is not open to you")
    st.write("Your link does not reach it, or it has run out. Open your link again, or ask for a new one.")
    st.stop()
