"""The candidate's study guide: what it says, block by block, and its two forms, a PDF and plain text.

The engine writes the content; this module arranges it, adds the standing words and is kind about gaps. Levels appear
only where the position shows scores. `pages` draws the blocks on `paper`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import date

from interview.fonts import plain, unspaced
from interview.models import SCALE, Evidence, GuideContent, GuideSection, Model
from interview.study_guide.blocks import Block, Bullets, Cover, Heading, Level, Notes, Paragraph, Quote, Share, Terms

_WIDTH = 88
_TEXT_LIMIT = 700
_QUOTE_LIMIT = 900
_LIST_LIMIT = 12
_SECTION_LIMIT = 24
"""Characters a text or quote, items a list and topics a guide may have; longer ones are cut and marked."""

FOOTER = "A learning aid. It makes no decision: people decide."

_HOW_TO_READ = (
    "What went well comes with your own words from the transcript. What was missing is about this one conversation, "
    "not about you. Choose one or two of the practice tasks and leave the others."
)
_SHARES = (
    "For each topic we listened for a few criteria. The bars show for how many your answers gave evidence. "
    "They are not marks."
)
_LEVELS = (
    "The bars show the level of your answers on a scale from 1 to 5, read from the transcript alone. "
    "A level describes these answers, not you."
)
_NO_SECTIONS = (
    "The interview did not get as far as a topic that we could write about. What follows still helps with the next one."
)
_NOT_REACHED = "There is no answer on this topic in the interview. That says nothing about you."
_NO_QUESTION = "No question was noted here; you spoke about this topic while answering another one."
_NO_STRENGTH = "There is no passage to quote here. That is about what was said this time, not about what you can do."
_NOTHING_MISSING = "Nothing in particular: your answers gave evidence for every criterion of this topic."
_NO_GAPS_NOTED = "No single point was noted here. A second example of your own would add the most."
_DEFAULT_PRACTICE = "Tell one true story about this topic aloud in two minutes, and say what you did yourself."
_STAR_INTRO = "STAR is a way to tell a story so that somebody who was not there can follow it."
_STAR = (
    ("Situation", "Where and when it was, and who was there. One or two sentences are enough."),
    ("Task", "What was yours to do, and why it mattered."),
    ("Action", "What you did yourself, step by step, and why that way. Give this the most time."),
    ("Result", "What came of it, with a number where you have one, and what you would do again or change."),
)
_DEFAULT_STEPS = (
    "Choose one topic and prepare one true story for it.",
    "Tell the story to somebody you trust and ask what they would still like to know.",
)


class StudyGuide(Model):
    """All that a study guide is made from. `show_scores` is the position's choice, not the candidate's result."""

    candidate_name: str
    role_title: str
    held_on: date
    content: GuideContent
    show_scores: bool = False

    @property
    def title(self) -> str:
        name = _clip(self.candidate_name, 120)
        return f"Study guide for {name}" if name else "Your study guide"

    @property
    def day(self) -> str:
        return f"{self.held_on.day} {self.held_on:%B %Y}"


def study_guide_pdf(guide: StudyGuide) -> bytes:
    """The study guide as an A4 PDF with outline and metadata; the same guide gives the same bytes."""
    from interview.study_guide.pages import draw_pages

    return draw_pages(tuple(guide_blocks(guide)), title=guide.title, footer=FOOTER, held_on=guide.held_on)


def study_guide_text(guide: StudyGuide) -> str:
    """The same guide as plain text, every character kept, wrapped at 88 columns."""
    parts = [_as_text(block) for block in guide_blocks(guide)]
    return "\n\n".join(part for part in (*parts, FOOTER) if part) + "\n"


def guide_blocks(guide: StudyGuide) -> Iterator[Block]:
    """What the guide says, in order; both forms are made from these blocks."""
    sections = guide.content.sections[:_SECTION_LIMIT]
    yield Cover(_clip(guide.candidate_name, 120), _clip(guide.role_title, 160), guide.day)
    yield from _introduction(guide, sections)
    for place, section in enumerate(sections):
        yield Heading(_clip(section.competency, 120), new_page=place == 0)
        yield from _topic(section)
    yield Heading("Before your next interview", new_page=bool(sections))
    yield from _closing(guide.content.next_steps)


def _introduction(guide: StudyGuide, sections: Sequence[GuideSection]) -> Iterator[Block]:
    if opening := _clip(guide.content.opening, 2 * _TEXT_LIMIT):
        yield Paragraph(opening)
    yield Heading("How to read this", 2)
    yield Paragraph(_HOW_TO_READ)
    yield Heading("Overview")
    if not sections:
        yield Paragraph(_NO_SECTIONS)
        return
    yield Paragraph(_LEVELS if guide.show_scores else _SHARES, muted=True)
    yield from (_level(section) if guide.show_scores else _share(section) for section in sections)


def _share(section: GuideSection) -> Share:
    filled = min(section.evidenced, section.criteria)
    words = "not covered in this interview"
    if section.criteria > 0:
        words = f"evidence for {filled} of {section.criteria} {'criterion' if section.criteria == 1 else 'criteria'}"
    return Share(_clip(section.competency, 120), max(filled, 0), max(section.criteria, 0), words)


def _level(section: GuideSection) -> Level:
    low, high = SCALE
    if section.level < low:
        return Level(_clip(section.competency, 120), None, "not rated: too little to go on")
    level = min(section.level, high)
    return Level(_clip(section.competency, 120), level, f"level {level:.1f} of {high:.0f}")


def _topic(section: GuideSection) -> Iterator[Block]:
    questions, quotes = _bullets(section.questions), _quotes(section.strengths)
    if questions or quotes:
        yield Heading("What was asked", 2)
        yield questions or Paragraph(_NO_QUESTION, muted=True)
        yield Heading("What was strong", 2)
        yield from quotes or [Paragraph(_NO_STRENGTH, muted=True)]
    else:
        yield Paragraph(_NOT_REACHED, muted=True)
    missing = _bullets(section.missing)
    if missing or questions or quotes:
        complete = section.criteria > 0 and section.evidenced >= section.criteria
        yield Heading("What a fuller answer would include", 2)
        yield missing or Paragraph(_NOTHING_MISSING if complete else _NO_GAPS_NOTED, muted=True)
    yield Heading("How to practise", 2)
    yield _bullets(section.practice, checklist=True) or Bullets((_DEFAULT_PRACTICE,), checklist=True)


def _closing(next_steps: Sequence[str]) -> Iterator[Block]:
    yield Heading("The STAR method", 2)
    yield Paragraph(_STAR_INTRO)
    yield Terms(_STAR)
    yield Heading("Next steps", 2)
    yield _bullets(next_steps, checklist=True) or Bullets(_DEFAULT_STEPS, checklist=True)
    yield Heading("Your notes", 2)
    yield Notes()


def _bullets(texts: Sequence[str], *, checklist: bool = False) -> Bullets | None:
    items = tuple(item for text in texts[:_LIST_LIMIT] if (item := _clip(text, _TEXT_LIMIT)))
    return Bullets(items, checklist) if items else None


def _quotes(evidence: Sequence[Evidence]) -> list[Block]:
    kept = [(item, words) for item in evidence[:_LIST_LIMIT] if (words := _clip(item.quote, _QUOTE_LIMIT))]
    return [Quote(words, _time(item.start_ms)) for item, words in kept]


def _time(start_ms: int | None) -> str:
    if start_ms is None:
        return ""
    seconds = start_ms // 1000
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def _clip(text: str, limit: int) -> str:
    text = plain(text)
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _as_text(block: Block) -> str:
    match block:
        case Cover(name, role, day):
            about = f"{role}\n{day}" if role else day
            return f"STUDY GUIDE\n{name}\n{about}" if name else f"STUDY GUIDE\n{about}"
        case Heading(text, level):
            return f"{text}\n{('=' if level == 1 else '-') * min(len(text), _WIDTH)}"
        case Paragraph(text):
            return _wrapped(text)
        case Quote(text, time):
            return _wrapped(f"“{text}”" + (f" ({time})" if time else ""), "  | ", "  | ")
        case Bullets(items, checklist):
            mark = "[ ] " if checklist else "- "
            return "\n".join(_wrapped(item, mark, " " * len(mark)) for item in items)
        case Terms(items):
            return "\n".join(_wrapped(f"{word}: {meaning}", "- ", "  ") for word, meaning in items)
        case Share(label, _, _, caption) | Level(label, _, caption):
            return _wrapped(f"{label}: {caption}", "", "  ")
        case Notes():
            return "\n".join(["_" * _WIDTH] * 3)


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=unspaced(text),
    )
