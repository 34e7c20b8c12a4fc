"""The candidate's page in AppTest: every step of the journey, and what goes wrong on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from builders import ANSWER, House
from page_tests import press, visiting, words
from streamlit.testing.v1 import AppTest

from interview.access import SYSTEM, Actor
from interview.demographics import SelfReport
from interview.errors import Conflict, Forbidden
from interview.journeys import AdjustmentReply
from interview.models import MAX_ANSWER_CHARS
from interview.records import InterviewRecord

pytestmark = pytest.mark.house(probes=0)

Open = Callable[..., AppTest]


@pytest.fixture
def record(home: House) -> InterviewRecord:
    return home.interview(role_title="Engineer *of* <clocks>")


@pytest.fixture
def open_page(home: House, ada: Actor) -> Iterator[Open]:
    with visiting(home, ada) as opened:
        yield opened


def send(app: AppTest, text: str) -> AppTest:
    answer_field(app).set_value(text)
    return press(app, "Send")


def answer_field(app: AppTest) -> AppTest.text_area:
    found = [area for area in app.text_area if area.label == "Your answer"]
    assert found, words(app)
    return found[0]


def said(app: AppTest) -> int:
    """How many messages of the conversation the page shows, the question in hand not among them."""
    return len(app.chat_message)


def begun(home: House, actor: Actor) -> str:
    """Consented and started; the session's id."""
    journeys = home.service.journeys
    journeys.consent(actor, journeys.read(actor).notice)
    return journeys.begin(actor)


# --- the way through --------------------------------------------------------------------------------------------------


def test_the_way_from_the_welcome_to_the_thanks(home: House, open_page: Open) -> None:
    """Consent starts, each answer adds to the log and the progress, and the last one ends in thanks."""
    app = open_page()
    page = words(app)
    assert "About 3 questions" in page
    assert "Up to 45 minutes" in page
    assert "about 30 minutes without a message" in page
    assert next(button for button in app.button if button.label == "Agree and start").disabled
    app.checkbox[0].check().run()
    press(app, "Agree and start")
    assert said(app) == 0
    assert "Words for warmup." in words(app)
    done = [app.progress[0].value]
    for number in range(1, 20):
        before = said(app)
        send(app, f"{ANSWER} Part {number}.")
        if "Thank you, Ada Example" in words(app):
            break
        assert said(app) > before
        assert answer_field(app).value == ""
        done.append(app.progress[0].value)
    assert "Your interview is complete" in words(app)
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] > 50
    press(app, "Make my study guide")
    assert [button.label for button in app.get("download_button")] == ["Study guide as PDF", "As plain text"]


def test_an_assessment_says_nothing_of_scores(home: House, open_page: Open) -> None:
    """Neither on the way nor at the end, in anything that the page sends."""
    app = open_page()
    app.checkbox[0].check().run()
    press(app, "Agree and start")
    for number in range(1, 20):
        page = words(app).casefold()
        assert "as scripted" not in page
        assert "score" not in page
        assert not [button for button in app.button if button.label in ("Hint", "Start again")]
        if "thank you, ada" in page:
            break
        send(app, f"{ANSWER} Part {number}.")
    assert "thank you, ada" in words(app).casefold()


def test_titles_and_names_from_outside_stay_text(home: House, open_page: Open) -> None:
    assert r"Engineer \*of\* \<clocks\>" in open_page().title[0].value


