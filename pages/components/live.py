"""A tab's line to a spoken interview: the call in the page, and the talk that hears and speaks through it.

The call belongs to the tab and is kept from the device check to the end, so that the browser asks for the microphone
once. Which talk is running the process knows (`LiveRooms.running`), and how far it is the database; what is kept here
is only which of them this tab has joined.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st

from interview.access import Actor
from interview.live.line import Loudspeaker, Message
from pages.components.service import service
from pages.components.webrtc import call as webrtc

if TYPE_CHECKING:
    from interview.live.interview import LiveInterview
    from pages.components.webrtc.call import Call

_SEAT = "voice-seat"


@dataclass
class PageLine:
    """What a talk speaks through. The page reads `LiveInterview.view` by itself: nothing has to be told."""

    speaker: Loudspeaker

    def tell(self, message: Message) -> None:
        """Nothing to do."""


class Seat:
    """The tab's place: its call, by number since a call that was ended stays ended, and the talk it has joined."""

    def __init__(self) -> None:
        self.number = 1
        self.call: Call | None = None
        self.talk: LiveInterview | None = None
        self.session_id = ""

    def gone(self) -> None:
        """The call's connection has ended. While it stands and is only silent, the talk itself waits and says so."""
        if self.talk is not None and not (self.call and self.call.state().playing):
            self.talk.leave()


def draw() -> Call:
    """The call's widget at this place of the page; the same call wherever the tab is on its way.

    Has to be drawn in every run while the call is wanted, and inside of the same container: a widget that moves is
    made anew, and the connection with it.
    """
    seat = _seat()
    if seat.call is not None and seat.call.state().dropped:
        end_call()  # its widget would go on offering to disconnect, and nobody could connect again
    seat.call = webrtc.call(
        f"voice-{seat.number}", ice_servers=service().context.settings.ice_servers, on_gone=seat.gone
    )
    return seat.call


def talk(session_id: str | None) -> LiveInterview | None:
    """The talk of this session that the tab has joined; also after it has ended, until `forget`."""
    seat = _seat()
    return seat.talk if seat.session_id == session_id else None


def join(actor: Actor, session_id: str, call: Call) -> None:
    """Begin or go on with the talk through this call. Raises what `LiveRooms.join` raises."""
    seat = _seat()
    seat.talk = service().live.join(actor, session_id, PageLine(call.speaker))
    seat.session_id = session_id
    call.attach(seat.talk)
    if not call.state().playing:  # it ended meanwhile, and there was no talk yet that could be told
        seat.gone()


def forget() -> None:
    """For a button's callback: the talk that has ended is seen; the call stays."""
    seat = _seat()
    seat.talk = None
    if seat.call is not None:
        seat.call.attach(None)


def end_call() -> None:
    """Nothing more is to be said: end the call, if there is one. Another one may be made later."""
    seat = _seat()
    if seat.call is not None:
        seat.call.close()
        seat.call = None
        seat.number += 1


def hang_up() -> None:
    """The candidate is not on the way of the voice (any more): no call, no talk."""
    end_call()
    forget()


def microphone_allowed() -> bool:
    """Whether the visitor's browser gives this page a microphone."""
    return gives_microphone(st.context.url or "")


def gives_microphone(address: str) -> bool:
    """Browsers do over https, and to pages from the visitor's own machine."""
    parts = urlsplit(address)
    return parts.scheme != "http" or _own_machine(parts.hostname or "")


def _own_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _seat() -> Seat:
    seat: Seat = st.session_state.setdefault(_SEAT, Seat())
    return seat
