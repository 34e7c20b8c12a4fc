"""Documents to text: PDF, DOCX, plain text and Markdown, read in a process of their own that is stopped on time.

A file from outside may be damaged or made to do harm. The child process (`python -m interview.documents`: bytes on
standard input, JSON on standard output) has a limit on time, memory and processor, sees no settings or keys, and dies
with its parent. Every failure is a :class:`DocumentError` with one of the codes of `_SENTENCES`.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path

from interview.errors import DocumentError

MAX_BYTES = 10 * 1024 * 1024
MAX_PAGES = 40
MAX_CHARS = 200_000
MIN_LETTERS = 40
"""Fewer letters than this are "no text", in a file as in pasted text: about six words."""

_SECONDS = 4.5
_MEMORY = 1024 * 1024 * 1024
_ROOT = Path(__file__).resolve().parents[1]
_READERS = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
_SENTENCES = {
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
_WEB_PAGE = "web-page"
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"


@dataclass(frozen=True)
class DocumentText:
    """A document's text (NFC, blanks squeezed), what to tell the reader about it, and its pages where it has any."""

    text: str
    warnings: tuple[str, ...]
    pages: int | None


def problem(code: str) -> DocumentError:
    """The error of that code with its sentence; never a word of the document."""
    return DocumentError(_SENTENCES[code], code=code)


def read(name: str, data: bytes) -> DocumentText:
    """The text of a PDF, DOCX, TXT or MD file; its type is decided by the bytes, then by the end of `name`.

    Takes at most 4.5 seconds once started. Raises DocumentError: `document_too_large` (10 MB), `document_too_long`
    (40 pages, 200,000 characters), `document_type_unsupported`, `document_encrypted`, `document_damaged`,
    `document_no_text`, `document_timeout`.
    """
    return _read_apart(_ending(name), data)


def read_html(html: str) -> DocumentText:
    """The text of a web page, read with the same care; raises as `read` does."""
    return _read_apart(_WEB_PAGE, html.encode("utf-8", "replace"))


def read_pasted(text: str) -> DocumentText:
    """Text that a person pasted, under the same limits and made even in the same way; raises as `read` does."""
    if len(text) > 2 * MAX_CHARS:
        raise problem("document_too_long")
    try:
        return finished(text)
    except DocumentError as error:
        if error.code != "document_no_text":
            raise
        raise DocumentError("Too little text: paste at least a few sentences.", code=error.code) from None


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


def _ending(name: str) -> str:
    found = re.search(r"\.([A-Za-z0-9]{1,8})\s*$", name)
    return found.group(1).lower() if found else ""


# --- the parent's side ------------------------------------------------------------------------------------------------


def _read_apart(kind: str, data: bytes) -> DocumentText:
    if len(data) > MAX_BYTES:
        raise problem("document_too_large")
    with _READERS:
        reply = _ask_child(kind, data)
    try:
        answer = json.loads(reply)
        if "code" in answer:
            raise problem(answer["code"])
        return DocumentText(answer["text"], tuple(answer["warnings"]), answer["pages"])
    except (ValueError, KeyError, TypeError):
        raise problem("document_damaged") from None


def _ask_child(kind: str, data: bytes) -> bytes:
    """Runs the child; `document_timeout` when it had to be stopped."""
    passed_on = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if key in os.environ}
    command = [sys.executable, "-X", "utf8", "-m", "interview.documents", kind]
    try:
        child = subprocess.run(  # noqa: S603 - our own module; the kind is letters and digits
            command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=_SECONDS, cwd=_ROOT,
            check=False, env={**passed_on, "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise problem("document_timeout") from None
    # pdfium aborts where it gets no more memory
    if -child.returncode in {signal.SIGKILL, signal.SIGXCPU, signal.SIGALRM, signal.SIGABRT, signal.SIGTRAP}:
        raise problem("document_timeout")
    return child.stdout


# --- the child's side -------------------------------------------------------------------------------------------------


def _main() -> None:
    _confine()
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        answer = asdict(_convert(sys.argv[1] if len(sys.argv) > 1 else "", data))
    except DocumentError as error:
        answer = {"code": error.code}
    except (MemoryError, RecursionError):
        answer = {"code": "document_timeout"}
    except Exception:  # noqa: BLE001 - whatever a parser says of a hostile file, it could not be read
        answer = {"code": "document_damaged"}
    sys.stdout.write(json.dumps(answer))


def _confine() -> None:
    """Ends with the parent and within its limits, whatever the document makes the parsers do."""
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if sys.platform != "win32":
        import resource

        seconds = int(_SECONDS) + 1
        signal.alarm(seconds)  # for a parent that ended before the call above
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _convert(kind: str, data: bytes) -> DocumentText:
    if kind == _WEB_PAGE:
        from interview.docx_text import html_text

        return finished(html_text(data.decode()))
    if b"%PDF-" in data[:1024]:
        from interview.pdf_text import pdf_text

        return pdf_text(data)
    if data.startswith(_ZIP):
        from interview.docx_text import docx_text

        return docx_text(data)
    if data.startswith(_OLE):  # old Office files, and the wrapper that Office puts around a protected DOCX
        protected = "EncryptedPackage".encode("utf-16-le") in data
        raise problem("document_encrypted" if protected else "document_type_unsupported")
    text = _decoded(data)
    if text is not None and kind in {"", "txt", "text", "md", "markdown"} and not text.startswith("{\\rtf"):
        return finished(text)
    raise problem("document_damaged" if kind in {"pdf", "docx"} else "document_type_unsupported")


def _decoded(data: bytes) -> str | None:
    """The text of a plain file; None where the bytes are no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data[:100_000]).best()
        text = data.decode(best.encoding if best else "cp1252", errors="replace")
    controls = len(re.findall("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]", text[:100_000]))
    return None if controls > len(text[:100_000]) / 50 else text


if __name__ == "__main__":
    _main()
