"""A small world for the tests of webhooks: two workspaces in a database, an engine that is real or written down."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.backends.notify.addresses import AddressPolicy
from hexaops.backends.notify.client import NotifySender
from hexaops.config import Settings
from hexaops.features.access.caller import Caller
from hexaops.features.access.principal import Principal
from hexaops.features.access.tenancy import Workspace, WorkspacePolicy
from hexaops.features.audit.log import AuditLog
from hexaops.features.webhooks.delivering import DeliveryRun
from hexaops.features.webhooks.history import DeliveryHistory
from hexaops.features.webhooks.outbox import RUN, WebhookOutbox
from hexaops.features.webhooks.sealing import SecretBox
from hexaops.features.webhooks.sender import WebhookSender
from hexaops.features.webhooks.service import WebhookService
from hexaops.features.webhooks.upkeep import WebhookUpkeep
from hexaops.kit.background import Background
from hexaops.kit.clock import Clock, ManualClock, SystemClock
from hexaops.kit.failpoints import Failpoints
from hexaops.kit.keys import SecretKey
from hexaops.logs import Redactor
from hexaops.metrics import Metrics
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.migrate import migrate
from hexaops.storage.tables import WebhookAttemptRow, WebhookDeliveryRow, WebhookSubscriptionRow, WorkspaceRow

RESTARTED = {
    "action": {"id": "action_789", "type": "restart_application", "status": "completed"},
    "workspace": {"id": "ws-1", "name": "Production Workspace"},
    "result": {"success": True, "resources_affected": 3},
}


@dataclass(frozen=True)
class Enqueued:
    """One run that would have been started."""

    argument: str
    delay_seconds: float
    key: str | None


class WrittenEngine(DurableEngine):
    """Writes down what is enqueued instead of running it, and says of chosen runs that they failed."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        super().__init__(database, clock=clock)
        self.enqueued: list[Enqueued] = []
        self.failed_runs: set[str] = set()

    async def enqueue(
        self,
        session: AsyncSession,
        name: str,
        *,
        run_id: str,
        argument: str,
        delay_seconds: float = 0.0,
        key: str | None = None,
    ) -> None:
        assert (name, run_id) == (RUN, argument)
        self.enqueued.append(Enqueued(argument, delay_seconds, key))

    async def has_failed(self, run_id: str) -> bool:
        return run_id in self.failed_runs


