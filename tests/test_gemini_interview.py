"""A whole interview on Gemini, over REST: scores, faults, budgets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import House, house
from gemini_replies import HttpError, internal_error
from gemini_server import GeminiServer
from http_server import FORM, answer, bearer, finish, running_api

from interview.access import SYSTEM
from interview.engines.gemini import GeminiEngine, Pacing
from interview.engines.gemini.prompts import PROMPT_VERSION
from interview.settings import Settings

# --- a whole interview over REST --------------------------------------------------------------------------------------


@pytest.fixture
def at_home(server: GeminiServer, tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path).again(GeminiEngine(Settings(), Pacing(sleep=lambda _: None)))
    yield made
    made.close()


@contextmanager
def _rest(at_home: House) -> Iterator[httpx.Client]:
    key = at_home.service.access.create_key(SYSTEM, "test", "program").secret
    with (
        running_api(at_home.service) as url,
        httpx.Client(base_url=f"{url}/api", headers=bearer(key), timeout=60) as rest,
    ):
        yield rest


def _started(rest: httpx.Client) -> tuple[str, str]:
    """The ids of an interview and of its session."""
    made = rest.post("/interviews", data=FORM).raise_for_status().json()
    reply = rest.post("/interview-sessions/start", json={"interviewId": made["interview_id"]}).raise_for_status()
    return made["interview_id"], reply.json()["sessionId"]


def _kept(at_home: House) -> dict[str, list[Any]]:
    """Everything in the database but what models took."""
    return {name: rows for name, rows in at_home.dump().items() if name not in ("model_usage", "usage_rollup")}


def test_an_interview_is_held_scored_and_put_into_a_guide(at_home: House, server: GeminiServer) -> None:
    """Each score has its evidence and says which engine, model and prompt made it; each call is charged."""
    with _rest(at_home) as rest:
        interview, session = _started(rest)
        done = finish(rest, session).json()
        card = rest.get(f"/interviews/{interview}").raise_for_status().json()["score"]
        guide = rest.get(f"/interviews/{interview}/study-guide?format=txt").raise_for_status()
    assert done["completed"]
    assert card["stamp"]["engine"] == "gemini"
    assert card["stamp"]["model"] == Settings().text_model
    assert card["stamp"]["prompt"] == PROMPT_VERSION
    criteria = [row for one in card["competencies"] for row in one["criteria"] if row["status"] == "assessed"]
    assert criteria
    assert all(row["evidence"] for row in criteria)
    assert len(guide.text) > 200
    usages = at_home.service.usages
    charged = usages.of_interview(SYSTEM, interview)
    assert charged.calls == len(server.requests) - 2, "all but plan and probe, which came before there was an interview"
    assert {part.purpose for part in charged.by_purpose} == {"ask", "evaluate", "score", "guide"}
    assert usages.today(SYSTEM).calls == len(server.requests)


def test_a_turn_whose_model_fails_changes_nothing_and_works_again(at_home: House, server: GeminiServer) -> None:
    """While rating, and while asking after the rating was there."""
    with _rest(at_home) as rest:
        _, session = _started(rest)
        answer(rest, session).raise_for_status()  # the warm-up, which is not rated
        before = _kept(at_home)
        refused = HttpError(400, "INVALID_ARGUMENT", "No.")
        for replies in ([internal_error()] * 5, [_evaluation_of_anything, refused]):
            server.enqueue(*replies)
            failed = answer(rest, session, key="the-same")
            assert (failed.status_code, failed.json()["code"]) == (502, "llm_failure")
            assert _kept(at_home) == before
            assert not server.replies
        again = answer(rest, session, key="the-same")
        assert again.raise_for_status().json()["evaluation"]["criterionScores"]


def _evaluation_of_anything(body: dict[str, Any]) -> dict[str, Any]:
    """A reply to any rubric that finds nothing."""
    wanted = body["generationConfig"]["responseSchema"]["properties"]["criteria"]["properties"]
    row = {"quotes": [], "level": None, "rationale": "Nothing."}
    criteria = {
        name: row | {"points": dict.fromkeys(one["properties"].get("points", {}).get("properties", {}), False)}
        for name, one in wanted.items()
    }
    return {"criteria": criteria, "summary": "Nothing was said.", "hints": []}


def test_an_interview_at_its_limit_stops_politely_and_goes_on_when_it_is_raised(
    at_home: House, server: GeminiServer
) -> None:
    """429 before the model is asked; nothing of the interview is lost."""
    with _rest(at_home) as rest:
        interview, session = _started(rest)
        answer(rest, session).raise_for_status()
    taken = at_home.service.usages.of_interview(SYSTEM, interview)
    at_home.settings.tokens_per_interview = taken.input_tokens + taken.output_tokens
    before, calls = _kept(at_home), len(server.requests)
    with _rest(at_home) as rest:
        stopped = answer(rest, session, "My second answer, which I do not want to lose.")
        assert (stopped.status_code, stopped.json()["code"]) == (429, "budget_reached")
        assert "INTERVIEW_TOKENS_PER_INTERVIEW" in stopped.json()["message"]
        other = rest.post("/interviews", data=FORM | {"resume_text": FORM["resume_text"].replace("Ten", "Twelve")})
        assert other.status_code == 201, "another interview is not stopped"
    after = _kept(at_home)
    assert len(server.requests) == calls + 1
    assert (after["turns"], after["transcript_entries"]) == (before["turns"], before["transcript_entries"])
    at_home.settings.tokens_per_interview = 3_000_000
    with _rest(at_home) as rest:
        answer(rest, session, "My second answer, which I do not want to lose.").raise_for_status()


def test_a_day_at_its_limit_stops_politely_and_goes_on_the_next(at_home: House, server: GeminiServer) -> None:
    at_home.settings.session_timeout_minutes = 24 * 60
    with _rest(at_home) as rest:
        _, session = _started(rest)
        taken = at_home.service.usages.today(SYSTEM)
        at_home.settings.tokens_per_day = taken.input_tokens + taken.output_tokens
        for stopped in (answer(rest, session), rest.post("/interviews", data=FORM | {"job_text": "Another job."})):
            assert (stopped.status_code, stopped.json()["code"]) == (429, "budget_reached")
            assert "INTERVIEW_TOKENS_PER_DAY" in stopped.json()["message"]
        at_home.clock.forward(hours=15)
        answer(rest, session).raise_for_status()


def test_a_deleted_interview_leaves_only_the_sum_of_its_day(at_home: House) -> None:
    with _rest(at_home) as rest:
        interview, session = _started(rest)
        answer(rest, session).raise_for_status()
        before = at_home.service.usages.today(SYSTEM)
        at_home.service.interviews.delete(SYSTEM, interview)
        assert at_home.service.usages.today(SYSTEM) == before
        assert before.calls > 3
