"""REST for administrators: API keys. Names are snake_case."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from interview.api.calls import Caller, KeyedRoute, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase, shown
from interview.models import Model
from interview.people import Credential, Issued, StaffRole

router = APIRouter(
    route_class=KeyedRoute,
    default_response_class=SnakeCase,
)


class KeyRequest(BaseModel):
    name: str = Field(max_length=400)
    role: StaffRole | None = Field(None, description="May be left out with `person_id`: the key has the person's role.")
    person_id: str | None = Field(
        None, max_length=64, description="Whose key it is: what is done with it is done by them, and it ends with them."
    )


class KeyList(Model):
    keys: list[Credential]


@router.post(
    "/keys",
    tags=["Keys"],
    status_code=201,
    summary="Make an API key",
    responses={**shown(201, "KEY"), **problems("invalid_payload", "person_not_found")},
)
def create_key(actor: Caller, service: Use, body: KeyRequest) -> Issued:
    """Administrators only. The secret is shown this once."""
    return service.access.create_key(actor, body.name, body.role, body.person_id)


@router.get("/keys", tags=["Keys"], summary="List API keys, newest first", responses=problems())
def list_keys(actor: Caller, service: Use) -> KeyList:
    """Administrators only."""
    return KeyList(keys=service.access.credentials(actor, "key"))


@router.delete(
    "/keys/{credential_id}",
    tags=["Keys"],
    status_code=204,
    summary="Revoke a key",
    responses=problems("credential_not_found"),
)
def revoke_key(actor: Caller, service: Use, credential_id: str) -> None:
    """Administrators only. It is worthless from this moment on."""
    service.access.revoke(actor, credential_id)
