"""Which words of a PDF page a person looking at it can see.

The page is painted twice, with its text and without it. A word that is off the page, in type under 4 points, or makes
no difference to the picture (white on white, render mode 3, clipped away, under a box) is hidden. This judges what is
seen: white type on a dark sidebar is.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pypdfium2.raw

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.int16]

pdfium: Any = pypdfium2.raw
_SMALLEST_TYPE = 4.0
_CONTRAST = 20
"""Least difference, of 255 in any colour, that counts as seen; light grey #ccc on white is 51."""
_SCALE = 2.0
_MOST_PIXELS = 6_000_000
_FILL_MODE, _INVISIBLE_MODE = 0, 3
_LAST_LATIN = "\u024f"


@dataclass
class Word:
    """Letters that stand together in one text object; `box` is left, bottom, right, top in points."""

    place: int
    text: str = ""
    box: tuple[float, float, float, float] = (math.inf, math.inf, -math.inf, -math.inf)
    hidden: str = ""

    def add(self, letter: str, box: tuple[float, float, float, float]) -> None:
        self.text += letter
        mine = self.box
        self.box = (min(mine[0], box[0]), min(mine[1], box[1]), max(mine[2], box[2]), max(mine[3], box[3]))


class _Painted(NamedTuple):
    """The page with and without its text: arrays of rows x columns x 3, 0-255."""

    full: Picture
    bare: Picture


def mark_hidden(page: Any, textpage: Any, words: list[Word], *, paint: bool) -> bool:
    """Marks the words that nobody sees with why; False where the page was not, or could not be, painted.

    Words of an unpainted page are held against size and place only. Takes pypdfium2's page and text page.
    """
    painted = _painted(page) if paint else None
    sizes = [_type_size(textpage, word.place) for word in words]
    tallest: dict[int, float] = {}  # some fonts state a size that says nothing: what their letters measure counts too
    for word, size in zip(words, sizes, strict=True):
        tallest[round(size * 4)] = max(tallest.get(round(size * 4), 0.0), word.box[3] - word.box[1])
    for word, size in zip(words, sizes, strict=True):
        rows, columns = _on_page(page, word, painted)
        if rows.start >= rows.stop or columns.start >= columns.stop:
            word.hidden = "off-page"
        elif size < _SMALLEST_TYPE and tallest[round(size * 4)] < _SMALLEST_TYPE:
            word.hidden = "tiny"
        elif painted and not _is_seen(textpage, word, painted, rows, columns):
            word.hidden = "invisible"
    return painted is not None


def _type_size(textpage: Any, place: int) -> float:
    """The letter's height in points as set on the page; less for type squeezed to less than a third of its width."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(textpage, place, matrix)
    stretch = min(math.hypot(matrix.c, matrix.d), 3 * math.hypot(matrix.a, matrix.b))
    return float(pdfium.FPDFText_GetFontSize(textpage, place)) * stretch


def _on_page(page: Any, word: Word, painted: _Painted | None) -> tuple[slice, slice]:
    """Rows and columns of the picture that the word covers; empty where it is off the page."""
    height, width = painted.full.shape[:2] if painted else (int(page.get_height()), int(page.get_width()))
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for across, up in ((word.box[0], word.box[1]), (word.box[2], word.box[3])):
        pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, across, up, x, y)
        corners.append((x.value, y.value))
    (x0, y0), (x1, y1) = corners
    rows = slice(max(0, min(y0, y1) - 1), min(height, max(y0, y1) + 2))
    return rows, slice(max(0, min(x0, x1) - 1), min(width, max(x0, x1) + 2))


def _is_seen(textpage: Any, word: Word, painted: _Painted, rows: slice, columns: slice) -> bool:
    """Whether the word's type changes the picture where it stands, and is of another colour than what it stands on.

    The second keeps white type from passing because it lies on top of type that is seen.
    """
    import numpy as np

    text_object = pdfium.FPDFText_GetTextObject(textpage, word.place)
    mode = pdfium.FPDFTextObj_GetTextRenderMode(text_object)
    bare = painted.bare[rows, columns]
    changed = abs(painted.full[rows, columns] - bare).max(axis=2) >= _CONTRAST
    if mode != _INVISIBLE_MODE and _lacks_font(text_object, word):
        changed[:] = True
    if not changed.any():
        return False
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if mode != _FILL_MODE or not pdfium.FPDFText_GetFillColor(textpage, word.place, red, green, blue, alpha):
        return True
    # pdfium's pictures are blue, green, red
    own = abs(bare - np.array((blue.value, green.value, red.value), dtype=np.int16)).max(axis=2) >= _CONTRAST
    return bool((changed & own).any())


def _lacks_font(text_object: Any, word: Word) -> bool:
    """Whether the word cannot be painted here: its font is not in the file, and pdfium's own know Latin letters only.

    Japanese résumés often rely on the reader's fonts; such words are judged by their colour alone.
    """
    return max(word.text) > _LAST_LATIN and not pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(text_object))


def _painted(page: Any) -> _Painted | None:
    """The page's two pictures; None for a page so large that small type would be lost in them."""
    scale = min(_SCALE, math.sqrt(_MOST_PIXELS / max(1.0, page.get_width() * page.get_height())))
    if scale < 1:
        return None
    full = _picture(page, scale)
    objects = list(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]))
    modes = [pdfium.FPDFTextObj_GetTextRenderMode(one) for one in objects]
    for one in objects:
        pdfium.FPDFTextObj_SetTextRenderMode(one, _INVISIBLE_MODE)
    bare = _picture(page, scale)
    for one, mode in zip(objects, modes, strict=True):
        pdfium.FPDFTextObj_SetTextRenderMode(one, mode)
    return _Painted(full, bare)


def _picture(page: Any, scale: float) -> Picture:
    return page.render(scale=scale, draw_annots=False).to_numpy()[:, :, :3].astype("int16")  # type: ignore[no-any-return]
