"""How the call's widget looks, and what it says when the browser gives no microphone.

The widget is made for pictures: where none comes it draws a grey panel in their place, and it names an error as the
browser does ("NotAllowedError"). It lies in a frame of this very server, so a component without any face of its own
can dress it. `tests/test_browser_live.py` looks at the outcome; where none of this works, the widget stays as it was.
"""

from __future__ import annotations

from typing import Literal

import streamlit as st

Trouble = Literal["blocked", "missing", "in_use", "other"]
"""Why the browser gave no microphone: not allowed; none there; another program holds it; anything else."""

_NAMES: dict[str, Trouble] = {
    "NotAllowedError": "blocked",
    "SecurityError": "blocked",
    "NotFoundError": "missing",
    "OverconstrainedError": "missing",
    "NotReadableError": "in_use",
    "AbortError": "in_use",
}

# The frame is made anew now and then, and its own script draws it: a look every so often is simpler than to listen for
# both. An audio element is there from the moment the call stands, and then its button is not what matters most.
_SCRIPT = """
const DRESS = `
  @font-face { font-family: "Noto Sans"; src: url("/fonts/NotoSans-Regular.ttf") }
  body, .MuiButton-root, .MuiFormLabel-root, .MuiInputBase-root { font-family: "Noto Sans", sans-serif !important }
  .MuiButton-root { text-transform: none; letter-spacing: 0; font-size: 0.875rem; font-weight: 400; min-height: 2.5rem;
    border-radius: 0.375rem; box-shadow: none !important }
  body:has(audio) .MuiButton-contained { background: transparent; color: inherit; outline-offset: -1px;
    outline: 1px solid color-mix(in srgb, currentColor 40%, transparent) }
  .MuiButton-root:focus-visible { outline: 2px solid !important; outline-offset: -2px }
  .MuiBox-root:has(> .MuiPaper-root > [data-testid=VideoLabelIcon]), .MuiAlert-standardError,
  .MuiBox-root:has(> .MuiPaper-root > [data-testid=VideocamOffIcon]) { display: none !important }
  .MuiPaper-root:has(> .MuiCircularProgress-root) { padding: 0; background: none }
`
const watches = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  clearInterval(watches.get(parentElement))
  let told = data.told
  const look = () => {
    const frame = document.querySelector(`.st-key-${data.place} iframe`)
    const inside = frame?.contentDocument
    const root = inside?.getElementById("root")
    if (!root?.firstElementChild) return
    if (!inside.getElementById("dress")) {
      const style = inside.createElement("style")
      style.id = "dress"
      style.textContent = DRESS
      inside.head.append(style)
      frame.title = data.title
    }
    const height = `${Math.ceil(root.getBoundingClientRect().bottom)}px`
    if (frame.style.height !== height) frame.style.height = height
    const error = (root.querySelector(".MuiAlert-standardError")?.textContent ?? "").split(":")[0].trim()
    if (error !== told) setStateValue("error", (told = error))
  }
  look()
  watches.set(parentElement, setInterval(look, 150))
  return () => clearInterval(watches.get(parentElement))
}
"""


@st.cache_resource(show_spinner=False)
def _component() -> st.components.v2.types.ComponentRenderer:
    return st.components.v2.component("call_face", js=_SCRIPT)


def dress(place: str, *, title: str) -> Trouble | None:
    """Make the widget in the container of this key plain; gives why the browser gave no microphone, if it did not.

    `title`: what screen readers call the frame. The page runs anew when the trouble changes.
    """
    key = f"face-{place}"
    held = st.session_state.get(key)
    told = (held.error if held is not None else None) or ""
    found = _component()(
        key=key,
        data={"place": place, "title": title, "told": told},
        on_error_change=lambda: None,
    )
    name = str(found.error or "")
    return _NAMES.get(name, "other") if name else None
