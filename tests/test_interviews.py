"""Positions and interviews: planned, approved, invited to, marked, listed, restarted."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from builders import House, statuses
from scripted import competency, position_plan

from interview.access import SYSTEM, Actor
from interview.errors import Conflict, EngineFailure, InvalidPayload, NotFound, SessionUnknown, Unauthorized
from interview.imported import SpokenLine
from interview.models import Criterion, PositionPlan, Question
from interview.records import InterviewRecord
from interview.reviewing.rating import CriterionRating
from interview.store.review_tables import DemographicsRow
from interview.store.tables import AdjustmentRow, AnswerDraftRow, ConsentRow, InterviewRow
from interview.usage import record as record_usage

# --- making -----------------------------------------------------------------------------------------------------------


def test_an_interview_has_the_shared_core_and_the_candidates_probes_in_asking_order(home: House) -> None:
    record = home.interview()
    kinds = [(q.index, q.kind, q.competency) for q in record.question_plan]
    assert kinds == [
        (0, "core", "Debugging"),
        (1, "probe", "Debugging"),
        (2, "core", "Teamwork"),
        (3, "core", "Planning"),
    ]
    assert record.questions == tuple(q.text for q in record.question_plan)
    assert record.focus_areas == ("debugging", "teamwork", "planning")
    assert statuses(record.question_statuses) == ["not_started"] * 4
    assert record.plan_approved
    assert (record.candidate_name, record.candidate_plan.profile.candidate_id) == ("Ada Example", record.candidate_id)
    assert (record.transcript, record.score, record.asked_question_index) == ((), None, None)


def test_the_same_role_and_job_share_a_position_and_its_core(home: House) -> None:
    one, two = home.interview(), home.interview(role_title="  Engineer ", job_text="We build clocks.\n")
    other = home.interview(job_text="We build boats.")
    assert one.position_id == two.position_id != other.position_id
    assert one.interview_id != two.interview_id
    assert len(home.dump()["plans"]) == 2


def test_a_given_name_goes_before_the_resumes(home: House) -> None:
    assert home.interview(candidate_name=" Grace ").candidate_name == "Grace"


@pytest.mark.parametrize(
    "fields", [{"role_title": " "}, {"role_title": "x" * 201}, {"job_text": " \n"}, {"job_text": "x" * 200_001}]
)
def test_a_position_needs_a_title_and_a_job_text_of_bounded_length(home: House, fields: dict[str, str]) -> None:
    before = home.dump()
    with pytest.raises(InvalidPayload):
        home.interview(**fields)
    assert home.dump() == before


def test_an_interview_whose_plan_fails_leaves_nothing_behind(home: House) -> None:
    before = home.dump()
    home.engine.fail_next()
    with pytest.raises(EngineFailure):
        home.interview()
    assert home.dump() == before


def test_an_interview_may_be_made_for_a_position(home: House) -> None:
    record = home.interview()
    assert home.interview(position_id=record.position_id, role_title="", job_text="").position_id == record.position_id
    with pytest.raises(NotFound) as caught:
        home.interview(position_id="nobody")
    assert caught.value.code == "position_not_found"


# --- plans and approval -----------------------------------------------------------------------------------------------


def test_no_link_without_an_approved_plan(home: House) -> None:
    record = home.interview(draft=True)
    assert not record.plan_approved
    with pytest.raises(Conflict) as caught:
        home.service.invitations.invite(SYSTEM, record.interview_id)
    assert caught.value.code == "plan_not_approved"
    home.service.positions.approve(SYSTEM, record.position_id)
    assert home.service.invitations.invite(SYSTEM, record.interview_id).token


def test_interviews_not_begun_move_to_the_approved_plan_and_others_keep_theirs(home: House) -> None:
    begun, waiting = home.interview(), home.interview()
    home.start(begun)
    home.service.positions.save_plan(SYSTEM, begun.position_id, position_plan(2))
    assert home.service.interviews.get(SYSTEM, waiting.interview_id).plan_version == 1
    home.service.positions.approve(SYSTEM, begun.position_id, version=2)
    moved = home.service.interviews.get(SYSTEM, waiting.interview_id)
    assert (moved.plan_version, len(moved.questions), len(moved.question_statuses)) == (2, 7, 7)
    assert [q.kind for q in moved.question_plan[:3]] == ["core", "core", "probe"]
    kept = home.service.interviews.get(SYSTEM, begun.interview_id)
    assert (kept.plan_version, len(kept.questions)) == (1, 4)


def test_questions_of_a_competency_that_is_gone_are_left_out_and_told(home: House) -> None:
    """Nothing vanishes in silence when the approved plan no longer has a question's competency."""
    record = home.interview()
    smaller = position_plan(1, names=("Teamwork", "Planning"))
    home.service.positions.save_plan(SYSTEM, record.position_id, smaller)
    home.service.positions.approve(SYSTEM, record.position_id)
    moved = home.service.interviews.get(SYSTEM, record.interview_id)
    assert {q.competency for q in moved.question_plan} == {"Teamwork", "Planning"}
    assert moved.warnings == ("Questions left out (1): the approved plan no longer has “Debugging”.",)


