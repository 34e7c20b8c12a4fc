"""Who is still to rate sees nothing of what an engine made of an interview, whichever way they come."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from api_operations import Ids, Operation, operations
from http_server import World, answer, finish, scripted_world
from openpyxl import load_workbook
from scripted import ScriptedEngine

from interview.access import SYSTEM, Actor
from interview.contract import StartRequest, TurnRequest
from interview.engines import EvaluationRequest, ScoreRequest
from interview.errors import Forbidden
from interview.exports import events_jsonl
from interview.imported import SpokenLine
from interview.models import CriterionScore, Evaluation, Flag, GuideContent, Narrative

LEVELS = (4.37, 1.91)
"""Of the first and second criterion (weights 1 and 2): figures that stand nowhere else."""
TOTAL = round((4.37 + 2 * 1.91) / 3, 2)
RATIONALE = "Narrows the fault down by one variable."
SUMMARY, NARRATIVE, STRENGTH, GUIDE = (
    "A cause is named and isolated.",
    "Isolates causes with care.",
    "Keeps a cool head.",
    "You were at your best on faults.",
)
OPINION = "The answer is wide of the mark."
"""A flag that says what the engine thinks of an answer; INJECTION says what happened in it."""
INJECTION = "The answer speaks to the software."
SECRETS = [
    *map(str, (*LEVELS, TOTAL)), RATIONALE, SUMMARY, NARRATIVE, STRENGTH, GUIDE, OPINION, "because the script says so",
]  # fmt: skip
LINES = [SpokenLine(role="candidate", text="I compared both versions.")]
VERDICT = re.compile(r"\bdecline", re.IGNORECASE)
"""What a colleague decided; nothing else here is called so."""
WHY = "Zanzibar was meant."
"""A colleague's reason, which stands nowhere else."""


class TellingEngine(ScriptedEngine):
    """Everything that it says of an answer can be told apart from everything else."""

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        made = super().evaluate(request)
        flags = (Flag(kind="off_topic", note=OPINION), Flag(kind="injection", note=INJECTION))
        return made.model_copy(update={"summary": SUMMARY, "hints": (SUMMARY,), "flags": flags})

    def _score(self, request: EvaluationRequest, name: str, weight: float, level: float | None) -> CriterionScore:
        made = super()._score(request, name, weight, LEVELS[int(name[-1]) - 1])
        return made.model_copy(update={"rationale": RATIONALE})

    def score(self, request: ScoreRequest) -> Narrative:
        return Narrative(summary=NARRATIVE, strengths=(STRENGTH,), improvements=(STRENGTH,))

    def guide(self, request: ScoreRequest) -> GuideContent:
        return GuideContent(opening=GUIDE, sections=())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with scripted_world(tmp_path_factory.mktemp("blind"), TellingEngine()) as running:
        yield running


class Case:
    """A completed interview, and a reviewer who is still to rate it: by link, by a key of theirs, by nobody's key."""

    def __init__(self, world: World) -> None:
        self.world, self.service = world, world.service
        access = world.service.access
        self.link = access.enter(access.add_person(SYSTEM, "Ines", "hiring").secret)[2]
        self.own_key = access.create_key(SYSTEM, "Ines's notebook", None, self.link.person).secret
        self.nobodys_key = access.create_key(SYSTEM, "a tool of the team", "hiring").secret
        made = world.interview(job_text=f"We look for an engineer who finds faults. {self.own_key[:8]}")
        self.interview_id, self.position_id = made["interview_id"], made["position_id"]
        self.session_id = self.hold()
        with self.rest(self.own_key) as rest:
            self.routes = operations(rest)

    @property
    def ids(self) -> Ids:
        return {"interview_id": self.interview_id, "position_id": self.position_id, "session_id": self.session_id}

    def hold(self) -> str:
        self.world.clock.advance(minutes=1)
        with self.world.client() as rest:
            session_id = self.world.start(rest, self.interview_id)
            finish(rest, session_id)
        return session_id

    def rest(self, key: str) -> httpx.Client:
        return self.world.client(token=key)

    def colleague(self) -> Actor:
        """Somebody who sees everything, and decides."""
        access = self.service.access
        return access.enter(access.add_person(SYSTEM, "Noor", "administrator").secret)[2]

    def rate(self) -> None:
        with self.rest(self.own_key) as rest:
            path = f"/interviews/{self.interview_id}"
            ratings = [
                {"competency": one["name"], "criterion": each["name"], "level": 2}
                for one in rest.get(path).json()["competencies"]
                for each in one["criteria"]
            ]
            rest.post(f"{path}/review", json={"ratings": ratings}).raise_for_status()


