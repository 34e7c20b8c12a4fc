"""Connections to the public internet for requests whose address comes from outside: job pages and webhooks.

The check happens where the connection is made, on the very address that is connected to, so neither a redirect nor a
second answer of the name server leads around it.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from queue import Empty, Queue
from ssl import SSLContext
from threading import Thread
from typing import Any

import httpcore

Address = IPv4Address | IPv6Address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that is given out of IPv6 so far (RFC 4291, 2.4): no site-local, NAT64 or IPv4-compatible address is in it."""


class AddressRefused(Exception):
    """The host leads to an address that is not connected to."""


def is_public(address: Address) -> bool:
    """Whether the address is one of the public internet, seen through the ways to wrap an IPv4 address in IPv6."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address not in _GLOBAL_UNICAST or address.sixtofour or address.teredo:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


class CheckedNetwork(httpcore.NetworkBackend):
    """Connects to allowed addresses only, and never past the deadline (`time.monotonic`).

    A host with one address that is not allowed is refused as a whole: AddressRefused.
    """

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
            raise AddressRefused
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
    """Every address of the host, as the system's resolver reads it: it also knows `0x7f.1` and `2130706433`.

    A resolver cannot be told to hurry, only not be waited for; nor does the end of the process wait for its thread.
    """
    answers: Queue[list[Any] | Exception] = Queue()

    def resolve() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:  # noqa: BLE001 - raised again by whoever waits
            answers.put(error)

    Thread(target=resolve, name="resolver", daemon=True).start()
    try:
        found = answers.get(timeout=max(0.001, deadline - time.monotonic()))
    except Empty:
        raise httpcore.ConnectTimeout from None
    if isinstance(found, Exception):
        raise found
    return [ip_address(entry[4][0].partition("%")[0]) for entry in found]