def test_a_saved_plan_waits_for_approval_and_new_interviews_take_the_approved_one(home: House) -> None:
    record = home.interview()
    saved = home.service.positions.save_plan(SYSTEM, record.position_id, position_plan(2))
    assert (saved.plan_version, saved.approved_at) == (2, None)
    assert home.interview().plan_version == 1
    assert home.interview(draft=True).plan_version == 2


def test_approving_again_keeps_who_approved_first(home: House) -> None:
    """The name beside an approval is of the person who gave it, and it stands once in the audit log."""
    record = home.interview(draft=True)
    first = Actor(role="hiring", id="person:ada")
    approved = home.service.positions.approve(first, record.position_id)
    home.clock.forward(minutes=5)
    again = home.service.positions.approve(SYSTEM, record.position_id)
    assert (again.approved_by, again.approved_at) == (first.id, approved.approved_at)
    assert [row[2] for row in home.dump()["audit_log"] if "plan_approved" in row] == [first.id]


def test_only_the_newest_plan_can_be_approved(home: House) -> None:
    record = home.interview()
    home.service.positions.save_plan(SYSTEM, record.position_id, position_plan(2))
    with pytest.raises(Conflict) as caught:
        home.service.positions.approve(SYSTEM, record.position_id, version=1)
    assert caught.value.code == "plan_changed"


def spoilt(name: str) -> PositionPlan:
    plan = position_plan(1)
    double = Criterion(name="Debugging 1", weight=1)
    return {
        "too many core questions": position_plan(4),
        "two of one name": plan.model_copy(update={"competencies": (*plan.competencies, competency("Planning"))}),
        "two criteria of one name": plan.model_copy(
            update={"competencies": (competency("Debugging").model_copy(update={"criteria": (double, double)}),)}
        ),
        "a question of no competency": plan.model_copy(
            update={"core_questions": (*plan.core_questions, Question(index=3, text="Why?", competency="Charm"))}
        ),
    }[name]


@pytest.mark.parametrize(
    "name",
    ["too many core questions", "two of one name", "two criteria of one name", "a question of no competency"],
)
def test_a_plan_that_no_session_could_keep_is_refused(home: House, name: str) -> None:
    record = home.interview()
    before = home.dump()
    with pytest.raises(InvalidPayload) as caught:
        home.service.positions.save_plan(SYSTEM, record.position_id, spoilt(name))
    assert caught.value.code == "plan_invalid"
    assert home.dump() == before


# --- invitations ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad", [{"expires_in_hours": 0}, {"expires_in_hours": 2161}, {"extra_time_factor": 0.9}, {"extra_time_factor": 4.1}]
)
def test_invitations_are_bounded(home: House, bad: dict[str, float]) -> None:
    with pytest.raises(InvalidPayload):
        home.service.invitations.invite(SYSTEM, home.interview().interview_id, **bad)  # type: ignore[arg-type]


