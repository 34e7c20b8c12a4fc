"""An interview by voice in a real browser: real WebRTC, the real app process, a local Gemini that hears real sound.

The microphone is Chromium's fake one with a file of voice-like sound; a test lets it through for as long as it speaks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from browser_call import (
    MILLISECONDS,
    SPEECH_RATE,
    agree,
    begin,
    captions,
    hearing,
    launch,
    of_widget,
    profile,
    speech,
    stats,
    switch_on,
    wait_until,
    widget,
)
from conftest import CHROMIUM_FLAGS
from gemini_script import Abort, Close, Fault, GoAway, ToolCall, Turn
from gemini_server import GeminiServer, gemini_server
from gemini_state import Connection
from http_server import FORM, RunningApp, running_app
from playwright.sync_api import expect

from interview.access import SYSTEM
from interview.records import NewInterview
from interview.service import Service, open_service
from interview.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
WIDGET = "/component/streamlit_webrtc.component.webrtc_streamer/index.html"
RELAY = {"urls": ["turn:127.0.0.1:9?transport=tcp"], "username": "candor-relay", "credential": "relay-password-5319"}
_SPOKEN_SECONDS = 0.9

_SPEAK = """async (seconds) => {
  const spoken = async () => {
    const report = await window.connections.at(-1).getStats()
    return [...report.values()].find((one) => one.type === "media-source").totalSamplesDuration
  }
  const enable = (on) => window.microphones.forEach((track) => { track.enabled = on })
  const before = await spoken()
  enable(true)
  while (await spoken() < before + seconds) await new Promise((done) => setTimeout(done, 50))
  enable(false)
}"""
"""Lets so much of the microphone's sound through, by the browser's own count: a busy machine needs longer for it."""
_WIDTH = "() => [document.documentElement.scrollWidth, document.querySelector('[data-testid=stMain]').scrollWidth]"


# --- the server, the browser ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with hearing(playwright, tmp_path_factory.mktemp("microphone"), speech(3.0), SPEECH_RATE) as opened:
        yield opened


@pytest.fixture(scope="module")
def gemini() -> Iterator[GeminiServer]:
    with gemini_server() as server:
        yield server


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, gemini: GeminiServer) -> Iterator[RunningApp]:
    with running_app(tmp_path_factory.mktemp("live"), INTERVIEW_ENGINE="gemini", **gemini.environment) as running:
        yield running


@pytest.fixture(scope="module")
def relayed(tmp_path_factory: pytest.TempPathFactory, gemini: GeminiServer) -> Iterator[RunningApp]:
    """Another server, with a relay in its settings that does not answer."""
    settings = {"INTERVIEW_ENGINE": "gemini", "INTERVIEW_ICE_SERVERS": json.dumps([RELAY]), **gemini.environment}
    with running_app(tmp_path_factory.mktemp("relayed"), **settings) as running:
        yield running


@pytest.fixture(autouse=True)
def no_script_left(gemini: GeminiServer) -> None:
    gemini.live.scripts.clear()


@pytest.fixture(scope="module")
def planner(app: RunningApp) -> Iterator[Service]:
    """Plans interviews with questions that can be told apart, into the app's own database."""
    settings = Settings(data_dir=app.log.parent / "data", engine="embedded")
    service = open_service(settings)
    yield service
    service.close()


@dataclass(frozen=True)
class Invited:
    """A fresh candidate: the interview, its questions, and the link for an interview by voice."""

    id: str
    questions: tuple[str, ...]
    link: str


@pytest.fixture
def invited(app: RunningApp, planner: Service) -> Invited:
    new = NewInterview(**FORM, candidate_name="Ada Example")
    made = planner.interviews.create(SYSTEM, new)
    return Invited(made.interview_id, made.questions, app.link(made.interview_id, mode="live"))


@pytest.fixture
def page(browser: Browser, invited: Invited) -> Iterator[Page]:
    """The candidate's browser at the welcome, on a desktop."""
    context = profile(browser)
    opened = context.new_page()
    opened.goto(invited.link)
    yield opened
    context.close()


