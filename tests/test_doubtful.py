"""Words that were not clearly understood: which they are, that no score rests on them, and who is told."""

from __future__ import annotations

import pytest
from builders import ANSWER, House

from interview.access import SYSTEM
from interview.context import new_id
from interview.contract import Heard, TranscriptLine, TurnRequest, TurnResponse
from interview.errors import Conflict
from interview.live.doubt import Understood, joined, understood
from interview.models import Criterion, CriterionScore, Evaluation, Evidence, Spans, TranscriptEntry
from interview.scoring import NOT_UNDERSTOOD, grounded
from interview.speech.wire import Recognised, Segment, Word
from interview.spoken_turns import SpokenTurns
from interview.store.tables import SessionRow
from pages.components.transcript import transcript_html

pytestmark = pytest.mark.house(core=1, probes=0)

WORDS = ("I", "traced", "it", "to", "the", "cache.")


def segment(*probabilities: float, confidence: float = 0.9) -> Segment:
    """One word for each probability."""
    words = tuple(
        Word(text=text, start_ms=0, end_ms=1, probability=one) for text, one in zip(WORDS, probabilities, strict=False)
    )
    text = " ".join(word.text for word in words)
    return Segment(text=text, start_ms=0, end_ms=1, confidence=confidence, words=words)


def doubtful(*segments: Segment) -> list[str]:
    found = understood(Recognised(segments=segments))
    return [found.text[start:end] for start, end in found.doubtful]


# --- which words ------------------------------------------------------------------------------------------------------


def test_unlikely_words_in_a_row_are_doubtful_and_a_single_one_is_not() -> None:
    assert doubtful(segment(0.9, 0.2, 0.1, 0.9, 0.9, 0.9)) == ["traced it"]
    assert doubtful(segment(0.9, 0.2, 0.9, 0.1, 0.9, 0.9)) == []
    assert doubtful(segment(0.9, 0.9, 0.9, 0.9, 0.2, 0.2)) == ["the cache."]


def test_a_segment_that_is_unlikely_as_a_whole_is_doubtful_as_a_whole() -> None:
    assert doubtful(segment(0.9, 0.9, confidence=0.4), segment(0.9, 0.9)) == ["I traced"]


def test_joining_keeps_ranges_at_their_words() -> None:
    parts = [Understood("one two", ((4, 7),)), Understood(""), Understood("three four", ((0, 5),)), Understood("five")]
    whole = joined(parts)
    assert whole.text == "one two three four five"
    assert [whole.text[start:end] for start, end in whole.doubtful] == ["two three"]


def test_a_part_of_an_answer_has_its_own_ranges() -> None:
    heard = Heard(5, 9, ((0, 6), (20, 30)))
    answer = "No, wait. It was eight of them."
    part = "It was eight of them."
    assert heard.of(part, answer) == Heard(5, 9, ((10, 20),))
    assert heard.of("something else", answer).doubtful == ()


# --- scores -----------------------------------------------------------------------------------------------------------


def entry(text: str, spans: Spans = (), entry_id: int = 1) -> TranscriptEntry:
    return TranscriptEntry(entry_id=entry_id, role="candidate", text=text, doubtful=spans)


def rated(*entries: TranscriptEntry, start: int = 0, end: int = 9) -> CriterionScore:
    """What is made of a low level that rests on these characters of the first entry."""
    from scripted import competency

    rubric = competency("Debugging", criteria=1)
    criterion: Criterion = rubric.criteria[0]
    score = CriterionScore(
        criterion=criterion.name,
        weight=1,
        score=1.0,
        status="assessed",
        evidence=(Evidence(entry_id=1, start=start, end=end),),
    )
    found = grounded(Evaluation(criterion_scores=(score,)), rubric, {one.entry_id: one for one in entries})
    return found.criterion_scores[0]


def test_evidence_in_doubtful_words_does_not_count() -> None:
    made = rated(entry("I guessed a lot, and then I found the fault in the cache.", ((0, 9),)))
    assert (made.status, made.score, made.rationale) == ("insufficient_evidence", 0.0, NOT_UNDERSTOOD)
    assert made.evidence == ()


def test_evidence_beside_doubtful_words_counts() -> None:
    made = rated(entry("I guessed a lot, and then I found the fault in the cache.", ((17, 25),)))
    assert (made.status, made.score) == ("assessed", 1.0)


def test_a_mostly_doubtful_response_has_no_level_at_all() -> None:
    """What was understood of it may be the least of it; a clear answer to the follow-up makes up for it."""
    text = "I guessed, and the rest was lost on the line altogether."
    assert rated(entry(text, ((11, len(text)),))).status == "insufficient_evidence"
    clear = entry("I traced the fault to the cache and wrote a test for it, then told the team.", entry_id=2)
    assert rated(entry(text, ((11, len(text)),)), clear).status == "assessed"


# --- in a session -----------------------------------------------------------------------------------------------------


def spoken(home: House) -> str:
    record = home.interview()
    session_id = home.service.spoken.open(SYSTEM, record.interview_id).session_id
    home.service.sessions.begin_spoken(SYSTEM, session_id)
    return session_id


def say(home: House, session_id: str, text: str, spans: Spans = ()) -> TurnResponse:
    request = TurnRequest(session_id=session_id, answer=text, auto_send=True)
    return home.service.sessions.turn(SYSTEM, request, new_id(), heard=Heard(1_000, 4_000, spans))


