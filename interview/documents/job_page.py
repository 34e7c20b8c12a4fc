"""A job description by its web address, fetched with care: the address comes from outside, the request from inside.

Only http and https, only public addresses, which `interview.public_network` checks as it connects.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import httpcore

from interview.documents import DocumentText, read, read_html
from interview.errors import DocumentError
from interview.public_network import Address, AddressRefused, CheckedNetwork, is_public

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


def fetch_job_description(url: str, *, allowed: Callable[[Address], bool] = is_public) -> DocumentText:
    """The text of the page or document at `url`, within 8 seconds for the fetch, 2 MB and three redirects.

    `allowed` says which addresses may be connected to. Raises DocumentError: `job_url_refused` for an address that is
    not fetched, `job_url_failed` for a page that does not come, or the code of a document that cannot be read.
    """
    deadline = time.monotonic() + _SECONDS
    try:
        page = _fetched(url, CheckedNetwork(allowed, deadline))
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError):
        raise _failed() from None
    except (AddressRefused, ValueError):  # and a redirect to what is no address
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


def _fetched(url: str, network: CheckedNetwork) -> _Page:
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
