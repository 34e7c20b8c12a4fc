"""How a page reaches the service, and who is looking at it."""

from functools import lru_cache

import streamlit as st

from interview.access import COOKIE_NAME, Actor
from interview.service import Service, open_service
from interview.spoken import voice_mode


@lru_cache(maxsize=1)
def service() -> Service:
    """The process's one service; `app.py` opens it before any page runs."""
    return open_service()


def warm_up() -> None:
    """Load what the first answer, or the first call, would otherwise wait for. Takes seconds."""
    service().warm_up()
    if voice_mode(service().context.settings) is not None:
        from pages.components.webrtc.call import prepare

        prepare()


def visitor() -> Actor | None:
    """Who came in by the door; None for anybody else."""
    return service().access.by_cookie(st.context.cookies.get(COOKIE_NAME))
