"""The contract walked over real HTTP on the real app: its process, its database and its embedded engine."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from http_server import FORM, RunningApp, answer, running_app
from openpyxl import load_workbook
from pypdf import PdfReader

pytestmark = pytest.mark.slow

ANSWERS = (
    "I was drawn to it because I like to find out why systems are slow.",
    "Every night our payment service timed out: a report held a lock, which I proved by comparing slow requests.",
    "First I wrote down what was known, then I changed one thing at a time and measured each change for a day.",
    "I told the two other teams before the change, asked what would hurt them and agreed on a window with them.",
    "We had planned four weeks. After the first I saw that we were late, cut two features and said so to the customer.",
)
ESCALATIONS = {"broad", "why", "how", "challenge", "hint", "edge"}
START_KEYS = {
    "sessionId", "stage", "persona", "profile", "question", "events", "competencies", "overallScore", "questionsAsked",
    "elapsedMs",
}  # fmt: skip
TURN_KEYS = {
    "stage", "question", "evaluation", "events", "competencies", "overallScore", "questionsAsked", "elapsedMs",
    "completed",
}  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with running_app(tmp_path_factory.mktemp("contract")) as running:
        yield running


@pytest.fixture(scope="module")
def rest(app: RunningApp) -> Iterator[httpx.Client]:
    with app.client() as client:
        yield client


@pytest.fixture(scope="module")
def made(rest: httpx.Client) -> dict[str, Any]:
    """An interview made from two files, as the live flow's client posts them."""
    files = {
        "resume": ("resume.txt", FORM["resume_text"].encode() * 3, "text/plain"),
        "job_description": ("job.md", FORM["job_text"].encode(), "text/markdown"),
    }
    reply = rest.post("/interviews", data={"role_title": "Backend engineer"}, files=files)
    assert reply.status_code == 201, reply.text
    record: dict[str, Any] = reply.json()
    return record


@pytest.fixture(scope="module")
def walk(rest: httpx.Client, made: dict[str, Any]) -> list[dict[str, Any]]:
    """Start and every turn until the session is complete; the start response comes first."""
    body = {"interviewId": made["interview_id"], "candidateId": made["candidate_id"]}
    replies = [rest.post("/interview-sessions/start", json=body).raise_for_status().json()]
    for number in range(60):
        words = ANSWERS[number % len(ANSWERS)]
        replies.append(answer(rest, replies[0]["sessionId"], words, key=f"turn-{number}").raise_for_status().json())
        if replies[-1]["completed"]:
            return replies
    raise AssertionError("the session did not end within 60 answers")


def keys_of(value: Any) -> set[str]:
    """Every key in a JSON value."""
    if isinstance(value, dict):
        return set(value) | {key for each in value.values() for key in keys_of(each)}
    return {key for each in value for key in keys_of(each)} if isinstance(value, list) else set()


def test_health_needs_no_key(app: RunningApp) -> None:
    health = httpx.get(f"{app.url}/api/health", timeout=60).json()
    assert (health["status"], health["engine"], health["database"]) == ("ok", "embedded", "ok")
    assert re.fullmatch(r"\d+\.\d+\.\d+", health["version"])


def test_an_interview_answers_with_its_plan(made: dict[str, Any]) -> None:
    """At least five questions as strings, three competencies and two focus areas; every name in snake_case."""
    assert len(made["questions"]) >= 5
    assert all(isinstance(question, str) and question for question in made["questions"])
    assert [question["text"] for question in made["question_plan"]] == made["questions"]
    assert len(made["competencies"]) >= 3
    assert len(made["focus_areas"]) >= 2
    assert [status["status"] for status in made["question_statuses"]] == ["not_started"] * len(made["questions"])
    assert made["mode"] == "embedded"
    assert made["warnings"] == []
    assert {"1", "3", "5"} <= set(made["competencies"][0]["criteria"][0]["anchors"])
    assert not [key for key in keys_of(made) if re.search("[A-Z]", key)]


