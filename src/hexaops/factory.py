"""The only place that puts things together: a process, and every feature's services on it, each after what it uses."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from hexaops.features.access import wiring as access
from hexaops.features.actions import wiring as actions
from hexaops.features.alerts import wiring as alerts
from hexaops.features.alerts.store import AlertRecords
from hexaops.features.applications import wiring as applications
from hexaops.features.audit import wiring as audit
from hexaops.features.autopilot import wiring as autopilot
from hexaops.features.backups import wiring as backups
from hexaops.features.changes import wiring as changes
from hexaops.features.changes.owndata import OwnData
from hexaops.features.changes.writes import GuardedWriter
from hexaops.features.chat import wiring as chat
from hexaops.features.chat.streaming import ChatStream
from hexaops.features.clusters import wiring as clusters
from hexaops.features.clusters.registrar import ClusterRegistrar
from hexaops.features.dashboards import wiring as dashboards
from hexaops.features.diagnosis import wiring as diagnosis
from hexaops.features.diagnostics import wiring as diagnostics
from hexaops.features.health import wiring as health
from hexaops.features.incidents import wiring as incidents
from hexaops.features.insights import wiring as insights
from hexaops.features.live import wiring as live
from hexaops.features.live.feeds import LiveFeeds
from hexaops.features.logs.wiring import Logs
from hexaops.features.metrics.wiring import MetricHistory
from hexaops.features.notifications import wiring as notifications
from hexaops.features.operations import wiring as operations
from hexaops.features.operations.service import RUN as WORKSPACE_RUN
from hexaops.features.overview import wiring as overview
from hexaops.features.performance import wiring as performance
from hexaops.features.runs import wiring as runs
from hexaops.features.runs.queries import find_active
from hexaops.features.scaling import wiring as scaling
from hexaops.features.signin import wiring as signin
from hexaops.features.webhooks import wiring as webhooks
from hexaops.features.workspaces import wiring as workspaces
from hexaops.features.workspaces.service import WorkspaceService
from hexaops.kit.timeout import Timeout
from hexaops.process import Process
from hexaops.runbooks.catalog import RUNBOOKS
from hexaops.storage.migrate import migrate

logger = logging.getLogger(__name__)


@dataclass
class ProcessContext(Process):
    """What lives as long as the process. `open` raises when the database is unusable; clusters may be away."""

    writer_class: type[GuardedWriter] = GuardedWriter
    """How writes are made: the seam where a test puts a writer with a known fault."""
    logs: Logs = field(init=False)
    metric_history: MetricHistory = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        wire_foundations(self)
        self.logs = Logs(self)
        self.metric_history = MetricHistory(self)
        wire_answers(self)
        wire_work(self, self.writer_class)

    async def open(self) -> None:
        """Check the key, open the database and bring it up to date; nothing runs yet."""
        self.key.check()
        file = self.database.sqlite_path
        if file is not None and file.exists() and file.stat().st_size == 0:
            logger.warning("the database file is empty: it begins anew, without what it may have held")
        await self.database.check()
        self.engine.reserve()
        await migrate(self.database)
        await self.provider.get(ClusterRegistrar).refresh()
        await self.provider.get(WorkspaceService).ensure_default(self.clusters.default_id)

    async def start(self) -> None:
        """Begin to watch the clusters, take up the runs that an earlier process left."""
        await self.clusters.start()
        await self.logs.start()
        await self.engine.launch()
        for unread in await self.clusters.wait_tried(Timeout(self.settings.cluster_sync_seconds, self.clock)):
            logger.warning("a cluster has not been read yet; answers say what is missing", extra={"cluster": unread})
        self.background.start()

    def end_streams(self) -> None:
        """End the answers that have no end of their own, so that a stop need not wait for them."""
        self.logs.tail.close()
        self.provider.get(LiveFeeds).end_streams()

    async def close(self) -> None:
        """Stop in the order that loses nothing: runs first, then what they use."""
        await self.background.close()
        await self.provider.get(ChatStream).close()
        await self.logs.close()
        await self.metric_history.close()
        await self.engine.close()
        await self.clusters.stop()
        for close in reversed(self.closing):
            await close()
        await self.database.close()


def wire_foundations(process: Process) -> None:
    """What every other feature stands on: who calls, what belongs to whom, what the clusters hold."""
    audit.wire(process)
    directory = workspaces.wire_directory(process)
    access.wire(process, directory)
    workspaces.wire(process, find_active)
    signin.wire(process)
    clusters.wire(process)
    webhooks.wire(process)
    notifications.wire(process)
    applications.wire(process)
    health.wire(process)


def wire_answers(process: Process) -> None:
    """What reads and changes nothing."""
    diagnosis.wire(process)
    overview.wire(process)
    performance.wire(process)
    insights.wire(process)
    live.wire(process)


def wire_work(process: Process, writer_class: type[GuardedWriter]) -> None:
    """What runs and changes something, one runner for every kind of work; and chat, which offers it all."""
    runs.wire(process)
    backup_contents = backups.contents(process)
    own = OwnData(AlertRecords(process.database).find, backup_contents.read, backup_contents.unseal)
    made = changes.wire(process, writer_class, own)
    read = {**diagnostics.wire(process, made), **dashboards.wire(process)}
    works = {
        **dict.fromkeys(RUNBOOKS, made),
        **read,
        **alerts.wire_work(process),
        **operations.wire(process),
        **backups.wire(process),
    }
    runs.wire_runner(process, works, queues=[WORKSPACE_RUN])
    incidents.wire(process)
    autopilot.wire(process)
    scaling.wire(process)
    actions.wire(process)
    alerts.wire(process)
    chat.wire(process)
