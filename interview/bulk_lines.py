"""The file that invites many candidates: read line by line, with everything that is wrong with it told at once."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, get_args

from pydantic import BaseModel, BeforeValidator, Field, InstanceOf, ValidationError

from interview.documents import DocumentText
from interview.errors import DocumentError
from interview.intake import Sent, read_resume
from interview.invitations import MAX_EXTRA_TIME, MAX_INVITATION_HOURS, InvitationTerms
from interview.models import Mode, Model
from interview.records import MAX_NAME_CHARS

if TYPE_CHECKING:
    from _csv import Reader

MAX_LINES = 500
MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_EMAIL_CHARS = 320

NEEDED = ("candidate_name", "candidate_email")
COLUMNS = (*NEEDED, "resume_text", "mode", "extra_time_factor", "expires_in_hours")
EXAMPLE = (
    "candidate_name,candidate_email,resume_text,mode,extra_time_factor,expires_in_hours\r\n"
    "Ada Example,ada@example.org,,text,1,168\r\n"
    "Grace Example,grace@example.org,"
    '"Backend engineer, six years at Example Ltd. Python, PostgreSQL and payments; on call for two years.",'
    "text,1.5,336\r\n"
)
"""A file to begin with: a candidate without a résumé, and one with it."""

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
DEFAULTS = InvitationTerms()
_NO_CSV = "The file cannot be read as CSV from here on: a quotation mark is open, or a cell is too long."


class BulkProblem(Model):
    """What is wrong at a place of the file, and what to do. `column`: "" where it is the line's as a whole."""

    line: int
    column: str = ""
    problem: str


@dataclass(frozen=True)
class BulkLine:
    """One candidate. `number`: the line of the file that it begins on; `resume`: None where there is none."""

    number: int
    name: str
    email: str
    resume: DocumentText | None
    terms: InvitationTerms


@dataclass
class BulkFile:
    """The candidates of a file, and what is wrong with it, both in its order; a line with a problem is no candidate."""

    lines: list[BulkLine] = field(default_factory=list)
    problems: list[BulkProblem] = field(default_factory=list)

    def wrong(self, line: int, column: str, sentence: str) -> None:
        self.problems.append(BulkProblem(line=line, column=column, problem=sentence))


def read_file(data: bytes) -> BulkFile:
    """A CSV file in UTF-8, with commas or semicolons; see `COLUMNS`. An address that comes again is wrong there."""
    file, seen = BulkFile(), dict[str, int]()
    for number, cells in _rows(file, _text(file, data)):
        line = _read(file, number, cells)
        email = cells.get("candidate_email", "").strip().casefold()
        first = seen.setdefault(email, number) if email else number
        if first != number:
            told = f"The same address as in line {first}. Take one of the two lines out."
            file.wrong(number, "candidate_email", told)
        elif line is not None:
            file.lines.append(line)
    if not (file.lines or file.problems):
        file.wrong(1, "", "There is no candidate under the header. Add a line for each.")
    return file


def _text(file: BulkFile, data: bytes) -> str:
    """What cannot be read at all is "", and told."""
    if len(data) > MAX_FILE_BYTES:
        file.wrong(1, "", "The file is larger than 5 MB. Split it into smaller ones.")
        return ""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        file.wrong(1, "", "The file is not in UTF-8. Save it again as “CSV UTF-8”.")
        return ""


