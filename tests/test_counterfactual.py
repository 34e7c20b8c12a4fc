"""The same answers under other names: what is replaced, that the way back is exact, and what a run finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import House
from gemini_server import GeminiServer
from hypothesis import given, settings
from hypothesis import strategies as st
from page_tests import person

from interview.access import SYSTEM, Actor
from interview.counterfactual import SWAPS, UNCHANGED, CounterfactualReport, SwapShift
from interview.engines import EvaluationRequest
from interview.engines.embedded import EmbeddedEngine
from interview.engines.gemini import GeminiEngine
from interview.errors import EngineFailure, Forbidden, InvalidPayload, NotFound
from interview.models import Evaluation
from interview.settings import Settings
from interview.store.fairness_queries import completed_sessions
from interview.swapping import Swap, swapped

pytestmark = pytest.mark.house(probes=0)

SHE, HE, THEY = Swap("Emily", "Walsh", "she"), Swap("Greg", "Baker", "he"), Swap("Wei", "Chen", "they")
NAME = "Ada Lovell"


@pytest.mark.parametrize(
    ("text", "swap", "expected"),
    [
        ("I'm Ada Lovell, Ada to you.", HE, "I'm Greg Baker, Greg to you."),
        ("ADA said so, Ms. Lovell!", HE, "Greg said so, Mr. Baker!"),
        (
            "She took her plan; I asked her to wait, it was hers.",
            HE,
            "He took his plan; I asked him to wait, it was his.",
        ),
        ("He has his own. I told him. It was his.", SHE, "She has her own. I told her. It was hers."),
        ("She's late and she's been here.", THEY, "They're late and they've been here."),
        ("He was sure, he doesn't ask, she works.", THEY, "They were sure, they don't ask, they work."),
        ("She carries it, he pushes himself.", THEY, "They carry it, they push themselves."),
        ("Yes sir. Yes madam.", SHE, "Yes madam. Yes madam."),
        ("Mrs. Lovell and mr Lovell, Miss Lovell.", SHE, "Ms. Walsh and ms Walsh, Ms Walsh."),
        ("It took 200 ms to miss MX records in MS SQL.", HE, "It took 200 ms to miss MX records in MS SQL."),
        ("They fixed their own and Adam helped them.", HE, "They fixed their own and Adam helped them."),
        ("The theme of the shelf, here and there.", SHE, "The theme of the shelf, here and there."),
    ],
)
def test_words_are_those_of_somebody_else(text: str, swap: Swap, expected: str) -> None:
    assert swapped(text, (NAME,), swap).text == expected


def test_another_language_keeps_its_pronouns() -> None:
    """ "Her" and "he" are words in other languages too; names are replaced in all."""
    assert swapped("Ada lief hin und her.", (NAME,), HE, english=False).text == "Greg lief hin und her."


def test_words_of_grammar_are_no_names() -> None:
    """Somebody called Will May keeps "will" and "may"."""
    assert swapped("I will, and May may: Will May.", ("Will May",), HE).text == "I will, and Baker may: Greg Baker."


WORDS = st.lists(
    st.sampled_from(["Ada", "Lovell", "she", "he's", "her", "him", "Mrs", "plan", "was", "works", ".", "café", "同じ"]),
    max_size=30,
).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(text=WORDS, swap=st.sampled_from(SWAPS), data=st.data())
def test_every_place_leads_back(text: str, swap: Swap, data: st.DataObject) -> None:
    """A range of words that were not replaced comes back as itself; any other covers what was replaced."""
    other = swapped(text, (NAME,), swap)
    start = data.draw(st.integers(0, len(other.text)))
    end = data.draw(st.integers(start, len(other.text)))
    first, last = other.back(start, end)
    assert 0 <= first <= last <= len(text) or start == end
    apart = all(last <= piece.start or first >= piece.end for piece in other.pieces)
    if apart and start < end:
        assert text[first:last] == other.text[start:end]
        assert other.forth(first, last) == (start, end)
    assert other.back(0, len(other.text)) == (0, len(text))


# --- a run ------------------------------------------------------------------------------------------------------------

TELLING = (
    "I'm Ada Lovell and my manager said she needed her plan, Mr Stone; I traced the fault to the cache with a test."
)


def hold(home: House, words: str = TELLING, interviews: int = 1, **fields: str) -> str:
    """Completed interviews of one position, every answer these words; the position's id."""
    for _ in range(interviews):
        record = home.interview(candidate_name=NAME, **fields)
        session = home.start(record).session_id
        for number in range(60):
            if home.say(session, f"{words} Part {number}.").completed:
                break
    return record.position_id


