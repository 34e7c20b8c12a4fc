"""The frame around every page: who gets which pages, and what a page says to somebody who may not see it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import House, house
from page_tests import person, visiting, words

STAFF_PAGES = sorted(
    str(page.relative_to(Path(__file__).parent.parent))
    for folder in ("hiring", "analyst", "admin")
    for page in (Path(__file__).parent.parent / "pages" / folder).glob("*.py")
)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path)
    yield made
    made.close()


def test_a_stranger_is_told_how_to_come_in(here: House) -> None:
    """Without a cookie there is the first page and nothing else."""
    with visiting(here, None) as open_page:
        assert "How to come in" in words(open_page())


@pytest.mark.parametrize("role", ["candidate", "program", "analyst", None])
@pytest.mark.parametrize("page", STAFF_PAGES)
def test_no_staff_page_runs_for_others(here: House, page: str, role: str | None) -> None:
    """Not through the navigation, and not when the page is run past it."""
    if role == "candidate":
        actor = here.candidate(here.interview())
    else:
        actor = person(here, role) if role else None
    if role == "analyst" and page.startswith("pages/analyst"):
        pytest.skip("that one is theirs")
    with visiting(here, actor) as open_page, pytest.raises(ValueError, match="page"):
        open_page(page)
