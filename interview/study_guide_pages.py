"""Draws the blocks of a study guide on A4 pages. Lengths are millimetres, sizes points, unless said otherwise.

Every call makes its own document, so pages may be made in several threads at once. Lines are placed by this module
rather than by fpdf2, so that headings stay with their text, no single line is left behind, and
right-to-left lines run right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple
from datetime import UTC, date, datetime, time
from functools import partial

from fpdf import FPDF, ViewerPreferences
from fpdf.enums import Align, MethodReturnValue, WrapMode

from interview import fonts
from interview.models import SCALE
from interview.study_guide import Block, Bullets, Cover, Heading, Level, Notes, Paragraph, Quote, Share, Terms

Colour = tuple[int, int, int]
_INK: Colour = (31, 41, 51)
_MUTED: Colour = (82, 96, 109)
_ACCENT: Colour = (23, 94, 104)
_TINT: Colour = (232, 242, 243)
_LINE: Colour = (196, 210, 213)
_WHITE: Colour = (255, 255, 255)

_MARGIN, _TOP, _BOTTOM = 22.0, 26.0, 271.0
_WIDTH = 210 - 2 * _MARGIN
_BAR = 96.0
_BODY, _SMALL = 10.5, 9.0
_LEADING = 0.53
"""Line height in millimetres per point of size: 1.5 lines."""
_PAGE_COUNT = "\x01"
"""Stands for the number of pages until it is known: a control character, so that no printed text can contain it."""
_STRAY_NOTE = (
    "Some characters have no glyph in our fonts and appear as \ufffd or as their names. The text version has them all."
)


def draw_pages(blocks: Sequence[Block], *, title: str, footer: str, held_on: date) -> bytes:
    """A PDF of these blocks with metadata, outline and page numbers.

    Its creation date is `held_on`, so that equal input gives equal bytes.
    """
    pages = _Pages(title, footer)
    texts = [fonts.printable(text) for block in blocks for text in _texts(block)]
    pages.load_fonts([*texts, pages.running_title])
    pages.set_creation_date(datetime.combine(held_on, time(12), UTC))
    pages.add_page()
    for block in blocks:
        pages.draw(block)
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


class _Pages(FPDF):
    """One document being drawn; `y` is the top of what comes next."""

    def __init__(self, title: str, footer: str) -> None:
        super().__init__(format="A4")
        self.running_title = fonts.printable(title)
        self._footer_text = footer
        self._fresh_page = True
        self.set_margins(_MARGIN, _TOP)
        self.set_auto_page_break(False)
        self.c_margin = 0
        self.alias_nb_pages(_PAGE_COUNT)
        self.set_title(title)
        self.set_lang("en")
        self.set_subject("What went well in an interview, and how to practise for the next")
        self.set_creator("Candor")
        self.set_author("Candor")
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)

    def load_fonts(self, texts: Iterable[str]) -> None:
        """Registers the text faces and those fallback faces that these texts need."""
        needed = fonts.faces_for(texts)
        for face in (*fonts.TEXT, *needed):
            self.add_font(face.family, face.style, face.path)
        self.set_fallback_fonts([face.family for face in needed], exact_match=False)

    def header(self) -> None:
        """The running title, from the second page on."""
        self._fresh_page = True
        if self.page_no() == 1:
            return
        self._style(_SMALL, _MUTED)
        line = self._lines(self.running_title, _WIDTH)[0]
        self._line_at(_MARGIN, 13, line, _WIDTH)
        self._rule(_MARGIN, 19.5, _WIDTH)
        self.set_y(_TOP)

    def footer(self) -> None:
        """What the guide is, and the page's number."""
        self._style(_SMALL - 0.5, _MUTED)
        self._rule(_MARGIN, 280, _WIDTH)
        self._line_at(_MARGIN, 282, self._footer_text, _WIDTH)
        self.set_xy(_MARGIN, 282)
        self.cell(_WIDTH, 4.5, f"Page {self.page_no()} of {_PAGE_COUNT}", align=Align.R)

    def draw(self, block: Block) -> None:
        match block:
            case Cover():
                self._cover(block)
            case Heading():
                self._heading(block)
            case Paragraph(text, muted):
                self._style(_BODY - 0.5 if muted else _BODY, _MUTED if muted else _INK)
                self._paragraph(text)
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

    # --- blocks -------------------------------------------------------------------------------------------------------

    def _cover(self, cover: Cover) -> None:
        self._style(27, _WHITE, "B")
        name = self._lines(fonts.printable(cover.name or "Your study guide"), _WIDTH)[:3]
        self._style(13, _WHITE)
        role = self._lines(fonts.printable(cover.role), _WIDTH)[:3]
        height = 49 + 12.5 * len(name) + 7 * len(role)
        self._box(0, 0, 211, height, _ACCENT)
        y = 20.0
        if cover.name:
            self._style(10.5, _TINT, "B")
            self._line_at(_MARGIN, y, "Study guide", _WIDTH)
        y += 11
        for lines, size, style, step in ((name, 27, "B", 12.5), (role, 13, "", 7.0)):
            self._style(size, _WHITE, style)
            for line in lines:
                self._line_at(_MARGIN, y, line, _WIDTH)
                y += step
            y += 1.5
        self._style(10.5, _TINT)
        self._line_at(_MARGIN, y, f"Interview on {cover.day}", _WIDTH)
        self.start_section("Study guide")
        self.y = height + 10

    def _heading(self, heading: Heading) -> None:
        chapter = heading.level == 1
        size, space, keep = (17.0, 9.0, 62.0) if chapter else (11.5, 3.0, 22.0)
        self._style(size, _ACCENT if chapter else _INK, "B")
        lines = self._lines(fonts.printable(heading.text), _WIDTH)[:4]
        if not self._fresh_page and (heading.new_page or self._room() < keep + space + len(lines) * size * 0.45):
            self.add_page()
        self.y += 0 if self._fresh_page else space
        if chapter:
            self.start_section(heading.text)
        self._set_lines(lines, size * 0.45, fonts.right_to_left(heading.text))
        if chapter:
            self._box(_MARGIN, self.y + 1.5, 18, 0.9, _ACCENT)
            self.y += 4.5
        self.y += 1.5

    def _quote(self, quote: Quote) -> None:
        self._style(_BODY, _INK, "I")
        text = fonts.printable(f"“{quote.text}”")
        lines = self._lines(text, _WIDTH - 12)
        caption = 5.0 if quote.time else 0.0
        step = _BODY * _LEADING
        if len(lines) <= 9 and self._room() < len(lines) * step + caption + 5:
            self.add_page()
        rtl = fonts.right_to_left(quote.text)
        while lines:
            count = self._fitting(len(lines), step, caption + 5)
            if not count:
                self.add_page()
                continue
            chunk, lines = lines[:count], lines[count:]
            self._quote_panel(chunk, step, rtl, "" if lines else quote.time)
        self.y += 3

    def _quote_panel(self, lines: Sequence[str], step: float, rtl: bool, moment: str) -> None:
        height = len(lines) * step + 5 + (5.0 if moment else 0.0)
        self._box(_MARGIN, self.y, _WIDTH, height, _TINT)
        self._box(_MARGIN + (_WIDTH - 1.2 if rtl else 0), self.y, 1.2, height, _ACCENT)
        bottom = self.y + height
        self.y += 2.5
        self._set_lines(lines, step, rtl, indent=6, width=_WIDTH - 12)
        if moment:
            self._style(_SMALL, _MUTED)
            self._line_at(_MARGIN + 6, self.y, f"At {moment} in the interview", _WIDTH - 12, rtl)
            self._style(_BODY, _INK, "I")
        self.y = bottom

    def _bullets(self, items: Sequence[str], *, checklist: bool) -> None:
        for item in items:
            self._style(_BODY, _INK)
            self._paragraph(item, indent=7, mark=self._box_mark if checklist else self._dot_mark)
            self.y += 1.6
        self.y += 1.5

    def _box_mark(self) -> None:
        self._pen(_ACCENT, 0.35)
        self.rect(_MARGIN + 0.6, self.y + _BODY * _LEADING / 2 - 1.7, 3.4, 3.4)

    def _dot_mark(self) -> None:
        self.set_fill_color(*_ACCENT)
        self.circle(_MARGIN + 2.2, self.y + _BODY * _LEADING / 2, 0.8, style="F")

    def _terms(self, items: Sequence[tuple[str, str]]) -> None:
        for word, meaning in items:
            self._style(_BODY, _INK)
            self._paragraph(meaning, indent=28, mark=partial(self._term_mark, word))
            self.y += 1.8
        self.y += 1.5

    def _term_mark(self, word: str) -> None:
        y = self.y
        self._style(_BODY, _ACCENT, "B")
        self._line_at(_MARGIN, y, word, 26, height=_BODY * _LEADING)
        self._style(_BODY, _INK)
        self.y = y

    def _meter(self, block: Share | Level) -> None:
        self._style(_BODY, _INK, "B")
        lines = self._lines(fonts.printable(block.label), _WIDTH)[:3]
        step = _BODY * _LEADING
        height = len(lines) * step + (11.5 if isinstance(block, Share) else 15.5)
        if self._room() < height:
            self.add_page()
        self._set_lines(lines, step, fonts.right_to_left(block.label))
        y = self.y + 1
        if isinstance(block, Share):
            self._share_bar(y, block)
        else:
            self._level_bar(y, block)
        self._style(_BODY - 0.5, _MUTED)
        self._line_at(_MARGIN + _BAR + 6, y - 0.9, block.caption, _WIDTH - _BAR - 6)
        self.y = y - 1 + height - len(lines) * step

    def _share_bar(self, y: float, share: Share) -> None:
        parts = max(share.parts, 1)
        gap = 1.2
        width = (_BAR - gap * (parts - 1)) / parts
        for part in range(parts):
            filled = part < share.filled
            self._box(_MARGIN + part * (width + gap), y, width, 3.6, _ACCENT if filled else _TINT)
            self._pen(_ACCENT if filled else _LINE, 0.2)
            self.rect(_MARGIN + part * (width + gap), y, width, 3.6)

    def _level_bar(self, y: float, level: Level) -> None:
        low, high = SCALE
        self._box(_MARGIN, y + 0.6, _BAR, 2.4, _TINT)
        share = 0.0 if level.level is None else (level.level - low) / (high - low)
        self._box(_MARGIN, y + 0.6, _BAR * share, 2.4, _ACCENT)
        self._style(_SMALL - 1, _MUTED)
        for tick in range(int(high - low) + 1):
            x = _MARGIN + _BAR * tick / (high - low)
            self._pen(_LINE, 0.3)
            self.line(x, y + 3, x, y + 4.6)
            self.set_xy(x - 3, y + 4.8)
            self.cell(6, 3.5, str(int(low) + tick), align=Align.C)
        if level.level is not None:
            self.set_fill_color(*_ACCENT)
            self.circle(_MARGIN + _BAR * share, y + 1.8, 2.1, style="F")

    def _notes(self) -> None:
        self.y += 7
        while self.y < _BOTTOM - 1:
            self._rule(_MARGIN, self.y, _WIDTH)
            self.y += 9

    # --- lines --------------------------------------------------------------------------------------------------------

    def _paragraph(self, text: str, *, indent: float = 0, mark: Callable[[], None] | None = None) -> None:
        """Sets a text over as many pages as it needs; `mark` draws what stands left of its first line."""
        text = fonts.printable(text)
        step, rtl = self.font_size_pt * _LEADING, fonts.right_to_left(text)
        lines = self._lines(text, _WIDTH - indent)
        while lines:
            count = self._fitting(len(lines), step)
            if not count:
                self.add_page()
                continue
            if mark:
                mark()
                mark = None
            self._set_lines(lines[:count], step, rtl, indent=indent, width=_WIDTH - indent)
            lines = lines[count:]

    def _lines(self, text: str, width: float) -> list[str]:
        """The lines that a printable text takes in the current font, in reading order."""
        wrap = WrapMode.CHAR if fonts.unspaced(text) else WrapMode.WORD
        lines = self.multi_cell(
            width, 5, text, dry_run=True, output=MethodReturnValue.LINES, align=Align.L, wrapmode=wrap
        )
        return [line.strip() for line in lines if line.strip()]  # type: ignore[union-attr]

    def _set_lines(
        self, lines: Sequence[str], step: float, rtl: bool, *, indent: float = 0, width: float = _WIDTH
    ) -> None:
        for line in lines:
            y = self.y
            self._line_at(_MARGIN + indent, y, line, width, rtl, step)
            self.y = y + step
        self._fresh_page = False

    def _line_at(self, x: float, y: float, line: str, width: float, rtl: bool = False, height: float = 5) -> None:
        self.set_xy(x, y)
        self.cell(width, height, fonts.visual(line, from_right=rtl), align=Align.R if rtl else Align.L)

    def _fitting(self, lines: int, step: float, extra: float = 0) -> int:
        """How many of these lines go on this page, so that neither here nor on the next a single line stands alone."""
        fit = min(lines, int((self._room() - extra) / step))
        if fit >= lines:
            return fit
        fit = fit - 1 if lines - fit == 1 else fit
        return fit if fit > 1 else 0

    def _room(self) -> float:
        return _BOTTOM - self.y

    # --- pens ---------------------------------------------------------------------------------------------------------

    def _style(self, size: float, colour: Colour, style: str = "") -> None:
        self.set_font("noto", style, size)
        self.set_text_color(*colour)

    def _pen(self, colour: Colour, width: float) -> None:
        self.set_draw_color(*colour)
        self.set_line_width(width)

    def _box(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        self.set_fill_color(*colour)
        self.rect(x, y, width, height, style="F")

    def _rule(self, x: float, y: float, width: float) -> None:
        self._pen(_LINE, 0.2)
        self.line(x, y, x + width, y)
