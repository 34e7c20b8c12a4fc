"""What the analysts' figures read: sums by day, and how far interviews came. Rehearsals are in none of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from interview.records import FigureFilter
from interview.store.review_tables import DecisionRow
from interview.store.rollup_tables import ScorecardRollupRow, ScoreRollupRow, StageRollupRow, UsageRollupRow
from interview.store.tables import EventRow, InterviewRow, InvitationRow, PlanRow, PositionRow, SessionRow

Rows = Sequence[Row[*tuple[Any, ...]]]
Query = Select[*tuple[Any, ...]]
Condition = ColumnElement[bool]

LEVELS = ("level_1", "level_2", "level_3", "level_4", "level_5")
_SCORED = sum((getattr(ScoreRollupRow, level) for level in LEVELS[1:]), start=ScoreRollupRow.level_1 + 0)

ENDED_WELL, STILL_OPEN = 2, 1
"""How an attempt stands; 0 is neither."""


def totals(tx: Session, wanted: FigureFilter) -> Row[*tuple[Any, ...]]:
    """Scorecards, those with any score, and the sum of their overall scores; None where there are none."""
    query: Query = select(
        func.sum(ScorecardRollupRow.scorecards).label("scorecards"),
        func.sum(ScorecardRollupRow.scored).label("scored"),
        func.sum(ScorecardRollupRow.total).label("total"),
    )
    query = query.where(*_place(ScorecardRollupRow, wanted))
    if wanted.competency is not None:
        query = query.where(_with_competency(wanted.competency))
    return tx.execute(query).one()


def competencies(tx: Session, wanted: FigureFilter) -> Rows:
    """By competency: how many scorecards on each level and without a score, sums of scores and of criteria.

    One position's in the order of its plan, those of several by name.
    """
    names = (*LEVELS, "not_assessed", "total", "criteria_assessed", "criteria_total")
    query: Query = select(
        ScoreRollupRow.competency, *(func.sum(getattr(ScoreRollupRow, name)).label(name) for name in names)
    )
    first = func.min(ScoreRollupRow.place)
    order = (func.lower(ScoreRollupRow.competency),) if wanted.position_id is None else (first,)
    return tx.execute(_of_scores(query, wanted).group_by(ScoreRollupRow.competency).order_by(*order)).all()


def daily(tx: Session, wanted: FigureFilter) -> Rows:
    """By day and competency: how many scores, and their sum; oldest first."""
    query: Query = select(
        ScoreRollupRow.day,
        ScoreRollupRow.competency,
        func.sum(_SCORED).label("n"),
        func.sum(ScoreRollupRow.total).label("total"),
    )
    grouped = _of_scores(query, wanted).group_by(ScoreRollupRow.day, ScoreRollupRow.competency)
    return tx.execute(grouped.having(func.sum(_SCORED) > 0).order_by(ScoreRollupRow.day)).all()


def stages(tx: Session, wanted: FigureFilter) -> Rows:
    """By stage: how many sessions went through it, and their seconds in it."""
    query: Query = select(
        StageRollupRow.stage,
        func.sum(StageRollupRow.sessions).label("sessions"),
        func.sum(StageRollupRow.seconds).label("seconds"),
    )
    return tx.execute(query.where(*_place(StageRollupRow, wanted)).group_by(StageRollupRow.stage)).all()


def usage(tx: Session, wanted: FigureFilter) -> Rows:
    """By day and model, of a position or of everything: calls, tokens, US dollars; oldest first."""
    names = ("calls", "unpriced", "input_tokens", "output_tokens", "cost")
    query: Query = select(
        UsageRollupRow.day,
        UsageRollupRow.model,
        *(func.sum(getattr(UsageRollupRow, name)).label(name) for name in names),
    ).where(*_days(UsageRollupRow.day, wanted))
    if wanted.position_id is not None:
        query = query.where(UsageRollupRow.position_id == wanted.position_id)
    place = (UsageRollupRow.day, UsageRollupRow.model)
    return tx.execute(query.group_by(*place).order_by(*place)).all()


def funnel(tx: Session, wanted: FigureFilter) -> Rows:
    """How many interviews of each position came how far: `course` is None before a start, else read by `Course`.

    An interview counts from its first invitation, or from its making where it was started without one.
    """
    # Once per interview, before anything is counted: SQLite would look everything up again wherever it is named.
    each = _each_interview(wanted).cte("each_interview").prefix_with("MATERIALIZED")
    cohort = func.coalesce(each.c.invited_at, each.c.created_at)
    decided = func.coalesce(each.c.verdict, "no_decision") != "no_decision"
    place = (each.c.position_id, each.c.course, decided)
    query: Query = select(each.c.position_id, each.c.course, decided.label("decided"), func.count().label("n"))
    query = query.where(or_(each.c.invited_at.is_not(None), each.c.course.is_not(None)))
    if wanted.begin is not None:
        query = query.where(cohort >= wanted.begin)
    if wanted.end is not None:
        query = query.where(cohort < wanted.end)
    return tx.execute(query.group_by(*place)).all()


def positions(tx: Session) -> Rows:
    """Positions that have an interview, by role title, with the number of scorecards that count."""
    cards = select(func.sum(ScorecardRollupRow.scorecards)).where(
        ScorecardRollupRow.position_id == PositionRow.position_id
    )
    query: Query = select(
        PositionRow.position_id,
        PositionRow.role_title,
        func.coalesce(cards.scalar_subquery(), 0).label("scorecards"),
    ).where(exists().where(InterviewRow.position_id == PositionRow.position_id))
    return tx.execute(query.order_by(func.lower(PositionRow.role_title), PositionRow.position_id)).all()


def rubrics(tx: Session) -> Rows:
    """Which competencies were scored by which version of a position's plan, competencies by name."""
    query: Query = select(ScoreRollupRow.position_id, ScoreRollupRow.version, ScoreRollupRow.competency).distinct()
    return tx.execute(query.order_by(func.lower(ScoreRollupRow.competency))).all()


