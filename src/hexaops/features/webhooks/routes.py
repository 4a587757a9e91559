"""Routes of webhook subscriptions and deliveries."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Response

from hexaops.features.access.caller import AnyCaller
from hexaops.features.webhooks.history import DeliveryHistory, DeliveryQuery
from hexaops.features.webhooks.schemas import NewWebhook, Rotation, WebhookChange
from hexaops.features.webhooks.service import WebhookService
from hexaops.provide import provided

Webhooks = Annotated[WebhookService, provided(WebhookService)]
Deliveries = Annotated[DeliveryHistory, provided(DeliveryHistory)]
WebhookId = Annotated[str, Path(max_length=64)]
DeliveryId = Annotated[str, Path(max_length=64)]
Status = Literal["pending", "delivered", "failed", "cancelled"]


async def delivery_query(
    status: Annotated[Status | None, Query()] = None,
    event: Annotated[str | None, Query(max_length=64)] = None,
    resource_id: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> DeliveryQuery:
    """The list's query parameters."""
    return DeliveryQuery(status=status, event=event, resource_id=resource_id, limit=limit, cursor=cursor)


Filters = Annotated[DeliveryQuery, Depends(delivery_query)]


async def create_webhook(caller: AnyCaller, service: Webhooks, body: NewWebhook) -> dict[str, Any]:
    """Subscribe a receiver to the workspace's events; the answer alone holds the signing secret."""
    return {"data": await service.create(caller, body)}


async def list_webhooks(caller: AnyCaller, service: Webhooks) -> dict[str, Any]:
    """The workspace's subscriptions."""
    return {"data": {"webhooks": await service.list(caller)}}


async def get_webhook(caller: AnyCaller, service: Webhooks, webhook_id: WebhookId) -> dict[str, Any]:
    """One subscription."""
    return {"data": await service.get(caller, webhook_id)}


async def update_webhook(
    caller: AnyCaller, service: Webhooks, webhook_id: WebhookId, body: WebhookChange
) -> dict[str, Any]:
    """Change target, events, description, or whether it is enabled."""
    return {"data": await service.update(caller, webhook_id, body)}


async def delete_webhook(caller: AnyCaller, service: Webhooks, webhook_id: WebhookId) -> Response:
    """Remove a subscription and its history."""
    await service.delete(caller, webhook_id)
    return Response(status_code=204)


async def rotate_webhook_secret(
    caller: AnyCaller, service: Webhooks, webhook_id: WebhookId, body: Rotation | None = None
) -> dict[str, Any]:
    """Make a new signing secret; the old one signs beside it for a while."""
    overlap_seconds = (body or Rotation()).overlap_seconds
    return {"data": await service.rotate(caller, webhook_id, overlap_seconds=overlap_seconds)}


async def test_webhook(caller: AnyCaller, service: Webhooks, webhook_id: WebhookId) -> dict[str, Any]:
    """Send one signed test event now and show what the receiver answered."""
    return {"data": await service.test(caller, webhook_id)}


async def list_deliveries(caller: AnyCaller, service: Deliveries, query: Filters) -> dict[str, Any]:
    """Deliveries of all subscriptions, newest first."""
    return {"data": await service.list(caller, query)}


async def list_webhook_deliveries(
    caller: AnyCaller, service: Deliveries, webhook_id: WebhookId, query: Filters
) -> dict[str, Any]:
    """Deliveries of one subscription, newest first."""
    return {"data": await service.list(caller, replace(query, webhook_id=webhook_id))}


async def get_delivery(caller: AnyCaller, service: Deliveries, delivery_id: DeliveryId) -> dict[str, Any]:
    """One delivery with its body and every attempt."""
    return {"data": await service.get(caller, delivery_id)}


async def redeliver(caller: AnyCaller, service: Deliveries, delivery_id: DeliveryId) -> dict[str, Any]:
    """Send a delivery again now."""
    return {"data": await service.redeliver(caller, delivery_id)}
