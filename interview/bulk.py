"""Many candidates invited to one position by a file: all of its interviews and links are made, or none.

A link's token is derived from the server's own key, who asked, and the file: a request that is sent again finds what it
has made already, and nothing else has to be kept for that.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from interview.access import HIRING_ROLES, Actor, audit
from interview.bulk_lines import BulkFile, BulkLine, BulkProblem, read_file
from interview.context import Context
from interview.errors import Conflict, InterviewError, InvalidPayload
from interview.exports import score_rows_csv
from interview.interviews import Interviews, interview_row
from interview.invitations import IssuedInvitation, add_invitation, issued_invitation
from interview.models import CandidatePlan, CandidateProfile, Mode, Model
from interview.positions import Position, Positions
from interview.records import NewInterview
from interview.store import bulk_queries, queries
from interview.store.tables import InvitationRow
from interview.tokens import derived_key, secret_hash
from interview.usage import charged

AT_ONCE = 4
"""Résumés that the engine reads at the same time."""

REPEATED_WITHIN = timedelta(hours=24)
"""So long a request that is sent again is answered with the links that it made; later it is refused."""

LINK_COLUMNS = (
    "line", "candidate_name", "candidate_email", "link", "mode", "extra_time_factor", "expires_at", "interview_id",
)  # fmt: skip
_TOLD = 20
_LONGEST_KEY = 200


class BulkInvitee(Model):
    """What would be made of a line."""

    line: int
    candidate_name: str
    candidate_email: str
    resume: bool
    mode: Mode
    extra_time_factor: float
    expires_in_hours: float


class BulkLook(Model):
    """What a file would make; it makes nothing as long as there is a problem."""

    invitees: tuple[BulkInvitee, ...]
    problems: tuple[BulkProblem, ...]


@dataclass(frozen=True)
class BulkLink:
    """What was made of a line."""

    line: BulkLine
    interview_id: str
    issued: IssuedInvitation


@dataclass(frozen=True)
class BulkLinks:
    """What was made of a file, in its order. The links are known this once."""

    position_id: str
    made: tuple[BulkLink, ...]

    def csv(self) -> str:
        """A row per candidate, `LINK_COLUMNS`; nothing in it is taken for a formula."""
        rows = [
            {
                "line": one.line.number,
                "candidate_name": one.line.name,
                "candidate_email": one.line.email,
                "link": one.issued.url,
                "mode": one.issued.mode,
                "extra_time_factor": one.issued.extra_time_factor,
                "expires_at": one.issued.expires_at,
                "interview_id": one.interview_id,
            }
            for one in self.made
        ]
        return score_rows_csv(rows, LINK_COLUMNS)


class BulkInvitations:
    """The use cases around a file of candidates."""

    def __init__(self, context: Context, positions: Positions, interviews: Interviews) -> None:
        self._context = context
        self._positions = positions
        self._interviews = interviews

    def look(self, actor: Actor, position_id: str, data: bytes) -> BulkLook:
        """What would be made of the file, and every problem with it. Changes nothing.

        Raises NotFound `position_not_found`, Conflict `plan_not_approved`.
        """
        self._position(actor, position_id)
        file = self._checked(position_id, data)
        wrong = {problem.line for problem in file.problems}
        invitees = tuple(_invitee(line) for line in file.lines if line.number not in wrong)
        return BulkLook(invitees=invitees, problems=tuple(file.problems))

    def make(
        self,
        actor: Actor,
        position_id: str,
        data: bytes,
        key: str | None = None,
        progress: Callable[[float], object] = lambda _: None,
    ) -> BulkLinks:
        """An interview and a link for every line. Sent again, with the same key, within a day: the same links.

        `progress`: told the share, 0 to 1, of the résumés that are read. Raises what `look` raises, InvalidPayload
        `bulk_invalid`, Conflict (`bulk_repeated`, `plan_changed`), EngineFailure, BudgetReached; nothing is made then.
        """
        if key is not None and not 1 <= len(key) <= _LONGEST_KEY:
            raise InvalidPayload(f"The Idempotency-Key must have 1 to {_LONGEST_KEY} characters.")
        position = self._position(actor, position_id)
        lines = read_file(data).lines
        tokens = self._tokens(f"{position_id}:{actor.reviewer_id}:{key or ''}:{_digest(data)}", lines)
        with self._context.database.read() as tx:
            if (again := self._made_before(tx, position_id, lines, tokens)) is not None:
                return again
        _require_right(self._checked(position_id, data))
        added = self._probed(position, lines, progress)
        with self._context.database.write() as tx:
            if (again := self._made_before(tx, position_id, lines, tokens)) is not None:
                return again
            self._require_unchanged(tx, position, lines)
            made = [self._add(tx, actor, position, line, added[line.number], tokens[line.number]) for line in lines]
            audit(tx, self._context, actor, "candidates_invited", position_id, interviews=len(made))
            return BulkLinks(position_id, tuple(made))

    def _position(self, actor: Actor, position_id: str) -> Position:
        """With its newest approved plan."""
        actor.require(*HIRING_ROLES)
        position = self._positions.approved(actor, position_id, draft=True)
        if position.approved_at is None:
            raise Conflict("Approve the plan and rubric before you invite candidates.", code="plan_not_approved")
        return position

    def _checked(self, position_id: str, data: bytes) -> BulkFile:
        """The file, with what only the service knows to be a problem."""
        file = read_file(data)
        with self._context.database.read() as tx:
            invited = _invited(tx, position_id, file.lines)
        for line in file.lines:
            try:
                line.terms.require_possible(self._context)
            except InterviewError as error:
                file.wrong(line.number, "mode", error.message)
            if line in invited:
                told = (
                    "This person has an interview for this position that is not over. Take the line out; the "
                    "interview's own page makes another link."
                )
                file.wrong(line.number, "candidate_email", told)
        file.problems.sort(key=lambda problem: problem.line)
        return file

    def _require_unchanged(self, tx: Session, position: Position, lines: Sequence[BulkLine]) -> None:
        """Engines were asked meanwhile: somebody may have approved another plan, or invited the same people."""
        newest = queries.newest_plan(tx, position.position_id, approved=True)
        if newest is None or newest.plan_id != position.plan_id:
            told = "Another version of the plan was approved meanwhile. Nothing was made; please try again."
            raise Conflict(told, code="plan_changed")
        if invited := _invited(tx, position.position_id, lines):
            told = f"{len(invited)} of these people were invited meanwhile. Nothing was made; look at the file again."
            raise InvalidPayload(told, code="bulk_invalid")

    def _probed(
        self, position: Position, lines: Sequence[BulkLine], progress: Callable[[float], object]
    ) -> dict[int, CandidatePlan]:
        """Line → the candidate's own part of the plan: without a résumé it is the name and nothing else."""
        found = {line.number: CandidatePlan(profile=CandidateProfile(candidate_name=line.name)) for line in lines}
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="bulk") as pool:
            waiting = {
                pool.submit(self._probe, position, line.resume.text): line.number for line in lines if line.resume
            }
            try:
                for done, future in enumerate(as_completed(waiting), start=1):
                    found[waiting[future]] = future.result()
                    progress(done / len(waiting))
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        return found

    def _probe(self, position: Position, resume: str) -> CandidatePlan:
        with charged(self._context, None):
            return self._context.engine.probe(position.plan, position.job_text, resume)

    def _add(
        self, tx: Session, actor: Actor, position: Position, line: BulkLine, added: CandidatePlan, token: str
    ) -> BulkLink:
        new = NewInterview(
            resume_text=line.resume.text if line.resume else "",
            warnings=line.resume.warnings if line.resume else (),
            candidate_name=line.name,
            candidate_email=line.email,
            position_id=position.position_id,
        )
        interview_id = self._interviews.add(tx, actor, new, position, added)
        audit(tx, self._context, actor, "interview_created", interview_id)
        row = add_invitation(tx, self._context, actor, interview_row(tx, interview_id), line.terms, token)
        return BulkLink(line, interview_id, issued_invitation(self._context, row, token))

    def _tokens(self, request: str, lines: Sequence[BulkLine]) -> dict[int, str]:
        """Line → the token of its link."""
        folder = self._context.settings.data_dir
        keys = {line.number: derived_key(folder, "invitation", f"{request}:{line.number}") for line in lines}
        return {number: base64.urlsafe_b64encode(key).decode().rstrip("=") for number, key in keys.items()}

    def _made_before(
        self, tx: Session, position_id: str, lines: Sequence[BulkLine], tokens: dict[int, str]
    ) -> BulkLinks | None:
        """What this very request has made already, if it has."""
        known = bulk_queries.invitations_by_hash(tx, [secret_hash(token) for token in tokens.values()])
        if not known:
            return None
        made = min(row.created_at for row in known.values())
        if len(known) < len(lines) or made < self._context.clock() - REPEATED_WITHIN:
            told = (
                "This file was taken before, and its links cannot be shown again. An interview's own page makes "
                "another one."
            )
            raise Conflict(told, code="bulk_repeated")
        return BulkLinks(position_id, tuple(self._as_made(line, tokens[line.number], known) for line in lines))

    def _as_made(self, line: BulkLine, token: str, known: dict[str, InvitationRow]) -> BulkLink:
        row = known[secret_hash(token)]
        return BulkLink(line, row.interview_id, issued_invitation(self._context, row, token))


