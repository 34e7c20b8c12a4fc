"""A PDF's visible text, in pdfium's reading order, and a word on what was left out because nobody can see it."""

from __future__ import annotations

import ctypes
import io
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw

from interview.documents.pdf_visible import Word, mark_hidden
from interview.documents.text import MAX_CHARS, MAX_PAGES, MIN_LETTERS, DocumentText, finished, problem

pdfium: Any = pypdfium2.raw
_PAINTING_SECONDS = 1.5
"""Of a processor, for all pages; the rest of them is not checked for hidden text."""
_FEWEST_REPORTED = 4
"""Fewer hidden words are leftovers, such as a page number below the edge: left out without a word."""
_LINE_END_HYPHEN = "\ufffe"
# Not those that are syllables too: "data-base", "part-ner", "top-ics".
_FIRST_HALVES = re.compile(
    "client|cross|customer|decision|entry|first|full|hands|large|long|mid|multi|non|object|problem|role|self|semi|"
    "service|single|two|user|well",
    re.IGNORECASE,
)


@dataclass
class _Findings:
    """What the pages gave, in their order."""

    texts: list[str] = field(default_factory=list)
    hidden: Counter[int] = field(default_factory=Counter)
    reasons: set[str] = field(default_factory=set)
    scans: list[int] = field(default_factory=list)
    unchecked: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)

    def warnings(self) -> tuple[str, ...]:
        kinds = " or ".join(sorted(self.reasons))
        left_out = f"Hidden text was left out: {self.hidden.total()} words in {kinds} type on "
        scanned = "Read from the text behind a scanned picture, which may differ from what is seen: "
        reported = sorted(self.hidden) if self.hidden.total() >= _FEWEST_REPORTED else []
        said = (
            (reported, left_out, "."),
            (self.scans, scanned, "."),
            (self.unchecked, "Not checked for hidden text: ", "."),
            (self.unread, "Could not be read: ", "."),
        )
        return tuple(before + _pages(pages) + after for pages, before, after in said if pages)


def pdf_text(data: bytes) -> DocumentText:
    """The visible text of a PDF. Raises DocumentError as `interview.documents.read` says."""
    document = _opened(data)
    if len(document) > MAX_PAGES:
        raise problem("document_too_long")
    found = _Findings()
    deadline = time.process_time() + _PAINTING_SECONDS
    for number in range(len(document)):
        try:
            found.texts.append(_page_text(document[number], number + 1, found, deadline))
        except pypdfium2.PdfiumError:
            found.unread.append(number + 1)
        if sum(map(len, found.texts)) > 2 * MAX_CHARS:
            raise problem("document_too_long")
    if len(found.unread) == len(document):
        raise problem("document_damaged")
    text = "\n\n".join(found.texts)
    if re.search("[\x01-\x08\x0e-\x1f]", text):
        text = text.translate(_ligatures(data))
    return finished(_joined(text), found.warnings(), len(document))


def _opened(data: bytes) -> Any:
    """The document; what pdfium cannot open is first put in order by pypdf, which forgives other faults."""
    try:
        return _loaded(data)
    except pypdfium2.PdfiumError:
        from pypdf import PdfReader, PdfWriter

        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise problem("document_encrypted") from None
        mended = io.BytesIO()
        PdfWriter(clone_from=reader).write(mended)
        return _loaded(mended.getvalue())


def _loaded(data: bytes) -> Any:
    try:
        return pypdfium2.PdfDocument(data)  # type: ignore[no-untyped-call]
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise problem("document_encrypted") from None
        raise