@dataclass
class World:
    """Everything that a test of webhooks talks to."""

    settings: Settings
    database: Database
    engine: DurableEngine
    clock: Clock
    home: Path
    redactor: Redactor = field(default_factory=Redactor)
    run_class: type[DeliveryRun] = DeliveryRun

    def __post_init__(self) -> None:
        sender = NotifySender(
            AddressPolicy(self.settings.webhook_allowed_networks),
            allow_http=self.settings.webhook_allow_http,
            timeout_seconds=self.settings.webhook_timeout_seconds,
        )
        box = SecretBox(SecretKey(self.home), redactor=self.redactor)
        self.sender = WebhookSender(sender, box, self.clock, self.redactor)
        self.audit = AuditLog(self.database, clock=self.clock, redactor=self.redactor)
        self.run = self.run_class(
            self.settings,
            self.database,
            self.engine,
            self.sender,
            Metrics(),
            Failpoints(self.settings.failpoint),
            random.Random(7),
        )
        self.outbox = WebhookOutbox(self.engine, self.clock)
        self.service = WebhookService(self.database, self.sender, self.audit)
        self.history = DeliveryHistory(self.database, self.engine, self.clock, self.audit)
        self.upkeep = WebhookUpkeep(self.database, self.engine, self.clock, retention_days=30)
        self.engine.register(RUN, self.run.run, concurrency=64, per_key=4)

    @property
    def manual_clock(self) -> ManualClock:
        """The clock of a written world."""
        assert isinstance(self.clock, ManualClock)
        return self.clock

    @property
    def enqueued(self) -> list[Enqueued]:
        """What a written world's engine was given."""
        assert isinstance(self.engine, WrittenEngine)
        return self.engine.enqueued

    async def emit(
        self, event: str = "aiops.action.completed", *, resource_id: str = "action_789", workspace_id: str = "ws-1"
    ) -> str:
        """Accept an event as another feature does."""
        async with self.database.transaction() as session:
            return await self.outbox.emit(session, workspace_id, event, RESTARTED, resource_id=resource_id)

    async def run_enqueued(self) -> int:
        """Run everything that a written world's engine was given so far; returns how many."""
        taken, self.enqueued[:] = list(self.enqueued), []
        for entry in taken:
            await self.run.run(entry.argument)
        return len(taken)

    async def subscribe(self, url: str, *, workspace_id: str = "ws-1", **fields: Any) -> WebhookSubscriptionRow:
        """A subscription as the API would have made it, whatever its target."""
        now = self.clock.now()
        async with self.database.transaction() as session:
            number = len((await session.scalars(select(WebhookSubscriptionRow.id))).all()) + 1
            row = WebhookSubscriptionRow(
                id=f"wh_{number}",
                workspace_id=workspace_id,
                url=url,
                events=fields.pop("events", ["*"]),
                description="",
                enabled=fields.pop("enabled", True),
                sealed_secret=self.sender.box.seal(fields.pop("secret", SECRET), owner=f"wh_{number}"),
                created_by="user:u1",
                created_at=now,
                updated_at=now,
                **fields,
            )
            session.add(row)
        return row

    async def subscriptions(self) -> list[WebhookSubscriptionRow]:
        """All of them."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(WebhookSubscriptionRow)))

    async def subscription(self, webhook_id: str) -> WebhookSubscriptionRow:
        """The row as it is now."""
        async with self.database.reading() as session:
            return await session.get_one(WebhookSubscriptionRow, webhook_id)

    async def deliveries(self) -> list[WebhookDeliveryRow]:
        """All of them, in the order of acceptance."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(WebhookDeliveryRow).order_by(WebhookDeliveryRow.position)))

    async def attempts(self) -> list[WebhookAttemptRow]:
        """All of them."""
        async with self.database.reading() as session:
            query = select(WebhookAttemptRow).order_by(WebhookAttemptRow.started_at, WebhookAttemptRow.number)
            return list(await session.scalars(query))

    def caller(self, workspace_id: str = "ws-1") -> Caller:
        """An administrator of a workspace."""
        workspace = Workspace(
            id=workspace_id,
            name="Production Workspace",
            plan="shared",
            cluster_id="c",
            status="active",
            namespaces=None,
            excluded=frozenset(),
            policy=WorkspacePolicy(),
            timezone="UTC",
            created_at=self.clock.now(),
        )
        return Caller(Principal("user", "u1", "U"), workspace, frozenset({"manage_webhooks"}), "req_1", "127.0.0.1")


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="


def settings_for(url: str, home: Path, **given: Any) -> Settings:
    """Settings under which loopback receivers are allowed and failed attempts come again at once."""
    defaults: dict[str, Any] = {
        "webhook_allowed_networks": ["127.0.0.0/8"],
        "webhook_allow_http": True,
        "webhook_retry_seconds": [0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05],
    }
    return Settings(home=home, database_url=url, **(defaults | given))


async def prepare(database: Database, clock: Clock) -> None:
    """Tables, and two workspaces, unless they are there."""
    await migrate(database)
    async with database.transaction() as session:
        for workspace_id in ("ws-1", "ws-2"):
            if await session.get(WorkspaceRow, workspace_id) is None:
                session.add(
                    WorkspaceRow(
                        id=workspace_id,
                        name="Production Workspace",
                        plan="shared",
                        cluster_id=workspace_id,
                        is_default=False,
                        status="active",
                        policy={},
                        timezone="UTC",
                        created_at=clock.now(),
                        updated_at=clock.now(),
                    )
                )


@asynccontextmanager
async def written_world(url: str, home: Path, **settings: Any) -> AsyncIterator[World]:
    """A world whose time and runs the test moves by hand."""
    clock = ManualClock()
    chosen = settings_for(url, home, **settings)
    database = Database(chosen.database())
    await prepare(database, clock)
    world = World(chosen, database, WrittenEngine(database, clock=clock), clock, home)
    try:
        yield world
    finally:
        await world.sender.sender.close()
        await database.close()


@asynccontextmanager
async def running_world(
    url: str, home: Path, run_class: type[DeliveryRun] = DeliveryRun, **settings: Any
) -> AsyncIterator[World]:
    """A world with the real engine, which delivers by itself."""
    clock = SystemClock()
    chosen = settings_for(url, home, **settings)
    database = Database(chosen.database())
    await prepare(database, clock)
    world = World(chosen, database, DurableEngine(database, clock=clock), clock, home, run_class=run_class)
    await world.engine.launch()
    upkeep = Background(clock)
    for job in world.upkeep.jobs():
        upkeep.add(job)
    upkeep.start()
    try:
        yield world
    finally:
        await upkeep.close()
        await world.engine.close()
        await world.sender.sender.close()
        await database.close()
