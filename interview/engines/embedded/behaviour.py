"""What an answer shows of the speaker's own doing, read off small word lists.

Each signal counts different hits (a word said twice counts once) and is capped, so that neither length nor repetition
buys anything beyond the cap. Words are compared by their stems: a learner's "I check" counts like "I checked". Tone and
manner of speaking are not read, and hedges and fillers are not listed at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from interview.engines.embedded import text
from interview.engines.embedded.cleaning import FUNCTION_WORDS, content_stems
from interview.scoring import weighted_mean


def _stems(words: str) -> frozenset[str]:
    return frozenset(text.stem(word) for word in words.split())


_INTERACTION = _stems(
    """asked told called met talked listened showed explained agreed invited rang phoned emailed warned taught discussed
    apologised apologized thanked suggested offered challenged disagreed convinced reassured briefed spoke speak
    negotiated
    escalated said say answered promised informed introduced argued quoted consulted feedback persuaded coached"""
)
_OUTCOME = _stems(
    """result reduced increased improved dropped fell fall rose rise grew grow saved solved fixed shipped delivered
    signed
    approved recovered cut halved doubled learned learnt adopted survived won win completed finished succeeded settled
    returned refunded repaired restored passed accepted stopped stayed"""
)
_METHOD = _stems(
    """checked tested compared measured tracked logged listed counted reviewed mapped traced sampled reproduced isolated
    confirmed verified documented record note drafted scheduled ranked split grouped wrote write rehearsed pilot trial
    monitor inspected rechecked matched reconciled calculated retest examined investigated estimated prepared pulled
    replayed plotted script checklist baseline alert searched assessed analysed analyzed observed experiment
    prototype"""
)
_SEQUENCE = _stems(
    """again until after then before next later follow twice rechecked finally afterwards meanwhile straight immediately
    first second minute hour day week month quarter morning afternoon evening night monday tuesday wednesday thursday
    friday saturday sunday january february march april june july august september october november december deadline
    shift year today tomorrow yesterday"""
)
_REASON = _stems(
    """because since so therefore why reason instead rather otherwise although unless risk suspect realised realized
    noticed
    meant decided if whether cause worth depends"""
)
_STATIVE = _stems(
    """am was have had think thought believe like love know knew feel felt want would can could try tried always
    usually do did don't didn't wasn't guess hope need should must may might mean really just never often
    also be been suppose
    prefer enjoy say consider will didnt dont cant can't couldn't haven't wouldn't won't"""
)
_MARKERS = (
    _INTERACTION
    | _OUTCOME
    | _METHOD
    | _SEQUENCE
    | _REASON
    | _stems(
        """situation task action outcome ownership own take took impact effect decide decided decision lead led build
        built deliver drive drove driven execute achieve implement manage handle create identify problem solution solve
        responsibility learning lesson success successful initiative faster better cheaper improvement matter make made
        do did done"""
    )
)
"""The words that signals count, and those in which stories are usually told of in general: talk about an answer."""
_STUFFED_WORDS, _STUFFED_SHARE = 8, 0.75
_THOUSANDS = re.compile(r"(?<=\d),(?=\d)")
_PAST = (
    "[a-z]{2,}ed|told|found|made|took|wrote|gave|sent|kept|built|cut|went|ran|put|got|met|said|rang|spoke|saw|led|held"
    "|set|brought|bought|sat|stood|taught|paid|sold|drew|drove|began|let|knew|had|did"
)
_DOING = re.compile(
    r"""(?x) \b(?:i|we)(?:'d|'ll|'ve)?\s+(?:(?:\w+ly|also|then|first|just|even|still|would|will|had|have)\s+)*([a-z']+)
    | (?:^|[.!?;:]\s+|\band\s+)([a-z]{2,}ed|told|found|made|took|wrote|gave|sent|kept|built|cut|went|ran|put|got
    |met)\b"""
)
_QUANTITY = re.compile(
    r"""(?x) \d[\d.,:]*%? | \b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty
    |fifty|sixty|ninety|hundred|thousand|million|half|third|quarter|double|twice|percent|dozen)\b"""
)
_EPISODE = re.compile(
    r"""(?x) \b(?:he|she|they|we|it|who|which|there|that)\s+(?:\w+ly\s+)?(?:\w+ed|was|were|had|said|came|went|told
    |got|took
    |wanted|gave|found|kept|made|ran|didn't|wasn't|couldn't)\b | \b(?:when|once|while|last|ago|that\s+(?:day|night
    |week))\b"""
)
_VAGUE = re.compile(
    r"""(?x) \b(?:things|stuff|somehow|various|etc|etcetera|whatever|some\s+kind\s+of|and\s+so\s+on|a\s+lot\s+of
    |lots\s+of
    |so\s+many|(?:many|different)\s+(?:things|times|ways|kinds|issues|options)|some\s+(?:issues?|problems?|way)
    |more\s+or\s+less
    |here\s+and\s+there|back\s+and\s+forth|(?:as|where|when|if)\s+needed|in\s+general|generally|usually|typically
    |normally|mostly
    |always|all\s+the\s+time|at\s+some\s+point|depends\s+on|it\s+depends)\b"""
)
_GENERIC = re.compile(
    r"""(?x) \b(?:team\s*player|team\s*work|hard[\s-]?work\w*|work\s+hard|passion\w*|people\s+person
    |best\s+practices?|synerg\w+
    |leverag\w+|holistic\w*|proactiv\w*|\w+[\s-]+driven|\w+[\s-]+oriented|dynamic|outside\s+the\s+box|fast[\s-]+paced
    |go[\s-]+getter
    |self[\s-]+starter|value[\s-]+add\w*|stakeholder\s+(?:alignment|engagement)|paradigm\w*|ecosystems?
    |cutting[\s-]+edge
    |(?:world|best[\s-]+in)[\s-]+class|game[\s-]+chang\w+|110|strategic\w*|empower\w*|innovati\w+|transformati\w+
    |excellence
    |impactful|cross[\s-]+functional|thought\s+leader\w*|communication\s+is|(?:is|are)\s+(?:\w+\s+){0,3}(?:important
    |key|crucial|essential|vital)
    |(?:most\s+)?important\s+(?:to|thing)|(?:main|key)\s+thing|i\s+believe|in\s+my\s+(?:opinion|experience)|i(?:'m
    |\s+am)\s+(?:\w+\s+){0,2}(?:good|great|
    excellent|organi[sz]ed|motivated|passionate|dedicated|committed|person|leader|nurse|natural|known)|i'm\s+known
    |(?:good|natural|great)\s+
    (?:communicator|listener|leader|closer|atmosphere)|positive\s+attitude|attitude|mindset|motivated|dedicated
    |committed|end\s+of\s+the\s+day
    |you\s+(?:\w+\s+)?(?:have|need|must|get|never|just|lose|win)\b|(?:one|people|everyone|everybody)\s+(?:should|must
    |has\s+to|is)|part\s+of\s+(?:the|every)
    |pays\s+off|over\s+the\s+years|my\s+strengths?|under\s+pressure|stay\s+(?:calm|cool|positive)|professional
    |number\s+one)\b"""
)
_AVOIDING = re.compile(
    r"""(?x) \b(?:my\s+(?:manager|boss|supervisor|lead|colleague)\s+(?:\w+\s+)?(?:decided|handled|did|took|fixed
    |sorted|dealt|solved)
    |(?:someone|somebody)\s+else|(?:not|wasn't|isn't)\s+(?:really\s+)?my\s+(?:\w+\s+)?(?:job|problem|fault
    |responsibility|patient|task)
    |just\s+(?:did\s+what|followed|waited|left|ignored|forwarded|passed|covering)|left\s+it|let\s+it\s+go|i\s+waited
    |their\s+(?:own\s+)?(?:fault|problem)
    |(?:his|her)\s+(?:own\s+)?fault|they\s+(?:sorted|handled|fixed|dealt|figured)|up\s+to\s+(?:them|him|her|others)
    |nothing\s+(?:i|we)\s+could
    |didn't\s+(?:bother|tell|want\s+to|follow|know\s+why|say\s+anything)|never\s+(?:told|really)|moved\s+on
    |sorted\s+itself|blew\s+over|kept\s+my\s+head\s+down
    |i\s+(?:ignored|hid|blamed|lied|shouted|laughed|deleted|shredded)|(?:nobody|no\s+one)\s+(?:had\s+)?(?:notic|see
    |saw|know|knew)\w*|wasn't\s+(?:sure|true)
    |rules\s+are\s+rules|like\s+everybody\s+else)\b"""
)


