"""The demo on the command line: the example roles, and every résumé of the shared data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from command_line import EXAMPLES, candor, candor_process

from interview import documents
from interview.demo import run_demo

pytestmark = pytest.mark.slow

ROLES = {
    "backend-engineer": "Backend engineer",
    "registered-nurse": "Registered nurse",
    "account-executive": "Account executive",
}

Call = Callable[..., CompletedProcess[str]]


def demo(folder: str, out: Path, answers: str = "answers.txt", call: Call = candor) -> dict[str, object]:
    """Run the demo on an example role and return its scorecard."""
    source = EXAMPLES / folder
    job = next(source.glob("job.*"))
    words = ("demo", "--resume", source / "resume.pdf", "--job", job, "--role", ROLES[folder])
    done = call(*words, "--answers", source / answers, "--out", out, data_dir=out / "data")
    assert done.returncode == 0, done.stderr
    card: dict[str, object] = json.loads((out / "scorecard.json").read_text())
    return card


@pytest.mark.parametrize("folder", ROLES)
def test_the_demo_leaves_scorecard_transcript_guide_and_events(folder: str, tmp_path: Path) -> None:
    """Each example role ends in four files that agree with each other."""
    card = demo(folder, tmp_path)
    transcript = (tmp_path / "transcript.md").read_text()
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert 1 <= card["overallScore"] <= 5
    assert card["stamp"]["engine"] == "embedded"
    quotes = [e["quote"] for c in card["competencies"] for row in c["criteria"] for e in row["evidence"]]
    assert quotes
    answers = (EXAMPLES / folder / "answers.txt").read_text()
    assert all(quote in answers for quote in quotes)
    assert "**Candidate**" in transcript
    assert [event["eventId"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["eventType"] == "session_completed"
    assert events[-1]["payload"]["overallScore"] == card["overallScore"]
    assert documents.read("study-guide.pdf", (tmp_path / "study-guide.pdf").read_bytes()).pages >= 2


def test_strong_answers_score_well_above_weak_ones_and_gaming_gains_nothing(tmp_path: Path) -> None:
    """For one role: strong is ahead of weak by 1.5 or more, and gaming is not above weak."""
    scores = {
        name: demo("backend-engineer", tmp_path / name, f"answers-{name}.txt")["overallScore"]
        for name in ("strong", "weak", "gaming")
    }
    assert scores["strong"] >= scores["weak"] + 1.5, scores
    assert scores["gaming"] <= scores["weak"], scores


def test_the_demo_is_deterministic(tmp_path: Path) -> None:
    """The same input gives the same scores and the same words, also in a process of its own, as a user runs it."""
    calls = {"one": candor, "two": candor_process}
    first, second = (demo("registered-nurse", tmp_path / name, call=call) for name, call in calls.items())
    assert first["competencies"] == second["competencies"]
    words = [(tmp_path / name / "transcript.md").read_text() for name in ("one", "two")]
    assert words[0] == words[1]


def test_every_resume_in_the_shared_data_gets_through_the_demo(shared_data: Path, tmp_path: Path) -> None:
    """The demo holds an interview on each real résumé."""
    resumes = sorted((shared_data / "resumes").glob("*.pdf"))
    assert resumes
    source = EXAMPLES / "backend-engineer"
    for resume in resumes:
        out = tmp_path / resume.stem
        result = run_demo(resume, source / "job.md", "Backend engineer", source / "answers.txt", out)
        assert result.scorecard.overall_score > 0, resume.name
        assert all(path.stat().st_size for path in result.files), resume.name


def test_a_document_that_cannot_be_read_ends_in_a_sentence(tmp_path: Path) -> None:
    """A wrong file gives its error code and words, no traceback."""
    broken = tmp_path / "resume.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    source = EXAMPLES / "backend-engineer"
    words = ("demo", "--resume", broken, "--job", next(source.glob("job.*")), "--role", "Engineer")
    done = candor(*words, "--answers", source / "answers.txt", "--out", tmp_path / "out", data_dir=tmp_path)
    assert done.returncode == 1
    assert "document_" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
