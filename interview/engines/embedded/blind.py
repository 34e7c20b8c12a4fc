"""Evaluation that does not know who speaks: names, pronouns and forms of address are made alike before it reads.

Static vectors of words hold what their corpus holds of names and of "he" and "she"; nothing of it may move a level.
"""

from __future__ import annotations

from interview.engines import EvaluationRequest, Exchange
from interview.engines.embedded.evaluating import evaluate
from interview.models import CriterionScore, Evaluation, TranscriptEntry
from interview.swapping import Swap, Swapped, swapped
from interview.transcript import quoted

_ANYBODY = Swap("Alex", "Lee", "anybody")


def evaluate_blind(request: EvaluationRequest) -> Evaluation:
    """The evaluation of the response as anybody would have said it, its evidence in the words that were said."""
    said = {entry.entry_id: entry for exchange in request.exchanges for entry in exchange.answers}
    words = {
        number: swapped(entry.text, request.private, _ANYBODY) if entry.role == "candidate" else Swapped(entry.text)
        for number, entry in said.items()
    }
    if not any(one.pieces for one in words.values()):
        return evaluate(request)
    exchanges = tuple(_alike(exchange, words) for exchange in request.exchanges)
    evaluation = evaluate(request.model_copy(update={"exchanges": exchanges}))
    scores = tuple(_as_said(score, words, said) for score in evaluation.criterion_scores)
    return evaluation.model_copy(update={"criterion_scores": scores})


def _alike(exchange: Exchange, words: dict[int, Swapped]) -> Exchange:
    answers = tuple(_entry(entry, words[entry.entry_id]) for entry in exchange.answers)
    return exchange.model_copy(update={"answers": answers})


def _entry(entry: TranscriptEntry, words: Swapped) -> TranscriptEntry:
    doubtful = tuple(words.forth(start, end) for start, end in entry.doubtful)
    return entry.model_copy(update={"text": words.text, "doubtful": doubtful})


def _as_said(score: CriterionScore, words: dict[int, Swapped], said: dict[int, TranscriptEntry]) -> CriterionScore:
    pieces = []
    for piece in score.evidence:
        start, end = words[piece.entry_id].back(piece.start, piece.end)
        pieces.append(piece.model_copy(update={"start": start, "end": end}))
    return quoted(score.model_copy(update={"evidence": tuple(pieces)}), said)
