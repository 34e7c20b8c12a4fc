"""The form that makes an interview: which of its parts are used, and what is told about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import File, Form, UploadFile

from interview import documents
from interview.documents import MAX_BYTES, DocumentText
from interview.documents.job_page import fetch_job_description
from interview.errors import DocumentError, InvalidPayload
from interview.records import NewInterview

_JOB, _RESUME = "Job description", "Résumé"
_SHORT_JOB = "very short, so the plan follows mostly from the role title."
_URL_UNUSED = "the web address was not read, because the text was sent too."


@dataclass
class InterviewForm:
    """The multipart fields of `POST /api/interviews`."""

    role_title: Annotated[str, Form(max_length=200, description="Needed unless `position_id` is given.")] = ""
    resume: Annotated[UploadFile | None, File(description="PDF, DOCX, TXT or MD, up to 10 MB and 40 pages.")] = None
    resume_text: Annotated[str, Form(description="The résumé pasted, where there is no file.")] = ""
    job_description: Annotated[UploadFile | None, File(description="As `resume`; comes before the other two.")] = None
    job_text: Annotated[str, Form(description="The job description pasted.")] = ""
    job_description_url: Annotated[
        str,
        Form(
            max_length=2_000,
            description="A public http or https page, read when neither file nor text is sent. When it cannot be read, "
            "the plan is made from the role title and a warning says so.",
        ),
    ] = ""
    candidate_name: Annotated[str, Form(max_length=200)] = ""
    candidate_email: Annotated[str, Form(max_length=320)] = ""
    position_id: Annotated[
        str, Form(max_length=64, description="An existing position; its job text and plan are used.")
    ] = ""
    language: Annotated[str, Form(max_length=20)] = "en"
    draft: Annotated[bool, Form(description="Leave the plan for a person to approve.")] = False


def new_interview(form: InterviewForm) -> NewInterview:
    """Reads the form's documents. Raises InvalidPayload, DocumentError; a job page that fails is a warning."""
    resume = _resume(form)
    job = DocumentText("", (), None) if form.position_id else _job(form)
    return NewInterview(
        role_title=form.role_title,
        job_text=job.text,
        resume_text=resume.text,
        candidate_name=form.candidate_name,
        candidate_email=form.candidate_email,
        position_id=form.position_id or None,
        language=form.language,
        draft=form.draft,
        warnings=(*_about(_RESUME, *resume.warnings), *_about(_JOB, *job.warnings)),
    )


def _resume(form: InterviewForm) -> DocumentText:
    if _sent(form.resume):
        return _read(_RESUME, form.resume)
    if not form.resume_text.strip():
        raise InvalidPayload("Send the résumé: a file as “resume”, or its words as “resume_text”.")
    try:
        return documents.read_pasted(form.resume_text)
    except DocumentError as error:
        raise _named(_RESUME, error) from None


def _job(form: InterviewForm) -> DocumentText:
    """The file, else the pasted text, else the page: what a person sent is surer than what an address answers."""
    unused = (_URL_UNUSED,) if form.job_description_url.strip() else ()
    if _sent(form.job_description):
        found = _read(_JOB, form.job_description)
        return DocumentText(found.text, (*found.warnings, *unused), found.pages)
    if form.job_text.strip():
        found = _pasted_job(form.job_text)
        return DocumentText(found.text, (*found.warnings, *unused), found.pages)
    if not form.job_description_url.strip():
        raise InvalidPayload(
            "Send the job description: a file as “job_description”, its words as “job_text”, or “job_description_url”."
        )
    try:
        return fetch_job_description(form.job_description_url)
    except DocumentError as error:
        note = f"{error.message} The plan was made from the role title alone."
        return DocumentText(form.role_title, (note,), None)


def _pasted_job(text: str) -> DocumentText:
    """A few words are a poor job description, and still enough to plan from."""
    try:
        return documents.read_pasted(text)
    except DocumentError as error:
        if error.code != "document_no_text":
            raise _named(_JOB, error) from None
        return DocumentText(" ".join(text.split()), (_SHORT_JOB,), None)


def _sent(file: UploadFile | None) -> bool:
    """A form in a browser sends a part without name and bytes where no file was chosen."""
    return file is not None and bool(file.filename or file.size)


def _read(what: str, file: UploadFile | None) -> DocumentText:
    assert file is not None  # noqa: S101 - asked before
    try:
        return documents.read(file.filename or "", file.file.read(MAX_BYTES + 1))
    except DocumentError as error:
        raise _named(what, error) from None


def _named(what: str, error: DocumentError) -> DocumentError:
    return DocumentError(f"{what}: {error.message}", code=error.code)


def _about(what: str, *warnings: str) -> tuple[str, ...]:
    return tuple(f"{what}: {warning[0].lower()}{warning[1:]}" for warning in warnings)
