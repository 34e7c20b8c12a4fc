"""The candidate's page by voice, in AppTest: real talks with a local Gemini; only the call in the browser is put in.

`webrtc_streamer` needs a browser, so the one function that draws it gives a call here whose microphone is the test.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from builders import House, house
from gemini_live import tone
from gemini_script import Turn
from gemini_server import GeminiServer, gemini_server
from page_tests import labels, person, press, visiting, words
from streamlit.testing.v1 import AppTest

from interview.access import SYSTEM, Actor
from interview.contract import SessionSnapshot
from interview.live import rooms
from interview.live.connector import Timing
from interview.live.line import Microphone
from interview.moves import recognise
from interview.records import InterviewRecord
from interview.settings import IceServer
from pages.candidate.parts import device_check
from pages.components.webrtc import call as webrtc
from pages.components.webrtc.call import CallState
from pages.components.webrtc.playback import Playback

Open = Callable[..., AppTest]
SECONDS = 120
"""The longest wait for anything; far above what it takes."""
UNHURRIED = Timing(reply=600, check_in=600, line_silent=600, line_lost=600)
"""Between two looks at a page a busy machine lets more time pass than a candidate who has gone away."""
NO_PLACE = (
    "Too many interviews are held by voice at this moment. Please try again in a few minutes, or go on in writing."
)
_QUESTIONS = ("Tell me about debugging, part 1.", "Tell me about teamwork, part 1.", "Tell me about planning, part 1.")
_ANSWERS = (
    "I work on payment systems at a bank.",
    "I traced the fault to the cache and wrote a test for it.",
    "I asked both teams what they needed and wrote it down.",
    "I planned the move in six small steps.",
)


@dataclass
class PutInCall:
    """A call without a browser: connected when a test says so, and heard through what the page attached."""

    key: str
    on_gone: Callable[[], None]
    playing: bool = False
    connecting: bool = False
    level: float | None = None
    closed: bool = False
    microphone: Microphone | None = None
    speaker: Playback = field(default_factory=Playback)

    def attach(self, microphone: Microphone | None) -> None:
        self.microphone = microphone

    def state(self) -> CallState:
        level = self.level if self.playing else None
        return CallState(self.playing, self.connecting, self.playing, level, 0.0, 0, self.speaker.played())

    def close(self) -> None:
        self.closed, self.playing = True, False
        self.attach(None)

    def speak(self) -> None:
        """Half a second of voice, then as much quiet."""
        assert self.microphone is not None, "nobody listens to this call"
        for message in (*_messages(voice(500)), *_messages(bytes(32 * 600))):
            self.microphone.hear(message)


def voice(length_ms: int) -> bytes:
    """16 kHz mono s16le, loud enough for speech: what 24 kHz calls 440 Hz is 293 Hz here."""
    return tone(440, 0, length_ms * 2 // 3)


def _messages(pcm: bytes) -> Iterator[bytes]:
    return (pcm[at : at + 640] for at in range(0, len(pcm), 640))


@pytest.fixture
def gemini(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    monkeypatch.setattr(rooms, "Timing", lambda: UNHURRIED)
    with gemini_server() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def home(tmp_path: Path, gemini: GeminiServer) -> Iterator[House]:
    """A house where interviews can be held by voice. Answers are rated by the scripted engine."""
    made = house(tmp_path, probes=0, engine="gemini")
    yield made
    made.close()


@pytest.fixture
def record(home: House) -> InterviewRecord:
    return home.interview(role_title="Engineer *of* <clocks>")


@pytest.fixture
def ada(home: House, record: InterviewRecord) -> Actor:
    return home.candidate(record, mode="live")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[PutInCall]:
    """The calls that pages have drawn, oldest first; each browser tab has its own."""
    made: list[PutInCall] = []

    def put_in(key: str, *, ice_servers: Sequence[IceServer], on_gone: Callable[[], None]) -> PutInCall:
        import streamlit as st

        name = f"{key}:put-in"
        if name not in st.session_state:
            st.session_state[name] = PutInCall(key, on_gone)
            made.append(st.session_state[name])
        held: PutInCall = st.session_state[name]
        return held

    monkeypatch.setattr(webrtc, "call", put_in)
    return made


@pytest.fixture
def open_page(home: House, ada: Actor, calls: list[PutInCall]) -> Iterator[Open]:
    with visiting(home, ada) as opened:
        yield opened


def run_until(app: AppTest, reached: Callable[[str], object]) -> str:
    """Draw the page anew, as its fragments do, until its words satisfy this; they are given."""
    until = time.monotonic() + SECONDS
    while not reached(page := words(app)):
        assert time.monotonic() < until, [block.value for block in (*app.title, *app.subheader, *app.markdown)]
        app.run()
        assert not app.exception, app.exception[0].value
    return page


def shows(text: str) -> Callable[[str], object]:
    return lambda page: text in page


def consented(home: House, actor: Actor) -> None:
    home.service.journeys.consent(actor, home.service.journeys.read(actor).notice)


def talking(home: House, ada: Actor, open_page: Open, calls: list[PutInCall]) -> AppTest:
    """A tab in which the interviewer has been joined."""
    consented(home, ada)
    app = open_page()
    calls[-1].playing = True
    return press(app.run(), "Start the interview")


def session_of(home: House, ada: Actor) -> SessionSnapshot:
    """The session in hand, or the last one."""
    return home.see(home.service.journeys.read(ada).session_id or "")


def status_of_first(home: House, ada: Actor) -> str:
    return session_of(home, ada).question_statuses[0].status


def script() -> list[Turn]:
    """The greeting with the warm-up, then each question in reply to an answer."""
    asked = ("Hello. What do you do at the moment?", *_QUESTIONS)
    return [Turn(says, hears=hears) for says, hears in zip(asked, ("", *_ANSWERS), strict=False)]


# --- before the talk --------------------------------------------------------------------------------------------------


def test_the_welcome_says_that_it_is_by_voice_and_what_that_needs(open_page: Open) -> None:
    """And that text is always there; the consent names the service."""
    page = words(open_page())
    assert "to an interview by voice" in page
    assert "By voice" in page
    assert "microphone" in page
    assert "quiet place" in page
    assert "Headphones" in page
    assert "switch to text at any moment" in page
    assert "A pause ends your answer." in page
    assert "Gemini" in page


def test_consent_leads_to_the_device_check_and_not_into_the_talk(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    """The interview begins when the candidate says so, with the microphone on."""
    app = open_page()
    assert not calls
    app.checkbox[0].check().run()
    press(app, "Agree and check the microphone")
    assert "Check your microphone" in words(app)
    assert "not on yet" in words(app)
    assert next(button for button in app.button if button.label == "Start the interview").disabled
    assert "Go on in writing" in labels(app)
    assert home.service.journeys.read(ada).step == "start"
    assert not gemini.connections


def test_a_connection_that_is_being_made_is_waited_for(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall]
) -> None:
    """It is said, and the check comes by itself once the call stands."""
    consented(home, ada)
    app = open_page()
    calls[0].connecting = True
    page = words(app.run())
    assert "The connection is being made" in page
    assert "not on yet" not in page
    calls[0].connecting, calls[0].playing = False, True
    page = words(app.run())
    assert "Your microphone's level" in app.progress[0].proto.text
    assert "being made" not in page


def test_the_meter_says_in_words_whether_a_voice_is_heard(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall]
) -> None:
    consented(home, ada)
    app = open_page()
    calls[0].playing, calls[0].level = True, -70.0
    assert "We do not hear you yet." in words(app.run())
    calls[0].level = -20.0
    assert "We hear you." in words(app.run())
    assert app.progress[0].value > 50


def test_who_was_heard_and_is_quiet_is_not_told_that_they_are_not_heard(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the call ends: the next microphone has to be heard itself."""
    monkeypatch.setattr(device_check, "_REMEMBERED_SECONDS", 0.0)
    consented(home, ada)
    app = open_page()
    calls[0].playing, calls[0].level = True, -20.0
    app.run()
    calls[0].level = -70.0
    assert "We heard you." in (page := words(app.run()))
    assert "We do not hear you" not in page
    calls[0].playing = False
    app.run()
    calls[0].playing = True
    assert "We do not hear you yet." in words(app.run())


