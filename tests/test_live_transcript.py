"""From pieces of speech to transcript entries: order, what was heard, late words, and nothing lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from interview.keeping import Utterance
from interview.live.transcript import LATE_MS, Transcript
from interview.models import MAX_ANSWER_CHARS


def keep_all(transcript: Transcript, now_ms: int, store: dict[int, Utterance]) -> None:
    """What the keeper does, with a dictionary for a database."""
    for entry, utterance in transcript.due(now_ms):
        entry_id = utterance.entry_id or len(store) + 1
        store[entry_id] = utterance
        transcript.kept(entry, utterance, entry_id)


def texts(transcript: Transcript, now_ms: int) -> list[tuple[str, str]]:
    return [(row.role, row.text) for row in transcript.said(now_ms)]


def asked(transcript: Transcript, now_ms: int, words: str, length_ms: float = 1000) -> None:
    """A whole part of the interviewer, delivered at once and played to its end."""
    transcript.sound(now_ms, length_ms)
    transcript.interviewer_said(now_ms, words)
    transcript.turn_complete(now_ms + int(length_ms))


def test_pieces_become_entries_in_the_order_of_the_talk() -> None:
    """Role, text, times and finality of a question and its answer."""
    transcript = Transcript()
    asked(transcript, 1_000, "What did you do?", 2_000)
    transcript.candidate_said(5_000, "I wound", onset_ms=4_200)
    transcript.candidate_said(5_400, " the clock.")
    transcript.sound(7_000, 500)
    transcript.interviewer_said(7_000, "Thank you.")
    transcript.turn_complete(7_500)
    rows = [entry.utterance(8_000) for entry in transcript.entries]
    assert [(row.role, row.text, row.start_ms, row.end_ms, row.final) for row in rows] == [
        ("interviewer", "What did you do?", 1_000, 3_000, True),
        ("candidate", "I wound the clock.", 4_200, 5_400, True),
        ("interviewer", "Thank you.", 7_000, 7_500, True),
    ]


def test_only_what_was_heard_counts_while_it_is_played() -> None:
    """Words come with the sound that they belong to, and sound comes faster than it is played."""
    transcript = Transcript()
    for piece in ("Tell me", " about a time", " when you failed."):
        transcript.interviewer_said(0, piece)
        transcript.sound(0, 1_000)
    assert texts(transcript, 500) == [("interviewer", "Tell me")]
    assert texts(transcript, 1_500) == [("interviewer", "Tell me about a time")]
    assert texts(transcript, 2_500) == [("interviewer", "Tell me about a time when you failed.")]


def test_an_interrupted_part_keeps_what_was_heard() -> None:
    """It stays unfinished, and what still comes of it is not added."""
    transcript = Transcript()
    for piece in ("Tell me", " about a time", " when you failed."):
        transcript.interviewer_said(0, piece)
        transcript.sound(0, 1_000)
    transcript.cut(1_200, by_model=True)
    transcript.interviewer_said(1_300, " And one more thing.")
    transcript.turn_complete(1_300)
    transcript.candidate_said(1_800, "Wait.")
    assert texts(transcript, 9_000) == [("interviewer", "Tell me about a time"), ("candidate", "Wait.")]
    first = transcript.entries[0].utterance(9_000)
    assert (first.final, first.end_ms) == (False, 1_200)


def test_a_part_of_which_nothing_was_heard_leaves_no_entry() -> None:
    transcript = Transcript()
    transcript.interviewer_said(0, "Tell me")
    transcript.cut(0, by_model=True)
    assert transcript.due(5_000) == []
    assert texts(transcript, 5_000) == []


def test_all_that_was_played_is_whole_even_when_it_is_cut() -> None:
    """The candidate spoke just after the last sound."""
    transcript = Transcript()
    transcript.sound(0, 1_000)
    transcript.interviewer_said(0, "Why?")
    transcript.delivered()
    transcript.cut(1_100, by_model=True)
    assert transcript.entries[0].utterance(1_100).final


def test_after_our_own_cut_the_rest_of_the_part_is_not_played() -> None:
    """Until the model is through with it; the next part is heard."""
    transcript = Transcript()
    transcript.sound(0, 1_000)
    transcript.cut(100)
    assert not transcript.sound(150, 1_000)
    transcript.turn_complete(200)
    assert transcript.sound(300, 1_000)


def test_late_words_belong_to_the_answer_before() -> None:
    """They come within a moment after the interviewer began."""
    transcript = Transcript()
    asked(transcript, 0, "What did you do?")
    transcript.candidate_said(2_000, "I wound")
    transcript.interviewer_said(3_000, "Why?")
    transcript.sound(3_000, 4_000)
    transcript.candidate_said(3_000 + LATE_MS, " the clock.")
    assert texts(transcript, 9_000) == [
        ("interviewer", "What did you do?"),
        ("candidate", "I wound the clock."),
        ("interviewer", "Why?"),
    ]


def test_an_answer_that_comes_late_as_a_whole_stands_before_the_next_question() -> None:
    """In the database too: the interviewer's next words get their number after it."""
    transcript, store = Transcript(), dict[int, Utterance]()
    asked(transcript, 0, "What did you do?")
    keep_all(transcript, 1_200, store)
    transcript.interviewer_said(3_000, "Why?")
    transcript.sound(3_000, 4_000)
    keep_all(transcript, 3_300, store)
    transcript.candidate_said(3_900, "I wound the clock.")
    keep_all(transcript, 4_000, store)
    transcript.turn_complete(7_000)
    keep_all(transcript, 7_000, store)
    assert [store[number].text for number in sorted(store)] == ["What did you do?", "I wound the clock.", "Why?"]


