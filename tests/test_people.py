"""The people of the team and the keys and links that they and programs hold: made, listed and withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from builders import House

from interview.access import SYSTEM, Actor, Role
from interview.errors import Forbidden, InvalidPayload, NotFound, Unauthorized
from interview.people import LINK_LIFETIME, STAFF_ROLES


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_a_key_lets_in_with_its_role(home: House, role: Role) -> None:
    issued = home.service.access.create_key(SYSTEM, "  The   pipeline ", role)
    actor = home.service.access.by_bearer(issued.secret)
    assert (actor.role, actor.id, actor.name) == (role, f"key:{issued.credential_id}", "The pipeline")
    assert actor.interview_id is None


def test_a_persons_key_acts_as_the_person(home: House) -> None:
    """By their name and role, whatever the key is called; two keys and a link are one reviewer."""
    access = home.service.access
    link = access.enter(access.add_person(SYSTEM, "Ada", "hiring").secret)[2]
    assert link.person is not None
    for role in (None, "hiring"):
        actor = access.by_bearer(access.create_key(SYSTEM, "a notebook", role, link.person).secret)
        assert (actor.name, actor.role, actor.person) == ("Ada", "hiring", link.person)
        assert actor.reviewer_id == link.reviewer_id
    nobodys = access.by_bearer(access.create_key(SYSTEM, "a notebook", "hiring").secret)
    assert (nobodys.name, nobodys.person) == ("a notebook", None)
    assert max(home.dump()["audit_log"])[4] == "key_created"


def test_a_persons_key_has_their_role_and_ends_with_them(home: House) -> None:
    access = home.service.access
    ada = access.enter(access.add_person(SYSTEM, "Ada", "hiring").secret)[2].person
    secret = access.create_key(SYSTEM, "a notebook", None, ada).secret
    other = access.create_key(SYSTEM, "another's", "hiring").secret
    for role, person_id, kind in (
        ("administrator", ada, InvalidPayload), (None, None, InvalidPayload), (None, "nobody", NotFound),
    ):  # fmt: skip
        before = home.dump()
        with pytest.raises(kind):
            access.create_key(SYSTEM, "key", role, person_id)
        assert home.dump() == before
    access.by_bearer(secret)
    assert ada is not None
    access.remove_person(SYSTEM, ada)
    with pytest.raises(Unauthorized):
        access.by_bearer(secret)
    assert access.by_bearer(other)
    with pytest.raises(NotFound) as caught:
        access.create_key(SYSTEM, "key", None, ada)
    assert caught.value.code == "person_not_found"


@pytest.mark.parametrize("kind", ["key", "link"])
def test_a_revoked_credential_is_worthless_from_then_on(home: House, kind: str) -> None:
    access = home.service.access
    if kind == "key":
        issued = access.create_key(SYSTEM, "key", "program")
        use: Callable[[], Any] = lambda: access.by_bearer(issued.secret)  # noqa: E731
    else:
        issued = access.add_person(SYSTEM, "Ada", "hiring")
        use = lambda: access.enter(issued.secret)  # noqa: E731
    use()
    for _ in range(2):
        access.revoke(SYSTEM, issued.credential_id)
    with pytest.raises(Unauthorized):
        use()


def test_revoking_needs_something_to_revoke(home: House) -> None:
    with pytest.raises(NotFound) as caught:
        home.service.access.revoke(SYSTEM, "nobody")
    assert caught.value.code == "credential_not_found"


@pytest.mark.parametrize("role", [role for role in STAFF_ROLES if role != "administrator"] + ["candidate"])
def test_only_administrators_deal_with_keys_and_people(home: House, role: Role) -> None:
    access, actor = home.service.access, Actor(role=role, id="somebody", interview_id="i")
    before = home.dump()
    calls: list[Callable[[], Any]] = [
        lambda: access.create_key(actor, "key", "program"),
        lambda: access.add_person(actor, "Ada", "hiring"),
        lambda: access.people(actor),
        lambda: access.new_link(actor, "nobody"),
        lambda: access.remove_person(actor, "nobody"),
        lambda: access.credentials(actor, "key"),
        lambda: access.revoke(actor, "nobody"),
    ]
    for call in calls:
        with pytest.raises(Forbidden):
            call()
    assert home.dump() == before


def test_people_are_listed_newest_first_with_the_link_that_they_have(home: House) -> None:
    access = home.service.access
    access.local_link()
    ada = access.add_person(SYSTEM, "Ada", "hiring")
    home.clock.forward(days=1)
    access.add_person(SYSTEM, "Grace", "analyst")
    grace, first = access.people(SYSTEM)
    assert [(row.name, row.role) for row in (grace, first)] == [("Grace", "analyst"), ("Ada", "hiring")]
    assert first.link is not None
    assert (first.link.credential_id, first.link.revoked_at) == (ada.credential_id, None)
    assert first.link.expires_at == first.created_at + LINK_LIFETIME
    access.revoke(SYSTEM, ada.credential_id)
    withdrawn = access.people(SYSTEM)[1].link
    assert withdrawn is not None
    assert withdrawn.revoked_at == home.clock.now


def test_a_new_link_takes_the_place_of_the_persons_older_ones_only(home: House) -> None:
    """Whoever came in by an old one is out; other people's links, keys and the printed link hold."""
    access = home.service.access
    old, other = access.add_person(SYSTEM, "Ada", "hiring"), access.add_person(SYSTEM, "Eve", "analyst")
    printed = access.local_link()
    cookie = access.enter(old.secret)[0]
    home.clock.forward(minutes=1)
    person = next(row for row in access.people(SYSTEM) if row.name == "Ada")
    fresh = access.new_link(SYSTEM, person.person_id)
    with pytest.raises(Unauthorized):
        access.enter(old.secret)
    assert access.by_cookie(cookie) is None
    entered = [access.enter(secret)[2] for secret in (fresh.secret, other.secret, printed)]
    assert [(actor.name, actor.role) for actor in entered[:2]] == [("Ada", "hiring"), ("Eve", "analyst")]
    listed = next(row for row in access.people(SYSTEM) if row.name == "Ada")
    assert listed.link is not None
    assert listed.link.credential_id == fresh.credential_id
    assert listed.link.expires_at == home.clock.now + LINK_LIFETIME


