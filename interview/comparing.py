"""Candidates of one position beside each other: competency by competency, and question by question in their own words.

Never a ranking: candidates stand in the order in which they completed, nothing is added up over competencies, and
every score says whether it can be compared at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row
from sqlalchemy.orm import Session

from interview.access import HIRING_ROLES, Actor
from interview.context import Context
from interview.contract import TranscriptLine
from interview.errors import InvalidPayload, NotFound
from interview.models import Evidence, Moment, PositionPlan, VersionStamp
from interview.reviewing.blinding import opened_sessions, require_open
from interview.reviewing.carding import stored_summaries
from interview.reviewing.comparability import Measured, Yardstick, marks, together, yardstick
from interview.reviewing.comparison import (
    Answered,
    ComparedCandidate,
    ComparedCompetency,
    ComparedScore,
    Comparison,
    Depth,
    SaidAs,
    SaidLine,
    SideBySide,
    ToRate,
)
from interview.state import AskedPrompt
from interview.store import compare_queries
from interview.store.compare_queries import Completed
from interview.store.sessions import Loaded, load
from interview.store.tables import PositionRow, ScorecardRow, SessionRow
from interview.transcript import by_id

MAX_COMPARED = 100
"""Candidates in one comparison; of more, those who completed last."""
MAX_BESIDE = 4
"""Candidates side by side: more columns are not read."""
_PROMPTS = TypeAdapter(tuple[AskedPrompt, ...])
_ANSWER: SaidAs = "answer"


@dataclass(frozen=True)
class _Held:
    """One candidate as they were read, before anything is compared."""

    card: ScorecardRow
    session: SessionRow
    name: str
    scores: dict[str, Row[*tuple[Any, ...]]]
    depth: dict[str, Depth]

    @property
    def by(self) -> Yardstick:
        version = int(self.card.rubric.rpartition("/")[2])
        return Yardstick(version, (self.card.engine, self.card.model, self.card.prompt))


class Comparisons:
    """The use cases around comparing."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of_position(self, actor: Actor, position_id: str, interview_ids: Sequence[str] | None = None) -> Comparison:
        """The completed, not archived interviews of a position, or those of these ids among them.

        Those that the actor is still to rate are named without any score. Raises NotFound `position_not_found`,
        InvalidPayload for more than `MAX_COMPARED` ids.
        """
        actor.require(*HIRING_ROLES)
        if interview_ids is not None and len(interview_ids) > MAX_COMPARED:
            raise InvalidPayload(f"Choose {MAX_COMPARED} interviews at most.")
        with self._context.database.read() as tx:
            position = _position(tx, position_id)
            rows = compare_queries.completed(tx, position_id, interview_ids, MAX_COMPARED + 1, opened_sessions(actor))
            shown = rows[:MAX_COMPARED][::-1]
            held = _held(tx, [row for row in shown if row.open])
            by = yardstick([each.by for each in held]) if held else None
            plan = _plan(tx, position_id, by.version) if by else None
        names = _names(held, plan)
        columns = [_column(held, name, by) for name in names] if by else []
        return Comparison(
            position_id=position_id,
            role_title=position.role_title,
            plan_version=by.version if by else None,
            questions=tuple(one.text for one in plan.core_questions) if plan else (),
            competencies=tuple(map(_competency, columns)),
            candidates=tuple(
                _candidate(each, scores) for each, scores in zip(held, zip(*columns, strict=True), strict=True)
            ),
            rate_first=tuple(_to_rate(row) for row in shown if not row.open),
            more=len(rows) > MAX_COMPARED,
        )

    def side_by_side(self, actor: Actor, position_id: str, question: str, interview_ids: Sequence[str]) -> SideBySide:
        """What these candidates (`MAX_BESIDE` at most) were asked and said about a core question, by its words.

        In the order of the ids. Raises NotFound (`position_not_found`, `interview_not_found` for one that is not of
        this comparison), Forbidden `rate_first`, InvalidPayload.
        """
        actor.require(*HIRING_ROLES)
        wanted = list(dict.fromkeys(interview_ids))
        if not 1 <= len(wanted) <= MAX_BESIDE:
            raise InvalidPayload(f"Choose 1 to {MAX_BESIDE} candidates.")
        with self._context.database.read() as tx:
            _position(tx, position_id)
            rows = compare_queries.completed(tx, position_id, wanted, MAX_BESIDE, opened_sessions(actor))
            found = {row.card.interview_id: row for row in rows}
            if any(each not in found for each in wanted):
                raise NotFound("This position has no such completed interview.", code="interview_not_found")
            for each in wanted:
                require_open(tx, actor, found[each].session)
            answers = tuple(_answered(tx, found[each], question) for each in wanted)
        return SideBySide(question=question, answers=answers)


def _position(tx: Session, position_id: str) -> PositionRow:
    row = tx.get(PositionRow, position_id)
    if row is None:
        raise NotFound("There is no such position.", code="position_not_found")
    return row


def _plan(tx: Session, position_id: str, version: int) -> PositionPlan | None:
    row = compare_queries.plan(tx, position_id, version)
    return PositionPlan.model_validate(row.plan) if row else None


