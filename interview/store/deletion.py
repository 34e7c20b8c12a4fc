"""Rows taken out: those of an interview, down to the candidate's last word, and all that there are."""

from __future__ import annotations

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from interview.store import webhook_queries
from interview.store.review_tables import DecisionRow, DemographicsRow, OverrideRow, QuestionScoreRow, ReviewRow
from interview.store.tables import (
    AdjustmentRow,
    AnswerDraftRow,
    Base,
    CandidateRow,
    CompetencyScoreRow,
    ConsentRow,
    EntryRow,
    EventRow,
    InterviewRow,
    InvitationRow,
    ModelUsageRow,
    ScorecardRow,
    SessionRow,
    TurnRow,
)


def delete_rows(tx: Session, row: InterviewRow) -> None:
    """Every row of the interview, and the candidate unless another interview is theirs; the position stays.

    The order is that of the foreign keys: what refers goes before what it refers to.
    """
    interview_id, candidate_id = row.interview_id, row.candidate_id
    sessions = select(SessionRow.session_id).where(SessionRow.interview_id == interview_id)
    cards = select(ScorecardRow.scorecard_id).where(ScorecardRow.interview_id == interview_id)
    webhook_queries.forget_interview(tx, interview_id)
    tx.flush()
    tx.execute(delete(QuestionScoreRow).where(QuestionScoreRow.scorecard_id.in_(cards)))
    for opinion in (ReviewRow, OverrideRow, DecisionRow, DemographicsRow):
        tx.execute(delete(opinion).where(opinion.interview_id == interview_id))
    tx.execute(delete(CompetencyScoreRow).where(CompetencyScoreRow.scorecard_id.in_(cards)))
    for of_session in (AnswerDraftRow, EventRow, TurnRow):
        tx.execute(delete(of_session).where(of_session.session_id.in_(sessions)))
    # What models took stays in the day's sum, with nothing that leads back to the interview.
    tx.execute(update(ModelUsageRow).where(ModelUsageRow.interview_id == interview_id).values(interview_id=None))
    for of_interview in (ScorecardRow, EntryRow, SessionRow, AdjustmentRow, ConsentRow, InvitationRow, InterviewRow):
        tx.execute(delete(of_interview).where(of_interview.interview_id == interview_id))
    others = select(InterviewRow.interview_id).where(InterviewRow.candidate_id == candidate_id)
    tx.execute(delete(CandidateRow).where(CandidateRow.candidate_id == candidate_id, ~others.exists()))


def delete_everything(tx: Session) -> None:
    """Every row of every table."""
    tx.execute(text("PRAGMA defer_foreign_keys=ON"))
    for table in Base.metadata.tables.values():
        tx.execute(delete(table))
