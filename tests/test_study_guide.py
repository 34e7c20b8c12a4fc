"""The study guide from the outside: its pages are read back with pypdfium2, as a reader's program would."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from unicodedata import normalize

import pypdfium2
import pytest

from interview.fonts import FOLDER, UNPRINTABLE, plain, printable, right_to_left, visual
from interview.models import Evidence, GuideContent, GuideSection
from interview.study_guide import FOOTER, StudyGuide, study_guide_pdf, study_guide_text

QUOTE = "I asked the two people who had been on call to walk me through every page they got"
LEVEL_PATTERN = re.compile(r"\b[1-5]\.\d\b|\blevel [1-5]|\b[1-5] of 5\b", re.IGNORECASE)


def evidence(quote: str, start_ms: int | None = 192_000) -> Evidence:
    return Evidence(entry_id=3, start=0, end=len(quote), start_ms=start_ms, quote=quote)


def topic(name: str = "Operating services", **changes: object) -> GuideSection:
    section = GuideSection(
        competency=name,
        questions=("Tell me about a service that became unreliable.",),
        strengths=(evidence(QUOTE),),
        missing=("What the result was for the people who use the service.",),
        practice=("Tell the story aloud in two minutes.",),
        evidenced=2,
        criteria=3,
        level=3.4,
    )
    return section.model_copy(update=changes)


def guide(name: str = "Zoë Łukasiewicz", *sections: GuideSection, show_scores: bool = False) -> StudyGuide:
    content = GuideContent(
        opening="Thank you for the conversation.",
        sections=sections or (topic(), topic("Working with others", evidenced=3, level=4.2)),
        next_steps=("Read this again the day before.",),
    )
    return StudyGuide(
        candidate_name=name,
        role_title="Reliability engineer",
        held_on=date(2026, 11, 20),
        content=content,
        show_scores=show_scores,
    )


def page_texts(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(page_texts(pdf)).split())


def squeezed(text: str) -> str:
    """Letters and digits only: lines break, bullets are drawn and marks differ between the two forms."""
    return "".join(char for char in normalize("NFKC", text) if char.isalnum())


def test_the_guide_has_several_pages_and_says_whose_it_is() -> None:
    pages = page_texts(study_guide_pdf(guide()))
    assert len(pages) >= 3
    for expected in ("Zoë Łukasiewicz", "Reliability engineer", "20 November 2026"):
        assert expected in pages[0]


def test_strong_passages_are_the_candidates_own_words_with_their_time() -> None:
    text = words_of(study_guide_pdf(guide()))
    assert f"“{QUOTE}”" in text
    assert "At 03:12 in the interview" in text


def test_every_page_is_numbered_and_says_that_people_decide() -> None:
    pages = page_texts(study_guide_pdf(guide("Ana", *[topic(missing=("A point. " * 40,) * 9)] * 9)))
    assert len(pages) > 9
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert FOOTER in text


def test_hidden_scores_appear_nowhere() -> None:
    """Neither form shows a level; both show the share of criteria with evidence."""
    for text in (words_of(study_guide_pdf(guide())), study_guide_text(guide())):
        assert "evidence for 2 of 3 criteria" in text
        assert not LEVEL_PATTERN.search(text)


def test_shown_scores_appear_as_numbers_on_the_scale() -> None:
    shown = guide(show_scores=True)
    for text in (words_of(study_guide_pdf(shown)), study_guide_text(shown)):
        assert "level 3.4 of 5" in text
        assert "level 4.2 of 5" in text


def test_a_topic_without_a_level_is_called_not_rated_rather_than_low() -> None:
    text = words_of(study_guide_pdf(guide("Ana", topic(level=0.0), show_scores=True)))
    assert "not rated: too little to go on" in text
    assert not re.search(r"level 0|0\.0", text)


def test_the_outline_leads_to_the_overview_each_topic_and_the_closing_page() -> None:
    with pypdfium2.PdfDocument(study_guide_pdf(guide())) as document:
        outline = [(item.get_title(), item.get_dest().get_index()) for item in document.get_toc()]
        last = len(document) - 1
    assert [title for title, _ in outline] == [
        "Study guide",
        "Overview",
        "Operating services",
        "Working with others",
        "Before your next interview",
    ]
    assert outline[0][1] == 0
    assert outline[-1][1] == last


def test_metadata_gives_title_and_language() -> None:
    pdf = study_guide_pdf(guide("李小龙"))
    with pypdfium2.PdfDocument(pdf) as document:
        assert document.get_metadata_value("Title") == "Study guide for 李小龙"
        assert document.get_metadata_value("CreationDate").startswith("D:20261120")
    assert b"/Lang (en)" in pdf


@pytest.mark.parametrize(
    "name", ["张伟", "田中さくら", "김민준", "Nguyễn Thị Ánh", "Иван Петров", "Γιώργος", "สมชาย ใจดี", "Ñandú Çelik"]
)
def test_names_in_many_scripts_can_be_read_back(name: str) -> None:
    pdf = study_guide_pdf(guide(name))
    assert name in page_texts(pdf)[0]
    assert name in study_guide_text(guide(name))


@pytest.mark.parametrize("name", ["علي بن أبي طالب", "שלמה לוי"])
def test_right_to_left_names_are_drawn_with_glyphs_that_exist(name: str) -> None:
    """The reader's program may give the letters in either order; each of them must be there."""
    text = normalize("NFKC", page_texts(study_guide_pdf(guide(name)))[0])
    assert {*name} <= {*text}
    assert UNPRINTABLE not in text


