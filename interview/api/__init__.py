"""REST: thin FastAPI routes over the use cases, mounted at `/api`. All but health and the description needs a key."""

from __future__ import annotations

from functools import partial

from anyio import CapacityLimiter, move_on_after, to_thread
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from interview import __version__
from interview.api import (
    bulk,
    comparing,
    fairness,
    interviews,
    live,
    openapi,
    packets,
    positions,
    recordings,
    rehearsals,
    results,
    reviews,
    scores,
    sessions,
    staff,
    statistics,
    webhooks,
)
from interview.api.calls import SlowCalls
from interview.api.errors import handle_errors
from interview.api.guard import MAX_JSON_BYTES, Guard
from interview.service import Service
from interview.store.tables import InterviewRow

_DATABASE_SECONDS = 1.0
_TAGS = [
    {"name": "Interviews", "description": "Made from documents, invited to, scored. Names are snake_case."},
    {"name": "Interview sessions", "description": "An interview in text, turn by turn. Names are camelCase."},
    {"name": "Spoken interviews", "description": "An interview by voice. Names are snake_case."},
    {"name": "Positions", "description": "Plans and rubrics, their versions and their approval."},
    {"name": "Reviews", "description": "What people make of an interview: they rate it first, override and decide."},
    {"name": "Scores", "description": "The tables and figures that analysts read."},
    {"name": "Webhooks", "description": "Whom else to tell of what happens. For administrators."},
    {"name": "Keys", "description": "Who may call. For administrators."},
    {"name": "Service", "description": "Whether it runs."},
]
_DESCRIPTION = f"""Structured interviews that people can check.

Send an API key or an invitation's token as `Authorization: Bearer …`. An invitation's token reaches its own interview:
start, turn and session, corrections of mis-heard words, question statuses and the study guide.

Every failure answers `{{"code", "message", "detail"}}`; the code is stable and `detail` repeats the sentence.
A JSON body may have {MAX_JSON_BYTES // 1024**2} MB, each uploaded file 10 MB.
"""


class Health(BaseModel):
    status: str
    version: str
    engine: str
    database: str


def create_api(service: Service) -> FastAPI:
    """The API over an open service. Mount it; opening and closing the service is the caller's business."""
    from fastapi_offline import FastAPIOffline

    api: FastAPI = FastAPIOffline(
        redoc_url=None,
        title="Candor",
        version=__version__,
        description=_DESCRIPTION,
        openapi_tags=_TAGS,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        swagger_ui_parameters={"validatorUrl": None, "tryItOutEnabled": True},
    )
    api.state.service, api.state.slow = service, SlowCalls()
    api.state.health = CapacityLimiter(1)
    api.add_middleware(Guard)
    handle_errors(api)
    for part in (
        interviews,
        results,
        recordings,
        sessions,
        live,
        positions,
        comparing,
        rehearsals,
        reviews,
        packets,
        scores,
        fairness,
        statistics,
        staff,
        bulk,
        webhooks,
    ):
        api.include_router(part.router)
    api.get("/health", tags=["Service"], summary="Whether it runs", responses={503: {"model": Health}})(read_health)
    api.openapi = partial(openapi.describe, api)  # type: ignore[method-assign]
    return api


async def read_health(request: Request, response: Response) -> Health:
    """Needs no key. Answers 503 when the database does not answer within a second."""
    service: Service = request.app.state.service
    database = "not answering"
    with move_on_after(_DATABASE_SECONDS):
        database = await to_thread.run_sync(
            _database, service, limiter=request.app.state.health, abandon_on_cancel=True
        )
    response.status_code = 200 if database == "ok" else 503
    return Health(
        status="ok" if database == "ok" else "failing",
        version=__version__,
        engine=service.context.engine.name,
        database=database,
    )


def _database(service: Service) -> str:
    try:
        with service.context.database.read() as tx:
            tx.get(InterviewRow, "")
    except Exception:  # noqa: BLE001 - whatever it is, the answer is the same
        return "failing"
    return "ok"


def _operation_id(route: APIRoute) -> str:
    return to_camel(route.name)