def test_two_seconds_of_ones_own_voice_are_played_back(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall]
) -> None:
    """Through the call itself, as the interviewer will be heard, at the loudspeaker's rate; then nobody listens."""
    consented(home, ada)
    app = open_page()
    calls[0].playing = True
    press(app.run(), "Record two seconds and play them back")
    assert "Recording" in words(app)
    assert calls[0].microphone is not None
    for message in _messages(voice(2_100)):
        calls[0].microphone.hear(message)
    assert "You hear yourself now" in words(app.run())
    assert calls[0].speaker.played().waiting_ms == pytest.approx(2_000, abs=5)
    assert calls[0].microphone is None
    assert "You hear yourself now" in words(app.run())
    while calls[0].speaker.take():
        pass
    assert "That was you" in words(app.run())


def test_without_encryption_no_call_is_drawn_and_text_is_offered(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], monkeypatch: pytest.MonkeyPatch
) -> None:
    consented(home, ada)
    monkeypatch.setattr("pages.components.live.microphone_allowed", lambda: False)
    app = open_page()
    assert "came without encryption" in app.warning[0].value
    assert not calls
    press(app, "Go on in writing")
    assert [area.label for area in app.text_area if area.label == "Your answer"]
    assert home.service.journeys.read(ada).mode == "text"


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://interviews.example.org/journey", True),
        ("http://localhost:8501/", True),
        ("http://127.0.0.1:8501/", True),
        ("http://[::1]:8501/", True),
        ("http://192.168.1.20:8501/", False),
        ("http://interviews.example.org/", False),
    ],
)
def test_browsers_give_a_microphone_over_https_or_on_the_own_machine(address: str, allowed: bool) -> None:
    from pages.components.live import gives_microphone

    assert gives_microphone(address) is allowed


