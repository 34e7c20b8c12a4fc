"""Pages in AppTest: the whole app for one visitor, over a service with a scripted engine and a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol

import pytest
from builders import House
from conftest import ROOT
from streamlit.testing.v1 import AppTest

from interview.access import SYSTEM, Actor
from pages.components import frame, guard, service

SECONDS = 120
"""The longest that a page may take in a test; far above what it needs, so that a slow machine does not fail it."""


@contextmanager
def visiting(house: House, actor: Actor | None) -> Iterator[Callable[..., AppTest]]:
    """A function that opens the app for this visitor: `open_page("pages/x/y.py", interview="…")`.

    Only the cookie is replaced, which AppTest cannot send: who came in is said instead of read.
    """
    with pytest.MonkeyPatch.context() as patch:
        # modules import `service()` by its name and stay imported from test to test: what it opens is replaced
        patch.setattr(service, "open_service", lambda: house.service)
        service.service.cache_clear()
        for module in (service, guard, frame):
            patch.setattr(module, "visitor", lambda: actor)

        def open_page(page: str | None = None, **query: str) -> AppTest:
            app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
            for name, value in query.items():
                app.query_params[name] = value
            app.run()
            if page is not None:
                app.switch_page(str(ROOT / page))
                for name, value in query.items():
                    app.query_params[name] = value
                app.run()
            assert not app.exception, app.exception[0].value
            return app

        try:
            yield open_page
        finally:
            service.service.cache_clear()


class ForRole(Protocol):
    """Opens one page for a visitor of this role, who stays until the test ends; `query` is the URL's."""

    def __call__(self, role: str = "analyst", **query: str) -> AppTest: ...


@contextmanager
def for_roles(house: House, page: str) -> Iterator[ForRole]:
    """As `visiting`, for as many visitors as a test wants."""
    with ExitStack() as visits:

        def open_page(role: str = "analyst", **query: str) -> AppTest:
            return visits.enter_context(visiting(house, person(house, role)))(page, **query)

        yield open_page


def person(house: House, role: str) -> Actor:
    """A member of the team who came in by a personal link."""
    secret = house.service.access.add_person(SYSTEM, f"A person for {role}", role).secret
    cookie, _, _ = house.service.access.enter(secret)
    actor = house.service.access.by_cookie(cookie)
    assert actor is not None
    return actor


def words(app: AppTest) -> str:
    """All that the page sends to the browser, as text: for tests of what is there or must not be."""
    return "\n".join(str(element.proto) for element in (*app.main, *app.sidebar) if hasattr(element, "proto"))


def press(app: AppTest, label: str) -> AppTest:
    """Click the last button of this label, a dialog's rather than the one that opened it, and let the page run."""
    assert label in labels(app), labels(app)
    [button for button in app.button if button.label == label][-1].click().run()
    assert not app.exception, app.exception[0].value
    return app


def labels(app: AppTest) -> list[str]:
    """Those of all buttons."""
    return [button.label for button in app.button]


def metrics(app: AppTest) -> dict[str, str]:
    """By label, what each shows."""
    return {metric.label: metric.value for metric in app.metric}