@pytest.fixture
def case(world: World) -> Case:
    return Case(world)


def found(text: str) -> list[str]:
    """What is in there of the engine's scores and words."""
    return [secret for secret in SECRETS if re.search(rf"(?<![\d.]){re.escape(secret)}(?!\d)", text)]


def told(call: Callable[[], object]) -> str:
    """What a use case hands out, as text; "" where it refuses because one is to rate first."""
    try:
        given = call()
    except Forbidden as error:
        return "" if error.code == "rate_first" else repr(error)
    if isinstance(given, tuple | list):
        return "\n".join(told(lambda each=each: each) for each in given)
    dump = getattr(given, "model_dump_json", None)
    return f"{dump()}\n{dump(by_alias=True)}" if dump else repr(given)


Way = Callable[[Case, Actor], object]

WAYS: dict[str, Way] = {
    "list": lambda case, actor: case.service.interviews.list(actor),
    "get": lambda case, actor: case.service.interviews.get(actor, case.interview_id),
    "transcript": lambda case, actor: case.service.interviews.transcript(actor, case.interview_id),
    "rename": lambda case, actor: case.service.interviews.rename(actor, case.interview_id, "Ada Example"),
    "archive": lambda case, actor: case.service.interviews.archive(actor, case.interview_id, archived=False),
    "session": lambda case, actor: case.service.sessions.get(actor, case.session_id),
    "events": lambda case, actor: events_jsonl(case.service.sessions.get(actor, case.session_id).events),
    "newest scorecard": lambda case, actor: case.service.scorecards.newest(actor, case.interview_id),
    "scorecard of the session": lambda case, actor: case.service.scorecards.of_session(actor, case.session_id),
    "scored again": lambda case, actor: case.service.scorecards.score(actor, case.interview_id),
    "scored transcript": lambda case, actor: case.service.scorecards.score_transcript(actor, case.interview_id, LINES),
    "study guide": lambda case, actor: case.service.guides.study_guide(actor, case.interview_id),
    "packet": lambda case, actor: case.service.packets.of_interview(actor, case.interview_id),
    "packet of the session": lambda case, actor: case.service.packets.of_interview(
        actor, case.interview_id, case.session_id
    ),
    "review": lambda case, actor: case.service.reviews.state(actor, case.interview_id),
    "score rows": lambda case, actor: case.service.analytics.score_rows(actor),
    "counts": lambda case, actor: case.service.interviews.counts(actor),
    "positions": lambda case, actor: case.service.positions.list(actor),
    "comparison": lambda case, actor: case.service.comparisons.of_position(actor, case.position_id),
    "side by side": lambda case, actor: case.service.comparisons.side_by_side(
        actor, case.position_id, case.service.positions.get(SYSTEM, case.position_id).plan.core_questions[0].text,
        [case.interview_id],
    ),
    "what rescoring changed": lambda case, actor: case.service.rescoring.report(actor, case.position_id),
    "requests": lambda case, actor: case.service.journeys.adjustments(actor, case.interview_id),
}  # fmt: skip
SILENT = {
    "transcript", "review", "counts", "positions", "side by side", "what rescoring changed", "requests",
}  # fmt: skip
"""Ways that say nothing of what the engine gives away here, to anybody."""
APART = "scored transcript"
"""A transcript from elsewhere is closed until it has been rated by itself, or seen unrated."""
DECIDED = {"packet", "packet of the session", "review"}
"""Ways that tell what was decided."""

