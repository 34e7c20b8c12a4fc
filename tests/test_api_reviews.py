"""Reviews, overrides and decisions over REST."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from http_server import World, finish, scripted_world

from interview.access import SYSTEM

ADMIN_KEY = "an-administrators-key-of-forty-characters"
OVERRIDE = {"competency": "Debugging", "criterion": "Debugging 1", "level": 5, "reason": "She named the lock."}
DECISION = {"decision": "advance", "reason": "Isolates causes with care."}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with scripted_world(tmp_path_factory.mktemp("reviews"), admin_key=ADMIN_KEY) as running:
        yield running


@pytest.fixture
def path(world: World) -> str:
    """The path of an interview that has been completed."""
    made = world.interview()["interview_id"]
    with world.client() as rest:
        finish(rest, world.start(rest, made))
    return f"/interviews/{made}"


@pytest.fixture
def ines(world: World) -> Iterator[httpx.Client]:
    """A reviewer, by a key of theirs."""
    with member(world, "Ines") as rest:
        yield rest


def member(world: World, name: str, role: str = "hiring") -> httpx.Client:
    with world.client(token=ADMIN_KEY) as admin:
        person = world.service.access.enter(world.service.access.add_person(SYSTEM, name, role).secret)[2].person
        made = admin.post("/keys", json={"name": f"{name}'s notebook", "person_id": person}).raise_for_status()
    return world.client(token=made.json()["secret"])


def lines(level: int | None = 3, competencies: tuple[str, ...] = ("Debugging", "Teamwork", "Planning")) -> Any:
    return {
        "ratings": [
            {"competency": name, "criterion": f"{name} {n}", "level": level, "note": "As I read it."}
            for name in competencies
            for n in (1, 2)
        ]
    }


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


def test_a_review_from_the_first_rating_to_the_open_scores(path: str, ines: httpx.Client) -> None:
    """Names of competencies and criteria come back as they are, in lines and not as names of fields."""
    read = ines.get(f"{path}/review").json()
    assert read.pop("session_id") == ines.get(path).json()["sessions"][-1]["session_id"]
    assert read == {
        "scores_open": False, "ratable": True, "mine": None, "others": [], "overrides": [], "decisions": [],
    }  # fmt: skip
    kept = ines.put(f"{path}/review", json=lines(4, ("Debugging",))).raise_for_status().json()
    assert kept["ratings"] == lines(4, ("Debugging",))["ratings"]
    assert (kept["submitted_at"], kept["blind"], kept["reviewer"]) == (None, False, "Ines")
    refused = ines.post(f"{path}/review", json=lines(2, ("Teamwork",)))
    assert code(refused) == (400, "review_incomplete")
    assert refused.json()["message"].endswith("Not rated yet are: Planning: Planning 1, Planning 2.")
    ines.put(f"{path}/review", json=lines(None, ("Teamwork", "Planning"))).raise_for_status()
    submitted = ines.post(f"{path}/review").raise_for_status().json()
    assert (submitted["blind"], len(submitted["ratings"])) == (True, 6)
    for again in (ines.put(f"{path}/review", json=lines()), ines.post(f"{path}/review", json=lines())):
        assert code(again) == (409, "review_submitted")
    state = ines.get(f"{path}/review").json()
    assert (state["scores_open"], state["mine"]) == (True, submitted)
    assert ines.get(path).json()["score"]["overall_score"] == 3.0


def test_what_was_read_is_what_is_rated(path: str, ines: httpx.Client) -> None:
    """Whoever names the session that they read is told where another one counts by now."""
    seen = {"session_id": ines.get(f"{path}/review").json()["session_id"]}
    for method, body in (("PUT", lines()), ("POST", lines())):
        assert code(ines.request(method, f"{path}/review", json=body | {"session_id": "former"})) == (
            409, "another_attempt",
        )  # fmt: skip
    ines.post(f"{path}/review", json=lines() | seen).raise_for_status()
    assert code(ines.post(f"{path}/overrides", json=OVERRIDE | {"session_id": "former"})) == (409, "another_attempt")
    ines.post(f"{path}/overrides", json=OVERRIDE | seen).raise_for_status()
    assert code(ines.post(f"{path}/decisions", json=DECISION | {"session_id": "former"})) == (409, "another_attempt")
    ines.post(f"{path}/decisions", json=DECISION | seen).raise_for_status()


def test_an_imported_transcript_is_rated_by_its_session(world: World, path: str, ines: httpx.Client) -> None:
    """Beside a completed interview, which stays closed."""
    with world.client() as rest:
        said = {"transcript": [{"role": "candidate", "text": "I wrote the test first."}]}
        rest.post(f"{path}/score", json=said).raise_for_status()
    imported = next(one for one in ines.get(path).json()["sessions"] if one["status"] == "imported")
    named = {"session_id": imported["session_id"]}
    state = ines.get(f"{path}/review", params=named).raise_for_status().json()
    assert (state["session_id"], state["ratable"], state["scores_open"]) == (named["session_id"], True, False)
    assert ines.post(f"{path}/review", json=lines() | named).json()["session_id"] == named["session_id"]
    assert ines.get(f"{path}/review", params=named).json()["scores_open"]
    assert not ines.get(f"{path}/review").json()["scores_open"]
    assert code(ines.get(f"{path}/review", params={"session_id": "nobody"})) == (404, "session_not_found")


def test_a_reviewer_sees_the_others_after_their_own(world: World, path: str, ines: httpx.Client) -> None:
    theirs = ines.post(f"{path}/review", json=lines(5)).raise_for_status().json()
    with member(world, "Noor") as noor:
        assert noor.get(f"{path}/review").json()["others"] == []
        noor.post(f"{path}/review", json=lines(1)).raise_for_status()
        assert noor.get(f"{path}/review").json()["others"] == [theirs]


def test_scores_seen_unrated_are_open_and_the_review_says_so(path: str, ines: httpx.Client) -> None:
    assert ines.get(path).json()["score"] is None
    seen = ines.post(f"{path}/review/unrated").raise_for_status().json()
    assert seen["seen_unrated_at"]
    assert ines.get(path).json()["score"]
    assert ines.post(f"{path}/review", json=lines()).json()["blind"] is False
    assert code(ines.post(f"{path}/review/unrated", json={"session_id": "nobody"})) == (404, "session_not_found")


def test_an_override_answers_what_stands_now(path: str, ines: httpx.Client) -> None:
    assert code(ines.post(f"{path}/overrides", json=OVERRIDE)) == (403, "rate_first")
    ines.post(f"{path}/review", json=lines()).raise_for_status()
    reply = ines.post(f"{path}/overrides", json=OVERRIDE)
    assert reply.status_code == 201
    card = reply.json()
    assert (card["source"], card["reviewer"], card["stamp"]["engine"]) == ("override", "Ines", "scripted")
    first = card["competencies"][0]["criteria"][0]
    assert (first["latest_score"], first["rationale"]) == (5.0, OVERRIDE["reason"])
    assert ines.get(path).json()["score"] == card
    (told,) = ines.get(f"{path}/review").json()["overrides"]
    assert (told["criterion"], told["former_level"], told["level"], told["name"]) == ("Debugging 1", 3.0, 5.0, "Ines")
    for wrong in ({"criterion": "Charm"}, {"competency": "Charm"}):
        assert code(ines.post(f"{path}/overrides", json=OVERRIDE | wrong)) == (404, "criterion_not_found")


def test_decisions_are_appended_and_listed_newest_first(path: str, ines: httpx.Client) -> None:
    ines.post(f"{path}/decisions", json=DECISION | {"decision": "hold"}).raise_for_status()
    made = ines.post(f"{path}/decisions", json=DECISION)
    assert made.status_code == 201
    told = ines.get(f"{path}/decisions").json()["decisions"]
    assert told[0] == made.json()
    assert [(one["decision"], one["name"]) for one in told] == [("advance", "Ines"), ("hold", "Ines")]


def test_only_persons_write_here(world: World, path: str) -> None:
    """A program, nobody's key and the environment's only read; analysts and candidates not even that."""
    posts = [
        ("PUT", "review", lines()), ("POST", "review", lines()), ("POST", "review/unrated", None),
        ("POST", "overrides", OVERRIDE), ("POST", "decisions", DECISION),
    ]  # fmt: skip
    reads = ("review", "decisions")
    for token in (world.key("program"), world.key("hiring"), ADMIN_KEY):
        with world.client(token=token) as rest:
            for method, where, body in posts:
                assert code(rest.request(method, f"{path}/{where}", json=body)) == (403, "person_required")
            assert [rest.get(f"{path}/{where}").status_code for where in reads] == [200, 200]
    invitation = world.invitation(path.rpartition("/")[2])["token"]
    for token in (world.key("analyst"), invitation):
        with world.client(token=token) as rest:
            for method, where, body in (*posts, *(("GET", where, None) for where in reads)):
                assert code(rest.request(method, f"{path}/{where}", json=body)) == (403, "forbidden")


def test_what_is_not_there_yet_is_said(world: World, ines: httpx.Client) -> None:
    made = f"/interviews/{world.interview()['interview_id']}"
    assert code(ines.post(f"{made}/review", json=lines())) == (409, "nothing_to_rate")
    ines.post(f"{made}/review/unrated").raise_for_status()
    assert code(ines.post(f"{made}/overrides", json=OVERRIDE)) == (409, "nothing_to_override")
    for method, where, body in (
        ("GET", "review", None), ("PUT", "review", lines()), ("POST", "overrides", OVERRIDE),
        ("POST", "decisions", DECISION), ("GET", "decisions", None),
    ):  # fmt: skip
        assert code(ines.request(method, f"/interviews/nobody/{where}", json=body)) == (404, "interview_not_found")


@pytest.mark.parametrize(
    ("where", "body"),
    [
        ("review", {"ratings": [{"competency": "Debugging", "criterion": "Debugging 1", "level": 6}]}),
        ("review", {"ratings": [{"competency": "Debugging", "criterion": "Debugging 1", "level": 2.5}]}),
        ("review", {"ratings": [{"competency": "Debugging", "criterion": "x" * 121, "level": 1}]}),
        ("review", {"ratings": lines()["ratings"] * 50}),
        ("review", {"ratings": [lines()["ratings"][0] | {"note": "x" * 2_001}]}),
        ("overrides", OVERRIDE | {"level": 0}),
        ("overrides", OVERRIDE | {"reason": "x" * 2_001}),
        ("overrides", OVERRIDE | {"reason": ""}),
        ("decisions", DECISION | {"decision": "reject"}),
        ("decisions", DECISION | {"reason": "  "}),
    ],
)
def test_every_field_is_bounded(path: str, ines: httpx.Client, where: str, body: dict[str, Any]) -> None:
    ines.post(f"{path}/review/unrated").raise_for_status()
    assert code(ines.post(f"{path}/{where}", json=body)) == (400, "invalid_payload")


def test_words_that_no_store_can_hold_do_no_harm(path: str, ines: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    for words, answered in (("half \\ud800", None), ("so\\u0000 it is", "so it is")):
        content = f'{{"decision": "hold", "reason": "{words}"}}'
        reply = ines.post(f"{path}/decisions", content=content, headers=headers)
        assert (reply.json().get("reason"), reply.status_code) == (answered, 201 if answered else 400)


def test_a_key_of_a_person_has_their_role(world: World) -> None:
    person = world.service.access.enter(world.service.access.add_person(SYSTEM, "Ada", "analyst").secret)[2].person
    with world.client(token=ADMIN_KEY) as admin:
        wrong = {"name": "x", "role": "hiring", "person_id": person}
        assert code(admin.post("/keys", json=wrong)) == (400, "invalid_payload")
        assert code(admin.post("/keys", json={"name": "x"})) == (400, "invalid_payload")
        assert code(admin.post("/keys", json={"name": "x", "person_id": "nobody"})) == (404, "person_not_found")
        made = admin.post("/keys", json={"name": "x", "person_id": person}).json()
        listed = {one["credential_id"]: one for one in admin.get("/keys").json()["keys"]}[made["credential_id"]]
        assert (listed["role"], listed["person_id"]) == ("analyst", person)