def test_start_answers_as_the_contract_says(walk: list[dict[str, Any]], made: dict[str, Any]) -> None:
    start = walk[0]
    assert start.keys() == START_KEYS
    assert start["stage"] == "warmup"
    assert start["question"].keys() == {"content", "metadata"}
    metadata = start["question"]["metadata"]
    assert metadata.keys() == {"competency", "stage", "reasoning", "escalation", "followUpPrompt"}
    assert (metadata["competency"], metadata["stage"]) == (None, "warmup")
    assert start["overallScore"] == 0.0
    assert start["questionsAsked"] == 1
    assert start["profile"]["candidateId"] == made["candidate_id"]
    assert start["persona"].keys() == {"name", "probingStyle", "hintStyle", "encouragement"}
    assert not [key for key in keys_of(start) if "_" in key]


def test_each_turn_answers_as_the_contract_says(walk: list[dict[str, Any]]) -> None:
    """Stages only go forward; the last response alone has no question; scores stay on their scale."""
    order = ["warmup", "competency", "wrapup", "complete"]
    stages = [order.index(reply["stage"]) for reply in walk]
    assert stages == sorted(stages)
    assert set(stages) == {0, 1, 2, 3}
    for reply in walk[1:]:
        assert reply.keys() == TURN_KEYS
        assert {"summary", "totalScore", "rubricFilled", "criterionScores", "hints", "followUpNeeded"} <= set(
            reply["evaluation"]
        )
        assert (reply["question"] is None) == reply["completed"] == (reply["stage"] == "complete")
        assert 0.0 <= reply["overallScore"] <= 5.0
        for score in reply["evaluation"]["criterionScores"]:
            assert {"criterion", "score", "weight", "rationale"} <= set(score)
        if reply["question"]:
            assert reply["question"]["metadata"]["escalation"] in ESCALATIONS
        assert not [key for key in keys_of(reply) if "_" in key]


def test_event_ids_run_without_gaps_and_only_new_ones_are_sent(walk: list[dict[str, Any]]) -> None:
    events = [event for reply in walk for event in reply["events"]]
    assert [event["eventId"] for event in events] == list(range(1, len(events) + 1))
    for event in events:
        assert event.keys() == {"eventId", "createdAt", "stage", "competency", "eventType", "payload"}
    assert {"stage_entered", "question", "answer", "evaluation", "session_completed"} <= {
        event["eventType"] for event in events
    }
    said = [event["payload"]["answer"] for event in events if event["eventType"] == "answer"]
    assert said[0] == ANSWERS[0]


def test_a_session_is_read_from_any_event_on(rest: httpx.Client, walk: list[dict[str, Any]]) -> None:
    session = walk[0]["sessionId"]
    whole = rest.get(f"/interview-sessions/{session}").json()
    assert whole["completed"] is True
    assert whole["lastTurn"] == walk[-1]
    later = rest.get(f"/interview-sessions/{session}", params={"after": 5}).json()
    assert later["events"] == whole["events"][5:]
    assert [line["role"] for line in whole["transcript"][:2]] == ["interviewer", "candidate"]
    assert whole["transcript"][1]["text"] == ANSWERS[0]


def test_a_retried_turn_gets_the_stored_response(rest: httpx.Client, walk: list[dict[str, Any]]) -> None:
    """Also after the end: the same key and words again bring back what was answered, and store nothing."""
    session = walk[0]["sessionId"]
    before = rest.get(f"/interview-sessions/{session}").json()
    assert answer(rest, session, ANSWERS[1], key="turn-1").json() == walk[2]
    assert rest.get(f"/interview-sessions/{session}").json() == before


