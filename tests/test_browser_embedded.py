"""An interview by voice with no key: a real browser, the app as `make run` starts it, speech heard and spoken here.

The microphone is Chromium's fake one. Its file has spoken answers in places of the same length; a test lets one of them
through, from the beginning of its place to the end.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser_call import agree, captions, hearing, of_widget, profile, switch_on, wait_until
from http_server import RunningApp, running_app
from playwright.sync_api import expect
from speech_samples import quiet, up_rate, word_errors

from interview.speech.client import Speech

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

pytestmark = pytest.mark.browser

ANSWERS = (
    "When our nightly export failed, I traced the fault to a missing index and wrote a test before I fixed it.",
    "I compared two designs with my colleague, listened to her concerns, and we agreed to keep the simpler one.",
    "I planned the work in four steps, told every team a week before, and we finished two days early.",
    "After the incident I wrote a short report, and we agreed on three changes that nobody had thought of.",
    "I measured every query, removed the slow one, and the page loaded in half of the time.",
)
TURNS = 5
PLACE_SECONDS = 12
"""One second of silence, an answer of at most seven, and silence."""
_LONG = 120_000
"""Milliseconds: the longest wait for anything."""
_RATE = 16_000

_ANSWER = """async ([place, count]) => {
  const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))
  const enable = (on) => window.microphones.forEach((track) => { track.enabled = on })
  const gone = performance.now() - window.began
  const next = Math.ceil(gone / place)
  await wait(next * place - gone)
  enable(true)
  await wait(place - 1000)
  enable(false)
  return next % count
}"""
"""Lets the next place of the file through, and says which answer it was."""
_ENERGY = """async () => {
  const report = await window.connections.at(-1).getStats()
  const sound = [...report.values()].find(one => one.type === "inbound-rtp" && one.kind === "audio")
  return sound?.totalAudioEnergy ?? 0
}"""


def spoken_answers() -> bytes:
    """All of them in their places: 16 kHz mono s16le."""

    async def speak() -> bytes:
        speech = Speech(talks=1)
        await speech.start()
        try:
            places = b""
            for text in ANSWERS:
                sound = up_rate(b"".join([pcm async for pcm in speech.speak(text)]))
                room = PLACE_SECONDS - 1 - len(sound) / 2 / _RATE
                assert room > 3
                places += quiet(1) + sound + quiet(room)
            return places
        finally:
            await speech.close()

    return asyncio.run(asyncio.wait_for(speak(), _LONG / 1000))


@pytest.fixture(scope="module")
def answers() -> bytes:
    """Made before a browser is there: Playwright's event loop stays with the thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(spoken_answers).result()


@pytest.fixture
def browser(playwright: Playwright, tmp_path: Path, answers: bytes) -> Iterator[Browser]:
    with hearing(playwright, tmp_path, answers, _RATE) as opened:
        yield opened


@pytest.fixture
def app(tmp_path: Path) -> Iterator[RunningApp]:
    """Without any key, whatever the environment holds."""
    with running_app(tmp_path, GEMINI_API_KEY="", INTERVIEW_ENGINE="auto") as running:
        yield running


def said(app: RunningApp, interview_id: str, role: str) -> list[str]:
    return [line["text"] for line in app.record(interview_id)["transcript"] if line["role"] == role]


def begin_as_told(page: Page) -> None:
    """From the welcome into the talk. On a busy machine the voice may start for longer than one join waits: the page
    says so, and by then the start has gone on."""
    agree(page)
    switch_on(page)
    page.get_by_text("Your microphone's level").wait_for()
    late = page.get_by_text("The interviewer could not join in time. Please try again in a moment.")
    again = page.get_by_role("button", name=re.compile("^(Start the interview|Try again)$"))
    for _ in range(5):
        again.click()
        late.wait_for(state="detached")
        captions(page).or_(late).first.wait_for()
        if not late.count():
            return
    raise AssertionError("five joins were too few for the voice to start")


def test_five_answers_by_voice_without_a_key_become_scores_and_a_guide(app: RunningApp, browser: Browser) -> None:
    """Each answer is understood, each next question is heard and captioned."""
    interview_id = app.interview(candidate_name="Ada Example")
    context = profile(browser)
    page = context.new_page()
    page.goto(app.link(interview_id, mode="live"))
    expect(page.get_by_text("the sound is sent nowhere else")).to_be_visible()
    begin_as_told(page)
    wait_until(lambda: said(app, interview_id, "interviewer"), _LONG)
    expected: list[str] = []
    energy = 0.0
    for turn in range(1, TURNS + 1):
        question = said(app, interview_id, "interviewer")[-1]
        expect(captions(page)).to_contain_text(question[-40:], timeout=_LONG)
        page.get_by_text("The interviewer is listening.").wait_for()
        before, energy = energy, of_widget(page).evaluate(_ENERGY)
        assert energy > before + 1e-4, "nothing was heard of the question"
        expected.append(ANSWERS[of_widget(page).evaluate(_ANSWER, [PLACE_SECONDS * 1000, len(ANSWERS)])])
        wait_until(lambda turn=turn: len(said(app, interview_id, "candidate")) >= turn, _LONG)
        expect(captions(page)).to_contain_text(said(app, interview_id, "candidate")[-1][:40])
    heard = said(app, interview_id, "candidate")
    counts = [word_errors(*pair) for pair in zip(expected, heard, strict=True)]
    assert sum(wrong for wrong, _ in counts) <= 0.15 * sum(words for _, words in counts), heard
    page.get_by_role("button", name="Finish early").click()
    page.get_by_role("button", name="Finish now").click()
    page.get_by_role("heading", name="Thank you, Ada Example").wait_for()
    after = app.record(interview_id)
    assert after["sessions"][-1]["mode"] == "live"
    assert after["score"]["overall_score"] > 0
    page.get_by_role("button", name="Make my study guide").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Study guide as PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    context.close()
