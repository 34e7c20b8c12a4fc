"""What a candidate agrees to before the first question, and when they did.

The sentences follow from how the interview is held.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from interview.access import Actor, audit
from interview.context import Context, new_id
from interview.models import Mode, PositionSettings
from interview.store import journeys as queries
from interview.store.tables import ConsentRow

Notice = tuple[str, ...]


def notice(settings: PositionSettings, mode: Mode = "text", *, gemini: bool = False) -> Notice:
    """The sentences, in the order shown. A consent holds for exactly these: other ones are asked for anew.

    `mode`: how the interview is to be held; by voice, it may go on in writing at any moment. `gemini`: what is said or
    written goes to Google's service.
    """
    rated = (
        "This is practice: my answers are rated by software to help me prepare."
        if settings.purpose == "practice"
        else "My answers are rated by software against criteria that the hiring team approved, with quotes from my "
        "words. People at the hiring team read them and decide; nothing is decided automatically."
    )
    kept = (
        f"The hiring team may keep the interview for {settings.retention_days} days. I can ask them for a copy, or to "
        "have it deleted."
    )
    return (
        _interviewer(mode),
        _recorded(settings, mode),
        *((_sent(mode),) if gemini else _stays(mode)),
        rated,
        "My way of speaking, my name and my résumé play no part in the ratings.",
        kept,
    )


def agreed_at(tx: Session, interview_id: str, wanted: Notice) -> datetime | None:
    """When the candidate of an interview agreed to these sentences; None if they have not."""
    return next((one.at for one in queries.consents(tx, interview_id) if one.notice == list(wanted)), None)


def keep(tx: Session, context: Context, actor: Actor, interview_id: str, agreed: Notice) -> None:
    """Add a consent, with its line in the audit log."""
    row = ConsentRow(
        consent_id=new_id(),
        interview_id=interview_id,
        invitation_id=actor.invitation_id,
        notice=list(agreed),
        at=context.clock(),
    )
    tx.add(row)
    audit(tx, context, actor, "consent_given", interview_id, consent=row.consent_id)


def _interviewer(mode: Mode) -> str:
    if mode == "live":
        return "I speak with software, not with a person, and can go on in writing at any moment."
    return "The interviewer is software, not a person."


def _recorded(settings: PositionSettings, mode: Mode) -> str:
    if settings.recording:
        return "My voice and the interviewer's are recorded and kept with the transcript."
    if mode == "live":
        return "No sound or picture of me is recorded; what I say is kept in writing, as a transcript."
    return "No sound or picture of me is recorded; what I write is kept as a transcript."


def _stays(mode: Mode) -> tuple[str, ...]:
    """By voice without Gemini."""
    if mode != "live":
        return ()
    sentence = (
        "My voice is turned into words by software on the hiring team's own server; the sound is sent nowhere else. "
        "What was not understood clearly is marked and does not count against me."
    )
    return (sentence,)


def _sent(mode: Mode) -> str:
    """Where words and sound go."""
    if mode == "live":
        return (
            "My voice, what I write and my résumé are sent to Google's Gemini service, which understands and answers "
            "me."
        )
    return (
        "What I write and my résumé are sent to Google's Gemini service, which rates what I write and words the next "
        "question."
    )
