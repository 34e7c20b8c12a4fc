"""What holds for every session, whatever is said, in whatever order, and whatever fails on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from builders import BEGINNING, House, house
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted import ScriptedEngine

from interview import replies
from interview.access import SYSTEM
from interview.contract import StartRequest, StartResponse, TurnRequest, TurnResponse
from interview.engines import EvaluationRequest
from interview.errors import EngineFailure, InterviewError, SessionExpired
from interview.models import CompetencySummary, CriterionScore, Evaluation, Move
from interview.state import AskedPrompt
from interview.store.sessions import load
from interview.transcript import unquoted

MARK = "zqxj"
"""Stands in answers and nowhere else."""
MARKED = ("I fixed it.", "The queue was at fault, I say.")
STAGES = ["warmup", "competency", "wrapup", "complete"]
Levels = tuple[float | None, float | None]


class MixedEngine(ScriptedEngine):
    """A level of its own for each criterion: pairs are queued."""

    def __init__(self, core: int, probes: int) -> None:
        super().__init__(core, probes)
        self.pairs: list[Levels] = []

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        self.pair: Levels = self.pairs.pop() if self.pairs else (3.0, 3.0)
        return super().evaluate(request)

    def _score(self, request: EvaluationRequest, name: str, weight: float, level: float | None) -> CriterionScore:
        return super()._score(request, name, weight, self.pair[int(name[-1]) - 1])


@dataclass(frozen=True)
class Say:
    """One message of the candidate: words or a button, the levels that it will be given, engine calls that fail."""

    words: str = ""
    action: Move = "answer"
    levels: Levels = (3.0, 3.0)
    failures: int = 0


@dataclass(frozen=True)
class Wait:
    minutes: float


@dataclass(frozen=True)
class Reopen:
    """The server starts anew."""


LEVEL = st.none() | st.sampled_from([1.0, 2.5, 3.0, 4.0, 5.0])
FAILURES = st.sampled_from([0, 0, 0, 1, 2])
ANSWERS = st.builds(Say, st.sampled_from([*MARKED, "I don't know."]), levels=st.tuples(LEVEL, LEVEL), failures=FAILURES)
BUTTONS = st.builds(
    Say,
    st.just(MARKED[1]),
    st.sampled_from(["repeat", "rephrase", "think", "skip", "ask", "correct"]),
    levels=st.tuples(LEVEL, LEVEL),
    failures=FAILURES,
)
SPOKEN = st.builds(
    Say,
    st.sampled_from([
        "Could you repeat the question?",
        "Can we skip this question?",
        "I want to correct my last answer: it was the queue, not the cache.",
        "I want to stop the interview.",
        "No.",
        "You are a stupid bot.",
    ]),
    levels=st.tuples(LEVEL, LEVEL),
)  # fmt: skip
STOP = st.sampled_from([Say(action="stop"), Say("Yes.")])
STEPS = st.lists(
    st.one_of(
        ANSWERS, ANSWERS, ANSWERS, ANSWERS, BUTTONS, SPOKEN, st.builds(Wait, st.floats(0, 40)), st.builds(Reopen)
    ),
    max_size=16,
).flatmap(lambda steps: st.tuples(st.just(steps), st.none() | st.none() | STOP))


@dataclass
class Walk:
    """A session taken through its steps, over expiry and restarts; keeps everything that was answered."""

    home: House
    engine: MixedEngine
    interview_id: str
    start: StartResponse
    turns: list[tuple[str, TurnRequest, TurnResponse]] = field(default_factory=list)
    starts: list[StartResponse] = field(default_factory=list)
    said: int = 0
    ended_early: bool = False
    asked_index: int = -1
    prompts: tuple[AskedPrompt, ...] = ()

    def take(self, step: Say | Wait | Reopen) -> None:
        if isinstance(step, Wait):
            self.home.clock.forward(minutes=step.minutes)
        elif isinstance(step, Reopen):
            self.home = self.home.again(self.engine)
        elif not self.done:
            self._say(step)

    @property
    def done(self) -> bool:
        return bool(self.turns) and self.turns[-1][2].completed

    def _say(self, step: Say) -> None:
        self.said += 1
        words = f"{step.words} {MARK}{self.said}" if step.words in MARKED else step.words
        request = TurnRequest(session_id=self.start.session_id, answer=words, action=step.action)
        key = f"key {self.said}"
        self.engine.pairs = [step.levels]
        for left in range(step.failures, -1, -1):
            self.engine.fail_next(min(left, 1))
            before = self.home.dump() if left else None
            try:
                reply = self.home.service.sessions.turn(SYSTEM, request, key)
            except EngineFailure:
                self.engine.pairs = [step.levels]
                assert self.home.dump() == before, "a turn that failed left something behind"
            except SessionExpired:
                self.engine.fail_next(0)
                self._come_back()
                return
            else:
                self.engine.fail_next(0)
                self.turns.append((key, request, reply))
                self.ended_early |= any(e.payload.model_dump().get("reason") == "stopped" for e in reply.events)
                self._look()
                return

    def _come_back(self) -> None:
        self.starts.append(self.start)
        self.start = self.home.service.sessions.start(SYSTEM, StartRequest(interview_id=self.interview_id))

    def _look(self) -> None:
        """What must hold after every turn."""
        seen = self.home.see(self.start.session_id)
        _, _, reply = self.turns[-1]
        assert seen.last_turn == reply
        assert [event.event_id for event in seen.events] == list(range(1, len(seen.events) + 1))
        assert reply.events == seen.events[-len(reply.events) :]
        entered = [STAGES.index(event.stage) for event in seen.events]
        assert entered == sorted(entered), "a stage was gone back to"
        assert sum(event.event_type == "checkpoint" for event in reply.events) <= 1
        check_totals(reply.competencies, reply.overall_score)
        with self.home.service.context.database.read() as tx:
            loaded = load(tx, self.start.session_id)
        assert bare(replies.standing(loaded)) == bare(loaded.state.latest)
        assert loaded.state.questions_asked == reply.questions_asked
        index = -1 if seen.asked_question_index is None else seen.asked_question_index
        assert index >= self.asked_index
        self.asked_index = index
        self.prompts = loaded.state.prompts
        per_competency = Counter(prompt.competency for prompt in loaded.state.prompts if prompt.competency)
        assert all(count <= self.home.settings.max_questions_per_competency for count in per_competency.values())


def bare(latest: replies.Latest) -> replies.Latest:
    """Standing scores without quotes, and without competencies that have none."""
    return {name: {key: unquoted(score) for key, score in row.items()} for name, row in latest.items() if row}


def check_totals(rows: tuple[CompetencySummary, ...], overall: float) -> None:
    """Every total is the weighted mean of the figures shown beside it, worked out here by hand."""
    totals = []
    for row in rows:
        counted = [criterion for criterion in row.criteria if criterion.status == "assessed"]
        assert all(1 <= criterion.latest_score <= 5 and criterion.evidence for criterion in counted)
        assert all(c.latest_score == 0 for c in row.criteria if c not in counted)
        assert row.rubric_filled == (len(counted) == len(row.criteria))
        weight = sum(criterion.weight for criterion in counted)
        mean = sum(c.latest_score * c.weight for c in counted) / weight if counted else 0.0
        assert row.total_score == pytest.approx(mean, abs=0.00501)
        if counted:
            totals.append(row.total_score)
    assert overall == pytest.approx(sum(totals) / len(totals) if totals else 0.0, abs=0.00501)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    script=STEPS,
    limit=st.integers(1, 5),
    core=st.integers(1, 3),
    probes=st.integers(0, 3),
    minutes=st.sampled_from([15.0, 240.0, 240.0]),
)
def test_whatever_happens(
    script: tuple[list[Say | Wait | Reopen], Say | None], limit: int, core: int, probes: int, minutes: float
) -> None:
    """It ends, in order, within the limits, with totals that add up, and can be read back exactly as it was told."""
    steps, stop = script
    with TemporaryDirectory() as folder:
        home = house(Path(folder), max_questions_per_competency=limit)
        try:
            walk(home, MixedEngine(min(core, limit), probes), steps, stop, minutes)
        finally:
            home.close()


def walk(home: House, engine: MixedEngine, steps: list[Say | Wait | Reopen], stop: Say | None, minutes: float) -> None:
    here = home.again(engine)
    record = here.interview()
    here.configure(record, time_limit_minutes=minutes)
    way = Walk(here, engine, record.interview_id, here.start(record))
    for step in (*steps, *([stop] if stop else [])):
        way.take(step)
    bound = 2 + 3 * here.settings.max_questions_per_competency + len(way.starts)
    for _ in range(bound + 1):
        if not way.done:
            way.take(Say("I fixed it."))
    assert way.done, f"the session does not end within {bound} answers"
    check_the_end(way, [q.index for q in record.question_plan if q.kind == "core"], minutes)


def check_the_end(way: Walk, core: list[int], minutes: float) -> None:
    begun = Counter(p.question_index for p in way.prompts if p.escalation == "broad" and p.question_index is not None)
    assert set(begun.values()) <= {1}, "a question was asked twice"
    used = (way.home.clock.now - BEGINNING).total_seconds() / 60
    if not way.ended_early and used < minutes:
        assert set(core) <= set(begun)
    card = way.home.service.scorecards.newest(SYSTEM, way.interview_id)
    assert card
    assert (card.overall_score, card.competencies) == (way.turns[-1][2].overall_score, way.turns[-1][2].competencies)
    before = way.home.dump()
    for key, request, reply in way.turns:
        assert way.home.service.sessions.turn(SYSTEM, request, key) == reply, "a retried turn is answered differently"
    with pytest.raises(InterviewError):
        way.home.say(way.start.session_id)
    assert way.home.dump() == before
    said = repr(before.pop("transcript_entries"))
    assert all(f"{MARK}{n}" in said for n, (_, request, _) in enumerate(way.turns, 1) if f"{MARK}{n}" in request.answer)
    assert MARK not in repr(before), "an answer's words stand outside of the transcript"
