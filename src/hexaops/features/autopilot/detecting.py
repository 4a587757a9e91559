"""Watches the applications: one that becomes unhealthy is an incident at once, one that stays healthy resolves its own.

Woken by the watch, and by time where something waits for it. Several processes may do it: a report that another one
has made already changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from hexaops.analysis.applications.model import UNHEALTHY, Application
from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.table import Change
from hexaops.errors import HexaopsError
from hexaops.features.access.tenancy import IncidentSeverity, Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.audit.event import AuditEvent
from hexaops.features.autopilot.breaker import AUTOPILOT
from hexaops.features.autopilot.deciding import ACTOR, Autopilot, Detection
from hexaops.features.incidents.opening import DETECTION, IncidentDesk, Report
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock

WATCHED = frozenset({"Pod", "Deployment", "StatefulSet", "DaemonSet"})
DEBOUNCE_SECONDS = 0.2
"""Changes come in bursts: one look serves all of them."""
IDLE_SECONDS = 5.0
"""How long nothing may change before it looks anyway: a start that takes too long changes nothing."""
SETTLING_SECONDS = 1.0
"""The same while an application that was unhealthy has to stay healthy."""
SETTLED_SECONDS = 10.0
"""How long an application must stay healthy; doubled by each relapse, up to LONGEST_SETTLED_SECONDS."""
LONGEST_SETTLED_SECONDS = 600.0
TYPE = "application_unhealthy"

logger = logging.getLogger(__name__)


@dataclass
class _Watched:
    """An application that is or was unhealthy."""

    incident_id: str
    relapses: int = 0
    healthy_since: float | None = None

    @property
    def settled_seconds(self) -> float:
        return float(min(LONGEST_SETTLED_SECONDS, SETTLED_SECONDS * 2**self.relapses))


@dataclass
class Detector:
    """One for the process; `round` is repeated by its background task."""

    clusters: Clusters
    directory: WorkspaceDirectory
    applications: ApplicationService
    desk: IncidentDesk
    autopilot: Autopilot
    clock: Clock
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _caches: dict[str, tuple[WatchCache, Callable[[], None]]] = field(default_factory=dict)
    _watched: dict[str, dict[str, _Watched]] = field(default_factory=dict)
    """By workspace and application."""

    async def round(self) -> None:
        """Wait until something may have changed, and look at every workspace."""
        self._subscribe()
        await self._woken()
        for workspace in await self.directory.list_all():
            if workspace.status != "active":
                continue
            try:
                await self.look(workspace)
            except HexaopsError as error:  # its cluster cannot be read: nothing is known, and nothing is done
                logger.debug("not looked at", extra={"workspace": workspace.id, "reason": error.message})

    async def look(self, workspace: Workspace) -> None:
        """Open, resolve, and let the autopilot consider what is open."""
        every = self.applications.list(workspace)
        watched = self._watched.get(workspace.id)
        if watched is None:  # what an earlier process has reported and not resolved
            found = await self.desk.list_firing(workspace, DETECTION)
            watched = self._watched[workspace.id] = {key: _Watched(incident) for key, incident in found.items()}
        unhealthy = {one.id: one for one in every if one.status in UNHEALTHY}
        await self._report(workspace, unhealthy.values(), watched)
        await self._clear(workspace, {one.id for one in every}, unhealthy.keys(), watched)
        detections = [Detection(one, watched[key].incident_id) for key, one in unhealthy.items()]
        await self.autopilot.consider(workspace, detections, len(every))

    async def _report(
        self, workspace: Workspace, unhealthy: Iterable[Application], watched: dict[str, _Watched]
    ) -> None:
        for application in unhealthy:
            known = watched.get(application.id)
            if known is not None and known.healthy_since is None:
                continue
            incident_id = await self.desk.take(workspace, _report_of(application))
            relapses = known.relapses + 1 if known is not None else 0
            watched[application.id] = _Watched(incident_id, relapses)

    async def _clear(
        self, workspace: Workspace, there: Collection[str], unhealthy: Iterable[str], watched: dict[str, _Watched]
    ) -> None:
        still, now = {*unhealthy}, self.clock.monotonic()
        for key, one in [*watched.items()]:
            if key in still:
                continue
            if one.healthy_since is None:
                one.healthy_since = now
            if now - one.healthy_since >= one.settled_seconds:
                healthy = f"It has been healthy for {one.settled_seconds:.0f} s"
                said = healthy if key in there else "The application is gone"
                await self.desk.clear(workspace, DETECTION, [key], actor=ACTOR, said=said)
                del watched[key]

    async def _woken(self) -> None:
        settling = any(one.healthy_since is not None for watched in self._watched.values() for one in watched.values())
        seconds = SETTLING_SECONDS if settling else IDLE_SECONDS
        alarm = asyncio.ensure_future(self.clock.sleep(seconds))
        change = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait((alarm, change), return_when=asyncio.FIRST_COMPLETED)
        finally:
            alarm.cancel()
            change.cancel()
        if self._changed.is_set():
            await self.clock.sleep(DEBOUNCE_SECONDS)
        self._changed.clear()

    def _subscribe(self) -> None:
        """To the clusters as they are now: one may have been added or replaced."""
        for cluster in self.clusters:
            held = self._caches.get(cluster.id)
            if held is None or held[0] is not cluster.cache:
                if held is not None:
                    held[1]()
                self._caches[cluster.id] = cluster.cache, cluster.cache.subscribe(self._note)

    def _note(self, change: Change) -> None:
        if change.kind in WATCHED:
            self._changed.set()


def _report_of(application: Application) -> Report:
    return Report(
        source=DETECTION, type=TYPE, severity=severity_of(application), applications=[application],
        symptoms=[application.trouble] if application.trouble else [],
        title=f"{application.name} is {application.status.value}", alert=DETECTION,
        event=AuditEvent("incident.reported", "system", AUTOPILOT),
    )  # fmt: skip


def severity_of(application: Application) -> IncidentSeverity:
    """Nothing serves: critical; part of it serves: high."""
    return "critical" if application.ready == 0 else "high"
