"""What tests share: services to begin with, the data folder beside the checkout, and a real Chromium."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import browser_report
import httpx
import hypothesis
import pytest
from builders import House, house
from demo_fixture import demo as demo
from embedded_talk import begin as begin
from embedded_talk import rooms as rooms
from embedded_talk import sounds as sounds
from embedded_talk import voiced as voiced
from gemini_fixture import engine as engine
from gemini_fixture import running_gemini as running_gemini
from gemini_fixture import server as server
from stage import brisk as brisk
from stage import stage as stage
from talk import Talk

from interview.access import Actor
from interview.records import InterviewRecord

if TYPE_CHECKING:
    from http_server import World
    from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NO_BROWSER = "no chromium or chromium-browser on PATH"

# Python keeps what it has compiled, whatever the environment says: a run starts many processes that import the same.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")  # how long an example takes says how busy the machine is


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "house(**settings): what `home` is built with, as `builders.house` takes it")


def drives_a_browser(item: pytest.Item) -> bool:
    return item.get_closest_marker("browser") is not None or "chromium" in getattr(item, "fixturenames", ())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests run last, or by `-m browser`: Playwright's event loop stays with the thread.

    Of the others the slow files begin first, so that no process is left alone with one.
    """
    items.sort(key=lambda item: (drives_a_browser(item), item.get_closest_marker("slow") is None))
    for item in filter(drives_a_browser, items):
        item.add_marker("browser")
        if CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A browser test that fails shows what stood on its pages."""
    report = yield
    if report.when == "call" and report.failed and isinstance(item, pytest.Function) and drives_a_browser(item):
        report.sections.extend(browser_report.sections(item))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says by name which browser tests did not run."""
    skipped = terminalreporter.stats.get("skipped", [])
    if names := [report.nodeid for report in skipped if NO_BROWSER in str(report.longrepr)]:
        terminalreporter.section(
            "BROWSER TESTS SKIPPED: no chromium on PATH (Debian: apt-get install chromium)", red=True
        )
        for name in names:
            terminalreporter.line(f"  {name}")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with résumés, answers, speech and hostile PDFs: `CANDOR_SHARED_DATA`, else beside the checkout."""
    folder = Path(os.environ.get("CANDOR_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("no shared data folder beside the checkout; name one in CANDOR_SHARED_DATA")
    return folder


@pytest.fixture
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A service with a scripted engine on a fresh database; the mark `house` says what it has other than usual."""
    marker = request.node.get_closest_marker("house")
    made = house(tmp_path, **(marker.kwargs if marker else {}))
    yield made
    made.close()


@pytest.fixture
def record(home: House) -> InterviewRecord:
    """An interview with an approved plan."""
    return home.interview()


@pytest.fixture
def ada(home: House, record: InterviewRecord) -> Actor:
    """Its candidate, in by a link."""
    return home.candidate(record)


@pytest.fixture
def talk(home: House, record: InterviewRecord) -> Talk:
    """A spoken session of it, with nothing said."""
    return Talk.begin(home, record)


@pytest.fixture
def rest(world: World) -> Iterator[httpx.Client]:
    """REST as a program, in the `world` of the test's module."""
    with world.client() as client:
        yield client


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, which a process can have once."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Headless Chromium with a fake microphone. A test opens its own context, so that no cookie is shared."""
    from browser_call import launch

    browser = launch(playwright)
    yield browser
    browser.close()