def test_an_unknown_invitation_cannot_be_withdrawn(home: House) -> None:
    with pytest.raises(NotFound) as caught:
        home.service.invitations.revoke(SYSTEM, "nobody")
    assert caught.value.code == "invitation_not_found"


# --- statuses ---------------------------------------------------------------------------------------------------------


def test_statuses_go_forward_only_and_the_index_never_falls(home: House) -> None:
    interview_id, mark = home.interview().interview_id, home.service.questions.set_status
    assert mark(SYSTEM, interview_id, 2, "started").asked_question_index == 2
    update = mark(SYSTEM, interview_id, 0, "skipped")
    assert (update.asked_question_index, statuses(update.question_statuses)) == (
        2,
        ["skipped", "not_started", "started", "not_started"],
    )
    assert update.question_statuses[0].updated_at == home.clock.now
    mark(SYSTEM, interview_id, 2, "answered")
    for index, status in ((2, "started"), (2, "not_started"), (2, "skipped"), (0, "answered")):
        with pytest.raises(Conflict) as caught:
            mark(SYSTEM, interview_id, index, status)  # type: ignore[arg-type]
        assert caught.value.code == "status_backward"


def test_marking_the_same_again_changes_nothing(home: House) -> None:
    interview_id, mark = home.interview().interview_id, home.service.questions.set_status
    mark(SYSTEM, interview_id, 1, "started")
    before = home.dump()
    home.clock.forward(minutes=1)
    assert mark(SYSTEM, interview_id, 1, "started").status == "started"
    assert home.dump() == before


def test_a_candidate_marks_no_question_of_an_interview_that_is_over(home: House) -> None:
    """Closed by the team or completed; another attempt is open again, and the team may always mark."""
    record = home.interview()
    ada, mark = home.candidate(record), home.service.questions.set_status
    home.finish(home.start(record, ada).session_id, ada)
    before = home.dump()
    with pytest.raises(Conflict, match="has been completed") as completed:
        mark(ada, record.interview_id, 3, "answered")
    assert (completed.value.code, home.dump()) == ("session_complete", before)
    home.service.interviews.restart(SYSTEM, record.interview_id)
    assert mark(ada, record.interview_id, 0, "started").status == "started"
    home.service.interviews.close(SYSTEM, record.interview_id)
    with pytest.raises(Conflict, match="has ended this interview") as closed:
        mark(ada, record.interview_id, 0, "answered")
    assert closed.value.code == "interview_closed"
    assert mark(SYSTEM, record.interview_id, 0, "answered").status == "answered"


@pytest.mark.parametrize("index", [-1, 4, 10**9])
def test_there_is_no_such_question(home: House, index: int) -> None:
    with pytest.raises(InvalidPayload):
        home.service.questions.set_status(SYSTEM, home.interview().interview_id, index, "started")


# --- questions of the team's own --------------------------------------------------------------------------------------


def test_a_question_of_the_teams_own_is_asked_in_its_place(home: House) -> None:
    record = home.interview()
    added = home.service.questions.add(SYSTEM, record.interview_id, " Why  us? ", competency="Teamwork")
    assert [(q.index, q.kind, q.text) for q in added.question_plan[2:4]] == [
        (2, "core", "Tell me about teamwork, part 1."),
        (3, "custom", "Why us?"),
    ]
    turns = home.finish(home.start(record).session_id)
    asked = [turn.question.content for turn in turns if turn.question]
    assert asked.index("Why us?") == asked.index("Tell me about teamwork, part 1.") + 1
    seen = home.service.interviews.get(SYSTEM, record.interview_id)
    assert statuses(seen.question_statuses) == ["answered", "not_started", "answered", "answered", "answered"]


