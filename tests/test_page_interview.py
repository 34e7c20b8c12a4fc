"""One interview's page in AppTest: its tabs, what can be done with it, and that what is dangerous is asked twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from builders import ANSWER, House
from page_tests import person, press, visiting, words
from streamlit.testing.v1 import AppTest

from interview.access import SYSTEM, Actor
from interview.contract import StartRequest
from interview.errors import NotFound, Unauthorized
from interview.records import InterviewRecord
from pages.hiring.parts import actions

PAGE = "pages/hiring/interview.py"
Open = Callable[..., AppTest]


@contextmanager
def page_of(home: House, record: InterviewRecord, actor: Actor | None = None) -> Iterator[Open]:
    """Opens this interview's page, at a tab: `show("Questions")`."""
    with visiting(home, actor or person(home, "hiring")) as open_page:

        def show(tab: str | None = None, **query: str) -> AppTest:
            return open_page(PAGE, interview=record.interview_id, **({"tab": tab} if tab else {}), **query)

        yield show


def markup(app: AppTest) -> str:
    """All of the page's HTML blocks."""
    return "\n".join(block.value for block in app.html)


# --- the frame of the page --------------------------------------------------------------------------------------------


def test_an_unknown_interview_is_said_with_a_way_back(home: House) -> None:
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(PAGE, interview="gone")
    assert app.title[0].value == "Interview"
    assert app.error[0].value == "There is no such interview."
    assert app.page_link[0].label == "All interviews"
    assert not app.tabs


def test_the_header_says_who_and_how_far(home: House) -> None:
    """A name is shown letter by letter, whatever Markdown it looks like."""
    record = home.interview(candidate_name="Ada *Star* [x](http://y)")
    home.service.journeys.request_adjustment(home.candidate(record), "More time, please.")
    with page_of(home, record) as show:
        app = show()
    assert app.title[0].value == "Ada \\*Star\\* \\[x\\]\\(http\\:\u2060\\/\\/y\\)"
    assert "Invited" in words(app)
    assert "1 request waits for an answer" in words(app)


def test_nothing_said_yet_is_said(home: House) -> None:
    with page_of(home, home.interview()) as show:
        assert "Nothing has been said yet" in words(show())


# --- scores and transcript --------------------------------------------------------------------------------------------


def test_quotes_lead_to_marked_words(home: House) -> None:
    """Each quote's link has its target in the transcript, and the target holds the quoted words."""
    record = home.interview()
    home.finish(home.start(record).session_id)
    with page_of(home, record, person(home, "administrator")) as show:
        shown = markup(show())
    links = re.findall(r'<a href="#(words-\d+-\d+)">“(.+?)”</a>', shown)
    assert links
    for place, quote in links:
        marked = re.search(rf'<mark id="{place}">(.+?)</mark>', shown)
        assert marked is not None
        assert quote in marked.group(1)


def test_what_was_said_becomes_no_markup(home: House) -> None:
    record = home.interview()
    session = home.start(record).session_id
    home.say(session, "<script>alert(1)</script> <mark id='entry-1'>me</mark>")
    with page_of(home, record) as show:
        shown = markup(show())
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert shown.count('id="entry-1"') == 1


def test_moves_flags_and_corrections_stand_at_their_place(home: House) -> None:
    record = home.interview()
    session = home.start(record).session_id
    home.say(session, "I am Ada.")
    home.say(session, "First wording of the answer.")
    home.say(session, "Second wording of the answer.", action="correct")
    home.say(session, "", action="skip")
    with page_of(home, record) as show:
        shown = markup(show())
    shown = shown[shown.index('id="transcript"') :]
    assert shown.index("First wording") < shown.index("Corrected to") < shown.index("Second wording")
    assert "Candidate, first wording" in shown
    assert "Skipped the question" in shown
    assert "Debugging" in shown


