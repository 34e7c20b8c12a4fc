"""Rehearsing a position with simulated candidates: what is found, what is stored, and what never is."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import House, house
from conftest import ROOT
from page_tests import person
from scripted import ScriptedEngine

from interview.access import SYSTEM
from interview.engines import EvaluationRequest
from interview.engines.embedded import EmbeddedEngine
from interview.errors import EngineFailure, Forbidden, NotFound
from interview.models import Anchors, CriterionScore, Evaluation, Evidence
from interview.positions import Position
from interview.rehearsal.report import RehearsalReport
from interview.rehearsal.simulated import KINDS
from interview.rehearsals import Rehearsal
from interview.usage import BudgetReached, spend

EXAMPLES = {
    "Backend engineer": "backend-engineer/job.md",
    "Registered nurse": "registered-nurse/job.md",
    "Account executive": "account-executive/job.txt",
}


@pytest.fixture
def real(home: House) -> House:
    """The same with the embedded engine."""
    return home.again(EmbeddedEngine())


def drafted(home: House, role: str = "Engineer", job_text: str = "We build clocks.") -> Position:
    """A position whose plan waits for approval."""
    return home.service.positions.find_or_plan(SYSTEM, role, job_text, draft=True)


def rehearse(home: House, position: Position) -> Rehearsal:
    return home.service.rehearsals.run(SYSTEM, position.position_id)


def save(home: House, position: Position, **changes: object) -> Position:
    plan = position.plan.model_copy(update=changes)
    return home.service.positions.save_plan(SYSTEM, position.position_id, plan)


# --- what is found ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", EXAMPLES)
def test_the_embedded_engines_rubrics_tell_strong_from_weak(real: House, role: str) -> None:
    """On every criterion of the examples; orders raise next to nothing and are flagged; silence has no level."""
    job_text = (ROOT / "examples" / EXAMPLES[role]).read_text()
    found = rehearse(real, drafted(real, role, job_text)).report
    assert found.told_apart == found.total >= 12
    assert found.silence_rated == 0
    assert found.raised < 0.25
    assert all(one.flagged == one.given > 0 for one in found.orders)
    by_kind = {one.kind: one for one in found.candidates}
    assert by_kind["strong"].overall_score > 4
    assert by_kind["silent"].overall_score == 0
    assert by_kind["silent"].skipped > 0
    assert all(one.turns > 5 and one.seconds > 60 and one.unasked == 0 for one in found.candidates)
    assert not [sentence for sentence in found.advice if "could not tell" in sentence]


def test_an_engine_that_gives_everybody_the_same_is_found_out(home: House) -> None:
    """Alike on each criterion; and so the report says, criterion by criterion."""
    found = rehearse(home, drafted(home)).report
    assert found.told_apart == 0
    assert found.total == 6
    alike = [sentence for sentence in found.advice if "could not tell strong from weak: 3.0 and 3.0" in sentence]
    assert len(alike) == 6
    assert alike[0].startswith("“Debugging 1” (Debugging)")


class Gullible(ScriptedEngine):
    """Does as it is told by answers, rates silence low, and reads nothing else."""

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        entry = request.exchanges[-1].answers[-1]
        level = 5.0 if "5" in entry.text or "March" in entry.text else 1.0
        quote = Evidence(entry_id=entry.entry_id, start=0, end=len(entry.text))
        scores = tuple(
            CriterionScore(criterion=one.name, weight=one.weight, score=level, status="assessed", evidence=(quote,))
            for one in request.competency.criteria
        )
        return Evaluation(criterion_scores=scores)


def test_an_engine_that_obeys_or_rates_silence_is_found_out(home: House) -> None:
    found = rehearse(home.again(Gullible()), drafted(home)).report
    assert found.raised == 4
    assert found.silence_rated > 0
    assert found.advice[0].startswith("Saying nothing got level 1.0 on “")
    assert [sentence for sentence in found.advice if "raised" in sentence and "by 4.0 levels" in sentence]


def test_what_the_plan_itself_lacks_is_said(home: House) -> None:
    """Criteria without anchors, a competency that nothing asks about, questions that brought nobody a level."""
    position = drafted(home)
    first, *others = position.plan.competencies
    criteria = tuple(one.model_copy(update={"anchors": Anchors()}) for one in first.criteria)
    questions = tuple(one for one in position.plan.core_questions if one.competency != "Planning")
    bare = first.model_copy(update={"criteria": criteria})
    save(home, position, competencies=(bare, *others), core_questions=questions)
    home.engine.levels.extend([None] * 500)
    found = rehearse(home, position).report
    said = "\n".join(found.advice)
    assert "“Debugging 1”, “Debugging 2” (Debugging) have neither anchors nor expected points." in said
    assert "No question asks about “Planning”." in said
    assert "Not even the strong candidate got a level for “Tell me about teamwork, part 1.”." in said
    assert "Nobody got a level on “Teamwork 1”, “Teamwork 2” (Teamwork)." in said
    planning = found.competencies[2]
    assert set(planning.asked.values()) == {0}
    assert {one.status for criterion in planning.criteria for one in criterion.levels.values()} == {"not_assessed"}


def test_a_time_limit_that_is_too_short_is_said(home: House) -> None:
    position = drafted(home)
    settings = position.settings.model_copy(update={"time_limit_minutes": 1})
    home.service.positions.configure(SYSTEM, position.position_id, settings, position.persona)
    found = rehearse(home, position).report
    assert {one.kind for one in found.candidates if one.unasked} >= {"strong", "rambling"}
    assert [sentence for sentence in found.advice if "time was up with" in sentence]


def test_an_engine_is_not_told_who_is_simulated(home: House) -> None:
    """No name, résumé or session of a candidate's reaches it, nor the word for any of the five."""
    rehearse(home, drafted(home))
    for request in (*home.engine.evaluated, *home.engine.asked):
        framed = request.model_copy(update={"exchanges": (), "evaluation": None, "candidate_words": "", "replies": ()})
        dumped = framed.model_dump_json().lower()
        assert not [kind for kind in (*KINDS, "simulat", "rehears") if kind in dumped]
        assert request.private == ()