def test_a_question_may_be_added_while_the_session_runs(home: House) -> None:
    record = home.interview()
    session_id = home.start(record).session_id
    home.say(session_id)
    home.service.questions.add(SYSTEM, record.interview_id, "Why us?", competency="Planning")
    asked = [turn.question.content for turn in home.finish(session_id) if turn.question]
    assert asked[-2:] == ["Why us?", "Words for wrapup."]
    with pytest.raises(Conflict) as caught:
        home.service.questions.add(SYSTEM, record.interview_id, "Late?", place=0)
    assert caught.value.code == "question_asked"


def test_a_competency_takes_no_more_questions_than_the_limit(home: House) -> None:
    record = home.interview()
    for number in range(2):
        home.service.questions.add(SYSTEM, record.interview_id, f"Why {number}?", competency="Teamwork")
    before = home.dump()
    with pytest.raises(InvalidPayload, match="limit"):
        home.service.questions.add(SYSTEM, record.interview_id, "Why more?", competency="Teamwork")
    assert home.dump() == before


@pytest.mark.parametrize(
    "bad", [{"text": " "}, {"text": "x" * 1_001}, {"text": "Why?", "place": 9}, {"text": "Why?", "competency": "Charm"}]
)
def test_a_question_of_the_teams_own_is_checked(home: House, bad: dict[str, Any]) -> None:
    with pytest.raises(InvalidPayload):
        home.service.questions.add(SYSTEM, home.interview().interview_id, **bad)


# --- reading ----------------------------------------------------------------------------------------------------------


def test_the_list_is_newest_change_first_and_paged(home: House) -> None:
    records = [home.interview(role_title=f"Engineer {n}") for n in range(5)]
    home.clock.forward(minutes=1)
    home.start(records[1])
    cursor, pages = None, []
    while True:
        page, cursor = home.service.interviews.list(SYSTEM, 2, cursor)
        pages.append([row.interview_id for row in page])
        if cursor is None:
            break
    assert [len(page) for page in pages] == [2, 2, 1]
    listed = [interview_id for page in pages for interview_id in page]
    assert listed[0] == records[1].interview_id
    assert sorted(listed) == sorted(record.interview_id for record in records)


def test_the_list_says_how_each_interview_stands(home: House) -> None:
    record = home.interview()
    (line,), _ = home.service.interviews.list(SYSTEM)
    assert (line.status, line.overall_score, line.candidate_name) == (None, None, "Ada Example")
    home.finish(home.start(record).session_id)
    (line,), _ = home.service.interviews.list(SYSTEM)
    assert (line.status, line.overall_score, line.asked_question_index) == ("complete", 3.0, 3)


def cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "bad",
    ["nonsense", "é", cursor(1), cursor(["2026-01-01"]), cursor([1, 2]), cursor(["0001-01-01T00:00:00+14:00", "x"])],
)
def test_a_cursor_that_is_not_ours_is_refused(home: House, bad: str) -> None:
    with pytest.raises(InvalidPayload):
        home.service.interviews.list(SYSTEM, 10, bad)


def test_an_interviews_transcript_and_score_are_its_newest_completed_sessions(home: House) -> None:
    record = home.interview()
    home.engine.levels.extend([5.0] * 3)
    home.finish(home.start(record).session_id)
    home.clock.forward(minutes=1)
    home.service.interviews.restart(SYSTEM, record.interview_id)
    second = home.start(record).session_id
    standing = home.service.interviews.get(SYSTEM, record.interview_id)
    assert standing.score
    assert standing.score.overall_score == 5.0
    home.clock.forward(minutes=1)
    home.finish(second)
    standing = home.service.interviews.get(SYSTEM, record.interview_id)
    assert standing.score
    assert (standing.score.overall_score, standing.score.session_id) == (3.0, second)
    assert standing.transcript == home.see(second).transcript
    assert [(session.status, session.attempt) for session in standing.sessions] == [("complete", 1), ("complete", 2)]