def _page_text(page: Any, number: int, found: _Findings, deadline: float) -> str:
    """The page's visible text; notes in `found` what was hidden."""
    textpage = page.get_textpage()
    if textpage.count_chars() > 2 * MAX_CHARS:
        raise problem("document_too_long")
    pieces = list(_pieces(textpage))
    words = [piece for piece in pieces if isinstance(piece, Word)]
    if not words:
        return ""
    if not mark_hidden(page, textpage, words, paint=time.process_time() < deadline):
        found.unchecked.append(number)
    if _is_scan(page, words):
        found.scans.append(number)
        for word in words:
            word.hidden = "" if word.hidden == "invisible" else word.hidden
    if hidden := [word for word in words if word.hidden]:
        found.reasons |= {word.hidden for word in hidden}
        found.hidden[number] = len(_together(pieces, hidden=True).split())
    return _together(pieces, hidden=False)


def _pieces(textpage: Any) -> Iterator[Word | str]:
    """The page's words, and what stands between them, in reading order."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    word, owner = Word(0), None
    for place in range(textpage.count_chars()):
        letter = chr(pdfium.FPDFText_GetUnicode(textpage, place) or 0x20)
        letter = _LINE_END_HYPHEN if letter == "\x02" else letter
        text_object = pdfium.FPDFText_GetTextObject(textpage, place)
        now = ctypes.cast(text_object, ctypes.c_void_p).value if text_object else None
        blank = letter.isspace() or letter == _LINE_END_HYPHEN or now is None
        if word.text and (blank or now != owner):
            yield word
            word = Word(place)
        if blank:
            yield letter
            word = Word(place + 1)
        else:
            pdfium.FPDFText_GetCharBox(textpage, place, left, right, bottom, top)
            word.add(letter, (left.value, bottom.value, right.value, top.value))
        owner = now
    if word.text:
        yield word


def _is_scan(page: Any, words: list[Word]) -> bool:
    """A page whose only words stand invisibly behind a picture of it, as text recognition leaves them."""
    shown = sum(len(word.text) for word in words if not word.hidden)
    behind = sum(len(word.text) for word in words if word.hidden == "invisible")
    if shown >= MIN_LETTERS or behind < MIN_LETTERS:
        return False
    covered = 0.0
    for picture in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):  # scanners cut pages into strips
        left, bottom, right, top = picture.get_bounds()
        covered += (right - left) * (top - bottom)
    return bool(covered >= page.get_width() * page.get_height() / 2)


def _together(pieces: list[Word | str], *, hidden: bool) -> str:
    kept = (
        piece if isinstance(piece, str) else piece.text
        for piece in pieces
        if isinstance(piece, str) or bool(piece.hidden) is hidden
    )  # fmt: skip
    return "".join(kept).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _ligatures(data: bytes) -> dict[int, str]:
    """What control characters stand for in fonts without a Unicode map: TeX puts ligatures there, under their names."""
    from pypdf import PdfReader
    from pypdf.generic import NullObject

    letters: dict[int, str] = {}
    for page in PdfReader(io.BytesIO(data), strict=False).pages:
        for font in page.get("/Resources", {}).get("/Font", {}).values():
            encoding = font.get_object().get("/Encoding", NullObject()).get_object()
            code = 0
            for item in encoding.get("/Differences", ()) if isinstance(encoding, dict) else ():
                name = str(item).replace("_", "").removeprefix("/")
                if code < ord(" ") and name in {"ff", "fi", "fl", "ffi", "ffl"}:
                    letters[code] = name
                code = code + 1 if isinstance(item, str) else int(item)
    return letters


def _joined(text: str) -> str:
    """Words parted at a line's end made whole; a hyphen that belongs to the word is kept."""

    def join(match: re.Match[str]) -> str:
        first, second = match.groups()
        whole = f"{first}-{second}"
        belongs = "-" in first or _FIRST_HALVES.fullmatch(first) or not second[0].islower() or whole in text
        return whole if belongs else first + second

    return re.sub(rf"([\w-]+){_LINE_END_HYPHEN}\s*(\w+)", join, text).replace(_LINE_END_HYPHEN, "-\n")


def _pages(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"page {numbers[0]}"
    return f"pages {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
