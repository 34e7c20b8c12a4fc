"""The embedded interviewer's hints: a nudge from the bank for whoever is stuck, and in practice lines of the résumé."""

from __future__ import annotations

import re
import unicodedata

from interview.engines import AskRequest, Prompt
from interview.engines.embedded import bank
from interview.engines.embedded.cleaning import content_stems
from interview.engines.embedded.phrases import hint_style_of, in_other_words, lower_first, pick
from interview.engines.embedded.probing import by_evidence, question_text, said_in
from interview.engines.embedded.resume import quotable
from interview.engines.embedded.text import sentences, stems, words

_LONGEST_QUOTE = 240
_SHORTEST_QUOTE = 5
"""Words of a line from which a quotation says something."""
_NEAR = 0.16
_PER_WORD = 0.2
"""Least nearness of a line to a question, and what each word in common adds; set by eye on some thirty questions of
three positions to ten résumés."""
_SECOND = 0.75
"""How near a second line has to be, as a share of the first one's nearness."""

_BUILD = "If that fits the question, build your answer on it: the situation, what you did, and what came of it."
_BUILD_MADE_UP = (
    "If that has to do with the question, say what you met there, what you did and what came of it, and then what you "
    "would do here."
)
_ANY = "Think of any situation from work, study or home: what it was, what you did, and what came of it."
_QUOTED = "Your résumé says: “"
_OWN = (
    "The question is about a line of your own résumé. Go back to that piece of work: what it was about, which part "
    "of it was yours, and what came of it."
)
_NOTHING = "I find no line in your résumé that is near to this question."
_NO_MORE = "I find no other line in your résumé that is near to this question."


def hint(request: AskRequest) -> Prompt:
    """A nudge towards a way in, for a candidate who is stuck."""
    name, style = hint_style_of(request.persona)
    said, seed = [*said_in(request), *request.replies], f"{question_text(request)}|{len(request.asked)}"
    hints = [one for one in _hints(request) if not any(_core(one) in prompt for prompt in said)] or _hints(request)
    parts = [pick(style.lead, seed, said), _in_style(name, hints[0]), pick(style.close, seed, said)]
    return Prompt(
        content=" ".join(part for part in parts if part),
        reasoning="The candidate is stuck: a nudge towards a way in, recorded as a hint; gives no expected point away.",
        follow_up_prompt=in_other_words(request.question, request.competency, said) if request.question else "",
    )


def resume_hint(request: AskRequest) -> Prompt:
    """One or two lines of the résumé that are nearest to the question, verbatim, and how to build an answer on them.

    Lines that were given before at this question are passed over.
    """
    made_up = request.question is not None and request.question.style == "situational"
    if request.question and _QUOTED in request.question.text and not any(_OWN in reply for reply in request.replies):
        return Prompt(content=_OWN, reasoning="The question quotes the résumé itself; adds no fact and is not rated.")
    heard = (question_text(request), *request.replies)
    left = [pair for pair in _nearest(request) if not any(pair[1] in text for text in heard)]
    found = [line for worth, line in left[:2] if worth >= _SECOND * left[0][0]]
    before = any("“" in reply for reply in request.replies)
    if not found:
        return Prompt(content=f"{_NO_MORE if before else _NOTHING} {_ANY}", reasoning="No line of the résumé is near.")
    quoted = " and “".join(f"{line}”" for line in found)
    return Prompt(
        content=f"Your résumé {'also ' if before else ''}says: “{quoted}. {_BUILD_MADE_UP if made_up else _BUILD}",
        reasoning="Asked for in practice: what the résumé says nearest to the question; adds no fact and is not rated.",
    )


def _nearest(request: AskRequest) -> list[tuple[float, str]]:
    """The lines that are near enough to the question and its competency, nearest first, each with its nearness."""
    from interview.engines.embedded.vectors import embed

    lines, competency = _lines(request.resume_text), request.competency
    if not lines or competency is None:
        return []
    about = f"{competency.name}. {competency.description}"
    names = " ".join(criterion.name for criterion in competency.criteria)
    wanted = set(content_stems(f"{question_text(request)} {about} {names}"))
    near = (embed(lines) @ embed([question_text(request), about]).T).mean(axis=1)
    shared = [_shared(line, wanted) / len(words(line)) ** 0.5 for line in lines]
    ranked = sorted(
        ((float(row) + _PER_WORD * common, line) for line, row, common in zip(lines, near, shared, strict=True)),
        key=lambda pair: -pair[0],
    )
    return [(worth, line) for worth, line in ranked if worth >= _NEAR]


def _shared(line: str, wanted: set[str]) -> int:
    """Words that a line has in common with what is asked about; "team" counts for "teamwork"."""
    return sum(
        any(one == own or (len(own) >= 4 and one.startswith(own)) for one in wanted) for own in {*content_stems(line)}
    )


def _lines(resume: str) -> list[str]:
    """What may be quoted, as it stands in the résumé but for line ends; long lines in sentences."""
    whole = " ".join(unicodedata.normalize("NFC", resume).split())
    pieces = (
        piece
        for line in quotable(resume)
        for piece in ([line] if len(line) <= _LONGEST_QUOTE else [span.text for span in sentences(line)])
    )
    bare = dict.fromkeys(piece.strip(" .;,•-") for piece in pieces)
    return [
        line
        for line in bare
        if line in whole and len(line) <= _LONGEST_QUOTE and len(words(line)) >= _SHORTEST_QUOTE and "|" not in line
    ]


# --- a nudge ----------------------------------------------------------------------------------------------------------


def _hints(request: AskRequest) -> list[str]:
    """Nudges from the bank, else by the criteria's names; none that says an expected point."""
    competency = request.competency
    if competency is None:
        return ["Think about one day at work that you remember well."]
    known = bank.find(competency.name)
    points = [set(stems(point)) for criterion in competency.criteria for point in criterion.expected_points]
    ready = [hint for hint in (known.hints if known else ()) if not any(_gives_away(hint, point) for point in points)]
    named = [
        f"Think about one time when this mattered: {lower_first(criterion.name)}." for criterion in by_evidence(request)
    ]
    return [*ready, *named]


def _gives_away(hint: str, point: set[str]) -> bool:
    return bool(point) and len(point & set(stems(hint))) > 0.7 * len(point)


def _core(hint: str) -> str:
    """What a hint says apart from how it begins."""
    return re.sub(r"^(?:You could (?:start|begin) with|Think (?:about|of)) ", "", hint).rstrip(".")


def _in_style(name: str, hint: str) -> str:
    core = _core(hint)
    starts = hint.startswith("You could")
    if core == hint.rstrip("."):
        return hint
    if name == "socratic":
        return (
            f"What comes to mind if you start with {core}?"
            if starts
            else f"What comes to mind when you think of {core}?"
        )
    if name == "direct":
        return f"Start with {core}." if starts else f"Think of {core}."
    if name == "formal":
        return f"You might begin with {core}." if starts else f"It may help to consider {core}."
    return f"You could start with {core}." if starts else f"Maybe think about {core}."