def test_scores_come_with_levels_in_words_summary_and_stamp(home: House) -> None:
    record = home.interview()
    session = home.start(record).session_id
    home.engine.levels.extend([2.0] * 20)
    home.finish(session)
    with page_of(home, record, person(home, "administrator")) as show:
        app = show()
    shown = markup(app)
    assert "Weak: 2.0 of 5" in shown
    assert "As scripted." in shown
    assert "Scores are an aid" in shown
    assert any("scripted engine" in caption.value for caption in app.caption)


def test_the_resume_stays_out_of_the_scores(home: House) -> None:
    record = home.interview()
    home.finish(home.start(record).session_id)
    with page_of(home, record) as show:
        assert "Ten years of engineering" not in words(show())
        assert "Ten years of engineering" in words(show("Résumé"))


def test_a_score_that_is_closed_stays_so_when_it_is_made_again(home: House) -> None:
    """Who has not rated may have a session scored again, and is told that there is a scorecard, not what it says."""
    record = home.interview()
    home.finish(home.start(record).session_id)
    with page_of(home, record) as show:
        app = press(show("Sessions"), "Score again")
    assert "closed to you until you have rated" in words(app)
    assert "of 5" not in words(app)
    assert "no score" not in words(app)


# --- questions --------------------------------------------------------------------------------------------------------


def test_a_question_of_the_teams_own_is_added(home: House) -> None:
    record = home.interview()
    with page_of(home, record) as show:
        app = show("Questions")
        next(area for area in app.text_area if area.label == "Question").set_value("Which <tool> would you take?")
        app.selectbox(key="question-competency").select("Teamwork")
        press(app, "Add the question")
    added = [q for q in home.service.interviews.get(SYSTEM, record.interview_id).question_plan if q.kind == "custom"]
    assert [(q.text, q.competency) for q in added] == [("Which <tool> would you take?", "Teamwork")]
    assert "Which &lt;tool&gt; would you take?" in markup(app)
    assert "The team's own" in markup(app)
    assert [area.value for area in app.text_area if area.label == "Question"] == [""]


def test_an_empty_question_is_refused_in_a_sentence(home: House) -> None:
    with page_of(home, home.interview()) as show:
        app = press(show("Questions"), "Add the question")
    assert app.error[0].value == "The question must have 1 to 1,000 characters."


# --- invitations ------------------------------------------------------------------------------------------------------


def test_a_link_is_shown_once_and_lets_the_candidate_in(home: House) -> None:
    record = home.interview(candidate_name="Ada")
    with page_of(home, record) as show:
        app = show("Invitations")
        app.number_input(key="invitation-days").set_value(3)
        app.segmented_control(key="invitation-extra").set_value(1.5)
        press(app, "Make a link")
        url, message = (block.value for block in app.code)
        press(app, "I have copied it")
    token = url.rpartition("/")[2]
    assert url in message
    assert "Hello Ada," in message
    assert "in writing" in message
    assert home.service.access.by_bearer(token).interview_id == record.interview_id
    assert token not in words(app)
    (listed,) = home.service.invitations.list(SYSTEM, record.interview_id)
    assert listed.extra_time_factor == 1.5
    assert (listed.expires_at - home.clock.now).days == 3


def test_a_withdrawn_link_lets_nobody_in(home: House) -> None:
    """Only after it has been asked twice."""
    record = home.interview()
    token = home.service.invitations.invite(SYSTEM, record.interview_id).token
    with page_of(home, record) as show:
        app = press(show("Invitations"), "Withdraw")
        assert home.service.access.by_bearer(token)
        press(app, "Withdraw the link")
    with pytest.raises(Unauthorized):
        home.service.access.by_bearer(token)
    assert "Withdrawn" in words(app)


def test_no_link_is_offered_before_the_plan_is_approved(home: House) -> None:
    with page_of(home, home.interview(draft=True)) as show:
        app = show("Invitations")
    assert "Make a link" not in [button.label for button in app.button]
    assert "Read and approve the plan" in [link.label for link in app.page_link]


# --- adjustments ------------------------------------------------------------------------------------------------------


