"""People and keys: who gets in, until when, and how an administrator puts an end to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import House, house
from page_tests import person, press, visiting, words
from streamlit.testing.v1 import AppTest

from interview.access import SYSTEM
from interview.errors import Unauthorized
from interview.people import LINK_LIFETIME

PAGE = "pages/admin/people.py"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path)
    yield made
    made.close()


@pytest.fixture
def page(here: House) -> Iterator[AppTest]:
    """The page as an administrator sees it."""
    with visiting(here, person(here, "administrator")) as open_page:
        yield open_page(PAGE)


def add(app: AppTest, kind: str, name: str, role: str) -> str:
    """Fill the form; gives the secret that is shown."""
    app.text_input(f"{kind}-name").input(name)
    app.selectbox(f"{kind}-role").select(role)
    press(app, {"person": "Add", "key": "Create key"}[kind])
    return str(app.code[0].value)


def captions(app: AppTest) -> str:
    """Those of a dialog too."""
    return "\n".join(each.value for each in app.caption)


def grace(here: House) -> str:
    """The id of the person of that name."""
    return next(one.person_id for one in here.service.access.people(SYSTEM) if one.name == "Grace")


def test_a_new_person_comes_in_by_the_link_that_is_shown_once(here: House, page: AppTest) -> None:
    link = add(page, "person", "Grace *Example*", "analyst")
    cookie, _, actor = here.service.access.enter(link.rpartition("/enter/")[2])
    assert (actor.name, actor.role) == ("Grace *Example*", "analyst")
    assert link.startswith(here.settings.public_url)
    assert r"Grace \\*Example\\*" in words(page)
    press(page, "I have kept it")
    assert not page.code
    assert link not in words(page)
    assert here.service.access.by_cookie(cookie)


def test_a_refused_name_is_told_and_adds_nobody(here: House, page: AppTest) -> None:
    before = len(here.service.access.people(SYSTEM))
    page.text_input("person-name").input("   ")
    press(page, "Add")
    assert [one.value for one in page.error] == ["The name must have 1 to 120 characters."]
    assert not page.code
    assert len(here.service.access.people(SYSTEM)) == before


def test_pressing_once_adds_one_person_however_often_the_page_runs(here: House, page: AppTest) -> None:
    before = len(here.service.access.people(SYSTEM))
    add(page, "person", "Grace", "hiring")
    page.run()
    page.run()
    assert len(here.service.access.people(SYSTEM)) == before + 1


def test_a_new_link_ends_the_old_one(here: House, page: AppTest) -> None:
    """Only after the dialog's own button: the first one asks."""
    old = add(page, "person", "Grace", "hiring").rpartition("/")[2]
    press(page, "I have kept it")
    page.button(f"link-{grace(here)}").click().run()
    here.service.access.enter(old)
    press(page, "Make a new link")
    new = str(page.code[0].value).rpartition("/")[2]
    with pytest.raises(Unauthorized):
        here.service.access.enter(old)
    assert here.service.access.enter(new)[2].name == "Grace"


def test_a_removed_person_is_out_at_once(here: House, page: AppTest) -> None:
    link = add(page, "person", "Grace", "hiring").rpartition("/")[2]
    cookie, _, _ = here.service.access.enter(link)
    page.button(f"remove-{grace(here)}").click().run()
    assert here.service.access.by_cookie(cookie)
    page.button("confirm-removal").click().run()
    assert here.service.access.by_cookie(cookie) is None
    assert "Removed (1)" in words(page)


def test_a_link_or_key_that_has_ended_is_not_shown_any_more(here: House, page: AppTest) -> None:
    """The end of another one leaves it."""
    add(page, "key", "nightly export", "program")
    add(page, "person", "Grace", "hiring")
    press(press(page, "Revoke"), "Revoke")
    assert "The link of Grace" in words(page)
    page.button(f"remove-{grace(here)}").click().run()
    page.button("confirm-removal").click().run()
    assert not page.code
    add(page, "key", "hourly export", "program")
    press(press(page, "Revoke"), "Revoke")
    assert not page.code


def test_a_new_link_says_whose_it_is(here: House, page: AppTest) -> None:
    add(page, "person", "Grace", "hiring")
    press(page, "I have kept it")
    page.button(f"link-{grace(here)}").click().run()
    assert "This is you" not in captions(page)
    press(page, "Make a new link")
    assert "The link of Grace" in words(page)
    assert "It works on this machine only" in words(page)


def test_whoever_is_about_to_lock_themselves_out_is_told(here: House, page: AppTest) -> None:
    own = next(one.person_id for one in here.service.access.people(SYSTEM) if one.role == "administrator")
    page.button(f"link-{own}").click().run()
    assert "This is you. Keep the new link" in captions(page)
    page.run()
    page.button(f"remove-{own}").click().run()
    assert "only by a link that another administrator" in captions(page)


def test_how_a_link_stands_is_said_in_words(here: House, page: AppTest) -> None:
    assert "Link works until 1 Apr 2026" in words(page)
    here.clock.forward(days=LINK_LIFETIME.days)
    assert "Link ran out on 1 Apr 2026" in words(page.run())


def test_a_key_calls_until_it_is_revoked(here: House, page: AppTest) -> None:
    secret = add(page, "key", "nightly export", "program")
    assert here.service.access.by_bearer(secret).role == "program"
    assert secret not in words(press(page, "I have kept it"))
    press(page, "Revoke")
    assert here.service.access.by_bearer(secret)
    press(page, "Revoke")
    with pytest.raises(Unauthorized):
        here.service.access.by_bearer(secret)
    assert "Revoked (1)" in words(page)


def test_no_secret_is_in_the_lists(here: House, page: AppTest) -> None:
    """Only hashes are kept, and the page shows not even those."""
    secrets = [here.service.access.create_key(SYSTEM, "one", "program").secret]
    secrets.append(here.service.access.add_person(SYSTEM, "two", "hiring").secret)
    said = words(page.run())
    assert "one" in said
    assert not [secret for secret in secrets if secret in said]
    assert not [row[5] for row in here.dump()["credentials"] if str(row[5]) in said]


def test_a_persons_key_is_theirs_and_ends_with_them(here: House, page: AppTest) -> None:
    """What is done with it is done by them, and the list says whose it is."""
    add(page, "person", "Grace", "hiring")
    secret = add(page, "key", "Grace's notebook", grace(here))
    actor = here.service.access.by_bearer(secret)
    assert (actor.name, actor.role, actor.person) == ("Grace", "hiring", grace(here))
    assert "What it does counts as done by Grace, and it ends with them" in words(page)
    page.button(f"remove-{grace(here)}").click().run()
    page.button("confirm-removal").click().run()
    with pytest.raises(Unauthorized):
        here.service.access.by_bearer(secret)
    assert "Revoked (1)" in words(page)
    assert grace(here) not in page.selectbox("key-role").options
