"""Candidates beside each other: what may be compared, in which order, and what they said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from builders import ANSWER, House
from http_server import World, finish, scripted_world
from scripted import ScriptedEngine

from interview.access import SYSTEM, Actor
from interview.comparing import MAX_BESIDE, MAX_COMPARED
from interview.contract import StartRequest
from interview.errors import Forbidden, InterviewError, InvalidPayload, NotFound
from interview.records import InterviewRecord
from interview.reviewing.comparability import Comparability, Measured, Yardstick, marks, together, yardstick
from interview.reviewing.comparison import Comparison
from interview.reviewing.rating import CriterionRating

ENGINE = ("scripted", "none", "1")
NOW = Yardstick(2, ENGINE)


def held(home: House, name: str, *levels: float | None, **fields: Any) -> InterviewRecord:
    """A candidate who has completed an hour after the one before."""
    home.clock.forward(hours=1)
    record = home.interview(candidate_name=name, **fields)
    home.engine.levels.extend(levels)
    home.finish(home.start(record).session_id)
    home.engine.levels.clear()
    return record


def compared(home: House, record: InterviewRecord, actor: Actor = SYSTEM, *ids: str) -> Comparison:
    return home.service.comparisons.of_position(actor, record.position_id, ids or None)


def refused(kind: type[InterviewError], code: str, call: Any) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.code == code


# --- the rules --------------------------------------------------------------------------------------------------------


def measured(**changes: Any) -> Measured:
    usual: dict[str, Any] = {"version": 2, "engine": ENGINE, "assessed": 3, "total": 3, "answers": 2, "hints": 0}
    return Measured(**usual | changes)


@pytest.mark.parametrize(
    ("changes", "mark", "why"),
    [
        ({}, "comparable", ""),
        ({"assessed": 2}, "comparable", ""),
        ({"assessed": 1}, "with_care", "1 of 3 criteria assessed, fewer than two thirds."),
        ({"assessed": 0}, "not_comparable", "No criterion was assessed."),
        ({"assessed": 0, "total": 0}, "not_comparable", "Plan version 2 does not have it."),
        ({"version": 1}, "not_comparable", "Held with plan version 1, most with version 2: another rubric."),
        (
            {"engine": ("gemini", "flash", "7")},
            "not_comparable",
            "Scored by gemini flash, prompts 7, most by scripted none, prompts 1. Score it again to compare.",
        ),
        ({"answers": 1}, "comparable", ""),
        ({"answers": 4}, "comparable", ""),
        ({"answers": 5}, "with_care", "5 answers, the others’ median is 2."),
        ({"answers": 0}, "with_care", "0 answers, the others’ median is 2."),
        ({"hints": 1}, "with_care", "1 hint, most others had none."),
        (
            {"hints": 2, "assessed": 1},
            "with_care",
            "1 of 3 criteria assessed, fewer than two thirds. 2 hints, most others had none.",
        ),
    ],
)
def test_what_may_be_compared(changes: dict[str, Any], mark: str, why: str) -> None:
    """One score beside two usual ones, which stay comparable."""
    verdicts = marks([measured(), measured(**changes), measured()], NOW)
    assert (verdicts[1].mark, verdicts[1].why) == (mark, why)
    assert [verdicts[0].mark, verdicts[2].mark] == ["comparable"] * 2


def test_one_answer_beside_three_is_marked_on_both_sides() -> None:
    assert [each.mark for each in marks([measured(answers=1), measured(answers=3)], NOW)] == ["with_care"] * 2


def test_hints_that_most_had_mark_nobody() -> None:
    assert {each.mark for each in marks([measured(hints=1)] * 3, NOW)} == {"comparable"}


def test_a_voice_that_talked_freely_is_beside_the_rules_another_way_of_asking() -> None:
    """Nobody knows its hints, so that nobody is measured by them."""
    freely, ruled = measured(hints=None), measured(hints=1)
    assert [each.why for each in marks([freely, measured(), measured()], NOW)] == [
        "Asked freely, most others by the rules.", "", "",
    ]  # fmt: skip
    assert [each.why for each in marks([ruled, freely, freely], NOW)] == [
        "Asked by the rules, most others freely.", "", "",
    ]  # fmt: skip
    assert {each.mark for each in marks([freely] * 3, NOW)} == {"comparable"}


def test_scores_that_cannot_be_compared_are_no_measure_for_others() -> None:
    column = [measured(), measured(answers=9, version=1), measured(answers=9, assessed=0)]
    assert marks(column, NOW)[0].mark == "comparable"


def test_the_yardstick_is_what_most_were_measured_with_and_the_newest_of_equals() -> None:
    old = Yardstick(1, ENGINE)
    assert yardstick([old, NOW, old]) == old
    assert yardstick([old, NOW]) == NOW
    assert yardstick([NOW, old]) == old


@pytest.mark.parametrize(
    ("column", "mark", "why"),
    [
        (["comparable"], "not_comparable", "Only one score here can be compared; it takes two."),
        (["not_comparable"] * 2, "not_comparable", "No score here can be compared; it takes two."),
        (["comparable"] * 2, "comparable", ""),
        (["comparable", "with_care"], "with_care", "1 of 2 compare, 1 with care."),
        (["comparable", "comparable", "not_comparable"], "with_care", "2 of 3 compare, 1 not at all."),
    ],
)
def test_what_that_comes_to_for_a_competency(column: list[Any], mark: str, why: str) -> None:
    verdict = together([Comparability(mark=each) for each in column])
    assert (verdict.mark, verdict.why) == (mark, why)


# --- of a position ----------------------------------------------------------------------------------------------------


def test_candidates_stand_in_the_order_in_which_they_completed(home: House) -> None:
    """Whatever their scores, and whenever they were scored again."""
    first, *_ = [held(home, name, *[level] * 9) for name, level in (("Ada", 1.0), ("Ben", 5.0), ("Cleo", 3.0))]
    home.clock.forward(hours=1)
    home.service.scorecards.score(SYSTEM, first.interview_id)
    found = compared(home, first)
    assert [one.candidate_name for one in found.candidates] == ["Ada", "Ben", "Cleo"]
    assert [one.competency for one in found.competencies] == ["Debugging", "Teamwork", "Planning"]
    assert (found.plan_version, found.role_title, found.more) == (1, "Engineer", False)
    assert found.questions == tuple(one.text for one in first.question_plan if one.kind == "core")
    assert "overall" not in found.model_dump_json().lower()
    assert "rank" not in found.model_dump_json().lower()


def test_scores_are_those_that_stand_with_how_they_came_about(home: House) -> None:
    """A person's change counts; depth is read from what was asked."""
    record, _ = held(home, "Ada", 2.0), held(home, "Ben")
    person = home.service.access.enter(home.service.access.add_person(SYSTEM, "Root", "administrator").secret)[2]
    home.service.reviews.override(person, record.interview_id, "Planning", "Planning 2", 5, "She said so.")
    ada, ben = compared(home, record).candidates
    card = home.service.scorecards.newest(SYSTEM, record.interview_id)
    assert card is not None
    assert [one.score for one in ada.scores] == [one.total_score for one in card.competencies]
    assert [(one.criteria_assessed, one.criteria_total) for one in ada.scores] == [(2, 2)] * 3
    assert (ada.source, ben.source, ada.stamp, ada.plan_version) == ("override", "engine", card.stamp, 1)
    events = home.service.sessions.get(SYSTEM, ada.session_id).events
    asked = [one.payload for one in events if one.event_type in ("question", "follow_up", "hint")]
    for score in ada.scores:
        prompts = [one for one in asked if one.metadata.competency == score.competency]  # type: ignore[attr-defined]
        assert score.depth.answers == len(prompts)
        assert score.depth.follow_ups + score.depth.hints <= len(prompts)
    assert {one.comparability.mark for one in ada.scores} == {"comparable"}
    assert [one.comparability.mark for one in compared(home, record).competencies] == ["comparable"] * 3


