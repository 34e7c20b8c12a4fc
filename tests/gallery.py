"""Takes a picture of every page, light and dark, desktop and phone, into docs/gallery. Run by `make gallery`.

The interviews in the pictures are made by the product itself from `examples/`: invented people, real scores of the
embedded engine. Those by voice are held by the local Gemini of the tests, with a silent microphone. The analysts' pages
show the demo data, which are marked as synthetic.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from browser_call import SILENT_UNTIL_SPOKEN, agree, begin, switch_on
from conftest import CHROMIUM, CHROMIUM_FLAGS, ROOT
from gemini_script import Turn
from gemini_server import GeminiServer, gemini_server
from http_server import RunningApp, running_app
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from test_browser_live import hears

from interview import documents
from interview.access import SYSTEM, Actor
from interview.contract import StartRequest, TurnRequest
from interview.journeys import AdjustmentReply
from interview.records import NewInterview
from interview.service import Service, open_service
from interview.settings import Settings
from interview.synthetic.making import make_demo_data

GALLERY = ROOT / "docs" / "gallery"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
THEMES = ("light", "dark")
COLOURS = 128
"""Of a picture's palette: pages are flat, and the files a third of the size."""

PEOPLE = (
    ("backend-engineer", "Backend engineer", "Mara Lindqvist", "answers-strong.txt", 23),
    ("backend-engineer", "Backend engineer", "Tomás Ferreira", "answers.txt", 16),
    ("backend-engineer", "Backend engineer", "Jin Park", "answers-weak.txt", 9),
    ("registered-nurse", "Registered nurse", "Amara Okafor", "answers.txt", 8),
    ("account-executive", "Account executive", "Leo Brandt", "answers.txt", 2),
)
"""Folder of `examples/`, role, name, answers, and how many days ago the interview was held."""


@dataclass
class Clock:
    """Now, or as long ago as somebody was interviewed; every reading takes a moment."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=2)
        return self.now

    def back_to(self, days_ago: int) -> None:
        self.now = datetime.now(UTC) - timedelta(days=days_ago)


@dataclass(frozen=True)
class Shown:
    """What the pictures show: ids, and links that let in."""

    finished: str
    running: str
    reviewer: str
    position: str
    candidates: dict[str, str]
    """Step of the journey → invitation link path."""


def example(folder: str, name: str) -> str:
    file = next((ROOT / "examples" / folder).glob(f"{name}.*"))
    return documents.read(file.name, file.read_bytes()).text


def interview(service: Service, folder: str, role: str, name: str) -> str:
    new = NewInterview(
        role_title=role,
        job_text=example(folder, "job"),
        resume_text=example(folder, "resume"),
        candidate_name=name,
    )
    return service.interviews.create(SYSTEM, new).interview_id


def hold(service: Service, clock: Clock, actor: Actor, interview_id: str, answers: Path, turns: int = 100) -> None:
    """Answer until the interview is over, or so many times."""
    session = service.sessions.start(actor, StartRequest(interview_id=interview_id)).session_id
    for line in [line.strip() for line in answers.read_text().splitlines() if line.strip()][:turns]:
        clock.now += timedelta(seconds=len(line.split()) / 2)
        if service.sessions.turn(actor, TurnRequest(session_id=session, answer=line)).completed:
            return
    if turns == 100:
        service.sessions.turn(actor, TurnRequest(session_id=session, action="stop"))


def seed(folder: Path) -> Shown:
    """A team's database after some weeks of use."""
    clock = Clock()
    service = open_service(Settings(data_dir=folder), clock=clock)
    links: dict[str, str] = {}

    def invite(interview_id: str, step: str) -> Actor:
        issued = service.invitations.invite(SYSTEM, interview_id, expires_in_hours=24 * 60)
        links[step] = f"/enter/{issued.token}"
        actor = service.access.by_bearer(issued.token)
        journey = service.journeys.read(actor)
        if step != "welcome":
            service.journeys.consent(actor, journey.notice)
        return actor

    try:
        finished = ""
        for role_folder, role, name, answers, days in PEOPLE:
            clock.back_to(days)
            made = interview(service, role_folder, role, name)
            finished = finished or made
            hold(service, clock, invite(made, "done"), made, ROOT / "examples" / role_folder / answers)
        clock.back_to(0)
        clock.now -= timedelta(minutes=9)
        running = interview(service, "backend-engineer", "Backend engineer", "Nadia Haddad")
        hold(service, clock, invite(running, "interview"), running, answers_of("answers.txt"), turns=3)
        waiting = interview(service, "registered-nurse", "Registered nurse", "Ife Adeyemi")
        actor = invite(waiting, "welcome")
        service.journeys.request_adjustment(actor, "I read slowly because of dyslexia. May I have more time?")
        asked = service.journeys.adjustments(SYSTEM, waiting)[0]
        reply = AdjustmentReply(text="Of course: you have half as much time again.", extra_time_factor=1.5)
        service.journeys.reply(SYSTEM, asked.adjustment_id, reply)
        reviewer = service.access.add_person(SYSTEM, "Ines Moreau", "hiring").secret
        service.access.add_person(SYSTEM, "Sven Aalto", "analyst")
        service.access.create_key(SYSTEM, "Applicant tracking", "program")
        position = service.interviews.get(SYSTEM, finished).position_id
        service.rehearsals.run(SYSTEM, position)
        return Shown(
            finished=finished,
            running=running,
            reviewer=f"/enter/{reviewer}",
            position=position,
            candidates=links,
        )
    finally:
        service.close()


