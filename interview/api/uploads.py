"""The form that makes an interview over REST: its fields, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import File, Form, UploadFile

from interview.documents import MAX_BYTES, DocumentText
from interview.errors import DocumentError, InvalidPayload
from interview.intake import Sent, about_job, read_job, read_resume
from interview.records import NewInterview


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
        warnings=(*resume.warnings, *job.warnings),
    )


def _resume(form: InterviewForm) -> DocumentText:
    sent = _sent(form.resume, form.resume_text)
    if sent.empty:
        raise InvalidPayload("Send the résumé: a file as “resume”, or its words as “resume_text”.")
    with _named("Résumé"):
        return read_resume(sent)


def _job(form: InterviewForm) -> DocumentText:
    sent = _sent(form.job_description, form.job_text, form.job_description_url)
    if sent.empty:
        raise InvalidPayload(
            "Send the job description: a file as “job_description”, its words as “job_text”, or “job_description_url”."
        )
    if not sent.only_address:
        with _named("Job description"):
            return read_job(sent)
    try:
        return read_job(sent)
    except DocumentError as error:
        note = f"{error.message} The plan was made from the role title alone."
        return about_job(DocumentText(form.role_title, (note,), None))


def _sent(file: UploadFile | None, text: str, url: str = "") -> Sent:
    """A form in a browser sends a part without name and bytes where no file was chosen."""
    if file is None or not (file.filename or file.size):
        return Sent(text=text, url=url)
    return Sent(file.filename or "", file.file.read(MAX_BYTES + 1), text, url)


@contextmanager
def _named(what: str) -> Iterator[None]:
    """The sentence of a document that cannot be read says which of the two it is about."""
    try:
        yield
    except DocumentError as error:
        raise DocumentError(f"{what}: {error.message}", code=error.code) from None
