"""A call in a real browser: sound both ways, counted by the browser itself; leaving is noticed however it is done."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from browser_call import (
    KEEP_CONNECTIONS,
    SPEECH_RATE,
    hearing,
    profile,
    speech,
    stats,
    switch_on,
    wait_until,
    widget,
)
from conftest import ROOT
from http_server import START_SECONDS, held_port
from playwright.sync_api import Error as PlaywrightError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

pytestmark = pytest.mark.browser

_VISITORS = count(1)


@dataclass(frozen=True)
class EchoApp:
    url: str
    gone: Path
    log: Path

    @property
    def output(self) -> str:
        """What the server has written."""
        return self.log.read_text()

    def times_gone(self, page: Page) -> int:
        """How often the line said so of this visitor."""
        names = self.gone.read_text().splitlines() if self.gone.exists() else []
        return names.count(page.url.rpartition("=")[2])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EchoApp]:
    folder = tmp_path_factory.mktemp("echo")
    gone, log = folder / "gone.log", folder / "server.log"
    environment = os.environ | {"GONE_LOG": str(gone)}
    command = [sys.executable, "-m", "streamlit", "run", "tests/echo_page.py", "--server.port"]
    with (
        held_port() as port,
        log.open("w") as output,
        subprocess.Popen(
            [*command, str(port)], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            wait_until(lambda: _healthy(port), START_SECONDS * 1000)
            yield EchoApp(f"http://127.0.0.1:{port}", gone, log)
        finally:
            process.terminate()


def _healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with a microphone that hears somebody speak, over and over."""
    with hearing(playwright, tmp_path_factory.mktemp("microphone"), speech(2.0), SPEECH_RATE) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, app: EchoApp) -> Iterator[Page]:
    context = profile(browser, KEEP_CONNECTIONS)
    opened = context.new_page()
    opened.goto(f"{app.url}/?who={next(_VISITORS)}")
    start(opened)
    yield opened
    context.close()


def start(page: Page) -> None:
    switch_on(page)
    page.get_by_text("The call is on").wait_for()


def packets(page: Page) -> int:
    """How many have come in on this connection."""
    return int(stats(page)["inbound"].get("packetsReceived", 0))


def test_sound_goes_both_ways_and_none_is_lost(page: Page) -> None:
    """What the microphone hears comes back through the server, in the browser's own figures."""
    wait_until(lambda: stats(page)["inbound"].get("totalAudioEnergy", 0) > 0.01 and stats(page)["remote"])
    before = stats(page)  # the microphone may have been on for a while when the call stood
    wait_until(lambda: packets(page) > before["inbound"]["packetsReceived"] + 150)
    found = stats(page)
    spoken, heard = (found[way]["totalAudioEnergy"] - before[way]["totalAudioEnergy"] for way in ("source", "inbound"))
    assert spoken > 0.01
    assert heard > 0.3 * spoken
    assert found["inbound"]["packetsLost"] == 0
    assert found["remote"]["packetsLost"] == 0


def test_a_closed_tab_is_noticed(page: Page, app: EchoApp) -> None:
    page.close()
    wait_until(lambda: app.times_gone(page) == 1)


def test_a_browser_that_is_gone_without_a_word_is_noticed(page: Page, app: EchoApp) -> None:
    """A crash closes nothing: only that no frame comes any more tells."""
    with suppress(PlaywrightError):
        page.goto("chrome://crash")
    wait_until(lambda: app.times_gone(page) == 1)


def test_a_reload_ends_the_call_and_another_begins(page: Page, app: EchoApp) -> None:
    page.reload()
    wait_until(lambda: app.times_gone(page) == 1)
    start(page)
    wait_until(lambda: stats(page)["inbound"].get("totalAudioEnergy", 0) > 0.01)
    assert app.times_gone(page) == 1


def test_stop_and_start_go_on_with_the_same_call(page: Page, app: EchoApp) -> None:
    widget(page).get_by_role("button", name="Disconnect").click()
    page.get_by_text("The call is off").wait_for()
    wait_until(lambda: app.times_gone(page) == 1)
    start(page)
    wait_until(lambda: stats(page)["inbound"].get("totalAudioEnergy", 0) > 0.01)


def test_the_server_ends_a_call(page: Page, app: EchoApp) -> None:
    """Closed at both ends, the microphone let go; nobody is told that the candidate went."""
    page.get_by_role("button", name="End the call").click()
    page.get_by_text("The call is off").wait_for()
    wait_until(lambda: page.frames[1].evaluate("() => window.connections.at(-1).connectionState") == "closed")
    assert app.times_gone(page) == 0


def test_a_call_outlives_every_run_of_the_page(page: Page, app: EchoApp) -> None:
    """Also runs that follow each other fast, after which the widget miscounts them."""
    again = page.get_by_role("button", name="Run the page again")
    for _ in range(40):
        again.click(no_wait_after=True)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    for _ in range(3):
        again.click()
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    received = packets(page)
    wait_until(lambda: packets(page) > received + 50)
    assert app.times_gone(page) == 0


def test_a_call_that_left_the_page_ends_and_may_come_again(page: Page, app: EchoApp) -> None:
    toggle = page.get_by_text("Without the call")
    toggle.click()
    wait_until(lambda: app.times_gone(page) == 1)
    page.get_by_text("The call is").wait_for(state="detached")
    toggle.click()
    start(page)
    wait_until(lambda: stats(page)["inbound"].get("totalAudioEnergy", 0) > 0.01)