def run(home: House, position_id: str, **more: int) -> CounterfactualReport:
    return home.service.counterfactuals.run(SYSTEM, position_id, **more)


def test_an_interview_that_is_deleted_meanwhile_is_passed_over(home: House) -> None:
    """The run goes on with those after it."""
    position = hold(home, interviews=3)
    with home.service.context.database.read() as tx:
        _, (second, _), _ = completed_sessions(tx, position, 3)
    deleted: list[str] = []

    def delete_second(_: float) -> None:
        if not deleted:
            home.service.interviews.delete(SYSTEM, second)
            deleted.append(second)

    report = home.service.counterfactuals.run(SYSTEM, position, 3, delete_second)
    assert (report.interviews, report.stopped) == (2, "")


def shift_of(report: CounterfactualReport, label: str) -> SwapShift:
    return next(each for each in report.swaps if each.label.startswith(label))


class Partial:
    """A scripted engine that likes one name: answers with it are a level higher."""

    def __init__(self, home: House, name: str) -> None:
        self._evaluate, self._home, self._name = home.engine.evaluate, home, name

    def __call__(self, request: EvaluationRequest) -> Evaluation:
        liked = self._name in request.exchanges[-1].answer_text
        self._home.engine.levels.append(4.0 if liked else 3.0)
        return self._evaluate(request)


