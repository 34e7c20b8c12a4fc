"""Observe and practise: what the team sees of a running session, and answers of its own that count for nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from builders import ANSWER, House
from page_tests import person, visiting, words
from sqlalchemy import select
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from interview.access import SYSTEM
from interview.contract import SessionSnapshot, StartRequest
from interview.events import AnswerGiven
from interview.models import CriterionSummary
from interview.records import ScoreFilter
from interview.store.access_tables import AuditRow
from pages.components import turns
from pages.components.scores import standing
from pages.hiring.parts.panels import progress

pytestmark = pytest.mark.house(core=1, probes=0)

PAGE = "pages/hiring/observe.py"


def button(app: AppTest, label: str) -> Button:
    """The page's last button of that name: a dialog's comes after the one that opened it."""
    found = [one for one in app.button if one.label == label]
    assert found, [one.label for one in app.button]
    return found[-1]


def labels(app: AppTest) -> list[str]:
    return [one.label for one in app.button]


def send(app: AppTest, answer: str) -> AppTest:
    app.text_area[0].input(answer)
    return button(app, "Send").click().run()


def rehearsal(app: AppTest, home: House) -> SessionSnapshot:
    """The session that stands in the page's URL."""
    return home.see(str(app.query_params["session"]))


def log(app: AppTest) -> list[int]:
    """The numbers of the events that the page shows, in its order."""
    return [int(number) for number in re.findall(r"role='listitem'><small>(\d+) ·", html_of(app))]


def html_of(app: AppTest) -> str:
    return "\n".join(one.proto.body for one in app.get("html"))


# --- observing --------------------------------------------------------------------------------------------------------


def test_without_interviews_the_page_says_what_to_do_first(home: House) -> None:
    with visiting(home, person(home, "hiring")) as open_page:
        assert "There are no interviews yet" in words(open_page(PAGE))


def test_a_picked_interview_stands_in_the_url(home: House) -> None:
    record = home.interview()
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(PAGE)
        app.selectbox[0].select(record.interview_id).run()
        assert app.query_params["interview"] == record.interview_id
        assert "Nobody is in the interview right now" in words(app)


def test_an_unknown_interview_is_told_with_a_way_on(home: House) -> None:
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(PAGE, interview="none")
        assert [one.value for one in app.error] == ["There is no such interview."]
        assert "Interview" in [
            one.label for one in button(app, "Choose another interview").click().run().selectbox
        ] or ("There are no interviews yet" in words(app))


def test_a_running_session_is_read_along(home: House) -> None:
    """Everything that the contract asks a client to show, and no way to take part."""
    record = home.interview()
    session_id = home.start(record, home.candidate(record)).session_id
    home.say(session_id)
    home.say(session_id, "I said <script>alert(1)</script> and **loud** things.")
    with visiting(home, person(home, "administrator")) as open_page:
        app = open_page(PAGE, interview=record.interview_id)
        seen = home.see(session_id)
        assert log(app) == [event.event_id for event in seen.events]
        assert [one.value for one in app.metric] == [str(seen.questions_asked), "00:00", "3.0 of 5"]
        assert r"competency 2 of 3\\: Teamwork" in words(app)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html_of(app)
        assert "<script>" not in html_of(app)
        assert "reading along" in words(app)
        assert not app.text_area
        home.say(session_id, "More words.")
        assert log(app.run()) == [event.event_id for event in home.see(session_id).events]


def test_scores_are_closed_to_who_is_still_to_rate(home: House) -> None:
    """Figures, table and event log tell none, and do not say that there is none; how far it is can be seen."""
    record = home.interview()
    session_id = home.start(record, home.candidate(record)).session_id
    home.engine.levels.extend([4.3] * 20)
    home.say(session_id)
    home.say(session_id)
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(PAGE, interview=record.interview_id)
        assert [one.value for one in app.metric][2] == "Closed"
        assert "closed to you until you have rated" in words(app)
        assert r"competency 2 of 3\\: Teamwork" in words(app)
        assert "Debugging: closed until you have rated" in html_of(app)
        for shown in (words(app), html_of(app)):
            assert "4.3" not in shown
            assert "no score" not in shown.lower()


def test_scores_are_opened_while_it_runs_and_the_log_says_so(home: House) -> None:
    """Asked twice; then they are shown as they stand."""
    record = home.interview()
    session_id = home.start(record, home.candidate(record)).session_id
    home.engine.levels.extend([4.3] * 20)
    home.say(session_id)
    home.say(session_id)
    viewer = person(home, "hiring")
    with visiting(home, viewer) as open_page:
        app = open_page(PAGE, interview=record.interview_id)
        button(app, "See the scores without rating").click().run()
        assert [one.value for one in app.metric][2] == "Closed"
        button(app, "See the scores, log it").click().run()
        assert [one.value for one in app.metric][2] == "4.3 of 5"
    with home.service.context.database.read() as tx:
        logged = tx.scalars(select(AuditRow).where(AuditRow.action == "scores_seen_unrated")).all()
    assert [(row.actor, row.subject) for row in logged] == [(viewer.id, record.interview_id)]


