"""What a job text asks for, in its own words: short noun phrases that a hiring team recognises. Nothing is invented."""

# ruff: noqa: E501  (patterns are read best one alternative a line)

from __future__ import annotations

import re
from collections.abc import Sequence

from interview.engines.embedded import text

_AREAS = 5
_WRAP = re.compile(r"(?<=[\w,])[ \t]*\n[ \t]*(?=[a-z])")
"""A line's end inside a sentence."""
_ASKED = re.compile(
    r"\b(?:experience|knowledge|understanding|background|proficien(?:cy|t)|expertise|familiar(?:ity)?|command|track record|skilled"
    r"|responsible|responsibility|ownership|passion|competence|trained|certified)\s+(?:with|in|of|on|for|using)\s+"
    r"(?:the |a |an |our |using |working with |building |developing )?(?P<what>[^.;:()\n]{4,})",
    re.IGNORECASE,
)
_DUTY = re.compile(
    r"^(?:you(?: will|['’]ll)? )?(?:design|build|run|own|lead|manage|develop|maintain|operate|plan|prepare|monitor|improve|negotiate"
    r"|analy[sz]e|support|deliver|coordinate|supervise|install|repair|teach|assess|conduct|create|administer|perform|handle"
    r"|take part in|participate in|work on|ensure|write|review|drive|train|serve|provide)(?:,? (?:and|or) \w+)?\s+(?:our |the |an? |all )?"
    r"(?P<what>[^.;:()\n]{4,})",
    re.IGNORECASE,
)
_CUT = re.compile(
    r",\s|\s(?:and (?:take|lead|own|run|keep|work|hand|plan|escalate|write|close|mentor|develop|document|report|record|represent|win|train|draft|research|be|you|we)|that|which|who|where|when"
    r"|together|within|of (?:two|three|four|five|\d)|including|such as|like|so that|to (?:ensure|keep|make|meet|support)|for (?:our|the|your|hotel)|from|through|after|against|is|are|per|as|while)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s(?:and|or|with|for|in|of|on|to)\s")
_VAGUE = re.compile(
    r"^(?:and|or|to|in|at|for|with|by|of|up|each|this|these)\b|^team of|\b(?:you|we|your|us|they|years?|months?|plus|bonus|ideally|preferred|required|degree|equivalent|similar|related|role|position"
    r"|minimum|least|english|salary|holiday|benefits|email|apply|age|nationality|gender)\b|\d{3,}|@|https?:",
    re.IGNORECASE,
)


def areas(job_text: str, skills: Sequence[str], competencies: Sequence[str]) -> tuple[str, ...]:
    """Three to five phrases: what the text asks for in so many words, then its skills, then the competencies' names."""
    phrases = [phrase for line in _WRAP.sub(" ", job_text).splitlines() for phrase in _phrases(line)]
    named = {stem for skill in skills for stem in text.stems(skill)}
    telling = [phrase for phrase in phrases if " " in phrase or phrase in skills]
    ranked = sorted(telling, key=lambda phrase: not named & set(text.stems(phrase)))
    return added((), [*ranked[: _AREAS - 1], *skills[:3], *competencies])[:_AREAS]


def added(phrases: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    """The phrases with those of `more` that say something new, each with a capital letter."""
    chosen = list(phrases)
    for phrase in more:
        if not _covered(phrase, chosen):
            chosen.append(phrase[0].upper() + phrase[1:])
    return tuple(chosen)


def _phrases(line: str) -> list[str]:
    found = []
    for sentence in text.sentences(line):
        bare = sentence.text.lstrip("•◦-–—*· \t")
        for pattern in (_ASKED, _DUTY):
            match = pattern.search(bare)
            phrase = _short(match["what"]) if match else ""
            if phrase:
                found.append(phrase)
                break
    return found


def _short(words: str) -> str:
    """The first noun phrase of at most six words, or "" where there is none worth showing."""
    phrase = _CUT.split(words)[0].strip(" ,.;:–—-\"'“”")
    while len(phrase.split()) > 6 and len(cut := _JOINED.split(phrase)) > 1:
        phrase = phrase[: phrase.rindex(cut[-1])].rsplit(None, 1)[0]
    if not 1 <= len(phrase.split()) <= 6 or len(phrase) < 4 or _VAGUE.search(phrase):
        return ""
    return phrase


def _covered(phrase: str, chosen: Sequence[str]) -> bool:
    """Whether a phrase says nothing new: its words all stand in one that is chosen, or the other way round."""
    words = set(text.stems(phrase))
    return any(words <= set(text.stems(other)) or set(text.stems(other)) <= words for other in chosen)