def answers_of(name: str) -> Path:
    return ROOT / "examples" / "backend-engineer" / name


@dataclass(frozen=True)
class View:
    """A picture: whose, of which address, and what is done before it is taken.

    `ready`: words that it must show. `height`: in pixels on a desktop, where the page needs more than usual.
    """

    name: str
    path: str
    ready: str
    link: str | None = None
    height: int = 0
    before: Callable[[Page], None] = lambda _: None


def tab(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("tab", name=name).click()


def views(shown: Shown, admin: str) -> list[View]:
    one, seen = f"/interview?interview={shown.finished}", f"/observe?interview={shown.running}"
    return [
        View("start", "/", "How to come in"),
        View("interviews", "/", "Mara", admin),
        View("new", "/new", "Plan interviews", admin),
        View("positions", "/positions", "Registered nurse", admin),
        View("plan", f"/positions?position={shown.position}", "Approve", admin),
        View("interview", one, "Overall", admin, height=1100),
        View("review", one, "Rate first", shown.reviewer, height=1100),
        View("questions", one, "core", admin, before=tab("Questions")),
        View("invitations", one, "Links", admin, before=tab("Invitations")),
        View("observe", seen, "Nadia", admin),
        View("rehearsal", f"/rehearsal?position={shown.position}", "strong", admin, height=1300),
        View("people", "/people", "Ines Moreau", admin),
        *(View(f"candidate-{step}", "/", ready, shown.candidates[step]) for step, ready in READY.items()),
    ]


def demo_views(position: str, admin: str) -> list[View]:
    """What takes many interviews."""
    return [
        View("compare", f"/compare?position={position}", "Not a ranking", admin, height=1300),
        View("scores", "/scores", "What the columns mean", admin, height=1500),
        View("question-statistics", f"/questions?position={position}", "Questions", admin, height=1500),
        View("agreement", "/agreement", "kappa", admin, height=1300),
        View("fairness", "/fairness", "of the highest rate", admin, height=1500),
    ]


def voice_views(app: RunningApp, gemini: GeminiServer, planner: Service) -> list[View]:
    """Each picture has a candidate of its own, who comes by a fresh link."""

    def arrive(page: Page) -> None:
        made = interview(planner, "backend-engineer", "Backend engineer", "Nadia Haddad")
        question = planner.interviews.get(SYSTEM, made).questions[0]
        with app.client() as rest:
            invitation = f"/interviews/{made}/invitations"
            token = rest.post(invitation, json={"mode": "live"}).raise_for_status().json()["token"]
        gemini.live.scripts.clear()
        gemini.script(Turn(f"Hello Nadia, thank you for coming. {question}"))
        page.add_init_script(SILENT_UNTIL_SPOKEN)
        page.goto(f"{app.url}/enter/{token}")

    def check(page: Page) -> None:
        arrive(page)
        agree(page)
        switch_on(page)

    def talk(page: Page) -> None:
        arrive(page)
        begin(page)
        hears(page, "thank you for coming")
        page.get_by_text("The interviewer is listening.").wait_for()

    def afterwards(page: Page) -> None:
        talk(page)
        page.get_by_placeholder("Type instead of speaking").fill("I compared both versions and found the slow line.")
        page.keyboard.press("Enter")
        hears(page, "I compared both versions")
        page.get_by_role("button", name="Finish early").click()
        page.get_by_role("button", name="Finish now").click()

    return [
        View("voice-check", "/", "Your microphone's level", before=check),
        View("voice-talk", "/", "The interviewer is listening.", before=talk),
        View("voice-done", "/", "Thank you, Nadia", before=afterwards),
    ]


READY = {"welcome": "What you agree to", "interview": "Your answer", "done": "Thank you"}


def settled(page: Page, ready: str) -> None:
    """Until the page shows these words and nothing on it is still running."""
    page.get_by_text(ready).first.wait_for(state="attached")
    page.wait_for_selector("[data-testid=stStatusWidget]", state="detached")
    page.wait_for_selector("[data-testid=stSkeleton]", state="detached")
    for chart in page.get_by_test_id("stVegaLiteChart").all():
        if chart.is_visible():  # one in a tab that is not open is not drawn
            chart.locator("canvas, svg").first.wait_for(state="attached")
    page.wait_for_timeout(800)  # what is drawn on a canvas does not say when it is done


def take(browser: Browser, app: RunningApp, view: View, size: str, theme: str) -> None:
    width, height = SIZES[size]
    if size == "desktop":
        height = view.height or height
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme, locale="en-GB")
    try:
        page = context.new_page()
        if view.link:
            context.request.get(app.url + view.link, max_redirects=0)  # its cookie is the browser's
        page.goto(app.url + view.path)
        page.locator("[data-testid=stMain] h1, [data-testid=stMain] textarea").first.wait_for()
        view.before(page)
        settled(page, view.ready)
        page.evaluate("document.activeElement.blur()")
        with Image.open(BytesIO(page.screenshot())) as picture:
            flat = picture.convert("RGB").quantize(COLOURS)
            flat.save(GALLERY / f"{view.name}-{size}-{theme}.png", optimize=True)
    finally:
        context.close()


