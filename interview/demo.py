"""An interview without a browser: a résumé, a job description and answers in; scorecard, transcript and guide out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from interview import documents, exports
from interview.access import SYSTEM
from interview.context import utc_now
from interview.contract import SessionSnapshot, StartRequest, TurnRequest
from interview.errors import DocumentError, InvalidPayload
from interview.models import Scorecard
from interview.records import NewInterview
from interview.service import Service, open_service
from interview.settings import Settings, read_settings
from interview.study_guide import study_guide_pdf

_WORDS_A_MINUTE = 150
"""The pace of unhurried speech: the demo's clock moves on as if the words were spoken."""


class SpokenClock:
    """Begins now and moves only when something is said, so that the same words give the same times."""

    def __init__(self) -> None:
        self._now = utc_now()

    def __call__(self) -> datetime:
        return self._now

    def say(self, text: str) -> None:
        self._now += timedelta(minutes=len(text.split()) / _WORDS_A_MINUTE)


@dataclass(frozen=True)
class DemoResult:
    """What came of it; `unused` counts answers that were not asked for."""

    scorecard: Scorecard
    session: SessionSnapshot
    warnings: tuple[str, ...]
    unused: int
    stopped_early: bool
    files: tuple[Path, ...]


def run_demo(
    resume: Path,
    job: Path,
    role: str,
    answers: Path,
    out: Path,
    *,
    settings: Settings | None = None,
    progress: Callable[[str, float], None] = lambda _step, _share: None,
) -> DemoResult:
    """Hold the interview on a database of its own that is thrown away, and write the files into `out`.

    `settings`: those of the environment without it; they choose the engine. `progress` is told the step and the share
    done, 0 to 1. Raises InterviewError.
    """
    lines = [line.strip() for line in _text(answers).splitlines() if line.strip()]
    progress("Reading the documents", 0.0)
    resume_text, job_text = (_read(path) for path in (resume, job))
    clock = SpokenClock()
    with TemporaryDirectory() as folder:
        own = (settings or read_settings()).model_copy(update={"data_dir": Path(folder), "database_url": ""})
        service = open_service(own, clock=clock)
        try:
            progress("Planning the questions", 0.1)
            new = NewInterview(
                role_title=role,
                job_text=job_text.text,
                resume_text=resume_text.text,
                warnings=(*resume_text.warnings, *job_text.warnings),
            )
            interview_id = service.interviews.create(SYSTEM, new).interview_id
            session, used = _hold(service, clock, interview_id, lines, progress)
            progress("Writing the files", 0.9)
            return _write(service, interview_id, session, len(lines) - used, out)
        finally:
            service.close()
            progress("Done", 1.0)


def _hold(
    service: Service,
    clock: SpokenClock,
    interview_id: str,
    lines: Sequence[str],
    progress: Callable[[str, float], None],
) -> tuple[SessionSnapshot, int]:
    """Answer until the interview is over or the answers are; then stop it."""
    started = service.sessions.start(SYSTEM, StartRequest(interview_id=interview_id))
    question, session_id = started.question, started.session_id
    for used, line in enumerate(lines, start=1):
        progress(f"Answer {used} of {len(lines)}", 0.15 + 0.75 * used / len(lines))
        clock.say(f"{question.content if question else ''} {line}")
        turn = service.sessions.turn(SYSTEM, TurnRequest(session_id=session_id, answer=line))
        if turn.completed:
            return service.sessions.get(SYSTEM, session_id), used
        question = turn.question
    service.sessions.turn(SYSTEM, TurnRequest(session_id=session_id, action="stop"))
    return service.sessions.get(SYSTEM, session_id), len(lines)


def _write(service: Service, interview_id: str, session: SessionSnapshot, unused: int, out: Path) -> DemoResult:
    record = service.interviews.get(SYSTEM, interview_id)
    if record.score is None:
        raise InvalidPayload("The interview ended without a scorecard.")
    guide = service.guides.study_guide(SYSTEM, interview_id)
    transcript = exports.transcript_markdown(
        service.interviews.transcript(SYSTEM, interview_id),
        candidate_name=record.candidate_name,
        role_title=record.role_title,
        held_on=guide.held_on,
    )
    contents = {
        "scorecard.json": exports.scorecard_json(record.score).encode(),
        "transcript.md": transcript.encode(),
        "study-guide.pdf": study_guide_pdf(guide),
        "events.jsonl": exports.events_jsonl(session.events).encode(),
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, data in contents.items():
        (out / name).write_bytes(data)
    return DemoResult(
        scorecard=record.score,
        session=session,
        warnings=record.warnings,
        unused=unused,
        stopped_early=any(event.event_type == "candidate_move" for event in session.events[-4:]),
        files=tuple(out / name for name in contents),
    )


def _read(path: Path) -> documents.DocumentText:
    return documents.read(path.name, _bytes(path))


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidPayload(f"{path.name} is not UTF-8 text.") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror}.", code="document_unreadable") from error
