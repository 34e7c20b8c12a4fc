"""Keeping what is typed: a component without any face that sends a text area's words while they are being written.

Streamlit hears of a text area's words when it is left, and in a form when the form is sent: a refresh before that would
lose them. This one listens where the words arise and hands them on after a pause, inside of a fragment, so that the
page itself does not run again.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

PAUSE_MS = 700
"""How long after the last key the words are handed on; whoever never pauses is served every few seconds."""

# The listeners are on the document, so that a text area that is drawn anew is heard too. The function runs again when
# the theme changes, and its last return value is the cleanup: what waits is kept per place, listeners are replaced.
# A page that is being left may not reach the server any more. What was not handed on is therefore in the tab's own
# storage until it has been, and is put back where it was when the same field is drawn again.
_SCRIPT = """
const LONGEST = 5000
const PREFIX = "candor-typed-"
const states = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  const state = states.get(parentElement) ?? { timer: 0, since: 0, words: null, restored: false }
  states.set(parentElement, state)
  state.stop?.abort()
  state.stop = new AbortController()
  const options = { signal: state.stop.signal, capture: true }
  const item = PREFIX + data.field

  const handOn = () => {
    clearTimeout(state.timer)
    if (state.words === null) return
    const words = state.words
    state.words = null
    setStateValue("words", words)
    setTimeout(() => sessionStorage.getItem(item) === words && sessionStorage.removeItem(item), 1500)
  }
  const typed = (event) => {
    if (event.target.tagName !== "TEXTAREA" || !event.target.closest("." + data.field)) return
    if (state.words === null) state.since = Date.now()
    state.words = event.target.value
    sessionStorage.setItem(item, state.words)
    clearTimeout(state.timer)
    const left = Math.max(0, state.since + LONGEST - Date.now())
    state.timer = setTimeout(handOn, Math.min(data.pause, left))
  }
  const putBack = (tries) => {
    const area = document.querySelector("." + data.field + " textarea")
    if (!area && tries > 0 && !state.stop.signal.aborted) return setTimeout(putBack, 100, tries - 1)
    const words = sessionStorage.getItem(item)
    if (!area || words === null || words === area.value) return
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, words)
    area.dispatchEvent(new Event("input", { bubbles: true }))
  }

  document.addEventListener("input", typed, options)
  document.addEventListener("visibilitychange", () => document.hidden && handOn(), options)
  if (!state.restored) {
    state.restored = true
    Object.keys(sessionStorage).forEach((key) => {
      if (key.startsWith(PREFIX) && key !== item) sessionStorage.removeItem(key)
    })
    putBack(30)
  }
  return () => {
    clearTimeout(state.timer)
    state.stop.abort()
  }
}
"""


@st.cache_resource(show_spinner=False)
def _component() -> st.components.v2.types.ComponentRenderer:
    """Registered once a process; the registry is there only while the server runs."""
    return st.components.v2.component("kept_words", js=_SCRIPT)


def typed(field: str) -> str | None:
    """For a widget's callback: what was handed on of this text area last in this visit; None before anything was."""
    state = st.session_state.get(_key(field))
    return None if state is None else state.words


def _key(field: str) -> str:
    return f"kept-{field}"


def keep(field: str, save: Callable[[str], None]) -> None:
    """Call `save` with the words of the text area whose key is `field`, some moments after they were typed.

    `field`: letters, digits, `-` and `_` only, since Streamlit makes a CSS class of it.
    """
    key = _key(field)

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
