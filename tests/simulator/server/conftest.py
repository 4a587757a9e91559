"""A served API over a store of its own, and clients of three users. Time stands still unless a test moves it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from simulator.clock import SimulationClock
from simulator.server.access import READER_RULES, User
from simulator.server.app import ApiServer, create_app, serve
from simulator.server.audit import AuditLog
from simulator.server.faults import ApiFaults
from simulator.store import Store

Object = dict[str, Any]
TOKENS = {"admin-token": User("admin", ("system:masters",)), "reader-token": User("reader", ("readers",))}


@dataclass
class Api:
    """A served API and what stands behind it."""

    url: str
    store: Store
    app: ApiServer
    faults: ApiFaults
    audit: AuditLog
    client: httpx2.AsyncClient
    reader: httpx2.AsyncClient

    async def get(self, path: str, *, accept: str = "application/json") -> Object:
        """The answer to a GET that has to succeed."""
        answer = await self.client.get(path, headers={"Accept": accept})
        assert answer.status_code == 200, answer.text
        found: Object = answer.json()
        return found

    async def post(self, path: str, body: Object) -> Object:
        """The answer to a POST that has to succeed."""
        answer = await self.client.post(path, json=body)
        assert answer.status_code == 201, answer.text
        found: Object = answer.json()
        return found

    async def patch(
        self, path: str, body: Any, *, kind: str = "merge", client: httpx2.AsyncClient | None = None
    ) -> httpx2.Response:
        """A patch of a kind: json, merge or strategic."""
        media = {"json": "json-patch", "merge": "merge-patch", "strategic": "strategic-merge-patch"}[kind]
        return await (client or self.client).patch(
            path, content=json.dumps(body), headers={"Content-Type": f"application/{media}+json"}
        )


@asynccontextmanager
async def served(store: Store, **options: Any) -> AsyncIterator[Api]:
    """A store served for a test."""
    faults, audit = ApiFaults(), AuditLog()
    app = create_app(store, users=TOKENS, rules={"readers": READER_RULES}, faults=faults, audit=audit, **options)
    async with serve(app) as url:

        def client(token: str) -> httpx2.AsyncClient:
            return httpx2.AsyncClient(
                base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=20, verify=False
            )

        async with client("admin-token") as admin, client("reader-token") as reader:
            yield Api(url, store, app, faults, audit, admin, reader)
    app.close()


def furnished_store() -> Store:
    """A store with the namespaces `default` and `demo`, on a clock that stands still."""
    store = Store(SimulationClock(speed=0))
    for name in ("default", "demo"):
        store.create("namespaces", {"metadata": {"name": name}})
    return store


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    """A served API."""
    async with served(furnished_store(), bookmark_seconds=0.05) as found:
        yield found