def test_the_one_finished_session_is_shown_at_once(home: House) -> None:
    record = home.interview()
    session_id = home.start(record, home.candidate(record)).session_id
    home.finish(session_id)
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(PAGE, interview=record.interview_id)
        assert "Nobody is in the interview right now" in words(app)
        assert "This session has ended." in words(app)
        assert not app.selectbox


def test_of_several_finished_sessions_one_is_chosen(home: House) -> None:
    record = home.interview()
    session_id = home.start(record, home.candidate(record)).session_id
    home.finish(session_id)
    home.clock.forward(minutes=1)
    home.service.interviews.restart(SYSTEM, record.interview_id)
    home.finish(home.start(record).session_id)
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(PAGE, interview=record.interview_id)
        assert not app.metric
        app.selectbox[0].select(session_id).run()
        assert app.query_params["session"] == session_id
        assert "This session has ended." in words(app)


def test_a_session_of_another_interview_is_not_shown(home: House) -> None:
    """The URL's session counts only within the URL's interview."""
    other = home.start(home.interview(job_text="Another job.")).session_id
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(PAGE, interview=home.interview().interview_id, session=other)
        assert not app.metric


# --- practising -------------------------------------------------------------------------------------------------------


@pytest.fixture
def practising(home: House) -> Iterator[AppTest]:
    """The page with a practice session that has just begun."""
    record = home.interview()
    with visiting(home, person(home, "hiring")) as open_page:
        app = open_page(PAGE, interview=record.interview_id, view="Practise")
        assert "counts for nothing" in words(app)
        app.text_input[0].input("Kim")
        button(app, "Start practising").click().run()
        assert not app.exception, app.exception[0].value
        yield app


def test_practice_counts_for_nothing(home: House, practising: AppTest) -> None:
    """An own persona, answers and a final score, and nothing of it in the interview or in a score table."""
    interview_id = rehearsal(practising, home).interview_id
    assert rehearsal(practising, home).persona.name == "Kim"
    before = log(practising)
    send(practising, ANSWER)
    assert log(practising)[: len(before)] == before
    assert len(log(practising)) > len(before)
    for number in range(20):
        if not practising.text_area:
            break
        send(practising, f"{ANSWER} Part {number}.")
    assert "Complete. Overall: 3.0 of 5." in words(practising)
    assert "As scripted." in words(practising)
    record = home.service.interviews.get(SYSTEM, interview_id)
    assert record.state == "ready"
    assert record.score is None
    assert {one.status for one in record.question_statuses} == {"not_started"}
    assert home.service.analytics.score_rows(SYSTEM, ScoreFilter()) == []


def test_a_refresh_goes_on_with_the_session_in_the_url(home: House, practising: AppTest) -> None:
    send(practising, ANSWER)
    snapshot = rehearsal(practising, home)
    with visiting(home, person(home, "hiring")) as open_page:
        again = open_page(PAGE, interview=snapshot.interview_id, view="Practise", session=snapshot.session_id)
        assert log(again) == log(practising)
        assert again.text_area[0].value == ""


def test_start_again_begins_another_session(home: House, practising: AppTest) -> None:
    """After the end, by Stop and its confirmation, the composer is gone and a new start brings a new one."""
    first = rehearsal(practising, home).session_id
    button(practising, "Stop").click().run()
    assert rehearsal(practising, home).status == "active"  # only the dialog's own button ends it
    button(practising, "Stop").click().run()
    assert rehearsal(practising, home).status == "complete"
    assert not practising.text_area
    button(practising, "Start again").click().run()
    assert rehearsal(practising, home).session_id != first
    assert practising.text_area[0].value == ""


def test_a_failed_turn_keeps_the_words_and_is_tried_again_once(home: House, practising: AppTest) -> None:
    send(practising, "Hello.")
    home.engine.fail_next()
    before = log(practising)
    send(practising, ANSWER)
    assert "The model did not answer" in practising.error[0].value
    assert practising.text_area[0].value == ANSWER
    assert log(practising) == before
    button(practising, "Try again").click().run()
    assert not practising.error
    answers = [e.payload.answer for e in rehearsal(practising, home).events if isinstance(e.payload, AnswerGiven)]
    assert answers == ["Hello.", ANSWER]


def test_an_expired_session_asks_to_start_again(home: House, practising: AppTest) -> None:
    send(practising, "Hello.")
    home.clock.forward(minutes=31)
    send(practising, ANSWER)
    assert "start again to go on" in practising.info[0].value
    assert ANSWER in words(practising)  # what was not taken can still be copied
    first = rehearsal(practising, home).session_id
    button(practising, "Start again").click().run()
    assert rehearsal(practising, home).session_id != first
    assert practising.text_area


