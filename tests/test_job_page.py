"""A job description by its address: public pages are read, everything that could reach inside is refused."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, ip_address

import pytest
from bounded import bounded
from http_server import held_port

from interview import public_network
from interview.documents import job_page
from interview.documents.job_page import MAX_PAGE_BYTES, fetch_job_description
from interview.errors import DocumentError
from interview.public_network import Address, is_public

JOB = "We look for a warehouse supervisor who leads twelve people and plans the early shift."
PAGE = (
    f"<html><head><title>Jobs</title></head><body><nav>Home Login</nav><h1>Warehouse supervisor</h1>"
    f"<script>alert(1)</script><p>{JOB}</p><ul><li>Forklift licence</li><li>Caf\u00e9 voucher</li></ul></body></html>"
)


def local(address: Address) -> bool:
    """Stands in for "public" where the test's own server is meant to be reached, and nothing else."""
    return address == IPv4Address("127.0.0.1")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take long over a page; the limit has tests of its own."""
    monkeypatch.setattr(job_page, "_SECONDS", 60.0)


Answer = Callable[[BaseHTTPRequestHandler], None]


def sends(body: bytes, content_type: str = "text/html; charset=utf-8", status: int = 200) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", content_type)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def redirects(to: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", to)
        request.end_headers()

    return answer


@contextmanager
def serving(**answers: Answer) -> Iterator[str]:
    """A real server on 127.0.0.1; `/name` is answered by the callable of that name. Yields its base address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(ConnectionError):
                answers[self.path.strip("/").partition("?")[0]](self)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.socket.close()


def refusal(url: str, **options: Callable[[Address], bool]) -> str:
    with pytest.raises(DocumentError) as caught:
        fetch_job_description(url, **options)
    return caught.value.code


def test_a_page_gives_its_text_without_scripts_and_navigation() -> None:
    with serving(job=sends(PAGE.encode())) as site:
        document = fetch_job_description(f"{site}/job", allowed=local)
    assert document.text.split("\n") == [
        "Warehouse supervisor", "", JOB, "", "- Forklift licence", "", "- Café voucher",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (JOB.encode(), "text/plain"),
        (f"<meta charset=latin-1><p>{JOB}</p>".encode("latin-1"), "text/html"),
        (f"<p>{JOB}</p>".encode("utf-16"), "text/html; charset=utf-16"),
        (f"<p>{JOB}</p>".encode(), 'Text/HTML; charset="no-such-charset"'),
    ],
)
def test_plain_text_and_other_charsets_are_read(body: bytes, content_type: str) -> None:
    with serving(job=sends(body, content_type)) as site:
        assert fetch_job_description(f"{site}/job", allowed=local).text == JOB


def test_redirects_are_followed_three_times() -> None:
    with serving(a=redirects("/b"), b=redirects("c"), c=redirects("/job?x=1#y"), job=sends(PAGE.encode())) as site:
        assert JOB in fetch_job_description(f"{site}/a", allowed=local).text
    with serving(loop=redirects("/loop")) as site:
        assert refusal(f"{site}/loop", allowed=local) == "job_url_failed"


def test_the_host_name_reaches_the_server_while_the_checked_address_is_connected_to() -> None:
    hosts: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        hosts.append(request.headers["Host"])
        sends(PAGE.encode())(request)

    def local_names(address: Address) -> bool:
        return address.is_loopback

    with serving(job=answer) as site:
        port = site.rpartition(":")[2]
        assert JOB in fetch_job_description(f"http://localhost:{port}/job", allowed=local_names).text
    assert hosts == [f"localhost:{port}"]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "10.0.0.7", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[fe80::1]",
        "[fc00::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "localhost", "LOCALHOST", "2130706433",
        "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "127.1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(host: str) -> None:
    assert refusal(f"http://{host}/") == "job_url_refused"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.com/job", "gopher://example.com/", "//example.com/job", "example.com",
        "http://user:pass@example.com/", "http://user@example.com/", "http://", "http://[::1", "http://example.com:99999/",
        "http://example.com:25/", "http://exa mple.com/", "http://example.com/\r\nHost: x", "javascript:alert(1)", "",
        "http://a..b/", "http://example.com/" + "a" * 3_000,
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    assert refusal(url) == "job_url_refused"


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["fec0::1", "4000::1", "2002:808:808::1", "64:ff9b::808:808", "::808:808", "::ffff:10.0.0.1", "ff0e::1"]
)
def test_other_addresses_are_not(address: str) -> None:
    """Site-local ones, ranges that nobody has been given, and what leads to another network."""
    assert not is_public(ip_address(address))


