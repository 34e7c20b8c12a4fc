"""Many candidates by one file: everything that is wrong is told at once, and all is made or nothing."""

from __future__ import annotations

import csv
import io
import threading
from datetime import timedelta
from typing import Any

import pytest
from builders import House

from interview.access import SYSTEM, Actor
from interview.bulk import LINK_COLUMNS, BulkLinks
from interview.bulk_lines import EXAMPLE, MAX_FILE_BYTES, MAX_LINES, read_file
from interview.errors import Conflict, EngineFailure, Forbidden, InvalidPayload, NotFound
from interview.models import CandidatePlan, PositionPlan

RESUME = "Backend engineer for six years. Python and PostgreSQL for payments. On call for two of those years."
SECONDS = 20


@pytest.fixture
def position_id(home: House) -> str:
    return home.service.positions.find_or_plan(SYSTEM, "Engineer", "We build clocks.").position_id


def file(*lines: str, header: str = "candidate_name,candidate_email,resume_text,mode") -> bytes:
    return "\r\n".join((header, *lines, "")).encode()


def people(number: int) -> bytes:
    return file(*(f"Person {n},p{n}@example.org,," for n in range(number)))


def make(home: House, position_id: str, data: bytes, **more: Any) -> BulkLinks:
    return home.service.bulk.make(SYSTEM, position_id, data, **more)


def told(data: bytes) -> list[tuple[int, str]]:
    return [(problem.line, problem.column) for problem in read_file(data).problems]


# --- the file -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["without a mark", "with a byte order mark"])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_a_file_is_read_as_spreadsheets_save_it(mark: str, separator: str, ending: str) -> None:
    rows = [
        ["Candidate name", "CANDIDATE_EMAIL", "resume_text", "mode", "extra_time_factor", "expires_in_hours"],
        ["Ada  Example", "ada@example.org", f"{RESUME}\n{RESUME}; more, and more", "Live", "1,5", "24"],
        ["", "", "", "", "", ""],
        ["Grace", "grace@example.org", "", "", "", ""],
    ]
    sheet = io.StringIO(newline="")
    csv.writer(sheet, delimiter=separator, lineterminator=ending).writerows(rows)
    found = read_file((mark + sheet.getvalue()).encode())
    assert found.problems == []
    ada, grace = found.lines
    assert (ada.number, ada.name, ada.email, ada.terms.mode) == (2, "Ada Example", "ada@example.org", "live")
    assert (ada.terms.extra_time_factor, ada.terms.expires_in_hours) == (1.5, 24)
    assert ada.resume is not None
    assert "; more, and more" in ada.resume.text
    assert (grace.number, grace.resume, grace.terms.expires_in_hours) == (5, None, 168)


def test_the_example_is_right() -> None:
    found = read_file(EXAMPLE.encode())
    assert (len(found.lines), found.problems) == (2, [])


def test_every_problem_is_told_at_once_with_its_line_and_column(home: House, position_id: str) -> None:
    """In the order of the file; nothing is made."""
    data = file(
        ",ada@example.org,,",
        "Ada,not an address,,voice",
        '"Two\nlines",two@example.org,too short,text',
        "Late,ADA@example.org,,",
        "Wide,wide@example.org,,,more",
        "=1+1,sum@example.org,,",
    )
    look = home.service.bulk.look(SYSTEM, position_id, data)
    assert [(each.line, each.column) for each in look.problems] == [
        (2, "candidate_name"), (3, "candidate_email"), (3, "mode"), (4, "resume_text"), (6, "candidate_email"), (7, ""),
    ]  # fmt: skip
    assert "line 2" in look.problems[4].problem
    assert [each.line for each in look.invitees] == [8]
    before = home.dump()
    with pytest.raises(InvalidPayload) as refused:
        make(home, position_id, data)
    assert refused.value.code == "bulk_invalid"
    assert "6 problems" in refused.value.message
    assert "Line 3, mode: Write text" in refused.value.message
    assert home.dump() == before


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("extra_time_factor", "0.5"), ("extra_time_factor", "5"), ("extra_time_factor", "nan"),
        ("extra_time_factor", "much"), ("expires_in_hours", "0"), ("expires_in_hours", "-1"),
        ("expires_in_hours", "2161"), ("expires_in_hours", "inf"), ("expires_in_hours", "1e400"),
    ],
)  # fmt: skip
def test_numbers_have_bounds(column: str, cell: str) -> None:
    header = f"candidate_name,candidate_email,{column}"
    assert told(file(f"Ada,ada@example.org,{cell}", header=header)) == [(2, column)]