def test_an_answer_from_another_tab_is_told(home: House, practising: AppTest) -> None:
    """Of two answers to one question one counts; the other is told so, and its words stay in reach."""
    session_id = rehearsal(practising, home).session_id
    seen = turns.last_event(rehearsal(practising, home))
    home.say(session_id, "Said in the other tab.", key=f"page:{seen}")
    send(practising, "Said here.")
    assert "answered already" in practising.info[0].value
    assert "Said here." in words(practising)
    said = [line.text for line in rehearsal(practising, home).transcript if line.role == "candidate"]
    assert said == ["Said in the other tab."]


def test_what_is_sent_is_marked_as_the_toggles_say(home: House, practising: AppTest) -> None:
    practising.toggle[0].set_value(True).run()
    send(practising, ANSWER)
    given = [e.payload for e in rehearsal(practising, home).events if isinstance(e.payload, AnswerGiven)]
    assert (given[-1].auto_send, given[-1].auto_generate) == (True, False)
    assert "(sent from speech)" in html_of(practising)


@pytest.mark.parametrize("move", ["Repeat", "Rephrase", "A moment", "Skip"])
def test_every_plain_move_is_a_button(home: House, practising: AppTest, move: str) -> None:
    send(practising, "Hello.")
    button(practising, move).click().run()
    wanted = {"A moment": "think"}.get(move, move.lower())
    assert rehearsal(practising, home).events[-1].event_type in (
        "candidate_move",
        "question",
        "stage_entered",
        "competency_completed",
    )
    assert f"<div dir='auto'>{wanted}" in html_of(practising)


def test_a_hint_can_be_asked_for_only_where_candidates_practise(home: House) -> None:
    """As on the candidate's page; the hint is in the event log."""
    record = home.interview()
    session_id = home.service.sessions.start(
        SYSTEM, StartRequest(interview_id=record.interview_id, rehearsal=True)
    ).session_id
    home.say(session_id, "I am Ada.")
    with visiting(home, person(home, "hiring")) as open_page:
        place = {"interview": record.interview_id, "view": "Practise"}
        assert "Hint" not in [one.label for one in open_page(PAGE, **place).button]
        home.configure(record, purpose="practice")
        app = open_page(PAGE, **place)
        button(app, "Hint").click().run()
        assert not app.error
        assert "<div dir='auto'>hint" in html_of(app)


def test_a_question_and_a_correction_bring_words(home: House, practising: AppTest) -> None:
    """Their dialogs send what was written there; the correction begins with the last answer."""
    send(practising, "Hello there.")
    button(practising, "Ask").click().run()
    practising.text_area[-1].input("How big is the team?")
    button(practising, "Send").click().run()
    button(practising, "Correct").click().run()
    assert practising.text_area[-1].value == "Hello there."
    practising.text_area[-1].input("Good morning.")
    button(practising, "Send").click().run()
    said = [
        (line.text, line.corrects is not None)
        for line in rehearsal(practising, home).transcript
        if line.role == "candidate"
    ]
    assert said == [("Hello there.", False), ("How big is the team?", False), ("Good morning.", True)]


def test_nothing_can_be_sent_while_a_turn_runs(practising: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page as it stands while the turn is under way: the words are shown as being sent, all controls rest."""
    monkeypatch.setattr(turns, "run_waiting", lambda *_: None)
    send(practising, ANSWER)
    resting = {one.label: one.disabled for one in practising.button}
    assert all(resting[label] for label in ("Send", "Repeat", "Rephrase", "A moment", "Skip", "Ask", "Correct", "Stop"))
    assert "Sending" in html_of(practising)


# --- scores and progress ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "level", "said"),
    [
        ("not_assessed", 0.0, "Not assessed yet"),
        ("insufficient_evidence", 0.0, "No evidence found"),
        ("assessed", 1.0, "Low level"),
        ("assessed", 3.0, "Middle level"),
        ("assessed", 4.0, "High level"),
    ],
)
def test_not_probed_no_evidence_and_weak_are_three_things(status: str, level: float, said: str) -> None:
    assert standing(CriterionSummary(criterion="c", weight=1, latest_score=level, status=status)) == said


def test_progress_only_grows_and_ends_at_one(home: House) -> None:
    """Warm-up a tenth, wrap-up nine tenths, complete all of it."""
    session_id = home.start(home.interview()).session_id
    shares = [progress(home.see(session_id)).share]
    for number in range(30):
        home.say(session_id, f"{ANSWER} Part {number}.")
        shares.append(progress(home.see(session_id)).share)
        if home.see(session_id).completed:
            break
    assert shares == sorted(shares)
    assert shares[0] == pytest.approx(0.1)
    assert shares[-2:] == [pytest.approx(0.9), pytest.approx(1.0)]