SHOW = {
    "GET /interviews", "GET /interviews/{interview_id}", "GET /interview-sessions/{session_id}",
    "GET /interviews/{interview_id}/packet", "GET /interviews/{interview_id}/study-guide", "GET /scores",
    "GET /positions/{position_id}/comparison", "POST /interviews/{interview_id}/score",
}  # fmt: skip
"""Routes that show what the engine gives away here, to whom it is open; the last one reads as the others do."""
FIGURES = {"GET /scores/figures", "GET /fairness", "GET /statistics/questions"}
"""Routes that show sums over interviews, to a program and never to the team."""
UNRATED = {
    "GET /health", "GET /invitations/bulk/example", "GET /interviews", "POST /interviews",
    "GET /interviews/{interview_id}", "DELETE /interviews/{interview_id}", "POST /interviews/{interview_id}/archive",
    "POST /interviews/{interview_id}/unarchive", "POST /interviews/{interview_id}/close",
    "POST /interviews/{interview_id}/restart", "GET /interviews/{interview_id}/invitations",
    "POST /interviews/{interview_id}/invitations", "DELETE /invitations/{invitation_id}",
    "POST /interviews/{interview_id}/questions/custom", "POST /interviews/{interview_id}/questions/status",
    "POST /interviews/{interview_id}/score", "GET /interviews/{interview_id}/review",
    "PUT /interviews/{interview_id}/review", "POST /interviews/{interview_id}/review",
    "POST /interviews/{interview_id}/review/unrated", "GET /interviews/{interview_id}/decisions",
    "POST /interviews/{interview_id}/decisions", "POST /interview-sessions/start", "POST /interview-sessions/turn",
    "GET /interview-sessions/{session_id}", "GET /interview-sessions/{session_id}/recording", "POST /live/session",
    "POST /interview-sessions/{session_id}/corrections",
    "GET /positions", "GET /positions/{position_id}", "PUT /positions/{position_id}/plan",
    "POST /positions/{position_id}/approve", "PUT /positions/{position_id}/settings",
    "POST /positions/{position_id}/duplicate", "POST /positions/{position_id}/invitations/bulk",
    "GET /positions/{position_id}/comparison", "GET /positions/{position_id}/rehearsals",
    "POST /positions/{position_id}/rehearsals", "GET /positions/{position_id}/rescoring",
    "POST /positions/{position_id}/rescoring", "GET /templates", "POST /templates", "GET /templates/{template_id}",
    "PUT /templates/{template_id}", "DELETE /templates/{template_id}", "POST /templates/{template_id}/positions",
    "GET /scores",
}  # fmt: skip
"""All that whoever is still to rate may call."""
FREE = {
    "POST /interviews/{interview_id}/review", "POST /interviews/{interview_id}/review/unrated",
    "POST /positions/{position_id}/rehearsals",
}  # fmt: skip
"""Those of them that may answer scores: one has rated now, or chosen to see, or they are nobody's."""
TELL = {
    "GET /interviews/{interview_id}/review", "GET /interviews/{interview_id}/decisions",
    "GET /interviews/{interview_id}/packet",
}  # fmt: skip
"""Routes that tell what was decided."""


def readable(case: Case) -> list[Operation]:
    """The routes that read."""
    return [one for one in case.routes if one.reads or one.name in SHOW]


def read(case: Case, rest: httpx.Client, route: Operation) -> str:
    """What is answered there, refusals too, in every form that the route has, as words."""
    return "\n".join(words_of(route.call(rest, case.ids, form)) for form in route.forms or [""])


def telling(case: Case, key: str, tells: Callable[[str], object]) -> set[str]:
    """The routes that read whose answers to this key tell it."""
    with case.rest(key) as rest:
        return {one.name for one in readable(case) if tells(read(case, rest, one))}


def why(text: str) -> bool:
    return WHY in text


def words_of_pdf(content: bytes) -> str:
    """One line, so that sentences that were broken are whole."""
    from interview import documents

    return " ".join(documents.read("packet.pdf", content).text.split())