def test_another_version_and_another_engine_are_no_comparison(home: House) -> None:
    old = held(home, "Ada")
    plan = home.service.positions.get(SYSTEM, old.position_id).plan
    home.service.positions.save_plan(SYSTEM, old.position_id, plan.model_copy(update={"focus_areas": ("tests",)}))
    home.service.positions.approve(SYSTEM, old.position_id)
    for name in ("Ben", "Cleo"):
        held(home, name)
    home.engine.prompt_version = "2"
    held(home, "Dora")
    found = compared(home, old)
    whys = [one.scores[0].comparability.why for one in found.candidates]
    assert [one.plan_version for one in found.candidates] == [1, 2, 2, 2]
    assert whys == [
        "Held with plan version 1, most with version 2: another rubric.",
        "",
        "",
        "Scored by scripted none, prompts 2, most by scripted none, prompts 1. Score it again to compare.",
    ]
    assert (found.competencies[0].comparability.why, found.competencies[0].n) == ("2 of 4 compare, 2 not at all.", 4)


def test_only_completed_and_not_archived_interviews_are_compared(home: House) -> None:
    """No rehearsal, nothing that goes on, nothing of another position; the newest completed attempt of each."""
    record = held(home, "Ada")
    archived = held(home, "Ben")
    home.service.interviews.archive(SYSTEM, archived.interview_id)
    home.say(home.start(home.interview(candidate_name="Cleo")).session_id)
    rehearsed = home.interview(candidate_name="Dora")
    request = StartRequest(interview_id=rehearsed.interview_id, rehearsal=True)
    home.finish(home.service.sessions.start(SYSTEM, request).session_id)
    held(home, "Emil", job_text="We build boats.")
    home.clock.forward(hours=1)
    again = home.start(record).session_id
    home.finish(again)
    assert [(one.candidate_name, one.session_id) for one in compared(home, record).candidates] == [("Ada", again)]