def test_a_removed_person_is_out_for_good(home: House) -> None:
    access = home.service.access
    issued = access.add_person(SYSTEM, "Ada", "administrator")
    cookie = access.enter(issued.secret)[0]
    person_id = access.people(SYSTEM)[0].person_id
    access.remove_person(SYSTEM, person_id)
    before = home.dump()
    home.clock.forward(minutes=1)
    access.remove_person(SYSTEM, person_id)
    assert home.dump() == before
    assert access.by_cookie(cookie) is None
    with pytest.raises(Unauthorized):
        access.enter(issued.secret)
    assert access.people(SYSTEM)[0].removed_at is not None
    for call in (access.new_link, access.remove_person):
        with pytest.raises(NotFound) as caught:
            call(SYSTEM, "nobody")
        assert caught.value.code == "person_not_found"
    with pytest.raises(NotFound):
        access.new_link(SYSTEM, person_id)


@pytest.mark.parametrize(
    ("name", "role"), [("", "program"), ("x" * 121, "program"), ("key", "candidate"), ("key", "king")]
)
def test_a_credential_needs_a_name_and_a_known_role(home: House, name: str, role: str) -> None:
    with pytest.raises(InvalidPayload):
        home.service.access.create_key(SYSTEM, name, role)
    with pytest.raises(InvalidPayload):
        home.service.access.add_person(SYSTEM, name, role)


def test_credentials_are_listed_newest_first_and_without_their_secrets(home: House) -> None:
    access = home.service.access
    first = access.create_key(SYSTEM, "first", "program")
    home.clock.forward(minutes=1)
    second = access.create_key(SYSTEM, "second", "analyst")
    access.add_person(SYSTEM, "Ada", "hiring")
    listed = access.credentials(SYSTEM, "key")
    assert [row.name for row in listed] == ["second", "first"]
    for issued in (first, second):
        assert issued.secret not in repr(listed)


def test_what_is_done_with_credentials_is_on_the_record(home: House) -> None:
    issued = home.service.access.create_key(SYSTEM, "key", "program")
    home.service.access.revoke(SYSTEM, issued.credential_id)
    logged = [row for row in home.dump()["audit_log"] if issued.credential_id in row]
    assert [row[4] for row in sorted(logged)] == ["key_created", "credential_revoked"]
