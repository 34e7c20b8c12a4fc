"""What a candidate agrees to before the first question, in sentences that follow from the position's settings."""

from __future__ import annotations

from interview.models import PositionSettings

Notice = tuple[str, ...]


def notice(settings: PositionSettings) -> Notice:
    """The sentences, in the order shown. A consent holds for exactly these: other settings ask for a new one."""
    recorded = (
        "My voice and the interviewer's are recorded and kept with the transcript."
        if settings.recording
        else "No sound or picture of me is recorded; what I write is kept as a transcript."
    )
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
        "The interviewer is software, not a person.",
        recorded,
        rated,
        "My way of speaking, my name and my résumé play no part in the ratings.",
        kept,
    )