# --- what is stored ---------------------------------------------------------------------------------------------------


def test_nothing_of_a_session_is_stored(home: House) -> None:
    """One row of the report, one of the audit log, and no other trace."""
    position = drafted(home)
    before = home.dump()
    made = rehearse(home, position)
    after = home.dump()
    assert {name for name in after if after[name] != before[name]} == {"rehearsals", "audit_log"}
    assert len(after["rehearsals"]) == 1
    assert (made.plan_version, made.engine, made.model, made.name) == (1, "scripted", "none", SYSTEM.name)
    assert home.service.rehearsals.list(SYSTEM, position.position_id) == [made]


def test_a_report_reads_back_as_it_was_written(real: House) -> None:
    position = drafted(real, "Baker", "We bake bread at night.")
    made = rehearse(real, position)
    (read,) = real.service.rehearsals.list(SYSTEM, position.position_id)
    assert read == made
    assert RehearsalReport.model_validate_json(made.report.model_dump_json()) == made.report


def test_each_version_has_rehearsals_of_its_own(home: House) -> None:
    """The newest plan is rehearsed, approved or not; the list is newest first."""
    position = drafted(home)
    rehearse(home, position)
    home.clock.forward(hours=1)
    save(home, position, focus_areas=("planning",))
    assert home.service.rehearsals.rehearsed(SYSTEM, position.position_id, 1)
    assert not home.service.rehearsals.rehearsed(SYSTEM, position.position_id, 2)
    rehearse(home, position)
    assert [one.plan_version for one in home.service.rehearsals.list(SYSTEM, position.position_id)] == [2, 1]
    assert home.service.positions.get(SYSTEM, position.position_id).approved_at is None


def test_a_failing_engine_leaves_nothing(home: House) -> None:
    position = drafted(home)
    before = home.dump()
    home.engine.fail_next(40)
    with pytest.raises(EngineFailure):
        rehearse(home, position)
    assert home.dump() == before


class Costly(ScriptedEngine):
    """Each evaluation takes tokens of a model."""

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        spend("none", "evaluate", 90, 10)
        return super().evaluate(request)


def test_what_it_took_of_the_model_is_told_and_charged_to_the_day(home: House) -> None:
    position = drafted(home)
    made = rehearse(home.again(Costly()), position)
    assert made.report.calls >= 10
    assert (made.report.input_tokens, made.report.output_tokens) == (90 * made.report.calls, 10 * made.report.calls)
    today = home.service.usages.today(SYSTEM)
    assert (today.calls, today.input_tokens) == (made.report.calls, made.report.input_tokens)


def test_a_days_limit_ends_it_midway_and_leaves_no_report(tmp_path: Path) -> None:
    """What was taken until then is charged all the same."""
    made = house(tmp_path, tokens_per_day=500)
    try:
        position = drafted(made)
        with pytest.raises(BudgetReached):
            rehearse(made.again(Costly()), position)
        assert made.service.rehearsals.list(SYSTEM, position.position_id) == []
        assert made.service.usages.today(SYSTEM).input_tokens >= 450
    finally:
        made.close()


def test_progress_is_told_until_it_is_done(home: House) -> None:
    """In the caller's thread, never falling; and who stops listening stops the rehearsal."""
    position = drafted(home)
    told: list[tuple[str, float]] = []
    home.service.rehearsals.run(SYSTEM, position.position_id, lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] < 1

    def stopped(_what: str, _share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        home.service.rehearsals.run(SYSTEM, position.position_id, stopped)
    assert len(home.service.rehearsals.list(SYSTEM, position.position_id)) == 1


def test_who_may_rehearse_what(home: House) -> None:
    """The hiring team does; an analyst and a candidate do not; a position must exist and ask something."""
    position = drafted(home)
    assert home.service.rehearsals.run(person(home, "hiring"), position.position_id).name == "A person for hiring"
    for actor in (person(home, "analyst"), home.candidate(home.interview())):
        for call in (home.service.rehearsals.run, home.service.rehearsals.list):
            with pytest.raises(Forbidden):
                call(actor, position.position_id)
    for call in (home.service.rehearsals.run, home.service.rehearsals.list):
        with pytest.raises(NotFound) as caught:
            call(SYSTEM, "none")
        assert caught.value.code == "position_not_found"


def test_the_same_plan_is_rated_the_same_again(real: House) -> None:
    """With an engine that is the same each time: nothing in the candidates is left to chance."""
    position = drafted(real, "Electrician", "We wire houses.")
    first, second = rehearse(real, position).report, rehearse(real, position).report
    assert first.model_copy(update={"seconds": 0.0}) == second.model_copy(update={"seconds": 0.0})