def test_the_record_has_transcript_and_score(
    rest: httpx.Client, made: dict[str, Any], walk: list[dict[str, Any]]
) -> None:
    record = rest.get(f"/interviews/{made['interview_id']}").json()
    assert record["transcript"][1]["text"] == ANSWERS[0]
    assert record["score"]["overall_score"] == walk[-1]["overallScore"]
    assert record["score"]["stamp"]["engine"] == "embedded"
    quotes = [
        evidence["quote"]
        for competency in record["score"]["competencies"]
        for criterion in competency["criteria"]
        for evidence in criterion["evidence"]
    ]
    said = " ".join(line["text"] for line in record["transcript"] if line["role"] == "candidate")
    assert quotes
    assert all(quote in said for quote in quotes)
    listed = rest.get("/interviews").json()
    assert listed.keys() == {"sessions", "next"}
    assert listed["sessions"][0]["interview_id"] == made["interview_id"]
    assert listed["sessions"][0]["overall_score"] == record["score"]["overall_score"]


def test_scoring_again_gives_the_same_figures(
    rest: httpx.Client, made: dict[str, Any], walk: list[dict[str, Any]]
) -> None:
    """The engine is deterministic, so a new scorecard of the same session says the same."""
    again = rest.post(f"/interviews/{made['interview_id']}/score", json={"session_id": walk[0]["sessionId"]})
    assert again.status_code == 200, again.text
    score = again.json()
    assert score["overall_score"] == walk[-1]["overallScore"]
    assert {"summary", "strengths", "improvements", "competencies", "transcript", "stamp"} <= set(score)
    assert score["transcript"][1] == {
        "role": "candidate",
        "text": ANSWERS[0],
        "timestamp": score["transcript"][1]["timestamp"],
    }


def test_a_transcript_from_elsewhere_comes_back_with_its_score(
    rest: httpx.Client, made: dict[str, Any], walk: object
) -> None:
    """The live flow's client posts `coach` lines and expects its own lines back; the recorded session stays."""
    lines = [
        {"role": "coach", "text": made["questions"][0], "timestamp": "00:05"},
        {"role": "candidate", "text": ANSWERS[1], "timestamp": "00:20"},
        {"role": "coach_feedback", "text": "Thank you.", "timestamp": "01:30"},
    ]
    before = rest.get(f"/interviews/{made['interview_id']}").json()["score"]
    reply = rest.post(f"/interviews/{made['interview_id']}/score", json={"transcript": lines})
    assert reply.status_code == 200, reply.text
    assert reply.json()["transcript"] == lines
    assert 1.0 <= reply.json()["overall_score"] <= 5.0
    assert rest.get(f"/interviews/{made['interview_id']}").json()["score"] == before


def test_the_study_guide_is_a_pdf_or_text(rest: httpx.Client, made: dict[str, Any], walk: object) -> None:
    path = f"/interviews/{made['interview_id']}/study-guide"
    pdf, text = rest.get(path), rest.get(path, params={"format": "txt"})
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["content-disposition"].startswith("attachment;")
    assert len(PdfReader(io.BytesIO(pdf.content)).pages) >= 2
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Backend engineer" in text.text
    assert rest.get(path, params={"format": "odt"}).json()["code"] == "invalid_payload"


def test_the_score_table_comes_in_three_forms(rest: httpx.Client, made: dict[str, Any], walk: object) -> None:
    """The same rows as JSON, CSV and a workbook, and no name in any."""
    table = rest.get("/scores", params={"position_id": made["position_id"]}).json()
    assert {row["competency"] for row in table["rows"]} == {each["name"] for each in made["competencies"]}
    sheet = rest.get("/scores", params={"format": "csv"})
    assert sheet.headers["content-type"].startswith("text/csv")
    assert sheet.text.splitlines()[0].split(",") == table["columns"]
    assert len(sheet.text.splitlines()) == len(table["rows"]) + 1
    book = load_workbook(io.BytesIO(rest.get("/scores", params={"format": "xlsx"}).content))
    assert [cell.value for cell in next(book.active.iter_rows())] == table["columns"]
    assert "Ada Example" not in sheet.text
    assert rest.get("/scores", params={"scored_to": "2000-01-01T00:00:00Z"}).json()["rows"] == []