# --- what a candidate does --------------------------------------------------------------------------------------------


def hears(page: Page, text: str) -> None:
    """The caption is there."""
    expect(captions(page)).to_contain_text(text)


def speak(page: Page) -> None:
    """Say something, then be quiet: an answer."""
    of_widget(page).evaluate(_SPEAK, _SPOKEN_SECONDS)


def reply(page: Page, to: str) -> None:
    """Answer once these words have been said to their end."""
    hears(page, to)
    page.get_by_text("The interviewer is listening.").wait_for()
    speak(page)


# --- what is said, and what is stored ---------------------------------------------------------------------------------

GREETING = "Hello Ada, I am Alex. Please tell me a little about what you do at the moment."
FAREWELL = "Thank you, that was my last question. Goodbye."


def answer(number: int) -> str:
    return f"In case number {number} I compared both versions, measured every step and removed the lock."


def script(questions: Sequence[str], turns: int, fault: Fault | None = None) -> list[Turn]:
    """So many turns: greeting, the questions with follow-ups between, goodbye. `fault`: in the middle of the third,
    which then comes again; it is long, so that on no machine all of it is there by then.
    """
    says = [GREETING]
    for index, question in enumerate(questions):
        says.append(f"Thank you. {question}")
        if len(says) + len(questions) - index < turns:
            says.append(f"And why did you do it like that in case {index}?")
    says = [*says[: turns - 1], FAREWELL]
    made = [
        Turn(
            words,
            hears=answer(at) if at else "",
            tools=(ToolCall("end_interview", {"reason": "finished"}, at="end"),) if words == FAREWELL else (),
        )
        for at, words in enumerate(says)
    ]
    if fault is not None:
        made[2:3] = [replace(made[2], audio_ms=20_000, then=fault), Turn(made[2].says)]
    return made


def connections(gemini: GeminiServer, turns: Sequence[Turn]) -> list[Connection]:
    """Those of the talk that goes by this script, oldest first.

    Others may come between: a talk whose browser has gone waits for it for a minute, and connects anew meanwhile.
    """
    own = next(one for one in reversed(gemini.conversations) if one.scripted == tuple(turns))
    return [one for one in gemini.connections if one.conversation is own]


def stored(app: RunningApp, interview_id: str, role: str) -> str:
    """All that this side said, as it is stored."""
    return "\n".join(line["text"] for line in app.record(interview_id)["transcript"] if line["role"] == role)


def stands(app: RunningApp, interview_id: str, turns: Sequence[Turn], *, cut: str) -> None:
    """All of these turns are stored, each once and in their order; of `cut` also, at most, a beginning, as cut off."""

    def lines(*, final: bool) -> list[tuple[str, str]]:
        found = app.record(interview_id)["transcript"]
        return [(line["role"], line["text"]) for line in found if line["final"] is final]

    said = [row for turn in turns for row in (("candidate", turn.hears), ("interviewer", turn.says)) if row[1]]
    wait_until(lambda: lines(final=True)[-1:] == said[-1:])
    assert lines(final=True) == said
    broken = lines(final=False)
    assert broken == [("interviewer", cut[: len(text)]) for _, text in broken]
    assert len(broken) <= 1


# --- the tests --------------------------------------------------------------------------------------------------------


