"""A session out of the database and back: one load, one save, both inside the caller's transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from interview.context import Context
from interview.draft import Draft, Scene
from interview.errors import Conflict, SessionUnknown
from interview.events import AnswerGiven, EvaluationMade, FlagRaised, InterviewEvent, Payload
from interview.models import (
    CandidatePlan,
    Evaluation,
    PositionPlan,
    PositionSettings,
    Question,
    QuestionStatus,
    SessionStatus,
    StatusName,
    TranscriptEntry,
)
from interview.state import InterviewSessionState
from interview.store import queries
from interview.store.event_log import add_event, add_events, events_of
from interview.store.tables import (
    AnswerDraftRow,
    EntryRow,
    InterviewRow,
    PositionRow,
    SessionRow,
    TurnRow,
)

Paid = TypeVar("Paid", bound=Payload)
RANK: dict[StatusName, int] = {"not_started": 0, "started": 1, "answered": 2, "skipped": 2}


@dataclass
class Loaded:
    """A session with all that its next step and its replies need. `events` are its own, words joined."""

    session: SessionRow
    interview: InterviewRow
    position: PositionRow
    plan_version: int
    plan: PositionPlan
    candidate: CandidatePlan
    candidate_name: str
    questions: tuple[Question, ...]
    settings: PositionSettings
    state: InterviewSessionState
    entries: list[TranscriptEntry]
    events: list[InterviewEvent]
    carried_events: list[InterviewEvent]
    last_turn: TurnRow | None

    @property
    def evaluations(self) -> dict[int, Evaluation]:
        """The newest evaluation of each response, earlier sessions of the attempt included."""
        return {made.response: made for made in self._payloads(EvaluationMade)}

    @property
    def begun(self) -> bool:
        """Whether anything was asked or said in this session."""
        own = self.session.session_id
        return self.last_turn is not None or any(entry.session_id == own for entry in self.entries)

    @property
    def statuses(self) -> tuple[QuestionStatus, ...]:
        return tuple(map(QuestionStatus.model_validate, self.interview.question_statuses))

    @property
    def private(self) -> tuple[str, ...]:
        """The candidate's name as the résumé and the team have it; a model is not sent it."""
        names = (self.candidate_name.strip(), self.candidate.profile.candidate_name.strip())
        return tuple(dict.fromkeys(name for name in names if name))

    def draft(self, context: Context) -> Draft:
        """A draft of the session's next step, at this moment."""
        return Draft(
            scene=Scene(
                engine=context.engine,
                plan=self.plan,
                questions=self.questions,
                job_text=self.position.job_text,
                resume_text=self.interview.resume_text,
                practice=self.settings.purpose == "practice",
                max_questions=context.settings.max_questions_per_competency,
                checkpoint_interval=context.settings.checkpoint_interval,
                now=context.clock(),
                private=self.private,
            ),
            state=self.state,
            entries=list(self.entries),
            next_entry_id=self.interview.next_entry_id,
            next_event_id=self.events[-1].event_id + 1 if self.events else 1,
            evaluations=self.evaluations,
            spoken={said.entry_id for said in self._payloads(AnswerGiven) if said.auto_send},
            raised={(flag.kind, flag.entry_id) for flag in self._payloads(FlagRaised)},
        )

    def _payloads(self, kind: type[Paid]) -> list[Paid]:
        """The payloads of one kind, earlier sessions of the attempt included."""
        payloads = (event.payload for event in (*self.carried_events, *self.events))
        return [payload for payload in payloads if isinstance(payload, kind)]


def load(tx: Session, session_id: str) -> Loaded:
    """The session as it stands. Raises SessionUnknown."""
    row = tx.get(SessionRow, session_id)
    if row is None:
        raise SessionUnknown("There is no such session.")
    return assemble(tx, row)


def assemble(tx: Session, row: SessionRow) -> Loaded:
    """The same for a row in hand, stored already or not yet."""
    session_id = row.session_id
    interview, position, plan, person = queries.interview_with_its_plan(tx, row.interview_id)
    candidate = CandidatePlan.model_validate(interview.candidate_plan)
    chain = queries.session_chain(tx, row)
    entries = entries_of(tx, interview.interview_id, chain)
    events = events_of(tx, chain, entries, candidate.profile.resume_summary)
    return Loaded(
        session=row,
        interview=interview,
        position=position,
        plan_version=plan.version,
        plan=PositionPlan.model_validate(plan.plan),
        candidate=candidate,
        candidate_name=person.name,
        questions=tuple(map(Question.model_validate, interview.questions)),
        settings=PositionSettings.model_validate(position.settings),
        state=InterviewSessionState.model_validate(row.state),
        entries=entries,
        events=[event for owner, event in events if owner == session_id],
        carried_events=[event for owner, event in events if owner != session_id],
        last_turn=queries.last_turn(tx, session_id),
    )


def entries_of(tx: Session, interview_id: str, session_ids: list[str]) -> list[TranscriptEntry]:
    """The transcript of these sessions of an interview."""
    rows = queries.entries(tx, interview_id, session_ids)
    return [TranscriptEntry.model_validate(row, from_attributes=True) for row in rows]


