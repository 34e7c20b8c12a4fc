"""Which family a job belongs to, and which competencies of the bank it is rated on.

By the bank's keywords and by word vectors, so that the same texts always give the same choice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from interview.engines.embedded import text
from interview.engines.embedded.bank import SHARED, BankCompetency, Family, load_bank, load_families
from interview.engines.embedded.vectors import embed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MAX_PIECES = 150
_FAMILY_EVIDENCE = 2.0
"""Keyword evidence below which a job belongs to no family: less than one phrase, or one word in title and text."""


class Job(NamedTuple):
    """A job made ready for matching: stems of one to three words counted, in the title and in all, and vectors."""

    title: Counter[tuple[str, ...]]
    all: Counter[tuple[str, ...]]
    pieces: NDArray[np.float32]


class _Fit(NamedTuple):
    """How well a competency fits a job; `named` says that the job text speaks of it in so many words."""

    entry: BankCompetency
    relevance: float
    shared: bool
    named: bool


def read_job(role: str, job_text: str) -> Job:
    pieces = [role, *(span.text for line in job_text.splitlines() for span in text.sentences(line))]
    return Job(_grams(role), _grams(f"{role}\n{job_text}"), embed(pieces[:_MAX_PIECES]))


def _grams(words: str) -> Counter[tuple[str, ...]]:
    stems = text.stems(words.replace("-", " ").replace("/", " "))
    return Counter(tuple(stems[at : at + size]) for size in (1, 2, 3) for at in range(len(stems) - size + 1))


def _evidence(job: Job, keywords: Sequence[str]) -> float:
    """How strongly a job names these keywords: longer ones count more, in the title thrice, repetition a little."""
    keys = {tuple(text.stems(keyword.replace("-", " ").replace("/", " "))) for keyword in keywords}
    named = [key for key in keys if job.all[key]]
    return sum(len(key) * sqrt(len(key)) * (sqrt(min(job.all[key], 4)) + (2 if job.title[key] else 0)) for key in named)


def families_of(job: Job) -> list[Family]:
    """The families that a job belongs to, best first: none, one, or two where the second is nearly as strong."""
    known = [family for family in load_families() if family.name != SHARED]
    nearness = embed([f"{family.title}. {family.description}" for family in known]) @ job.pieces[0]
    evidence = [_evidence(job, family.keywords) for family in known]
    scores = {
        family.name: found + 4 * float(near) for family, found, near in zip(known, evidence, nearness, strict=True)
    }
    strong = [family for family, found in zip(known, evidence, strict=True) if found >= _FAMILY_EVIDENCE]
    ranked = sorted(strong, key=lambda family: -scores[family.name])
    return [family for family in ranked[:2] if scores[family.name] >= 0.6 * scores[ranked[0].name]]


def choose(job: Job, families: Sequence[Family], count: int) -> list[BankCompetency]:
    """Job-specific competencies first, most relevant first, then shared ones; no two that ask nearly the same."""
    own = [family.name for family in families]
    entries = [entry for entry in load_bank() if SHARED in entry.families or set(own) & set(entry.families)]
    vectors = embed([f"{entry.name}. {entry.competency.description}" for entry in entries])
    fits = [_fit(job, entry, row, own) for entry, row in zip(entries, vectors @ job.pieces.T, strict=True)]
    return _varied(fits, vectors @ vectors.T, count)


def _fit(job: Job, entry: BankCompetency, nearness: NDArray[np.float32], own: Sequence[str]) -> _Fit:
    """Keywords found (0 to 1), nearness of the three nearest pieces (0 to 1), and a bonus for the job's own families.

    The order of the shared file breaks near ties: what most jobs need stands first.
    """
    found = _evidence(job, entry.keywords)
    near = float(nearness[nearness.argsort()[-3:]].mean())
    shared = SHARED in entry.families
    if shared:
        bonus = -0.03 * (load_bank().index(entry) - _first_shared())
    else:
        bonus = (0.35 if own[0] in entry.families else 0.2) * min(1, found / 3)
    return _Fit(entry, found / (found + 6) + near + bonus, shared, named=found >= 3)


@lru_cache(maxsize=1)
def _first_shared() -> int:
    return next(at for at, entry in enumerate(load_bank()) if SHARED in entry.families)


def _varied(fits: Sequence[_Fit], alike: NDArray[np.float32], count: int) -> list[BankCompetency]:
    """Picks by relevance less likeness to what is picked, the job's own first; returns them in asking order."""
    picked: list[int] = []
    while len(picked) < count:
        gains = {
            at: fits[at].relevance - 0.5 * max((float(alike[at, other]) for other in picked), default=0.0)
            for at in _open(fits, picked)
        }
        picked.append(max(gains, key=lambda at: (gains[at], -at)))
    picked.sort(key=lambda at: (fits[at].shared, -fits[at].relevance, at))
    return [fits[at].entry for at in picked]


def _open(fits: Sequence[_Fit], picked: Sequence[int]) -> list[int]:
    """What may be picked next: two job-specific ones if there are, a third if the job names it, then shared ones."""
    left = [at for at in range(len(fits)) if at not in picked]
    specific = sum(not fits[at].shared for at in picked)
    own = [at for at in left if not fits[at].shared]
    if specific < 2 and own:
        return own
    return [at for at in left if fits[at].shared or (specific == 2 and fits[at].named)]