def _invitee(line: BulkLine) -> BulkInvitee:
    return BulkInvitee(
        line=line.number,
        candidate_name=line.name,
        candidate_email=line.email,
        resume=line.resume is not None,
        mode=line.terms.mode,
        extra_time_factor=line.terms.extra_time_factor,
        expires_in_hours=line.terms.expires_in_hours,
    )


def _invited(tx: Session, position_id: str, lines: Sequence[BulkLine]) -> list[BulkLine]:
    """Those of the lines whose candidates have an interview for the position that is not over."""
    known = {email.casefold() for email in bulk_queries.open_emails(tx, position_id)}
    return [line for line in lines if line.email.casefold() in known]


def _require_right(file: BulkFile) -> None:
    """Raise InvalidPayload with the problems in its sentence, as many as a sentence bears."""
    if not file.problems:
        return
    told = [
        f"Line {each.line}{f', {each.column}' if each.column else ''}: {each.problem}" for each in file.problems[:_TOLD]
    ]
    more = len(file.problems) - len(told)
    count = "1 problem" if len(file.problems) == 1 else f"{len(file.problems)} problems"
    rest = [f"{more} more: a dry run tells all."] if more else []
    raise InvalidPayload(" ".join((f"Nothing was made: {count}.", *told, *rest)), code="bulk_invalid")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