def test_arabic_letters_join_and_stand_in_visual_order() -> None:
    """بيت is initial beh, medial yeh, final teh, drawn from the right."""
    joined = printable("بيت")
    assert joined == "\ufe91\ufef4\ufe96"
    assert right_to_left(joined)
    assert visual(f"{joined} (1)", from_right=True) == "(1) \ufe96\ufef4\ufe91"


def test_a_character_that_no_font_has_leaves_a_visible_mark_and_a_note() -> None:
    strange = guide("Ana", topic(strengths=(evidence("We shipped it 🎉 in தமிழ்"),)))
    text = words_of(study_guide_pdf(strange))
    assert "[party popper]" in text
    assert UNPRINTABLE * 5 in text
    assert "no glyph in our fonts" in text
    assert "🎉 in தமிழ்" in study_guide_text(strange)


def test_hostile_text_is_printed_as_it_is_and_controls_nothing() -> None:
    hostile = "{nb} **bold** __x__ [a](http://b) <b>tag</b> ) Tj /JS (alert) \\ %PDF"
    text = words_of(study_guide_pdf(guide("Ana", topic(missing=(f"\x00\x01\u202e{hostile}\x07\ufeff",)))))
    assert hostile in text


@pytest.mark.parametrize("text", ["x" * 4_000, " ".join(["y" * 40] * 40), "沟通" * 800, "word " * 900, "ا" * 900])
def test_long_words_and_quotes_stay_inside_the_margins(text: str) -> None:
    long = topic(strengths=(evidence(text),) * 3, missing=(text,) * 3, questions=(text,))
    with pypdfium2.PdfDocument(study_guide_pdf(guide(text[:300], long))) as document:
        for page in document:
            reader = page.get_textpage()
            boxes = [reader.get_charbox(place) for place in range(reader.count_chars())]
            drawn = [box for box in boxes if box[2] > box[0]]
            assert min(box[0] for box in drawn) > 55
            assert max(box[2] for box in drawn) < 595 - 55
            assert min(box[1] for box in drawn) > 25


def test_no_heading_is_left_alone_at_the_end_of_a_page() -> None:
    """Whatever the length of what stands before, a part's heading is followed by text on its page."""
    headings = ("What was asked", "What was strong", "What a fuller answer would include", "How to practise")
    for count in range(1, 12):
        spoken = (evidence("I looked at the numbers again and asked why. " * 9),)
        sections = [topic(missing=("A point. " * 12,) * count), topic("Second", strengths=spoken * count)]
        for text in page_texts(study_guide_pdf(guide("Ana", *sections))):
            body = [line for line in text.splitlines() if line.strip() and FOOTER not in line and "Page " not in line]
            assert body[-1].strip() not in (*headings, "Second")


def test_a_guide_with_nothing_in_it_still_says_something_sensible() -> None:
    empty = StudyGuide(
        candidate_name="",
        role_title="",
        held_on=date(2026, 1, 2),
        content=GuideContent(opening="", sections=()),
    )
    text = words_of(study_guide_pdf(empty))
    assert "Your study guide" in text
    assert "did not get as far as a topic" in text
    assert "The STAR method" in text


def test_a_topic_that_never_came_up_is_not_held_against_the_candidate() -> None:
    bare = GuideSection(competency="Planning")
    text = words_of(study_guide_pdf(guide("Ana", bare)))
    assert "There is no answer on this topic in the interview. That says nothing about you." in text
    assert "not covered in this interview" in text
    assert "What was strong" not in text


def test_both_forms_say_the_same() -> None:
    """Every line of the text stands in the PDF, letters and digits compared."""
    pdf = squeezed("".join(page_texts(study_guide_pdf(guide()))))
    lines = [squeezed(re.sub(r"\(03:12\)", "", line)) for line in study_guide_text(guide()).splitlines()]
    missing = [line for line in lines if line and line not in pdf]
    # On paper the cover has its own capitals and a label before the date.
    assert missing == [squeezed("STUDY GUIDE")]


def test_the_same_guide_gives_the_same_bytes_also_from_many_threads() -> None:
    made = guide("张伟 علي")
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: study_guide_pdf(made), range(8)))) == 1


def test_plain_text_keeps_words_and_drops_what_cannot_be_seen() -> None:
    assert plain(" a\u200b\u202eb\tc\x00\r\n e\u0301 ") == "ab c é"


def test_the_fonts_come_with_their_licences_and_stay_small() -> None:
    files = {path.name: path.stat().st_size for path in FOLDER.iterdir() if path.is_file()}
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert {"OFL.txt", "APACHE-2.0.txt"} <= files.keys()
    assert sum(files.values()) < 8_000_000
    for name in (name for name in files if name.endswith(".ttf")):
        assert name.removesuffix(".ttf").split("-")[0] in readme
