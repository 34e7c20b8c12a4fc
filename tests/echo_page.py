"""A page with a call and nothing else, for the browser tests: it plays back what it hears and says how the call is.

    streamlit run tests/echo_page.py

`?who=` names the visitor; each time they are gone, their name is added to the file that `GONE_LOG` names.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import streamlit as st

sys.path.insert(0, str(Path(__file__).parent.parent))

from pages.components import upstream
from pages.components.webrtc import call as calls
from pages.components.webrtc.call import Call, call

upstream.change()
calls.SILENT_SECONDS = 15.0  # a busy machine may hold a browser's frames up for longer than the product waits


class Echo:
    """Plays what it hears: 16 kHz up, 24 kHz down."""

    def __init__(self, line: Call) -> None:
        self._line, self._generation = line, 0

    def hear(self, pcm: bytes) -> None:
        samples = np.frombuffer(pcm, np.int16)
        longer = np.interp(np.arange(480) / 1.5, np.arange(320), samples).astype(np.int16)
        self._line.speaker.play(longer.tobytes(), self._generation)


who = st.query_params.get("who", "somebody")


def gone() -> None:
    with Path(os.environ["GONE_LOG"]).open("a") as log:
        log.write(f"{who}\n")


st.title("Echo")
if st.toggle("Without the call"):
    st.stop()
line = call("echo", ice_servers=[], on_gone=gone)
line.attach(Echo(line))
st.button("Run the page again")
if st.button("End the call"):
    line.close()
    st.rerun()


@st.fragment(run_every=0.5)
def shown() -> None:
    state = line.state()
    st.write(f"The call is {'on' if state.playing else 'off'}, {state.heard_ms} ms were heard.")


shown()
