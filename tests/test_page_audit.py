"""The audit log: read by administrators only, filtered, in pages, and as a file."""

from __future__ import annotations

import pytest
from builders import House
from page_tests import person, visiting, words

from interview.access import SYSTEM, Actor, audit
from interview.auditing import CANDIDATES, MAX_LINES, AuditFilter
from interview.errors import Forbidden

PAGE = "pages/admin/audit.py"


def logged(home: House, lines: int, actor: Actor = SYSTEM) -> None:
    with home.service.context.database.write() as tx:
        for number in range(lines):
            audit(tx, home.service.context, actor, "scored", f"interview-{number}", scorecard=f"card-{number}")


def actions(home: House, **wanted: object) -> list[str]:
    page = home.service.audits.read(SYSTEM, AuditFilter(**wanted))  # type: ignore[arg-type]
    return [line.action for line in page.lines]


def test_who_did_it_is_said_by_name(home: House) -> None:
    """By whichever link or key of theirs; a key that is nobody's by its own name, a candidate by none."""
    record, access = home.interview(), home.service.access
    ines = person(home, "administrator")
    assert ines.person is not None
    keys = [
        access.create_key(ines, "Ines's notebook", None, ines.person),
        access.create_key(ines, "The pipeline", "program"),
    ]
    for key in keys:
        home.service.interviews.rename(access.by_bearer(key.secret), record.interview_id, "Ada")
    candidate = home.candidate(record)
    home.service.journeys.request_adjustment(candidate, "More time, please.")
    home.clock.forward(minutes=1)
    home.service.interviews.close(access.enter(access.local_link())[2], record.interview_id)
    seen = home.service.audits.read(SYSTEM, AuditFilter()).lines
    done_by = {(line.action, line.who) for line in seen}
    assert done_by >= {
        ("candidate_renamed", "A person for administrator"),
        ("candidate_renamed", "The pipeline (key)"),
        ("adjustment_requested", "A candidate"),
        ("interview_closed", "Local administrator"),
        ("interview_created", SYSTEM.name),
    }
    assert [line.audit_id for line in seen] == sorted((line.audit_id for line in seen), reverse=True)


def test_the_filter_holds_for_every_link_and_key_of_a_person(home: House) -> None:
    record, access = home.interview(), home.service.access
    ines, other = person(home, "administrator"), person(home, "hiring")
    key = access.by_bearer(access.create_key(ines, "notebook", None, ines.person).secret)
    home.service.interviews.rename(key, record.interview_id, "Ada")
    home.service.interviews.archive(other, record.interview_id)
    home.service.journeys.request_adjustment(home.candidate(record), "More time, please.")
    assert actions(home, who=ines.person) == ["candidate_renamed", "key_created"]
    assert actions(home, who=other.person) == ["interview_archived"]
    assert actions(home, who=CANDIDATES) == ["adjustment_requested"]
    assert actions(home, who="nobody") == []
    assert actions(home, action="candidate_renamed", subject=record.interview_id) == ["candidate_renamed"]
    assert actions(home, subject="nothing") == []
    home.clock.forward(days=2)
    since = home.clock.now
    home.service.interviews.close(other, record.interview_id)
    assert actions(home, since=since) == ["interview_closed"]
    choices = home.service.audits.choices(SYSTEM)
    assert "candidate_renamed" in choices.actions
    assert choices.who[str(ines.person)] == "A person for administrator"


def test_pages_hold_every_line_once(home: House) -> None:
    """While lines are added, too; a page is bounded."""
    logged(home, 25)
    audits, before, seen = home.service.audits, None, []
    while True:
        page = audits.read(SYSTEM, AuditFilter(action="scored"), before, 10)
        seen += [line.subject for line in page.lines]
        logged(home, 1)
        if (before := page.next) is None:
            break
    assert seen == [f"interview-{number}" for number in reversed(range(25))]
    logged(home, MAX_LINES)
    assert len(audits.read(SYSTEM, AuditFilter(), None, 10**9).lines) == MAX_LINES
    assert len(audits.export(SYSTEM, AuditFilter())) > MAX_LINES


@pytest.mark.parametrize("role", ["hiring", "analyst", "program", "candidate"])
def test_the_log_is_the_administrators(home: House, role: str) -> None:
    actor, audits = Actor(role=role, id="x"), home.service.audits  # type: ignore[arg-type]
    for call in (
        lambda: audits.read(actor, AuditFilter()),
        lambda: audits.export(actor, AuditFilter()),
        lambda: audits.choices(actor),
    ):
        with pytest.raises(Forbidden):
            call()
    if role == "hiring":
        with visiting(home, person(home, role)) as open_page:
            assert "audit" not in words(open_page())


def test_the_page_shows_the_newest_lines_and_leads_to_older_ones(home: House) -> None:
    logged(home, 130)
    with visiting(home, person(home, "administrator")) as open_page:
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


def test_ids_in_details_come_last_and_are_shortened_on_the_page(home: House) -> None:
    card = "0f1f0aa6-52c7-4a44-b0e5-18d3a1c5b7e9"
    with home.service.context.database.write() as tx:
        audit(tx, home.service.context, SYSTEM, "score_overridden", "interview-0", scorecard=card, level=4)
    with visiting(home, person(home, "administrator")) as open_page:
        app = open_page(PAGE, action="score_overridden")
        assert app.dataframe[0].value["Detail"].tolist() == ["level: 4, scorecard: 0f1f0aa6…"]


def test_a_filter_stands_in_the_address_and_begins_at_its_newest_line(home: House) -> None:
    logged(home, 130)
    administrator = person(home, "administrator")
    with visiting(home, administrator) as open_page:
        app = open_page(PAGE, before="50")
        app.selectbox("audit-action").select("link_created").run()
        assert (app.query_params["action"], "before" in app.query_params) == ("link_created", False)
        assert set(app.dataframe[0].value["What"]) == {"Link created"}
        app.text_input("audit-subject").input("nothing").run()
        assert "Nothing in the log matches" in words(app)
        next(one for one in app.button if one.label == "Clear the filter").click().run()
        assert not app.query_params
        assert len(app.dataframe[0].value) == 100


def test_nonsense_in_the_address_is_passed_over(home: House) -> None:
    logged(home, 3)
    with visiting(home, person(home, "administrator")) as open_page:
        app = open_page(PAGE, action="sing", who="nobody", **{"from": "2026-99-01"}, before="x")
        assert len(app.dataframe[0].value) >= 3
        assert not app.error