HANGING = """
import socket, threading, time
from interview import public_network
socket.getaddrinfo = lambda *_, **__: threading.Event().wait()
try:
    public_network.CheckedNetwork(public_network.is_public, time.monotonic() + 0.1).connect_tcp("jobs.example", 443)
except public_network.httpcore.ConnectTimeout:
    print("left")
"""


def test_a_name_server_that_says_nothing_does_not_hold_up_the_end_of_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "left\n"


@pytest.mark.parametrize(
    "target", ["http://127.0.0.2:{port}/job", "http://169.254.169.254/latest", "http://[::1]:{port}/job"]
)
def test_a_redirect_to_a_private_address_is_refused(target: str) -> None:
    """Every hop is checked, not the first alone; the first may be public."""
    seen: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        seen.append(request.path)
        redirects(target.format(port=request.server.server_address[1]))(request)  # type: ignore[str-bytes-safe]

    with serving(away=answer, job=sends(PAGE.encode())) as site:
        assert refusal(f"{site}/away", allowed=local) == "job_url_refused"
    assert seen == ["/away"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://[broken", "http://user:pass@127.0.0.1/"])
def test_a_redirect_to_what_is_no_web_address_is_refused(target: str) -> None:
    with serving(away=redirects(target)) as site:
        assert refusal(f"{site}/away", allowed=local) == "job_url_refused"


def test_a_host_with_one_private_address_among_others_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers with a public and a private address gets no connection to either."""
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(public_network.socket, "getaddrinfo", lambda *_, **__: entries)
    assert refusal("http://jobs.example/") == "job_url_refused"


def test_an_endless_body_is_cut_off() -> None:
    sent = 0

    def answer(request: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        while True:
            sent += request.wfile.write(b"<p>again</p>" * 1_000)

    with serving(job=answer) as site:
        assert refusal(f"{site}/job", allowed=local) == "job_url_failed"
    assert sent < 10 * MAX_PAGE_BYTES


def drip_body(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.end_headers()
    while True:
        request.wfile.write(b"a")
        time.sleep(0.05)


def drip_headers(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        request.wfile.write(b"a")
        time.sleep(0.05)


def say_nothing(request: BaseHTTPRequestHandler) -> None:
    time.sleep(2)


@pytest.mark.parametrize("slow", [drip_body, drip_headers, say_nothing], ids=lambda slow: slow.__name__)
def test_a_slow_server_is_left_at_the_time_limit(slow: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    """However its bytes drip: the limit is on the whole, not on the next byte."""
    monkeypatch.setattr(job_page, "_SECONDS", 0.6)
    with serving(job=slow) as site, bounded():
        assert refusal(f"{site}/job", allowed=local) == "job_url_failed"


@pytest.mark.parametrize(
    "answer",
    [
        sends(b"gone", status=404),
        sends(b"\x89PNG", "image/png"),
        sends(JOB.encode(), ""),
        lambda request: request.wfile.write(b"?"),
    ],
    ids=["missing", "picture", "no type", "no http"],
)
def test_what_is_no_page_fails(answer: Answer) -> None:
    with serving(job=answer) as site:
        assert refusal(f"{site}/job", allowed=local) == "job_url_failed"


def test_a_closed_port_and_an_unknown_host_fail() -> None:
    with held_port() as port:
        assert refusal(f"http://127.0.0.1:{port}/", allowed=local) == "job_url_failed"
    assert refusal("http://no-such-host.invalid/") == "job_url_failed"


def test_an_empty_page_says_that_it_holds_too_little() -> None:
    with serving(job=sends(b"<html><script>render()</script></html>")) as site:
        assert refusal(f"{site}/job", allowed=local) == "document_no_text"


def test_a_page_made_of_a_million_nested_tags_ends() -> None:
    with serving(job=sends(b"<b>" * 600_000 + JOB.encode())) as site, suppress(DocumentError):
        assert fetch_job_description(f"{site}/job", allowed=local).text
