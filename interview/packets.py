"""The review packet: what a reviewer needs to judge an interview in two minutes, read in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import floor

from sqlalchemy.orm import Session

from interview import replies
from interview.access import HIRING_ROLES, Actor
from interview.attempts import expire_overdue
from interview.context import Context
from interview.errors import Conflict, NotFound
from interview.events import HintGiven, ModeChanged, Payload, TimeGivenBack
from interview.interviews import interview_row
from interview.models import Anchors, Competency, CompetencySummary, CriterionSummary, Scorecard
from interview.packet import warnings as packet_warnings
from interview.packet.model import (
    Asked,
    GivenBack,
    GivenLevel,
    Packet,
    PacketCompetency,
    PacketCriterion,
    PacketHint,
    PacketQuestion,
    PacketReview,
    Quote,
)
from interview.recordings import Recordings
from interview.replanned import under_version
from interview.reviewing.blinding import imported_id, require_open
from interview.reviewing.carding import scorecard
from interview.reviewing.deciding import decisions_for
from interview.reviewing.overriding import Override, overrides_of
from interview.reviews import Review
from interview.scorecards import standing_sessions
from interview.scoring import overall
from interview.state import AskedPrompt
from interview.store import packet_queries, queries, review_queries
from interview.store.sessions import Loaded, load
from interview.store.tables import SessionRow
from interview.transcript import by_id


class Packets:
    """The use case of the review packet."""

    def __init__(self, context: Context) -> None:
        self._context, self._recordings = context, Recordings(context)

    def of_interview(self, actor: Actor, interview_id: str, session_id: str | None = None) -> Packet:
        """The packet of the session that stands for the interview, or of another one of it.

        Raises NotFound (`interview_not_found`, `session_not_found`), Conflict `nothing_to_review` before anything was
        said, Forbidden `rate_first` where the scores are closed to the actor.
        """
        actor.require(*HIRING_ROLES)
        expire_overdue(self._context)
        with self._context.database.read() as tx:
            row = _session(tx, interview_id, session_id)
            if not row.rehearsal:
                require_open(tx, actor, row)
            return self._packet(tx, actor, load(tx, row.session_id))

    def _packet(self, tx: Session, actor: Actor, loaded: Loaded) -> Packet:
        session = loaded.session
        standing, engines = _cards(tx, session.session_id)
        reviews = _reviews(tx, session)
        overrides = overrides_of(tx, session.session_id)
        made = engines.competencies if engines else replies.summaries(loaded)
        rubric = _rubric(tx, loaded, engines)
        stands = standing.competencies if standing else made
        competencies = tuple(
            _competency(competency, row, own, loaded, overrides, reviews)
            for competency, row, own in zip(rubric, stands, made, strict=True)
        )
        payloads = [event.payload for event in (*loaded.carried_events, *loaded.events)]
        return Packet(
            interview_id=session.interview_id,
            session_id=session.session_id,
            candidate_name=loaded.candidate.profile.candidate_name,
            role_title=loaded.plan.role_title,
            position_id=loaded.position.position_id,
            plan_version=loaded.plan_version,
            attempt=session.attempt,
            rehearsal=session.rehearsal,
            status=session.status,
            mode=session.mode,
            spoken=_spoken(loaded, payloads),
            voices=loaded.state.voices,
            begun_at=session.created_at,
            ended_at=session.completed_at,
            minutes=_minutes(loaded),
            time_limit_minutes=loaded.state.time_limit_minutes,
            given_back=tuple(
                GivenBack(cause=one.cause, seconds=one.seconds) for one in payloads if isinstance(one, TimeGivenBack)
            ),
            recordings=tuple(filter(self._recordings.kept, queries.session_chain(tx, session))),
            questions=_questions(self._context, loaded),
            hints=_hints(payloads, loaded),
            hints_known=not any(prompt.heard and prompt.competency for prompt in loaded.state.prompts),
            overall_level=standing.overall_score if standing else overall(stands),
            engine_overall=engines.overall_score if engines else overall(made),
            narrative=standing.narrative if standing else None,
            competencies=competencies,
            warnings=packet_warnings.of_session(loaded, payloads, [one for row in made for one in row.criteria]),
            doubtful_share=packet_warnings.doubtful_share(loaded.entries),
            overrides=overrides,
            reviews=tuple(PacketReview.model_validate(one, from_attributes=True) for one in reviews),
            decisions=() if session.rehearsal else decisions_for(tx, actor, session.interview_id),
            scored_at=engines.created_at if engines else None,
            stamp=engines.stamp if engines else None,
        )


def _minutes(loaded: Loaded) -> float:
    """How long it went on; of a transcript from elsewhere, when its last words were said."""
    if loaded.session.status == "imported":
        return round(max((entry.end_ms for entry in loaded.entries), default=0) / 60_000, 1)
    return round((loaded.session.last_touched - loaded.state.started_at) / timedelta(minutes=1), 1)


def _spoken(loaded: Loaded, payloads: Sequence[Payload]) -> bool:
    """By voice at any time, an earlier session of the attempt included."""
    changed = any(isinstance(one, ModeChanged) for one in payloads)
    return changed or loaded.session.mode == "live" or any(entry.spoken for entry in loaded.entries)


# --- scores -----------------------------------------------------------------------------------------------------------


def reached_anchor(level: float, anchors: Anchors) -> str:
    """What the rubric says of a level; "" without a level or an anchor. Levels 2 and 4 lie between two anchors."""
    texts = {1: anchors.one, 3: anchors.three, 5: anchors.five}
    at = floor(level + 0.5)
    if at in texts:
        return f"The rubric's level {at}: {texts[at]}" if texts[at] else ""
    below, above = texts.get(at - 1, ""), texts.get(at + 1, "")
    return f"Between the rubric's level {at - 1} ({below}) and {at + 1} ({above})" if below and above else ""


def _cards(tx: Session, session_id: str) -> tuple[Scorecard | None, Scorecard | None]:
    """The scorecard that stands for a session, and the engine's newest, which people may have overridden."""
    standing = queries.session_scorecard(tx, session_id)
    if standing is None:
        return None, None
    card = scorecard(tx, standing)
    if standing.source == "engine":
        return card, card
    engines = packet_queries.engine_scorecard(tx, session_id)
    return card, scorecard(tx, engines) if engines else card