def save(tx: Session, draft: Draft, *, read_version: int, request_hash: str, key: str | None) -> TurnRow:
    """Write what a step adds. Raises Conflict `turn_conflict` when the session has moved since it was read."""
    session = _claimed(tx, draft, read_version, "active")
    session.last_touched = max(session.last_touched, draft.scene.now)
    _add(tx, session, draft)
    _drop_answered(tx, session, draft.state)
    return _add_turn(tx, draft, request_hash, key, first=0)


def save_heard(tx: Session, draft: Draft, *, read_version: int, status: SessionStatus = "active") -> None:
    """Write what was folded out of words that are stored already; no sign of life of the candidate.

    `status`: what the session must be. Raises Conflict `turn_conflict` as `save` does.
    """
    session = _claimed(tx, draft, read_version, status)
    _add(tx, session, draft)
    _drop_answered(tx, session, draft.state)
    if draft.events:
        heard = hashlib.sha256(repr([entry.entry_id for entry in draft.entries]).encode()).hexdigest()
        _add_turn(tx, draft, heard, None, first=1)


def _claimed(tx: Session, draft: Draft, read_version: int, status: SessionStatus) -> SessionRow:
    """The session's row, with the version that this write gives it."""
    session = tx.get(SessionRow, draft.state.session_id)
    if session is None:  # the interview was deleted while the model answered
        raise SessionUnknown("There is no such session.")
    if session.version != read_version or session.status != status:
        raise overtaken()
    session.version = read_version + 1
    return session


def _add_turn(tx: Session, draft: Draft, request_hash: str, key: str | None, *, first: int) -> TurnRow:
    """`first`: the number of the session's first turn; 0 stands for the start, which brings no answer."""
    last = queries.last_turn(tx, draft.state.session_id)
    turn = TurnRow(
        session_id=draft.state.session_id,
        number=last.number + 1 if last else first,
        idempotency_key=key,
        request_hash=request_hash,
        first_event=draft.events[0].event_id,
        last_event=draft.events[-1].event_id,
        elapsed_ms=draft.elapsed_ms,
        created_at=draft.scene.now,
    )
    tx.add(turn)
    tx.flush()
    return turn


def _drop_answered(tx: Session, session: SessionRow, state: InterviewSessionState) -> None:
    """What was typed in reply to a prompt that is no longer in hand goes: words stand in the transcript only.

    At the end of the last session, what was typed before a break goes too.
    """
    over = state.stage == "complete"
    for session_id in queries.session_chain(tx, session) if over else (session.session_id,):
        typed = tx.get(AnswerDraftRow, session_id)
        if typed is not None and (state.pending is None or typed.prompt_id != state.pending.entry_id):
            tx.delete(typed)


def save_note(
    tx: Session, loaded: Loaded, state: InterviewSessionState, payload: Payload | None, now: datetime
) -> None:
    """Write a change of a session's state that is no turn, with the event that tells of it."""
    loaded.state, loaded.session.state = state, state.model_dump(mode="json")
    loaded.session.version += 1
    if payload is not None:
        add_event(tx, state, payload, now)
    tx.flush()


def save_import(tx: Session, draft: Draft) -> None:
    """Write a transcript from elsewhere; question statuses are those of recorded sessions and stay as they are."""
    draft.statuses.clear()
    _add(tx, tx.get_one(SessionRow, draft.state.session_id), draft)


def _add(tx: Session, session: SessionRow, draft: Draft) -> None:
    interview = tx.get_one(InterviewRow, session.interview_id)
    # Without entries of its own, a draft says nothing of their numbers: words may be kept meanwhile.
    renumbered = draft.new_entries and interview.next_entry_id != draft.next_entry_id - len(draft.new_entries)
    if renumbered or len(interview.questions) != len(draft.scene.questions):
        raise overtaken()
    # An answer's draft may have grown since the session was read: its version stays.
    doubtful = InterviewSessionState.model_validate(session.state).draft_doubtful
    session.state = draft.state.model_copy(update={"draft_doubtful": doubtful}).model_dump(mode="json")
    if draft.new_entries:
        interview.next_entry_id = draft.next_entry_id
    if not session.rehearsal:
        interview.updated_at = max(interview.updated_at, draft.scene.now)
        mark(interview, draft.statuses, draft.scene.now)
    _add_entries(tx, interview.interview_id, draft.new_entries)
    add_events(tx, session.session_id, draft.events)


def overtaken() -> Conflict:
    """Conflict `turn_conflict`: the session has moved since it was read."""
    return Conflict(
        "Another answer to this question arrived first. Read the session and go on from there.", code="turn_conflict"
    )


def _add_entries(tx: Session, interview_id: str, entries: list[TranscriptEntry]) -> None:
    tx.add_all(EntryRow(interview_id=interview_id, **entry.model_dump()) for entry in entries)


def mark(interview: InterviewRow, changes: Mapping[int, StatusName], now: datetime) -> None:
    """Move question statuses forward, never back; `asked_question_index` follows and never falls."""
    statuses = list(map(QuestionStatus.model_validate, interview.question_statuses))
    for index, status in changes.items():
        if RANK[status] > RANK[statuses[index].status]:
            statuses[index] = QuestionStatus(status=status, updated_at=now)
            asked = interview.asked_question_index
            interview.asked_question_index = index if asked is None else max(asked, index)
    interview.question_statuses = [status.model_dump(mode="json") for status in statuses]
