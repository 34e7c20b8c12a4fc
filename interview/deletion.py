"""Taking an interview out with everything that belongs to it: out of the figures, then out of the tables."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview.statistics import rollup
from interview.store import queries
from interview.store.deletion import delete_rows
from interview.store.tables import InterviewRow


def delete_interview(tx: Session, row: InterviewRow) -> None:
    """Every row of the interview, and the candidate unless another interview is theirs; the position stays."""
    tx.flush()
    for card in queries.standing_scorecards(tx, row.interview_id):
        rollup.count_scorecard(tx, card, -1)
    rollup.count_stages_out(tx, row)
    delete_rows(tx, row)
