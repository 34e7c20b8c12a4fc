"""Reviewing in AppTest: blind first, kept as one goes, then side by side; overrides, decisions and files."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from builders import House
from page_tests import person, visiting, words
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from interview.access import SYSTEM, Actor
from interview.contract import StartRequest
from interview.imported import SpokenLine
from interview.models import PositionPlan, VoiceStamp
from interview.records import InterviewRecord
from interview.reviewing.rating import CriterionRating, Ratings
from interview.store.access_tables import AuditRow
from pages.hiring.parts.review import files, page
from pages.hiring.parts.review.override import OVERRIDE
from pages.hiring.parts.review.unrated import UNRATED

PAGE = "pages/hiring/interview.py"
TRACES = ("4.37", "4.4 of 5", "As scripted.", "because the script says so", "Strong", "<mark", "challenge")
"""What only the engine says of the interview that `held` makes: its figures, words, quotes and rungs."""
Open = Callable[[], AppTest]


@pytest.fixture
def record(home: House) -> InterviewRecord:
    """An interview that has been held, at level 4.37 all through."""
    made = home.interview(candidate_name="Ada Lovelace")
    session = home.start(made).session_id
    home.engine.levels.extend([4.37] * 40)
    home.finish(session)
    return made


@pytest.fixture
def reviewer(home: House) -> Actor:
    return person(home, "hiring")


@pytest.fixture
def show(home: House, record: InterviewRecord, reviewer: Actor) -> Iterator[Open]:
    """Opens the interview's page for the reviewer."""
    with visiting(home, reviewer) as open_page:
        yield lambda: open_page(PAGE, interview=record.interview_id)


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in reversed(app.button) if button.label == label).click().run()
    assert not app.exception, app.exception[0].value
    return app


def markup(app: AppTest) -> str:
    return "\n".join(block.value for block in app.html)


def all_of(app: AppTest) -> str:
    return words(app) + markup(app)


def kept(home: House, record: InterviewRecord, actor: Actor) -> Ratings:
    mine = home.service.reviews.state(actor, record.interview_id).mine
    return mine.ratings if mine else {}


def rated(record: InterviewRecord, level: int | None) -> Ratings:
    given = CriterionRating(level=level)
    return {one.name: {each.name: given for each in one.criteria} for one in record.competencies}


def audited(home: House, action: str) -> list[str]:
    with home.service.context.database.read() as tx:
        return [row.actor for row in tx.scalars(select(AuditRow).where(AuditRow.action == action))]


# --- blind ------------------------------------------------------------------------------------------------------------


def test_nothing_of_the_engines_is_on_the_page_before_rating(show: Open) -> None:
    """The transcript is, and what the rubric says of each level; the same searches find all of it afterwards."""
    app = show()
    shown = all_of(app)
    assert "Rate first" in shown
    assert "traced the fault to the cache" in shown
    assert "did it well and said why" in shown
    assert [trace for trace in TRACES if trace in shown] == []
    press(app, UNRATED)
    opened = all_of(press(app, "See the scores, log it"))
    assert [trace for trace in ("4.4 of 5", "As scripted.", "Strong", "<mark") if trace not in opened] == []


def test_each_criterion_has_its_levels_and_anchors(show: Open, record: InterviewRecord) -> None:
    app = show()
    criteria = [each for one in record.competencies for each in one.criteria]
    assert [radio.label for radio in app.radio] == [f"Level for {one.name}" for one in criteria]
    assert app.radio[0].options == ["1", "2", "3", "4", "5", "The transcript does not show it"]
    assert {radio.value for radio in app.radio} == {None}
    assert "6 of 6 criteria left" in words(app)


def test_levels_and_notes_are_kept_as_they_are_given(
    home: House, show: Open, record: InterviewRecord, reviewer: Actor
) -> None:
    """A page opened anew has them; nothing is opened by them."""
    app = show()
    app.radio[0].set_value(4).run()
    app.text_area[0].set_value("Says how it was <proved>.").run()
    app.radio[1].set_value(0).run()
    assert "4 of 6 criteria left" in words(app)
    assert kept(home, record, reviewer) == {
        "Debugging": {
            "Debugging 1": CriterionRating(level=4, note="Says how it was <proved>."),
            "Debugging 2": CriterionRating(level=None),
        }
    }
    again = show()
    assert [radio.value for radio in again.radio][:3] == [4, 0, None]
    assert again.text_area[0].value == "Says how it was <proved>."
    assert not home.service.reviews.state(reviewer, record.interview_id).scores_open