# --- before and after rating ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_no_use_case_shows_scores_before_one_has_rated(case: Case, way: str) -> None:
    """By a link, a key of one's own, a key of nobody's; then the first two see them."""
    by_key = case.service.access.by_bearer(case.own_key)
    nobody = case.service.access.by_bearer(case.nobodys_key)
    for actor in (case.link, by_key, nobody):
        assert found(told(lambda actor=actor: WAYS[way](case, actor))) == []
    case.rate()
    for actor in (case.link, by_key):
        seen = found(told(lambda actor=actor: WAYS[way](case, actor)))
        assert bool(seen) == (way not in SILENT and way != APART)
    assert found(told(lambda: WAYS[way](case, nobody))) == []


def test_no_route_that_reads_shows_scores_before_one_has_rated(case: Case) -> None:
    """By a key of one's own and one of nobody's, a program's is exempt; a new route is to be listed or to be silent."""
    assert telling(case, case.own_key, found) == set()
    assert telling(case, case.nobodys_key, found) == set()
    assert telling(case, case.world.key("program"), found) == SHOW | FIGURES
    case.rate()
    assert telling(case, case.own_key, found) == SHOW
    assert telling(case, case.nobodys_key, found) == set()


def test_whoever_is_still_to_rate_may_call_what_is_listed_and_no_answer_shows_scores(world: World) -> None:
    """Of all routes, with an interview of its own for each that may change it; a new one is to be listed."""
    untouched, called = Case(world), set()
    for route in untouched.routes:
        changes = not route.reads and route.path.startswith(("/interviews/", "/interview-sessions/", "/live/"))
        case = Case(world) if changes else untouched
        with case.rest(case.own_key) as rest:
            reply = route.call(rest, case.ids)
        if reply.status_code != 403:
            called.add(route.name)
        shown = [] if route.name in FREE else found(words_of(reply))
        assert shown == [], route.name
    assert called == UNRATED


def test_the_shape_stays_while_the_scores_are_closed(case: Case) -> None:
    with case.rest(case.own_key) as rest:
        interview = rest.get(f"/interviews/{case.interview_id}").json()
        session = rest.get(f"/interview-sessions/{case.session_id}").json()
        listed = rest.get("/interviews", params={"position_id": case.position_id}).json()["sessions"]
        scored = rest.post(f"/interviews/{case.interview_id}/score").json()
    assert (interview["score"], interview["scores_open"]) == (None, False)
    assert [(one["overall_score"], one["scores_open"]) for one in listed] == [(None, False)]
    assert (session["overallScore"], session["competencies"], session["scoresOpen"]) == (0.0, [], False)
    assert (scored["overall_score"], scored["competencies"], scored["summary"]) == (0.0, [], "")
    assert scored["transcript"]
    assert [event["eventId"] for event in session["events"]] == list(range(1, len(session["events"]) + 1))


def test_what_happened_is_told_and_what_the_engine_thinks_of_it_is_not(case: Case) -> None:
    """Of flags those about what was done stay; how a follow-up was chosen tells of the answer before it."""
    with case.rest(case.own_key) as rest:
        closed = rest.get(f"/interview-sessions/{case.session_id}")
        case.rate()
        seen = rest.get(f"/interview-sessions/{case.session_id}")
    assert INJECTION in closed.text
    assert {OPINION in reply.text for reply in (closed, seen)} == {False, True}
    chosen, told = (
        {
            event["payload"]["metadata"]["escalation"]
            for event in reply.json()["events"]
            if "metadata" in event["payload"]
        }
        for reply in (closed, seen)
    )
    assert chosen == {"broad"}
    assert len(told) > 1
    assert closed.json()["question"] is None or closed.json()["question"]["metadata"]["escalation"] == "broad"


def test_whoever_holds_the_interview_themselves_is_blind_too(case: Case) -> None:
    """Start and every turn of a session that a reviewer answers in a candidate's place; a rehearsal shows all."""
    record = case.world.interview(job_text=f"We look for somebody who plans. {case.own_key[:8]}")
    with case.rest(case.own_key) as rest:
        body = {"interviewId": record["interview_id"]}
        replies = [rest.post("/interview-sessions/start", json=body).raise_for_status()]
        session_id = replies[0].json()["sessionId"]
        while not replies[-1].json().get("completed"):
            replies.append(answer(rest, session_id, f"Part {len(replies)}: I compared both versions."))
        assert [found(reply.text) for reply in replies] == [[]] * len(replies)
        start = rest.post("/interview-sessions/start", json={**body, "rehearsal": True}).json()
        assert found(finish(rest, start["sessionId"]).text)


