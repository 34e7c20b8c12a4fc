"""The files that an interview leaves, read back the way their readers would."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime

import openpyxl
import pytest
from markdown_it import MarkdownIt
from openpyxl.worksheet.worksheet import Worksheet

from interview.exports import (
    Table,
    events_jsonl,
    score_rows_csv,
    score_rows_json,
    score_rows_xlsx,
    scorecard_json,
    table_csv,
    tables_xlsx,
    transcript_markdown,
)
from interview.models import (
    CompetencySummary,
    CriterionSummary,
    Evidence,
    Model,
    Narrative,
    Scorecard,
    Speaker,
    TranscriptEntry,
    VersionStamp,
)

FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1+1", '=HYPERLINK("http://x","y")', "＝1+1"]
HOSTILE = [
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "[click](javascript:alert(1))",
    "![image](http://x/y.png)",
    "<script>alert(1)</script>",
    "<http://example.org>",
    "`code` **bold** _it_ ~~gone~~",
    "a | b\n--- | ---\n1 | 2",
    "title\n===",
    "title\n---",
    "```\nfence\n```",
    "    indented",
    "&lt;b&gt; &#35;",
    "[ref]: http://example.org",
    "line\\",
]


def entry(number: int, role: Speaker, text: str, start_ms: int = 0, corrects: int | None = None) -> TranscriptEntry:
    return TranscriptEntry(entry_id=number, role=role, text=text, start_ms=start_ms, corrects=corrects)


def markdown(*entries: TranscriptEntry, name: str = "Zoë", role: str = "Nurse") -> str:
    return transcript_markdown(entries, candidate_name=name, role_title=role, held_on=date(2026, 11, 20))


def shown_text(source: str) -> list[str]:
    """The text of each block after rendering, as a reader sees it."""
    inline = [token for token in MarkdownIt("gfm-like", {"linkify": False}).parse(source) if token.type == "inline"]
    breaks = {"softbreak": "\n", "hardbreak": "\n"}
    return ["".join(breaks.get(part.type, part.content) for part in token.children or []) for token in inline]


def sheet_of(book: bytes) -> Worksheet:
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def test_a_transcript_names_speaker_and_time_before_the_words() -> None:
    text = markdown(
        entry(1, "interviewer", "What did you do?", 12_000), entry(2, "candidate", "I asked first.", 75_000)
    )
    assert text.startswith("# Interview with Zoë\n\nNurse · 20 November 2026\n\n")
    assert "**Interviewer** 00:12\n\nWhat did you do?" in text
    assert "**Candidate** 01:15\n\nI asked first." in text


def test_a_correction_stands_beside_the_first_wording_and_not_again_later() -> None:
    """Also when the correction is itself corrected."""
    text = markdown(
        entry(1, "candidate", "It took five weeks.", 1_000),
        entry(2, "interviewer", "Thank you.", 5_000),
        entry(3, "candidate", "It took nine weeks.", 9_000, corrects=1),
        entry(4, "candidate", "It took eight weeks.", 12_000, corrects=3),
    )
    assert shown_text(text)[2:] == [
        "Candidate 00:01",
        "It took five weeks.",
        "Corrected at 00:09",
        "It took nine weeks.",
        "Corrected at 00:12",
        "It took eight weeks.",
        "Interviewer 00:05",
        "Thank you.",
    ]


def test_words_that_were_not_clearly_understood_are_named_beneath() -> None:
    heard = TranscriptEntry(
        entry_id=1, role="candidate", text="We ran *cough* on lamda.", spoken=True, doubtful=((7, 14), (18, 23))
    )
    assert shown_text(markdown(heard))[2:] == [
        "Candidate 00:00", "We ran *cough* on lamda.", "Not clearly understood: “*cough*”, “lamda”",
    ]  # fmt: skip


def test_words_that_were_cut_off_are_marked() -> None:
    cut = TranscriptEntry(entry_id=1, role="interviewer", text="So what", final=False)
    assert "**Interviewer** 00:00 (cut off)" in markdown(cut)


@pytest.mark.parametrize("said", HOSTILE)
def test_what_a_candidate_says_becomes_no_markup(said: str) -> None:
    """Rendered, the words read exactly as they were said; the only structure is the transcript's own."""
    text = markdown(entry(1, "candidate", said), name=said, role=said)
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    assert [token.tag for token in tokens if token.nesting == 1] == ["h1", "p", "p", "p"]
    children = [part.type for token in tokens if token.type == "inline" for part in token.children or []]
    assert {*children} <= {"text", "strong_open", "strong_close", "hardbreak"}
    assert shown_text(text)[-1] == "\n".join(line.strip() for line in said.splitlines())


def test_bare_addresses_are_broken_so_that_no_viewer_links_them() -> None:
    text = markdown(entry(1, "candidate", "see https://evil.example or www.evil.example or me@evil.example"))
    for address in ("https://", "www.evil", "me@evil"):
        assert address not in text


def test_an_interview_without_words_says_so() -> None:
    assert "Nothing was said in this interview." in markdown()


def scorecard() -> Scorecard:
    quote = Evidence(entry_id=2, start=0, end=4, quote="早く気づいた")
    criterion = CriterionSummary(criterion="Noticing", weight=1, latest_score=3.5, status="assessed", evidence=(quote,))
    return Scorecard(
        scorecard_id="c1",
        interview_id="i1",
        session_id="s1",
        created_at=datetime(2026, 11, 20, tzinfo=UTC),
        stamp=VersionStamp(engine="embedded", model="m", prompt="p", rubric="r", application="a"),
        overall_score=3.5,
        competencies=(CompetencySummary(competency="Care", total_score=3.5, criteria=(criterion,)),),
        narrative=Narrative(summary="Clear."),
    )


