"""Rating with the model: it suggests levels and quotes; rules find the quotes, or there is no level.

What addresses the scorer is left out before anything is sent, as the embedded engine leaves it out, and is flagged by
rules, not by the model. With several samples a criterion's level is their median, its bounds their range.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from statistics import median

from interview import evidence
from interview.engines import EvaluationRequest, Exchange
from interview.engines.embedded.addressing import scorer_spans
from interview.engines.embedded.cleaning import clean
from interview.engines.embedded.levels import family_of
from interview.engines.gemini import prompts, schemas
from interview.engines.gemini.client import GeminiClient, Question
from interview.engines.gemini.prompts import line
from interview.models import Criterion, CriterionScore, Evaluation, Evidence, Flag, TranscriptEntry
from interview.redaction import Redactor
from interview.scoring import response_total

_TEMPERATURE = 0.2
"""Low and fixed: levels of two interviews compare only where this is the same."""
_MAX_QUOTES = 3
_LONGEST_QUOTE = 120
"""Words of one that is looked for over a pause."""
_GAP = re.compile(r"\s*(?:\[(?:…|\.{3})\]|…|\.{3,})\s*")
_ENOUGH = 3.5
_MAX_HINTS = 3
_NOT_FOUND = "No level: the words that it was to rest on are not in the transcript."
_NOTHING_SAID = "Nothing was said that could be rated."


@dataclass(frozen=True)
class _Said:
    """The candidate's entries as they stand: those that were not replaced by a correction."""

    entries: tuple[TranscriptEntry, ...]

    @property
    def nothing(self) -> bool:
        """Whether there is not one word of the candidate's own."""
        return not any(re.search(r"\w", prompts.own(entry.text)) for entry in self.entries)

    def find(self, quote: str) -> Evidence | None:
        """Where these words stand, unless they address the scorer and were left out."""
        found = evidence.locate(quote, self.entries)
        if found is None:
            return None
        text = next(entry.text for entry in self.entries if entry.entry_id == found.entry_id)
        cut = any(start < found.end and found.start < end for start, end in scorer_spans(text))
        return None if cut else found

    def follows(self, first: Evidence, second: Evidence) -> bool:
        """Whether one stands at the end of an entry, and the other at the beginning of the next one."""
        ids = [entry.entry_id for entry in self.entries]
        at = ids.index(first.entry_id)
        if ids[at + 1 : at + 2] != [second.entry_id]:
            return False
        between = self.entries[at].text[first.end :] + self.entries[at + 1].text[: second.start]
        return not re.search(r"\w", between)


@dataclass(frozen=True)
class _Judged:
    """What one sample says of one criterion. `level` is None where it rests on nothing that was said."""

    level: int | None
    found: tuple[Evidence, ...]
    rationale: str


def evaluate(client: GeminiClient, request: EvaluationRequest, *, samples: int, redact: bool) -> Evaluation:
    """The evaluation of a response, blind to everything but the request. Raises EngineFailure."""
    said, flags = _heard(request), _flags(request)
    criteria = request.competency.criteria
    if said.nothing:
        return _without_words(criteria, flags)
    redactor = Redactor(request.private, on=redact)
    question = _question(request, said, redactor)
    schema = schemas.evaluation_reply(tuple(len(criterion.expected_points) for criterion in criteria))
    replies = _asked(client, question, schema, samples)
    judged = [
        [_judged(rating, criterion, said, redactor) for rating, criterion in zip(row, criteria, strict=True)]
        for row in (reply.ratings() for reply in replies)
    ]
    scores = tuple(_score(criterion, [row[at] for row in judged]) for at, criterion in enumerate(criteria))
    words = replies[0].words()
    open_ended = any(score.score < _ENOUGH or score.high - score.low > 1 for score in scores)
    return Evaluation(
        summary=line(redactor.restore(words.summary), 800),
        total_score=response_total(scores),
        rubric_filled=all(score.status == "assessed" for score in scores),
        criterion_scores=scores,
        hints=tuple(line(redactor.restore(hint), 300) for hint in words.hints if hint.strip())[:_MAX_HINTS],
        follow_up_needed=open_ended,
        flags=flags,
    )


def _heard(request: EvaluationRequest) -> _Said:
    entries = [entry for row in request.exchanges for entry in row.answers if entry.role == "candidate"]
    replaced = {entry.corrects for entry in entries}
    return _Said(tuple(entry for entry in entries if entry.entry_id not in replaced))