@pytest.mark.parametrize(
    "address", ["", "ada", "ada@", "@example.org", "a@b", "a b@c.org", "a@b.org,c@d.org", "<a@b.org>", "a@b.org\u0007"]
)
def test_an_address_is_one_address(address: str) -> None:
    assert told(file(f'Ada,"{address}",,')) == [(2, "candidate_email")]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n\n", "Ada".encode("utf-16"), b"\xff\xfe", b"candidate_name\nAda\n",
        b"candidate_name,candidate_email,age\nAda,ada@example.org,4\n",
        b"candidate_name,candidate_email,candidate_email\nAda,ada@example.org,b@example.org\n",
        b'candidate_name,candidate_email\nAda,"ada@example.org\n', b"candidate_name,candidate_email\n",
        b"candidate_name,candidate_email\nAda,ada@example.org\n" + b" " * MAX_FILE_BYTES,
        b"candidate_name,candidate_email,resume_text\nAda,ada@example.org," + b"x" * 200_000 + b"\n",
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_told(data: bytes) -> None:
    assert read_file(data).problems


def test_a_file_has_up_to_five_hundred_candidates() -> None:
    assert (len(read_file(people(MAX_LINES)).lines), told(people(MAX_LINES))) == (MAX_LINES, [])
    assert told(people(MAX_LINES + 100)) == [(MAX_LINES + 2, "")]


# --- what is made ---------------------------------------------------------------------------------------------------


def test_each_line_becomes_an_interview_with_a_link_that_lets_in(home: House, position_id: str) -> None:
    """With a résumé there are probes of the candidate's own; without, the shared core and the name."""
    made = make(home, position_id, file(f"Ada One,ada@example.org,{RESUME},", "Bo Two,bo@example.org,,text"))
    ada, bo = (home.service.interviews.get(SYSTEM, each.interview_id) for each in made.made)
    assert [q.kind for q in ada.question_plan] == ["core", "probe", "core", "core"]
    assert [q.kind for q in bo.question_plan] == ["core", "core", "core"]
    assert (ada.candidate_name, bo.candidate_name) == ("Ada One", "Bo Two")
    assert bo.candidate_plan == CandidatePlan(
        profile=bo.candidate_plan.profile.model_copy(update={"resume_summary": "", "skills": ()})
    )
    assert {ada.state, bo.state} == {"invited"}
    actor = home.service.access.by_bearer(made.made[1].issued.token)
    assert actor.interview_id == bo.interview_id
    home.finish(home.start(bo, actor).session_id, actor)
    assert home.service.interviews.get(SYSTEM, bo.interview_id).state == "completed"


def test_looking_changes_nothing(home: House, position_id: str) -> None:
    before = home.dump()
    look = home.service.bulk.look(SYSTEM, position_id, file(f"Ada,ada@example.org,{RESUME},", "Bo,bo@example.org,,"))
    assert [(each.candidate_name, each.resume) for each in look.invitees] == [("Ada", True), ("Bo", False)]
    assert home.dump() == before


def test_the_links_come_as_a_file_without_formulas(home: House, position_id: str) -> None:
    made = make(home, position_id, file('"=HYPERLINK(""http://x"")",+49@example.org,,', "Bo,bo@example.org,,"))
    rows = list(csv.DictReader(io.StringIO(made.csv())))
    assert tuple(rows[0]) == LINK_COLUMNS
    assert rows[0]["candidate_name"].startswith("'=")
    assert rows[0]["candidate_email"] == "'+49@example.org"
    assert rows[1]["link"] == made.made[1].issued.url
    assert home.service.access.by_bearer(rows[1]["link"].rpartition("/")[2]).interview_id == rows[1]["interview_id"]
    assert rows[1]["expires_at"] == "2026-03-09T09:00:00Z"


def test_a_failing_model_makes_nothing(home: House, position_id: str) -> None:
    """The third résumé fails: the candidates before it are not made either, and the same file works afterwards."""
    data = file(*(f"Person {n},p{n}@example.org,{RESUME}," for n in range(5)))
    before = home.dump()
    calls = iter(range(100))
    probe = home.engine.probe

    def third_fails(plan: PositionPlan, job_text: str, resume_text: str) -> CandidatePlan:
        if next(calls) == 2:
            raise EngineFailure("The model did not answer.")
        return probe(plan, job_text, resume_text)

    home.engine.probe = third_fails  # type: ignore[method-assign]
    with pytest.raises(EngineFailure):
        make(home, position_id, data)
    assert home.dump() == before
    shares: list[float] = []
    assert len(make(home, position_id, data, progress=shares.append).made) == 5
    assert shares == [0.2, 0.4, 0.6, 0.8, 1.0]


def test_sent_again_it_answers_the_same_and_makes_nothing(home: House, position_id: str) -> None:
    """By the file's content, or by a key of the sender's; also after a restart of the server."""
    data = people(3)
    first = make(home, position_id, data, key="one")
    before = home.dump()
    assert make(home.again(), position_id, data, key="one") == first
    assert home.dump() == before


