"""A quote is located exactly, or it is not there."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from interview.evidence import MIN_LETTERS, MIN_WORDS, locate, normalised
from interview.models import Speaker, TranscriptEntry


def entry(
    text: str, *, entry_id: int = 1, role: Speaker = "candidate", start: int = 0, end: int = 0
) -> TranscriptEntry:
    return TranscriptEntry(entry_id=entry_id, role=role, text=text, start_ms=start, end_ms=end)


SAID = entry("Well — I didn’t wait:  I called\nthe on‑call vendor, and we rolled C++ back by 12%.", entry_id=7)


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("I didn't wait", "I didn’t wait"),
        ("i called the on-call vendor", "I called\nthe on‑call vendor"),
        ("WE ROLLED C++ BACK", "we rolled C++ back"),
        ("rolled c++ back by 12%.", "rolled C++ back by 12%."),
        ("rolled c++ back by 12", "rolled C++ back by 12"),
        ("ｗｅ　ｒｏｌｌｅｄ c++ back", "we rolled C++ back"),
    ],
)
def test_case_punctuation_spacing_and_spelling_make_no_difference(quote: str, stands: str) -> None:
    found = locate(quote, [SAID])
    assert found is not None
    assert (found.entry_id, found.quote) == (7, stands)
    assert SAID.text[found.start : found.end] == stands


@pytest.mark.parametrize(
    "quote",
    [
        "I did wait: I called the on-call vendor",
        "I called the on-call manager",
        "we rolled C back by 12%",
        "we rolled back C++",
        "alled the on-call vend",
        "I called the vendor",
    ],
)
def test_one_other_word_is_not_there(quote: str) -> None:
    assert locate(quote, [SAID]) is None


@pytest.mark.parametrize("quote", ["", "   ", "…", "vendor", "we", "I, by", "on-call"])
def test_a_very_short_quote_is_no_evidence(quote: str) -> None:
    assert locate(quote, [SAID]) is None


def test_only_the_candidates_words_are_evidence() -> None:
    text = "You rolled the release back yourself"
    assert locate(text, [entry(text, role="interviewer")]) is None
    found = locate(text, [entry(text, role="interviewer"), entry(text, entry_id=2)])
    assert found is not None
    assert found.entry_id == 2


def test_the_moment_is_interpolated_inside_the_entry() -> None:
    text = "0123456789 and then it stopped"
    found = locate("and then it stopped", [entry(text, start=60_000, end=90_000)])
    assert found is not None
    assert found.start_ms == 60_000 + round(30_000 * 11 / len(text))


def test_the_moment_is_unknown_where_the_entry_has_no_times() -> None:
    found = locate("we stopped the line", [entry("we stopped the line")])
    assert found is not None
    assert found.start_ms is None


def test_an_end_before_the_start_does_not_move_the_moment_back() -> None:
    found = locate("we stopped the line", [entry("Then we stopped the line", start=5_000, end=0)])
    assert found is not None
    assert found.start_ms == 5_000


def test_composed_and_decomposed_letters_are_the_same_word() -> None:
    text = "Le résumé était prêt à temps"
    found = locate("résumé était prêt", [entry(unicodedata.normalize("NFD", text))])
    assert found is not None
    assert unicodedata.normalize("NFC", found.quote) == "résumé était prêt"


def test_scripts_without_spaces_are_found_by_their_characters() -> None:
    found = locate("私はすぐに電話を", [entry("その時、私はすぐに電話をかけました。")])
    assert found is not None
    assert found.quote == "私はすぐに電話を"


def test_a_compatibility_character_is_the_characters_that_it_stands_for() -> None:
    found = locate("first place 你好", [entry("ﬁrst place \U0002f804好")])
    assert found is not None
    assert found.quote == "ﬁrst place \U0002f804好"


def test_zero_width_characters_neither_hide_nor_join_words() -> None:
    found = locate("stopped the line", [entry("we stop\u200bped the\u00ad line\u200b")])
    assert found is not None
    assert found.quote == "stop\u200bped the\u00ad line"


WORD = st.text(st.characters(categories=["L", "N", "M", "P", "S", "Cf"]), min_size=4, max_size=9)
SPOKEN = st.lists(WORD, min_size=4, max_size=12).flatmap(
    lambda said: st.sampled_from([" ", "\n", " — ", ", "]).map(lambda between: between.join(said))
)


@given(st.lists(SPOKEN, min_size=1, max_size=3), st.data())
def test_any_run_of_words_of_an_entry_is_found(texts: list[str], data: st.DataObject) -> None:
    """Whatever Unicode the entries hold, a run of whole words is found and the span says the same words."""
    entries = [entry(text, entry_id=number) for number, text in enumerate(texts)]
    words = data.draw(st.sampled_from([normalised(text).split() for text in texts]))
    assume(len(words) >= MIN_WORDS)
    first = data.draw(st.integers(0, len(words) - MIN_WORDS))
    last = data.draw(st.integers(first + MIN_WORDS, len(words)))
    quote = " ".join(words[first:last])
    assume(len(quote.replace(" ", "")) >= MIN_LETTERS)
    found = locate(quote, entries)
    assert found is not None
    text = entries[found.entry_id].text
    assert text[found.start : found.end] == found.quote
    assert normalised(found.quote) == quote


@given(
    st.lists(
        st.sampled_from(["plan", "tested", "with", "the", "crew,", "“then”", "we", "C++", "naïve"]),
        min_size=6,
        max_size=20,
    ),
    st.integers(0, 3),
)
def test_a_slice_of_an_entry_is_found_as_it_stands(pieces: list[str], first: int) -> None:
    text = "  ".join(pieces)
    quote = "  ".join(pieces[first : first + 4])
    assume(len(normalised(quote).replace(" ", "")) >= MIN_LETTERS)
    found = locate(quote, [entry(text)])
    assert found is not None
    assert normalised(found.quote) == normalised(quote)


@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_is_found_says_the_same_words(quote: str, text: str) -> None:
    found = locate(quote, [entry(text)])
    assert found is None or normalised(found.quote) == normalised(quote)