def test_an_unfinished_rating_is_refused_in_a_sentence(
    home: House, show: Open, record: InterviewRecord, reviewer: Actor
) -> None:
    app = show()
    app.radio[0].set_value(4).run()
    press(app, "Submit ratings")
    assert "Not rated yet are" in app.error[0].value
    mine = home.service.reviews.state(reviewer, record.interview_id).mine
    assert mine is not None
    assert mine.submitted_at is None


def test_submitting_opens_both_side_by_side(home: House, show: Open, record: InterviewRecord, reviewer: Actor) -> None:
    """Differences of a level or more are framed; what was submitted is final."""
    app = show()
    for place, level in enumerate((4, 1, 0, 5, 4, 4)):
        app.radio[place].set_value(level).run()
    shown = all_of(press(app, "Submit ratings"))
    assert "Ratings side by side" in shown
    assert "2 of 6 criteria differ from the engine’s by a level or more" in shown
    assert '1<span class="differs">−3.4</span>' in shown
    assert 'not shown<span class="differs">differs</span>' in shown
    assert "4.4 of 5" in shown
    assert not any(button.label == "Submit ratings" for button in app.button)
    mine = home.service.reviews.state(reviewer, record.interview_id).mine
    assert mine is not None
    assert mine.blind


def test_seeing_the_scores_unrated_is_asked_twice_and_logged(
    home: House, show: Open, record: InterviewRecord, reviewer: Actor
) -> None:
    """Rating is still possible then, and is marked as not blind."""
    app = press(show(), UNRATED)
    assert any("audit log says" in block.value for block in app.markdown)
    assert audited(home, "scores_seen_unrated") == []
    app = press(app, "See the scores, log it")
    assert audited(home, "scores_seen_unrated") == [reviewer.id]
    app.session_state[page.OWN] = True
    app.run()
    assert "were open to you before you rated" in words(app)
    for radio in range(6):
        app.radio[radio].set_value(4).run()
    press(app, "Submit ratings")
    assert "You (scores seen before)" in markup(app)


def test_another_reviewers_levels_wait_until_one_has_rated(
    home: House, show: Open, record: InterviewRecord, reviewer: Actor
) -> None:
    other = person(home, "administrator")
    home.service.reviews.submit(other, record.interview_id, rated(record, 2))
    home.service.reviews.decide(other, record.interview_id, "decline", "Too shallow for me.")
    shown = all_of(show())
    assert f"{other.name} (scores" not in shown
    assert "Too shallow" not in shown
    home.service.reviews.submit(reviewer, record.interview_id, rated(record, 4))
    shown = all_of(show())
    assert f"{other.name} (scores seen before)" in shown
    assert '2<span class="differs">−2.4</span>' in shown
    assert "Too shallow" in shown


def test_that_others_decided_is_told_and_not_what_before_one_has_rated(
    home: House, show: Open, record: InterviewRecord, reviewer: Actor
) -> None:
    """Also beside another attempt that one has rated; one's own decision is told whole."""
    first = home.service.reviews.state(reviewer, record.interview_id).session_id
    other, reviews = person(home, "administrator"), home.service.reviews
    reviews.decide(other, record.interview_id, "decline", "Too shallow for me.")
    reviews.decide(reviewer, record.interview_id, "hold", "I want to read on.")
    shown = markup(show())
    assert f"<b>Decided</b>, {other.name}" in shown
    assert "closed to you until you have rated" in shown
    assert "<b>Hold</b>" in shown
    assert "I want to read on." in shown
    assert "Decline" not in shown
    reviews.submit(reviewer, record.interview_id, rated(record, 4))
    assert "<b>Decline</b>" in markup(show())
    home.clock.forward(minutes=5)
    home.service.interviews.restart(SYSTEM, record.interview_id)
    home.finish(home.start(record).session_id)
    reviews.decide(other, record.interview_id, "advance", "Much deeper.")
    with visiting(home, reviewer) as open_page:
        shown = markup(open_page(PAGE, interview=record.interview_id, session=first))
    assert "Ratings side by side" in shown
    assert f"<b>Decision:</b> Decided, by {other.name}" in shown
    assert "Much deeper." not in shown


