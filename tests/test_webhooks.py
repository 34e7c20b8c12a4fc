"""Webhooks: signed messages over real HTTP, tried again, and never lost between what happens and what is told."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
import trustme
from builders import House, house
from http_server import held_port
from sqlalchemy import select
from standardwebhooks import Webhook as Verifier

from interview import outbox
from interview.access import SYSTEM, Actor
from interview.context import utc_now
from interview.contract import StartRequest
from interview.engines import ScoreRequest
from interview.errors import Conflict, EngineFailure, Forbidden, InvalidPayload, NotFound
from interview.models import Narrative
from interview.outbox import CLAIM, KEPT, PAUSE, WAITS, Outbox
from interview.service import open_service
from interview.settings import Settings
from interview.store.access_tables import AuditRow
from interview.store.webhook_tables import DeliveryRow
from interview.webhooks import MAX_WEBHOOKS, Message, Webhook

SECONDS = 60
"""The longest that a test waits for a message."""

ALL = ("interview.completed", "decision.made")


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told


@dataclass
class Receiver:
    """A real HTTP server that keeps what it was sent. `answers`: the next status codes, 204 when there are no more."""

    url: str
    got: Queue[Received] = field(default_factory=Queue)
    answers: Queue[Callable[[BaseHTTPRequestHandler], None] | int] = field(default_factory=Queue)

    def next(self) -> Received:
        return self.got.get(timeout=SECONDS)

    def all(self) -> list[Received]:
        found = []
        while not self.got.empty():
            found.append(self.got.get())
        return found


@contextmanager
def receiving(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            there.got.put(Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            try:
                answer = there.answers.get_nowait()
            except Empty:
                answer = 204
            if callable(answer):
                answer(self)
                return
            self.send_response(answer)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        host = "localhost" if context else "127.0.0.1"
        there = Receiver(f"{'https' if context else 'http'}://{host}:{server.server_address[1]}/hook?room=7")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield there
        finally:
            server.shutdown()
            thread.join(SECONDS)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as there:
        yield there


def add(home: House, receiver: Receiver, *events: str) -> Webhook:
    return home.service.webhooks.add(SYSTEM, receiver.url, events or ALL)


def messages(home: House, webhook: Webhook) -> list[Message]:
    return home.service.webhooks.messages(SYSTEM, webhook.webhook_id)


def only(home: House, webhook: Webhook) -> Message:
    [message] = messages(home, webhook)
    return message


def send(home: House) -> int:
    return home.service.outbox.deliver_due()


def reviewer(home: House) -> Actor:
    secret = home.service.access.add_person(SYSTEM, "Rita Reviewer", "hiring").secret
    actor = home.service.access.by_cookie(home.service.access.enter(secret)[0])
    assert actor is not None
    return actor


# --- what is told ---------------------------------------------------------------------------------------------------


def test_a_completed_interview_is_told_with_ids_and_nothing_else(home: House, receiver: Receiver) -> None:
    """A session held in text to its end; and the decision that a person takes on it."""
    add(home, receiver)
    record = home.interview()
    session_id = home.start(record).session_id
    home.finish(session_id)
    ended = home.clock()
    home.clock.forward(minutes=1)
    decision = home.service.reviews.decide(reviewer(home), record.interview_id, "advance", "Clear and proven.")
    assert send(home) == 2
    completed, decided = receiver.next().event, receiver.next().event
    ids = {"interview_id": record.interview_id, "position_id": record.position_id}
    assert completed["type"] == "interview.completed"
    assert completed["data"] == {**ids, "session_id": session_id, "attempt": 1}
    assert completed["timestamp"] == ended.isoformat()
    assert decided["type"] == "decision.made"
    assert decided["data"] == {**ids, "decision_id": decision.decision_id, "decision": "advance"}


def test_a_spoken_interview_is_told_when_it_is_concluded(home: House, receiver: Receiver) -> None:
    """By the same way as one in text: the last write of a talk records the end."""
    webhook = add(home, receiver)
    record = home.interview()
    spoken = home.service.spoken
    scene = spoken.open(SYSTEM, record.interview_id)
    home.service.sessions.begin_spoken(SYSTEM, scene.session_id)
    spoken.conclude(scene.session_id, "stop")
    assert only(home, webhook).type == "interview.completed"
    send(home)
    assert receiver.next().event["data"]["session_id"] == scene.session_id


def test_a_rehearsal_is_not_told(home: House, receiver: Receiver) -> None:
    webhook = add(home, receiver)
    record = home.interview()
    started = home.service.sessions.start(SYSTEM, StartRequest(interview_id=record.interview_id, rehearsal=True))
    home.finish(started.session_id)
    assert messages(home, webhook) == []


def test_a_webhook_is_told_only_what_it_asked_for(home: House, receiver: Receiver) -> None:
    webhook = add(home, receiver, "decision.made")
    home.finish(home.start(home.interview()).session_id)
    assert messages(home, webhook) == []


def test_an_end_that_fails_is_told_once_when_it_succeeds(
    home: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is in the transaction of what it tells of."""
    webhook = add(home, receiver)
    session_id = home.start(home.interview()).session_id

    def fail(_: ScoreRequest) -> Narrative:
        raise EngineFailure("The model did not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(home.engine, "score", fail)
        with pytest.raises(EngineFailure):
            home.finish(session_id)
    assert messages(home, webhook) == []
    home.finish(session_id)
    assert only(home, webhook).type == "interview.completed"


# --- how it is told -------------------------------------------------------------------------------------------------


def test_the_signature_is_that_of_standard_webhooks(tmp_path: Path, receiver: Receiver) -> None:
    """Verified by the package that receivers use, with the secret that the page shows; a changed body is refused."""
    service = open_service(Settings(data_dir=tmp_path, engine="embedded"))
    try:
        webhook = service.webhooks.add(SYSTEM, receiver.url, ALL)
        message = service.webhooks.test(SYSTEM, webhook.webhook_id)
        assert service.outbox.deliver_due() == 1
        got, secret = receiver.next(), service.webhooks.secret(SYSTEM, webhook.webhook_id)
    finally:
        service.close()
    told = Verifier(secret).verify(got.body, got.headers)
    assert told == {"type": "webhook.test", "timestamp": message.created_at.isoformat(), "data": {}}
    assert got.headers["webhook-id"] == message.message_id
    assert got.headers["content-type"] == "application/json"
    assert got.path == "/hook?room=7"
    with pytest.raises(Exception, match="No matching signature"):
        Verifier(secret).verify(got.body + b" ", got.headers)


def test_a_secret_is_its_webhooks_own_stays_and_stands_nowhere(home: House, receiver: Receiver) -> None:
    one, two = add(home, receiver), add(home, receiver)
    secrets = [home.service.webhooks.secret(SYSTEM, each.webhook_id) for each in (one, two)]
    assert secrets[0] != secrets[1]
    assert home.again().service.webhooks.secret(SYSTEM, one.webhook_id) == secrets[0]
    stored = str(home.dump())
    assert not any(secret.removeprefix("whsec_") in stored for secret in secrets)
    assert ("webhook_secret_read", one.webhook_id) in {(row[4], row[5]) for row in home.dump()["audit_log"]}


def test_https_with_a_certificate_that_is_trusted(home: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the same server without that trust is refused."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with receiving(context) as secure:
        webhook = add(home, secure)
        home.service.webhooks.test(SYSTEM, webhook.webhook_id)
        send(home)
        assert only(home, webhook).deliveries[0].error == "Its certificate is not right, or it speaks no TLS."
        file = tmp_path / "authority.pem"
        authority.cert_pem.write_to_path(str(file))
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        home.clock.forward(hours=1)
        assert home.again().service.outbox.deliver_due() == 1
        assert secure.next().event["type"] == "webhook.test"


def test_messages_are_sent_in_the_order_of_what_happened(home: House, receiver: Receiver) -> None:
    webhook = add(home, receiver)
    made = []
    for _ in range(5):
        made.append(home.service.webhooks.test(SYSTEM, webhook.webhook_id).message_id)
        home.clock.forward(seconds=1)
    assert send(home) == 5
    assert [each.headers["webhook-id"] for each in receiver.all()] == made


# --- what goes wrong ------------------------------------------------------------------------------------------------


def test_a_message_that_is_not_taken_comes_again_with_the_same_id(home: House, receiver: Receiver) -> None:
    """500, then 200: two attempts are noted, with the status and the time each took, and no answer's body."""
    receiver.answers.put(500)
    receiver.answers.put(200)
    webhook = add(home, receiver)
    message = home.service.webhooks.test(SYSTEM, webhook.webhook_id)
    assert send(home) == 1
    assert only(home, webhook).state == "waiting"
    assert send(home) == 0
    home.clock.forward(minutes=1)
    assert send(home) == 1
    assert [each.headers["webhook-id"] for each in receiver.all()] == [message.message_id] * 2
    done = only(home, webhook)
    assert (done.state, done.attempts) == ("delivered", 2)
    assert [(each.status, each.error) for each in done.deliveries] == [
        (200, ""),
        (500, "It could not take the message."),
    ]
    assert all(each.milliseconds >= 0 for each in done.deliveries)
    home.clock.forward(days=1)
    assert send(home) == 0


def test_it_is_tried_for_about_three_days_and_then_given_up(home: House, receiver: Receiver) -> None:
    """The waits grow, each within a tenth of what it should be."""
    for _ in range(len(WAITS) + 5):
        receiver.answers.put(503)
    webhook = add(home, receiver)
    home.service.webhooks.test(SYSTEM, webhook.webhook_id)
    begun = home.clock()
    for wait in WAITS:
        assert send(home) == 1
        due = only(home, webhook).next_attempt_at
        assert due is not None
        assert 0.9 * wait <= due - home.clock() <= 1.1 * wait
        home.clock.now = max(due, home.clock() + PAUSE)
    assert send(home) == 1
    assert timedelta(days=2.5) < home.clock() - begun < timedelta(days=4)
    given_up = only(home, webhook)
    assert (given_up.state, given_up.attempts, len(given_up.deliveries)) == ("given_up", 10, 10)
    home.clock.forward(days=10)
    assert send(home) == 0
    again = home.service.webhooks.deliver_again(SYSTEM, given_up.message_id)
    assert (again.state, again.attempts) == ("waiting", 0)


def test_what_was_delivered_can_be_delivered_again(home: House, receiver: Receiver) -> None:
    webhook = add(home, receiver)
    message = home.service.webhooks.test(SYSTEM, webhook.webhook_id)
    send(home)
    home.service.webhooks.deliver_again(SYSTEM, message.message_id)
    assert send(home) == 1
    assert [each.headers["webhook-id"] for each in receiver.all()] == [message.message_id] * 2
    assert len(only(home, webhook).deliveries) == 2


def test_redirects_are_not_followed(home: House, receiver: Receiver) -> None:
    with receiving() as elsewhere:

        def away(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(307)
            handler.send_header("location", elsewhere.url)
            handler.send_header("content-length", "0")
            handler.end_headers()

        receiver.answers.put(away)
        webhook = add(home, receiver)
        home.service.webhooks.test(SYSTEM, webhook.webhook_id)
        send(home)
        assert elsewhere.got.empty()
    delivery = only(home, webhook).deliveries[0]
    assert (delivery.status, "not followed" in delivery.error) == (307, True)


def test_a_receiver_that_says_nothing_is_left_after_a_while(
    home: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So is one whose headers drip, byte by byte: the limit is on the whole attempt."""
    monkeypatch.setattr(outbox, "SECONDS", 0.5)
    over = threading.Event()

    def silent(_: BaseHTTPRequestHandler) -> None:
        over.wait(SECONDS)

    def dripping(handler: BaseHTTPRequestHandler) -> None:
        try:
            while not over.wait(0.05):
                handler.wfile.write(b"H")
        except OSError:
            pass  # we have left

    webhook = add(home, receiver)
    for behaviour in (silent, dripping):
        receiver.answers.put(behaviour)
        home.service.webhooks.test(SYSTEM, webhook.webhook_id)
        assert send(home) == 1
        home.clock.forward(minutes=2)
        assert messages(home, webhook)[0].deliveries[0].status is None
        home.service.webhooks.remove(SYSTEM, webhook.webhook_id)
        webhook = add(home, receiver)
    over.set()
    errors = {row[-1] for row in home.dump()["deliveries"]}
    assert "It did not answer within 0.5 seconds." in errors


def test_an_answer_without_end_is_not_read(home: House, receiver: Receiver) -> None:
    """The first line says whether the message was taken; the connection is closed there."""
    left = threading.Event()

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65_536)
        except OSError:
            left.set()

    receiver.answers.put(endless)
    webhook = add(home, receiver)
    home.service.webhooks.test(SYSTEM, webhook.webhook_id)
    send(home)
    assert left.wait(SECONDS)
    assert only(home, webhook).state == "delivered"


def test_a_receiver_that_is_away_is_told_in_our_words(home: House) -> None:
    """Neither its address nor the system's message stands in the log of deliveries."""
    with held_port() as port:
        webhook = home.service.webhooks.add(SYSTEM, f"http://127.0.0.1:{port}/?key=abc", ALL)
        home.service.webhooks.test(SYSTEM, webhook.webhook_id)
        send(home)
    delivery = only(home, webhook).deliveries[0]
    assert (delivery.status, delivery.error) == (None, "It could not be reached.")


def test_one_that_fails_does_not_hold_up_the_others(home: House, receiver: Receiver) -> None:
    """It is left alone for half a minute, however many messages wait for it."""
    with receiving() as failing:
        for _ in range(10):
            failing.answers.put(500)
        bad, good = add(home, failing), add(home, receiver)
        for _ in range(5):
            home.service.webhooks.test(SYSTEM, bad.webhook_id)
        home.service.webhooks.test(SYSTEM, good.webhook_id)
        assert send(home) == 2
        assert (len(failing.all()), len(receiver.all())) == (1, 1)
        home.clock.forward(seconds=PAUSE.total_seconds() + 1)
        assert send(home) == 1


def test_gone_removes_the_webhook(home: House, receiver: Receiver) -> None:
    receiver.answers.put(410)
    webhook = add(home, receiver)
    for _ in range(2):
        home.service.webhooks.test(SYSTEM, webhook.webhook_id)
    send(home)
    assert home.service.webhooks.list(SYSTEM)[0].removed_at == home.clock()
    assert {each.state for each in messages(home, webhook)} == {"given_up"}
    home.clock.forward(hours=1)
    assert send(home) == 0
    with home.service.context.database.read() as tx:
        assert "webhook_gone" in tx.scalars(select(AuditRow.action)).all()


def test_a_removed_webhook_is_sent_nothing_more(home: House, receiver: Receiver) -> None:
    webhook = add(home, receiver)
    message = home.service.webhooks.test(SYSTEM, webhook.webhook_id)
    home.service.webhooks.remove(SYSTEM, webhook.webhook_id)
    home.service.webhooks.remove(SYSTEM, webhook.webhook_id)
    assert send(home) == 0
    home.finish(home.start(home.interview()).session_id)
    assert [each.message_id for each in messages(home, webhook)] == [message.message_id]
    for refused in (home.service.webhooks.test, home.service.webhooks.secret):
        with pytest.raises(NotFound):
            refused(SYSTEM, webhook.webhook_id)
    with pytest.raises(NotFound):
        home.service.webhooks.deliver_again(SYSTEM, message.message_id)


def test_nothing_of_a_deleted_interview_is_kept_or_sent(home: House, receiver: Receiver) -> None:
    """What was delivered goes with it, and so does what still waits; another interview's messages stay."""
    webhook = add(home, receiver)
    gone, kept = home.interview(), home.interview()
    for record in (gone, kept):
        home.finish(home.start(record).session_id)
    assert send(home) == 2
    home.service.reviews.decide(reviewer(home), gone.interview_id, "decline", "Nothing was shown.")
    home.service.interviews.delete(SYSTEM, gone.interview_id)
    assert send(home) == 0
    left = home.dump()
    assert gone.interview_id not in repr([left["outbox"], left["deliveries"]])
    assert len(left["outbox"]) == len(left["deliveries"]) == 1
    assert only(home, webhook).state == "delivered"


# --- where it is sent -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook", "http://127.0.0.1.example.org/", "ftp://example.org/", "https://", "example.org",
        "https://user:word@example.org/", "https://exa mple.org", "javascript:alert(1)", "https://[::1", "",
        "https://example.org/" + "a" * 2_000, "http://10.0.0.1/", "https://example.org:99999/", "https://ex\nample.org",
    ],
)  # fmt: skip
def test_an_address_that_is_not_https_is_refused(home: House, url: str) -> None:
    with pytest.raises(InvalidPayload):
        home.service.webhooks.add(SYSTEM, url, ALL)
    assert home.service.webhooks.list(SYSTEM) == []


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("hooks.example.org", "10.0.0.7"), ("hooks.example.org", "169.254.169.254"), ("hooks.example.org", "127.0.0.1"),
        ("hooks.example.org", "::ffff:192.168.1.1"), ("hooks.example.org", "fd00::1"), ("localhost", "10.0.0.7"),
    ],
)  # fmt: skip
def test_nothing_is_sent_to_private_addresses(
    home: House, monkeypatch: pytest.MonkeyPatch, host: str, address: str
) -> None:
    """Looked at after the name was resolved, and before anything is connected to."""
    resolve(monkeypatch, address)
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("a connection was made"))
    webhook = home.service.webhooks.add(SYSTEM, f"https://{host}/hook", ALL)
    home.service.webhooks.test(SYSTEM, webhook.webhook_id)
    send(home)
    assert "INTERVIEW_WEBHOOK_PRIVATE_HOSTS" in only(home, webhook).deliveries[0].error