def test_without_a_place_it_is_said_and_writing_is_there(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trying again says it again; what was waited for does not count."""
    monkeypatch.setattr("interview.live.rooms.MOST_TALKS", 0)
    app = talking(home, ada, open_page, calls)
    assert [box.value for box in app.error] == [NO_PLACE]
    home.clock.forward(minutes=20)
    assert [box.value for box in app.run().error] == [NO_PLACE]
    assert "Go on in writing" in labels(app)
    press(app, "Go on in writing")
    assert [area.label for area in app.text_area if area.label == "Your answer"]
    snapshot = session_of(home, ada)
    assert (snapshot.mode, snapshot.elapsed_ms) == ("text", 0)


# --- the talk ---------------------------------------------------------------------------------------------------------


def test_a_talk_shows_captions_the_question_and_where_it_stands(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    """The call of the device check is the interview's: nothing is asked for twice."""
    gemini.script(*script())
    app = talking(home, ada, open_page, calls)
    run_until(app, shows("What do you do at the moment"))
    calls[0].speak()
    page = run_until(app, shows("Tell me about debugging"))
    assert "I work on payment systems" in page
    page = run_until(app, shows("question 1 of about 3"))
    assert "minutes left" in page
    assert len(calls) == 1
    assert calls[0].speaker.played().waiting_ms > 0


def test_words_from_both_sides_stay_text(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    """Captions go to the browser as data, and the page's sentences take no markup from outside."""
    gemini.script(Turn("Hello <b>there</b>, *Ada*."))
    app = talking(home, ada, open_page, calls)
    run_until(app, shows("<b>there</b>"))
    assert not [block for block in app.html if "<b>there</b>" in block.value]


def test_a_moment_to_think_and_mute_are_turned_on_and_off(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    gemini.script(*script())
    app = talking(home, ada, open_page, calls)
    run_until(app, shows("What do you do at the moment"))
    press(app, "Let me think")
    run_until(app, shows("I am ready"))
    press(app, "I am ready")
    run_until(app, shows("Let me think"))
    press(app, "Mute")
    run_until(app, shows("Unmute"))
    press(app, "Unmute")
    run_until(app, lambda _: "Mute" in labels(app))


def test_typed_words_are_said_to_the_interviewer(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    gemini.script(*script())
    app = talking(home, ada, open_page, calls)
    run_until(app, shows("What do you do at the moment"))
    app.chat_input[0].set_value("I would rather type this.").run()
    gemini.wait_for(lambda: any("I would rather type this." in row.texts for row in gemini.connections), SECONDS)
    run_until(app, shows("I would rather type this."))


def test_a_question_is_skipped_after_it_was_asked_twice(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    gemini.script(*script())
    app = talking(home, ada, open_page, calls)
    run_until(app, shows("What do you do at the moment"))
    calls[0].speak()
    run_until(app, shows("question 1 of about 3"))
    press(app, "Skip this question")
    assert status_of_first(home, ada) != "skipped"
    press(app, "Skip it")
    run_until(app, lambda _: status_of_first(home, ada) == "skipped")


def test_the_first_question_is_skipped_too(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    """It is none of the plan's and has no number: the interviewer is told in words."""
    gemini.script(*script())
    app = talking(home, ada, open_page, calls)
    run_until(app, shows("What do you do at the moment"))
    press(app, "Skip this question")
    press(app, "Skip it")
    said = "I would like to skip this question."
    gemini.wait_for(lambda: any(said in row.texts for row in gemini.connections), SECONDS)
    assert recognise(said) == "skip"


def test_switching_to_text_keeps_what_was_said_and_the_way_back(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    """The words said so far are in the transcript, the call is over, and another one is made for going on by voice."""
    gemini.script(*script())
    app = talking(home, ada, open_page, calls)
    answered(app, calls[0])
    press(app, "Switch to text")
    run_until(app, shows("Your answer"))
    assert calls[0].closed
    assert "I work on payment systems at a bank." in [line.text for line in session_of(home, ada).transcript]
    press(app, "Go on by voice")
    assert "Press **Connect** to go on by voice." in words(app)
    assert len(calls) == 2


def answered(app: AppTest, call: PutInCall) -> None:
    """The warm-up has been answered, and the first question was asked."""
    run_until(app, shows("What do you do at the moment"))
    call.speak()
    run_until(app, shows(_QUESTIONS[0]))


# --- when it breaks off -----------------------------------------------------------------------------------------------


def test_after_a_reload_pressing_start_is_enough(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    """No second device check, which is offered all the same; nobody is greeted twice."""
    gemini.script(*script())
    answered(talking(home, ada, open_page, calls), calls[0])
    again = open_page()
    page = words(again)
    assert "Welcome back" in page
    assert "Press **Connect** to go on by voice." in page
    assert {"Check the microphone first", "Go on in writing"} <= set(labels(again))
    calls[1].playing = True
    run_until(again, lambda _: "Skip this question" in labels(again))
    gemini.wait_for(lambda: [one.continued_by for one in gemini.connections] == [None, "history"], SECONDS)


def test_a_join_that_fails_after_a_reload_can_be_tried_again(
    home: House,
    ada: Actor,
    open_page: Open,
    calls: list[PutInCall],
    gemini: GeminiServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gemini.script(*script())
    answered(talking(home, ada, open_page, calls), calls[0])
    again = open_page()
    calls[1].playing = True
    with monkeypatch.context() as full:
        full.setattr(rooms, "MOST_TALKS", 0)
        assert "Too many interviews" in again.run().error[0].value
        assert {"Try again", "Check the microphone first", "Go on in writing"} <= set(labels(again))
    press(again, "Try again")
    run_until(again, lambda _: "Skip this question" in labels(again))


def test_a_start_that_fails_is_said_once_and_can_be_tried_again(
    home: House,
    ada: Actor,
    open_page: Open,
    calls: list[PutInCall],
    gemini: GeminiServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody is welcomed back to a talk that they have not had."""
    gemini.script(*script())
    with monkeypatch.context() as full:
        full.setattr(rooms, "MOST_TALKS", 0)
        app = talking(home, ada, open_page, calls)
        assert len(app.error) == 1
        page = words(press(app.run(), "Try again"))
        assert len(app.error) == 1
        assert "Welcome back" not in page
        press(app, "Check the microphone first")
        press(app, "Go on by voice")
        assert len(app.error) == 1
    press(app, "Try again")
    run_until(app, shows("What do you do at the moment"))


def test_somebody_who_came_in_writing_is_not_welcomed_back_by_the_voice(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall]
) -> None:
    """After a reload they are."""
    consented(home, ada)
    app = press(open_page(), "Go on in writing")
    press(app, "Go on by voice")
    page = words(app)
    assert "Welcome back" not in page
    assert "Everything so far is kept, and the interview goes on where it was." in page
    assert "Welcome back" in words(open_page())


def test_the_microphone_can_be_checked_before_going_on(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    gemini.script(*script())
    answered(talking(home, ada, open_page, calls), calls[0])
    again = press(open_page(), "Check the microphone first")
    calls[1].playing = True
    assert "microphone's level" in again.run().progress[0].proto.text
    press(again, "Go on by voice")
    run_until(again, lambda _: "Skip this question" in labels(again))


def test_another_window_takes_the_talk_over_and_it_can_be_taken_back(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    gemini.script(*script())
    one = talking(home, ada, open_page, calls)
    answered(one, calls[0])
    two = open_page()
    calls[1].playing = True
    run_until(two, lambda _: "Skip this question" in labels(two))
    run_until(one, shows("The interview goes on in another window"))
    assert not calls[0].closed
    press(one, "Take it back here")
    run_until(one, lambda _: "Skip this question" in labels(one))
    run_until(two, shows("The interview goes on in another window"))


def test_a_lost_line_is_said_and_goes_on_when_it_is_back(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    gemini.script(*script())
    app = talking(home, ada, open_page, calls)
    answered(app, calls[0])
    calls[0].playing = False
    calls[0].on_gone()
    run_until(app, shows("The connection has ended"))
    calls[0].playing = True
    run_until(app, lambda _: "Skip this question" in labels(app))
    assert len(calls) == 1


def test_silence_on_a_line_that_stands_does_not_end_the_talk(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    """A network that hangs for some seconds: the talk itself waits, and says so."""
    gemini.script(*script())
    app = talking(home, ada, open_page, calls)
    answered(app, calls[0])
    calls[0].on_gone()
    press(app, "Let me think")
    run_until(app, shows("I am ready"))
    assert home.service.live.running(home.service.journeys.read(ada).session_id or "") is not None


def test_a_voice_that_cannot_be_reached_is_said_with_both_ways_on(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    right, gemini.key = gemini.key, "another one"
    app = talking(home, ada, open_page, calls)
    run_until(app, shows("The voice connection did not come back"))
    assert {"Try by voice again", "Go on in writing"} <= set(labels(app))
    gemini.script(*script())
    gemini.key = right
    press(app, "Try by voice again")
    answered(app, calls[0])
    assert len(calls) == 1


def test_a_used_up_budget_pauses_the_interview_with_a_sentence(
    tmp_path: Path, gemini: GeminiServer, calls: list[PutInCall]
) -> None:
    home = house(tmp_path, probes=0, engine="gemini", tokens_per_interview=1)
    try:
        ada = home.candidate(home.interview(), mode="live")
        with visiting(home, ada) as open_page:
            gemini.script(*script())
            app = talking(home, ada, open_page, calls)
            run_until(app, shows("The interview has to pause here"))
            assert "Your answers are safe" in words(app)
            assert home.service.journeys.read(ada).step == "interview"
    finally:
        home.close()


# --- the end ----------------------------------------------------------------------------------------------------------


def finished(app: AppTest) -> None:
    """Finish early, and say so twice."""
    press(app, "Finish early")
    press(app, "Finish now")


def test_finishing_early_ends_in_thanks_and_the_call_is_over(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    gemini.script(*script())
    app = talking(home, ada, open_page, calls)
    answered(app, calls[0])
    finished(app)
    run_until(app, shows("Your interview is complete"))
    assert calls[0].closed
    assert session_of(home, ada).completed


def test_answers_that_could_not_be_rated_are_said_to_be_safe_and_rated_on_another_try(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    gemini.script(*script())
    app = talking(home, ada, open_page, calls)
    answered(app, calls[0])
    calls[0].speak()
    run_until(app, shows(_ANSWERS[1]))
    home.engine.fail_next(1_000)
    finished(app)
    page = run_until(app, shows("Rating them did not work yet"))
    assert "Your answers are safe" in page
    press(app, "Try again")
    assert "The model did not answer" in app.error[0].value
    again = open_page()
    press(again, "Finish early")
    press(again, "Finish now")
    assert "The model did not answer" in again.error[0].value
    home.engine.fail_next(0)
    press(app, "Try again")
    assert "Your interview is complete" in words(app)


def test_mis_heard_words_are_put_right_beside_what_was_heard(
    home: House, ada: Actor, open_page: Open, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    """An answer written anew is refused in words; both wordings stay, and a new scorecard is added."""
    gemini.script(*script())
    app = talking(home, ada, open_page, calls)
    answered(app, calls[0])
    calls[0].speak()
    run_until(app, shows(_QUESTIONS[1]))
    finished(app)
    run_until(app, shows("Your interview is complete"))
    press(app, "Put these right")
    assert "Nothing has been changed yet." in app.info[0].value
    field = next(area for area in app.text_area if area.value == _ANSWERS[1])
    assert field.label.replace("\\", "").endswith(f"after: {_QUESTIONS[0]}")
    field.set_value("Something else altogether, at length and in quite other words than before.")
    press(app, "Put these right")
    assert "too far from what was heard" in app.error[0].value
    right = _ANSWERS[1].replace("cache", "cash register")
    next(area for area in app.text_area if area.key == field.key).set_value(right)
    press(app, "Put these right")
    assert "Corrected later." in words(app)
    texts = [line.text for line in session_of(home, ada).transcript]
    assert {_ANSWERS[1], right} <= set(texts)


# --- what the hiring team sees ----------------------------------------------------------------------------------------


def test_the_team_hears_a_recorded_interview_and_sees_what_the_model_took(
    home: House, record: InterviewRecord, open_page: Open, ada: Actor, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    """Recording is off unless the position's settings turn it on, and the consent then says so."""
    home.configure(record, recording=True)
    assert any("are recorded" in sentence for sentence in home.service.journeys.read(ada).notice)
    gemini.script(*script())
    app = talking(home, ada, open_page, calls)
    answered(app, calls[0])
    finished(app)
    run_until(app, shows("Your interview is complete"))
    with visiting(home, person(home, "hiring")) as open_as_team:
        review = press(
            open_as_team("pages/hiring/interview.py", interview=record.interview_id), "Listen to the recording"
        )
    assert review.get("audio")
    assert "tokens in and" in words(review)


def test_a_session_that_was_not_recorded_says_so(
    home: House, record: InterviewRecord, open_page: Open, ada: Actor, calls: list[PutInCall], gemini: GeminiServer
) -> None:
    gemini.script(*script())
    app = talking(home, ada, open_page, calls)
    answered(app, calls[0])
    with visiting(home, person(home, "hiring")) as open_as_team:
        review = open_as_team("pages/hiring/interview.py", interview=record.interview_id)
    assert "was not recorded" in words(review)
    assert "Listen to the recording" not in [one.label for one in review.button]


@pytest.mark.parametrize(("mode", "said"), [("live", "by voice"), ("text", "in writing")])
def test_a_link_is_made_by_voice_or_in_writing_and_its_message_says_which(
    home: House, record: InterviewRecord, mode: str, said: str
) -> None:
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page("pages/hiring/interview.py", interview=record.interview_id, tab="Invitations")
        app.segmented_control(key="invitation-mode").set_value(mode)
        press(app, "Make a link")
        message = app.code[1].value
    assert said in message
    assert home.service.invitations.list(SYSTEM, record.interview_id)[0].mode == mode


def test_without_a_voice_links_are_in_writing_and_the_page_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interview.speech.weights.missing", lambda: ("Speech recognition is not installed.",))
    home = house(tmp_path)
    try:
        with visiting(home, person(home, "hiring")) as open_page:
            interview = home.interview().interview_id
            app = open_page("pages/hiring/interview.py", interview=interview, tab="Invitations")
            assert app.segmented_control(key="invitation-mode").disabled
            assert "make run" in words(app)
            assert "GEMINI_API_KEY" in words(app)
    finally:
        home.close()