def test_a_scorecard_is_the_contracts_json_and_reads_back_as_the_same_scorecard() -> None:
    text = scorecard_json(scorecard())
    data = json.loads(text)
    assert data["overallScore"] == 3.5
    assert data["competencies"][0]["criteria"][0]["latestScore"] == 3.5
    assert '\n  "interviewId": "i1"' in text
    assert "早く気づいた" in text
    assert Scorecard.model_validate_json(text) == scorecard()


class Heard(Model):
    event_id: int
    answer: str


def test_every_event_is_one_line_whatever_it_contains() -> None:
    """Readers that split at every Unicode line end still get one record a line."""
    events = [Heard(event_id=1, answer="a\nb\u2028c\u2029d\x85e"), Heard(event_id=2, answer="ü")]
    text = events_jsonl(events)
    assert [json.loads(line) for line in text.splitlines()] == [event.model_dump(by_alias=True) for event in events]
    assert '"eventId":1' in text
    assert events_jsonl([]) == ""


@pytest.mark.parametrize("formula", FORMULAS)
def test_text_that_a_spreadsheet_would_run_is_disarmed_in_csv(formula: str) -> None:
    cells = list(csv.reader(io.StringIO(score_rows_csv([{formula: formula}], [formula]), newline="")))
    assert cells == [[f"'{formula}"], [f"'{formula}"]]


@pytest.mark.parametrize("formula", FORMULAS)
def test_text_that_a_spreadsheet_would_run_is_text_in_a_workbook(formula: str) -> None:
    for cell in next(zip(*sheet_of(score_rows_xlsx([{formula: formula}], [formula])).iter_rows(), strict=True)):
        assert cell.data_type == "s"
        assert str(cell.value).strip() == formula.strip()
        assert cell.quotePrefix


def test_csv_keeps_numbers_words_and_breaks_and_only_the_columns_asked_for() -> None:
    row = {
        "score": -0.5,
        "name": 'Ana "the" nurse, 张伟\nline',
        "when": datetime(2026, 11, 20, 8, tzinfo=UTC),
        "done": True,
        "flags": ("a", "b"),
        "none": None,
        "nan": float("nan"),
        "secret": "x",
    }
    columns = ["name", "score", "when", "done", "flags", "none", "nan", "absent"]
    header, cells = csv.reader(io.StringIO(score_rows_csv([row], columns), newline=""))
    assert header == columns
    assert cells == [row["name"], "-0.5", "2026-11-20T08:00:00Z", "true", "a; b", "", "", ""]


def test_a_workbook_keeps_types_and_freezes_its_header() -> None:
    rows = [{"name": "张伟", "score": 3.5, "when": datetime(2026, 11, 20, 8, tzinfo=UTC), "long": "word " * 100}]
    sheet = sheet_of(score_rows_xlsx(rows, ["name", "score", "when", "long"]))
    assert [cell.value for cell in sheet[2]] == ["张伟", 3.5, datetime(2026, 11, 20, 8), "word " * 100]  # noqa: DTZ001
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:D2"
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["A"].width >= 8
    assert sheet.column_dimensions["D"].width <= 60


def test_hostile_cells_do_not_break_a_workbook() -> None:
    """Control characters, error words and texts beyond Excel's limit."""
    rows = [{"a": "bad\x00\x01\ud800 cell", "b": "#N/A", "c": "x" * 40_000}]
    cells = sheet_of(score_rows_xlsx(rows, ["a", "b", "c"]))[2]
    assert [cell.data_type for cell in cells] == ["s", "s", "s"]
    assert cells[0].value == "bad cell"
    assert len(str(cells[2].value)) <= 32_767


def test_a_table_without_rows_still_has_its_header() -> None:
    assert score_rows_csv([], ["a", "b"]) == "a,b\r\n"
    assert [cell.value for cell in sheet_of(score_rows_xlsx([], ["a", "b"]))[1]] == ["a", "b"]


def test_a_workbook_has_a_sheet_for_each_table() -> None:
    """Also one without rows, or without columns; a table alone is the same as CSV."""
    tables = [
        Table("Totals", ("n", "mean"), [{"n": 4, "mean": 2.72}]),
        Table("Weekly means", ("week", "n"), [{"week": date(2026, 3, 2), "n": 3}, {"week": date(2026, 3, 9), "n": 1}]),
        Table("Engine cost", ("day",), []),
        Table("Nothing", (), []),
    ]
    book = openpyxl.load_workbook(io.BytesIO(tables_xlsx(tables)))
    cells = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}
    assert cells == {
        "Totals": [["n", "mean"], [4, 2.72]],
        "Weekly means": [["week", "n"], ["2026-03-02", 3], ["2026-03-09", 1]],
        "Engine cost": [["day"]],
        "Nothing": [],
    }
    assert table_csv(tables[1]) == "week,n\r\n2026-03-02,3\r\n2026-03-09,1\r\n"


def test_rows_as_json_have_the_shape_of_rest() -> None:
    rows = [{"name": "张伟", "when": datetime(2026, 11, 20, 8, tzinfo=UTC), "score": None, "secret": "x"}]
    assert json.loads(score_rows_json(rows, ["name", "when", "score"])) == {
        "columns": ["name", "when", "score"],
        "rows": [{"name": "张伟", "when": "2026-11-20T08:00:00Z", "score": None}],
    }


@pytest.mark.parametrize("make", [score_rows_csv, score_rows_xlsx])
def test_a_mapping_in_a_cell_is_refused_instead_of_printed_as_code(make: object) -> None:
    assert callable(make)
    with pytest.raises(TypeError, match="dict"):
        make([{"a": {"b": 1}}], ["a"])