def test_of_several_things_to_rate_one_is_chosen(
    home: House, show: Open, record: InterviewRecord, reviewer: Actor
) -> None:
    """An imported transcript beside the interview that counts: read, rated and opened by itself."""
    assert not show().selectbox
    home.clock.forward(minutes=5)
    lines = [SpokenLine(role="candidate", text="I wrote the test first.")]
    imported = home.service.scorecards.score_transcript(SYSTEM, record.interview_id, lines).session_id
    app = show()
    assert [one.split(",")[0] for one in app.selectbox[0].options] == ["Attempt 1", "Imported transcript"]
    app.selectbox[0].set_value(imported).run()
    assert app.query_params["session"] == imported
    shown = all_of(app)
    assert "recorded elsewhere" in shown
    assert "I wrote the test first." in shown
    for place in range(6):
        app.radio[place].set_value(2).run()
    press(app, "Submit ratings")
    assert "Ratings side by side" in markup(app)
    assert not [button for button in app.button if button.label in ("Save the decision", OVERRIDE)]
    mine = home.service.reviews.state(reviewer, record.interview_id, imported).mine
    assert mine is not None
    assert (mine.session_id, mine.blind) == (imported, True)
    assert "Rate first" in all_of(show())


def test_an_interview_that_runs_cannot_be_rated_yet(home: House, reviewer: Actor) -> None:
    running = home.interview(job_text="Another job.")
    home.say(home.start(running).session_id, "I am Ada.")
    with visiting(home, reviewer) as open_page:
        app = open_page(PAGE, interview=running.interview_id)
    assert "has not ended" in words(app)
    assert not app.radio
    assert UNRATED in [button.label for button in app.button]


def test_the_scores_of_an_earlier_attempt_are_closed_too(home: House, record: InterviewRecord, reviewer: Actor) -> None:
    """Ratings of the newer attempt open the newer one only; the earlier one can be seen unrated."""
    first = home.service.interviews.get(SYSTEM, record.interview_id).sessions[0].session_id
    home.clock.forward(minutes=5)
    home.service.interviews.restart(SYSTEM, record.interview_id)
    home.finish(home.start(record).session_id)
    home.service.reviews.submit(reviewer, record.interview_id, rated(record, 3))
    with visiting(home, reviewer) as open_page:
        assert "Ratings side by side" in markup(open_page(PAGE, interview=record.interview_id))
        app = open_page(PAGE, interview=record.interview_id, session=first)
        assert "Only the one that counts can be rated" in words(app)
        assert "4.4 of 5" not in all_of(app)
        press(app, UNRATED)
        assert "4.4 of 5" in all_of(press(app, "See the scores, log it"))


def test_a_rehearsal_is_read_with_its_scores(home: House, record: InterviewRecord, reviewer: Actor) -> None:
    request = StartRequest(interview_id=record.interview_id, rehearsal=True)
    rehearsal = home.service.sessions.start(SYSTEM, request).session_id
    home.say(rehearsal, "Only trying it out.")
    home.say(rehearsal)
    with visiting(home, reviewer) as open_page:
        app = open_page(PAGE, interview=record.interview_id, session=rehearsal)
    assert "4.4 of 5" in all_of(app)
    assert "Rehearsal" in markup(app)
    assert "Save the decision" not in [button.label for button in app.button]


# --- open -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def opened(home: House, show: Open, record: InterviewRecord, reviewer: Actor) -> AppTest:
    """The page of somebody who has rated everything 4."""
    home.service.reviews.submit(reviewer, record.interview_id, rated(record, 4))
    return show()


def test_the_first_screen_says_how_it_was_held_and_what_to_look_at(opened: AppTest) -> None:
    shown = markup(opened)
    assert "Attempt 1 · in writing · 0 of 45 minutes" in shown
    assert "3 answered, 1 not asked" in shown
    assert "Nothing was found that needs a closer look" in shown
    assert shown.index('id="packet"') < shown.index('id="sides"') < shown.index('id="details"')


def test_an_override_needs_a_level_and_a_reason_and_keeps_both(
    home: House, opened: AppTest, record: InterviewRecord
) -> None:
    press(opened, OVERRIDE)
    assert opened.button(key="override-now").disabled
    opened.selectbox(key="override-criterion").select_index(1).run()
    opened.radio(key="override-level").set_value(2).run()
    opened.button(key="override-now").click().run()
    assert opened.error[0].value.startswith("Say why")
    opened.text_area(key="override-reason").set_value("It was <luck>.").run()
    opened.button(key="override-now").click().run()
    shown = markup(opened)
    assert "It was &lt;luck&gt;." in shown
    assert "The engine’s own: Strong: 4.4 of 5" in shown
    assert "<b>2.0</b>" in shown
    card = home.service.scorecards.newest(SYSTEM, record.interview_id)
    assert card is not None
    assert (card.source, card.competencies[0].criteria[1].latest_score) == ("override", 2.0)


