"""A service account that starts operations and follows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.living import DEADLINE_SECONDS, LivingWorld
from tests.serving import Headers

INTERNAL = "/internal/v1"
ENDED = frozenset({"completed", "failed", "cancelled", "awaiting_confirmation"})


@dataclass
class Operations:
    """Calls of the internal API by an administrator, or by whoever is named."""

    world: LivingWorld

    async def call(
        self, method: str, path: str, body: Any = None, *, headers: Headers | None = None
    ) -> httpx2.Response:
        """A request to the internal API."""
        access = self.world.access
        used = headers or access.administrator
        return await access.client.request(method, f"{INTERNAL}{path}", json=body, headers=used)

    async def start(self, operation: str, *, headers: Headers | None = None, **parameters: Any) -> httpx2.Response:
        """`POST …/operations`."""
        body = {"operation": operation, "parameters": parameters, "context": {"triggered_by": "test"}}
        path = f"/workspaces/{self.world.workspace_id}/operations"
        return await self.call("POST", path, body, headers=headers)

    async def run(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Start it and wait for its end."""
        answer = await self.start(operation, **parameters)
        assert answer.status_code == 200, answer.text
        return await self.ended(answer.json()["data"]["operation_id"])

    async def ended(self, operation_id: str) -> dict[str, Any]:
        """The operation once it has ended."""
        return await self.until(operation_id, lambda found: found["status"] in ENDED)

    async def until(self, operation_id: str, reached: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The operation once `reached` says so, asked again after each commit."""
        return await self.world.commits.until(lambda: self.get(operation_id), reached, seconds=DEADLINE_SECONDS)

    async def get(self, operation_id: str) -> dict[str, Any]:
        """The operation as it is."""
        answer = await self.call("GET", f"/operations/{operation_id}")
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def allow(self, risk: str) -> None:
        """Let the workspace's policy start changes of this risk unattended."""
        path = f"/workspaces/{self.world.workspace_id}"
        answer = await self.call("PATCH", path, {"policy": {"single_call_risk": risk}})
        assert answer.status_code == 200, answer.text
