"""A scorecard into the database and back, whoever scored."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from interview.models import CompetencySummary, Narrative, Scorecard, VersionStamp
from interview.statistics import rollup
from interview.store import queries
from interview.store.sessions import entries_of
from interview.store.tables import CompetencyScoreRow, ScorecardRow, SessionRow
from interview.transcript import by_id, quoted_summaries, unquoted


def add_scorecard(tx: Session, row: ScorecardRow, summaries: Sequence[CompetencySummary]) -> None:
    """Store a scorecard of any source. One that is no reviewer's stands for its session from now on, and is counted."""
    tx.add(row)
    tx.flush()
    for place, summary in enumerate(summaries):
        tx.add(_competency_row(row.scorecard_id, place, summary))
    tx.flush()
    if row.source == "reviewer":
        return
    former = queries.session_scorecard(tx, row.session_id)
    if former is not None:
        rollup.count_scorecard(tx, former, -1)
        former.standing = False
    row.standing = True
    rollup.count_scorecard(tx, row)
    tx.flush()


def scorecard(tx: Session, row: ScorecardRow) -> Scorecard:
    """The scorecard with its competencies, quotes joined from the transcript."""
    chain = queries.session_chain(tx, tx.get_one(SessionRow, row.session_id))
    entries = by_id(entries_of(tx, row.interview_id, chain))
    return Scorecard(
        scorecard_id=row.scorecard_id,
        interview_id=row.interview_id,
        session_id=row.session_id,
        source=row.source,
        reviewer=row.reviewer or "",
        created_at=row.created_at,
        stamp=VersionStamp.model_validate(row, from_attributes=True),
        overall_score=row.overall_score,
        competencies=quoted_summaries(stored_summaries(tx, row.scorecard_id), entries),
        narrative=Narrative.model_validate(row.narrative),
        rehearsal=row.rehearsal,
    )


def stored_summaries(tx: Session, scorecard_id: str) -> list[CompetencySummary]:
    """A scorecard's competencies in the order of the plan, evidence without its words."""
    rows = queries.competency_scores(tx, scorecard_id)
    return [CompetencySummary.model_validate(row, from_attributes=True) for row in rows]


def _competency_row(scorecard_id: str, place: int, summary: CompetencySummary) -> CompetencyScoreRow:
    return CompetencyScoreRow(
        scorecard_id=scorecard_id,
        place=place,
        competency=summary.competency,
        total_score=summary.total_score,
        rubric_filled=summary.rubric_filled,
        criteria_assessed=sum(row.status == "assessed" for row in summary.criteria),
        criteria_total=len(summary.criteria),
        criteria=[unquoted(row).model_dump(mode="json") for row in summary.criteria],
    )
