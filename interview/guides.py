"""The study guide of an interview: who may have it, and what it is made from."""

from __future__ import annotations

from interview.access import Actor
from interview.context import Context
from interview.errors import Conflict, Forbidden
from interview.interviews import interview_row
from interview.reviewing.blinding import require_open
from interview.scorecards import score_request, standing_sessions
from interview.store.sessions import load
from interview.study_guide import StudyGuide
from interview.usage import charged


class Guides:
    """The use case around study guides."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def study_guide(self, actor: Actor, interview_id: str) -> StudyGuide:
        """The guide of the session that stands for the interview, with levels only where the position shows scores.

        Raises NotFound, Forbidden (`study_guide_closed` for a candidate whose position gives none, `rate_first` for a
        reviewer who has not rated), Conflict `study_guide_not_ready` before a session has ended, EngineFailure,
        BudgetReached.
        """
        actor.require_interview(interview_id)
        with self._context.database.read() as tx:
            interview_row(tx, interview_id)
            standing = standing_sessions(tx, interview_id)
            if not standing or standing[0].status not in ("complete", "imported"):
                raise Conflict(
                    "The study guide is made when the interview has been completed.", code="study_guide_not_ready"
                )
            require_open(tx, actor, standing[0])
            loaded = load(tx, standing[0].session_id)
        if actor.role == "candidate" and not loaded.settings.study_guide:
            raise Forbidden("The hiring team gives no study guide for this interview.", code="study_guide_closed")
        with charged(self._context, interview_id):
            content = self._context.engine.guide(score_request(loaded.draft(self._context)))
        return StudyGuide(
            candidate_name=loaded.candidate.profile.candidate_name,
            role_title=loaded.plan.role_title,
            held_on=loaded.session.created_at.date(),
            content=content,
            show_scores=loaded.settings.scores_shown,
        )
