"""Draws a review packet: dense lines, level bars, quotes. Lengths are millimetres, sizes points."""

from __future__ import annotations

from collections.abc import Callable

from fpdf.enums import Align

from interview import fonts
from interview.models import SCALE
from interview.study_guide.paper import ACCENT, INK, MUTED, TINT, Paper

_LEADING = 0.45
_SIDE, _ACROSS, _TOP, _BOTTOM = 16.0, 178.0, 14.0, 281.0
_GAP, _LEFT = 8.0, 82.0
"""Between the two columns of the first page, and the width of the left one."""
_BAR_HEIGHT = 2.0
_FIGURE = 30.0


class PacketPages(Paper):
    """A packet being drawn: from `left` over `across`, the whole width or a column. Its margins are narrow."""

    def __init__(self, title: str, *, footer: str) -> None:
        super().__init__(title, subject="What a reviewer needs to judge an interview", footer=footer)
        self.left, self.across = _SIDE, _ACROSS
        self.set_margins(_SIDE, _TOP)

    def header(self) -> None:
        """The running title, from the second page on."""
        if self.page_no() > 1:
            self.style(8, MUTED)
            self.line_at(_SIDE, 8, self.lines(self.running_title, _ACROSS)[0], _ACROSS)
        self.fresh_page = True
        self.set_y(_TOP + 1)

    def footer(self) -> None:
        """What the packet is, and the page's number."""
        self.style(8, MUTED)
        self.rule(_SIDE, 284, _ACROSS)
        self.line_at(_SIDE, 285.5, f"Page {self.page_no()} of {self.str_alias_nb_pages}", _ACROSS)
        self.set_xy(_SIDE, 285.5)
        self.cell(_ACROSS, 5, self._footer_text, align=Align.R)

    def room(self) -> float:
        return _BOTTOM - self.y

    def put(self, text: str, *, size: float, muted: bool = False, bold: bool = False, after: float = 0) -> None:
        """A paragraph in as many lines as it needs, on the next page where there is no room for one."""
        self.style(size, MUTED if muted else INK, "B" if bold else "")
        self._set(text, size * _LEADING, self.left, self.across)
        self.y += after

    def pair(self, text: str, beside: str, *, size: float) -> None:
        """A name in bold, and what is said of it at its right."""
        self.keep(4 * size * _LEADING)
        y, half = self.y, self.across / 2
        self.style(size, INK, "B")
        self._set(text, size * _LEADING, self.left, half - 2)
        bottom, self.y = self.y, y
        self.style(size - 0.5, INK)
        for line in self.lines(fonts.printable(beside), half):
            self.set_xy(self.left + half, self.y)
            self.cell(half, size * _LEADING, line, align=Align.R)
            self.y += size * _LEADING
        self.y = max(self.y, bottom)

    def quote(self, text: str) -> None:
        """The candidate's words, with a bar at the side on which they begin."""
        self.style(8, INK, "I")
        self._set(text, 8 * _LEADING, self.left + 3, self.across - 6, bar=True)

    def heading(self, text: str, level: str = "") -> None:
        """A part's heading, kept with what follows; `level` stands at its right."""
        self.keep(30)
        self.y += 0 if self.fresh_page else 1.6
        self.style(10.5, ACCENT, "B")
        y = self.y
        self._set(text, 4.8, self.left, self.across - _FIGURE)
        if level:
            bottom = self.y
            self.set_xy(self.left + self.across - _FIGURE, y)
            self.cell(_FIGURE, 4.8, level, align=Align.R)
            self.y = bottom
        self.line_across()

    def meter(self, label: str, level: float, caption: str) -> None:
        """A level on the 1-5 scale as a bar under its name and what it says."""
        self.pair(label, caption, size=8.5)
        top = SCALE[1]
        self.box(self.left, self.y + 0.4, self.across, _BAR_HEIGHT, TINT)
        self.box(self.left, self.y + 0.4, self.across * min(level, top) / top, _BAR_HEIGHT, ACCENT)
        self.y += _BAR_HEIGHT + 2.2

    def beside(self, left: Callable[[], None], right: Callable[[], None]) -> None:
        """Two columns from here on; what follows stands below the longer one."""
        y, page = self.y, self.page
        self.left, self.across = _SIDE, _LEFT
        left()
        bottom, last = self.y, self.page
        self.page, self.y = page, y
        self.left, self.across = _SIDE + _LEFT + _GAP, _ACROSS - _LEFT - _GAP
        right()
        if (self.page, self.y) < (last, bottom):
            self.page, self.y = last, bottom
        self.left, self.across = _SIDE, _ACROSS
        self.y += 1

    def keep(self, height: float) -> None:
        """The next page, where less than this is left of the one in hand."""
        if self.room() < height and not self.fresh_page:
            self._next_page()

    def space(self, height: float) -> None:
        self.y += height

    def line_across(self) -> None:
        self.rule(_SIDE, self.y + 0.4, _ACROSS)
        self.y += 1.6

    def _set(self, text: str, step: float, x: float, width: float, *, bar: bool = False) -> None:
        text = fonts.printable(text)
        rtl = fonts.right_to_left(text)
        for line in self.lines(text, width):
            self.keep(step)
            if bar:
                self.box(x + width + 1.5 if rtl else x - 2.2, self.y, 0.7, step, ACCENT)
            y = self.y
            self.line_at(x, y, line, width, rtl, step)
            self.y = y + step
            self.fresh_page = False

    def _next_page(self) -> None:
        """The page after the one in hand, which the column beside may have begun already."""
        if self.page < len(self.pages):
            self.page, self.y = self.page + 1, _TOP + 1
        else:
            self.add_page()