@contextmanager
def seeded() -> Iterator[tuple[RunningApp, Shown]]:
    with TemporaryDirectory() as folder:
        shown = seed(Path(folder) / "data")
        with running_app(Path(folder)) as app:
            yield app, shown


@contextmanager
def demo_data() -> Iterator[tuple[RunningApp, str]]:
    """The app over the demo data, and its position with the most scores."""
    with TemporaryDirectory() as folder:
        make_demo_data(Path(folder) / "data", seed=1)
        service = open_service(Settings(data_dir=Path(folder) / "data", engine="embedded"))
        position = max(service.analytics.choices(SYSTEM), key=lambda choice: choice.scorecards).position_id
        service.close()
        with running_app(Path(folder)) as app:
            yield app, position


@contextmanager
def by_voice() -> Iterator[tuple[RunningApp, GeminiServer, Service]]:
    """The interviews are planned by the embedded engine: what the local Gemini plans is filler."""
    with (
        TemporaryDirectory() as folder,
        gemini_server() as gemini,
        running_app(Path(folder), INTERVIEW_ENGINE="gemini", **gemini.environment) as app,
    ):
        planner = open_service(Settings(data_dir=Path(folder) / "data", engine="embedded"))
        yield app, gemini, planner
        planner.close()


def main(*wanted: str) -> None:
    """Every page, or those whose names are given."""
    GALLERY.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        with seeded() as (app, shown):
            each(browser, app, views(shown, app.admin_link.removeprefix(app.url)), wanted)
        with demo_data() as (app, position):
            each(browser, app, demo_views(position, app.admin_link.removeprefix(app.url)), wanted)
        with by_voice() as (app, gemini, planner):
            each(browser, app, voice_views(app, gemini, planner), wanted)
        browser.close()


def each(browser: Browser, app: RunningApp, shown: list[View], wanted: tuple[str, ...]) -> None:
    for view, size, theme in product(shown, SIZES, THEMES):
        if not wanted or view.name in wanted:
            print(f"{view.name}, {size}, {theme}", flush=True)  # noqa: T201
            take(browser, app, view, size, theme)


if __name__ == "__main__":
    main(*sys.argv[1:])