def _flags(request: EvaluationRequest) -> tuple[Flag, ...]:
    asked = request.exchanges[0].prompt if request.exchanges else ""
    return clean(request, factual=family_of(asked) == "content").flags


def _question(request: EvaluationRequest, said: _Said, redactor: Redactor) -> Question:
    rows = [
        Exchange(prompt=row.prompt, answers=tuple(entry for entry in row.answers if entry in said.entries))
        for row in request.exchanges
    ]
    role = f"The role: {request.role_title}" if request.role_title else ""
    return Question(
        purpose="evaluate",
        system=prompts.system(
            "evaluate", prompts.speech() if request.auto_send else "", role, prompts.rubric(request.competency)
        ),
        contents=prompts.exchanges(rows, redactor),
        temperature=_TEMPERATURE,
    )


def _asked(
    client: GeminiClient, question: Question, schema: type[schemas.EvaluationReply], samples: int
) -> list[schemas.EvaluationReply]:
    if samples == 1:
        return [client.ask(question, schema)]
    with ThreadPoolExecutor(samples, thread_name_prefix="samples") as pool:
        # Each in a copy of this context, so that what it takes is charged to the same block.
        waiting = [pool.submit(copy_context().run, client.ask, question, schema) for _ in range(samples)]
        return [one.result() for one in waiting]


def _judged(rating: schemas.Rating, criterion: Criterion, said: _Said, redactor: Redactor) -> _Judged:
    found: dict[tuple[int, int], Evidence] = {}
    for quote in rating.quotes:
        for piece in _located(redactor.restore(quote), said):
            found.setdefault((piece.entry_id, piece.start), piece)
    places = tuple(found.values())[:_MAX_QUOTES]
    if rating.level is None or not places:
        words = rating.rationale if rating.level is None else ""
        return _Judged(None, (), line(redactor.restore(words), 500) or _NOT_FOUND)
    missing = [point for point, shown in zip(criterion.expected_points, rating.shown, strict=True) if not shown]
    rationale = line(redactor.restore(rating.rationale), 500)
    return _Judged(rating.level, places, f"{rationale} {_not_shown(missing)}".strip())


def _located(quote: str, said: _Said) -> list[Evidence]:
    """Where the quote was said; piece by piece where the model left something out of it, or quoted over a pause."""
    whole = said.find(quote)
    pieces = [whole] if whole else [said.find(piece) for piece in _GAP.split(quote)]
    return [piece for piece in pieces if piece is not None] or _over_a_pause(quote.split()[:_LONGEST_QUOTE], said)


def _over_a_pause(words: Sequence[str], said: _Said) -> list[Evidence]:
    """Both parts of a quote that begins at the end of one entry and goes on at the start of the next."""
    for at in range(1, len(words)):
        pair = said.find(" ".join(words[:at])), said.find(" ".join(words[at:]))
        first, second = pair
        if first and second and said.follows(first, second):
            return [first, second]
    return []


def _not_shown(points: Sequence[str]) -> str:
    return f"No sign of: {'; '.join(point.rstrip('.') for point in points)}." if points else ""


def _score(criterion: Criterion, judged: Sequence[_Judged]) -> CriterionScore:
    """The median of the samples that found evidence, unless they are the fewer ones; words of the one nearest to it."""
    rated = [(one.level, one) for one in judged if one.level is not None]
    if not rated or 2 * len(rated) < len(judged):
        why = next(one.rationale for one in judged if one.level is None)
        return CriterionScore(
            criterion=criterion.name, weight=criterion.weight, rationale=why, status="insufficient_evidence"
        )
    levels = [level for level, _ in rated]
    middle = float(median(levels))
    nearest = min(rated, key=lambda pair: abs(pair[0] - middle))[1]
    return CriterionScore(
        criterion=criterion.name,
        score=middle,
        weight=criterion.weight,
        rationale=nearest.rationale,
        status="assessed",
        evidence=nearest.found,
        low=float(min(levels)),
        high=float(max(levels)),
    )


def _without_words(criteria: Sequence[Criterion], flags: tuple[Flag, ...]) -> Evaluation:
    """Nothing is asked of the model where there is nothing to rate."""
    scores = tuple(
        CriterionScore(criterion=one.name, weight=one.weight, rationale=_NOTHING_SAID, status="insufficient_evidence")
        for one in criteria
    )
    return Evaluation(summary=_NOTHING_SAID, criterion_scores=scores, follow_up_needed=True, flags=flags)
