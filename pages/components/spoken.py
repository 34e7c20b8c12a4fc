"""The candidate's spoken answers, as whoever puts mis-heard words right finds them."""

from __future__ import annotations

from collections.abc import Mapping

from interview.contract import SessionSnapshot, TranscriptLine
from interview.events import AnswerGiven


def spoken_answers(snapshot: SessionSnapshot) -> list[TranscriptLine]:
    """The candidate's spoken answers in order, each as it stands after corrections."""
    by_voice = {
        event.payload.entry_id
        for event in snapshot.events
        if isinstance(event.payload, AnswerGiven) and event.payload.auto_send
    }
    newest = {line.corrects: line for line in snapshot.transcript if line.corrects is not None}
    answers = [line for line in snapshot.transcript if line.entry_id in by_voice]
    return [_as_it_stands(line, newest) for line in answers]


def _as_it_stands(line: TranscriptLine, newest: Mapping[int, TranscriptLine]) -> TranscriptLine:
    while line.entry_id in newest:
        line = newest[line.entry_id]
    return line
