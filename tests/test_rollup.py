"""The sums by day: how long stages took, what models took, and that each lands on its day and version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from builders import ANSWER, BEGINNING
from scored import Scored, analyst, moment
from sqlalchemy import delete, text

from interview.access import SYSTEM
from interview.records import FigureFilter, InterviewRecord
from interview.statistics.rollup import count_scorecard, count_usage
from interview.store.rollup_tables import ScorecardRollupRow, ScoreRollupRow, StageRollupRow, UsageRollupRow
from interview.store.tables import Base, ModelUsageRow, ScorecardRow

SUMS = (ScoreRollupRow, ScorecardRollupRow, StageRollupRow, UsageRollupRow)


@pytest.fixture
def scored(tmp_path: Path) -> Iterator[Scored]:
    world = Scored(tmp_path)
    world.rater.said = {"Debugging": 3.0, "Teamwork": 3.0, "Planning": 3.0}
    yield world
    world.house.close()


def stages(scored: Scored, **wanted: object) -> dict[str, tuple[int, float]]:
    found = scored.reports.figures(analyst(), FigureFilter.model_validate(wanted)).stages
    return {each.stage: (each.sessions, each.mean_minutes) for each in found}


def answer_slowly(scored: Scored, *minutes: float) -> InterviewRecord:
    """An interview in which each answer takes so long."""
    record = scored.house.interview()
    session_id = scored.house.start(record).session_id
    for each in minutes:
        scored.house.clock.forward(minutes=each)
        completed = scored.house.say(session_id, f"{ANSWER} It took {each} minutes.").completed
    assert completed
    return record


def test_stages_take_the_time_until_the_next_one(scored: Scored) -> None:
    """Warm-up 2 and 4 minutes, three questions of 3 and of 5 each, wrap-up 1 and 6; means of the two."""
    answer_slowly(scored, 2, 3, 3, 3, 1)
    answer_slowly(scored, 4, 5, 5, 5, 6)
    assert stages(scored) == {"warmup": (2, 3.0), "competency": (2, 12.0), "wrapup": (2, 3.5)}
    assert list(stages(scored)) == ["warmup", "competency", "wrapup"]


def test_stages_of_a_session_count_on_the_day_it_ended_and_for_its_version(scored: Scored) -> None:
    """Begun before midnight (UTC), ended after it; the second is held by the second version of the plan."""
    scored.house.clock.now = moment(2, 23, 50)
    first = answer_slowly(scored, 2, 3, 3, 3, 1)
    positions = scored.house.service.positions
    positions.save_plan(SYSTEM, first.position_id, positions.get(SYSTEM, first.position_id).plan)
    positions.approve(SYSTEM, first.position_id)
    answer_slowly(scored, 7, 1, 1, 1, 1)
    assert stages(scored, last_day=date(2026, 3, 2)) == {}
    assert stages(scored, first_day=date(2026, 3, 3), version=1)["warmup"] == (1, 2.0)
    assert stages(scored, version=2)["warmup"] == (1, 7.0)


def test_rehearsals_and_sessions_that_did_not_end_are_not_timed(scored: Scored) -> None:
    record = scored.house.interview()
    scored.house.say(scored.house.start(record).session_id)
    drafted = scored.house.start(scored.house.interview()).session_id
    scored.house.say(drafted, auto_generate=True)
    scored.house.finish(drafted)
    assert stages(scored) == {}


def use(scored: Scored, interview_id: str | None, model: str, tokens: int, cost: float | None) -> None:
    with scored.house.service.context.database.write() as tx:
        row = ModelUsageRow(
            interview_id=interview_id, at=scored.house.clock(), model=model, purpose="evaluate",
            input_tokens=tokens, output_tokens=1, cost=cost,
        )  # fmt: skip
        tx.add(row)
        count_usage(tx, row)


def test_what_models_took_is_summed_by_day_and_model(scored: Scored) -> None:
    """A call before midnight and two after it; one without a price is counted apart, and is in no cost."""
    first = scored.house.interview()
    other = scored.house.interview(role_title="Nurse", job_text="We care.")
    scored.house.clock.now = moment(2, 23, 59)
    use(scored, first.interview_id, "a-model", 100, 0.5)
    scored.house.clock.forward(minutes=1)
    use(scored, first.interview_id, "a-model", 200, 0.25)
    use(scored, other.interview_id, "a-model", 300, None)
    use(scored, None, "another", 400, 1.0)
    found = [tuple(each.model_dump().values()) for each in scored.figures().usage]
    assert found == [
        (date(2026, 3, 2), "a-model", 1, 0, 100, 1, 0.5),
        (date(2026, 3, 3), "a-model", 2, 1, 500, 2, 0.25),
        (date(2026, 3, 3), "another", 1, 0, 400, 1, 1.0),
    ]
    assert [each.calls for each in scored.figures(position_id=first.position_id).usage] == [1, 1]
    assert [each.model for each in scored.figures(first_day=date(2026, 3, 3)).usage] == ["a-model", "another"]


def test_what_models_took_stays_when_an_interview_is_deleted_and_its_scores_go(scored: Scored) -> None:
    record = scored.hold(3.0, 4.0, None)
    use(scored, record.interview_id, "a-model", 100, 0.5)
    scored.house.service.interviews.delete(SYSTEM, record.interview_id)
    figures = scored.figures()
    assert (figures.totals.scorecards, figures.distribution, figures.funnel.everything.invited) == (0, (), 0)
    assert [each.calls for each in figures.usage] == [1]


def test_the_stages_of_a_deleted_interview_count_no_longer(scored: Scored) -> None:
    """Of two on one day the other's time stays; the last one takes the day's rows with it."""
    one, other = answer_slowly(scored, 2, 3, 3, 3, 1), answer_slowly(scored, 4, 5, 5, 5, 6)
    scored.house.service.interviews.delete(SYSTEM, one.interview_id)
    assert stages(scored) == {"warmup": (1, 4.0), "competency": (1, 15.0), "wrapup": (1, 6.0)}
    scored.house.service.interviews.delete(SYSTEM, other.interview_id)
    assert scored.house.dump()["stage_rollup"] == []


def test_a_scorecard_counted_out_leaves_no_row_behind(scored: Scored) -> None:
    """The last one of a day takes the day's rows with it; one of two leaves the other's sums."""
    scored.hold(2.0, 3.0, None, at=moment(2))
    scored.hold(4.0, 3.0, None, at=moment(2))
    with scored.house.service.context.database.write() as tx:
        one, other = tx.query(ScorecardRow).order_by(ScorecardRow.overall_score).all()
        count_scorecard(tx, one, -1)
        rows = {row.competency: row for row in tx.query(ScoreRollupRow)}
        assert (rows["Debugging"].level_2, rows["Debugging"].level_4, rows["Debugging"].total) == (0, 1, 4.0)
        assert (rows["Planning"].not_assessed, rows["Planning"].criteria_total) == (1, 2)
        count_scorecard(tx, other, -1)
        assert tx.query(ScoreRollupRow).count() + tx.query(ScorecardRollupRow).count() == 0


def test_a_database_of_before_is_counted_as_it_would_have_been(scored: Scored) -> None:
    """The sums that the migration makes from the rows are those that were written with them."""
    for number in range(3):
        scored.house.clock.now = BEGINNING + timedelta(days=number)
        record = answer_slowly(scored, 2, 3, number + 1, 3, 1)
        use(scored, record.interview_id, "a-model", 100, None if number else 0.5)
    scored.hold(1.5, None, 4.4, at=moment(9), role_title="Nurse", job_text="We care.")
    scored.rescore(record, Debugging=5.0)
    written = sums(scored)
    with scored.house.service.context.database.write() as tx:
        for table in SUMS:
            tx.execute(delete(table))
        for statement in import_module("interview.store.migrations.versions.0005_reviews_and_figures").FILL:
            tx.execute(text(statement))
    counted = sums(scored)
    assert [place for place, _ in counted] == [place for place, _ in written]
    for (place, again), (_, once) in zip(counted, written, strict=True):
        assert again == pytest.approx(once, abs=0.001), place


def sums(scored: Scored) -> list[tuple[tuple[str, ...], list[float]]]:
    """Every row of the sums: where it stands, and its numbers."""
    found = []
    with scored.house.service.context.database.read() as tx:
        for name in (each.__tablename__ for each in SUMS):
            columns = Base.metadata.tables[name].columns
            for row in tx.execute(Base.metadata.tables[name].select()):
                place = (name, *(str(getattr(row, column.name)) for column in columns if column.primary_key))
                found.append((place, [getattr(row, column.name) for column in columns if not column.primary_key]))
    return sorted(found)
