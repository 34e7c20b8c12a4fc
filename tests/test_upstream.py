"""What is changed inside Streamlit, against the version that is installed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.state import SafeSessionState, SessionState
from streamlit.runtime.state.common import WidgetMetadata

from pages.components import upstream

Run = Callable[[str, SessionState], SafeSessionState]
SECONDS = 60


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScriptRunner, "__init__", ScriptRunner.__init__)
    monkeypatch.setattr(PagesManager, "uses_pages_directory", PagesManager.uses_pages_directory)
    upstream.change()
    upstream.change()


@pytest.fixture
def run(changed: None) -> Iterator[Run]:
    """The state as a new run of this session has it."""
    loop = asyncio.new_event_loop()

    def make(session_id: str, state: SessionState) -> SafeSessionState:
        made = ScriptRunner(
            session_id=session_id, main_script_path="page.py", session_state=state,
            uploaded_file_mgr=MemoryUploadedFileManager("/uploads"), script_cache=ScriptCache(),
            initial_rerun_data=RerunData(), user_info={}, fragment_storage=MemoryFragmentStorage(),
            pages_manager=PagesManager("page.py"), event_loop=loop,
        )  # fmt: skip
        return made._session_state

    yield make
    loop.close()


def clicked(*widgets: str) -> WidgetStates:
    states = WidgetStates()
    for widget in widgets:
        states.widgets.add(id=widget, bool_value=True)
    return states


def test_a_run_that_was_overtaken_and_the_next_one_do_not_take_widgets_in_at_once(run: Run) -> None:
    """The first is held in the middle of it, and the next one waits for it."""
    state, taken = SessionState(), list[str]()
    inside, go_on = threading.Event(), threading.Event()

    def slow(value: object) -> bool:
        inside.set()
        assert go_on.wait(SECONDS)
        taken.append("slow")
        return bool(value)

    def quick(value: object) -> bool:
        taken.append("quick")
        return bool(value)

    for widget, take in (("slow", slow), ("quick", quick)):
        state._set_widget_metadata(WidgetMetadata(widget, take, bool, "bool_value"))
    overtaken, newer = run("one", state), run("one", state)
    first = threading.Thread(target=overtaken.on_script_will_rerun, args=(clicked("slow"),))
    second = threading.Thread(target=newer.on_script_will_rerun, args=(clicked("quick"),))
    first.start()
    assert inside.wait(SECONDS)
    second.start()
    second.join(0.3)
    held = list(taken)
    go_on.set()
    first.join(SECONDS)
    second.join(SECONDS)
    assert (held, taken) == ([], ["slow", "quick"])


def test_sessions_do_not_wait_for_each_other(run: Run) -> None:
    ada, ben = run("ada", SessionState()), run("ben", SessionState())
    assert ada._lock is not ben._lock
    assert ada._lock is run("ada", SessionState())._lock