def test_ten_turns_by_voice_become_transcript_statuses_scores_and_a_guide(
    page: Page, app: RunningApp, gemini: GeminiServer, invited: Invited
) -> None:
    """Sound goes both ways, counted by the browser; every word stands on the page and in the database."""
    turns = script(invited.questions, 10)
    gemini.script(*turns)
    begin(page)
    for turn in turns[:-1]:
        reply(page, turn.says)
    found = stats(page)
    assert found["inbound"]["totalAudioEnergy"] > 0
    assert found["source"]["totalAudioEnergy"] > 0
    assert of_widget(page).evaluate("window.connections.length") == 1  # from the device check on
    page.get_by_role("heading", name="Thank you, Ada Example").wait_for()
    said, heard = (stored(app, invited.id, role) for role in ("interviewer", "candidate"))
    assert [turn.says for turn in turns if turn.says not in said] == []
    assert [turn.hears for turn in turns if turn.hears not in heard] == []
    after = app.record(invited.id)
    assert {row["status"] for row in after["question_statuses"]} == {"answered"}
    assert after["sessions"][-1]["mode"] == "live"
    assert after["score"]["overall_score"] > 0
    page.get_by_role("button", name="Make my study guide").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Study guide as PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")


def test_the_widget_is_there_on_a_server_that_was_prepared_before_anybody_came(relayed: RunningApp) -> None:
    """Nobody has opened a page of it yet."""
    wait_until(lambda: httpx.get(relayed.url + WIDGET, timeout=60).is_success)


def test_calls_are_made_with_the_ice_servers_of_the_settings(browser: Browser, relayed: RunningApp) -> None:
    """As the browser's own connection tells of them; a call stands without the relay, and no log has its password."""
    context = profile(browser)
    page = context.new_page()
    page.goto(relayed.link(relayed.interview(), mode="live"))
    agree(page)
    switch_on(page)
    page.get_by_text("Your microphone's level").wait_for()
    [relay] = of_widget(page).evaluate("() => window.connections.at(-1).getConfiguration().iceServers")
    assert {name: relay[name] for name in RELAY} == RELAY
    context.close()
    assert RELAY["credential"] not in relayed.output
    assert RELAY["username"] not in relayed.output


@pytest.mark.parametrize(
    ("without", "words"),
    [
        pytest.param("--use-fake-ui-for-media-stream", "The browser has blocked the microphone.", id="refused"),
        pytest.param("--use-fake-device-for-media-stream", "No microphone was found.", id="none there"),
    ],
)
def test_a_browser_without_a_microphone_says_why_and_offers_writing(
    playwright: Playwright, invited: Invited, without: str, words: str
) -> None:
    """In a sentence with a way on, not by the name that browsers give it."""
    flags = [*(flag for flag in CHROMIUM_FLAGS if flag != without), "--deny-permission-prompts"]
    opened = launch(playwright, flags)
    page = profile(opened).new_page()
    page.goto(invited.link)
    agree(page)
    switch_on(page)
    page.get_by_text(words).wait_for()
    expect(widget(page).get_by_text("Error")).not_to_be_visible()
    expect(page.get_by_text("Look for a microphone or a lock")).to_be_visible()
    page.get_by_role("button", name="Go on in writing").click()
    page.get_by_label("Your answer").first.wait_for()
    opened.close()


def test_the_widget_is_two_plain_buttons_with_a_name(page: Page) -> None:
    """No grey panel where a picture would be; once it is on, its button no longer asks to be pressed."""
    agree(page)
    framed = page.get_by_title("Your microphone")
    framed.wait_for()
    expect(framed).to_have_css("height", "40px")
    expect(widget(page).get_by_test_id("VideoLabelIcon")).not_to_be_visible()
    switch_on(page)
    button = widget(page).get_by_role("button", name="Disconnect")
    expect(button).to_have_css("background-color", "rgba(0, 0, 0, 0)")


def test_a_connection_whose_end_the_browser_does_not_tell_is_made_again(page: Page, gemini: GeminiServer) -> None:
    """A page closes its own side without any event: the widget then offers to connect, not to disconnect."""
    gemini.script(Turn(GREETING))
    begin(page)
    hears(page, GREETING[-20:])
    of_widget(page).evaluate("() => window.connections.at(-1).close()")
    page.get_by_text("The connection has ended").wait_for()
    switch_on(page)
    captions(page).wait_for()
    page.get_by_text("The interviewer is listening.").wait_for()


