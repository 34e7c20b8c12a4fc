"""How long people wait for pages, in headless Chromium: medians in milliseconds.

    PYTHONPATH=.:tests .venv/bin/python benchmarks/pages.py [ROUNDS]

A start: from the first answer of `/api/health` of a fresh server with an empty database to the first page's heading,
the browser's own start included. A rerun: from the click to the last change of the document that it makes, both taken
in the browser, in the database that the gallery shows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from conftest import CHROMIUM, CHROMIUM_FLAGS
from gallery import Shown, seeded
from http_server import RunningApp, running_app
from playwright.sync_api import Browser, Page, sync_playwright

_WATCH = """() => {
  window.moved = performance.now()
  const app = document.querySelector("[data-testid=stApp]")
  new MutationObserver(changes => {
    if (changes.every(({target}) => target.dataset?.testid === "data-grid-canvas")) return  // for screen readers, later
    window.moved = performance.now()
    if (app.dataset.testScriptState === "running") window.began ||= window.moved
  })
    .observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true,
                             attributeFilter: ["data-test-script-state", "value", "aria-selected", "data-stale"]})
  window.addEventListener("pointerdown", () => { window.clicked = performance.now() }, true)
}"""
_QUIET = """() => performance.now() - window.moved > 700
  && document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning" """


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield opened
        opened.close()


def start() -> float:
    """Seconds from health to heading, everything cold."""
    with TemporaryDirectory() as folder, running_app(Path(folder)) as app:
        begun = perf_counter()
        with browser() as opened:
            page = opened.new_page()
            page.goto(app.admin_link)
            page.locator("[data-testid=stMain] h1").first.wait_for()
            return perf_counter() - begun


def rerun(page: Page, click: Callable[[], None]) -> float:
    """Milliseconds from the click to the last change of the page that it makes."""
    page.wait_for_function(_QUIET)
    click()
    page.wait_for_function(_QUIET)
    return float(page.evaluate("window.moved - window.clicked"))


def choose(page: Page, label: str) -> Callable[[], None]:
    """Another choice of a list each time; opening the list is not measured."""
    box = page.get_by_role("combobox", name=label)
    places = iter(range(1_000))

    def click() -> None:
        box.click()
        options = page.get_by_role("option")
        options.nth(next(places) % options.count()).click()

    return click


def dialog(page: Page) -> Callable[[], None]:
    """Opened; the one that was opened before is put away first."""

    def click() -> None:
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
        page.get_by_role("button", name="Skip").click()
        page.get_by_role("dialog").wait_for()

    return click


def tabs(page: Page, *names: str) -> Callable[[], None]:
    turns = iter(names * 1_000)
    return lambda: page.get_by_role("tab", name=next(turns), exact=True).click()


def poll(page: Page) -> Callable[[], None]:
    """Nobody clicks: the page asks by itself, and is measured from its being heard to run."""

    def wait() -> None:
        page.evaluate("() => { window.began = 0 }")
        page.wait_for_function("window.began > 0")
        page.evaluate("() => { window.clicked = window.began }")

    return wait


def visit(opened: Browser, app: RunningApp, link: str, path: str) -> Page:
    context = opened.new_context(viewport={"width": 1280, "height": 900})
    context.request.get(link, max_redirects=0)
    page = context.new_page()
    page.goto(app.url + path)
    page.locator("[data-testid=stMain] h1, [data-testid=stMain] textarea").first.wait_for()
    page.evaluate(_WATCH)
    return page


def reruns(opened: Browser, app: RunningApp, shown: Shown) -> Iterator[tuple[str, Page, Callable[[], None]]]:
    """What is clicked: name, page, and the click."""
    admin = app.admin_link
    page = visit(opened, app, admin, "/")
    yield "interviews: filter", page, choose(page, "Status")
    page = visit(opened, app, admin, f"/interview?interview={shown.finished}")
    yield "interview: tab", page, tabs(page, "Questions", "Invitations")
    page = visit(opened, app, admin, f"/positions?position={shown.position}")
    yield "positions: tab", page, tabs(page, "Settings", "Plan")
    page = visit(opened, app, admin, "/scores")
    yield "scores: filter", page, choose(page, "Competency")
    page = visit(opened, app, admin, "/people")
    yield "people: tab", page, tabs(page, "API keys", "People")
    page = visit(opened, app, app.url + shown.candidates["interview"], "/")
    yield "candidate: dialog", page, dialog(page)
    page = visit(opened, app, admin, f"/observe?interview={shown.running}")
    yield "observe: poll", page, poll(page)


def tell(name: str, milliseconds: float) -> None:
    print(f"{name:<22} {milliseconds:6.0f} ms  load {os.getloadavg()[0]:.1f}", flush=True)  # noqa: T201


def main(rounds: int = 5) -> None:
    starts = sorted(start() for _ in range(rounds))
    tell("start to heading", median(starts) * 1000)
    with seeded() as (app, shown), browser() as opened:
        for name, page, click in reruns(opened, app, shown):
            rerun(page, click)  # the first one loads what the browser has not yet
            taken = sorted(rerun(page, click) for _ in range(rounds))
            tell(name, median(taken))
            page.context.close()


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
