"""Routes of webhook subscriptions and deliveries."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Path, Query
from msgspec.structs import replace

from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.paging import paged
from hexaops.features.routing import WORKSPACE, Entry, user
from hexaops.features.webhooks.errors import (
    DeliveryNotFoundError,
    SecretUnreadableError,
    WebhookDisabledError,
    WebhookLimitError,
    WebhookNotFoundError,
)
from hexaops.features.webhooks.history import DeliveryHistory, DeliveryQuery
from hexaops.features.webhooks.schemas import NewWebhook, Rotation, WebhookChange
from hexaops.features.webhooks.service import WebhookService
from hexaops.features.webhooks.views import (
    DeliveryAttemptsView,
    DeliveryDetailView,
    DeliveryPageView,
    DeliveryView,
    WebhookListView,
    WebhookSecretView,
    WebhookView,
)
from hexaops.kit.paging import PageRequest
from hexaops.provide import provided
from hexaops.responses import Data, refuses

Webhooks = Annotated[WebhookService, provided(WebhookService)]
Deliveries = Annotated[DeliveryHistory, provided(DeliveryHistory)]
WebhookId = Annotated[str, Path(max_length=64)]
DeliveryId = Annotated[str, Path(max_length=64)]
Status = Literal["pending", "delivered", "failed", "cancelled"]


async def delivery_query(
    status: Annotated[Status | None, Query()] = None,
    event: Annotated[str | None, Query(max_length=64)] = None,
    resource_id: Annotated[str | None, Query(max_length=64)] = None,
) -> DeliveryQuery:
    """The list's query parameters."""
    return DeliveryQuery(status=status, event=event, resource_id=resource_id)


Page = Annotated[PageRequest, paged()]
Filters = Annotated[DeliveryQuery, Depends(delivery_query)]


@refuses(WebhookLimitError)
async def create_webhook(caller: AnyCaller, service: Webhooks, body: NewWebhook) -> Data[WebhookSecretView]:
    """Create a subscription; the signing secret is only in this response."""
    return Data(await service.create(caller, body))


async def list_webhooks(caller: AnyCaller, service: Webhooks) -> Data[WebhookListView]:
    """The workspace's subscriptions."""
    return Data(WebhookListView(webhooks=await service.list(caller)))


@refuses(WebhookNotFoundError)
async def get_webhook(caller: AnyCaller, service: Webhooks, webhook_id: WebhookId) -> Data[WebhookView]:
    """One subscription."""
    return Data(await service.get(caller, webhook_id))


@refuses(WebhookNotFoundError)
async def update_webhook(
    caller: AnyCaller, service: Webhooks, webhook_id: WebhookId, body: WebhookChange
) -> Data[WebhookView]:
    """Change target, events or description, or enable or disable it."""
    return Data(await service.update(caller, webhook_id, body))


@refuses(WebhookNotFoundError)
async def delete_webhook(caller: AnyCaller, service: Webhooks, webhook_id: WebhookId) -> None:
    """Delete a subscription and its history."""
    await service.delete(caller, webhook_id)


@refuses(WebhookNotFoundError)
async def rotate_webhook_secret(
    caller: AnyCaller, service: Webhooks, webhook_id: WebhookId, body: Rotation | None = None
) -> Data[WebhookSecretView]:
    """Rotate the signing secret; the old one stays valid for a while."""
    overlap_seconds = (body or Rotation()).overlap_seconds
    return Data(await service.rotate(caller, webhook_id, overlap_seconds=overlap_seconds))


@refuses(WebhookNotFoundError, SecretUnreadableError)
async def test_webhook(caller: AnyCaller, service: Webhooks, webhook_id: WebhookId) -> Data[DeliveryAttemptsView]:
    """Send a signed test event now and return the receiver's response."""
    return Data(await service.test(caller, webhook_id))


async def list_deliveries(caller: AnyCaller, service: Deliveries, query: Filters, page: Page) -> Data[DeliveryPageView]:
    """Deliveries of all subscriptions, newest first."""
    return Data(await service.list(caller, query, page))


@refuses(WebhookNotFoundError)
async def list_webhook_deliveries(
    caller: AnyCaller, service: Deliveries, webhook_id: WebhookId, query: Filters, page: Page
) -> Data[DeliveryPageView]:
    """Deliveries of one subscription, newest first."""
    return Data(await service.list(caller, replace(query, webhook_id=webhook_id), page))


@refuses(DeliveryNotFoundError)
async def get_delivery(caller: AnyCaller, service: Deliveries, delivery_id: DeliveryId) -> Data[DeliveryDetailView]:
    """One delivery with its body and every attempt."""
    return Data(await service.get(caller, delivery_id))


@refuses(DeliveryNotFoundError, WebhookDisabledError)
async def redeliver(caller: AnyCaller, service: Deliveries, delivery_id: DeliveryId) -> Data[DeliveryView]:
    """Resend a delivery now."""
    return Data(await service.redeliver(caller, delivery_id))


HOOKS = f"{WORKSPACE}/aiops/webhooks"
MANAGES_WEBHOOKS = user("manage_webhooks")
ROUTES = (
    Entry("POST", HOOKS, create_webhook, MANAGES_WEBHOOKS, 201, idempotent=True),
    Entry("GET", HOOKS, list_webhooks, MANAGES_WEBHOOKS),
    Entry("GET", f"{HOOKS}/deliveries", list_deliveries, MANAGES_WEBHOOKS),
    Entry("GET", f"{HOOKS}/deliveries/{{delivery_id}}", get_delivery, MANAGES_WEBHOOKS),
    Entry(
        "POST", f"{HOOKS}/deliveries/{{delivery_id}}/redeliver", redeliver, MANAGES_WEBHOOKS, 202,
        idempotent=True,
    ),
    Entry("GET", f"{HOOKS}/{{webhook_id}}", get_webhook, MANAGES_WEBHOOKS),
    Entry("PATCH", f"{HOOKS}/{{webhook_id}}", update_webhook, MANAGES_WEBHOOKS),
    Entry("DELETE", f"{HOOKS}/{{webhook_id}}", delete_webhook, MANAGES_WEBHOOKS, 204),
    Entry(
        "POST", f"{HOOKS}/{{webhook_id}}/rotate-secret", rotate_webhook_secret, MANAGES_WEBHOOKS,
        idempotent=True,
    ),
    Entry("POST", f"{HOOKS}/{{webhook_id}}/test", test_webhook, MANAGES_WEBHOOKS, idempotent=True),
    Entry("GET", f"{HOOKS}/{{webhook_id}}/deliveries", list_webhook_deliveries, MANAGES_WEBHOOKS),
)  # fmt: skip
