"""Interviews that were held elsewhere: their transcripts are brought in afterwards and scored."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

from interview.imported import SpokenLine
from interview.synthetic.asking import FOLLOW_UPS, SKIPPED, Position, Response
from interview.synthetic.talking import Candidate, Wanted, session
from interview.synthetic.truth import Interview, Session

_EVERY = 4
"""Of the interviews to which nobody came, so many make one that was held elsewhere."""
_AFTER, _AT = timedelta(days=4), time(18, 15)
"""The invitation."""
_SINCE = timedelta(days=21)
"""Before the end: whoever was invited since may still come."""


def held_elsewhere(
    rng: random.Random, people: list[Interview], positions: tuple[Position, ...], end: datetime
) -> list[Interview]:
    """The same interviews, some of those that were never begun with a transcript from elsewhere."""
    left = [one for one in people if not one.sessions and one.closed_at is None and one.invited_at < end - _SINCE]
    chosen = {one.number for one in left[::_EVERY]}
    return [_with_transcript(rng, one, positions[one.position]) if one.number in chosen else one for one in people]


def lines(position: Position, made: Session) -> list[SpokenLine]:
    """The transcript as it would come from another system."""
    return list(_lines(position, made))


def _with_transcript(rng: random.Random, made: Interview, position: Position) -> Interview:
    at = datetime.combine((made.invited_at + _AFTER).date(), _AT, made.invited_at.tzinfo)
    second = position.second_version_at
    version = 2 if second and at > second else 1
    talk = session(rng, Candidate(made.number, rng.gauss(0, 1), 0.8), position, Wanted(1, version, "text", at))
    answered = (_answered(one) for one in talk.responses if not one.skipped)
    return replace(made, sessions=(replace(talk, ending="imported", responses=tuple(answered)),))


def _answered(response: Response) -> Response:
    """Without what was skipped. Whether a prompt was a hint is not known of a transcript: it counts as a follow-up."""
    kept = (one for one in response.exchanges if one.said != SKIPPED)
    return replace(response, exchanges=tuple(replace(one, rung="how") if one.rung == "hint" else one for one in kept))


def _lines(position: Position, made: Session) -> Iterator[SpokenLine]:
    seconds = 0
    for response in made.responses:
        for one in response.exchanges:
            asked = position.questions[response.question].text if one.rung == "broad" else FOLLOW_UPS[one.rung]
            yield SpokenLine(role="interviewer", text=asked, timestamp=_timestamp(seconds))
            yield SpokenLine(role="candidate", text=one.said, timestamp=_timestamp(seconds + one.seconds // 4))
            seconds += one.seconds


def _timestamp(seconds: int) -> str:
    return f"{seconds // 60:02d}:{seconds % 60:02d}"
