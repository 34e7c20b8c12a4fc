"""Résumés that were submitted together: each is read, then planned, and keeps its own outcome."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

from interview.access import Actor
from interview.documents import DocumentText
from interview.errors import DocumentError, InterviewError
from interview.intake import Sent, read_job, read_resume
from interview.records import InterviewRecord, NewInterview
from interview.service import Service

MAX_RESUMES = 20

State = Literal["waiting", "working", "planned", "unreadable", "failed"]

_INTERRUPTED = InterviewError("The work on this file broke off. Please try again.", code="interrupted")


@dataclass(frozen=True)
class Planned:
    """What the page says of an interview that was made."""

    interview_id: str
    position_id: str
    candidate_name: str
    questions: int
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, record: InterviewRecord, warnings: tuple[str, ...]) -> Planned:
        return cls(record.interview_id, record.position_id, record.candidate_name, len(record.questions), warnings)


@dataclass
class Resume:
    """One file on its way. `unreadable`: its words have to be pasted; `failed`: the same may be tried again."""

    name: str
    sent: Sent
    state: State = "waiting"
    text: DocumentText | None = None
    planned: Planned | None = None
    error: InterviewError | None = None

    def paste(self, text: str) -> None:
        """Wait again, with these words in place of the file."""
        self.sent, self.text, self.state = Sent(text=text), None, "waiting"

    def again(self) -> None:
        """Wait again, with what was read."""
        self.state = "waiting"


@dataclass
class Batch:
    """What one click submitted. `job` is None for a position that exists; it is read once, before the first résumé.

    Two runs of a page may work on one batch, when a click interrupts the first: `lock` lets one of them on at a time,
    and a résumé is taken off what waits before the work on it begins.
    """

    resumes: list[Resume]
    role_title: str = ""
    job: Sent | None = None
    position_id: str | None = None
    twice: tuple[str, ...] = ()
    job_text: DocumentText | None = None
    job_error: InterviewError | None = None
    lock: Lock = field(default_factory=Lock)

    @property
    def next(self) -> str:
        """The name of what `work` does next; "" when nothing is left, or the job description cannot be read."""
        if self.job_error:
            return ""
        if self._job_waits:
            return self.job.name or "the job description" if self.job else ""
        return next((one.name for one in self.resumes if one.state in ("waiting", "working")), "")

    @property
    def planned(self) -> list[Planned]:
        return [one.planned for one in self.resumes if one.planned]

    def paste_job(self, text: str) -> None:
        """Go on with these words as the job description."""
        self.job, self.job_error = Sent(text=text), None

    def work(self, service: Service, actor: Actor) -> None:
        """The next step: the job description, else one résumé. Failures are kept with what they are about."""
        with self.lock:
            for resume in self.resumes:
                if resume.state == "working":  # the lock is free, so nobody works on it any more
                    resume.state, resume.error = "failed", _INTERRUPTED
            if self._job_waits:
                self._read_job()
            elif upcoming := next((one for one in self.resumes if one.state == "waiting"), None):
                self._plan(service, actor, upcoming)

    @property
    def _job_waits(self) -> bool:
        return self.job is not None and self.job_text is None

    def _read_job(self) -> None:
        try:
            self.job_text = read_job(self.job or Sent())
        except DocumentError as error:
            self.job_error = error

    def _plan(self, service: Service, actor: Actor, resume: Resume) -> None:
        resume.state = "working"
        try:
            resume.text = resume.text or read_resume(resume.sent)
            resume.sent = Sent()  # the bytes are not needed any more
            record = service.interviews.create(actor, self._new(resume.text))
            resume.planned, resume.state, resume.error = Planned.of(record, resume.text.warnings), "planned", None
        except DocumentError as error:
            resume.error, resume.state = error, "unreadable"
        except InterviewError as error:
            resume.error, resume.state = error, "failed"

    def _new(self, text: DocumentText) -> NewInterview:
        """A draft, so that a plan that nobody has approved waits for a person; an approved one is taken as it is."""
        job = self.job_text or DocumentText("", (), None)
        return NewInterview(
            role_title=self.role_title,
            job_text=job.text,
            position_id=self.position_id,
            resume_text=text.text,
            draft=True,
            warnings=(*text.warnings, *job.warnings),
        )


def told_apart(files: Sequence[tuple[str, bytes]]) -> tuple[list[Resume], tuple[str, ...]]:
    """A résumé for each different file, and a sentence for each that came twice."""
    found: dict[str, Resume] = {}
    twice: list[str] = []
    for name, data in files:
        digest = hashlib.sha256(data).hexdigest()
        if digest in found:
            first = found[digest].name
            same = f"{name} came twice" if first == name else f"{name} is the same file as {first}"
            twice.append(f"{same} and was taken once.")
        else:
            found[digest] = Resume(name, Sent(name=name, data=data))
    return list(found.values()), tuple(twice)