_DONE = re.compile(rf"\b(?:i|we)(?:'d|'ve)?\s+(?:\w+\s+)?(?:{_PAST})\b|(?:^|[.!?;:]\s+|\band\s+)(?:{_PAST})\b")
_PERSON = re.compile(r"\b(?:he|she|him|her|his)\b")
_HABIT = re.compile(
    r"\b(?:always|usually|generally|normally|typically|in general|you (?:have|need) to|has to be|have to be)\b"
)


_FULL_DETAIL = 35
_DETAIL_WEIGHT = 2
_LACK_WEIGHT = 0.75
"""These and the signals' own weights were chosen on the team's rated answers, leaving each role out in turn."""


class _Signal(NamedTuple):
    name: str
    cap: int
    words: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None
    weight: float = 1
    negative: bool = False


_SIGNALS = (
    _Signal("quantities", 4, pattern=_QUANTITY, weight=2),
    _Signal("episodes", 4, pattern=_EPISODE),
    _Signal("ownership", 5, pattern=_DOING),
    _Signal("sequence", 4, words=_SEQUENCE),
    _Signal("interaction", 4, words=_INTERACTION),
    _Signal("outcome", 3, words=_OUTCOME),
    _Signal("reason", 3, words=_REASON),
    _Signal("method", 3, words=_METHOD),
    _Signal("vague", 3, pattern=_VAGUE, negative=True),
    _Signal("generic", 3, pattern=_GENERIC, negative=True),
    _Signal("avoiding", 2, pattern=_AVOIDING, negative=True),
)