def test_an_engine_that_likes_a_name_is_found_out(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 3 questions in 2 interviews, 2 criteria each: all twelve move by one level under that name alone."""
    position = hold(home, interviews=2)
    monkeypatch.setattr(home.engine, "evaluate", Partial(home, "Greg"))
    report = run(home, position)
    assert (report.interviews, report.responses, report.engine) == (2, 6, "scripted")
    greg = shift_of(report, "Greg Baker")
    assert (greg.responses, greg.n, greg.mean, greg.largest, greg.unmoved) == (6, 12, 1.0, 1.0, 0.0)
    assert {(each.competency, each.mean, each.n) for each in greg.criteria} == {
        (name, 1.0, 2) for name in ("Debugging", "Teamwork", "Planning")
    }
    for label in (UNCHANGED, "Emily", "Lakisha", "Jamal", "María", "Wei"):
        other = shift_of(report, label)
        assert (other.n, other.mean, other.unmoved) == (12, 0.0, 1.0)


def test_evidence_is_found_in_the_words_that_were_said(home: House) -> None:
    """The scripted engine cites whole answers; swapped ones are longer or shorter, and lead back to the same."""
    report = run(home, hold(home))
    assert all(each.same_evidence == 1.0 and each.n for each in report.swaps)


def test_what_has_nothing_to_replace_is_not_rated_again(home: House) -> None:
    position = hold(home, "We traced the fault to the cache and wrote a test for it.")
    home.engine.evaluated.clear()
    report = run(home, position)
    assert len(home.engine.evaluated) == 2 * report.responses == 6
    assert [each.responses for each in report.swaps] == [3, 0, 0, 0, 0, 0, 0]


def test_nothing_is_stored_but_a_line_in_the_audit_log(home: House) -> None:
    position = hold(home)
    before = home.dump()
    run(home, position)
    after = home.dump()
    changed = [name for name in after if after[name] != before[name]]
    assert changed == ["audit_log"]
    [line] = set(after["audit_log"]) - set(before["audit_log"])
    assert "counterfactual_run" in line
    assert NAME not in str(line)


def test_a_run_takes_the_newest_so_many(home: House) -> None:
    position = hold(home, interviews=3)
    assert run(home, position, most=2).interviews == 2
    shares: list[float] = []
    home.service.counterfactuals.run(SYSTEM, position, 3, shares.append)
    assert shares == pytest.approx([1 / 3, 2 / 3, 1])
    for most in (0, 51):
        with pytest.raises(InvalidPayload):
            run(home, position, most=most)
    with pytest.raises(NotFound):
        run(home, "no-such-position")


def test_a_failure_keeps_what_was_rated(home: House) -> None:
    """After the first interview the report says why it stops; before it there is no report."""
    position = hold(home, interviews=2)
    rated = 0

    def fail_later() -> None:
        nonlocal rated
        rated += 1
        if rated == 3 * 8 + 2:
            home.engine.fail_next(1)

    home.engine.before = fail_later
    report = run(home, position)
    assert (report.interviews, report.responses) == (1, 3)
    assert "did not answer" in report.stopped
    home.engine.before = lambda: home.engine.fail_next(1)
    with pytest.raises(EngineFailure):
        run(home, position)


def test_who_may_run_it(home: House) -> None:
    position = hold(home)
    for role in ("analyst", "administrator"):
        assert home.service.counterfactuals.run(person(home, role), position).interviews == 1
    for actor in (person(home, "hiring"), Actor(role="candidate", id="invitation:1", interview_id="x")):
        with pytest.raises(Forbidden):
            home.service.counterfactuals.run(actor, position)


def test_the_embedded_engine_does_not_move_at_all(home: House, shared_examples: list[str]) -> None:
    """Real answers, each with a name, he, she and forms of address in them: every level and every quote stays."""
    embedded = home.again(EmbeddedEngine())
    job = "We look for an engineer who finds faults in services, writes Python and works well with other teams."
    record = embedded.interview(role_title="Backend engineer", job_text=job, candidate_name=NAME)
    session = embedded.start(record).session_id
    for line in shared_examples:
        told = f"{line} My manager, Mrs Stone, said: Ada, he's late. I asked him twice and he carries his plan to her."
        if embedded.say(session, told).completed:
            break
    else:
        embedded.say(session, "", action="stop")
    report = run(embedded, record.position_id)
    assert report.names_read
    assert report.responses >= 3
    for each in report.swaps:
        assert each.n > 5
        assert (each.mean, each.largest, each.unmoved, each.appeared, each.same_evidence) == (0.0, 0.0, 1.0, 0, 1.0)


@pytest.fixture
def shared_examples() -> list[str]:
    folder = Path(__file__).parent.parent / "examples" / "backend-engineer"
    return [line for line in (folder / "answers.txt").read_text().splitlines() if line.strip()]


def test_gemini_is_sent_no_name_of_either(home: House, server: GeminiServer, tmp_path: Path) -> None:
    """Neither the candidate's nor the ones in its place; pronouns are; what it takes is charged to the interview."""
    position = hold(home)
    engine = GeminiEngine(Settings(data_dir=tmp_path))
    try:
        with_model = home.again(engine)
        server.requests.clear()
        report = run(with_model, position)
        assert not report.names_read
        assert shift_of(report, "Greg").responses == 3
        sent = "".join(str(each.body) for each in server.requests)
        assert len(server.requests) == 3 * (2 + len(SWAPS))
        for swap in SWAPS:
            assert swap.first not in sent
            assert swap.last not in sent
        assert "Lovell" not in sent
        assert "he needed his plan" in sent
        assert "she needed her plan" in sent
        [interview] = with_model.service.interviews.list(SYSTEM)[0]
        usage = with_model.service.usages.of_interview(SYSTEM, interview.interview_id)
        assert usage.calls == len(server.requests)
    finally:
        engine.close()