def _to_rate(row: Completed) -> ToRate:
    card, session, name, _ = row
    return ToRate(interview_id=card.interview_id, candidate_name=name, completed_at=_completed(session))


def _completed(session: SessionRow) -> Moment:
    return session.completed_at or session.last_touched


# --- competency by competency -----------------------------------------------------------------------------------------


def _held(tx: Session, rows: Sequence[Completed]) -> list[_Held]:
    by_card: dict[str, dict[str, Row[*tuple[Any, ...]]]] = {row.card.scorecard_id: {} for row in rows}
    for score in compare_queries.scores(tx, list(by_card)):
        by_card[score.scorecard_id][score.competency] = score
    return [_Held(card, session, name, by_card[card.scorecard_id], _depths(session)) for card, session, name, _ in rows]


def _depths(session: SessionRow) -> dict[str, Depth]:
    """By competency, what was asked in the session and in those that it carries on."""
    depths: dict[str, Depth] = {}
    for prompt in _PROMPTS.validate_python(session.state.get("prompts", ())):
        if prompt.competency:
            one = depths.get(prompt.competency, Depth())
            depths[prompt.competency] = Depth(
                answers=one.answers + bool(prompt.answers),
                follow_ups=one.follow_ups + (prompt.escalation not in ("broad", "hint")),
                hints=one.hints + (prompt.escalation == "hint"),
                ruled=one.ruled and not prompt.heard,
            )
    return depths


def _names(held: Sequence[_Held], plan: PositionPlan | None) -> list[str]:
    """Competencies in the order of the yardstick's plan, then those that only other versions have."""
    planned = [one.name for one in plan.competencies] if plan else []
    return list(dict.fromkeys((*planned, *(name for each in held for name in each.scores))))


def _column(held: Sequence[_Held], competency: str, by: Yardstick) -> list[ComparedScore]:
    """One competency of every candidate, in their order."""
    measured = [_measured(each, competency) for each in held]
    return [
        ComparedScore(
            competency=competency,
            score=each.scores[competency].total_score if competency in each.scores else 0.0,
            criteria_assessed=one.assessed,
            criteria_total=one.total,
            depth=each.depth.get(competency, Depth()),
            comparability=verdict,
        )
        for each, one, verdict in zip(held, measured, marks(measured, by), strict=True)
    ]


def _measured(held: _Held, competency: str) -> Measured:
    score, depth = held.scores.get(competency), held.depth.get(competency, Depth())
    return Measured(
        version=held.by.version,
        engine=held.by.engine,
        assessed=score.criteria_assessed if score else 0,
        total=score.criteria_total if score else 0,
        answers=depth.answers,
        hints=depth.hints if depth.ruled else None,
    )


def _competency(column: Sequence[ComparedScore]) -> ComparedCompetency:
    return ComparedCompetency(
        competency=column[0].competency,
        n=sum(one.criteria_assessed > 0 for one in column),
        comparability=together([one.comparability for one in column]),
    )


def _candidate(held: _Held, scores: Sequence[ComparedScore]) -> ComparedCandidate:
    card = held.card
    return ComparedCandidate(
        interview_id=card.interview_id,
        session_id=card.session_id,
        candidate_name=held.name,
        completed_at=_completed(held.session),
        mode=held.session.mode,
        plan_version=held.by.version,
        stamp=VersionStamp.model_validate(card, from_attributes=True),
        source=card.source,
        scores=tuple(scores),
    )


# --- question by question ---------------------------------------------------------------------------------------------


def _answered(tx: Session, row: Completed, question: str) -> Answered:
    card, session, name, _ = row
    loaded = load(tx, session.session_id)
    indices = {one.index for one in loaded.questions if one.kind == "core" and one.text == question}
    responses = {prompt.response for prompt in loaded.state.prompts if prompt.question_index in indices}
    prompts = [prompt for prompt in loaded.state.prompts if prompt.response in responses]
    evidence = [
        piece
        for summary in stored_summaries(tx, card.scorecard_id)
        for criterion in summary.criteria
        for piece in criterion.evidence
    ]
    return Answered(
        interview_id=card.interview_id,
        candidate_name=name,
        planned=bool(indices),
        asked=bool(prompts),
        skipped=any(prompt.skipped for prompt in prompts) and not any(prompt.answers for prompt in prompts),
        lines=tuple(_lines(loaded, prompts, evidence)),
    )


def _lines(loaded: Loaded, prompts: Sequence[AskedPrompt], evidence: Sequence[Evidence]) -> Iterator[SaidLine]:
    """Each prompt as it was asked, with its answers; what was put right stands in the place of the first words."""
    entries = by_id(loaded.entries)
    for place, prompt in enumerate(prompts):
        asked: SaidAs = "hint" if prompt.escalation == "hint" else "follow_up" if place else "question"
        for entry_id, said_as in ((prompt.entry_id, asked), *((answer, _ANSWER) for answer in prompt.answers)):
            if entry := entries.get(entry_id):
                quoted = tuple(piece for piece in evidence if piece.entry_id == entry_id)
                yield SaidLine(said_as=said_as, line=TranscriptLine.of(entry), quoted=quoted)
