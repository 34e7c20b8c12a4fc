"""Every page that a role may open, over data of half a year: it is there, and analysts read nobody's name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from builders import House
from page_tests import visiting
from streamlit.testing.v1 import AppTest
from test_frame import PAGES, THEIRS

from interview.access import SYSTEM, Actor
from interview.service import Service, open_service
from interview.synthetic.making import Held
from interview.synthetic.truth import NAME_MARK, Interview
from pages.components.text import escaped

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class View:
    """A page as it is opened, and words of what it is about."""

    page: str
    about: str
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Full:
    """The synthetic data in a copy of their own: to open a page may write, such as that somebody came in."""

    held: Held
    house: House

    @property
    def service(self) -> Service:
        return self.house.service

    @property
    def rated(self) -> tuple[Interview, int]:
        """An interview that counts, and who has rated it."""
        return next(
            (one, row.reviewer)
            for one in self.held.truth.interviews
            if one.standing
            for row in one.reviews
            if row.levels
        )

    def visitor(self, role: str) -> Actor:
        if role == "hiring":
            return self.held.reviewers[self.rated[1]]
        issued = self.service.access.add_person(SYSTEM, f"Visitor, {role}", role)  # type: ignore[arg-type]
        return self.service.access.enter(issued.secret)[2]

    def views(self) -> list[View]:
        """Every page of staff, as it comes up and with each thing in the address that it may have."""
        rated, _ = self.rated
        truth = self.held.truth.positions[rated.position]
        title, competency = truth.role_title, truth.competencies[0].name
        position = {"position": self.held.position_ids[rated.position]}
        rehearsed = {"position": self.held.position_ids[self.held.truth.trials[0].position]}
        name, interview = rated.candidate, {"interview": self.held.interview_ids[rated.number]}
        return [
            View("hiring/interviews", name),
            View("hiring/upload", "Plan interviews"),
            View("hiring/compare", title),
            View("hiring/compare", "Not a ranking", position),
            View("hiring/compare", name, position | {"interviews": interview["interview"]}),
            View("hiring/positions", escaped(title)),
            View("hiring/positions", competency, position),
            View("hiring/interview", name, interview),
            View("hiring/rehearsal", "Told apart", rehearsed),
            View("hiring/rehearsal", "What changed", position | {"view": "Score again"}),
            View("hiring/observe", title),
            View("hiring/observe", name, interview),
            View("analyst/scores", competency),
            View("analyst/scores", competency, position),
            View("analyst/questions", title),
            View("analyst/questions", competency, position),
            View("analyst/agreement", "kappa"),
            View("analyst/agreement", competency, position),
            View("analyst/fairness", "Female"),
            View("analyst/fairness", "Rate again under other names", position),
            View("admin/people", self.held.truth.reviewers[0]),
            View("admin/webhooks", "Add a webhook"),
            View("admin/audit", self.held.truth.reviewers[0]),
        ]


@pytest.fixture(scope="module")
def full(demo: Held, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Full]:
    context = demo.service.context
    folder = tmp_path_factory.mktemp("full") / "data"
    shutil.copytree(context.settings.data_dir, folder)
    settings = context.settings.model_copy(update={"data_dir": folder})
    service = open_service(settings, engine=context.engine, clock=context.clock)
    yield Full(demo, House(folder, context.engine, context.clock, service, settings))  # type: ignore[arg-type]
    service.close()


def sent(app: AppTest, *kinds: str) -> str:
    """All that the browser is sent of a page, what is in tables and charts too; of elements of these kinds only."""
    nodes = [node for block in app._tree.children.values() for node in block]
    protos = [node.proto for node in nodes if getattr(node, "proto", None) and (not kinds or node.type in kinds)]
    return "\n".join(proto.SerializeToString().decode("utf-8", "replace") for proto in protos)


def test_every_page_of_staff_is_looked_at(full: Full) -> None:
    """A new page joins the tests below."""
    looked_at = {f"pages/{view.page}.py" for view in full.views()}
    assert {page for page in PAGES if page.split("/")[1] in THEIRS["administrator"]} == looked_at


@pytest.mark.parametrize("role", ["administrator", "hiring", "analyst"])
def test_every_page_of_a_role_shows_what_it_is_about_and_no_error(full: Full, role: str) -> None:
    """And to analysts the name of no candidate and of nobody in the team, wherever it may stand."""
    names = {NAME_MARK, *full.held.truth.reviewers}
    actor, own = full.visitor(role), [one for one in full.views() if one.page.partition("/")[0] in THEIRS[role]]
    assert own
    with visiting(full.house, actor) as open_page:
        for view in own:
            app = open_page(f"pages/{view.page}.py", **view.query)
            assert [one.value for one in app.error] == [], view
            page = sent(app)
            assert view.about in page, view
            if role == "analyst":
                assert [name for name in names if name in page] == [], view


def test_what_tables_and_charts_hold_is_read_too(full: Full) -> None:
    """Else nobody's name in them would have been looked for."""
    competency = full.held.truth.positions[0].competencies[0].name
    with visiting(full.house, full.visitor("analyst")) as open_page:
        app = open_page("pages/analyst/scores.py")
    assert competency in sent(app, "dataframe")
    assert competency in sent(app, "vega_lite_chart")


STANDS = {
    "invited": "What you agree to", "imported": "What you agree to", "open": "Your answer", "dropped": "Go on",
    "completed": "Thank you", "stopped": "Thank you", "closed": "Thank you",
}  # fmt: skip
"""How an interview has ended so far, and what its candidate sees."""


def state(one: Interview) -> str:
    if one.closed_at:
        return "closed"
    return one.sessions[-1].ending if one.sessions else "invited"


def test_a_candidates_page_shows_where_they_stand(full: Full) -> None:
    """Of each state, by voice and in writing, the newest."""
    found = {(state(one), one.mode): one for one in full.held.truth.interviews}
    assert {where for where, _ in found} >= {"invited", "dropped", "completed"}
    for (where, _), one in found.items():
        with visiting(full.house, full.held.candidates[one.number]) as open_page:
            app = open_page()
        assert [each.value for each in app.error] == [], one.number
        assert STANDS[where] in sent(app), one.number
