"""REST for administrators: webhooks, and what was delivered to them. Names are snake_case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from interview.api.calls import Caller, KeyedRoute, Use
from interview.api.errors import problems
from interview.api.openapi import SnakeCase, shown
from interview.models import Model
from interview.webhooks import MAX_MESSAGES, MAX_URL_CHARS, Message, Webhook, WebhookEvent

router = APIRouter(
    tags=["Webhooks"],
    route_class=KeyedRoute,
    default_response_class=SnakeCase,
)


class WebhookRequest(BaseModel):
    url: str = Field(
        max_length=MAX_URL_CHARS, description="https; http for 127.0.0.1 and localhost only, by those names."
    )
    events: list[WebhookEvent] = Field(min_length=1, max_length=10)


class WebhookList(Model):
    webhooks: list[Webhook]


class SigningSecret(Model):
    secret: str = Field(description="`whsec_…`, as the libraries of Standard Webhooks take it.")


class MessageList(Model):
    messages: list[Message]


@router.post(
    "/webhooks",
    status_code=201,
    summary="Add a webhook",
    responses={**shown(201, "WEBHOOK"), **problems("invalid_payload", "webhook_limit")},
)
def add_webhook(actor: Caller, service: Use, body: WebhookRequest) -> Webhook:
    """Administrators only. A message holds `type`, `timestamp` and `data`: ids and codes, never names, words or scores.

    It is signed as [Standard Webhooks](https://www.standardwebhooks.com) says, and counts as taken when the answer is a
    2xx within 10 seconds; redirects are not followed, and 410 removes the webhook. Else it is tried again over about
    three days. A message may come twice, after a crash or by hand, and then has the same `webhook-id`: take an id once.
    Private addresses are refused unless the setting `INTERVIEW_WEBHOOK_PRIVATE_HOSTS` names the host.
    """
    return service.webhooks.add(actor, body.url, body.events)


@router.get("/webhooks", summary="List webhooks, newest first", responses=problems())
def list_webhooks(actor: Caller, service: Use) -> WebhookList:
    """Administrators only. Removed ones stay in the list."""
    return WebhookList(webhooks=service.webhooks.list(actor))


@router.get(
    "/webhooks/{webhook_id}/secret",
    summary="Read the secret that a webhook's messages are signed with",
    responses=problems("webhook_not_found"),
)
def read_webhook_secret(actor: Caller, service: Use, webhook_id: str) -> SigningSecret:
    """Administrators only; that it was read is logged."""
    return SigningSecret(secret=service.webhooks.secret(actor, webhook_id))


@router.post(
    "/webhooks/{webhook_id}/test",
    status_code=201,
    summary="Send a test message",
    responses=problems("webhook_not_found"),
)
def test_webhook(actor: Caller, service: Use, webhook_id: str) -> Message:
    """Administrators only. Of the type `webhook.test`, sent within seconds; the messages say how that went."""
    return service.webhooks.test(actor, webhook_id)


@router.get(
    "/webhooks/{webhook_id}/messages",
    summary="List a webhook's messages with each attempt to deliver them, newest first",
    responses={**shown(200, "WEBHOOK_MESSAGES"), **problems("invalid_payload", "webhook_not_found")},
)
def list_webhook_messages(
    actor: Caller, service: Use, webhook_id: str, limit: Annotated[int, Query(ge=1, le=MAX_MESSAGES)] = 50
) -> MessageList:
    """Administrators only. Messages are kept for 30 days; what a receiver answered is not kept."""
    return MessageList(messages=service.webhooks.messages(actor, webhook_id, limit))


@router.post(
    "/webhooks/messages/{message_id}/deliver",
    summary="Deliver a message again",
    responses=problems("message_not_found", "webhook_not_found"),
)
def deliver_message(actor: Caller, service: Use, message_id: str) -> Message:
    """Administrators only. It keeps its id; a message that is due, or being sent, stays as it is."""
    return service.webhooks.deliver_again(actor, message_id)


@router.delete(
    "/webhooks/{webhook_id}",
    status_code=204,
    summary="Remove a webhook",
    responses=problems("webhook_not_found"),
)
def remove_webhook(actor: Caller, service: Use, webhook_id: str) -> None:
    """Administrators only. What waits for it is not sent any more."""
    service.webhooks.remove(actor, webhook_id)
