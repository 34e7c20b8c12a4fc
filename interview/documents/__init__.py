"""Documents to text: PDF, DOCX, plain text and Markdown, read in a process of their own that is stopped on time.

A file from outside may be damaged or made to do harm. The child process (`python -m interview.documents`: bytes on
standard input, JSON on standard output) has a limit on time, memory and processor, sees no settings or keys, and dies
with its parent. Every failure is a :class:`DocumentError` with one of the codes of `text.SENTENCES`.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

from interview.documents.text import MAX_BYTES, MAX_CHARS, MIN_LETTERS, DocumentText, finished, problem
from interview.errors import DocumentError

__all__ = ["MAX_BYTES", "MIN_LETTERS", "DocumentText", "read", "read_html", "read_pasted"]

PROCESSOR_SECONDS = 5
"""Of a processor: what a file takes of it is the same however busy the machine is."""
WAIT_SECONDS = 60.0
"""By the clock; far above what five seconds of a processor take even on a busy machine."""
MEMORY = 1024 * 1024 * 1024
WEB_PAGE = "web-page"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ROOT = Path(__file__).resolve().parents[2]
_READERS = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))


def read(name: str, data: bytes) -> DocumentText:
    """The text of a PDF, DOCX, TXT or MD file; its type is decided by the bytes, then by the end of `name`.

    Takes at most five seconds of a processor once started, a minute in all. Raises DocumentError: `document_too_large`
    (10 MB), `document_too_long` (40 pages, 200,000 characters), `document_type_unsupported`, `document_encrypted`,
    `document_damaged`, `document_no_text`, `document_timeout`.
    """
    return _read_apart(_ending(name), data)


def read_html(html: str) -> DocumentText:
    """The text of a web page, read with the same care; raises as `read` does."""
    return _read_apart(WEB_PAGE, html.encode("utf-8", "replace"))


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


def _ending(name: str) -> str:
    found = re.search(r"\.([A-Za-z0-9]{1,8})\s*$", name)
    return found.group(1).lower() if found else ""


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
            command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=WAIT_SECONDS, cwd=_ROOT,
            check=False, env={**passed_on, "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise problem("document_timeout") from None
    # pdfium aborts where it gets no more memory
    if -child.returncode in {signal.SIGKILL, signal.SIGXCPU, signal.SIGALRM, signal.SIGABRT, signal.SIGTRAP}:
        raise problem("document_timeout")
    return child.stdout