def test_both_spellings_are_taken(rest: httpx.Client, made: dict[str, Any], walk: object) -> None:
    """A second attempt, started and answered in snake_case; the first stays."""
    rest.post(f"/interviews/{made['interview_id']}/restart").raise_for_status()
    body = {
        "interview_id": made["interview_id"],
        "candidate_id": made["candidate_id"],
        "persona": {"name": "Robin", "probing_style": "direct"},
    }
    start = rest.post("/interview-sessions/start", json=body).json()
    assert start["persona"]["name"] == "Robin"
    assert start["persona"]["probingStyle"] == "direct"
    turn = {"session_id": start["sessionId"], "answer": ANSWERS[0], "auto_send": True, "auto_generate": True}
    reply = rest.post("/interview-sessions/turn", json=turn).json()
    given = next(event for event in reply["events"] if event["eventType"] == "answer")
    assert (given["payload"]["autoSend"], given["payload"]["autoGenerate"]) == (True, True)
    again = rest.post("/interview-sessions/start", json=body).json()
    assert again["sessionId"] == start["sessionId"]  # the open session is gone on with
    assert len(rest.get(f"/interviews/{made['interview_id']}").json()["sessions"]) == 3


def test_questions_are_marked_and_added(rest: httpx.Client) -> None:
    """Statuses go forward with their time; the team's own question takes its place, by either name."""
    made = rest.post("/interviews", data=FORM | {"candidate_name": "Grace Example"}).json()
    path = f"/interviews/{made['interview_id']}/questions"
    marked = rest.post(f"{path}/status", json={"index": 1, "status": "started", "source": "ui"}).json()
    assert (marked["index"], marked["status"], marked["asked_question_index"]) == (1, "started", 1)
    assert marked["question_statuses"][1]["status"] == "started"
    assert marked["question_statuses"][1]["updated_at"]
    first = rest.post(f"{path}/custom", json={"question": "What would you change here first?", "position": 3})
    assert first.status_code == 201
    assert first.json()["questions"][3] == "What would you change here first?"
    second = rest.post(f"{path}/custom", json={"text": "And second?", "competency": made["competencies"][0]["name"]})
    added = [each for each in second.json()["question_plan"] if each["kind"] == "custom"]
    assert {each["text"] for each in added} == {"What would you change here first?", "And second?"}


def test_a_plan_is_changed_and_approved(rest: httpx.Client, made: dict[str, Any]) -> None:
    """A saved plan is a new version that waits; what a client read comes back as it was."""
    path = f"/positions/{made['position_id']}"
    before = rest.get(path).json()
    plan = before["plan"] | {"focus_areas": ["Something else", "And another"]}
    saved = rest.put(f"{path}/plan", json=plan)
    assert saved.status_code == 200, saved.text
    assert (saved.json()["plan_version"], saved.json()["approved_at"]) == (before["plan_version"] + 1, None)
    assert saved.json()["plan"] == plan
    stale = rest.post(f"{path}/approve", json={"version": before["plan_version"]})
    assert stale.json()["code"] == "plan_changed"
    outdated = rest.put(f"{path}/plan", json=plan, params={"version": before["plan_version"]})
    assert (outdated.status_code, outdated.json()["code"]) == (409, "plan_changed")
    assert rest.post(f"{path}/approve").json()["approved_at"]
    held = rest.put(f"{path}/settings", json={"settings": {"time_limit_minutes": 30, "show_scores": True}}).json()
    assert held["settings"]["time_limit_minutes"] == 30
    assert held["persona"] == before["persona"]
    wrong = rest.put(f"{path}/plan", json=plan | {"core_questions": [plan["core_questions"][0] | {"competency": "?"}]})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "plan_invalid")


def test_the_list_has_pages(rest: httpx.Client) -> None:
    """Each interview once, newest change first."""
    for name in ("One Example", "Two Example"):
        rest.post("/interviews", data=FORM | {"candidate_name": name}).raise_for_status()
    seen: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = rest.get("/interviews", params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        seen += page["sessions"]
        cursor = page["next"]
        if cursor is None:
            break
    assert len({each["interview_id"] for each in seen}) == len(seen) >= 3
    assert [each["updated_at"] for each in seen] == sorted((each["updated_at"] for each in seen), reverse=True)
