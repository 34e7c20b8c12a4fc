"""Joining words on read: the transcript holds them, evidence and events only point at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from interview.models import CompetencySummary, CriterionScore, CriterionSummary, TranscriptEntry

Entries = Mapping[int, TranscriptEntry]
Scored = TypeVar("Scored", CriterionScore, CriterionSummary)


def by_id(entries: Iterable[TranscriptEntry]) -> dict[int, TranscriptEntry]:
    return {entry.entry_id: entry for entry in entries}


def quoted(score: Scored, entries: Entries) -> Scored:
    """The score with each evidence's quote cut out of its entry; empty where the entry was erased."""
    pieces = (
        piece.model_copy(update={"quote": entry.text[piece.start : piece.end] if entry else ""})
        for piece in score.evidence
        for entry in [entries.get(piece.entry_id)]
    )
    return score.model_copy(update={"evidence": tuple(pieces)})


def unquoted(score: Scored) -> Scored:
    """The score as it is stored: places without words."""
    pieces = tuple(piece.model_copy(update={"quote": ""}) for piece in score.evidence)
    return score.model_copy(update={"evidence": pieces})


def quoted_summaries(summaries: Iterable[CompetencySummary], entries: Entries) -> tuple[CompetencySummary, ...]:
    return tuple(
        summary.model_copy(update={"criteria": tuple(quoted(row, entries) for row in summary.criteria)})
        for summary in summaries
    )


def current_text(entries: Iterable[TranscriptEntry]) -> list[TranscriptEntry]:
    """The entries as they stand after the candidate's corrections: a corrected entry gives way to its correction."""
    kept = list(entries)
    replaced = {entry.corrects for entry in kept if entry.corrects is not None}
    return [entry for entry in kept if entry.entry_id not in replaced]
