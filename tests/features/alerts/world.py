"""The living world with a source of metrics whose values a test sets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace
from sqlalchemy import select

from hexaops.backends.metrics.base import Series, Signal, Subject, Window
from hexaops.features.alerts.engine import AlertEngine
from hexaops.features.alerts.service import AlertService
from hexaops.storage.tables.webhooks import WebhookEventRow
from tests.living import LivingWorld, living_world

ALERTS = "/aiops/alerts"


class Dial:
    """A source in which every series has had the same value for ever."""

    name = "dial"

    def __init__(self) -> None:
        self.value = 0.0
        self.asked: list[tuple[Signal, Subject]] = []

    async def read(self, signal: Signal, subject: Subject, window: Window, step_seconds: float | None = None) -> Series:
        self.asked.append((signal, subject))
        step = step_seconds or 60.0
        values = np.full(int(window.seconds / step), self.value)
        return Series(signal, subject, window.start, step, values, self.name, f"{signal} of {subject.name}")


@dataclass
class AlertWorld:
    """A world, its dial, and the engine that reads it."""

    world: LivingWorld
    dial: Dial
    engine: AlertEngine

    async def round(self, value: float) -> dict[str, Any]:
        """Turn the dial, judge every rule once, and return what is shown then."""
        self.dial.value = value
        await self.engine.evaluate()
        return await self.shown()

    async def shown(self) -> dict[str, Any]:
        """`GET …/alerts`."""
        answer = await self.world.call("GET", ALERTS)
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def act(self, path: str, **parameters: Any) -> dict[str, Any]:
        """A change in one call, waited for to its end."""
        answer = await self.world.call("POST", f"{ALERTS}{path}", {**parameters, "confirmation": True})
        assert answer.status_code == 200, answer.text
        return await self.world.ended(answer.json()["data"]["action_id"])

    async def create(self, **parameters: Any) -> str:
        """A rule on the replicas of web-app; returns its id."""
        given = {"application_id": "web-app", "metric": "ready_replicas", "threshold": 5, "duration": "5m"}
        ended = await self.act("", **{**given, **parameters})
        assert ended["status"] == "completed", ended
        return str(ended["result"]["details"]["rule_id"])

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Names and data of the alerts' webhook events so far."""
        async with self.world.access.context.database.reading() as session:
            rows = await session.scalars(select(WebhookEventRow).order_by(WebhookEventRow.id))
            bodies = [json.loads(row.body) for row in rows]
        return [(one["event"], one["data"]["alert"]) for one in bodies if one["event"].startswith("aiops.alert.")]


@asynccontextmanager
async def alert_world(database_url: str, home: Path) -> AsyncIterator[AlertWorld]:
    """The service's own rounds are an hour apart: the test makes them."""
    async with living_world(database_url, home, {"alert_interval_seconds": 3600, "metrics_sampling": False}) as world:
        dial = Dial()
        engine = replace(world.access.get(AlertEngine), source_of=lambda _cluster: dial)
        world.access.context.provider.add(replace(world.access.get(AlertService), engine=engine))
        yield AlertWorld(world, dial, engine)