def test_speaking_stops_the_interviewer(page: Page, app: RunningApp, gemini: GeminiServer, invited: Invited) -> None:
    """What was not heard any more is not in the transcript either."""
    long = f"Thank you. {invited.questions[0]} " + " ".join(f"Word {n} of a long speech." for n in range(1, 240))
    turns = Turn(GREETING), Turn(long, hears=answer(1), audio_ms=120_000), Turn("Of course.", hears="Sorry?")
    gemini.script(*turns)
    begin(page)
    reply(page, GREETING)
    page.get_by_text("The interviewer is speaking.").wait_for()
    hears(page, "Word 3 of")
    speak(page)
    hears(page, "Cut off.")
    hears(page, "Of course.")
    page.get_by_text("The interviewer is listening.").wait_for()
    wait_until(lambda: silent(page))
    assert [one.interruptions for one in connections(gemini, turns)] == [1]
    assert "Word 200 of" not in stored(app, invited.id, "interviewer")
    assert [line["final"] for line in app.record(invited.id)["transcript"] if "Word 3 of" in line["text"]] == [False]


def silent(page: Page) -> bool:
    """Nothing audible comes in for a moment."""
    before = stats(page)["inbound"]["totalAudioEnergy"]
    page.wait_for_timeout(500)
    return bool(stats(page)["inbound"]["totalAudioEnergy"] - before < 1e-6)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(GoAway(after_ms=400, time_left_ms=1500), id="goAway"),
        pytest.param(Close(after_ms=400, code=1011), id="closed with 1011"),
        pytest.param(Abort(after_ms=400), id="torn down"),
    ],
)
def test_a_connection_to_the_model_that_ends_in_mid_sentence_loses_no_word(
    page: Page, app: RunningApp, gemini: GeminiServer, invited: Invited, fault: Fault
) -> None:
    """The sentence comes again where it was cut, nobody is greeted twice, and the next setup knows what was said."""
    turns, smooth = script(invited.questions, 6, fault), script(invited.questions, 6)
    gemini.script(*turns)
    begin(page)
    reply(page, turns[0].says)
    reply(page, turns[1].says)
    gemini.wait_for(lambda: len(connections(gemini, turns)) > 1, MILLISECONDS / 1000)
    after = connections(gemini, turns)[1]
    reply(page, turns[3].says)
    hears(page, turns[4].says)
    assert after.continued_by in ("handle", "history")
    assert GREETING not in after.said
    stands(app, invited.id, smooth[:4], cut=smooth[2].says)
    expect(captions(page)).to_have_count(1)


def test_a_reload_in_mid_sentence_goes_on_with_one_press(
    page: Page, app: RunningApp, gemini: GeminiServer, invited: Invited
) -> None:
    """No device check again, nothing lost, what was cut is said again, and the new conversation is told what was said.

    The sentence is long, so that it is cut however long a reload takes.
    """
    smooth = script(invited.questions, 6)
    turns = [smooth[0], replace(smooth[1], audio_ms=120_000), Turn(smooth[1].says), *smooth[2:]]
    gemini.script(*turns)
    begin(page)
    reply(page, turns[0].says)
    hears(page, turns[1].says[:15])
    page.reload()
    page.get_by_text("Welcome back").wait_for()
    switch_on(page)
    captions(page).wait_for()
    gemini.wait_for(lambda: len(connections(gemini, turns)) > 1, MILLISECONDS / 1000)
    reply(page, turns[2].says)
    hears(page, turns[3].says)
    assert connections(gemini, turns)[1].continued_by in ("handle", "history")
    stands(app, invited.id, smooth[:3], cut=smooth[1].says)


def test_a_second_window_takes_the_interview_over_and_it_can_be_taken_back(
    page: Page, browser: Browser, gemini: GeminiServer, invited: Invited
) -> None:
    turns = script(invited.questions, 6)
    gemini.script(*turns)
    begin(page)
    hears(page, GREETING)
    other = profile(browser)
    second = other.new_page()
    second.goto(invited.link)
    switch_on(second)
    captions(second).wait_for()
    page.get_by_text("The interview goes on in another window").wait_for()
    page.get_by_role("button", name="Take it back here").click()
    captions(page).wait_for()
    second.get_by_text("The interview goes on in another window").wait_for()
    other.close()


