"""Draws the blocks of a study guide, one below the other. Lengths are millimetres, sizes points, unless said otherwise.

Every call makes its own document, so guides may be made in several threads at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import UTC, date, datetime, time
from functools import partial

from fpdf.enums import Align

from interview import fonts
from interview.models import SCALE
from interview.study_guide.blocks import Block, Bullets, Cover, Heading, Level, Notes, Paragraph, Quote, Share, Terms
from interview.study_guide.paper import (
    ACCENT,
    BODY,
    BOTTOM,
    INK,
    LINE,
    MARGIN,
    MUTED,
    SMALL,
    STEP,
    TINT,
    WHITE,
    WIDTH,
    Paper,
)

_BAR = 96.0
_FRAME, _CAPTION, _WHOLE_QUOTE = 5.0, 5.0, 9
"""A quote's padding above and below, the height of its caption, and the lines up to which it stays on one page."""
_SUBJECT = "What went well in an interview, and how to practise for the next"
_STRAY_NOTE = (
    "Some characters have no glyph in our fonts and appear as \ufffd or as their names. The text version has them all."
)


def draw_pages(blocks: Sequence[Block], *, title: str, footer: str, held_on: date) -> bytes:
    """A PDF of these blocks with metadata, outline and page numbers.

    Its creation date is `held_on`, so that equal input gives equal bytes.
    """
    pages = _Pages(title, subject=_SUBJECT, footer=footer)
    texts = [fonts.printable(text) for block in blocks for text in _texts(block)]
    pages.load_fonts([*texts, pages.running_title])
    pages.set_creation_date(datetime.combine(held_on, time(12), UTC))
    pages.add_page()
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        pages.draw(block, following)
        if isinstance(block, Cover) and any(fonts.UNPRINTABLE in text for text in texts):
            pages.draw(Paragraph(_STRAY_NOTE, muted=True))
    return bytes(pages.output())


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif hasattr(value, "__dataclass_fields__"):
        yield from _texts(astuple(value))  # type: ignore[call-overload]


