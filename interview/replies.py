"""The contract's replies, rebuilt from a session's events: the same whether a turn is answered first or asked again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from interview.contract import QuestionPayload, SessionSnapshot, StartResponse, TranscriptLine, TurnResponse
from interview.events import (
    CandidateMove,
    Checkpoint,
    EvaluationMade,
    FlagRaised,
    FollowUpAsked,
    HintGiven,
    InterviewEvent,
    ModeChanged,
    Payload,
    PromptMetadata,
    PromptPayload,
    QuestionAsked,
    StageEntered,
)
from interview.models import CompetencySummary, CriterionScore, Escalation, Evaluation, Flag, FlagKind, Stage
from interview.scoring import competency_summary, overall, standing_scores
from interview.store.sessions import Loaded
from interview.store.tables import TurnRow
from interview.transcript import by_id, quoted_summaries

_OPINIONS: frozenset[FlagKind] = frozenset(
    ("vivid_but_thin", "keyword_list", "off_topic", "copied_question", "copied_anchor")
)
"""Flags with which an engine says what it thinks of an answer; the others say what happened in it."""

Latest = dict[str, dict[str, CriterionScore]]


def standing(loaded: Loaded, last_event: int | None = None) -> Latest:
    """The standing score per competency and criterion after an event."""
    newest: dict[int, EvaluationMade] = {}
    for event in (*loaded.carried_events, *_until(loaded.events, last_event)):
        if isinstance(event.payload, EvaluationMade) and event.payload.competency:
            newest[event.payload.response] = event.payload
    made = [payload for _, payload in sorted(newest.items())]
    return {
        name: standing_scores(payload.criterion_scores for payload in made if payload.competency == name)
        for name in dict.fromkeys(payload.competency or "" for payload in made)
    }


def summaries(loaded: Loaded, last_event: int | None = None) -> tuple[CompetencySummary, ...]:
    """Every competency of the plan as it stood after an event, quotes joined."""
    latest = standing(loaded, last_event)
    rows = (competency_summary(competency, latest.get(competency.name, {})) for competency in loaded.plan.competencies)
    return quoted_summaries(rows, by_id(loaded.entries))


def turn_response(loaded: Loaded, turn: TurnRow) -> TurnResponse:
    """The response to one acknowledged turn, as it was."""
    events = [event for event in loaded.events if turn.first_event <= event.event_id <= turn.last_event]
    until = _until(loaded.events, turn.last_event)
    stage = _stage(until)
    rows = summaries(loaded, turn.last_event)
    made = next((event.payload for event in reversed(events) if isinstance(event.payload, EvaluationMade)), None)
    return TurnResponse(
        stage=stage,
        question=None if stage == "complete" else _question(until),
        evaluation=_plain(made) if made else Evaluation(),
        events=tuple(events),
        competencies=rows,
        overall_score=overall(rows),
        questions_asked=_asked(until),
        elapsed_ms=turn.elapsed_ms,
        completed=stage == "complete",
    )


def start_response(loaded: Loaded, now: datetime) -> StartResponse:
    """The session as it stands: fresh from its start, or further on when it was open already."""
    rows = summaries(loaded)
    stage = _stage(loaded.events)
    profile = loaded.candidate.profile.model_copy(update={"candidate_id": loaded.interview.candidate_id})
    return StartResponse(
        session_id=loaded.session.session_id,
        stage=stage,
        persona=loaded.state.persona,
        profile=profile,
        question=None if stage == "complete" else _question(loaded.events),
        events=tuple(loaded.events),
        competencies=rows,
        overall_score=overall(rows),
        questions_asked=_asked(loaded.events),
        elapsed_ms=_elapsed(loaded, now),
    )


def snapshot(loaded: Loaded, now: datetime, after: int) -> SessionSnapshot:
    """Everything that a client needs to go on, with the events after `after`."""
    start = start_response(loaded, now)
    turn = loaded.last_turn
    return SessionSnapshot(
        session_id=loaded.session.session_id,
        interview_id=loaded.interview.interview_id,
        mode=loaded.session.mode,
        status=loaded.session.status,
        expired=loaded.session.status == "expired",
        completed=start.stage == "complete",
        stage=start.stage,
        persona=start.persona,
        question=start.question,
        last_turn=turn_response(loaded, turn) if turn and turn.number > 0 else None,
        events=tuple(event for event in loaded.events if event.event_id > after),
        transcript=tuple(map(TranscriptLine.of, loaded.entries)),
        question_statuses=loaded.statuses,
        asked_question_index=loaded.interview.asked_question_index,
        competencies=start.competencies,
        overall_score=start.overall_score,
        questions_asked=start.questions_asked,
        elapsed_ms=start.elapsed_ms,
        time_limit_ms=int(loaded.state.time_limit_minutes * 60_000),
        last_touched=loaded.session.last_touched,
    )


# --- what not everybody sees ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sight:
    """What somebody sees of a session beside its words: `scores` with the reasoning behind them, `flags` for the team.

    The team without scores has the flags that say what happened, none that say what an answer is worth, and not how a
    follow-up was chosen, which goes by the score of the answer before it.
    What they do not see is empty; the shape is kept, and ids still run without gaps.
    """

    scores: bool = True
    flags: bool = True


def veiled_start(reply: StartResponse, sight: Sight) -> StartResponse:
    return reply.model_copy(update=_veil(reply.events, reply.question, sight))


def veiled_turn(reply: TurnResponse, sight: Sight) -> TurnResponse:
    evaluation = reply.evaluation if sight.scores else Evaluation(flags=_facts(reply.evaluation.flags))
    shown = evaluation if sight.flags else evaluation.model_copy(update={"flags": ()})
    return reply.model_copy(update=_veil(reply.events, reply.question, sight) | {"evaluation": shown})


def veiled_snapshot(reply: SessionSnapshot, sight: Sight) -> SessionSnapshot:
    last = veiled_turn(reply.last_turn, sight) if reply.last_turn else None
    veil = _veil(reply.events, reply.question, sight)
    return reply.model_copy(update=veil | {"last_turn": last, "scores_open": sight.scores})


def _veil(events: Sequence[InterviewEvent], question: QuestionPayload | None, sight: Sight) -> dict[str, object]:
    seen = tuple(events) if sight.flags else tuple(map(_unflagged, events))
    if sight.scores:
        return {"events": seen}
    hidden = question
    if question is not None:
        hidden = question.model_copy(update={"metadata": _bare(question.metadata, sight)})
    return {
        "events": tuple(_veiled_event(event, sight) for event in seen),
        "competencies": (),
        "overall_score": 0.0,
        "question": hidden,
    }


def _unflagged(event: InterviewEvent) -> InterviewEvent:
    """Flags are for the team. In the place of one stands a checkpoint: what was said until then has been saved."""
    payload: Payload = event.payload
    if isinstance(payload, FlagRaised):
        return _saved(event)
    if isinstance(payload, EvaluationMade):
        return event.model_copy(update={"payload": payload.model_copy(update={"flags": ()})})
    return event


def _saved(event: InterviewEvent) -> InterviewEvent:
    saved = Checkpoint(saved_at=event.created_at)
    return event.model_copy(update={"event_type": saved.event_type, "payload": saved})


def _veiled_event(event: InterviewEvent, sight: Sight) -> InterviewEvent:
    payload: Payload = event.payload
    if isinstance(payload, FlagRaised):
        return _saved(event) if payload.kind in _OPINIONS else event
    if isinstance(payload, EvaluationMade):
        flags = _facts(payload.flags)
        payload = EvaluationMade(competency=payload.competency, response=payload.response, flags=flags)
    elif isinstance(payload, PromptPayload):
        payload = payload.model_copy(update={"metadata": _bare(payload.metadata, sight)})
    elif hasattr(payload, "total_score"):
        payload = payload.model_copy(update={"total_score": 0.0})
    elif hasattr(payload, "overall_score"):
        payload = payload.model_copy(update={"overall_score": 0.0})
    return event.model_copy(update={"payload": payload})


def _bare(metadata: PromptMetadata, sight: Sight) -> PromptMetadata:
    escalation: Escalation = "broad" if sight.flags else metadata.escalation
    return metadata.model_copy(update={"reasoning": "", "follow_up_prompt": "", "escalation": escalation})


def _facts(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    return tuple(flag for flag in flags if flag.kind not in _OPINIONS)


# --- reading events ---------------------------------------------------------------------------------------------------


def _until(events: Sequence[InterviewEvent], last_event: int | None) -> list[InterviewEvent]:
    return [event for event in events if last_event is None or event.event_id <= last_event]


def _stage(events: Sequence[InterviewEvent]) -> Stage:
    entered = (event.payload.stage for event in reversed(events) if isinstance(event.payload, StageEntered))
    return next(entered, "warmup")


def _asked(events: Sequence[InterviewEvent]) -> int:
    return sum(isinstance(event.payload, PromptPayload) for event in events)


def _question(events: Sequence[InterviewEvent]) -> QuestionPayload | None:
    """The prompt in hand; after a repeat, a reply or a change from voice to text, with the words said last."""
    content = ""
    for event in reversed(events):
        payload = event.payload
        if isinstance(payload, CandidateMove) and payload.reply and not content:
            content = payload.reply
        if isinstance(payload, ModeChanged) and not content:
            content = payload.message
        if isinstance(payload, PromptPayload):
            return QuestionPayload(content=content or _words(payload), metadata=payload.metadata)
    return None


def _words(payload: PromptPayload) -> str:
    if isinstance(payload, QuestionAsked):
        return payload.content
    if isinstance(payload, FollowUpAsked):
        return payload.message
    return payload.hint if isinstance(payload, HintGiven) else ""


def _plain(made: EvaluationMade) -> Evaluation:
    return Evaluation(**{name: getattr(made, name) for name in Evaluation.model_fields})


def _elapsed(loaded: Loaded, now: datetime) -> int:
    """Time since the start; it stands still once the session has ended."""
    running = loaded.session.status == "active"
    return loaded.state.elapsed_ms(now if running else loaded.session.last_touched)
