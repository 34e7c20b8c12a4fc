"""Keeping what is typed: a component without any face that sends a text area's words while they are being written.

Streamlit hears of a text area's words when it is left, and in a form when the form is sent: a refresh before that would
lose them. This one listens where the words arise and hands them on after a pause, inside of a fragment, so that the
page itself does not run again.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

PAUSE_MS = 700
"""How long after the last key the words are handed on; also at once when the page is hidden or left."""

# The listeners are on the document, so that a text area that is drawn anew is heard too. The function runs again when
# the theme changes and its last return value is the cleanup: what waits is kept per place, listeners are replaced.
_SCRIPT = """
const kept = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  const state = kept.get(parentElement) ?? { timer: 0, words: null, sent: null }
  kept.set(parentElement, state)
  state.stop?.abort()
  state.stop = new AbortController()
  state.send = (words) => setStateValue("words", words)
  const options = { signal: state.stop.signal, capture: true }

  const flush = () => {
    clearTimeout(state.timer)
    if (state.words !== null && state.words !== state.sent) {
      state.sent = state.words
      state.send(state.words)
    }
    state.words = null
  }
  const drop = () => {
    clearTimeout(state.timer)
    state.words = null
  }
  document.addEventListener("input", (event) => {
    if (event.target.tagName !== "TEXTAREA" || !event.target.closest("." + data.field)) return
    state.words = event.target.value
    clearTimeout(state.timer)
    state.timer = setTimeout(flush, data.pause)
  }, options)
  window.addEventListener("pagehide", flush, options)
  document.addEventListener("visibilitychange", () => document.hidden && flush(), options)
  return () => {
    drop()
    state.stop.abort()
  }
}
"""


@st.cache_resource(show_spinner=False)
def _component() -> st.components.v2.types.ComponentRenderer:
    """Registered once a process; the registry is there only while the server runs."""
    return st.components.v2.component("kept_words", js=_SCRIPT)


def keep(field: str, save: Callable[[str], None]) -> None:
    """Call `save` with the words of the text area whose key is `field`, some moments after they were typed.

    `field`: letters, digits, `-` and `_` only, since Streamlit makes a CSS class of it.
    """
    key = f"kept-{field}"

    def changed() -> None:
        words = st.session_state[key].words
        if words is not None:
            save(words)

    @st.fragment
    def listening() -> None:
        _component()(
            key=key,
            data={"field": f"st-key-{field}", "pause": PAUSE_MS},
            on_words_change=changed,
            width="content",
            height="content",
        )

    listening()
