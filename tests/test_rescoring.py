"""Scoring a position's interviews again, and the report of what that changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import House, house
from page_tests import person
from scripted import ScriptedEngine, competency

from interview.access import SYSTEM
from interview.engines import EvaluationRequest
from interview.errors import Conflict, EngineFailure, Forbidden, NotFound
from interview.imported import SpokenLine
from interview.models import Evaluation, Question
from interview.records import InterviewRecord
from interview.score_changes import ScoreChanges
from interview.usage import BudgetReached, spend

pytestmark = pytest.mark.slow


class Newer(ScriptedEngine):
    """The engine after an upgrade."""

    prompt_version = "2"


def held(home: House, name: str, level: float = 3.0) -> InterviewRecord:
    """A completed interview, every criterion at this level."""
    record = home.interview(candidate_name=name)
    session = home.start(record).session_id
    home.engine.levels.extend([level] * 20)
    home.finish(session)
    home.engine.levels.clear()
    home.clock.forward(minutes=1)
    return record


def upgraded(home: House, *levels: float | None) -> House:
    """The same database under a newer engine, that gives these levels."""
    engine = Newer()
    engine.levels.extend(levels)
    later = home.again(engine)
    later.engine = engine
    later.clock.forward(days=1)
    return later


def cards(home: House) -> int:
    return len(home.dump()["scorecards"])


def changes(home: House, record: InterviewRecord, **query: str) -> ScoreChanges:
    return home.service.rescoring.report(SYSTEM, record.position_id, **query)


# --- the run ----------------------------------------------------------------------------------------------------------


def test_every_completed_interview_is_scored_again_and_the_old_scorecards_stay(home: House) -> None:
    """Imported transcripts too; not those that are open, and no rehearsals."""
    record = held(home, "Ada")
    other = held(home, "Ben")
    imported = home.interview(candidate_name="Cy")
    home.service.scorecards.score_transcript(
        SYSTEM, imported.interview_id, [SpokenLine(role="candidate", text="I traced the fault to the cache.")]
    )
    home.start(home.interview(candidate_name="Di"))
    before = home.dump()["scorecards"]
    later = upgraded(home)
    told: list[float] = []
    run = later.service.rescoring.run(SYSTEM, record.position_id, None, lambda _what, share: told.append(share))
    assert (run.scored, run.passed_over, run.skipped, run.left) == (3, 0, 0, 0)
    assert told[-1] == 1
    assert cards(later) == 6
    kept = {row[0] for row in later.dump()["scorecards"]}
    assert {row[0] for row in before} < kept
    for one in (record, other):
        newest = later.service.scorecards.newest(SYSTEM, one.interview_id)
        assert newest is not None
        assert newest.stamp.prompt == "2"


def test_a_run_is_gone_on_with_after_a_failure(home: House) -> None:
    """What was scored stays; the next run passes it over."""
    for name in ("Ada", "Ben", "Cy", "Di", "Eve", "Flo", "Gus", "Hal"):
        record = held(home, name)
    later = upgraded(home)
    calls = 0

    def break_down() -> None:
        nonlocal calls
        calls += 1
        if calls > 12:
            later.engine.failures = 1_000

    later.engine.before = break_down
    with pytest.raises(EngineFailure) as caught:
        later.service.rescoring.run(SYSTEM, record.position_id)
    scored = cards(later) - 8
    assert 0 < scored < 8
    assert f"{scored} of 8 interviews were scored before that and stay" in caught.value.message
    later.engine.before, later.engine.failures = (lambda: None), 0
    run = later.service.rescoring.run(SYSTEM, record.position_id)
    assert (run.scored, run.passed_over) == (8 - scored, scored)
    again = later.service.rescoring.run(SYSTEM, record.position_id)
    assert (again.scored, again.passed_over) == (0, 8)
    assert cards(later) == 16


class Costly(Newer):
    """Each evaluation takes tokens of a model."""

    model = "priced"

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        spend("priced", "evaluate", 80, 20)
        return super().evaluate(request)


def test_what_it_will_cost_is_said_before(tmp_path: Path) -> None:
    """Calls are counted from what was answered; tokens from what such calls took so far; else nothing."""
    made = house(tmp_path, text_input_price=10.0, text_output_price=100.0)
    try:
        record = held(made, "Ada")
        later = made.again(Costly())
        first = later.service.rescoring.outlook(SYSTEM, record.position_id)
        assert (first.interviews, first.to_score, first.passed_over) == (1, 1, 0)
        assert first.calls == 4  # three responses, and the summary
        assert (first.input_tokens, first.output_tokens, first.cost) == (None, None, None)
        later.service.rescoring.run(SYSTEM, record.position_id)
        held(made, "Ben")
        second = later.service.rescoring.outlook(SYSTEM, record.position_id)
        assert (second.to_score, second.passed_over) == (1, 1)
        assert (second.input_tokens, second.output_tokens) == (80 * 3, 20 * 3)
        assert second.cost == pytest.approx((80 * 3 * 10 + 20 * 3 * 100) / 1_000_000)
    finally:
        made.close()


def test_a_days_limit_ends_a_run(tmp_path: Path) -> None:
    made = house(tmp_path, tokens_per_day=300)
    try:
        record = held(made, "Ada")
        held(made, "Ben")
        later = made.again(Costly())
        later.service.scorecards.score(SYSTEM, record.interview_id)
        with pytest.raises(BudgetReached) as caught:
            later.service.rescoring.run(SYSTEM, record.position_id)
        assert caught.value.code == "budget_reached"
        assert "run it again" in caught.value.message
    finally:
        made.close()


def test_people_who_put_a_level_in_place_are_not_overruled(home: House) -> None:
    """An override outlasts the new scoring; the report compares engines and leaves it out."""
    record = held(home, "Ada")
    admin = person(home, "administrator")
    home.service.reviews.override(admin, record.interview_id, "Debugging", "Debugging 1", 5, "She proved the cause.")
    later = upgraded(home, *[2.0] * 20)
    later.service.rescoring.run(SYSTEM, record.position_id)
    newest = later.service.scorecards.newest(SYSTEM, record.interview_id)
    assert newest is not None
    assert newest.competencies[0].criteria[0].latest_score == 5
    assert newest.competencies[0].criteria[1].latest_score == 2
    (one,) = changes(later, record).interviews
    assert (one.before, one.after) == (3.0, 2.0)


# --- another version of the rubric ------------------------------------------------------------------------------------


def replanned(home: House, record: InterviewRecord, *, approve: bool = True) -> None:
    """Version 2: without Planning, with Courage that nobody was asked about, and Debugging under another name."""
    position = home.service.positions.get(SYSTEM, record.position_id)
    teamwork = position.plan.competencies[1]
    asked = [one for one in position.plan.core_questions if one.competency == "Teamwork"]
    renamed = [
        one.model_copy(update={"competency": "Fault finding"})
        for one in position.plan.core_questions
        if one.competency == "Debugging"
    ]
    new = Question(index=0, text="When were you brave?", competency="Courage")
    questions = tuple(one.model_copy(update={"index": n}) for n, one in enumerate((*renamed, *asked, new)))
    competencies = (competency("Fault finding"), teamwork, competency("Courage"))
    plan = position.plan.model_copy(update={"competencies": competencies, "core_questions": questions})
    home.service.positions.save_plan(SYSTEM, record.position_id, plan)
    if approve:
        home.service.positions.approve(SYSTEM, record.position_id)


def test_another_version_rates_what_was_asked_for_it(home: House) -> None:
    """What it lacks goes; a question that it asks under another name counts there; what was not asked is unassessed."""
    record = held(home, "Ada")
    replanned(home, record)
    run = home.service.rescoring.run(SYSTEM, record.position_id, 2)
    assert run.scored == 1
    card = home.service.scorecards.newest(SYSTEM, record.interview_id)
    assert card is not None
    assert card.stamp.rubric == f"{record.position_id}/2"
    found = {row.competency: row for row in card.competencies}
    assert list(found) == ["Fault finding", "Teamwork", "Courage"]
    assert found["Fault finding"].total_score == found["Teamwork"].total_score == 3.0
    assert {one.status for one in found["Courage"].criteria} == {"not_assessed"}
    assert card.overall_score == 3.0
    assert home.service.rescoring.run(SYSTEM, record.position_id, 2).passed_over == 1
    assert home.service.rescoring.versions(SYSTEM, record.position_id) == (2, 1)


def test_a_version_has_to_be_there_and_approved(home: House) -> None:
    record = held(home, "Ada")
    replanned(home, record, approve=False)
    for version, kind, code in ((2, Conflict, "plan_not_approved"), (7, NotFound, "plan_version_not_found")):
        for call in (home.service.rescoring.run, home.service.rescoring.outlook):
            with pytest.raises(kind) as caught:
                call(SYSTEM, record.position_id, version)
            assert caught.value.code == code
        with pytest.raises(kind):
            home.service.scorecards.score(SYSTEM, record.interview_id, None, version)
    assert cards(home) == 1
    assert home.service.rescoring.versions(SYSTEM, record.position_id) == (1,)


# --- what changed -----------------------------------------------------------------------------------------------------


def test_the_report_says_who_moved_and_who_passed_whom(home: House) -> None:
    """Ada stood above Ben and stands below; Cy stays. Half a level counts as moved."""
    names = {"Ada": (4.0, 2.0), "Ben": (3.0, 3.0), "Cy": (2.0, 1.75)}
    records = {name: held(home, name, before) for name, (before, _) in names.items()}
    later = upgraded(home)
    for name, (_, after) in names.items():
        later.engine.levels.clear()
        later.engine.levels.extend([after] * 20)
        later.service.scorecards.score(SYSTEM, records[name].interview_id)
        later.clock.forward(minutes=1)
    found = changes(later, records["Ada"])
    by_name = {one.candidate_name: one for one in found.interviews}
    assert {name: (one.before, one.after) for name, one in by_name.items()} == names
    assert {name: (one.rank_before, one.rank_after) for name, one in by_name.items()} == {
        "Ada": (1, 2), "Ben": (2, 1), "Cy": (3, 3),
    }  # fmt: skip
    assert by_name["Ada"].interview_id == records["Ada"].interview_id
    assert (found.compared, found.moved, found.pairs, found.swapped) == (3, 1, 3, 1)
    assert (found.mean_change, found.mean_size, found.largest_change) == (-0.75, 0.75, -2.0)
    assert [(one.competency, one.n, one.mean_change, one.largest_change) for one in found.competencies] == [
        ("Debugging", 3, -0.75, -2.0), ("Teamwork", 3, -0.75, -2.0), ("Planning", 3, -0.75, -2.0),
    ]  # fmt: skip
    assert found.from_stamp is not None
    assert found.to_stamp is not None
    assert (found.from_stamp.stamp.prompt, found.to_stamp.stamp.prompt) == ("1", "2")
    back = changes(later, records["Ada"], from_stamp=found.to_stamp.stamp_id, to_stamp=found.from_stamp.stamp_id)
    assert back.mean_change == 0.75


def test_the_newest_is_compared_with_what_scored_the_same_sessions_before(home: House) -> None:
    """Not with what scored sessions of another plan version a moment earlier."""
    record = held(home, "Ada")
    plan = home.service.positions.get(SYSTEM, record.position_id).plan
    home.service.positions.save_plan(SYSTEM, record.position_id, plan.model_copy(update={"focus_areas": ("tests",)}))
    home.service.positions.approve(SYSTEM, record.position_id)
    held(home, "Ben")
    later = upgraded(home)
    later.service.rescoring.run(SYSTEM, record.position_id)
    found = changes(later, record)
    assert len(found.stamps) == 4
    assert found.from_stamp is not None
    assert found.to_stamp is not None
    assert (found.from_stamp.stamp.prompt, found.to_stamp.stamp.prompt) == ("1", "2")
    assert found.from_stamp.stamp.rubric == found.to_stamp.stamp.rubric
    assert found.compared == 1


def test_one_version_of_scoring_alone_is_compared_with_nothing(home: House) -> None:
    record = held(home, "Ada")
    found = changes(home, record)
    assert len(found.stamps) == 1
    assert found.from_stamp is None
    assert found.interviews == ()
    with pytest.raises(NotFound) as caught:
        changes(home, record, to_stamp="none")
    assert caught.value.code == "stamp_not_found"


def test_an_interview_without_a_score_is_listed_and_in_no_mean(home: House) -> None:
    record = held(home, "Ada")
    later = upgraded(home, *[None] * 20)
    later.service.rescoring.run(SYSTEM, record.position_id)
    found = changes(later, record)
    (one,) = found.interviews
    assert (one.before, one.after, one.change, one.rank_before) == (3.0, None, None, None)
    assert (found.compared, found.mean_change, found.pairs) == (0, 0.0, 0)
    assert found.competencies == ()


def test_a_reviewer_who_has_not_rated_sees_neither_scores_nor_means_of_it(home: House) -> None:
    """A run by them opens nothing either. After they chose to see it, it is in the report."""
    ada, ben = held(home, "Ada", 4.0), held(home, "Ben", 2.0)
    later = upgraded(home, *[1.0] * 40)
    reviewer = person(home, "hiring")
    later.service.rescoring.run(reviewer, ada.position_id)
    found = later.service.rescoring.report(reviewer, ada.position_id)
    assert (found.interviews, found.closed, found.compared, found.mean_change) == ((), 2, 0, 0.0)
    assert found.competencies == ()
    later.service.reviews.see_unrated(reviewer, ben.interview_id)
    found = later.service.rescoring.report(reviewer, ada.position_id)
    assert [one.candidate_name for one in found.interviews] == ["Ben"]
    assert (found.closed, found.compared, found.mean_change) == (1, 1, -1.0)
    assert changes(later, ada).compared == 2


def test_who_may_score_again(home: House) -> None:
    record = held(home, "Ada")
    rescoring = home.service.rescoring
    for actor in (person(home, "analyst"), home.candidate(record)):
        for call in (rescoring.run, rescoring.outlook, rescoring.report, rescoring.versions):
            with pytest.raises(Forbidden):
                call(actor, record.position_id)
    for call in (rescoring.run, rescoring.outlook, rescoring.report):
        with pytest.raises(NotFound):
            call(SYSTEM, "none")
