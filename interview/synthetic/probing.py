"""Questions on the résumé: who has a gap in it, and how an interview goes in which there is one question more."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from interview.synthetic.asking import Position
from interview.synthetic.talking import Candidate, Wanted, session
from interview.synthetic.truth import Interview

_EVERY = 3
"""Of the interviews to which nobody came, so many make one with a gap."""


def probed(rng: random.Random, people: list[Interview], positions: Sequence[Position]) -> list[Interview]:
    """The same interviews, with a question on the résumé in some of which nobody has made anything yet."""
    left = [one for one in people if not one.sessions and one.closed_at is None]
    waiting = {one.number for one in left[1::_EVERY]}
    return [
        replace(one, probed=True) if one.number in waiting else _held(rng, one, positions[one.position])
        if _may_go_otherwise(one) else one
        for one in people
    ]  # fmt: skip


def _may_go_otherwise(made: Interview) -> bool:
    """Whether it was written in one session, and nothing rests on it."""
    whole = [one.ending == "completed" and one.mode == "text" for one in made.sessions]
    return whole == [True] and not made.reviews and not made.decisions


def _held(rng: random.Random, made: Interview, position: Position) -> Interview:
    """Held at the same hour, with the question."""
    (before,) = made.sessions
    wanted = Wanted(before.attempt, before.version, before.mode, before.started_at)
    talk = session(rng, Candidate(made.number, rng.gauss(0, 1), 0.8), position.with_probe, wanted)
    return replace(made, probed=True, sessions=(talk,))
