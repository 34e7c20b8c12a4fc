"""After a sent answer the keyboard goes on in the next field: a component without any face that moves the focus there.

Not at first, and not on a touch screen, whose keyboard would cover the question. Whoever has gone elsewhere meanwhile
stays there.
"""

from __future__ import annotations

import streamlit as st

# Streamlit makes a component anew where something was put in before it: what was done is known to the tab, not to it.
# The field may be drawn a moment after this; it is looked for some times.
_SCRIPT = """
const TOUCH = "(hover: none) and (pointer: coarse)"

export default function ({ data }) {
  if (!data.sent || data.sent === window.candorFocusAfter) return
  window.candorFocusAfter = data.sent
  if (matchMedia(TOUCH).matches) return
  const goOn = (tries) => {
    const field = document.querySelector("." + data.field + " textarea")
    if (!field) return tries > 0 && setTimeout(goOn, 100, tries - 1)
    const at = document.activeElement
    const elsewhere = at && at !== document.body && !at.closest("." + data.within)
    if (!elsewhere && !document.querySelector("[role=dialog]")) field.focus({ preventScroll: true })
  }
  goOn(30)
}
"""


@st.cache_resource(show_spinner=False)
def _component() -> st.components.v2.types.ComponentRenderer:
    return st.components.v2.component("focus_after_answer", js=_SCRIPT)


def focus(field: str, *, within: str, sent: str) -> None:
    """Move the focus to the text area of this key, once for each answer that was sent.

    `within`: the key of the container that the focus may be taken from. `sent`: what tells the answer that was sent
    last in this visit from those before; empty before any.
    """
    data = {"field": f"st-key-{field}", "within": f"st-key-{within}", "sent": sent}
    _component()(key="focus-after-answer", data=data)