def test_a_request_is_answered_with_extra_time(home: House) -> None:
    record = home.interview()
    candidate = home.candidate(record)
    asked = home.service.journeys.request_adjustment(candidate, "I need <more> time.").adjustments[0].adjustment_id
    with page_of(home, record) as show:
        app = show("Adjustments")
        assert "I need &lt;more&gt; time." in markup(app)
        press(app, "Send the answer")
        assert "Please write an answer" in app.error[0].value
        app.text_area(key=f"text-{asked}").set_value("You have it.")
        app.selectbox(key=f"extra-{asked}").select(1.5)
        press(app, "Send the answer")
    journey = home.service.journeys.read(candidate)
    assert journey.adjustments[0].reply == "You have it."
    assert journey.time_limit_minutes == 45 * 1.5
    assert "Change the answer" in [expander.label for expander in app.expander]


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_a_session_is_scored_again(home: House) -> None:
    """The engine is asked anew, and the scorecard that is shown is the new one."""
    record = home.interview()
    home.finish(home.start(record).session_id)
    before = home.service.scorecards.newest(SYSTEM, record.interview_id)
    home.clock.forward(hours=1)
    home.engine.levels.extend([5.0] * 5)
    with page_of(home, record, person(home, "administrator")) as show:
        app = press(show("Sessions"), "Score again")
    after = home.service.scorecards.newest(SYSTEM, record.interview_id)
    assert before is not None
    assert after is not None
    assert after.scorecard_id != before.scorecard_id
    assert "5.0 of 5 overall" in words(app)


def test_a_failed_scoring_is_said_and_changes_nothing(home: House) -> None:
    record = home.interview()
    home.finish(home.start(record).session_id)
    before = home.service.scorecards.newest(SYSTEM, record.interview_id)
    home.engine.fail_next(9)
    with page_of(home, record) as show:
        app = press(show("Sessions"), "Score again")
    assert "did not answer" in app.error[0].value
    assert home.service.scorecards.newest(SYSTEM, record.interview_id) == before


def test_another_session_can_be_read(home: House) -> None:
    """An earlier attempt or a rehearsal; the one that counts is one press away."""
    record = home.interview()
    request = StartRequest(interview_id=record.interview_id, rehearsal=True)
    rehearsal = home.service.sessions.start(SYSTEM, request).session_id
    home.say(rehearsal, "Only trying it out.")
    home.clock.forward(minutes=1)
    home.finish(home.start(record).session_id)
    with page_of(home, record) as show:
        assert "Only trying it out." not in markup(show())
        app = show(session=rehearsal)
        assert "Only trying it out." in markup(app)
        press(app, "Read the one that counts")
    assert "Only trying it out." not in markup(app)
    assert ANSWER in markup(app)


# --- what is done with the whole --------------------------------------------------------------------------------------


def test_another_attempt_is_allowed_after_it_was_asked_twice(home: House) -> None:
    record = home.interview()
    home.finish(home.start(record).session_id)
    with page_of(home, record) as show:
        app = show()
        app.menu_button(key="more").click(actions.RESTART).run()
        assert home.service.interviews.get(SYSTEM, record.interview_id).attempt == 1
        app.button(key="restart-now").click().run()
    assert home.service.interviews.get(SYSTEM, record.interview_id).attempt == 2


def test_closing_ends_a_running_session(home: House) -> None:
    record = home.interview()
    session = home.start(record).session_id
    with page_of(home, record) as show:
        app = show()
        app.menu_button(key="more").click(actions.CLOSE).run()
        assert home.see(session).status == "active"
        app.button(key="close-now").click().run()
        assert "Closed" in words(app)
        assert actions.CLOSE not in app.menu_button(key="more").options
    assert home.see(session).status == "closed"


def test_archiving_and_taking_out_again(home: House) -> None:
    record = home.interview()
    with page_of(home, record) as show:
        app = show()
        app.menu_button(key="more").click(actions.ARCHIVE).run()
        assert home.service.interviews.get(SYSTEM, record.interview_id).archived
        app.menu_button(key="more").click(actions.UNARCHIVE).run()
    assert not home.service.interviews.get(SYSTEM, record.interview_id).archived