def test_sent_again_after_a_day_it_is_refused(home: House, position_id: str) -> None:
    """Links are shown once: a day is for what got lost on the way."""
    make(home, position_id, people(3))
    home.clock.now += timedelta(days=1, seconds=1)
    with pytest.raises(Conflict) as refused:
        make(home, position_id, people(3))
    assert refused.value.code == "bulk_repeated"


def test_a_part_of_what_was_made_is_gone(home: House, position_id: str) -> None:
    """A deleted interview is not made again by a retry."""
    first = make(home, position_id, people(2))
    home.service.interviews.delete(SYSTEM, first.made[0].interview_id)
    with pytest.raises(Conflict):
        make(home, position_id, people(2))


def test_somebody_else_with_the_same_file_gets_no_links(home: House, position_id: str) -> None:
    """The candidates have been invited; whose file it is makes no difference to that."""
    make(home, position_id, people(2))
    with pytest.raises(InvalidPayload) as refused:
        home.service.bulk.make(Actor(role="hiring", id="link:other", person="other"), position_id, people(2))
    assert refused.value.code == "bulk_invalid"
    with pytest.raises(InvalidPayload):
        make(home, position_id, people(2), key="another")


def test_people_with_an_open_interview_are_told(home: House, position_id: str) -> None:
    """Once it is held, closed or archived they can be invited again; at another position they can at any time."""
    made = make(home, position_id, people(4)).made
    home.finish(home.start(home.service.interviews.get(SYSTEM, made[0].interview_id)).session_id)
    home.service.interviews.close(SYSTEM, made[1].interview_id)
    home.service.interviews.archive(SYSTEM, made[2].interview_id)
    look = home.service.bulk.look(SYSTEM, position_id, people(4).replace(b"p3@example.org", b"P3@Example.org"))
    assert [(each.line, each.column) for each in look.problems] == [(5, "candidate_email")]
    other = home.service.positions.find_or_plan(SYSTEM, "Baker", "We bake.").position_id
    assert home.service.bulk.look(SYSTEM, other, people(4)).problems == ()


def test_two_at_once_make_one(home: House, position_id: str) -> None:
    """The same request twice at the same moment: both get the same links."""
    data = file(*(f"Person {n},p{n}@example.org,{RESUME}," for n in range(3)))
    answers: list[BulkLinks] = []
    both = threading.Barrier(2)

    def send() -> None:
        both.wait(SECONDS)
        answers.append(make(home.again(), position_id, data, key="one"))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert answers[0] == answers[1]
    assert len(home.dump()["interviews"]) == len(home.dump()["invitations"]) == 3


def test_somebody_invited_meanwhile_stops_all(home: House, position_id: str) -> None:
    """Between the look and the making another member of the team invites one of them: nothing is made."""
    probe = home.engine.probe
    home.engine.probes = 0

    def meanwhile(plan: PositionPlan, job_text: str, resume_text: str) -> CandidatePlan:
        home.engine.probe = probe  # type: ignore[method-assign]
        home.interview(candidate_email="bo@example.org")
        return probe(plan, job_text, resume_text)

    home.engine.probe = meanwhile  # type: ignore[method-assign]
    with pytest.raises(InvalidPayload, match="meanwhile"):
        make(home, position_id, file(f"Ada,ada@example.org,{RESUME},", "Bo,bo@example.org,,"))
    assert len(home.dump()["interviews"]) == 1


def test_the_plan_has_to_be_approved(home: House) -> None:
    """Looking at a file, or sending it, approves nothing."""
    draft = home.service.positions.find_or_plan(SYSTEM, "Baker", "We bake.", draft=True)
    for call in (home.service.bulk.look, home.service.bulk.make):
        with pytest.raises(Conflict) as refused:
            call(SYSTEM, draft.position_id, people(1))
        assert refused.value.code == "plan_not_approved"
    assert home.service.positions.get(SYSTEM, draft.position_id).approved_at is None
    with pytest.raises(NotFound):
        home.service.bulk.look(SYSTEM, "none", people(1))


def test_analysts_invite_nobody(home: House, position_id: str) -> None:
    for call in (home.service.bulk.look, home.service.bulk.make):
        with pytest.raises(Forbidden):
            call(Actor(role="analyst", id="x"), position_id, people(1))


def test_voice_that_is_not_there_is_told_by_line(
    home: House, position_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interview.spoken.voice_mode", lambda _: None)
    look = home.service.bulk.look(SYSTEM, position_id, file("Ada,ada@example.org,,live", "Bo,bo@example.org,,"))
    assert [(each.line, each.column) for each in look.problems] == [(2, "mode")]
    assert "voice is not possible" in look.problems[0].problem
