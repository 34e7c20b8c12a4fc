"""What a failed browser test shows must not end the run: pytest takes an error in there for its own."""

from __future__ import annotations

import browser_report
import pytest


class Silent:
    """An app that keeps nothing of what it writes."""


@pytest.fixture
def app() -> Silent:
    return Silent()


@pytest.mark.usefixtures("app")
def test_an_app_that_keeps_no_output_leaves_the_report_whole(request: pytest.FixtureRequest) -> None:
    assert browser_report.sections(request.node) == []
