"""By voice: the device check, the talk itself, and coming back to it. One call goes through all of them.

The call's widget stands at the same place of the page in each of these, or the browser would make it anew.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from interview.access import Actor
from interview.journeys import Journey
from interview.live.line import COMPLETING, EndCause
from pages.candidate.parts import adjustments, device_check, live_controls, live_view
from pages.components import live as line
from pages.components import problems
from pages.components.in_view import in_view
from pages.components.service import service

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from interview.live.interview import LiveInterview
    from pages.components.webrtc.call import Call

_BEGIN = "begin-by-voice"
_WRITE = "go-on-in-writing"
_CHECK = "check-before-going-on"
_HERE = "here-before-the-voice"
"""In this visit the page has shown another step already: nobody comes back by what follows."""
_FRESH_SECONDS = 2.0
"""A line that has brought sound within this time is there again."""


class Ending(NamedTuple):
    """What is said where a talk has stopped and can go on."""

    heading: str
    words: str


_ENDINGS: dict[EndCause, Ending] = {
    "taken_over": Ending(
        "The interview goes on in another window",
        "It was opened there, by the same link, and only one can speak at a time. Nothing is lost.",
    ),
    "voice_failed": Ending(
        "The voice connection did not come back",
        "What was said until then is kept, and the time without a connection does not count. Try again by voice, or go "
        "on in writing from where you were.",
    ),
    "line_lost": Ending(
        "The connection has ended",
        "You have disconnected, or your line was lost. What was said until then is kept. Press Connect to go on by "
        "voice, or go on in writing.",
    ),
    "budget_reached": Ending(
        "The interview has to pause here",
        "It has used up what one interview may take of the speech service. Your answers are safe. Please tell the "
        "person who sent you the link; then you can go on from where you were.",
    ),
}


def by_voice(actor: Actor, journey: Journey) -> None:
    """Everything between consent and thanks for somebody who speaks."""
    session_id = journey.session_id if journey.step == "interview" else None
    if session_id is None:
        st.session_state[_HERE] = True
    talk = line.talk(session_id) or _being_rated(session_id)
    ended = talk.view().ended if talk else None
    if session_id and (talk is None or ended is not None) and _has_gone_on(actor, journey):
        st.rerun()
    if session_id and (ended in COMPLETING or st.session_state.get(_conclude(session_id))):
        line.end_call()
        _rating(actor, session_id, ended or "stopped")
    elif talk is not None and ended is None:
        _talking(actor, journey, talk)
    else:
        _not_talking(actor, journey, session_id, ended)


def _being_rated(session_id: str | None) -> LiveInterview | None:
    """A talk that was begun in another tab, or before a reload, and is over: there is only to wait for."""
    talk = service().live.running(session_id) if session_id else None
    return talk if talk is not None and talk.view().state == "ending" else None


def _has_gone_on(actor: Actor, journey: Journey) -> bool:
    """A talk may end between the page's reading and its look at the talk; what was read is then no longer so."""
    now = service().journeys.read(actor)
    return (now.step, now.mode, now.session_id) != (journey.step, journey.mode, journey.session_id)


