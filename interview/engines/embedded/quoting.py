"""Which of the candidate's own words to quote back: one clause of three to nine words that carries content.

The words are the candidate's own, unbroken and in their order. Instructions to the evaluator, insults, contact data and
stuttering are never quoted; where nothing is worth quoting there is no quotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from interview.engines.embedded.addressing import scorer_spans
from interview.engines.embedded.cleaning import FUNCTION_WORDS
from interview.engines.embedded.phrases import load
from interview.engines.embedded.text import stem, words
from interview.flagging import flags

QUOTED = re.compile(r"“([^”]*)”")
"""What earlier prompts quoted."""

_SENTENCE = re.compile(r"\S[^\n]*?(?:[.!?…]+(?=\s|$)|$)", re.MULTILINE)
_LEAST_WORTH = 1.1
_SHORTEST, _LONGEST = 3, 9
_BREAK = re.compile(r"[,;:()\[\]\"“”—–]|(?<=\s)-(?=\s)|\.{2,}|…|[.!?](?=\s|$)")
_WORDS = load().words
_JOINTS, _NOUN_JOINTS = frozenset(_WORDS.joints.split()), frozenset(_WORDS.noun_joints.split())
_CLAUSE_OPENERS, _PREPOSITIONS = frozenset(_WORDS.clause_openers.split()), frozenset(_WORDS.prepositions.split())
_LEAD, _DANGLING = frozenset(_WORDS.lead.split()), frozenset(_WORDS.dangling.split())
_REPORTING, _EMPTY = frozenset(_WORDS.reporting.split()), frozenset(_WORDS.empty.split())
_SPANS = frozenset(re.findall(r"\w+", "minute minutes hour hours day days night week weeks month months year years"))
_SUBJECTS = frozenset(["i", "we", "i'd", "i've", "we'd", "we've", "i'm", "i'll", "we'll"])
_HEDGES = re.compile(
    r"""(?x)^(?: i\ (?:really\ )?(?:think|guess|mean|believe|suppose|hope|would\ say|should\ say|remember|am\ not\ sure
      |am\ sorry|can't|cannot      |(?:don't|do\ not|dont|didn't)\ (?:really\ )?(?:know|remember|recall|have))
    | you\ know | let\ me | as\ i\ said | it\ depends | for\ example | of\ course )\b"""
)
_PRIVATE = re.compile(
    r"""(?ix) @ | https?: | www\. | \b\w+\.(?:com|org|net|io|de|fr|eu|uk)\b | \+?\d[\s().\d/-]{6,}\d | \b\d{5,}\b
    | \b(?:my\ name\ is | i\ am\ called | call\ me | i\ live\ (?:in|at|on) | born\ (?:in|on) | years\ old
      | pregnan\w+ | street | password
      | my\ (?:phone|number|e-?mail|address|birthday|passport|iban|account|wife|husband|age|religion) )\b"""
)
_RUDE = re.compile(
    r"""(?ix)\b(?: fuck\w* | shit\w* | bitch\w* | asshole\w* | arse\w* | cunt\w* | bastard\w* | idiots? | morons?
    | stupid    | damn | crap | retard\w* | kill\w* | suicid\w* | die | dumb )\b"""
)
_STATES = frozenset(("had", "have", "has", "was", "were", "is", "are", "am", "be", "been"))


class Clause(NamedTuple):
    """Candidate words fit to be quoted, and how much they carry."""

    text: str
    worth: float


def clause_to_quote(answer: str, question: str = "", earlier: Iterable[str] = (), toward: str = "") -> str:
    """The most telling clause of an answer, or "" where there is none.

    Clauses that repeat the question, or what the `earlier` prompts quoted, are left out; among the others those nearer
    to `toward` (what is to be asked about) are preferred a little.
    """
    said_before = [_content(quote) for prompt in earlier for quote in QUOTED.findall(prompt)]
    asked, wanted = _content(question), _content(toward)
    best = Clause("", _LEAST_WORTH)
    for clause in clauses(answer):
        own = _content(clause.text)
        if any(len(own & before) * 2 >= len(own) for before in said_before) or len(own - asked) < 2:
            continue
        worth = clause.worth + 0.3 * min(2, len(own & wanted)) - 0.4 * len(own & asked)
        if worth > best.worth:
            best = Clause(clause.text, worth)
    return best.text


def clauses(answer: str) -> list[Clause]:
    """Every quotable clause of an answer, in order."""
    found: list[Clause] = []
    for match in _SENTENCE.finditer(_own_words(answer)):
        sentence = match.group()
        if flags(0, sentence) or (_PRIVATE.search(sentence) and len(sentence.split()) < 12):
            continue
        found.extend(Clause(_opened(piece), _worth(piece)) for piece in _pieces(sentence) if _fit(piece))
    return found


def _own_words(answer: str) -> str:
    """The answer without the sentences that address the evaluator."""
    for start, end in reversed(scorer_spans(answer)):
        answer = f"{answer[:start]}\n{answer[end:]}"
    return answer


def _pieces(sentence: str) -> list[str]:
    """The clauses of a sentence: cut at punctuation and before joining words, fillers at the edges taken off."""
    pieces = []
    for part in _BREAK.split(sentence):
        tokens = part.split()
        starts = [n for n, token in enumerate(tokens) if token.lower() in _JOINTS and _starts_clause(tokens, n)]
        for start, end in pairwise([0, *starts, len(tokens)]):
            told = _REPORTING & {token.lower() for token in tokens[start : end - 1]}
            if told and end < len(tokens) and tokens[end].lower() == "that":
                continue  # "I found out from her daughter | that she sang"
            pieces.extend(_shaped(tokens[start:end]))
    return pieces


def _starts_clause(tokens: list[str], place: int) -> bool:
    """Whether a joining word begins a clause ("and I called") rather than joining two nouns ("logs and graphs")."""
    if tokens[place].lower() not in _NOUN_JOINTS:
        return True
    after = tokens[place + 1].lower() if place + 1 < len(tokens) else ""
    return after in _CLAUSE_OPENERS or (after.endswith("ed") and tokens[place].lower() in {"and", "or"})


def _shaped(run: list[str]) -> list[str]:
    if run and run[0].lower() in {"which", "who", "whom"}:
        return []
    while run and run[0].lower().strip("'") in _LEAD:
        run = run[1:]
    if len(run) > _LONGEST:
        run = run[: _natural_end(run)]
    asks = any(token.lower() in {"what", "how", "why", "where"} for token in run)
    loose = (_DANGLING | _PREPOSITIONS) - {"one", "two", "first", "other", "own"} | (
        frozenset() if asks else _REPORTING
    )
    if len(run) > 1 and run[-2].lower() in {"what", "how", "why", "where"}:  # "I asked both what happens"
        run = run[:-2]
    while run and run[-1].lower() in loose and not _is_span(run):
        run = run[:-1]
    return [" ".join(run)] if _SHORTEST <= len(run) <= _LONGEST else []


def _is_span(run: list[str]) -> bool:
    """Whether words end in a span of time: "the year before", "two weeks after"."""
    return len(run) > 1 and run[-1].lower() in {"before", "after"} and run[-2].lower() in _SPANS


def _natural_end(run: list[str]) -> int:
    """Where a long clause may end early: before a preposition or a joining word; 0 where it would be left hanging."""
    ends = _PREPOSITIONS | _JOINTS - _NOUN_JOINTS
    for place in range(_LONGEST, _SHORTEST, -1):
        whole = not {"that", "which", "who", "what", "how"} & {token.lower() for token in run[1:place]}
        pair = run[place - 1] in run[place + 1 : place + 2]  # "side by side"
        if _is_span(run[: place + 1]) and place < _LONGEST:
            return place + 1
        if run[place].lower() in ends and run[place - 1].lower() not in _DANGLING and whole and not pair:
            return 0 if run[0].lower() in _PREPOSITIONS else place
    return 0


def _fit(piece: str) -> bool:
    tokens = words(piece)
    if len(tokens) < _SHORTEST or _PRIVATE.search(piece) or _RUDE.search(piece) or flags(0, piece):
        return False
    stutters = any(a == b for a, b in pairwise(tokens)) or len(set(tokens)) < 0.75 * len(tokens)
    strange = "�" in piece or bool(re.search(r"[<>{}\[\]|\\=*_#]|\binaudible\b|\bunclear\b", piece))
    return not stutters and not strange and not _HEDGES.search(piece.lower()) and len(_content(piece)) >= 2


def _worth(piece: str) -> float:
    tokens = piece.split()
    content = _content(piece)
    worth = 0.35 * min(len(content), 4)
    worth += 0.6 * (tokens[0].lower() in _SUBJECTS)
    worth += 0.5 * bool(
        re.search(r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|half|percent)\b", piece)
    )
    worth += 0.3 * any(re.match(r"[A-Z][\w+#.-]", token) for token in tokens[1:])
    worth += 0.2 * any(re.search(r"[a-z]{2}ed$", token) for token in tokens)
    worth -= 0.5 * (tokens[0].lower() in {"it", "that", "this", "there", "they", "he", "she", "you", "it's"})
    worth -= 0.7 * any(token.lower() in _STATES for token in tokens[:3])
    worth -= 0.4 * (tokens[0].lower() in _PREPOSITIONS)
    return worth - 0.3 * (len(tokens) < 4)


def _opened(piece: str) -> str:
    """The clause with a plain first word in lower case, as it stands inside a sentence."""
    piece = re.sub(r"\bi(?=$|\s|['’])", "I", piece)
    first, _, rest = piece.partition(" ")
    lower = first.lower()
    keep = first.startswith(("I'", "I’")) or first == "I" or lower not in _DANGLING | _EMPTY | {"my", "after"}
    return piece if keep else f"{lower} {rest}"


def _content(text: str) -> set[str]:
    return {stem(word) for word in words(text) if word not in _EMPTY and len(word) > 1}


def doubtful_passage(answer: str) -> str | None:
    """The part of a spoken answer that was probably misheard, without its repetitions; "" if none of it can be quoted.

    None where nothing looks wrong. Signs: one word three times running, a run of three words coming back and back,
    marks of unheard speech, or words with hardly any grammar between them.
    """
    tokens = words(answer)
    loops = re.search(r"\b(\w+(?: \w+){0,5})(?:[\s,.]+\1\b){2,}", answer, re.IGNORECASE)
    lost = re.search(r"�|\[(?:inaudible|unclear|noise|\?+)\]|\((?:inaudible|unclear)\)|\?\?\?", answer, re.IGNORECASE)
    grammar = sum(word in FUNCTION_WORDS for word in tokens)
    bare = len(tokens) >= 8 and grammar < 0.12 * len(tokens) and "," not in answer
    if not (loops or lost or bare):
        return None
    place = (loops or lost).start() if loops or lost else 0  # type: ignore[union-attr]
    near = answer[max(0, place - 60) : place + 120]
    once = re.sub(r"\b(\w+(?: \w+){0,5})(?:[\s,.]+\1\b)+", r"\1", near, flags=re.IGNORECASE)
    found = clauses(once)
    return max(found, key=lambda clause: clause.worth).text if found and not bare else ""
