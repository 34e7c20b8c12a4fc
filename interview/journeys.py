"""The candidate's way through their interview: welcome and consent, start, interview, done. The database knows where."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from interview.models import Model, Moment, Purpose, Words

JourneyStep = Literal["welcome", "start", "interview", "done"]
"""`welcome`: no consent yet; `start`: no open session; `interview`: one is open; `done`: completed, or closed."""


class Adjustment(Model):
    """What a candidate asked to have arranged otherwise; `reply` is empty until the team answers."""

    adjustment_id: str
    interview_id: str
    text: str
    created_at: Moment
    reply: str
    replied_at: Moment | None


class Journey(Model):
    """Where the candidate stands, with all that their page says besides the session itself.

    `session_id`: the session in hand, else the last one. `expired`: it was idle for too long, and a start goes on
    where it was. `closed`: the team ended the interview. `time_limit_minutes` has the extra time in it.
    """

    interview_id: str
    role_title: str
    candidate_name: str
    interviewer_name: str
    step: JourneyStep
    purpose: Purpose
    time_limit_minutes: float
    planned_questions: int
    scores_shown: bool
    study_guide: bool
    notice: tuple[str, ...]
    consented_at: Moment | None
    session_id: str | None
    expired: bool
    closed: bool
    draft: str
    adjustments: tuple[Adjustment, ...]
    link_expires_at: Moment


class AdjustmentReply(Model):
    """The team's answer; `extra_time_factor` also sets it for the candidate's link and running session."""

    text: Words = Field(min_length=1, max_length=2_000)
    extra_time_factor: float | None = Field(None, ge=1, le=4)