def test_a_repeated_turn_is_veiled_as_the_first_was(case: Case) -> None:
    record = case.world.interview(job_text=f"We look for somebody who asks. {case.own_key[:8]}")
    with case.rest(case.own_key) as rest:
        session_id = case.world.start(rest, record["interview_id"])
        answer(rest, session_id)
        first, second = (answer(rest, session_id, key="once").raise_for_status() for _ in range(2))
    assert first.json() == second.json()
    assert not found(first.text)


def test_a_second_attempt_is_blind_again(case: Case) -> None:
    """Also while the first one is open, and the first stays open while the second is closed."""
    case.rate()
    with case.rest(case.own_key) as rest:
        assert found(rest.get(f"/interviews/{case.interview_id}").text)
    first, case.session_id = case.session_id, case.hold()
    assert telling(case, case.own_key, found) == {"GET /scores"}  # of the first
    with case.rest(case.own_key) as rest:
        assert found(rest.get(f"/interview-sessions/{first}").text)
        table = rest.get("/scores", params={"position_id": case.position_id}).json()["rows"]
        assert {row["session_id"] for row in table if row["source"] == "engine"} == {first}
        assert rest.get(f"/interviews/{case.interview_id}/review").json()["mine"] is None
    case.rate()
    assert telling(case, case.own_key, found) == SHOW


def test_scores_of_another_attempt_are_not_opened_by_looking_at_this_one(case: Case) -> None:
    """An attempt that was broken off and scored by hand speaks for the interview until another one is completed."""
    made = case.world.interview(job_text=f"We look for somebody who waits. {case.own_key[:8]}")["interview_id"]
    with case.world.client() as rest:
        answer(rest, session := case.world.start(rest, made))
        answer(rest, session, "I compared both versions and proved which line was slow.")
        rest.post(f"/interviews/{made}/close").raise_for_status()
        rest.post(f"/interviews/{made}/score").raise_for_status()
        rest.post(f"/interviews/{made}/restart").raise_for_status()
        case.world.clock.advance(minutes=1)
        case.world.start(rest, made)
    with case.rest(case.own_key) as rest:
        rest.post(f"/interviews/{made}/review/unrated").raise_for_status()
        assert rest.get(f"/interviews/{made}").json()["score"] is None
        rest.post(f"/interviews/{made}/review/unrated", json={"session_id": session}).raise_for_status()
        assert found(rest.get(f"/interviews/{made}").text)


def test_choosing_to_see_opens_the_same_as_rating(case: Case) -> None:
    with case.rest(case.own_key) as rest:
        rest.post(f"/interviews/{case.interview_id}/review/unrated").raise_for_status()
    assert telling(case, case.own_key, found) == SHOW


def test_what_others_made_of_it_is_closed_too(case: Case) -> None:
    """Their levels and notes, overrides with their reasons, and the reasons of decisions."""
    other, reviews = case.colleague(), case.service.reviews
    reviews.override(other, case.interview_id, "Debugging", "Debugging 1", 5, WHY)
    reviews.decide(other, case.interview_id, "decline", WHY)
    assert telling(case, case.world.key("program"), why) >= {"GET /interviews/{interview_id}"}
    assert telling(case, case.own_key, why) == set()
    case.rate()
    with case.rest(case.own_key) as rest:
        assert rest.get(f"/interviews/{case.interview_id}/review").text.count(WHY) == 2