def test_what_is_not_there_is_named(home: House) -> None:
    for call in (
        lambda: home.service.interviews.get(SYSTEM, "nobody"),
        lambda: home.service.invitations.invite(SYSTEM, "nobody"),
        lambda: home.service.interviews.restart(SYSTEM, "nobody"),
        lambda: home.service.scorecards.score(SYSTEM, "nobody"),
    ):
        with pytest.raises(NotFound) as caught:
            call()
        assert caught.value.code == "interview_not_found"


# --- closing ----------------------------------------------------------------------------------------------------------


def test_closing_ends_the_open_session_and_lets_nobody_start_another(home: House) -> None:
    record = home.interview()
    candidate = home.candidate(record)
    session_id = home.start(record, candidate).session_id
    home.say(session_id, actor=candidate)
    home.clock.forward(minutes=1)
    closed = home.service.interviews.close(SYSTEM, record.interview_id)
    assert (closed.state, closed.updated_at) == ("closed", home.clock.now)
    assert [session.status for session in closed.sessions] == ["closed"]
    end = home.see(session_id).events[-1]
    assert (end.event_type, end.payload.reason) == ("session_completed", "closed")  # type: ignore[attr-defined]
    with pytest.raises(Conflict):
        home.say(session_id, actor=candidate)
    for actor in (SYSTEM, candidate):
        with pytest.raises(Conflict) as caught:
            home.start(record, actor)
        assert caught.value.code == "interview_closed"
    with pytest.raises(Conflict) as caught:
        home.service.invitations.invite(SYSTEM, record.interview_id)
    assert caught.value.code == "interview_closed"


def test_closing_again_changes_nothing(home: House) -> None:
    record = home.interview()
    home.service.interviews.close(SYSTEM, record.interview_id)
    before = home.dump()
    home.clock.forward(minutes=1)
    assert home.service.interviews.close(SYSTEM, record.interview_id).state == "closed"
    assert home.dump() == before


def test_a_closed_interview_keeps_its_score_and_a_restart_opens_it_again(home: House) -> None:
    record = home.interview()
    candidate = home.candidate(record)
    home.finish(home.start(record, candidate).session_id, candidate)
    closed = home.service.interviews.close(SYSTEM, record.interview_id)
    assert closed.score
    opened = home.service.interviews.restart(SYSTEM, record.interview_id)
    assert (opened.state, opened.attempt, opened.score) == ("invited", 2, closed.score)
    assert home.start(record, candidate).stage == "warmup"


# --- deleting ---------------------------------------------------------------------------------------------------------

SECRET = "pomegranate"


def full(home: House) -> InterviewRecord:
    """An interview that has a row in every table that can have one of it, each with the secret word in it."""
    record = home.interview(
        resume_text=f"A life with {SECRET}.", candidate_name=SECRET, candidate_email=f"a@{SECRET}.io"
    )
    home.service.questions.add(SYSTEM, record.interview_id, f"Why {SECRET}?", competency="Planning")
    candidate = home.candidate(record)
    home.start(record, candidate)
    home.say(home.start(record, candidate).session_id, f"I took the {SECRET} and peeled it.", actor=candidate)
    home.clock.forward(minutes=31)
    second = home.start(record, candidate).session_id
    home.finish(second, candidate)
    home.service.scorecards.score_transcript(
        SYSTEM, record.interview_id, [SpokenLine(role="candidate", text=f"Always the {SECRET}.")]
    )
    record_usage(home.service.context, record.interview_id, "m", "ask", 1, 1)
    ids = {"interview_id": record.interview_id, "invitation_id": candidate.invitation_id}
    with home.service.context.database.write() as tx:
        tx.add(ConsentRow(consent_id="c", notice=[SECRET], at=home.clock.now, **ids))
        tx.add(AdjustmentRow(adjustment_id="a", text=SECRET, created_at=home.clock.now, reply=SECRET, **ids))
        tx.add(AnswerDraftRow(session_id=second, prompt_id=1, text=SECRET, updated_at=home.clock.now))
        tx.add(DemographicsRow(interview_id=record.interview_id, sex="x", race="y", notice=[], at=home.clock.now))
    reviewer = Actor(role="administrator", id="link:r", name="Ann", person="ann")
    ratings = {
        one.name: {each.name: CriterionRating(level=2, note=SECRET) for each in one.criteria}
        for one in record.competencies
    }
    home.service.reviews.submit(reviewer, record.interview_id, ratings)
    competency = record.competencies[0]
    criterion = competency.criteria[0].name
    home.service.reviews.override(reviewer, record.interview_id, competency.name, criterion, 5, SECRET)
    home.service.reviews.decide(reviewer, record.interview_id, "advance", SECRET)
    return record


