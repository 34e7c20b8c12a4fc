"""What names a person is taken out of texts and comes back exactly; figures that name nobody stay."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.redaction import Redactor

NAMES = ("Dana Kowalski", "Anne-Marie O’Brien")

PHONES = (
    "+49 170 1234567", "+44 7700 900321", "+1 (555) 123-4567", "(555) 123-4567", "555-123-4567", "555.123.4567",
    "1-555-123-4567", "0170 1234567", "030/1234567", "06 12 34 56 78", "0044 7700 900321", "+33 6 12 34 56 78",
    "+91-98765-43210", "9876543210", "13812345678", "+358401234567", "(089) 123 456", "020 7946 0018",
)  # fmt: skip
FIGURES = (
    "2015 - 2019", "2015–2019", "1999-2003", "03/2017 - 08/2020", "2021-03-04", "04.03.2021", "12/05/2020",
    "2019-01 – 2020-12", "192.168.10.254", "10.0.0.1", "255.255.255.0", "1,000,000", "1 000 000", "12.500.000",
    "0.1234567", "3.141592653", "10000000", "1700000000", "99.99%", "version 10.15.7", "Python 3.11.4",
    "4,000 requests", "$1,250,000.00", "900 ms", "35% to 80%", "100-2000 users", "ISO 9001:2015", "RFC 2616",
    "2 000 000 EUR", "from 2010 to 2020", "0.10.2.1234", "0.05 0.01 0.001", "+25 000 000 users", "+1500000 rows",
    "(2018) 20 30 40 50", "00012345",
)  # fmt: skip
LINKS = (
    "https://www.linkedin.com/in/dana-k", "linkedin.com/in/dana", "github.com/danak", "www.dana.dev/cv?x=1",
    "danakowalski.com", "http://example.org", "GitHub: danak42", "skype: dana.k", "dana.me", "socket.io/dana",
)  # fmt: skip
NOT_LINKS = (
    "Node.js", "ASP.NET", "and/or", "CI/CD", "e.g. this", "main.py", "README.md", "Vue.js/React", "etc.", "socket.io",
    "Booking.com", "it.It was", "the cache.in the end", "system.in",
)  # fmt: skip


@pytest.mark.parametrize("phone", PHONES)
def test_a_phone_number_is_taken_out(phone: str) -> None:
    redacted = Redactor().redact(f"Reach me at {phone}, any time.")
    assert redacted == "Reach me at [PHONE_1], any time."


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_that_reaches_nobody_stays(figure: str) -> None:
    text = f"It went from {figure} and then on."
    assert Redactor().redact(text) == text


def test_a_number_after_its_label_is_a_phone_number() -> None:
    assert Redactor().redact("Tel.: 612 345 678\nMobile 5550123") == "Tel.: [PHONE_1]\nMobile [PHONE_2]"


@pytest.mark.parametrize("link", LINKS)
def test_a_link_is_taken_out(link: str) -> None:
    assert Redactor().redact(f"See {link}, please.") == "See [LINK_1], please."


@pytest.mark.parametrize("words", NOT_LINKS)
def test_words_with_dots_and_slashes_are_no_links(words: str) -> None:
    assert Redactor().redact(f"I used {words} there.") == f"I used {words} there."


@pytest.mark.parametrize(
    "email", ["dana@kowalski.example.com", "d.k+cv@mail.co.uk", "mailto:a_b@x-y.org", "d@müller.de"]
)
def test_an_email_address_is_taken_out(email: str) -> None:
    assert Redactor().redact(f"Write to {email}.") == "Write to [EMAIL_1]."


def test_marks_do_not_nest() -> None:
    """A link that ends in an address, or in what somebody wrote as a mark, comes back as it was."""
    for text in ("https://example.org/in/dana-k@b.com", "https://example.org/[NAME_1]/x"):
        redactor = Redactor(NAMES)
        assert redactor.restore(redactor.redact(text)) == text


def test_a_name_is_taken_out_whole_and_in_parts() -> None:
    """Also in capitals and lower case, with its possessive, and with either apostrophe."""
    redactor = Redactor(NAMES)
    said = "Dana Kowalski here. They said: dana's plan. KOWALSKI wrote it; Anne-Marie O'Brien and Anne agreed."
    redacted = redactor.redact(said)
    assert not re.search(r"(?i)dana|kowalski|anne|marie|brien", redacted)
    assert redacted.count("[NAME_") == 5
    assert redactor.restore(redacted) == said


def test_a_name_inside_another_word_stays() -> None:
    assert Redactor(["Ann Lee"]).redact("An annual meeting of the fleet, Ann.") == (
        "An annual meeting of the fleet, [NAME_1]."
    )


@pytest.mark.parametrize("given_as", ["José Łuczak", "Jose Luczak", "Jose\u0301 Łuczak"])
@pytest.mark.parametrize("said", ["José", "Jose", "JOSÉ", "Jose\u0301", "luczak", "Łuczak", "Jose Luczak"])
def test_a_name_is_found_with_and_without_its_accents(given_as: str, said: str) -> None:
    """Speech recognition and résumés differ in them."""
    redactor = Redactor([given_as])
    assert redactor.redact(f"It was {said}, they said.") == "It was [NAME_1], they said."


def test_a_name_that_is_a_word_of_grammar_is_taken_out_only_as_a_name() -> None:
    assert Redactor(["Will May"]).redact("I will say what Will said; it may help.") == (
        "I will say what [NAME_1] said; it may help."
    )


def test_a_name_without_spaces_is_found_in_running_text() -> None:
    assert Redactor(["王伟"]).redact("我叫王伟，是工程师。") == "我叫[NAME_1]，是工程师。"


def test_the_same_words_get_the_same_mark() -> None:
    redactor = Redactor(["Dana"])
    assert redactor.redact("Dana and a@b.com") == "[NAME_1] and [EMAIL_1]"
    assert redactor.redact("a@b.com, c@d.com, Dana") == "[EMAIL_1], [EMAIL_2], [NAME_1]"


def test_a_mark_that_was_typed_stands_for_nothing_of_ours() -> None:
    """A candidate who writes a mark themselves cannot have a name put there."""
    redactor = Redactor(["Dana"])
    redacted = redactor.redact("Dana wrote [NAME_1].")
    assert redacted == "[NAME_1] wrote [MARK_1]."
    assert redactor.restore(redacted) == "Dana wrote [NAME_1]."


def test_a_mark_is_put_back_without_its_brackets_too_and_an_unknown_one_stays() -> None:
    redactor = Redactor(["Dana"])
    redactor.redact("Dana")
    assert redactor.restore("NAME_1 and [NAME_2]") == "Dana and [NAME_2]"


def test_redaction_can_be_turned_off() -> None:
    assert Redactor(["Dana"], on=False).redact("Dana, a@b.com") == "Dana, a@b.com"


_PIECES = st.sampled_from([
    *PHONES, *FIGURES, *LINKS, *NOT_LINKS, "Dana", "kowalski", "a@b.com", "[NAME_1]", "EMAIL_2", " ", "\n", ". ",
    ", ", "x",
])  # fmt: skip


@given(st.lists(st.one_of(_PIECES, st.text(max_size=12)), max_size=25))
def test_what_was_taken_out_comes_back_exactly(pieces: list[str]) -> None:
    text = "".join(pieces)
    redactor = Redactor(NAMES)
    assert redactor.restore(redactor.redact(text)) == text


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_full_name_or_address_survives(before: str, after: str) -> None:
    """Whatever stands around them, as long as they are words of their own."""
    redacted = Redactor(NAMES).redact(f"{before} Dana Kowalski dana@kowalski.example.com {after}")
    assert "Kowalski dana" not in redacted
    assert "dana@kowalski.example.com" not in redacted


@given(st.integers(1950, 2049), st.integers(1950, 2049), st.sampled_from([" - ", "-", " – ", "–", " to ", "/"]))
def test_years_survive(first: int, last: int, between: str) -> None:
    text = f"Engineer, Example Ltd, {first}{between}{last}"
    assert Redactor(NAMES).redact(text) == text


@given(st.lists(st.integers(0, 255), min_size=4, max_size=4))
def test_addresses_of_machines_survive(parts: list[int]) -> None:
    text = f"The host {'.'.join(map(str, parts))} was down."
    assert Redactor(NAMES).redact(text) == text


@given(st.integers(0, 10**11), st.sampled_from([",", ".", " ", "'"]))
def test_amounts_in_groups_survive(amount: int, between: str) -> None:
    text = f"We moved {amount:,} rows".replace(",", between)
    assert Redactor(NAMES).redact(text) == text


@given(
    st.integers(100, 999),
    st.integers(1000, 9999),
    st.sampled_from(["+49 {}{}", "+1 555 {} {}", "(0{}) {}000", "0{} {}11"]),
)
def test_international_numbers_do_not_survive(area: int, number: int, form: str) -> None:
    redacted = Redactor().redact(f"Call {form.format(area, number)} now")
    assert redacted == "Call [PHONE_1] now"