# --- what others have decided -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_no_use_case_tells_what_others_decided_before_one_has_rated(case: Case, way: str) -> None:
    """A verdict anchors a rating as a score does; nobody's key never rates, and is never told."""
    case.service.reviews.decide(case.colleague(), case.interview_id, "decline", WHY)
    by_key = case.service.access.by_bearer(case.own_key)
    nobody = case.service.access.by_bearer(case.nobodys_key)
    for actor in (case.link, by_key, nobody):
        assert not VERDICT.search(told(lambda actor=actor: WAYS[way](case, actor)))
    case.rate()
    for actor in (case.link, by_key):
        seen = told(lambda actor=actor: WAYS[way](case, actor))
        assert (bool(VERDICT.search(seen)), WHY in seen) == (way in DECIDED,) * 2
    assert not VERDICT.search(told(lambda: WAYS[way](case, nobody)))


def test_no_route_that_reads_tells_what_others_decided_before_one_has_rated(case: Case) -> None:
    """Every one of the API's own description, as JSON and in each of its other forms."""
    case.service.reviews.decide(case.colleague(), case.interview_id, "decline", WHY)
    assert telling(case, case.own_key, lambda text: VERDICT.search(text) or why(text)) == set()
    case.rate()
    assert telling(case, case.own_key, VERDICT.search) == TELL
    assert telling(case, case.nobodys_key, VERDICT.search) == set()


def test_that_somebody_decided_is_told_and_ones_own_decision_is_told_whole(case: Case) -> None:
    """Who and when, never what, whatever it was; so that nobody decides without knowing that another has."""
    reviews, noor = case.service.reviews, case.colleague()
    for verdict in ("advance", "hold", "decline", "no_decision"):
        case.world.clock.advance(minutes=1)
        made = reviews.decide(noor, case.interview_id, verdict, WHY)
        seen = reviews.state(case.link, case.interview_id).decisions[0]
        assert (seen.decision, seen.reason, seen.name, seen.at) == (None, "", "Noor", made.at)
    own = reviews.decide(case.link, case.interview_id, "advance", "As I see it.")
    with case.rest(case.own_key) as rest:
        listed = rest.get(f"/interviews/{case.interview_id}/decisions").json()["decisions"]
    assert (own.decision, own.reason) == ("advance", "As I see it.")
    assert [(one["decision"], one["reason"], one["name"]) for one in listed] == [
        ("advance", "As I see it.", "Ines"), *[(None, "", "Noor")] * 4,
    ]  # fmt: skip


def test_what_was_decided_of_a_newer_attempt_is_not_told_beside_an_older_one(case: Case) -> None:
    """The packet of an attempt that one has rated, on pages, over REST and on paper."""
    case.rate()
    first, case.session_id = case.session_id, case.hold()
    case.service.reviews.decide(case.colleague(), case.interview_id, "decline", WHY)
    packet = case.service.packets.of_interview(case.link, case.interview_id, first)
    assert [(one.decision, one.reason, one.name) for one in packet.decisions] == [(None, "", "Noor")]
    with case.rest(case.own_key) as rest:
        for form in ("json", "pdf"):
            params = {"session_id": first, "format": form}
            reply = rest.get(f"/interviews/{case.interview_id}/packet", params=params).raise_for_status()
            words = words_of_pdf(reply.content) if form == "pdf" else reply.text
            assert "Noor" in words
            assert not VERDICT.search(words)
            assert WHY not in words


def words_of(reply: httpx.Response) -> str:
    if reply.content.startswith(b"%PDF"):
        return words_of_pdf(reply.content)
    if reply.content.startswith(b"PK"):
        sheets = load_workbook(io.BytesIO(reply.content)).worksheets
        return repr([cell for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row])
    return reply.text


# --- sessions that one holds ------------------------------------------------------------------------------------------


def test_start_and_turn_of_the_use_cases_are_veiled(case: Case) -> None:
    sessions: Any = case.service.sessions
    record = case.world.interview(job_text=f"We look for somebody who sings. {case.own_key[:8]}")
    start = sessions.start(case.link, StartRequest(interview_id=record["interview_id"]))
    assert found(told(lambda: start)) == []
    for number in range(4):
        request = TurnRequest(session_id=start.session_id, answer=f"Part {number}: I compared both versions.")
        assert found(told(lambda request=request: sessions.turn(case.link, request))) == []
    assert found(told(lambda: sessions.get(SYSTEM, start.session_id)))