def test_a_private_host_can_be_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name, in the setting; a certificate is asked for all the same."""
    monkeypatch.setenv("INTERVIEW_WEBHOOK_PRIVATE_HOSTS", '["Hooks.internal"]')
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("hooks.internal").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    home = house(tmp_path / "data")
    try:
        with receiving(context) as secure:
            resolve(monkeypatch, "127.0.0.1")
            webhook = home.service.webhooks.add(SYSTEM, secure.url.replace("localhost", "hooks.internal"), ALL)
            home.service.webhooks.test(SYSTEM, webhook.webhook_id)
            send(home)
            assert only(home, webhook).state == "delivered"
    finally:
        home.close()


def resolve(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Let every name lead to this address."""
    family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET

    def resolved(_: str, port: int, *__: object, **___: object) -> list[Any]:
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr("interview.public_network.socket.getaddrinfo", resolved)


# --- several processes, and the end of one --------------------------------------------------------------------------


def test_two_senders_never_send_one_message_twice(home: House, receiver: Receiver) -> None:
    webhook = add(home, receiver)
    for _ in range(30):
        home.service.webhooks.test(SYSTEM, webhook.webhook_id)
    senders = [Outbox(home.again().service.context) for _ in range(3)]
    threads = [threading.Thread(target=each.deliver_due) for each in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    ids = [each.headers["webhook-id"] for each in receiver.all()]
    assert len(ids) == len(set(ids)) == 30


def send_and_die(folder: str, url: str) -> None:
    """Sends a message and is killed by the receiver's answer: nothing is noted."""
    service = open_service(Settings(data_dir=Path(folder), engine="embedded"))
    webhook = service.webhooks.add(SYSTEM, url, ALL)
    service.webhooks.test(SYSTEM, webhook.webhook_id)
    note = service.outbox._note
    service.outbox._note = lambda claim, outcome: os.kill(os.getpid(), signal.SIGKILL) or note(claim, outcome)  # type: ignore[func-returns-value,method-assign]
    service.outbox.deliver_due()


def test_a_kill_between_sending_and_noting_brings_the_same_id_again(tmp_path: Path, receiver: Receiver) -> None:
    """Once the claim has run out, and not before: the process might be alive."""
    now = utc_now()
    process = multiprocessing.get_context("spawn").Process(target=send_and_die, args=(str(tmp_path), receiver.url))
    process.start()
    first = receiver.got.get(timeout=3 * SECONDS)
    process.join(SECONDS)
    assert process.exitcode == -signal.SIGKILL
    service = open_service(Settings(data_dir=tmp_path, engine="embedded"), clock=lambda: now)
    try:
        assert service.outbox.deliver_due() == 0
        now = utc_now() + CLAIM
        assert service.outbox.deliver_due() == 1
    finally:
        service.close()
    assert receiver.next().headers["webhook-id"] == first.headers["webhook-id"]


def test_the_sender_sends_by_itself_and_ends_with_the_service(tmp_path: Path, receiver: Receiver) -> None:
    """Started twice it is one thread; after a stop nothing is sent, and a start goes on."""
    service = open_service(Settings(data_dir=tmp_path, engine="embedded"))
    try:
        service.outbox.start()
        service.outbox.start()
        assert sum(thread.name == "outbox" for thread in threading.enumerate()) == 1
        webhook = service.webhooks.add(SYSTEM, receiver.url, ALL)
        service.webhooks.test(SYSTEM, webhook.webhook_id)
        assert receiver.next().event["type"] == "webhook.test"
    finally:
        service.close()
    assert not any(thread.name == "outbox" for thread in threading.enumerate())


def test_what_is_over_is_cleared_after_thirty_days(home: House, receiver: Receiver) -> None:
    """With its attempts; what still waits stays."""
    webhook = add(home, receiver)
    home.service.webhooks.test(SYSTEM, webhook.webhook_id)
    send(home)
    home.clock.forward(days=29)
    waiting = home.service.webhooks.test(SYSTEM, webhook.webhook_id)
    home.service.outbox.clear_old()
    assert len(messages(home, webhook)) == 2
    home.clock.now += KEPT
    home.service.outbox.clear_old()
    assert only(home, webhook).message_id == waiting.message_id
    with home.service.context.database.read() as tx:
        assert tx.scalars(select(DeliveryRow)).all() == []


# --- who may --------------------------------------------------------------------------------------------------------


def test_webhooks_are_for_administrators(home: House, receiver: Receiver) -> None:
    webhook = add(home, receiver)
    message = home.service.webhooks.test(SYSTEM, webhook.webhook_id)
    webhooks, actor = home.service.webhooks, Actor(role="hiring", id="link:x", person="x")
    for call in (
        lambda: webhooks.list(actor),
        lambda: webhooks.add(actor, receiver.url, ALL),
        lambda: webhooks.secret(actor, webhook.webhook_id),
        lambda: webhooks.test(actor, webhook.webhook_id),
        lambda: webhooks.messages(actor, webhook.webhook_id),
        lambda: webhooks.deliver_again(actor, message.message_id),
        lambda: webhooks.remove(actor, webhook.webhook_id),
    ):
        with pytest.raises(Forbidden):
            call()


def test_events_are_known_ones_and_webhooks_are_bounded(home: House, receiver: Receiver) -> None:
    for events in ((), ("interview.started",), ("webhook.test",)):
        with pytest.raises(InvalidPayload):
            home.service.webhooks.add(SYSTEM, receiver.url, events)
    for _ in range(MAX_WEBHOOKS):
        add(home, receiver)
    with pytest.raises(Conflict) as full:
        add(home, receiver)
    assert full.value.code == "webhook_limit"


def test_a_message_in_flight_is_not_begun_anew(home: House, receiver: Receiver) -> None:
    """“Deliver again” during the attempt leaves the claim as it is."""
    webhook = add(home, receiver)
    message = home.service.webhooks.test(SYSTEM, webhook.webhook_id)

    def while_sending(handler: BaseHTTPRequestHandler) -> None:
        home.service.webhooks.deliver_again(SYSTEM, message.message_id)
        assert Outbox(home.service.context).deliver_due() == 0
        handler.send_response(204)
        handler.end_headers()

    receiver.answers.put(while_sending)
    assert send(home) == 1
    assert only(home, webhook).state == "delivered"
