"""What the analysts' page reads of many interviews, and what it would take to read the same from the rows.

    PYTHONPATH=.:tests .venv/bin/python -m benchmarks.figures [INTERVIEWS [ROUNDS]]

Medians in milliseconds of so many rounds (100,000 interviews and 7, if not said), and ratios within this run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from scripted import ScriptedEngine
from sqlalchemy import text

from benchmarks.many import fill
from interview.access import Actor
from interview.analytics import COLUMNS
from interview.exports import score_rows_xlsx
from interview.records import MAX_ROWS, FigureFilter
from interview.service import Service, open_service
from interview.settings import Settings
from interview.statistics import rollup
from interview.statistics.figures import Distribution
from interview.store import figure_queries
from interview.store.tables import ScorecardRow

ANALYST = Actor(role="analyst", id="bench")
PAGE_ROWS = 1_000
_ENDS = ((0, 1.5), (1.5, 2.5), (2.5, 3.5), (3.5, 4.5), (4.5, 6))
_LEVELS = ", ".join(f"sum(c.criteria_assessed > 0 AND c.total_score >= {a} AND c.total_score < {b})" for a, b in _ENDS)
FROM_ROWS = f"""
SELECT c.competency, {_LEVELS},
       sum(c.criteria_assessed = 0), sum(c.criteria_assessed), sum(c.criteria_total)
FROM scorecards AS s JOIN competency_scores AS c USING (scorecard_id)
WHERE s.standing AND NOT s.rehearsal GROUP BY c.competency ORDER BY lower(c.competency)
"""  # noqa: S608 - constants
DAYS_FROM_ROWS = """
SELECT date(s.created_at), c.competency, count(*), sum(c.total_score)
FROM scorecards AS s JOIN competency_scores AS c USING (scorecard_id)
WHERE s.standing AND NOT s.rehearsal AND c.criteria_assessed > 0 GROUP BY 1, 2
"""
TOTALS_FROM_ROWS = """
SELECT count(*), avg(overall_score) FROM scorecards WHERE standing AND NOT rehearsal
"""


def timed(call: Callable[[], Any], rounds: int) -> float:
    """Milliseconds, the median; once before, so that the files are in memory."""
    call()
    taken = []
    for _ in range(rounds):
        begun = perf_counter()
        call()
        taken.append(1000 * (perf_counter() - begun))
    return median(taken)


def tell(name: str, milliseconds: float, beside: str = "") -> None:
    print(f"{name:<44} {milliseconds:8.1f} ms  {beside}", flush=True)  # noqa: T201


def from_sums(service: Service) -> None:
    """Totals, levels and days, as the page reads them."""
    with service.context.database.read() as tx:
        for read in (figure_queries.totals, figure_queries.competencies, figure_queries.daily):
            read(tx, FigureFilter())


def from_rows(service: Service) -> None:
    with service.context.database.read() as tx:
        for query in (TOTALS_FROM_ROWS, FROM_ROWS, DAYS_FROM_ROWS):
            tx.execute(text(query)).all()


def agreed(service: Service) -> None:
    """Both say the same, or there is nothing to compare."""
    with service.context.database.read() as tx:
        rows = [tuple(row)[:7] for row in tx.execute(text(FROM_ROWS))]
    found: tuple[Distribution, ...] = service.analytics.figures(ANALYST).distribution
    assert rows == [(each.competency, *each.levels, each.not_assessed) for each in found]  # noqa: S101


def funnel(service: Service) -> None:
    with service.context.database.read() as tx:
        figure_queries.funnel(tx, FigureFilter())


def page(service: Service) -> None:
    """All that the page reads for its first screen and its table."""
    service.analytics.choices(ANALYST)
    service.analytics.figures(ANALYST)
    service.analytics.score_rows(ANALYST, FigureFilter().rows(standing_only=True, limit=PAGE_ROWS))


def counting(service: Service, rounds: int) -> float:
    """Milliseconds that counting takes of the transaction of one scorecard; out and in again are two."""
    with service.context.database.write() as tx:
        card = tx.query(ScorecardRow).first()

        def twice() -> None:
            rollup.count_scorecard(tx, card, -1)
            rollup.count_scorecard(tx, card)

        return timed(twice, rounds * 10) / 2


def main(interviews: int = 100_000, rounds: int = 7) -> None:
    with TemporaryDirectory() as folder:
        service = open_service(Settings(data_dir=Path(folder)), engine=ScriptedEngine())
        fill(service.context.database, interviews)
        agreed(service)
        sums, rows = (timed(lambda read=read: read(service), rounds) for read in (from_sums, from_rows))
        tell("totals, levels, days: from the sums", sums, f"{rows / sums:.1f} times as fast as from the rows")
        tell("the same from the rows", rows)
        tell("funnel", timed(lambda: funnel(service), rounds))
        first = FigureFilter().rows(standing_only=True, limit=PAGE_ROWS)
        tell(f"first {PAGE_ROWS:,} rows", timed(lambda: service.analytics.score_rows(ANALYST, first), rounds))
        tell("everything the page reads", timed(lambda: page(service), rounds), f"load {os.getloadavg()[0]:.1f}")
        tell("counting one scorecard as it is written", counting(service, rounds))
        everything = first.model_copy(update={"limit": MAX_ROWS})
        whole = [row.model_dump() for row in service.analytics.score_rows(ANALYST, everything)]
        tell(f"XLSX of {len(whole):,} rows", timed(lambda: score_rows_xlsx(whole, COLUMNS), 1))
        service.close()


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
