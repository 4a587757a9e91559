"""Typed clients of both APIs, async and sync (docs/client.md).

    from hexaops.client import Client

    with Client.from_home() as client:
        print(client.ask("What is wrong with my apps?").response.content)

Answers are the service's own response types, so client and service agree by construction.
"""

from hexaops.client.aio import AsyncClient
from hexaops.client.errors import ApiError, ClientError, NoConnectionError, TooLongError
from hexaops.client.events import Event
from hexaops.client.retry import Retry
from hexaops.client.service import AsyncServiceClient, ServiceClient
from hexaops.client.sync import Client

__all__ = [
    "ApiError",
    "AsyncClient",
    "AsyncServiceClient",
    "Client",
    "ClientError",
    "Event",
    "NoConnectionError",
    "Retry",
    "ServiceClient",
    "TooLongError",
]
