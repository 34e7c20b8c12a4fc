"""A job description by its web address, fetched with care: the address comes from outside, the request from inside.

Only http and https, only public addresses. The check happens where the connection is made, on the very address that is
connected to, so neither a redirect nor a second answer of the name server leads around it.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from ssl import SSLContext
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import httpcore

from interview.documents import DocumentText, read, read_html
from interview.errors import DocumentError

Address = IPv4Address | IPv6Address

MAX_PAGE_BYTES = 2 * 1024 * 1024
_SECONDS = 8.0
_REDIRECTS = 3
_REFUSED = "This address is not fetched: use a public http or https page, or paste the job description."
_FAILED = "The page at this address could not be read. Paste the job description instead."
_ENDINGS = {
    "application/pdf": "job.pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "job.docx",
    "text/plain": "job.txt",
    "text/markdown": "job.md",
    "application/octet-stream": "job.pdf",
}
_HTML = {"text/html", "application/xhtml+xml"}
_HEADERS: dict[bytes | str, bytes | str] = {
    "User-Agent": "Candor/0.1 (job description)",
    "Accept": "text/html, text/plain, application/pdf, */*;q=0.1",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


@dataclass(frozen=True)
class _Page:
    media_type: str
    charset: str | None
    data: bytes


def _is_public(address: Address) -> bool:
    """Whether the address is one of the public internet, seen through the ways to wrap an IPv4 address in IPv6."""
    if isinstance(address, IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo or (None,))[0]
        if wrapped is not None:
            return address.ipv4_mapped is not None and _is_public(wrapped)
        if int(address) >> 32 in {0, 0x0064FF9B << 64}:  # IPv4-compatible, and NAT64 (RFC 6052)
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def fetch_job_description(url: str, *, allowed: Callable[[Address], bool] = _is_public) -> DocumentText:
    """The text of the page or document at `url`, within 8 seconds for the fetch, 2 MB and three redirects.

    `allowed` says which addresses may be connected to. Raises DocumentError: `job_url_refused` for an address that is
    not fetched, `job_url_failed` for a page that does not come, or the code of a document that cannot be read.
    """
    deadline = time.monotonic() + _SECONDS
    try:
        page = _fetched(url, _CheckedNetwork(allowed, deadline))
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError):
        raise _failed() from None
    except ValueError:  # a redirect to what is no address
        raise _refused() from None
    if page.media_type in _HTML:
        return read_html(_decoded(page))
    if page.media_type not in _ENDINGS:
        raise _failed()
    return read(_ENDINGS[page.media_type], page.data)


def _decoded(page: _Page) -> str:
    from bs4.dammit import EncodingDetector, UnicodeDammit

    declared = page.charset or EncodingDetector.find_declared_encoding(page.data, is_html=True)
    return UnicodeDammit(page.data, known_definite_encodings=[declared or "utf-8"]).unicode_markup or ""


def _fetched(url: str, network: _CheckedNetwork) -> _Page:
    with httpcore.ConnectionPool(network_backend=network, max_connections=1, retries=0) as pool:
        for _ in range(_REDIRECTS + 1):
            page = _got(pool, _checked(url), network.deadline)
            if isinstance(page, _Page):
                return page
            url = urljoin(url, page)
    raise _failed()


def _got(pool: httpcore.ConnectionPool, url: str, deadline: float) -> _Page | str:
    """The page, or where it sends on to."""
    with pool.stream("GET", url, headers=_HEADERS, extensions={"timeout": _timeouts(deadline)}) as response:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        if response.status in {301, 302, 303, 307, 308} and "location" in headers:
            return headers["location"]
        if response.status != 200:
            raise _failed()
        data = bytearray()
        for piece in response.iter_stream():
            data += piece
            if len(data) > MAX_PAGE_BYTES or time.monotonic() > deadline:
                raise _failed()
    media_type, _, rest = headers.get("content-type", "").partition(";")
    charset = re.search(r"charset=[\"']?([\w.:-]+)", rest, re.IGNORECASE)
    return _Page(media_type.strip().lower(), charset.group(1) if charset else None, bytes(data))


def _checked(url: str) -> str:
    """The address in a form that can be requested; `job_url_refused` for what is no plain web address."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError:
        raise _refused() from None
    odd = "@" in parts.netloc or len(url) > 2_000 or re.search(r"[\x00-\x20\x7f]", url.strip())
    other_service = port is not None and port < 1024 and port not in {80, 443}
    if parts.scheme not in {"http", "https"} or not host or odd or other_service:
        raise _refused()
    return _ascii(parts, host, port)


def _ascii(parts: SplitResult, host: str, port: int | None) -> str:
    place = f"[{host}]" if ":" in host else host
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return parts._replace(netloc=f"{place}:{port}" if port else place, path=path, query=query, fragment="").geturl()


def _timeouts(deadline: float) -> dict[str, float]:
    left = max(0.001, deadline - time.monotonic())
    return {"connect": left, "read": left, "write": left, "pool": left}


def _refused() -> DocumentError:
    return DocumentError(_REFUSED, code="job_url_refused")


def _failed() -> DocumentError:
    return DocumentError(_FAILED, code="job_url_failed")


class _CheckedNetwork(httpcore.NetworkBackend):
    """Connects to allowed addresses only, and never past the deadline."""

    def __init__(self, allowed: Callable[[Address], bool], deadline: float) -> None:
        self._allowed = allowed
        self.deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline rules
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _resolved(host, port, self.deadline)
        if not addresses or not all(map(self._allowed, addresses)):
            raise _refused()
        for address in addresses:
            left = self.deadline - time.monotonic()
            if left <= 0:
                break
            try:
                stream = self._sockets.connect_tcp(str(address), port, left, local_address, socket_options)
            except httpcore.ConnectError:  # not every machine reaches IPv6
                continue
            return _TimedStream(stream, self.deadline)
        raise httpcore.ConnectError


class _TimedStream(httpcore.NetworkStream):
    """A connection that ends at the deadline, however slowly its bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline rules
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline rules
        self._stream.write(buffer, max(0.001, self._deadline - time.monotonic()))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        left = max(0.001, self._deadline - time.monotonic())
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _resolved(host: str, port: int, deadline: float) -> list[Address]:
    """Every address of the host, as the system's resolver reads it: it also knows `0x7f.1` and `2130706433`."""
    with_limit = ThreadPoolExecutor(1)  # a resolver cannot be told to hurry, only not be waited for
    try:
        found: Future[Any] = with_limit.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        entries = found.result(timeout=max(0.001, deadline - time.monotonic()))
    finally:
        with_limit.shutdown(wait=False)
    return [ip_address(entry[4][0].partition("%")[0]) for entry in entries]
