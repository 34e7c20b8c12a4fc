"""A document's text: its limits, its errors in words, and how it is made even."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from interview.errors import DocumentError

MAX_BYTES = 10 * 1024 * 1024
MAX_PAGES = 40
MAX_CHARS = 200_000
MIN_LETTERS = 40
"""Fewer letters than this are "no text", in a file as in pasted text: about six words."""

SENTENCES = {
    "document_too_large": "This file is larger than 10 MB. Save a smaller copy, or paste its text.",
    "document_too_long": "This text is longer than 40 pages or 200,000 characters. Leave out what is not needed.",
    "document_type_unsupported": "This type of file cannot be read: use a PDF, DOCX, TXT or MD file, or paste it.",
    "document_encrypted": "This file is protected by a password. Save a copy without the password, or paste its text.",
    "document_damaged": "This file seems damaged. Save it again as PDF or DOCX, or paste its text.",
    "document_no_text": "Too little text was found: this may be a scan or a picture. Paste the text instead.",
    "document_timeout": "Reading this file took too much time or memory. Save a simpler copy, or paste its text.",
}
_LIGATURES = str.maketrans(dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)))
# Joiners are letters' business in Arabic and Indic scripts; next to Latin text they only hide something.
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    "|(?<![\u0600-\u1fff])[\u200c\u200d]"
)
_MANY_INVISIBLE = 20
# Controls, private-use icons and non-characters: no reader of the text can make anything of them.
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ue000-\uf8ff\ud800-\udfff\ufffe\uffff\U000f0000-\U0010ffff]")


@dataclass(frozen=True)
class DocumentText:
    """A document's text (NFC, blanks squeezed), what to tell the reader about it, and its pages where it has any."""

    text: str
    warnings: tuple[str, ...]
    pages: int | None


def problem(code: str) -> DocumentError:
    """The error of that code with its sentence; never a word of the document."""
    return DocumentError(SENTENCES[code], code=code)


def finished(text: str, warnings: tuple[str, ...] = (), pages: int | None = None) -> DocumentText:
    """The text made even, held to the limits on its length. Raises `document_too_long`, `document_no_text`."""
    invisible = len(_INVISIBLE.findall(text))
    text = _even(text)
    if len(text) > MAX_CHARS:
        raise problem("document_too_long")
    if sum(map(str.isalpha, text)) < MIN_LETTERS:
        raise problem("document_no_text")
    if invisible > _MANY_INVISIBLE:
        warnings = (*warnings, f"Invisible characters were left out: {invisible}.")
    return DocumentText(text, warnings, pages)


def _even(text: str) -> str:
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n\n"))
    text = unicodedata.normalize("NFC", _UNREADABLE.sub(" ", text).translate(_LIGATURES))
    text = re.sub(r"[^\S\n]+", " ", re.sub("[\u2028\u2029]", "\n", text))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" ?\n ?", "\n", text)).strip()
