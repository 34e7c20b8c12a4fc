"""What is kept of each question beside a scorecard: from sessions in text and by voice, transcripts and re-scores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import ANSWER, House
from sqlalchemy import select
from talk import Talk, speaking_house

from interview.access import SYSTEM
from interview.imported import SpokenLine
from interview.store.review_tables import QuestionScoreRow
from interview.store.tables import ScorecardRow

STUCK = "I have no idea."
DEBUGGING, TEAMWORK, PLANNING = (f"Tell me about {name}, part 1." for name in ("debugging", "teamwork", "planning"))
PROBE = "Your résumé names debugging. How so?"


@pytest.fixture
def spoken_home(tmp_path: Path) -> Iterator[House]:
    made = speaking_house(tmp_path)
    yield made
    made.close()


def kept(home: House) -> list[list[QuestionScoreRow]]:
    """The rows of every scorecard, the oldest scorecard first, rows in the order asked."""
    with home.service.context.database.read() as tx:
        cards = tx.scalars(select(ScorecardRow).order_by(ScorecardRow.created_at)).all()
        rows = tx.scalars(select(QuestionScoreRow).order_by(QuestionScoreRow.place)).all()
    return [[row for row in rows if row.scorecard_id == card.scorecard_id] for card in cards]


def scores(rows: list[QuestionScoreRow]) -> list[tuple[str, float]]:
    return [(row.question, row.score) for row in rows]


def test_a_session_in_text_keeps_a_row_for_each_question_with_its_own_score(home: House) -> None:
    """The first one is asked further, since its answer shows nothing at first; then its probe is put."""
    home.engine.levels.extend([None, None, 2.0, 5.0])
    home.finish(home.start(home.interview()).session_id)
    (rows,) = kept(home)
    assert [(row.question, row.kind, row.competency, row.score) for row in rows] == [
        (DEBUGGING, "core", "Debugging", 0.0),
        (PROBE, "probe", "Debugging", 2.0),
        (TEAMWORK, "core", "Teamwork", 5.0),
        (PLANNING, "core", "Planning", 3.0),
    ]
    assert [(row.place, row.follow_ups, row.hints, row.skipped) for row in rows] == [
        (0, 1, 0, False),
        (1, 0, 0, False),
        (2, 0, 0, False),
        (3, 0, 0, False),
    ]


def test_each_row_has_the_mean_of_the_candidates_other_questions(home: House) -> None:
    """Without its own score, without probes, and without questions that have no score."""
    home.engine.levels.extend([None, None, 2.0, 5.0, 4.0])
    home.finish(home.start(home.interview()).session_id)
    (rows,) = kept(home)
    assert [(row.question, row.score, row.others) for row in rows] == [
        (DEBUGGING, 0.0, 4.5),
        (PROBE, 2.0, 4.5),
        (TEAMWORK, 5.0, 4.0),
        (PLANNING, 4.0, 5.0),
    ]


def test_a_hint_is_told_apart_from_other_follow_ups(home: House) -> None:
    session = home.start(home.interview()).session_id
    home.say(session)
    home.engine.levels.append(None)
    assert home.say(session, STUCK).question.metadata.escalation == "hint"  # type: ignore[union-attr]
    home.finish(session)
    assert next((row.hints, row.follow_ups) for row in kept(home)[0]) == (1, 0)


def test_what_was_skipped_or_left_open_has_no_score(home: House) -> None:
    """The first question is skipped, the second one is open when the candidate stops; the others were never asked."""
    session = home.start(home.interview()).session_id
    home.say(session)
    home.say(session, "", action="skip")
    home.say(session, "", action="stop")
    (rows,) = kept(home)
    assert [(row.question, row.skipped, row.score) for row in rows] == [(DEBUGGING, True, 0.0), (PROBE, True, 0.0)]


def test_an_answer_that_shows_nothing_is_answered_without_a_score(home: House) -> None:
    home.engine.levels.extend([None] * 30)
    home.finish(home.start(home.interview()).session_id)
    (rows,) = kept(home)
    assert {(row.skipped, row.score) for row in rows} == {(False, 0.0)}


def test_a_session_that_goes_on_with_an_expired_one_keeps_the_questions_of_both(home: House) -> None:
    record = home.interview()
    session = home.start(record).session_id
    home.engine.levels.append(5.0)
    for _ in range(2):
        home.say(session)
    home.clock.forward(minutes=31)
    home.finish(home.start(record).session_id)
    (rows,) = kept(home)
    assert scores(rows)[0] == (DEBUGGING, 5.0)
    assert [row.question for row in rows] == [DEBUGGING, TEAMWORK, PLANNING]


def test_a_spoken_session_keeps_the_questions_that_it_heard(spoken_home: House) -> None:
    """Asked with words around them, and asked on in the same response."""
    talk = Talk.begin(spoken_home)
    spoken_home.engine.levels.extend([2.0, 5.0, 4.0, 1.0])
    talk.opening()
    talk.question(0)
    talk.interviewer("And what did you do then?")
    talk.candidate()
    talk.fold()
    talk.question(1)
    talk.question(2)
    talk.closing()
    talk.spoken.conclude(talk.session_id, "finished")
    (rows,) = kept(spoken_home)
    assert scores(rows) == [(DEBUGGING, 5.0), (TEAMWORK, 4.0), (PLANNING, 1.0)]
    assert [row.follow_ups for row in rows] == [1, 0, 0]


def test_a_spoken_question_in_other_words_is_known_by_its_mark(spoken_home: House) -> None:
    talk = Talk.begin(spoken_home)
    talk.opening()
    talk.interviewer("Was there a bug that you are proud of?")
    talk.spoken.mark(talk.session_id, 0, "started")
    talk.candidate()
    talk.fold()
    talk.spoken.conclude(talk.session_id, "stopped")
    (rows,) = kept(spoken_home)
    assert scores(rows) == [(DEBUGGING, 3.0)]


def told(*lines: str) -> list[SpokenLine]:
    """Lines of interviewer and candidate in turn."""
    return [SpokenLine(role=("coach", "candidate")[place % 2], text=line) for place, line in enumerate(lines)]


def test_an_imported_transcript_keeps_the_planned_questions_in_it(home: House) -> None:
    record = home.interview()
    home.engine.levels.extend([4.0, 2.0])
    spoken = told("Welcome!", "Hello.", f"So, {DEBUGGING}", ANSWER, "Why there?", ANSWER, TEAMWORK, ANSWER)
    home.service.scorecards.score_transcript(SYSTEM, record.interview_id, spoken)
    (rows,) = kept(home)
    assert scores(rows) == [(DEBUGGING, 4.0), (TEAMWORK, 2.0)]
    assert [row.follow_ups for row in rows] == [1, 0]


def test_an_imported_transcript_in_foreign_words_keeps_nothing(home: House) -> None:
    """It has a score by competency, and none of its questions is one of the plan's."""
    record = home.interview()
    spoken = told("How do you find a fault in a clock?", ANSWER)
    card = home.service.scorecards.score_transcript(SYSTEM, record.interview_id, spoken)
    assert card.overall_score == 3.0
    assert kept(home) == [[]]


