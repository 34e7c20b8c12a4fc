"""The command line on real files and a real database; some calls are processes of their own, as a user starts them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import ROOT, candor, candor_process

from interview.access import SYSTEM
from interview.errors import Unauthorized
from interview.service import open_service
from interview.settings import Settings

pytestmark = pytest.mark.slow


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    """A key works from the moment it is shown until it is revoked, and is listed without its secret."""
    made = candor_process("keys", "create", "Our careers site", "--role", "program", data_dir=tmp_path)
    secret = made.stdout.strip()
    service = open_service(Settings(data_dir=tmp_path))
    assert service.access.by_bearer(secret).role == "program"
    listed = candor_process("keys", "list", data_dir=tmp_path).stdout
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
    done = candor_process("evaluate", items, data_dir=tmp_path)
    assert done.returncode == 1
    assert "invalid_payload" in done.stderr
    assert "line" in done.stderr.lower()