def test_switching_to_text_goes_on_in_writing_with_everything_that_was_said(
    page: Page, app: RunningApp, gemini: GeminiServer, invited: Invited
) -> None:
    """And back to voice from there."""
    turns = script(invited.questions, 6)
    gemini.script(*turns)
    begin(page)
    reply(page, turns[0].says)
    hears(page, turns[1].says)
    page.get_by_role("button", name="Switch to text").click()
    page.get_by_label("Your answer").first.wait_for()
    assert turns[1].hears in stored(app, invited.id, "candidate")
    expect(page.locator("iframe")).to_have_count(0)  # what goes may stand beside what comes for a moment
    page.get_by_label("Your answer").first.fill("In writing: I compared both versions first.")
    page.get_by_role("button", name="Send").click()
    wait_until(lambda: "In writing: I compared" in stored(app, invited.id, "candidate"))
    page.get_by_role("button", name="Go on by voice").click()
    switch_on(page)
    captions(page).wait_for()


def test_pressing_something_while_the_page_is_drawn_leaves_every_control_in_its_place(
    page: Page, gemini: GeminiServer, invited: Invited
) -> None:
    """A dialog is closed and the next button pressed at once."""
    gemini.script(*script(invited.questions, 6))
    begin(page)
    reply(page, GREETING)
    hears(page, invited.questions[0])
    page.get_by_role("button", name="Skip this question").click()
    page.get_by_role("button", name="Back to the question").click()
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_role("button", name="Let me think").click()
    page.get_by_text("Take the time you need.").wait_for()
    for name in ("I am ready", "Mute", "Skip this question", "Switch to text", "Finish early"):
        expect(page.locator(".st-key-controls").get_by_role("button", name=name)).to_be_visible()


def test_a_dialog_stays_open_with_its_words_while_the_talk_goes_on(
    page: Page, gemini: GeminiServer, invited: Invited
) -> None:
    """Speaking ends a moment to think, and the controls wait for it until the dialog is closed."""
    gemini.script(Turn(GREETING), Turn("Thank you, go on.", hears="I have thought about it."))
    begin(page)
    hears(page, GREETING)
    page.get_by_text("The interviewer is listening.").wait_for()
    page.get_by_role("button", name="Let me think").click()
    page.get_by_role("button", name="I am ready").wait_for()
    page.get_by_role("button", name="Ask for an adjustment").click()
    page.get_by_label("What do you need?").fill("A longer break, please.")
    speak(page)
    hears(page, "Thank you, go on.")
    expect(page.get_by_label("What do you need?")).to_have_value("A longer break, please.")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Let me think").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_is_wide_enough_at_every_step(
    browser: Browser, gemini: GeminiServer, invited: Invited, scheme: str
) -> None:
    """Device check, talk and ending; the question and its captions are seen together."""
    gemini.script(*script(invited.questions, 6))
    context = profile(browser, viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    page.goto(invited.link)
    agree(page)
    switch_on(page)
    page.get_by_text("Your microphone's level").wait_for()
    picture(page, f"check-{scheme}")
    page.get_by_role("button", name="Start the interview").click()
    reply(page, GREETING)
    hears(page, invited.questions[0])
    picture(page, f"talk-{scheme}")
    page.get_by_role("button", name="Finish early").click()
    page.get_by_role("button", name="Finish now").click()
    page.get_by_role("heading", name="Thank you, Ada Example").wait_for()
    picture(page, f"done-{scheme}")
    context.close()


def picture(page: Page, name: str) -> None:
    """Nothing is wider than the screen; kept where LIVE_PICTURES names a folder."""
    assert page.evaluate(_WIDTH) == [PHONE["width"], PHONE["width"]]
    if folder := os.environ.get("LIVE_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")