def test_a_choice_of_interviews_is_compared_among_themselves(home: House) -> None:
    records = [held(home, name) for name in ("Ada", "Ben", "Cleo")]
    ids = [records[2].interview_id, records[0].interview_id, "nobody"]
    assert [one.candidate_name for one in compared(home, records[0], SYSTEM, *ids).candidates] == ["Ada", "Cleo"]
    refused(InvalidPayload, "invalid_payload", lambda: compared(home, records[0], SYSTEM, *["x"] * (MAX_COMPARED + 1)))
    refused(NotFound, "position_not_found", lambda: home.service.comparisons.of_position(SYSTEM, "nowhere"))


def test_a_position_without_completed_interviews_has_an_empty_comparison(home: House) -> None:
    found = compared(home, home.interview())
    assert (found.candidates, found.competencies, found.questions, found.plan_version) == ((), (), (), None)


def test_whoever_is_to_rate_first_is_told_whom_and_no_score(home: House) -> None:
    """They are no part of any figure either; by whichever key."""
    records = [held(home, name, *[level] * 9) for name, level in (("Ada", 4.37), ("Ben", 1.91))]
    access = home.service.access
    ines = access.enter(access.add_person(SYSTEM, "Ines", "hiring").secret)[2]
    nobodys = access.by_bearer(access.create_key(SYSTEM, "tool", "hiring").secret)
    for actor in (ines, nobodys):
        found = compared(home, records[0], actor)
        assert found.candidates == ()
        assert [one.candidate_name for one in found.rate_first] == ["Ada", "Ben"]
        assert "4.37" not in found.model_dump_json()
    ratings = {
        one.name: {each.name: CriterionRating(level=3) for each in one.criteria} for one in records[0].competencies
    }
    home.service.reviews.submit(ines, records[0].interview_id, ratings)
    found = compared(home, records[0], ines)
    assert [one.candidate_name for one in found.candidates] == ["Ada"]
    assert [one.candidate_name for one in found.rate_first] == ["Ben"]
    assert "1.91" not in found.model_dump_json()
    assert len(compared(home, records[0], Actor(role="program", id="key:x")).candidates) == 2
    beside, question = home.service.comparisons.side_by_side, found.questions[0]
    ids = [one.interview_id for one in records]
    refused(Forbidden, "rate_first", lambda: beside(ines, records[0].position_id, question, ids))
    for role in ("analyst", "candidate"):
        outsider = Actor(role=role, id="x", interview_id=ids[0])  # type: ignore[arg-type]
        refused(Forbidden, "forbidden", lambda outsider=outsider: compared(home, records[0], outsider))
        refused(
            Forbidden,
            "forbidden",
            lambda outsider=outsider: beside(outsider, records[0].position_id, question, ids[:1]),
        )


# --- side by side -----------------------------------------------------------------------------------------------------