def _rows(file: BulkFile, text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Each candidate's line number and cells by column. Blank lines are passed over."""
    first = text.lstrip().partition("\n")[0]
    mark = ";" if first.count(";") > first.count(",") else ","
    rows = _numbered(file, csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    number, row = next(rows, (1, None))
    header = _header(file, number, row) if row else None
    if header is None:
        return
    for count, (number, row) in enumerate(rows, start=1):
        if count > MAX_LINES:
            file.wrong(number, "", f"More than {MAX_LINES} candidates. Split the file into smaller ones.")
            return
        if any(row[len(header) :]):
            told = "More cells than the header has. Put a text with commas or semicolons in quotation marks."
            file.wrong(number, "", told)
        else:
            yield number, dict(zip(header, row, strict=False))


def _numbered(file: BulkFile, rows: Reader) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with the line that each begins on: a cell may hold line breaks."""
    begins = 1
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                yield begins, row
            begins = rows.line_num + 1
    except csv.Error:
        file.wrong(begins, "", _NO_CSV)


def _header(file: BulkFile, number: int, row: list[str]) -> list[str] | None:
    """The columns' names as we have them; None, and told, where they are not ours."""
    names = ["_".join(cell.casefold().split()) for cell in row]
    while names and not names[-1]:
        names.pop()
    for name in dict.fromkeys(names):
        if name not in COLUMNS:
            file.wrong(number, name[:80], f"There is no such column. The columns are {', '.join(COLUMNS)}.")
        elif names.count(name) > 1:
            file.wrong(number, name, "The column is there twice. Take one out.")
    for name in NEEDED:
        if name not in names:
            file.wrong(number, name, "The column is missing from the first line. Add it.")
    return None if file.problems else names


def _read(file: BulkFile, number: int, cells: Mapping[str, str]) -> BulkLine | None:
    """The candidate of a line; None, and told, where a cell is not right."""
    try:
        given = _Cells.model_validate({name: cell.strip() for name, cell in cells.items() if cell.strip()})
    except ValidationError as error:
        for each in error.errors(include_input=False, include_url=False):
            file.wrong(number, str(each["loc"][0]), str(each["ctx"]["error"]))
        return None
    terms = InvitationTerms(given.expires_in_hours, given.mode, given.extra_time_factor)
    return BulkLine(number, given.candidate_name, given.candidate_email, given.resume_text, terms)


def _name(cell: str) -> str:
    name = " ".join(cell.split())
    if not 1 <= len(name) <= MAX_NAME_CHARS or not name.isprintable():
        raise ValueError(f"Give a name of 1 to {MAX_NAME_CHARS} characters.")
    return name


def _email(cell: str) -> str:
    if len(cell) > MAX_EMAIL_CHARS or not cell.isprintable() or not _EMAIL.fullmatch(cell):
        raise ValueError("Give one e-mail address: a name, an @ and a domain with a full stop in it.")
    return cell


def _resume(cell: str) -> DocumentText:
    try:
        return read_resume(Sent(text=cell))
    except DocumentError as error:
        raise ValueError(f"{error.message} Or leave the cell empty.") from None


def _mode(cell: str) -> str:
    if cell.casefold() not in get_args(Mode):
        raise ValueError("Write text, or live (by voice), or leave the cell empty for text.")
    return cell.casefold()


def _factor(cell: str) -> float:
    factor = _number(cell)
    if not 1 <= factor <= MAX_EXTRA_TIME:
        raise ValueError(f"Write a number from 1 to {MAX_EXTRA_TIME:g}, as in 1.5, or leave the cell empty for 1.")
    return factor


def _hours(cell: str) -> float:
    hours = _number(cell)
    if not 0 < hours <= MAX_INVITATION_HOURS:
        raise ValueError(f"Write a number of hours up to {MAX_INVITATION_HOURS}, or leave the cell empty for a week.")
    return hours


def _number(cell: str) -> float:
    """0 where it is none: no column takes that. A comma is a point in half of the world."""
    try:
        number = float(cell.replace(",", "."))
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0


class _Cells(BaseModel):
    """A line's cells as they are read; each validator's error is the sentence that is told."""

    candidate_name: Annotated[str, BeforeValidator(_name)] = Field("", validate_default=True)
    candidate_email: Annotated[str, BeforeValidator(_email)] = Field("", validate_default=True)
    resume_text: Annotated[InstanceOf[DocumentText] | None, BeforeValidator(_resume)] = None
    mode: Annotated[Mode, BeforeValidator(_mode)] = DEFAULTS.mode
    extra_time_factor: Annotated[float, BeforeValidator(_factor)] = DEFAULTS.extra_time_factor
    expires_in_hours: Annotated[float, BeforeValidator(_hours)] = DEFAULTS.expires_in_hours