def signals(texts: Iterable[str], concrete: Iterable[str] = (), asked: Iterable[str] = ()) -> dict[str, float]:
    """Each signal's strength from 0 (none) to 1 (the cap is reached), by name.

    `concrete` are those of the texts that tell of something done: `detail` counts their different content words, less
    those of the questions `asked`.
    """
    joined = "\n".join(texts).replace("’", "'").lower()
    stems = frozenset(text.stems(joined))
    found = {signal.name: min(_count(signal, joined, stems), signal.cap) / signal.cap for signal in _SIGNALS}
    told = {stem for value in concrete for stem in content_stems(value)}
    told -= {stem for value in asked for stem in content_stems(value)}
    return {**found, "detail": min(len(told), _FULL_DETAIL) / _FULL_DETAIL}


def strength(found: Mapping[str, float]) -> float:
    """For a story: what shows doing, figures and detail twice, less what shows the lack of it; about -1 to 1."""
    shown = [(found[signal.name], signal.weight) for signal in _SIGNALS if not signal.negative]
    return weighted_mean([*shown, (found["detail"], _DETAIL_WEIGHT)]) - _LACK_WEIGHT * emptiness(found)


def emptiness(found: Mapping[str, float]) -> float:
    """The mean of what shows the lack of doing and knowing: vague, general and avoiding talk, from 0 to 1."""
    lacking = [found[signal.name] for signal in _SIGNALS if signal.negative]
    return sum(lacking) / len(lacking)


def is_stuffed(value: str) -> bool:
    """Whether nearly all content words are such as show doing by themselves, with next to nothing that was done.

    "I measured, I decided, I delivered 40 percent" reaches every signal and tells nothing. In the team's rated answers
    and example interviews at most two thirds of an answer's content words are of this kind, and at most seven in ten
    of a sentence's with eight of them or more.
    """
    plain = _THOUSANDS.sub("", value.replace("’", "'"))
    said = [word for word in text.words(plain) if word not in FUNCTION_WORDS]
    marking = [word for word in said if text.stem(word) in _MARKERS or _QUANTITY.search(word)]
    return len(said) >= _STUFFED_WORDS and len(marking) / len(said) >= _STUFFED_SHARE


def _count(signal: _Signal, joined: str, stems: frozenset[str]) -> int:
    if signal.pattern is None:
        return len(signal.words & stems)
    hits = {match.group(match.lastindex or 0) for match in signal.pattern.finditer(joined)}
    if signal.pattern is _DOING:
        hits = {text.stem(verb) for verb in hits} - _STATIVE
    return len(hits)


def is_concrete(sentence: str, *, hypothetical: bool) -> bool:
    """Whether a sentence tells of something done, said or counted, rather than of how things are in general.

    Where the question is hypothetical ("what would you do"), everything that is not a habit or a commonplace counts.
    """
    plain = sentence.replace("’", "'").lower()
    if _GENERIC.search(plain) or _HABIT.search(plain):
        return bool(_QUANTITY.search(plain))
    return hypothetical or any(pattern.search(plain) for pattern in (_DONE, _EPISODE, _PERSON, _QUANTITY))
