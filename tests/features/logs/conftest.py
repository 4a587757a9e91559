"""The app with an open log store, two workspaces, and callers who read and write logs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.serving import AccessWorld, Headers, access_world

LIMITS = {"rate_limit_logs": "10000/minute"}
NOON = "2024-01-20T14:45:30Z"
RANGE = {"start": "2024-01-20T14:00:00Z", "end": "2024-01-20T15:00:00Z"}


@dataclass
class LogsWorld:
    """Requests in short."""

    access: AccessWorld
    own: str
    """The workspace of most lines."""
    other: str
    reader: Headers
    """A service account that reads all workspaces' logs."""
    writer: Headers

    async def push(self, *rows: dict[str, Any], headers: Headers | None = None) -> httpx2.Response:
        """Rows as JSON lines; what a row lacks is filled in."""
        filled = [{"timestamp": NOON, "workspace_id": self.own, "message": "hello", **row} for row in rows]
        body = "\n".join(json.dumps({name: value for name, value in row.items() if value is not ...}) for row in filled)
        return await self.send("push", body.encode(), "application/x-ndjson", headers=headers)

    async def send(
        self,
        path: str,
        body: bytes,
        media_type: str = "application/json",
        *,
        headers: Headers | None = None,
        encoding: str = "identity",
    ) -> httpx2.Response:
        """A body for one of the routes that take lines."""
        given = {**(headers or self.writer), "Content-Type": media_type, "Content-Encoding": encoding}
        return await self.access.client.post(f"/internal/v1/logs/{path}", content=body, headers=given)

    async def ask(
        self, text: str = "", *, headers: Headers | None = None, filters: dict[str, Any] | None = None, **options: Any
    ) -> httpx2.Response:
        """A query on the usual hour."""
        query = {"text": text, "time_range": RANGE, "filters": filters or {}}
        body = {"query": query, "options": options}
        return await self.access.client.post("/internal/v1/logs/query", json=body, headers=headers or self.reader)

    async def found(self, text: str = "", **more: Any) -> list[str]:
        """The messages of an answer."""
        answer = await self.ask(text, **more)
        assert answer.status_code == 200, answer.text
        return [row["message"] for row in answer.json()["data"]["logs"]]


PUSHES = ("logs:push:json", "logs:push:otlp", "logs:push:loki")


@pytest.fixture
async def logs(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LogsWorld]:
    """An open store without lines."""
    async with access_world(sqlite_url, tmp_path, LIMITS) as access:
        await access.context.logs.store.ensure_open()
        other = await access.workspace("Other", "other")
        reader, writer = await access.account("logs:read"), await access.account(*PUSHES)
        yield LogsWorld(access, access.workspace_id, other, reader, writer)
