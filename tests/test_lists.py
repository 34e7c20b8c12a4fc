"""Lists of interviews, invitations and positions: how far each is, and which of them a filter holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import get_args

import httpx
import pytest
from builders import BEGINNING, House
from http_server import World, scripted_world
from scripted import position_plan
from sqlalchemy import event

from interview.access import SYSTEM, Actor
from interview.errors import EngineFailure, Forbidden, NotFound
from interview.imported import SpokenLine
from interview.models import PositionSettings
from interview.records import InterviewFilter, InterviewRecord, InterviewState, InterviewSummary
from interview.store.tables import AdjustmentRow, PositionRow

pytestmark = pytest.mark.house(gemini_api_key="no real key")

SPOKEN = [
    SpokenLine(role="coach", text="Tell me about debugging."),
    SpokenLine(role="candidate", text="I traced the fault to the cache."),
]


def line(home: House, record: InterviewRecord) -> InterviewSummary:
    """The interview's line of the list. Wherever one is read, the single record has to say the same."""
    listed, _ = home.service.interviews.list(SYSTEM)
    (found,) = (row for row in listed if row.interview_id == record.interview_id)
    single = home.service.interviews.get(SYSTEM, record.interview_id)
    assert (single.state, single.archived) == (found.state, found.archived)
    standing = single.score.overall_score if single.score else None
    assert standing == found.overall_score
    return found


def state(home: House, record: InterviewRecord) -> str:
    return line(home, record).state


# --- how far an interview is ------------------------------------------------------------------------------------------


def test_an_interview_goes_from_draft_to_completed(home: House) -> None:
    record = home.interview(draft=True)
    assert state(home, record) == "draft"
    home.service.positions.approve(SYSTEM, record.position_id)
    assert state(home, record) == "ready"
    candidate = home.candidate(record)
    assert state(home, record) == "invited"
    session_id = home.start(record, candidate).session_id
    assert state(home, record) == "in_progress"
    home.finish(session_id, candidate)
    assert state(home, record) == "completed"


def test_a_link_that_has_ended_invites_nobody(home: House) -> None:
    """Neither one that was withdrawn nor one whose time is over; another live one does."""
    record = home.interview()
    issued = home.service.invitations.invite(SYSTEM, record.interview_id)
    home.service.invitations.revoke(SYSTEM, issued.invitation_id)
    assert state(home, record) == "ready"
    home.candidate(record, expires_in_hours=1)
    assert state(home, record) == "invited"
    home.clock.forward(hours=1)
    assert state(home, record) == "ready"


def test_an_idle_session_shows_as_expired_until_it_is_gone_on_with(home: House) -> None:
    record = home.interview()
    home.start(record)
    home.clock.forward(minutes=31)
    assert (state(home, record), line(home, record).status) == ("expired", "expired")
    home.start(record)
    assert (state(home, record), line(home, record).status) == ("in_progress", "active")


def test_another_attempt_begins_with_the_invitation_again(home: House) -> None:
    """What counts is the attempt at hand; the score of the one before still stands."""
    record = home.interview()
    candidate = home.candidate(record)
    home.finish(home.start(record, candidate).session_id, candidate)
    home.service.interviews.restart(SYSTEM, record.interview_id)
    assert (state(home, record), line(home, record).overall_score) == ("invited", 3.0)


def test_a_transcript_from_elsewhere_completes_an_interview_that_has_no_session_of_its_own(home: House) -> None:
    record = home.interview()
    home.service.scorecards.score_transcript(SYSTEM, record.interview_id, SPOKEN)
    assert (state(home, record), line(home, record).status) == ("completed", "imported")
    home.clock.forward(minutes=1)
    home.start(record)
    home.clock.forward(minutes=1)
    home.service.scorecards.score_transcript(SYSTEM, record.interview_id, SPOKEN)
    assert state(home, record) == "in_progress"


def test_a_start_that_failed_is_no_beginning(home: House) -> None:
    """The warm-up could not be asked: there is a session without a turn, and the candidate has seen nothing yet."""
    record = home.interview()
    candidate = home.candidate(record)
    home.engine.fail_next()
    with pytest.raises(EngineFailure):
        home.start(record, candidate)
    assert (state(home, record), line(home, record).status) == ("invited", None)
    home.clock.forward(minutes=31)
    assert state(home, record) == "invited"
    home.start(record, candidate)
    assert state(home, record) == "in_progress"