def test_no_word_of_a_deleted_interview_is_left(home: House) -> None:
    """Nothing but the audit log and the day's sums of tokens and times differs from a database that never had it."""
    home.interview()
    before = home.dump()
    record = full(home)
    held = {name for name, rows in home.dump().items() if len(rows) > len(before[name])}
    elsewhere = {"positions", "plans", "people", "credentials", "rehearsals", "position_templates"}
    assert held == set(before) - elsewhere - {"alembic_version", "webhooks", "outbox", "deliveries"}
    assert repr(home.dump()).count(SECRET) > 10
    home.service.interviews.delete(SYSTEM, record.interview_id)
    after = home.dump()
    assert SECRET not in repr(after)
    left = {"audit_log", "model_usage", "usage_rollup", "stage_rollup"}
    assert {name: rows for name, rows in after.items() if name not in left} == {
        name: rows for name, rows in before.items() if name not in left
    }
    assert record.interview_id not in repr(after["model_usage"])
    assert max(after["audit_log"])[4:6] == ("interview_deleted", record.interview_id)


def test_the_files_hold_no_word_of_a_deleted_interview(home: House) -> None:
    """Neither the database's free pages nor its log, which would keep them until the server ends."""
    record = full(home)

    def holding() -> list[str]:
        return [path.name for path in home.folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]

    assert holding(), "before, they are somewhere"
    home.service.interviews.delete(SYSTEM, record.interview_id)
    assert holding() == []


def test_deleting_one_interview_leaves_the_others_of_its_candidate_whole(home: House) -> None:
    gone, kept = full(home), home.interview()
    with home.service.context.database.write() as tx:
        tx.get_one(InterviewRow, kept.interview_id).candidate_id = gone.candidate_id
    home.service.interviews.delete(SYSTEM, gone.interview_id)
    assert [row.interview_id for row in home.service.interviews.list(SYSTEM)[0]] == [kept.interview_id]
    assert len(home.dump()["candidates"]) == 2


def test_a_deleted_interviews_link_lets_nobody_in(home: House) -> None:
    record = home.interview()
    token = home.service.invitations.invite(SYSTEM, record.interview_id).token
    cookie = home.service.access.enter(token)[0]
    home.service.interviews.delete(SYSTEM, record.interview_id)
    with pytest.raises(Unauthorized):
        home.service.access.by_bearer(token)
    assert home.service.access.by_cookie(cookie) is None


def test_an_interview_may_be_deleted_while_an_answer_is_read(home: House) -> None:
    """Whoever waits for the engine is told that the session, or the interview, is no more; nothing comes back."""
    record = home.interview()
    session_id = home.start(record).session_id
    home.say(session_id)
    home.engine.before = lambda: home.service.interviews.delete(SYSTEM, record.interview_id)
    with pytest.raises(SessionUnknown):
        home.say(session_id)
    other = home.interview()
    home.engine.before = lambda: None
    home.finish(home.start(other).session_id)
    doomed = iter([lambda: home.service.interviews.delete(SYSTEM, other.interview_id)])
    home.engine.before = lambda: next(doomed, lambda: None)()
    with pytest.raises(NotFound) as caught:
        home.service.scorecards.score(SYSTEM, other.interview_id)
    assert caught.value.code == "interview_not_found"
    assert home.dump()["interviews"] == home.dump()["scorecards"] == []
