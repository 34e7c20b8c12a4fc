"""What every route shares: who calls, which service answers, and the threads that slow calls run in."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from interview.access import Actor
from interview.api.errors import Busy
from interview.errors import Unauthorized
from interview.service import Service

T = TypeVar("T")

SLOW_AT_ONCE = 64
SLOW_WAITING = 256
"""Calls of a model that run at once, and that may wait; more are told to come back."""

_bearer = HTTPBearer(
    scheme_name="Key or invitation",
    description="An API key, or the token of an invitation.",
    auto_error=False,
)


class SlowCalls:
    """Runs use cases that wait for a model in threads of their own, so that they never hold up anything else."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(SLOW_AT_ONCE)

    async def run(self, call: Callable[..., T], *args: Any) -> T:
        """The result of `call(*args)`. Raises Busy when too many wait already."""
        if self._limiter.statistics().tasks_waiting >= SLOW_WAITING:
            raise Busy("Too many calls are waiting for an answer. Please try again in a few seconds.")
        return await to_thread.run_sync(call, *args, limiter=self._limiter)


class KeyedRoute(APIRoute):
    """A route that knows its caller before it reads any of the body: an upload without a key ends at its headers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def keyed(request: Request) -> Response:
            kind, _, token = request.headers.get("authorization", "").partition(" ")
            if kind.lower() != "bearer" or not token.strip():
                raise Unauthorized("Send an API key or an invitation token: `Authorization: Bearer …`.")
            request.state.actor = await to_thread.run_sync(_service(request).access.by_bearer, token.strip())
            return await handle(request)

        return keyed


async def _caller(request: Request, _: Annotated[object, Security(_bearer)]) -> Actor:
    actor: Actor = request.state.actor
    return actor


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _use(request: Request) -> Service:
    return _service(request)


async def _slow(request: Request) -> SlowCalls:
    slow: SlowCalls = request.app.state.slow
    return slow


Caller = Annotated[Actor, Depends(_caller)]
Use = Annotated[Service, Depends(_use)]
Slow = Annotated[SlowCalls, Depends(_slow)]