def test_a_closed_interview_is_closed_whatever_else_it_is(home: House) -> None:
    record = home.interview()
    home.finish(home.start(record).session_id)
    home.service.interviews.close(SYSTEM, record.interview_id)
    assert (state(home, record), line(home, record).status) == ("closed", "complete")


def test_a_line_counts_what_is_through_and_what_waits(home: House) -> None:
    """Answered and skipped questions are done, a probe does not count; an adjustment without a reply is open."""
    record = home.interview()
    assert [question.kind for question in record.question_plan] == ["core", "probe", "core", "core"]
    for index, status in ((0, "answered"), (1, "skipped"), (2, "started")):
        home.service.questions.set_status(SYSTEM, record.interview_id, index, status)  # type: ignore[arg-type]
    candidate = home.candidate(record)
    with home.service.context.database.write() as tx:
        for number in range(3):
            tx.add(
                AdjustmentRow(
                    adjustment_id=f"a{number}",
                    interview_id=record.interview_id,
                    invitation_id=candidate.invitation_id,
                    text="More time, please.",
                    created_at=home.clock.now,
                    reply="" if number else "Yes.",
                    replied_at=None if number else home.clock.now,
                )
            )
    found = line(home, record)
    assert (found.questions_done, found.questions_total, found.asked_question_index) == (1, 3, 2)
    assert found.open_adjustments == 2


def test_the_score_in_the_list_is_the_one_that_stands(home: House) -> None:
    """A completed session's, its newest; before any, the newest import's: `line` compares with the single record."""
    record = home.interview()
    home.engine.levels.extend([2.0] * 10)
    home.service.scorecards.score_transcript(SYSTEM, record.interview_id, SPOKEN)
    assert line(home, record).overall_score == 2.0
    home.engine.levels.clear()
    home.clock.forward(minutes=1)
    home.finish(home.start(record).session_id)
    home.clock.forward(minutes=1)
    home.service.scorecards.score_transcript(SYSTEM, record.interview_id, SPOKEN)
    assert line(home, record).overall_score == 3.0
    home.engine.levels.extend([5.0] * 10)
    home.clock.forward(minutes=1)
    home.service.scorecards.score(SYSTEM, record.interview_id)
    assert line(home, record).overall_score == 5.0


# --- which interviews a list holds ------------------------------------------------------------------------------------


def names(home: House, **wanted: object) -> list[str]:
    listed, _ = home.service.interviews.list(SYSTEM, wanted=InterviewFilter.model_validate(wanted))
    return sorted(row.candidate_name for row in listed)


def test_a_list_may_be_of_one_position_one_state_one_name(home: House) -> None:
    ada = home.interview(candidate_name="Ada Lovelace")
    home.interview(candidate_name="Grace Hopper", job_text="We build boats.")
    home.interview(candidate_name="Öznur Ada_Şen")
    home.start(ada)
    assert names(home) == ["Ada Lovelace", "Grace Hopper", "Öznur Ada_Şen"]
    assert names(home, position_id=ada.position_id) == ["Ada Lovelace", "Öznur Ada_Şen"]
    assert names(home, position_id="nobody") == []
    assert names(home, state="in_progress") == ["Ada Lovelace"]
    assert names(home, state="ready") == ["Grace Hopper", "Öznur Ada_Şen"]
    assert names(home, name=" aDA ") == ["Ada Lovelace", "Öznur Ada_Şen"]
    assert names(home, name="öznur") == ["Öznur Ada_Şen"]
    assert names(home, name="_") == ["Öznur Ada_Şen"]
    assert names(home, name="%") == []
    assert names(home, name="ada", state="ready", position_id=ada.position_id) == ["Öznur Ada_Şen"]


def test_every_state_finds_exactly_the_interviews_that_are_in_it(home: House) -> None:
    states = get_args(InterviewState)
    made = {state: home.interview(candidate_name=state) for state in states if state != "draft"}
    home.interview(candidate_name="draft", job_text="We build boats.", draft=True)
    home.start(made["expired"])
    home.clock.forward(minutes=31)
    home.candidate(made["invited"])
    home.finish(home.start(made["completed"]).session_id)
    home.start(made["in_progress"])
    home.service.interviews.close(SYSTEM, made["closed"].interview_id)
    for state in states:
        assert names(home, state=state) == [state]


