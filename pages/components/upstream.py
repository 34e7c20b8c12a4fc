"""What we change inside Streamlit: every private name of it that we rely on outside of calls is used here.

`tests/test_upstream.py` fails when one of these names moves.
"""

from __future__ import annotations

import threading
from typing import Any
from weakref import WeakValueDictionary

from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import ScriptRunner

_locks: WeakValueDictionary[str, Any] = WeakValueDictionary()
"""By session, for as long as one of its runs goes on."""

_stock_init = ScriptRunner.__init__


def change() -> None:
    """Before the server serves anybody; once more is the same."""
    # A folder named `pages` makes Streamlit look for pages of the older kind until `st.navigation` has run once: on a
    # fresh server the first visitor's deep link would be "not found".
    PagesManager.uses_pages_directory = False
    ScriptRunner.__init__ = _with_one_lock  # type: ignore[method-assign]


def _with_one_lock(self: ScriptRunner, session_id: str, *args: Any, **kwargs: Any) -> None:
    """A run that a click has overtaken still takes in what it was begun with, while the click's own run does the same
    on the same state. Streamlit gives each a lock of its own, so that now and then a click is lost to "dictionary keys
    changed during iteration": the runs of a session share one instead.
    """
    _stock_init(self, session_id, *args, **kwargs)
    lock = _locks.setdefault(session_id, threading.RLock())
    object.__setattr__(self._session_state, "_lock", lock)
