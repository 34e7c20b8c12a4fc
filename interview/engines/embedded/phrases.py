"""The wording of the embedded interviewer: `phrases.toml` read, and one phrase chosen where several would do.

Choices follow a checksum of the content, never chance. A phrase that was used in the session is passed over while
another is left.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from interview.models import Competency, Escalation, Persona, Question


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Probes(_Data):
    """One side of an answer, asked about in four ways."""

    why: str
    how: str
    challenge: str
    edge: str

    def at(self, escalation: Escalation) -> str:
        """The question of that escalation; `how` where it names none of the four."""
        return {"why": self.why, "challenge": self.challenge, "edge": self.edge}.get(escalation, self.how)


class Aspect(_Data):
    """A side that an answer may lack. `words` are those in which expected points speak of it."""

    name: str = ""
    words: str = ""
    past: Probes
    would: Probes


class Style(_Data):
    """A way of probing: how a quotation is brought in, how a question is put, what stands in for a quotation."""

    quote: tuple[str, ...]
    ask: tuple[str, ...]
    bare: tuple[str, ...]


class HintStyle(_Data):
    lead: tuple[str, ...]
    close: tuple[str, ...]


class Frame(_Data):
    """What opens and closes an interview."""

    greeting: tuple[str, ...]
    rules: tuple[str, ...]
    opening: tuple[str, ...]
    back: str
    reopening: tuple[str, ...]
    wrapup: tuple[str, ...]
    closing: tuple[str, ...]
    back_to: tuple[str, ...]


class Transitions(_Data):
    quoted: tuple[str, ...]
    topic: tuple[str, ...]
    plain: tuple[str, ...]
    after_nothing: tuple[str, ...]


class Other(_Data):
    clarify: tuple[str, ...]
    clarify_bare: tuple[str, ...]
    known: tuple[str, ...]
    unknown: tuple[str, ...]
    person: str
    purpose: str
    simple: tuple[str, ...]
    simpler_past: tuple[str, ...]
    simpler_how: tuple[str, ...]
    simpler_would: tuple[str, ...]
    simpler_any: tuple[str, ...]
    main_point: tuple[str, ...]


class Words(_Data):
    """Lists of words, each a string of words with spaces between."""

    joints: str
    noun_joints: str
    clause_openers: str
    prepositions: str
    lead: str
    dangling: str
    reporting: str
    empty: str
    asking: str


class Subject(_Data):
    """Something that candidates ask about: patterns of the question, and of a sentence that answers it."""

    asks: str
    says: str


class Phrases(_Data):
    """The whole file."""

    aspect: tuple[Aspect, ...]
    topic: Aspect
    style: dict[str, Style]
    transition: Transitions
    encouragement: dict[str, tuple[str, ...]]
    hint_style: dict[str, HintStyle]
    frame: dict[str, Frame]
    other: Other
    words: Words
    plainer: dict[str, str]
    subject: tuple[Subject, ...]


_MANNERS = (
    ("socratic", r"socrat|reflect|philosoph|question"),
    ("direct", r"direct|brisk|sharp|tough|challeng|blunt|brief|concise|short|focus"),
    ("gentle", r"gentle|soft|patient|kind|support|warm|friendly|empath|encourag|caring|calm"),
    ("formal", r"formal|profession|polite|structur|reserved|courteous"),
    ("curious", r"curious|interest|explor|open|inquisitive"),
)
_WARMTH = (
    ("plain", r"neutral|none|plain|no |never|off"),
    ("warm", r"warm|friendly|kind|support|encourag|gentle|empath|caring|high|positive"),
    ("formal", r"formal|profession|polite|reserved|courteous"),
    ("brief", r"brief|short|concise|minimal|spar|low|direct"),
)


@lru_cache(maxsize=1)
def load() -> Phrases:
    """The phrases, checked against their shape."""
    file = files("interview.engines.embedded") / "phrases.toml"
    return Phrases.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))


def style_of(persona: Persona) -> Style:
    """The probing style that the persona's words name; plain where they name none."""
    return load().style[_named(persona.probing_style, _MANNERS)]