def test_a_filtered_list_is_paged_without_loss(home: House) -> None:
    """Pages of what the filter holds, none of them short, while others lie between."""
    for number in range(7):
        home.interview(candidate_name=f"Ada {number}")
        home.interview(candidate_name=f"Bob {number}")
        home.clock.forward(minutes=1)
    cursor, seen = None, []
    for size in (3, 3, 1):
        page, cursor = home.service.interviews.list(SYSTEM, 3, cursor, InterviewFilter(name="ada"))
        assert len(page) == size
        seen += [row.candidate_name for row in page]
    assert cursor is None
    assert seen == [f"Ada {number}" for number in reversed(range(7))]


def test_an_archived_interview_keeps_its_place_and_is_listed_where_it_is_wanted(home: House) -> None:
    kept, put_away = home.interview(candidate_name="kept"), home.interview(candidate_name="away")
    home.clock.forward(minutes=1)
    for _ in range(2):
        record = home.service.interviews.archive(SYSTEM, put_away.interview_id)
    assert (record.archived, record.updated_at) == (True, put_away.updated_at)
    assert names(home) == ["away", "kept"]
    assert (names(home, archived=True), names(home, archived=False)) == (["away"], ["kept"])
    assert not home.service.interviews.archive(SYSTEM, put_away.interview_id, archived=False).archived
    assert names(home, archived=False) == ["away", "kept"]
    assert [row[4] for row in home.dump()["audit_log"] if put_away.interview_id in row] == [
        "interview_created", "interview_archived", "interview_unarchived",
    ]  # fmt: skip
    assert not home.service.interviews.get(SYSTEM, kept.interview_id).archived


def test_a_list_takes_one_query_however_long_it_is(home: House) -> None:
    """Beside the look for overdue sessions."""
    for number in range(12):
        record = home.interview(candidate_name=f"Ada {number}")
        home.finish(home.start(record).session_id)
    asked: list[str] = []
    event.listen(
        home.service.context.database.engine,
        "before_cursor_execute",
        lambda _c, _k, sql, *_: asked.append(sql) if sql.startswith("SELECT") else None,
    )
    assert len(home.service.interviews.list(SYSTEM)[0]) == 12
    assert len(asked) == 2


# --- invitations ------------------------------------------------------------------------------------------------------


def test_invitations_are_listed_newest_first_without_their_tokens(home: House) -> None:
    record, other = home.interview(), home.interview()
    home.service.invitations.invite(SYSTEM, other.interview_id)
    first = home.service.invitations.invite(SYSTEM, record.interview_id, expires_in_hours=1, extra_time_factor=1.5)
    home.clock.forward(minutes=10)
    second = home.service.invitations.invite(SYSTEM, record.interview_id, mode="live")
    home.clock.forward(minutes=10)
    third = home.service.invitations.invite(SYSTEM, record.interview_id)
    home.service.invitations.revoke(SYSTEM, third.invitation_id)
    home.clock.forward(minutes=40)
    listed = home.service.invitations.list(SYSTEM, record.interview_id)
    assert [row.invitation_id for row in listed] == [third.invitation_id, second.invitation_id, first.invitation_id]
    assert [row.live for row in listed] == [False, True, False]
    assert (listed[2].extra_time_factor, listed[1].mode) == (1.5, "live")
    assert listed[2].expires_at == BEGINNING + timedelta(hours=1)
    assert listed[0].revoked_at == BEGINNING + timedelta(minutes=20)
    assert third.token not in repr(listed)


# --- positions --------------------------------------------------------------------------------------------------------


def test_positions_are_listed_newest_first_with_their_newest_plan(home: House) -> None:
    old = home.interview(role_title="Engineer")
    away = home.interview(role_title="Engineer")
    home.service.interviews.archive(SYSTEM, away.interview_id)
    home.configure(old, purpose="practice")
    home.clock.forward(minutes=1)
    home.interview(role_title="Nurse", draft=True)
    home.service.positions.save_plan(SYSTEM, old.position_id, position_plan(2))
    seen = [
        (row.role_title, row.plan_version, row.approved, row.purpose, row.interviews)
        for row in home.service.positions.list(SYSTEM)
    ]
    assert seen == [("Nurse", 1, False, "assessment", 1), ("Engineer", 2, False, "practice", 1)]
    home.service.positions.approve(SYSTEM, old.position_id)
    engineer = home.service.positions.list(SYSTEM)[1]
    assert (engineer.approved, engineer.created_at, engineer.position_id) == (True, BEGINNING, old.position_id)