def test_each_candidates_own_words_stand_side_by_side(home: House) -> None:
    """The question as it was asked, follow-ups and answers in order, with the quotes that scores rest on."""
    records = [held(home, "Ada", None, 4.0), held(home, "Ben")]
    question = compared(home, records[0]).questions[0]
    ids = [records[1].interview_id, records[0].interview_id]
    found = home.service.comparisons.side_by_side(SYSTEM, records[0].position_id, question, ids)
    assert [one.candidate_name for one in found.answers] == ["Ben", "Ada"]
    for one in found.answers:
        assert (one.planned, one.asked, one.skipped) == (True, True, False)
        first, answer = one.lines[:2]
        assert (first.said_as, question in first.line.text) == ("question", True)
        assert (answer.said_as, answer.line.role) == ("answer", "candidate")
        assert ANSWER in answer.line.text
        entries = [each.line.entry_id for each in one.lines]
        assert entries == sorted(entries)
        quotes = [line.line.text[piece.start : piece.end] for line in one.lines for piece in line.quoted]
        assert quotes
        assert all(ANSWER in quote for quote in quotes)
    ada = found.answers[1]
    assert "follow_up" in {line.said_as for line in ada.lines}


def test_a_question_that_was_not_put_says_so(home: House) -> None:
    """Skipped, never reached, and not in the plan are three different things."""
    whole = held(home, "Ada")
    questions = compared(home, whole).questions
    home.clock.forward(hours=1)
    skipper = home.interview(candidate_name="Ben")
    session_id = home.start(skipper).session_id
    home.say(session_id)
    while not (reply := home.say(session_id, "", action="skip")).completed:
        assert reply.question
    stopper = home.interview(candidate_name="Cleo")
    home.clock.forward(hours=1)
    session_id = home.start(stopper).session_id
    home.say(session_id)
    home.say(session_id, "", action="stop")
    ids = [one.interview_id for one in (skipper, stopper)]
    beside = home.service.comparisons.side_by_side
    found = beside(SYSTEM, whole.position_id, questions[-1], ids).answers
    assert [(one.planned, one.asked, one.skipped) for one in found] == [(True, True, True), (True, False, False)]
    strange = beside(SYSTEM, whole.position_id, "Why clocks?", ids[:1]).answers[0]
    assert (strange.planned, strange.asked, strange.lines) == (False, False, ())


def test_side_by_side_is_bounded_and_of_one_position(home: House) -> None:
    records = [held(home, str(number)) for number in range(MAX_BESIDE + 1)]
    other = held(home, "Emil", job_text="We build boats.")
    beside, question = home.service.comparisons.side_by_side, compared(home, records[0]).questions[0]
    ids = [one.interview_id for one in records]
    assert len(beside(SYSTEM, records[0].position_id, question, ids[:MAX_BESIDE]).answers) == MAX_BESIDE
    for wrong in (ids, []):
        refused(
            InvalidPayload,
            "invalid_payload",
            lambda wrong=wrong: beside(SYSTEM, records[0].position_id, question, wrong),
        )
    for unknown in ("nobody", other.interview_id):
        refused(
            NotFound,
            "interview_not_found",
            lambda unknown=unknown: beside(SYSTEM, records[0].position_id, question, [ids[0], unknown]),
        )
    refused(NotFound, "position_not_found", lambda: beside(SYSTEM, "nowhere", question, ids[:1]))


# --- over REST --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with scripted_world(tmp_path_factory.mktemp("compare"), ScriptedEngine()) as running:
        yield running


def test_a_comparison_over_rest(world: World) -> None:
    """A program sees all; a hiring key that is nobody's is to rate first; analysts compare nobody."""
    made = [world.interview(candidate_name=name) for name in ("Ada", "Ben")]
    path = f"/positions/{made[0]['position_id']}/comparison"
    with world.client() as rest:
        for one in made:
            world.clock.advance(minutes=1)
            finish(rest, world.start(rest, one["interview_id"]))
        found = rest.get(path).raise_for_status().json()
        assert [one["candidate_name"] for one in found["candidates"]] == ["Ada", "Ben"]
        assert found["candidates"][0]["scores"][0]["comparability"] == {"mark": "comparable", "why": ""}
        chosen = rest.get(path, params={"interview_id": [made[1]["interview_id"], "nobody"]}).json()
        assert [one["candidate_name"] for one in chosen["candidates"]] == ["Ben"]
        assert rest.get(path, params={"interview_id": ["x"] * (MAX_COMPARED + 1)}).json()["code"] == "invalid_payload"
        assert rest.get("/positions/nowhere/comparison").json()["code"] == "position_not_found"
    with world.client("hiring") as rest:
        found = rest.get(path).json()
        assert (found["candidates"], len(found["rate_first"])) == ([], 2)
    with world.client("analyst") as rest:
        assert rest.get(path).json()["code"] == "forbidden"
