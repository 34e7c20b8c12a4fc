"""What of an answer is the candidate's own: instructions to the scorer, copied text and repetitions come out first.

Everything kept still knows its place in the entry that it came from. What is taken out for a reason that the team
should look at is flagged; flags are never scored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from interview.engines import EvaluationRequest
from interview.engines.embedded import text
from interview.engines.embedded.addressing import scorer_spans
from interview.models import Criterion, Flag, TranscriptEntry

_FUNCTION_WORDS = """
    a an the this that these those some any each every no my your his her its our their i me we us you he him she it
    they them who whom which what there here and or but nor so if then than as because while when where how why of in on
    at by for with about into onto from to up out off over under between through during after before until since within
    without is are was were be been being am do does did done have has had having can could will would shall should may
    might must not don't didn't doesn't isn't wasn't i'm i've i'd it's that's we're we've they're also just very too
    only more most other another such own same both all um uh er erm"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Words that carry grammar rather than content: about half of running speech, almost none of a list of keywords."""

_NON_ANSWER = re.compile(
    r"""(?ix)
    \b(i\s+)?(really\s+|honestly\s+|just\s+)?(do\s+not|don't|dont|don’t|can\s*not|can't|cant|can’t|couldn't)\s+
      (really\s+|honestly\s+)?(know|think\s+of|remember|recall|say|answer)\b
    | \b(have\s+|got\s+|with\s+)?no\s+(idea|clue|answer|comment|response|example|experience)\b
    | \b(i'm\s+|i’m\s+|i\s+am\s+)?not\s+(really\s+)?sure\b | \bnothing\s+comes\s+to\s+mind\b
    | ^\W*(no|empty)\s+(submission|response|answer)\W*$
    | ^\W*(pass|skip|next|n/?a|none|nothing|no|yes|fine|good|ok|okay|dunno)\W*$
    | \b(skip|pass)\s+(this|that|on\s+this|on\s+that|it)\b | ^\W*(good|interesting|great|nice)\s+question\W*$
    """
)
_NON_ANSWER_WORDS = 12
_RUBRIC_VOICE = re.compile(
    r"(?i)^\W*(names?|explains?|gives?|describes?|mentions?|identifies|states|shows?|demonstrates?|provides?|covers?"
    r"|lists?|discusses|understands|knows|recogni[sz]es)\b|\b(candidate|the answer|answers|applicant|respondent)\b"
)
_COPIED_BIGRAMS = 3
_COPIED_SHARE = 0.65
_LONG_RUN = 6
_STEMS_A_NEW_ONE = 6
_LIST_SHARE = 0.18
_LIST_WORDS = 8
_ASKS_FOR_LIST = re.compile(r"(?i)\b(name|state|list|what are|which|give|arrange|mention)\b")
_STRUCTURE = re.compile(r"[:;=()→•\d]|\s[-–]\s|\n")


@dataclass(frozen=True)
class Piece:
    """A sentence or window of the candidate's with its place in the entry."""

    entry: TranscriptEntry
    span: text.Span

    @property
    def text(self) -> str:
        return self.span.text


@dataclass(frozen=True)
class Cleaned:
    """What is left to be rated, what the team should look at, and whether it is a mere list of keywords.

    `answered` tells an empty or "I don't know" answer (False) from one that was taken out as not the candidate's own.
    """

    pieces: tuple[Piece, ...]
    flags: tuple[Flag, ...]
    keyword_list: bool
    answered: bool


def clean(request: EvaluationRequest, *, factual: bool) -> Cleaned:
    """The candidate's own pieces over all exchanges of the response.

    `factual` says that the question asks for knowledge: saying the reference's own facts is then an answer, not a copy,
    and only text in a rubric's voice ("Names the…") counts as copied.
    """
    said = _pieces(request)
    answered = [piece for piece in said if not _is_non_answer(piece.text)]
    injected = _to_the_scorer(answered)
    honest = [piece for piece in answered if piece not in injected]
    prompts = _bigrams_of(exchange.prompt for exchange in request.exchanges)
    rubric = _bigrams_of(_rubric_texts(request.competency.criteria, factual=factual))
    own = [piece for piece in honest if not _echoes_question(piece.text, prompts)]
    echoed = len(own) < len(honest)
    fresh, copied = _without_copies(own, rubric)
    kept = _without_repeats(fresh)
    keyword_list = _is_keyword_list(kept) and not (factual and _may_be_listed(request, kept))
    flags = [
        *(
            _flag("injection", "Part of the answer addresses the scorer; it was left out.", piece)
            for piece in _one_an_entry(injected)
        ),
        *(
            _flag("copied_anchor", "Part of the answer repeats the rubric's own words; it was left out.", piece)
            for piece in copied[:1]
        ),
    ]
    if echoed and not kept:
        flags.append(Flag(kind="copied_question", note="The answer repeats the question and adds nothing to it."))
    if keyword_list:
        flags.append(
            Flag(kind="keyword_list", note="The answer is a list of terms with hardly a sentence around them.")
        )
    return Cleaned(tuple(kept), tuple(flags), keyword_list, bool(answered))


