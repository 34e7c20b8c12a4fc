"""What a candidate has typed and not sent: kept for its prompt, and in reach after a break.

Every function that reads or writes takes the transaction that it runs in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from interview.errors import InvalidPayload
from interview.models import MAX_ANSWER_CHARS, Spans, Words
from interview.state import InterviewSessionState
from interview.store import journeys as queries
from interview.store.tables import AnswerDraftRow, SessionRow

_CLEANED = TypeAdapter(Words)
_TOUCH_EVERY = timedelta(minutes=1)
"""Whoever types is heard of every few seconds; the session's row is written this often at most."""


def cleaned(text: str) -> str:
    """The words as they can be kept. Raises InvalidPayload where no answer may be as long."""
    kept = _CLEANED.validate_python(text)
    if len(kept) > MAX_ANSWER_CHARS:
        raise InvalidPayload(f"An answer can have up to {MAX_ANSWER_CHARS:,} characters. Please shorten it.")
    return kept


def keep(
    tx: Session,
    row: SessionRow,
    text: str,
    prompt_id: int | None,
    now: datetime,
    timeout: timedelta,
    doubtful: Spans = (),
) -> None:
    """Put the words in the place of those before, and take the writing for a sign of life.

    Nothing happens unless the prompt is in hand (`prompt_id` None: whichever is). A session that waited for longer than
    `timeout` is past saving; the version stays, so that no turn is overtaken by a draft. `doubtful`: ranges of spoken
    words that were not clearly recognised; what is typed has none.
    """
    state = InterviewSessionState.model_validate(row.state)
    pending = state.pending
    wanted = row.status in ("active", "expired") and pending is not None and prompt_id in (None, pending.entry_id)
    if pending is None or not wanted:
        return
    tx.merge(AnswerDraftRow(session_id=row.session_id, prompt_id=pending.entry_id, text=text, updated_at=now))
    if state.draft_doubtful != doubtful:
        row.state = state.model_copy(update={"draft_doubtful": doubtful}).model_dump(mode="json")
    if row.status == "active" and _TOUCH_EVERY < now - row.last_touched <= timeout:
        row.last_touched = now


def in_reply(tx: Session, row: SessionRow | None) -> str:
    """What was typed in reply to the session's last prompt; "" for any other."""
    draft = tx.get(AnswerDraftRow, row.session_id) if row else None
    if row is None or draft is None:
        return ""
    pending = InterviewSessionState.model_validate(row.state).pending
    return draft.text if pending and draft.prompt_id == pending.entry_id else ""


def before_break(tx: Session, attempt: Sequence[SessionRow], in_hand: SessionRow | None) -> str:
    """What was typed at the prompts at which earlier sessions of the attempt expired and was not sent since.

    Oldest first, with an empty line between. Sent: the words stand in an answer of the session in hand. Those that
    stand in its field now are not told twice, and come back when they are deleted there.
    """
    if in_hand is None:
        return ""
    typed = [words for row in attempt if row is not in_hand and (words := in_reply(tx, row).strip())]
    if not typed:
        return ""
    there = [_plain(text) for text in (*queries.candidate_words(tx, in_hand.session_id), in_reply(tx, in_hand))]
    return "\n\n".join(words for words in typed if not any(_plain(words) in text for text in there))


def drop_before_break(tx: Session, attempt: Sequence[SessionRow]) -> None:
    for row in attempt:
        draft = tx.get(AnswerDraftRow, row.session_id)
        if row.status != "active" and draft is not None:
            tx.delete(draft)


def _plain(text: str) -> str:
    return " ".join(text.split())
