"""What tests in a real browser share: how long they wait, a microphone that plays a file, what a candidate does."""

from __future__ import annotations

import time
import wave
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from conftest import CHROMIUM, CHROMIUM_FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Frame, FrameLocator, Locator, Page, Playwright

MILLISECONDS = 120_000
"""The longest wait for anything. It says nothing of the product: a busy machine may take its time."""
SPEECH_RATE = 48_000
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
"""A page that has been drawn to its end."""

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


def launch(playwright: Playwright, flags: Iterable[str] = CHROMIUM_FLAGS) -> Browser:
    """Headless Chromium. Whatever happens in it is waited for patiently, by default 30 s and in `expect` 5 s."""
    from playwright.sync_api import expect

    browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(flags))
    browser.on("context", lambda context: context.set_default_timeout(MILLISECONDS))
    expect.set_options(timeout=MILLISECONDS)
    return browser


def speech(seconds: float) -> bytes:
    """Voice-like: harmonics of a wandering pitch in syllables, so that no noise filter takes it for a hum, and away.

    pcm: mono s16le, `SPEECH_RATE` samples a second.
    """
    at = np.arange(int(SPEECH_RATE * seconds)) / SPEECH_RATE
    phase = 2 * np.pi * np.cumsum(130 + 25 * np.sin(2 * np.pi * 1.7 * at)) / SPEECH_RATE
    sound = sum(np.sin(n * phase) / n for n in range(1, 12))
    syllables = 0.25 + 0.75 * np.sin(2 * np.pi * 2.2 * at) ** 2
    return bytes((sound * syllables * 6000).astype("<i2").tobytes())


@contextmanager
def hearing(playwright: Playwright, folder: Path, pcm: bytes, rate: int) -> Iterator[Browser]:
    """Chromium with a microphone that hears this over and over. `pcm`: mono s16le, `rate` samples a second."""
    file = folder / "microphone.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(pcm)
    opened = launch(playwright, (*CHROMIUM_FLAGS, f"--use-file-for-fake-audio-capture={file}"))
    yield opened
    opened.close()


def profile(browser: Browser, script: str = SILENT_UNTIL_SPOKEN, **settings: Any) -> BrowserContext:
    """A browser profile of its own, with this script in every frame."""
    context = browser.new_context(locale="en-GB", **settings)
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
