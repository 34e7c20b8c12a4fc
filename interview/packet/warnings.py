"""What a reviewer should look at before they trust a score: the warnings of the review packet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Literal

from interview.events import AnswerGiven, FlagRaised, Payload, VoiceFailed
from interview.evidence import normalised
from interview.faults import in_words
from interview.models import CriterionSummary, FlagKind, Model, TranscriptEntry
from interview.store.sessions import Loaded
from interview.transcript import current_text

WarningKind = (
    FlagKind
    | Literal["documents", "low_quality", "doubtful_words", "not_assessed", "thin_evidence", "spread", "voice_failed"]
)

SHORT_QUOTE_WORDS = 8
"""A level that rests on one quote with fewer words rests on little."""
LOW_QUALITY = 0.1
"""The share of characters from which a transcript is of low quality; below it, single places were not understood."""
WIDE_SPREAD = 1.0
"""Levels between which samples lie, from which a person should look for themselves."""

_ORDER: tuple[WarningKind, ...] = (
    "injection", "abuse", "distress", "machine_drafted", "documents", "low_quality", "not_assessed", "spread",
    "thin_evidence", "copied_question", "copied_anchor", "keyword_list", "vivid_but_thin", "off_topic",
    "doubtful_words", "voice_failed",
)  # fmt: skip


class PacketWarning(Model):
    """`entry_ids`: the transcript entries that it is about, if any."""

    kind: WarningKind
    words: str
    entry_ids: tuple[int, ...] = ()


def of_session(
    loaded: Loaded, payloads: Sequence[Payload], criteria: Sequence[CriterionSummary]
) -> tuple[PacketWarning, ...]:
    """Gravest first. `criteria`: the engine's, quotes joined."""
    found = [
        *(PacketWarning(kind="documents", words=words) for words in loaded.interview.warnings),
        *_flags(payloads),
        *_drafted(payloads),
        *_doubtful(loaded.entries),
        *_evidence(criteria),
        *_voice(loaded),
    ]
    return tuple(sorted(found, key=lambda one: _ORDER.index(one.kind)))


def doubtful_share(entries: Iterable[TranscriptEntry]) -> float:
    """The share of the candidate's characters that were not clearly understood, 0 to 1; corrected ones are."""
    said = [entry for entry in current_text(entries) if entry.role == "candidate"]
    unclear = sum(end - start for entry in said for start, end in entry.doubtful)
    return unclear / max(1, sum(len(entry.text) for entry in said))


def _flags(payloads: Iterable[Payload]) -> list[PacketWarning]:
    """What was flagged, the same words once with all their places."""
    places: dict[tuple[FlagKind, str], list[int]] = {}
    for flag in payloads:
        if isinstance(flag, FlagRaised):
            places.setdefault((flag.kind, flag.note), []).extend([flag.entry_id] if flag.entry_id else [])
    return [PacketWarning(kind=kind, words=note, entry_ids=tuple(ids)) for (kind, note), ids in places.items()]


def _drafted(payloads: Iterable[Payload]) -> list[PacketWarning]:
    ids = tuple(one.entry_id for one in payloads if isinstance(one, AnswerGiven) and one.auto_generate)
    if not ids:
        return []
    count = "An answer was" if len(ids) == 1 else f"{len(ids)} answers were"
    return [PacketWarning(kind="machine_drafted", words=f"{count} drafted by a machine.", entry_ids=ids)]


def _doubtful(entries: Sequence[TranscriptEntry]) -> list[PacketWarning]:
    unclear = [one for one in current_text(entries) if one.role == "candidate" and one.doubtful]
    if not unclear:
        return []
    share, places = doubtful_share(entries), sum(len(one.doubtful) for one in unclear)
    count = "one place" if places == 1 else f"{places} places"
    words = (
        f"{share:.0%} of the candidate's words, in {count}, could not be clearly understood. They are marked, and "
        "nothing is rated by them."
    )
    kind: WarningKind = "low_quality" if share >= LOW_QUALITY else "doubtful_words"
    return [PacketWarning(kind=kind, words=words, entry_ids=tuple(one.entry_id for one in unclear))]


def _evidence(criteria: Sequence[CriterionSummary]) -> list[PacketWarning]:
    missing = [one.criterion for one in criteria if one.status != "assessed"]
    assessed = [one for one in criteria if one.status == "assessed"]
    thin = [one.criterion for one in assessed if _thin(one)]
    wide = [one.criterion for one in assessed if one.high - one.low >= WIDE_SPREAD]
    found = []
    if missing:
        words = f"{len(missing)} of {len(criteria)} criteria have no level: {_named(missing)}."
        found.append(PacketWarning(kind="not_assessed", words=words))
    if thin:
        rest = "rests" if len(thin) == 1 else "rest"
        words = f"{len(thin)} of {len(assessed)} levels {rest} on one short quote: {_named(thin)}."
        found.append(PacketWarning(kind="thin_evidence", words=words))
    if wide:
        words = f"The engine was unsure by a level or more about {_named(wide)}."
        found.append(PacketWarning(kind="spread", words=words))
    return found


def _voice(loaded: Loaded) -> list[PacketWarning]:
    """How often a talk ended since the voice failed, and how the interview went on."""
    events = (*loaded.carried_events, *loaded.events)
    failures = [(one, one.payload) for one in events if isinstance(one.payload, VoiceFailed)]
    if not failures:
        return []
    times = {1: "once", 2: "twice"}.get(len(failures), f"{len(failures)} times")
    session, at = loaded.session, (failures[-1][0].created_at - loaded.state.started_at) / timedelta(milliseconds=1)
    said_on = any(
        entry.role == "candidate" and entry.session_id == session.session_id and entry.start_ms > at
        for entry in loaded.entries
    )
    spoken = "the candidate went on by voice" if said_on else "the candidate has said nothing since"
    after = "the candidate went on in writing" if session.mode == "text" else spoken
    causes = "; ".join(dict.fromkeys(in_words(failed.code) for _, failed in failures))
    return [PacketWarning(kind="voice_failed", words=f"The voice failed {times} ({causes}); {after}.")]


def _thin(one: CriterionSummary) -> bool:
    quotes = [piece.quote for piece in one.evidence]
    return len(quotes) == 1 and len(normalised(quotes[0]).split()) < SHORT_QUOTE_WORDS


def _named(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
