"""Before speaking: is the candidate heard, and do they hear? In words beside the meter, never by colour alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from interview.live.line import DOWN_RATE, UP_RATE

if TYPE_CHECKING:
    from pages.components.webrtc.call import Call
    from pages.components.webrtc.face import Trouble

HEARD_DBFS = -45.0
"""A voice at arm's length lies above this, a quiet room below."""
_SILENT_DBFS = -70.0
_REMEMBERED_SECONDS = 3.0
"""Somebody who pauses between two words is still heard."""
_TRIAL_SECONDS = 2
_METER_SECONDS = 0.4
_CONNECTING_SECONDS = 0.5

_REFUSED = """
1. Look for a microphone or a lock beside the page's address, press it, and allow the microphone for this page.
2. If the browser asks nothing more, load this page again and press Connect.
3. If another program holds the microphone (a video call, say), close it.
4. On a phone or a Mac, the system's own settings have to allow the browser to use the microphone, too.
5. If this device has no microphone, open your link on another one, or go on in writing.
"""

_TROUBLES: dict[Trouble, str] = {
    "blocked": "The browser has blocked the microphone. Allow it beside the page's address, then press Connect again. "
    "You can also go on in writing.",
    "missing": "No microphone was found. Plug one in or switch it on, then press Connect again. You can also go on in "
    "writing.",
    "in_use": "The microphone could not be opened; another program may be using it. Close that, then press Connect "
    "again. You can also go on in writing.",
    "other": "The browser could not connect to us by voice. Press Connect again; if that does not help, try another "
    "network or browser, or go on in writing.",
}
"""What the candidate reads, with the way on."""


class Trial:
    """Two seconds of the candidate's own voice. It hears 16 kHz mono s16le on the server's loop and never waits."""

    def __init__(self) -> None:
        self._pcm = bytearray()
        self.played = False

    def hear(self, pcm: bytes) -> None:
        if not self.full:
            self._pcm += pcm

    @property
    def full(self) -> bool:
        return len(self._pcm) >= _TRIAL_SECONDS * UP_RATE * 2

    def play(self, call: Call) -> None:
        """Once, through the call, as the interviewer will be heard."""
        self.played = True
        call.speaker.play(_slower(bytes(self._pcm)), call.speaker.flush())


def before() -> None:
    """What stands above the call's widget."""
    st.subheader("Check your microphone", anchor=False)
    st.markdown(
        ":material/headphones: Headphones help: the interviewer then does not hear its own voice.  \n"
        ":material/volume_off: Find a quiet place, and close what else makes sound."
    )


def refused(call: Call) -> None:
    """Why the browser gave no microphone, in words; nothing where it did, or was not asked."""
    met = call.state().trouble
    if met is not None:
        st.warning(_TROUBLES[met], icon=":material/mic_off:")


@st.fragment(run_every=_CONNECTING_SECONDS)
def connecting(call: Call) -> None:
    """Until the call stands or is given up; the page then runs anew. The browser reports its own side of it only."""
    if not call.state().connecting:
        st.rerun()
    st.write(":material/sync: The connection is being made …")


@st.fragment(run_every=_CONNECTING_SECONDS)
def unheard(heard: Callable[[], bool]) -> None:
    """Until the line that stands brings sound again; the page then runs anew. Its browser has nothing to report."""
    if heard():
        st.rerun()
    st.write(
        ":material/hearing_disabled: You are connected, but no sound reaches us. The interview goes on when it does; "
        "if it does not, press **Disconnect**, then **Connect**."
    )


def check(call: Call) -> bool:
    """The meter and a trial of one's own voice; gives whether the call stands."""
    state = call.state()
    if state.connecting:
        return False
    if not state.playing:
        st.session_state.pop(_heard_at(call.key), None)  # the next microphone has to be heard itself
        if state.trouble is None:  # else it has been said what is wrong and what to press
            st.write(
                ":material/mic_off: The microphone is not on yet. Press **Connect** and allow it when the browser asks."
            )
        return False
    _meter(call)
    # not in the meter's fragment: a button that is pressed there while the page is drawn takes its neighbours away
    st.button(
        "Record two seconds and play them back",
        key="trial",
        icon=":material/graphic_eq:",
        on_click=_begin_trial,
        args=(call,),
    )
    return True


@st.fragment(run_every=_METER_SECONDS)
def _meter(call: Call) -> None:
    if not call.state().playing:
        st.rerun()  # it has ended on our side, which the browser may hear of later
    level = call.state().level_dbfs
    st.progress(_share(level), text=":material/mic: Your microphone's level")
    st.markdown(_heard_in_words(call.key, level))
    trial: Trial | None = st.session_state.get(_trial(call))
    if trial is not None and trial.full and not trial.played:
        call.attach(None)
        trial.play(call)
    st.caption(_trial_in_words(trial, sounds=call.speaker.played().waiting_ms > 0))


def _trial_in_words(trial: Trial | None, *, sounds: bool) -> str:
    if trial is None:
        return "Try how you sound: you hear your own voice as we hear it. Nothing of it is kept."
    if not trial.played:
        return ":material/fiber_manual_record: Recording: say a few words …"
    if sounds:
        return ":material/volume_up: You hear yourself now …"
    return "That was you. If you did not hear it, look at this device's volume and at what it plays sound through."


def _begin_trial(call: Call) -> None:
    st.session_state[_trial(call)] = trial = Trial()
    call.attach(trial)


def over(call: Call) -> None:
    """Nothing of a trial is kept; one that was not full would wait for ever at the next check."""
    st.session_state.pop(_trial(call), None)


def trouble(call: Call) -> None:
    """What to do about a microphone that does not work, folded up unless the browser gave none just now."""
    met = call.state().trouble is not None
    with st.expander(
        "The microphone does not work", expanded=met, icon=":material/help:", key=f"microphone-help-{met}"
    ):
        st.markdown(_REFUSED)


def _heard_in_words(key: str, level: float | None) -> str:
    """Whether a voice is heard; somebody who was heard and has stopped speaking reads that all is well."""
    name = _heard_at(key)
    if level is not None and level >= HEARD_DBFS:
        st.session_state[name] = time.monotonic()
    heard_at: float | None = st.session_state.get(name)
    if heard_at is None:
        return "**:material/hearing_disabled: We do not hear you yet.** Say a few words, or choose another microphone."
    if time.monotonic() - heard_at < _REMEMBERED_SECONDS:
        return "**:material/check_circle: We hear you.**"
    return "**:material/check_circle: We heard you.** It is quiet now. Say a few words to try again."


def _share(level: float | None) -> float:
    """The meter's place from 0 to 1: from a silent line to full scale."""
    return 0.0 if level is None else min(1.0, max(0.0, 1 - level / _SILENT_DBFS))


def _heard_at(key: str) -> str:
    return f"heard-at-{key}"


def _trial(call: Call) -> str:
    return f"trial-{call.key}"


def _slower(pcm: bytes) -> bytes:
    """From the microphone's rate to the loudspeaker's."""
    from av import AudioFrame, AudioResampler

    frame = AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
    frame.sample_rate = UP_RATE
    frame.planes[0].update(pcm)
    frames = AudioResampler(format="s16", layout="mono", rate=DOWN_RATE).resample(frame)
    return b"".join(bytes(part.planes[0])[: part.samples * 2] for part in frames)
