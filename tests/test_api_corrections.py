"""POST /api/interview-sessions/{session_id}/corrections: mis-heard words put right, by the candidate or the team."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from http_server import World, scripted_world
from sqlalchemy import select

from interview.access import SYSTEM
from interview.keeping import Utterance
from interview.store.access_tables import AuditRow

ADMIN_KEY = "an-administrators-key-of-forty-characters"
HEARD = "I traced the fault to the cash and wrote a test for it."
SAID = "I traced the fault to the cache and wrote a test for it."


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("corrections")
    with scripted_world(folder, gemini_api_key="no real key", admin_key=ADMIN_KEY) as running:
        yield running


@dataclass(frozen=True)
class Held:
    """A spoken interview that is over, with one answer that was mis-heard."""

    world: World
    interview_id: str
    session_id: str
    entry_id: int

    def client(self, role: str) -> httpx.Client:
        if role == "administrator":
            return self.world.client(token=ADMIN_KEY)
        if role == "candidate":
            return self.world.client(token=self.world.invitation(self.interview_id, mode="live")["token"])
        return self.world.client(role)

    def put_right(self, rest: httpx.Client, text: str = SAID, entry_id: int | None = None) -> httpx.Response:
        body = {"corrections": [{"entry_id": entry_id or self.entry_id, "text": text}]}
        return rest.post(f"/interview-sessions/{self.session_id}/corrections", json=body)

    def seen(self) -> dict[str, Any]:
        with self.world.client() as rest:
            found: dict[str, Any] = rest.get(f"/interview-sessions/{self.session_id}").raise_for_status().json()
        return found

    def standing(self) -> str:
        card = self.world.service.scorecards.of_session(SYSTEM, self.session_id)
        assert card is not None
        return card.scorecard_id

    def audited(self) -> list[tuple[str, str]]:
        """Who put words of this session right: the id of the key or invitation, and the role."""
        with self.world.service.context.database.read() as tx:
            rows = tx.scalars(select(AuditRow).where(AuditRow.action == "words_put_right")).all()
            return [(row.actor, row.role) for row in rows if row.detail["session"] == self.session_id]


def spoken(world: World, *, over: bool = True) -> Held:
    made = world.interview()
    session_id = world.service.spoken.open(SYSTEM, made["interview_id"]).session_id
    words = (("interviewer", made["questions"][0]), ("candidate", HEARD))
    kept = world.service.spoken.keep(session_id, [Utterance(role, text, 0, 900, True) for role, text in words])
    world.service.spoken.fold(session_id)
    if over:
        world.service.spoken.conclude(session_id, "finished")
    return Held(world, made["interview_id"], session_id, kept[1])


@pytest.fixture
def held(world: World) -> Held:
    return spoken(world)


def refused(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


@pytest.mark.parametrize("role", ["candidate", "hiring", "administrator", "program"])
def test_words_are_put_right_beside_what_was_heard(held: Held, role: str) -> None:
    """Both stay, a new scorecard is added, the audit log says who; the same once more changes nothing."""
    before = held.standing()
    with held.client(role) as rest:
        reply = held.put_right(rest)
        assert (reply.status_code, reply.content) == (204, b"")
        assert held.put_right(rest).status_code == 204
    lines = [line for line in held.seen()["transcript"] if line["role"] == "candidate"]
    assert [(line["text"], line["corrects"]) for line in lines] == [(HEARD, None), (SAID, held.entry_id)]
    assert held.standing() != before
    ((actor, by),) = held.audited()
    assert by == role
    assert actor.startswith({"candidate": "invitation:", "administrator": "key:INTERVIEW_ADMIN_KEY"}.get(role, "key:"))


@pytest.mark.parametrize("role", ["candidate", "hiring"])
def test_the_event_says_whether_the_team_put_words_right(held: Held, role: str) -> None:
    with held.client(role) as rest:
        held.put_right(rest).raise_for_status()
    (move,) = [each["payload"] for each in held.seen()["events"] if each["eventType"] == "candidate_move"]
    assert move["move"] == "correct"
    assert move.get("byTeam", False) is (role == "hiring")


def test_both_spellings_are_taken(held: Held) -> None:
    path = f"/interview-sessions/{held.session_id}/corrections"
    with held.client("hiring") as rest:
        reply = rest.post(path, json={"corrections": [{"entryId": held.entry_id, "text": SAID}]})
    assert reply.status_code == 204


def test_the_candidate_has_a_day_and_the_team_goes_on(held: Held) -> None:
    held.world.clock.advance(hours=25)
    with held.client("candidate") as rest:
        assert refused(held.put_right(rest)) == (409, "corrections_closed")
    with held.client("hiring") as rest:
        assert held.put_right(rest).status_code == 204


def test_who_has_not_rated_puts_words_right_and_sees_no_scores(held: Held) -> None:
    with held.client("hiring") as rest:
        assert held.put_right(rest).status_code == 204
        snapshot = rest.get(f"/interview-sessions/{held.session_id}").json()
    assert (snapshot["scoresOpen"], snapshot["competencies"], snapshot["overallScore"]) == (False, [], 0.0)
    assert SAID in [line["text"] for line in snapshot["transcript"]]


def test_analysts_put_no_words_right(held: Held) -> None:
    with held.client("analyst") as rest:
        assert refused(held.put_right(rest)) == (403, "forbidden")
    assert held.audited() == []


def test_somebody_elses_session_is_unknown(world: World, held: Held) -> None:
    """And answers just as one that does not exist."""
    other = spoken(world)
    with other.client("candidate") as rest:
        theirs = held.put_right(rest)
        body = {"corrections": [{"entryId": 1, "text": "x"}]}
        none = rest.post("/interview-sessions/no-such-session/corrections", json=body)
    assert refused(theirs) == (401, "session_unknown")
    assert theirs.json() == none.json()
    assert held.audited() == []


@pytest.mark.parametrize("role", ["candidate", "hiring"])
def test_an_answer_is_rewritten_by_nobody(held: Held, role: str) -> None:
    with held.client(role) as rest:
        assert refused(held.put_right(rest, "I always deliver outstanding results.")) == (409, "correction_too_far")
        assert refused(held.put_right(rest, entry_id=held.entry_id - 1)) == (400, "invalid_payload")
        assert refused(held.put_right(rest, entry_id=held.entry_id + 99)) == (400, "invalid_payload")
    assert len(held.seen()["transcript"]) == 2


def test_the_candidate_has_three_rounds_and_the_team_its_own(held: Held) -> None:
    rounds = [f"{SAID} So {word}." for word in ("one", "two", "three", "four", "five")]
    with held.client("candidate") as rest, held.client("hiring") as team:
        assert held.put_right(team, rounds[0]).status_code == 204
        assert [held.put_right(rest, words).status_code for words in rounds[1:4]] == [204] * 3
        assert refused(held.put_right(rest, rounds[4])) == (409, "corrections_used")
        assert held.put_right(team, rounds[4]).status_code == 204


def test_a_session_that_goes_on_is_left_alone(world: World) -> None:
    running = spoken(world, over=False)
    with running.client("hiring") as rest:
        assert refused(running.put_right(rest)) == (409, "session_open")


def test_a_model_that_fails_changes_nothing(held: Held) -> None:
    before = held.seen()
    held.world.engine.fail_next()
    with held.client("hiring") as rest:
        assert refused(held.put_right(rest)) == (502, "llm_failure")
        assert held.seen() == before
        assert held.put_right(rest).status_code == 204


@pytest.mark.parametrize(
    "corrections",
    [
        [],
        [{"entryId": 0, "text": SAID}],
        [{"entryId": 10**30, "text": SAID}],
        [{"entryId": 2, "text": ""}],
        [{"entryId": 2, "text": "a" * 20_001}],
        [{"entryId": 2, "text": SAID}, {"entryId": 2, "text": HEARD}],
        [{"entryId": number, "text": SAID} for number in range(1, 202)],
    ],
    ids=["none", "no entry", "huge entry", "no words", "too many words", "one entry twice", "too many"],
)
def test_what_is_no_correction_is_an_invalid_payload(held: Held, corrections: list[dict[str, Any]]) -> None:
    with held.client("hiring") as rest:
        reply = rest.post(f"/interview-sessions/{held.session_id}/corrections", json={"corrections": corrections})
    assert refused(reply) == (400, "invalid_payload")
    assert "“corrections" in reply.json()["message"]
    assert "traced" not in reply.text
