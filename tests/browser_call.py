"""What tests of the voice in a real browser share: a microphone that plays a file, and what a candidate does."""

from __future__ import annotations

import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conftest import CHROMIUM, CHROMIUM_FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Frame, FrameLocator, Locator, Page, Playwright

MILLISECONDS = 60_000
"""The longest wait for anything."""

KEEP_CONNECTIONS = """{
  const Stock = window.RTCPeerConnection
  window.connections = []
  window.RTCPeerConnection = class extends Stock {
    constructor(...given) { super(...given); window.connections.push(this) }
  }
}"""
"""The widget keeps its connection to itself; the newest of these is the one to ask."""
SILENT_UNTIL_SPOKEN = (
    KEEP_CONNECTIONS
    + """{
  const devices = navigator.mediaDevices
  const open = devices.getUserMedia.bind(devices)
  window.microphones = []
  devices.getUserMedia = async (wanted) => {
    const stream = await open(wanted)
    window.began = performance.now()
    window.microphones = stream.getAudioTracks()
    window.microphones.forEach((track) => { track.enabled = false })
    return stream
  }
}"""
)
"""Connections as above; and a microphone is silent until a test enables it."""
_STATS = """async () => {
  const report = await window.connections.at(-1).getStats()
  const of = (type) => [...report.values()].find(one => one.type === type && one.kind === "audio") ?? {}
  return {inbound: of("inbound-rtp"), remote: of("remote-inbound-rtp"), source: of("media-source")}
}"""


@contextmanager
def hearing(playwright: Playwright, folder: Path, pcm: bytes, rate: int) -> Iterator[Browser]:
    """Chromium with a microphone that hears this over and over. `pcm`: mono s16le, `rate` samples a second."""
    file = folder / "microphone.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(pcm)
    flags = [*CHROMIUM_FLAGS, f"--use-file-for-fake-audio-capture={file}"]
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    yield opened
    opened.close()


def profile(browser: Browser, script: str = SILENT_UNTIL_SPOKEN, **settings: Any) -> BrowserContext:
    """A browser profile of its own, patient, with this script in every frame."""
    from playwright.sync_api import expect

    context = browser.new_context(locale="en-GB", **settings)
    context.set_default_timeout(MILLISECONDS)
    expect.set_options(timeout=MILLISECONDS)  # 5 s are too few on a busy machine
    context.add_init_script(script)
    return context


def agree(page: Page) -> None:
    page.get_by_text("I have read this and agree").click()
    page.get_by_role("button", name="Agree and check the microphone").click()


def widget(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def of_widget(page: Page) -> Frame:
    """For scripts."""
    return next(frame for frame in page.frames if frame != page.main_frame)


def switch_on(page: Page) -> None:
    widget(page).get_by_role("button", name="Connect", exact=True).click()


def begin(page: Page) -> None:
    """From the welcome into the talk."""
    agree(page)
    switch_on(page)
    page.get_by_text("Your microphone's level").wait_for()
    page.get_by_role("button", name="Start the interview").click()
    captions(page).wait_for()


def captions(page: Page) -> Locator:
    return page.locator(".captions")


def stats(page: Page) -> dict[str, Any]:
    """What the browser counts: of the sound that comes in, of what the server says it got, of the microphone."""
    found: dict[str, Any] = of_widget(page).evaluate(_STATS)
    return found


def wait_until(true: Callable[[], object], milliseconds: int = MILLISECONDS) -> None:
    until = time.monotonic() + milliseconds / 1000
    while not true():
        assert time.monotonic() < until
        time.sleep(0.1)
