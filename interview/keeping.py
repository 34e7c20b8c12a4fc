"""Keeping what is said: an entry of a spoken session's transcript, new or grown."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from interview.errors import Conflict, InvalidPayload
from interview.models import MAX_ANSWER_CHARS, Speaker, Words
from interview.store.tables import EntryRow, InterviewRow

MAX_ENTRIES = 50_000
"""Of an interview, over all its sessions."""
_LONGEST_MS = 24 * 3_600_000
_CLEANED = TypeAdapter(Words)


@dataclass(frozen=True)
class Utterance:
    """A piece of transcript as it stands now. `entry_id` is None until it has been kept once.

    `start_ms`, `end_ms`: since the session's start. `final`: all of it was said and heard; a sentence that was cut off
    stays without it. `spoken`: heard, not written.
    """

    role: Speaker
    text: str
    start_ms: int
    end_ms: int
    final: bool
    entry_id: int | None = None
    spoken: bool = True


def keep(tx: Session, interview: InterviewRow, session_id: str, said: Utterance, heard: int) -> int:
    """Write one utterance and give its entry's id; `heard`: the last entry that has been folded.

    Raises InvalidPayload, Conflict `turn_limit`.
    """
    text = _CLEANED.validate_python(said.text)
    if len(text) > MAX_ANSWER_CHARS:
        raise InvalidPayload(f"An entry can have up to {MAX_ANSWER_CHARS:,} characters. Go on in another one.")
    start = min(max(0, said.start_ms), _LONGEST_MS)
    end = min(max(start, said.end_ms), _LONGEST_MS)
    if said.entry_id is not None:
        return _grow(tx, interview.interview_id, session_id, said, text, end, heard)
    if interview.next_entry_id > MAX_ENTRIES:
        raise Conflict("This interview has had too many words. Please end it.", code="turn_limit")
    row = EntryRow(
        interview_id=interview.interview_id,
        entry_id=interview.next_entry_id,
        session_id=session_id,
        role=said.role,
        text=text,
        start_ms=start,
        end_ms=end,
        final=said.final,
        spoken=said.spoken,
    )
    interview.next_entry_id += 1
    tx.add(row)
    return row.entry_id


def _grow(tx: Session, interview_id: str, session_id: str, said: Utterance, text: str, end_ms: int, heard: int) -> int:
    row = tx.get(EntryRow, (interview_id, said.entry_id))
    if row is None or row.session_id != session_id or row.role != said.role:
        raise InvalidPayload("This entry is not one of the session's, or somebody else's words.")
    loose = row.role == "interviewer" and row.entry_id > heard  # what nobody heard of it may still be taken out
    if loose or text.startswith(row.text):
        row.text = text
        row.end_ms = max(row.start_ms, end_ms)
    row.final = said.final or (row.final and not loose)
    return row.entry_id