def hint_style_of(persona: Persona) -> tuple[str, HintStyle]:
    """The name of the hint style, and the style; plain where the persona's words name none."""
    name = _named(persona.hint_style, _MANNERS)
    name = name if name in load().hint_style else "plain"
    return name, load().hint_style[name]


def frame_of(persona: Persona) -> Frame:
    return load().frame[_named(persona.encouragement, _WARMTH)]


def thanks_of(persona: Persona) -> tuple[str, ...]:
    return load().encouragement[_named(persona.encouragement, _WARMTH)]


def _named(words: str, known: Sequence[tuple[str, str]]) -> str:
    return next((name for name, pattern in known if re.search(pattern, words.lower())), "plain")


def pick(options: Sequence[str], seed: str, said: Sequence[str] = ()) -> str:
    """One of the options, by checksum of the seed: the first from there that no earlier prompt used, if any."""
    start = checksum(seed) % len(options)
    turned = [*options[start:], *options[:start]]
    return next((option for option in turned if not was_said(option, said)), turned[0])


def checksum(seed: str) -> int:
    return zlib.crc32(seed.encode())


def was_said(template: str, said: Sequence[str]) -> bool:
    """Whether a template, with anything in its places, stands in an earlier prompt; never for one without words."""
    parts = re.split(r"\{\w+\}", template)
    if not any(re.search(r"\w", part) for part in parts):
        return False
    pattern = re.compile(".+?".join(re.escape(part) for part in parts))
    return any(pattern.search(prompt) for prompt in said)


def lower_first(text: str) -> str:
    """The text as it stands inside a sentence; acronyms and `I` keep their capitals."""
    keep = len(text) > 1 and (text[1].isupper() or text[:2] in {"I ", "I'"})
    return text if keep else text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


_TELL = re.compile(
    r"""(?ix)^(?:please\ )? (?:(?:can|could|would)\ you\ )? (?:please\ )?
    (?: tell\ (?:me|us)(?:\ about)? | describe | give\ (?:me|us)\ an\ example\ of | (?:talk|walk)\ (?:me|us)\ through
      | talk\ about | think\ of | share )\s+"""
)
_MADE_UP = re.compile(r"^(?:please )?(?:imagine|suppose|let us say|let's say|say|picture)(?: that)?,? ", re.IGNORECASE)


def in_other_words(question: Question, competency: Competency | None, said: Sequence[str]) -> str:
    """The question built anew from simpler sentences, its meaning kept; another way each time it is asked for."""
    other = load().other
    first, rest = _halves(question.text)
    seed = question.text
    made_up = _MADE_UP.match(first)
    if made_up:
        scene = pick(other.simpler_would, seed, said).format(x=_plainer(upper_first(first[made_up.end() :])))
        parts = [scene, _point(rest, seed, said)]
    elif told := _TELL.match(first):
        subject = _plainer(first[told.end() :].rstrip(".?! "))
        asks = re.match(r"(?:how|what|why|when|which|where|who)\b", subject)
        parts = [
            pick(other.simpler_how if asks else other.simpler_past, seed, said).format(x=subject),
            _point(rest, seed, said),
        ]
    else:
        topic = lower_first(competency.name) if competency else "this"
        parts = [pick(other.simpler_any, seed, said).format(competency=topic, x=lower_first(_plainer(question.text)))]
    parts[0] = lower_first(parts[0])
    return " ".join([pick(other.simple, seed, said), *(part for part in parts if part)])


def _halves(text: str) -> tuple[str, str]:
    """The first sentence, and what follows it."""
    match = re.match(r"(.+?[.!?])\s+(.*)$", text.strip(), re.DOTALL)
    return (match[1], match[2]) if match else (text.strip(), "")


def _point(rest: str, seed: str, said: Sequence[str]) -> str:
    return pick(load().other.main_point, seed, said).format(x=lower_first(_plainer(rest))) if rest else ""


def _plainer(text: str) -> str:
    plainer = load().plainer
    return re.sub(r"[\w-]+", lambda match: plainer.get(match.group(), match.group()), text)
