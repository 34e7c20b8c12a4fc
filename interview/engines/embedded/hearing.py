"""A response made ready for rating: cleaned of what is not the candidate's own, read, its signals of behaviour found.

Text straight from speech (`auto_send`) is read like any other: nothing here needs punctuation, case or spelling to be
right, and fillers count for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interview.engines import EvaluationRequest
from interview.engines.embedded import behaviour, similarity
from interview.engines.embedded.cleaning import Cleaned, Piece, clean, content_stems
from interview.engines.embedded.levels import Family, asks_for_episode, family_of
from interview.engines.embedded.measuring import Measured, measure, texts_of
from interview.models import Criterion

_RELEVANT = 0.10
"""Greatest cosine to the question or any text of the rubric below which an answer has nothing to do with them. The
question targets the competency, so the gate is low: of the team's answers the least relevant has .12, of small talk
nine in ten are below."""
_GATE_STEMS, _CAP_STEMS = 8, 20
"""A rubric of fewer different content words says too little to tell what is off its topic: no gate, or no cap."""
_DOUBTFUL = 0.08
"""Cosine of the whole answer to question and rubric together below which the team is told: one in three strong answers
to other questions, one in twenty to this."""
_STUFFED = 0.35
_TOO_LITTLE = 3
"""Different content words below which an answer tells of nothing."""


@dataclass(frozen=True)
class Heard:
    """The response as it is rated: cleaned, read, and with its signals of behaviour."""

    cleaned: Cleaned
    family: Family
    whole: similarity.Reading
    concrete: similarity.Reading
    signals: Mapping[str, float]
    relevance: float
    topic: float
    rubric_stems: int
    stuffed: Sequence[Piece]
    """Pieces that only sound like doing; left out, unless the whole answer is like that (`mere_list`)."""
    mere_list: bool

    @property
    def says_too_little(self) -> bool:
        """ "It went fine" in reply to a question about an experience: not weak, but nothing that could be rated."""
        said = {stem for piece in self.whole.pieces for stem in content_stems(piece.text)}
        return self.family == "story" and len(said) < _TOO_LITTLE

    @property
    def off_topic(self) -> bool:
        """It has nothing to do with the question or the rubric."""
        return self.rubric_stems >= _GATE_STEMS and self.relevance < _RELEVANT

    @property
    def doubtful(self) -> bool:
        """It may answer another question."""
        return self.may_cap and self.topic < _DOUBTFUL

    @property
    def may_cap(self) -> bool:
        """The rubric says enough to tell how far the answer is from its topic."""
        return self.rubric_stems >= _CAP_STEMS


def hear(request: EvaluationRequest) -> Heard:
    """The response made ready for rating."""
    prompts = [exchange.prompt for exchange in request.exchanges]
    question = prompts[0] if prompts else ""
    family, hypothetical = family_of(question), not asks_for_episode(question)
    cleaned = clean(request, factual=family == "content")
    stuffed = _stuffed_among(cleaned.pieces) if family == "story" else ()
    wholly = bool(stuffed) and len(stuffed) == len(cleaned.pieces)
    pieces = [piece for piece in cleaned.pieces if wholly or piece not in stuffed]
    concrete = [
        piece for piece in pieces if family == "content" or behaviour.is_concrete(piece.text, hypothetical=hypothetical)
    ]
    whole = similarity.read(pieces, prompts)
    rubric = [text for criterion in request.competency.criteria for text in texts_of(criterion)]
    return Heard(
        cleaned=cleaned,
        family=family,
        whole=whole,
        concrete=whole if len(concrete) == len(pieces) else similarity.read(concrete, prompts),
        signals=behaviour.signals([piece.text for piece in pieces], [piece.text for piece in concrete], [question]),
        relevance=similarity.relevance(whole, rubric),
        topic=similarity.topic(whole, question, rubric),
        rubric_stems=len({stem for text in rubric for stem in content_stems(text)}),
        stuffed=stuffed,
        mere_list=cleaned.keyword_list or wholly,
    )


def _stuffed_among(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces that only sound like doing, where they are much of what was said at once.

    A row of figures may end any story; a whole answer of that kind stays one, whatever is said after it.
    """
    found: list[Piece] = []
    for entry_id in dict.fromkeys(piece.entry.entry_id for piece in pieces):
        said = [piece for piece in pieces if piece.entry.entry_id == entry_id]
        stuffed = [piece for piece in said if behaviour.is_stuffed(piece.text)]
        whole = behaviour.is_stuffed(" ".join(piece.text for piece in said))
        much = sum(len(piece.text) for piece in stuffed) >= _STUFFED * sum(len(piece.text) for piece in said)
        found += said if whole else stuffed if much else []
    return found


def measured_for(heard: Heard, criterion: Criterion) -> Measured:
    """The measures of what was heard, as the fit uses them too."""
    strength = behaviour.strength if heard.family == "story" else _fullness
    return measure(heard.concrete, criterion, strength(heard.signals))


def _fullness(signals: Mapping[str, float]) -> float:
    return -behaviour.emptiness(signals)
