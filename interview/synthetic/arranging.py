"""What candidates ask to have arranged otherwise, and what the team answers: extra time among it, and a refusal."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from interview.synthetic.truth import LEAST_TIME, REVIEWERS, Adjustment, Interview, Session

_SHARE = 0.1
"""Of candidates who ask for something before they begin."""
_ASKED, _ANSWERED = timedelta(hours=2), timedelta(hours=9)
"""After the invitation."""
_WAITING = timedelta(days=14)
"""Before the end: who was invited since and is not through asks for something too, and still waits for an answer."""


@dataclass(frozen=True)
class _Wish:
    text: str
    reply: str
    factor: float | None = None


_WISHES: Mapping[str, _Wish] = {
    "time": _Wish("I read slowly. May I have more time?", "Yes: you have half as much time again.", 1.5),
    "break": _Wish(
        "I need a break after twenty minutes.", "Leave the page whenever you need to: your link goes on where you were."
    ),
    "questions": _Wish(
        "Could I have the questions a day before?",
        "No: everybody hears them for the first time in the interview. Take a moment before each answer.",
    ),
}


def arranged(rng: random.Random, made: Interview, end: datetime) -> Interview:
    """The same interview with what its candidate asked for before it began, if they did."""
    waits = made.invited_at > end - _WAITING and made.closed_at is None and _not_through(made)
    if rng.random() >= _SHARE and not waits:
        return made
    wish = _WISHES[rng.choice([name for name in _WISHES if name != "time" or all(map(_in_time, made.sessions))])]
    asked = Adjustment(asked_at=made.invited_at + _ASKED, text=wish.text)
    if waits:
        return replace(made, adjustments=(asked,))
    answered = replace(
        asked,
        answered_at=made.invited_at + _ANSWERED,
        reviewer=rng.randrange(REVIEWERS),
        reply=wish.reply,
        factor=wish.factor,
    )
    sessions = tuple(replace(one, limit=one.limit * (wish.factor or 1)) for one in made.sessions)
    return replace(made, adjustments=(answered,), sessions=sessions)


def _not_through(made: Interview) -> bool:
    return not made.sessions or made.sessions[-1].ending == "open"


def _in_time(session: Session) -> bool:
    """Whether it would have gone the same way with more time: it was far from its end, and none carries it on."""
    return session.complete and not session.goes_on and session.time_left > LEAST_TIME