def test_words_are_not_held_back_for_long() -> None:
    """When no late answer comes, the interviewer's words are kept without it."""
    transcript, store = Transcript(), dict[int, Utterance]()
    asked(transcript, 0, "Hello.")
    transcript.interviewer_said(3_000, "Are you there?")
    transcript.sound(3_000, 4_000)
    keep_all(transcript, 3_000 + LATE_MS + 1, store)
    assert [row.text for row in store.values()] == ["Hello.", "Are you there?"]


def test_what_interrupts_is_kept_after_what_it_interrupts() -> None:
    """Also when no word of the interviewer has been heard yet."""
    transcript, store = Transcript(), dict[int, Utterance]()
    asked(transcript, 0, "Hello.")
    transcript.interviewer_said(3_000, "Let me")
    transcript.candidate_said(3_000 + LATE_MS + 200, "No need.")
    keep_all(transcript, 5_000, store)
    transcript.turn_complete(5_100)
    keep_all(transcript, 5_200, store)
    assert [store[number].text for number in sorted(store)] == ["Hello.", "Let me", "No need."]


def test_speech_over_the_interviewer_is_an_entry_of_its_own() -> None:
    """Words that come later than late words may belong to a barge-in, and stand after what they interrupt."""
    transcript = Transcript()
    asked(transcript, 0, "What did you do?")
    transcript.candidate_said(2_000, "I wound it.")
    transcript.interviewer_said(3_000, "Let me explain.")
    transcript.sound(3_000, 9_000)
    transcript.candidate_said(3_000 + LATE_MS + 200, "No need.")
    transcript.candidate_said(3_000 + LATE_MS + 900, " Really.")
    assert [role for role, _ in texts(transcript, 9_000)] == ["interviewer", "candidate", "interviewer", "candidate"]
    assert texts(transcript, 9_000)[-1] == ("candidate", "No need. Really.")


def test_the_last_words_of_a_part_may_come_after_its_end() -> None:
    transcript = Transcript()
    asked(transcript, 0, "What did")
    transcript.interviewer_said(1_200, " you do?")
    assert texts(transcript, 2_000) == [("interviewer", "What did you do?")]