def test_a_spoken_turn_leaves_times_and_doubt_in_the_transcript(home: House) -> None:
    """And the session stays spoken; nothing of it is heard a second time at its end."""
    session_id = spoken(home)
    say(home, session_id, "I like clocks.", ((2, 6),))
    seen = home.see(session_id)
    line = next(line for line in seen.transcript if line.role == "candidate")
    assert (line.start_ms, line.end_ms, line.doubtful) == (1_000, 4_000, ((2, 6),))
    assert seen.mode == "live"
    before = len(seen.events)
    home.service.spoken.fold(session_id)
    assert len(home.see(session_id).events) == before


def test_a_doubtful_answer_is_asked_after_and_never_rated_low(home: House) -> None:
    session_id = spoken(home)
    say(home, session_id, "I like clocks.")
    home.engine.levels.append(1.0)
    answered = say(home, session_id, ANSWER, ((0, len(ANSWER)),))
    assert {one.status for one in answered.evaluation.criterion_scores} == {"insufficient_evidence"}
    assert answered.question is not None
    assert answered.question.metadata.escalation in ("why", "how")
    clear = say(home, session_id, f"{ANSWER} {ANSWER} And then I told the team.")
    assert {one.status for one in clear.evaluation.criterion_scores} == {"assessed"}


def test_words_that_are_put_right_count_again(home: House) -> None:
    session_id = spoken(home)
    say(home, session_id, "I like clocks.")
    say(home, session_id, ANSWER, ((0, len(ANSWER)),))
    entry_id = next(line.entry_id for line in home.see(session_id).transcript if line.doubtful)
    home.service.spoken.conclude(session_id, "finished")
    assert home.see(session_id).overall_score == 0.0
    home.service.spoken.put_right(SYSTEM, session_id, {entry_id: f"{ANSWER[:-1]} too."})
    assert home.see(session_id).overall_score == 3.0


def test_a_spoken_turn_is_refused_by_a_session_that_is_written(home: House) -> None:
    session_id = spoken(home)
    home.service.spoken.to_text(SYSTEM, session_id)
    with pytest.raises(Conflict) as refused:
        say(home, session_id, "I like clocks.")
    assert refused.value.code == "not_live"


# --- in an answer that is not sent yet --------------------------------------------------------------------------------

KEPT = Understood("I guessed a lot.", ((2, 9),))


def turns(home: House) -> SpokenTurns:
    return SpokenTurns(home.service.context, home.service.sessions, home.service.spoken)


def test_a_turn_that_is_taken_meanwhile_leaves_the_doubt_with_the_words(home: House) -> None:
    """Words are kept without a new version of the session: whatever a step writes, it writes beside them."""
    session_id = spoken(home)
    say(home, session_id, "I like clocks.")
    say(home, session_id, ANSWER)
    prompt_id = turns(home).begin(SYSTEM, session_id).prompt_id
    home.engine.before = lambda: turns(home).keep_words(session_id, prompt_id, KEPT)
    request = TurnRequest(session_id=session_id, answer=f"{ANSWER} And for the lock.", action="correct", auto_send=True)
    home.service.sessions.turn(SYSTEM, request, new_id(), heard=Heard(1_000, 4_000))
    after = turns(home).begin(SYSTEM, session_id)
    assert (after.prompt_id, after.kept) == (prompt_id, KEPT)


def test_words_that_are_typed_over_are_clear(home: House) -> None:
    """Whoever goes on in writing has read them."""
    record = home.interview()
    actor = home.candidate(record, mode="live")
    session_id = home.service.spoken.open(actor, record.interview_id).session_id
    begun = turns(home).begin(actor, session_id)
    turns(home).keep_words(session_id, begun.prompt_id, KEPT)
    home.service.journeys.save_draft(actor, session_id, "I guessed a lot of it.", begun.prompt_id)
    assert turns(home).begin(actor, session_id).kept == Understood("I guessed a lot of it.")


def test_a_session_from_before_doubt_was_kept_goes_on(home: House) -> None:
    session_id = spoken(home)
    with home.service.context.database.write() as tx:
        row = tx.get_one(SessionRow, session_id)
        row.state = {name: value for name, value in row.state.items() if name != "draft_doubtful"}
    begun = turns(home).begin(SYSTEM, session_id)
    assert begun.kept == Understood("")
    turns(home).keep_words(session_id, begun.prompt_id, KEPT)
    assert turns(home).begin(SYSTEM, session_id).kept == KEPT


def test_the_beginning_of_words_has_the_ranges_in_it() -> None:
    assert KEPT.first(5) == Understood("I gue", ((2, 5),))
    assert KEPT.first(2) == Understood("I ")
    assert KEPT.first(100) == KEPT


# --- shown ------------------------------------------------------------------------------------------------------------


def test_the_transcript_names_what_was_not_understood_also_inside_a_quote() -> None:
    text = "I traced <it> to the cache."
    line = TranscriptLine(
        entry_id=4,
        role="candidate",
        text=text,
        timestamp="00:01",
        start_ms=0,
        end_ms=1,
        final=True,
        doubtful=((2, 13),),
    )
    shown = transcript_html([line], [Evidence(entry_id=4, start=9, end=20)])
    dotted = '<span class="doubtful" title="not clearly understood">'
    assert f"I {dotted}traced </span>" in shown
    assert f'<mark id="words-4-9">{dotted}&lt;it&gt;</span> to the</mark> cache.' in shown
    assert "not clearly understood. They count for nothing." in shown
    plain = transcript_html([line.model_copy(update={"doubtful": ()})])
    assert "not clearly understood" not in plain
