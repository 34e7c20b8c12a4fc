"""Words from outside on a page: a Markdown reader shows them as they stand."""

from __future__ import annotations

import html
import re

import pytest
from markdown_it import MarkdownIt

from pages.components.text import escaped, sentence

NASTY = (
    "![seen](http://evil.example/x.png)", "[click](https://evil.example)", "<img src=x>", "**loud** _low_ `code`",
    "~~gone~~ $a$ a|b", "<http://evil.example>", "back\\slash \\[a](b)",
)  # fmt: skip


def shown(markdown: str) -> str:
    """What a reader of this paragraph sees; fails when any of it is markup."""
    rendered = MarkdownIt("commonmark").enable(["strikethrough", "table"]).render(markdown).strip()
    inside = re.fullmatch(r"<p>(.*)</p>", rendered, re.DOTALL)
    assert inside, rendered
    assert "<" not in inside[1], rendered
    return html.unescape(inside[1]).replace("\u2060", "")


@pytest.mark.parametrize("words", NASTY)
def test_words_from_outside_are_shown_as_they_stand(words: str) -> None:
    assert shown(escaped(words)) == words
    assert shown(sentence(f"“{words}” has no criteria.")) == f"“{words}” has no criteria."


@pytest.mark.parametrize("words", ["see http://evil.example", "HTTPS://evil.example", "www.evil.example"])
def test_an_address_is_no_link(words: str) -> None:
    """Streamlit makes links of addresses in the text that is left when Markdown was read."""
    for line in (escaped(words), sentence(words)):
        assert not re.search(r"https?://|www\\.", line.replace("\\", ""), re.IGNORECASE)


def test_our_own_sentences_stay_as_they_are() -> None:
    for ours in ("“Debugging” has 4 core questions and the limit is 3. Take some out.", "Changed: it is version 3."):
        assert sentence(ours) == ours