def test_an_entry_is_never_longer_than_an_answer_may_be() -> None:
    """A talk without a pause goes on in another entry; no character is lost."""
    transcript = Transcript()
    for number in range(30):
        transcript.candidate_said(number, f"{number % 10}" * 1_000)
    transcript.candidate_said(31, "x" * (2 * MAX_ANSWER_CHARS))
    rows = transcript.said(99)
    assert all(len(row.text) <= MAX_ANSWER_CHARS for row in rows)
    whole = "".join(f"{number % 10}" * 1_000 for number in range(30)) + "x" * (2 * MAX_ANSWER_CHARS)
    assert "".join(row.text for row in rows) == whole


def test_words_that_no_store_can_hold_are_cleaned() -> None:
    transcript = Transcript()
    transcript.candidate_said(0, "a\ud800b\x00c")
    assert transcript.said(1)[0].text == "a?bc"


def test_typed_words_are_an_entry_of_their_own() -> None:
    transcript = Transcript()
    asked(transcript, 0, "What did you do?")
    transcript.candidate_said(1_500, "I")
    transcript.typed(2_000, "I wound the clock.")
    assert texts(transcript, 3_000)[1:] == [("candidate", "I"), ("candidate", "I wound the clock.")]
    assert transcript.entries[-1].utterance(3_000).final


def test_what_is_closed_and_kept_may_be_folded() -> None:
    """Up to the first entry that is still being said, or not in the database yet."""
    transcript, store = Transcript(), dict[int, Utterance]()
    asked(transcript, 0, "What did you do?")
    assert transcript.closed_through(1_000) is None
    keep_all(transcript, 1_000, store)
    assert transcript.closed_through(1_000) == 1
    transcript.candidate_said(2_000, "I wound")
    keep_all(transcript, 2_100, store)
    assert transcript.closed_through(2_100) == 1
    transcript.sound(3_000, 500)
    transcript.turn_complete(3_500)
    keep_all(transcript, 9_000, store)
    assert transcript.closed_through(9_000) == 2


PIECES = st.lists(
    st.tuples(
        st.sampled_from(
            ["candidate", "interviewer", "sound", "complete", "cut", "model_cut", "typed", "keep", "delivered"]
        ),
        st.integers(0, 2_000),
    ),
    max_size=60,
)


@given(PIECES)
def test_nothing_that_was_heard_is_lost_or_changed_after_it_was_kept(steps: list[tuple[str, int]]) -> None:
    """Whatever comes in whatever order: every word of the candidate is kept once, numbers follow the order of the talk,
    and an entry that is kept only grows.
    """
    transcript, store, now, spoken = Transcript(), dict[int, Utterance](), 0, list[str]()
    for number, (kind, wait) in enumerate(steps):
        now += wait
        if kind in ("candidate", "typed"):
            spoken.append(f"c{number}.")
            say = transcript.candidate_said if kind == "candidate" else transcript.typed
            say(now, f"c{number}.")
        elif kind == "interviewer":
            transcript.interviewer_said(now, f"i{number}.")
        elif kind == "sound":
            transcript.sound(now, 400)
        elif kind == "complete":
            transcript.turn_complete(now)
        elif kind == "delivered":
            transcript.delivered()
        elif kind in ("cut", "model_cut"):
            transcript.cut(now, by_model=kind == "model_cut")
        else:
            before = dict(store)
            keep_all(transcript, now, store)
            assert all(store[number].text.startswith(row.text) for number, row in before.items())
    transcript.close(now)
    keep_all(transcript, now, store)
    assert transcript.due(now) == []
    kept = [store[number] for number in sorted(store)]
    assert sorted("".join(row.text for row in kept if row.role == "candidate").split(".")) == sorted(
        "".join(spoken).split(".")
    )
    order = [entry.entry_id for entry in transcript.entries if entry.entry_id is not None]
    assert order == sorted(order)
    assert [row.text for row in transcript.said(now)] == [row.text for row in kept]
    assert all(row.start_ms <= row.end_ms for row in kept)
