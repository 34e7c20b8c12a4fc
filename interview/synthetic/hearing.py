"""Words that were not clearly heard: which ranges of spoken answers are doubtful, never those that show a level."""

from __future__ import annotations

import random
from dataclasses import replace

from interview.synthetic.asking import Exchange, Response
from interview.synthetic.truth import Session

_HERE_AND_THERE, _THROUGHOUT = 0.3, 0.1
"""Shares of talks in which a project's number was not understood now and then; in which the line was bad all along."""


def misheard(rng: random.Random, made: Session) -> Session:
    """The same session, as far as it was spoken, with what was not clear in it."""
    if not made.spoken:
        return made
    chance, spoken = rng.random(), made.responses[: made.voice_fails_after]
    if chance < _THROUGHOUT:
        heard = [_unclear(one, whole=True, share=1.0, rng=rng) for one in spoken]
    elif chance < _THROUGHOUT + _HERE_AND_THERE:
        heard = [_unclear(one, whole=False, share=0.3, rng=rng) for one in spoken]
    else:
        return made
    return replace(made, responses=(*heard, *made.responses[len(heard) :]))


def _unclear(response: Response, *, whole: bool, share: float, rng: random.Random) -> Response:
    """That share of its answers with a doubtful first sentence, the `whole` of it or the number in it."""

    def of(one: Exchange) -> Exchange:
        lead = one.said.find(".") + 1
        if not 0 < lead < len(one.said) or rng.random() >= share:
            return one
        start = 0 if whole else one.said[:lead].rfind(" ") + 1
        return replace(one, doubtful=((start, lead - 1),))

    return replace(response, exchanges=tuple(map(of, response.exchanges)))