def test_deleting_needs_a_tick_and_leads_back_to_the_list(home: House) -> None:
    record = home.interview(candidate_name="Ada Gone")
    with page_of(home, record) as show:
        app = show()
        app.menu_button(key="more").click(actions.DELETE).run()
        assert app.button(key="delete-now").disabled
        app.checkbox(key="delete-sure").check().run()
        app.button(key="delete-now").click().run()
        assert not app.exception
        assert app.title[0].value == "Interviews"
    with pytest.raises(NotFound):
        home.service.interviews.get(SYSTEM, record.interview_id)


def test_files_are_those_of_the_interview(home: House) -> None:
    """Made from what stands in the database when they are asked for; rehearsals are in none."""
    record = home.interview(candidate_name="Ada")
    rehearsal = home.service.sessions.start(
        SYSTEM, StartRequest(interview_id=record.interview_id, rehearsal=True)
    ).session_id
    home.say(rehearsal, "Only trying it out.")
    with page_of(home, record, person(home, "administrator")) as show:
        assert not show().download_button
    home.finish(home.start(record).session_id)
    record = home.service.interviews.get(SYSTEM, record.interview_id)
    assert "# Interview with Ada" in actions.transcript(home.service, SYSTEM, record)
    assert "Only trying it out." not in actions.events(home.service, SYSTEM, record)
    assert '"session_completed"' in actions.events(home.service, SYSTEM, record)
    assert actions.guide(home.service, SYSTEM, record).startswith(b"%PDF")
    with page_of(home, record, person(home, "administrator")) as show:
        assert len(menu_of_files(show()).download_button) == 3
        assert [one.label for one in press(menu_of_files(show()), "Make the study guide").download_button][3:] == [
            "Study guide (PDF)"
        ]


def menu_of_files(app: AppTest) -> AppTest:
    """The page with the menu open, as a click on it leaves it."""
    app.session_state[actions.FILES] = True
    return app.run()


def test_a_guide_that_cannot_be_made_says_so_in_our_words(home: House) -> None:
    """The other files stay within reach."""
    record = home.interview()
    home.finish(home.start(record).session_id)
    with page_of(home, record, person(home, "administrator")) as show:
        app = menu_of_files(show())
        home.engine.fail_next(10)
        app = press(app, "Make the study guide")
    assert len(app.error) == 1
    assert app.error[0].value.endswith(".")
    assert len(app.download_button) == 3


def test_an_interview_that_has_not_begun_needs_no_other_attempt(home: House) -> None:
    with page_of(home, home.interview()) as show:
        assert show().menu_button(key="more").options == [
            actions.RENAME,
            actions.CLOSE,
            actions.ARCHIVE,
            actions.DELETE,
        ]


def test_levels_of_an_open_session_are_said_to_be_so_far(home: House) -> None:
    record = home.interview()
    session = home.start(record).session_id
    home.say(session, "I am Ada.")
    home.say(session)
    with page_of(home, record, person(home, "administrator")) as show:
        shown = markup(show())
    assert "the interview is not complete" in shown
    assert "Sound: 3.0 of 5" in shown


def test_a_candidate_gets_another_name(home: House) -> None:
    """On the page, in the list and in the guide; an empty one is refused in words."""
    record = home.interview(candidate_name="resume final v2")
    with page_of(home, record) as show:
        app = show()
        app.menu_button(key="more").click(actions.RENAME).run()
        app = press(app.text_input(key="new-name").set_value(" ").run(), "Save the name")
        assert "1 to 200 characters" in app.error[0].value
        app = press(app.text_input(key="new-name").set_value("Ada  Lovelace").run(), "Save the name")
        assert app.title[0].value == "Ada Lovelace"
    assert [one.candidate_name for one in home.service.interviews.list(SYSTEM)[0]] == ["Ada Lovelace"]
