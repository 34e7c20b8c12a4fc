"""What words mean in a spoken session, and that it does not matter when they are folded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from builders import House, types
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted import ScriptedEngine
from talk import FOUND, Talk, speaking, speaking_house

from interview.engines import EvaluationRequest
from interview.errors import InterviewError
from interview.events import FollowUpAsked
from interview.matching import best_match
from interview.models import CompetencySummary, Evaluation, Speaker, StatusName
from interview.state import AskedPrompt
from interview.store.sessions import load
from pages.hiring.parts.review.notes import notes_of

pytestmark = speaking(core=2)


@pytest.fixture
def talk(home: House) -> Talk:
    made = Talk.begin(home)
    made.opening()
    return made


def question(talk: Talk, index: int) -> str:
    return talk.record.question_plan[index].text


def asked(talk: Talk) -> list[tuple[int | None, str, int]]:
    """The prompts: planned question, rung, number of answers."""
    talk.fold()
    return [(prompt.question_index, prompt.escalation, len(prompt.answers)) for prompt in talk.state.prompts]


def statuses(talk: Talk) -> list[str]:
    return [status.status for status in talk.home.see(talk.session_id).question_statuses]


# --- the interviewer's words ------------------------------------------------------------------------------------------


def test_a_planned_question_is_known_with_words_around_it(talk: Talk) -> None:
    talk.interviewer(f"Thank you for that, it helps. Let us go on then: {question(talk, 0)} Take your time.")
    assert asked(talk) == [(None, "broad", 1), (0, "broad", 0)]
    assert statuses(talk)[:2] == ["started", "not_started"]
    assert talk.home.see(talk.session_id).stage == "competency"


def test_questions_that_resemble_each_other_are_told_apart(talk: Talk) -> None:
    for index in (1, 0, 5, 4):
        talk.interviewer(question(talk, index).upper())
        talk.candidate()
    assert [prompt[0] for prompt in asked(talk)] == [None, 1, 0, 5, 4]


def test_a_follow_up_stays_in_the_response_in_hand(talk: Talk) -> None:
    talk.question(0)
    talk.interviewer("What did you try first?")
    talk.candidate("I turned it off and on.")
    assert asked(talk)[1:] == [(0, "broad", 1), (0, "how", 1)]
    assert len({prompt.response for prompt in talk.state.prompts}) == 2
    request = talk.home.engine.evaluated[-1]
    assert [exchange.answer_text for exchange in request.exchanges] == [FOUND, "I turned it off and on."]


def test_no_rung_is_claimed_for_what_no_rule_chose(talk: Talk) -> None:
    talk.question(0)
    talk.interviewer("What did you try first?")
    talk.fold()
    events = talk.home.see(talk.session_id).events
    assert [event.payload.metadata.by_rule for event in events if isinstance(event.payload, FollowUpAsked)] == [False]
    notes = [note for found in notes_of(events).beside.values() for note in found]
    assert [note for note in notes if note.startswith("Follow-up")] == ["Follow-up"]


def test_a_question_that_is_asked_again_goes_on_with_its_own_response(talk: Talk) -> None:
    talk.question(0)
    talk.question(2)
    talk.interviewer(f"Back to what you said before. {question(talk, 0)}")
    talk.candidate("There was a second cache.")
    prompts = asked(talk)
    assert prompts[-1] == (0, "how", 1)
    assert talk.state.prompts[-1].response == talk.state.prompts[1].response
    assert talk.state.prompts[-1].competency == "Debugging"


def test_a_reply_is_no_prompt(talk: Talk) -> None:
    talk.interviewer(question(talk, 0))
    talk.candidate("Could you repeat the question?")
    talk.interviewer("Of course. Take the time you need.")
    talk.candidate()
    assert asked(talk)[1:] == [(0, "broad", 1)]


def test_a_question_cut_off_before_its_middle_was_not_asked(talk: Talk) -> None:
    """Cut off after it, it was."""
    talk.interviewer("Thank you very much for that. Tell me about", final=False)
    assert (len(asked(talk)), statuses(talk)[0]) == (1, "not_started")
    talk.interviewer("Tell me about debugging, pa", final=False)
    assert asked(talk)[1:] == [(0, "broad", 0)]


def test_the_last_words_lead_to_the_wrap_up_and_a_late_question_back_to_no_stage(talk: Talk) -> None:
    talk.question(0)
    talk.closing()
    talk.interviewer("Thank you. Is that all?")
    talk.candidate("Yes, really.")
    talk.question(2)
    assert asked(talk)[2:] == [(None, "broad", 1), (None, "how", 1), (2, "broad", 1)]
    entered = [event.stage for event in talk.home.see(talk.session_id).events if event.event_type == "stage_entered"]
    assert entered == ["warmup", "competency", "wrapup"]
    assert talk.home.see(talk.session_id).competencies[1].total_score == 3.0


def test_a_second_greeting_goes_on_with_the_first(talk: Talk) -> None:
    talk.question(0)
    talk.opening()
    assert asked(talk) == [(None, "broad", 1), (0, "broad", 1), (None, "how", 1)]


def test_a_talk_that_begins_with_a_question_has_its_stages(home: House) -> None:
    talk = Talk.begin(home)
    talk.candidate("Hello, is anybody there")
    talk.question(0)
    assert asked(talk) == [(0, "broad", 1)]
    seen = home.see(talk.session_id)
    assert types(seen.events)[:5] == ["answer", "stage_entered", "resume_summary", "stage_entered", "question"]


# --- the candidate's words --------------------------------------------------------------------------------------------


def test_entries_in_a_row_are_one_answer(talk: Talk) -> None:
    talk.interviewer(question(talk, 0))
    for words in ("I looked at the logs.", "Then I found the cache.", "And I wrote a test."):
        talk.candidate(words)
    assert asked(talk)[1:] == [(0, "broad", 3)]
    assert types(talk.home.see(talk.session_id).events).count("answer") == 4


def test_a_move_is_recorded_and_never_rated(talk: Talk) -> None:
    talk.interviewer(question(talk, 0))
    talk.candidate("Could you repeat the question?")
    talk.fold()
    assert talk.home.engine.evaluated == []
    assert statuses(talk)[0] == "started"
    talk.interviewer(question(talk, 0))
    talk.candidate("Can we skip this question?")
    talk.fold()
    assert statuses(talk)[0] == "skipped"
    moves = [event.payload.model_dump()["move"] for event in talk.home.see(talk.session_id).events
             if event.event_type == "candidate_move"]  # fmt: skip
    assert moves == ["repeat", "skip"]


def test_an_answer_after_a_skip_counts(talk: Talk) -> None:
    """And a skip after an answer takes nothing away."""
    talk.interviewer(question(talk, 0))
    talk.candidate("Can we skip this question?")
    talk.candidate(FOUND)
    talk.candidate("Next question, please.")
    assert asked(talk)[1:] == [(0, "broad", 1)]
    assert talk.home.see(talk.session_id).overall_score == 3.0


def test_a_spoken_correction_is_part_of_the_answer(talk: Talk) -> None:
    talk.interviewer(question(talk, 0))
    talk.candidate("It took six hours.")
    talk.candidate("I want to correct my last answer: it was eight hours.")
    assert asked(talk)[1:] == [(0, "broad", 2)]


def test_what_the_team_should_look_at_is_flagged(talk: Talk) -> None:
    talk.interviewer(question(talk, 0))
    talk.candidate("You are a stupid bot.")
    talk.fold()
    assert "flag" in types(talk.home.see(talk.session_id).events)


def test_a_move_that_grows_into_an_answer_is_rated(talk: Talk) -> None:
    talk.interviewer(question(talk, 0))
    entry = talk.candidate("Could you repeat the question?")
    talk.fold()
    talk.said("candidate", "Could you repeat the question? No, I have it: the cache was stale.", entry_id=entry)
    assert asked(talk)[1:] == [(0, "broad", 1)]
    assert talk.home.see(talk.session_id).overall_score == 3.0


# --- marks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_mark_names_the_question_where_the_words_do_not(talk: Talk, when: str) -> None:
    """Whether the tool is called before the words or after them."""
    if when == "before":
        talk.spoken.mark(talk.session_id, 0, "started")
    talk.interviewer("Would you say how you hunt for bugs?")
    if when == "after":
        talk.spoken.mark(talk.session_id, 0, "started")
    talk.candidate()
    assert asked(talk)[-1] == (0, "broad", 1)
    assert (statuses(talk)[0], talk.state.marks) == ("answered", ())


def test_words_that_name_another_question_win_over_a_mark(talk: Talk) -> None:
    talk.spoken.mark(talk.session_id, 3, "started")
    talk.question(1)
    assert asked(talk)[1:] == [(1, "broad", 1)]


def test_a_skip_by_button_is_a_move(talk: Talk) -> None:
    talk.interviewer(question(talk, 0))
    talk.spoken.mark(talk.session_id, 0, "skipped")
    talk.fold()
    assert (talk.state.prompts[-1].skipped, statuses(talk)[0]) == (True, "skipped")
    assert types(talk.home.see(talk.session_id).events)[-2:] == ["candidate_move", "evaluation"], "of the warm-up"


# --- when it is folded does not matter --------------------------------------------------------------------------------


class ReadingEngine(ScriptedEngine):
    """Levels that follow from the words alone."""

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        said = "".join(exchange.prompt + exchange.answer_text for exchange in request.exchanges)
        self.levels.append(None if len(said) % 7 == 0 else 1.0 + len(said) % 5)
        return super().evaluate(request)


@dataclass(frozen=True)
class Words:
    """An utterance in pieces, as it grows."""

    role: Speaker
    pieces: tuple[str, ...]
    final: bool = True


@dataclass(frozen=True)
class Mark:
    index: int
    status: StatusName


OPENING = (
    "Hello, I am Alex, and I will lead you through this interview for the role of Engineer. I am software, not a "
    "person. Take all the time you need. To begin with: what drew you to this role?"
)
CLOSING = (
    "Those were my questions about the role of Engineer. Before we finish: is there anything that you would like to "
    "add, or to ask the team?"
)
INTERVIEWER = st.sampled_from([
    "Thank you. Tell me about debugging, part 1.",
    "Tell me about debugging, part 2.",
    "Now then. Tell me about teamwork, part 1. Take your time.",
    "Tell me about planning, part 2.",
    "What did you do then?",
    "I see.",
    "Would you tell me how you work with others?",
    OPENING,
    CLOSING,
])  # fmt: skip
CANDIDATE = st.sampled_from([
    ("I found it.",),
    ("I looked ", "at the logs ", "and wrote a test."),
    ("We met every day, ", "and I took notes."),
    ("Could you repeat the question?",),
    ("Can we skip this question?",),
    ("Could you repeat the question?", " No, I have it: the team."),
    ("You are a stupid bot.",),
    ("   ",),
])  # fmt: skip
STEPS = st.lists(
    st.one_of(
        st.builds(lambda text, final: Words("interviewer", (text,), final), INTERVIEWER, st.booleans()),
        st.builds(lambda pieces: Words("candidate", pieces), CANDIDATE),
        st.builds(lambda pieces: Words("candidate", pieces), CANDIDATE),
        st.builds(Mark, st.integers(0, 5), st.sampled_from(["started", "skipped"])),
    ),
    min_size=1,
    max_size=14,
)
Outcome = tuple[tuple[AskedPrompt, ...], str, str | None, int, dict[int, int], list[str], tuple[CompetencySummary, ...]]


def outcome(talk: Talk) -> Outcome:
    with talk.home.service.context.database.read() as tx:
        state = load(tx, talk.session_id).state
    seen = talk.home.see(talk.session_id)
    assert seen.questions_asked == state.questions_asked
    assert [event.event_id for event in seen.events] == list(range(1, len(seen.events) + 1))
    named = [status.status for status in seen.question_statuses]
    return (
        state.prompts, state.stage, state.competency, state.heard_through, state.rated_chars, named, seen.competencies,
    )  # fmt: skip


def tell(talk: Talk, steps: list[Words | Mark], folds: list[bool]) -> None:
    """Say all of it, with a fold wherever the row of choices says so, also within an utterance."""
    choices = iter(folds)
    for step in steps:
        if isinstance(step, Mark):
            try:
                talk.spoken.mark(talk.session_id, step.index, step.status)
            except InterviewError as refused:
                assert refused.code == "status_backward"  # noqa: PT017 - a mark may come too late
            continue
        entry, text = None, ""
        for piece in step.pieces:
            text += piece
            entry = talk.said(step.role, text, final=step.final, entry_id=entry)
            if next(choices, False):
                talk.fold(entry)
    talk.fold()


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(steps=STEPS, folds=st.lists(st.booleans(), max_size=40))
def test_any_cutting_of_a_talk_gives_the_same(steps: list[Words | Mark], folds: list[bool]) -> None:
    """The same prompts, answers, statuses and scores as one fold at the end; and folding once more changes nothing."""
    with TemporaryDirectory() as folder:
        base = speaking_house(Path(folder), core=2)
        home = base.again(ReadingEngine(core=2, probes=0))
        try:
            record, other = home.interview(), home.interview()
            cut, whole = Talk.begin(home, record), Talk.begin(home, other)
            tell(cut, steps, folds)
            tell(whole, steps, [])
            assert outcome(cut) == outcome(whole)
            kept = home.dump()
            cut.fold()
            assert home.dump() == kept
        finally:
            base.close()


# --- finding a question -----------------------------------------------------------------------------------------------


def test_a_question_that_contains_another_is_preferred() -> None:
    known = ["Tell me about failing", "Tell me about failing in front of a customer"]
    assert best_match(known, "Tell me about failing in front of a customer") == 1
    assert best_match(known, "Tell me about failing") == 0
    assert best_match(known, "What is your name?") is None
    assert best_match(known, "Tell me", cut=True) is None
    assert best_match([], "Tell me about failing") is None