def test_settings_as_an_older_version_stored_them_are_listed(home: House) -> None:
    record = home.interview()
    with home.service.context.database.write() as tx:
        tx.get_one(PositionRow, record.position_id).settings = {}
    assert home.service.positions.list(SYSTEM)[0].purpose == PositionSettings().purpose


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["analyst", "candidate"])
def test_lists_and_what_ends_an_interview_are_the_teams(home: House, role: str) -> None:
    record = home.interview()
    actor = Actor(role=role, id="somebody", interview_id=record.interview_id)  # type: ignore[arg-type]
    service, interview_id, before = home.service, record.interview_id, home.dump()
    calls: list[Callable[[], object]] = [
        lambda: service.interviews.list(actor, wanted=InterviewFilter()),
        lambda: service.invitations.list(actor, interview_id),
        lambda: service.positions.list(actor),
        lambda: service.interviews.close(actor, interview_id),
        lambda: service.interviews.archive(actor, interview_id),
        lambda: service.interviews.delete(actor, interview_id),
    ]
    for call in calls:
        with pytest.raises(Forbidden):
            call()
    assert home.dump() == before


def test_an_unknown_interview_is_named(home: House) -> None:
    for call in (
        lambda: home.service.invitations.list(SYSTEM, "nobody"),
        lambda: home.service.interviews.close(SYSTEM, "nobody"),
        lambda: home.service.interviews.archive(SYSTEM, "nobody"),
        lambda: home.service.interviews.delete(SYSTEM, "nobody"),
    ):
        with pytest.raises(NotFound) as caught:
            call()
        assert caught.value.code == "interview_not_found"


# --- over REST --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with scripted_world(tmp_path_factory.mktemp("lists")) as running:
        yield running


def test_the_list_is_filtered_over_rest(world: World, rest: httpx.Client) -> None:
    one = world.interview(candidate_name="Ada Lovelace")
    world.interview(candidate_name="Grace Hopper", job_text="We look for a captain of boats.")

    def found(**wanted: object) -> list[str]:
        reply = rest.get("/interviews", params=wanted).raise_for_status()  # type: ignore[arg-type]
        return sorted(row["candidate_name"] for row in reply.json()["sessions"])

    assert found() == ["Ada Lovelace", "Grace Hopper"]
    assert found(position_id=one["position_id"]) == found(name="LOVE") == ["Ada Lovelace"]
    assert rest.post(f"/interviews/{one['interview_id']}/archive").json()["archived"] is True
    assert (found(archived="true"), found(archived="false")) == (["Ada Lovelace"], ["Grace Hopper"])
    assert rest.post(f"/interviews/{one['interview_id']}/unarchive").json()["archived"] is False
    assert rest.post(f"/interviews/{one['interview_id']}/close").json()["state"] == "closed"
    assert found(state="closed") == ["Ada Lovelace"]
    for wrong in ({"state": "lost"}, {"archived": "perhaps"}, {"name": "x" * 201}):
        reply = rest.get("/interviews", params=wrong)
        assert (reply.status_code, reply.json()["code"]) == (400, "invalid_payload")


def test_a_closed_interview_takes_neither_starts_nor_links_over_rest(world: World, rest: httpx.Client) -> None:
    made = world.interview()["interview_id"]
    rest.post(f"/interviews/{made}/close").raise_for_status()
    for reply in (
        rest.post("/interview-sessions/start", json={"interviewId": made}),
        rest.post(f"/interviews/{made}/invitations"),
    ):
        assert (reply.status_code, reply.json()["code"]) == (409, "interview_closed")


def test_a_deleted_interview_is_gone_over_rest(world: World, rest: httpx.Client) -> None:
    made = world.interview()["interview_id"]
    assert rest.delete(f"/interviews/{made}").status_code == 204
    for reply in (rest.get(f"/interviews/{made}"), rest.delete(f"/interviews/{made}")):
        assert (reply.status_code, reply.json()["code"]) == (404, "interview_not_found")


def test_invitations_are_listed_over_rest(world: World, rest: httpx.Client) -> None:
    made = world.interview()["interview_id"]
    issued = world.invitation(made)
    reply = rest.get(f"/interviews/{made}/invitations")
    assert [row["invitation_id"] for row in reply.json()["invitations"]] == [issued["invitation_id"]]
    assert issued["token"] not in reply.text


def test_positions_are_listed_over_rest(world: World, rest: httpx.Client) -> None:
    world.clock.advance(minutes=1)
    made = world.interview(role_title="Gardener")
    listed = rest.get("/positions").json()["positions"]
    assert (listed[0]["position_id"], listed[0]["role_title"]) == (made["position_id"], "Gardener")
    single = rest.get(f"/positions/{made['position_id']}").json()
    assert (single["plan_version"], single["role_title"]) == (listed[0]["plan_version"], "Gardener")
