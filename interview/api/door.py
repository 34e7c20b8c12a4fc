"""The door: a personal link or an invitation becomes a cookie, and the token leaves the address bar."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from interview.access import COOKIE_NAME
from interview.errors import Unauthorized
from interview.service import Service

_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_REFUSED = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>This link does not open · Candor</title>
<style>body { font: 1.05rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }</style>
<h1>This link does not open</h1>
<p>It is not known, has expired or was withdrawn. Please ask the person who sent it to you for a new one.</p>
</html>
"""


def door(service: Service) -> list[Route]:
    """`GET /enter/{token}` and `GET /leave`. A link may be opened as often as it holds: a preview uses nothing up."""

    async def enter(request: Request) -> Response:
        try:
            cookie, lifetime, _ = await to_thread.run_sync(service.access.enter, request.path_params["token"])
        except Unauthorized:
            return HTMLResponse(_REFUSED, 401, _HEADERS)
        reply = RedirectResponse("/", 303, _HEADERS)
        reply.set_cookie(
            COOKIE_NAME,
            cookie,
            max_age=int(lifetime.total_seconds()),
            path="/",
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return reply

    async def leave(_: Request) -> Response:
        reply = RedirectResponse("/", 303, _HEADERS)
        reply.delete_cookie(COOKIE_NAME, path="/", httponly=True, samesite="lax")
        return reply

    return [Route("/enter/{token}", enter, name="enter"), Route("/leave", leave, name="leave")]
