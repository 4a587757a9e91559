"""What a process holds before any feature is built: each feature's `wiring.py` builds the feature on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.config import Settings
from hexaops.kit.background import Background
from hexaops.kit.clock import Clock, SystemClock
from hexaops.kit.failpoints import Failpoints
from hexaops.kit.keys import SecretKey
from hexaops.logs import Redactor
from hexaops.metrics import Metrics
from hexaops.provide import Provider
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine


@dataclass
class Process:
    """Settings, clusters, storage and time; the services built on them, and the tasks that run beside requests."""

    settings: Settings
    clusters: Clusters
    clock: Clock = field(default_factory=SystemClock)
    redactor: Redactor = field(default_factory=Redactor)

    def __post_init__(self) -> None:
        settings = self.settings
        self.metrics = Metrics()
        self.failpoints = Failpoints(settings.failpoint)
        self.database = Database(settings.database(), pool_size=settings.database_pool_size)
        configured = settings.secret_key.get_secret_value() if settings.secret_key else None
        self.redactor.add(self.database.url.password)
        self.redactor.add(configured)
        self.key = SecretKey(settings.home_folder(), configured)
        self.engine = DurableEngine(self.database, clock=self.clock, takeover_seconds=settings.takeover_seconds)
        self.provider = Provider()
        self.background = Background(self.clock)
        self.closing: list[Callable[[], Awaitable[None]]] = []
        """What runs use and a feature holds open: closed after the runs, the newest first."""
