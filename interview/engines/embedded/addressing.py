"""Which words of an answer speak to whoever scores it, or in their place, and are therefore no answer.

What plainly addresses an evaluator or a model is found by `interview.flagging`; here are the turns that only mean
something in an evaluation: levels asked for or granted, and verdicts on "the candidate" or "the answer".
"""

from __future__ import annotations

import re

from interview.engines.embedded import text
from interview.flagging import injected_spans

_TARGET = (
    r"(?:me|this|my|(?:the|this)\W+(?:answer|response|candidate|applicant)|everything"
    r"|(?:every|all|each)(?:\W+of)?(?:\W+the)?\W+(?:criteri\w+|answers?|questions?))"
)
_ADDRESSES = re.compile(
    rf"""(?ix)
    \b(ignore|disregard|forget|override|bypass)\b\W+(?:\w+\W+){{0,4}}?
      (instructions?|rubric|prompts?|(?:scoring|grading|evaluation)\W+\w+|criteria|guidelines)\b
    | \b(give|award|assign|rate|score|grade|mark)\W+{_TARGET}\b[^.!?]{{0,40}}?
      (\b(5|five|10|ten|100)\b(?=\W*($|[.!?,;)/]|out\b|on\b|for\b|stars?\b|points?\b|in\b|because\b|and\b))
       |\b(full|maximum|max|highest|top|perfect)\W+(possible\W+)?(marks?|scores?|points?|ratings?|grades?|level
       |credit)\b)
    | \b(system|developer)\W+(prompt|message|override|instruction)s?\b
    | \[/?\s*(system|inst|assistant)\s*\] | <\W*/?\s*(system|assistant|instructions?)\b
    | \#\#\#\s*(system|instruction|response) | ^\W*(system|assistant|evaluator|grader)\s*:
    | \b(note|message|instructions?|attention)\s+(to|for)\s+(the\s+)?(evaluator|grader|scorer|assessor|ai|model|llm)\b
    | \b(you\s+are|act\s+as|pretend\s+to\s+be)\s+(now\s+)?(an?|the|my)\s+(\w+\s+){{0,3}}
      (assistant|ai|language\s+model|grader|evaluator|scorer|chatbot)\b
    | \b(this|the)\s+(candidate|applicant|answer|response)\b[^.!?]{{0,80}}?
      \b(rubric|criteri(a|on)|full\s+marks|(top|highest|maximum)\s+(score|level|rating|marks)|level\s+5|5/5
      |5\s+out\s+of\s+5
         |expected\s+points|score\s+of\s+(5|five))
    | \b(set|make|output|return)\s+(the\s+|all\s+|my\s+|every\s+)?(\w+\s+)?(scores?|totalscore|ratings?)\s+(to|as|of
    |=)\b
    | ["']?\b(total_?score|score)["']?\s*[:=]\s*["']?\d
    | ^\W*(?:please\s+)?(?:do\s+not|don't|no\s+need\s+to|never)\s+(?:look\s+for|search\s+for|check|verify
      |require|ask\s+for
      |need)\s+(?:any\s+|the\s+|for\s+)*(?:quotes?|quotations?|evidence|citations?)\b
    """
)
_VERDICT = re.compile(
    r"""(?ix)
    \b(?:the|this)\s+(?:candidate|applicant|interviewee|respondent|answer|response)(?:'s\s+\w+)?\s+
      (?:(?:also|clearly|consistently|fully|really|then|always|truly)\s+)*
      (?:has\s+(?:\w+ly\s+)?(?:shown|demonstrated|given|described|explained|provided|met|exceeded|displayed)
      |describes|explains|gives|shows|demonstrates|provides|reflects|covers|exceeds|meets|displays|exhibits|presents
      |offers|articulates|communicates|illustrates|highlights|contains|includes|is|deserves|possesses|takes|has)\b
      (?!\s+up\b)"""
)
_MERIT = re.compile(
    r"""(?ix)\b(?:specific|concrete|measurable|clear(?:ly)?|excellent|outstanding|exceptional|strong|thorough|depth
    |deep|ownership|reasoning|reasons|reflects?|reflection|situation|actions?|results?|outcomes?|evidence|impact
    |communication|problem[\s-]+solving|leadership|skills?|competen\w+|level|understanding|initiative|structured
    |structure|detail(?:ed|s)?|examples?|insight\w*|complete|correct|convincing|highest|relevant)\b"""
)
_LEAST_MERITS = 2
_TELLER = re.compile(r"(?i)\b(i|we|me|us|my|our|he|she|him|her|his|i'm|i've|i'd|we've|we'd)\b")
"""Who tells of a candidate or of an answer is in the sentence, or calls them he or she; a verdict has neither."""


def scorer_spans(answer: str) -> tuple[tuple[int, int], ...]:
    """The stretches that address the scorer or speak in the scorer's place, as half-open character ranges in order."""
    own = [(span.start, span.end) for span in text.sentences(answer) if _is_addressed(span.text)]
    return tuple(sorted({*injected_spans(answer), *own}))


def _is_addressed(sentence: str) -> bool:
    plain = sentence.replace("’", "'")
    return bool(_ADDRESSES.search(plain)) or _is_verdict(plain)


def _is_verdict(sentence: str) -> bool:
    verdict = _VERDICT.search(sentence)
    if verdict is None or _TELLER.search(sentence):
        return False
    return len({found.group().lower() for found in _MERIT.finditer(sentence, verdict.start())}) >= _LEAST_MERITS
