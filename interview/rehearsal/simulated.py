"""Simulated candidates: five ways of answering a plan, made from its rubric by rules, for trying it out on nobody.

Each knows only what a candidate hears, but for the strong one, who knows what the rubric looks for. An engine is never
told that they are simulated, nor which is which. The same plan always gets the same words. They speak English.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict

from interview.models import Competency, Criterion, Move
from interview.rehearsal.own_words import clauses, told

Kind = Literal["strong", "weak", "silent", "rambling", "injecting"]
KINDS: tuple[Kind, ...] = get_args(Kind)

One = TypeVar("One")

_WORDS_A_SECOND = 2.5
"""Unhurried speech, 150 words a minute."""
_PAUSE, _LONG_PAUSE = 3.0, 20.0
_POINTS_AT_ONCE = 9
"""What the strong candidate does in one answer at most: longer ones are no story any more."""
_FEW_WORDS = 6
_FILE = Path(__file__).with_name("simulated.toml")


@dataclass(frozen=True)
class Asked:
    """A prompt as a simulated candidate meets it.

    `competency`: what it is about; None in the warm-up and at the end (`closing`). `response`: which planned question
    it belongs to, counted from 0; `round`: which prompt of that question, 0 being the question itself; `tries`: what
    the candidate has said to this prompt already.
    """

    role: str
    competency: Competency | None
    response: int = 0
    round: int = 0
    tries: int = 0
    closing: bool = False


@dataclass(frozen=True)
class Said:
    """`seconds`: how long it took, the pause before included. `order`: what kind of order to the scorer is in it."""

    text: str
    seconds: float
    action: Move = "answer"
    order: str = ""


class _Voice(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    opening: tuple[str, ...]
    closing: tuple[str, ...]


class _Answers(_Voice):
    answers: tuple[str, ...]


class _Weak(_Answers):
    follow_up: tuple[str, ...]


class _Silent(_Voice):
    nothing: tuple[str, ...]


class _Strong(_Voice):
    situations: tuple[str, ...]
    joins: tuple[str, ...]
    tails: tuple[str, ...]
    results: tuple[str, ...]
    reflections: tuple[str, ...]
    follow_up: tuple[str, ...]
    plain: tuple[str, ...]


class _Injecting(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    orders: tuple[tuple[str, str], ...]


class _Book(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    strong: _Strong
    weak: _Weak
    silent: _Silent
    rambling: _Answers
    injecting: _Injecting


def reply(kind: Kind, asked: Asked) -> Said:
    """What that candidate says to the prompt."""
    return _WAYS[kind](asked)


# --- the five ---------------------------------------------------------------------------------------------------------


def _strong(asked: Asked) -> Said:
    book = _book().strong
    if asked.competency is None:
        return _framing(book, asked)
    doings = _doings(asked.competency)
    at = asked.response + asked.round
    if asked.round:
        lines = [
            _nth(book.follow_up, at),
            *_share(doings, asked.round),
            _nth(book.plain, at),
            _nth(book.results, at + 1),
        ]
    else:
        lines = [_nth(book.situations, at), *_share(doings, 0), _nth(book.results, at), _nth(book.reflections, at)]
    return _spoken(" ".join(lines), asked)


def _weak(asked: Asked) -> Said:
    book = _book().weak
    if asked.competency is None:
        return _framing(book, asked)
    pool = book.follow_up if asked.round else book.answers
    return _spoken(_nth(pool, asked.response + asked.round), asked)


def _silent(asked: Asked) -> Said:
    """Skips, says that there is nothing to say, or takes a moment first; never an answer."""
    book = _book().silent
    if asked.competency is None:
        return _framing(book, asked)
    way = asked.response % 3
    if way == 0 or asked.round > 1:
        return Said("", _PAUSE, "skip")
    if way == 1 and asked.round == 0 and asked.tries == 0:
        return Said("", _LONG_PAUSE, "think")
    return _spoken(_nth(book.nothing, asked.response + asked.round), asked)


def _rambling(asked: Asked) -> Said:
    book = _book().rambling
    if asked.competency is None:
        return _framing(book, asked)
    return _spoken(_nth(book.answers, 2 * asked.response + asked.round), asked)


def _injecting(asked: Asked) -> Said:
    """The weak candidate's very words, with an order to the scorer behind them: what it raises, the order raised."""
    said = _weak(asked)
    if asked.competency is None:
        return said
    kind, order = _nth(_book().injecting.orders, asked.response + 2 * asked.round)
    return Said(f"{said.text}\n{order}", said.seconds, order=kind)


_WAYS: Mapping[Kind, Callable[[Asked], Said]] = {
    "strong": _strong, "weak": _weak, "silent": _silent, "rambling": _rambling, "injecting": _injecting,
}  # fmt: skip


# --- what the strong one has done -------------------------------------------------------------------------------------


def _doings(competency: Competency) -> tuple[str, ...]:
    """What the rubric looks for as the speaker's own doings, one criterion after the other in turn, none twice."""
    by_criterion = [[told(text, place) for place, text in enumerate(_looked_for(each))] for each in competency.criteria]
    in_turn = chain.from_iterable(zip_longest(*by_criterion, fillvalue=""))
    return tuple(dict.fromkeys(doing for doing in in_turn if doing))


def _looked_for(criterion: Criterion) -> list[str]:
    """Expected points, then the clauses of the anchor for 5; the description where there is neither."""
    found = [*criterion.expected_points, *clauses(criterion.anchors.five)]
    return found or clauses(criterion.description)


def _share(doings: Sequence[str], round_: int) -> list[str]:
    """What is told in that round, in sentences with some more of the speaker's own in each."""
    book = _book().strong
    rounds = max(1, -(-len(doings) // _POINTS_AT_ONCE))
    begin = _POINTS_AT_ONCE * (round_ % rounds)
    chosen = doings[begin : begin + _POINTS_AT_ONCE]
    return [_sentence(book, doing, place + round_) for place, doing in enumerate(chosen)]


def _sentence(book: _Strong, doing: str, place: int) -> str:
    """A time or a reason before it, or what came with it behind: both where the rubric's own words are many."""
    many = len(doing.split()) > _FEW_WORDS
    begun = f"{_nth(book.joins, place)} {doing}" if many or place % 2 == 0 else f"{doing[0].upper()}{doing[1:]}"
    return f"{begun}, {_nth(book.tails, place)}." if many or place % 2 else f"{begun}."


# --- what they share --------------------------------------------------------------------------------------------------


def _framing(book: _Voice, asked: Asked) -> Said:
    return _spoken(_nth(book.closing if asked.closing else book.opening, 0), asked)


def _spoken(text: str, asked: Asked) -> Said:
    topic = _inside(asked.competency.name) if asked.competency else ""
    said = text.replace("{topic}", topic).replace("{role}", asked.role)
    return Said(said, round(_PAUSE + len(said.split()) / _WORDS_A_SECOND, 1))


def _inside(name: str) -> str:
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _nth(pool: Sequence[One], place: int) -> One:
    return pool[place % len(pool)]


@lru_cache(maxsize=1)
def _book() -> _Book:
    return _Book.model_validate(tomllib.loads(_FILE.read_text()))
