"""Clients of the internal API: a method for each of its operations, for a service account."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2

from hexaops.client.address import ServiceAddress
from hexaops.client.asking import still_running
from hexaops.client.generated.service_aio import AsyncServiceOperations
from hexaops.client.generated.service_sync import ServiceOperations
from hexaops.client.retry import Retry
from hexaops.client.sending import AsyncSending, Sending
from hexaops.features.operations.views import WorkspaceOperationView

POLL_SECONDS = 1.0
RUNNING = frozenset({"running", "cancelling", "rolling_back"})
"""Every other status is the end of an operation, one whose plans await a confirmation among them."""


class ServiceClient(Sending, ServiceOperations):
    """Speaks for one service account: `with ServiceClient.from_home() as client: …`."""

    def __init__(
        self,
        url: str,
        account: str,
        token: str,
        workspace_id: str = "",
        *,
        retry: Retry | None = None,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(ServiceAddress(url, token, workspace_id, account), retry, transport, sleep)
        self.workspace_id = workspace_id
        """What operations on a workspace can be given; of a home folder its own workspace."""

    @classmethod
    def from_home(cls, home: str | Path | None = None) -> ServiceClient:
        """Of the service on this machine, by its home folder ($HEXAOPS_HOME, else ~/.hexaops); raises ClientError."""
        found = ServiceAddress.of_home(home)
        return cls(found.url, found.account, found.token, found.workspace_id)

    def __enter__(self) -> ServiceClient:
        return self

    def wait(self, operation: WorkspaceOperationView, *, timeout_seconds: float = 600.0) -> WorkspaceOperationView:
        """The operation once it has ended, however it did; raises TooLongError."""
        waited = 0.0
        while operation.status in RUNNING:
            if waited >= timeout_seconds:
                raise still_running(operation.operation_id, operation.status, timeout_seconds)
            self._sleep(POLL_SECONDS)
            waited += POLL_SECONDS
            operation = self.get_operation(operation.operation_id)
        return operation


class AsyncServiceClient(AsyncSending, AsyncServiceOperations):
    """The same with `await`: `async with AsyncServiceClient.from_home() as client: …`."""

    def __init__(
        self,
        url: str,
        account: str,
        token: str,
        workspace_id: str = "",
        *,
        retry: Retry | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(ServiceAddress(url, token, workspace_id, account), retry, transport, sleep)
        self.workspace_id = workspace_id
        """What operations on a workspace can be given; of a home folder its own workspace."""

    @classmethod
    def from_home(cls, home: str | Path | None = None) -> AsyncServiceClient:
        """Of the service on this machine, by its home folder ($HEXAOPS_HOME, else ~/.hexaops); raises ClientError."""
        found = ServiceAddress.of_home(home)
        return cls(found.url, found.account, found.token, found.workspace_id)

    async def __aenter__(self) -> AsyncServiceClient:
        return self

    async def wait(
        self, operation: WorkspaceOperationView, *, timeout_seconds: float = 600.0
    ) -> WorkspaceOperationView:
        """The operation once it has ended, however it did; raises TooLongError."""
        waited = 0.0
        while operation.status in RUNNING:
            if waited >= timeout_seconds:
                raise still_running(operation.operation_id, operation.status, timeout_seconds)
            await self._sleep(POLL_SECONDS)
            waited += POLL_SECONDS
            operation = await self.get_operation(operation.operation_id)
        return operation
