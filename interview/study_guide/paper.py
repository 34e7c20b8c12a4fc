"""The paper of a study guide: A4 pages with header and footer, lines of text in many scripts, boxes and rules.

Lengths are millimetres, sizes points, unless said otherwise. Lines are placed here rather than by fpdf2, so that no
single line is left behind on a page and right-to-left lines run right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from fpdf import FPDF, ViewerPreferences
from fpdf.enums import Align, MethodReturnValue, WrapMode

from interview import fonts

Colour = tuple[int, int, int]
INK: Colour = (31, 41, 51)
MUTED: Colour = (82, 96, 109)
ACCENT: Colour = (23, 94, 104)
TINT: Colour = (232, 242, 243)
LINE: Colour = (196, 210, 213)
WHITE: Colour = (255, 255, 255)

MARGIN, TOP, BOTTOM = 22.0, 26.0, 271.0
WIDTH = 210 - 2 * MARGIN
BODY, SMALL = 10.5, 9.0
LEADING = 0.53
"""Line height in millimetres per point of size: 1.5 lines."""
STEP = BODY * LEADING
_PAGE_COUNT = "\x01\x02"
"""Stands for the number of pages until it is known: control characters, so that no printed text can contain them."""


class Paper(FPDF):
    """One document being drawn; `y` is the top of what comes next, `fresh_page` that nothing stands on the page yet."""

    def __init__(self, title: str, *, subject: str, footer: str) -> None:
        super().__init__(format="A4")
        self.running_title = fonts.printable(title)
        self._footer_text = footer
        self.fresh_page = True
        self.set_margins(MARGIN, TOP)
        self.set_auto_page_break(False)
        self.c_margin = 0
        self.alias_nb_pages(_PAGE_COUNT)
        self.set_title(title)
        self.set_lang("en")
        self.set_subject(subject)
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
        self.fresh_page = True
        if self.page_no() == 1:
            return
        self.style(SMALL, MUTED)
        line = self.lines(self.running_title, WIDTH)[0]
        self.line_at(MARGIN, 13, line, WIDTH)
        self.rule(MARGIN, 19.5, WIDTH)
        self.set_y(TOP)

    def footer(self) -> None:
        """What the guide is, and the page's number."""
        self.style(SMALL - 0.5, MUTED)
        self.rule(MARGIN, 280, WIDTH)
        self.line_at(MARGIN, 282, f"Page {self.page_no()} of {_PAGE_COUNT}", WIDTH)
        self.set_xy(MARGIN, 282)
        self.cell(WIDTH, 5, self._footer_text, align=Align.R)

    def paragraph(self, text: str, *, indent: float = 0, mark: Callable[[], None] | None = None) -> None:
        """Sets a text over as many pages as it needs; `mark` draws what stands left of its first line."""
        text = fonts.printable(text)
        step, rtl = self.font_size_pt * LEADING, fonts.right_to_left(text)
        lines = self.lines(text, WIDTH - indent)
        while lines:
            count = self.fitting(len(lines), step)
            if not count:
                self.add_page()
                continue
            if mark:
                mark()
                mark = None
            self.set_lines(lines[:count], step, rtl, indent=indent, width=WIDTH - indent)
            lines = lines[count:]

    def lines(self, text: str, width: float) -> list[str]:
        """The lines that a printable text takes in the current font, in reading order."""
        wrap = WrapMode.CHAR if fonts.unspaced(text) else WrapMode.WORD
        lines = self.multi_cell(
            width, 5, text, dry_run=True, output=MethodReturnValue.LINES, align=Align.L, wrapmode=wrap
        )
        return [line.strip() for line in lines if line.strip()]  # type: ignore[union-attr]

    def set_lines(
        self, lines: Sequence[str], step: float, rtl: bool, *, indent: float = 0, width: float = WIDTH
    ) -> None:
        """Sets lines below each other from `y` on."""
        for line in lines:
            y = self.y
            self.line_at(MARGIN + indent, y, line, width, rtl, step)
            self.y = y + step
        self.fresh_page = False

    def line_at(self, x: float, y: float, line: str, width: float, rtl: bool = False, height: float = 5) -> None:
        """Sets one line in a box whose left upper corner is given; `rtl` runs and aligns it from the right."""
        self.set_xy(x, y)
        self.cell(width, height, fonts.visual(line, from_right=rtl), align=Align.R if rtl else Align.L)

    def fitting(self, lines: int, step: float, extra: float = 0) -> int:
        """How many of these lines go on this page, so that neither here nor on the next a single line stands alone."""
        fit = min(lines, int((self.room() - extra) / step))
        if fit >= lines:
            return fit
        fit = fit - 1 if lines - fit == 1 else fit
        return fit if fit > 1 else 0

    def room(self) -> float:
        """The height that is left on this page."""
        return BOTTOM - self.y

    def style(self, size: float, colour: Colour, style: str = "") -> None:
        """The font size, colour and style ("", "B", "I") of what is set next."""
        self.set_font("noto", style, size)
        self.set_text_color(*colour)

    def pen(self, colour: Colour, width: float) -> None:
        """The colour and width of outlines."""
        self.set_draw_color(*colour)
        self.set_line_width(width)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A filled rectangle."""
        self.set_fill_color(*colour)
        self.rect(x, y, width, height, style="F")

    def rule(self, x: float, y: float, width: float) -> None:
        """A thin line across."""
        self.pen(LINE, 0.2)
        self.line(x, y, x + width, y)
