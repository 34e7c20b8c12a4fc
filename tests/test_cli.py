"""The command line, run as a user runs it: a process of its own, real files, a real database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from interview import documents
from interview.access import SYSTEM
from interview.demo import run_demo
from interview.errors import Unauthorized
from interview.service import open_service
from interview.settings import Settings

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
ROLES = {
    "backend-engineer": "Backend engineer",
    "registered-nurse": "Registered nurse",
    "account-executive": "Account executive",
}


def candor(*words: str | Path, data_dir: Path) -> subprocess.CompletedProcess[str]:
    """One call of `python -m interview` with its database in `data_dir`."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("INTERVIEW_")} | {
        "INTERVIEW_DATA_DIR": str(data_dir),
        "COLUMNS": "160",
    }
    command = [sys.executable, "-m", "interview", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


def demo(folder: str, out: Path, answers: str = "answers.txt", resume: Path | None = None) -> dict[str, object]:
    """Run the demo on an example role and return its scorecard."""
    source = EXAMPLES / folder
    job = next(source.glob("job.*"))
    words = ("demo", "--resume", resume or source / "resume.pdf", "--job", job, "--role", ROLES[folder])
    done = candor(*words, "--answers", source / answers, "--out", out, data_dir=out / "data")
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
    """The same input gives the same scores and the same words."""
    first, second = (demo("registered-nurse", tmp_path / name) for name in ("one", "two"))
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


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    """A key works from the moment it is shown until it is revoked, and is listed without its secret."""
    made = candor("keys", "create", "Our careers site", "--role", "program", data_dir=tmp_path)
    secret = made.stdout.strip()
    service = open_service(Settings(data_dir=tmp_path))
    assert service.access.by_bearer(secret).role == "program"
    listed = candor("keys", "list", data_dir=tmp_path).stdout
    assert "Our careers site" in listed
    assert secret not in listed
    key_id = service.access.credentials(SYSTEM, "key")[0].credential_id
    assert candor("keys", "revoke", key_id, data_dir=tmp_path).returncode == 0
    assert "revoked" in candor("keys", "list", data_dir=tmp_path).stdout
    service.close()


def test_a_key_of_a_person_acts_in_their_name(tmp_path: Path) -> None:
    """`keys create --person` takes the id that `people list` shows; the role is theirs, the list says whose it is."""
    candor("people", "add", "Robin", data_dir=tmp_path)
    service = open_service(Settings(data_dir=tmp_path))
    person_id = service.access.people(SYSTEM)[0].person_id
    made = candor("keys", "create", "Robin's notebook", "--person", person_id, data_dir=tmp_path)
    actor = service.access.by_bearer(made.stdout.strip())
    service.close()
    assert (actor.name, actor.role, actor.person) == ("Robin", "hiring", person_id)
    (line,) = [line for line in candor("keys", "list", data_dir=tmp_path).stdout.splitlines() if "notebook" in line]
    assert line.count("Robin") == 2
    unknown = candor("keys", "create", "nobody's", "--person", "nobody", data_dir=tmp_path)
    assert (unknown.returncode, "There is no such person." in unknown.stderr) == (1, True)


def test_a_person_gets_a_link_and_an_unknown_role_a_sentence(tmp_path: Path) -> None:
    link = candor("people", "add", "Robin", "--role", "hiring", data_dir=tmp_path).stdout.strip()
    service = open_service(Settings(data_dir=tmp_path))
    assert service.access.enter(link.rsplit("/", 1)[1])[2].role == "hiring"
    service.close()
    wrong = candor("people", "add", "Robin", "--role", "boss", data_dir=tmp_path)
    assert wrong.returncode == 1
    assert "invalid_payload" in wrong.stderr


def test_a_person_who_is_removed_is_out_and_stays_in_the_list(tmp_path: Path) -> None:
    """`people list` names the id that `people remove` takes."""
    link = candor("people", "add", "Robin", data_dir=tmp_path).stdout.strip()
    service = open_service(Settings(data_dir=tmp_path))
    person_id = service.access.people(SYSTEM)[0].person_id
    listed = candor("people", "list", data_dir=tmp_path).stdout
    assert "in use" in listed
    assert person_id in listed
    assert candor("people", "remove", person_id, data_dir=tmp_path).returncode == 0
    with pytest.raises(Unauthorized):
        service.access.enter(link.rsplit("/", 1)[1])
    service.close()
    assert "removed" in candor("people", "list", data_dir=tmp_path).stdout
    unknown = candor("people", "remove", "nobody", data_dir=tmp_path)
    assert (unknown.returncode, "There is no such person." in unknown.stderr) == (1, True)


def test_a_backup_opens_as_a_database_of_its_own(tmp_path: Path) -> None:
    candor("keys", "create", "Before the backup", data_dir=tmp_path / "live")
    copy = tmp_path / "copy" / "candor.sqlite3"
    assert candor("backup", copy, data_dir=tmp_path / "live").returncode == 0
    assert "Before the backup" in candor("keys", "list", data_dir=copy.parent).stdout
    assert candor("backup", copy, data_dir=tmp_path / "live").returncode == 1


def test_evaluate_writes_a_line_an_item_and_prints_agreement(tmp_path: Path) -> None:
    """The golden-set tool writes the contract's evaluation with the item's id and compares with human ratings."""
    items = ROOT / "benchmarks" / "data" / "rated_answers.jsonl"
    out = tmp_path / "out.jsonl"
    done = candor("evaluate", items, "-o", out, "--ratings", data_dir=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["id"] for line in lines] == [json.loads(item)["id"] for item in items.read_text().splitlines()]
    assert {"summary", "totalScore", "rubricFilled", "criterionScores", "hints", "followUpNeeded"} <= lines[0].keys()
    for word in ("Spearman", "kappa", "MAE", "length", "constant"):
        assert word.lower() in done.stderr.lower()


def test_evaluate_names_the_line_that_it_cannot_take(tmp_path: Path) -> None:
    items = tmp_path / "items.jsonl"
    items.write_text('{"id": "a", "question": "Q?", "answer": "A", "criteria": []}\nnot json\n')
    done = candor("evaluate", items, data_dir=tmp_path)
    assert done.returncode == 1
    assert "invalid_payload" in done.stderr
    assert "line" in done.stderr.lower()
