"""The child process that reads one document: bytes on standard input, JSON on standard output, within its limits."""

from __future__ import annotations

import json
import re
import signal
import sys
from dataclasses import asdict

from interview.documents import MEMORY, OLE, PROCESSOR_SECONDS, WAIT_SECONDS, WEB_PAGE
from interview.documents.text import MAX_BYTES, DocumentText, finished, problem
from interview.errors import DocumentError

_ZIP = b"PK\x03\x04"


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

        signal.alarm(int(WAIT_SECONDS) + 1)  # for a parent that ended before the call above
        resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _convert(kind: str, data: bytes) -> DocumentText:
    if kind == WEB_PAGE:
        from interview.documents.docx import html_text

        return finished(html_text(data.decode()))
    if b"%PDF-" in data[:1024]:
        from interview.documents.pdf import pdf_text

        return pdf_text(data)
    if data.startswith(_ZIP):
        from interview.documents.docx import docx_text

        return docx_text(data)
    if data.startswith(OLE):  # old Office files, and the wrapper that Office puts around a protected DOCX
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
