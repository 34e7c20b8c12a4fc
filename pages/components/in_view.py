"""Bringing what is new into view: a component without any face that scrolls once, when its token changes.

Streamlit keeps the place of the page when its content changes, and scrolls by itself only with a chat input at the
bottom. Nothing here moves the focus, which would open a phone's keyboard.
"""

from __future__ import annotations

import streamlit as st

# The page's beginning is shown, unless the element would then not be seen whole: then as little is scrolled as needed.
_SCRIPT = """
const shown = new WeakMap()

export default function ({ data, parentElement }) {
  const element = document.querySelector("." + data.element)
  const page = element?.closest("[data-testid=stMain]")
  if (!page || shown.get(parentElement) === data.token) return
  shown.set(parentElement, data.token)
  requestAnimationFrame(() => {
    page.scrollTo({ top: 0 })
    element.style.scrollMargin = "4rem 0 1rem"
    element.scrollIntoView({ block: "nearest" })
  })
}
"""


@st.cache_resource(show_spinner=False)
def _component() -> st.components.v2.types.ComponentRenderer:
    return st.components.v2.component("in_view", js=_SCRIPT)


def in_view(container: str, token: str) -> None:
    """Scroll to the container of this key whenever `token` is another one than before, and once at the beginning."""
    _component()(key=f"in-view-{container}", data={"element": f"st-key-{container}", "token": token})
