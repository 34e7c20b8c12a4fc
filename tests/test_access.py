"""Who is let in, by what, and for how long; what is kept of a secret."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from builders import House, house
from itsdangerous import TimestampSigner
from pydantic import SecretStr, ValidationError

from interview.access import SYSTEM, Actor, Role
from interview.contract import StartRequest
from interview.errors import Forbidden, InterviewError, InvalidPayload, Unauthorized
from interview.models import Persona, PositionSettings
from interview.people import LINK_LIFETIME
from interview.service import open_service
from interview.settings import Settings
from interview.tokens import COOKIE_LIFETIME


def everything_stored(home: House) -> bytes:
    """All bytes of all files in the data folder."""
    return b"".join(path.read_bytes() for path in home.folder.rglob("*") if path.is_file())


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_no_secret_stands_in_any_file(home: House) -> None:
    access = home.service.access
    secrets = [
        access.create_key(SYSTEM, "key", "program").secret,
        access.add_person(SYSTEM, "Ada", "hiring").secret,
        access.local_link(),
        home.service.invitations.invite(SYSTEM, home.interview().interview_id).token,
    ]
    cookies = [access.enter(secret)[0] for secret in secrets[1:]]
    stored = everything_stored(home)
    assert b"positions" in stored
    for secret in (*secrets, *cookies):
        assert secret.encode() not in stored
    assert len({*secrets}) == 4
    assert all(len(secret) >= 43 for secret in secrets), "256 bits each"


@pytest.mark.parametrize("secret", ["", "nonsense", "x" * 10_000, "ключ", "' OR 1=1 --", "\udcff"])
def test_what_is_no_secret_lets_nobody_in(home: House, secret: str) -> None:
    with pytest.raises(Unauthorized) as caught:
        home.service.access.by_bearer(secret)
    assert caught.value.code == "unauthorized"
    with pytest.raises(Unauthorized):
        home.service.access.enter(secret)


def test_a_secret_opens_its_own_door_only(home: House) -> None:
    """A key is for REST, a personal link for the browser, an invitation for both."""
    access = home.service.access
    key = access.create_key(SYSTEM, "key", "program").secret
    link = access.add_person(SYSTEM, "Ada", "hiring").secret
    token = home.service.invitations.invite(SYSTEM, home.interview().interview_id).token
    with pytest.raises(Unauthorized):
        access.enter(key)
    with pytest.raises(Unauthorized):
        access.by_bearer(link)
    assert access.by_bearer(token).role == access.enter(token)[2].role == "candidate"


# --- the administrator's key ------------------------------------------------------------------------------------------


def test_the_administrators_key_comes_from_the_settings(tmp_path: Path) -> None:
    key = "k" * 31 + "é"
    home = house(tmp_path, admin_key=SecretStr(key))
    assert home.service.access.by_bearer(key).role == "administrator"
    for wrong in (key[:-1], key + "k", key.upper(), ""):
        with pytest.raises(Unauthorized):
            home.service.access.by_bearer(wrong)
    assert key not in repr(home.settings)
    home.close()


def test_a_short_administrators_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        Settings(data_dir=tmp_path, admin_key=SecretStr("k" * 31))


def test_a_setting_that_is_not_right_is_named_and_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEW_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("INTERVIEW_ADMIN_KEY", "hunter2-hunter2")
    with pytest.raises(InvalidPayload, match="INTERVIEW_ADMIN_KEY") as refused:
        open_service()
    assert "hunter2" not in refused.value.message
    with pytest.raises(ValidationError) as raised:
        Settings()
    assert "hunter2" not in str(raised.value)


def test_without_an_administrators_key_none_lets_in(home: House) -> None:
    with pytest.raises(Unauthorized):
        home.service.access.by_bearer("None")


# --- the door ---------------------------------------------------------------------------------------------------------


def test_the_cookie_stands_for_who_entered(home: House) -> None:
    access = home.service.access
    issued = access.add_person(SYSTEM, "Ada", "hiring")
    cookie, lifetime, actor = access.enter(issued.secret)
    assert (actor.role, actor.name, lifetime) == ("hiring", "Ada", COOKIE_LIFETIME)
    assert access.by_cookie(cookie) == actor
    assert issued.secret not in cookie


def test_a_cookie_outlives_the_server(home: House) -> None:
    cookie, _, actor = home.service.access.enter(home.service.access.local_link())
    assert home.again().service.access.by_cookie(cookie) == actor


def test_a_cookie_of_another_server_is_worthless(home: House, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = house(tmp_path_factory.mktemp("other"))
    secret = home.service.access.local_link()
    cookie, _, _ = home.service.access.enter(secret)
    other.service.access.enter(other.service.access.local_link())
    assert other.service.access.by_cookie(cookie) is None
    other.close()


def tampered(cookie: str) -> list[str]:
    payload, moment, signature = cookie.rsplit(".", 2)
    return [
        "",
        "nonsense",
        cookie[:-1],
        cookie + "A",
        cookie.swapcase(),
        f"{payload}.{moment}.",
        f"{payload}..{signature}",
        f"{moment}.{payload}.{signature}",
        f"{payload}A.{moment}.{signature}",
        "." * 50,
        "é" * 50,
        "x" * 100_000,
        "\udcff.\udcff.\udcff",
    ]


def test_a_cookie_that_was_tampered_with_lets_nobody_in(home: House) -> None:
    cookie, _, _ = home.service.access.enter(home.service.access.local_link())
    for changed in tampered(cookie):
        assert home.service.access.by_cookie(changed) is None, changed[:80]
    assert home.service.access.by_cookie(None) is None


def test_a_cookie_expires(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie, _, _ = home.service.access.enter(home.service.access.local_link())
    now = TimestampSigner("any").get_timestamp()
    for later, holds in ((-60, True), (60, False)):
        moment = now + int(COOKIE_LIFETIME.total_seconds()) + later
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _, moment=moment: moment)
        assert (home.service.access.by_cookie(cookie) is not None) is holds


def test_a_cookie_ends_with_the_link_behind_it(home: House) -> None:
    access = home.service.access
    issued = access.add_person(SYSTEM, "Ada", "hiring")
    cookie, _, _ = access.enter(issued.secret)
    access.revoke(SYSTEM, issued.credential_id)
    assert access.by_cookie(cookie) is None


def test_a_personal_link_expires(home: House) -> None:
    issued = home.service.access.add_person(SYSTEM, "Ada", "hiring")
    home.clock.forward(seconds=LINK_LIFETIME.total_seconds() - 1)
    cookie, _, _ = home.service.access.enter(issued.secret)
    home.clock.forward(seconds=1)
    assert home.service.access.by_cookie(cookie) is None
    with pytest.raises(Unauthorized):
        home.service.access.enter(issued.secret)


def test_each_local_link_ends_the_one_before_and_no_others(home: House) -> None:
    access = home.service.access
    ada = access.add_person(SYSTEM, "Ada", "administrator").secret
    first, second = access.local_link(), access.local_link()
    with pytest.raises(Unauthorized):
        access.enter(first)
    assert access.enter(second)[2].role == "administrator"
    assert access.enter(ada)[2].name == "Ada"


def test_the_signing_key_is_for_the_servers_user_only(home: House) -> None:
    home.service.access.enter(home.service.access.local_link())
    path = home.folder / "cookie.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_text()) == 64
    assert [file.name for file in home.folder.iterdir() if file.name.startswith("tmp")] == []


def test_entering_at_once_makes_one_signing_key(home: House) -> None:
    secret = home.service.access.local_link()
    barrier = threading.Barrier(8)

    def enter(_: int) -> str:
        barrier.wait(timeout=60)
        return home.service.access.enter(secret)[0]

    with ThreadPoolExecutor(8) as pool:
        cookies = list(pool.map(enter, range(8)))
    assert all(home.service.access.by_cookie(cookie) for cookie in cookies)


# --- invitations ------------------------------------------------------------------------------------------------------


def test_an_invitation_is_for_its_interview(home: House) -> None:
    record = home.interview()
    issued = home.service.invitations.invite(SYSTEM, record.interview_id)
    actor = home.service.access.by_bearer(issued.token)
    assert (actor.role, actor.interview_id, actor.invitation_id) == (
        "candidate",
        record.interview_id,
        issued.invitation_id,
    )
    assert issued.url == f"http://127.0.0.1:8501/enter/{issued.token}"


def test_an_invitation_expires(home: House) -> None:
    issued = home.service.invitations.invite(SYSTEM, home.interview().interview_id, expires_in_hours=2)
    cookie, _, _ = home.service.access.enter(issued.token)
    home.clock.forward(hours=1.99)
    assert home.service.access.by_bearer(issued.token)
    home.clock.forward(hours=0.01)
    assert home.service.access.by_cookie(cookie) is None
    with pytest.raises(Unauthorized):
        home.service.access.by_bearer(issued.token)


def test_a_withdrawn_invitation_lets_nobody_in(home: House) -> None:
    issued = home.service.invitations.invite(SYSTEM, home.interview().interview_id)
    cookie, _, _ = home.service.access.enter(issued.token)
    for _ in range(2):
        home.service.invitations.revoke(SYSTEM, issued.invitation_id)
    assert home.service.access.by_cookie(cookie) is None
    with pytest.raises(Unauthorized):
        home.service.access.by_bearer(issued.token)


# --- roles ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["analyst", "candidate"])
def test_the_teams_use_cases_are_closed_to_others(home: House, role: Role) -> None:
    """Not even the candidate's own interview can be read whole, changed or invited to."""
    record = home.interview()
    actor = Actor(role=role, id="somebody", interview_id=record.interview_id)
    service, plan = home.service, home.service.positions.get(SYSTEM, record.position_id).plan
    before = home.dump()
    calls: list[Callable[[], Any]] = [
        lambda: service.positions.find_or_plan(actor, "Baker", "We bake."),
        lambda: service.positions.get(actor, record.position_id),
        lambda: service.positions.approved(actor, record.position_id, draft=False),
        lambda: service.positions.save_plan(actor, record.position_id, plan),
        lambda: service.positions.approve(actor, record.position_id),
        lambda: service.positions.configure(actor, record.position_id, PositionSettings(), Persona()),
        lambda: service.interviews.get(actor, record.interview_id),
        lambda: service.interviews.list(actor),
        lambda: service.interviews.counts(actor),
        lambda: service.invitations.invite(actor, record.interview_id),
        lambda: service.invitations.revoke(actor, "any"),
        lambda: service.questions.add(actor, record.interview_id, "Why?"),
        lambda: service.interviews.restart(actor, record.interview_id),
        lambda: service.scorecards.score(actor, record.interview_id),
        lambda: service.scorecards.score_transcript(actor, record.interview_id, []),
        lambda: service.scorecards.newest(actor, record.interview_id),
    ]
    for call in calls:
        with pytest.raises(Forbidden):
            call()
    assert home.dump() == before


@pytest.mark.parametrize("role", ["administrator", "hiring", "program"])
def test_the_hiring_roles_may_run_interviews(home: House, role: Role) -> None:
    record = home.interview()
    actor = Actor(role=role, id="somebody")
    session_id = home.start(record, actor).session_id
    assert home.say(session_id, actor=actor).stage == "competency"
    assert home.service.interviews.get(actor, record.interview_id).sessions


def test_a_candidate_reaches_their_own_interview_and_no_other(home: House) -> None:
    mine, other = home.interview(), home.interview(role_title="Baker")
    candidate = home.candidate(mine)
    assert home.service.questions.set_status(candidate, mine.interview_id, 0, "started").index == 0
    calls: list[Callable[[], Any]] = [
        lambda: home.service.questions.set_status(candidate, other.interview_id, 0, "started"),
        lambda: home.service.sessions.start(candidate, StartRequest(interview_id=other.interview_id)),
    ]
    for call in calls:
        with pytest.raises(InterviewError) as caught:
            call()
        assert caught.value.code == "interview_not_found"