def _each_interview(wanted: FigureFilter) -> Query:
    """Each interview: position, making, first invitation, the course of its sessions, and the newest verdict."""
    of_this = InterviewRow.interview_id
    invited = select(func.min(InvitationRow.created_at)).where(InvitationRow.interview_id == of_this)
    newest = DecisionRow.at.desc(), DecisionRow.decision_id.desc()
    verdict = select(DecisionRow.decision).where(DecisionRow.interview_id == of_this).order_by(*newest).limit(1)
    course = select(_course()).where(SessionRow.interview_id == of_this, SessionRow.rehearsal.is_(False))
    query: Query = select(
        InterviewRow.position_id,
        InterviewRow.created_at,
        invited.correlate(InterviewRow).scalar_subquery().label("invited_at"),
        course.correlate(InterviewRow).scalar_subquery().label("course"),
        verdict.correlate(InterviewRow).scalar_subquery().label("verdict"),
    )
    if wanted.position_id is not None:
        query = query.where(InterviewRow.position_id == wanted.position_id)
    if wanted.version is not None:
        query = query.where(InterviewRow.plan_id.in_(select(PlanRow.plan_id).where(PlanRow.version == wanted.version)))
    return query


def _course() -> ColumnElement[int]:
    """What an interview's sessions come to, as one number, so that they are looked up once: see `Course`."""
    ended_well = SessionRow.status.in_(("complete", "imported"))
    standing = case((ended_well, ENDED_WELL), (SessionRow.status == "active", STILL_OPEN), else_=0)
    faulty = SessionRow.session_id.in_(_noted("time_given_back", "voice_failed"))
    meant_spoken = _noted("mode_changed", "time_given_back", "voice_failed")
    spoken = or_(SessionRow.mode == "live", SessionRow.session_id.in_(meant_spoken))
    written = and_(~spoken, SessionRow.status != "imported")
    number: ColumnElement[int] = func.max(SessionRow.attempt * 3 + standing) % 3
    for mark in (ended_well, spoken, written, faulty):
        number = number * 2 + func.max(case((mark, 1), else_=0))
    return number


def _noted(*event_types: str) -> Select[str]:
    """Sessions with events of these types, among those that the partial index has."""
    # Written out as the index has it: of bound values the database cannot tell that the index holds them all.
    indexed = text("events.event_type IN ('mode_changed', 'time_given_back', 'voice_failed')")
    return select(EventRow.session_id).where(indexed, EventRow.event_type.in_(event_types))


def _of_scores(query: Query, wanted: FigureFilter) -> Query:
    query = query.where(*_place(ScoreRollupRow, wanted))
    return query if wanted.competency is None else query.where(ScoreRollupRow.competency == wanted.competency)


def _place(table: type[ScoreRollupRow | ScorecardRollupRow | StageRollupRow], wanted: FigureFilter) -> list[Condition]:
    found = _days(table.day, wanted)
    if wanted.position_id is not None:
        found.append(table.position_id == wanted.position_id)
    if wanted.version is not None:
        found.append(table.version == wanted.version)
    return found


def _days(day: InstrumentedAttribute[str], wanted: FigureFilter) -> list[Condition]:
    found: list[Condition] = []
    if wanted.first_day is not None:
        found.append(day >= wanted.first_day.isoformat())
    if wanted.last_day is not None:
        found.append(day <= wanted.last_day.isoformat())
    return found


def _with_competency(competency: str) -> Condition:
    """Whether a scorecard sum is of scorecards with this competency: all of one plan version have the same ones."""
    return exists().where(
        ScoreRollupRow.day == ScorecardRollupRow.day,
        ScoreRollupRow.position_id == ScorecardRollupRow.position_id,
        ScoreRollupRow.version == ScorecardRollupRow.version,
        ScoreRollupRow.competency == competency,
    )


class Course:
    """How an interview's sessions went, out of the number that `funnel` gives.

    `newest`: how its newest attempt stands; `completed`: any of them; `spoken`, `written`: how it was held, both where
    sessions differ; `faulty`: whether time was given back for a fault, or a talk ended since the voice failed.
    """

    def __init__(self, number: int) -> None:
        number, self.faulty = divmod(number, 2)
        number, self.written = divmod(number, 2)
        number, self.spoken = divmod(number, 2)
        self.newest, self.completed = divmod(number, 2)

    @property
    def dropped_out(self) -> bool:
        """Begun, and its newest attempt neither completed nor open any more."""
        return self.newest not in (ENDED_WELL, STILL_OPEN)