@lru_cache(maxsize=4096)
def content_stems(value: str) -> tuple[str, ...]:
    """The stems of the content words, in order."""
    return tuple(text.stem(word) for word in text.words(value) if word not in FUNCTION_WORDS)


def _pieces(request: EvaluationRequest) -> list[Piece]:
    entries = [entry for exchange in request.exchanges for entry in exchange.answers if entry.role == "candidate"]
    superseded = {entry.corrects for entry in entries}
    return [
        Piece(entry, span)
        for entry in entries
        if entry.entry_id not in superseded
        for span in text.sentences(entry.text)
    ]


def _to_the_scorer(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces that any stretch addressed to the scorer reaches into."""
    entries = {piece.entry.entry_id: piece.entry for piece in pieces}
    spans = {number: scorer_spans(entry.text) for number, entry in entries.items()}
    return [
        piece
        for piece in pieces
        if any(start < piece.span.end and piece.span.start < end for start, end in spans[piece.entry.entry_id])
    ]


def _one_an_entry(pieces: Sequence[Piece]) -> list[Piece]:
    return list({piece.entry.entry_id: piece for piece in reversed(pieces)}.values())[::-1]


def _is_non_answer(sentence: str) -> bool:
    count = len(text.words(sentence))
    return count <= _NON_ANSWER_WORDS and bool(_NON_ANSWER.search(sentence)) and not re.search(r"(?i)\bbut\b", sentence)


def _rubric_texts(criteria: Sequence[Criterion], *, factual: bool) -> list[str]:
    return [
        source
        for criterion in criteria
        for source in (criterion.description, *_anchor_texts(criterion), *criterion.expected_points)
        if source and (not factual or _RUBRIC_VOICE.search(source))
    ]


def _anchor_texts(criterion: Criterion) -> tuple[str, str, str]:
    return criterion.anchors.one, criterion.anchors.three, criterion.anchors.five


Bigram = tuple[str, str]


def _bigrams(value: str) -> list[Bigram]:
    stems = content_stems(value)
    return list(pairwise(stems))


def _bigrams_of(texts: Iterable[str]) -> frozenset[Bigram]:
    return frozenset(pair for value in texts for pair in _bigrams(value))


def _share(pairs: Sequence[Bigram], source: frozenset[Bigram]) -> float:
    return sum(pair in source for pair in pairs) / len(pairs) if pairs else 0.0


def _echoes_question(sentence: str, prompts: frozenset[Bigram]) -> bool:
    """The question's words and hardly one of one's own: a terse answer inside a restated question is kept."""
    pairs = _bigrams(sentence)
    if len(pairs) < _COPIED_BIGRAMS or _share(pairs, prompts) < _COPIED_SHARE:
        return False
    known = {stem for pair in prompts for stem in pair}
    stems = set(content_stems(sentence))
    return len(stems - known) <= len(stems) // _STEMS_A_NEW_ONE


def _without_copies(pieces: Sequence[Piece], rubric: frozenset[Bigram]) -> tuple[list[Piece], list[Piece]]:
    """Pieces that are not, and that are, the rubric's own wording.

    A sentence of a story may well say what a point says; it takes a long verbatim run to call one sentence copied, and
    a shorter one where most of the answer is of that kind.
    """
    everything = [pair for piece in pieces for pair in _bigrams(piece.text)]
    wholesale = len(everything) >= _COPIED_BIGRAMS and _share(everything, rubric) >= _COPIED_SHARE
    least = 1 if wholesale else _LONG_RUN
    kept: list[Piece] = []
    copied: list[Piece] = []
    for piece in pieces:
        pairs = _bigrams(piece.text)
        (copied if len(pairs) >= least and _share(pairs, rubric) >= _COPIED_SHARE else kept).append(piece)
    return kept, copied


def _without_repeats(pieces: Sequence[Piece]) -> list[Piece]:
    seen: set[Bigram] = set()
    texts: set[str] = set()
    kept: list[Piece] = []
    for piece in pieces:
        pairs = _bigrams(piece.text)
        repeated = piece.text.casefold() in texts or (
            len(pairs) >= _COPIED_BIGRAMS and _share(pairs, frozenset(seen)) > 0.8
        )
        seen.update(pairs)
        texts.add(piece.text.casefold())
        if not repeated:
            kept.append(piece)
    return kept


def _is_keyword_list(pieces: Sequence[Piece]) -> bool:
    spoken = [word for piece in pieces for word in text.words(piece.text)]
    if len(spoken) < _LIST_WORDS:
        return False
    return sum(word in FUNCTION_WORDS for word in spoken) / len(spoken) < _LIST_SHARE


def _may_be_listed(request: EvaluationRequest, pieces: Sequence[Piece]) -> bool:
    """Knowledge may be told as a list where one is asked for, or where figures and signs put the terms in relation."""
    asked = request.exchanges[0].prompt if request.exchanges else ""
    return bool(_ASKS_FOR_LIST.search(asked)) or any(_STRUCTURE.search(piece.text) for piece in pieces)


def _flag(kind: str, note: str, piece: Piece) -> Flag:
    return Flag.model_validate({"kind": kind, "note": note, "entry_id": piece.entry.entry_id})
