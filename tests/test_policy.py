"""The rules as tables: how a response stands, which rung comes next, and what follows what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from scripted import position_plan

from interview import policy
from interview.models import CriterionScore, Escalation, Evaluation, PositionPlan, Question, Stage
from interview.policy import Ask, Complete, FollowUp, Quality, WrapUp
from interview.state import AskedPrompt, InterviewSessionState

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMES = ("Debugging", "Teamwork", "Planning")


def evaluated(level: float | None) -> Evaluation:
    """An evaluation with one criterion at this level, or without evidence for it."""
    status = "insufficient_evidence" if level is None else "assessed"
    score = CriterionScore(criterion="one", weight=1, score=level or 0.0, status=status)
    return Evaluation(total_score=level or 0.0, criterion_scores=(score,))


@pytest.mark.parametrize(
    ("level", "stuck", "expected"),
    [
        (None, False, "vague"),
        (None, True, "stuck"),
        (1.0, False, "vague"),
        (2.9, False, "vague"),
        (3.0, False, "sound"),
        (3.9, False, "sound"),
        (4.0, False, "strong"),
        (5.0, False, "strong"),
        (3.9, True, "stuck"),
        (4.0, True, "strong"),
    ],
)
def test_a_response_is_stuck_vague_sound_or_strong(level: float | None, stuck: bool, expected: Quality) -> None:
    assert policy.quality(evaluated(level), stuck=stuck) == expected


def test_a_response_without_any_score_is_vague_whatever_its_total_claims() -> None:
    assert policy.quality(Evaluation(total_score=5.0), stuck=False) == "vague"


@pytest.mark.parametrize(
    ("level", "used", "expected"),
    [
        ("vague", ["broad"], "why"),
        ("vague", ["broad", "why"], "how"),
        ("vague", ["broad", "why", "how"], None),
        ("vague", ["broad", "challenge"], "why"),
        ("sound", ["broad"], "why"),
        ("strong", ["broad"], "challenge"),
        ("strong", ["broad", "challenge"], "edge"),
        ("strong", ["broad", "challenge", "edge"], None),
        ("strong", ["broad", "why", "how"], "challenge"),
        ("stuck", ["broad"], "hint"),
        ("stuck", ["broad", "hint"], None),
        ("vague", [], "why"),
    ],
)
def test_the_next_rung_is_the_first_unused_one_of_its_ladder(
    level: Quality, used: list[Escalation], expected: Escalation | None
) -> None:
    assert policy.next_rung(level, used) == expected


# --- decide -----------------------------------------------------------------------------------------------------------


def questions(plan: PositionPlan, probes: tuple[str, ...] = ()) -> tuple[Question, ...]:
    """The interview's list: each competency's core questions, then its probes."""
    probing = [Question(index=0, text=f"Probe {name}?", kind="probe", competency=name) for name in probes]
    rows = [q for name in NAMES for q in (*plan.core_questions, *probing) if q.competency == name]
    return tuple(q.model_copy(update={"index": i}) for i, q in enumerate(rows))


def standing(stage: Stage, competency: str | None, asked: list[AskedPrompt], **filled: bool) -> InterviewSessionState:
    """A session at this place; `filled` says which competencies have scores, and whether for every criterion."""
    plan = position_plan()
    latest = {
        name: {
            c.name: CriterionScore(criterion=c.name, weight=c.weight, score=3.0, status="assessed")
            for c in plan.competency(name).criteria[: None if whole else 1]
        }
        for name, whole in filled.items()
    }
    return InterviewSessionState(
        session_id="s",
        interview_id="i",
        stage=stage,
        competency=competency,
        prompts=tuple(asked),
        latest=latest,
        started_at=NOW,
        last_checkpoint=NOW,
        time_limit_minutes=45,
    )


def prompt(response: int, question: int | None, competency: str | None, rung: Escalation = "broad") -> AskedPrompt:
    return AskedPrompt(
        entry_id=response * 10, response=response, question_index=question, competency=competency, escalation=rung
    )


WARMUP = prompt(1, None, None)


def step(state: InterviewSessionState, rows: tuple[Question, ...], **rules: Any) -> policy.Step:
    given = {"max_questions": 3, "time_up": False, "level": None} | rules
    return policy.decide(state, position_plan(), rows, **given)


@pytest.mark.parametrize(("most", "left"), [(1, 0), (2, 0), (3, 1), (10, 8)])
def test_what_is_planned_leaves_fewer_follow_ups(most: int, left: int) -> None:
    """A core question and a probe of one competency take a place each; there are never fewer than none."""
    rows = (
        Question(index=0, text="Core?", competency="A"),
        Question(index=1, text="Probe?", kind="probe", competency="A"),
    )
    assert policy.spare_questions(rows, most) == {"A": left}


ONE_EACH = questions(position_plan(1))
TWO_EACH = questions(position_plan(2))
WITH_PROBE = questions(position_plan(1), ("Debugging",))


@pytest.mark.parametrize("level", ["stuck", "vague", "sound", "strong", None])
@pytest.mark.parametrize("time_up", [False, True])
@pytest.mark.parametrize("stage", ["wrapup", "complete"])
def test_after_the_wrap_up_comes_the_end(stage: Stage, time_up: bool, level: Quality | None) -> None:
    state = standing(stage, None, [WARMUP, prompt(2, None, None)])
    assert step(state, ONE_EACH, level=level, time_up=time_up) == Complete()


@pytest.mark.parametrize("level", ["stuck", "vague", "sound", "strong", None])
def test_after_the_warm_up_comes_the_first_core_question(level: Quality | None) -> None:
    assert step(standing("warmup", None, [WARMUP]), ONE_EACH, level=level) == Ask(ONE_EACH[0])


@pytest.mark.parametrize("stage", ["warmup", "competency"])
@pytest.mark.parametrize("level", ["stuck", "vague", "sound", "strong", None])
def test_when_the_time_is_up_the_session_wraps_up(stage: Stage, level: Quality | None) -> None:
    competency = "Debugging" if stage == "competency" else None
    state = standing(stage, competency, [WARMUP, prompt(2, 0, "Debugging")])
    assert step(state, TWO_EACH, level=level, time_up=True) == WrapUp()


FIRST = [WARMUP, prompt(2, 0, "Debugging")]


@pytest.mark.parametrize(
    ("rows", "asked", "filled", "level", "limit", "expected"),
    [
        # An open rubric with room: up the ladder, by how the response stands.
        (ONE_EACH, FIRST, {}, "vague", 3, FollowUp("why")),
        (ONE_EACH, FIRST, {}, "stuck", 3, FollowUp("hint")),
        (ONE_EACH, FIRST, {"Debugging": False}, "strong", 3, FollowUp("challenge")),
        (ONE_EACH, [*FIRST, prompt(2, 0, "Debugging", "why")], {}, "vague", 3, FollowUp("how")),
        (ONE_EACH, [*FIRST, prompt(2, 0, "Debugging", "hint")], {}, "vague", 3, FollowUp("why")),
        # The end of a ladder: on to the next competency.
        (ONE_EACH, [*FIRST, prompt(2, 0, "Debugging", "hint")], {}, "stuck", 9, Ask(ONE_EACH[1])),
        # The limit leaves no room.
        (ONE_EACH, FIRST, {}, "vague", 1, Ask(ONE_EACH[1])),
        (ONE_EACH, [*FIRST, prompt(2, 0, "Debugging", "why")], {}, "vague", 2, Ask(ONE_EACH[1])),
        # A filled rubric needs no more, unless the response is thin.
        (ONE_EACH, FIRST, {"Debugging": True}, "sound", 3, Ask(ONE_EACH[1])),
        (ONE_EACH, FIRST, {"Debugging": True}, "strong", 3, Ask(ONE_EACH[1])),
        (ONE_EACH, FIRST, {"Debugging": True}, "vague", 3, FollowUp("why")),
        (ONE_EACH, FIRST, {"Debugging": True}, "stuck", 3, FollowUp("hint")),
        (ONE_EACH, FIRST, {"Debugging": True}, "vague", 1, Ask(ONE_EACH[1])),
        # A skipped prompt earns no follow-up.
        (ONE_EACH, FIRST, {}, None, 3, Ask(ONE_EACH[1])),
        # A core question that waits keeps its place under the limit, filled rubric or not.
        (TWO_EACH, FIRST, {}, "vague", 3, FollowUp("why")),
        (TWO_EACH, FIRST, {}, "vague", 2, Ask(TWO_EACH[1])),
        (TWO_EACH, FIRST, {"Debugging": True}, "strong", 3, Ask(TWO_EACH[1])),
        (TWO_EACH, FIRST, {}, None, 3, Ask(TWO_EACH[1])),
        # Probes: after the core, while the rubric is open and there is room.
        (WITH_PROBE, FIRST, {}, "strong", 3, Ask(WITH_PROBE[1])),
        (WITH_PROBE, FIRST, {}, "sound", 3, Ask(WITH_PROBE[1])),
        (WITH_PROBE, FIRST, {}, "vague", 3, FollowUp("why")),
        (WITH_PROBE, FIRST, {}, None, 3, Ask(WITH_PROBE[1])),
        # A thin response is asked for more, but the last place is the probe's.
        (WITH_PROBE, [*FIRST, prompt(2, 0, "Debugging", "why")], {}, "vague", 3, Ask(WITH_PROBE[1])),
        (WITH_PROBE, [*FIRST, prompt(2, 0, "Debugging", "why")], {"Debugging": True}, "vague", 3, Ask(WITH_PROBE[1])),
        (WITH_PROBE, [*FIRST, prompt(2, 0, "Debugging", "why")], {}, "vague", 4, FollowUp("how")),
        (WITH_PROBE, FIRST, {}, None, 1, Ask(WITH_PROBE[2])),
        (WITH_PROBE, FIRST, {"Debugging": True}, "strong", 3, Ask(WITH_PROBE[2])),
    ],
)
def test_within_a_competency(
    rows: tuple[Question, ...],
    asked: list[AskedPrompt],
    filled: dict[str, bool],
    level: Quality | None,
    limit: int,
    expected: policy.Step,
) -> None:
    state = standing("competency", "Debugging", asked, **filled)
    assert step(state, rows, level=level, max_questions=limit) == expected


def test_after_the_last_competency_comes_the_wrap_up() -> None:
    asked = [WARMUP, *(prompt(2 + i, i, name) for i, name in enumerate(NAMES))]
    assert step(standing("competency", "Planning", asked, Planning=True), ONE_EACH, level="sound") == WrapUp()


def test_a_rubric_is_open_while_any_of_the_plans_criteria_has_no_score() -> None:
    """Also when a criterion is not among the standing scores at all, as after words were taken back."""
    state = standing("competency", "Debugging", FIRST, Debugging=False)
    assert all(score.status == "assessed" for score in state.latest["Debugging"].values())
    assert step(state, ONE_EACH, level="vague") == FollowUp("why")


def test_a_competency_left_behind_is_not_gone_back_to() -> None:
    """A question added to it later does not move the session back."""
    asked = [WARMUP, prompt(2, 0, "Debugging"), prompt(3, 1, "Teamwork")]
    late = (*ONE_EACH, Question(index=3, text="One more?", kind="custom", competency="Debugging"))
    assert step(standing("competency", "Teamwork", asked, Teamwork=True), late) == Ask(ONE_EACH[2])


@pytest.mark.parametrize(("core", "limit"), [(core, limit) for limit in range(1, 6) for core in range(1, limit + 1)])
@pytest.mark.parametrize("level", ["stuck", "vague", "sound", "strong", None])
def test_every_core_question_is_asked_and_the_limit_holds(core: int, level: Quality | None, limit: int) -> None:
    """Walked to the end for every limit of 1 to 5, with a rubric that never fills."""
    plan = position_plan(core)
    rows = questions(plan, NAMES)
    state = standing("warmup", None, [WARMUP])
    for _ in range(100):
        chosen = policy.decide(state, plan, rows, max_questions=limit, time_up=False, level=level)
        if isinstance(chosen, WrapUp):
            break
        if isinstance(chosen, Ask):
            question = chosen.question
            said = prompt(state.prompts[-1].response + 1, question.index, question.competency)
        else:
            assert isinstance(chosen, FollowUp)
            last = state.prompts[-1]
            said = prompt(last.response, last.question_index, last.competency, chosen.escalation)
        changes = {"stage": "competency", "competency": said.competency, "prompts": (*state.prompts, said)}
        state = state.model_copy(update=changes)
    else:
        pytest.fail("the session does not wrap up")
    begun = [p.question_index for p in state.prompts if p.escalation == "broad" and p.question_index is not None]
    assert begun == sorted(set(begun))
    assert {q.index for q in rows if q.kind == "core"} <= set(begun)
    for name in NAMES:
        assert sum(p.competency == name for p in state.prompts) <= limit


@pytest.mark.parametrize(
    ("kinds", "limit", "expected"),
    [
        (["core"], 1, {}),
        (["core", "core"], 1, {"Debugging": 2}),
        (["core", "custom"], 1, {"Debugging": 2}),
        (["core", "probe", "probe"], 1, {}),
        (["core"] * 5, 5, {}),
        (["core"] * 6, 5, {"Debugging": 6}),
    ],
)
def test_more_core_questions_than_the_limit_are_named(kinds: list[Any], limit: int, expected: dict[str, int]) -> None:
    rows = [Question(index=i, text="Q?", kind=kind, competency="Debugging") for i, kind in enumerate(kinds)]
    assert policy.core_overload(rows, limit) == expected