def test_an_override_shows_the_anchors_that_it_was_scored_with(
    home: House, opened: AppTest, record: InterviewRecord
) -> None:
    """Those of the rubric's newer version, where it was scored again under that."""
    plan = home.service.positions.get(SYSTEM, record.position_id).plan
    newer = PositionPlan.model_validate_json(plan.model_dump_json().replace("and said why", "and proved it"))
    version = home.service.positions.save_plan(SYSTEM, record.position_id, newer).plan_version
    home.service.positions.approve(SYSTEM, record.position_id, version)
    home.service.scorecards.score(SYSTEM, record.interview_id, plan_version=version)
    shown = words(press(opened, OVERRIDE))
    assert "did it well and proved it" in shown
    assert "did it well and said why" not in shown


@pytest.mark.parametrize("named", [False, True])
def test_a_decision_is_on_what_the_page_showed(
    home: House, record: InterviewRecord, reviewer: Actor, *, named: bool
) -> None:
    """While it was open another attempt was completed, which the page then shows: closed, or open to administrators.

    A page whose address names the session goes on showing that one, and says it too.
    """
    home.service.reviews.submit(reviewer, record.interview_id, rated(record, 4))
    for actor in (reviewer, person(home, "administrator")):
        newest = home.service.interviews.get(SYSTEM, record.interview_id).sessions[-1].session_id
        if named:
            home.service.reviews.see_unrated(reviewer, record.interview_id)
        with visiting(home, actor) as open_page:
            app = open_page(PAGE, interview=record.interview_id, **({"session": newest} if named else {}))
            app.radio(key="verdict-0").set_value("advance")
            app.text_area(key="verdict-reason-0").set_value("It went well.")
            home.clock.forward(minutes=5)
            home.service.interviews.restart(SYSTEM, record.interview_id)
            home.finish(home.start(record).session_id)
            press(app, "Save the decision")
        assert "Another session counts" in app.error[0].value
        assert home.service.reviews.state(SYSTEM, record.interview_id).decisions == ()


def test_decisions_need_a_reason_and_stay_in_the_history(home: House, opened: AppTest, record: InterviewRecord) -> None:
    press(opened, "Save the decision")
    assert opened.error[0].value == "Choose what follows."
    opened.radio(key="verdict-0").set_value("hold")
    press(opened, "Save the decision")
    assert opened.error[0].value.startswith("Say why")
    opened.text_area(key="verdict-reason-0").set_value("One more <talk>.")
    press(opened, "Save the decision")
    home.clock.forward(minutes=1)
    opened.radio(key="verdict-1").set_value("advance")
    opened.text_area(key="verdict-reason-1").set_value("It went well.")
    shown = markup(press(opened, "Save the decision"))
    assert "Decision:</b> Advance" in shown
    history = shown[shown.index("<h3>Decisions so far</h3>") :]
    assert history.index("It went well.") < history.index("One more &lt;talk&gt;.")
    state = home.service.reviews.state(SYSTEM, record.interview_id)
    assert [one.decision for one in state.decisions] == ["advance", "hold"]


def test_what_asked_by_voice_stands_where_the_scores_version_does(
    home: House, show: Open, opened: AppTest, record: InterviewRecord
) -> None:
    assert "Asked by voice" not in words(opened)
    session = home.service.packets.of_interview(SYSTEM, record.interview_id).session_id
    home.service.spoken.asked_by(session, VoiceStamp(prompt="live-1", model="a-voice"))
    assert "Asked by voice with prompt live-1, model a-voice." in [one.value for one in show().caption]


def test_the_packet_can_be_taken_away(opened: AppTest) -> None:
    """Its files are made when their menu is opened."""
    assert not opened.download_button
    opened.session_state[files.FILES] = True
    opened.run()
    assert [one.label for one in opened.download_button] == ["Packet (PDF)", "Packet (JSON)"]


def test_an_administrator_sees_the_scores_and_may_rate(home: House, record: InterviewRecord) -> None:
    judge = person(home, "administrator")
    with visiting(home, judge) as open_page:
        app = open_page(PAGE, interview=record.interview_id)
        assert "4.4 of 5" in all_of(app)
        assert not app.radio(key="verdict-0").value
        app.session_state[page.OWN] = True
        app.run()
        for place in range(6):
            app.radio[place].set_value(5).run()
        press(app, "Submit ratings")
    assert "You (scores seen before)" in markup(app)


def test_a_criterion_says_what_people_gave_it_and_why(
    home: House, show: Open, record: InterviewRecord, reviewer: Actor
) -> None:
    ratings = rated(record, 4)
    ratings["Debugging"]["Debugging 1"] = CriterionRating(level=3, note="Only <one> case.")
    home.service.reviews.submit(reviewer, record.interview_id, ratings)
    assert f"{reviewer.name}: 3 of 5 “Only &lt;one&gt; case.”" in markup(show())