def _rubric(tx: Session, loaded: Loaded, engines: Scorecard | None) -> tuple[Competency, ...]:
    """What the scores were made with: where a session was scored again, perhaps another version of the plan."""
    if engines is None:
        return loaded.plan.competencies
    return under_version(tx, loaded, int(engines.stamp.rubric.rpartition("/")[2])).plan.competencies


def _competency(
    rubric: Competency,
    row: CompetencySummary,
    own: CompetencySummary,
    loaded: Loaded,
    overrides: Sequence[Override],
    reviews: Sequence[Review],
) -> PacketCompetency:
    whole = sum(one.weight for one in row.criteria) or 1
    changed = {one.criterion: one for one in reversed(overrides) if one.competency == row.competency}
    spoken_in = {entry.entry_id: entry.session_id for entry in loaded.entries}
    anchors = {one.name: one.anchors for one in rubric.criteria}
    return PacketCompetency(
        competency=row.competency,
        level=row.total_score,
        engine_level=own.total_score,
        criteria=tuple(
            PacketCriterion(
                criterion=one.criterion,
                share=one.weight / whole,
                status=one.status,
                level=one.latest_score,
                engine_status=engines.status,
                engine_level=engines.latest_score,
                low=engines.low,
                high=engines.high,
                anchor=reached_anchor(one.latest_score, anchors.get(one.criterion, Anchors())),
                anchors=anchors.get(one.criterion, Anchors()),
                rationale=engines.rationale,
                quotes=_quotes(engines, spoken_in),
                override=changed.get(one.criterion),
                reviews=_given(row.competency, one.criterion, reviews),
            )
            for one, engines in zip(row.criteria, own.criteria, strict=True)
        ),
    )


def _quotes(one: CriterionSummary, spoken_in: Mapping[int, str]) -> tuple[Quote, ...]:
    return tuple(
        Quote(**dict(piece), session_id=spoken_in.get(piece.entry_id, "")) for piece in one.evidence if piece.quote
    )


def _given(competency: str, criterion: str, reviews: Sequence[Review]) -> tuple[GivenLevel, ...]:
    found = ((review, review.ratings.get(competency, {}).get(criterion)) for review in reviews)
    return tuple(
        GivenLevel(review_id=review.review_id, reviewer=review.reviewer, level=one.level, note=one.note)
        for review, one in found
        if one is not None
    )


# --- what happened ----------------------------------------------------------------------------------------------------


def _questions(context: Context, loaded: Loaded) -> tuple[PacketQuestion, ...]:
    """The questions that were asked, in that order, then the planned ones that were not."""
    draft = loaded.draft(context)
    responses: dict[int, list[AskedPrompt]] = {}
    for prompt in loaded.state.prompts:
        if prompt.question_index is not None:
            responses.setdefault(prompt.response, []).append(prompt)
    kinds = {question.index: question.kind for question in loaded.questions}
    asked = [
        PacketQuestion(
            text=draft.text_of(first),
            kind=kinds.get(first.question_index or 0, "custom"),
            competency=first.competency or "",
            standing=_standing(prompts),
            follow_ups=sum(one.escalation not in ("broad", "hint") for one in prompts),
            hints=sum(one.escalation == "hint" for one in prompts),
            entry_id=first.entry_id,
        )
        for _, prompts in sorted(responses.items())
        for first in prompts[:1]
    ]
    done = {prompts[0].question_index for prompts in responses.values()}
    left = [
        PacketQuestion(text=one.text, kind=one.kind, competency=one.competency or "", standing="not_asked")
        for one in loaded.questions
        if one.index not in done
    ]
    return (*asked, *left)


def _standing(prompts: Sequence[AskedPrompt]) -> Asked:
    if any(prompt.answers for prompt in prompts):
        return "answered"
    return "skipped" if all(prompt.skipped for prompt in prompts) else "asked"


def _hints(payloads: Sequence[Payload], loaded: Loaded) -> tuple[PacketHint, ...]:
    entries = by_id(loaded.entries)
    return tuple(
        PacketHint(
            hint=one.hint,
            competency=one.metadata.competency or "",
            entry_id=one.entry_id,
            start_ms=entries[one.entry_id].start_ms if one.entry_id in entries else 0,
        )
        for one in payloads
        if isinstance(one, HintGiven)
    )


# --- what people made of it -------------------------------------------------------------------------------------------


def _session(tx: Session, interview_id: str, session_id: str | None) -> SessionRow:
    interview_row(tx, interview_id)
    if session_id is None:
        row = next(iter(standing_sessions(tx, interview_id)), None)
        if row is None:
            raise Conflict("There is nothing to review before the candidate has begun.", code="nothing_to_review")
        return row
    row = tx.get(SessionRow, session_id)
    if row is None or row.interview_id != interview_id:
        raise NotFound("This interview has no such session.", code="session_not_found")
    return row


def _reviews(tx: Session, session: SessionRow) -> list[Review]:
    """The submitted reviews of the session's attempt, in the order they were begun."""
    if session.rehearsal:
        return []
    rows = review_queries.reviews(tx, session.interview_id, session.attempt, imported_id(session))
    return [Review.model_validate(row, from_attributes=True) for row in rows if row.submitted_at]
