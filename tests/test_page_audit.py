"""The audit log: read by administrators only, filtered, in pages, and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import House, house
from page_tests import person, visiting, words

from interview.access import SYSTEM, Actor, audit
from interview.auditing import CANDIDATES, MAX_LINES, AuditFilter
from interview.errors import Forbidden

PAGE = "pages/admin/audit.py"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path)
    yield made
    made.close()


def logged(here: House, lines: int, actor: Actor = SYSTEM) -> None:
    with here.service.context.database.write() as tx:
        for number in range(lines):
            audit(tx, here.service.context, actor, "scored", f"interview-{number}", scorecard=f"card-{number}")


def actions(here: House, **wanted: object) -> list[str]:
    page = here.service.audits.read(SYSTEM, AuditFilter(**wanted))  # type: ignore[arg-type]
    return [line.action for line in page.lines]


def test_who_did_it_is_said_by_name(here: House) -> None:
    """By whichever link or key of theirs; a key that is nobody's by its own name, a candidate by none."""
    record, access = here.interview(), here.service.access
    ines = person(here, "administrator")
    assert ines.person is not None
    keys = [
        access.create_key(ines, "Ines's notebook", None, ines.person),
        access.create_key(ines, "The pipeline", "program"),
    ]
    for key in keys:
        here.service.interviews.rename(access.by_bearer(key.secret), record.interview_id, "Ada")
    candidate = here.candidate(record)
    here.service.journeys.request_adjustment(candidate, "More time, please.")
    here.clock.forward(minutes=1)
    here.service.interviews.close(access.enter(access.local_link())[2], record.interview_id)
    seen = here.service.audits.read(SYSTEM, AuditFilter()).lines
    done_by = {(line.action, line.who) for line in seen}
    assert done_by >= {
        ("candidate_renamed", "A person for administrator"),
        ("candidate_renamed", "The pipeline (key)"),
        ("adjustment_requested", "A candidate"),
        ("interview_closed", "Local administrator"),
        ("interview_created", SYSTEM.name),
    }
    assert [line.audit_id for line in seen] == sorted((line.audit_id for line in seen), reverse=True)


def test_the_filter_holds_for_every_link_and_key_of_a_person(here: House) -> None:
    record, access = here.interview(), here.service.access
    ines, other = person(here, "administrator"), person(here, "hiring")
    key = access.by_bearer(access.create_key(ines, "notebook", None, ines.person).secret)
    here.service.interviews.rename(key, record.interview_id, "Ada")
    here.service.interviews.archive(other, record.interview_id)
    here.service.journeys.request_adjustment(here.candidate(record), "More time, please.")
    assert actions(here, who=ines.person) == ["candidate_renamed", "key_created"]
    assert actions(here, who=other.person) == ["interview_archived"]
    assert actions(here, who=CANDIDATES) == ["adjustment_requested"]
    assert actions(here, who="nobody") == []
    assert actions(here, action="candidate_renamed", subject=record.interview_id) == ["candidate_renamed"]
    assert actions(here, subject="nothing") == []
    here.clock.forward(days=2)
    since = here.clock.now
    here.service.interviews.close(other, record.interview_id)
    assert actions(here, since=since) == ["interview_closed"]
    choices = here.service.audits.choices(SYSTEM)
    assert "candidate_renamed" in choices.actions
    assert choices.who[str(ines.person)] == "A person for administrator"


def test_pages_hold_every_line_once(here: House) -> None:
    """While lines are added, too; a page is bounded."""
    logged(here, 25)
    audits, before, seen = here.service.audits, None, []
    while True:
        page = audits.read(SYSTEM, AuditFilter(action="scored"), before, 10)
        seen += [line.subject for line in page.lines]
        logged(here, 1)
        if (before := page.next) is None:
            break
    assert seen == [f"interview-{number}" for number in reversed(range(25))]
    logged(here, MAX_LINES)
    assert len(audits.read(SYSTEM, AuditFilter(), None, 10**9).lines) == MAX_LINES
    assert len(audits.export(SYSTEM, AuditFilter())) > MAX_LINES


@pytest.mark.parametrize("role", ["hiring", "analyst", "program", "candidate"])
def test_the_log_is_the_administrators(here: House, role: str) -> None:
    actor, audits = Actor(role=role, id="x"), here.service.audits  # type: ignore[arg-type]
    for call in (
        lambda: audits.read(actor, AuditFilter()),
        lambda: audits.export(actor, AuditFilter()),
        lambda: audits.choices(actor),
    ):
        with pytest.raises(Forbidden):
            call()
    if role == "hiring":
        with visiting(here, person(here, role)) as open_page:
            assert "audit" not in words(open_page())


def test_the_page_shows_the_newest_lines_and_leads_to_older_ones(here: House) -> None:
    logged(here, 130)
    with visiting(here, person(here, "administrator")) as open_page:
        app = open_page(PAGE, action="scored")
        assert len(app.dataframe[0].value) == 100
        assert app.dataframe[0].value.iloc[0].to_dict() | {"When": None} == {
            "When": None, "Who": SYSTEM.name, "Role": "administrator", "What": "Scored",
            "Detail": "scorecard: card-129", "Subject": "interview-129", "By": "system",
        }  # fmt: skip
        next(one for one in app.button if one.label == "Older").click().run()
        assert [len(app.dataframe[0].value), app.dataframe[0].value.iloc[-1]["Subject"]] == [30, "interview-0"]
        assert not [one for one in app.button if one.label == "Older"]
        next(one for one in app.button if one.label == "Newest").click().run()
        assert "before" not in app.query_params


def test_ids_in_details_come_last_and_are_shortened_on_the_page(here: House) -> None:
    card = "0f1f0aa6-52c7-4a44-b0e5-18d3a1c5b7e9"
    with here.service.context.database.write() as tx:
        audit(tx, here.service.context, SYSTEM, "score_overridden", "interview-0", scorecard=card, level=4)
    with visiting(here, person(here, "administrator")) as open_page:
        app = open_page(PAGE, action="score_overridden")
        assert app.dataframe[0].value["Detail"].tolist() == ["level: 4, scorecard: 0f1f0aa6…"]


def test_a_filter_stands_in_the_address_and_begins_at_its_newest_line(here: House) -> None:
    logged(here, 130)
    administrator = person(here, "administrator")
    with visiting(here, administrator) as open_page:
        app = open_page(PAGE, before="50")
        app.selectbox("audit-action").select("link_created").run()
        assert (app.query_params["action"], "before" in app.query_params) == ("link_created", False)
        assert set(app.dataframe[0].value["What"]) == {"Link created"}
        app.text_input("audit-subject").input("nothing").run()
        assert "Nothing in the log matches" in words(app)
        next(one for one in app.button if one.label == "Clear the filter").click().run()
        assert not app.query_params
        assert len(app.dataframe[0].value) == 100


def test_nonsense_in_the_address_is_passed_over(here: House) -> None:
    logged(here, 3)
    with visiting(here, person(here, "administrator")) as open_page:
        app = open_page(PAGE, action="sing", who="nobody", **{"from": "2026-99-01"}, before="x")
        assert len(app.dataframe[0].value) >= 3
        assert not app.error