def test_a_re_score_keeps_its_own_rows_beside_the_older_ones(home: House) -> None:
    record = home.interview()
    home.finish(home.start(record).session_id)
    home.clock.forward(minutes=1)
    home.engine.levels.extend([1.0, 2.0, 4.0])
    home.service.scorecards.score(SYSTEM, record.interview_id)
    first, second = kept(home)
    assert [row.score for row in first] == [3.0] * 3
    assert scores(second) == [(DEBUGGING, 1.0), (TEAMWORK, 2.0), (PLANNING, 4.0)]


def test_a_question_added_for_another_attempt_does_not_take_the_place_of_one_that_was_asked(home: House) -> None:
    """Scored again after a restart, the old session still says what it asked, though another question stands there."""
    record = home.interview()
    session = home.start(record).session_id
    home.finish(session)
    home.service.interviews.restart(SYSTEM, record.interview_id)
    added = home.service.questions.add(SYSTEM, record.interview_id, "Which clock would you build?", place=0)
    assert added.questions[0] == "Which clock would you build?"
    home.clock.forward(minutes=1)
    home.service.scorecards.score(SYSTEM, record.interview_id, session)
    first, second = kept(home)
    assert [(row.question, row.kind) for row in second] == [(row.question, row.kind) for row in first]


def test_a_question_of_the_teams_own_is_marked_as_such(home: House) -> None:
    record = home.interview()
    home.service.questions.add(SYSTEM, record.interview_id, "Which clock would you build?")
    home.finish(home.start(record).session_id)
    assert ("Which clock would you build?", "custom") in [(row.question, row.kind) for row in kept(home)[0]]