def test_a_page_run_without_a_turn_makes_one_read_of_journey_and_session(
    home: House, ada: Actor, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(home, ada)
    app = open_page()
    reads: list[str] = []
    read, get = type(home.service.journeys).read, type(home.service.sessions).get
    monkeypatch.setattr(type(home.service.journeys), "read", lambda *given: (reads.append("journey"), read(*given))[1])
    monkeypatch.setattr(type(home.service.sessions), "get", lambda *given: (reads.append("session"), get(*given))[1])
    app.run()
    assert reads == ["journey", "session"]


# --- moves ------------------------------------------------------------------------------------------------------------


def test_moves_leave_what_stands_in_the_field(home: House, ada: Actor, open_page: Open) -> None:
    """Repeat brings the question again; a skip is asked for twice."""
    session_id = begun(home, ada)
    app = send(open_page(), ANSWER)
    key = answer_field(app).key
    press(app, "Repeat")
    assert answer_field(app).key == key
    asked = home.see(session_id).questions_asked
    press(app, "Skip")
    assert home.see(session_id).questions_asked == asked
    press(app, "Skip it")
    assert home.see(session_id).question_statuses[0].status == "skipped"
    assert answer_field(app).key != key


def test_words_that_ask_for_something_leave_the_field(home: House, ada: Actor, open_page: Open) -> None:
    """The prompt stays, and the draft that was kept for it is known to be those very words."""
    begun(home, ada)
    app = send(open_page(), "Could you repeat the question, please?")
    assert answer_field(app).value == ""
    assert home.service.journeys.read(ada).draft.startswith("Could you repeat")


def test_the_last_answer_is_corrected_in_a_dialog(home: House, ada: Actor, open_page: Open) -> None:
    session_id = begun(home, ada)
    app = send(open_page(), "Hello.")
    send(app, "It took eight weeks.")
    press(app, "Correct last answer")
    area = next(area for area in app.text_area if area.label == "What it should say")
    assert area.value == "It took eight weeks."
    area.set_value("It took six weeks.")
    press(app, "Put this in its place")
    lines = home.see(session_id).transcript
    new = next(line for line in lines if line.text == "It took six weeks.")
    assert next(line for line in lines if line.entry_id == new.corrects).text == "It took eight weeks."
    assert "Corrected later." in words(app)
    press(app, "Correct last answer")
    assert next(area for area in app.text_area if area.label == "What it should say").value == "It took six weeks."


def test_finishing_early_is_confirmed(home: House, ada: Actor, open_page: Open) -> None:
    session_id = begun(home, ada)
    app = press(open_page(), "Finish early")
    assert not home.see(session_id).completed
    press(app, "Finish now")
    assert home.see(session_id).completed
    assert "Your interview is complete" in words(app)


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_failed_turn_keeps_the_words_and_is_tried_again_once(home: House, ada: Actor, open_page: Open) -> None:
    session_id = begun(home, ada)
    app = open_page()
    home.engine.fail_next(1)
    send(app, "Words that must not be lost.")
    assert "The model did not answer" in app.error[0].value
    assert answer_field(app).value == "Words that must not be lost."
    assert home.service.journeys.read(ada).draft == "Words that must not be lost."
    press(app, "Try again")
    assert not app.error
    assert [line.text for line in home.see(session_id).transcript].count("Words that must not be lost.") == 1
    assert answer_field(app).value == ""


def test_everything_is_shut_while_a_turn_waits(
    home: House, ada: Actor, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn before the turn is taken: Send and the other controls are disabled, the words are in the log."""
    begun(home, ada)
    app = open_page()
    monkeypatch.setattr("pages.components.turns.run_waiting", lambda *_: None)
    send(app, "On their way.")
    assert all(button.disabled for button in app.button)
    assert "On their way." in words(app)
    assert "Sending" in words(app)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("  \n ", "nothing to send yet"), ("x" * (MAX_ANSWER_CHARS + 1), "20,001 characters; up to 20,000")],
)
def test_what_cannot_be_sent_is_said_in_words(
    home: House, ada: Actor, open_page: Open, text: str, sentence: str
) -> None:
    session_id = begun(home, ada)
    app = send(open_page(), text)
    assert sentence in app.warning[0].value
    assert answer_field(app).value == text
    assert len(home.see(session_id).transcript) == 1


def test_a_second_tab_is_told_and_its_words_stay_in_reach(home: House, ada: Actor, open_page: Open) -> None:
    session_id = begun(home, ada)
    one, two = open_page(), open_page()
    send(one, "From the first tab.")
    send(two, "From the second tab.")
    assert "answered already" in two.info[0].value
    assert two.code[0].value == "From the second tab."
    assert answer_field(two).value == ""
    assert "From the second tab." not in [line.text for line in home.see(session_id).transcript]
    press(two, "I do not need these words")
    assert not two.info
    assert not two.code


def late(home: House, app: AppTest) -> AppTest:
    """The session has expired when the words are sent."""
    home.clock.forward(minutes=31)
    return send(app, "An answer that came late.")


def test_an_idle_session_is_taken_up_where_it_was(home: House, ada: Actor, open_page: Open) -> None:
    """The words of the answer that came too late can be copied, before and after going on, and after a reload."""
    begun(home, ada)
    app = late(home, send(open_page(), "Hello."))
    assert "You were away for a while" in words(app)
    assert app.code[0].value == "An answer that came late."
    press(app, "Go on")
    assert app.code[0].value == "An answer that came late."
    again = open_page()
    assert again.code[0].value == "An answer that came late."
    press(again, "I do not need these words")
    assert not again.code
    assert not app.run().code
    assert home.service.journeys.read(ada).step == "interview"
    assert answer_field(app).value == ""


def test_words_from_before_the_break_go_into_the_field_below_what_stands_there(
    home: House, ada: Actor, open_page: Open
) -> None:
    begun(home, ada)
    press(late(home, open_page()), "Go on")
    home.service.journeys.save_draft(ada, home.service.journeys.read(ada).session_id or "", "Back again.")
    app = press(open_page(), "Put them into the field")
    assert answer_field(app).value == "Back again.\n\nAn answer that came late."
    assert not app.code
    assert not app.warning
    assert answer_field(open_page()).value == "Back again.\n\nAn answer that came late."


def test_words_from_before_the_break_that_would_make_an_answer_too_long_stay_where_they_are(
    home: House, ada: Actor, open_page: Open
) -> None:
    begun(home, ada)
    press(late(home, open_page()), "Go on")
    home.service.journeys.save_draft(ada, home.service.journeys.read(ada).session_id or "", "x" * MAX_ANSWER_CHARS)
    app = press(open_page(), "Put them into the field")
    assert "20,000 characters" in app.error[0].value
    assert app.code[0].value == "An answer that came late."
    assert answer_field(app).value == "x" * MAX_ANSWER_CHARS


def test_a_changed_notice_is_shown_before_it_is_agreed_to(
    home: House, record: InterviewRecord, ada: Actor, open_page: Open
) -> None:
    app = open_page()
    app.checkbox[0].check().run()
    home.configure(record, retention_days=30)
    press(app, "Agree and start")
    assert "has changed how this interview is held" in app.error[0].value
    assert "for 30 days" in words(app)
    assert not app.checkbox[0].value


def test_an_interview_that_the_team_closed_says_so_kindly(
    home: House, record: InterviewRecord, ada: Actor, open_page: Open
) -> None:
    """What was being written stays in reach."""
    begun(home, ada)
    app = open_page()
    home.service.interviews.close(SYSTEM, record.interview_id)
    send(app, "Too late.")
    assert "says nothing about you" in words(app)
    assert app.code[0].value == "Too late."


def test_a_start_that_another_tab_was_faster_with_goes_on_as_there(home: House, ada: Actor, open_page: Open) -> None:
    """And begins nothing by itself after a break."""
    home.service.journeys.consent(ada, home.service.journeys.read(ada).notice)
    one, two = open_page(), open_page()
    press(one, "Start the interview")
    press(two, "Start the interview")
    assert answer_field(one).key == answer_field(two).key
    home.clock.forward(minutes=31)
    assert "You were away for a while" in words(two.run())
    assert home.service.journeys.read(ada).step == "start"
    press(two, "Go on")
    assert home.service.journeys.read(ada).step == "interview"


def test_a_start_that_fails_may_be_tried_again(home: House, ada: Actor, open_page: Open) -> None:
    app = open_page()
    home.engine.fail_next(1)
    app.checkbox[0].check().run()
    press(app, "Agree and start")
    assert "The model did not answer" in app.error[0].value
    press(app, "Start the interview")
    assert "Words for warmup." in words(app)


# --- adjustments ------------------------------------------------------------------------------------------------------


def test_an_adjustment_is_asked_for_and_its_reply_stays_in_sight(
    home: House, record: InterviewRecord, ada: Actor, open_page: Open
) -> None:
    """Before the start, on the way and at the end."""
    app = open_page()
    press(app, "Send to the team")
    assert "Please say what you need" in app.error[0].value
    app.text_area[0].set_value("Half as much time again.")
    press(app, "Send to the team")
    assert "has not replied yet" in words(app)
    assert app.text_area[0].value == ""
    asked = home.service.journeys.adjustments(SYSTEM, record.interview_id)[0]
    reply = AdjustmentReply(text="Of course, take it.", extra_time_factor=1.5)
    home.service.journeys.reply(SYSTEM, asked.adjustment_id, reply)
    app.run()
    assert "Of course, take it." in words(app)
    assert "Up to 68 minutes, extra time included" in words(app)
    assert "You have been given extra time: up to 68 minutes in all." in words(app)
    session_id = begun(home, ada)
    assert "You have been given extra time: up to 68 minutes in all." in words(app.run())
    home.finish(session_id, ada)
    assert "Of course, take it." in words(app.run())
    assert "extra time" not in words(app)


# --- practice ---------------------------------------------------------------------------------------------------------


def test_practice_says_what_it_is_and_shows_scores_with_quotes(
    home: House, record: InterviewRecord, ada: Actor, open_page: Open
) -> None:
    """The panel is replaced with every turn; at the end the words that a level rests on stand beside it."""
    home.configure(record, purpose="practice")
    app = open_page()
    assert "Nothing depends on how it goes" in words(app)
    app.checkbox[0].check().run()
    press(app, "Agree and start")
    send(app, "Hello.")
    levels = app.dataframe[0].value["Total"]
    assert levels.isna().all()
    home.engine.levels.extend([4.0] * 20)
    send(app, "I found the slow query and fixed it.")
    assert len(app.dataframe) == 2
    assert app.dataframe[0].value["Total"].max() == 4.0
    press(app, "Hint")
    assert "hint" in words(app).casefold()
    press(app, "Finish early")
    press(app, "Finish now")
    assert "I found the slow query and fixed it." in words(app)
    assert app.metric[0].value == "4.0 of 5"


def test_practice_is_started_again(home: House, record: InterviewRecord, ada: Actor, open_page: Open) -> None:
    """After a question back, from the beginning; an assessment only by the team."""
    session_id = begun(home, ada)
    with pytest.raises(Forbidden, match="Ask the hiring team"):
        home.service.journeys.practise_again(ada)
    home.configure(record, purpose="practice")
    home.finish(session_id, ada)
    app = press(open_page(), "Start again")
    assert home.service.journeys.read(ada).step == "done"
    press(app, "Start again")
    assert home.service.journeys.read(ada).step == "welcome"  # the notice of practice is another one
    assert home.service.interviews.get(SYSTEM, record.interview_id).attempt == 2
    home.service.interviews.close(SYSTEM, record.interview_id)
    with pytest.raises(Conflict, match="has ended"):
        home.service.journeys.practise_again(ada)


def test_the_study_guide_is_made_when_it_is_asked_for(
    home: House, ada: Actor, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not when the page is drawn, which would be slow."""
    home.finish(begun(home, ada), ada)
    made: list[str] = []
    monkeypatch.setattr(type(home.service.guides), "study_guide", lambda *_: made.append("guide"))
    assert "Your study guide" in words(open_page())
    assert made == []


def test_a_study_guide_that_fails_says_so_and_may_be_tried_again(home: House, ada: Actor, open_page: Open) -> None:
    home.finish(begun(home, ada), ada)
    app = open_page()
    home.engine.fail_next(1)
    press(app, "Make my study guide")
    assert "The model did not answer" in app.error[0].value
    assert not app.get("download_button")
    press(app, "Make my study guide")
    assert not app.error
    assert len(app.get("download_button")) == 2


# --- what candidates say of themselves --------------------------------------------------------------------------------


def finished(home: House, record: InterviewRecord, ada: Actor) -> None:
    home.finish(begun(home, ada), ada)


def test_after_the_interview_somebody_may_say_who_they_are(
    home: House, record: InterviewRecord, ada: Actor, open_page: Open
) -> None:
    """Voluntary; both need an answer, "I prefer not to say" is one; what was said is on no later page."""
    finished(home, record, ada)
    app = open_page()
    assert "Answering is voluntary" in words(app)
    press(app, "Save")
    assert "Choose an answer to both" in app.error[0].value
    app.radio(key="self-report-sex").set_value("undisclosed")
    app.radio(key="self-report-race").set_value("two_or_more_races")
    press(app, "Save")
    [row] = home.dump()["demographics"]
    assert {"undisclosed", "two_or_more_races"} <= set(row)
    for page in (words(app), words(open_page())):
        assert "You answered on 2 Mar 2026" in page
        assert "races" not in page


def test_an_answer_is_changed_or_taken_back(home: House, record: InterviewRecord, ada: Actor, open_page: Open) -> None:
    finished(home, record, ada)
    home.service.demographics.give(ada, record.interview_id, SelfReport(sex="male", race="white"))
    app = press(open_page(), "Answer anew")
    assert [radio.value for radio in app.radio] == [None, None]
    app.radio(key="self-report-sex").set_value("female")
    app.radio(key="self-report-race").set_value("asian")
    press(app, "Save")
    assert {"female", "asian"} <= set(home.dump()["demographics"][0])
    press(app, "Take my answer back")
    assert home.dump()["demographics"] == []
    assert "Your answer is deleted." in words(app)
    assert len(app.radio) == 2


def test_practice_and_an_interview_in_hand_ask_nothing_about_the_person(
    home: House, record: InterviewRecord, ada: Actor, open_page: Open
) -> None:
    begun(home, ada)
    assert len(open_page().radio) == 0
    home.configure(record, purpose="practice")
    home.finish(home.service.journeys.read(ada).session_id or "", ada)
    app = open_page()
    assert "Your practice interview is complete" in words(app)
    assert len(app.radio) == 0
