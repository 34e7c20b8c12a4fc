"""The files that an interview and its scores leave behind. Pure functions from models and rows to text or bytes.

What candidates said is data: it becomes no markup in Markdown and no formula in a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from pydantic_core import to_json

from interview.errors import InvalidPayload
from interview.fonts import plain
from interview.models import Model, Scorecard, TranscriptEntry

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_SPEAKERS = {"candidate": "Candidate", "interviewer": "Interviewer"}
_SHEET_ROWS = 1_048_575
_CELL_CHARS = 32_000
"""A worksheet holds 2^20 rows, the header among them, and 32,767 characters a cell (Excel's limits)."""
_WIDEST, _NARROWEST, _SAMPLE = 59, 10, 500
"""Column widths in characters, and the rows that they are measured on."""

_ACTIVE = re.compile(r"[\\`*_\[\]<>#|~&!@{}$]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_BLOCK_START = re.compile(r"^(?=[-+=:])|^(?P<number>\d{1,9})(?=[.)])")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_FORMULA_SIGNS = tuple("=+-@＝＋－＠")
_LINE_BREAKS_IN_JSON = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"})

Cell = str | int | float | bool | datetime | None


@dataclass(frozen=True)
class Table:
    """Rows to be written as a sheet or a file; `name`: the sheet's, at most 31 characters."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class _Formats:
    """A workbook's looks of cells; `armed`: of text that a spreadsheet may take for a formula."""

    heading: Format
    armed_heading: Format
    armed: Format
    moment: Format


def transcript_markdown(
    entries: Sequence[TranscriptEntry], *, candidate_name: str, role_title: str, held_on: date
) -> str:
    """The transcript as Markdown: title, role and date, then speaker, time (`mm:ss`) and words, in the order given.

    A correction stands beside the entry that it corrects; the first wording stays. Line breaks in an entry are kept.
    What of an entry was not clearly understood stands beneath it.
    """
    name, role = _escaped(candidate_name) or "candidate", _escaped(role_title)
    about = " · ".join(part for part in (role, f"{held_on.day} {held_on:%B %Y}") if part)
    parts = [f"# Interview with {name}", about]
    parts += [_entry_markdown(*together) for together in _with_corrections(entries)]
    if not entries:
        parts.append("Nothing was said in this interview.")
    return "\n\n".join(parts) + "\n"


def scorecard_json(scorecard: Scorecard) -> str:
    """A scorecard as JSON in the contract's camelCase, indented by two, every character as itself."""
    return scorecard.model_dump_json(by_alias=True, indent=2, ensure_ascii=False) + "\n"


def events_jsonl(events: Sequence[Model]) -> str:
    """One event a line, as JSON in camelCase; no character inside a value ends a line."""
    lines = (event.model_dump_json(by_alias=True).translate(_LINE_BREAKS_IN_JSON) for event in events)
    return "".join(f"{line}\n" for line in lines)


def score_rows_csv(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> str:
    """Rows as CSV (RFC 4180) with these columns; text that a spreadsheet may take for a formula gets an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([_csv_cell(column) for column in columns])
    writer.writerows([_csv_cell(row.get(column)) for column in columns] for row in rows)
    return buffer.getvalue()


def score_rows_json(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> bytes:
    """Rows as JSON with these columns, in the shape that REST has: `{"columns", "rows"}`."""
    return to_json({"columns": columns, "rows": [{name: row.get(name) for name in columns} for row in rows]})


def score_rows_xlsx(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> bytes:
    """Rows as a workbook of one sheet. Raises InvalidPayload `too_many_rows`."""
    return tables_xlsx([Table("Scores", tuple(columns), rows)])


def table_csv(table: Table) -> str:
    """A table as CSV, as `score_rows_csv` writes it."""
    return score_rows_csv(table.rows, table.columns)


def tables_xlsx(tables: Sequence[Table]) -> bytes:
    """A workbook with a sheet per table: header bold, frozen and filterable; text is always text, moments are UTC.

    Raises InvalidPayload (`too_many_rows`) where a worksheet has no room for them.
    """
    from xlsxwriter import Workbook

    if any(len(table.rows) > _SHEET_ROWS for table in tables):
        raise InvalidPayload(
            "A worksheet cannot hold so many rows. Narrow the filter, or take CSV.", code="too_many_rows"
        )
    buffer = io.BytesIO()
    # Rows go to a temporary file as they are written: a hundred thousand would else be held in memory as objects.
    with Workbook(buffer, {"constant_memory": True}) as book:
        formats = _Formats(
            heading=book.add_format({"bold": True}),
            armed_heading=book.add_format({"bold": True, "quote_prefix": True}),
            armed=book.add_format({"quote_prefix": True}),
            moment=book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        )
        for table in tables:
            _fill(book.add_worksheet(table.name), table, formats)
    return buffer.getvalue()


# --- Markdown ---------------------------------------------------------------------------------------------------------


def _with_corrections(entries: Sequence[TranscriptEntry]) -> Iterable[list[TranscriptEntry]]:
    """Each entry followed by its corrections and theirs; in the order of the first wordings."""
    groups: dict[int, list[TranscriptEntry]] = {}
    for entry in entries:
        corrected = groups.get(entry.corrects) if entry.corrects is not None else None
        group = [] if corrected is None else corrected
        group.append(entry)
        groups[entry.entry_id] = group
    return [group for entry_id, group in groups.items() if group[0].entry_id == entry_id]


def _entry_markdown(entry: TranscriptEntry, *corrections: TranscriptEntry) -> str:
    note = "" if entry.final else " (cut off)"
    parts = [f"**{_SPEAKERS[entry.role]}** {entry.timestamp}{note}", _paragraph(entry.text)]
    if entry.doubtful:
        unclear = ", ".join(f"“{_escaped(entry.text[start:end])}”" for start, end in entry.doubtful)
        parts.append(f"> *Not clearly understood:* {unclear}")
    for later in corrections:
        quoted = _paragraph(later.text).replace("\n", "\n> ")
        parts.append(f"> *Corrected at {later.timestamp}*\n>\n> {quoted}")
    return "\n\n".join(parts)


def _paragraph(text: str) -> str:
    """The words as one Markdown paragraph that shows exactly them; line breaks become hard breaks."""
    lines = [line for piece in text.splitlines() if (line := _escaped(piece))]
    return "\\\n".join(lines) or "(no words)"


def _escaped(text: str) -> str:
    """One line of plain text in which nothing is markup: CommonMark lets a backslash stand before any punctuation."""
    line = _ACTIVE.sub(lambda found: f"\\{found.group()}", plain(text))
    return _BLOCK_START.sub(lambda found: f"{found['number'] or ''}\\", line)


# --- cells ------------------------------------------------------------------------------------------------------------


def _value(value: object) -> Cell:
    """A value as one cell can hold it. Lists are joined; a mapping or a model has no such form (TypeError)."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, str):
        return _UNPRINTABLE.sub("", value)
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence):
        return "; ".join("" if (part := _value(item)) is None else str(part) for item in value)
    raise TypeError(f"A cell cannot hold a {type(value).__name__}.")


def _looks_like_formula(text: str) -> bool:
    """What a spreadsheet may run: https://owasp.org/www-community/attacks/CSV_Injection."""
    return text.startswith(("\t", "\r", "\n")) or text.lstrip().startswith(_FORMULA_SIGNS)


def _csv_cell(value: object) -> str:
    match cell := _value(value):
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case datetime():
            return f"{cell.isoformat()}Z"
        case str():
            return f"'{cell}" if _looks_like_formula(cell) else cell
        case _:
            return str(cell)


def _fill(sheet: Worksheet, table: Table, formats: _Formats) -> None:
    measured = [len(column) + 4 for column in table.columns]
    for place, column in enumerate(table.columns):
        looks = formats.armed_heading if _looks_like_formula(column) else formats.heading
        sheet.write_string(0, place, _sheet_text(column), looks)
    for line, row in enumerate(table.rows, start=1):
        for place, column in enumerate(table.columns):
            cell = _value(row.get(column))
            _write(sheet, line, place, cell, formats)
            if line <= _SAMPLE and cell is not None:
                measured[place] = max(measured[place], len(str(cell)) + 2)
    for place, width in enumerate(measured):
        sheet.set_column(place, place, min(_WIDEST, max(_NARROWEST, width)))
    sheet.freeze_panes(1, 0)
    if table.columns:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _write(sheet: Worksheet, line: int, place: int, cell: Cell, formats: _Formats) -> None:
    """One cell; text stays text whatever it begins with, also after somebody edits it (the quote prefix)."""
    if isinstance(cell, str):
        sheet.write_string(line, place, _sheet_text(cell), formats.armed if _looks_like_formula(cell) else None)
    elif isinstance(cell, bool):
        sheet.write_boolean(line, place, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(line, place, cell, formats.moment)
    elif cell is not None:
        sheet.write_number(line, place, cell)


def _sheet_text(text: str) -> str:
    """As long as a cell takes, in the one kind of line end that worksheets have."""
    return text[:_CELL_CHARS].replace("\r\n", "\n").replace("\r", "\n")
