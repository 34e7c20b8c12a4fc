"""A session's events into their rows and back, words joined on read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from interview.events import InterviewEvent, Payload, joined, restored, stored
from interview.models import TranscriptEntry
from interview.state import InterviewSessionState
from interview.store import queries
from interview.store.tables import EventRow
from interview.transcript import by_id


def events_of(
    tx: Session, chain: list[str], entries: list[TranscriptEntry], resume_summary: str
) -> list[tuple[str, InterviewEvent]]:
    """The events of the chain with the session that each belongs to, words joined."""
    known = by_id(entries)
    return [
        (
            row.session_id,
            InterviewEvent(
                event_id=row.event_id,
                created_at=row.created_at,
                stage=row.stage,
                competency=row.competency,
                event_type=row.event_type,
                payload=joined(restored(row.event_type, row.payload), known, resume_summary),
            ),
        )
        for row in queries.events(tx, chain)
    ]


def add_events(tx: Session, session_id: str, events: list[InterviewEvent]) -> None:
    for event in events:
        head = event.model_dump(exclude={"payload"})
        tx.add(EventRow(session_id=session_id, payload=stored(event.payload), **head))


def add_event(tx: Session, state: InterviewSessionState, payload: Payload, now: datetime) -> None:
    """One more event of a session, at the stage that it is at."""
    event = InterviewEvent(
        event_id=queries.last_event_id(tx, state.session_id) + 1,
        created_at=now,
        stage=state.stage,
        competency=state.competency,
        event_type=payload.event_type,
        payload=payload,
    )
    add_events(tx, state.session_id, [event])
