"""What an interview is made from, as it was sent: which form of a document counts, and what is told about it.

REST and the pages read through here, so that the same file gives the same text and the same warnings.
"""

from __future__ import annotations

from dataclasses import dataclass

from interview import documents
from interview.documents import DocumentText
from interview.documents.job_page import fetch_job_description
from interview.errors import DocumentError

_JOB, _RESUME = "Job description", "Résumé"
_SHORT_JOB = "very short, so the plan follows mostly from the role title."
_URL_UNUSED = "the web address was not read, because the text was sent too."


@dataclass(frozen=True)
class Sent:
    """A document as it was sent. The file counts, else the pasted text, else (for a job) the page at the address."""

    name: str = ""
    data: bytes | None = None
    text: str = ""
    url: str = ""

    @property
    def empty(self) -> bool:
        return self.data is None and not self.text.strip() and not self.url.strip()

    @property
    def only_address(self) -> bool:
        return not self.empty and self.data is None and not self.text.strip()


def read_resume(sent: Sent) -> DocumentText:
    """The résumé's text; its warnings say that they are about the résumé. Raises DocumentError."""
    found = documents.read_pasted(sent.text) if sent.data is None else documents.read(sent.name, sent.data)
    return _named(_RESUME, found)


def read_job(sent: Sent) -> DocumentText:
    """The job description's text with named warnings. Raises DocumentError, also for a page that cannot be read.

    What a person sent is surer than what an address answers, so the address is read only where there is nothing else.
    """
    if sent.only_address:
        return about_job(fetch_job_description(sent.url))
    found = _pasted_job(sent.text) if sent.data is None else documents.read(sent.name, sent.data)
    unused = (_URL_UNUSED,) if sent.url.strip() else ()
    return about_job(DocumentText(found.text, (*found.warnings, *unused), found.pages))


def about_job(found: DocumentText) -> DocumentText:
    """The same text; its warnings say that they are about the job description."""
    return _named(_JOB, found)


def _pasted_job(text: str) -> DocumentText:
    """A few words are a poor job description, and still enough to plan from."""
    try:
        return documents.read_pasted(text)
    except DocumentError as error:
        if error.code != "document_no_text" or not text.strip():
            raise
        return DocumentText(" ".join(text.split()), (_SHORT_JOB,), None)


def _named(what: str, found: DocumentText) -> DocumentText:
    told = tuple(f"{what}: {warning[0].lower()}{warning[1:]}" for warning in found.warnings)
    return DocumentText(found.text, told, found.pages)
