"""How a page reaches the service, and who is looking at it."""

from functools import lru_cache

import streamlit as st

from interview.access import COOKIE_NAME, Actor
from interview.service import Service, open_service


@lru_cache(maxsize=1)
def service() -> Service:
    """The process's one service; `app.py` opens it before any page runs."""
    return open_service()


def visitor() -> Actor | None:
    """Who came in by the door; None for anybody else."""
    return service().access.by_cookie(st.context.cookies.get(COOKIE_NAME))
