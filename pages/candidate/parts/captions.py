"""What both sides say, as it is said: a component that adds and grows lines instead of drawing them all anew.

A finished line is read out by screen readers, once; one that is still growing is not, or they would begin it again with
every word. The words are put in as text, never as HTML.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from interview.live.line import TranscriptMessage

_CSS = """
.captions { height: 260px; overflow-y: auto; font-family: var(--st-font); color: var(--st-text-color);
  overscroll-behavior: contain; }
.captions:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -2px; }
.line { margin: 0 0 0.75rem; padding: 0.5rem 0.75rem; border-radius: 0.375rem; overflow-wrap: anywhere; }
.line.candidate { background: var(--st-secondary-background-color); }
.line b { display: block; font-size: 0.875rem; font-weight: 600; opacity: 0.85; }
.line i { display: block; font-size: 0.875rem; opacity: 0.85; }
.empty { margin: 0; font-size: 0.875rem; opacity: 0.85; }
"""
_HTML = """
<div class="captions" role="region" aria-label="Captions" tabindex="0">
  <div class="said" role="log" aria-live="polite"></div><div class="growing" aria-live="off"></div>
</div>
"""
_SCRIPT = """
export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".captions")
  const said = box.querySelector(".said"), growing = box.querySelector(".growing")
  const following = box.scrollHeight - box.scrollTop - box.clientHeight < 60
  const write = (line) => {
    const place = line.final ? said : growing
    let node = box.querySelector(`[data-line="${line.id}"]`)
    if (node && node.parentElement !== place) { node.remove(); node = null }
    if (!node) {
      node = document.createElement("div")
      node.dataset.line = line.id
      node.className = "line " + line.role
      node.append(document.createElement("b"), document.createElement("span"), document.createElement("i"))
      node.children[1].dir = "auto"
      place.append(node)
    }
    const words = [line.who, line.text, line.note]
    words.forEach((text, at) => { if (node.children[at].textContent !== text) node.children[at].textContent = text })
  }
  const known = new Set(data.lines.map((line) => String(line.id)))
  box.querySelectorAll("[data-line]").forEach((node) => known.has(node.dataset.line) || node.remove())
  box.querySelectorAll(".empty").forEach((node) => node.remove())
  data.lines.forEach(write)
  if (!data.lines.length) {
    const empty = document.createElement("p")
    empty.className = "empty"
    empty.textContent = "What is said appears here."
    growing.append(empty)
  }
  if (following) requestAnimationFrame(() => { box.scrollTop = box.scrollHeight })
}
"""


@st.cache_resource(show_spinner=False)
def _component() -> st.components.v2.types.ComponentRenderer:
    return st.components.v2.component("captions", html=_HTML, css=_CSS, js=_SCRIPT)


def captions(lines: Sequence[TranscriptMessage], *, candidate: str, interviewer: str) -> None:
    """The lines in their order, the newest in view unless somebody has scrolled back."""
    names = {"candidate": candidate, "interviewer": interviewer}
    shown = [
        {
            "id": line.sequence,
            "role": line.role,
            "who": names[line.role],
            "text": line.text,
            "final": line.final or line.interrupted,
            "note": "Cut off." if line.interrupted else "",
        }
        for line in lines
    ]
    _component()(key="captions", data={"lines": shown})
