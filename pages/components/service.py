"""How a page reaches the service, and who is looking at it."""

import sys
from functools import lru_cache

import streamlit as st

from interview.access import COOKIE_NAME, Actor
from interview.errors import InterviewError
from interview.service import Service, open_service
from interview.spoken import voice_mode


@lru_cache(maxsize=1)
def service() -> Service:
    """The process's one service; `app.py` opens it before any page runs."""
    return open_service()


def open_at_start() -> Service:
    """The service, for the server's start, which ends with a sentence where it cannot be opened."""
    try:
        return service()
    except InterviewError as error:
        sys.exit(f"{error.code}: {error.message}")


def warm_up() -> None:
    """Load what the first answer, or the first call, would otherwise wait for. Takes seconds."""
    service().warm_up()
    if voice_mode(service().context.settings) is not None:
        from pages.components.webrtc.call import prepare

        prepare()


def visitor() -> Actor | None:
    """Who came in by the door; None for anybody else."""
    return service().access.by_cookie(st.context.cookies.get(COOKIE_NAME))