def _places() -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Above the call's widget, the widget's own, and below it: the same in every step, so that the widget stays."""
    return st.container(key="above"), st.container(key="line"), st.container(key="below")


def _talking(actor: Actor, journey: Journey, talk: LiveInterview) -> None:
    above, place, below = _places()
    drawn = live_controls.mark(talk.view().state)
    with above:
        live_view.header(journey)
        live_view.talk(talk, journey, drawn=drawn)
    if drawn != "ending":  # by then everything has been heard
        with place:
            line.draw()
        with below:
            live_controls.controls(actor, talk, drawn)
    with below:
        adjustments.replies(journey)


def _not_talking(actor: Actor, journey: Journey, session_id: str | None, ended: EndCause | None) -> None:
    above, place, below = _places()
    with above:
        _beginning(journey, ended)
    if not line.microphone_allowed():
        with below:
            _no_microphone(actor, journey)
        return
    with place:
        call = line.draw()
    with below:
        _ready(actor, journey, session_id, call, ended)


def _beginning(journey: Journey, ended: EndCause | None) -> None:
    """Why the candidate is not speaking at this moment, and what to do about it."""
    live_view.title(journey)
    in_view("beginning", journey.step)
    if ended in _ENDINGS:
        st.subheader(_ENDINGS[ended].heading, anchor=False)
        st.write(_ENDINGS[ended].words)
        return
    if journey.step == "interview" or journey.expired:
        back = journey.expired or not st.session_state.get(_HERE)
        st.subheader("Welcome back" if back else "Go on by voice", anchor=False)
        st.write("Everything so far is kept, and the interview goes on where it was.")
        if journey.step == "interview" and not st.session_state.get(_CHECK):
            st.write("Press **Connect** to go on by voice.")
            return
    if line.microphone_allowed():
        device_check.before()


def _ready(actor: Actor, journey: Journey, session_id: str | None, call: Call, ended: EndCause | None) -> None:
    """Below the call: what there is to do before anybody speaks."""
    begun = st.session_state.get(_BEGIN, False)
    if begun:
        _begin(actor, call)
    if st.session_state.get(_WRITE):
        _begin_in_writing(actor)
    device_check.refused(call)
    if call.state().connecting:
        device_check.connecting(call)
    checking = session_id is None or st.session_state.get(_CHECK, False)
    if session_id and not checking and _may_join(ended, call):
        if not begun:
            _join(actor, session_id, call)
        st.button("Try again", key="join-again", icon=":material/refresh:")  # whatever is pressed, it joins again
    elif ended == "line_lost" and call.state().playing:
        device_check.unheard(partial(_may_join, ended, call))
    if checking:
        stands = device_check.check(call)
        st.button(
            "Go on by voice" if session_id or journey.expired else "Start the interview",
            key="start",
            type="primary",
            icon=":material/mic:",
            disabled=not stands,
            on_click=_wish,
            args=(_BEGIN,),
        )
        if session_id is None and not journey.expired:
            st.caption("The time starts with the first question.")
    _ways_on(ended, session_id, checking=checking)
    device_check.trouble(call)
    adjustments.section(actor, journey)


def _ways_on(ended: EndCause | None, session_id: str | None, *, checking: bool) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        if ended == "taken_over":
            st.button("Take it back here", key="take-back", icon=":material/swap_horiz:", on_click=line.forget)
        if ended == "voice_failed":
            st.button("Try by voice again", key="voice-again", icon=":material/refresh:", on_click=line.forget)
        in_writing()
        if session_id is not None and not checking:
            st.button(
                "Check the microphone first",
                key="check-first",
                icon=":material/graphic_eq:",
                on_click=_check_first,
            )
            if st.button("Finish early", key="finish", icon=":material/stop_circle:", help="End the interview here"):
                _finish(session_id)


@st.dialog("Finish the interview here?", icon=":material/stop_circle:")
def _finish(session_id: str) -> None:
    live_controls.confirm_finish(partial(_wish, _conclude(session_id)))


def in_writing() -> None:
    """The way to text that is always there."""
    st.button("Go on in writing", key="write", icon=":material/keyboard:", on_click=_wish, args=(_WRITE,))


def _no_microphone(actor: Actor, journey: Journey) -> None:
    """Browsers give none to a page that came without encryption from another machine."""
    st.warning(
        "This page came without encryption (http), and browsers give such pages no microphone. Please open your link "
        "with https, if the team has given you such a one, or go on in writing: it is the same interview.",
        icon=":material/lock_open:",
    )
    if st.session_state.get(_WRITE):
        _begin_in_writing(actor)
    in_writing()
    adjustments.section(actor, journey)


# --- what the buttons do ----------------------------------------------------------------------------------------------


def _wish(name: str) -> None:
    """Kept until the page has been drawn so far that there is room to say that it takes a moment."""
    st.session_state[name] = True


def _conclude(session_id: str) -> str:
    """The wish to end this session; one that came too late must not end the next."""
    return f"conclude-now-{session_id}"


def elsewhere() -> None:
    """The candidate is not on the way of the voice (any more): no call, no talk, and no press that waits."""
    st.session_state[_HERE] = True
    line.hang_up()
    _granted(_BEGIN)
    _granted(_WRITE)


def _granted(name: str) -> None:
    """Called last before the work: whatever is drawn or read from the state before may stop this run for another."""
    st.session_state.pop(name, None)


def _check_first() -> None:
    line.forget()
    _wish(_CHECK)


def _may_join(ended: EndCause | None, call: Call) -> bool:
    """The call stands, and nothing has ended that the candidate should read of first."""
    state = call.state()
    if not state.playing:
        return False
    return ended is None or (ended == "line_lost" and state.silent_seconds < _FRESH_SECONDS)


def _begin(actor: Actor, call: Call) -> None:
    st.session_state.pop(_CHECK, None)
    device_check.over(call)
    line.forget()
    with problems.problems():
        with st.spinner("The interviewer is getting ready …"):
            _granted(_BEGIN)
            session_id = service().journeys.begin(actor)
            if service().journeys.read(actor).mode == "live":
                line.join(actor, session_id, call)
        st.rerun()


def _join(actor: Actor, session_id: str, call: Call) -> None:
    with problems.problems():
        with st.spinner("The interviewer is coming back …"):
            line.join(actor, session_id, call)
        st.rerun()


def _begin_in_writing(actor: Actor) -> None:
    with problems.problems():
        with st.spinner("A moment …"):
            _granted(_WRITE)
            service().journeys.begin_text(actor)
        line.hang_up()
        st.rerun()


# --- after the talk ---------------------------------------------------------------------------------------------------


def _rating(actor: Actor, session_id: str, ended: EndCause) -> None:
    """The talk is over and its last answers are not rated yet; everything that was said is stored."""
    st.title("Thank you", anchor=False)
    st.subheader("Your answers are safe", anchor=False)
    wish = _conclude(session_id)
    if st.session_state.get(wish):
        with problems.problems():
            with st.spinner("Your last answers are being read. This can take a minute …"):
                _granted(wish)
                service().journeys.finish(actor, ended)
            st.rerun()
    st.write("Rating them did not work yet. You can try again now, or come back later by the same link.")
    st.button("Try again", key="conclude", type="primary", icon=":material/refresh:", on_click=_wish, args=(wish,))
