"""Mis-heard words put right by the team, on the review page: both wordings stay, and scores stay closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from builders import House
from page_tests import labels, person, press, visiting, words
from sqlalchemy import select
from streamlit.testing.v1 import AppTest
from talk import FOUND, Talk, speaking

from interview.access import SYSTEM, Actor
from interview.store.access_tables import AuditRow
from pages.hiring.parts.review.misheard import PUT_RIGHT

pytestmark = speaking()
PAGE = "pages/hiring/interview.py"
SEND = "Put right and score again"
HEARD = f"{FOUND} That was part 0."
SAID = HEARD.replace("cache", "cash desk")
Open = Callable[[], AppTest]


@pytest.fixture(params=["hiring", "administrator"])
def reviewer(home: House, request: pytest.FixtureRequest) -> Actor:
    return person(home, request.param)


@pytest.fixture
def show(talk: Talk, reviewer: Actor) -> Iterator[Open]:
    """Opens the page of the interview that `talk` is of, for the reviewer."""
    with visiting(talk.home, reviewer) as open_page:
        yield lambda: open_page(PAGE, interview=talk.record.interview_id)


def held(talk: Talk) -> int:
    """Through to the end; gives the entry of the answer about part 0."""
    talk.through()
    talk.spoken.conclude(talk.session_id, "finished")
    return talk.state.prompts[1].answers[0]


def markup(app: AppTest) -> str:
    return "\n".join(block.value for block in app.html)


def put_right(app: AppTest, text: str) -> AppTest:
    """Opens the form where it is not open, and sends these words for the answer about part 0."""
    if SEND not in labels(app):
        press(app, PUT_RIGHT)
    choice = app.selectbox(key="misheard-answer")
    choice.select_index(next(at for at, label in enumerate(choice.options) if "part 0" in label)).run()
    next(area for area in app.text_area if area.label == "The words as they were said").set_value(text)
    return press(app, SEND)


def audited(home: House) -> list[tuple[str, str]]:
    """Who put words right, and of which interview."""
    with home.service.context.database.read() as tx:
        rows = tx.scalars(select(AuditRow).where(AuditRow.action == "words_put_right"))
        return [(row.actor, row.subject) for row in rows]


def test_the_team_puts_words_right_beside_what_was_heard(home: House, talk: Talk, show: Open, reviewer: Actor) -> None:
    """Also after the candidate's day, and before one has rated: the scores then stay closed, the new one's too."""
    held(talk)
    first = home.service.scorecards.of_session(SYSTEM, talk.session_id)
    home.clock.forward(hours=25)
    home.engine.levels.append(4.37)
    app = put_right(show(), SAID)
    assert not app.error
    closed = reviewer.role == "hiring"
    assert ("closed to you until you have rated" in app.toast[0].value) is closed
    shown = markup(app)
    assert shown.index("first wording") < shown.index("Corrected to")
    assert "cash desk" in shown
    assert "Put right by the team" in shown
    assert ("4.4 of 5" in shown) is not closed
    assert ("Rate first" in words(app)) is closed
    card = home.service.scorecards.of_session(SYSTEM, talk.session_id)
    assert first
    assert card
    assert card.scorecard_id != first.scorecard_id
    assert card.competencies[0].total_score == 4.37
    assert audited(home) == [(reviewer.id, talk.record.interview_id)]


def test_an_answer_is_not_written_anew(home: House, talk: Talk, show: Open) -> None:
    """It is refused in words, in the form, which keeps what was typed; what was not changed is not sent."""
    held(talk)
    before = home.see(talk.session_id)
    app = put_right(show(), HEARD)
    assert "Nothing has been changed yet." in app.info[0].value
    rewritten = "Something else altogether, at length and in quite other words than before."
    put_right(app, rewritten)
    assert "too far from what was heard" in app.error[0].value
    assert rewritten in [area.value for area in app.text_area]
    assert home.see(talk.session_id) == before
    assert audited(home) == []


def test_what_the_candidate_put_right_is_not_said_to_be_the_teams(home: House, talk: Talk, show: Open) -> None:
    answer = held(talk)
    talk.spoken.put_right(home.candidate(talk.record, mode="live"), talk.session_id, {answer: SAID})
    shown = markup(show())
    assert "cash desk" in shown
    assert "Put right by the team" not in shown


def test_only_what_was_spoken_and_is_over_can_be_put_right(home: House, talk: Talk, show: Open) -> None:
    talk.opening()
    talk.question(0)
    assert PUT_RIGHT not in labels(show())
    written = home.interview(role_title="Pilot")
    home.finish(home.start(written).session_id)
    with visiting(home, person(home, "hiring")) as open_page:
        assert PUT_RIGHT not in labels(open_page(PAGE, interview=written.interview_id))
