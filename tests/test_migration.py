"""A database of an earlier version, with interviews in it, opens with this one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from builders import SYSTEM, House

import interview.store.database


def taken_back_to(home: House, revision: str) -> None:
    """The same database as that revision had it."""
    config = Config()
    folder = Path(interview.store.database.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    with home.service.context.database.engine.execution_options(write=True).connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()


def test_interviews_of_before_reviews_are_kept_and_counted(home: House) -> None:
    """One that was scored twice counts once, by its newest scorecard; what others refer to stays in place."""
    record = home.interview()
    candidate = home.candidate(record)
    home.finish(home.start(record, candidate).session_id, candidate)
    home.clock.forward(hours=1)
    home.service.scorecards.score(SYSTEM, record.interview_id)
    before, scores = home.dump(), home.service.analytics.score_rows(SYSTEM)
    figures = home.service.analytics.figures(SYSTEM)
    assert figures.totals.scorecards == 1
    taken_back_to(home, "0004")
    assert "score_rollup" not in home.dump()
    again = home.again()
    after = again.dump()
    for table in ("interviews", "sessions", "transcript_entries", "competency_scores", "events"):
        assert after[table] == before[table], table
    assert again.service.analytics.score_rows(SYSTEM) == scores
    assert again.service.analytics.figures(SYSTEM) == figures