class _Pages(Paper):
    """A guide being drawn."""

    def draw(self, block: Block, following: Block | None = None) -> None:
        """Draws a block below the last; a heading starts a new page where what follows it would have to."""
        match block:
            case Cover():
                self._cover(block)
            case Heading():
                self._heading(block, self._kept_height(following) if isinstance(following, Quote) else 0)
            case Paragraph(text, muted):
                self.style(BODY - 0.5 if muted else BODY, MUTED if muted else INK)
                self.paragraph(text)
                self.y += 2.5
            case Quote():
                self._quote(block)
            case Bullets(items, checklist):
                self._bullets(items, checklist=checklist)
            case Terms(items):
                self._terms(items)
            case Share() | Level():
                self._meter(block)
            case Notes():
                self._notes()

    def _cover(self, cover: Cover) -> None:
        self.style(27, WHITE, "B")
        name = self.lines(fonts.printable(cover.name or "Your study guide"), WIDTH)[:3]
        self.style(13, WHITE)
        role = self.lines(fonts.printable(cover.role), WIDTH)[:3]
        height = 49 + 12.5 * len(name) + 7 * len(role)
        self.box(0, 0, 211, height, ACCENT)
        y = 20.0
        if cover.name:
            self.style(10.5, TINT, "B")
            self.line_at(MARGIN, y, "Study guide", WIDTH)
        y += 11
        for lines, size, style, step in ((name, 27, "B", 12.5), (role, 13, "", 7.0)):
            self.style(size, WHITE, style)
            for line in lines:
                self.line_at(MARGIN, y, line, WIDTH)
                y += step
            y += 1.5
        self.style(10.5, TINT)
        self.line_at(MARGIN, y, f"Interview on {cover.day}", WIDTH)
        self.start_section("Study guide")
        self.y = height + 10

    def _heading(self, heading: Heading, following: float) -> None:
        chapter = heading.level == 1
        size, space, keep = (17.0, 9.0, 62.0) if chapter else (11.5, 3.0, 22.0)
        self.style(size, ACCENT if chapter else INK, "B")
        lines = self.lines(fonts.printable(heading.text), WIDTH)[:4]
        needed = max(keep, following + 2) + space + len(lines) * size * 0.45
        if not self.fresh_page and (heading.new_page or self.room() < needed):
            self.add_page()
        self.y += 0 if self.fresh_page else space
        if chapter:
            self.start_section(heading.text)
        self.set_lines(lines, size * 0.45, fonts.right_to_left(heading.text))
        if chapter:
            self.box(MARGIN, self.y + 1.5, 18, 0.9, ACCENT)
            self.y += 4.5
        self.y += 1.5

    def _quote(self, quote: Quote) -> None:
        if self.room() < self._kept_height(quote):
            self.add_page()
        lines, rtl = self._quote_lines(quote), fonts.right_to_left(quote.text)
        frame = _FRAME + (_CAPTION if quote.time else 0)
        while lines:
            count = self.fitting(len(lines), STEP, frame)
            if not count:
                self.add_page()
                continue
            chunk, lines = lines[:count], lines[count:]
            self._quote_panel(chunk, rtl, "" if lines else quote.time)
        self.y += 3

    def _quote_lines(self, quote: Quote) -> list[str]:
        self.style(BODY, INK, "I")
        return self.lines(fonts.printable(f"“{quote.text}”"), WIDTH - 12)

    def _kept_height(self, quote: Quote) -> float:
        """What of a quote stays on one page: all of a short one, two lines of a long one."""
        lines = len(self._quote_lines(quote))
        return (lines if lines <= _WHOLE_QUOTE else 2) * STEP + _FRAME + (_CAPTION if quote.time else 0)

    def _quote_panel(self, lines: Sequence[str], rtl: bool, moment: str) -> None:
        height = len(lines) * STEP + _FRAME + (_CAPTION if moment else 0)
        self.box(MARGIN, self.y, WIDTH, height, TINT)
        self.box(MARGIN + (WIDTH - 1.2 if rtl else 0), self.y, 1.2, height, ACCENT)
        bottom = self.y + height
        self.y += 2.5
        self.set_lines(lines, STEP, rtl, indent=6, width=WIDTH - 12)
        if moment:
            self.style(SMALL, MUTED)
            self.line_at(MARGIN + 6, self.y, f"At {moment} in the interview", WIDTH - 12, rtl)
            self.style(BODY, INK, "I")
        self.y = bottom

    def _bullets(self, items: Sequence[str], *, checklist: bool) -> None:
        for item in items:
            self.style(BODY, INK)
            self.paragraph(item, indent=7, mark=self._box_mark if checklist else self._dot_mark)
            self.y += 1.6
        self.y += 1.5

    def _box_mark(self) -> None:
        self.pen(ACCENT, 0.35)
        self.rect(MARGIN + 0.6, self.y + STEP / 2 - 1.7, 3.4, 3.4)

    def _dot_mark(self) -> None:
        self.set_fill_color(*ACCENT)
        self.circle(MARGIN + 2.2, self.y + STEP / 2, 0.8, style="F")

    def _terms(self, items: Sequence[tuple[str, str]]) -> None:
        for word, meaning in items:
            self.style(BODY, INK)
            self.paragraph(meaning, indent=28, mark=partial(self._term_mark, word))
            self.y += 1.8
        self.y += 1.5

    def _term_mark(self, word: str) -> None:
        y = self.y
        self.style(BODY, ACCENT, "B")
        self.line_at(MARGIN, y, word, 26, height=STEP)
        self.style(BODY, INK)
        self.y = y

    def _meter(self, block: Share | Level) -> None:
        self.style(BODY, INK, "B")
        lines = self.lines(fonts.printable(block.label), WIDTH)[:3]
        height = len(lines) * STEP + (11.5 if isinstance(block, Share) else 15.5)
        if self.room() < height:
            self.add_page()
        self.set_lines(lines, STEP, fonts.right_to_left(block.label))
        y = self.y + 1
        if isinstance(block, Share):
            self._share_bar(y, block)
        else:
            self._level_bar(y, block)
        self.style(BODY - 0.5, MUTED)
        self.line_at(MARGIN + _BAR + 6, y - 0.9, block.caption, WIDTH - _BAR - 6)
        self.y = y - 1 + height - len(lines) * STEP

    def _share_bar(self, y: float, share: Share) -> None:
        parts = max(share.parts, 1)
        gap = 1.2
        width = (_BAR - gap * (parts - 1)) / parts
        for part in range(parts):
            filled = part < share.filled
            self.box(MARGIN + part * (width + gap), y, width, 3.6, ACCENT if filled else TINT)
            self.pen(ACCENT if filled else LINE, 0.2)
            self.rect(MARGIN + part * (width + gap), y, width, 3.6)

    def _level_bar(self, y: float, level: Level) -> None:
        low, high = SCALE
        self.box(MARGIN, y + 0.6, _BAR, 2.4, TINT)
        share = 0.0 if level.level is None else (level.level - low) / (high - low)
        self.box(MARGIN, y + 0.6, _BAR * share, 2.4, ACCENT)
        self.style(SMALL - 1, MUTED)
        for tick in range(int(high - low) + 1):
            x = MARGIN + _BAR * tick / (high - low)
            self.pen(LINE, 0.3)
            self.line(x, y + 3, x, y + 4.6)
            self.set_xy(x - 3, y + 4.8)
            self.cell(6, 3.5, str(int(low) + tick), align=Align.C)
        if level.level is not None:
            self.set_fill_color(*ACCENT)
            self.circle(MARGIN + _BAR * share, y + 1.8, 2.1, style="F")

    def _notes(self) -> None:
        self.y += 7
        while self.y < BOTTOM - 1:
            self.rule(MARGIN, self.y, WIDTH)
            self.y += 9
